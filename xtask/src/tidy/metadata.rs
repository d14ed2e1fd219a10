//! What Cargo knows about the workspace, as far as the rules need it.

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::{paths, process};

/// A crate of the workspace.
pub struct Package {
    /// Its name, as others depend on it.
    pub name: String,
    /// Its folder, from the root, with forward slashes.
    pub folder: String,
    /// Its level in the architecture; none when the manifest states none.
    pub level: Option<u64>,
    /// `shared`, `client`, `server` or `tool`; empty when the manifest states none.
    pub side: String,
    /// What it depends on, outside tests too.
    pub dependencies: Vec<Dependency>,
}

/// One line under a manifest's dependencies.
pub struct Dependency {
    /// The crate's name on the registry or in the workspace.
    pub name: String,
    /// Only tests and benchmarks use it.
    pub is_dev: bool,
}

/// All crates of the workspace.
pub struct Metadata {
    /// In Cargo's order.
    pub packages: Vec<Package>,
}

impl Metadata {
    /// Asks Cargo.
    ///
    /// # Errors
    /// When a manifest is broken.
    pub fn read() -> Result<Self> {
        let text = process::output(&mut process::cargo(&[
            "metadata",
            "--format-version=1",
            "--no-deps",
        ]))?;
        let root: Value = serde_json::from_str(&text).context("cargo metadata prints JSON")?;
        let packages = root["packages"]
            .as_array()
            .context("a workspace has packages")?;
        Ok(Self {
            packages: packages.iter().map(package).collect::<Result<_>>()?,
        })
    }

    /// The crate of this name, when it is one of ours.
    pub fn find(&self, name: &str) -> Option<&Package> {
        self.packages.iter().find(|package| package.name == name)
    }
}

fn package(value: &Value) -> Result<Package> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let manifest = text(&value["manifest_path"]);
    let folder = std::path::Path::new(&manifest)
        .parent()
        .and_then(|folder| folder.strip_prefix(paths::root()).ok());
    let Some(folder) = folder else {
        bail!("{manifest} is outside the work tree")
    };
    let layer = &value["metadata"]["layer"];
    let dependencies = value["dependencies"].as_array().into_iter().flatten();
    Ok(Package {
        name: text(&value["name"]),
        folder: folder.to_string_lossy().replace('\\', "/"),
        level: layer["level"].as_u64(),
        side: text(&layer["side"]),
        dependencies: dependencies
            .map(|line| Dependency {
                name: text(&line["name"]),
                is_dev: line["kind"] == "dev",
            })
            .collect(),
    })
}
