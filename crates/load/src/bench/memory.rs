//! Memory of connections that only stay open.

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

pub(crate) async fn measure(server: &Server, count: usize) -> Result<Idle> {
    let first = Device::unregistered(server.http(), "localhost", "idle");
    let upload = first.opaque_upload("correct horse battery staple").await?;
    let before = server.resident_kb();
    let mut connections = Vec::with_capacity(count);
    for _ in 0..count {
        connections.push(pairs::idle(server, &upload).await?);
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
