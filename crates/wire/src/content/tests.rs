//! Tests of the content codec that need to build contents which no constructor makes: limits, kinds,
//! and each broken field. The draft's vectors are in `tests/content_vectors.rs`.

use super::*;
use pipit_domain::{AccountId, ConversationId, MessageId, Timestamp, limits};

const SALT: [u8; SALT_LEN] = *b"0123456789abcdef";

fn multi(parts: Vec<Part>) -> Part {
    let multi = Multi {
        semantics: PartSemantics::ProcessAll,
        parts,
    };
    Part {
        disposition: Disposition::RENDER,
        language: String::new(),
        cardinality: Cardinality::Multi(multi),
    }
}

fn leaf(content_type: &str, bytes: &[u8]) -> Part {
    Part::single(Disposition::RENDER, content_type, bytes)
}

fn with_body(body: Part) -> Content {
    Content::new(SALT, body)
}

fn kind_of(content_type: &str, bytes: &[u8]) -> &'static str {
    match with_body(leaf(content_type, bytes)).kind() {
        Kind::Text(Text {
            format: TextFormat::Plain,
            ..
        }) => "plain",
        Kind::Text(Text {
            format: TextFormat::Markdown,
            ..
        }) => "markdown",
        Kind::Poll(_) => "poll",
        Kind::Edit { .. } | Kind::Delete { .. } | Kind::Reaction { .. } => "on another",
        Kind::StatusReport(_) => "report",
        Kind::Control(_) => "control",
        Kind::Newer => "newer",
    }
}

#[test]
fn a_text_is_read_as_it_was_written() {
    let content = Content::text(SALT, "Hello, wörld 👋");
    let read = Content::decode(&content.encode()).unwrap();
    assert_eq!(read, content);
    let Kind::Text(text) = read.kind() else {
        panic!("not a text")
    };
    assert_eq!(
        (text.format, text.text),
        (TextFormat::Plain, "Hello, wörld 👋")
    );
}

#[test]
fn media_types_are_compared_as_mime_does() {
    assert_eq!(kind_of("Text/Plain; charset=UTF-8", b"a"), "plain");
    assert_eq!(kind_of("text/markdown;variant=GFM-MIMI", b"a"), "markdown");
    assert_eq!(kind_of("text/html", b"a"), "newer");
    assert_eq!(kind_of("text/plain;charset=latin-1", b"a"), "newer");
    assert_eq!(kind_of("text/plain;charset=utf-8", b"\xff"), "newer");
    assert_eq!(
        kind_of("application/mimi-message-status", &[0x80]),
        "report"
    );
    assert_eq!(
        kind_of("application/mimi-message-status", &[0x80, 0]),
        "newer"
    );
}

#[test]
fn what_replaces_is_an_edit_or_a_deletion_and_no_message_of_its_own() {
    let target = MessageId::new([1; 32]);
    let edit = Content {
        replaces: Some(target),
        ..Content::typed(SALT, "*new*")
    };
    let Kind::Edit { target: of, text } = edit.kind() else {
        panic!("an edit")
    };
    assert_eq!((of, text.text), (target, "*new*"));
    let delete = Content::delete(SALT, target);
    assert!(matches!(delete.kind(), Kind::Delete { target: of } if of == target));
    // Only texts can be edited so far.
    let newer = Content {
        replaces: Some(target),
        ..with_body(leaf("a/b", b""))
    };
    assert!(matches!(newer.kind(), Kind::Newer));
}

#[test]
fn a_reaction_holds_emoji_and_names_its_message() {
    let target = MessageId::new([1; 32]);
    let content = Content::reaction(SALT, target, "👍🏽");
    let Kind::Reaction { target: of, emoji } = content.kind() else {
        panic!("a reaction")
    };
    assert_eq!((of, &emoji[..]), (target, &["👍🏽"][..]));
    let thumb = |text: &str| {
        Part::single(
            Disposition::REACTION,
            "text/plain;charset=utf-8",
            text.as_bytes(),
        )
    };
    let several = |count: usize| {
        let mut body = multi(vec![thumb("❤️"); count]);
        body.disposition = Disposition::REACTION;
        Content {
            in_reply_to: Some(target),
            ..with_body(body)
        }
    };
    assert!(matches!(several(8).kind(), Kind::Reaction { emoji, .. } if emoji.len() == 8));
    assert!(matches!(several(9).kind(), Kind::Newer));
    assert!(matches!(
        Content::reaction(SALT, target, "nice").kind(),
        Kind::Newer
    ));
    // Without a message that it answers it is none.
    assert!(matches!(with_body(thumb("❤️")).kind(), Kind::Newer));
}

#[test]
fn replies_and_what_disappears_are_texts() {
    let text = Content::text(SALT, "a");
    let reply = Content {
        in_reply_to: Some(MessageId::new([1; 32])),
        ..text.clone()
    };
    assert!(matches!(reply.kind(), Kind::Text(_)));
    let expires = Some(Expires::AfterReading { seconds: 5 });
    assert!(matches!(
        Content {
            expires,
            ..text.clone()
        }
        .kind(),
        Kind::Text(_)
    ));
    let mut other = text;
    other.body.disposition = Disposition::REACTION;
    assert!(matches!(other.kind(), Kind::Newer));
    other.body.disposition = Disposition(200);
    assert!(matches!(other.kind(), Kind::Text(_)));
}

#[test]
fn a_forwarded_text_says_so() {
    let mut content = Content::typed(SALT, "a");
    assert!(!content.extensions.is_forwarded());
    content.extensions.set_forwarded();
    assert!(
        Content::decode(&content.encode())
            .unwrap()
            .extensions
            .is_forwarded()
    );
}

#[test]
fn an_edit_says_where_it_stands_among_the_others() {
    let mut content = Content::typed(SALT, "a");
    assert_eq!(content.extensions.revision(), 0);
    content.extensions.set_revision(u32::MAX);
    let read = Content::decode(&content.encode()).unwrap();
    assert_eq!(read.extensions.revision(), u32::MAX);
}

#[test]
fn a_poll_is_within_its_bounds_or_newer() {
    let options = |count: usize| vec!["yes".to_owned(); count];
    let poll = Poll::new(" Tea? ", &options(12), true).unwrap();
    assert_eq!(poll.question, "Tea?");
    let content = Content::decode(&Content::poll(SALT, &poll).encode()).unwrap();
    assert!(matches!(content.kind(), Kind::Poll(read) if read == poll));
    assert!(Poll::new("Tea?", &options(1), true).is_none());
    assert!(Poll::new("Tea?", &options(13), true).is_none());
    assert!(Poll::new("Tea\n?", &options(2), true).is_none());
    assert!(Poll::new(&"x".repeat(501), &options(2), true).is_none());
    assert!(Poll::new("Tea?", &["a".to_owned(), " ".to_owned()], true).is_none());
    assert_eq!(kind_of("application/vnd.pipit.poll", b"\x0a\x00"), "newer");
}

#[test]
fn a_choice_fits_the_poll_or_is_not_taken() {
    let options = ["a".to_owned(), "b".to_owned(), "c".to_owned()];
    let one = Poll::new("?", &options, false).unwrap();
    let many = Poll::new("?", &options, true).unwrap();
    let choice = |places: &[u32]| Choice::of(places).unwrap();
    assert!(one.takes(choice(&[2])) && one.takes(choice(&[])));
    assert!(!one.takes(choice(&[0, 1])) && many.takes(choice(&[0, 1])));
    assert!(!many.takes(choice(&[3])));
    assert_eq!(Choice::of(&[12]), None);
    assert!(choice(&[1]).has(1) && !choice(&[1]).has(0) && !choice(&[1]).has(99));
}

#[test]
fn actions_are_read_as_they_were_written_and_only_within_bounds() {
    let id = MessageId::new([1; 32]);
    let actions = [
        Action::Vote {
            poll: id,
            choice: Choice(0b1000_0000_0101),
        },
        Action::ClosePoll { poll: id },
        Action::Pin {
            message: id,
            is_pinned: true,
        },
        Action::Pin {
            message: id,
            is_pinned: false,
        },
        Action::Timer {
            seconds: TIMER_SECONDS_MAX,
            told: None,
        },
        Action::Timer {
            seconds: 0,
            told: Some(ToldTimer {
                at: Timestamp::from_millis(7),
                id,
            }),
        },
    ];
    for action in actions {
        let content = Content::decode(&Content::action(SALT, action).encode()).unwrap();
        assert_eq!(content.as_action(), Some(action));
        assert!(matches!(content.kind(), Kind::Control(_)));
        let homeless = Content {
            in_reply_to: None,
            ..content
        };
        assert_eq!(
            homeless.as_action().is_some(),
            matches!(action, Action::Timer { .. })
        );
    }
    let seconds = TIMER_SECONDS_MAX + 1;
    assert_eq!(
        Content::action(
            SALT,
            Action::Timer {
                seconds,
                told: None
            }
        )
        .as_action(),
        None
    );
    let other = Content::control(SALT, "application/vnd.pipit.of-tomorrow", b"");
    assert_eq!(other.as_action(), None);
    let vote = Content::control(SALT, "application/vnd.pipit.vote", &[0x0a, 1, 12]);
    assert_eq!(
        Content {
            in_reply_to: Some(id),
            ..vote
        }
        .as_action(),
        None
    );
}

#[test]
fn a_control_message_is_known_by_its_disposition_alone() {
    let content = Content::control(SALT, "application/vnd.pipit.of-tomorrow", b"body");
    let again = Content::decode(&content.encode()).unwrap();
    let Kind::Control(control) = again.kind() else {
        panic!("a control message");
    };
    assert_eq!(control.media_type, "application/vnd.pipit.of-tomorrow");
    assert_eq!(control.body, b"body");
}

#[test]
fn a_status_report_names_messages_and_what_happened() {
    let report = StatusReport {
        statuses: vec![
            (MessageId::new([1; 32]), MessageStatus::READ),
            (MessageId::new([2; 32]), MessageStatus(77)),
        ],
    };
    let read = Content::decode(&Content::status_report(SALT, &report).encode()).unwrap();
    assert!(matches!(read.kind(), Kind::StatusReport(read) if read == report));
}

#[test]
fn parts_nest_four_levels_and_no_more() {
    let mut body = leaf("a/b", b"x");
    for _ in 0..3 {
        body = multi(vec![body, leaf("a/b", b"y")]);
    }
    let bytes = with_body(body.clone()).encode();
    assert_eq!(Content::decode(&bytes).unwrap().body, body);
    let bytes = with_body(multi(vec![body, leaf("a/b", b"y")])).encode();
    assert_eq!(Content::decode(&bytes).err(), Some(ContentError::TooDeep));
}

#[test]
fn there_are_two_to_1024_parts() {
    let parts = |count| with_body(multi(vec![leaf("", b""); count])).encode();
    assert_eq!(
        Content::decode(&parts(1)).err(),
        Some(ContentError::TooFewParts)
    );
    assert!(Content::decode(&parts(2)).is_ok());
    assert!(
        Content::decode(&parts(PARTS_MAX - 1)).is_ok(),
        "the outer part counts too"
    );
    assert_eq!(
        Content::decode(&parts(PARTS_MAX)).err(),
        Some(ContentError::TooManyParts)
    );
}

#[test]
fn lengths_are_bounded() {
    let topic = |len| {
        Content {
            topic_id: vec![0; len],
            ..Content::text(SALT, "")
        }
        .encode()
    };
    assert!(Content::decode(&topic(TOPIC_LEN_MAX)).is_ok());
    assert_eq!(
        Content::decode(&topic(TOPIC_LEN_MAX + 1)).err(),
        Some(ContentError::TopicTooLong)
    );
    let long = Content::text(SALT, &"a".repeat(limits::ENVELOPE_LEN_MAX)).encode();
    assert_eq!(
        Content::decode(&long).err(),
        Some(ContentError::TooLarge { len: long.len() })
    );
}

/// Byte offsets in the encoding of a short text: 0 array, 1 salt, 18 replaces, 19 topic, 20 expires,
/// 21 inReplyTo, 22 extensions, 23 body.
fn patched(at: usize, len: usize, with: &[u8]) -> Result<Content, ContentError> {
    let mut bytes = Content::text(SALT, "hi").encode();
    bytes.splice(at..at + len, with.iter().copied());
    Content::decode(&bytes)
}

#[test]
fn each_broken_field_is_named() {
    let field = |field, source| Some(ContentError::Field { field, source });
    assert!(patched(18, 1, &[0xf6]).is_ok());
    assert_eq!(
        patched(0, 1, &[0x88]).err(),
        field("message", CborError::Range)
    );
    assert_eq!(
        patched(1, 17, &[0x4f; 16]).err(),
        field("salt", CborError::Range)
    );
    assert_eq!(
        patched(18, 1, &[0x41, 1]).err(),
        field("replaces", CborError::Range)
    );
    assert_eq!(
        patched(19, 1, &[0x60]).err(),
        field("topicId", CborError::Kind)
    );
    assert_eq!(
        patched(20, 1, &[0x82, 0xf5, 0x1b, 0, 0, 0, 1, 0, 0, 0, 0]).err(),
        field("expires", CborError::Range)
    );
    assert_eq!(
        patched(23, 2, &[0x85, 0x19, 1, 0]).err(),
        field("disposition", CborError::Range)
    );
    let mut unknown_hash = vec![0x58, 32, 7];
    unknown_hash.extend([0; 31]);
    assert_eq!(
        patched(21, 1, &unknown_hash).err(),
        Some(ContentError::UnknownHash { field: "inReplyTo" })
    );
    assert_eq!(patched(26, 1, &[9]).err(), Some(ContentError::UnknownPart));
    assert_eq!(
        patched(23, 1, &[0x84]).err(),
        Some(ContentError::UnknownPart)
    );
    let mut trailing = Content::text(SALT, "hi").encode();
    trailing.push(0xf6);
    assert_eq!(
        Content::decode(&trailing).err(),
        Some(ContentError::TrailingBytes)
    );
    let unknown_semantics = [
        0x85, 1, 0x60, 3, 3, 0x82, 0x83, 1, 0x60, 0, 0x83, 1, 0x60, 0,
    ];
    let rest = Content::text(SALT, "hi").encode().len() - 23;
    assert_eq!(
        patched(23, rest, &unknown_semantics).err(),
        Some(ContentError::UnknownSemantics)
    );
}

#[test]
fn unknown_extensions_survive_and_broken_ones_are_refused() {
    let with = |map: &[u8]| patched(22, 1, map);
    let field = |source| {
        Some(ContentError::Field {
            field: "mimiExtensions",
            source,
        })
    };
    // {1: "a", 2: "b", 256: [[h'00', 32("c")]], -1: 1.5, "x": {}}
    let known: &[u8] = &[
        0xa5, 1, 0x61, b'a', 2, 0x61, b'b', 0x19, 1, 0, 0x81, 0x82, 0x41, 0, 0xd8, 32, 0x61, b'c',
        0x20, 0xf9, 0x3e, 0, 0x61, b'x', 0xa0,
    ];
    let content = with(known).unwrap();
    assert_eq!(content.extensions.len(), 5);
    assert_eq!(content.extensions.sender_uri(), Some("a"));
    assert_eq!(content.extensions.room_uri(), Some("b"));
    assert!(content.encode()[22..].starts_with(known));
    assert_eq!(
        with(&[0xa1, 1, 2]).err(),
        field(CborError::Kind),
        "a URI is text"
    );
    assert_eq!(
        with(&[0xa1, 0, 2]).err(),
        field(CborError::Range),
        "key 0 is reserved"
    );
    assert_eq!(
        with(&[0xa1, 0x60, 2]).err(),
        field(CborError::Range),
        "a text key is not empty"
    );
    assert_eq!(
        with(&[0xa1, 0x41, 0, 2]).err(),
        field(CborError::Kind),
        "bytes are no key here"
    );
    assert_eq!(with(&[0xa2, 4, 0, 3, 0]).err(), field(CborError::KeyOrder));
    assert_eq!(with(&[0xa2, 3, 0, 3, 0]).err(), field(CborError::KeyOrder));
    assert_eq!(
        with(&[0xa1, 3, 0x81, 0x81, 0x81, 0x80]).err(),
        field(CborError::TooDeep)
    );
    let mut long = vec![0xa1, 3, 0x59, 0x0f, 0xfd];
    long.extend([0; 0xffd]);
    assert_eq!(with(&long).err(), field(CborError::Range));
}

#[test]
fn an_id_depends_on_sender_room_and_content() {
    let (sender, room) = (
        Uri::of_account(&AccountId::new([2; 32])),
        Uri::of_conversation(&ConversationId::new([3; 16])),
    );
    assert_eq!(
        sender.as_str(),
        format!("pipit:account:{}", "02".repeat(32))
    );
    assert_eq!(
        room.as_str(),
        format!("pipit:conversation:{}", "03".repeat(16))
    );
    let content = Content::text(SALT, "hi");
    let id = content.message_id(&sender, &room);
    assert_eq!(
        id.to_string(),
        "0171aeb2beaf998840da03273862cbf89f274cece5a60ef488819b5deed4749c"
    );
    assert_ne!(id, content.message_id(&room, &sender));
    assert_ne!(id, Content::text(SALT, "ho").message_id(&sender, &room));
    assert_ne!(id, Content::text([0; 16], "hi").message_id(&sender, &room));
    assert!(Uri::foreign(&"a".repeat(65_536)).is_err());
}

#[test]
fn debug_shows_nothing_of_what_was_written() {
    let mut content = Content::text(*b"SECRETsaltSECRET", "SECRETtext");
    content.body.language = "SECRETlanguage".into();
    content.topic_id = b"SECRETtopic".to_vec();
    let external = External {
        content_type: "SECRET/type".into(),
        url: "https://SECRET".into(),
        expires_unix_seconds: 0,
        size: 5,
        aead_algorithm: 1,
        key: vec![0xaa; 16],
        nonce: vec![0xaa; 12],
        aad: vec![],
        hash_algorithm: 1,
        hash: vec![0xaa; 32],
        description: "SECRET".into(),
        file_name: "SECRET".into(),
    };
    let external = Part {
        cardinality: Cardinality::External(Box::new(external)),
        ..content.body.clone()
    };
    content.body = multi(vec![content.body.clone(), external]);
    let debug = format!("{content:?}");
    assert!(debug.contains("External(5 bytes)"), "{debug}");
    for secret in ["SECRET", "170", "83, 69", "aa"] {
        assert!(!debug.contains(secret), "{debug}");
    }
}
