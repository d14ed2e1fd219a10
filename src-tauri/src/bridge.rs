//! The bridge between the screen and the core: one command in, one stream of events out.
//!
//! Knows no command's meaning; `pipit-api` does. Called by the webview and by `app`.

use std::{path::PathBuf, sync::Arc};

use serde::Serialize;
use serde_json::Value;
use tauri::{AppHandle, State};

/// The core, once it is open.
#[derive(Default)]
pub struct Bridge {}

/// A JSON-RPC error object, as the screen expects it.
#[derive(Debug, Serialize)]
pub struct RpcError {
    code: i32,
    message: String,
}

impl Bridge {
    /// Opens the core in the background.
    pub fn start(self: Arc<Self>, _app: AppHandle, _core_dir: PathBuf, _server: Option<String>) {}
}

/// Tells the core that the person looks elsewhere now, so that it may notify.
pub fn lost_focus(_app: &AppHandle) {}

/// Carries one call from the screen to the core.
///
/// # Errors
/// The core's own, as a JSON-RPC error object.
#[tauri::command]
pub async fn rpc(
    bridge: State<'_, Arc<Bridge>>,
    method: String,
    params: Value,
) -> Result<Value, RpcError> {
    let _ = (bridge, params);
    Err(RpcError {
        code: -32601,
        message: format!("The core knows no {method}."),
    })
}
