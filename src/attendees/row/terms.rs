//! On what terms a row is invited: rights, room, times, zone, language. Pure.

use jiff::{Timestamp, tz::TimeZone};

use super::{Row, tongue::tag};
use crate::{
    attendees::{Field, nearest::shortened},
    model::{Language, Room, RoomProblem, Window, WindowProblem, forbidden_char_in_text, parse_local_time},
};

impl Row<'_> {
    pub(super) fn moderator(&mut self) -> Option<bool> {
        let cell = self.cell(Field::Moderator);
        if cell.is_empty() {
            return Some(self.rules.moderator);
        }
        let is_one_of = |words: &[&str]| words.iter().any(|word| cell.eq_ignore_ascii_case(word));
        if is_one_of(&["yes", "true", "1", "x"]) {
            return Some(true);
        }
        if is_one_of(&["no", "false", "0"]) {
            return Some(false);
        }
        let what = format!("{}: `{}` is neither yes nor no", self.label(Field::Moderator), shortened(cell));
        self.note(what, "write yes, true, 1 or x; or no, false, 0; leave it empty for the event's own".to_owned());
        None
    }

    /// The row's own room, where it has one that is sound.
    pub(super) fn room(&mut self) -> Option<Room> {
        let cell = self.cell(Field::Room);
        if cell.is_empty() {
            return None;
        }
        if !self.is_one_line(Field::Room) {
            return None;
        }
        match Room::parse(cell) {
            Ok(room) => Some(room),
            Err(problem) => {
                let what = problem.to_string();
                let hint = match problem {
                    RoomProblem::TooLong => "shorten it; leave it empty for the event's room".to_owned(),
                    other => other.hint().unwrap_or_else(|| {
                        "write a-z, 0-9, `-` and `_` alone; leave it empty for the event's room".to_owned()
                    }),
                };
                self.note(what, hint);
                None
            }
        }
    }

    /// The row's own times, where it has some that are sound.
    pub(super) fn window(&mut self) -> Option<Window> {
        let (starts, ends) = (self.cell(Field::Starts), self.cell(Field::Ends));
        if starts.is_empty() && ends.is_empty() {
            return None;
        }
        if starts.is_empty() || ends.is_empty() {
            let (full, empty) =
                if ends.is_empty() { (Field::Starts, Field::Ends) } else { (Field::Ends, Field::Starts) };
            let what = format!("{} is filled in, {} is empty", self.label(full), self.label(empty));
            self.note(what, "fill in both, or neither for the event's own times".to_owned());
            return None;
        }
        let zone = self.rules.window.zone().clone();
        let starts = self.local_time(Field::Starts, &zone);
        let ends = self.local_time(Field::Ends, &zone);
        let rules = self.rules;
        match Window::new(starts?, ends?, rules.opens_before, rules.closes_after, zone) {
            Ok(window) if window.opens() < Timestamp::UNIX_EPOCH => {
                let what = format!("{}: this link would work from before 1970", self.label(Field::Starts));
                self.note(what, "check the year: no token can tell such a time".to_owned());
                None
            }
            Ok(window) => Some(window),
            Err(WindowProblem::EndsBeforeStart) => {
                let what = format!("{} is not after {}", self.label(Field::Ends), self.label(Field::Starts));
                self.note(what, "check the day as well as the hour".to_owned());
                None
            }
            Err(problem @ WindowProblem::OutOfRange) => {
                self.note(problem.to_string(), None);
                None
            }
        }
    }

    fn local_time(&mut self, field: Field, zone: &TimeZone) -> Option<Timestamp> {
        match parse_local_time(shortened(self.cell(field)).as_str(), zone) {
            Ok(_) if self.cell(field).get(16..) == Some(":60") => {
                let what = format!("{}: `{}` has a 60th second", self.label(field), self.cell(field));
                self.note(what, "seconds go from 00 to 59".to_owned());
                None
            }
            Ok(time) => Some(time),
            Err(problem) => {
                let what = format!("{}: {problem}", self.label(field));
                let zone = zone.iana_name().unwrap_or("the event's zone");
                let write = format!("write it like 2026-12-05T14:00; times are those of {zone}");
                let is_serial = self.cell(field).parse().is_ok_and(|days: f64| (20_000.0..100_000.0).contains(&days));
                let hint = if is_serial {
                    format!("spreadsheets count days so: show the column as date and time, or {write}")
                } else {
                    write
                };
                self.note(what, hint);
                None
            }
        }
    }

    pub(super) fn timezone(&mut self) -> Option<TimeZone> {
        let cell = self.cell(Field::Timezone);
        if cell.is_empty() {
            return None;
        }
        let suggestion = match self.zones.get(cell) {
            Ok(zone) => return Some(zone),
            Err(suggestion) => suggestion,
        };
        let hint = match suggestion {
            Some(zone) => format!("did you mean `{zone}`?"),
            None => "zones are named after cities, like `Europe/Berlin` or `America/New_York`".into(),
        };
        self.note(format!("{}: there is no time zone `{}`", self.label(Field::Timezone), shortened(cell)), hint);
        None
    }

    pub(super) fn language(&mut self) -> Option<Language> {
        let cell = self.cell(Field::Language);
        if cell.is_empty() {
            return None;
        }
        let language = Language::parse_leniently(&tag(cell)).ok();
        let is_guessed = self.columns.is_guessed(Field::Language);
        // `Python` could be a tag; those that are in use have two letters or three.
        let is_in_use = |tag: &Language| tag.as_str().split('-').next().is_some_and(|primary| primary.len() <= 3);
        if is_guessed && !language.as_ref().is_some_and(is_in_use) && forbidden_char_in_text(cell).is_none() {
            self.strange.look(cell);
            return None;
        }
        if !self.is_one_line(Field::Language) {
            return None;
        }
        if language.is_none() {
            let label = self.label(Field::Language);
            let what = format!("{label}: `{}` is not a language tag like `en`, `de` or `de-AT`", shortened(cell));
            self.note(what, "leave it empty for the event's own language".to_owned());
        }
        language
    }
}

#[cfg(test)]
mod tests {
    use crate::{
        attendees::{
            RowProblems,
            row::sample::{only_problem, read, with},
        },
        model::Attendee,
    };

    fn times(starts: &str, ends: &str) -> Result<Attendee, Box<RowProblems>> {
        read("email,name,starts,ends", &["ada@example.org", "Ada", starts, ends])
    }

    #[test]
    fn moderator_says_yes_or_no_in_any_case() {
        for yes in ["yes", "TRUE", "1", "X"] {
            assert!(with("moderator", yes).unwrap().moderator, "{yes}");
        }
        for no in ["No", "false", "0", ""] {
            assert!(!with("moderator", no).unwrap().moderator, "{no}");
        }
        assert!(only_problem(with("moderator", "perhaps")).what.contains("`perhaps` is neither yes nor no"));
    }

    #[test]
    fn a_room_of_ones_own_is_a_safe_one() {
        let ada = with("room", "side-room").unwrap();
        assert!(ada.own_room && ada.room.as_str() == "side-room");
        assert_eq!(only_problem(with("room", "Side Room")).hint.as_deref(), Some("write `side-room`"));
        assert!(with("room", "*").is_err());
        for room in [".", "..", "!!!", &"a".repeat(300)] {
            let problem = only_problem(with("room", room));
            assert!(problem.hint.is_some(), "{problem}");
            assert_eq!(problem.what.contains("dots alone"), room.starts_with('.'), "{problem}");
        }
    }

    #[test]
    fn times_of_ones_own_are_read_in_the_events_zone_with_its_margins() {
        let ada = times("2026-12-06T10:00", "2026-12-06 11:30").unwrap();
        assert!(ada.own_window);
        assert_eq!(ada.window.opens().to_string(), "2026-12-06T08:30:00Z");
        assert_eq!(ada.window.closes().to_string(), "2026-12-06T12:30:00Z");
        assert!(!times("", "").unwrap().own_window);
    }

    #[test]
    fn times_that_no_clock_or_token_tells_are_refused() {
        assert!(only_problem(times("2026-12-06T10:00:60", "2026-12-06T11:00")).what.contains("60th second"));
        assert!(only_problem(times("1960-12-06T10:00", "2026-12-06T11:00")).what.contains("before 1970"));
    }

    #[test]
    fn times_come_in_pairs_in_order_and_exist() {
        assert_eq!(only_problem(times("2026-12-06T10:00", "")).what, "`starts` is filled in, `ends` is empty");
        assert_eq!(only_problem(times("", "2026-12-06T10:00")).what, "`ends` is filled in, `starts` is empty");
        let backwards = only_problem(times("2026-12-06T10:00", "2026-12-06T10:00"));
        assert_eq!(backwards.what, "`ends` is not after `starts`");
        assert!(only_problem(times("2026-03-29T02:30", "2026-03-29T04:00")).what.contains("does not exist"));
        assert!(only_problem(times("2026-12-06T10:00Z", "2026-12-06T11:00")).what.contains("offset"));
        assert_eq!(times("soon", "later").unwrap_err().problems.len(), 2);
        assert!(only_problem(times("9999-12-30T20:00", "9999-12-30T22:00")).what.contains("calendar"));
    }

    #[test]
    fn zone_and_language_are_known_ones() {
        assert_eq!(with("timezone", "Asia/Tokyo").unwrap().timezone.unwrap().iana_name(), Some("Asia/Tokyo"));
        assert_eq!(only_problem(with("timezone", "Tokyo")).hint.as_deref(), Some("did you mean `Asia/Tokyo`?"));
        assert_eq!(with("language", "DE_at").unwrap().language.unwrap().as_str(), "de-AT");
        assert!(only_problem(with("language", "German language")).what.contains("not a language tag"));
        assert_eq!(with("language", "").unwrap().language, None);
        let guessed = |cell: &str| read("email,name,Sprache", &["ada@example.org", "Ada", cell]);
        assert_eq!(guessed("Deutsch (Deutschland)").unwrap().language.unwrap().as_str(), "de");
        for strange in ["Klingonisch", "Python", "English, French", "English\nFrench"] {
            assert_eq!(guessed(strange).unwrap().language, None, "{strange:?}");
        }
        assert!(guessed("a\0b").is_err());
    }
}
