//! Times and counts in the organiser's words. Pure.

use jiff::{Timestamp, tz::TimeZone};

use crate::model::Window;

/// `Sat 5 Dec 2026 14:00`.
#[must_use]
pub fn moment(at: Timestamp, zone: &TimeZone) -> String {
    at.to_zoned_datetime(zone.clone()).strftime("%a %-d %b %Y %H:%M").to_string()
}

/// `Sat 5 Dec 2026 13:30 to 19:00`, with the second date where it is another day.
#[must_use]
pub fn span(from: Timestamp, to: Timestamp, zone: &TimeZone) -> String {
    let (start, end) = (from.to_zoned_datetime(zone.clone()), to.to_zoned_datetime(zone.clone()));
    let end = if start.date() == end.date() { end.strftime("%H:%M") } else { end.strftime("%a %-d %b %Y %H:%M") };
    format!("{} to {end}", start.strftime("%a %-d %b %Y %H:%M"))
}

/// `links work Sat 5 Dec 2026 13:30 to 19:00 (Europe/Berlin), 12:30 to 18:00 UTC`, without the first two words.
#[must_use]
pub fn works(window: &Window) -> String {
    let zone = window.zone();
    let name = zone.iana_name().unwrap_or("UTC");
    let local = span(window.opens(), window.closes(), zone);
    if name == "UTC" {
        return format!("{local} UTC");
    }
    let utc = window.opens().to_zoned_datetime(TimeZone::UTC);
    let same_day = utc.date() == window.opens().to_zoned_datetime(zone.clone()).date();
    let utc = span(window.opens(), window.closes(), &TimeZone::UTC);
    let utc = if same_day { utc.split_once(':').map_or(utc.as_str(), |(at, _)| &utc[at.len() - 2..]) } else { &utc };
    format!("{local} ({name}), {utc} UTC")
}

/// `1 person`, `120 people`.
#[must_use]
pub fn people(count: u64) -> String {
    counted(count, "person", "people")
}

/// `1 row`, `2 rows`.
#[must_use]
pub fn counted(count: u64, one: &str, many: &str) -> String {
    format!("{} {}", super::grouped(count), if count == 1 { one } else { many })
}

/// A text as one word of a shell's command line: `"New time"`, or in single quotes where the shell
/// would read more into it.
#[must_use]
pub fn shell_word(text: &str) -> String {
    if text.contains(['"', '$', '`', '\\', '!']) {
        format!("'{}'", text.replace('\'', r"'\''"))
    } else {
        format!("\"{text}\"")
    }
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;

    use super::*;
    use crate::model::parse_local_time;

    #[test]
    fn a_window_is_told_in_its_zone_and_in_utc() {
        let zone = TimeZone::get("Europe/Berlin").unwrap();
        let at = |text| parse_local_time(text, &zone).unwrap();
        let (before, after) = (SignedDuration::from_mins(30), SignedDuration::from_hours(2));
        let window = Window::new(at("2026-12-05T14:00"), at("2026-12-05T17:00"), before, after, zone.clone()).unwrap();
        assert_eq!(works(&window), "Sat 5 Dec 2026 13:30 to 19:00 (Europe/Berlin), 12:30 to 18:00 UTC");
        let window = Window::new(at("2026-12-05T23:00"), at("2026-12-06T01:00"), before, after, zone.clone()).unwrap();
        assert_eq!(
            works(&window),
            "Sat 5 Dec 2026 22:30 to Sun 6 Dec 2026 03:00 (Europe/Berlin), 21:30 to Sun 6 Dec 2026 02:00 UTC"
        );
    }

    #[test]
    fn a_word_for_the_shell_means_what_it_says() {
        for (text, word) in [
            ("New time", r#""New time""#),
            ("it's on", r#""it's on""#),
            (r#"the "new" $HOME"#, r#"'the "new" $HOME'"#),
            ("it's `now`!", r"'it'\''s `now`!'"),
        ] {
            assert_eq!(shell_word(text), word);
        }
    }
}
