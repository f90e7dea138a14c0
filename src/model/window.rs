//! When a link works: from `opens` to `closes`, around an event that `starts` and `ends`.

use jiff::{
    SignedDuration, Timestamp,
    civil::DateTime,
    tz::{AmbiguousOffset, TimeZone},
};

/// A window of time: `opens <= starts < ends <= closes`, instants plus the zone they are told in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Window {
    opens: Timestamp,
    starts: Timestamp,
    ends: Timestamp,
    closes: Timestamp,
    zone: TimeZone,
}

/// Why a window cannot exist.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WindowProblem {
    /// `ends` is not after `starts`.
    #[error("it ends before it starts, or at the same moment")]
    EndsBeforeStart,
    /// A margin leads beyond the years that can be represented.
    #[error("its margins lead outside the calendar")]
    OutOfRange,
}

impl Window {
    /// Makes a window from an event's start and end and the margins around them.
    ///
    /// # Errors
    /// [`WindowProblem`] where `ends <= starts` or the calendar does not reach so far.
    pub fn new(
        starts: Timestamp,
        ends: Timestamp,
        opens_before: SignedDuration,
        closes_after: SignedDuration,
        zone: TimeZone,
    ) -> Result<Self, WindowProblem> {
        if ends <= starts {
            return Err(WindowProblem::EndsBeforeStart);
        }
        let opens = starts.checked_sub(opens_before).map_err(|_| WindowProblem::OutOfRange)?;
        let closes = ends.checked_add(closes_after).map_err(|_| WindowProblem::OutOfRange)?;
        Ok(Self { opens, starts, ends, closes, zone })
    }

    /// The first second in which the link works (`nbf`).
    #[must_use]
    pub fn opens(&self) -> Timestamp {
        self.opens
    }

    /// When the event starts.
    #[must_use]
    pub fn starts(&self) -> Timestamp {
        self.starts
    }

    /// When the event ends.
    #[must_use]
    pub fn ends(&self) -> Timestamp {
        self.ends
    }

    /// The first second in which the link works no more (`exp`).
    #[must_use]
    pub fn closes(&self) -> Timestamp {
        self.closes
    }

    /// The zone in which the organiser speaks of it.
    #[must_use]
    pub fn zone(&self) -> &TimeZone {
        &self.zone
    }

    /// Whether the link has stopped working at `now`.
    #[must_use]
    pub fn is_over(&self, now: Timestamp) -> bool {
        now >= self.closes
    }
}

/// Why a text is not a local time of a zone.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LocalTimeProblem {
    /// Not of the form `2026-12-05T14:00`.
    #[error("`{0}` is not a date and time like `2026-12-05T14:00`")]
    Shape(String),
    /// An offset or `Z` stands at the end: times are local to `timezone`.
    #[error("`{0}` carries an offset: write the local time alone, its zone comes from `timezone`")]
    Offset(String),
    /// A date without an hour.
    #[error("`{0}` has a date but no hour: write it like `2026-12-05T14:00`")]
    BareDate(String),
    /// A date that the calendar of instants does not reach.
    #[error("`{0}` lies outside the calendar")]
    OutOfRange(String),
    /// The clocks are put forward over it.
    #[error("`{time}` does not exist in {zone}: the clocks are put forward over it")]
    Gap {
        /// What was given.
        time: String,
        /// The zone's name.
        zone: String,
    },
    /// The clocks are put back: it happens twice.
    #[error("`{time}` happens twice in {zone}: the clocks are put back over it")]
    Fold {
        /// What was given.
        time: String,
        /// The zone's name.
        zone: String,
    },
}

/// Reads `2026-12-05T14:00` (or with a blank for the `T`, or with seconds) as a local time of `zone`.
///
/// # Errors
/// [`LocalTimeProblem`] for another form, an offset, a bare date, times that the zone's clock skips
/// or shows twice, and the calendar's last hours.
pub fn parse_local_time(given: &str, zone: &TimeZone) -> Result<Timestamp, LocalTimeProblem> {
    let text = given.trim();
    if !has_local_shape(text) {
        return Err(shape_problem(text));
    }
    let civil: DateTime = text.replacen(' ', "T", 1).parse().map_err(|_| LocalTimeProblem::Shape(text.to_owned()))?;
    let ambiguous = zone.to_ambiguous_timestamp(civil);
    let (time, name) = (text.to_owned(), zone.iana_name().unwrap_or("this zone").to_owned());
    match ambiguous.offset() {
        AmbiguousOffset::Gap { .. } => Err(LocalTimeProblem::Gap { time, zone: name }),
        AmbiguousOffset::Fold { .. } => Err(LocalTimeProblem::Fold { time, zone: name }),
        AmbiguousOffset::Unambiguous { .. } => ambiguous.unambiguous().map_err(|_| LocalTimeProblem::OutOfRange(time)),
    }
}

/// `dddd-dd-ddTdd:dd` with optional `:dd`; jiff alone would let offsets and bare dates pass.
fn has_local_shape(text: &str) -> bool {
    let bytes = text.as_bytes();
    if bytes.len() != 16 && bytes.len() != 19 {
        return false;
    }
    bytes.iter().enumerate().all(|(at, b)| match at {
        4 | 7 => *b == b'-',
        10 => matches!(b, b'T' | b't' | b' '),
        13 | 16 => *b == b':',
        _ => b.is_ascii_digit(),
    })
}

fn shape_problem(text: &str) -> LocalTimeProblem {
    let given = text.to_owned();
    let cut = |at| text.get(..at).is_some_and(has_local_shape);
    if text.len() == 10 && text.parse::<jiff::civil::Date>().is_ok() {
        LocalTimeProblem::BareDate(given)
    } else if (cut(16) || cut(19)) && text.ends_with(|c: char| c.is_ascii_digit() || c == 'Z' || c == 'z' || c == ']') {
        LocalTimeProblem::Offset(given)
    } else {
        LocalTimeProblem::Shape(given)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn berlin() -> TimeZone {
        TimeZone::get("Europe/Berlin").unwrap()
    }

    #[test]
    fn a_local_time_is_read_in_its_zone() {
        let at = parse_local_time("2026-12-05T14:00", &berlin()).unwrap();
        assert_eq!(at.to_string(), "2026-12-05T13:00:00Z");
        assert_eq!(parse_local_time("2026-12-05 14:00:00", &berlin()).unwrap(), at);
    }

    #[test]
    fn gaps_folds_offsets_and_bare_dates_are_refused() {
        use LocalTimeProblem as P;
        assert!(matches!(parse_local_time("2026-03-29T02:30", &berlin()), Err(P::Gap { .. })));
        assert!(matches!(parse_local_time("2026-10-25T02:30", &berlin()), Err(P::Fold { .. })));
        assert!(matches!(parse_local_time("2026-12-05T14:00Z", &berlin()), Err(P::Offset(_))));
        assert!(matches!(parse_local_time("2026-12-05T14:00+01:00", &berlin()), Err(P::Offset(_))));
        assert!(matches!(parse_local_time("2026-12-05", &berlin()), Err(P::BareDate(_))));
        assert!(matches!(parse_local_time("5 Dec 2026", &berlin()), Err(P::Shape(_))));
        assert!(matches!(parse_local_time("2026-13-05T14:00", &berlin()), Err(P::Shape(_))));
        let honolulu = TimeZone::get("Pacific/Honolulu").unwrap();
        assert!(matches!(parse_local_time("9999-12-31T23:00", &honolulu), Err(P::OutOfRange(_))));
    }

    #[test]
    fn a_window_ends_after_it_starts() {
        let at = |s: &str| parse_local_time(s, &berlin()).unwrap();
        let (start, end) = (at("2026-12-05T14:00"), at("2026-12-05T17:00"));
        let half_hour = SignedDuration::from_mins(30);
        let window = Window::new(start, end, half_hour, SignedDuration::from_hours(2), berlin()).unwrap();
        assert_eq!(window.opens().to_string(), "2026-12-05T12:30:00Z");
        assert_eq!(window.closes().to_string(), "2026-12-05T18:00:00Z");
        assert!(window.is_over(window.closes()) && !window.is_over(window.ends()));
        assert_eq!(Window::new(end, start, half_hour, half_hour, berlin()), Err(WindowProblem::EndsBeforeStart));
    }
}
