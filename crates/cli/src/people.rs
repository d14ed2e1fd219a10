//! The short commands for people: each a few calls of the API, with words around them.

use std::io::{BufRead as _, IsTerminal as _};

use anyhow::{Context as _, bail};
use pipit_api::view::MessageState;
use pipit_api::{Api, AppEvent, ErrorCode, RpcError};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use tokio::time::{Duration, timeout};

use crate::args::AccountArgs;

/// How long to wait for the connection before giving up.
const ONLINE_WAIT: Duration = Duration::from_secs(15);
/// How long to wait for the server to accept a message; it stays in the outbox after that.
const ACCEPT_WAIT: Duration = Duration::from_secs(30);

async fn ask<T: DeserializeOwned>(api: &Api, method: &str, params: Value) -> anyhow::Result<T> {
    let answer = api.call(method, params).await?;
    serde_json::from_value(answer).context("the answer has another form than expected")
}

fn password() -> anyhow::Result<String> {
    if std::io::stdin().is_terminal() {
        return rpassword::prompt_password("Password: ").context("the password could not be read");
    }
    let mut line = String::new();
    std::io::stdin()
        .lock()
        .read_line(&mut line)
        .context("the password could not be read")?;
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}

pub(crate) async fn register(api: &Api, account: &AccountArgs) -> anyhow::Result<()> {
    let params = json!({
        "server": account.server, "username": account.username, "password": password()?,
    });
    let made: pipit_api::param::Registered = ask(api, "account.register", params).await?;
    println!("You are {} now.", account.username);
    println!();
    println!(
        "Save this recovery key somewhere safe. It brings your account back if you lose every"
    );
    println!("device, and nobody else has a copy:");
    println!();
    println!("    {}", made.recovery_key);
    Ok(())
}

pub(crate) async fn login(api: &Api, account: &AccountArgs) -> anyhow::Result<()> {
    let params = json!({
        "server": account.server, "username": account.username, "password": password()?,
    });
    let _: pipit_api::param::LoggedIn = ask(api, "account.login", params).await?;
    println!("This profile is a device of {} now.", account.username);
    Ok(())
}

pub(crate) async fn status(api: &Api) -> anyhow::Result<()> {
    let _ = timeout(Duration::from_secs(3), online(api)).await;
    let status: Value = ask(api, "account.status", json!({})).await?;
    if status["state"] == "signedOut" {
        println!("No account in this profile yet. Create one with register, or use login.");
        return Ok(());
    }
    let word = |field: &str| status[field].as_str().unwrap_or_default().to_owned();
    println!("Account:    {} ({})", word("username"), word("accountId"));
    println!("Device:     {}", word("deviceId"));
    println!("Server:     {}", word("server"));
    println!("Connection: {}", word("connection"));
    Ok(())
}

/// Waits until the account is connected.
async fn online(api: &Api) -> anyhow::Result<()> {
    let mut events = api.events();
    loop {
        let status: Value = ask(api, "account.status", json!({})).await?;
        if status["state"] == "signedOut" {
            bail!(RpcError::new(
                ErrorCode::SignedOut,
                "There is no account in this profile yet; create one with register, or use login.",
            ));
        }
        if status["connection"] == "online" {
            return Ok(());
        }
        events.next().await.context("the profile was closed")?;
    }
}

async fn reach(api: &Api) -> anyhow::Result<()> {
    timeout(ONLINE_WAIT, online(api))
        .await
        .context("the server can't be reached now")?
}

async fn conversation_with(api: &Api, username: &str) -> anyhow::Result<String> {
    // A known person needs no server.
    let chats: Vec<Value> = ask(api, "conversation.list", json!({})).await?;
    if let Some(known) = chats
        .iter()
        .find(|chat| chat["peer"]["username"] == username)
    {
        return Ok(known["conversationId"]
            .as_str()
            .unwrap_or_default()
            .to_owned());
    }
    reach(api).await?;
    let found: Value = ask(api, "contact.find", json!({ "username": username })).await?;
    let opened: Value = ask(
        api,
        "conversation.open",
        json!({ "accountId": found["accountId"] }),
    )
    .await?;
    Ok(opened["conversationId"]
        .as_str()
        .unwrap_or_default()
        .to_owned())
}

pub(crate) async fn send(api: &Api, username: &str, text: &str) -> anyhow::Result<()> {
    let conversation = conversation_with(api, username).await?;
    let mut events = api.events();
    let params = json!({ "conversationId": conversation, "text": text });
    let sent: pipit_api::param::Sent = ask(api, "message.send", params).await?;
    let settled = async {
        while let Some(event) = events.next().await {
            let AppEvent::MessageChanged { message } = event.event else {
                continue;
            };
            if message.message_id != sent.message_id {
                continue;
            }
            match (message.state, message.failure) {
                (MessageState::Queued, _) => {}
                (_, Some(failure)) => bail!("Not sent: {}", failure.message),
                _ => return Ok(()),
            }
        }
        bail!("the profile was closed")
    };
    match timeout(ACCEPT_WAIT, settled).await {
        Ok(result) => result,
        Err(_) => {
            println!("Kept, and sent when this profile is connected again.");
            Ok(())
        }
    }
}

pub(crate) async fn listen(api: &Api) -> anyhow::Result<()> {
    let mut events = api.events();
    loop {
        tokio::select! {
            event = events.next() => match event {
                Some(event) => print_event(event.event),
                None => return Ok(()),
            },
            _ = tokio::signal::ctrl_c() => return Ok(()),
        }
    }
}

fn print_event(event: AppEvent) {
    if let AppEvent::MessageAdded { message } = event
        && !message.is_own
    {
        println!("{}: {}", message.sender_name, message.text);
    }
}

pub(crate) async fn chats(api: &Api) -> anyhow::Result<()> {
    let chats: Vec<Value> = ask(api, "conversation.list", json!({})).await?;
    for chat in &chats {
        let name = chat["name"]
            .as_str()
            .filter(|name| !name.is_empty())
            .unwrap_or("Note to self");
        let text = chat["lastMessage"]["text"].as_str().unwrap_or_default();
        println!(
            "{name}\t{} unread\t{}",
            chat["unread"],
            text.lines().next().unwrap_or_default()
        );
    }
    if chats.is_empty() {
        println!("No chats yet. Send somebody a message: pipit-cli send --data DIR USERNAME TEXT");
    }
    Ok(())
}

pub(crate) async fn history(api: &Api, username: &str, limit: u32) -> anyhow::Result<()> {
    let conversation = conversation_with(api, username).await?;
    let params = json!({ "conversationId": conversation, "limit": limit });
    let messages: Vec<Value> = ask(api, "message.list", params).await?;
    for message in messages {
        let word = |field: &str| message[field].as_str().unwrap_or_default().to_owned();
        println!("{}: {}", word("senderName"), word("text"));
    }
    Ok(())
}

pub(crate) async fn call(api: &Api, method: &str, params: Option<&str>) -> anyhow::Result<()> {
    let params = match params {
        None => Value::Null,
        Some(text) => serde_json::from_str(text)
            .ok()
            .filter(Value::is_object)
            .context("the parameters are one JSON object, such as '{\"username\": \"bob\"}'")?,
    };
    let answer = api.call(method, params).await?;
    println!("{}", serde_json::to_string_pretty(&answer)?);
    Ok(())
}
