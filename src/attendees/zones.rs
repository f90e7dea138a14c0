//! Time zones by name, each looked up once.

use std::collections::HashMap;

use jiff::tz::{self, TimeZone};

use super::nearest::nearest;

/// How many different unknown names get a suggestion: each costs a pass over all zones.
const MOST_SUGGESTIONS: usize = 100;

/// The zones that rows have named so far.
#[derive(Debug, Default)]
pub(super) struct Zones {
    known: HashMap<String, TimeZone>,
    suggested: usize,
}

impl Zones {
    /// The zone of an IANA name; else the name most like it, if there is one.
    pub(super) fn get(&mut self, name: &str) -> Result<TimeZone, Option<String>> {
        if let Some(zone) = self.known.get(name) {
            return Ok(zone.clone());
        }
        match TimeZone::get(name) {
            Ok(zone) if !zone.is_unknown() => {
                self.known.insert(name.to_owned(), zone.clone());
                Ok(zone)
            }
            _ => Err(self.suggestion(name)),
        }
    }

    /// A zone's name, by the whole name or by its city: `Berlin` is `Europe/Berlin`.
    ///
    /// An offset suggests none: the zones named after offsets count the other way (`Etc/GMT+2` is two hours
    /// behind UTC), and none knows of summer time.
    fn suggestion(&mut self, name: &str) -> Option<String> {
        let is_offset = name.contains(|c: char| c == '+' || c.is_ascii_digit());
        if self.suggested >= MOST_SUGGESTIONS || name.len() > 60 || is_offset {
            return None;
        }
        self.suggested += 1;
        let wanted = name.trim().replace(' ', "_");
        let zones = tz::db().available().map(|zone| zone.to_string());
        let zones: Vec<String> = zones.filter(|zone| zone.contains('/') && !zone.starts_with("Etc/")).collect();
        let city = |zone: &str| zone.rsplit('/').next().is_some_and(|city| city.eq_ignore_ascii_case(&wanted));
        let by_city = zones.iter().find(|zone| city(zone));
        by_city.cloned().or_else(|| nearest(&wanted, zones.iter().map(String::as_str)).map(str::to_owned))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_zone_is_found_by_name_and_suggested_by_city_or_slip() {
        let mut zones = Zones::default();
        assert_eq!(zones.get("Asia/Tokyo").unwrap().iana_name(), Some("Asia/Tokyo"));
        assert_eq!(zones.get("Berlin"), Err(Some("Europe/Berlin".into())));
        assert_eq!(zones.get("new york"), Err(Some("America/New_York".into())));
        assert_eq!(zones.get("Europe/Berln"), Err(Some("Europe/Berlin".into())));
        assert_eq!(zones.get("../../etc/passwd"), Err(None));
        for offset in ["GMT+2", "gmt+1", "UTC+2", "UTC-3", "UTC+5:30", "+02:00"] {
            assert_eq!(zones.get(offset), Err(None), "{offset}");
        }
        assert_eq!(zones.get("CEST"), Err(None));
        assert!(zones.get("Etc/Unknown").is_err());
    }
}
