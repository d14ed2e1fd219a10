//! POST /v1/conversations: a new conversation, every member device in it from the start.

use std::sync::Arc;

use axum::extract::State;
use axum::http::HeaderMap;
use bytes::Bytes;
use pipit_domain::ConversationId;
use pipit_mailbox::{ConversationKind, CreateOutcome, DeviceAddress, NewConversation, NewWelcome};
use pipit_public_group::{OpenedGroup, check_welcome};
use pipit_wire::v1::{CreateConversation, Empty, RefusalCode};

use super::body::Body;
use super::group_rules;
use crate::gateway::Gateway;
use crate::refuse::Refusal;

pub(crate) async fn create_conversation(
    State(gateway): State<Arc<Gateway>>,
    headers: HeaderMap,
    Body(create): Body<CreateConversation>,
) -> Result<Body<Empty>, Refusal> {
    let began = std::time::Instant::now();
    let caller = gateway.authenticate(&headers).await?.address;
    let conversation =
        ConversationId::try_from(&create.conversation_id[..]).map_err(|_| Refusal::malformed())?;
    let kind = ConversationKind::from_wire(create.kind).ok_or_else(Refusal::malformed)?;
    let group_info = Bytes::from(create.group_info);
    let tree = Bytes::from(create.tree);
    let opened = open(&gateway, group_info.clone(), tree.clone()).await?;
    if !opened.leaves.iter().any(|leaf| leaf.address == caller) {
        return Err(Refusal::not_a_member());
    }
    group_rules::require_in_force(&gateway, &opened.leaves).await?;
    group_rules::require_kind(
        &gateway,
        kind,
        conversation,
        caller,
        opened.suite,
        &opened.leaves,
    )
    .await?;
    group_rules::require_charter(kind, opened.charter.as_ref(), caller)?;
    let welcome = welcome_of(&opened, create.welcome, tree)?;
    let outcome = gateway
        .store
        .create(NewConversation {
            conversation,
            kind,
            group: opened.group,
            epoch: opened.epoch,
            group_info,
            group_state: opened.state,
            members: opened.leaves.iter().map(|leaf| leaf.address).collect(),
            creator: caller,
            welcome,
            now: gateway.now(),
        })
        .await?;
    let answer = match outcome {
        CreateOutcome::Created => Ok(Body(Empty {})),
        CreateOutcome::NotInForce(_) => Err(group_rules::not_in_force()),
        CreateOutcome::AlreadyExists => {
            repeated(&gateway, conversation, opened.group, caller).await
        }
    };
    gateway
        .metrics
        .handshake_seconds
        .observe(began.elapsed().as_secs_f64());
    answer
}

async fn open(gateway: &Gateway, group_info: Bytes, tree: Bytes) -> Result<OpenedGroup, Refusal> {
    let _turn = gateway
        .handshakes
        .acquire()
        .await
        .map_err(|_| Refusal::slow_down(1000))?;
    let opened =
        tokio::task::spawn_blocking(move || pipit_public_group::open(&group_info, &tree)).await;
    Ok(opened.map_err(|_| Refusal::malformed())??)
}

fn welcome_of(
    opened: &OpenedGroup,
    welcome: Vec<u8>,
    tree: Bytes,
) -> Result<Option<NewWelcome>, Refusal> {
    let joiners = opened.leaves.len() - 1;
    if joiners == 0 && welcome.is_empty() {
        return Ok(None);
    }
    check_welcome(&welcome, opened.suite, joiners)?;
    group_rules::welcome(welcome, tree).map(Some)
}

/// The same request again, after its answer was lost, is answered again: only its maker knows the
/// group's random id.
async fn repeated(
    gateway: &Gateway,
    conversation: ConversationId,
    group: pipit_domain::GroupId,
    caller: DeviceAddress,
) -> Result<Body<Empty>, Refusal> {
    let stored = gateway.store.conversation(conversation).await?;
    if stored.is_some_and(|row| row.group == group && row.members.contains(&caller)) {
        return Ok(Body(Empty {}));
    }
    Err(Refusal::new(
        RefusalCode::AlreadyExists,
        "This conversation exists already; its invitation is on the way.",
    ))
}
