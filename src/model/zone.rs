//! Which time zone may have been meant by a name that is none.

use jiff::tz;

/// The zone that a name may mean: by its city (`Berlin` is `Europe/Berlin`), else the one that `nearest`
/// finds among all.
///
/// An offset means none: the zones named after offsets count the other way (`Etc/GMT+2` is two hours behind
/// UTC), and none knows of summer time.
pub fn zone_meant(name: &str, nearest: impl FnOnce(&str, &[String]) -> Option<String>) -> Option<String> {
    if name.contains(|c: char| c == '+' || c.is_ascii_digit()) {
        return None;
    }
    let wanted = name.trim().replace(' ', "_");
    let zones = tz::db().available().map(|zone| zone.to_string());
    let zones: Vec<String> = zones.filter(|zone| zone.contains('/') && !zone.starts_with("Etc/")).collect();
    let is_city = |zone: &&String| zone.rsplit('/').next().is_some_and(|city| city.eq_ignore_ascii_case(&wanted));
    zones.iter().find(is_city).cloned().or_else(|| nearest(&wanted, &zones))
}
