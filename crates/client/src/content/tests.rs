//! Deeds end in the same on every device, whatever comes first.

use std::sync::{Arc, Mutex};

use pipit_domain::{ConversationId, EnvelopeId};
use pipit_store::table::message::{MessageState, NewMessage};
use pipit_store::table::{sync, timer};
use pipit_wire::content::sync::{Op, encode};
use pipit_wire::content::{Choice, Poll};

use super::*;
use crate::content::shown;
use crate::sync::receive;
use crate::testing::with_store;

const AUTHOR: AccountId = AccountId::new([1; 32]);
const ADA: AccountId = AccountId::new([2; 32]);

fn at(ms: u64) -> Timestamp {
    Timestamp::from_millis(ms)
}

/// A conversation in which ada is the reader, and a poll of the author's that has not come yet.
struct Case<'a> {
    transaction: &'a Transaction<'a>,
    place: ConversationRow,
    poll: Content,
    id: MessageId,
}

impl<'a> Case<'a> {
    fn new(transaction: &'a Transaction<'a>, number: u16) -> Result<Self, ClientError> {
        let mut id = [0; 16];
        id[..2].copy_from_slice(&number.to_be_bytes());
        let kind = ConversationKind::Direct;
        let id = ConversationId::new(id);
        let place = conversation::ensure(transaction, id, kind, Some(AUTHOR), at(1))?;
        let options = ["heath".to_owned(), "fen".to_owned()];
        let poll = Poll::new("Where?", &options, false).unwrap();
        let poll = Content::poll([0; 16], &poll);
        let room = Uri::of_conversation(&place.id);
        Ok(Self {
            transaction,
            id: poll.message_id(&Uri::of_account(&AUTHOR), &room),
            place,
            poll,
        })
    }

    fn poll_comes(&self) -> Result<(), ClientError> {
        let shown = shown(&self.poll, AUTHOR, ADA).unwrap();
        let mut envelope = [0; 16];
        envelope.copy_from_slice(&self.id.as_bytes()[..16]);
        message::insert(
            self.transaction,
            &NewMessage {
                id: self.id,
                conversation: self.place.conversation,
                position: 1,
                sender: AUTHOR,
                sent_at: at(1),
                accepted_at: Some(at(1)),
                sequence: 1,
                kind: shown.kind,
                state: MessageState::Received,
                sent_here: false,
                envelope: EnvelopeId::new(envelope),
                text: Redacted(&shown.text.0),
                content: shown.content.as_ref().map(|kept| Redacted(&kept.0[..])),
                details: shown.details,
            },
        )?;
        arrived(self.transaction, ADA, &self.place, self.id)?;
        Ok(())
    }

    fn comes(&self, sender: AccountId, ms: u64, content: &Content) -> Result<(), ClientError> {
        let deed = Deed {
            place: &self.place,
            sender,
            at: at(ms),
            content,
        };
        apply(self.transaction, ADA, &deed)?;
        Ok(())
    }

    fn vote(&self, salt: u8, options: &[u32]) -> Content {
        let choice = Choice::of(options).unwrap();
        let poll = self.id;
        Content::action([salt; 16], Action::Vote { poll, choice })
    }

    fn pin(&self, salt: u8, is_pinned: bool) -> Content {
        let message = self.id;
        Content::action([salt; 16], Action::Pin { message, is_pinned })
    }

    fn row(&self) -> Result<MessageRow, ClientError> {
        Ok(message::get(self.transaction, self.id)?.unwrap())
    }

    /// What each account has chosen, in the order of their ids.
    fn choices(&self) -> Result<Vec<u32>, ClientError> {
        let row = self.row()?;
        let closed_at = row.details.closed_at;
        let votes = of_each(self.transaction, row.message, DeedKind::Vote, closed_at)?;
        Ok(votes.into_iter().map(|vote| vote.value).collect())
    }
}

/// All orders of so many things.
fn orders(count: usize) -> Vec<Vec<usize>> {
    let mut all = vec![Vec::new()];
    for next in 0..count {
        let longer = all.into_iter().flat_map(|order: Vec<usize>| {
            (0..=order.len()).map(move |place| {
                let mut longer = order.clone();
                longer.insert(place, next);
                longer
            })
        });
        all = longer.collect();
    }
    all
}

#[tokio::test]
async fn votes_and_pins_end_in_the_same_in_whatever_order_they_come() {
    with_store(|transaction| {
        for (number, order) in orders(7).into_iter().enumerate() {
            let case = Case::new(transaction, u16::try_from(number).unwrap())?;
            for step in order {
                match step {
                    0 => case.poll_comes()?,
                    1 => case.comes(ADA, 10, &case.vote(1, &[0]))?,
                    2 => case.comes(ADA, 12, &case.vote(2, &[1]))?,
                    // After the end.
                    3 => case.comes(ADA, 20, &case.vote(3, &[0]))?,
                    4 => {
                        let close = Action::ClosePoll { poll: case.id };
                        case.comes(AUTHOR, 15, &Content::action([4; 16], close))?;
                    }
                    5 => case.comes(ADA, 30, &case.pin(5, true))?,
                    _ => case.comes(AUTHOR, 31, &case.pin(6, false))?,
                }
            }
            assert_eq!(case.choices()?, [0b10], "{number}");
            let details = case.row()?.details;
            assert_eq!(details.closed_at, Some(at(15)));
            assert!(!details.is_pinned, "{number}");
        }
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn of_an_own_vote_the_time_of_the_answer_counts_and_a_refused_one_never_was() {
    with_store(|transaction| {
        let case = Case::new(transaction, 0)?;
        case.poll_comes()?;
        let row = case.place.conversation;
        // Made here by a clock that is ahead; another own device was later.
        let here = case.vote(1, &[0]);
        perform(transaction, ADA, &case.place, at(100), &here)?;
        case.comes(ADA, 90, &case.vote(2, &[1]))?;
        assert_eq!(case.choices()?, [0b01]);
        accepted(transaction, ADA, row, &here.encode(), at(80))?;
        assert_eq!(case.choices()?, [0b10]);
        let refused_here = case.vote(3, &[]);
        perform(transaction, ADA, &case.place, at(110), &refused_here)?;
        assert_eq!(case.choices()?, [0]);
        let change = refused(transaction, ADA, row, &refused_here.encode())?;
        assert_eq!(change.changed.len(), 1);
        assert_eq!(case.choices()?, [0b10]);

        let up = case.pin(4, true);
        let change = perform(transaction, ADA, &case.place, at(120), &up)?;
        assert_eq!(change.lines.len(), 1);
        assert!(case.row()?.details.is_pinned);
        let change = accepted(transaction, ADA, row, &up.encode(), at(121))?;
        assert!(change.lines.is_empty(), "told once");
        refused(transaction, ADA, row, &up.encode())?;
        assert!(!case.row()?.details.is_pinned);
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn votes_that_a_poll_does_not_take_and_closings_by_others_do_nothing() {
    with_store(|transaction| {
        let case = Case::new(transaction, 0)?;
        case.poll_comes()?;
        for options in [&[0, 1][..], &[2]] {
            case.comes(ADA, 10, &case.vote(1, options))?;
        }
        let close = Action::ClosePoll { poll: case.id };
        case.comes(ADA, 11, &Content::action([2; 16], close))?;
        assert!(case.choices()?.is_empty());
        assert_eq!(case.row()?.details.closed_at, None);
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn a_timer_is_told_to_own_devices_that_came_in_after_it() {
    let told = Arc::new(Mutex::new(Vec::new()));
    let tell = Arc::clone(&told);
    let timer = |case: &Case<'_>, salt, ms, seconds| {
        let action = Action::Timer {
            seconds,
            told: None,
        };
        case.comes(AUTHOR, ms, &Content::action([salt; 16], action))
    };
    with_store(move |transaction| {
        let case = Case::new(transaction, 1)?;
        timer(&case, 1, 600, 60)?;
        let due = sync::due(transaction, at(10_000), 10)?.into_iter();
        let ops = due.map(|row| Op {
            time: row.time,
            device: row.device,
            kind: row.kind,
            subject: row.subject,
            value: row.value,
        });
        *tell.lock().unwrap() = encode(&ops.collect::<Vec<_>>());
        Ok(())
    })
    .await;
    with_store(move |transaction| {
        let case = Case::new(transaction, 1)?;
        // What it has heard when it came in.
        timer(&case, 2, 500, 10)?;
        let reader = Reader {
            own: ADA,
            own_name: Redacted::default(),
        };
        let kind = ConversationKind::OwnDevices;
        let id = ConversationId::new([9; 16]);
        let notes = conversation::ensure(transaction, id, kind, None, at(1))?;
        let ops = told.lock().unwrap();
        receive(transaction, &reader, &notes, &ops, at(1000))?;
        let timer = timer::get(transaction, case.place.id)?;
        assert_eq!((timer.seconds, timer.at), (60, at(600)));
        assert!(sync::next_due(transaction)?.is_none(), "the others know");
        Ok(())
    })
    .await;
}
