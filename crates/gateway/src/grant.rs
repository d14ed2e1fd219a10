//! What a fresh proof (of a password, or of the recovery key) allows for ten minutes.

use axum::http::HeaderMap;
use pipit_domain::{AccountId, DeviceId};
use pipit_mailbox::DeviceAddress;
use pipit_wire::v1::RefusalCode;

use crate::auth::Caller;
use crate::gateway::{Gateway, random};
use crate::refuse::Refusal;

/// Names a grant; whoever has it may use it.
pub(crate) type Ticket = [u8; 32];

/// What a ticket allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Grant {
    pub(crate) account: AccountId,
    pub(crate) to: Granted,
}

/// To whom.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Granted {
    /// One new device may come in.
    NewDevice,
    /// New devices may come in and choose a new password: whoever has the recovery key has forgotten the old one.
    Recovery,
    /// This device in force may change what guards its account.
    Device(DeviceId),
}

impl Gateway {
    /// Makes a ticket.
    pub(crate) fn grant(&self, grant: Grant) -> Result<Ticket, Refusal> {
        let ticket: Ticket = random();
        self.tickets
            .insert(ticket, grant, self.now())
            .map_err(|_| Refusal::slow_down(10_000))?;
        Ok(ticket)
    }

    /// What a ticket allows now; `None` when it is none, or is too old.
    pub(crate) fn granted(&self, ticket: &[u8]) -> Option<Grant> {
        let ticket = Ticket::try_from(ticket).ok()?;
        self.tickets.get(&ticket, self.now())
    }

    /// A new device has come in by this ticket: it brings in no other, unless it was the recovery key's.
    pub(crate) fn came_in(&self, ticket: &[u8]) {
        if let Ok(name) = Ticket::try_from(ticket)
            && self
                .granted(ticket)
                .is_some_and(|grant| grant.to == Granted::NewDevice)
        {
            self.tickets.take(&name, self.now());
        }
    }

    /// Lets in a device in force that has just proved its account's password: neither a token nor a ticket is
    /// enough by itself.
    pub(crate) async fn require_proof(
        &self,
        headers: &HeaderMap,
        ticket: &[u8],
    ) -> Result<Caller, Refusal> {
        let caller = self.authenticate(headers).await?;
        let DeviceAddress { account, device } = caller.address;
        let is_proven = self.granted(ticket).is_some_and(|grant| {
            let is_for_it =
                matches!(grant.to, Granted::Recovery) || grant.to == Granted::Device(device);
            grant.account == account && is_for_it
        });
        if !is_proven {
            return Err(Refusal::new(
                RefusalCode::Unauthenticated,
                "This change needs the password; enter it again.",
            ));
        }
        Ok(caller)
    }

    /// What guards an account has changed: nothing that was proved before counts any more, but for the device that
    /// has changed it, which may not have got the answer.
    pub(crate) fn take_back_grants(&self, by: DeviceAddress) {
        let kept = Granted::Device(by.device);
        self.tickets
            .forget(|grant| grant.account == by.account && grant.to != kept);
    }
}
