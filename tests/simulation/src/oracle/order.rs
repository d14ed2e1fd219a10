//! What several people wrote in one millisecond stands in one order on all devices that received it: that in which the
//! server took it. What a device has sent stands there where it was written.

use std::collections::BTreeMap;

use super::Chat;
use super::deed::rows_since;
use crate::model::{Index, Model, Place};

/// Compares each device with the first that has received two or more messages of the same millisecond.
pub(super) fn check(
    model: &Model,
    place: &Place,
    chats: &BTreeMap<Index, &Chat>,
    wrong: &mut Vec<String>,
) {
    let mut first: BTreeMap<u64, (Index, Vec<&str>)> = BTreeMap::new();
    for (&device, chat) in chats {
        let mut tied: BTreeMap<u64, Vec<&str>> = BTreeMap::new();
        for (id, _, row) in rows_since(model, place, device, chat) {
            if row["isOwn"] == false
                && let Some(at) = row["sentAt"].as_u64()
            {
                tied.entry(at).or_default().push(id);
            }
        }
        for (at, ids) in tied.into_iter().filter(|(_, ids)| ids.len() > 1) {
            let (other, expected) = first.entry(at).or_insert_with(|| (device, ids.clone()));
            let here: Vec<_> = ids.iter().filter(|id| expected.contains(id)).collect();
            let there: Vec<_> = expected.iter().filter(|id| ids.contains(id)).collect();
            if here != there {
                wrong.push(format!(
                    "d{device} shows what was accepted at {at} in another order than d{other}"
                ));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::tests::{rows, said_of};

    #[test]
    fn another_order_within_a_millisecond_is_seen() {
        let said = |swaps: bool| {
            said_of(|_, shown| {
                for device in [1, 2] {
                    for (number, row) in rows(shown, device).iter_mut().enumerate() {
                        row["messageId"] = json!(number.to_string());
                        row["sentAt"] = json!(if number == 0 { 4 } else { 5 });
                        row["isOwn"] = json!(false);
                    }
                }
                if swaps {
                    rows(shown, 2).swap(1, 2);
                }
            })
        };
        assert!(!said(false).contains("another order"));
        assert!(said(true).contains("d2 shows what was accepted at 5 in another order than d1"));
    }
}
