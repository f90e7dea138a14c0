//! What a cell says, as text: numbers, dates and times as people wrote them. Pure.
//!
//! Known weakness: how a number is shown is not known, only its value: `007` that is a number shown with three
//! digits comes as `7`, and a date with the time 00:00 as a date alone. Excel keeps 15 digits of a number.

use calamine::{Data, DataRef, ExcelDateTime};
use jiff::civil::{Date, DateTime, Time};

/// A cell as text, or what is wrong with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in super::super) enum Cell {
    /// What it says; empty where it says nothing.
    Text(String),
    /// Nothing that can be read.
    Fault(CellFault),
}

/// What is wrong with a cell.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(in super::super) enum CellFault {
    /// A formula that failed: `#N/A`.
    #[error("a formula that failed: {0}")]
    ErrorValue(String),
    /// A formula that was never computed, as programs write it that cannot compute.
    #[error("a formula without a value")]
    NoValue,
    /// A number shown as a date, and before or after all dates.
    #[error("a date that does not exist: {0}")]
    NoDate(String),
}

impl CellFault {
    /// What to do about it.
    pub(in super::super) fn hint(&self) -> &'static str {
        match self {
            Self::ErrorValue(_) => "mend the formula, or put the value in its place",
            Self::NoValue => "open the file in a spreadsheet program and save it",
            Self::NoDate(_) => "type the date anew",
        }
    }
}

impl Cell {
    pub(super) const EMPTY: Self = Self::Text(String::new());

    /// What calamine read of a cell.
    pub(super) fn of(value: &DataRef<'_>) -> Self {
        match value {
            DataRef::Empty => Self::EMPTY,
            DataRef::String(text) => Self::Text(text.clone()),
            DataRef::SharedString(text) => Self::Text((*text).to_owned()),
            DataRef::Bool(yes) => Self::Text(yes.to_string()),
            DataRef::Int(whole) => Self::Text(whole.to_string()),
            DataRef::Float(number) => number_as_text(*number),
            DataRef::DateTime(when) => moment(*when),
            DataRef::DateTimeIso(text) => Self::Text(iso_date_time(text)),
            DataRef::DurationIso(text) => Self::Text(iso_duration(text)),
            DataRef::Error(error) => Self::Fault(CellFault::ErrorValue(error.to_string())),
        }
    }

    /// The same, of a format that is read as a whole.
    pub(super) fn of_owned(value: &Data) -> Self {
        match value {
            Data::Empty => Self::EMPTY,
            Data::String(text) => Self::Text(text.clone()),
            Data::Bool(yes) => Self::Text(yes.to_string()),
            Data::Int(whole) => Self::Text(whole.to_string()),
            Data::Float(number) => number_as_text(*number),
            Data::DateTime(when) => moment(*when),
            Data::DateTimeIso(text) => Self::Text(iso_date_time(text)),
            Data::DurationIso(text) => Self::Text(iso_duration(text)),
            Data::Error(error) => Self::Fault(CellFault::ErrorValue(error.to_string())),
        }
    }
}

/// A number in full digits, as short as it is exact: `1`, `11211900000`, `0.1`.
pub(super) fn number_as_text(number: f64) -> Cell {
    if !number.is_finite() {
        return Cell::Fault(CellFault::ErrorValue("#NUM!".into()));
    }
    // Zero has a sign in files, and none for people.
    Cell::Text(if number == 0.0 { "0".into() } else { number.to_string() })
}

/// A serial number of days that is shown as a date, a time or a duration.
fn moment(when: ExcelDateTime) -> Cell {
    /// One past the last day of the year 9999.
    const DAYS: f64 = 2_958_466.0;
    let serial = when.as_f64();
    if when.is_duration() {
        return duration(serial);
    }
    let no_date = || Cell::Fault(CellFault::NoDate(serial.to_string()));
    if !(0.0..DAYS).contains(&serial) {
        return no_date();
    }
    // Milliseconds come from programs that stamp the time, not from people.
    let (year, month, day, hour, minute, second, milli) = when.to_ymd_hms_milli();
    let time = Time::new(hour.cast_signed(), minute.cast_signed(), second.cast_signed(), 0);
    if serial < 1.0 {
        return time.map_or_else(|_| no_date(), |time| Cell::Text(time_as_text(rounded(time, milli))));
    }
    // Excel has a 29 February 1900, which is none.
    let date = Date::new(year.cast_signed(), month.cast_signed(), day.cast_signed());
    let Ok((date, time)) = date.and_then(|date| Ok((date, time?))) else { return no_date() };
    Cell::Text(date_time_as_text(rounded_up(date.to_datetime(time), milli)))
}

fn rounded(time: Time, milli: u16) -> Time {
    if milli >= 500 { time.saturating_add(jiff::SignedDuration::from_secs(1)) } else { time }
}

fn rounded_up(at: DateTime, milli: u16) -> DateTime {
    if milli >= 500 { at.saturating_add(jiff::SignedDuration::from_secs(1)) } else { at }
}

/// Days as hours and minutes: `36:30`.
fn duration(days: f64) -> Cell {
    const SECONDS_A_DAY: f64 = 86_400.0;
    /// Beyond that, seconds are not exact any more.
    const MOST_DAYS: f64 = 10_000_000.0;
    if !days.is_finite() || days.abs() > MOST_DAYS {
        return Cell::Fault(CellFault::NoDate(days.to_string()));
    }
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "positive, and within bounds")]
    let seconds = (days.abs() * SECONDS_A_DAY).round() as u64;
    let sign = if days < 0.0 && seconds > 0 { "-" } else { "" };
    Cell::Text(format!("{sign}{}", hours_as_text(seconds)))
}

fn hours_as_text(seconds: u64) -> String {
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    if seconds == 0 { format!("{hours:02}:{minutes:02}") } else { format!("{hours:02}:{minutes:02}:{seconds:02}") }
}

fn time_as_text(time: Time) -> String {
    if time.second() == 0 { time.strftime("%H:%M").to_string() } else { time.strftime("%H:%M:%S").to_string() }
}

fn date_time_as_text(at: DateTime) -> String {
    if at.time() == Time::midnight() {
        at.date().to_string()
    } else {
        format!("{}T{}", at.date(), time_as_text(at.time()))
    }
}

/// A moment as the formats of XML write it: `2026-12-05T14:00:00.000`. What is none stays as it is.
pub(super) fn iso_date_time(text: &str) -> String {
    let text = text.trim();
    let milli = |nanoseconds: i32| u16::try_from(nanoseconds / 1_000_000).unwrap_or_default();
    let whole = |time: Time| time.with().subsec_nanosecond(0).build().unwrap_or(time);
    let local = text.strip_suffix('Z').unwrap_or(text);
    if let Some(at) = local.contains('T').then(|| local.parse::<DateTime>().ok()).flatten() {
        let milli = milli(at.subsec_nanosecond());
        date_time_as_text(rounded_up(at.date().to_datetime(whole(at.time())), milli))
    } else if let Some(time) = local.contains(':').then(|| local.parse::<Time>().ok()).flatten() {
        time_as_text(rounded(whole(time), milli(time.subsec_nanosecond())))
    } else {
        text.to_owned()
    }
}

/// A time of day or a duration, as ODF writes both: `PT14H00M00S`. What is none stays as it is.
pub(super) fn iso_duration(text: &str) -> String {
    let parsed = text.trim().parse::<jiff::SignedDuration>();
    let Ok(duration) = parsed else { return text.to_owned() };
    let seconds = duration.round(jiff::Unit::Second).unwrap_or(duration);
    let sign = if seconds.is_negative() { "-" } else { "" };
    format!("{sign}{}", hours_as_text(seconds.unsigned_abs().as_secs()))
}

#[cfg(test)]
mod tests {
    use calamine::ExcelDateTimeType;

    use super::*;

    fn text(cell: Cell) -> String {
        match cell {
            Cell::Text(text) => text,
            Cell::Fault(fault) => panic!("{fault}"),
        }
    }

    #[test]
    fn numbers_have_all_their_digits_and_no_more() {
        for (number, expected) in [
            (1.0, "1"),
            (-0.0, "0"),
            (1e15, "1000000000000000"),
            (1.121_19e10, "11211900000"),
            (0.1, "0.1"),
            (-2.5, "-2.5"),
            (1e-7, "0.0000001"),
            (9_007_199_254_740_993.0, "9007199254740992"),
        ] {
            assert_eq!(text(number_as_text(number)), expected);
        }
        assert!(matches!(number_as_text(f64::NAN), Cell::Fault(CellFault::ErrorValue(_))));
    }

    #[test]
    fn dates_and_times_are_local_times_in_both_systems() {
        let at = |serial, is_1904| moment(ExcelDateTime::new(serial, ExcelDateTimeType::DateTime, is_1904));
        for (serial, is_1904, expected) in [
            (46_361.583_333_333_336, false, "2026-12-05T14:00"),
            (44_899.583_333_333_336, true, "2026-12-05T14:00"),
            (46_361.0, false, "2026-12-05"),
            (46_361.583_344_907, false, "2026-12-05T14:00:01"),
            (46_361.999_999_999, false, "2026-12-06"),
            (0.583_333_333_333_333_4, false, "14:00"),
            (0.0, false, "00:00"),
            (59.0, false, "1900-02-28"),
            (61.0, false, "1900-03-01"),
            (2_958_465.0, false, "9999-12-31"),
        ] {
            assert_eq!(text(at(serial, is_1904)), expected, "{serial}");
        }
        for serial in [60.0, -1.0, 2_958_466.0, f64::NAN, f64::INFINITY] {
            assert!(matches!(at(serial, false), Cell::Fault(CellFault::NoDate(_))), "{serial}");
        }
    }

    #[test]
    fn durations_count_hours() {
        let of = |days| moment(ExcelDateTime::new(days, ExcelDateTimeType::TimeDelta, false));
        for (days, expected) in [(1.520_833_333_333_333_3, "36:30"), (0.5, "12:00"), (-0.25, "-06:00"), (0.0, "00:00")]
        {
            assert_eq!(text(of(days)), expected);
        }
        assert!(matches!(of(1e300), Cell::Fault(_)));
    }

    #[test]
    fn what_xml_says_of_times_is_shortened() {
        for (given, expected) in [
            ("2026-12-05T14:00:00", "2026-12-05T14:00"),
            ("2026-12-05T14:00:00.000Z", "2026-12-05T14:00"),
            ("2026-12-05T14:00:29.9999", "2026-12-05T14:00:30"),
            ("2026-12-05", "2026-12-05"),
            ("2026-12-05T00:00:00", "2026-12-05"),
            ("14:00:00", "14:00"),
            ("soon", "soon"),
        ] {
            assert_eq!(iso_date_time(given), expected);
        }
        for (given, expected) in [("PT14H00M00S", "14:00"), ("PT36H30M01S", "36:30:01"), ("PT0S", "00:00"), ("?", "?")]
        {
            assert_eq!(iso_duration(given), expected);
        }
    }
}
