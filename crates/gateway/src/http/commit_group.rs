//! POST /v1/conversations/commit: the next epoch of a conversation, for the first who commits it.

use std::collections::HashSet;
use std::sync::Arc;

use axum::extract::State;
use axum::http::HeaderMap;
use bytes::Bytes;
use pipit_domain::{ConversationId, EnvelopeId, Timestamp};
use pipit_mailbox::{CommitOutcome, ConversationRow, DeviceAddress, NewCommit, NewWelcome};
use pipit_public_group::{Applied, HandshakeError, Leaf, slice_welcome};
use pipit_wire::v1::{Accepted, CommitGroup};

use super::body::Body;
use super::group_rules;
use crate::gateway::Gateway;
use crate::refuse::Refusal;

pub(crate) async fn commit_group(
    State(gateway): State<Arc<Gateway>>,
    headers: HeaderMap,
    Body(commit): Body<CommitGroup>,
) -> Result<Body<Accepted>, Refusal> {
    let began = std::time::Instant::now();
    let caller = gateway.authenticate(&headers).await?.address;
    let conversation =
        ConversationId::try_from(&commit.conversation_id[..]).map_err(|_| Refusal::malformed())?;
    let envelope =
        EnvelopeId::try_from(&commit.envelope_id[..]).map_err(|_| Refusal::malformed())?;
    if let Some(time) = gateway
        .store
        .accepted_commit(caller.device, envelope)
        .await?
    {
        return Ok(accepted(time));
    }
    let row = gateway
        .store
        .conversation(conversation)
        .await?
        .ok_or_else(Refusal::unknown_conversation)?;
    if !group_rules::is_in(&row, caller.account) {
        return Err(Refusal::not_a_member());
    }
    if row.epoch != commit.epoch {
        // Perhaps it was this very commit that moved the epoch, between the two reads above.
        return match gateway
            .store
            .accepted_commit(caller.device, envelope)
            .await?
        {
            Some(time) => Ok(accepted(time)),
            None => Err(Refusal::stale_epoch(row.epoch)),
        };
    }
    let bytes = Bytes::from(commit.commit);
    let group_info = Bytes::from(commit.group_info);
    let applied = apply(&gateway, &row, bytes.clone(), group_info.clone()).await?;
    if applied.committer.address != caller {
        return Err(Refusal::invalid_handshake(
            "The commit was made by another device.",
        ));
    }
    group_rules::require_same_accounts(row.kind, &row.members, &applied.leaves)?;
    let known: HashSet<DeviceAddress> = row.members.iter().copied().collect();
    let is_new = |leaf: &&Leaf| !known.contains(&leaf.address);
    let added: Vec<Leaf> = applied.leaves.iter().filter(is_new).copied().collect();
    group_rules::require_in_force(&gateway, &added).await?;
    group_rules::require_revoked(&gateway, &applied.dropped).await?;
    let welcome = welcome_of(&applied, commit.welcome)?;
    let outcome = gateway
        .store
        .commit(NewCommit {
            conversation,
            epoch: commit.epoch,
            committer: caller,
            envelope,
            commit: bytes,
            welcome,
            members: applied.leaves.iter().map(|leaf| leaf.address).collect(),
            group_info,
            group_state: applied.state,
            now: gateway.now(),
        })
        .await?;
    gateway
        .metrics
        .handshake_seconds
        .observe(began.elapsed().as_secs_f64());
    match outcome {
        CommitOutcome::Accepted { time } | CommitOutcome::Repeated { time } => Ok(accepted(time)),
        CommitOutcome::StaleEpoch(epoch) => Err(Refusal::stale_epoch(epoch)),
        CommitOutcome::UnknownConversation => Err(Refusal::unknown_conversation()),
        CommitOutcome::NotInForce(_) => Err(group_rules::not_in_force()),
    }
}

fn accepted(time: Timestamp) -> Body<Accepted> {
    Body(Accepted {
        time: time.as_millis(),
    })
}

async fn apply(
    gateway: &Gateway,
    row: &ConversationRow,
    commit: Bytes,
    group_info: Bytes,
) -> Result<Applied, Refusal> {
    let _turn = gateway
        .handshakes
        .acquire()
        .await
        .map_err(|_| Refusal::slow_down(1000))?;
    let (state, group) = (row.group_state.clone(), row.group);
    let applied = tokio::task::spawn_blocking(move || {
        pipit_public_group::apply(&state, group, &commit, &group_info)
    });
    Ok(applied.await.map_err(|_| HandshakeError::Invalid)??)
}

fn welcome_of(applied: &Applied, welcome: Vec<u8>) -> Result<Option<NewWelcome>, Refusal> {
    if applied.added.is_empty() && welcome.is_empty() {
        return Ok(None);
    }
    let slices = slice_welcome(&welcome, applied.suite, &applied.added)?;
    group_rules::slices(slices, applied.tree.clone()).map(Some)
}
