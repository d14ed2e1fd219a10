//! Compiles the `.proto` files with a compiler written in Rust, so that no `protoc` need be installed.

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let files = [
        "proto/connect.proto",
        "proto/http.proto",
        "proto/content.proto",
        "proto/group.proto",
        "proto/link.proto",
        "proto/history.proto",
    ];
    for file in files {
        println!("cargo:rerun-if-changed={file}");
    }
    let descriptors = protox::compile(files, ["proto"])?;
    prost_build::Config::new()
        // Envelopes pass through the server without being copied.
        .bytes([
            ".pipit.v1.Submit.payload",
            ".pipit.v1.Deliver.payload",
            ".pipit.v1.Signal.payload",
        ])
        .skip_debug(["."])
        .compile_fds(descriptors)?;
    Ok(())
}
