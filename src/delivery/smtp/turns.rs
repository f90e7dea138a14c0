//! Waiting for one's turn under a rate: the pacer's answers, slept on.
//!
//! Owns: sharing one [`Pacer`] among all connections. Does not own: the arithmetic.

use std::sync::{Arc, Mutex, PoisonError};

use tokio::{
    sync::Notify,
    time::{Duration, Instant, sleep_until},
};

use crate::delivery::pacing::{Pacer, Rate, Slot};

/// One rate's turns.
#[derive(Debug, Clone)]
pub(super) struct Turns(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    pacer: Mutex<Pacer>,
    one_over: Notify,
}

/// A mail's turn; over when dropped.
#[derive(Debug)]
pub(super) struct Turn {
    shared: Arc<Shared>,
    used: bool,
}

impl Turns {
    pub(super) fn new(rate: Rate) -> Self {
        Self(Arc::new(Shared { pacer: Mutex::new(Pacer::new(rate)), one_over: Notify::new() }))
    }

    pub(super) fn rate(&self) -> Rate {
        self.0.lock().rate()
    }

    /// A turn, if one is free this moment.
    pub(super) fn now(&self) -> Option<Turn> {
        (self.ask() == Slot::Now).then(|| self.turn())
    }

    /// A turn; or the wait it would take, where that is over `patience`.
    pub(super) async fn next(&self, patience: Duration) -> Result<Turn, Duration> {
        loop {
            match self.ask() {
                Slot::Now => return Ok(self.turn()),
                Slot::NotBefore(then) => {
                    let wait = then.saturating_duration_since(Instant::now());
                    if wait > patience {
                        return Err(wait);
                    }
                    sleep_until(then).await;
                }
                Slot::WhenOneIsOver => self.0.one_over.notified().await,
            }
        }
    }

    fn turn(&self) -> Turn {
        Turn { shared: Arc::clone(&self.0), used: true }
    }

    fn ask(&self) -> Slot {
        self.0.lock().slot(Instant::now())
    }
}

impl Turn {
    /// Ends it without a mail: it does not count.
    pub(super) fn hand_back(mut self) {
        self.used = false;
    }
}

impl Shared {
    fn lock(&self) -> std::sync::MutexGuard<'_, Pacer> {
        self.pacer.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        let mut pacer = self.shared.lock();
        if self.used {
            pacer.over(Instant::now());
        } else {
            pacer.not_used();
        }
        drop(pacer);
        self.shared.one_over.notify_one();
    }
}
