//! Measures the app named by `PIPIT_APP` with a long history: time from its start to the first paint
//! of the chat list, memory when idle, and frames while a very long conversation is scrolled. Called by
//! `cargo xtask bench app`. With the argument `scroll` it measures the scrolling alone.
//!
//! The account is real, made through the app on a real server. The driver looks on from outside the
//! app's process tree; what it costs the app is within the figures.

use std::{path::Path, sync::Arc, time::Duration};

use anyhow::{Context, Result};
use app_tests::{App, Desktop, Server, history, measure, wait};
use serde_json::json;

const MESSAGES: u64 = 100_000;
/// Odd, so that one of them is the median.
const STARTS: usize = 5;
/// How long the app is left alone before its memory is read.
const IDLE: Duration = Duration::from_secs(10);

/// Ends when a row of the chat list was painted: the frame that follows the first one with it begins.
/// Gives that time in milliseconds since 1970, and whether the row was there at the first look: then
/// the time is late by up to the driver's own start. Never early.
const LIST_PAINTED: &str = "
const done = arguments[0];
let looks = 0;
const look = () => {
  const row = document.querySelector('nav [role=listitem] button');
  if (!row?.checkVisibility({ visibilityProperty: true })) {
    looks += 1;
    requestAnimationFrame(look);
    return;
  }
  requestAnimationFrame(() => done([performance.timeOrigin + performance.now(), looks === 0]));
};
look();
";

/// Messages of the conversation that is scrolled.
const LONG_MESSAGES: u64 = 200_000;
/// Frames of one scroll: at 60 a second, ten seconds.
const FRAMES: usize = 600;
/// Pixels a frame: a fast wheel.
const STEP: i64 = 120;

/// Scrolls the messages up by a step in each frame, through as many pages of history as that takes.
/// Arguments: what is scrolled, frames, pixels. Gives the times between frames in milliseconds.
const SCROLL: &str = "
const [selector, frames, step, done] = arguments;
const feed = document.querySelector(selector);
const times = [];
let last;
const next = (now) => {
  if (last !== undefined) times.push(now - last);
  last = now;
  if (times.length >= frames) return done(times);
  feed.scrollTop -= step;
  requestAnimationFrame(next);
};
requestAnimationFrame(next);
";
/// Lays copies of the messages that are on the screen over the place where messages stand: the same
/// looks as plain, unchanging content, enough for the whole scroll.
/// Arguments: pixels. The floor is scrolled as `[data-floor]`.
const FLOOR: &str = "
const [length, done] = arguments;
const feed = document.querySelector('[role=feed]');
const { left, top, width, height } = feed.getBoundingClientRect();
const floor = document.createElement('div');
floor.dataset.floor = '';
floor.style.cssText = `position: fixed; z-index: 9; overflow-y: auto; background: var(--color-thread, Canvas); left: ${left}px; top: ${top}px; width: ${width}px; height: ${height}px`;
const rows = [...feed.querySelectorAll('article')].map((one) => one.parentElement);
document.body.append(floor);
while (floor.scrollHeight < length + 2 * height) for (const row of rows) floor.append(row.cloneNode(true));
floor.scrollTop = floor.scrollHeight;
requestAnimationFrame(() => requestAnimationFrame(() => done(rows.length)));
";
/// Takes it away.
const NO_FLOOR: &str = "document.querySelector('[data-floor]').remove();";
/// The number in the topmost message's text.
const TOP: &str = "
const numbers = [...document.querySelectorAll('[role=feed] article')].map((one) => /Message (\\d+):/.exec(one.textContent)?.[1]);
return Math.min(...numbers.filter(Boolean).map(Number));
";

/// What one start showed.
struct Start {
    /// From the process's start to the list's paint, in milliseconds.
    painted_ms: f64,
    /// Whether the list was there before the driver could look.
    is_upper_bound: bool,
    /// Bytes by process, largest first.
    memory: Vec<(String, u64)>,
}

impl Start {
    fn total(&self) -> u64 {
        self.memory.iter().map(|(_, bytes)| bytes).sum()
    }
}

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

    if std::env::args().nth(1).as_deref() != Some("scroll") {
        let mut starts = Vec::new();
        for _ in 0..STARTS {
            starts.push(measure_start(&desktop, &profile, &server).await?);
        }
        print(starts);
    }
    history::write_long(&profile.join("core"), LONG_MESSAGES, now).await?;
    measure_scroll(&desktop, &profile, &server).await
}

/// Opens the long conversation at its end and scrolls up.
async fn measure_scroll(desktop: &Arc<Desktop>, profile: &Path, server: &Server) -> Result<()> {
    let app = App::start(desktop, profile, &server.address).await?;
    app.click("row", history::LONG).await?;
    let newest = format!("Message {}:", LONG_MESSAGES - 1);
    app.find("article", &newest).await?;
    app.settle().await?;
    let length = STEP * i64::try_from(FRAMES)?;
    app.driver()
        .execute_async(FLOOR, vec![json!(length)])
        .await?;
    print_frames(
        "a plain page of the same looks",
        &scroll(&app, "[data-floor]").await?,
    );
    app.driver().execute(NO_FLOOR, vec![]).await?;
    app.settle().await?;
    let frames = scroll(&app, "[role=feed]").await?;
    app.settle().await?;
    let top = app.driver().execute(TOP, vec![]).await?;
    let top = top.json().as_f64().context("a message is on the screen")?;
    app.picture("long-conversation.png").await?;
    app.close().await?;
    print_frames(
        &format!("a conversation of {LONG_MESSAGES} messages, down to message {top}"),
        &frames,
    );
    Ok(())
}

/// Scrolls up by a step in each frame. Gives the times between frames, shortest first.
async fn scroll(app: &App, selector: &str) -> Result<Vec<f64>> {
    let arguments = vec![json!(selector), json!(FRAMES), json!(STEP)];
    let answer = app.driver().execute_async(SCROLL, arguments).await?;
    let mut frames: Vec<f64> = serde_json::from_value(answer.json().clone())?;
    frames.sort_by(f64::total_cmp);
    Ok(frames)
}

fn print_frames(what: &str, frames: &[f64]) {
    let at = |share: usize| frames[(frames.len() - 1) * share / 100];
    println!(
        "app: scrolling up by {STEP} px a frame, {what}: frame times p50 {:.1} ms, p95 {:.1} ms, \
         p99 {:.1} ms, longest {:.1} ms; {} frames",
        at(50),
        at(95),
        at(99),
        at(100),
        frames.len(),
    );
}

async fn measure_start(desktop: &Arc<Desktop>, profile: &Path, server: &Server) -> Result<Start> {
    let app = App::start(desktop, profile, &server.address).await?;
    // The page may change under the question; then it is asked again.
    let answer = wait::until("the chat list", async || {
        let found = app.driver().execute_async(LIST_PAINTED, vec![]).await?;
        Ok(Some(found.json().clone()))
    })
    .await;
    app.show_failure(answer.is_err());
    let answer = answer?;
    let painted = answer[0].as_f64().context("the page gives a time")?;
    let is_upper_bound = answer[1].as_bool().context("the page says if it waited")?;
    let started = measure::started(app.process()?)?.as_secs_f64() * 1000.0;
    tokio::time::sleep(IDLE).await;
    let memory = measure::memory(app.process()?)?;
    app.picture("long-history.png").await?;
    app.close().await?;
    Ok(Start {
        painted_ms: painted - started,
        is_upper_bound,
        memory,
    })
}

fn print(mut starts: Vec<Start>) {
    println!(
        "app: {MESSAGES} messages in {} conversations; {STARTS} starts under Xvfb with \
         WEBKIT_DISABLE_DMABUF_RENDERER=1, as in the tests",
        history::CONVERSATIONS
    );
    starts.sort_by(|one, other| one.painted_ms.total_cmp(&other.painted_ms));
    println!(
        "app: exec to first paint of the chat list: median {:.0} ms, range {:.0} to {:.0} ms",
        starts[STARTS / 2].painted_ms,
        starts[0].painted_ms,
        starts[STARTS - 1].painted_ms,
    );
    let late = starts.iter().filter(|start| start.is_upper_bound).count();
    println!("app:   starts whose list was there before the driver looked (upper bounds): {late}");
    starts.sort_by_key(Start::total);
    let median = &starts[STARTS / 2];
    println!(
        "app: memory idle (PSS, whole process tree): median {:.0} MB, range {:.0} to {:.0} MB",
        megabytes(median.total()),
        megabytes(starts[0].total()),
        megabytes(starts[STARTS - 1].total()),
    );
    for (name, bytes) in &median.memory {
        println!("app:   {name} {:.0} MB", megabytes(*bytes));
    }
}

#[expect(clippy::cast_precision_loss, reason = "for a person to read")]
fn megabytes(bytes: u64) -> f64 {
    bytes as f64 / 1e6
}
