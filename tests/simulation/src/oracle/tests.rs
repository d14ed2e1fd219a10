//! The oracle sees what it is there for: each kind of damage to a history that was whole.

use serde_json::json;

use super::*;
use crate::model::Since;

pub(super) const CHAT: &str = "chat";

/// Alice with device 0, bob with devices 1 and 2; alice has said three things, bob one.
fn whole() -> (Model, BTreeMap<Index, Shown>) {
    let mut model = Model {
        owners: vec![0, 1, 1],
        accounts: vec!["alice".to_owned(), "bob".to_owned()],
        ..Model::default()
    };
    model.note_place(CHAT, [0, 1]);
    let mut said = Vec::new();
    for device in [0, 0, 1, 0] {
        let saying = model.ask(CHAT, device);
        model.keep(CHAT, saying);
        said.push(saying);
    }
    let mut shown = BTreeMap::new();
    for device in 0..3 {
        model.since.insert(device, Since::Always);
        let rows = said.iter().map(|saying| {
            let (author, owner) = (model.owners[saying.device], model.owners[device]);
            json!({
                "text": saying.text(),
                "kind": "text",
                "sender": model.accounts[author],
                "isOwn": author == owner,
                "isForwarded": false,
                "state": if author == owner { "delivered" } else { "received" },
            })
        });
        shown.insert(
            device,
            Shown::from([(CHAT.to_owned(), chat(rows.collect()))]),
        );
    }
    (model, shown)
}

pub(super) fn chat_on(shown: &mut BTreeMap<Index, Shown>, device: Index) -> &mut Chat {
    let conversations = shown.get_mut(&device).expect("a device");
    conversations.get_mut(CHAT).expect("a conversation")
}

pub(super) fn rows(shown: &mut BTreeMap<Index, Shown>, device: Index) -> &mut Vec<Value> {
    &mut chat_on(shown, device).rows
}

fn chat(rows: Vec<Value>) -> Chat {
    Chat {
        rows,
        ..Chat::default()
    }
}

/// What the oracle says after damage.
pub(super) fn said_of(damage: impl FnOnce(&mut Model, &mut BTreeMap<Index, Shown>)) -> String {
    let (mut model, mut shown) = whole();
    damage(&mut model, &mut shown);
    check(&model, &shown, &Members::new()).join("; ")
}

#[test]
fn a_whole_history_is_in_order() {
    assert_eq!(said_of(|_, _| {}), "");
}

#[test]
fn loss_is_seen_on_either_side() {
    let lost = said_of(|_, shown| drop(rows(shown, 2).remove(1)));
    assert_eq!(lost, "d2 has not got d0's [2]");
    let lost = said_of(|_, shown| {
        for device in 0..3 {
            rows(shown, device).remove(1);
        }
    });
    assert_eq!(lost, "d0#2 is lost on its own device");
    let lost = said_of(|_, shown| shown.get_mut(&1).expect("a device").clear());
    assert!(lost.contains("d1 has not got d0's [1, 2, 3]"), "{lost}");
}

#[test]
fn what_a_crash_interrupted_may_be_there_or_not() {
    let unsure = |model: &mut Model| {
        let said = &mut model.places.get_mut(CHAT).expect("a conversation").said;
        said.get_mut(&0).expect("alice's").insert(2, false);
    };
    assert_eq!(said_of(|model, _| unsure(model)), "");
    let lost_everywhere = said_of(|model, shown| {
        unsure(model);
        for device in 0..3 {
            rows(shown, device).remove(1);
        }
    });
    assert_eq!(lost_everywhere, "");
    let half = said_of(|model, shown| {
        unsure(model);
        rows(shown, 0).remove(1);
    });
    assert!(half.contains("d1 has a hole in d0's"), "{half}");
}

#[test]
fn doubles_and_changed_order_are_seen() {
    let twice = said_of(|_, shown| {
        let row = rows(shown, 1)[1].clone();
        rows(shown, 1).insert(1, row);
    });
    assert!(twice.contains("d1 shows d0#2 twice"), "{twice}");
    let swapped = said_of(|_, shown| rows(shown, 1).swap(0, 1));
    assert!(swapped.contains("d1 shows d0#1 after d0#2"), "{swapped}");
    // Between senders there is no order to keep.
    assert_eq!(said_of(|_, shown| rows(shown, 1).swap(1, 2)), "");
}

#[test]
fn what_was_not_said_and_where_it_was_not_said_is_seen() {
    let invented = said_of(|_, shown| {
        let placeholder = json!({ "text": "", "kind": "unreadable" });
        rows(shown, 0).push(placeholder);
    });
    assert!(invented.contains("unreadable"), "{invented}");
    let elsewhere = said_of(|_, shown| {
        let rows = rows(shown, 0).clone();
        let conversations = shown.get_mut(&0).expect("a device");
        conversations.insert("other".to_owned(), chat(rows));
    });
    assert!(elsewhere.contains("nobody made"), "{elsewhere}");
    let opened = said_of(|_, shown| {
        let conversations = shown.get_mut(&0).expect("a device");
        conversations.insert("other".to_owned(), Chat::default());
    });
    assert_eq!(opened, "");
    let forged = said_of(|_, shown| rows(shown, 0)[2]["sender"] = json!("alice"));
    assert!(forged.contains("somebody else's"), "{forged}");
}

#[test]
fn a_state_that_stands_still_is_seen() {
    let stuck = said_of(|_, shown| rows(shown, 0)[0]["state"] = json!("accepted"));
    assert!(stuck.starts_with("d0#1 is accepted on d0"), "{stuck}");
}

#[test]
fn a_late_device_has_everything_from_some_moment_on() {
    let late = |model: &mut Model| drop(model.since.insert(2, Since::Unknown));
    let suffix = said_of(|model, shown| {
        late(model);
        rows(shown, 2).drain(..2);
    });
    assert_eq!(suffix, "");
    let hole = said_of(|model, shown| {
        late(model);
        rows(shown, 2).remove(1);
    });
    assert!(
        hole.contains("d2 has a hole in d0's: [1, 3] of [1, 2, 3]"),
        "{hole}"
    );
    let missing = said_of(|model, shown| {
        late(model);
        model.calm(&Members::new());
        let saying = model.ask(CHAT, 0);
        let row = json!({ "text": saying.text(), "kind": "text", "sender": "alice" });
        rows(shown, 0).push(row);
    });
    assert!(missing.contains("d2 has not got d0's [4]"), "{missing}");
}

#[test]
fn what_was_passed_on_and_what_was_not_is_seen() {
    let invented = said_of(|_, shown| rows(shown, 1)[0]["isForwarded"] = json!(true));
    assert_eq!(invented, "d1 says true to d0#1 being passed on");
    let hidden = said_of(|model, _| {
        let saying = Saying {
            device: 0,
            number: 1,
        };
        model.pass_on(CHAT, saying);
        model.keep(CHAT, saying);
    });
    assert!(hidden.contains("d2 says false to d0#1"), "{hidden}");
}

#[test]
fn what_outlives_its_time_is_seen_where_the_clock_is_right() {
    let late = |model: &mut Model, shown: &mut BTreeMap<Index, Shown>| {
        model.let_fade(CHAT);
        for device in 0..3 {
            rows(shown, device)[3]["timer"] = json!(1);
        }
        rows(shown, 1)[3]["expiresAt"] = json!(1000);
    };
    let seen = said_of(late);
    assert_eq!(seen, "d1 still shows d0#3, whose time is over");
    let excused = said_of(|model, shown| {
        late(model, shown);
        model.jumped.insert(1);
    });
    assert_eq!(excused, "");
}

#[test]
fn groups_that_differ_are_seen() {
    let group = |members: &BTreeSet<Index>, damage: fn(&mut Value)| {
        let (model, mut shown) = whole();
        for chats in shown.values_mut() {
            let chat = chats.get_mut(CHAT).expect("a conversation");
            chat.view = json!({ "name": "group", "group": { "isMember": true } });
            chat.members = json!([{ "accountId": "alice", "role": "owner" },
                { "accountId": "bob", "role": "member" }]);
        }
        let chat = shown.get_mut(&2).and_then(|chats| chats.get_mut(CHAT));
        damage(&mut chat.expect("a conversation").view);
        let chats = shown.iter().map(|(device, chats)| (*device, &chats[CHAT]));
        let mut wrong = Vec::new();
        group::check(&model, members, &chats.collect(), &mut wrong);
        wrong.join("; ")
    };
    let both = BTreeSet::from([0, 1]);
    assert_eq!(group(&both, |_| {}), "");
    let renamed = group(&both, |view| view["name"] = json!("other"));
    assert!(renamed.contains("on d0 and"), "{renamed}");
    let stranger = group(&BTreeSet::from([0]), |_| {});
    assert!(stranger.contains("d1 says true"), "{stranger}");
}

#[test]
fn who_is_out_must_not_have_what_was_said_later() {
    let later = said_of(|model, _| {
        let place = model.places.get_mut(CHAT).expect("a conversation");
        let out = Stay::Out(BTreeMap::from([(0, 2)]));
        place.people.insert(1, out);
    });
    assert!(
        later.contains("d1 is out and has what d0 said later"),
        "{later}"
    );
}
