//! From a frame to the verb that handles it.

use futures_util::future::{BoxFuture, FutureExt};
use pipit_wire::v1::{Pong, RefusalCode, client_frame, server_frame};

use super::outbound::Outbound;
use super::{
    End, Session, bad_frame, claim_key_packages, delivery_status, fetch_ledgers, has_room, hello,
    key_package_count, list_conversations, look_up, report, signal, submit,
};
use crate::refuse::Refusal;

/// What a verb answers, when it is done.
pub(super) type Answer = BoxFuture<'static, Result<server_frame::Body, Refusal>>;

impl Session {
    pub(super) async fn take_request(
        &mut self,
        request_id: u32,
        body: client_frame::Body,
        outbound: &mut Outbound,
    ) -> Result<(), End> {
        use client_frame::Body;
        if !self.is_greeted && !matches!(body, Body::Hello(_)) {
            return Err(bad_frame(outbound, &Refusal::malformed()).await);
        }
        let (gateway, caller) = (&self.gateway, self.caller.address);
        let answer: Answer = match body {
            Body::Acknowledge(acknowledge) => {
                return self.take_acknowledge(acknowledge, outbound).await;
            }
            Body::Hello(hello) => return self.take_hello(request_id, &hello, outbound).await,
            Body::Ping(_) => {
                return self
                    .push(request_id, server_frame::Body::Pong(Pong {}), outbound)
                    .await;
            }
            _ if !has_room(&self.requests) => {
                let refusal = Refusal::slow_down(250);
                return self.reply(request_id, Err(refusal), outbound).await;
            }
            Body::Signal(signal) => {
                let sending = signal::send(gateway, caller.device, signal);
                self.requests
                    .push(sending.map(|sent| (0, sent.err().map(Err))).boxed());
                return Ok(());
            }
            Body::Submit(submit) => submit::submit(gateway, caller, submit),
            Body::LookUp(look_up) => look_up::look_up(gateway, caller.device, &look_up),
            Body::FetchLedgers(fetch) => fetch_ledgers::fetch_ledgers(gateway, fetch),
            Body::ClaimKeyPackages(claim) => {
                claim_key_packages::claim_key_packages(gateway, caller.device, &claim)
            }
            Body::DeliveryStatus(status) => {
                delivery_status::delivery_status(gateway, caller.device, &status)
            }
            Body::KeyPackageCount(_) => {
                key_package_count::key_package_count(gateway, caller.device)
            }
            Body::Report(report) => report::report(gateway, caller, report),
            Body::ListConversations(list) => {
                list_conversations::list_conversations(gateway, caller, &list)
            }
        };
        self.requests
            .push(answer.map(move |answer| (request_id, Some(answer))).boxed());
        Ok(())
    }

    async fn take_hello(
        &mut self,
        request_id: u32,
        hello: &pipit_wire::v1::ClientHello,
        outbound: &mut Outbound,
    ) -> Result<(), End> {
        if self.is_greeted {
            return Err(bad_frame(outbound, &Refusal::malformed()).await);
        }
        if hello.version != pipit_wire::PROTOCOL_VERSION {
            let refusal = Refusal::new(
                RefusalCode::Unsupported,
                "App and server speak different versions of the protocol; update the older one.",
            );
            return Err(bad_frame(outbound, &refusal).await);
        }
        self.is_greeted = true;
        let answer = hello::hello(&self.gateway, self.caller.address.device).await;
        self.reply(request_id, answer, outbound).await?;
        self.mailbox.begin();
        Ok(())
    }
}
