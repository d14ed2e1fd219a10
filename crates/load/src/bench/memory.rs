//! Memory of connections that only stay open.

use std::path::Path;

use anyhow::Result;
use serde::Serialize;

use super::pairs;
use super::server::Server;
use crate::raw::Device;

/// Idle connections and what they cost.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Idle {
    /// How many.
    pub connections: usize,
    /// Kilobytes resident for each; 0 where the system does not tell.
    pub kb_each: f64,
}

/// Signs everybody up, starts the server anew (so that no memory of before is reused), and connects
/// them.
pub(crate) async fn measure(program: &Path, data: &Path, count: usize) -> Result<Idle> {
    let mut devices = sign_up(&Server::start(program, data)?, count).await?;
    let server = Server::start(program, data)?;
    let before = server.resident_kb();
    let mut connections = Vec::with_capacity(count);
    for device in &mut devices {
        device.http = server.http();
        connections.push(device.connect().await?);
    }
    let after = server.resident_kb();
    let grown = after
        .zip(before)
        .map_or(0.0, |(after, before)| after - before);
    Ok(Idle {
        connections: count,
        kb_each: grown / count.max(1) as f64,
    })
}

async fn sign_up(server: &Server, count: usize) -> Result<Vec<Device>> {
    let first = Device::unregistered(server.http(), "localhost", "idle");
    let upload = first.opaque_upload("correct horse battery staple").await?;
    let mut devices = Vec::with_capacity(count);
    for number in 0..count {
        devices.push(pairs::idle(server, number, &upload).await?);
    }
    Ok(devices)
}
