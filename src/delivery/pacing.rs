//! How many mails may go in how long a time: a limit that holds over *any* stretch of that length.
//!
//! Owns: the rates and their bookkeeping; `now` is an argument. Does not own: sleeping. A mail counts
//! from the moment it is begun until one period after it is *over*: so the limit holds as the relay
//! counts too, however long a mail is on the way. What went before this run is told by
//! [`Pace::remember`]. Known weakness: the first `count` mails go in a burst.

use std::{collections::VecDeque, fmt, str::FromStr, time::Duration};

use jiff::SignedDuration;
use tokio::time::Instant;

/// A running program waits so long at most, for a limit or a quota; a longer wait ends the run, and the
/// organiser is told when to go on.
pub const LONGEST_PAUSE: SignedDuration = SignedDuration::from_hours(1);

/// A number of mails per period, as in `30/min`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// Mails, at least 1.
    pub count: u32,
    /// The period over which they are counted.
    pub period: Duration,
}

/// Why a text is not a rate.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{given}` is not a rate")]
pub struct RateProblem {
    given: String,
}

impl RateProblem {
    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> &'static str {
        "write a number of mails and a time: `5/s`, `30/min`, `1000/h` or `500/day`"
    }
}

const UNITS: [(&str, &[&str], u64); 4] = [
    ("s", &["s", "sec", "second"], 1),
    ("min", &["min", "m", "minute"], 60),
    ("h", &["h", "hour"], 3600),
    ("day", &["day", "d"], 86_400),
];

impl FromStr for Rate {
    type Err = RateProblem;

    fn from_str(given: &str) -> Result<Self, RateProblem> {
        let problem = || RateProblem { given: given.to_owned() };
        let (count, unit) = given.split_once('/').ok_or_else(problem)?;
        let count = count.trim();
        if !count.bytes().all(|b| b.is_ascii_digit()) {
            return Err(problem());
        }
        let count: u32 = count.parse().ok().filter(|n| (1..=1_000_000).contains(n)).ok_or_else(problem)?;
        let unit = unit.trim();
        let seconds = UNITS.iter().find(|(_, names, _)| names.contains(&unit)).ok_or_else(problem)?.2;
        Ok(Self { count, period: Duration::from_secs(seconds) })
    }
}

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match UNITS.iter().find(|(_, _, seconds)| *seconds == self.period.as_secs()) {
            Some((unit, ..)) => write!(f, "{}/{unit}", self.count),
            None => write!(f, "{} in {} s", self.count, self.period.as_secs()),
        }
    }
}

/// When a mail may go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Slot {
    /// Now: it is counted as begun, and [`Pace::over`] is owed.
    Now,
    /// Not before this; then ask again.
    NotBefore(Instant),
    /// When one that is on the way is over; then ask again.
    WhenOneIsOver,
}

/// A rate, and what it is called where somebody is told that it is used up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limit {
    /// How many in how long a time.
    pub rate: Rate,
    /// Such as `gmail's limit of 500 mails a day`.
    pub name: String,
}

/// The bookkeeping of one limit.
#[derive(Debug)]
struct Pacer {
    limit: Limit,
    under_way: usize,
    /// When each mail that is over counts no more, in order.
    expiring: VecDeque<Instant>,
}

impl Pacer {
    fn new(limit: Limit) -> Self {
        Self { limit, under_way: 0, expiring: VecDeque::new() }
    }

    /// Replaces what it knows of mails that are over.
    fn remember(&mut self, ages: &[Duration], now: Instant) {
        let mut left: Vec<Duration> = ages.iter().filter_map(|age| self.limit.rate.period.checked_sub(*age)).collect();
        left.sort_unstable();
        // Counted forwards: an instant a day ago may lie before this machine's clock began.
        self.expiring = left.into_iter().map(|left| now + left).collect();
    }

    /// When one more mail may go.
    fn look(&mut self, now: Instant) -> Slot {
        while self.expiring.front().is_some_and(|&then| then <= now) {
            self.expiring.pop_front();
        }
        let count = usize::try_from(self.limit.rate.count).unwrap_or(usize::MAX);
        let Some(waits_for) = (self.under_way + self.expiring.len()).checked_sub(count) else { return Slot::Now };
        // A history may hold more than the rate allows: then the first to expire makes no room yet.
        self.expiring.get(waits_for).map_or(Slot::WhenOneIsOver, |&then| Slot::NotBefore(then))
    }

    /// Says that a mail that had its turn is over, whatever became of it.
    fn over(&mut self, now: Instant) {
        self.under_way = self.under_way.saturating_sub(1);
        self.expiring.push_back(now + self.limit.rate.period);
    }

    /// Takes a turn back that no mail used.
    fn not_used(&mut self) {
        self.under_way = self.under_way.saturating_sub(1);
    }
}

/// Several limits that hold at the same time.
#[derive(Debug)]
pub struct Pace(Vec<Pacer>);

impl Pace {
    /// Starts with nothing sent.
    #[must_use]
    pub fn new(limits: Vec<Limit>) -> Self {
        Self(limits.into_iter().map(Pacer::new).collect())
    }

    /// Replaces what is known of mails that are over: how long ago each was, in any order.
    pub fn remember(&mut self, ages: &[Duration], now: Instant) {
        self.0.iter_mut().for_each(|pacer| pacer.remember(ages, now));
    }

    /// Asks for one mail's turn under all limits; where it must wait, the last of them to let it go is named.
    pub fn slot(&mut self, now: Instant) -> (Slot, Option<&Limit>) {
        let (mut latest, mut whose) = (Slot::Now, None);
        for (at, pacer) in self.0.iter_mut().enumerate() {
            let slot = pacer.look(now);
            let is_later = match (latest, slot) {
                (_, Slot::Now) | (Slot::NotBefore(_), Slot::WhenOneIsOver) => false,
                (Slot::NotBefore(known), Slot::NotBefore(then)) => then > known,
                (Slot::Now | Slot::WhenOneIsOver, _) => true,
            };
            if is_later {
                (latest, whose) = (slot, Some(at));
            }
        }
        if latest == Slot::Now {
            self.0.iter_mut().for_each(|pacer| pacer.under_way += 1);
        }
        (latest, whose.and_then(|at| self.0.get(at)).map(|pacer| &pacer.limit))
    }

    /// Whether no mail that had its turn is still on its way.
    #[must_use]
    pub fn is_idle(&self) -> bool {
        self.0.iter().all(|pacer| pacer.under_way == 0)
    }

    /// Says that a mail that had its turn is over, whatever became of it.
    pub fn over(&mut self, now: Instant) {
        self.0.iter_mut().for_each(|pacer| pacer.over(now));
    }

    /// Takes a turn back that no mail used.
    pub fn not_used(&mut self) {
        self.0.iter_mut().for_each(Pacer::not_used);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limit(rate: &str) -> Limit {
        Limit { rate: rate.parse().unwrap(), name: rate.to_owned() }
    }

    fn one(rate: &str) -> Pace {
        Pace::new(vec![limit(rate)])
    }

    /// With mails that were over so long ago.
    fn after(rate: &str, ages: &[Duration], now: Instant) -> Pace {
        let mut pace = one(rate);
        pace.remember(ages, now);
        pace
    }

    #[test]
    fn a_rate_is_a_number_and_a_time() {
        for (given, count, seconds) in
            [("30/min", 30, 60), ("5/s", 5, 1), ("500 / day", 500, 86_400), ("1000/h", 1000, 3600)]
        {
            let rate: Rate = given.parse().unwrap();
            assert_eq!((rate.count, rate.period.as_secs()), (count, seconds), "{given}");
        }
        assert_eq!("500/d".parse::<Rate>().unwrap().to_string(), "500/day");
        for given in ["", "30", "0/min", "-1/s", "+1/s", "1.5/s", "30/week", "/s", "99999999/s"] {
            assert!(given.parse::<Rate>().is_err(), "{given}");
        }
    }

    #[test]
    fn no_stretch_of_a_minute_sees_more_than_the_rate() {
        // given a rate of 3 a minute, and mails that take a second each
        let start = Instant::now();
        let mut pace = one("3/min");
        let (mut now, mut ends) = (start, Vec::new());
        // when ten are sent as soon as they may
        while ends.len() < 10 {
            match pace.slot(now).0 {
                Slot::Now => {
                    now += Duration::from_secs(1);
                    pace.over(now);
                    ends.push(now);
                }
                Slot::NotBefore(then) => now = then,
                Slot::WhenOneIsOver => unreachable!("one at a time"),
            }
        }
        // then any four of them span more than a minute
        assert!(ends.windows(4).all(|four| four[3] - four[0] >= Duration::from_mins(1)));
    }

    #[test]
    fn a_mail_under_way_keeps_its_place() {
        let start = Instant::now();
        let mut pace = one("1/s");
        assert_eq!(pace.slot(start).0, Slot::Now);
        let later = start + Duration::from_secs(30);
        assert_eq!(pace.slot(later).0, Slot::WhenOneIsOver);
        pace.over(later);
        assert_eq!(pace.slot(later).0, Slot::NotBefore(later + Duration::from_secs(1)));
        assert_eq!(pace.slot(later + Duration::from_secs(1)).0, Slot::Now);
    }

    #[test]
    fn what_went_before_counts_until_its_period_is_over() {
        // given 3 a minute, and mails that were over 70, 50, 40 and 10 seconds ago
        let start = Instant::now();
        let ages = [40, 10, 70, 50].map(Duration::from_secs);
        let mut pace = after("3/min", &ages, start);
        let at = |seconds| start + Duration::from_secs(seconds);
        // then one more may go when the first of the three that count is a minute old, and so on
        assert_eq!(pace.slot(start).0, Slot::NotBefore(at(10)));
        assert_eq!(pace.slot(at(10)).0, Slot::Now);
        pace.over(at(11));
        assert_eq!(pace.slot(at(11)).0, Slot::NotBefore(at(20)));
    }

    #[test]
    fn a_history_of_more_than_the_rate_is_waited_out() {
        let start = Instant::now();
        let ages = [50, 40, 30, 20].map(Duration::from_secs);
        let mut pace = after("2/min", &ages, start);
        assert_eq!(pace.slot(start).0, Slot::NotBefore(start + Duration::from_secs(30)));
        assert_eq!(pace.slot(start + Duration::from_secs(30)).0, Slot::Now);
    }

    #[test]
    fn no_instant_before_the_clock_began_is_needed() {
        let start = Instant::now();
        let mut pace = after("1/day", &[Duration::from_hours(23)], start);
        assert_eq!(pace.slot(start).0, Slot::NotBefore(start + Duration::from_hours(1)));
        pace.remember(&[Duration::from_hours(24), Duration::from_hours(24 * 400)], start);
        assert_eq!(pace.slot(start).0, Slot::Now);
    }

    #[test]
    fn of_several_limits_each_holds_and_the_one_that_keeps_longest_is_named() {
        let start = Instant::now();
        let mut pace = Pace::new(vec![limit("2/min"), limit("3/day")]);
        let (mut now, mut waits) = (start, Vec::new());
        for _ in 0..2 {
            assert_eq!(pace.slot(now), (Slot::Now, None));
            pace.over(now);
        }
        for _ in 0..2 {
            while let (Slot::NotBefore(then), Some(limit)) = pace.slot(now) {
                waits.push((limit.name.clone(), (then - start).as_secs()));
                now = then;
            }
            pace.over(now);
        }
        assert_eq!(waits, [("2/min".to_owned(), 60), ("3/day".to_owned(), 86_400)]);
        // A turn that no mail used counts under none of them.
        assert_eq!(pace.slot(now).0, Slot::Now);
        assert!(!pace.is_idle());
        pace.not_used();
        assert!(pace.is_idle());
        assert_eq!(pace.slot(now), (Slot::Now, None));
        assert_eq!(pace.slot(now).0, Slot::NotBefore(start + Duration::from_mins(24 * 60 + 1)));
    }
}
