//! Prepares the app's build: the screen's files, and the list of commands that the screen may call.
//!
//! It does not build the screen (`cargo xtask` does); where none has been built it leaves a page that says so.

use std::{fs, path::Path};

const UI_MISSING: &str = "<!doctype html><meta charset=utf-8><title>Pipit</title>\
    <p>The screen has not been built. Run: cargo xtask run";

fn main() {
    let ui = Path::new("../ui/dist");
    if !ui.join("index.html").exists() {
        println!(
            "cargo::warning=ui/dist is missing; the app will only say so (cargo xtask run builds it)"
        );
        fs::create_dir_all(ui).expect("ui/ can be written by the one who builds");
        fs::write(ui.join("index.html"), UI_MISSING).expect("ui/dist was just made");
    }
    println!("cargo::rerun-if-changed=../ui/dist");
    let commands = tauri_build::AppManifest::new().commands(&["rpc"]);
    tauri_build::try_build(tauri_build::Attributes::new().app_manifest(commands))
        .expect("tauri.conf.json and capabilities/ agree with the commands above");
}
