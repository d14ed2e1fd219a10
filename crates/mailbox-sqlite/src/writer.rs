//! The one writing thread: many requests a transaction, durable before any is answered.
//!
//! A request is a piece of work on the connection. Each runs inside a savepoint, so that a failed one
//! undoes itself and not its neighbours; then all are committed together, and only then each is told.
//! No time is spent waiting for more requests: while one transaction is being written to the disk,
//! the next ones queue up.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread::JoinHandle;

use pipit_domain::DeviceId;
use pipit_mailbox::{Announcer, Answer, DeliveredTo, Delivery, StoreError};
use rusqlite::Connection;
use tokio::sync::{mpsc, oneshot};

use crate::convert::{from_integer, to_integer};
use crate::error::DbError;

/// Requests that may wait. At 10,000 writes a second this is under half a second of work; beyond it
/// callers are told to slow down.
const QUEUE_LEN_MAX: usize = 4096;
/// Requests in one transaction: keeps the time to the next commit bounded.
const BATCH_LEN_MAX: usize = 1024;
/// Numbers reserved at once, so that the counter's row is seldom written.
const RESERVE: u64 = 1 << 16;

/// What a piece of work may use.
pub(crate) struct Writing<'a> {
    pub(crate) db: &'a Connection,
    pub(crate) numbers: &'a mut Numbers,
    pub(crate) mailbox_len: &'a mut MailboxLengths,
    pub(crate) announcements: &'a mut Vec<Announcement>,
}

/// What a commit changes that somebody may wait for.
pub(crate) enum Announcement {
    Stored(DeviceId, Delivery),
    Delivered(DeviceId, DeliveredTo),
}

type Finish = Box<dyn FnOnce(Result<(), StoreError>)>;
type Job = Box<dyn FnOnce(&mut Writing<'_>) -> Result<Finish, (DbError, Finish)> + Send>;

/// Counts of what the writing thread did, for metrics.
#[derive(Debug, Default)]
pub(crate) struct Counts {
    pub(crate) commits: AtomicU64,
    pub(crate) requests: AtomicU64,
    pub(crate) failed_commits: AtomicU64,
}

/// The queue into the writing thread. When it is dropped, the thread ends what is queued, then stops.
pub(crate) struct Writer {
    queue: Option<mpsc::Sender<Job>>,
    thread: Option<JoinHandle<()>>,
    counts: Arc<Counts>,
}

impl Writer {
    pub(crate) fn start(
        connection: Connection,
        announcer: Arc<dyn Announcer>,
    ) -> Result<Self, DbError> {
        let (queue, jobs) = mpsc::channel(QUEUE_LEN_MAX);
        let counts = Arc::new(Counts::default());
        let mut worker = Worker {
            numbers: Numbers::load(&connection)?,
            mailbox_len: MailboxLengths::default(),
            announcements: Vec::new(),
            announcer,
            connection,
            counts: counts.clone(),
        };
        let thread = std::thread::Builder::new()
            .name("store-writer".to_owned())
            .spawn(move || worker.run(jobs))
            .map_err(|_| DbError::Shape("thread"))?;
        Ok(Self {
            queue: Some(queue),
            thread: Some(thread),
            counts,
        })
    }

    /// Queues work now; the answer comes when it is durable.
    pub(crate) fn call<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Writing<'_>) -> Result<T, DbError> + Send + 'static,
    ) -> Answer<T> {
        let (reply, answer) = oneshot::channel::<Result<T, StoreError>>();
        let job: Job = Box::new(move |writing| {
            let outcome = work(writing);
            match outcome {
                Ok(value) => Ok(Box::new(move |committed: Result<(), StoreError>| {
                    let _ = reply.send(committed.map(|()| value));
                })),
                Err(error) => {
                    let told = error.to_store_error();
                    let finish: Finish = Box::new(move |_| {
                        let _ = reply.send(Err(told));
                    });
                    Err((error, finish))
                }
            }
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

    pub(crate) fn queue_len(&self) -> usize {
        self.queue
            .as_ref()
            .map_or(0, |queue| queue.max_capacity() - queue.capacity())
    }

    pub(crate) fn counts(&self) -> &Counts {
        &self.counts
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.queue = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

struct Worker {
    connection: Connection,
    numbers: Numbers,
    mailbox_len: MailboxLengths,
    announcements: Vec<Announcement>,
    announcer: Arc<dyn Announcer>,
    counts: Arc<Counts>,
}

impl Worker {
    fn run(&mut self, mut jobs: mpsc::Receiver<Job>) {
        while let Some(first) = jobs.blocking_recv() {
            let mut batch = vec![first];
            while batch.len() < BATCH_LEN_MAX
                && let Ok(job) = jobs.try_recv()
            {
                batch.push(job);
            }
            self.counts
                .requests
                .fetch_add(batch.len() as u64, Ordering::Relaxed);
            self.transact(batch);
        }
    }

    fn transact(&mut self, batch: Vec<Job>) {
        let mut finishes: Vec<Finish> = Vec::with_capacity(batch.len());
        let committed = self.work_and_commit(batch, &mut finishes);
        let told = match &committed {
            Ok(()) => Ok(()),
            Err(error) => Err(error.to_store_error()),
        };
        match &committed {
            Ok(()) => {
                self.announce();
                self.counts.commits.fetch_add(1, Ordering::Relaxed)
            }
            Err(error) => {
                tracing::error!(%error, "a transaction was not written");
                if !self.connection.is_autocommit() {
                    let _ = self.connection.execute_batch("ROLLBACK");
                }
                self.announcements.clear();
                self.mailbox_len.forget_all();
                self.numbers.distrust();
                self.counts.failed_commits.fetch_add(1, Ordering::Relaxed)
            }
        };
        for finish in finishes {
            finish(told);
        }
    }

    fn announce(&mut self) {
        for announcement in self.announcements.drain(..) {
            match announcement {
                Announcement::Stored(device, delivery) => self.announcer.stored(device, &delivery),
                Announcement::Delivered(sender, to) => self.announcer.delivered(sender, to),
            }
        }
    }

    fn work_and_commit(
        &mut self,
        batch: Vec<Job>,
        finishes: &mut Vec<Finish>,
    ) -> Result<(), DbError> {
        let mut begun = self.execute("BEGIN IMMEDIATE");
        for job in batch {
            if begun.is_err() {
                // Nothing can be stored: the job's answer channel closes, which tells its caller.
                drop(job);
                continue;
            }
            begun = self.one(job, finishes);
        }
        begun?;
        self.execute("COMMIT")
    }

    /// Runs one piece of work. An error here means that the whole transaction is lost.
    fn one(&mut self, job: Job, finishes: &mut Vec<Finish>) -> Result<(), DbError> {
        self.execute("SAVEPOINT work")?;
        let announced_before = self.announcements.len();
        let mut writing = Writing {
            db: &self.connection,
            numbers: &mut self.numbers,
            mailbox_len: &mut self.mailbox_len,
            announcements: &mut self.announcements,
        };
        match job(&mut writing) {
            Ok(finish) => {
                finishes.push(finish);
                self.execute("RELEASE work")
            }
            Err((error, finish)) => {
                tracing::error!(%error, "a request was not stored");
                finishes.push(finish);
                self.announcements.truncate(announced_before);
                self.mailbox_len.forget_all();
                self.numbers.distrust();
                if self.connection.is_autocommit() {
                    // SQLite has rolled back everything by itself (full disk, failed I/O).
                    return Err(error);
                }
                self.execute("ROLLBACK TO work")?;
                self.execute("RELEASE work")
            }
        }
    }

    fn execute(&self, sql: &str) -> Result<(), DbError> {
        self.connection.prepare_cached(sql)?.execute([])?;
        Ok(())
    }
}

/// The counter of payloads and pointers. Numbers are taken in memory from a reserved block; after a
/// restart the rest of the block is skipped, so that none is ever used twice.
#[derive(Debug)]
pub(crate) struct Numbers {
    next: u64,
    reserved: u64,
}

impl Numbers {
    fn load(connection: &Connection) -> Result<Self, DbError> {
        let reserved =
            connection.query_row("SELECT reserved FROM counter", [], |row| row.get(0))?;
        let reserved = from_integer(reserved, "counter")?;
        Ok(Self {
            next: reserved + 1,
            reserved,
        })
    }

    /// Takes `count` numbers (at least 1) and answers the first.
    pub(crate) fn take(&mut self, db: &Connection, count: u64) -> Result<u64, DbError> {
        let first = self.next;
        let last = first + count - 1;
        if last > self.reserved {
            let reserved = last + RESERVE;
            db.prepare_cached("UPDATE counter SET reserved = ?1")?
                .execute([to_integer(reserved)])?;
            self.reserved = reserved;
        }
        self.next = last + 1;
        Ok(first)
    }

    /// The reservation may have been rolled back: the next number writes it again.
    fn distrust(&mut self) {
        self.reserved = self.next - 1;
    }
}

/// How many pointers each mailbox holds, counted once and then kept up to date: there is one writer.
#[derive(Debug, Default)]
pub(crate) struct MailboxLengths(HashMap<i64, u64>);

/// Mailboxes whose length is remembered; beyond it all are counted anew.
const LENGTHS_MAX: usize = 100_000;

impl MailboxLengths {
    /// The length of a mailbox, counting it if need be.
    pub(crate) fn of(&mut self, db: &Connection, device_no: i64) -> Result<&mut u64, DbError> {
        if self.0.len() >= LENGTHS_MAX {
            self.0.clear();
        }
        Ok(match self.0.entry(device_no) {
            std::collections::hash_map::Entry::Occupied(known) => known.into_mut(),
            std::collections::hash_map::Entry::Vacant(unknown) => {
                let len: i64 = db
                    .prepare_cached("SELECT count(*) FROM pointer WHERE device_no = ?1")?
                    .query_row([device_no], |row| row.get(0))?;
                unknown.insert(from_integer(len, "count")?)
            }
        })
    }

    /// Takes deletions into account, if the length is known.
    pub(crate) fn shrink(&mut self, device_no: i64, by: u64) {
        if let Some(len) = self.0.get_mut(&device_no) {
            *len = len.saturating_sub(by);
        }
    }

    /// Forgets everything: what was counted may have been rolled back.
    pub(crate) fn forget_all(&mut self) {
        self.0.clear();
    }
}
