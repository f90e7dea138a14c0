//! The four moments of a window, told in a zone and a language.

use std::{
    collections::{BTreeMap, HashMap},
    sync::{Mutex, PoisonError},
};

use jiff::{Timestamp, tz::TimeZone};
use tera::Value;

use super::{
    locale::{self, Locale},
    spans::{self, Clock, zone_name},
};
use crate::model::Window;

/// More than an event has zones and languages; a file in which every row has its own times starts over.
const KEPT: usize = 512;

type Instants = ([Timestamp; 4], Locale);

/// Windows already told, so that the thousandth attendee in a zone costs a look-up.
#[derive(Debug, Default)]
pub(super) struct Moments {
    told: Mutex<HashMap<Instants, Vec<(TimeZone, Value)>>>,
}

impl Moments {
    /// A window as templates see it: `opens`, `starts`, `ends`, `closes`, and its spans in words.
    pub(super) fn tell(&self, window: &Window, zone: &TimeZone, locale: Locale) -> Value {
        let instants = ([window.opens(), window.starts(), window.ends(), window.closes()], locale);
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, value)) = told.get(&instants).and_then(|zones| zones.iter().find(|(known, _)| known == zone)) {
            return value.clone();
        }
        let names = ["opens", "starts", "ends", "closes"];
        let moments = names.into_iter().zip(instants.0.map(|at| moment(at, zone, locale)));
        let (local, utc) = (Clock::of(instants.0, zone), Clock::of(instants.0, &TimeZone::UTC));
        let spans = spans::phrases(&local, &utc, locale).map(|(name, phrase)| (name, Value::from(phrase)));
        let value = Value::from(moments.chain(spans).collect::<BTreeMap<&'static str, Value>>());
        if told.len() >= KEPT {
            told.clear();
        }
        told.entry(instants).or_default().push((zone.clone(), value.clone()));
        value
    }
}

fn moment(at: Timestamp, zone: &TimeZone, locale: Locale) -> Value {
    let local = at.to_zoned_datetime(zone.clone());
    let utc = at.to_zoned_datetime(TimeZone::UTC);
    let (date, time, abbreviation) = (locale.date(&local), locale::time(&local), local.strftime("%Z").to_string());
    let text = format!("{date}, {time} ({abbreviation})");
    Value::from(BTreeMap::from([
        ("text", text),
        ("date", date),
        ("weekday", locale.weekday(&local)),
        ("time", time),
        ("zone", zone_name(&local)),
        ("abbreviation", abbreviation),
        ("utc_date", locale.date(&utc)),
        ("utc_time", locale::time(&utc)),
        ("iso", local.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string()),
    ]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::invitation::fixture;

    #[test]
    fn a_window_is_told_in_the_readers_zone_and_in_utc() {
        let moments = Moments::default();
        let tokyo = TimeZone::get("Asia/Tokyo").unwrap();
        let told = moments.tell(&fixture::window(), &tokyo, Locale::English);
        let at = |path| told.get_from_path(path).unwrap().as_str().unwrap().to_owned();
        assert_eq!(at("starts.text"), "Saturday, 5 December 2026, 22:00 (JST)");
        assert_eq!(at("closes.date"), "Sunday, 6 December 2026");
        assert_eq!((at("starts.zone"), at("starts.utc_time")), ("Asia/Tokyo".into(), "13:00".into()));
        assert_eq!(at("starts.iso"), "2026-12-05T22:00:00+09:00");
        let again = moments.tell(&fixture::window(), &tokyo, Locale::German);
        assert_eq!(again.get_from_path("starts.weekday").unwrap().as_str(), Some("Samstag"));
        let berlin = moments.tell(&fixture::window(), fixture::window().zone(), Locale::English);
        assert_eq!(berlin.get_from_path("starts.abbreviation").unwrap().as_str(), Some("CET"));
    }
}
