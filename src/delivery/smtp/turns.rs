//! Waiting for one's turn under limits: the pace's answers, slept on.
//!
//! Owns: sharing one [`Pace`] among all connections, and telling of long waits. Does not own: the
//! arithmetic.

use std::{
    fmt,
    sync::{Arc, Mutex, PoisonError},
};

use tokio::{
    sync::{Notify, watch},
    time::{Duration, Instant, sleep_until},
};

use crate::delivery::pacing::{Limit, Pace, Slot};

/// A wait over this is told: the run would look as if it hung.
const WORTH_TELLING: Duration = Duration::from_mins(2);

/// The turns under some limits.
#[derive(Debug, Clone)]
pub(super) struct Turns(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    pace: Mutex<Pace>,
    one_over: Notify,
    waits: watch::Sender<Option<Wait>>,
}

/// A wait for the next turn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wait {
    /// The limit that is used up, by its name.
    pub limit: String,
    /// How long from now.
    pub time: Duration,
    until: Instant,
}

impl fmt::Display for Wait {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let minutes = self.time.as_secs().div_ceil(60);
        write!(f, "{} is used up; the next mail can go in {minutes} minutes", self.limit)
    }
}

/// A mail's turn; over when dropped.
#[derive(Debug)]
pub(super) struct Turn {
    shared: Arc<Shared>,
    used: bool,
}

impl Turns {
    pub(super) fn new(limits: Vec<Limit>) -> Self {
        let pace = Mutex::new(Pace::new(limits));
        Self(Arc::new(Shared { pace, one_over: Notify::new(), waits: watch::Sender::new(None) }))
    }

    /// Counts mails of earlier runs: how long ago each was over.
    pub(super) fn remember(&self, ages: &[Duration]) {
        self.0.lock().remember(ages, Instant::now());
    }

    /// Hears of each long wait once.
    pub(super) fn waits(&self) -> watch::Receiver<Option<Wait>> {
        self.0.waits.subscribe()
    }

    /// A turn, if one is free this moment.
    pub(super) fn now(&self) -> Option<Turn> {
        self.ask().is_ok().then(|| self.turn())
    }

    /// A turn; or the wait it would take, where that is over `patience`.
    pub(super) async fn next(&self, patience: Duration) -> Result<Turn, Wait> {
        loop {
            match self.ask() {
                Ok(()) => return Ok(self.turn()),
                Err(Some(wait)) if wait.time > patience => return Err(wait),
                Err(Some(wait)) => {
                    self.tell(&wait);
                    sleep_until(wait.until).await;
                }
                Err(None) => self.0.one_over.notified().await,
            }
        }
    }

    // Several connections wait for the same turn: it is told once.
    fn tell(&self, wait: &Wait) {
        if wait.time > WORTH_TELLING {
            self.0.waits.send_if_modified(|told| {
                let is_news = told.as_ref().is_none_or(|told| told.until < wait.until);
                if is_news {
                    *told = Some(wait.clone());
                }
                is_news
            });
        }
    }

    fn turn(&self) -> Turn {
        Turn { shared: Arc::clone(&self.0), used: true }
    }

    // `Err(None)`: when one that is on the way is over.
    fn ask(&self) -> Result<(), Option<Wait>> {
        let now = Instant::now();
        match self.0.lock().slot(now) {
            (Slot::Now, _) => Ok(()),
            (Slot::NotBefore(until), limit) => {
                let limit = limit.map_or_else(String::new, |limit| limit.name.clone());
                Err(Some(Wait { limit, time: until.saturating_duration_since(now), until }))
            }
            (Slot::WhenOneIsOver, _) => Err(None),
        }
    }
}

impl Turn {
    /// Ends it without a mail: it does not count.
    pub(super) fn hand_back(mut self) {
        self.used = false;
    }
}

impl Shared {
    fn lock(&self) -> std::sync::MutexGuard<'_, Pace> {
        self.pace.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        let mut pace = self.shared.lock();
        if self.used {
            pace.over(Instant::now());
        } else {
            pace.not_used();
        }
        drop(pace);
        self.shared.one_over.notify_one();
    }
}
