//! The oracle sees what was done to messages, or set, on some devices only.

use serde_json::json;

use super::super::Shown;
use super::super::tests::{CHAT, chat_on, rows, said_of};
use super::*;

/// What the oracle says when a history whose second message is a poll was damaged so.
fn said_of_poll(damage: impl FnOnce(&mut Model, &mut BTreeMap<Index, Shown>)) -> String {
    said_of(|model, shown| {
        for device in 0..3 {
            for (number, row) in rows(shown, device).iter_mut().enumerate() {
                row["messageId"] = json!(number.to_string());
            }
            let row = &mut rows(shown, device)[1];
            row["kind"] = json!("poll");
            row["poll"] = json!({
                "question": row["text"].take(),
                "options": [{ "names": [], "isOwn": false }, { "names": [], "isOwn": false }],
                "voterCount": 0,
                "isClosed": false,
            });
        }
        damage(model, shown);
    })
}

/// Alice's second message.
const POLL: Saying = Saying {
    device: 0,
    number: 2,
};

#[test]
fn edits_that_differ_are_seen() {
    let edited = said_of_poll(|_, shown| rows(shown, 1)[0]["editedAt"] = json!(1));
    assert!(edited.contains("d0#1 is"), "{edited}");
    assert!(edited.contains("on d0 and"), "{edited}");
}

#[test]
fn votes_that_differ_are_seen_and_one_seen_from_both_sides_is_the_same() {
    let vote = |row: &mut Value, choice: usize, names: Value, is_own: bool| {
        let option = &mut row["poll"]["options"][choice];
        *option = json!({ "names": names, "isOwn": is_own });
        row["poll"]["voterCount"] = json!(1);
    };
    let all = |choices: [usize; 3]| {
        said_of_poll(|_, shown| {
            let [alice, bob, other] = choices;
            // Alice sees herself as such, bob sees her name.
            vote(&mut rows(shown, 0)[1], alice, json!([]), true);
            vote(&mut rows(shown, 1)[1], bob, json!(["alice"]), false);
            vote(&mut rows(shown, 2)[1], other, json!(["alice"]), false);
        })
    };
    assert_eq!(all([1, 1, 1]), "");
    let differ = all([1, 1, 0]);
    assert!(differ.contains("d0#2 is"), "{differ}");
    assert!(differ.contains("on d2"), "{differ}");
    let lost = said_of_poll(|_, shown| vote(&mut rows(shown, 0)[1], 0, json!([]), true));
    assert!(lost.contains("on d1"), "{lost}");
    let closed = said_of_poll(|_, shown| rows(shown, 2)[1]["poll"]["isClosed"] = json!(true));
    assert!(closed.contains("on d0 and"), "{closed}");
}

#[test]
fn pins_that_differ_are_seen_and_so_is_a_list_that_differs_from_its_rows() {
    let pin = |shown: &mut BTreeMap<Index, Shown>, device| {
        rows(shown, device)[0]["isPinned"] = json!(true);
        chat_on(shown, device).pinned.insert("0".to_owned());
    };
    let everywhere = said_of_poll(|_, shown| (0..3).for_each(|device| pin(shown, device)));
    assert_eq!(everywhere, "");
    let differ = said_of_poll(|_, shown| pin(shown, 1));
    assert!(differ.contains("d0#1 is"), "{differ}");
    let list = said_of_poll(|_, shown| {
        (0..3).for_each(|device| pin(shown, device));
        chat_on(shown, 2).pinned.clear();
    });
    assert_eq!(
        list,
        "d2 has 0 messages at its head, and 1 rows that say so"
    );
}

#[test]
fn marks_that_differ_between_the_devices_of_a_person_are_seen() {
    let star = |shown: &mut BTreeMap<Index, Shown>, device| {
        rows(shown, device)[0]["isStarred"] = json!(true);
        chat_on(shown, device).starred.insert("0".to_owned());
    };
    let alices = said_of_poll(|_, shown| star(shown, 0));
    assert_eq!(alices, "", "they are nobody else's");
    let differ = said_of_poll(|_, shown| star(shown, 2));
    assert_eq!(differ, "0 is marked on one of d1 and d2");
    let list = said_of_poll(|_, shown| {
        rows(shown, 0)[0]["isStarred"] = json!(true);
    });
    assert_eq!(list, "d0 has 0 messages marked, and 1 rows that say so");
}

#[test]
fn timers_that_differ_are_seen() {
    let differ = said_of_poll(|_, shown| chat_on(shown, 2).view["timer"] = json!(60));
    assert_eq!(differ, "a timer is null on d0 and 60 on d2");
    let of_a_message = said_of_poll(|model, shown| {
        model.let_fade(CHAT);
        rows(shown, 1)[2]["timer"] = json!(60);
    });
    assert!(of_a_message.contains("d1#1 is"), "{of_a_message}");
}

#[test]
fn what_a_person_has_deleted_on_one_device_only_is_seen() {
    let on = |devices: &'static [Index]| {
        said_of_poll(move |model, shown| {
            model.hide(1, POLL, "1");
            for device in devices {
                rows(shown, *device).remove(1);
            }
        })
    };
    assert_eq!(on(&[1, 2]), "");
    assert_eq!(on(&[1]), "d0#2 is deleted on one of d1 and d2");
    let alices = on(&[0]);
    assert!(alices.contains("d0#2 is lost"), "{alices}");
}

#[test]
fn what_a_person_has_set_for_a_conversation_on_one_device_only_is_seen() {
    for (field, value) in [
        ("isMuted", json!(true)),
        ("isArchived", json!(true)),
        ("isPinned", json!(true)),
        ("isMarkedUnread", json!(true)),
        ("unread", json!(3)),
    ] {
        let differ = said_of_poll(|_, shown| chat_on(shown, 2).view[field] = value);
        assert!(differ.starts_with("a conversation is"), "{field}: {differ}");
        assert!(differ.contains("on d1 and"), "{field}: {differ}");
        let alices = said_of_poll(|_, shown| chat_on(shown, 0).view[field] = json!(9));
        assert_eq!(alices, "");
    }
}
