//! The screen's own build and checks. What they mean is in `ui/package.json`.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};

use crate::{paths, process, setup};

/// Builds `ui/dist` when something in `ui/` changed since the last time.
///
/// # Errors
/// When npm or Vite fails.
pub fn build() -> Result<()> {
    setup::install_packages("ui")?;
    let ui = paths::root().join("ui");
    let page = ui.join("dist/index.html");
    let stamp = paths::target().join("ui.stamp");
    let sources = fingerprint(&ui)?;
    if fs::read_to_string(&stamp).is_ok_and(|then| then == stamp_of(sources, &page)) {
        return Ok(());
    }
    process::run(&mut process::npm(&["run", "build", "--prefix", "ui"]))?;
    fs::create_dir_all(paths::target())?;
    fs::write(&stamp, stamp_of(sources, &page))
        .with_context(|| format!("writing {}", stamp.display()))
}

/// Says which sources were built, and into which page: a page that another hand wrote is built anew.
fn stamp_of(sources: u64, page: &Path) -> String {
    let written = fs::metadata(page).and_then(|page| page.modified()).ok();
    format!("{sources:016x} {written:?}")
}

/// The compiler's checks of the screen.
///
/// # Errors
/// When a check fails.
pub fn check() -> Result<()> {
    process::run(&mut process::npm(&["run", "check", "--prefix", "ui"]))
}

/// The screen's unit tests.
///
/// # Errors
/// When a test fails.
pub fn test(filter: Option<&str>) -> Result<()> {
    let mut command = process::npm(&["test", "--prefix", "ui", "--"]);
    command.args(filter);
    process::run(&mut command)
}

/// A number that changes when a source file does: over paths, sizes and contents.
fn fingerprint(ui: &Path) -> io::Result<u64> {
    let mut files = Vec::new();
    collect(ui, &mut files)?;
    files.sort();
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    let mut mix = |bytes: &[u8]| {
        for byte in bytes {
            hash = (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    };
    for file in files {
        mix(file.to_string_lossy().as_bytes());
        mix(&fs::read(ui.join(&file))?);
    }
    Ok(hash)
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name();
        let is_made = ["node_modules", "dist", "tests", "dev"]
            .iter()
            .any(|made| name == *made);
        if is_made {
            continue;
        }
        if entry.file_type()?.is_dir() {
            collect(&entry.path(), files)?;
        } else {
            files.push(entry.path());
        }
    }
    Ok(())
}
