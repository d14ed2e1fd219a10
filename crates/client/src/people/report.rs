//! Telling the operator of the server about somebody. Nothing goes there that the person did not choose to show.

use pipit_domain::{AccountId, MessageId, limits};
use pipit_store::table::message;
use pipit_wire::v1::{Report, client_frame, server_frame};

use crate::client::Client;
use crate::error::ClientError;

impl Client {
    /// Tells the operator about a person: why, and what of theirs this person chooses to show. Long messages
    /// are shown by their beginning. Their author is not told.
    ///
    /// # Errors
    /// [`ClientError::Report`] when the reason or the number of messages is too large,
    /// [`ClientError::NotFound`] for a message that is not here or not theirs, or the server can't be reached.
    pub async fn report(
        &self,
        account: AccountId,
        reason: &str,
        messages: Vec<MessageId>,
    ) -> Result<(), ClientError> {
        let session = self.session()?;
        let reason = reason.trim().to_owned();
        if reason.len() > limits::REPORT_REASON_LEN_MAX
            || messages.len() > limits::REPORT_MESSAGES_MAX
        {
            return Err(ClientError::Report);
        }
        let texts = session
            .store
            .read(move |connection| {
                let mut texts = Vec::with_capacity(messages.len());
                for id in messages {
                    let row = message::get(connection, id)?
                        .filter(|row| row.sender == account)
                        .ok_or(ClientError::NotFound)?;
                    texts.push(beginning(&row.text.0).to_owned());
                }
                Ok::<_, ClientError>(texts)
            })
            .await?;
        let report = Report {
            account_id: account.to_vec(),
            reason,
            messages: texts,
        };
        let kept = session.ask(client_frame::Body::Report(report), |body| match body {
            server_frame::Body::Reported(_) => Some(()),
            _ => None,
        });
        Ok(kept.await?)
    }
}

fn beginning(text: &str) -> &str {
    &text[..text.floor_char_boundary(limits::REPORT_MESSAGE_LEN_MAX)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_message_is_shown_by_its_beginning() {
        assert_eq!(beginning("short"), "short");
        let long = "\u{20ac}".repeat(limits::REPORT_MESSAGE_LEN_MAX);
        let cut = beginning(&long);
        assert!(
            cut.len() > limits::REPORT_MESSAGE_LEN_MAX - 3
                && cut.len() <= limits::REPORT_MESSAGE_LEN_MAX
        );
    }
}
