//! Views of trust: safety numbers, devices as ledgers have them, alarms.

use pipit_client::{
    AlarmKind as Kind, AlarmRecord, Comparison, DeviceRecord, KeyKeeper, SafetyRecord,
    TrustedDevice, TrustedDeviceSigner,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Where the key lies that opens the history on this computer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum KeyPlace {
    /// In the system's keychain.
    Keychain,
    /// In a file beside the history: whoever can copy the profile's folder can read it.
    File,
}

impl From<KeyKeeper> for KeyPlace {
    fn from(keeper: KeyKeeper) -> Self {
        match keeper {
            KeyKeeper::Keychain => Self::Keychain,
            KeyKeeper::File => Self::File,
        }
    }
}

/// What guards the history on this computer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Protection {
    /// Where its key lies.
    pub key_place: KeyPlace,
}

/// Hexadecimal digits of a device's id that a person compares at a glance.
const DEVICE_MARK_LEN: usize = 8;

/// What was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum AlarmKind {
    /// A device that its account did not add, or has taken out.
    Device,
    /// The server shows other keys for an account than before.
    Keys,
    /// A username leads to another account than before.
    Name,
    /// A chat, or a change of one, that must not be.
    Change,
}

/// Keys or changes that must not be, and were refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct AlarmView {
    /// What.
    pub kind: AlarmKind,
    /// Whose.
    pub account_id: String,
    /// What to call them.
    pub name: String,
    /// Where it is shown.
    pub conversation_id: String,
    /// The device's mark.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub device: Option<String>,
    /// Who had the username before.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub account_before: Option<String>,
    /// When it was found.
    pub at: u64,
}

impl From<AlarmRecord> for AlarmView {
    fn from(alarm: AlarmRecord) -> Self {
        Self {
            kind: match alarm.kind {
                Kind::Device => AlarmKind::Device,
                Kind::Ledger => AlarmKind::Keys,
                Kind::Name => AlarmKind::Name,
                Kind::Change => AlarmKind::Change,
            },
            account_id: alarm.account.to_string(),
            name: alarm.name.0,
            conversation_id: alarm.conversation.to_string(),
            device: alarm.device.map(|device| mark(&device.to_string())),
            account_before: alarm.before.map(|account| account.to_string()),
            at: alarm.at.as_millis(),
        }
    }
}

/// What signed a device into its account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum DeviceSigner {
    /// It began the account.
    Itself,
    /// Another device of the account.
    Device,
    /// The recovery key: typed, or opened by the password.
    RecoveryKey,
}

impl From<TrustedDeviceSigner> for DeviceSigner {
    fn from(signer: TrustedDeviceSigner) -> Self {
        match signer {
            TrustedDeviceSigner::Itself => Self::Itself,
            TrustedDeviceSigner::Device => Self::Device,
            TrustedDeviceSigner::RecoveryKey => Self::RecoveryKey,
        }
    }
}

/// A device in force.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct TrustedDeviceView {
    /// Its id.
    pub device_id: String,
    /// The first digits of that, to be compared at a glance.
    pub mark: String,
    /// When it was signed in, by the signer's clock.
    pub added_at: u64,
    /// By what.
    pub signer: DeviceSigner,
}

impl From<TrustedDevice> for TrustedDeviceView {
    fn from(device: TrustedDevice) -> Self {
        let id = device.device.to_string();
        Self {
            mark: mark(&id),
            device_id: id,
            added_at: device.added_at.as_millis(),
            signer: device.signer.into(),
        }
    }
}

/// A device of the account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct DeviceView {
    /// Its id.
    pub device_id: String,
    /// The first digits of that, to be compared at a glance.
    pub mark: String,
    /// What the person calls it; empty: nothing yet.
    pub name: String,
    /// When it came in, by the clock of the device that signed it in.
    pub added_at: u64,
    /// The one that this runs on.
    pub is_own: bool,
}

impl From<DeviceRecord> for DeviceView {
    fn from(device: DeviceRecord) -> Self {
        let id = device.device.to_string();
        Self {
            mark: mark(&id),
            device_id: id,
            name: device.name.0,
            added_at: device.added_at.as_millis(),
            is_own: device.is_own,
        }
    }
}

pub(crate) fn mark(id: &str) -> String {
    id.chars()
        .take(DEVICE_MARK_LEN)
        .collect::<String>()
        .to_uppercase()
}

/// What two people compare.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SafetyNumberView {
    /// Whose.
    pub account_id: String,
    /// What to call them.
    pub name: String,
    /// 60 digits in groups of five, the same on both screens.
    pub digits: Vec<String>,
    /// What the other person scans: text of upper-case letters, digits and colons.
    pub qr: String,
    /// It was compared and matches.
    pub is_verified: bool,
    /// When that was.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub verified_at: Option<u64>,
    /// Their devices in force, the oldest first.
    pub devices: Vec<TrustedDeviceView>,
}

impl From<SafetyRecord> for SafetyNumberView {
    fn from(safety: SafetyRecord) -> Self {
        Self {
            account_id: safety.account.to_string(),
            name: safety.name.0,
            digits: safety.groups,
            qr: safety.code,
            is_verified: safety.verified_at.is_some(),
            verified_at: safety.verified_at.map(|at| at.as_millis()),
            devices: safety.devices.into_iter().map(Into::into).collect(),
        }
    }
}

/// What comparing comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum ComparisonResult {
    /// The same: nobody is in between.
    Same,
    /// Not the same.
    Different,
    /// A code between other people.
    OtherPeople,
    /// Neither digits nor a code.
    Unreadable,
}

/// What comparing comes to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ComparisonView {
    /// It.
    pub result: ComparisonResult,
}

impl From<Comparison> for ComparisonView {
    fn from(comparison: Comparison) -> Self {
        Self {
            result: match comparison {
                Comparison::Same => ComparisonResult::Same,
                Comparison::Different => ComparisonResult::Different,
                Comparison::OtherPeople => ComparisonResult::OtherPeople,
                Comparison::Unreadable => ComparisonResult::Unreadable,
            },
        }
    }
}
