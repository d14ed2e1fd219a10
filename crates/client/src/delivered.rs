//! Which accounts have received own messages: as the server tells it, and as it is asked.

use std::collections::BTreeSet;

use pipit_domain::{AccountId, EnvelopeId};
use pipit_store::table::{delivery, message, trash};
use pipit_wire::v1::{Delivered, DeliveryStatus, client_frame, server_frame};

use crate::client::Shared;
use crate::conversation::changed;
use crate::error::ClientError;
use crate::event::Event;
use crate::session::Session;

/// Own messages asked after in one request (the protocol's limit).
pub(crate) const ASK_LEN: usize = 256;

/// An account has received an envelope.
pub(crate) type Report = (AccountId, EnvelopeId);

/// Asks which accounts have received these own messages, at most [`ASK_LEN`] of them, and notes it.
///
/// # Errors
/// When the server can't be asked; the next connection asks again.
pub(crate) async fn ask(
    shared: &Shared,
    session: &Session,
    envelopes: &[EnvelopeId],
) -> Result<(), ClientError> {
    if envelopes.is_empty() {
        return Ok(());
    }
    let request = DeliveryStatus {
        envelope_ids: envelopes.iter().map(EnvelopeId::to_vec).collect(),
    };
    let delivered = session
        .ask(
            client_frame::Body::DeliveryStatus(request),
            |body| match body {
                server_frame::Body::DeliveryStatus(status) => Some(status.delivered),
                _ => None,
            },
        )
        .await?;
    note(shared, session, pairs(&delivered).collect()).await;
    Ok(())
}

/// Moves own messages on that others have received; answers the reports whose messages are not here.
pub(crate) async fn note(shared: &Shared, session: &Session, reports: Vec<Report>) -> Vec<Report> {
    let (own, reader, now) = (session.own(), session.reader.clone(), session.server_now());
    let noted = session
        .store
        .write(move |transaction| {
            let mut events = Vec::new();
            let mut conversations = BTreeSet::new();
            let mut unknown = Vec::new();
            for (account, envelope) in reports.into_iter().filter(|(account, _)| *account != own) {
                let Some(row) = message::by_envelope(transaction, envelope)? else {
                    match trash::by_envelope(transaction, envelope)? {
                        // It may be brought back.
                        Some((message, sender)) if sender == own => {
                            delivery::add(transaction, message, account, now)?;
                        }
                        Some(_) => {}
                        None => unknown.push((account, envelope)),
                    }
                    continue;
                };
                let is_own = row.sender == own;
                if !is_own {
                    continue;
                }
                if delivery::add(transaction, row.message, account, now)? {
                    conversations.insert(row.conversation);
                    let record = reader.message_by_row(transaction, row.message)?;
                    events.push(Event::MessageChanged(record));
                }
            }
            events.extend(changed(&reader, transaction, conversations)?);
            Ok::<_, ClientError>((events, unknown))
        })
        .await;
    match noted {
        Ok((events, unknown)) => {
            shared.publisher.publish(events);
            unknown
        }
        Err(error) => {
            tracing::error!(%error, "a delivery report could not be noted");
            Vec::new()
        }
    }
}

/// What the server says of whom and what; bytes that are no ids are passed over.
pub(crate) fn pairs(delivered: &[Delivered]) -> impl Iterator<Item = Report> {
    delivered.iter().flat_map(|report| {
        let account = AccountId::try_from(&report.account_id[..]).ok();
        report
            .envelope_ids
            .iter()
            .filter_map(move |envelope| Some((account?, EnvelopeId::try_from(&envelope[..]).ok()?)))
    })
}
