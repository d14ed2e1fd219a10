//! The packaged app starts, shows its first page, and keeps one window per profile.

use std::sync::Arc;

use anyhow::Result;
use app_tests::{App, Desktop, Server};

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
