//! When mails will have gone under the limits that hold, and whether that is in time. Pure.
//!
//! Owns: the sum, and its words. Does not own: keeping the limits (`delivery::pacing`), or asking
//! anybody. Known weakness: a mail takes no time here, and a run that must be started again is taken to
//! be started at once; so it tells the earliest. Times of single rows are not looked at, only the event's.

use std::{collections::VecDeque, time::Duration};

use jiff::{SignedDuration, Timestamp, tz::TimeZone};

use super::{grouped, rough_time, words};
use crate::{
    delivery::pacing::{LONGEST_PAUSE, Rate},
    model::Window,
};

/// A wait under this is told by its length, a longer one by its end.
const SOON: Duration = Duration::from_mins(90);

/// A limit, and who sets it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Allowance {
    /// How many in how long a time.
    pub rate: Rate,
    /// Whoever allows it: a provider's name, or a key of the settings.
    pub by: String,
}

/// What comes of a number of mails under limits that make some of them wait.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Forecast {
    mails: u64,
    allowance: Allowance,
    /// Mails under way in the limit's last period, before this run.
    used: u64,
    /// When the last one has gone.
    done: Timestamp,
    /// Mails that go before the first pause that ends the run, and when the rest can go on.
    stop: Option<(u64, Timestamp)>,
    late: Option<Late>,
}

/// Mails that go when it is too late.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Late {
    mails: u64,
    /// The moment that they miss.
    deadline: Timestamp,
    is_the_end: bool,
}

impl Forecast {
    /// Sums up so many mails at `now`, after those that went before; `None` where no limit makes any of them wait.
    ///
    /// `tries` are the moments at which earlier mails were over, in order; those that no limit counts any more do no harm.
    #[must_use]
    pub fn of(
        mails: u64,
        allowances: &[Allowance],
        tries: &[Timestamp],
        now: Timestamp,
        window: &Window,
    ) -> Option<Self> {
        // Of the limits, the one that alone would take the longest is the one to tell of.
        let alone = |allowance: &Allowance| Departures::new(std::slice::from_ref(allowance), tries, now).last(mails);
        let slowest = allowances.iter().filter_map(|allowance| Some((alone(allowance)?, allowance)));
        let (_, allowance) = slowest.max_by_key(|(done, _)| *done)?;
        let deadline = if now < window.starts() { window.starts() } else { window.closes() };
        let (mut done, mut stop, mut late) = (now, None, 0);
        for (already, at) in (0_u64..mails).zip(Departures::new(allowances, tries, now)) {
            if stop.is_none() && done.duration_until(at) > LONGEST_PAUSE {
                stop = Some((already, at));
            }
            late += u64::from(at >= deadline);
            done = at;
        }
        if done <= now {
            return None;
        }
        let counts = |over: &&Timestamp| over.duration_until(now) < period(allowance.rate);
        let late = (late > 0).then_some(Late { mails: late, deadline, is_the_end: deadline == window.closes() });
        let used = tries.iter().filter(counts).count() as u64;
        Some(Self { mails, allowance: allowance.clone(), used, done, stop, late })
    }

    /// When the next mail can go, where the limits keep it.
    #[must_use]
    pub fn next(allowances: &[Allowance], tries: &[Timestamp], now: Timestamp) -> Option<Timestamp> {
        Departures::new(allowances, tries, now).next().filter(|at| *at > now)
    }

    /// Whether the limits keep all mails for longer than a run waits; then the moment at which they can go.
    #[must_use]
    pub fn nothing_before(&self) -> Option<Timestamp> {
        self.stop.filter(|(already, _)| *already == 0).map(|(_, at)| at)
    }

    /// How long the limits alone make it last.
    #[must_use]
    pub fn lasts(&self, now: Timestamp) -> Duration {
        now.duration_until(self.done).try_into().unwrap_or_default()
    }

    /// How many mails go only after the event has begun, or after the links have stopped working.
    #[must_use]
    pub fn too_late(&self) -> Option<String> {
        let late = self.late?;
        let mails = words::counted(late.mails, "mail", "mails");
        let what = if late.is_the_end { "the links have stopped working" } else { "the event has begun" };
        Some(format!("{mails} would go out only after {what}"))
    }

    /// `1,950 mails; gmail allows 500 a day: done Fri 27 Nov, but the event is Wed 25 Nov`.
    #[must_use]
    pub fn sum(&self, now: Timestamp, zone: &TimeZone) -> String {
        let Allowance { rate, by } = &self.allowance;
        let mails = words::counted(self.mails, "mail", "mails");
        let used = match self.used {
            0 => String::new(),
            used => format!(", {} of them used already", grouped(used)),
        };
        let said = format!("{mails}; {by} allows {} {}{used}: done", grouped(rate.count.into()), each(*rate));
        let Some(Late { deadline, is_the_end, .. }) = self.late else {
            return format!("{said} {}", self.when(now, zone));
        };
        let misses = if is_the_end { "the links stop working" } else { "the event is" };
        let day = |at: Timestamp| at.to_zoned_datetime(zone.clone()).date();
        if day(self.done) == day(deadline) {
            let times = |at| date(at, now, zone, true);
            let name = zone.iana_name().unwrap_or("local time");
            return format!("{said} {}, but {misses} {} ({name})", times(whole_minute(self.done)), times(deadline));
        }
        format!("{said} {}, but {misses} {}", date(self.done, now, zone, false), date(deadline, now, zone, false))
    }

    /// What one run does of it, where it takes several; `command` is the one that goes on.
    #[must_use]
    pub fn in_parts(&self, command: &str, zone: &TimeZone) -> Option<String> {
        let (already, at) = self.stop.filter(|(already, _)| *already > 0)?;
        Some(format!(
            "this run mails {} and ends; `{command}` goes on with the rest from {}",
            grouped(already),
            moment(at, zone)
        ))
    }

    fn when(&self, now: Timestamp, zone: &TimeZone) -> String {
        let wait = self.lasts(now);
        if wait < SOON {
            return format!("in about {}", rough_time(wait));
        }
        let day = |at: Timestamp| at.to_zoned_datetime(zone.clone()).date();
        if day(self.done) == day(now) { moment(self.done, zone) } else { date(self.done, now, zone, false) }
    }
}

/// When each further mail can go, one after the other, without an end.
struct Departures {
    now: Timestamp,
    /// For each limit: its rate, and when its last mails were over, as many as it counts.
    limits: Vec<(Rate, VecDeque<Timestamp>)>,
}

impl Departures {
    fn new(allowances: &[Allowance], tries: &[Timestamp], now: Timestamp) -> Self {
        let counted = |allowance: &Allowance| {
            let count = usize::try_from(allowance.rate.count).unwrap_or(usize::MAX);
            (allowance.rate, tries[tries.len().saturating_sub(count)..].iter().copied().collect())
        };
        Self { now, limits: allowances.iter().map(counted).collect() }
    }

    fn last(self, mails: u64) -> Option<Timestamp> {
        (0..mails).zip(self).last().map(|(_, at)| at)
    }
}

impl Iterator for Departures {
    type Item = Timestamp;

    fn next(&mut self) -> Option<Timestamp> {
        for (rate, last) in &mut self.limits {
            if last.len() >= usize::try_from(rate.count).unwrap_or(usize::MAX)
                && let Some(oldest) = last.pop_front()
            {
                self.now = self.now.max(oldest.saturating_add(period(*rate)).unwrap_or(Timestamp::MAX));
            }
        }
        let at = self.now;
        self.limits.iter_mut().for_each(|(_, last)| last.push_back(at));
        Some(at)
    }
}

fn period(rate: Rate) -> SignedDuration {
    SignedDuration::try_from(rate.period).unwrap_or(SignedDuration::MAX)
}

/// `a day`, `a minute`.
fn each(rate: Rate) -> String {
    match rate.period.as_secs() {
        1 => "a second".to_owned(),
        60 => "a minute".to_owned(),
        3600 => "an hour".to_owned(),
        86_400 => "a day".to_owned(),
        _ => format!("in {}", rough_time(rate.period)),
    }
}

/// `Fri 27 Nov`, with the year where it is another one than now.
fn date(at: Timestamp, now: Timestamp, zone: &TimeZone, with_time: bool) -> String {
    let (at, now) = (at.to_zoned_datetime(zone.clone()), now.to_zoned_datetime(zone.clone()));
    let day = if at.year() == now.year() { "%a %-d %b" } else { "%a %-d %b %Y" };
    let time = if with_time { " %H:%M" } else { "" };
    at.strftime(&format!("{day}{time}")).to_string()
}

/// `Fri 27 Nov 2026 10:05 (Europe/Berlin)`: the next whole minute, at which it is surely so.
#[must_use]
pub fn moment(at: Timestamp, zone: &TimeZone) -> String {
    words::moment_in_zone(whole_minute(at), zone)
}

/// The next whole minute, told without its seconds.
fn whole_minute(at: Timestamp) -> Timestamp {
    at.saturating_add(SignedDuration::new(59, 999_999_999)).unwrap_or(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn berlin() -> TimeZone {
        TimeZone::get("Europe/Berlin").unwrap()
    }

    /// An event of two hours in Berlin, its links good for another two.
    fn event(starts: &str) -> Window {
        let (before, two) = (SignedDuration::from_mins(30), SignedDuration::from_hours(2));
        Window::new(at(starts), at(starts) + two, before, two, berlin()).unwrap()
    }

    fn allowed(rate: &str, by: &str) -> Allowance {
        Allowance { rate: rate.parse().unwrap(), by: by.to_owned() }
    }

    /// What is said of mails under one limit, nothing sent before.
    fn sum(mails: u64, rate: &str, by: &str, now: &str, starts: &str) -> String {
        let forecast = Forecast::of(mails, &[allowed(rate, by)], &[], at(now), &event(starts));
        forecast.map_or_else(|| "no limit is felt".to_owned(), |forecast| forecast.sum(at(now), &berlin()))
    }

    #[test]
    fn the_sum_says_when_it_is_done_and_that_this_is_too_late() {
        let now = "2026-11-24T10:00:00Z";
        assert_eq!(
            sum(1950, "500/day", "gmail", now, "2026-11-25T13:00:00Z"),
            "1,950 mails; gmail allows 500 a day: done Fri 27 Nov, but the event is Wed 25 Nov"
        );
        assert_eq!(
            sum(1950, "500/day", "gmail", now, "2026-12-05T13:00:00Z"),
            "1,950 mails; gmail allows 500 a day: done Fri 27 Nov"
        );
        assert_eq!(sum(500, "500/day", "gmail", now, "2026-12-05T13:00:00Z"), "no limit is felt");
        assert_eq!(
            sum(120, "30/min", "rate", now, "2026-12-05T13:00:00Z"),
            "120 mails; rate allows 30 a minute: done in about 3 min"
        );
        assert_eq!(
            sum(9000, "30/min", "office365", now, "2026-12-05T13:00:00Z"),
            "9,000 mails; office365 allows 30 a minute: done Tue 24 Nov 2026 15:59 (Europe/Berlin)"
        );
    }

    #[test]
    fn on_the_event_s_own_day_the_hour_is_told() {
        assert_eq!(
            sum(9000, "30/min", "office365", "2026-11-24T10:00:00Z", "2026-11-24T13:00:00Z"),
            "9,000 mails; office365 allows 30 a minute: done Tue 24 Nov 15:59, but the event is Tue 24 Nov 14:00 \
             (Europe/Berlin)"
        );
    }

    #[test]
    fn a_year_that_is_not_this_one_is_told() {
        assert_eq!(
            sum(1950, "500/day", "gmail", "2026-12-30T10:00:00Z", "2026-12-31T13:00:00Z"),
            "1,950 mails; gmail allows 500 a day: done Sat 2 Jan 2027, but the event is Thu 31 Dec"
        );
    }

    #[test]
    fn days_are_those_of_the_event_s_zone_also_where_its_clocks_change() {
        // 24 hours after half past midnight is the next day; 48 hours after it, the day of 25 hours is not over.
        let now = "2026-10-23T22:30:00Z";
        assert_eq!(
            [500, 501, 1001, 1501].map(|mails| sum(mails, "500/day", "gmail", now, "2026-12-05T13:00:00Z")),
            [
                "no limit is felt".to_owned(),
                "501 mails; gmail allows 500 a day: done Sun 25 Oct".to_owned(),
                "1,001 mails; gmail allows 500 a day: done Sun 25 Oct".to_owned(),
                "1,501 mails; gmail allows 500 a day: done Mon 26 Oct".to_owned(),
            ]
        );
        // In spring an hour is missing: 24 hours after ten is eleven.
        let now = at("2026-03-28T09:00:00Z");
        let window = event("2026-12-05T13:00:00Z");
        let forecast = Forecast::of(900, &[allowed("500/day", "gmail")], &[], now, &window).unwrap();
        assert_eq!(
            forecast.in_parts("roomkey send", &berlin()).unwrap(),
            "this run mails 500 and ends; `roomkey send` goes on with the rest from Sun 29 Mar 2026 11:00 (Europe/Berlin)"
        );
    }

    #[test]
    fn what_went_in_the_last_24_hours_counts() {
        // given 380 mails that went 20 hours ago, and 100 two days ago
        let now = at("2026-11-24T10:00:00Z");
        let hours_ago = |hours| now - SignedDuration::from_hours(hours);
        let tries: Vec<_> = [vec![hours_ago(48); 100], vec![hours_ago(20); 380]].concat();
        let window = event("2026-11-24T13:00:00Z");
        let limits = [allowed("500/day", "gmail")];
        let of = |mails| Forecast::of(mails, &limits, &tries, now, &window);
        // then 120 can go now, and the rest in four hours
        assert_eq!(of(120), None);
        let forecast = of(200).unwrap();
        assert_eq!(
            forecast.sum(now, &berlin()),
            "200 mails; gmail allows 500 a day, 380 of them used already: done Tue 24 Nov 15:00, but the event is \
             Tue 24 Nov 14:00 (Europe/Berlin)"
        );
        assert_eq!(forecast.too_late().unwrap(), "80 mails would go out only after the event has begun");
        assert!(forecast.in_parts("x", &berlin()).unwrap().starts_with("this run mails 120 and ends; `x` goes on"));
        assert_eq!(forecast.nothing_before(), None);
    }

    #[test]
    fn a_limit_that_is_used_up_lets_nothing_go_for_now() {
        let now = at("2026-11-24T10:00:00Z");
        let limits = [allowed("2/day", "daily_limit"), allowed("30/min", "rate")];
        let window = event("2026-12-05T13:00:00Z");
        let used = [now - SignedDuration::from_hours(20), now - SignedDuration::from_hours(3)];
        let free = now + SignedDuration::from_hours(4);
        assert_eq!(Forecast::of(1, &limits, &used, now, &window).unwrap().nothing_before(), Some(free));
        assert_eq!(Forecast::next(&limits, &used, now), Some(free));
        assert_eq!(Forecast::next(&limits, &used[1..], now), None);
        // A wait of an hour is waited for.
        let nearly = [now - SignedDuration::from_hours(23), now];
        let forecast = Forecast::of(1, &limits, &nearly, now, &window).unwrap();
        assert_eq!((forecast.nothing_before(), forecast.in_parts("x", &berlin())), (None, None));
    }

    #[test]
    fn of_two_limits_the_one_that_takes_longest_is_told_and_both_hold() {
        let now = at("2026-11-24T10:00:00Z");
        let limits = [allowed("30/min", "office365"), allowed("10000/day", "office365")];
        let told = |mails| Forecast::of(mails, &limits, &[], now, &event("2026-12-05T13:00:00Z")).unwrap();
        assert!(told(600).sum(now, &berlin()).contains("allows 30 a minute: done in about 19 min"));
        let two_days = told(20_500);
        assert!(two_days.sum(now, &berlin()).contains("allows 10,000 a day: done Thu 26 Nov"), "{two_days:?}");
        assert_eq!(two_days.stop.map(|(already, _)| already), Some(10_000));
    }

    #[test]
    fn once_the_event_has_begun_its_end_is_what_counts() {
        let starts = "2026-11-24T09:00:00Z";
        assert_eq!(
            sum(60, "30/min", "rate", "2026-11-24T10:00:00Z", starts),
            "60 mails; rate allows 30 a minute: done in about 60 s"
        );
        let now = at("2026-11-24T10:00:00Z");
        let forecast = Forecast::of(20, &[allowed("10/day", "daily_limit")], &[], now, &event(starts)).unwrap();
        assert_eq!(
            forecast.sum(now, &berlin()),
            "20 mails; daily_limit allows 10 a day: done Wed 25 Nov, but the links stop working Tue 24 Nov"
        );
        assert_eq!(forecast.too_late().unwrap(), "10 mails would go out only after the links have stopped working");
    }

    #[test]
    fn a_moment_to_go_on_is_never_told_too_early() {
        let zone = TimeZone::UTC;
        assert_eq!(moment(at("2026-11-24T10:00:00Z"), &zone), "Tue 24 Nov 2026 10:00 (UTC)");
        assert_eq!(moment(at("2026-11-24T10:00:00.001Z"), &zone), "Tue 24 Nov 2026 10:01 (UTC)");
        assert_eq!(moment(at("2026-11-24T23:59:30Z"), &zone), "Wed 25 Nov 2026 00:00 (UTC)");
    }
}
