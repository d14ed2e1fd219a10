//! Groups and the lines about them as the screen and bots see them.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// What somebody is in a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum GroupRole {
    /// May do everything.
    Owner,
    /// Adds, removes members, edits.
    Admin,
    /// Everybody else.
    Member,
}

/// Somebody who leads a group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct LeaderView {
    /// Their account.
    pub account_id: String,
    /// Owner or admin.
    pub role: GroupRole,
}

/// Who may do something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum AllowedTo {
    /// Every member.
    Everyone,
    /// Admins and owners.
    Admins,
}

/// What members may do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PermissionsView {
    /// Add people.
    pub add: AllowedTo,
    /// Change name, picture and description.
    pub edit_info: AllowedTo,
    /// Write.
    pub send: AllowedTo,
}

/// A group beside its conversation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct GroupView {
    /// Accounts in it.
    pub member_count: u64,
    /// What this account is there.
    pub own_role: GroupRole,
    /// Its owners and admins, at most 100.
    pub leaders: Vec<LeaderView>,
    /// Whether this account is in it (still).
    pub is_member: bool,
    /// What members may do.
    pub permissions: PermissionsView,
    /// How many of the last messages new members see; 0: none.
    pub shares_history: u64,
    /// Whether admins approve who comes by a link.
    pub needs_approval: bool,
    /// Accounts that wait for that.
    pub request_count: u64,
}

/// Somebody in a conversation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct MemberView {
    /// Their account.
    pub account_id: String,
    /// What they are found by.
    pub username: String,
    /// What to call them.
    pub name: String,
    /// What they are there.
    pub role: GroupRole,
    /// It is this account.
    pub is_own: bool,
    /// This person has accepted them, or written to them.
    pub is_contact: bool,
    /// The safety number was compared and matches. Left out for false.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    #[ts(optional, as = "Option<bool>")]
    pub is_verified: bool,
}

/// Somebody who asks to join a group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct JoinRequestView {
    /// Their account.
    pub account_id: String,
    /// What they are found by.
    pub username: String,
    /// What to call them.
    pub name: String,
}

/// Where a link to a group leads.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct LinkView {
    /// Address of the server.
    pub server: String,
    /// Who made the link, when they are known here.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub inviter: Option<String>,
}

/// A link, when there is one.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct LinkResult {
    /// To be passed on.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub link: Option<String>,
}

/// What became of joining.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct JoinResult {
    /// The group, when this account is in it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub conversation_id: Option<String>,
    /// Somebody still has to let this account in.
    pub is_pending: bool,
}

/// Somebody who is named in a line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PersonRef {
    /// Their account.
    pub account_id: String,
    /// What to call them.
    pub name: String,
    /// It is this account.
    pub is_own: bool,
}

/// What a line of the app's own says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SystemView {
    /// Which line: a stable word such as `group.added`.
    pub word: String,
    /// Who did it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub actor: Option<PersonRef>,
    /// To whom.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub target: Option<PersonRef>,
    /// What: a name, a role, a number.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub value: Option<String>,
}
