//! How many mails may go in how long a time: a limit that holds over *any* stretch of that length.
//!
//! Owns: the rate and its bookkeeping; `now` is an argument. Does not own: sleeping. A mail counts
//! from the moment it is begun until one period after it is *over*: so the limit holds as the relay
//! counts too, however long a mail is on the way. Known weakness: the first `count` mails go in a
//! burst; nothing is remembered from one run to the next.

use std::{collections::VecDeque, fmt, str::FromStr, time::Duration};

use tokio::time::Instant;

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

impl Rate {
    /// The least time that so many mails take: the first `count` of them need none.
    #[must_use]
    pub fn least_time(&self, mails: u32) -> Duration {
        self.period.saturating_mul(mails.saturating_sub(1) / self.count.max(1))
    }
}

/// When a mail may go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Slot {
    /// Now: it is counted as begun, and [`Pacer::over`] is owed.
    Now,
    /// Not before this; then ask again.
    NotBefore(Instant),
    /// When one that is on the way is over; then ask again.
    WhenOneIsOver,
}

/// The bookkeeping of one rate, shared by all connections.
#[derive(Debug)]
pub struct Pacer {
    rate: Rate,
    under_way: usize,
    over: VecDeque<Instant>,
}

impl Pacer {
    /// Starts with nothing sent.
    #[must_use]
    pub fn new(rate: Rate) -> Self {
        Self { rate, under_way: 0, over: VecDeque::new() }
    }

    /// The rate it keeps.
    #[must_use]
    pub fn rate(&self) -> Rate {
        self.rate
    }

    /// Asks for one mail's turn.
    pub fn slot(&mut self, now: Instant) -> Slot {
        while self.over.front().is_some_and(|&end| now.saturating_duration_since(end) >= self.rate.period) {
            self.over.pop_front();
        }
        if self.under_way + self.over.len() < usize::try_from(self.rate.count).unwrap_or(usize::MAX) {
            self.under_way += 1;
            return Slot::Now;
        }
        self.over.front().map_or(Slot::WhenOneIsOver, |&end| Slot::NotBefore(end + self.rate.period))
    }

    /// Says that a mail that had its turn is over, whatever became of it.
    pub fn over(&mut self, now: Instant) {
        self.under_way = self.under_way.saturating_sub(1);
        self.over.push_back(now);
    }

    /// Takes a turn back that no mail used.
    pub fn not_used(&mut self) {
        self.under_way = self.under_way.saturating_sub(1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
        let mut pacer = Pacer::new("3/min".parse().unwrap());
        let (mut now, mut ends) = (start, Vec::new());
        // when ten are sent as soon as they may
        while ends.len() < 10 {
            match pacer.slot(now) {
                Slot::Now => {
                    now += Duration::from_secs(1);
                    pacer.over(now);
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
        let mut pacer = Pacer::new("1/s".parse().unwrap());
        assert_eq!(pacer.slot(start), Slot::Now);
        let later = start + Duration::from_secs(30);
        assert_eq!(pacer.slot(later), Slot::WhenOneIsOver);
        pacer.over(later);
        assert_eq!(pacer.slot(later), Slot::NotBefore(later + Duration::from_secs(1)));
        assert_eq!(pacer.slot(later + Duration::from_secs(1)), Slot::Now);
    }

    #[test]
    fn the_least_time_counts_whole_periods() {
        let rate: Rate = "30/min".parse().unwrap();
        assert_eq!(rate.least_time(30).as_secs(), 0);
        assert_eq!(rate.least_time(31).as_secs(), 60);
        assert_eq!(rate.least_time(120).as_secs(), 180);
    }
}
