//! When the relay is the trouble: how long to hold back, and when to stop. Pure but for its lock's owner.
//!
//! All workers share one weather, so that four connections that fail together count as one failure.

use std::{collections::HashSet, time::Duration};

use jiff::{SignedDuration, Timestamp};
use tokio::time::Instant;

use super::fleet::{Complaint, Fleet};
use crate::{
    delivery::pacing::LONGEST_PAUSE,
    model::{Outage, Stage},
};

/// Before anything was accepted: three tries within seconds.
const BEFORE_FIRST: [u64; 2] = [1, 2];
/// Once something was accepted: patience of some ten minutes.
const AFTER_FIRST: [u64; 8] = [2, 5, 15, 30, 60, 120, 180, 240];
/// So many of these pauses are made by a run that is not to wait.
const IMPATIENT: usize = 3;
/// So many mails one after the other are broken off without an answer, then the relay is ill.
const BROKEN_OFF: u32 = 3;
/// So many pauses are made for a relay that takes mails and says nothing: each try costs a mail in doubt.
const DOUBTFUL_PAUSES: u32 = 2;
/// Who works on after a complaint does so after a moment.
pub(super) const AFTER_COMPLAINT: Duration = Duration::from_secs(1);

/// What a worker does after an outage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Advice {
    /// Holds back so long, then goes on.
    HoldBack(Duration),
    /// The same, for a reason that is known already.
    WaitToo(Duration),
    /// Goes on at once: it was one connection's trouble.
    GoOn,
    /// Holds back so long, then one worker goes on alone.
    Alone(Duration),
    /// Goes on after a moment, if it is among so many workers.
    Fewer(usize),
    /// The run stops.
    Stop,
}

/// What is known of the relay's mood in one pass.
#[derive(Debug)]
pub(super) struct Weather {
    strikes: usize,
    /// The pause that is on, or was last: a clock that is set back makes none longer.
    pause: Duration,
    calm_at: Timestamp,
    accepted_any: bool,
    /// The relay has taken mails in an earlier pass.
    is_proven: bool,
    /// Whether long pauses are made at all.
    is_patient: bool,
    /// Rows at whose recipients the relay broke off since it last accepted a mail.
    turned_away: HashSet<u32>,
    /// Mails broken off since the last answer, and pauses made for those that are in doubt.
    broken_off: u32,
    doubtful_pauses: u32,
    fleet: Fleet,
}

impl Weather {
    /// Fair weather, and so many workers at most, at a relay that has taken mails before or has not.
    pub(super) fn fair(workers: usize, is_proven: bool, is_patient: bool) -> Self {
        Self {
            strikes: 0,
            pause: Duration::ZERO,
            calm_at: Timestamp::MIN,
            accepted_any: false,
            is_proven,
            is_patient,
            turned_away: HashSet::new(),
            broken_off: 0,
            doubtful_pauses: 0,
            fleet: Fleet::new(workers),
        }
    }

    /// A mail was accepted: the relay works.
    pub(super) fn accepted(&mut self) {
        self.accepted_any = true;
        self.strikes = 0;
        self.turned_away.clear();
    }

    /// The relay broke off at a row's recipient. Whether that is the row's doing: others are taken, and
    /// it is the only one to meet this.
    pub(super) fn turned_away(&mut self, row: u32) -> bool {
        self.turned_away.insert(row);
        self.accepted_any && self.turned_away.len() == 1
    }

    /// A mail was answered, whatever that was: the relay is not ill. Answers how many workers there may
    /// be, where that changes: one whose recipients are `refused` need not be met by more.
    pub(super) fn answered(&mut self, refused: bool, now: Instant) -> Option<usize> {
        (self.broken_off, self.doubtful_pauses) = (0, 0);
        if refused && !self.accepted_any {
            return None;
        }
        self.fleet.answered(now)
    }

    /// The relay waits for a message. Answers how many workers there may be, where that changes.
    pub(super) fn opened(&mut self, now: Instant) -> Option<usize> {
        self.fleet.opened(now)
    }

    /// A worker met an outage at `now`; `moment` is the same time on a clock that nobody sets.
    pub(super) fn advise(&mut self, outage: &Outage, now: Timestamp, moment: Instant) -> Advice {
        if outage.needs_a_person() {
            return Advice::Stop;
        }
        if let Outage::Quota { lasts, .. } = outage {
            return match lasts.filter(|lasts| self.is_patient && *lasts <= LONGEST_PAUSE) {
                Some(_) if now < self.calm_at => self.wait_too(now),
                Some(lasts) => Advice::HoldBack(self.pause_for(lasts.try_into().unwrap_or_default(), now)),
                None => Advice::Stop,
            };
        }
        if matches!(outage, Outage::Throttled(_)) {
            match self.fleet.complaint(moment) {
                Complaint::Fewer(workers) => return Advice::Fewer(workers),
                Complaint::Heeded if self.accepted_any => return Advice::WaitToo(AFTER_COMPLAINT),
                Complaint::Heeded | Complaint::OnlyOne => {}
            }
        }
        if matches!(outage, Outage::BreaksOff { .. }) {
            self.broken_off += 1;
            if self.broken_off < BROKEN_OFF {
                return Advice::GoOn;
            }
        }
        if now < self.calm_at {
            return self.wait_too(now);
        }
        let pauses: &[u64] = match (self.accepted_any || self.is_proven, self.is_patient) {
            (true, true) => &AFTER_FIRST,
            (true, false) => &AFTER_FIRST[..IMPATIENT],
            (false, _) => &BEFORE_FIRST,
        };
        let Some(&seconds) = pauses.get(self.strikes) else { return Advice::Stop };
        self.strikes += 1;
        if matches!(outage, Outage::BreaksOff { stage: Stage::Final, .. }) {
            self.doubtful_pauses += 1;
            if self.doubtful_pauses > DOUBTFUL_PAUSES {
                return Advice::Stop;
            }
        }
        let pause = self.pause_for(Duration::from_secs(seconds), now);
        if matches!(outage, Outage::BreaksOff { .. }) {
            self.fleet.alone(moment);
            return Advice::Alone(pause);
        }
        Advice::HoldBack(pause)
    }

    fn pause_for(&mut self, pause: Duration, now: Timestamp) -> Duration {
        self.pause = pause;
        self.calm_at = now.saturating_add(SignedDuration::try_from(pause).unwrap_or_default()).unwrap_or(now);
        pause
    }

    /// For somebody who was struck by what another was a moment ago.
    fn wait_too(&self, now: Timestamp) -> Advice {
        let rest: Duration = self.calm_at.duration_since(now).try_into().unwrap_or_default();
        Advice::WaitToo(rest.min(self.pause))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Reply;

    fn advise(weather: &mut Weather, outage: &Outage, second: i64) -> Advice {
        weather.advise(outage, at(second), Instant::now() + Duration::from_secs(second.cast_unsigned()))
    }

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
        let mut weather = Weather::fair(1, false, true);
        assert_eq!(advise(&mut weather, &unreachable(), 0), Advice::HoldBack(Duration::from_secs(1)));
        assert_eq!(advise(&mut weather, &unreachable(), 1), Advice::HoldBack(Duration::from_secs(2)));
        assert_eq!(advise(&mut weather, &unreachable(), 3), Advice::Stop);
    }

    #[test]
    fn a_relay_that_took_mails_in_an_earlier_pass_is_waited_for() {
        let mut weather = Weather::fair(1, true, true);
        for (second, pause) in [(0, 2), (10, 5), (20, 15)] {
            assert_eq!(advise(&mut weather, &unreachable(), second), Advice::HoldBack(Duration::from_secs(pause)));
        }
    }

    #[test]
    fn a_run_that_is_not_to_wait_makes_short_pauses_only() {
        let mut weather = Weather::fair(1, true, false);
        for (second, pause) in [(0, 2), (10, 5), (20, 15)] {
            assert_eq!(advise(&mut weather, &unreachable(), second), Advice::HoldBack(Duration::from_secs(pause)));
        }
        assert_eq!(advise(&mut weather, &unreachable(), 60), Advice::Stop);
    }

    #[test]
    fn a_relay_that_breaks_off_at_two_recipients_is_to_blame_itself() {
        let mut weather = Weather::fair(4, false, true);
        assert!(!weather.turned_away(1), "it has taken nobody yet");
        weather.accepted();
        assert!(weather.turned_away(1) && weather.turned_away(1));
        assert!(!weather.turned_away(2) && !weather.turned_away(1));
        weather.accepted();
        assert!(weather.turned_away(1));
    }

    #[test]
    fn workers_that_fail_together_count_once() {
        let mut weather = Weather::fair(4, false, true);
        advise(&mut weather, &unreachable(), 0);
        for _ in 0..3 {
            assert!(matches!(advise(&mut weather, &unreachable(), 0), Advice::HoldBack(_) | Advice::WaitToo(_)));
        }
        assert!(matches!(advise(&mut weather, &unreachable(), 1), Advice::HoldBack(_)));
    }

    #[test]
    fn a_clock_that_is_set_back_makes_no_pause_longer() {
        let mut weather = Weather::fair(4, false, true);
        advise(&mut weather, &unreachable(), 0);
        let moment = Instant::now();
        assert_eq!(weather.advise(&unreachable(), at(-18_000), moment), Advice::WaitToo(Duration::from_secs(1)));
    }

    #[test]
    fn an_accepted_mail_restores_patience() {
        let mut weather = Weather::fair(1, false, true);
        advise(&mut weather, &unreachable(), 0);
        weather.accepted();
        for (second, pause) in [(10, 2), (20, 5), (40, 15)] {
            assert_eq!(advise(&mut weather, &unreachable(), second), Advice::HoldBack(Duration::from_secs(pause)));
        }
    }

    #[test]
    fn a_refused_log_in_stops_at_once_and_throttling_takes_a_worker() {
        let throttled = Outage::Throttled(reply(432));
        let mut weather = Weather::fair(2, false, true);
        assert_eq!(advise(&mut weather, &Outage::LogInRefused(reply(535)), 0), Advice::Stop);
        weather.accepted();
        assert_eq!(weather.opened(Instant::now()), Some(2));
        assert_eq!(advise(&mut weather, &throttled, 0), Advice::Fewer(1));
        assert_eq!(advise(&mut weather, &throttled, 1), Advice::WaitToo(AFTER_COMPLAINT));
        assert!(matches!(advise(&mut weather, &throttled, 9), Advice::HoldBack(_)));
    }

    #[test]
    fn a_relay_that_answers_no_mail_is_ill_from_the_third_on() {
        let broken = |stage| Outage::BreaksOff { stage, detail: "the connection was closed".into() };
        let mut weather = Weather::fair(4, false, true);
        weather.accepted();
        for round in 0..3 {
            assert_eq!(advise(&mut weather, &broken(Stage::Sender), round), Advice::GoOn);
            assert_eq!(advise(&mut weather, &broken(Stage::Final), round), Advice::GoOn);
            weather.answered(false, Instant::now());
        }
        for _ in 0..2 {
            assert_eq!(advise(&mut weather, &broken(Stage::Final), 10), Advice::GoOn);
        }
        assert_eq!(advise(&mut weather, &broken(Stage::Final), 10), Advice::Alone(Duration::from_secs(2)));
        assert!(matches!(advise(&mut weather, &broken(Stage::Final), 10), Advice::WaitToo(_)));
        assert!(matches!(advise(&mut weather, &broken(Stage::Final), 20), Advice::Alone(_)));
        assert_eq!(advise(&mut weather, &broken(Stage::Final), 40), Advice::Stop, "each try is a mail in doubt");
    }

    #[test]
    fn a_quota_that_ends_soon_is_waited_for_and_a_daily_one_is_not() {
        let mut weather = Weather::fair(1, false, true);
        let quota = |lasts| Outage::Quota { reply: reply(452), lasts };
        let hourly = quota(Some(SignedDuration::from_hours(1)));
        assert_eq!(advise(&mut weather, &hourly, 0), Advice::HoldBack(Duration::from_hours(1)));
        assert_eq!(advise(&mut weather, &hourly, 60), Advice::WaitToo(Duration::from_mins(59)), "told once");
        assert_eq!(advise(&mut weather, &quota(None), 0), Advice::Stop);
        let mut hasty = Weather::fair(1, true, false);
        assert_eq!(advise(&mut hasty, &hourly, 0), Advice::Stop);
    }
}
