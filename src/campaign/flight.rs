//! A mail on its way: what a pass knows of it from its composition to its ending.

use std::sync::Arc;

use jiff::Timestamp;

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
    pub(super) claimed: bool,
}

impl Flight {
    /// A mail that nobody has taken yet.
    pub(super) fn of(job: Job) -> (Arc<Mail>, Self) {
        let Job { mail, entry, first_attempt, attempts } = job;
        (mail, Self { entry, first_attempt, attempts, losses: 0, claimed: false })
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
