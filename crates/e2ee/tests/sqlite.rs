//! The storage that the client really uses: MLS state and own rows in one SQLite transaction.

mod support;

use openmls_sqlite_storage::{Codec, SqliteStorageProvider};
use pipit_e2ee::{Change, Created, Group, JoinError, OpenError, Opened, Provider, Storage, Suite};
use rusqlite::{Connection, Transaction, TransactionBehavior};
use serde::{Serialize, de::DeserializeOwned};
use support::*;

#[derive(Default)]
struct MessagePack;

/// Encoding and decoding fail in different types.
#[derive(Debug)]
struct MessagePackError(String);

impl std::fmt::Display for MessagePackError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for MessagePackError {}

impl Codec for MessagePack {
    type Error = MessagePackError;
    fn to_vec<T: Serialize>(value: &T) -> Result<Vec<u8>, MessagePackError> {
        rmp_serde::to_vec_named(value).map_err(|error| MessagePackError(error.to_string()))
    }
    fn from_slice<T: DeserializeOwned>(slice: &[u8]) -> Result<T, MessagePackError> {
        rmp_serde::from_slice(slice).map_err(|error| MessagePackError(error.to_string()))
    }
}

/// Bob, with a database file; his memory storage lies unused.
struct Bob {
    device: Device,
    file: tempfile::NamedTempFile,
    connection: Connection,
}

impl Bob {
    fn new(ledgers: &mut Ledgers) -> Self {
        let file = tempfile::NamedTempFile::new().unwrap();
        let mut connection = Connection::open(file.path()).unwrap();
        SqliteStorageProvider::<MessagePack, &mut Connection>::new(&mut connection)
            .run_migrations()
            .unwrap();
        connection
            .execute_batch("CREATE TABLE outbox (envelope BLOB, bytes BLOB) STRICT")
            .unwrap();
        Self {
            device: Device::first(2, ledgers),
            file,
            connection,
        }
    }

    /// Works in one transaction; commits it if `keep`, else rolls it back.
    fn within<T>(
        &mut self,
        keep: bool,
        work: impl FnOnce(&Device, &Provider<'_, Sql<'_>>, &Transaction<'_>) -> T,
    ) -> T {
        let transaction = self
            .connection
            .transaction_with_behavior(TransactionBehavior::Immediate)
            .unwrap();
        let storage = Sql::new(&transaction);
        let result = work(
            &self.device,
            &Provider::new(&self.device.crypto, &storage),
            &transaction,
        );
        if keep {
            transaction.commit().unwrap()
        } else {
            transaction.rollback().unwrap()
        }
        result
    }

    /// The process dies and starts again.
    fn crash(&mut self) {
        self.connection = Connection::open(self.file.path()).unwrap();
    }
}

type Sql<'a> = SqliteStorageProvider<MessagePack, &'a Connection>;

fn load<S: Storage>(provider: &Provider<'_, S>) -> Group {
    Group::load(provider, GROUP).unwrap().unwrap()
}

/// Alice (in memory) makes the conversation; Bob has its Welcome.
fn invited(suite: Suite) -> (Device, Bob, Created, Ledgers) {
    let mut ledgers = Ledgers::new();
    let alice = Device::first(1, &mut ledgers);
    let mut bob = Bob::new(&mut ledgers);
    let bytes = bob.within(true, |device, provider, _| {
        let made =
            pipit_e2ee::generate_key_packages(provider, &device.identity, suite, 1, false, now())
                .unwrap();
        made.into_iter().next().unwrap().bytes
    });
    let leaf =
        pipit_e2ee::NewLeaf::verify(&alice.provider(), &bytes, suite, &ledgers, now()).unwrap();
    let (_, created) = Group::create(
        &alice.provider(),
        &alice.identity,
        GROUP,
        suite,
        vec![leaf],
        now(),
    )
    .unwrap();
    (alice, bob, created, ledgers)
}

fn joined(suite: Suite) -> (Device, Bob, Ledgers) {
    let (alice, mut bob, created, ledgers) = invited(suite);
    bob.within(true, |device, provider, _| {
        let welcome = created.welcome.as_ref().unwrap();
        Group::join(provider, &device.identity, welcome, &created.tree, &ledgers).unwrap();
    });
    (alice, bob, ledgers)
}

#[test]
fn resends_same_bytes_after_a_crash_between_seal_and_send() {
    let (alice, mut bob, ledgers) = joined(Suite::PostQuantum);
    bob.within(true, |device, provider, rows| {
        let (_, bytes) = load(provider)
            .seal(provider, &device.identity, envelope(1), b"before the crash")
            .unwrap();
        rows.execute(
            "INSERT INTO outbox VALUES (?1, ?2)",
            (envelope(1).as_bytes(), bytes),
        )
        .unwrap();
    });
    bob.crash();
    let resent: Vec<u8> = bob
        .connection
        .query_row("SELECT bytes FROM outbox", (), |row| row.get(0))
        .unwrap();
    let next = bob.within(true, |device, provider, _| {
        load(provider)
            .seal(provider, &device.identity, envelope(2), b"after")
            .unwrap()
            .1
    });
    assert_eq!(alice.read(&resent, &ledgers), b"before the crash");
    assert!(
        matches!(alice.open(&resent, &ledgers), Err(OpenError::Duplicate)),
        "sent twice, shown once"
    );
    assert_eq!(alice.read(&next, &ledgers), b"after");
}

#[test]
fn a_seal_rolled_back_never_happened() {
    let (alice, mut bob, ledgers) = joined(Suite::Classical);
    bob.within(false, |device, provider, _| {
        load(provider)
            .seal(provider, &device.identity, envelope(1), b"lost")
            .unwrap();
    });
    let sealed = bob.within(true, |device, provider, _| {
        load(provider)
            .seal(provider, &device.identity, envelope(1), b"again")
            .unwrap()
            .1
    });
    assert_eq!(alice.read(&sealed, &ledgers), b"again");
}

#[test]
fn a_message_rolled_back_opens_again() {
    let (alice, mut bob, ledgers) = joined(Suite::PostQuantum);
    let sealed = alice.seal(envelope(1), b"hello");
    for keep in [false, true] {
        bob.within(keep, |_, provider, _| {
            let (_, opened) = load(provider).open(provider, &sealed, &ledgers).unwrap();
            assert!(
                matches!(opened, Opened::Application(message) if &*message.content == b"hello")
            );
        });
        bob.crash();
    }
    bob.within(false, |_, provider, _| {
        let again = load(provider).open(provider, &sealed, &ledgers);
        assert!(matches!(again, Err(OpenError::Duplicate)));
    });
}

#[test]
fn a_commit_rolled_back_leaves_the_epoch() {
    let (alice, mut bob, ledgers) = joined(Suite::Classical);
    let renewal = alice.commit(Change::renew());
    alice.confirm();
    for (keep, epoch) in [(false, 1), (true, 2)] {
        bob.within(keep, |_, provider, _| {
            load(provider)
                .open(provider, &renewal.commit, &ledgers)
                .unwrap();
        });
        bob.crash();
        bob.within(false, |_, provider, _| {
            assert_eq!(load(provider).epoch(), epoch)
        });
    }
    let own = bob.within(true, |device, provider, _| {
        load(provider)
            .commit(provider, &device.identity, Change::renew(), envelope(3))
            .unwrap()
            .1
    });
    bob.crash();
    bob.within(true, |_, provider, _| {
        assert!(load(provider).has_pending_commit());
        load(provider).confirm(provider).unwrap();
    });
    alice.follow(&own.commit, &ledgers);
    assert_eq!(alice.group().epoch(), 3);
}

#[test]
fn a_failed_join_rolled_back_keeps_the_key_package() {
    let (alice, mut bob, created, ledgers) = invited(Suite::PostQuantum);
    let welcome = created.welcome.as_ref().unwrap();
    // The tree of the next epoch does not belong to this Welcome, but its leaves are the same.
    alice.commit(Change::renew());
    alice.confirm();
    let other_tree = alice.group().tree().unwrap();
    bob.within(false, |device, provider, _| {
        let refused = Group::join(provider, &device.identity, welcome, &other_tree, &ledgers);
        assert!(matches!(refused, Err(JoinError::Invalid)), "{refused:?}");
    });
    bob.within(true, |device, provider, _| {
        Group::join(provider, &device.identity, welcome, &created.tree, &ledgers).unwrap();
    });
}
