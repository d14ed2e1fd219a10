//! Outside crates stay with the crates that own them, as `deny.toml` lists them.
//!
//! cargo-deny reads the same list; this check needs no tool to be installed.

use std::fs;

use anyhow::{Context, Result};
use toml::Value;

use super::Metadata;
use crate::paths;

/// The breaches.
///
/// # Errors
/// When `deny.toml` is missing or broken.
pub fn check(metadata: &Metadata) -> Result<Vec<String>> {
    let text = fs::read_to_string(paths::root().join("deny.toml")).context("reading deny.toml")?;
    let root: toml::Table = text.parse().context("deny.toml is no TOML")?;
    let bans = root
        .get("bans")
        .and_then(|bans| bans.get("deny"))
        .and_then(Value::as_array);
    let mut breaches = Vec::new();
    for ban in bans.into_iter().flatten() {
        let owned = ban.get("crate").and_then(Value::as_str).unwrap_or_default();
        let owners: Vec<&str> = ban
            .get("wrappers")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .collect();
        for package in &metadata.packages {
            let is_used = package
                .dependencies
                .iter()
                .any(|d| d.name == owned && !d.is_dev);
            if is_used && !owners.contains(&package.name.as_str()) {
                breaches.push(format!(
                    "{} uses {owned}, which only {} may use (deny.toml)",
                    package.name,
                    owners.join(", ")
                ));
            }
        }
    }
    Ok(breaches)
}
