//! Where a pass has its claims and outcomes kept: the ledger, or nowhere for previews and tests.

use std::sync::Arc;

use jiff::Timestamp;

use crate::ledger::{Ending, Entry, WriterHandle};

/// Keeps what happens to mails.
#[derive(Debug, Clone)]
pub enum Journal {
    /// In the ledger, durably.
    Ledger(WriterHandle),
    /// Nowhere: previews, and tests to oneself.
    Nowhere,
}

impl Journal {
    /// Records a mail as `sending`; the future is true once that is durable.
    pub(super) fn begin(&self, entry: Arc<Entry>, now: Timestamp) -> impl Future<Output = bool> + Send + use<> {
        let durable = match self {
            Self::Ledger(writer) => Some(writer.begin(entry, now)),
            Self::Nowhere => None,
        };
        async move {
            match durable {
                Some(durable) => durable.await.is_ok(),
                None => true,
            }
        }
    }

    /// Records what became of a mail, claimed or not. A failure is kept by the writer, see [`Self::failure`].
    pub(super) fn finish(&self, entry: Arc<Entry>, ending: Ending, now: Timestamp) {
        if let Self::Ledger(writer) = self {
            drop(writer.finish(entry, ending, now));
        }
    }

    /// Takes a claim back: nothing of the mail has left.
    pub(super) fn withdraw(&self, row: u32) {
        if let Self::Ledger(writer) = self {
            drop(writer.withdraw(row));
        }
    }

    /// How many mails a crash may leave as `sending` once all that was asked for is written.
    pub(super) fn open(&self) -> usize {
        match self {
            Self::Ledger(writer) => writer.open(),
            Self::Nowhere => 0,
        }
    }

    /// What went wrong for good, if anything.
    pub(super) fn failure(&self) -> Option<(String, String)> {
        match self {
            Self::Ledger(writer) => writer.failure().map(|problem| (problem.to_string(), problem.hint())),
            Self::Nowhere => None,
        }
    }
}
