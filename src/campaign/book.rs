//! A pass's record as it grows: what became of each row, and the first refusals, held back until it
//! is known whose fault they are. Values only; `run` writes them.

use std::sync::Arc;

use jiff::Timestamp;

use super::Tally;
use crate::{
    delivery::streaks::Streaks,
    ledger::{Ending, Entry},
    model::{Deferral, Outcome, Stage},
};

/// What became of a row in this pass.
pub(super) struct Fate {
    pub(super) row: u32,
    pub(super) entry: Arc<Entry>,
    pub(super) state: Ending,
    pub(super) outcome: Outcome,
    pub(super) next_attempt: Option<Timestamp>,
}

/// The record as it grows.
pub(super) struct Book {
    pub(super) tally: Tally,
    pub(super) streaks: Streaks,
    pub(super) held: Vec<Fate>,
    pub(super) only_refusals: bool,
    /// The code with which the relay refused the campaign, once that is known.
    pub(super) campaign_refused: Option<u16>,
}

impl Book {
    /// Whether a refusal is the campaign's and not its row's.
    pub(super) fn acquits(&self, outcome: &Outcome) -> bool {
        let reply = match outcome {
            // At the recipient, or kept here without an offer.
            Outcome::Refused { reply, stage } if *stage == Stage::Recipient || reply.code == 0 => reply,
            Outcome::Deferred(Deferral::Replied { reply, .. }) => reply,
            _ => return false,
        };
        Some(reply.code) == self.campaign_refused
    }
}

impl Book {
    /// Begins one for so many mails on their way at a time.
    pub(super) fn of(on_the_way: usize) -> Self {
        Self {
            tally: Tally::default(),
            streaks: Streaks::of(on_the_way),
            held: Vec::new(),
            only_refusals: true,
            campaign_refused: None,
        }
    }
}
