//! A client without a client: one device, its keys in memory, frames by hand.

mod connection;
mod device;
mod groups;
mod http;
mod meter;

pub use connection::Connection;
pub use device::{Device, Extra, SignUp};
pub use groups::Started;
pub use http::{Http, RefusedError, refusal_code};
pub use meter::{Meter, Metered};
pub use tokio_tungstenite::tungstenite::Message as WebSocketMessage;

use pipit_domain::Timestamp;

/// The system's time: the server checks tokens against the same clock.
///
/// # Panics
/// When the system's clock stands before 1970.
#[must_use]
#[allow(
    clippy::disallowed_methods,
    reason = "a tool's adapter for the system clock"
)]
pub fn now() -> Timestamp {
    let since = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .expect("the clock stands after 1970");
    Timestamp::from_millis(u64::try_from(since.as_millis()).unwrap_or(u64::MAX))
}

/// Random bytes.
#[must_use]
pub fn random<const LEN: usize>() -> [u8; LEN] {
    let mut bytes = [0; LEN];
    rand::RngCore::fill_bytes(&mut rand::rngs::OsRng, &mut bytes);
    bytes
}
