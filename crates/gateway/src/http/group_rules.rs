//! Who may be in which conversation: rules about members that need ledgers and names, not MLS.

use std::collections::{BTreeSet, HashMap};

use bytes::Bytes;
use pipit_domain::{AccountId, ConversationId, DeviceId, limits};
use pipit_ledger::conversation;
use pipit_mailbox::{
    ConversationKind, ConversationRow, DeviceAddress, DeviceRow, NewWelcome, Suite, WelcomePayload,
};
use pipit_public_group::Leaf;
use pipit_wire::charter::{Charter, Role};
use pipit_wire::v1::RefusalCode;

use crate::gateway::Gateway;
use crate::refuse::Refusal;

/// Bytes of a Welcome, with its tree, that fit a Deliver frame.
const ROOM: usize = limits::FRAME_LEN_MAX - 256;
/// Bytes of a tree up to which each Welcome brings it along: about ten devices with post-quantum keys.
/// Above, a request more is cheaper than a copy more.
const TREE_WITH_SLICE_MAX: usize = 16 * 1024;

/// Refuses leaves whose device is not in force in the ledger of the account they name.
pub(crate) async fn require_in_force(gateway: &Gateway, leaves: &[Leaf]) -> Result<(), Refusal> {
    let rows = device_rows(gateway, leaves).await?;
    let is_known = |leaf: &Leaf| {
        rows.get(&leaf.address.device).is_some_and(|row| {
            row.is_in_force && row.address == leaf.address && row.key == *leaf.key.as_bytes()
        })
    };
    if leaves.iter().all(is_known) {
        Ok(())
    } else {
        Err(not_in_force())
    }
}

/// Refuses a commit that takes single devices out that their account still has.
pub(crate) async fn require_revoked(gateway: &Gateway, dropped: &[Leaf]) -> Result<(), Refusal> {
    let rows = device_rows(gateway, dropped).await?;
    if rows.values().any(|row| row.is_in_force) {
        return Err(Refusal::invalid_handshake(
            "A device that its account still has can't be removed; remove the account.",
        ));
    }
    Ok(())
}

async fn device_rows(
    gateway: &Gateway,
    leaves: &[Leaf],
) -> Result<HashMap<DeviceId, DeviceRow>, Refusal> {
    let devices = leaves.iter().map(|leaf| leaf.address.device).collect();
    let rows = gateway.store.devices(devices).await?;
    Ok(rows
        .into_iter()
        .map(|row| (row.address.device, row))
        .collect())
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
    let accounts: BTreeSet<AccountId> = before.iter().map(|address| address.account).collect();
    let was_in = |account: AccountId| accounts.contains(&account);
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

/// Whether an account is a member that has not left.
pub(crate) fn is_in(row: &ConversationRow, account: AccountId) -> bool {
    row.members.iter().any(|member| member.account == account) && !row.left.contains(&account)
}

/// Refuses a charter where the people are fixed, and one that its maker does not own.
pub(crate) fn require_charter(
    kind: ConversationKind,
    charter: Option<&Charter>,
    creator: DeviceAddress,
) -> Result<(), Refusal> {
    let is_fine = match charter {
        None => true,
        Some(charter) => {
            kind == ConversationKind::Group && charter.role(creator.account) == Role::Owner
        }
    };
    if is_fine {
        Ok(())
    } else {
        Err(Refusal::invalid_handshake(
            "A group starts with a charter that makes its maker the owner; other conversations have none.",
        ))
    }
}

/// A Welcome as it goes into mailboxes: with the tree when that is small, else without (the joining
/// device fetches it).
pub(crate) fn welcome(payload: Vec<u8>, tree: Bytes) -> Result<NewWelcome, Refusal> {
    require_frame(payload.len())?;
    Ok(NewWelcome {
        is_tree_fetched: payload.len() + tree.len() > ROOM,
        payload: WelcomePayload::Whole(payload.into()),
        tree,
    })
}

/// Welcomes of a device each. A tree that would be stored many times over is kept once.
pub(crate) fn slices(slices: Vec<(Leaf, Bytes)>, tree: Bytes) -> Result<NewWelcome, Refusal> {
    let largest = slices.iter().map(|(_, slice)| slice.len()).max();
    require_frame(largest.unwrap_or(0))?;
    Ok(NewWelcome {
        is_tree_fetched: tree.len() > TREE_WITH_SLICE_MAX,
        payload: WelcomePayload::Sliced(
            slices
                .into_iter()
                .map(|(leaf, slice)| (leaf.address.device, slice))
                .collect(),
        ),
        tree,
    })
}

fn require_frame(len: usize) -> Result<(), Refusal> {
    if len <= ROOM {
        return Ok(());
    }
    Err(Refusal::new(
        RefusalCode::TooLarge,
        "Too many devices join at once; add them in smaller groups.",
    ))
}
