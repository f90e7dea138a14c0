//! What a time zone is called: by its name, its abbreviation, its city.
//!
//! Cities are the zone's own, in English spelling: `Europe/Warsaw` is Warsaw in every language.

use jiff::ZonedDateTime;

/// `Europe/Berlin`; where a zone has no name, its offset.
pub(super) fn name(at: &ZonedDateTime) -> String {
    at.time_zone().iana_name().map_or_else(|| at.strftime("UTC%:z").to_string(), str::to_owned)
}

/// `CET`; `UTC-03` where a zone has nothing but its offset.
pub(super) fn abbreviation(at: &ZonedDateTime) -> String {
    let text = at.strftime("%Z").to_string();
    if !text.starts_with(['+', '-']) {
        return text;
    }
    match text.get(3..) {
        Some(minutes) if text.len() == 5 => format!("UTC{}:{minutes}", &text[..3]),
        _ => format!("UTC{text}"),
    }
}

/// `Buenos Aires` for `America/Argentina/Buenos_Aires`; the abbreviation where the name has no city.
pub(super) fn city(at: &ZonedDateTime) -> String {
    let name = at.time_zone().iana_name().filter(|name| !name.starts_with("Etc/"));
    name.and_then(|name| name.rsplit_once('/')).map_or_else(|| abbreviation(at), |(_, city)| city.replace('_', " "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::tz::{Offset, TimeZone};

    fn at(zone: &str) -> ZonedDateTime {
        "2026-12-05T13:00:00Z".parse::<jiff::Timestamp>().unwrap().to_zoned_datetime(TimeZone::get(zone).unwrap())
    }

    #[test]
    fn a_zone_has_a_city_and_an_abbreviation() {
        let called = |zone| (city(&at(zone)), abbreviation(&at(zone)));
        let pair = |city: &str, mark: &str| (city.to_owned(), mark.to_owned());
        assert_eq!(called("Europe/Berlin"), pair("Berlin", "CET"));
        assert_eq!(called("America/New_York"), pair("New York", "EST"));
        assert_eq!(called("America/Argentina/Buenos_Aires"), pair("Buenos Aires", "UTC-03"));
        assert_eq!(called("Asia/Kathmandu"), pair("Kathmandu", "UTC+05:45"));
        assert_eq!(called("UTC"), pair("UTC", "UTC"));
        assert_eq!(called("Etc/UTC"), pair("UTC", "UTC"));
        // Its sign is the other way round.
        assert_eq!(called("Etc/GMT+3"), pair("UTC-03", "UTC-03"));
        let nameless = at("UTC").timestamp().to_zoned_datetime(TimeZone::fixed(Offset::constant(2)));
        assert_eq!((name(&nameless), city(&nameless)), ("UTC+02:00".into(), "UTC+02".into()));
    }
}
