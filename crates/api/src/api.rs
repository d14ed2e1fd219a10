//! Commands: parsing what comes, asking the client, showing what it answers.

use std::path::PathBuf;
use std::sync::Arc;

use pipit_client::{Client, ClientConfig, ClientError, Focus, Keychain, SystemClock, Window};
use pipit_domain::{
    AccountId, Clock, ConversationId, MessageId, Timestamp, UsernameProblem as NameProblem,
};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::activity_view::ActivityView;
use crate::error::{ErrorCode, RpcError};
use crate::events::Events;
use crate::for_each_command;
use crate::group_view::*;
use crate::history_view::HistoryView;
use crate::link_view::LinkCodeView;
use crate::param::*;
use crate::security_view::*;
use crate::view::*;

mod activity;
mod devices;
mod people;
mod security;
mod state;
mod two_step;

/// Messages in one answer when the caller names no number, and at most.
const MESSAGES_LIMIT: u32 = 50;
const MESSAGES_LIMIT_MAX: u32 = 200;

pub(crate) type Answer<T> = Result<T, RpcError>;

/// What the API is opened with.
#[derive(Debug, Clone)]
pub struct ApiConfig {
    /// The profile's folder.
    pub folder: PathBuf,
    /// Where the key of the history is put, and asked for; without one, it lies beside the history.
    pub keychain: Option<Arc<dyn Keychain>>,
    /// Servers to offer at sign-up.
    pub servers: Vec<ServerSuggestion>,
}

/// One profile behind the command list. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Api {
    pub(crate) client: Client,
    servers: Vec<ServerSuggestion>,
}

macro_rules! dispatch {
    ($(#[doc = $doc:literal] $name:literal: $handler:ident($params:ty) -> $result:ty;)*) => {
        impl Api {
            /// Runs one command by name, with JSON in and out.
            ///
            /// # Errors
            /// The command's own, an unknown name, or parameters that it does not take.
            pub async fn call(&self, method: &str, params: Value) -> Answer<Value> {
                match method {
                    $($name => {
                        let params = parse::<$params>(params)?;
                        let result: $result = Box::pin(self.$handler(params)).await?;
                        show(&result)
                    })*
                    "rpc.discover" => Ok(crate::discover::document()),
                    _ => Err(RpcError::new(
                        ErrorCode::UnknownMethod,
                        format!("There is no command {:?}; rpc.discover lists them.", shorten(method)),
                    )),
                }
            }
        }
    };
}

for_each_command!(dispatch);

impl Api {
    /// Opens the profile.
    ///
    /// # Errors
    /// When its history can't be opened; the sentence says what to do.
    pub async fn open(config: ApiConfig) -> Answer<Self> {
        Self::open_with_clock(config, Arc::new(SystemClock)).await
    }

    /// The same with a clock of the caller's, as simulations need it.
    ///
    /// # Errors
    /// As [`Api::open`].
    pub async fn open_with_clock(config: ApiConfig, clock: Arc<dyn Clock>) -> Answer<Self> {
        let ApiConfig {
            folder,
            keychain,
            servers,
        } = config;
        let client = Client::open_with_clock(ClientConfig { folder, keychain }, clock).await?;
        Ok(Self { client, servers })
    }

    /// Events from now on.
    #[must_use]
    pub fn events(&self) -> Events {
        Events::new(&self.client)
    }

    /// Asks the screen to show a conversation: a notification was clicked.
    ///
    /// # Errors
    /// When the id is not one.
    pub fn show_conversation(&self, conversation_id: &str) -> Answer<()> {
        self.client
            .show_conversation(conversation(conversation_id)?);
        Ok(())
    }

    async fn server_suggestions(&self, _: Empty) -> Answer<Vec<ServerSuggestion>> {
        Ok(self.servers.clone())
    }

    async fn server_probe(&self, params: ServerParams) -> Answer<ServerInfo> {
        let info = self.client.probe(&params.server).await?;
        Ok(ServerInfo {
            server: params.server,
            name: info.name,
            registration: if info.is_open {
                Registration::Open
            } else {
                Registration::Closed
            },
            latency_ms: u64::try_from(info.latency.as_millis()).unwrap_or(u64::MAX),
        })
    }

    async fn account_check_username(&self, params: CheckUsernameParams) -> Answer<UsernameCheck> {
        let problem = match self
            .client
            .username_is_free(&params.server, &params.username)
            .await
        {
            Ok(true) => None,
            Ok(false) => Some(UsernameProblem::Taken),
            Err(ClientError::Username(problem)) => Some(match problem {
                NameProblem::TooShort => UsernameProblem::TooShort,
                NameProblem::TooLong => UsernameProblem::TooLong,
                NameProblem::Characters => UsernameProblem::Characters,
            }),
            Err(error) => return Err(error.into()),
        };
        Ok(UsernameCheck {
            free: problem.is_none(),
            problem,
        })
    }

    async fn account_register(&self, params: RegisterParams) -> Answer<Registered> {
        let RegisterParams {
            server,
            username,
            password,
            display_name,
        } = params;
        let made = self
            .client
            .register(&server, &username, &password, display_name.as_deref())
            .await?;
        Ok(Registered {
            account_id: made.account.to_string(),
            device_id: made.device.to_string(),
            recovery_key: made.recovery_key.to_text().to_string(),
        })
    }

    async fn account_recovery_key(&self, _: Empty) -> Answer<RecoveryKeyView> {
        let key = self.client.recovery_key().await?;
        Ok(RecoveryKeyView {
            recovery_key: key.to_text().to_string(),
        })
    }

    async fn account_confirm_recovery_key(&self, _: Empty) -> Answer<Empty> {
        self.client.confirm_recovery_key().await?;
        Ok(Empty {})
    }

    async fn account_login(&self, params: LoginParams) -> Answer<LoggedIn> {
        let code = params.totp.unwrap_or_default();
        let (account, device) = self
            .client
            .login(&params.server, &params.username, &params.password, &code)
            .await?;
        Ok(LoggedIn {
            account_id: account.to_string(),
            device_id: device.to_string(),
        })
    }

    async fn account_status(&self, _: Empty) -> Answer<AccountStatus> {
        Ok(self.client.status().into())
    }

    async fn connection_retry(&self, _: Empty) -> Answer<Empty> {
        self.client.retry_now();
        Ok(Empty {})
    }

    async fn contact_find(&self, params: FindContactParams) -> Answer<ContactView> {
        Ok(self.client.find_contact(&params.username).await?.into())
    }

    async fn conversation_open(&self, params: AccountParams) -> Answer<Opened> {
        let account: AccountId = id(&params.account_id, "accountId")?;
        let opened = self.client.open_conversation(account).await?;
        Ok(Opened {
            conversation_id: opened.to_string(),
        })
    }

    async fn conversation_list(&self, _: Empty) -> Answer<Vec<ConversationView>> {
        Ok(self
            .client
            .conversations()
            .await?
            .into_iter()
            .map(Into::into)
            .collect())
    }

    async fn conversation_get(&self, params: ConversationParams) -> Answer<ConversationView> {
        Ok(self
            .client
            .conversation(conversation(&params.conversation_id)?)
            .await?
            .into())
    }

    async fn conversation_set_draft(&self, params: SetDraftParams) -> Answer<Empty> {
        self.client
            .set_draft(conversation(&params.conversation_id)?, params.text)
            .await?;
        Ok(Empty {})
    }

    async fn message_list(&self, params: ListMessagesParams) -> Answer<Vec<MessageView>> {
        let limit = limit_of(params.limit)?;
        let place_in = (
            params.before,
            params.after,
            params.around,
            params.around_date,
        );
        let window = match place_in {
            (None, None, None, None) => Window::Newest,
            (Some(before), None, None, None) => Window::Before(message(&before)?),
            (None, Some(after), None, None) => Window::After(message(&after)?),
            (None, None, Some(around), None) => Window::Around(message(&around)?),
            (None, None, None, Some(date)) => Window::AroundTime(Timestamp::from_millis(date)),
            _ => {
                return Err(RpcError::new(
                    ErrorCode::BadRequest,
                    "Name at most one of before, after, around and aroundDate.",
                ));
            }
        };
        let place = conversation(&params.conversation_id)?;
        let rows = self.client.messages(place, window, limit).await?;
        Ok(rows.into_iter().map(Into::into).collect())
    }

    async fn message_retry(&self, params: MessageParams) -> Answer<Empty> {
        self.client.retry(message(&params.message_id)?).await?;
        Ok(Empty {})
    }

    async fn message_discard(&self, params: MessageParams) -> Answer<Empty> {
        self.client.discard(message(&params.message_id)?).await?;
        Ok(Empty {})
    }

    async fn message_mark_read(&self, params: MarkReadParams) -> Answer<Empty> {
        let place = conversation(&params.conversation_id)?;
        self.client
            .mark_read(place, message(&params.up_to)?)
            .await?;
        Ok(Empty {})
    }

    async fn window_focus(&self, params: FocusParams) -> Answer<Empty> {
        let open = params
            .conversation_id
            .as_deref()
            .map(conversation)
            .transpose()?;
        self.client.set_focus(Focus {
            is_focused: params.focused,
            conversation: open,
        });
        Ok(Empty {})
    }

    /// Shells subscribe for their listener ([`Api::events`]) and answer its number; by itself the
    /// command only says where the count stands.
    async fn events_subscribe(&self, _: Empty) -> Answer<Subscribed> {
        Ok(Subscribed {
            number: self.client.subscribe().0,
        })
    }
}

/// How many messages a caller gets.
pub(crate) fn limit_of(limit: Option<u32>) -> Answer<usize> {
    let limit = limit.unwrap_or(MESSAGES_LIMIT);
    if limit == 0 || limit > MESSAGES_LIMIT_MAX {
        return Err(RpcError::new(
            ErrorCode::BadRequest,
            format!("limit is a number from 1 to {MESSAGES_LIMIT_MAX}."),
        ));
    }
    Ok(limit as usize)
}

pub(crate) fn conversation(text: &str) -> Answer<ConversationId> {
    id(text, "conversationId")
}

pub(crate) fn message(text: &str) -> Answer<MessageId> {
    id(text, "messageId")
}

pub(crate) fn id<T: std::str::FromStr>(text: &str, field: &str) -> Answer<T> {
    text.parse().map_err(|_| {
        RpcError::new(
            ErrorCode::BadRequest,
            format!("{field} is not an id; use one that another command answered."),
        )
    })
}

fn parse<T: DeserializeOwned>(params: Value) -> Answer<T> {
    let params = if params.is_null() {
        Value::Object(serde_json::Map::new())
    } else {
        params
    };
    serde_json::from_value(params).map_err(|error| {
        // serde's words name fields and types; values could be secrets, and only come with these two.
        let words = error.to_string();
        let harmless = !words.starts_with("invalid value") && !words.starts_with("invalid type");
        let detail = if harmless {
            words
        } else {
            "a field has the wrong type".to_owned()
        };
        RpcError::new(
            ErrorCode::BadRequest,
            format!("The parameters don't fit: {}.", shorten(&detail)),
        )
    })
}

fn show(result: &impl Serialize) -> Answer<Value> {
    serde_json::to_value(result)
        .map_err(|_| RpcError::new(ErrorCode::Internal, "The answer could not be shown."))
}

/// At most a line of what a caller sent goes back to it.
fn shorten(text: &str) -> String {
    text.chars().take(120).collect()
}
