//! The device that has the account: shows its person the other one, and signs it in.

use std::sync::Arc;
use std::time::Duration;

use pipit_domain::{Redacted, limits};
use pipit_ledger::{KEY_LEN, PublicKey, SIGNATURE_LEN};
use pipit_store::table::ledger;
use pipit_wire::v1::link_message::Body;
use pipit_wire::v1::{
    AppendLedger, Empty, LinkAdded, LinkConsent, LinkDeclined, LinkHello, LinkOffer, RefusalCode,
};

use tokio::time::timeout;

use super::exchange::Opened;
use super::{Link, LinkFailure, LinkState};
use crate::client::Client;
use crate::error::ClientError;
use crate::session::Session;
use crate::sync::{self, Change};

/// Other devices that change the ledger at the same moment are too many.
const TRIES: usize = 5;
/// The other device reads the last message within this, or finds the place gone.
const LINGER: Duration = Duration::from_secs(30);

pub(super) async fn add(
    link: &Link,
    client: &Client,
    session: &Arc<Session>,
    opened: &mut Opened,
    hello: LinkHello,
) -> Result<(), LinkFailure> {
    let device = <[u8; KEY_LEN]>::try_from(&hello.new_device[..]).map(PublicKey::new);
    let device = device.map_err(|_| LinkFailure::Broken)?;
    let name = shown_name(&hello.name);
    let asked = LinkState::Asked {
        name: name.clone(),
        device: Some(device.device_id()),
    };
    if !link.ask(client, asked).await? {
        let told = opened.tell(Body::Declined(LinkDeclined {})).await;
        link.tell(client, LinkState::Failed(LinkFailure::Declined));
        if told.is_ok() {
            let _ = timeout(LINGER, opened.closed()).await;
        }
        return Ok(());
    }
    link.tell(client, LinkState::Adding);
    for _ in 0..TRIES {
        // Else another device has changed the ledger meanwhile: the entry has to follow that one's.
        if let Some(entry) = sign_in(session, opened, device, &name).await? {
            let added = Body::Added(LinkAdded {
                ledger_entry: entry,
            });
            // It stands in the ledger, whether or not the answer to this gets through.
            let told = opened.tell(added).await;
            link.tell(client, LinkState::Linked);
            if told.is_ok() {
                // The place stays until the other has read that.
                let _ = timeout(LINGER, opened.closed()).await;
            }
            return Ok(());
        }
    }
    Err(LinkFailure::Server)
}

/// Offers the account as it is now, and signs the other device into it. Answers the entry that the server took;
/// `None` when the ledger had moved.
async fn sign_in(
    session: &Arc<Session>,
    opened: &mut Opened,
    device: PublicKey,
    name: &Redacted<String>,
) -> Result<Option<Vec<u8>>, LinkFailure> {
    let own = session.own();
    session.refresh_ledgers(&[own]).await?;
    let stored = session
        .store
        .read(move |connection| Ok::<_, ClientError>(ledger::get(connection, own)?))
        .await?;
    let mut stored = stored.ok_or(LinkFailure::Broken)?;
    opened
        .tell(Body::Offer(LinkOffer {
            account_id: own.to_vec(),
            username: session.account.username.0.clone(),
            ledger_entries: stored
                .entries()
                .iter()
                .map(pipit_ledger::Entry::encode)
                .collect(),
        }))
        .await?;
    let Body::Consent(LinkConsent {
        consent,
        key_packages,
    }) = opened.hear().await?
    else {
        return Err(LinkFailure::Broken);
    };
    let consent = <[u8; SIGNATURE_LEN]>::try_from(consent).map_err(|_| LinkFailure::Broken)?;
    let entry = stored
        .add_consented(
            &session.account.device,
            device,
            consent,
            session.server_now(),
        )
        .map_err(|_| LinkFailure::Broken)?
        .encode();
    let body = AppendLedger {
        account_id: own.to_vec(),
        entry: entry.clone(),
        key_packages,
        ..AppendLedger::default()
    };
    match session.post::<Empty>("/v1/ledger", &body).await {
        Ok(_) => {}
        Err(error) if error.refusal() == Some(RefusalCode::InvalidLedger) => return Ok(None),
        Err(error) => return Err(error.into()),
    }
    let named = Change::DeviceName {
        device: device.device_id(),
        name: name.clone(),
    };
    let worker = Arc::clone(session);
    let events = session
        .store
        .write(move |transaction| {
            ledger::put(transaction, &stored)?;
            sync::record(transaction, &worker, &named)
        })
        .await?;
    session.publisher.publish(events);
    session.sync_wake.notify_one();
    Ok(Some(entry))
}

/// A name as the other device tells it: one line, and not long.
pub(super) fn shown_name(told: &str) -> Redacted<String> {
    let line: String = told.chars().filter(|letter| !letter.is_control()).collect();
    let end = line.floor_char_boundary(limits::DISPLAY_NAME_LEN_MAX);
    Redacted(line[..end].trim().to_owned())
}
