//! Submit: an application envelope into the mailboxes of a conversation's other devices.

use std::sync::Arc;
use std::time::Instant;

use futures_util::future::{FutureExt, ready};
use pipit_domain::{EnvelopeId, IdError, limits};
use pipit_mailbox::{DeviceAddress, NewEnvelope, SubmitOutcome};
use pipit_wire::mls_header::{self, ApplicationHeader};
use pipit_wire::v1::{Accepted, RefusalCode, Submit, server_frame};

use super::request::Answer;
use crate::gateway::Gateway;
use crate::refuse::Refusal;

/// The one before it was refused just now, with a time of its own.
const TOO_EARLY_MS: u32 = 100;

pub(super) fn submit(gateway: &Arc<Gateway>, sender: DeviceAddress, submit: Submit) -> Answer {
    let header = match read_header(&submit) {
        Ok(header) => header,
        Err(refusal) => return ready(Err(refusal)).boxed(),
    };
    let Ok(after) = read_after(&submit) else {
        return ready(Err(Refusal::malformed())).boxed();
    };
    let began = Instant::now();
    // The store queues it here, not when the future is polled: frames keep their order.
    let stored = gateway.store.submit(NewEnvelope {
        sender,
        group: header.group,
        epoch: header.epoch,
        envelope: header.envelope,
        after,
        payload: submit.payload,
        now: gateway.now(),
    });
    let gateway = gateway.clone();
    async move {
        let outcome = stored.await?;
        gateway
            .metrics
            .submit_seconds
            .observe(began.elapsed().as_secs_f64());
        match outcome {
            SubmitOutcome::Accepted { time } | SubmitOutcome::Repeated { time } => {
                gateway.metrics.accepted.inc();
                Ok(server_frame::Body::Accepted(Accepted {
                    time: time.as_millis(),
                }))
            }
            SubmitOutcome::TooEarly => Err(Refusal::slow_down(TOO_EARLY_MS)),
            SubmitOutcome::StaleEpoch(epoch) => Err(Refusal::stale_epoch(epoch)),
            SubmitOutcome::UnknownConversation => Err(Refusal::unknown_conversation()),
            SubmitOutcome::NotAMember => Err(Refusal::not_a_member()),
        }
    }
    .boxed()
}

fn read_after(submit: &Submit) -> Result<Option<EnvelopeId>, IdError> {
    match &submit.after[..] {
        [] => Ok(None),
        after => EnvelopeId::try_from(after).map(Some),
    }
}

fn read_header(submit: &Submit) -> Result<ApplicationHeader, Refusal> {
    if submit.payload.len() > limits::ENVELOPE_LEN_MAX {
        return Err(Refusal::new(
            RefusalCode::TooLarge,
            "This message is larger than 64 KiB.",
        ));
    }
    mls_header::read_application(&submit.payload).map_err(|_| Refusal::malformed())
}
