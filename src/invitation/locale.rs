//! How a language writes dates, and how it greets.

use jiff::ZonedDateTime;

const GERMAN_WEEKDAYS: [&str; 7] = ["Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag", "Sonntag"];
const GERMAN_MONTHS: [&str; 12] = [
    "Januar",
    "Februar",
    "März",
    "April",
    "Mai",
    "Juni",
    "Juli",
    "August",
    "September",
    "Oktober",
    "November",
    "Dezember",
];

/// A way to write dates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Locale {
    English,
    German,
    /// Numbers only: right in every language whose words are not known here.
    Numeric,
}

impl Locale {
    /// The way of a language, by its primary subtag.
    pub(super) fn of(language: &str) -> Self {
        match language.split('-').next() {
            Some("en") => Self::English,
            Some("de") => Self::German,
            _ => Self::Numeric,
        }
    }

    /// `Saturday, 5 December 2026`.
    pub(super) fn date(self, at: &ZonedDateTime) -> String {
        match self {
            Self::English => at.strftime("%A, %-d %B %Y").to_string(),
            Self::German => {
                let month = GERMAN_MONTHS[usize::from(at.month().unsigned_abs()) - 1];
                format!("{}, {}. {month} {}", self.weekday(at), at.day(), at.year())
            }
            Self::Numeric => at.strftime("%Y-%m-%d").to_string(),
        }
    }

    /// `Saturday`; empty where the language's words are not known.
    pub(super) fn weekday(self, at: &ZonedDateTime) -> String {
        match self {
            Self::English => at.strftime("%A").to_string(),
            Self::German => {
                GERMAN_WEEKDAYS[usize::from(at.weekday().to_monday_zero_offset().unsigned_abs())].to_owned()
            }
            Self::Numeric => String::new(),
        }
    }

    /// What stands before and after a first name when nobody chose a greeting.
    pub(super) fn greeting(self) -> (&'static str, &'static str) {
        match self {
            Self::English => ("Hello ", ","),
            Self::German => ("Hallo ", ","),
            Self::Numeric => ("", ","),
        }
    }
}

/// `14:00`, the same in every language known here.
pub(super) fn time(at: &ZonedDateTime) -> String {
    at.strftime("%H:%M").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::tz::TimeZone;

    fn at(text: &str) -> ZonedDateTime {
        let instant: jiff::Timestamp = text.parse().unwrap();
        instant.to_zoned_datetime(TimeZone::get("Europe/Berlin").unwrap())
    }

    #[test]
    fn each_language_writes_dates_its_own_way() {
        let date = at("2026-12-05T13:00:00Z");
        assert_eq!(Locale::of("en-GB").date(&date), "Saturday, 5 December 2026");
        assert_eq!(Locale::of("de-AT").date(&date), "Samstag, 5. Dezember 2026");
        assert_eq!(Locale::of("fr").date(&date), "2026-12-05");
        assert_eq!(Locale::German.date(&at("2027-03-01T11:00:00Z")), "Montag, 1. März 2027");
        assert_eq!(time(&date), "14:00");
    }
}
