//! GET /v1/connect: the upgrade to a WebSocket.

use std::sync::Arc;

use axum::extract::State;
use axum::extract::ws::WebSocketUpgrade;
use axum::http::HeaderMap;
use axum::response::Response;
use pipit_domain::limits;

use crate::gateway::Gateway;
use crate::refuse::Refusal;
use crate::session::Session;

/// Bytes read from a socket at once. Most frames are smaller; tungstenite's default of 128 KiB would
/// be most of what an idle connection costs (measured: 134 KB instead of 5.6 KB).
const READ_BUFFER_LEN: usize = 4 * 1024;
/// Bytes gathered before they are written without a flush.
const WRITE_BUFFER_LEN: usize = 8 * 1024;
/// Bytes that may wait for a slow reader.
const WRITE_BUFFER_LEN_MAX: usize = 2 * limits::DELIVERY_BYTES_IN_FLIGHT_MAX;

/// Admits, authenticates, upgrades.
pub(crate) async fn connect(
    State(gateway): State<Arc<Gateway>>,
    headers: HeaderMap,
    upgrade: Result<WebSocketUpgrade, axum::extract::ws::rejection::WebSocketUpgradeRejection>,
) -> Result<Response, Refusal> {
    let upgrade = upgrade.map_err(|_| Refusal::malformed())?;
    let caller = async {
        gateway.admit()?;
        gateway.authenticate(&headers).await
    };
    let caller = caller.await.map_err(|refusal| gateway.refused(refusal))?;
    let Some(guard) = gateway.session_guard() else {
        return Err(Refusal::slow_down(2000));
    };
    let upgrade = upgrade
        .read_buffer_size(READ_BUFFER_LEN)
        .write_buffer_size(WRITE_BUFFER_LEN)
        .max_write_buffer_size(WRITE_BUFFER_LEN_MAX)
        .max_frame_size(limits::FRAME_LEN_MAX)
        .max_message_size(limits::FRAME_LEN_MAX);
    Ok(upgrade.on_upgrade(move |socket| async move {
        Session::new(gateway, caller).run(socket).await;
        drop(guard);
    }))
}
