//! The calm after a storm: everything arrives, and everything is compared.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};
use serde_json::{Value, json};
use story_tests::profile;
use tokio::time::{Instant, sleep};

use crate::device::Device;
use crate::model::Index;
use crate::oracle::{self, Chat, Members, Shown};
use crate::world::{World, text};

/// Generous: reconnecting after a storm may wait for most of a minute, on a busy machine.
const DEADLINE: Duration = Duration::from_secs(60);
/// Between two looks.
const PACE: Duration = Duration::from_millis(100);
/// Messages in one answer of `message.list`, at most.
const PAGE_LEN: usize = 200;

/// What waits for a device.
const MAILBOX: &str =
    "SELECT count(*) FROM pointer JOIN device USING (device_no) WHERE hex(device_id) = ?1";
/// Conversations in which a device of the same account has a leaf, and this one has none. Who has left counts no
/// more, though nobody may be there to take the leaf out.
const OUTSIDE: &str = "
    SELECT count(DISTINCT conversation_no)
    FROM device AS this JOIN device AS other USING (account_no)
    JOIN member ON member.device_no = other.device_no AND has_left = 0
    WHERE hex(this.device_id) = ?1 AND conversation_no NOT IN
        (SELECT conversation_no FROM member WHERE device_no = this.device_no)";

/// What a device has still to do, by what it is called: `?1` is not used.
const TO_DO: [(&str, &str); 6] = [
    (
        "in its outbox",
        "SELECT count(*) FROM outbox WHERE is_failed = 0 AND ?1 = ''",
    ),
    (
        "changes of members to be answered",
        "SELECT count(*) FROM pending_commit WHERE ?1 = ''",
    ),
    (
        "ways into conversations to be answered",
        "SELECT count(*) FROM pending_join WHERE ?1 = ''",
    ),
    (
        "people to add",
        "SELECT count(*) FROM group_member JOIN chat_group USING (conversation)
         WHERE standing = 1 AND membership = 0 AND ?1 = ''",
    ),
    (
        "people to remove",
        "SELECT count(*) FROM group_member JOIN chat_group USING (conversation)
         WHERE standing = 2 AND membership = 0 AND ?1 = ''",
    ),
    (
        "groups to leave",
        "SELECT count(*) FROM chat_group WHERE membership = 1 AND ?1 = ''",
    ),
];
/// Who is in which conversation. Of a group that everybody has left the last leaves stay.
const MEMBERS: &str = "
    SELECT DISTINCT lower(hex(conversation_id)), lower(hex(account_id))
    FROM member JOIN conversation USING (conversation_no)
    JOIN device USING (device_no) JOIN account USING (account_no)
    WHERE has_left = 0";

/// Waits until nothing is on its way and everything holds.
///
/// # Errors
/// What did not hold when the time was up.
pub(crate) async fn settle(world: &World) -> Result<(), Vec<String>> {
    let deadline = Instant::now() + DEADLINE;
    loop {
        let wrong = look(world).await;
        if wrong.is_empty() {
            return Ok(());
        }
        if Instant::now() > deadline {
            return Err(wrong);
        }
        sleep(PACE).await;
    }
}

/// What does not hold now.
async fn look(world: &World) -> Vec<String> {
    let mut wrong = world.complaints();
    let mut ids = Vec::new();
    for index in world.signed_in() {
        let device = world.devices[index].read().await;
        let status = ask(&device, "account.status", Value::Null).await;
        if status["connection"] != "online" {
            ask(&device, "connection.retry", Value::Null).await;
            wrong.push(format!("d{index} is {}", status["connection"]));
        }
        ids.push((index, text(&status["deviceId"])));
        let history = profile::history(&device.profile());
        for (what, sql) in TO_DO {
            let waiting = count(&history, sql, "");
            if waiting != 0 {
                wrong.push(format!("d{index} has {waiting} {what}"));
            }
        }
    }
    for (index, id) in ids {
        let database = open(&world.server_data.join("server.sqlite3"));
        let waiting = count(&database, MAILBOX, &id);
        if waiting != 0 {
            wrong.push(format!("d{index} has {waiting} in its mailbox"));
        }
        let outside = count(&database, OUTSIDE, &id);
        if outside != 0 {
            wrong.push(format!(
                "d{index} is not in {outside} of its account's conversations"
            ));
        }
    }
    if !wrong.is_empty() {
        return wrong;
    }
    let mut shown = BTreeMap::new();
    for index in world.signed_in() {
        shown.insert(index, show(world, index).await);
    }
    see_groups(world, &shown);
    let members = members(world);
    oracle::check(&world.model().clone(), &shown, &members)
}

/// Groups whose makers were killed before they were told.
fn see_groups(world: &World, shown: &BTreeMap<Index, Shown>) {
    for (id, chat) in shown.values().flatten() {
        if chat.view["kind"] == "group" {
            world.model().see_group(id);
        }
    }
}

/// Everything holds: what the model is not sure of is settled by what is.
///
/// # Errors
/// Who came or went though nobody asked for that.
pub(crate) fn rest(world: &World) -> Result<(), Vec<String>> {
    let members = members(world);
    let wrong = world.model().calm(&members);
    match wrong.is_empty() {
        true => Ok(()),
        false => Err(wrong),
    }
}

/// Who is in which conversation, as the server has it.
fn members(world: &World) -> Members {
    let connection = open(&world.server_data.join("server.sqlite3"));
    let mut query = connection.prepare(MEMBERS).expect("a query");
    let rows = query
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))
        .expect("rows");
    let mut all = Members::new();
    let model = world.model();
    for row in rows {
        let (conversation, account): (String, String) = row.expect("a row");
        let person = model.accounts.iter().position(|known| *known == account);
        let people = all.entry(conversation).or_default();
        people.insert(person.expect("an account that was made"));
    }
    all
}

/// Everybody writes once to everybody, and in every group: conversations that look settled have to work, too.
pub(crate) async fn probe(world: &World) {
    for index in world.signed_in() {
        let device = world.devices[index].read().await;
        let hand = crate::hand::Hand {
            world,
            device: &device,
            index,
            rng: fastrand::Rng::with_seed(world.plan.seed),
        };
        for person in 0..world.plan.people {
            if let Some(conversation) = hand.open(person).await {
                hand.say(&conversation).await;
            }
        }
        for group in hand.groups().await {
            hand.say(&group.id).await;
        }
    }
}

/// What a device shows.
async fn show(world: &World, index: Index) -> Shown {
    let device = world.devices[index].read().await;
    let list = ask(&device, "conversation.list", Value::Null).await;
    let starred = starred(&device).await;
    let mut shown = Shown::new();
    for conversation in list.as_array().into_iter().flatten() {
        let id = text(&conversation["conversationId"]);
        let members = match conversation["kind"] == "group" {
            true => {
                ask(
                    &device,
                    "conversation.members",
                    json!({ "conversationId": id }),
                )
                .await
            }
            false => Value::Null,
        };
        let mut rows: Vec<Value> = Vec::new();
        loop {
            let mut params = json!({ "conversationId": id, "limit": PAGE_LEN });
            if let Some(oldest) = rows.first() {
                params["before"] = oldest["messageId"].clone();
            }
            let page = ask(&device, "message.list", params).await;
            let mut page = page.as_array().cloned().unwrap_or_default();
            let is_last = page.len() < PAGE_LEN;
            page.append(&mut rows);
            rows = page;
            if is_last {
                break;
            }
        }
        let params = json!({ "conversationId": id });
        let pinned = ask(&device, "conversation.pinned", params).await;
        let pinned = pinned.as_array().into_iter().flatten();
        let here = starred.iter().filter(|row| row["conversationId"] == *id);
        let id_of = |row: &Value| text(&row["messageId"]);
        let chat = Chat {
            view: conversation.clone(),
            members,
            rows,
            pinned: pinned.map(id_of).collect(),
            starred: here.map(id_of).collect(),
        };
        shown.insert(id, chat);
    }
    shown
}

/// Everything that its person has marked on a device.
async fn starred(device: &Device) -> Vec<Value> {
    let mut all: Vec<Value> = Vec::new();
    loop {
        let mut params = json!({ "limit": PAGE_LEN });
        if let Some(last) = all.last() {
            params["before"] = last["messageId"].clone();
        }
        let page = ask(device, "message.starred", params).await;
        let page = page.as_array().cloned().unwrap_or_default();
        let is_last = page.len() < PAGE_LEN;
        all.extend(page);
        if is_last {
            return all;
        }
    }
}

async fn ask(device: &Device, method: &str, params: Value) -> Value {
    device
        .call(method, params)
        .await
        .unwrap_or_else(|refused| panic!("{method} was refused: {refused:?}"))
}

/// A number from a database that another thread or process writes.
fn count(connection: &Connection, sql: &str, device: &str) -> i64 {
    connection
        .query_row(sql, [device.to_uppercase()], |row| row.get(0))
        .unwrap_or_else(|error| panic!("{sql}: {error}"))
}

fn open(path: &Path) -> Connection {
    let connection = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY)
        .expect("the database is there");
    connection
        .busy_timeout(Duration::from_secs(5))
        .expect("a time to wait");
    connection
}
