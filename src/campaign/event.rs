//! What happens in a run, as values, and their sum. Pure.

use jiff::Timestamp;

use crate::model::{Address, Outage, Outcome};

/// One thing that happened.
#[derive(Debug, Clone)]
pub enum Event {
    /// A pass begins with so many mails to send.
    Started {
        /// How many.
        total: u64,
    },
    /// A mail's fate is known for this pass.
    Settled {
        /// Whose.
        address: Address,
        /// What became of it.
        outcome: Outcome,
        /// For a deferred mail: when it is due again; `None` where it is given up.
        next_attempt: Option<Timestamp>,
    },
    /// A mail's connection was lost before the final dot; it is tried again at once.
    TriedAgain {
        /// Whose.
        address: Address,
    },
    /// The relay is the trouble: nothing is begun for a while.
    Paused {
        /// The trouble.
        outage: Outage,
        /// For how long.
        seconds: u64,
    },
    /// One connection less, since the relay asked to slow down.
    Slowed {
        /// How many connections are left.
        connections: usize,
    },
}

/// The sum of a run's events.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally {
    /// Mails this pass set out to send.
    pub total: u64,
    /// Accepted by the relay.
    pub accepted: u64,
    /// Refused for good.
    pub refused: u64,
    /// To be tried again later.
    pub deferred: u64,
    /// Given up: deferred, without a next attempt.
    pub given_up: u64,
    /// In doubt.
    pub in_doubt: u64,
}

impl Tally {
    /// Adds one event.
    pub fn add(&mut self, event: &Event) {
        match event {
            Event::Started { total } => self.total += total,
            Event::Settled { outcome, next_attempt, .. } => match outcome {
                Outcome::Accepted(_) => self.accepted += 1,
                Outcome::Refused { .. } => self.refused += 1,
                Outcome::Deferred(_) if next_attempt.is_none() => self.given_up += 1,
                Outcome::Deferred(_) => self.deferred += 1,
                Outcome::InDoubt(_) => self.in_doubt += 1,
            },
            Event::TriedAgain { .. } | Event::Paused { .. } | Event::Slowed { .. } => {}
        }
    }

    /// How many mails' fate is known for this pass.
    #[must_use]
    pub fn done(&self) -> u64 {
        self.accepted + self.refused + self.deferred + self.given_up + self.in_doubt
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Deferral, Doubt, Reply, Stage};

    fn settled(outcome: Outcome, next_attempt: Option<Timestamp>) -> Event {
        Event::Settled { address: Address::parse("ada@example.org").unwrap(), outcome, next_attempt }
    }

    #[test]
    fn every_settled_mail_counts_once() {
        let reply = Reply { code: 250, enhanced: None, text: String::new() };
        let lost = || Outcome::Deferred(Deferral::ConnectionLost { stage: Stage::Data, detail: String::new() });
        let mut tally = Tally::default();
        for event in [
            Event::Started { total: 5 },
            settled(Outcome::Accepted(reply.clone()), None),
            settled(Outcome::Refused { reply, stage: Stage::Recipient }, None),
            settled(lost(), Some(Timestamp::UNIX_EPOCH)),
            settled(lost(), None),
            settled(Outcome::InDoubt(Doubt { detail: String::new() }), None),
        ] {
            tally.add(&event);
        }
        assert_eq!(tally.done(), tally.total);
        assert_eq!((tally.accepted, tally.refused, tally.deferred, tally.given_up, tally.in_doubt), (1, 1, 1, 1, 1));
    }
}
