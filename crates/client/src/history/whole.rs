//! A message with all that belongs to it, between the store and what travels.

use pipit_domain::{AccountId, EnvelopeId, MessageId, Redacted, Timestamp, limits};
use pipit_store::table::deed::{DeedKind, DeedRow};
use pipit_store::table::delivery::DeliveryRow;
use pipit_store::table::edit::EditRow;
use pipit_store::table::history::{ReactionRow, WholeMessage};
use pipit_store::table::message::{MessageDetails, MessageKind, MessageRow, MessageState};
use pipit_store::table::system_line::SystemLineRow;
use pipit_wire::frame::Message as _;
use pipit_wire::history::{
    HistoryDeed, HistoryDelivery, HistoryEdit, HistoryLine, HistoryMessage, HistoryReaction,
};

/// Bytes of one message: with the people who wrote to it, it fits an answer.
const LEN_MAX: usize = 44 * 1024;
/// Bytes of an emoji.
const EMOJI_LEN_MAX: usize = 64;

fn millis(at: Option<Timestamp>) -> u64 {
    at.map_or(0, Timestamp::as_millis)
}

fn at(millis: u64) -> Option<Timestamp> {
    (millis > 0).then(|| Timestamp::from_millis(millis))
}

/// What travels of a message: what does not fit is left out, the least important first.
pub(super) fn pack(whole: WholeMessage) -> HistoryMessage {
    let WholeMessage { row, .. } = whole;
    let details = row.details;
    let mut packed = HistoryMessage {
        message_id: row.id.to_vec(),
        position: row.position,
        sender: row.sender.to_vec(),
        sent_at: row.sent_at.as_millis(),
        accepted_at: millis(row.accepted_at),
        kind: row.kind as u32,
        state: row.state as u32,
        envelope_id: row.envelope.to_vec(),
        text: row.text.0,
        content: whole.content.map(|content| content.0).unwrap_or_default(),
        in_reply_to: details
            .in_reply_to
            .map(|id| id.to_vec())
            .unwrap_or_default(),
        edited_at: millis(details.edited_at),
        is_forwarded: details.is_forwarded,
        mentions_me: details.mentions_me,
        pinned_at: millis(whole.pinned_at),
        is_starred: details.is_starred,
        timer: details.timer.unwrap_or(0),
        expires_at: millis(details.expires_at),
        closed_at: millis(details.closed_at),
        recipients: details.recipients,
        delivered: details.delivered,
        read: details.read,
        line: whole.line.map(|line| HistoryLine {
            actor: line.actor.map(|actor| actor.to_vec()).unwrap_or_default(),
            target: line
                .target
                .map(|target| target.to_vec())
                .unwrap_or_default(),
            value: line.value.0,
        }),
        edits: whole.edits.into_iter().map(pack_edit).collect(),
        reactions: whole.reactions.into_iter().map(pack_reaction).collect(),
        deeds: whole
            .deeds
            .iter()
            .map(|(kind, deed)| pack_deed(*kind, deed))
            .collect(),
        deliveries: whole.deliveries.iter().map(pack_delivery).collect(),
    };
    fit(&mut packed);
    packed
}

fn fit(packed: &mut HistoryMessage) {
    while packed.encoded_len() > LEN_MAX {
        if !packed.deliveries.is_empty() {
            packed.deliveries.truncate(packed.deliveries.len() / 2);
        } else if !packed.edits.is_empty() {
            packed.edits.drain(..packed.edits.len().div_ceil(2));
        } else if !packed.reactions.is_empty() {
            packed.reactions.truncate(packed.reactions.len() / 2);
        } else if !packed.deeds.is_empty() {
            packed.deeds.truncate(packed.deeds.len() / 2);
        } else {
            return;
        }
    }
}

fn pack_edit(edit: EditRow) -> HistoryEdit {
    HistoryEdit {
        id: edit.id.to_vec(),
        at: edit.at.as_millis(),
        revision: edit.revision,
        text: edit.text.0,
    }
}

fn pack_reaction(reaction: ReactionRow) -> HistoryReaction {
    HistoryReaction {
        id: reaction.id.to_vec(),
        emoji: reaction.emoji,
        sender: reaction.sender.to_vec(),
        at: reaction.at.as_millis(),
    }
}

fn pack_deed(kind: DeedKind, deed: &DeedRow) -> HistoryDeed {
    HistoryDeed {
        kind: kind as u32,
        sender: deed.sender.to_vec(),
        at: deed.at.as_millis(),
        revision: deed.revision,
        id: deed.id.to_vec(),
        value: deed.value,
    }
}

fn pack_delivery(delivery: &DeliveryRow) -> HistoryDelivery {
    HistoryDelivery {
        account: delivery.account.to_vec(),
        delivered_at: millis(delivery.delivered_at),
        read_at: millis(delivery.read_at),
    }
}

/// Reads what came; `None` for what is no message, or breaks a bound that holds for all messages.
pub(super) fn unpack(packed: HistoryMessage, conversation: i64) -> Option<WholeMessage> {
    let kind = kind(packed.kind)?;
    let state = state(packed.state)?;
    let optional = |bytes: &[u8]| match bytes {
        [] => Some(None),
        bytes => AccountId::try_from(bytes).ok().map(Some),
    };
    let line = match packed.line {
        Some(line) => Some(SystemLineRow {
            actor: optional(&line.actor)?,
            target: optional(&line.target)?,
            value: Redacted(line.value),
        }),
        None => None,
    };
    let in_reply_to = match &packed.in_reply_to[..] {
        [] => None,
        bytes => Some(MessageId::try_from(bytes).ok()?),
    };
    let fits = packed.text.len() <= limits::TEXT_LEN_MAX
        && packed.content.len() <= limits::ENVELOPE_LEN_MAX
        && i64::try_from(packed.position).is_ok();
    if !fits {
        return None;
    }
    Some(WholeMessage {
        content: (!packed.content.is_empty()).then_some(Redacted(packed.content)),
        pinned_at: at(packed.pinned_at),
        line,
        edits: packed.edits.into_iter().filter_map(unpack_edit).collect(),
        reactions: packed
            .reactions
            .into_iter()
            .filter_map(unpack_reaction)
            .collect(),
        deeds: packed.deeds.iter().filter_map(unpack_deed).collect(),
        deliveries: packed
            .deliveries
            .iter()
            .filter_map(unpack_delivery)
            .collect(),
        row: MessageRow {
            message: 0,
            id: MessageId::try_from(&packed.message_id[..]).ok()?,
            conversation,
            position: packed.position,
            sender: AccountId::try_from(&packed.sender[..]).ok()?,
            sent_at: Timestamp::from_millis(packed.sent_at),
            accepted_at: at(packed.accepted_at),
            kind,
            state,
            failure: None,
            envelope: EnvelopeId::try_from(&packed.envelope_id[..]).ok()?,
            text: Redacted(packed.text),
            details: MessageDetails {
                in_reply_to,
                edited_at: at(packed.edited_at),
                is_forwarded: packed.is_forwarded,
                mentions_me: packed.mentions_me,
                is_pinned: packed.pinned_at > 0,
                is_starred: packed.is_starred,
                timer: (packed.timer > 0).then_some(packed.timer),
                expires_at: at(packed.expires_at),
                closed_at: at(packed.closed_at),
                recipients: packed.recipients,
                delivered: packed.delivered,
                read: packed.read,
            },
        },
    })
}

fn kind(number: u32) -> Option<MessageKind> {
    use MessageKind::{Deleted, Newer, Poll, System, Text};
    [Text, Newer, System, Poll, Deleted]
        .into_iter()
        .find(|kind| *kind as u32 == number)
}

fn state(number: u32) -> Option<MessageState> {
    use MessageState::{Accepted, Delivered, Read, Received};
    [Accepted, Delivered, Read, Received]
        .into_iter()
        .find(|state| *state as u32 == number)
}

fn unpack_edit(edit: HistoryEdit) -> Option<EditRow> {
    (edit.text.len() <= limits::TEXT_LEN_MAX).then_some(())?;
    Some(EditRow {
        id: MessageId::try_from(&edit.id[..]).ok()?,
        at: Timestamp::from_millis(edit.at),
        revision: edit.revision,
        text: Redacted(edit.text),
    })
}

fn unpack_reaction(reaction: HistoryReaction) -> Option<ReactionRow> {
    (reaction.emoji.len() <= EMOJI_LEN_MAX).then_some(())?;
    Some(ReactionRow {
        id: MessageId::try_from(&reaction.id[..]).ok()?,
        emoji: reaction.emoji,
        sender: AccountId::try_from(&reaction.sender[..]).ok()?,
        at: Timestamp::from_millis(reaction.at),
    })
}

fn unpack_deed(deed: &HistoryDeed) -> Option<(DeedKind, DeedRow)> {
    let kinds = [DeedKind::Vote, DeedKind::Pin, DeedKind::Close];
    let kind = kinds.into_iter().find(|kind| *kind as u32 == deed.kind)?;
    let row = DeedRow {
        id: MessageId::try_from(&deed.id[..]).ok()?,
        sender: AccountId::try_from(&deed.sender[..]).ok()?,
        at: Timestamp::from_millis(deed.at),
        revision: deed.revision,
        value: deed.value,
    };
    Some((kind, row))
}

fn unpack_delivery(delivery: &HistoryDelivery) -> Option<DeliveryRow> {
    Some(DeliveryRow {
        account: AccountId::try_from(&delivery.account[..]).ok()?,
        has_it: true,
        delivered_at: at(delivery.delivered_at),
        read_at: at(delivery.read_at),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn whole(text_len: usize, edits: u8, reports: u16) -> WholeMessage {
        let id = |n: u8| MessageId::new([n; 32]);
        let at = Timestamp::from_millis(5_000);
        WholeMessage {
            row: MessageRow {
                message: 7,
                id: id(1),
                conversation: 3,
                position: 5_000_001,
                sender: AccountId::new([2; 32]),
                sent_at: at,
                accepted_at: Some(at),
                kind: MessageKind::Poll,
                state: MessageState::Read,
                failure: None,
                envelope: EnvelopeId::new([4; 16]),
                text: Redacted("x".repeat(text_len)),
                details: MessageDetails {
                    in_reply_to: Some(id(9)),
                    timer: Some(60),
                    recipients: 3,
                    ..MessageDetails::default()
                },
            },
            content: Some(Redacted(vec![1, 2])),
            pinned_at: Some(at),
            line: Some(SystemLineRow {
                actor: Some(AccountId::new([2; 32])),
                ..SystemLineRow::default()
            }),
            edits: (0..edits)
                .map(|n| EditRow {
                    id: id(n),
                    at,
                    revision: 1,
                    text: Redacted("y".repeat(text_len)),
                })
                .collect(),
            reactions: vec![ReactionRow {
                id: id(5),
                emoji: "👍".to_owned(),
                sender: AccountId::new([6; 32]),
                at,
            }],
            deeds: vec![(
                DeedKind::Vote,
                DeedRow {
                    id: id(7),
                    sender: AccountId::new([6; 32]),
                    at,
                    revision: 2,
                    value: 1,
                },
            )],
            deliveries: (0..reports)
                .map(|n| {
                    let mut account = [0; 32];
                    account[..2].copy_from_slice(&n.to_be_bytes());
                    DeliveryRow {
                        account: AccountId::new(account),
                        has_it: true,
                        delivered_at: Some(at),
                        read_at: None,
                    }
                })
                .collect(),
        }
    }

    #[test]
    fn a_message_comes_as_it_was() {
        let before = whole(10, 2, 3);
        let wanted = pack(before.clone());
        let came = unpack(wanted.clone(), 8).unwrap();
        assert_eq!(came.row.conversation, 8);
        assert_eq!(
            (came.row.id, came.row.position),
            (before.row.id, before.row.position)
        );
        assert_eq!(came.row.details.in_reply_to, before.row.details.in_reply_to);
        assert!(pack(came) == wanted, "nothing is lost on the way");
    }

    #[test]
    fn whatever_belongs_to_it_it_fits() {
        let packed = pack(whole(limits::TEXT_LEN_MAX, 100, 2_000));
        assert!(packed.encoded_len() <= LEN_MAX);
        assert_eq!(packed.text.len(), limits::TEXT_LEN_MAX);
        assert_eq!(
            (packed.reactions.len(), packed.deeds.len()),
            (1, 1),
            "the least important goes first"
        );
        let packed = pack(whole(100, 100, 0));
        assert_eq!(packed.edits.len(), 100);
    }

    #[test]
    fn what_breaks_a_bound_is_no_message() {
        let breaks = |change: fn(&mut HistoryMessage)| {
            let mut packed = pack(whole(10, 1, 1));
            change(&mut packed);
            unpack(packed, 1).is_none()
        };
        assert!(!breaks(|_| {}));
        assert!(breaks(|one| one.text = "x".repeat(limits::TEXT_LEN_MAX + 1)));
        assert!(breaks(|one| one.message_id.truncate(31)));
        assert!(breaks(|one| one.sender.clear()));
        assert!(breaks(|one| one.envelope_id.push(0)));
        assert!(breaks(|one| one.position = u64::MAX));
        assert!(breaks(|one| one.kind = MessageKind::Unreadable as u32));
        assert!(breaks(|one| one.state = MessageState::Queued as u32));
        assert!(breaks(|one| one.in_reply_to.truncate(5)));
        assert!(breaks(|one| one.line = Some(HistoryLine {
            actor: vec![1],
            ..HistoryLine::default()
        })));
    }
}
