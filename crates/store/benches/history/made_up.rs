//! A history that nobody wrote, the same each time.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use pipit_domain::{AccountId, ConversationId, EnvelopeId, MessageId, Redacted, Timestamp};
use pipit_store::table::conversation::{self, ConversationKind};
use pipit_store::table::message::{self, MessageDetails, MessageKind, MessageState, NewMessage};
use pipit_store::{Connection, HistoryKey, KEY_LEN, Profile, Store, StoreError};
use tempfile::TempDir;
use tokio::runtime::Runtime;

/// This account.
pub const OWN: AccountId = AccountId::new([1; 32]);
/// A time in the middle, in milliseconds since 1970.
pub const MIDDLE_MS: u64 = FROM_MS + SPAN_MS / 2;
/// The first message's time, and how long they go on: three years.
const FROM_MS: u64 = 1_600_000_000_000;
const SPAN_MS: u64 = 3 * 365 * 86_400_000;
const PLACES: u64 = 2_000;
const WORDS: usize = 30_000;
const BATCH_LEN: u64 = 20_000;

/// Somebody, by number.
pub fn account(number: u64) -> AccountId {
    AccountId::new(padded(number))
}

/// The history, with what the measurements want to know of it.
pub struct History {
    /// Messages at the beginning.
    pub count: u64,
    /// Row number of the conversation with a fifth of all messages.
    pub largest: i64,
    /// By how often they are used.
    pub words: Vec<String>,
    store: Store,
    runtime: Runtime,
    writer: Option<Writer>,
    folder: TempDir,
}

/// The same history in two files, both as large.
pub struct Twins {
    /// Encrypted, as it is kept.
    pub sealed: PathBuf,
    /// Plain.
    pub plain: PathBuf,
}

impl Twins {
    /// Opens one of them as the store does, and reads its tables.
    pub fn open(file: &Path, is_sealed: bool) -> Result<Connection, StoreError> {
        let connection = Connection::open(file)?;
        if is_sealed {
            let unlock = format!("PRAGMA key = \"x'{}'\"", *key().to_hex());
            connection.execute_batch(&unlock)?;
        }
        connection.pragma_update(None, "cache_size", -8_000)?;
        connection.query_row("SELECT count(*) FROM sqlite_master", [], |_| Ok(()))?;
        Ok(connection)
    }
}

fn key() -> HistoryKey {
    HistoryKey::new([7; KEY_LEN])
}

impl History {
    /// Writes it.
    pub fn new(count: u64) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let mut runtime = tokio::runtime::Builder::new_current_thread();
        let runtime = runtime.build().expect("a runtime");
        let profile = Profile::take(folder.path()).expect("a profile");
        let store = profile.open(key()).expect("a store");
        let mut history = Self {
            count,
            largest: 1,
            words: Vec::new(),
            store,
            runtime,
            writer: Some(Writer::new(count)),
            folder,
        };
        history.with_writer(Writer::begin);
        for from in (0..count).step_by(usize::try_from(BATCH_LEN).unwrap_or(1)) {
            let until = (from + BATCH_LEN).min(count);
            history.with_writer(move |writer, connection| {
                (from..until).try_for_each(|_| writer.write(connection, true).map(drop))
            });
        }
        history.words = history
            .writer
            .as_ref()
            .map_or_else(Vec::new, |writer| writer.words.clone());
        history
    }

    /// Reads beside everything else.
    pub fn look<T, F>(&self, work: F) -> T
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
    {
        self.runtime
            .block_on(self.store.look(work))
            .expect("a look")
    }

    /// Adds a message, in a transaction of its own.
    pub fn add(&mut self, is_indexed: bool) {
        self.with_writer(move |writer, connection| writer.write(connection, is_indexed).map(drop));
    }

    /// Marks 20 more messages of the largest conversation as read, so many times.
    pub fn mark_read(&mut self, times: u64) -> Duration {
        let place = self.largest;
        self.with_writer(move |_, connection| {
            let mut took = Duration::ZERO;
            for _ in 0..times {
                let row = conversation::by_row(connection, place)?.expect("the conversation");
                let mut next = message::after(connection, place, row.read_position, 20)?;
                if next.len() < 20 {
                    connection.execute(
                        "UPDATE conversation SET read_position = 0 WHERE conversation = ?1",
                        [place],
                    )?;
                    next = message::after(connection, place, 0, 20)?;
                }
                let last = next.last().expect("more than 20 messages");
                let started = Instant::now();
                conversation::mark_read(connection, place, last.position, OWN, true)?;
                took += started.elapsed();
            }
            Ok(took)
        })
    }

    /// Removes messages, in a transaction each.
    pub fn remove(&mut self, times: u64) -> Duration {
        let mut took = Duration::ZERO;
        for _ in 0..times {
            let started = Instant::now();
            self.with_writer(|writer, connection| {
                writer.removed += 7;
                message::remove(connection, writer.removed)
            });
            took += started.elapsed();
        }
        took
    }

    /// Copies the history into two files, each written by the same copying.
    pub fn twins(&self) -> Twins {
        let [sealed, plain] = ["sealed", "plain"].map(|name| self.folder.path().join(name));
        for (file, literal) in [
            (&sealed, format!("x'{}'", *key().to_hex())),
            (&plain, String::new()),
        ] {
            let name = file.to_str().expect("text").to_owned();
            let copy = self.store.read(move |connection| {
                connection.execute("ATTACH DATABASE ?1 AS copy KEY ?2", [name, literal])?;
                connection.query_row("SELECT sqlcipher_export('copy')", [], |_| Ok(()))?;
                connection.execute("DETACH DATABASE copy", [])?;
                Ok::<_, StoreError>(())
            });
            self.runtime.block_on(copy).expect("a copy");
        }
        Twins { sealed, plain }
    }

    /// Prints what the text and the index take.
    pub fn print_sizes(&self) {
        let (text, grams, index, all) = self.look(|connection| {
            let number = |sql| connection.query_row(sql, [], |row| row.get::<_, f64>(0));
            Ok((
                number("SELECT CAST(sum(length(CAST(text AS BLOB))) AS REAL) FROM message")?,
                number("SELECT CAST(sum(pgsize) AS REAL) FROM dbstat WHERE name = 'search_data'")?,
                number("SELECT CAST(sum(pgsize) AS REAL) FROM dbstat WHERE name LIKE '%search%'")?,
                number("SELECT CAST(sum(pgsize) AS REAL) FROM dbstat")?,
            ))
        });
        println!(
            "text {:.1} MB; index {:.1} MB ({:.2} of the text), of that grams {:.1} MB; file {:.1} MB",
            text / 1e6,
            index / 1e6,
            index / text,
            grams / 1e6,
            all / 1e6,
        );
    }

    fn with_writer<T, F>(&mut self, work: F) -> T
    where
        T: Send + 'static,
        F: FnOnce(&mut Writer, &Connection) -> Result<T, StoreError> + Send + 'static,
    {
        let mut writer = self.writer.take().expect("nobody else has it");
        let done = self.store.write(move |transaction| {
            let value = work(&mut writer, transaction)?;
            Ok::<_, StoreError>((writer, value))
        });
        let (writer, value) = self.runtime.block_on(done).expect("a write");
        self.writer = Some(writer);
        value
    }
}

/// Makes up messages.
struct Writer {
    words: Vec<String>,
    places: Vec<i64>,
    random: Random,
    written: u64,
    pace_ms: u64,
    removed: i64,
}

impl Writer {
    fn new(count: u64) -> Self {
        let mut random = Random(7);
        Self {
            words: words(&mut random),
            places: Vec::new(),
            random,
            written: 0,
            pace_ms: SPAN_MS / count,
            removed: 1,
        }
    }

    fn begin(&mut self, connection: &Connection) -> Result<(), StoreError> {
        for number in 0..PLACES {
            let id = ConversationId::new(padded(number));
            let peer = Some(account(number));
            let at = Timestamp::from_millis(FROM_MS);
            let row = conversation::ensure(connection, id, ConversationKind::Direct, peer, at)?;
            self.places.push(row.conversation);
        }
        Ok(())
    }

    fn write(&mut self, connection: &Connection, is_indexed: bool) -> Result<i64, StoreError> {
        let number = self.written;
        self.written += 1;
        let at_ms = FROM_MS + number * self.pace_ms;
        let at = Timestamp::from_millis(at_ms);
        let place = match self.random.below(5) {
            0 => 0,
            _ => self.random.below(PLACES),
        };
        let conversation = self.places[usize::try_from(place).unwrap_or(0)];
        let is_own = self.random.below(3) == 0;
        let text = self.text();
        let row = message::insert(
            connection,
            &NewMessage {
                id: MessageId::new(padded(number)),
                conversation,
                position: at_ms * message::POSITIONS_PER_MS,
                sender: if is_own { OWN } else { account(place) },
                sent_at: at,
                accepted_at: Some(at),
                sequence: number,
                kind: if is_indexed {
                    MessageKind::Text
                } else {
                    MessageKind::System
                },
                state: if is_own {
                    MessageState::Delivered
                } else {
                    MessageState::Received
                },
                sent_here: is_own,
                envelope: EnvelopeId::new(padded(number)),
                text: Redacted(&text),
                content: None,
                details: MessageDetails::default(),
            },
        )?;
        conversation::count_message(connection, conversation, !is_own, at)?;
        Ok(row)
    }

    /// Two to twenty words, or Chinese.
    fn text(&mut self) -> String {
        let len = 2 + self.random.below(9) + self.random.below(9);
        let mut text = String::new();
        if self.random.below(10) == 0 {
            for _ in 0..len * 2 {
                let letter = self.random.rank(4_000);
                text.extend(char::from_u32(0x4E00 + u32::try_from(letter).unwrap_or(0)));
            }
            if self.random.below(200) == 0 {
                text.push_str("乾坤");
            }
            return text;
        }
        for number in 0..len {
            let rank = self.random.rank(WORDS);
            if number > 0 {
                text.push(' ');
            }
            text.push_str(&self.words[rank]);
        }
        text
    }
}

/// Words of one to four syllables, the shorter ones first, as the frequent ones of a language are.
fn words(random: &mut Random) -> Vec<String> {
    const FIRST: [&str; 24] = [
        "b", "br", "c", "ch", "d", "f", "g", "h", "j", "k", "l", "m", "n", "p", "pr", "r", "s",
        "st", "t", "th", "tr", "v", "w", "",
    ];
    const LAST: [&str; 20] = [
        "a", "e", "i", "o", "u", "an", "en", "er", "es", "in", "ing", "is", "it", "on", "or", "ou",
        "ed", "ee", "ä", "é",
    ];
    let mut words = std::collections::BTreeSet::new();
    let mut ranked = Vec::new();
    while ranked.len() < WORDS {
        let syllables = 1 + (ranked.len() / 300).min(3);
        let mut word = String::new();
        for _ in 0..syllables {
            word.push_str(FIRST[usize::try_from(random.below(24)).unwrap_or(0)]);
            word.push_str(LAST[usize::try_from(random.below(20)).unwrap_or(0)]);
        }
        if words.insert(word.clone()) {
            ranked.push(word);
        }
    }
    ranked
}

/// A distinct id for each number.
fn padded<const LEN: usize>(number: u64) -> [u8; LEN] {
    let mut bytes = [0xA5; LEN];
    bytes[..8].copy_from_slice(&number.to_be_bytes());
    bytes
}

/// SplitMix64.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        bits ^ (bits >> 31)
    }

    fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }

    /// A rank: each about as frequent as one divided by itself.
    fn rank(&mut self, end: usize) -> usize {
        let unit = f64::from(u32::try_from(self.next() >> 32).unwrap_or(0)) / f64::from(u32::MAX);
        let end = f64::from(u32::try_from(end).unwrap_or(u32::MAX));
        let rank = (end.ln() * unit).exp() - 1.0;
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "from 0 to below a number that fits"
        )]
        let rank = rank as usize;
        rank
    }
}
