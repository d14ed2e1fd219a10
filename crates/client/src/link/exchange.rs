//! Meeting at a place, and messages over the channel that comes of it.

use std::time::Duration;

use pipit_domain::Redacted;
use pipit_ledger::PublicKey;
use pipit_link::{Channel, Code, Entering, Secret, Showing};
use pipit_wire::frame::Message as _;
use pipit_wire::v1::link_message::Body;
use pipit_wire::v1::{LinkHello, LinkMessage};
use rand::rngs::OsRng;
use tokio::time::timeout;

use super::LinkFailure;
use super::place::Place;

/// The other device looks at a message within this.
const LINGER: Duration = Duration::from_secs(5);
/// In place of a confirmation, when the secret was another.
const NO_CONFIRMATION: [u8; 32] = [0; 32];

/// Waits for somebody to enter the code.
pub(super) async fn show(mut place: Place, code: &Code) -> Result<Opened, LinkFailure> {
    let hello = place.take().await?;
    let (showing, answer) = Showing::answer(&hello, |kind| code.secret(kind), &mut OsRng)?;
    place.put(answer).await?;
    let channel = showing.finish(&place.take().await?)?;
    Ok(Opened { place, channel })
}

/// Meets the device that shows the code.
pub(super) async fn enter(mut place: Place, secret: &Secret) -> Result<Opened, LinkFailure> {
    let (entering, hello) = Entering::start(secret, &mut OsRng);
    place.put(hello).await?;
    let (channel, confirmation) = match entering.finish(&place.take().await?) {
        Ok(finished) => finished,
        Err(error) => {
            // So that the other device says why, too; it ends the place when it has read that.
            place.put(NO_CONFIRMATION.to_vec()).await?;
            let _ = timeout(LINGER, place.take()).await;
            return Err(error.into());
        }
    };
    place.put(confirmation).await?;
    Ok(Opened { place, channel })
}

/// A channel to the other device.
pub(super) struct Opened {
    place: Place,
    channel: Channel,
}

impl Opened {
    /// Tells who this is; answers who the other is.
    pub(super) async fn greet(
        &mut self,
        name: &Redacted<String>,
        new_device: Option<PublicKey>,
    ) -> Result<LinkHello, LinkFailure> {
        self.tell(Body::Hello(LinkHello {
            new_device: new_device.map_or_else(Vec::new, |key| key.as_bytes().to_vec()),
            name: name.0.clone(),
        }))
        .await?;
        match self.hear().await? {
            Body::Hello(hello) if hello.new_device.is_empty() == new_device.is_none() => {
                // So that neither ends the place before the other has read its hello, and says why, too.
                let _ = self.tell(Body::Hello(LinkHello::default())).await;
                let _ = timeout(LINGER, self.place.take()).await;
                Err(LinkFailure::SameRole)
            }
            Body::Hello(hello) => Ok(hello),
            _ => Err(LinkFailure::Broken),
        }
    }

    pub(super) async fn tell(&mut self, body: Body) -> Result<(), LinkFailure> {
        let message = LinkMessage { body: Some(body) };
        let sealed = self.channel.seal(&message.encode_to_vec())?;
        self.place.put(sealed).await
    }

    /// Waits until the other device has read everything, and ended the place.
    pub(super) async fn closed(&mut self) {
        if let Ok(message) = self.place.take().await {
            tracing::debug!(
                len = message.len(),
                "the other device said more than that it is done"
            );
        }
    }

    pub(super) async fn hear(&mut self) -> Result<Body, LinkFailure> {
        let opened = self.channel.open(&self.place.take().await?)?;
        let message = LinkMessage::decode(&opened[..]).map_err(|_| LinkFailure::Broken)?;
        // A body that this version does not know comes as none.
        message.body.ok_or(LinkFailure::Newer)
    }
}
