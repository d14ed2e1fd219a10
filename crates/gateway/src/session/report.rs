//! Report: one person tells the operator of another.

use std::sync::Arc;

use futures_util::future::{FutureExt, ready};
use pipit_domain::{AccountId, limits};
use pipit_mailbox::{DeviceAddress, NewReport};
use pipit_wire::v1::{RefusalCode, Report, Reported, server_frame};

use super::request::Answer;
use crate::gateway::Gateway;
use crate::refuse::Refusal;

pub(super) fn report(gateway: &Arc<Gateway>, caller: DeviceAddress, report: Report) -> Answer {
    if let Err(wait_ms) = gateway.reports.take(caller.device, gateway.now()) {
        return ready(Err(Refusal::slow_down(wait_ms))).boxed();
    }
    let is_large = report.reason.len() > limits::REPORT_REASON_LEN_MAX
        || report.messages.len() > limits::REPORT_MESSAGES_MAX
        || report
            .messages
            .iter()
            .any(|message| message.len() > limits::REPORT_MESSAGE_LEN_MAX);
    if is_large {
        let refusal = Refusal::new(RefusalCode::TooLarge, "This report is too long; show less.");
        return ready(Err(refusal)).boxed();
    }
    let Ok(account) = AccountId::try_from(&report.account_id[..]) else {
        return ready(Err(Refusal::malformed())).boxed();
    };
    let kept = gateway.store.report(NewReport {
        reporter: caller.account,
        account,
        reason: report.reason,
        messages: report.messages,
        now: gateway.now(),
    });
    async move {
        match kept.await? {
            true => Ok(server_frame::Body::Reported(Reported {})),
            false => Err(Refusal::unknown_account()),
        }
    }
    .boxed()
}
