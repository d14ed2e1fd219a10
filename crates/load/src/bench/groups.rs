//! What a group costs at several sizes: adding one member to it, and sending one message into it.
//!
//! Every device is a device of the server, so each commit and each fan-out is real. Nobody but the first has
//! renewed their keys, so a commit is as large as it gets.

use std::time::Instant;

use anyhow::{Context, Result, bail};
use pipit_domain::{ConversationId, EnvelopeId};
use pipit_e2ee::{ADDS_PER_COMMIT_MAX, Change, Commit, Suite};
use pipit_wire::v1::{
    ConversationKind, Deliver, EnvelopeKind, EpochTree, Submit, client_frame, server_frame,
};
use serde::Serialize;

use super::payload::TEXT;
use super::server::Server;
use crate::raw::{Connection, Device, SignUp, random};

/// Sizes that are measured, in devices.
pub(crate) const SIZES: usize = 3;
/// Messages whose times are averaged.
const MESSAGES: u32 = 20;

/// What one size costs.
#[derive(Debug, Clone, Copy, Default, Serialize)]
pub struct GroupCost {
    /// Devices in the group before.
    pub devices: usize,
    /// Milliseconds to make the commit that adds one device.
    pub add_make_ms: f64,
    /// Milliseconds from posting it to the answer: checked, ordered, in every mailbox.
    pub add_post_ms: f64,
    /// Bytes that the adder sends: commit, Welcome, GroupInfo.
    pub add_up_bytes: usize,
    /// Bytes of the commit that each other device gets.
    pub add_each_bytes: usize,
    /// Bytes of the Welcome that the new device gets.
    pub join_welcome_bytes: usize,
    /// Bytes of the tree that it gets.
    pub join_tree_bytes: usize,
    /// Milliseconds that it needs to join.
    pub join_ms: f64,
    /// Milliseconds to seal a message of 20 characters.
    pub send_seal_ms: f64,
    /// Milliseconds from submitting it to `Accepted`: in every mailbox, on the disk.
    pub send_accept_ms: f64,
    /// Bytes of the envelope, up once and down once for each device.
    pub send_bytes: usize,
    /// Milliseconds to make the whole group, commit by commit.
    pub fill_ms: f64,
}

pub(crate) async fn measure(server: &Server, sizes: [usize; SIZES]) -> Result<[GroupCost; SIZES]> {
    let count = sizes.iter().copied().max().unwrap_or(0) + 1;
    let people = sign_up(server, count).await?;
    let mut costs = [GroupCost::default(); SIZES];
    for (cost, size) in costs.iter_mut().zip(sizes) {
        *cost = one(&people, size)
            .await
            .with_context(|| format!("a group of {size} devices"))?;
    }
    Ok(costs)
}

/// Signs people up. Everybody knows everybody's ledger.
async fn sign_up(server: &Server, count: usize) -> Result<Vec<Device>> {
    let first = Device::unregistered(server.http(), "localhost", "upload");
    let upload = first.opaque_upload("correct horse battery staple").await?;
    let mut people = Vec::with_capacity(count);
    for number in 0..count {
        let how = SignUp {
            upload: Some(upload.clone()),
            one_time: 0,
        };
        let name = format!("member{number}");
        people.push(Device::sign_up(server.http(), "localhost", &name, how).await?);
    }
    let ledgers: Vec<_> = people
        .iter()
        .map(|person| (person.account(), person.ledger().clone()))
        .collect();
    // Only who makes the group, and who joins last, look at the others.
    let last = people.len() - 1;
    for place in [0, last] {
        people[place].ledgers.extend(ledgers.iter().cloned());
    }
    Ok(people)
}

async fn one(people: &[Device], size: usize) -> Result<GroupCost> {
    let suite = Suite::for_devices(size + 1);
    let maker = &people[0];
    let began = Instant::now();
    let conversation = ConversationId::new(random());
    let started = maker.start(conversation, ConversationKind::Group, suite, Vec::new())?;
    maker.create(&started).await?;
    for batch in people[1..size].chunks(ADDS_PER_COMMIT_MAX) {
        let (commit, envelope, _) = add(maker, &started.group, suite, batch)?;
        maker.send_commit(conversation, envelope, &commit).await?;
        maker.confirm(started.group)?;
    }
    let fill_ms = milliseconds(began);

    let joiner = people.last().context("people")?;
    let mut to_joiner = joiner.connect().await?;
    let last = std::slice::from_ref(joiner);
    let (commit, envelope, add_make_ms) = add(maker, &started.group, suite, last)?;
    let began = Instant::now();
    maker.send_commit(conversation, envelope, &commit).await?;
    let add_post_ms = milliseconds(began);
    maker.confirm(started.group)?;
    let mut welcome = welcome_of(&mut to_joiner, conversation).await?;
    if welcome.tree.is_empty() {
        let path = format!("/v1/conversations/{conversation}/tree/{}", commit.epoch + 1);
        let token = joiner.token();
        let tree: EpochTree = joiner.http.get(&path, Some(&token)).await?;
        welcome.tree = tree.tree;
    }
    let began = Instant::now();
    joiner.join(&welcome)?;
    let join_ms = milliseconds(began);

    let mut to_maker = maker.connect().await?;
    let (mut seal_ms, mut accept_ms, mut send_bytes) = (0.0, 0.0, 0);
    for _ in 0..MESSAGES {
        let began = Instant::now();
        let payload = maker.seal(started.group, EnvelopeId::new(random()), TEXT.as_bytes())?;
        seal_ms += milliseconds(began);
        send_bytes = payload.len();
        let submit = client_frame::Body::Submit(Submit {
            payload: payload.into(),
            ..Submit::default()
        });
        let began = Instant::now();
        let server_frame::Body::Accepted(_) = to_maker.request(submit).await? else {
            bail!("another answer than accepted");
        };
        accept_ms += milliseconds(began);
    }
    let welcome_len = commit.welcome.as_ref().map_or(0, Vec::len);
    Ok(GroupCost {
        devices: size,
        add_make_ms,
        add_post_ms,
        add_up_bytes: commit.commit.len() + welcome_len + commit.group_info.len(),
        add_each_bytes: commit.commit.len(),
        join_welcome_bytes: welcome.payload.len(),
        join_tree_bytes: welcome.tree.len(),
        join_ms,
        send_seal_ms: seal_ms / f64::from(MESSAGES),
        send_accept_ms: accept_ms / f64::from(MESSAGES),
        send_bytes,
        fill_ms,
    })
}

/// Makes a commit that adds these devices; how long that took, key packages not counted.
fn add(
    maker: &Device,
    group: &pipit_domain::GroupId,
    suite: Suite,
    devices: &[Device],
) -> Result<(Commit, EnvelopeId, f64)> {
    let wanted = i32::from(pipit_wire::v1::Suite::from(suite));
    let mut leaves = Vec::with_capacity(devices.len());
    for device in devices {
        let packages = device.key_packages(1, false)?;
        let package = packages.iter().find(|package| package.suite == wanted);
        let package = package.context("a key package of each suite")?;
        leaves.push(maker.verify(&package.key_package, suite)?);
    }
    let envelope = EnvelopeId::new(random());
    let began = Instant::now();
    let commit = maker.commit(*group, Change::add(leaves), envelope)?;
    Ok((commit, envelope, milliseconds(began)))
}

/// The invitation into this conversation, behind what else waits.
async fn welcome_of(connection: &mut Connection, id: ConversationId) -> Result<Deliver> {
    loop {
        let delivery = connection.delivery().await?;
        connection.acknowledge(vec![delivery.sequence]).await?;
        let is_welcome = delivery.kind() == EnvelopeKind::Welcome;
        if is_welcome && delivery.conversation_id == id.as_bytes() {
            return Ok(delivery);
        }
    }
}

fn milliseconds(since: Instant) -> f64 {
    since.elapsed().as_secs_f64() * 1000.0
}
