//! Pairs of people in a real 1:1 each, connected.

use anyhow::{Context, Result};
use pipit_domain::GroupId;
use pipit_e2ee::Suite;

use super::payload::Template;
use super::server::Server;
use crate::raw::{Connection, Device, SignUp};

/// One person.
pub(crate) struct Side {
    pub(crate) device: Device,
    pub(crate) connection: Connection,
    /// A sealed message of this person, to be sent again under fresh ids.
    pub(crate) template: Template,
}

/// Two people and their group.
pub(crate) struct Pair {
    pub(crate) sides: [Side; 2],
    pub(crate) group: GroupId,
}

/// Signs up and connects pairs. Passwords are stretched once for all: nobody logs in with them.
pub(crate) async fn sign_up(server: &Server, count: usize) -> Result<Vec<Pair>> {
    let first = Device::unregistered(server.http(), "localhost", "upload");
    let upload = first.opaque_upload("correct horse battery staple").await?;
    let mut pairs = Vec::with_capacity(count);
    for number in 0..count {
        let pair = one(server, number, &upload).await;
        pairs.push(pair.with_context(|| format!("signing up pair {number}"))?);
    }
    Ok(pairs)
}

async fn one(server: &Server, number: usize, upload: &[u8]) -> Result<Pair> {
    let how = SignUp {
        upload: Some(upload.to_vec()),
        one_time: 1,
    };
    let name = |side: &str| format!("{side}{number}");
    let mut alice =
        Device::sign_up(server.http(), "localhost", &name("alice"), how.clone()).await?;
    let mut bob = Device::sign_up(server.http(), "localhost", &name("bob"), how).await?;
    let mut to_alice = alice.connect().await?;
    let mut to_bob = bob.connect().await?;
    let started = alice
        .open_direct(&mut to_alice, bob.account(), Suite::PostQuantum)
        .await?;
    let welcome = to_bob.delivery().await?;
    bob.fetch_ledgers(&mut to_bob, &[alice.account(), bob.account()])
        .await?;
    bob.join(&welcome)?;
    to_bob.acknowledge(vec![welcome.sequence]).await?;
    let side = |device: Device, connection| -> Result<Side> {
        let template = Template::seal(&device, started.group)?;
        Ok(Side {
            device,
            connection,
            template,
        })
    };
    let sides = [side(alice, to_alice)?, side(bob, to_bob)?];
    Ok(Pair {
        sides,
        group: started.group,
    })
}

/// Signs somebody up who will only connect.
pub(crate) async fn idle(server: &Server, number: usize, upload: &[u8]) -> Result<Device> {
    let how = SignUp {
        upload: Some(upload.to_vec()),
        one_time: 0,
    };
    Device::sign_up(server.http(), "localhost", &format!("idle{number}"), how).await
}
