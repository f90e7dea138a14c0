//! The four moments of a window, told in a zone and a language.

use std::{
    collections::{BTreeMap, HashMap},
    ops::Range,
    sync::{Mutex, PoisonError},
};

use jiff::{Timestamp, civil::Date, tz::TimeZone};
use tera::Value;

use super::{
    spans::{Clock, Teller},
    zone,
};
use crate::model::Window;

/// More than an event has zones and languages; a file in which every row has its own times starts over.
const KEPT: usize = 512;

/// The moments, and the number of the language's way to tell them.
type Instants = ([Timestamp; 4], usize);

/// A window told in a zone.
#[derive(Debug)]
struct Told {
    zone: TimeZone,
    /// The day it was told on, there: from its first moment to the next day's.
    day: Range<Timestamp>,
    marks: bool,
    value: Value,
}

/// Windows already told, so that the thousandth attendee in a zone costs a look-up.
#[derive(Debug, Default)]
pub(super) struct Moments {
    told: Mutex<HashMap<Instants, Vec<Told>>>,
}

impl Moments {
    /// A window as templates see it, when it is `now`: `opens`, `starts`, `ends`, `closes`, and its
    /// spans in words.
    pub(super) fn tell(&self, window: &Window, zone: &TimeZone, teller: Teller, now: Timestamp) -> Value {
        let instants = [window.opens(), window.starts(), window.ends(), window.closes()];
        let (key, marks) = ((instants, teller.locale.number), teller.marks);
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        let is_it = |known: &&Told| known.marks == marks && known.day.contains(&now) && known.zone == *zone;
        if let Some(known) = told.get(&key).and_then(|told| told.iter().find(is_it)) {
            return known.value.clone();
        }
        let (today, day) = day_of(now, zone);
        let names = ["opens", "starts", "ends", "closes"];
        let moments = names.into_iter().zip(instants.map(|at| moment(at, zone, teller, today)));
        let (local, utc) = (Clock::of(instants, zone), Clock::of(instants, &TimeZone::UTC));
        let spans = teller.phrases(&local, &utc).map(|(name, phrase)| (name, Value::from(phrase)));
        let value = Value::from(moments.chain(spans).collect::<BTreeMap<&'static str, Value>>());
        if told.len() >= KEPT {
            told.clear();
        }
        told.entry(key).or_default().push(Told { zone: zone.clone(), day, marks, value: value.clone() });
        value
    }
}

/// The date that a zone's calendar shows, and for how long.
fn day_of(now: Timestamp, zone: &TimeZone) -> (Date, Range<Timestamp>) {
    let local = now.to_zoned_datetime(zone.clone());
    let from = local.start_of_day().map_or(now, |first| first.timestamp());
    let next = local.tomorrow().and_then(|tomorrow| tomorrow.start_of_day());
    (local.date(), from..next.map_or(Timestamp::MAX, |first| first.timestamp()))
}

fn moment(at: Timestamp, zone: &TimeZone, teller: Teller, today: Date) -> Value {
    let local = at.to_zoned_datetime(zone.clone());
    let utc = at.to_zoned_datetime(TimeZone::UTC);
    let locale = teller.locale;
    let days = today.until(local.date()).map_or(0, |span| span.get_days());
    Value::from(BTreeMap::from([
        ("text", teller.moment(&local)),
        ("date", locale.date(&local)),
        ("short", locale.short_date(&local)),
        ("weekday", locale.weekday(&local)),
        ("time", locale.time(&local)),
        ("relative", locale.in_days(days)),
        ("zone", zone::name(&local)),
        ("city", zone::city(&local)),
        ("abbreviation", zone::abbreviation(&local)),
        ("utc_text", teller.moment(&utc)),
        ("utc_date", locale.date(&utc)),
        ("utc_short", locale.short_date(&utc)),
        ("utc_time", locale.time(&utc)),
        ("iso", local.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string()),
    ]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::invitation::{fixture, locale::Locales};

    #[test]
    fn a_window_is_told_in_the_readers_zone_and_in_utc() {
        let (moments, locales) = (Moments::default(), Locales::default());
        let tell = |zone: &TimeZone, language| {
            let locale = locales.of(language, "en");
            moments.tell(&fixture::window(), zone, Teller { locale: &locale, marks: true }, fixture::now())
        };
        let tokyo = TimeZone::get("Asia/Tokyo").unwrap();
        let told = tell(&tokyo, "en");
        let at = |path| told.get_from_path(path).unwrap().as_str().unwrap().to_owned();
        assert_eq!(at("starts.text"), "Saturday, 5 December 2026, 22:00 (JST)");
        assert_eq!(at("starts.utc_text"), "Saturday, 5 December 2026, 13:00 (UTC)");
        assert_eq!(at("closes.date"), "Sunday, 6 December 2026");
        assert_eq!((at("starts.zone"), at("starts.utc_time")), ("Asia/Tokyo".into(), "13:00".into()));
        assert_eq!((at("starts.city"), at("starts.short")), ("Tokyo".into(), "Sat, 5 Dec 2026".into()));
        assert_eq!(at("starts.iso"), "2026-12-05T22:00:00+09:00");
        let again = tell(&tokyo, "de");
        assert_eq!(again.get_from_path("starts.weekday").unwrap().as_str(), Some("Samstag"));
        let berlin = tell(fixture::window().zone(), "en");
        assert_eq!(berlin.get_from_path("starts.abbreviation").unwrap().as_str(), Some("CET"));
    }

    #[test]
    fn days_are_counted_on_the_readers_calendar() {
        let (moments, locales) = (Moments::default(), Locales::default());
        let english = locales.of("en", "en");
        let teller = Teller { locale: &english, marks: true };
        // It starts at 13:00 UTC, when the 6th has begun in Auckland.
        let told = |zone, now: &str| {
            let zone = TimeZone::get(zone).unwrap();
            let told = moments.tell(&fixture::window(), &zone, teller, now.parse().unwrap());
            told.get_from_path("starts.relative").unwrap().as_str().unwrap().to_owned()
        };
        assert_eq!(told("Europe/Berlin", "2026-11-26T09:00:00Z"), "in 9 days");
        assert_eq!(told("Europe/Berlin", "2026-12-04T22:59:59Z"), "tomorrow");
        assert_eq!(told("Europe/Berlin", "2026-12-04T23:00:00Z"), "today");
        assert_eq!(told("Pacific/Auckland", "2026-12-04T23:00:00Z"), "tomorrow");
        assert_eq!(told("Europe/Berlin", "2026-12-07T09:00:00Z"), "2 days ago");
        assert_eq!(told("Europe/Berlin", "2025-12-05T09:00:00Z"), "in 365 days");
    }
}
