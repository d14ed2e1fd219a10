//! The device without an account: consents to stand in the ledger that it is shown, and keeps the account when
//! it does.

use std::sync::Arc;

use pipit_domain::{AccountId, Username};
use pipit_e2ee::Identity;
use pipit_ledger::{Action, Entry, Ledger, SecretKey};
use pipit_wire::v1::link_message::Body;
use pipit_wire::v1::{KeyPackage, LinkAdded, LinkConsent, LinkHello, LinkOffer};

use super::exchange::Opened;
use super::own_device::shown_name;
use super::{Link, LinkFailure, LinkState};
use crate::client::Client;
use crate::keys;
use crate::login::Entrance;

pub(super) async fn add(
    link: &Link,
    client: &Client,
    opened: &mut Opened,
    hello: LinkHello,
    device: SecretKey,
) -> Result<(), LinkFailure> {
    let _signing = client.shared.signing.lock().await;
    let entrance = client.entrance(&link.address).await?;
    let asked = LinkState::Asked {
        name: shown_name(&hello.name),
        device: None,
    };
    link.tell(client, asked);
    let mut offered: Option<(Ledger, Username)> = None;
    loop {
        match opened.hear().await? {
            Body::Offer(offer) => {
                let (ledger, username) = read(&offer)?;
                if let Some((before, _)) = &offered
                    && !ledger.continues(before)
                {
                    return Err(LinkFailure::Broken);
                }
                link.tell(client, LinkState::Adding);
                let consent = consent(client, &entrance, &ledger, &device).await?;
                opened.tell(Body::Consent(consent)).await?;
                offered = Some((ledger, username));
            }
            Body::Added(added) => {
                let (mut ledger, username) = offered.ok_or(LinkFailure::Broken)?;
                append(&mut ledger, &added, &device)?;
                client.settle(entrance, &username, device, ledger).await?;
                link.tell(client, LinkState::Linked);
                return Ok(());
            }
            Body::Declined(_) => return Err(LinkFailure::Declined),
            _ => return Err(LinkFailure::Broken),
        }
    }
}

fn read(offer: &LinkOffer) -> Result<(Ledger, Username), LinkFailure> {
    let account = AccountId::try_from(&offer.account_id[..]).map_err(|_| LinkFailure::Broken)?;
    let ledger = Ledger::decode(account, &offer.ledger_entries).map_err(|_| LinkFailure::Broken)?;
    let username = Username::parse(&offer.username).map_err(|_| LinkFailure::Broken)?;
    Ok((ledger, username))
}

async fn consent(
    client: &Client,
    entrance: &Entrance,
    ledger: &Ledger,
    device: &SecretKey,
) -> Result<LinkConsent, LinkFailure> {
    let consent = ledger.consent(device).map_err(|_| LinkFailure::Broken)?;
    let identity = Identity::new(ledger.account(), device.clone());
    let (crypto, now) = (Arc::clone(&client.shared.crypto), entrance.now());
    let key_packages: Vec<KeyPackage> = client
        .shared
        .store
        .write(move |transaction| keys::first(transaction, &crypto, &identity, now))
        .await?;
    Ok(LinkConsent {
        consent: consent.to_vec(),
        key_packages,
    })
}

/// The entry that the server took must put this device in force, and do nothing else.
fn append(ledger: &mut Ledger, added: &LinkAdded, device: &SecretKey) -> Result<(), LinkFailure> {
    let entry = Entry::decode(&added.ledger_entry).map_err(|_| LinkFailure::Broken)?;
    match &entry.action {
        Action::Add { device: key, .. } if *key == device.public() => {}
        _ => return Err(LinkFailure::Broken),
    }
    ledger.append(entry).map_err(|_| LinkFailure::Broken)
}
