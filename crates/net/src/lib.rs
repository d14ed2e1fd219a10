//! The client's connection: one WebSocket that comes back by itself, and HTTPS requests beside it.
//!
//! This crate moves frames and bodies; what they mean is the client's. It owns the sockets, the TLS
//! settings, timers and the randomness of back-off, and keeps nothing on disk.

mod backoff;
mod endpoint;
mod error;
mod http;
mod link;
mod session;
mod tls;

pub use endpoint::{Endpoint, EndpointError};
pub use error::NetError;
pub use http::Http;
pub use link::{Link, LinkConfig, LinkEvent};
pub use tls::Tls;

/// Whether TLS refused the certificate somewhere below this error.
fn error_is_certificate(error: &(dyn std::error::Error + 'static)) -> bool {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(rustls::Error::InvalidCertificate(_)) = error.downcast_ref() {
            return true;
        }
        // An io::Error's source leaves out the error it wraps.
        if let Some(inner) = error
            .downcast_ref::<std::io::Error>()
            .and_then(std::io::Error::get_ref)
            && error_is_certificate(inner)
        {
            return true;
        }
        next = error.source();
    }
    false
}
