//! How many connections are open at once: more while that helps, fewer where the relay asks for it.
//!
//! Additive increase, multiplicative decrease, as TCP does it; after the first few they come by doubling.
//! Pure: the time is an argument. Known weakness: "helps" is judged by the mails answered within some
//! moments, and on a machine that is busy otherwise these are too few for that by chance.

use std::time::Duration;

use tokio::time::Instant;

/// So many are had as soon as the relay works: what every relay bears of which nothing is known.
const A_FEW: usize = 4;
/// A look at how fast it goes takes at least so long …
const LOOK: Duration = Duration::from_millis(100);
/// … and so many mails on each connection.
const MAILS_EACH: u64 = 2;
/// Connections that slow the whole down by more than a tenth are closed again.
const HURTS: f64 = 1.1;
/// After a setback one more is tried so much later.
const AFTER_SETBACK: Duration = Duration::from_secs(5);
/// After the relay asked for fewer, one more is tried so much later.
const AFTER_THROTTLING: Duration = Duration::from_secs(30);
/// Complaints within so short a time are one.
const ONE_COMPLAINT: Duration = Duration::from_secs(2);

/// What follows from a complaint of the relay.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Complaint {
    /// So many from now on.
    Fewer(usize),
    /// It was heeded a moment ago.
    Heeded,
    /// There is only one.
    OnlyOne,
}

/// The connections of one pass.
#[derive(Debug)]
pub(super) struct Fleet {
    allowed: usize,
    most: usize,
    /// Whether growth is still by doubling.
    doubling: bool,
    next_growth: Option<Instant>,
    complained: Option<Instant>,
    look: Option<Look>,
    /// Seconds a mail before the last growth, and how many connections there were.
    before: Option<(f64, usize)>,
}

#[derive(Debug, Clone, Copy)]
struct Look {
    since: Instant,
    answered: u64,
}

impl Fleet {
    /// One connection, and `most` in the end.
    pub(super) fn new(most: usize) -> Self {
        let most = most.max(1);
        Self { allowed: 1, most, doubling: true, next_growth: None, complained: None, look: None, before: None }
    }

    /// The relay waits for a message: it works, and a few connections more cost nobody anything.
    /// Answers how many there may be, where that changes.
    pub(super) fn opened(&mut self, now: Instant) -> Option<usize> {
        if self.look.is_some() {
            return None;
        }
        self.look = Some(Look { since: now, answered: 0 });
        let before = std::mem::replace(&mut self.allowed, self.most.min(A_FEW));
        (self.allowed != before).then_some(self.allowed)
    }

    /// A mail was answered; answers how many connections there may be, where that changes.
    pub(super) fn answered(&mut self, now: Instant) -> Option<usize> {
        let Some(look) = &mut self.look else { return self.opened(now) };
        look.answered += 1;
        let (answered, time) = (look.answered, now.saturating_duration_since(look.since));
        let enough = MAILS_EACH.saturating_mul(u64::try_from(self.allowed).unwrap_or(u64::MAX));
        if time < LOOK || answered < enough {
            return None;
        }
        self.look = Some(Look { since: now, answered: 0 });
        self.judge(time.as_secs_f64() / f64::from(u32::try_from(answered).unwrap_or(u32::MAX)), now)
    }

    fn judge(&mut self, seconds_a_mail: f64, now: Instant) -> Option<usize> {
        if let Some((before, fewer)) = self.before.take()
            && seconds_a_mail > before * HURTS
            && fewer < self.allowed
        {
            self.doubling = false;
            self.next_growth = Some(now + AFTER_SETBACK);
            self.allowed = fewer;
            return Some(fewer);
        }
        let before = (seconds_a_mail, self.allowed);
        let grown = self.grow(now)?;
        self.before = Some(before);
        Some(grown)
    }

    fn grow(&mut self, now: Instant) -> Option<usize> {
        if self.allowed >= self.most || self.next_growth.is_some_and(|then| now < then) {
            return None;
        }
        self.allowed = if self.doubling { self.allowed * 2 } else { self.allowed + 1 }.min(self.most);
        if !self.doubling {
            let wait = if self.complained.is_some() { AFTER_THROTTLING } else { AFTER_SETBACK };
            self.next_growth = Some(now + wait);
        }
        Some(self.allowed)
    }

    /// The relay answers no mails: one connection looks whether it is well again.
    pub(super) fn alone(&mut self, now: Instant) {
        self.allowed = 1;
        self.doubling = true;
        self.next_growth = None;
        self.before = None;
        self.look = Some(Look { since: now, answered: 0 });
    }

    /// The relay asks for fewer mails or connections at a time.
    pub(super) fn complaint(&mut self, now: Instant) -> Complaint {
        if self.complained.is_some_and(|last| now.saturating_duration_since(last) < ONE_COMPLAINT) {
            return Complaint::Heeded;
        }
        self.complained = Some(now);
        self.doubling = false;
        (self.before, self.look) = (None, self.look.map(|_| Look { since: now, answered: 0 }));
        self.next_growth = Some(now + AFTER_THROTTLING);
        if self.allowed <= 1 {
            return Complaint::OnlyOne;
        }
        self.allowed /= 2;
        Complaint::Fewer(self.allowed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Feeds a second of mails at a rate that the number of connections decides; the numbers seen.
    fn run(fleet: &mut Fleet, now: &mut Instant, mails: u32, rate: impl Fn(usize) -> f64) -> Vec<usize> {
        let mut seen = Vec::new();
        for _ in 0..mails {
            *now += Duration::from_secs_f64(1.0 / rate(fleet.allowed));
            seen.extend(fleet.answered(*now));
        }
        seen
    }

    fn faster_with_each(open: usize) -> f64 {
        25.0 * f64::from(u32::try_from(open).unwrap())
    }

    #[test]
    fn connections_double_while_that_does_not_hurt() {
        let (mut fleet, mut now) = (Fleet::new(16), Instant::now());
        assert_eq!(run(&mut fleet, &mut now, 2000, faster_with_each), [4, 8, 16]);
        // A relay that takes one at a time is not made faster, nor slower: they do no harm.
        let mut fleet = Fleet::new(8);
        assert_eq!(run(&mut fleet, &mut now, 2000, |_| 100.0), [4, 8]);
    }

    #[test]
    fn what_slows_the_whole_down_is_taken_back_and_tried_again_one_by_one() {
        let (mut fleet, mut now) = (Fleet::new(16), Instant::now());
        let rate = |open: usize| if open <= 8 { faster_with_each(open) } else { 50.0 };
        let seen = run(&mut fleet, &mut now, 1000, rate);
        assert_eq!(seen[..4], [4, 8, 16, 8]);
        let seen = run(&mut fleet, &mut now, 3000, rate);
        assert!(seen.iter().all(|open| (8..=9).contains(open)), "{seen:?}");
    }

    #[test]
    fn a_complaint_halves_and_several_at_once_are_one() {
        let (mut fleet, mut now) = (Fleet::new(16), Instant::now());
        run(&mut fleet, &mut now, 2000, faster_with_each);
        assert_eq!(fleet.complaint(now), Complaint::Fewer(8));
        assert_eq!(fleet.complaint(now + Duration::from_millis(300)), Complaint::Heeded);
        assert_eq!(fleet.complaint(now + Duration::from_secs(3)), Complaint::Fewer(4));
    }

    #[test]
    fn after_a_complaint_they_come_back_one_at_a_time() {
        let (mut fleet, mut now) = (Fleet::new(4), Instant::now());
        run(&mut fleet, &mut now, 2000, |_| 100.0);
        assert_eq!(fleet.complaint(now), Complaint::Fewer(2));
        // 29 seconds of mails bring none, and the next ten minutes both.
        assert_eq!(run(&mut fleet, &mut now, 2900, |_| 100.0), [0; 0]);
        assert_eq!(run(&mut fleet, &mut now, 60_000, |_| 100.0), [3, 4]);
    }

    #[test]
    fn the_last_one_stays() {
        let mut fleet = Fleet::new(1);
        assert_eq!(fleet.complaint(Instant::now()), Complaint::OnlyOne);
        assert_eq!(fleet.allowed, 1);
    }
}
