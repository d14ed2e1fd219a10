//! The project's own commands, called as `cargo xtask …`.
//!
//! Not a part of the product: nothing here ships. Each command is one module.

fn main() {
    println!("cargo xtask: commands are being added");
}
