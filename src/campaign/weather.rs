//! When the relay is the trouble: how long to hold back, and when to stop. Pure but for its lock's owner.
//!
//! All workers share one weather, so that four connections that fail together count as one failure.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::model::Outage;

/// Before anything was accepted: three tries within seconds.
const BEFORE_FIRST: [u64; 2] = [1, 2];
/// Once something was accepted: patience of some ten minutes.
const AFTER_FIRST: [u64; 8] = [2, 5, 15, 30, 60, 120, 180, 240];
/// A pause over this length ends the run: the organiser is told when to go on.
const LONGEST_PAUSE: SignedDuration = SignedDuration::from_hours(1);

/// What a worker does after an outage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Advice {
    /// Holds back so long, then goes on.
    HoldBack(Duration),
    /// The same, for a reason that is known already.
    WaitToo(Duration),
    /// Ends, so that the relay has one connection less.
    Leave,
    /// The run stops.
    Stop,
}

/// What is known of the relay's mood in one pass.
#[derive(Debug)]
pub(super) struct Weather {
    strikes: usize,
    calm_at: Timestamp,
    accepted_any: bool,
    workers: usize,
}

impl Weather {
    /// Fair weather, and so many workers.
    pub(super) fn fair(workers: usize) -> Self {
        Self { strikes: 0, calm_at: Timestamp::MIN, accepted_any: false, workers }
    }

    /// A mail was accepted: the relay works.
    pub(super) fn accepted(&mut self) {
        self.accepted_any = true;
        self.strikes = 0;
    }

    /// Whether the relay has taken anything in this pass.
    pub(super) fn has_accepted(&self) -> bool {
        self.accepted_any
    }

    /// How many workers are left.
    pub(super) fn workers(&self) -> usize {
        self.workers
    }

    /// A worker met an outage at `now`.
    pub(super) fn advise(&mut self, outage: &Outage, now: Timestamp) -> Advice {
        if outage.needs_a_person() {
            return Advice::Stop;
        }
        if let Outage::Quota { until, .. } = outage {
            return match until {
                Some(until) if until.duration_since(now) <= LONGEST_PAUSE => Advice::HoldBack(wait(now, *until)),
                _ => Advice::Stop,
            };
        }
        if matches!(outage, Outage::Throttled(_)) && self.workers > 1 {
            self.workers -= 1;
            return Advice::Leave;
        }
        if now < self.calm_at {
            // Somebody else was struck by the same weather a moment ago.
            return Advice::WaitToo(wait(now, self.calm_at));
        }
        let pauses: &[u64] = if self.accepted_any { &AFTER_FIRST } else { &BEFORE_FIRST };
        let Some(&seconds) = pauses.get(self.strikes) else { return Advice::Stop };
        self.strikes += 1;
        self.calm_at = now.saturating_add(SignedDuration::from_secs(seconds.cast_signed())).unwrap_or(now);
        Advice::HoldBack(Duration::from_secs(seconds))
    }
}

fn wait(now: Timestamp, until: Timestamp) -> Duration {
    until.duration_since(now).try_into().unwrap_or(Duration::ZERO)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Reply, Stage};

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_000_000 + second).unwrap()
    }

    fn unreachable() -> Outage {
        Outage::Unreachable { stage: Stage::Connect, detail: "refused".into() }
    }

    fn reply(code: u16) -> Reply {
        Reply { code, enhanced: None, text: String::new() }
    }

    #[test]
    fn before_anything_was_accepted_three_tries_are_made() {
        let mut weather = Weather::fair(1);
        assert_eq!(weather.advise(&unreachable(), at(0)), Advice::HoldBack(Duration::from_secs(1)));
        assert_eq!(weather.advise(&unreachable(), at(1)), Advice::HoldBack(Duration::from_secs(2)));
        assert_eq!(weather.advise(&unreachable(), at(3)), Advice::Stop);
    }

    #[test]
    fn workers_that_fail_together_count_once() {
        let mut weather = Weather::fair(4);
        weather.advise(&unreachable(), at(0));
        for _ in 0..3 {
            assert!(matches!(weather.advise(&unreachable(), at(0)), Advice::HoldBack(_) | Advice::WaitToo(_)));
        }
        assert!(matches!(weather.advise(&unreachable(), at(1)), Advice::HoldBack(_)));
    }

    #[test]
    fn an_accepted_mail_restores_patience() {
        let mut weather = Weather::fair(1);
        weather.advise(&unreachable(), at(0));
        weather.accepted();
        for (second, pause) in [(10, 2), (20, 5), (40, 15)] {
            assert_eq!(weather.advise(&unreachable(), at(second)), Advice::HoldBack(Duration::from_secs(pause)));
        }
    }

    #[test]
    fn a_refused_log_in_stops_at_once_and_throttling_takes_a_worker() {
        let mut weather = Weather::fair(2);
        assert_eq!(weather.advise(&Outage::LogInRefused(reply(535)), at(0)), Advice::Stop);
        assert_eq!(weather.advise(&Outage::Throttled(reply(432)), at(0)), Advice::Leave);
        assert!(matches!(weather.advise(&Outage::Throttled(reply(432)), at(0)), Advice::HoldBack(_)));
    }

    #[test]
    fn a_quota_that_ends_soon_is_waited_for_and_a_daily_one_is_not() {
        let mut weather = Weather::fair(1);
        let soon = Outage::Quota { reply: reply(452), until: Some(at(600)) };
        assert_eq!(weather.advise(&soon, at(0)), Advice::HoldBack(Duration::from_mins(10)));
        assert_eq!(weather.advise(&Outage::Quota { reply: reply(550), until: None }, at(0)), Advice::Stop);
    }
}
