//! `cargo xtask tidy`: the rules of ARCHITECTURE.md that no compiler checks.
//!
//! Each rule is one module; a breach names the file, the rule and what to do.

use anyhow::{Result, bail};

mod files;
mod functions;
mod layers;
mod metadata;
mod owners;
mod systems;

pub use metadata::{Metadata, Package};

/// The command.
///
/// # Errors
/// When a rule is broken; all breaches were printed.
pub fn run() -> Result<()> {
    let metadata = Metadata::read()?;
    let sources = files::read_all(&metadata)?;
    let mut breaches = layers::check(&metadata);
    breaches.extend(owners::check(&metadata)?);
    breaches.extend(files::check(&sources));
    breaches.extend(functions::check(&sources));
    breaches.extend(systems::check(&sources));
    for long in files::worth_a_thought(&sources) {
        println!("note: {long}");
    }
    for breach in &breaches {
        eprintln!("tidy: {breach}");
    }
    if !breaches.is_empty() {
        bail!("{} rules of ARCHITECTURE.md are broken", breaches.len());
    }
    println!(
        "tidy: {} crates and {} files keep the rules",
        metadata.packages.len(),
        sources.len()
    );
    Ok(())
}
