//! The example files of draft-ietf-mimi-content-08 (its repository's `examples/`, kept in `vectors/`),
//! and vectors of our own: an independent word on what the bytes and the message ids are.

use pipit_domain::MessageId;
use pipit_wire::content::{
    Action, Cardinality, Choice, Content, ContentError, Disposition, Expires, Kind, PartSemantics,
    Poll, TextFormat, Uri,
};

const ALICE: &str = "mimi://example.com/u/alice-smith";
const BOB: &str = "mimi://example.com/u/bob-jones";
const CATHY: &str = "mimi://example.com/u/cathy-washington";
const ROOM: &str = "mimi://example.com/r/engineering_team";

/// The ids of `original` and `reply` also stand inside the files that refer to them; those of the
/// others are in comments of the draft's examples.
const IDS: [(&str, &str, &str); 3] = [
    (
        "original",
        ALICE,
        "017ce54837404c3696e0c747b985cb172716d0ed0a3d249ca63ace7d82a096f4",
    ),
    (
        "reply",
        BOB,
        "015354973c2b65ca937bf1e035ae53a5ab80e947afa43d46920d4202e5cc0b27",
    ),
    (
        "reaction",
        CATHY,
        "0158c4288911e50a8f6be3f47746b6682f10fd91bc8c05557aa589a3157aff68",
    ),
];

fn bytes(name: &str) -> Vec<u8> {
    let path = format!("{}/tests/vectors/{name}.cbor", env!("CARGO_MANIFEST_DIR"));
    std::fs::read(path).unwrap()
}

fn content(name: &str) -> Content {
    Content::decode(&bytes(name)).unwrap()
}

fn id_in_hex(name: &str, sender: &str) -> String {
    let (sender, room) = (Uri::foreign(sender).unwrap(), Uri::foreign(ROOM).unwrap());
    content(name).message_id(&sender, &room).to_string()
}

#[test]
fn every_example_is_written_again_byte_for_byte() {
    for name in [
        "attachment",
        "delete",
        "edit",
        "expiring",
        "mention",
        "multipart-1",
        "multipart-2",
        "original",
        "reaction",
        "reply",
    ] {
        let content = content(name);
        assert_eq!(content.encode(), bytes(name), "{name}");
        assert_eq!(content.extensions.room_uri(), Some(ROOM), "{name}");
    }
}

#[test]
fn message_ids_are_those_of_the_draft() {
    for (name, sender, id) in IDS {
        assert_eq!(id_in_hex(name, sender), id, "{name}");
        assert_eq!(
            content(name).extensions.sender_uri(),
            Some(sender),
            "{name}"
        );
    }
    let original = Some(IDS[0].2.parse().unwrap());
    let reply = Some(IDS[1].2.parse().unwrap());
    assert_eq!(content("reply").in_reply_to, original);
    assert_eq!(content("reaction").in_reply_to, original);
    assert_eq!(content("edit").replaces, reply);
    assert_eq!(content("delete").replaces, reply);
}

#[test]
fn fields_have_the_meaning_that_the_draft_gives_them() {
    let original = content("original");
    let Kind::Text(text) = original.kind() else {
        panic!("not a text")
    };
    assert_eq!(text.format, TextFormat::Markdown);
    assert_eq!(
        text.text,
        "Hi everyone, we just shipped release 2.0. __Good  work__!"
    );
    assert_eq!(
        content("expiring").expires,
        Some(Expires::At {
            unix_seconds: 0x6203_6674
        })
    );
    assert_eq!(content("reaction").body.disposition, Disposition::REACTION);
    assert!(content("delete").body.cardinality == Cardinality::Null);

    let Cardinality::External(video) = content("attachment").body.cardinality else {
        panic!("not external")
    };
    assert_eq!(content("attachment").body.language, "en");
    assert_eq!(video.content_type, "video/mp4");
    assert_eq!(video.url, "https://example.com/storage/8ksB4bSrrRE.mp4");
    assert_eq!(
        (video.size, video.aead_algorithm, video.hash_algorithm),
        (708_234_961, 1, 1)
    );
    assert_eq!(
        (video.key.len(), video.nonce.len(), video.hash.len()),
        (16, 12, 32)
    );
    assert_eq!(video.description, "2 hours of key signing video");
    assert_eq!(video.file_name, "bigfile.mp4");

    let Cardinality::Multi(alternatives) = content("multipart-1").body.cardinality else {
        panic!("not several")
    };
    assert_eq!(
        (alternatives.semantics, alternatives.parts.len()),
        (PartSemantics::ChooseOne, 2)
    );
    let Cardinality::Multi(reactions) = content("multipart-2").body.cardinality else {
        panic!("not several")
    };
    assert_eq!(
        (reactions.semantics, reactions.parts.len()),
        (PartSemantics::ProcessAll, 3)
    );
}

#[test]
fn each_example_is_what_the_draft_says() {
    for (name, kind) in [
        ("original", "text"),
        ("reply", "text"),
        ("mention", "text"),
        ("expiring", "text"),
        ("reaction", "reaction"),
        ("edit", "edit"),
        ("delete", "delete"),
        ("attachment", "newer"),
        ("multipart-1", "newer"),
    ] {
        let content = content(name);
        let found = match content.kind() {
            Kind::Text(_) => "text",
            Kind::Reaction { ref emoji, .. } if emoji == &["❤"] => "reaction",
            Kind::Edit { text, .. } if text.text == "Right on! _Congratulations_ y'all!" => "edit",
            Kind::Delete { .. } => "delete",
            _ => "newer",
        };
        assert_eq!(found, kind, "{name}");
    }
}

#[test]
fn our_own_bodies_keep_their_bytes() {
    let salt = *b"0123456789abcdef";
    let hex = |content: &Content| {
        let bytes = content.encode();
        let head = bytes.len() - 24;
        let shown = |bytes: &[u8]| {
            bytes
                .iter()
                .map(|byte| format!("{byte:02x}"))
                .collect::<String>()
        };
        shown(&bytes[head..])
    };
    let options = ["a".to_owned(), "b".to_owned()];
    let poll = Poll::new("?", &options, true).unwrap();
    let id = MessageId::new([1; 32]);
    let choice = Choice(0b101);
    let pin = Action::Pin {
        message: id,
        is_pinned: true,
    };
    let timer = Action::Timer {
        seconds: 3600,
        told: None,
    };
    assert_eq!(
        hex(&Content::poll(salt, &poll)),
        "642e70697069742e706f6c6c4b0a013f1201611201621801"
    );
    assert_eq!(
        hex(&Content::action(salt, Action::Vote { poll: id, choice })),
        "74696f6e2f766e642e70697069742e766f7465440a020002"
    );
    assert_eq!(
        hex(&Content::action(salt, pin)),
        "69636174696f6e2f766e642e70697069742e70696e420801"
    );
    assert_eq!(
        hex(&Content::action(salt, timer)),
        "74696f6e2f766e642e70697069742e74696d65724308901c"
    );
}

/// The one example that is no message: values that a client derives, an array of seven as well.
#[test]
fn derived_values_are_not_taken_for_a_message() {
    let error = Content::decode(&bytes("implied-original")).err();
    assert!(
        matches!(error, Some(ContentError::Field { field: "salt", .. })),
        "{error:?}"
    );
}

/// Our own text message, so that its bytes never change unnoticed.
#[test]
fn a_text_of_ours_keeps_its_bytes() {
    let content = Content::text(*b"0123456789abcdef", "Hello, Pipit!");
    let hex: String = content
        .encode()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    assert_eq!(
        hex,
        concat!(
            "87",                                                 // message: array of 7
            "5030313233343536373839616263646566",                 // salt
            "f6",                                                 // replaces
            "40",                                                 // topicId
            "f6",                                                 // expires
            "f6",                                                 // inReplyTo
            "a0",                                                 // extensions
            "8501600178", // part: render, no language, single, text of
            "18746578742f706c61696e3b636861727365743d7574662d38", // 24 bytes: the media type
            "4d48656c6c6f2c20506970697421", // content
        )
    );
}
