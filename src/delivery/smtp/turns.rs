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
        let (minutes, hours) = (self.time.as_secs().div_ceil(60), self.time.as_secs().div_ceil(3600));
        let (time, unit) = if hours > 2 { (hours, "hours") } else { (minutes, "minutes") };
        write!(f, "{} is used up; the next mail can go in {time} {unit}", self.limit)
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

    /// A turn; or the wait it would take, where that is over `patience` and no mail is on its way any
    /// more: whoever hears of such a wait ends the run, and what had its turn is to go before that.
    pub(super) async fn next(&self, patience: Duration) -> Result<Turn, Wait> {
        loop {
            match self.ask() {
                Ok(()) => return Ok(self.turn()),
                Err(Some((wait, is_idle))) if wait.time > patience => {
                    if is_idle {
                        return Err(wait);
                    }
                    self.0.one_over.notified().await;
                }
                Err(Some((wait, _))) => {
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

    // The wait, and whether no mail is on its way; `Err(None)`: when one that is on its way is over.
    fn ask(&self) -> Result<(), Option<(Wait, bool)>> {
        let now = Instant::now();
        let mut pace = self.0.lock();
        match pace.slot(now) {
            (Slot::Now, _) => Ok(()),
            (Slot::NotBefore(until), limit) => {
                let limit = limit.map_or_else(String::new, |limit| limit.name.clone());
                Err(Some((Wait { limit, time: until.saturating_duration_since(now), until }, pace.is_idle())))
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

#[cfg(test)]
mod tests {
    use tokio::time::timeout;

    use super::*;

    fn turns(rate: &str) -> Turns {
        Turns::new(vec![Limit { rate: rate.parse().unwrap(), name: format!("the limit of {rate}") }])
    }

    const HOUR: Duration = Duration::from_hours(1);

    #[tokio::test]
    async fn a_long_wait_is_reported_once_nothing_is_on_its_way() {
        let turns = turns("2/day");
        turns.next(HOUR).await.unwrap().hand_back();
        drop(turns.next(HOUR).await.unwrap());
        let last = turns.next(HOUR).await.unwrap();
        let mut kept = Box::pin(turns.next(HOUR));
        assert!(timeout(Duration::from_millis(10), &mut kept).await.is_err(), "one is still on its way");
        drop(last);
        let wait = kept.await.unwrap_err();
        assert_eq!(wait.to_string(), "the limit of 2/day is used up; the next mail can go in 24 hours");
    }

    #[tokio::test]
    async fn a_wait_that_is_worth_it_is_told_once() {
        let turns = turns("1/h");
        let mut waits = turns.waits();
        turns.remember(&[Duration::from_mins(20)]);
        for _ in 0..2 {
            assert!(timeout(Duration::from_millis(10), turns.next(HOUR)).await.is_err());
        }
        let told = waits.borrow_and_update().clone().unwrap();
        assert_eq!(told.to_string(), "the limit of 1/h is used up; the next mail can go in 40 minutes");
        assert!(timeout(Duration::from_millis(10), turns.next(HOUR)).await.is_err());
        assert!(!waits.has_changed().unwrap(), "several connections wait for the same turn");
        assert_eq!(turns.next(Duration::from_mins(30)).await.unwrap_err().limit, "the limit of 1/h");
    }
}
