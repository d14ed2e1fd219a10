//! How long a file may be, and how it starts.

use std::{fs, io, path::Path};

use anyhow::{Context, Result};

use super::Metadata;
use crate::paths;

/// Lines at which a file has become two.
const LINES_STOP: usize = 800;
/// Lines at which to think again.
const LINES_THINK: usize = 400;

/// A Rust source file.
pub struct Source {
    /// Its path from the root, with forward slashes.
    pub path: String,
    /// Its text.
    pub text: String,
}

/// All Rust files of the workspace's crates.
///
/// # Errors
/// When one cannot be read.
pub fn read_all(metadata: &Metadata) -> Result<Vec<Source>> {
    let mut sources = Vec::new();
    for package in &metadata.packages {
        let folder = paths::root().join(&package.folder);
        collect(&folder, &mut sources).with_context(|| format!("reading {}", package.folder))?;
    }
    sources.sort_by(|a, b| a.path.cmp(&b.path));
    sources.dedup_by(|a, b| a.path == b.path);
    Ok(sources)
}

/// The breaches.
pub fn check(sources: &[Source]) -> Vec<String> {
    let mut breaches = Vec::new();
    for Source { path, text } in sources {
        if !starts_with_head(text) {
            breaches.push(format!(
                "{path}: start with //! (what it is, what it is not, who calls it)"
            ));
        }
        let lines = text.lines().count();
        if lines > LINES_STOP {
            breaches.push(format!(
                "{path}: {lines} lines; a file stops at {LINES_STOP}: split it"
            ));
        }
    }
    breaches
}

/// Files that are not too long yet, but getting there.
pub fn worth_a_thought(sources: &[Source]) -> Vec<String> {
    let long = |source: &&Source| source.text.lines().count() > LINES_THINK;
    let note = |source: &Source| {
        format!(
            "{}: {} lines; think again at {LINES_THINK}",
            source.path,
            source.text.lines().count()
        )
    };
    sources.iter().filter(long).map(note).collect()
}

/// Attributes and plain comments may stand before the head.
fn starts_with_head(text: &str) -> bool {
    text.lines()
        .map(str::trim)
        .find(|line| {
            let is_before = line.is_empty()
                || line.starts_with("#!")
                || (line.starts_with("//") && !line.starts_with("//!"));
            !is_before
        })
        .is_none_or(|line| line.starts_with("//!"))
}

fn collect(folder: &Path, sources: &mut Vec<Source>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default();
        if path.is_dir() {
            if name != "target" && name != "node_modules" {
                collect(&path, sources)?;
            }
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let shown = path.strip_prefix(paths::root()).unwrap_or(&path);
            let shown = shown.to_string_lossy().replace('\\', "/");
            sources.push(Source {
                path: shown,
                text: fs::read_to_string(&path)?,
            });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(text: &str) -> Vec<Source> {
        vec![Source {
            path: "x.rs".to_owned(),
            text: text.to_owned(),
        }]
    }

    #[test]
    fn a_file_without_a_head_or_without_an_end_is_a_breach() {
        assert_eq!(check(&source("use std::fs;\n")).len(), 1);
        assert_eq!(
            check(&source("// why\n#![allow(x)]\n\n//! What it is.\n")).len(),
            0
        );
        assert_eq!(
            check(&source(&format!("//! Long.\n{}", "\n".repeat(800)))).len(),
            1
        );
    }
}
