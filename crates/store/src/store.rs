//! The thread that owns the connection, a second one that only reads, and the handle to both.

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, mpsc};
use std::thread::{self, JoinHandle};

use rusqlite::{Connection, Transaction, TransactionBehavior};
use tokio::sync::oneshot;

use crate::key::HistoryKey;
use crate::lock::ProfileLock;
use crate::{StoreError, folder, migrate};

type Job = Box<dyn FnOnce(&mut Connection) + Send>;

/// Calls that may wait for the thread: more mean that the caller should slow down, and it waits.
const QUEUE_LEN: usize = 1024;
/// Steps of SQLite between two looks at whether somebody still waits for a long read.
const STEPS: i32 = 1000;

/// A handle to the history; cheap to clone. The file closes when the last handle is gone.
#[derive(Clone, Debug)]
pub struct Store {
    jobs: mpsc::SyncSender<Job>,
    looks: mpsc::SyncSender<Job>,
    file: Arc<Path>,
    key: HistoryKey,
}

/// Ends a long read when nobody waits for it any more.
struct Waiting(Arc<AtomicBool>);

impl Drop for Waiting {
    fn drop(&mut self) {
        self.0.store(false, Ordering::Relaxed);
    }
}

impl Store {
    /// Opens (or makes) the history in this file. Blocks for as long as the disk takes.
    pub(crate) fn open(
        file: &Path,
        key: HistoryKey,
        lock: ProfileLock,
    ) -> Result<Self, StoreError> {
        let file: Arc<Path> = file.into();
        let mut connection = migrate::open(&file, &key)?;
        let (looks, reader) = start_reader(migrate::open_to_read(&file, &key)?)?;
        let (jobs, queue) = mpsc::sync_channel::<Job>(QUEUE_LEN);
        thread::Builder::new()
            .name("store".to_owned())
            .spawn(move || {
                while let Ok(job) = queue.recv() {
                    job(&mut connection);
                }
                // It ends with the same handles.
                let _ = reader.join();
                // Leaves one file behind instead of three; a failure only means that it stays in the log.
                let _ = connection.pragma_update(None, "wal_checkpoint", "TRUNCATE");
                // The profile is free for the next process only when the file is closed.
                drop(connection);
                drop(lock);
            })?;
        Ok(Self {
            jobs,
            looks,
            file,
            key,
        })
    }

    /// Deletes the history and begins an empty one. Nobody may write meanwhile; what is read meanwhile fails. Where
    /// the process ends half-way, the next one begins an empty history, or goes on with all of the old one.
    ///
    /// # Errors
    /// When the file cannot be deleted or made.
    pub async fn erase(&self) -> Result<(), StoreError> {
        call(&self.looks, |connection| {
            *connection = Connection::open_in_memory()?;
            Ok::<_, StoreError>(())
        })
        .await?;
        let (file, key) = (Arc::clone(&self.file), self.key.clone());
        call(&self.jobs, move |connection| {
            // Closed, the log is folded into the file and goes with it.
            *connection = Connection::open_in_memory()?;
            for extension in ["sqlite", "sqlite-wal", "sqlite-shm"] {
                folder::remove(&file.with_extension(extension))?;
            }
            *connection = migrate::open(&file, &key)?;
            Ok::<_, StoreError>(())
        })
        .await?;
        let (file, key) = (Arc::clone(&self.file), self.key.clone());
        call(&self.looks, move |connection| {
            *connection = migrate::open_to_read(&file, &key)?;
            Ok(())
        })
        .await
    }

    /// Runs `work` in one write transaction: committed when it answers `Ok`, undone when it answers
    /// `Err` or the caller is gone before it starts. Once started it runs to its end even if the
    /// caller stops waiting.
    ///
    /// # Errors
    /// What `work` answers, or that the transaction could not be had or committed.
    pub async fn write<T, E, F>(&self, work: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
        F: FnOnce(&Transaction<'_>) -> Result<T, E> + Send + 'static,
    {
        call(&self.jobs, move |connection| {
            let transaction = connection
                .transaction_with_behavior(TransactionBehavior::Immediate)
                .map_err(StoreError::from)?;
            let value = work(&transaction)?;
            transaction.commit().map_err(StoreError::from)?;
            Ok(value)
        })
        .await
    }

    /// Runs `work` on the connection, to read.
    ///
    /// # Errors
    /// What `work` answers.
    pub async fn read<T, E, F>(&self, work: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
        F: FnOnce(&Connection) -> Result<T, E> + Send + 'static,
    {
        call(&self.jobs, move |connection| work(connection)).await
    }

    /// Runs `work` beside everything else, to read much: on a connection of its own, in one snapshot of
    /// what was committed before. It is interrupted when the caller stops waiting.
    ///
    /// # Errors
    /// What `work` answers, or that the snapshot could not be had.
    pub async fn look<T, E, F>(&self, work: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
        F: FnOnce(&Connection) -> Result<T, E> + Send + 'static,
    {
        let waiting = Waiting(Arc::new(AtomicBool::new(true)));
        let is_awaited = Arc::clone(&waiting.0);
        call(&self.looks, move |connection| {
            let is_over = move || !is_awaited.load(Ordering::Relaxed);
            connection.progress_handler(STEPS, Some(is_over));
            let snapshot = connection.transaction().map_err(StoreError::from)?;
            let value = work(&snapshot);
            drop(snapshot);
            connection.progress_handler(0, None::<fn() -> bool>);
            value
        })
        .await
    }
}

fn start_reader(
    mut connection: Connection,
) -> Result<(mpsc::SyncSender<Job>, JoinHandle<()>), StoreError> {
    let (looks, queue) = mpsc::sync_channel::<Job>(QUEUE_LEN);
    let reader = thread::Builder::new()
        .name("store-reader".to_owned())
        .spawn(move || {
            while let Ok(job) = queue.recv() {
                job(&mut connection);
            }
        })?;
    Ok((looks, reader))
}

async fn call<T, E, F>(queue: &mpsc::SyncSender<Job>, work: F) -> Result<T, E>
where
    T: Send + 'static,
    E: From<StoreError> + Send + 'static,
    F: FnOnce(&mut Connection) -> Result<T, E> + Send + 'static,
{
    let (answer, result) = oneshot::channel();
    let job: Job = Box::new(move |connection| {
        if !answer.is_closed() {
            let _ = answer.send(work(connection));
        }
    });
    let mut job = Some(job);
    while let Some(waiting) = job.take() {
        match queue.try_send(waiting) {
            Ok(()) => {}
            Err(mpsc::TrySendError::Full(back)) => {
                job = Some(back);
                tokio::task::yield_now().await;
            }
            Err(mpsc::TrySendError::Disconnected(_)) => return Err(StoreError::Closed.into()),
        }
    }
    result
        .await
        .unwrap_or_else(|_| Err(StoreError::Closed.into()))
}

/// Runs `work` so that, when it answers `Err`, what it wrote is undone and the transaction around it
/// goes on.
///
/// # Errors
/// What `work` answers, or that the point could not be set.
pub fn savepoint<T, E: From<StoreError>>(
    connection: &Connection,
    work: impl FnOnce() -> Result<T, E>,
) -> Result<T, E> {
    let run = |sql| connection.execute_batch(sql).map_err(StoreError::from);
    run("SAVEPOINT step")?;
    match work() {
        Ok(value) => {
            run("RELEASE step")?;
            Ok(value)
        }
        Err(error) => {
            run("ROLLBACK TO step; RELEASE step")?;
            Err(error)
        }
    }
}
