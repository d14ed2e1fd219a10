//! The programs under test: built by Cargo beside the tests, or where `PIPIT_BIN_DIR` says.

use std::path::PathBuf;
use std::process::Stdio;

use tokio::io::AsyncWriteExt as _;
use tokio::process::Command;
use tokio::time::timeout;

use crate::wait::DEADLINE;

/// Where a program of this workspace is.
///
/// # Panics
/// When it was not built; the message says how to.
#[must_use]
pub fn binary(name: &str) -> PathBuf {
    let folder = std::env::var_os("PIPIT_BIN_DIR").map_or_else(
        || {
            // target/debug/deps/story-… or target/debug/pipit-… → target/debug
            let test = std::env::current_exe().expect("a running test has a file");
            let folder = test.parent().expect("a program is in a folder");
            match folder.ends_with("deps") {
                true => folder.parent().expect("deps is in a folder").to_owned(),
                false => folder.to_owned(),
            }
        },
        PathBuf::from,
    );
    let program = folder.join(format!("{name}{}", std::env::consts::EXE_SUFFIX));
    assert!(
        program.is_file(),
        "{} is not built; run `cargo build --workspace` first, or `cargo xtask test`",
        program.display()
    );
    program
}

/// Runs a program to its end with `input` on stdin: exit code, stdout, stderr.
///
/// # Panics
/// When it can't be started or does not end in time.
pub async fn run(name: &str, args: &[&str], input: &str) -> (i32, String, String) {
    let mut child = Command::new(binary(name))
        .args(args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .expect("the program starts");
    let mut stdin = child.stdin.take().expect("stdin is a pipe");
    // A program that refuses its arguments reads nothing, and the pipe breaks: that is fine.
    let _ = stdin.write_all(input.as_bytes()).await;
    drop(stdin);
    let output = timeout(DEADLINE, child.wait_with_output())
        .await
        .unwrap_or_else(|_| panic!("{name} {args:?} did not end"))
        .expect("its output can be read");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("its output is text");
    (
        output.status.code().unwrap_or(-1),
        text(output.stdout),
        text(output.stderr),
    )
}
