//! How a language, and a region's way of it, writes dates and times.
//!
//! Owns: ICU's formatters for a language tag, made once and shared by all threads, and what of
//! their output may stand in a mail. Does not own: the words around dates (`speech`), which
//! moments are told (`moments`, `spans`).
//!
//! Decided here: the calendar is the Gregorian one, which the event is announced in. Digits are
//! those of the language's default: `ar` writes 5, `ar-EG` writes ٥, in dates and in times alike.
//! The region decides between 12 and 24 hours. English without a region is written as in Britain,
//! day before month and 24 hours: it is read everywhere. No-break blanks become plain ones, so that
//! English stays ASCII. Direction marks within a date are left out: where a short form needs them,
//! the long one stands for it; what has to be isolated within a sentence is so in `spans`.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use icu_calendar::{Date, Gregorian};
use icu_datetime::{
    DateTimeFormatterPreferences, FixedCalendarDateTimeFormatter, NoCalendarFormatter,
    fieldsets::{E, T, YMDE, YMDET},
    input::{DateTime, Time},
};
use icu_experimental::relativetime::{
    RelativeTimeFormatter,
    options::{Numeric, RelativeTimeFormatterOptions},
};
use icu_locale_core::Locale as Tag;
use jiff::ZonedDateTime;

use super::{context::reads_right_to_left, speech::Speech};

/// More than any file has; one in which every row has a language of its own starts over.
const KEPT: usize = 128;
/// English without a region.
const PLAIN_ENGLISH: &str = "en-GB";

type Formatter<Fields> = FixedCalendarDateTimeFormatter<Gregorian, Fields>;

/// A language's way of writing dates.
#[derive(Debug)]
pub(super) struct Locale {
    /// Its number: no two made by the same `Locales` share one.
    pub(super) number: usize,
    /// The words around dates.
    pub(super) speech: &'static Speech,
    /// Whether its letters run from right to left.
    pub(super) right_to_left: bool,
    long: Formatter<YMDE>,
    short: Formatter<YMDE>,
    weekday: Formatter<E>,
    time: NoCalendarFormatter<T>,
    long_time: Formatter<YMDET>,
    short_time: Formatter<YMDET>,
    relative: RelativeTimeFormatter,
}

/// The ways in use.
#[derive(Debug, Default)]
pub(super) struct Locales(Mutex<Known>);

#[derive(Debug, Default)]
struct Known {
    made: usize,
    /// `None` for a language that nobody knows.
    by_tag: HashMap<String, Option<Arc<Locale>>>,
}

impl Locales {
    /// The way of the first of two languages that is known; of English where neither is.
    pub(super) fn of(&self, wanted: &str, otherwise: &str) -> Arc<Locale> {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let found = known.get(wanted).or_else(|| known.get(otherwise)).or_else(|| known.get(PLAIN_ENGLISH));
        found.expect("English is built in")
    }
}

impl Known {
    fn get(&mut self, tag: &str) -> Option<Arc<Locale>> {
        if let Some(locale) = self.by_tag.get(tag) {
            return locale.clone();
        }
        if self.by_tag.len() >= KEPT {
            self.by_tag.clear();
        }
        self.made += 1;
        let locale = Locale::new(tag, self.made).map(Arc::new);
        self.by_tag.insert(tag.to_owned(), locale.clone());
        locale
    }
}

impl Locale {
    /// `None` where ICU knows nothing of the language.
    fn new(tag: &str, number: usize) -> Option<Self> {
        let primary = tag.split('-').next().unwrap_or_default();
        let tag = if tag == "en" { PLAIN_ENGLISH } else { tag };
        // What RFC 5646 allows and ICU does not read leaves the language.
        let full = Tag::try_from_str(tag).or_else(|_| Tag::try_from_str(primary)).ok()?;
        let language = Tag::try_from_str(primary).ok()?;
        let december = Date::try_new_gregorian(2026, 12, 5).ok()?;
        let written = |tag: &Tag| {
            let long = Formatter::try_new(tag.into(), YMDE::long()).ok()?;
            Some(cleaned(&long.format(&december).to_string()))
        };
        let (regional, general) = (written(&full)?, written(&language)?);
        // The root of all languages has no names of months.
        if general.contains("M12") {
            return None;
        }
        // Portugal's long form, as ICU has it, is `5/12/2026`: the month by its number.
        let spelt = if regional.contains("12") && !general.contains("12") { &language } else { &full };
        let (dates, times) = (DateTimeFormatterPreferences::from(spelt), DateTimeFormatterPreferences::from(&full));
        let in_words = RelativeTimeFormatterOptions::default().with_numeric(Numeric::Auto);
        Some(Self {
            number,
            speech: Speech::of(primary),
            right_to_left: reads_right_to_left(&regional),
            long: Formatter::try_new(dates, YMDE::long()).ok()?,
            short: Formatter::try_new(dates, YMDE::medium()).ok()?,
            weekday: Formatter::try_new(dates, E::long()).ok()?,
            time: NoCalendarFormatter::try_new(times, T::hm()).ok()?,
            long_time: Formatter::try_new(dates, YMDE::long().with_time_hm()).ok()?,
            short_time: Formatter::try_new(dates, YMDE::medium().with_time_hm()).ok()?,
            relative: RelativeTimeFormatter::try_new_long_day((&full).into(), in_words).ok()?,
        })
    }

    /// `Saturday, 5 December 2026`.
    pub(super) fn date(&self, at: &ZonedDateTime) -> String {
        self.ordinal(at, cleaned(&self.long.format(&date(at)).to_string()))
    }

    /// `Sat, 5 Dec 2026`.
    pub(super) fn short_date(&self, at: &ZonedDateTime) -> String {
        let short = self.short.format(&date(at)).to_string();
        if short.contains(is_mark) { self.date(at) } else { self.ordinal(at, cleaned(&short)) }
    }

    /// `Saturday`.
    pub(super) fn weekday(&self, at: &ZonedDateTime) -> String {
        cleaned(&self.weekday.format(&date(at)).to_string())
    }

    /// `14:00`, `2:00 PM`.
    pub(super) fn time(&self, at: &ZonedDateTime) -> String {
        cleaned(&self.time.format(&time(at)).to_string())
    }

    /// `samedi 5 décembre 2026 à 14:00`: a date and a time as the language joins them.
    pub(super) fn date_time(&self, at: &ZonedDateTime) -> String {
        self.ordinal(at, cleaned(&self.long_time.format(&date_time(at)).to_string()))
    }

    /// `Sat, 5 Dec 2026, 14:00`.
    pub(super) fn short_date_time(&self, at: &ZonedDateTime) -> String {
        let short = self.short_time.format(&date_time(at)).to_string();
        if short.contains(is_mark) { self.date_time(at) } else { self.ordinal(at, cleaned(&short)) }
    }

    /// The first of a month is an ordinal in French, which ICU's patterns do not know: `mardi 1er décembre 2026`.
    fn ordinal(&self, at: &ZonedDateTime, date: String) -> String {
        if at.day() == 1 && self.speech.language == "fr" { date.replacen(" 1 ", " 1er ", 1) } else { date }
    }

    /// `today`, `tomorrow`, `in 9 days`, `9 days ago`.
    pub(super) fn in_days(&self, days: i32) -> String {
        cleaned(&self.relative.format(days.into()).to_string())
    }
}

fn date(at: &ZonedDateTime) -> Date<Gregorian> {
    let (month, day) = (at.month().unsigned_abs(), at.day().unsigned_abs());
    Date::try_new_gregorian(i32::from(at.year()), month, day).expect("dates are Gregorian, up to the year 9999")
}

fn time(at: &ZonedDateTime) -> Time {
    Time::try_new(at.hour().unsigned_abs(), at.minute().unsigned_abs(), 0, 0).expect("a clock shows 00:00 to 23:59")
}

fn date_time(at: &ZonedDateTime) -> DateTime<Gregorian> {
    DateTime { date: date(at), time: time(at) }
}

/// Without marks, and with plain blanks.
fn cleaned(text: &str) -> String {
    text.chars().filter(|c| !is_mark(*c)).map(|c| if is_blank(c) { ' ' } else { c }).collect()
}

/// Whether a character only tells a direction.
fn is_mark(c: char) -> bool {
    matches!(c, '\u{200E}' | '\u{200F}' | '\u{061C}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

/// Whether it is one of the blanks that ICU writes: some hold a line together, some are narrow.
fn is_blank(c: char) -> bool {
    matches!(c, '\u{A0}' | '\u{2009}' | '\u{202F}')
}

#[cfg(test)]
#[path = "locale_tests.rs"]
mod tests;
