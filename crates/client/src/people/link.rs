//! A person's own link: it leads whoever opens it to a chat with them.
//!
//! ```text
//! pipit://user/USERNAME@SERVER#ACCOUNT      ACCOUNT 32 bytes in base64url without padding
//! ```
//! The name is what people read. The account is what the link vouches for: a server that gives another account for the
//! name is found out.

use data_encoding::BASE64URL_NOPAD;
use pipit_domain::{AccountId, Username};

use crate::client::Client;
use crate::error::ClientError;
use crate::record::ContactRecord;

const PREFIX: &str = "pipit://user/";
/// Characters of a link: a server's name has at most 253.
const LINK_LEN_MAX: usize = 400;

#[derive(Debug, PartialEq, Eq)]
struct UserLink {
    username: Username,
    server: String,
    account: AccountId,
}

impl UserLink {
    fn encode(&self) -> String {
        let account = BASE64URL_NOPAD.encode(self.account.as_bytes());
        format!(
            "{PREFIX}{}@{}#{account}",
            self.username.as_str(),
            self.server
        )
    }

    fn decode(text: &str) -> Option<Self> {
        let text = text.trim();
        if text.len() > LINK_LEN_MAX {
            return None;
        }
        let (place, account) = text.strip_prefix(PREFIX)?.split_once('#')?;
        let (username, server) = place.split_once('@')?;
        if server.is_empty() {
            return None;
        }
        let account = BASE64URL_NOPAD.decode(account.as_bytes()).ok()?;
        Some(Self {
            username: Username::parse(username).ok()?,
            server: server.to_owned(),
            account: AccountId::try_from(&account[..]).ok()?,
        })
    }
}

impl Client {
    /// The link that leads to this person.
    ///
    /// # Errors
    /// When there is no account.
    pub fn own_link(&self) -> Result<String, ClientError> {
        let session = self.session()?;
        let account = &session.account;
        let link = UserLink {
            username: Username::parse(&account.username.0)?,
            server: account.server.clone(),
            account: session.own(),
        };
        Ok(link.encode())
    }

    /// The person that a link leads to. Their ledger is fetched and checked on the way.
    ///
    /// # Errors
    /// [`ClientError::BadUserLink`], [`ClientError::OtherServer`], [`ClientError::LedgerMismatch`] when the server has
    /// another account by this name, and as [`Client::find_contact`].
    pub async fn find_by_link(&self, link: &str) -> Result<ContactRecord, ClientError> {
        let link = UserLink::decode(link).ok_or(ClientError::BadUserLink)?;
        if link.server != self.session()?.account.server {
            return Err(ClientError::OtherServer);
        }
        let found = self.find_contact(link.username.as_str()).await?;
        match found.account == link.account {
            true => Ok(found),
            false => Err(ClientError::LedgerMismatch),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn link() -> UserLink {
        UserLink {
            username: Username::parse("ines").expect("a name"),
            server: "chat.example:8443".to_owned(),
            account: AccountId::new([7; 32]),
        }
    }

    #[test]
    fn a_link_comes_back_from_its_text() {
        let text = link().encode();
        assert!(text.starts_with("pipit://user/ines@chat.example:8443#"));
        assert_eq!(UserLink::decode(&format!(" {text}\n")), Some(link()));
    }

    #[test]
    fn another_text_is_refused() {
        let text = link().encode();
        for bad in [
            "",
            "pipit://user/",
            "https://user/ines@chat.example#BwcH",
            &text[..text.len() - 1],
            &text.replace('@', ""),
            &text.replace("chat.example:8443", ""),
            &text.replace("ines", "Not a name"),
            &text.replace("chat", &"c".repeat(LINK_LEN_MAX)),
        ] {
            assert_eq!(UserLink::decode(bad), None, "{bad}");
        }
    }
}
