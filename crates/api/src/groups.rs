//! Commands on groups.

use pipit_client::{
    Allowed, GroupPermissions, GroupRecord, MemberRecord, NewGroup, Role, SystemRecord,
};
use pipit_domain::{AccountId, Redacted};

use crate::api::{Answer, Api, conversation, id};
use crate::error::{ErrorCode, RpcError};
use crate::group_view::*;
use crate::param::*;
use crate::picture;

impl Api {
    pub(crate) async fn conversation_create(&self, params: CreateGroupParams) -> Answer<Opened> {
        let made = self
            .client
            .create_group(NewGroup {
                name: Redacted(params.name),
                about: Redacted(params.about.unwrap_or_default()),
                picture: Redacted(picture::from_url(
                    params.picture.as_deref().unwrap_or_default(),
                )?),
                members: accounts(&params.members)?,
            })
            .await?;
        Ok(Opened {
            conversation_id: made.to_string(),
        })
    }

    pub(crate) async fn conversation_members(
        &self,
        params: MembersParams,
    ) -> Answer<Vec<MemberView>> {
        let place = conversation(&params.conversation_id)?;
        let limit = params.limit.map_or(usize::MAX, |limit| limit as usize);
        let members = self.client.members(place, limit).await?;
        Ok(members.into_iter().map(Into::into).collect())
    }

    pub(crate) async fn conversation_add(&self, params: AddMembersParams) -> Answer<Empty> {
        let place = conversation(&params.conversation_id)?;
        self.client
            .add_members(place, accounts(&params.members)?)
            .await?;
        Ok(Empty {})
    }

    pub(crate) async fn conversation_remove(&self, params: MemberParams) -> Answer<Empty> {
        let (place, account) = member(&params)?;
        self.client.remove_member(place, account).await?;
        Ok(Empty {})
    }

    pub(crate) async fn conversation_leave(&self, params: ConversationParams) -> Answer<Empty> {
        let place = conversation(&params.conversation_id)?;
        self.client.leave_group(place).await?;
        Ok(Empty {})
    }

    pub(crate) async fn conversation_rename(&self, params: RenameParams) -> Answer<Empty> {
        let place = conversation(&params.conversation_id)?;
        self.client
            .rename_group(place, Redacted(params.name))
            .await?;
        Ok(Empty {})
    }

    pub(crate) async fn conversation_set_about(&self, params: SetAboutParams) -> Answer<Empty> {
        let place = conversation(&params.conversation_id)?;
        self.client
            .describe_group(place, Redacted(params.about))
            .await?;
        Ok(Empty {})
    }

    pub(crate) async fn conversation_set_picture(&self, params: SetPictureParams) -> Answer<Empty> {
        let place = conversation(&params.conversation_id)?;
        let picture = Redacted(picture::from_url(&params.picture)?);
        self.client.picture_group(place, picture).await?;
        Ok(Empty {})
    }

    pub(crate) async fn conversation_set_role(&self, params: SetRoleParams) -> Answer<Empty> {
        let place = conversation(&params.conversation_id)?;
        let account = id(&params.account_id, "accountId")?;
        let role = match params.role {
            GroupRole::Owner => Role::Owner,
            GroupRole::Admin => Role::Admin,
            GroupRole::Member => Role::Member,
        };
        self.client.set_role(place, account, role).await?;
        Ok(Empty {})
    }

    pub(crate) async fn conversation_set_permissions(
        &self,
        params: SetPermissionsParams,
    ) -> Answer<Empty> {
        let place = conversation(&params.conversation_id)?;
        let shares_history = params
            .shares_history
            .map(u8::try_from)
            .transpose()
            .ok()
            .filter(|count| count.is_none_or(|count| count <= 100))
            .ok_or_else(|| bad("sharesHistory is a number from 0 to 100."))?;
        let permissions = GroupPermissions {
            add: params.add.map(Into::into),
            edit: params.edit_info.map(Into::into),
            send: params.send.map(Into::into),
            shares_history,
            needs_approval: params.needs_approval,
        };
        self.client.set_permissions(place, permissions).await?;
        Ok(Empty {})
    }

    pub(crate) async fn invite_create(&self, params: ConversationParams) -> Answer<CreatedLink> {
        let place = conversation(&params.conversation_id)?;
        let link = self.client.create_link(place).await?;
        Ok(CreatedLink { link: link.0 })
    }

    pub(crate) async fn invite_get(&self, params: ConversationParams) -> Answer<LinkResult> {
        let place = conversation(&params.conversation_id)?;
        let link = self.client.link(place).await?;
        Ok(LinkResult {
            link: link.map(|link| link.0),
        })
    }

    pub(crate) async fn invite_revoke(&self, params: ConversationParams) -> Answer<Empty> {
        let place = conversation(&params.conversation_id)?;
        self.client.revoke_links(place).await?;
        Ok(Empty {})
    }

    pub(crate) async fn invite_look(&self, params: LinkParams) -> Answer<LinkView> {
        let link = self.client.look_at_link(&params.link).await?;
        Ok(LinkView {
            server: link.server,
            inviter: link.inviter_name.map(|name| name.0),
        })
    }

    pub(crate) async fn invite_join(&self, params: LinkParams) -> Answer<JoinResult> {
        let joined = self.client.join_by_link(&params.link).await?;
        Ok(JoinResult {
            is_pending: joined.is_none(),
            conversation_id: joined.map(|id| id.to_string()),
        })
    }

    pub(crate) async fn invite_requests(
        &self,
        params: ConversationParams,
    ) -> Answer<Vec<JoinRequestView>> {
        let place = conversation(&params.conversation_id)?;
        let requests = self.client.join_requests(place).await?;
        Ok(requests
            .into_iter()
            .map(|request| JoinRequestView {
                account_id: request.account.to_string(),
                username: request.username.0,
                name: request.name.0,
            })
            .collect())
    }

    pub(crate) async fn invite_approve(&self, params: MemberParams) -> Answer<Empty> {
        let (place, account) = member(&params)?;
        self.client.approve_joining(place, account).await?;
        Ok(Empty {})
    }

    pub(crate) async fn invite_decline(&self, params: MemberParams) -> Answer<Empty> {
        let (place, account) = member(&params)?;
        self.client.decline_joining(place, account).await?;
        Ok(Empty {})
    }
}

fn member(params: &MemberParams) -> Answer<(pipit_domain::ConversationId, AccountId)> {
    Ok((
        conversation(&params.conversation_id)?,
        id(&params.account_id, "accountId")?,
    ))
}

fn accounts(ids: &[String]) -> Answer<Vec<AccountId>> {
    ids.iter().map(|text| id(text, "members")).collect()
}

fn bad(sentence: &str) -> RpcError {
    RpcError::new(ErrorCode::BadRequest, sentence)
}

impl From<AllowedTo> for Allowed {
    fn from(allowed: AllowedTo) -> Self {
        match allowed {
            AllowedTo::Everyone => Self::Everyone,
            AllowedTo::Admins => Self::Admins,
        }
    }
}

impl From<Allowed> for AllowedTo {
    fn from(allowed: Allowed) -> Self {
        match allowed {
            Allowed::Everyone => Self::Everyone,
            Allowed::Admins => Self::Admins,
        }
    }
}

impl From<Role> for GroupRole {
    fn from(role: Role) -> Self {
        match role {
            Role::Owner => Self::Owner,
            Role::Admin => Self::Admin,
            Role::Member => Self::Member,
        }
    }
}

impl From<MemberRecord> for MemberView {
    fn from(member: MemberRecord) -> Self {
        Self {
            account_id: member.account.to_string(),
            username: member.username.0,
            name: member.name.0,
            role: member.role.into(),
            is_own: member.is_own,
            is_contact: member.is_contact,
            is_verified: member.is_verified,
        }
    }
}

impl From<GroupRecord> for GroupView {
    fn from(group: GroupRecord) -> Self {
        Self {
            member_count: group.member_count,
            own_role: group.own_role.into(),
            leaders: group.leaders.into_iter().map(leader).collect(),
            is_member: group.is_member,
            permissions: PermissionsView {
                add: group.add.into(),
                edit_info: group.edit.into(),
                send: group.send.into(),
            },
            shares_history: group.shares_history.into(),
            needs_approval: group.needs_approval,
            request_count: group.request_count,
        }
    }
}

fn leader((account, role): (AccountId, Role)) -> LeaderView {
    LeaderView {
        account_id: account.to_string(),
        role: role.into(),
    }
}

/// A line, with who of those it names is `own`.
pub(crate) fn system(record: SystemRecord, own: AccountId) -> SystemView {
    let person = |(account, name): (AccountId, Redacted<String>)| PersonRef {
        account_id: account.to_string(),
        name: name.0,
        is_own: account == own,
    };
    SystemView {
        word: record.word,
        actor: record.actor.map(person),
        target: record.target.map(person),
        value: (!record.value.0.is_empty()).then_some(record.value.0),
    }
}
