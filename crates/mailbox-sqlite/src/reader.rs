//! A few reading threads, each with a connection of its own: reads never wait for the writer.

use std::path::Path;
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

use pipit_mailbox::{Answer, StoreError};
use rusqlite::Connection;
use tokio::sync::{mpsc, oneshot};

use crate::error::DbError;
use crate::open::{self, OpenError};

/// Requests that may wait for a reading thread; beyond it callers are told to slow down.
const QUEUE_LEN_MAX: usize = 8192;

type Job = Box<dyn FnOnce(&Connection) + Send>;

/// The queue into the reading threads. When it is dropped they end what is queued, then stop.
pub(crate) struct Readers {
    queue: Option<mpsc::Sender<Job>>,
    threads: Vec<JoinHandle<()>>,
}

impl Readers {
    pub(crate) fn start(path: &Path, count: usize) -> Result<Self, OpenError> {
        let (queue, jobs) = mpsc::channel::<Job>(QUEUE_LEN_MAX);
        let jobs = Arc::new(Mutex::new(jobs));
        let mut threads = Vec::with_capacity(count);
        for number in 0..count {
            let connection = open::open_reader(path)?;
            let jobs = jobs.clone();
            let thread = std::thread::Builder::new()
                .name(format!("store-reader-{number}"))
                .spawn(move || run(&connection, &jobs))
                .map_err(|error| OpenError::Io {
                    path: path.to_owned(),
                    error,
                })?;
            threads.push(thread);
        }
        Ok(Self {
            queue: Some(queue),
            threads,
        })
    }

    /// Queues a read now; the answer comes from a state at least as new as every write answered
    /// before.
    pub(crate) fn call<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, DbError> + Send + 'static,
    ) -> Answer<T> {
        let (reply, answer) = oneshot::channel();
        let job: Job = Box::new(move |connection| {
            let outcome = work(connection).map_err(|error| {
                tracing::error!(%error, "a read failed");
                error.to_store_error()
            });
            let _ = reply.send(outcome);
        });
        let queued = match &self.queue {
            Some(queue) => queue.try_send(job).map_err(|error| match error {
                mpsc::error::TrySendError::Full(_) => StoreError::Busy,
                mpsc::error::TrySendError::Closed(_) => StoreError::Closed,
            }),
            None => Err(StoreError::Closed),
        };
        Box::pin(async move {
            queued?;
            answer.await.unwrap_or(Err(StoreError::Closed))
        })
    }
}

impl Drop for Readers {
    fn drop(&mut self) {
        self.queue = None;
        for thread in self.threads.drain(..) {
            let _ = thread.join();
        }
    }
}

fn run(connection: &Connection, jobs: &Mutex<mpsc::Receiver<Job>>) {
    loop {
        // The lock is held while waiting: one thread waits for the queue, the others for the lock.
        let job = match jobs.lock() {
            Ok(mut jobs) => jobs.blocking_recv(),
            Err(_) => None,
        };
        match job {
            Some(job) => job(connection),
            None => return,
        }
    }
}
