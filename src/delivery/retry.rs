//! When a row that was told "not now" is tried again: policy as data, pure.
//!
//! Owns: the waiting times. Does not own: the clock, the dice (both are arguments), or rows whose
//! connection was lost: those go again at once. Known weakness: what reads like greylisting is
//! believed to be it.

use jiff::{SignedDuration, Timestamp};

/// More attempts than any row comes to.
const MANY: u32 = 10_000;

/// How long to wait after each "not now", and when to stop trying.
#[derive(Debug, Clone, PartialEq)]
pub struct RetryPolicy {
    /// The wait after the first, second, … attempt; the last one repeats. Empty: no retries but for greylisting.
    pub delays: Vec<SignedDuration>,
    /// The first wait where the reply read like greylisting; each further one is longer by as much.
    pub greylist_wait: SignedDuration,
    /// No attempt later than this after a row's first one.
    pub give_up_after: SignedDuration,
    /// How much of a wait may be added to it by chance, 0.0 to 1.0; never taken off.
    pub jitter_share: f64,
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self {
            delays: [1, 5, 15, 60].map(SignedDuration::from_mins).to_vec(),
            greylist_wait: SignedDuration::from_mins(5),
            give_up_after: SignedDuration::from_hours(4),
            jitter_share: 0.1,
        }
    }
}

impl RetryPolicy {
    /// The time of a row's next attempt; `None` to give up.
    ///
    /// `attempts` counts those made, at least 1; `jitter` is the chance's throw, 0.0 to 1.0.
    #[must_use]
    pub fn next_attempt(
        &self,
        now: Timestamp,
        attempts: u32,
        greylisted: bool,
        first_attempt: Timestamp,
        jitter: f64,
    ) -> Option<Timestamp> {
        let wait = self.wait(attempts, greylisted)?;
        let added = wait.as_secs_f64() * self.jitter_share.clamp(0.0, 1.0) * jitter.clamp(0.0, 1.0);
        let wait = wait.checked_add(SignedDuration::try_from_secs_f64(added).ok()?)?;
        let next = now.checked_add(wait).ok()?;
        let last = if first_attempt <= now {
            first_attempt.checked_add(self.give_up_after)
        } else {
            // The clock was set back since. What is sure is that the waits between the attempts went by.
            let gone: SignedDuration = self.waits_between(attempts);
            now.checked_add(self.give_up_after.saturating_sub(gone))
        };
        (next <= last.unwrap_or(Timestamp::MAX)).then_some(next)
    }

    /// All the waits that so many attempts had between them, at least.
    fn waits_between(&self, attempts: u32) -> SignedDuration {
        let least = |attempt| self.wait(attempt, false).into_iter().chain(self.wait(attempt, true)).min();
        let waits = (1..attempts.min(MANY)).filter_map(least);
        waits.fold(SignedDuration::ZERO, SignedDuration::saturating_add)
    }

    fn wait(&self, attempts: u32, greylisted: bool) -> Option<SignedDuration> {
        if greylisted {
            let times = i32::try_from(attempts.max(1)).unwrap_or(i32::MAX);
            return Some(self.greylist_wait.saturating_mul(times));
        }
        let index = usize::try_from(attempts.saturating_sub(1)).unwrap_or(usize::MAX);
        self.delays.get(index).or(self.delays.last()).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(minutes: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + minutes * 60).unwrap()
    }

    fn next(attempts: u32, greylisted: bool, now: i64) -> Option<Timestamp> {
        RetryPolicy::default().next_attempt(at(now), attempts, greylisted, at(0), 0.0)
    }

    #[test]
    fn the_waits_grow_and_the_last_one_repeats() {
        assert_eq!(next(1, false, 0), Some(at(1)));
        assert_eq!(next(2, false, 1), Some(at(6)));
        assert_eq!(next(3, false, 6), Some(at(21)));
        assert_eq!(next(4, false, 21), Some(at(81)));
        assert_eq!(next(9, false, 81), Some(at(141)));
    }

    #[test]
    fn greylisting_waits_its_own_time_and_longer_each_time() {
        assert_eq!(next(1, true, 0), Some(at(5)));
        assert_eq!(next(2, true, 5), Some(at(15)));
        assert_eq!(next(3, true, 15), Some(at(30)));
        let quick = RetryPolicy { greylist_wait: SignedDuration::from_secs(3), ..RetryPolicy::default() };
        assert_eq!(quick.next_attempt(at(0), 1, true, at(0), 0.0), Some(at(0) + SignedDuration::from_secs(3)));
    }

    #[test]
    fn it_gives_up_rather_than_try_too_late() {
        assert_eq!(next(5, false, 180), Some(at(240)));
        assert_eq!(next(5, false, 181), None);
    }

    #[test]
    fn a_clock_that_was_set_back_neither_ends_the_tries_nor_makes_them_endless() {
        let set_back = |attempts, now| RetryPolicy::default().next_attempt(at(now), attempts, false, at(100_000), 0.0);
        assert_eq!(set_back(1, 0), Some(at(1)));
        assert_eq!(set_back(4, 0), Some(at(60)));
        // 1 + 5 + 15 + 20 + 25 + 30 + 35 + 40 minutes or more went by between nine attempts, and four hours is the end.
        assert_eq!(set_back(9, 0), Some(at(60)));
        assert_eq!(set_back(10, 0), None);
        assert_eq!(set_back(u32::MAX, 0), None);
    }

    #[test]
    fn chance_only_adds() {
        let policy = RetryPolicy::default();
        let next = policy.next_attempt(at(0), 2, true, at(0), 1.0).unwrap();
        assert_eq!(next.duration_since(at(0)), SignedDuration::from_secs(660));
    }

    #[test]
    fn without_delays_only_greylisting_is_tried_again() {
        let policy = RetryPolicy { delays: Vec::new(), ..RetryPolicy::default() };
        assert_eq!(policy.next_attempt(at(0), 1, false, at(0), 0.0), None);
        assert_eq!(policy.next_attempt(at(0), 1, true, at(0), 0.0), Some(at(5)));
    }
}
