//! From when until when, in words: the meeting, and the link, in the reader's zone and in UTC.
//!
//! A date stands there once where both ends share it, at both where they do not; it is left out
//! where the mail has named it already. A zone's abbreviation stands at each end where the two
//! differ, and wherever the clock shows a time twice. Pure.

use jiff::{ZonedDateTime, tz::TimeZone};

use super::locale::{self, Locale};

/// The four moments of a window on one zone's clock.
pub(super) struct Clock {
    pub(super) opens: ZonedDateTime,
    pub(super) starts: ZonedDateTime,
    pub(super) ends: ZonedDateTime,
    pub(super) closes: ZonedDateTime,
}

/// What a span's two ends are said with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Dates {
    /// Both ends are on the date named above.
    Unsaid,
    /// The first is.
    Last,
    /// Both are on another one.
    Shared,
    Both,
}

/// What a span is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Of {
    Meeting,
    Link,
}

/// The phrases of a window, by the names templates know them by; `local.starts`'s date is taken to
/// stand above them.
pub(super) fn phrases(local: &Clock, utc: &Clock, locale: Locale) -> [(&'static str, String); 5] {
    let day = local.starts.date();
    let meeting = if local.ends.date() == day { Dates::Unsaid } else { Dates::Last };
    let works = if local.opens.date() == day && local.closes.date() == day { Dates::Unsaid } else { Dates::Both };
    let in_utc = |from: &ZonedDateTime, to: &ZonedDateTime, of, one_day: bool| {
        let dates = match (from.date() == to.date(), one_day && from.date() == day) {
            (true, true) => Dates::Unsaid,
            (true, false) => Dates::Shared,
            (false, _) => Dates::Both,
        };
        span([from, to], ["UTC", "UTC"].map(str::to_owned), dates, of, locale)
    };
    let mut phrases = [
        (
            "meeting",
            span([&local.starts, &local.ends], marks(&local.starts, &local.ends), meeting, Of::Meeting, locale),
        ),
        ("meeting_utc", in_utc(&utc.starts, &utc.ends, Of::Meeting, meeting == Dates::Unsaid)),
        ("works", span([&local.opens, &local.closes], marks(&local.opens, &local.closes), works, Of::Link, locale)),
        ("works_utc", in_utc(&utc.opens, &utc.closes, Of::Link, works == Dates::Unsaid)),
        ("zone", zone(&local.starts, &local.ends)),
    ];
    if zone_name(&local.starts) == "UTC" {
        for (_, phrase) in phrases.iter_mut().filter(|(name, _)| name.ends_with("_utc")) {
            phrase.clear();
        }
    }
    phrases
}

/// `Europe/Berlin`; where a zone has no name, its offset.
pub(super) fn zone_name(at: &ZonedDateTime) -> String {
    at.time_zone().iana_name().map_or_else(|| at.strftime("UTC%:z").to_string(), str::to_owned)
}

/// `Europe/Berlin, CET`; the name alone where the abbreviation says no more, or changes meanwhile.
fn zone(from: &ZonedDateTime, to: &ZonedDateTime) -> String {
    let (name, mark) = (zone_name(from), abbreviation(from));
    if mark == name || mark != abbreviation(to) { name } else { format!("{name}, {mark}") }
}

/// `CET`; `UTC-03` where a zone has nothing but its offset.
fn abbreviation(at: &ZonedDateTime) -> String {
    let text = at.strftime("%Z").to_string();
    if text.starts_with(['+', '-']) { format!("UTC{text}") } else { text }
}

/// What stands behind each time: nothing, where it can be taken for no other.
fn marks(from: &ZonedDateTime, to: &ZonedDateTime) -> [String; 2] {
    let differ = abbreviation(from) != abbreviation(to);
    [from, to].map(|at| if differ || happens_twice(at) { abbreviation(at) } else { String::new() })
}

/// Whether the zone's clock shows this time once more, before or after.
fn happens_twice(at: &ZonedDateTime) -> bool {
    at.time_zone().to_ambiguous_timestamp(at.datetime()).is_ambiguous()
}

fn span(ends: [&ZonedDateTime; 2], marks: [String; 2], dates: Dates, of: Of, locale: Locale) -> String {
    let [from, to] = ends;
    let [mark, last_mark] = marks;
    // One UTC behind both times is enough where no date stands between them.
    let mark = if mark == "UTC" && dates != Dates::Both { String::new() } else { mark };
    let first = Moment { at: from, mark, dated: dates == Dates::Both };
    let last = Moment { at: to, mark: last_mark, dated: !matches!(dates, Dates::Unsaid) };
    let comma = if first.dated { "," } else { "" };
    match (locale, of) {
        (Locale::English, Of::Meeting) => format!("{}{comma} to {}", first.english(), last.english()),
        (Locale::English, Of::Link) => format!("from {}{comma} until {}", first.english(), last.english()),
        (Locale::German, Of::Meeting) => format!("{}{comma} bis {}", first.german(), last.german_with_hour()),
        (Locale::German, Of::Link) => format!("von {}{comma} bis {}", first.german(), last.german_with_hour()),
        // In words not known here the date goes first, once.
        (Locale::Numeric, _) if dates == Dates::Shared => {
            let bare = |moment: &Moment| Moment { dated: false, mark: moment.mark.clone(), at: moment.at }.numeric();
            format!("{} {} – {}", locale.date(to), bare(&first), bare(&last))
        }
        (Locale::Numeric, _) => format!("{} – {}", first.numeric(), last.numeric()),
    }
}

/// One end of a span.
struct Moment<'a> {
    at: &'a ZonedDateTime,
    mark: String,
    dated: bool,
}

impl Moment<'_> {
    fn english(&self) -> String {
        self.clock("", " on ", Locale::English)
    }

    /// `14:00`, but `23:00 Uhr CET`: the word stands where something follows the time.
    fn german(&self) -> String {
        if self.dated || !self.mark.is_empty() { self.german_with_hour() } else { locale::time(self.at) }
    }

    fn german_with_hour(&self) -> String {
        self.clock(" Uhr", " am ", Locale::German)
    }

    fn numeric(&self) -> String {
        let date = if self.dated { format!("{} ", Locale::Numeric.date(self.at)) } else { String::new() };
        format!("{date}{}{}", locale::time(self.at), led(" ", &self.mark))
    }

    fn clock(&self, hour: &str, on: &str, locale: Locale) -> String {
        let date = if self.dated { locale.date(self.at) } else { String::new() };
        format!("{}{hour}{}{}", locale::time(self.at), led(" ", &self.mark), led(on, &date))
    }
}

/// A text with what leads to it; nothing where there is none.
fn led(before: &str, text: &str) -> String {
    if text.is_empty() { String::new() } else { format!("{before}{text}") }
}

impl Clock {
    /// The moments `opens`, `starts`, `ends`, `closes` on a zone's clock.
    pub(super) fn of(instants: [jiff::Timestamp; 4], zone: &TimeZone) -> Self {
        let [opens, starts, ends, closes] = instants.map(|at| at.to_zoned_datetime(zone.clone()));
        Self { opens, starts, ends, closes }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::parse_local_time;

    /// The phrases of a meeting in Berlin: half an hour before, two hours after.
    fn told(starts: &str, ends: &str, reader: &str, locale: Locale) -> [String; 5] {
        let berlin = TimeZone::get("Europe/Berlin").unwrap();
        let at = |text| parse_local_time(text, &berlin).unwrap();
        let (starts, ends) = (at(starts), at(ends));
        let (half, two) = (jiff::SignedDuration::from_mins(30), jiff::SignedDuration::from_hours(2));
        let instants = [starts - half, starts, ends, ends + two];
        let reader = TimeZone::get(reader).unwrap();
        phrases(&Clock::of(instants, &reader), &Clock::of(instants, &TimeZone::UTC), locale).map(|(_, phrase)| phrase)
    }

    fn english(starts: &str, ends: &str) -> [String; 5] {
        told(starts, ends, "Europe/Berlin", Locale::English)
    }

    #[test]
    fn one_day_needs_no_date_beside_the_one_above() {
        let expected = ["14:00 to 17:00", "13:00 to 16:00 UTC", "from 13:30 until 19:00", "from 12:30 until 18:00 UTC"];
        let found = english("2036-12-05T14:00", "2036-12-05T17:00");
        assert_eq!(found[..4], expected);
        assert_eq!(found[4], "Europe/Berlin, CET");
        let german = told("2036-12-05T14:00", "2036-12-05T17:00", "Europe/Berlin", Locale::German);
        assert_eq!(german[1], "13:00 bis 16:00 Uhr UTC");
        assert_eq!(german[2], "von 13:30 bis 19:00 Uhr");
    }

    #[test]
    fn a_night_in_utc_names_both_dates() {
        let found = english("2036-12-05T00:15", "2036-12-05T23:00");
        assert_eq!(found[0], "00:15 to 23:00");
        assert_eq!(found[1], "23:15 UTC on Thursday, 4 December 2036, to 22:00 UTC on Friday, 5 December 2036");
        assert_eq!(found[2], "from 23:45 on Thursday, 4 December 2036, until 01:00 on Saturday, 6 December 2036");
        assert_eq!(
            found[3],
            "from 22:45 UTC on Thursday, 4 December 2036, until 00:00 UTC on Saturday, 6 December 2036"
        );
        let german = told("2036-12-05T00:15", "2036-12-05T23:00", "Europe/Berlin", Locale::German);
        let expected = "23:15 Uhr UTC am Donnerstag, 4. Dezember 2036, bis 22:00 Uhr UTC am Freitag, 5. Dezember 2036";
        assert_eq!(german[1], expected);
        let expected = "von 23:45 Uhr am Donnerstag, 4. Dezember 2036, bis 01:00 Uhr am Samstag, 6. Dezember 2036";
        assert_eq!(german[2], expected);
        let numeric = told("2036-12-05T00:15", "2036-12-05T23:00", "Europe/Berlin", Locale::Numeric);
        assert_eq!(numeric[1], "2036-12-04 23:15 UTC – 2036-12-05 22:00 UTC");
    }

    #[test]
    fn several_days_have_a_date_at_either_end() {
        let found = english("2036-12-05T09:00", "2036-12-07T17:00");
        assert_eq!(found[0], "09:00 to 17:00 on Sunday, 7 December 2036");
        assert_eq!(found[1], "08:00 UTC on Friday, 5 December 2036, to 16:00 UTC on Sunday, 7 December 2036");
    }

    #[test]
    fn a_date_shared_in_utc_alone_stands_there_once() {
        let found = english("2036-12-05T23:30", "2036-12-06T00:30");
        assert_eq!(found[1], "22:30 to 23:30 UTC on Friday, 5 December 2036");
        let tokyo = told("2036-12-05T20:00", "2036-12-05T21:00", "Asia/Tokyo", Locale::German);
        assert_eq!(tokyo[1], "19:00 bis 20:00 Uhr UTC am Freitag, 5. Dezember 2036");
        let numeric = told("2036-12-05T20:00", "2036-12-05T21:00", "Asia/Tokyo", Locale::Numeric);
        assert_eq!(numeric[1], "2036-12-05 19:00 – 20:00 UTC");
    }

    #[test]
    fn clocks_put_forward_show_both_abbreviations() {
        let found = english("2036-03-29T23:00", "2036-03-30T04:00");
        assert_eq!(found[0], "23:00 CET to 04:00 CEST on Sunday, 30 March 2036");
        assert_eq!(found[4], "Europe/Berlin");
        let german = told("2036-03-29T23:00", "2036-03-30T04:00", "Europe/Berlin", Locale::German);
        assert_eq!(german[0], "23:00 Uhr CET bis 04:00 Uhr CEST am Sonntag, 30. März 2036");
    }

    #[test]
    fn a_time_that_happens_twice_says_which() {
        let found = english("2036-10-25T23:00", "2036-10-26T00:30");
        assert_eq!(found[0], "23:00 to 00:30 on Sunday, 26 October 2036");
        assert_eq!(found[2], "from 22:30 on Saturday, 25 October 2036, until 02:30 CEST on Sunday, 26 October 2036");
        let later = english("2036-10-25T23:00", "2036-10-26T01:30");
        assert!(later[2].ends_with("until 02:30 CET on Sunday, 26 October 2036"), "{}", later[2]);
        assert!(later[2].starts_with("from 22:30 CEST on"), "{}", later[2]);
    }

    #[test]
    fn utc_is_not_told_twice_and_bare_offsets_say_what_they_are() {
        let utc = told("2036-12-05T14:00", "2036-12-05T17:00", "UTC", Locale::English);
        assert_eq!(utc[..], ["13:00 to 16:00", "", "from 12:30 until 18:00", "", "UTC"]);
        let bahia = told("2036-12-05T14:00", "2036-12-05T17:00", "America/Bahia", Locale::English);
        assert_eq!(bahia[4], "America/Bahia, UTC-03");
    }
}
