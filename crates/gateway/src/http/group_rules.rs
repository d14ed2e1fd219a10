//! Who may be in which conversation: rules about members that need ledgers and names, not MLS.

use std::collections::BTreeSet;

use pipit_domain::{AccountId, ConversationId, DeviceId, limits};
use pipit_ledger::conversation;
use pipit_mailbox::{ConversationKind, DeviceAddress, NewWelcome, Suite};
use pipit_public_group::Leaf;
use pipit_wire::v1::RefusalCode;

use crate::gateway::Gateway;
use crate::refuse::Refusal;

/// Bytes of a Deliver frame around a Welcome and its tree.
const DELIVER_OVERHEAD: usize = 256;

/// Refuses leaves whose device is not in force in the ledger of the account they name.
pub(crate) async fn require_in_force(gateway: &Gateway, leaves: &[Leaf]) -> Result<(), Refusal> {
    let devices = leaves.iter().map(|leaf| leaf.address.device).collect();
    let rows = gateway.store.devices(devices).await?;
    let is_known = |leaf: &Leaf| {
        rows.iter().any(|row| {
            row.is_in_force && row.address == leaf.address && row.key == *leaf.key.as_bytes()
        })
    };
    if leaves.iter().all(is_known) {
        Ok(())
    } else {
        Err(not_in_force())
    }
}

pub(crate) fn not_in_force() -> Refusal {
    Refusal::invalid_handshake(
        "A device in this conversation is not in force; fetch the accounts' devices and try again.",
    )
}

/// Refuses a new conversation whose members do not fit its kind.
pub(crate) async fn require_kind(
    gateway: &Gateway,
    kind: ConversationKind,
    id: ConversationId,
    creator: DeviceAddress,
    suite: Suite,
    leaves: &[Leaf],
) -> Result<(), Refusal> {
    let accounts: Vec<AccountId> = leaves
        .iter()
        .map(|leaf| leaf.address.account)
        .collect::<BTreeSet<_>>()
        .into_iter()
        .collect();
    let derived = match (kind, &accounts[..]) {
        (ConversationKind::Group, _) => return Ok(()),
        (ConversationKind::Direct, &[one, other]) => conversation::direct(one, other),
        (ConversationKind::Own, &[own]) if own == creator.account => {
            conversation::note_to_self(own)
        }
        _ => {
            return Err(Refusal::invalid_handshake(
                "The members do not fit this kind of conversation.",
            ));
        }
    };
    if derived != id {
        return Err(Refusal::invalid_handshake(
            "The conversation's id does not follow from its members.",
        ));
    }
    for account in accounts {
        require_all_devices(gateway, account, suite, leaves).await?;
    }
    Ok(())
}

/// A 1:1 and a note to self hold every device in force, except those that nobody could add.
async fn require_all_devices(
    gateway: &Gateway,
    account: AccountId,
    suite: Suite,
    leaves: &[Leaf],
) -> Result<(), Refusal> {
    let is_in = |device: DeviceId| leaves.iter().any(|leaf| leaf.address.device == device);
    let in_force = gateway.store.devices_in_force(account).await?;
    let missing: Vec<DeviceId> = in_force
        .iter()
        .map(|row| row.address.device)
        .filter(|&device| !is_in(device))
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    let unreachable = gateway
        .store
        .devices_without_key_packages(account, suite)
        .await?;
    if missing.iter().all(|device| unreachable.contains(device)) {
        return Ok(());
    }
    Err(Refusal::invalid_handshake(
        "A device of one of the people is missing; fetch the accounts' devices and try again.",
    ))
}

/// Refuses a commit that brings an account into a conversation whose people are fixed.
pub(crate) fn require_same_accounts(
    kind: ConversationKind,
    before: &[DeviceAddress],
    leaves: &[Leaf],
) -> Result<(), Refusal> {
    let was_in = |account: AccountId| before.iter().any(|address| address.account == account);
    match kind {
        ConversationKind::Group => Ok(()),
        ConversationKind::Direct | ConversationKind::Own => {
            if leaves.iter().all(|leaf| was_in(leaf.address.account)) {
                Ok(())
            } else {
                Err(Refusal::invalid_handshake(
                    "Nobody else can be added to this conversation.",
                ))
            }
        }
    }
}

/// A Welcome as it goes into mailboxes: with the tree when both fit one frame, else without (the
/// joining device fetches the conversation's state).
pub(crate) fn welcome(payload: Vec<u8>, tree: bytes::Bytes) -> Result<NewWelcome, Refusal> {
    let room = limits::FRAME_LEN_MAX - DELIVER_OVERHEAD;
    if payload.len() > room {
        return Err(Refusal::new(
            RefusalCode::TooLarge,
            "Too many devices join at once; add them in smaller groups.",
        ));
    }
    let tree = if payload.len() + tree.len() <= room {
        tree
    } else {
        bytes::Bytes::new()
    };
    Ok(NewWelcome {
        payload: payload.into(),
        tree,
    })
}
