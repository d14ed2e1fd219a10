//! The binary `pipit-server`.

use std::process::ExitCode;

fn main() -> ExitCode {
    pipit_server::cli::main()
}
