//! Seeds of frames, bodies, envelopes and content.

use bytes::Bytes;
use pipit_domain::{AccountId, MessageId};
use pipit_wire::charter::{Allowed, Charter, Role};
use pipit_wire::content::{Action, Choice, Content, MessageStatus, Poll, StatusReport};
use pipit_wire::frame::encode;
use pipit_wire::group::{GroupInfo, INFO_SALT_LEN, LINK_SECRET_LEN, info_hash};
use pipit_wire::v1::{self, client_frame, server_frame};

use super::{Seed, TIME, seed};

pub fn seeds() -> Vec<Seed> {
    let mut seeds = Vec::new();
    for (name, body) in client_bodies() {
        let frame = v1::ClientFrame {
            request_id: 9,
            body: Some(body),
        };
        seeds.push(seed("client_frame", name, encode(&frame)));
    }
    for (name, body) in server_bodies() {
        let frame = v1::ServerFrame {
            request_id: 9,
            body: Some(body),
        };
        seeds.push(seed("server_frame", name, encode(&frame)));
    }
    seeds.extend(http_bodies());
    seeds.push(seed("mls_header", "short", envelope(40)));
    seeds.push(seed("mls_header", "long", envelope(300)));
    let handshake = [&[0, 1, 0, 1, 16][..], &[3; 16], &5u64.to_be_bytes()].concat();
    seeds.push(seed("mls_header", "handshake", handshake));
    seeds.extend(contents());
    seeds.extend(groups());
    seeds
}

fn groups() -> Vec<Seed> {
    let accounts = [1, 2, 3].map(|n| AccountId::new([n; 32]));
    let info = GroupInfo {
        salt: vec![4; INFO_SALT_LEN],
        name: "Walkers".to_owned(),
        about: "On Sundays.".to_owned(),
        picture: b"\x89PNG\r\n\x1a\npixels".to_vec(),
        link_secret: vec![5; LINK_SECRET_LEN],
    };
    let info = encode(&info);
    let founding = Charter::founding(accounts[0], info_hash(&info));
    let mut grown = founding.clone();
    grown.version = 7;
    grown.add = Allowed::Everyone;
    grown.shares_history = 20;
    grown.needs_approval = true;
    grown.set_role(accounts[1], Role::Admin);
    grown.set_role(accounts[2], Role::Owner);
    vec![
        seed("charter", "founding", founding.encode()),
        seed("charter", "grown", grown.encode()),
        seed("group_info", "whole", info),
    ]
}

/// An envelope with the clear header of a PrivateMessage; what would be sealed is zeros.
fn envelope(sealed_len: u16) -> Vec<u8> {
    let mut bytes = vec![0, 1, 0, 2, 16];
    bytes.extend([3; 16]);
    bytes.extend(5u64.to_be_bytes());
    bytes.extend([1, 16]);
    bytes.extend([4; 16]);
    bytes.push(28);
    bytes.extend([0; 28]);
    if sealed_len < 64 {
        bytes.push(sealed_len.to_be_bytes()[1]);
    } else {
        bytes.extend((sealed_len | 0x4000).to_be_bytes());
    }
    bytes.resize(bytes.len() + usize::from(sealed_len), 0);
    bytes
}

fn client_bodies() -> Vec<(&'static str, client_frame::Body)> {
    use client_frame::Body;
    let ids = |len| vec![vec![1; len], vec![2; len]];
    let accounts = vec![v1::LedgerRequest {
        account_id: vec![1; 32],
        known_entries: 3,
    }];
    vec![
        (
            "hello",
            Body::Hello(v1::ClientHello {
                version: 1,
                capabilities: vec!["signals".into()],
            }),
        ),
        (
            "submit",
            Body::Submit(v1::Submit {
                payload: envelope(40).into(),
                ..v1::Submit::default()
            }),
        ),
        (
            "acknowledge",
            Body::Acknowledge(v1::Acknowledge {
                sequences: vec![1, 300, u64::MAX],
                mailbox_expiry_handled: true,
            }),
        ),
        ("signal", Body::Signal(signal())),
        ("ping", Body::Ping(v1::Ping {})),
        (
            "look-up",
            Body::LookUp(v1::LookUp {
                username: "alice".into(),
            }),
        ),
        (
            "fetch-ledgers",
            Body::FetchLedgers(v1::FetchLedgers { accounts }),
        ),
        (
            "claim-key-packages",
            Body::ClaimKeyPackages(v1::ClaimKeyPackages {
                account_ids: ids(32),
                suite: v1::Suite::PostQuantum.into(),
            }),
        ),
        (
            "delivery-status",
            Body::DeliveryStatus(v1::DeliveryStatus {
                envelope_ids: ids(16),
            }),
        ),
        (
            "key-package-count",
            Body::KeyPackageCount(v1::KeyPackageCount {}),
        ),
        (
            "list-conversations",
            Body::ListConversations(v1::ListConversations::default()),
        ),
    ]
}

fn signal() -> v1::Signal {
    v1::Signal {
        group_id: vec![3; 16],
        payload: Bytes::from_static(b"sealed"),
        sender_device: vec![4; 16],
    }
}

fn server_bodies() -> Vec<(&'static str, server_frame::Body)> {
    use server_frame::Body;
    let delivered = v1::Delivered {
        account_id: vec![1; 32],
        envelope_ids: vec![vec![4; 16]],
    };
    let slice = v1::LedgerSlice {
        account_id: vec![1; 32],
        username: "alice".into(),
        entries: vec![vec![1; 40], vec![2; 40]],
    };
    let claimed = v1::ClaimedKeyPackage {
        account_id: vec![1; 32],
        device_id: vec![2; 16],
        key_package: vec![3; 60],
    };
    let conversation = v1::ConversationState {
        conversation_id: vec![1; 16],
        group_id: vec![2; 16],
        epoch: 7,
        is_member: true,
        has_handshake: true,
    };
    vec![
        ("accepted", Body::Accepted(v1::Accepted { time: TIME })),
        ("deliver", Body::Deliver(deliver())),
        ("delivered", Body::Delivered(delivered.clone())),
        ("signal", Body::Signal(signal())),
        ("refused", Body::Refused(refused())),
        ("caught-up", Body::CaughtUp(v1::CaughtUp {})),
        ("pong", Body::Pong(v1::Pong {})),
        (
            "look-up",
            Body::LookUp(v1::LookUpResult {
                account_id: vec![1; 32],
            }),
        ),
        (
            "ledgers",
            Body::Ledgers(v1::LedgersResult {
                ledgers: vec![slice],
            }),
        ),
        (
            "key-packages",
            Body::KeyPackages(v1::KeyPackagesResult {
                key_packages: vec![claimed],
                devices_without: vec![vec![5; 16]],
            }),
        ),
        (
            "delivery-status",
            Body::DeliveryStatus(v1::DeliveryStatusResult {
                delivered: vec![delivered],
            }),
        ),
        (
            "key-package-count",
            Body::KeyPackageCount(v1::KeyPackageCountResult {
                classical: 32,
                post_quantum: 31,
                last_resort_expires: TIME,
            }),
        ),
        (
            "conversations",
            Body::Conversations(v1::ConversationsResult {
                more: false,
                conversations: vec![conversation],
            }),
        ),
        (
            "hello",
            Body::Hello(v1::ServerHello {
                version: 1,
                capabilities: vec!["signals".into()],
                time: TIME,
                mailbox_expired: true,
            }),
        ),
        (
            "going-away",
            Body::GoingAway(v1::GoingAway {
                reconnect_after_ms: 500,
            }),
        ),
    ]
}

fn deliver() -> v1::Deliver {
    v1::Deliver {
        sequence: 12,
        time: TIME,
        kind: v1::EnvelopeKind::Welcome.into(),
        payload: envelope(40).into(),
        conversation_id: vec![1; 16],
        tree: vec![2; 80],
        envelope_id: vec![3; 16],
    }
}

fn refused() -> v1::Refused {
    let mut refused = v1::Refused::new(v1::RefusalCode::StaleEpoch, "Apply the commits first.");
    refused.epoch = 9;
    refused.after_ms(1500)
}

fn http_bodies() -> Vec<Seed> {
    let key_package = v1::KeyPackage {
        suite: v1::Suite::Classical.into(),
        last_resort: true,
        key_package: vec![1; 60],
    };
    let register = v1::RegisterFinish {
        username: "alice".into(),
        opaque_upload: vec![1; 192],
        ledger_entry: vec![2; 174],
        recovery_bundle: vec![3; 80],
        key_packages: vec![key_package.clone()],
    };
    let logged_in = v1::LoggedIn {
        account_id: vec![1; 32],
        ticket: vec![2; 32],
        recovery_bundle: vec![3; 80],
        ledger_entries: vec![vec![4; 174]],
    };
    let append = v1::AppendLedger {
        account_id: vec![1; 32],
        entry: vec![2; 174],
        ticket: vec![3; 32],
        key_packages: vec![key_package],
    };
    let create = v1::CreateConversation {
        conversation_id: vec![1; 16],
        kind: v1::ConversationKind::Direct.into(),
        group_info: vec![2; 100],
        tree: vec![3; 100],
        welcome: vec![4; 100],
    };
    let commit = v1::CommitGroup {
        conversation_id: vec![1; 16],
        epoch: 5,
        envelope_id: vec![2; 16],
        commit: vec![3; 100],
        welcome: vec![4; 100],
        group_info: vec![5; 100],
    };
    let server = v1::ServerDescription {
        name: "localhost".into(),
        registration_open: true,
        version_min: 1,
        version_max: 1,
        time: 0,
    };
    vec![
        seed("http_bodies", "register-finish", encode(&register)),
        seed("http_bodies", "logged-in", encode(&logged_in)),
        seed("http_bodies", "append-ledger", encode(&append)),
        seed("http_bodies", "create-conversation", encode(&create)),
        seed("http_bodies", "commit-group", encode(&commit)),
        seed("http_bodies", "server-description", encode(&server)),
        seed("http_bodies", "refused", encode(&refused())),
    ]
}

/// Our own contents, and the draft's examples.
fn contents() -> Vec<Seed> {
    let report = StatusReport {
        statuses: vec![
            (MessageId::new([1; 32]), MessageStatus::READ),
            (MessageId::new([2; 32]), MessageStatus::DELIVERED),
        ],
    };
    let salt = *b"0123456789abcdef";
    let mut seeds = vec![
        seed(
            "content",
            "text",
            Content::text(salt, "Hello, wörld 👋").encode(),
        ),
        seed(
            "content",
            "status-report",
            Content::status_report(salt, &report).encode(),
        ),
        seed("status_report", "two", report.encode()),
    ];
    let id = MessageId::new([1; 32]);
    let poll = Poll::new("Tea?", &["yes".into(), "no".into()], true).expect("within bounds");
    let choice = Choice(0b11);
    let timer = Action::Timer {
        seconds: 60,
        told: None,
    };
    let on_others = [
        ("markdown", Content::typed(salt, "*hello*")),
        ("poll", Content::poll(salt, &poll)),
        ("our-reaction", Content::reaction(salt, id, "👍🏽")),
        ("our-delete", Content::delete(salt, id)),
        (
            "vote",
            Content::action(salt, Action::Vote { poll: id, choice }),
        ),
        ("timer", Content::action(salt, timer)),
    ];
    seeds.extend(on_others.map(|(name, content)| seed("content", name, content.encode())));
    let vectors = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../crates/wire/tests/vectors"
    );
    for file in std::fs::read_dir(vectors).expect("the wire crate's vectors are there") {
        let path = file.expect("readable").path();
        let name = path
            .file_stem()
            .expect("named")
            .to_string_lossy()
            .into_owned();
        seeds.push(seed(
            "content",
            &name,
            std::fs::read(&path).expect("readable"),
        ));
    }
    seeds
}
