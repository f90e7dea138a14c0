//! A mail on its way: what a pass knows of it from its composition to its ending.

use std::sync::Arc;

use jiff::Timestamp;
use tokio::sync::oneshot;

use crate::{
    delivery::retry::RetryPolicy,
    ledger::{Ending, Entry},
    model::{Deferral, Mail, Outcome},
};

/// One mail to send, and what the ledger is to know of it.
#[derive(Debug)]
pub struct Job {
    /// The message.
    pub mail: Arc<Mail>,
    /// The ledger's entry.
    pub entry: Arc<Entry>,
    /// When the row was first tried; `None` where never.
    pub first_attempt: Option<Timestamp>,
    /// How often it was tried before this pass.
    pub attempts: u32,
}

/// Takes composed mails; says `false` when no more are wanted.
pub type JobSink<'a> = dyn FnMut(Job) -> bool + 'a;

/// A composed mail, until its fate is known.
pub(super) struct Flight {
    pub(super) entry: Arc<Entry>,
    pub(super) first_attempt: Option<Timestamp>,
    pub(super) attempts: u32,
    pub(super) losses: u8,
    pub(super) claim: Claim,
    /// Which of the requests to the ledger the claim is: an answer to an earlier one means nothing.
    pub(super) asked: u32,
    /// Whether a worker asked for its claim: its body may leave.
    pub(super) in_hand: bool,
    /// The worker that waits for the claim to be durable.
    pub(super) waiting: Option<oneshot::Sender<bool>>,
}

/// How far the record of a mail as `sending` has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Claim {
    None,
    /// The ledger was asked.
    Asked,
    /// The ledger has it.
    Durable,
}

impl Flight {
    /// A mail that nobody has taken yet.
    pub(super) fn of(job: Job) -> (Arc<Mail>, Self) {
        let Job { mail, entry, first_attempt, attempts } = job;
        let (claim, asked, in_hand, waiting) = (Claim::None, 0, false, None);
        (mail, Self { entry, first_attempt, attempts, losses: 0, claim, asked, in_hand, waiting })
    }

    /// Asks for the claim: what the ledger is to record, and which request this is.
    pub(super) fn ask(&mut self) -> (u32, Arc<Entry>) {
        self.claim = Claim::Asked;
        self.asked += 1;
        (self.asked, self.entry.clone())
    }

    /// Gives the claim up; says whether there was one.
    pub(super) fn take_claim(&mut self) -> bool {
        self.in_hand = false;
        std::mem::replace(&mut self.claim, Claim::None) != Claim::None
    }

    /// What an outcome means for the ledger, and when a deferred mail is due again.
    pub(super) fn ending(&self, outcome: &Outcome, retry: &RetryPolicy, now: Timestamp) -> (Ending, Option<Timestamp>) {
        match outcome {
            Outcome::Accepted(reply) => (Ending::Sent { reply: reply.to_string() }, None),
            Outcome::Refused { reply, .. } => (Ending::Failed { reply: reply.to_string() }, None),
            Outcome::InDoubt(doubt) => (Ending::InDoubt { detail: doubt.detail.clone() }, None),
            Outcome::Deferred(deferral) => {
                let (reply, greylisted) = match deferral {
                    Deferral::Replied { reply, greylisted } => (reply.to_string(), *greylisted),
                    Deferral::ConnectionLost { detail, .. } => (detail.clone(), false),
                };
                let first = self.first_attempt.unwrap_or(now);
                let next = retry.next_attempt(now, self.attempts, greylisted, first, fastrand::f64());
                (Ending::Deferred { reply, next_attempt: next }, next)
            }
        }
    }
}
