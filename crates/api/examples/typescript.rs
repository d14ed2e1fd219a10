//! Prints the TypeScript module of the API, or writes it to the file that is named.

use std::io::Write as _;

fn main() -> std::io::Result<()> {
    let module = pipit_api::typescript::module();
    match std::env::args_os().nth(1) {
        Some(path) => std::fs::write(path, module),
        None => std::io::stdout().write_all(module.as_bytes()),
    }
}
