//! The group's info: holding what fits the charter, telling it, asking for it.

use pipit_e2ee::Charter;
use pipit_store::table::chat_group::{self, GroupRow};
use pipit_store::table::{conversation, timer};
use pipit_wire::content::{Action, Content, ToldTimer};
use pipit_wire::group::{self, GroupInfo, InfoError, info_hash};

use super::line::Place;
use crate::clock::random;
use crate::control;
use crate::error::ClientError;

/// The info that this device holds, when it is that of the charter.
pub(crate) fn current(row: &GroupRow, charter: &Charter) -> Option<GroupInfo> {
    (info_hash(&row.info.0) == charter.info_hash)
        .then(|| GroupInfo::read(&row.info.0).ok())
        .flatten()
}

/// The info that stood before the one that nobody tells. Links may have been made worthless by that: they are.
pub(crate) fn former(row: &GroupRow) -> Option<GroupInfo> {
    let mut info = GroupInfo::read(&row.info.0).ok()?;
    info.link_secret.clear();
    Some(info)
}

/// The charter in a row.
pub(crate) fn charter_of(row: &GroupRow) -> Result<Charter, ClientError> {
    Charter::decode(&row.charter).map_err(|_| ClientError::Internal("a kept charter"))
}

/// Keeps an info that fits the charter, with lines for what it changes; others are passed over.
pub(crate) fn hold(place: &Place<'_>, bytes: &[u8]) -> Result<Vec<i64>, ClientError> {
    let (transaction, row) = (place.transaction, place.conversation);
    let Some(group) = chat_group::get(transaction, row)? else {
        return Ok(Vec::new());
    };
    let charter = charter_of(&group)?;
    if info_hash(bytes) != charter.info_hash {
        return Ok(Vec::new());
    }
    let Ok(info) = GroupInfo::read(bytes) else {
        return Ok(Vec::new());
    };
    chat_group::set_info(transaction, row, bytes)?;
    let (Ok(before), Some(by)) = (GroupInfo::read(&group.info.0), group.info_by) else {
        return Ok(Vec::new());
    };
    let mut lines = Vec::new();
    if before.name != info.name {
        lines.push(place.line("group.named", by, None, &info.name)?);
    }
    if before.picture != info.picture {
        lines.push(place.line("group.pictured", by, None, "")?);
    }
    if before.about != info.about {
        lines.push(place.line("group.described", by, None, "")?);
    }
    Ok(lines)
}

/// Queues the info that this device holds, if it is that of the charter.
pub(crate) fn tell(place: &Place<'_>) -> Result<(), ClientError> {
    let (transaction, row) = (place.transaction, place.conversation);
    let Some(group) = chat_group::get(transaction, row)? else {
        return Ok(());
    };
    chat_group::set_asked(transaction, row, false)?;
    if current(&group, &charter_of(&group)?).is_some() {
        let content = Content::control(random(), group::INFO, &group.info.0);
        control::queue(transaction, row, &content)?;
    }
    tell_timer(place)
}

/// Queues the timer, for whoever came after it was set.
fn tell_timer(place: &Place<'_>) -> Result<(), ClientError> {
    let (transaction, row) = (place.transaction, place.conversation);
    let Some(id) = conversation::by_row(transaction, row)?.map(|place| place.id) else {
        return Ok(());
    };
    let timer = timer::get(transaction, id)?;
    if let Some(id) = timer.op {
        let action = Action::Timer {
            seconds: timer.seconds,
            told: Some(ToldTimer { at: timer.at, id }),
        };
        control::queue(transaction, row, &Content::action(random(), action))?;
    }
    Ok(())
}

/// Queues the question for the info, if this device lacks it.
pub(crate) fn ask_if_missing(place: &Place<'_>, charter: &Charter) -> Result<(), ClientError> {
    let (transaction, row) = (place.transaction, place.conversation);
    let has =
        chat_group::get(transaction, row)?.is_some_and(|group| current(&group, charter).is_some());
    if !has {
        let content = Content::control(random(), group::INFO_REQUEST, &[]);
        control::queue(transaction, row, &content)?;
    }
    Ok(())
}

/// Checks an info of this person's and encodes it with fresh salt, so that its hash tells nothing.
pub(crate) fn encode(mut info: GroupInfo) -> Result<Vec<u8>, InfoError> {
    use pipit_wire::frame::Message as _;
    info.name = info.name.trim().to_owned();
    info.about = info.about.trim().to_owned();
    info.salt = random::<{ group::INFO_SALT_LEN }>().to_vec();
    info.check()?;
    Ok(info.encode_to_vec())
}
