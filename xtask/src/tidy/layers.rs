//! Which crate may use which: levels, sides, and what the lowest levels may not touch.

use super::{Metadata, Package};

/// Where time, sockets and files live; levels 0 to 2 take them as arguments instead.
const NO_ENGINE_USES: &[&str] = &[
    "tokio",
    "rusqlite",
    "tokio-postgres",
    "reqwest",
    "axum",
    "hyper",
    "tokio-tungstenite",
];

const ENGINE_LEVEL_MAX: u64 = 2;
const SIDES: [&str; 4] = ["shared", "client", "server", "tool"];

/// Crates that meet both sides: tools for measuring, and the tests.
fn meets_both(package: &Package) -> bool {
    package.folder.starts_with("tests/") || package.folder == "crates/load"
}

/// The breaches.
pub fn check(metadata: &Metadata) -> Vec<String> {
    let mut breaches = Vec::new();
    for package in &metadata.packages {
        if package.folder.starts_with("tests/") {
            continue;
        }
        let name = &package.name;
        let Some(level) = package
            .level
            .filter(|_| SIDES.contains(&package.side.as_str()))
        else {
            breaches.push(format!(
                "{}/Cargo.toml: state [package.metadata.layer] level = N, side = \"shared|client|server|tool\"",
                package.folder
            ));
            continue;
        };
        for dependency in package
            .dependencies
            .iter()
            .filter(|dependency| !dependency.is_dev)
        {
            let used = dependency.name.as_str();
            if level <= ENGINE_LEVEL_MAX && NO_ENGINE_USES.contains(&used) {
                breaches.push(format!(
                    "{name} (level {level}) uses {used}: levels 0 to 2 hold no I/O; take time, bytes and randomness as arguments"
                ));
            }
            let Some(other) = metadata.find(used) else {
                continue;
            };
            if other.level.is_some_and(|below| below >= level) {
                breaches.push(format!(
                    "{name} (level {level}) uses {used} (level {}): a crate uses only lower levels",
                    other.level.unwrap_or_default()
                ));
            }
            if !meets_both(package) && !sides_agree(&package.side, &other.side) {
                breaches.push(format!(
                    "{name} ({}) uses {used} ({}): client and server meet only in tests and load",
                    package.side, other.side
                ));
            }
        }
    }
    breaches
}

/// Whether a crate of `side` may use one of `used`.
fn sides_agree(side: &str, used: &str) -> bool {
    match side {
        "shared" => used == "shared",
        "tool" => true,
        _ => used == side || used == "shared",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::metadata::Dependency;

    fn package(name: &str, level: u64, side: &str, uses: &[&str]) -> Package {
        Package {
            name: name.to_owned(),
            folder: format!("crates/{name}"),
            level: Some(level),
            side: side.to_owned(),
            dependencies: uses
                .iter()
                .map(|name| Dependency {
                    name: (*name).to_owned(),
                    is_dev: false,
                })
                .collect(),
        }
    }

    #[test]
    fn looking_up_sideways_or_across_is_a_breach() {
        let metadata = Metadata {
            packages: vec![
                package("domain", 0, "shared", &["wire"]),
                package("wire", 1, "shared", &["tokio"]),
                package("store", 3, "client", &["domain", "tokio"]),
                package("gateway", 4, "server", &["store"]),
            ],
        };
        let breaches = check(&metadata);
        assert_eq!(breaches.len(), 3, "{breaches:#?}");
        assert!(breaches[0].starts_with("domain (level 0) uses wire"));
        assert!(breaches[1].starts_with("wire (level 1) uses tokio"));
        assert!(breaches[2].starts_with("gateway (server) uses store (client)"));
    }

    #[test]
    fn a_crate_without_a_layer_is_a_breach() {
        let mut unknown = package("misc", 1, "shared", &[]);
        unknown.level = None;
        assert_eq!(
            check(&Metadata {
                packages: vec![unknown]
            })
            .len(),
            1
        );
    }
}
