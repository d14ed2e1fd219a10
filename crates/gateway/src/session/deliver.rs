//! Deliver, Delivered and CaughtUp: what the server sends by itself.
//!
//! After Hello the mailbox is read from its beginning until it is empty; then deliveries come directly
//! from the store's announcements, and the mailbox is read again only when those were too many or the
//! window was full.

use futures_util::future::{BoxFuture, FutureExt};
use pipit_domain::{AccountId, DeviceId};
use pipit_mailbox::{DeliveredTo, Delivery, DeliveryWindow, MailboxPage, StoreError};
use pipit_wire::v1::{CaughtUp, Deliver, Delivered, ServerFrame, server_frame};

use super::End;
use super::outbound::Outbound;
use crate::gateway::Gateway;

/// Envelope ids in one Delivered frame: 4.5 KB.
const DELIVERED_PER_FRAME: usize = 256;

/// A page of the mailbox, or why there is none.
pub(super) type Page = Result<MailboxPage, StoreError>;

/// Where a session is in its mailbox.
#[derive(Default)]
pub(super) struct MailboxReader {
    pub(super) window: DeliveryWindow,
    pub(super) reading: Option<BoxFuture<'static, Page>>,
    /// Something may wait after what was sent last.
    must_read: bool,
    /// The device was told once that its mailbox was empty.
    has_caught_up: bool,
}

impl MailboxReader {
    /// Starts reading, after Hello.
    pub(super) fn begin(&mut self) {
        self.must_read = true;
    }

    /// Asks the store for what comes next, if something may and the window has room.
    pub(super) fn read_on(&mut self, gateway: &Gateway, device: DeviceId) {
        let room = self.window.room();
        if !self.must_read || self.reading.is_some() || room == 0 {
            return;
        }
        self.must_read = false;
        let bytes = self.window.room_bytes();
        self.reading = Some(
            gateway
                .store
                .read(device, self.window.last_sent(), room, bytes)
                .boxed(),
        );
    }

    pub(super) async fn take_page(
        &mut self,
        gateway: &Gateway,
        page: Page,
        outbound: &mut Outbound,
    ) -> Result<(), End> {
        self.reading = None;
        // A store that can't read now: the device comes back and reads again.
        let page = page.map_err(|_| End::Broken)?;
        for delivery in page.deliveries {
            self.deliver(gateway, delivery, outbound).await?;
        }
        if !page.is_end {
            self.must_read = true;
        } else if !self.must_read && !self.has_caught_up {
            self.has_caught_up = true;
            let body = Some(server_frame::Body::CaughtUp(CaughtUp {}));
            gateway.metrics.frames_out.inc();
            outbound
                .feed(&ServerFrame {
                    request_id: 0,
                    body,
                })
                .await?;
        }
        Ok(())
    }

    /// Sends announced deliveries directly when nothing can be between them and what was sent last.
    pub(super) async fn take_pushed(
        &mut self,
        gateway: &Gateway,
        deliveries: Vec<Delivery>,
        must_read: bool,
        outbound: &mut Outbound,
    ) -> Result<(), End> {
        if must_read {
            self.must_read = true;
        }
        for delivery in deliveries {
            let is_next = !self.must_read && self.reading.is_none() && self.window.room() > 0;
            if !is_next {
                self.must_read = true;
            } else if delivery.sequence > self.window.last_sent() {
                self.deliver(gateway, delivery, outbound).await?;
            }
        }
        Ok(())
    }

    async fn deliver(
        &mut self,
        gateway: &Gateway,
        delivery: Delivery,
        outbound: &mut Outbound,
    ) -> Result<(), End> {
        self.window.sent(
            delivery.sequence,
            delivery.payload.len() + delivery.tree.len(),
        );
        gateway.metrics.deliveries.inc();
        gateway.metrics.frames_out.inc();
        let body = server_frame::Body::Deliver(Deliver {
            sequence: delivery.sequence,
            time: delivery.time.as_millis(),
            kind: delivery.kind.to_wire().into(),
            payload: delivery.payload,
            conversation_id: delivery
                .conversation
                .map_or_else(Vec::new, |id| id.to_vec()),
            tree: delivery.tree.to_vec(),
            envelope_id: delivery.envelope.map_or_else(Vec::new, |id| id.to_vec()),
        });
        outbound
            .feed(&ServerFrame {
                request_id: 0,
                body: Some(body),
            })
            .await
    }
}

/// Notices grouped by account, in frames of bounded length.
pub(super) fn delivered_frames(mut notices: Vec<DeliveredTo>) -> Vec<server_frame::Body> {
    notices.sort_by_key(|notice| notice.account);
    let by_account = notices.chunk_by(|one, other| one.account == other.account);
    by_account
        .flat_map(|notices| notices.chunks(DELIVERED_PER_FRAME))
        .map(|notices| server_frame::Body::Delivered(delivered(notices[0].account, notices)))
        .collect()
}

pub(super) fn delivered(account: AccountId, notices: &[DeliveredTo]) -> Delivered {
    Delivered {
        account_id: account.to_vec(),
        envelope_ids: notices
            .iter()
            .map(|notice| notice.envelope.to_vec())
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use pipit_domain::EnvelopeId;

    use super::*;

    #[test]
    fn notices_are_grouped_by_account_and_frames_are_bounded() {
        let notice = |account: u8, envelope: u16| DeliveredTo {
            account: AccountId::new([account; 32]),
            envelope: EnvelopeId::new([envelope as u8; 16]),
        };
        let mut notices: Vec<_> = (0..300).map(|envelope| notice(1, envelope)).collect();
        notices.insert(150, notice(2, 7));
        let lengths: Vec<_> = delivered_frames(notices)
            .into_iter()
            .map(|body| match body {
                server_frame::Body::Delivered(delivered) => {
                    (delivered.account_id[0], delivered.envelope_ids.len())
                }
                _ => panic!("another frame"),
            })
            .collect();
        assert_eq!(lengths, [(1, 256), (1, 44), (2, 1)]);
    }
}
