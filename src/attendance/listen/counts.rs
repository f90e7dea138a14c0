//! What a receiver counts.

use std::sync::atomic::{AtomicU64, Ordering};

/// What happened so far, in numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Events in the file.
    pub accepted: u64,
    /// Posts without the secret, or with a signature that is forged, old or missing.
    pub refused: u64,
    /// Bodies that are no JSON object.
    pub malformed: u64,
    /// Bodies over 65,536 octets.
    pub too_large: u64,
    /// Bodies that did not come whole, or not in time.
    pub unfinished: u64,
    /// Events that could not be written; their sender was told to try again.
    pub failed: u64,
    /// News that nobody took in time; the file has them.
    pub missed: u64,
}

/// The same while they grow.
#[derive(Debug, Default)]
pub(super) struct Counters {
    pub(super) accepted: Counter,
    pub(super) refused: Counter,
    pub(super) malformed: Counter,
    pub(super) too_large: Counter,
    pub(super) unfinished: Counter,
    pub(super) failed: Counter,
    pub(super) missed: Counter,
}

impl Counters {
    pub(super) fn read(&self) -> Counts {
        Counts {
            accepted: self.accepted.read(),
            refused: self.refused.read(),
            malformed: self.malformed.read(),
            too_large: self.too_large.read(),
            unfinished: self.unfinished.read(),
            failed: self.failed.read(),
            missed: self.missed.read(),
        }
    }
}

/// One number that many threads raise.
#[derive(Debug, Default)]
pub(super) struct Counter(AtomicU64);

impl Counter {
    pub(super) fn add(&self, more: u64) {
        self.0.fetch_add(more, Ordering::Relaxed);
    }

    pub(super) fn read(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}
