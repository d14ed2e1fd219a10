//! Signing devices in, with what the server may ask besides.

use serde_json::json;

use crate::{Person, Refusal};

/// Signs a new device in by the password; `totp` may be empty.
///
/// # Errors
/// As it is refused.
pub async fn enter(
    server: &str,
    username: &str,
    password: &str,
    totp: &str,
) -> Result<Person, Refusal> {
    let mut params = json!({ "server": server, "username": username, "password": password });
    if !totp.is_empty() {
        params["totp"] = totp.into();
    }
    let person = Person::nobody(&[]).await;
    person.call("account.login", params).await.map(|_| person)
}

/// The word of a refusal, or "none".
pub async fn code_of<T>(outcome: impl Future<Output = Result<T, Refusal>>) -> String {
    outcome
        .await
        .err()
        .map_or_else(|| "none".to_owned(), |refusal| refusal.code)
}

/// Signs a new device of alice in by the recovery key; `totp` may be empty.
///
/// # Errors
/// As it is refused.
pub async fn recover(
    server: &str,
    key: &str,
    totp: &str,
    password: Option<&str>,
) -> Result<Person, Refusal> {
    let mut params = json!({ "server": server, "username": "alice", "recoveryKey": key });
    if !totp.is_empty() {
        params["totp"] = totp.into();
    }
    if let Some(password) = password {
        params["newPassword"] = password.into();
    }
    let person = Person::nobody(&[]).await;
    person.call("account.recover", params).await.map(|_| person)
}
