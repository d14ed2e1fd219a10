//! People, devices and conversations of made-up bytes.

use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use pipit_domain::{AccountId, ConversationId, DeviceId, EnvelopeId, GroupId, Timestamp, Username};

use crate::{
    Announcer, ConversationKind, CreateAccountOutcome, CreateOutcome, DeliveredTo, Delivery,
    DeviceAddress, LedgerChange, NewAccount, NewCommit, NewConversation, NewEnvelope,
    NewKeyPackage, NewWelcome, Store, SubmitOutcome, Suite, WelcomePayload,
};

/// What a store announced, in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Announced {
    /// A delivery with this sequence for a device.
    Stored(DeviceId, u64),
    /// A receipt for a sender's device.
    Delivered(DeviceId, DeliveredTo),
}

/// An announcer that remembers.
#[derive(Debug, Default)]
pub struct Recorder(Mutex<Vec<Announced>>);

impl Recorder {
    /// Takes what was announced since the last call.
    pub fn take(&self) -> Vec<Announced> {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn push(&self, announced: Announced) {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(announced);
    }
}

impl Announcer for Recorder {
    fn stored(&self, device: DeviceId, delivery: &Delivery) {
        self.push(Announced::Stored(device, delivery.sequence));
    }

    fn delivered(&self, sender: DeviceId, to: DeliveredTo) {
        self.push(Announced::Delivered(sender, to));
    }
}

/// A store and what it announces.
pub struct Fixture {
    /// The store under test.
    pub store: Arc<dyn Store>,
    /// What it announced.
    pub announced: Arc<Recorder>,
}

/// Alice's and Bob's devices.
pub(super) const ALICE: DeviceAddress = address(1, 10);
pub(super) const ALICE_LAPTOP: DeviceAddress = address(1, 11);
pub(super) const BOB: DeviceAddress = address(2, 20);
pub(super) const BOB_LAPTOP: DeviceAddress = address(2, 21);
pub(super) const CAROL: DeviceAddress = address(3, 30);
pub(super) const CONVERSATION: ConversationId = ConversationId::new([7; 16]);
pub(super) const GROUP: GroupId = GroupId::new([8; 16]);

pub(super) const fn address(account: u8, device: u8) -> DeviceAddress {
    DeviceAddress {
        account: AccountId::new([account; 32]),
        device: DeviceId::new([device; 16]),
    }
}

pub(super) fn envelope(number: u8) -> EnvelopeId {
    EnvelopeId::new([number; 16])
}

pub(super) fn at(ms: u64) -> Timestamp {
    Timestamp::from_millis(1_000_000_000 + ms)
}

pub(super) fn username(name: &str) -> Username {
    Username::parse(name).expect("the suite's names are names")
}

pub(super) fn key_package(suite: Suite, is_last_resort: bool, bytes: &[u8]) -> NewKeyPackage {
    NewKeyPackage {
        suite,
        is_last_resort,
        expires: at(pipit_domain::limits::KEY_PACKAGE_REMAINING_MIN_MS
            + if is_last_resort { 200 } else { 100 }),
        bytes: bytes.to_vec(),
    }
}

pub(super) fn new_account(of: DeviceAddress, name: &str) -> NewAccount {
    NewAccount {
        account: of.account,
        username: username(name),
        password_record: vec![1; 192],
        recovery_bundle: vec![2; 100],
        first_entry: vec![of.device.as_bytes()[0]; 50],
        device: of.device,
        device_key: [of.device.as_bytes()[0]; 32],
        key_packages: Vec::new(),
        now: at(0),
    }
}

pub(super) fn new_envelope(sender: DeviceAddress, number: u8) -> NewEnvelope {
    NewEnvelope {
        sender,
        group: GROUP,
        epoch: 1,
        envelope: envelope(number),
        after: None,
        payload: Bytes::from(vec![number; 100]),
        now: at(u64::from(number)),
    }
}

pub(super) fn new_conversation(
    creator: DeviceAddress,
    members: &[DeviceAddress],
) -> NewConversation {
    let welcome = NewWelcome {
        payload: WelcomePayload::Whole(Bytes::from_static(b"welcome")),
        tree: Bytes::from_static(b"tree"),
        is_tree_fetched: false,
    };
    NewConversation {
        conversation: CONVERSATION,
        kind: ConversationKind::Group,
        group: GROUP,
        epoch: 1,
        group_info: Bytes::from_static(b"info 1"),
        group_state: Bytes::from_static(b"state 1"),
        members: members.to_vec(),
        creator,
        welcome: (members.len() > 1).then_some(welcome),
        now: at(0),
    }
}

pub(super) fn new_commit(
    committer: DeviceAddress,
    epoch: u64,
    number: u8,
    members: &[DeviceAddress],
) -> NewCommit {
    NewCommit {
        conversation: CONVERSATION,
        epoch,
        committer,
        envelope: envelope(number),
        commit: Bytes::from(vec![number; 30]),
        welcome: None,
        members: members.to_vec(),
        group_info: Bytes::from(format!("info {}", epoch + 1)),
        group_state: Bytes::from(format!("state {}", epoch + 1)),
        now: at(u64::from(number)),
    }
}

impl Fixture {
    /// Opens an empty store.
    pub fn new(open: &dyn Fn(Arc<dyn Announcer>) -> Arc<dyn Store>) -> Self {
        let announced = Arc::new(Recorder::default());
        Self {
            store: open(announced.clone()),
            announced,
        }
    }

    /// Alice with two devices, Bob with two, Carol with one.
    pub(super) async fn people(&self) {
        for (device, name) in [(ALICE, "alice"), (BOB, "bob"), (CAROL, "carol")] {
            let outcome = self.store.create_account(new_account(device, name)).await;
            assert_eq!(outcome, Ok(CreateAccountOutcome::Created));
        }
        for device in [ALICE_LAPTOP, BOB_LAPTOP] {
            self.add_device(device, 1).await;
        }
    }

    pub(super) async fn add_device(&self, of: DeviceAddress, len: usize) {
        let change = LedgerChange::Add {
            device: of.device,
            key: [of.device.as_bytes()[0]; 32],
        };
        let appended = self
            .store
            .append_ledger(of.account, len, vec![len as u8; 60], change, Vec::new())
            .await;
        assert_eq!(appended, Ok(crate::AppendOutcome::Appended));
    }

    /// People, and a conversation of all Alice's and Bob's devices; Welcomes acknowledged away.
    pub(super) async fn conversation(&self) {
        self.people().await;
        let members = [ALICE, ALICE_LAPTOP, BOB, BOB_LAPTOP];
        let outcome = self.store.create(new_conversation(ALICE, &members)).await;
        assert_eq!(outcome, Ok(CreateOutcome::Created));
        for device in &members[1..] {
            let waiting = self.waiting(*device).await;
            self.store
                .acknowledge(*device, waiting)
                .await
                .expect("the store acknowledges");
        }
        self.announced.take();
    }

    /// The sequences that wait for a device.
    pub(super) async fn waiting(&self, of: DeviceAddress) -> Vec<u64> {
        let page = self.read(of, 0, 10_000, usize::MAX).await;
        page.iter().map(|delivery| delivery.sequence).collect()
    }

    pub(super) async fn read(
        &self,
        of: DeviceAddress,
        after: u64,
        count: usize,
        bytes: usize,
    ) -> Vec<Delivery> {
        self.store
            .read(of.device, after, count, bytes)
            .await
            .expect("the store reads")
            .deliveries
    }

    pub(super) async fn submit(&self, sender: DeviceAddress, number: u8) {
        let outcome = self.store.submit(new_envelope(sender, number)).await;
        let time = at(u64::from(number));
        assert_eq!(outcome, Ok(SubmitOutcome::Accepted { time }));
    }
}
