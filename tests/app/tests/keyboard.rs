//! A day in the packaged app by keys alone, with pictures of the pages that it comes by.

use std::sync::Arc;

use anyhow::Result;
use app_tests::{App, Desktop, PASSWORD, Server, wait};

const GROUP: &str = "Ridge walkers";

#[tokio::test]
async fn a_day_is_done_by_keys_alone() -> Result<()> {
    let desktop = Arc::new(Desktop::start().await?);
    let server = Server::start(&desktop.folder("server"))?;
    let oskar = App::start(&desktop, &desktop.folder("oskar"), &server.address).await?;
    oskar.move_to(1104, 30).await?;
    oskar.sign_up("oskar", "Oskar Lind").await?;
    let ines = App::start(&desktop, &desktop.folder("ines"), &server.address).await?;
    ines.move_to(8, 30).await?;
    ines.activate().await?;
    ines.watch_pointer().await?;

    makes_an_account(&ines).await?;
    starts_a_chat_and_a_group(&ines).await?;
    oskar.accept(GROUP).await?;
    oskar.send("Who has room in the car?").await?;
    ines.activate().await?;
    writes_and_answers(&ines).await?;
    forwards_and_asks(&ines).await?;
    finds(&ines).await?;
    mutes_archives_and_undoes(&ines).await?;
    looks_at_the_group_and_leaves(&ines).await?;
    goes_through_settings(&ines).await?;

    assert_eq!(ines.pointer_presses().await?, 0, "a pointer was needed");
    ines.close().await?;
    oskar.close().await
}

async fn makes_an_account(ines: &App) -> Result<()> {
    ines.find("button", "Create an account").await?;
    ines.picture("keys-b1.png").await?;
    ines.step_to("Create an account", "Tab").await?;
    ines.keys(&["Return"])?;
    ines.see("Online, ").await?;
    ines.picture("keys-b2.png").await?;
    ines.step_to("Continue", "Tab").await?;
    ines.keys(&["Return"])?;
    ines.see("Create your account").await?;
    ines.has_focus("Username").await?;
    ines.type_text("ines").await?;
    ines.step_to("Display name", "Tab").await?;
    ines.type_text("Ines Almeida").await?;
    ines.step_to("Password", "Tab").await?;
    ines.type_text(PASSWORD).await?;
    ines.picture("keys-b3.png").await?;
    ines.keys(&["Return"])?;
    ines.see("Save your recovery key").await?;
    ines.picture("keys-b5.png").await?;
    ines.step_to("I have saved it", "Tab").await?;
    ines.keys(&["space"])?;
    ines.step_to("Finish", "Tab").await?;
    ines.keys(&["Return"])?;
    ines.find("button", "New chat").await?;
    ines.picture("keys-c1.png").await.map(drop)
}

async fn starts_a_chat_and_a_group(ines: &App) -> Result<()> {
    ines.keys(&["ctrl+n"])?;
    ines.has_focus("Username").await?;
    ines.type_text("oskar").await?;
    ines.keys(&["Return"])?;
    ines.has_focus("Message ").await?;
    ines.type_text("Morning").await?;
    ines.keys(&["Return"])?;
    ines.see_message("Morning", "delivered").await?;

    ines.keys(&["ctrl+n"])?;
    ines.has_focus("Username").await?;
    ines.step_to("New group", "Tab").await?;
    ines.keys(&["Return"])?;
    ines.find("dialog", "New group").await?;
    ines.step_to("Group name", "Tab").await?;
    ines.type_text(GROUP).await?;
    ines.step_to("People", "Tab").await?;
    ines.type_text("oskar").await?;
    ines.keys(&["Return"])?;
    ines.find("button", "Take out").await?;
    ines.step_to("Create group", "Tab").await?;
    ines.keys(&["Return"])?;
    ines.has_focus("Message Ridge").await
}

async fn writes_and_answers(ines: &App) -> Result<()> {
    ines.see_message("Who has room", "").await?;
    ines.type_text("The hut is *booked*").await?;
    ines.keys(&["Return"])?;
    ines.see_message("The hut is booked", "delivered").await?;
    to_message(ines, "Who has room").await?;
    ines.keys(&["r"])?;
    ines.has_focus("Message Ridge").await?;
    ines.see("Reply to").await?;
    ines.type_text("I can take three").await?;
    ines.picture("keys-a3.png").await?;
    ines.keys(&["Return"])?;
    ines.find("button", "Go to the message").await?;
    to_message(ines, "Who has room").await?;
    ines.keys(&["e"])?;
    ines.has_focus("Search emoji").await?;
    ines.type_text("red heart").await?;
    ines.picture("keys-j3.png").await?;
    ines.keys(&["Return"])?;
    ines.find("button", "❤️ 1").await?;
    ines.has_focus("Who has room").await?;
    ines.keys(&["shift+F10"])?;
    ines.find("menuitem", "Reply").await?;
    ines.picture("keys-j1.png").await?;
    ines.keys(&["Escape"])?;
    ines.has_focus("Who has room").await?;
    ines.keys(&["Escape"])?;
    ines.has_focus("Message Ridge").await?;
    ines.keys(&["Up"])?;
    ines.see("Edit message").await?;
    ines.type_text(", with bags").await?;
    ines.keys(&["Return"])?;
    ines.see_message("three, with bags", "delivered").await?;
    ines.picture("keys-a1.png").await.map(drop)
}

async fn forwards_and_asks(ines: &App) -> Result<()> {
    to_message(ines, "The hut is").await?;
    ines.keys(&["f"])?;
    ines.find("dialog", "Forward to").await?;
    ines.type_text("oskar").await?;
    ines.picture("keys-j2.png").await?;
    ines.keys(&["Return"])?;
    ines.find("button", "Forward to 1").await?;
    ines.keys(&["Return"])?;
    ines.see("Forwarded to").await?;
    ines.has_focus("The hut is").await?;
    ines.keys(&["p"])?;
    ines.see("Pinned message").await?;
    ines.keys(&["Escape"])?;
    ines.has_focus("Message Ridge").await?;
    ines.step_to("New poll", "Tab").await?;
    ines.keys(&["Return"])?;
    ines.find("dialog", "New poll").await?;
    ines.step_to("Question", "Tab").await?;
    ines.type_text("Which hut?").await?;
    ines.keys(&["Tab"])?;
    ines.type_text("Tarn").await?;
    ines.keys(&["Tab"])?;
    ines.type_text("Meadow").await?;
    ines.keys(&["Return"])?;
    ines.see_gone("dialog", "New poll").await?;
    ines.see_message("Which hut?", "delivered").await?;
    ines.has_focus("New poll").await?;
    ines.keys(&["shift+Tab"])?;
    to_message(ines, "Which hut?").await?;
    ines.step_to("Tarn", "Tab").await?;
    ines.keys(&["space"])?;
    ines.see("1 person voted").await?;
    ines.picture("keys-poll.png").await?;
    ines.keys(&["Escape"])?;
    ines.has_focus("Message Ridge").await
}

async fn finds(ines: &App) -> Result<()> {
    ines.keys(&["ctrl+shift+f"])?;
    ines.has_focus("Search").await?;
    ines.type_text("bags").await?;
    ines.see("Messages, 1").await?;
    ines.picture("keys-d1.png").await?;
    ines.keys(&["Down", "Return"])?;
    ines.has_focus("with bags").await?;
    ines.keys(&["Escape"])?;
    ines.keys(&["ctrl+f"])?;
    ines.has_focus("Find in this chat").await?;
    ines.type_text("hut").await?;
    ines.see("1 of ").await?;
    ines.picture("keys-d2.png").await?;
    ines.keys(&["Return"])?;
    ines.see("2 of ").await?;
    ines.keys(&["Escape"])?;
    ines.has_focus("Message Ridge").await?;
    ines.keys(&["ctrl+k"])?;
    ines.find("dialog", "Go anywhere").await?;
    ines.picture("keys-d3.png").await?;
    ines.type_text("oskar").await?;
    ines.see("Oskar Lind").await?;
    ines.keys(&["Return"])?;
    ines.has_focus("Message Oskar").await?;
    ines.keys(&["ctrl+Tab"])?;
    ines.has_focus("Message Ridge").await?;
    ines.keys(&["ctrl+slash"])?;
    ines.find("dialog", "Keyboard shortcuts").await?;
    ines.picture("keys-d4.png").await?;
    ines.keys(&["Escape"])?;
    ines.has_focus("Message Ridge").await
}

async fn mutes_archives_and_undoes(ines: &App) -> Result<()> {
    ines.keys(&["ctrl+shift+m"])?;
    ines.find("dialog", "Mute Ridge walkers").await?;
    ines.picture("keys-e3.png").await?;
    ines.step_to("For 1 hour", "Tab").await?;
    ines.keys(&["Return"])?;
    ines.see_gone("dialog", "Mute").await?;
    ines.keys(&["ctrl+z"])?;
    ines.keys(&["ctrl+shift+a"])?;
    ines.see_gone("row", GROUP).await?;
    ines.picture("keys-j5.png").await?;
    ines.keys(&["ctrl+z"])?;
    ines.find("row", GROUP).await.map(drop)
}

async fn looks_at_the_group_and_leaves(ines: &App) -> Result<()> {
    ines.keys(&["ctrl+period"])?;
    ines.see("2 members").await?;
    ines.picture("keys-e1.png").await?;
    ines.keys(&["F6"])?;
    ines.step_to("Members and permissions", "Tab").await?;
    ines.keys(&["Return"])?;
    ines.step_to("you", "Tab").await?;
    ines.picture("keys-e2.png").await?;
    ines.step_to("oskar", "Down").await?;
    ines.keys(&["Return"])?;
    ines.step_to("Make admin", "Down").await?;
    ines.keys(&["Return"])?;
    ines.see("Admin").await?;
    ines.keys(&["Escape"])?;
    ines.step_to("Leave group", "Tab").await?;
    ines.keys(&["Return"])?;
    ines.has_focus("Cancel").await?;
    ines.picture("keys-leave.png").await?;
    ines.step_to("Leave group", "Tab").await?;
    ines.keys(&["Return"])?;
    ines.see("You left").await?;
    ines.keys(&["Escape"])
}

async fn goes_through_settings(ines: &App) -> Result<()> {
    ines.keys(&["ctrl+k"])?;
    ines.find("dialog", "Go anywhere").await?;
    ines.type_text("notifications").await?;
    ines.keys(&["Return"])?;
    ines.has_focus("Notifications").await?;
    ines.see("Nothing here").await?;
    ines.picture("keys-k1.png").await?;
    ines.keys(&["Escape"])?;
    ines.see_gone("text", "Nothing here").await?;
    ines.keys(&["ctrl+comma"])?;
    ines.find("button", "Appearance").await?;
    ines.step_to("Appearance", "Tab").await?;
    ines.keys(&["Return"])?;
    ines.step_to("Like the system", "Tab").await?;
    ines.step_to("Dark", "Left").await?;
    ines.picture("keys-g5.png").await?;
    ines.keys(&["Escape"])?;
    ines.see_gone("button", "Appearance").await?;
    ines.picture("keys-dark.png").await.map(drop)
}

/// Puts the focus on a message: from the composer to the newest one, and up from there.
async fn to_message(ines: &App, text: &str) -> Result<()> {
    ines.has_focus("Message Ridge").await?;
    ines.keys(&["shift+Tab"])?;
    wait::until("the composer to lose the focus", async || {
        Ok((!ines.focused().await?.starts_with("Message ")).then_some(()))
    })
    .await?;
    ines.step_to(text, "Up").await
}
