//! From when to when a log is: its first to its last line, in the order of its lines, and what the order tells.
//!
//! Times that go back mean one of three things: an older log was put behind a newer one (two stretches), the server's
//! clock was set back (what lies ahead of the new time was never reached), or somebody turned the log around.

use std::collections::VecDeque;

use memchr::memrchr;

use super::log_line::{Date, date_of, without_colours};
use crate::model::UnixSeconds;

/// Clocks go back by an hour each autumn; by so many seconds they do not go back, they leap.
const LEAP: UnixSeconds = 90 * 60;
/// Stretches of one log are kept apart up to so many.
const MOST: usize = 1000;

/// So many lines count as near.
const NEAR: usize = 20;

/// So many lines are looked at for a date before another line.
const LOOKED_BACK: usize = 1000;

/// Lines that a server writes while it starts are so many seconds apart at most.
const STARTING: UnixSeconds = 1;

/// Where in a log a date stands, in octets, and the date.
pub(super) type Mark = (u64, Date);

#[derive(Debug, Clone, Copy)]
struct Stretch {
    from: Mark,
    to: Mark,
}

/// Follows the dates of a log's lines.
#[derive(Debug, Default)]
pub(super) struct LogSpan {
    /// What the last line began with, as far as its date goes.
    head: Vec<u8>,
    stretches: Vec<Stretch>,
    least: Option<(UnixSeconds, Mark)>,
    most: Option<(UnixSeconds, Mark)>,
    forth: u64,
    back: u64,
    /// By how many seconds the clock was set back at most.
    set_back: UnixSeconds,
    /// The first and the last times without a line, in seconds.
    silences: (Vec<UnixSeconds>, VecDeque<UnixSeconds>),
    has_local_dates: bool,
    /// The year for dates without one, to compare them; a change of it is a leap that is none.
    last: Option<UnixSeconds>,
}

impl LogSpan {
    /// Takes a line at a place of the log.
    pub(super) fn line(&mut self, line: &[u8], at: u64) {
        if !self.head.is_empty() && line.starts_with(&self.head) {
            return;
        }
        let text = String::from_utf8_lossy(&line[..line.len().min(120)]);
        let text = without_colours(&text);
        let (Some(date), rest) = date_of(&text) else { return };
        let dated = text.len() - rest.len();
        self.head.clear();
        // A line with colours has more octets than its date.
        if text.len() == line.len().min(120) {
            self.head.extend_from_slice(&line[..dated]);
        }
        // Any leap year will do: only the order counts.
        let Some(when) = date.as_if_utc(2028) else { return };
        self.mark(when, (at, date));
    }

    fn mark(&mut self, when: UnixSeconds, mark: Mark) {
        let step = self.last.map_or(0, |last| when - last);
        // From December to January, or back.
        let is_new_year = step.abs() > 180 * 86_400 && matches!(mark.1, Date::Local { year: None, .. });
        self.last = Some(when);
        if !is_new_year {
            self.forth += u64::from(step > 0);
            self.back += u64::from(step < 0);
        }
        if self.least.is_none_or(|(least, _)| when < least) {
            self.least = Some((when, mark));
        }
        if self.most.is_none_or(|(most, _)| when > most) {
            self.most = Some((when, mark));
        }
        let begun = self.stretches.last().and_then(|last| last.from.1.as_if_utc(2028));
        let is_older_log = step < 0
            && !is_new_year
            // The same log once more, or an older one.
            && begun.is_some_and(|begun| when == begun || (when < begun && step < -LEAP));
        self.has_local_dates |= matches!(mark.1, Date::Local { .. });
        // In autumn clocks are put back by an hour, at night; between two lines some time passes too.
        let is_autumn = (-3605..-1800).contains(&step) && when.rem_euclid(86_400) < 4 * 3600;
        if !is_new_year && step > 0 {
            self.silent(step);
        }
        if step < 0 && !is_new_year && !is_older_log && !is_autumn {
            self.set_back = self.set_back.max(-step);
        }
        let is_full = self.stretches.len() >= MOST;
        match self.stretches.last_mut() {
            // Of a clock that was set back, the new time holds.
            Some(last) if !is_older_log => last.to = mark,
            _ if is_full => {}
            _ => self.stretches.push(Stretch { from: mark, to: mark }),
        }
    }

    /// The last date so far.
    pub(super) fn last(&self) -> Option<Mark> {
        self.stretches.last().map(|one| one.to)
    }

    /// By how many seconds the server's clock was set back at most; 0 where it was not, or the log is turned around.
    pub(super) fn set_back(&self) -> UnixSeconds {
        if self.back > self.forth { 0 } else { self.set_back }
    }

    fn silent(&mut self, step: UnixSeconds) {
        let (first, last) = &mut self.silences;
        if first.len() < NEAR {
            first.push(step);
        }
        if last.len() == NEAR {
            last.pop_front();
        }
        last.push_back(step);
    }

    /// The longest times without a line, near the beginning and near the end, in seconds.
    pub(super) fn silences(&self) -> (UnixSeconds, UnixSeconds) {
        let (first, last) = &self.silences;
        (first.iter().max().copied().unwrap_or_default(), last.iter().max().copied().unwrap_or_default())
    }

    /// Whether dates stand in the log that name no zone.
    pub(super) fn has_local_dates(&self) -> bool {
        self.has_local_dates
    }

    /// Where each stretch begins, in octets.
    pub(super) fn begins(&self) -> impl Iterator<Item = u64> + use<> {
        let begins: Vec<u64> = self.stretches.iter().map(|one| one.from.0).collect();
        begins.into_iter()
    }

    /// The stretches of time, each by its first and last date.
    pub(super) fn stretches(&self) -> Vec<(Mark, Mark)> {
        match (self.least, self.most) {
            (Some((_, least)), Some((_, most))) if self.back > self.forth => vec![(least, most)],
            _ => self.stretches.iter().map(|one| (one.from, one.to)).collect(),
        }
    }
}

/// The date of the last line that stands before a place of a piece and was written before a server began to start that
/// has started at a date.
pub(super) fn date_before(piece: &[u8], mut end: usize, before: u64, started: Option<Date>) -> Option<Mark> {
    let starts = started.and_then(|date| date.as_if_utc(2028));
    for _ in 0..LOOKED_BACK {
        let line_end = end.checked_sub(1)?;
        let begin = memrchr(b'\n', &piece[..line_end]).map_or(0, |at| at + 1);
        let head = &piece[begin..line_end];
        let text = String::from_utf8_lossy(&head[..head.len().min(120)]);
        let is_earlier = |date: &Date| {
            let (Some(at), Some(starts)) = (date.as_if_utc(2028), starts) else { return true };
            !(0..=STARTING).contains(&(starts - at))
        };
        if let Some(date) = date_of(&without_colours(&text)).0.filter(is_earlier) {
            return Some((before + begin as u64, date));
        }
        end = begin;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The stretches of lines with these dates, as they stand there.
    fn stretches(dates: &[&str]) -> Vec<(String, String)> {
        let mut span = LogSpan::default();
        let lines: Vec<String> = dates.iter().map(|date| format!("{date} general\tinfo\tx")).collect();
        for (n, line) in lines.iter().enumerate() {
            span.line(line.as_bytes(), n as u64);
        }
        let date = |mark: Mark| dates[usize::try_from(mark.0).unwrap()].to_owned();
        span.stretches().into_iter().map(|(from, to)| (date(from), date(to))).collect()
    }

    fn one(from: &str, to: &str) -> Vec<(String, String)> {
        vec![(from.to_owned(), to.to_owned())]
    }

    #[test]
    fn a_log_goes_from_its_first_to_its_last_line() {
        assert_eq!(
            stretches(&["Dec 05 10:00:00", "no date", "Dec 05 12:00:00"]),
            one("Dec 05 10:00:00", "Dec 05 12:00:00")
        );
        assert_eq!(stretches(&["Dec 31 23:59:00", "Jan 01 00:10:00"]), one("Dec 31 23:59:00", "Jan 01 00:10:00"));
        assert_eq!(
            stretches(&["Oct 25 02:59:00", "Oct 25 02:00:00", "Oct 25 03:00:00"]),
            one("Oct 25 02:59:00", "Oct 25 03:00:00")
        );
        assert_eq!(stretches(&["nothing", ""]), []);
    }

    #[test]
    fn an_older_log_behind_a_newer_one_is_a_stretch_of_its_own() {
        let dates = ["Dec 05 06:25:00", "Dec 05 18:00:00", "Dec 04 06:25:00", "Dec 04 07:00:00", "Dec 05 06:20:00"];
        let told = stretches(&dates);
        assert_eq!(
            told,
            [
                ("Dec 05 06:25:00".into(), "Dec 05 18:00:00".into()),
                ("Dec 04 06:25:00".into(), "Dec 05 06:20:00".into())
            ]
        );
    }

    #[test]
    fn a_clock_that_was_set_back_covers_no_more_than_was_lived() {
        let dates = ["Dec 05 10:00:00", "Dec 05 10:01:00", "Dec 06 10:02:00", "Dec 05 10:03:00", "Dec 05 10:04:00"];
        assert_eq!(stretches(&dates), one("Dec 05 10:00:00", "Dec 05 10:04:00"));
    }

    #[test]
    fn a_log_that_was_turned_around_is_whole() {
        let dates = ["Dec 05 18:00:00", "Dec 05 14:00:00", "Dec 05 06:25:00"];
        assert_eq!(stretches(&dates), one("Dec 05 06:25:00", "Dec 05 18:00:00"));
    }
}
