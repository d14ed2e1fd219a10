//! Frames, HTTP bodies, the clear header of envelopes, and message content.

use bytes::Bytes;
use pipit_domain::{AccountId, ConversationId, limits};
use pipit_wire::charter::Charter;
use pipit_wire::content::{Content, Kind, Poll, StatusReport, Uri, escape, is_plain, is_reaction};
use pipit_wire::frame::{self, Message};
use pipit_wire::group::GroupInfo;
use pipit_wire::{mls_header, v1};

/// What a frame or body says survives being written again. (Its bytes need not: protobuf allows
/// several for one message.)
fn survives<M: Message + Default + PartialEq>(input: &[u8], len_max: usize) -> bool {
    let Ok(message) = frame::decode::<M>(Bytes::copy_from_slice(input), len_max) else {
        return false;
    };
    let again = frame::decode::<M>(frame::encode(&message), len_max);
    assert!(again.is_ok_and(|again| again == message));
    true
}

/// What a client sends, as the server reads it.
pub fn client_frame(input: &[u8]) -> bool {
    let accepted = frame::decode_client(Bytes::copy_from_slice(input)).is_ok();
    assert_eq!(
        accepted,
        survives::<v1::ClientFrame>(input, limits::FRAME_LEN_MAX)
    );
    accepted
}

/// What a server sends, as the client reads it.
pub fn server_frame(input: &[u8]) -> bool {
    let accepted = frame::decode_server(Bytes::copy_from_slice(input)).is_ok();
    assert_eq!(
        accepted,
        survives::<v1::ServerFrame>(input, limits::FRAME_LEN_MAX)
    );
    accepted
}

/// The body of every HTTP request and answer.
pub fn http_bodies(input: &[u8]) -> bool {
    let mut accepted = false;
    macro_rules! bodies {
        ($($body:ident),* $(,)?) => {$(
            accepted |= survives::<v1::$body>(input, limits::BODY_LEN_MAX);
        )*};
    }
    bodies!(
        Empty,
        ServerDescription,
        UsernameStatus,
        RegisterStart,
        RegisterStarted,
        RegisterFinish,
        Registered,
        LoginStart,
        LoginStarted,
        LoginFinish,
        LoggedIn,
        AppendLedger,
        PublishKeyPackages,
        CreateConversation,
        CommitGroup,
        GroupState,
        Accepted,
        Refused,
    );
    accepted
}

/// The ids stand in the message where the format says, so the router and MLS read the same ones.
pub fn mls_header(input: &[u8]) -> bool {
    let group = mls_header::read_group(input);
    if let Ok(group) = group {
        assert_eq!((&input[..3], input[4]), (&[0, 1, 0][..], 16));
        assert_eq!(&input[5..21], group.as_bytes());
    }
    let Ok(header) = mls_header::read_application(input) else {
        return group.is_ok();
    };
    assert_eq!(group, Ok(header.group));
    assert_eq!(input[3], 2);
    assert_eq!(&input[21..29], header.epoch.to_be_bytes());
    assert_eq!(&input[31..47], header.envelope.as_bytes());
    true
}

/// Content has one encoding, and whatever it is it can be told, named and logged.
pub fn content(input: &[u8]) -> bool {
    let Ok(content) = Content::decode(input) else {
        return false;
    };
    assert_eq!(content.encode(), input);
    let sender = Uri::of_account(&AccountId::new([1; 32]));
    let room = Uri::of_conversation(&ConversationId::new([2; 16]));
    assert_eq!(content.message_id(&sender, &room).as_bytes()[0], 1);
    match content.kind() {
        Kind::StatusReport(report) => {
            assert_eq!(StatusReport::decode(&report.encode()), Ok(report));
        }
        Kind::Poll(poll) => assert!(Poll::decode(&poll.encode()) == Some(poll)),
        Kind::Text(text) => {
            assert!(is_plain(text.text) || escape(text.text).len() > text.text.len());
        }
        Kind::Reaction { emoji, .. } => assert!(emoji.iter().all(|emoji| is_reaction(emoji))),
        _ => {}
    }
    if let Some(action) = content.as_action() {
        assert_eq!(
            Content::action(content.salt, action).as_action(),
            Some(action)
        );
    }
    assert!(format!("{content:?}").is_ascii());
    true
}

/// A status report has one encoding.
pub fn status_report(input: &[u8]) -> bool {
    let Ok(report) = StatusReport::decode(input) else {
        return false;
    };
    assert_eq!(report.encode(), input);
    true
}

/// A charter has one encoding.
pub fn charter(input: &[u8]) -> bool {
    let Ok(charter) = Charter::decode(input) else {
        return false;
    };
    assert_eq!(charter.encode(), input);
    true
}

/// A group's info keeps its bounds.
pub fn group_info(input: &[u8]) -> bool {
    let Ok(info) = GroupInfo::read(input) else {
        return false;
    };
    assert!(info.check().is_ok());
    true
}
