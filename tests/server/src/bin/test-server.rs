//! `pipit-server` under a name that this package's tests can find: the same code, always built with
//! them.

use std::process::ExitCode;

fn main() -> ExitCode {
    pipit_server::cli::main()
}
