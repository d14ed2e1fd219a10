//! Two people talk through two packaged apps and a real server.

use std::sync::Arc;

use anyhow::Result;
use app_tests::{App, Desktop, Server, wait};
use thirtyfour::prelude::Key;

/// Ines and Oskar with their names, their windows beside each other.
async fn side_by_side(desktop: &Arc<Desktop>, server: &Server) -> Result<(App, App)> {
    let ines = App::start(desktop, &desktop.folder("ines"), &server.address).await?;
    ines.move_to(8, 30).await?;
    ines.sign_up("ines", "Ines Almeida").await?;
    let oskar = App::start(desktop, &desktop.folder("oskar"), &server.address).await?;
    oskar.move_to(1104, 30).await?;
    oskar.sign_up("oskar", "Oskar Lind").await?;
    Ok((ines, oskar))
}

#[tokio::test]
async fn two_people_talk() -> Result<()> {
    let desktop = Arc::new(Desktop::start().await?);
    let server = Server::start(&desktop.folder("server"))?;
    let (ines, oskar) = side_by_side(&desktop, &server).await?;

    ines.start_chat("oskar").await?;
    ines.send("Is the roof box still free on Saturday?").await?;
    // His window has the focus but the conversation is not open: delivered is not read.
    ines.see_message("roof box", "delivered").await?;
    oskar.accept("Ines Almeida").await?;
    oskar.see_message("roof box", "").await?;
    oskar.send("Yes, it is yours.").await?;
    ines.see_message("it is yours", "").await?;
    oskar.see_message("it is yours", "delivered").await?;
    for (person, other, text) in [
        (
            &ines,
            &oskar,
            "Lovely. We leave at eight, the pass opens at ten.",
        ),
        (
            &ines,
            &oskar,
            "Do you want to come along? There is a seat left.",
        ),
        (
            &oskar,
            &ines,
            "I would love to. Shall I bring the maps and the small stove?",
        ),
        (&ines, &oskar, "Both, please."),
    ] {
        person.send(text).await?;
        other.see_message(text, "").await?;
        person.see_message(text, "delivered").await?;
    }
    // Looking at an open conversation reads it.
    ines.activate().await?;
    ines.see_nothing_unread().await?;
    oskar.settle().await?;
    ines.settle().await?;
    desktop.picture("two-people.png")?;
    ines.picture("conversation.png").await?;

    ines.close().await?;
    oskar.close().await
}

#[tokio::test]
async fn a_group_answers_reacts_and_is_searched() -> Result<()> {
    let desktop = Arc::new(Desktop::start().await?);
    let server = Server::start(&desktop.folder("server"))?;
    let (ines, oskar) = side_by_side(&desktop, &server).await?;

    ines.click("button", "New chat").await?;
    ines.click("button", "New group").await?;
    ines.fill("Group name", "Ridge walkers").await?;
    ines.fill("People", "oskar").await?;
    ines.press(Key::Enter + "").await?;
    ines.find("button", "Take out oskar").await?;
    ines.picture("new-group.png").await?;
    ines.click("button", "Create group").await?;
    ines.see("oskar, you").await?;
    ines.send("The hut is booked, two nights.").await?;
    oskar.accept("Ridge walkers").await?;
    oskar.see_message("hut is booked", "").await?;

    oskar.focus_message("hut is booked").await?;
    oskar.press("r").await?;
    oskar.see("Reply to").await?;
    oskar.send("Amazing. Is there a stove?").await?;
    ines.see_message("Is there a stove?", "").await?;
    ines.find("button", "Go to the message: You, The hut is booked")
        .await?;
    ines.focus_message("Is there a stove?").await?;
    ines.press("e").await?;
    ines.find("dialog", "All emoji").await?;
    ines.press("party popper").await?;
    ines.settle().await?;
    ines.picture("emoji.png").await?;
    ines.press(Key::Enter + "").await?;
    oskar.find("button", "🎉 1").await?;

    oskar.press(Key::Control + Key::Shift + "f").await?;
    oskar.press("hut boo").await?;
    oskar.see("Messages, 1").await?;
    oskar.settle().await?;
    oskar.picture("search.png").await?;
    ines.picture("group.png").await?;
    desktop.picture("group-of-two.png")?;

    // An invitation that the system opens is looked at in the window that is there.
    desktop.run_app(&desktop.folder("ines"), Some("pipit://join/AQ"))?;
    ines.find("dialog", "Join with a link").await?;
    ines.see("This link doesn’t lead to a group.").await?;
    ines.close().await?;
    oskar.close().await
}

#[tokio::test]
async fn a_restart_logs_in_by_itself_and_shows_the_history() -> Result<()> {
    let desktop = Arc::new(Desktop::start().await?);
    let server = Server::start(&desktop.folder("server"))?;
    let ines = App::start(&desktop, &desktop.folder("ines"), &server.address).await?;
    ines.sign_up("ines", "").await?;
    let oskar = App::start(&desktop, &desktop.folder("oskar"), &server.address).await?;
    oskar.sign_up("oskar", "").await?;
    ines.start_chat("oskar").await?;
    ines.send("Before the restart.").await?;
    ines.see_message("Before the restart.", "delivered").await?;

    ines.close().await?;
    oskar.crash().await?;

    let ines = App::start(&desktop, &desktop.folder("ines"), &server.address).await?;
    ines.open_chat("oskar").await?;
    ines.see_message("Before the restart.", "delivered").await?;
    ines.send("While you were away.").await?;
    ines.see_message("While you were away.", "sent").await?;

    let oskar = App::start(&desktop, &desktop.folder("oskar"), &server.address).await?;
    oskar.accept("ines").await?;
    oskar.see_message("Before the restart.", "").await?;
    oskar.see_message("While you were away.", "").await?;
    ines.see_message("While you were away.", "delivered")
        .await?;
    ines.close().await?;
    oskar.close().await
}

#[tokio::test]
async fn a_message_notifies_only_when_the_window_is_not_looked_at() -> Result<()> {
    let desktop = Arc::new(Desktop::start().await?);
    let server = Server::start(&desktop.folder("server"))?;
    let oskar = App::start(&desktop, &desktop.folder("oskar"), &server.address).await?;
    oskar.move_to(1104, 30).await?;
    oskar.sign_up("oskar", "").await?;
    let ines = App::start(&desktop, &desktop.folder("ines"), &server.address).await?;
    ines.move_to(8, 30).await?;
    ines.sign_up("ines", "").await?;

    // Of what a stranger writes nothing is told but that somebody did.
    ines.activate().await?;
    ines.start_chat("oskar").await?;
    ines.send("You do not know me.").await?;
    wait::until("a notification on screen", async || {
        Ok((desktop.notifications_on_screen()? > 0).then_some(()))
    })
    .await?;
    desktop.picture("request-notification.png")?;
    let shown = desktop.notifications()?;
    let lines = shown.iter().map(|one| (&one.summary[..], &one.body[..]));
    assert_eq!(
        lines.collect::<Vec<_>>(),
        [("Pipit", "New message request")]
    );

    oskar.activate().await?;
    ines.send("You are looking.").await?;
    ines.see_message("You are looking.", "delivered").await?;
    oskar.accept("ines").await?;
    oskar.see("You are looking.").await?;

    ines.activate().await?;
    ines.send("You look <b>elsewhere</b>.").await?;
    wait::until("a notification on screen", async || {
        Ok((desktop.notifications_on_screen()? > 0).then_some(()))
    })
    .await?;
    desktop.picture("notification.png")?;
    desktop.click_notification()?;
    wait::until("the click to bring the window up", async || {
        Ok(oskar.is_active().await?.then_some(()))
    })
    .await?;
    oskar.see_message("You look <b>elsewhere</b>.", "").await?;

    let shown = desktop.notifications()?;
    assert_eq!(shown.len(), 2, "{shown:?}");
    assert_eq!(shown[0].summary, "ines");
    assert_eq!(
        shown[0].body, "You look &lt;b&gt;elsewhere&lt;/b&gt;.",
        "markup came through"
    );
    ines.close().await?;
    oskar.close().await
}
