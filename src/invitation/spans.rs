//! From when until when, in words: the meeting, and the link, in the reader's zone and in UTC.
//!
//! A date stands there once where both ends share it, at both where they do not; it is left out
//! where the mail has named it already. A zone's abbreviation stands at each end where the two
//! differ, and wherever the clock shows a time twice. Pure.
//!
//! In languages that run from right to left each phrase begins with a mark of its direction, and
//! Latin letters within it are isolated (Unicode's UAX 9): HTML and text take the same characters.
//! A subject takes none, headers are too often shown as they are.

use jiff::{ZonedDateTime, tz::TimeZone};

use super::{
    context::{END_ISOLATE, ISOLATE},
    locale::Locale,
    speech::Joints,
    zone,
};

/// U+200F, RIGHT-TO-LEFT MARK.
const TO_THE_LEFT: char = '\u{200F}';

/// The four moments of a window on one zone's clock.
pub(super) struct Clock {
    pub(super) opens: ZonedDateTime,
    pub(super) starts: ZonedDateTime,
    pub(super) ends: ZonedDateTime,
    pub(super) closes: ZonedDateTime,
}

impl Clock {
    /// The moments `opens`, `starts`, `ends`, `closes` on a zone's clock.
    pub(super) fn of(instants: [jiff::Timestamp; 4], zone: &TimeZone) -> Self {
        let [opens, starts, ends, closes] = instants.map(|at| at.to_zoned_datetime(zone.clone()));
        Self { opens, starts, ends, closes }
    }
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

/// How a language tells spans.
#[derive(Debug, Clone, Copy)]
pub(super) struct Teller<'a> {
    pub(super) locale: &'a Locale,
    /// Whether marks tell directions, where some are needed.
    pub(super) marks: bool,
}

impl Teller<'_> {
    /// The phrases of a window, by the names templates know them by; `local.starts`'s date is taken
    /// to stand above them.
    pub(super) fn phrases(self, local: &Clock, utc: &Clock) -> [(&'static str, String); 9] {
        let day = local.starts.date();
        let speech = self.locale.speech;
        let meeting = if local.ends.date() == day { Dates::Unsaid } else { Dates::Last };
        let works = if local.opens.date() == day && local.closes.date() == day { Dates::Unsaid } else { Dates::Both };
        let in_utc = |from: &ZonedDateTime, to: &ZonedDateTime, joints, one_day: bool| {
            let dates = match (from.date() == to.date(), one_day && from.date() == day) {
                (true, true) => Dates::Unsaid,
                (true, false) => Dates::Shared,
                (false, _) => Dates::Both,
            };
            self.span([from, to], ["UTC", "UTC"].map(str::to_owned), dates, joints)
        };
        let here = |from, to, dates, joints| self.span([from, to], marks(from, to), dates, joints);
        let mut phrases = [
            ("meeting", here(&local.starts, &local.ends, meeting, &speech.meeting)),
            ("meeting_utc", in_utc(&utc.starts, &utc.ends, &speech.meeting, meeting == Dates::Unsaid)),
            ("works", here(&local.opens, &local.closes, works, &speech.link)),
            ("works_utc", in_utc(&utc.opens, &utc.closes, &speech.link, works == Dates::Unsaid)),
            ("brief", self.brief(&local.starts, &local.ends)),
            ("brief_utc", self.brief(&utc.starts, &utc.ends)),
            ("dates", self.dates(&local.starts, &local.ends)),
            ("zone", self.with_mark(zone::name(&local.starts), &local.starts, &local.ends)),
            ("place", self.with_mark(zone::city(&local.starts), &local.starts, &local.ends)),
        ];
        if zone::name(&local.starts) == "UTC" {
            for (_, phrase) in phrases.iter_mut().filter(|(name, _)| name.ends_with("_utc")) {
                phrase.clear();
            }
        }
        phrases
    }

    /// `Saturday, 5 December 2026, 14:00 (CET)`.
    pub(super) fn moment(self, at: &ZonedDateTime) -> String {
        let (locale, mark) = (self.locale, self.isolated(zone::abbreviation(at)));
        if locale.speech.time_first.is_some() {
            format!("{}{}{} ({mark})", locale.date(at), locale.speech.comma, locale.time(at))
        } else {
            format!("{} ({mark})", locale.date_time(at))
        }
    }

    fn span(self, ends: [&ZonedDateTime; 2], marks: [String; 2], dates: Dates, joints: &Joints) -> String {
        let [from, to] = ends;
        let [mark, last_mark] = marks;
        let speech = self.locale.speech;
        // Where the date goes first, one that stands at the last end alone would seem to govern both.
        let dates = if dates == Dates::Last && speech.time_first.is_none() { Dates::Both } else { dates };
        // One UTC behind both times is enough where no date stands between them.
        let mark = if mark == "UTC" && dates != Dates::Both { String::new() } else { mark };
        let date_leads = dates == Dates::Shared && speech.time_first.is_none();
        let first = self.end(from, mark, dates == Dates::Both, false);
        let last = self.end(to, last_mark, dates != Dates::Unsaid && !date_leads, true);
        let [before, between, behind] = if dates == Dates::Both { joints.moments } else { joints.times };
        let date = if date_leads { format!("{}{}", self.locale.date(to), speech.comma) } else { String::new() };
        self.directed(format!("{date}{before}{first}{between}{last}{behind}"))
    }

    /// One end of a span.
    fn end(self, at: &ZonedDateTime, mark: String, dated: bool, last: bool) -> String {
        let locale = self.locale;
        let marked = !mark.is_empty();
        let mark = if marked { format!(" {}", self.isolated(mark)) } else { mark };
        match (locale.speech.time_first, dated) {
            (Some([hour, on, end]), true) => {
                format!("{}{hour}{mark}{on}{}{end}", locale.time(at), locale.date(at))
            }
            // `14:00`, but `23:00 Uhr CET`: the word stands where something follows the time.
            (Some([hour, ..]), false) if last || marked => format!("{}{hour}{mark}", locale.time(at)),
            (None, true) => format!("{}{mark}", locale.date_time(at)),
            (_, false) => format!("{}{mark}", locale.time(at)),
        }
    }

    /// `Sat, 5 Dec 2026, 14:00 – 17:00 CET`: whole by itself, and short.
    fn brief(self, from: &ZonedDateTime, to: &ZonedDateTime) -> String {
        let locale = self.locale;
        let [first_mark, _] = marks(from, to);
        let first_mark = if first_mark.is_empty() { first_mark } else { format!(" {}", self.isolated(first_mark)) };
        let last_mark = self.isolated(zone::abbreviation(to));
        let (dash, comma) = (locale.speech.dash, locale.speech.comma);
        self.directed(if from.date() == to.date() {
            let (date, first, last) = (locale.short_date(from), locale.time(from), locale.time(to));
            format!("{date}{comma}{first}{first_mark}{dash}{last} {last_mark}")
        } else {
            let (first, last) = (locale.short_date_time(from), locale.short_date_time(to));
            format!("{first}{first_mark}{dash}{last} {last_mark}")
        })
    }

    /// The date, or the first and the last.
    fn dates(self, from: &ZonedDateTime, to: &ZonedDateTime) -> String {
        let first = self.locale.date(from);
        let several = from.date() != to.date();
        if several { format!("{first}{}{}", self.locale.speech.dash, self.locale.date(to)) } else { first }
    }

    /// `Europe/Berlin, CET`; the name alone where the abbreviation says no more, or changes meanwhile.
    fn with_mark(self, name: String, from: &ZonedDateTime, to: &ZonedDateTime) -> String {
        let mark = zone::abbreviation(from);
        let says_more = mark != name && mark == zone::abbreviation(to);
        self.isolated(if says_more { format!("{name}, {mark}") } else { name })
    }

    fn directed(self, phrase: String) -> String {
        if self.marks && self.locale.right_to_left { format!("{TO_THE_LEFT}{phrase}") } else { phrase }
    }

    fn isolated(self, latin: String) -> String {
        if self.marks && self.locale.right_to_left { format!("{ISOLATE}{latin}{END_ISOLATE}") } else { latin }
    }
}

/// What stands behind each time: nothing, where it can be taken for no other.
fn marks(from: &ZonedDateTime, to: &ZonedDateTime) -> [String; 2] {
    let differ = zone::abbreviation(from) != zone::abbreviation(to);
    [from, to].map(|at| if differ || happens_twice(at) { zone::abbreviation(at) } else { String::new() })
}

/// Whether the zone's clock shows this time once more, before or after.
fn happens_twice(at: &ZonedDateTime) -> bool {
    at.time_zone().to_ambiguous_timestamp(at.datetime()).is_ambiguous()
}

#[cfg(test)]
#[path = "spans_tests.rs"]
mod tests;
