//! Times from `message.send` in one real client to the event that a screen draws in another: both
//! client cores in this process, each with its profile on the disk, and the server's process between
//! them. Beside it, the round trips of a bare WebSocket in the same run.

use std::collections::HashMap;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use pipit_client::{Client, ClientConfig, Event, Numbered};
use pipit_domain::{ConversationId, MessageId};
use serde::Serialize;
use tokio::sync::broadcast::Receiver;
use tokio::time::{sleep_until, timeout};

use super::floor_echo;
use super::payload::TEXT;
use super::report::{Times, times};
use super::server::Server;

/// Messages before those that count: the conversation's group is made by the first.
const WARM_UP: usize = 20;
/// Messages a second at the steady rate: several lively conversations.
const STEADY_PER_SECOND: f64 = 20.0;
/// A message that is not shown by then is lost.
const DEADLINE: Duration = Duration::from_secs(30);
/// Nobody logs in with it.
const PASSWORD: &str = "correct horse battery staple";

/// How long it takes until others see what one sends.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Shown {
    /// Each message after the one before was shown.
    pub alternating: Times,
    /// Messages a second at the steady rate.
    pub steady_per_second: f64,
    /// At the steady rate, from when each was due.
    pub steady: Times,
    /// Floor: a bare WebSocket, there and back with as many bytes.
    pub echo: Times,
}

/// Two people who write, and who see.
struct Watch {
    alice: Client,
    /// Kept: a client's tasks end with its last handle.
    _bob: Client,
    at_bob: Receiver<Numbered>,
    conversation: ConversationId,
}

pub(crate) async fn measure(
    server: &Server,
    folder: &Path,
    envelope_len: usize,
    messages: usize,
    time: Duration,
) -> Result<Shown> {
    let echo = floor_echo::round_trips(envelope_len, WARM_UP, messages).await?;
    let mut watch = sign_up(server, folder).await?;
    watch.alternate(WARM_UP).await?;
    let alternating = times(watch.alternate(messages).await?);
    let steady = times(watch.keep_up(time).await?);
    Ok(Shown {
        alternating,
        steady_per_second: STEADY_PER_SECOND,
        steady,
        echo,
    })
}

async fn sign_up(server: &Server, folder: &Path) -> Result<Watch> {
    let alice = person(server, folder, "shown-alice").await?;
    let bob = person(server, folder, "shown-bob").await?;
    let (_, at_bob) = bob.subscribe();
    let found = timeout(DEADLINE, alice.find_contact("shown-bob"))
        .await
        .context("looking up a person")??;
    let conversation = alice.open_conversation(found.account).await?;
    Ok(Watch {
        alice,
        _bob: bob,
        at_bob,
        conversation,
    })
}

async fn person(server: &Server, folder: &Path, name: &str) -> Result<Client> {
    let folder = folder.join(name);
    let client = Client::open(ClientConfig {
        folder,
        keychain: None,
    })
    .await?;
    let address = format!("http://{}", server.address);
    client.register(&address, name, PASSWORD, None).await?;
    Ok(client)
}

impl Watch {
    /// One message after the other; milliseconds of each.
    async fn alternate(&mut self, messages: usize) -> Result<Vec<f64>> {
        let mut ages_ms = Vec::with_capacity(messages);
        for _ in 0..messages {
            let began = Instant::now();
            let id = self.alice.send(self.conversation, TEXT.into()).await?;
            while shown(&mut self.at_bob).await? != id {}
            ages_ms.push(ms_between(began, Instant::now()));
        }
        Ok(ages_ms)
    }

    /// A message every so often by the clock, whatever becomes of those before; milliseconds of each.
    async fn keep_up(&mut self, time: Duration) -> Result<Vec<f64>> {
        let every = Duration::from_secs_f64(1.0 / STEADY_PER_SECOND);
        let count = (time.as_secs_f64() * STEADY_PER_SECOND).ceil().max(1.0) as usize;
        let (alice, conversation) = (&self.alice, self.conversation);
        let began = Instant::now();
        let sending = async {
            let mut due_at = HashMap::with_capacity(count);
            let mut due = began;
            for _ in 0..count {
                sleep_until(due.into()).await;
                due_at.insert(alice.send(conversation, TEXT.into()).await?, due);
                due += every;
            }
            anyhow::Ok(due_at)
        };
        let at_bob = &mut self.at_bob;
        let showing = async {
            let mut shown_at = Vec::with_capacity(count);
            while shown_at.len() < count {
                shown_at.push((shown(at_bob).await?, Instant::now()));
            }
            anyhow::Ok(shown_at)
        };
        let (due_at, shown_at) = tokio::try_join!(sending, showing)?;
        shown_at
            .into_iter()
            .map(|(id, shown)| {
                let due = due_at.get(&id).context("another message was shown")?;
                Ok(ms_between(*due, shown))
            })
            .collect()
    }
}

fn ms_between(from: Instant, to: Instant) -> f64 {
    to.duration_since(from).as_secs_f64() * 1000.0
}

/// Waits for the next message on the other's screen.
async fn shown(events: &mut Receiver<Numbered>) -> Result<MessageId> {
    loop {
        let event = timeout(DEADLINE, events.recv())
            .await
            .context("a message was not shown")?
            .context("events were missed")?;
        if let Event::MessageAdded(message) = event.event {
            if message.is_own {
                bail!("an own message where the other's was awaited");
            }
            return Ok(message.row.id);
        }
    }
}
