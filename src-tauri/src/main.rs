//! The desktop app's entry point.
//!
//! Only starts [`tauri`]; windows, the bridge and notifications are modules of their own.

// Without this a console window opens beside the app on Windows.
#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

fn main() {
    tauri::Builder::default()
        .plugin(tauri_plugin_window_state::Builder::default().build())
        .invoke_handler(tauri::generate_handler![rpc, open_link])
        .run(tauri::generate_context!())
        .expect("the webview starts");
}

#[tauri::command]
async fn rpc(method: String) -> Result<String, String> {
    Err(method)
}

#[tauri::command]
async fn open_link(url: String) -> Result<(), String> {
    Err(url)
}
