//! Time zones by name, each looked up once.

use std::collections::HashMap;

use jiff::tz::TimeZone;

use super::nearest::nearest;
use crate::model::zone_meant;

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

    fn suggestion(&mut self, name: &str) -> Option<String> {
        if self.suggested >= MOST_SUGGESTIONS || name.len() > 60 {
            return None;
        }
        self.suggested += 1;
        zone_meant(name, |wanted, zones| nearest(wanted, zones.iter().map(String::as_str)).map(str::to_owned))
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
