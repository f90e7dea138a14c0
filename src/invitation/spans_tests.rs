//! Spans in words, in nine languages: what a reader of each is told of awkward windows.

use super::*;
use crate::{invitation::locale::Locales, model::parse_local_time};

/// The phrases of a meeting in Berlin: half an hour before, two hours after.
fn told(starts: &str, ends: &str, reader: &str, language: &str) -> [String; 9] {
    let berlin = TimeZone::get("Europe/Berlin").unwrap();
    let at = |text| parse_local_time(text, &berlin).unwrap();
    let (starts, ends) = (at(starts), at(ends));
    let (half, two) = (jiff::SignedDuration::from_mins(30), jiff::SignedDuration::from_hours(2));
    let instants = [starts - half, starts, ends, ends + two];
    let reader = TimeZone::get(reader).unwrap();
    let locale = Locales::default().of(language, "en");
    let teller = Teller { locale: &locale, marks: false };
    teller.phrases(&Clock::of(instants, &reader), &Clock::of(instants, &TimeZone::UTC)).map(|(_, phrase)| phrase)
}

fn english(starts: &str, ends: &str) -> [String; 9] {
    told(starts, ends, "Europe/Berlin", "en")
}

#[test]
fn one_day_needs_no_date_beside_the_one_above() {
    let expected = ["14:00 to 17:00", "13:00 to 16:00 UTC", "from 13:30 until 19:00", "from 12:30 until 18:00 UTC"];
    let found = english("2036-12-05T14:00", "2036-12-05T17:00");
    assert_eq!(found[..4], expected);
    assert_eq!(found[7], "Europe/Berlin, CET");
    let german = told("2036-12-05T14:00", "2036-12-05T17:00", "Europe/Berlin", "de");
    assert_eq!(german[1], "13:00 bis 16:00 Uhr UTC");
    assert_eq!(german[2], "von 13:30 bis 19:00 Uhr");
}

#[test]
fn a_night_in_utc_names_both_dates() {
    let found = english("2036-12-05T00:15", "2036-12-05T23:00");
    assert_eq!(found[0], "00:15 to 23:00");
    assert_eq!(found[1], "23:15 UTC on Thursday, 4 December 2036, to 22:00 UTC on Friday, 5 December 2036");
    assert_eq!(found[2], "from 23:45 on Thursday, 4 December 2036, until 01:00 on Saturday, 6 December 2036");
    assert_eq!(found[3], "from 22:45 UTC on Thursday, 4 December 2036, until 00:00 UTC on Saturday, 6 December 2036");
    let german = told("2036-12-05T00:15", "2036-12-05T23:00", "Europe/Berlin", "de");
    let expected = "23:15 Uhr UTC am Donnerstag, 4. Dezember 2036, bis 22:00 Uhr UTC am Freitag, 5. Dezember 2036";
    assert_eq!(german[1], expected);
    let expected = "von 23:45 Uhr am Donnerstag, 4. Dezember 2036, bis 01:00 Uhr am Samstag, 6. Dezember 2036";
    assert_eq!(german[2], expected);
    let swedish = told("2036-12-05T00:15", "2036-12-05T23:00", "Europe/Berlin", "sv");
    assert_eq!(swedish[1], "torsdag 4 december 2036 kl. 23:15 UTC – fredag 5 december 2036 kl. 22:00 UTC");
}

#[test]
fn several_days_have_a_date_at_either_end() {
    let found = english("2036-12-05T09:00", "2036-12-07T17:00");
    assert_eq!(found[0], "09:00 to 17:00 on Sunday, 7 December 2036");
    assert_eq!(found[1], "08:00 UTC on Friday, 5 December 2036, to 16:00 UTC on Sunday, 7 December 2036");
}

#[test]
fn a_date_shared_in_utc_alone_stands_there_once() {
    let found = english("2036-12-05T23:30", "2036-12-06T00:30");
    assert_eq!(found[1], "22:30 to 23:30 UTC on Friday, 5 December 2036");
    let tokyo = told("2036-12-05T20:00", "2036-12-05T21:00", "Asia/Tokyo", "de");
    assert_eq!(tokyo[1], "19:00 bis 20:00 Uhr UTC am Freitag, 5. Dezember 2036");
    let swedish = told("2036-12-05T20:00", "2036-12-05T21:00", "Asia/Tokyo", "sv");
    assert_eq!(swedish[1], "fredag 5 december 2036, 19:00 – 20:00 UTC");
}

#[test]
fn clocks_put_forward_show_both_abbreviations() {
    let found = english("2036-03-29T23:00", "2036-03-30T04:00");
    assert_eq!(found[0], "23:00 CET to 04:00 CEST on Sunday, 30 March 2036");
    assert_eq!(found[7], "Europe/Berlin");
    let german = told("2036-03-29T23:00", "2036-03-30T04:00", "Europe/Berlin", "de");
    assert_eq!(german[0], "23:00 Uhr CET bis 04:00 Uhr CEST am Sonntag, 30. März 2036");
}

#[test]
fn a_time_that_happens_twice_says_which() {
    let found = english("2036-10-25T23:00", "2036-10-26T00:30");
    assert_eq!(found[0], "23:00 to 00:30 on Sunday, 26 October 2036");
    assert_eq!(found[2], "from 22:30 on Saturday, 25 October 2036, until 02:30 CEST on Sunday, 26 October 2036");
    let later = english("2036-10-25T23:00", "2036-10-26T01:30");
    assert!(later[2].ends_with("until 02:30 CET on Sunday, 26 October 2036"), "{}", later[2]);
    assert!(later[2].starts_with("from 22:30 CEST on"), "{}", later[2]);
}

#[test]
fn utc_is_not_told_twice_and_bare_offsets_say_what_they_are() {
    let utc = told("2036-12-05T14:00", "2036-12-05T17:00", "UTC", "en");
    assert_eq!(utc[..4], ["13:00 to 16:00", "", "from 12:30 until 18:00", ""]);
    assert_eq!(utc[4..], ["Fri, 5 Dec 2036, 13:00 to 16:00 UTC", "", "Friday, 5 December 2036", "UTC", "UTC"]);
    let bahia = told("2036-12-05T14:00", "2036-12-05T17:00", "America/Bahia", "en");
    assert_eq!(bahia[7], "America/Bahia, UTC-03");
}

/// A window, and what is awkward about it.
const AWKWARD: [(&str, &str, &str); 7] = [
    ("an afternoon", "2036-12-05T14:00", "2036-12-05T17:00"),
    ("over midnight", "2036-12-05T23:30", "2036-12-06T02:30"),
    ("a day that is another one in UTC", "2036-12-06T00:15", "2036-12-06T00:45"),
    ("clocks go forward", "2036-03-29T23:00", "2036-03-30T04:00"),
    ("clocks go back", "2036-10-25T23:00", "2036-10-26T04:00"),
    ("an hour that happens twice", "2036-10-26T01:00", "2036-10-26T04:30"),
    ("three days", "2036-12-05T09:00", "2036-12-07T17:00"),
];

#[test]
fn nine_languages_tell_awkward_windows() {
    for language in ["en", "de", "fr", "es", "pt", "tr", "pl", "ja", "ar"] {
        let mut page = String::new();
        for (what, starts, ends) in AWKWARD {
            page += &format!("{what}: {starts} to {ends}\n");
            let names =
                ["meeting", "meeting_utc", "works", "works_utc", "brief", "brief_utc", "dates", "zone", "place"];
            for (name, phrase) in names.into_iter().zip(told(starts, ends, "Europe/Berlin", language)) {
                page += &format!("  {name}: {phrase}\n");
            }
        }
        insta::assert_snapshot!(format!("spans_{language}"), page);
    }
}
