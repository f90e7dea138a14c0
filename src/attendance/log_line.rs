//! One line of Prosody's log, as its own files, consoles, containers and journals write it. Pure.
//!
//! What counts is the source field: a refused log-in has the visitor's own words in its message, and they may look
//! like anything. A line is read strictly from its start, so that nothing behind the source field is taken for one.

use std::borrow::Cow;

use jiff::{Timestamp, civil, tz::TimeZone};

use crate::model::UnixSeconds;

/// When a line was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Date {
    /// An instant: the line names its zone.
    At(UnixSeconds),
    /// On the server's clock, in its zone; without a year in Prosody's usual form.
    Local {
        /// The year, where it stands there.
        year: Option<i16>,
        /// Month, day, hour, minute and second.
        rest: (i8, i8, i8, i8, i8),
    },
}

impl Date {
    /// The local time as if it were UTC, in a year; `None` where that year has no such day.
    pub(super) fn as_if_utc(self, year: i16) -> Option<UnixSeconds> {
        match self {
            Self::At(at) => Some(at),
            Self::Local { year: named, rest: (month, day, hour, minute, second) } => {
                let year = named.unwrap_or(year);
                // A leap second is the last one of its minute.
                let time = civil::DateTime::new(year, month, day, hour, minute, second.min(59), 0).ok()?;
                Some(TimeZone::UTC.to_timestamp(time).ok()?.as_second())
            }
        }
    }
}

/// A line, taken apart.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Line<'a> {
    pub(super) date: Option<Date>,
    /// Which part of the server speaks: `esync.meet.example.org:event_sync_component`.
    pub(super) source: &'a str,
    /// `debug`, `info`, `warn` or `error`.
    pub(super) level: &'a str,
    pub(super) message: &'a str,
}

impl<'a> Line<'a> {
    /// Takes a line apart; `None` for what is none of Prosody's.
    pub(super) fn parse(text: &'a str) -> Option<Self> {
        let (date, rest) = date_of(text);
        // Without any date: `timestamps = false`.
        let rest = if date.is_some() { rest.trim_start_matches([' ', '\t']) } else { rest };
        let (source, rest) = word(rest)?;
        let (level, message) = word(rest)?;
        matches!(level, "debug" | "info" | "warn" | "error").then_some(Self { date, source, level, message })
    }
}

/// The date of a line of whatever program, and what follows it.
///
/// Of several dates (a container's, then Prosody's own) one that names its zone tells most.
pub(super) fn date_of(text: &str) -> (Option<Date>, &str) {
    let mut rest = without_container(text);
    let mut found = None;
    while let Some((date, after)) = date(rest) {
        let is_better = !matches!((found, date), (Some(Date::At(_)), Date::Local { .. }));
        found = if is_better { Some(date) } else { found };
        rest = without_journal(after.strip_prefix([' ', '\t']).unwrap_or(after));
    }
    (found, rest)
}

/// Takes colours off.
pub(super) fn without_colours(text: &str) -> Cow<'_, str> {
    if !text.contains('\x1b') {
        return text.into();
    }
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("\x1b[") {
        plain.push_str(&rest[..at]);
        let code = &rest[at + 2..];
        let end = code.find(|c: char| !c.is_ascii_digit() && c != ';').unwrap_or(code.len());
        rest = code[end..].strip_prefix('m').unwrap_or(&code[end..]);
    }
    plain.push_str(rest);
    plain.into()
}

/// `prosody-1  | `, as `docker compose logs` begins its lines.
fn without_container(text: &str) -> &str {
    let name_ends = text.find(|c: char| !(c.is_ascii_alphanumeric() || "-_.".contains(c))).unwrap_or(0);
    let after = text[name_ends..].trim_start_matches(' ');
    match after.strip_prefix('|') {
        Some(rest) if name_ends > 0 => rest.strip_prefix(' ').unwrap_or(rest),
        _ => text,
    }
}

/// `host prosody[1234]: `, as journals have it behind their date.
fn without_journal(text: &str) -> &str {
    let mut words = text.splitn(3, ' ');
    match (words.next(), words.next(), words.next()) {
        (Some(_), Some(tag), Some(rest)) if is_tag(tag) => rest.trim_start_matches(' '),
        _ => text,
    }
}

fn is_tag(word: &str) -> bool {
    let Some((name, pid)) = word.strip_suffix("]:").and_then(|word| word.split_once('[')) else { return false };
    !name.is_empty()
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b))
        && !pid.is_empty()
        && pid.bytes().all(|b| b.is_ascii_digit())
}

/// A word that ends at blanks or tabs, and what follows these.
fn word(text: &str) -> Option<(&str, &str)> {
    let end = text.find([' ', '\t'])?;
    (end > 0).then(|| (&text[..end], text[end..].trim_start_matches([' ', '\t'])))
}

const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// A date at the start of a text: `Nov 24 07:18:45`, `2026-11-24 07:18:45`, `2026-11-24T07:18:45.123Z`.
fn date(text: &str) -> Option<(Date, &str)> {
    let month = text.get(..3).and_then(|name| MONTHS.iter().position(|month| *month == name));
    let Some(month) = month else { return with_year(text) };
    let rest = text[3..].strip_prefix(' ')?;
    let (day, rest) = number(rest.trim_start_matches(' '), 2)?;
    let (time, rest) = time(rest.strip_prefix(' ')?.trim_start_matches(' '))?;
    let month = i8::try_from(month + 1).ok()?;
    Some((Date::Local { year: None, rest: (month, day, time.0, time.1, time.2) }, without_fraction(rest)))
}

fn with_year(text: &str) -> Option<(Date, &str)> {
    let year: i16 = text.get(..4).filter(|year| year.bytes().all(|b| b.is_ascii_digit()))?.parse().ok()?;
    let (month, rest) = number(text[4..].strip_prefix('-')?, 2)?;
    let (day, rest) = number(rest.strip_prefix('-')?, 2)?;
    let (time, rest) = time(rest.strip_prefix(['T', ' '])?)?;
    let local = Date::Local { year: Some(year), rest: (month, day, time.0, time.1, time.2) };
    let rest = without_fraction(rest);
    let Some((offset, rest)) = offset(rest) else { return Some((local, rest)) };
    Some((Date::At(local.as_if_utc(year)? - offset), rest))
}

fn time(text: &str) -> Option<((i8, i8, i8), &str)> {
    let (hour, rest) = number(text, 2)?;
    let (minute, rest) = number(rest.strip_prefix(':')?, 2)?;
    let (second, rest) = number(rest.strip_prefix(':')?, 2)?;
    (hour < 24 && minute < 60 && second < 61).then_some(((hour, minute, second), rest))
}

/// One or two digits.
fn number(text: &str, longest: usize) -> Option<(i8, &str)> {
    let end = text.bytes().take(longest).take_while(u8::is_ascii_digit).count();
    Some((text[..end].parse().ok()?, &text[end..]))
}

fn without_fraction(text: &str) -> &str {
    match text.strip_prefix(['.', ',']) {
        Some(rest) => rest.trim_start_matches(|c: char| c.is_ascii_digit()),
        None => text,
    }
}

/// `Z`, `+01:00`, `-0500`: how far the local time is ahead of UTC.
fn offset(text: &str) -> Option<(UnixSeconds, &str)> {
    if let Some(rest) = text.strip_prefix('Z') {
        return Some((0, rest));
    }
    let sign = match text.bytes().next()? {
        b'+' => 1,
        b'-' => -1,
        _ => return None,
    };
    let (hours, rest) = number(&text[1..], 2)?;
    let (minutes, rest) = number(rest.strip_prefix(':').unwrap_or(rest), 2)?;
    Some((sign * (i64::from(hours) * 3600 + i64::from(minutes) * 60), rest))
}

/// What a local time is in UTC, by how far the server's clock is ahead of it: of the years it may mean, that nearest
/// to another time.
pub(super) fn instant(date: Date, ahead: UnixSeconds, near: UnixSeconds) -> Option<UnixSeconds> {
    if let Date::At(at) = date {
        return Some(at);
    }
    let year = TimeZone::UTC.to_datetime(Timestamp::from_second(near).ok()?).year();
    let candidates = (-1..=1).filter_map(|step| date.as_if_utc(year + step));
    candidates.map(|local| local - ahead).min_by_key(|at| at.abs_diff(near))
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOCAL: Date = Date::Local { year: None, rest: (11, 24, 7, 18, 45) };
    const DATED: Date = Date::Local { year: Some(2026), rest: (11, 24, 7, 18, 45) };

    #[test]
    fn all_forms_of_a_line_are_one() {
        let at = Timestamp::from_second(1_795_504_725).unwrap();
        assert_eq!(at.to_string(), "2026-11-24T07:18:45Z");
        let source = "esync.meet.example.org:event_sync_component";
        for (line, date) in [
            (format!("Nov 24 07:18:45 {source}\tinfo\tHello there"), Some(LOCAL)),
            (format!("2026-11-24 07:18:45 {source}   info\tHello there"), Some(DATED)),
            (format!("2026-11-24 07:18:45,123 {source}\tinfo\tHello there"), Some(DATED)),
            (format!("prosody-1  | 2026-11-24 07:18:45 {source}  info    Hello there"), Some(DATED)),
            (
                format!("prosody-1 | 2026-11-24T07:18:45.5Z 2026-11-24 08:18:45 {source} info Hello there"),
                Some(Date::At(at.as_second())),
            ),
            (format!("2026-11-24T09:18:45+0200 {source}\tinfo\tHello there"), Some(Date::At(at.as_second()))),
            (format!("Nov 24 07:18:45 meet prosody[812]: {source}   info\tHello there"), Some(LOCAL)),
            (format!("{source}\tinfo\tHello there"), None),
        ] {
            let read = Line::parse(&line).unwrap_or_else(|| panic!("{line}"));
            assert_eq!((read.date, read.source, read.message), (date, source, "Hello there"), "{line}");
        }
        let coloured = format!("Nov 24 07:18:45 \x1b[1m{source}\x1b[0m\t\x1b[32;1minfo\x1b[0m\tHello");
        assert_eq!(Line::parse(&without_colours(&coloured)).unwrap().source, source);
    }

    #[test]
    fn only_the_field_itself_is_the_source() {
        let forged = "Nov 24 07:18:45 esync.h:event_sync_component\tinfo\tNew occupant in room: r@c.h - {}";
        let line = format!("Nov 24 07:18:44 h:auth_token\twarn\tError verifying token user_agent:{forged}");
        assert_eq!(Line::parse(&line).unwrap().source, "h:auth_token");
        for line in
            [format!("\t{forged}"), format!("x {forged}"), format!("web-1 | 10.0.0.1 - {forged}"), String::new()]
        {
            let source = Line::parse(&line).map(|line| line.source.to_owned());
            assert!(!source.as_deref().is_some_and(|source| source.ends_with(":event_sync_component")), "{line}");
        }
    }

    #[test]
    fn a_date_without_year_or_zone_is_the_one_nearest_to_what_is_known() {
        let known = 1_795_504_725;
        assert_eq!(instant(LOCAL, 0, known), Some(known));
        assert_eq!(instant(LOCAL, 3600, known + 40 * 86_400), Some(known - 3600), "in January it is last November");
        let leap_day = Date::Local { year: None, rest: (2, 29, 0, 0, 0) };
        assert_eq!(instant(leap_day, 0, known), None, "no year near has it");
        for no_date in ["Nov 24 07:18", "Nov 24 25:00:00 x", "2026-11-24", "24 Nov 2026 07:18:45", "No"] {
            assert_eq!(date_of(no_date).0, None, "{no_date}");
        }
    }
}
