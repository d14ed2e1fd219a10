//! The packaged app starts, welcomes a new person, and remembers what belongs to a profile.

use std::sync::Arc;

use anyhow::Result;
use app_tests::{App, Desktop, Server, wait};

#[tokio::test]
async fn a_new_profile_is_welcomed() -> Result<()> {
    let desktop = Arc::new(Desktop::start().await?);
    let server = Server::start(&desktop.folder("server"))?;
    let app = App::start(&desktop, &desktop.folder("ines"), &server.address).await?;
    app.find("button", "Create an account").await?;
    app.find("button", "Log in").await?;
    assert_eq!(app.driver().title().await?, "Pipit");
    app.picture("welcome.png").await?;
    app.close().await
}

#[tokio::test]
async fn a_second_start_of_a_profile_wakes_the_first() -> Result<()> {
    let desktop = Arc::new(Desktop::start().await?);
    let profile = desktop.folder("ines");
    let app = App::start(&desktop, &profile, "127.0.0.1:1").await?;
    app.find("button", "Create an account").await?;
    let other = App::start(&desktop, &desktop.folder("oskar"), "127.0.0.1:1").await?;
    other.find("button", "Create an account").await?;
    other.activate().await?;
    assert!(
        !app.is_active().await?,
        "the other profile's window has the focus"
    );

    // Ends by itself once the first has taken over.
    desktop.run_app(&profile, None)?;
    wait::until("the first window to come forward", async || {
        Ok(app.is_active().await?.then_some(()))
    })
    .await?;
    app.close().await?;
    other.close().await
}
