//! Measures the app named by `PIPIT_APP` with a long history: time from its start to the first paint
//! of the chat list, and memory when idle. Called by `cargo xtask bench app`.

use std::{sync::Arc, time::Duration};

use anyhow::{Context, Result};
use app_tests::{App, Desktop, Server, history, measure};

const MESSAGES: u64 = 100_000;
const STARTS: usize = 5;
/// How long the app is left alone before its memory is read.
const IDLE: Duration = Duration::from_secs(10);

/// Ends when the chat list has rows that were painted; gives that time in milliseconds since 1970.
/// When they were there already, this is a little late, never early.
const LIST_PAINTED: &str = "
const done = arguments[0];
const look = () => document.querySelector('nav li')
  ? requestAnimationFrame(() => done(performance.timeOrigin + performance.now()))
  : requestAnimationFrame(look);
look();
";

#[tokio::main]
async fn main() -> Result<()> {
    let desktop = Arc::new(Desktop::start().await?);
    let server = Server::start(&desktop.folder("server"))?;
    let profile = desktop.folder("profile");
    let app = App::start(&desktop, &profile, &server.address).await?;
    app.sign_up("ines", "Ines").await?;
    app.close().await?;
    let now = u64::try_from(measure::now()?.as_millis())?;
    history::write(&profile.join("core"), MESSAGES, now).await?;

    let mut times = Vec::new();
    for _ in 0..STARTS {
        let app = App::start(&desktop, &profile, &server.address).await?;
        let painted = app.driver().execute_async(LIST_PAINTED, vec![]).await?;
        let painted = painted.json().as_f64().context("the page gives a time")?;
        let started = measure::started(app.process()?)?.as_secs_f64() * 1000.0;
        times.push(painted - started);
        if times.len() == STARTS {
            tokio::time::sleep(IDLE).await;
            let memory = measure::memory(app.process()?)?;
            let total: u64 = memory.iter().map(|(_, bytes)| bytes).sum();
            println!(
                "app: memory idle (PSS, all processes) {} MB",
                total / 1_000_000
            );
            for (name, bytes) in memory {
                println!("app:   {name} {} MB", bytes / 1_000_000);
            }
            app.picture("long-history.png").await?;
        }
        app.close().await?;
    }
    times.sort_by(f64::total_cmp);
    println!(
        "app: start to first paint of the chat list, {MESSAGES} messages: median {:.0} ms, best {:.0} ms, worst {:.0} ms",
        times[STARTS / 2],
        times[0],
        times[STARTS - 1],
    );
    Ok(())
}
