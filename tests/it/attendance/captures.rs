//! What a real server wrote, with this event's ids and hours put in.

use jiff::{Timestamp, civil::DateTime, tz::TimeZone};
use serde_json::{Value, json};

use super::{Party, at};

struct Capture {
    bodies: Vec<String>,
    log: Vec<String>,
}

impl Capture {
    /// A capture whose first event is moved to 14:00 and whose time runs so many times slower, with the ids of the first
    /// two attendees.
    fn of(party: &Party, name: &str, slower: i64) -> Self {
        let path = format!("{}/tests/fixtures/attendance/{name}.json", env!("CARGO_MANIFEST_DIR"));
        let whole: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
        let texts = |key: &str| -> Vec<String> {
            whole[key].as_array().unwrap().iter().map(|text| text.as_str().unwrap().to_owned()).collect()
        };
        let (bodies, log) = (texts("bodies"), texts("log"));
        let first: Value = serde_json::from_str(&bodies[0]).unwrap();
        let begin = first["created_at"].as_i64().unwrap();
        let moved_time = |time: i64| at("14:00:00") + (time - begin) * slower;
        let ids = [("r-0001", party.nth(1)), ("r-0002", party.nth(2))];
        let named = |text: &str| ids.iter().fold(text.to_owned(), |text, (old, new)| text.replace(old, new));
        let bodies = bodies.iter().map(|body| moved(&named(body), moved_time)).collect();
        let log = log.iter().map(|line| {
            let (date, rest) = line.split_at(15);
            format!("{}{}", moved_date(date, moved_time), moved(&named(rest), moved_time))
        });
        Self { bodies, log: log.collect() }
    }

    /// As it stands in a log of the whole day, in UTC.
    fn as_log(&self) -> String {
        let mut log = super::Log::of_the_day("UTC");
        log.text.push_str(&(self.log.join("\n") + "\n"));
        log.whole().text
    }

    /// As Docker shows it, and a compose file's prefix.
    fn as_docker(&self) -> String {
        let line = |line: &String| {
            let (date, rest) = line.split_at(15);
            let date = DateTime::strptime("%Y %b %d %H:%M:%S", format!("2036 {date}")).unwrap();
            format!("prosody-1  | {} {}\n", date.strftime("%Y-%m-%d %H:%M:%S"), rest.trim_start().replace('\t', "    "))
        };
        let lines: String = self.log.iter().map(line).collect();
        format!(
            "prosody-1  | 2036-12-05 01:00:00 general   info    Hello\n{lines}prosody-1  | 2036-12-05 20:00:00 general   info    x\n"
        )
    }
}

/// A text with its epochs moved.
fn moved(text: &str, time: impl Fn(i64) -> i64) -> String {
    let mut whole = String::new();
    let mut rest = text;
    while let Some(at) = rest.find("_at\":") {
        let (before, digits) = rest.split_at(at + 5);
        let end = digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len());
        whole.push_str(before);
        whole.push_str(&time(digits[..end].parse::<i64>().unwrap()).to_string());
        rest = &digits[end..];
    }
    whole + rest
}

/// `Nov 24 07:18:45`, moved.
fn moved_date(date: &str, time: impl Fn(i64) -> i64) -> String {
    let date = DateTime::strptime("%Y %b %d %H:%M:%S", format!("2026 {date}")).unwrap();
    let at = time(TimeZone::UTC.to_timestamp(date).unwrap().as_second());
    let moved = TimeZone::UTC.to_datetime(Timestamp::from_second(at).unwrap());
    moved.strftime("%b %d %H:%M:%S").to_string()
}

/// Reads a capture in each of its forms; each time what is told of the first two attendees, and of strangers.
fn told(name: &str, look: impl Fn(&Value, &Value, &Value)) {
    told_slower(name, 1, look);
}

fn told_slower(name: &str, slower: i64, look: impl Fn(&Value, &Value, &Value)) {
    for form in ["log", "docker", "events", "reversed"] {
        let party = Party::of(3);
        let capture = Capture::of(&party, name, slower);
        let events = |bodies: &[String]| bodies.join("\n") + "\n";
        let (option, text) = match form {
            "log" => ("--log", capture.as_log()),
            "docker" => ("--log", capture.as_docker()),
            "events" => ("--events", events(&capture.bodies)),
            _ => ("--events", events(&capture.bodies.iter().rev().cloned().collect::<Vec<_>>())),
        };
        party.sandbox.write("told", &text);
        let finished = party.run(&[option, "told", "--format", "json"]);
        let whole: Value =
            serde_json::from_str(&finished.stdout).unwrap_or_else(|_| panic!("{name} {form}: {finished:?}"));
        let of = |n: usize| {
            let people = whole["people"].as_array().unwrap();
            people.iter().find(|person| person["email"] == format!("a{n}@example.org")).unwrap()
        };
        look(of(1), of(2), &whole);
        // The third one is called absent by a log of the whole day alone.
        let is_whole = whole["span"]["complete"] == json!(true);
        assert_eq!(of(3)["status"], if is_whole { "absent" } else { "unknown" }, "{name} {form}");
        assert_eq!(is_whole, ["log", "docker"].contains(&form) && name != "prosody-sigterm", "{name} {form}");
    }
}

/// Seconds between two times of a person.
fn seconds(person: &Value) -> i64 {
    let at = |key: &str| person[key].as_str().unwrap().parse::<Timestamp>().unwrap().as_second();
    at("last_left") - at("first_joined")
}

#[test]
fn a_breakout_room_is_part_of_the_event_and_no_second_join() {
    told("breakout", |one, two, whole| {
        assert_eq!((&one["status"], &two["status"]), (&json!("came"), &json!("came")));
        assert_eq!((&one["joins"], &two["joins"]), (&json!(1), &json!(1)));
        assert_eq!((seconds(one), seconds(two)), (9, 9));
        // Two stays of two seconds and one, and one of a second.
        assert_eq!((&one["breakout_minutes"], &two["breakout_minutes"]), (&json!(0.1), &json!(0)));
        assert_eq!((&one["left_uncertain"], &one["devices_at_once"]), (&json!(false), &json!(1)));
        assert_eq!(whole["unexplained"], json!([]));
    });
}

#[test]
fn a_stopped_server_leaves_ends_open() {
    told("prosody-sigterm", |one, two, whole| {
        for person in [one, two] {
            assert_eq!((&person["status"], &person["left_uncertain"]), (&json!("came"), &json!(true)));
            assert!(seconds(person) <= 1, "{person}");
        }
        assert_eq!(whole["unexplained"], json!([]));
    });
}

#[test]
fn a_shared_link_of_seconds_is_silent_and_strangers_are_strangers() {
    told("shared-link-rejoin-unknown", |one, two, whole| {
        assert_eq!((&one["joins"], &one["devices_at_once"], &one["note"]), (&json!(3), &json!(1), &json!("")));
        assert_eq!((seconds(one), seconds(two)), (13, 9));
        let strangers = whole["unexplained"].as_array().unwrap();
        let notes: Vec<&str> = strangers.iter().map(|one| one["note"].as_str().unwrap()).collect();
        assert_eq!(
            notes,
            [
                "a token without an id; says No Id, noid@example.org",
                "no token, or one that names nobody",
                "an id that this event never gave; says Ada Lovelace, ada@example.org"
            ]
        );
        assert_eq!(strangers[2]["id"], "someone-elses-42");
    });
}

#[test]
fn a_killed_tab_leaves_a_minute_late_and_its_ghost_is_nobody() {
    told("tab-killed-reconnect", |one, two, whole| {
        assert_eq!((seconds(one), &one["joins"]), (60, &json!(1)));
        assert_eq!((seconds(two), &two["joins"], &two["devices_at_once"]), (86, &json!(2), &json!(1)));
        assert_eq!((&two["overlap_minutes"], &two["note"]), (&json!(0), &json!("")));
        assert_eq!(whole["unexplained"], json!([]));
    });
}

#[test]
fn a_shared_link_of_minutes_is_told() {
    // The first two sessions are there together for six seconds, those after the first one's end for two.
    told_slower("shared-link-rejoin-unknown", 60, |one, two, whole| {
        assert_eq!(
            (&one["devices_at_once"], &one["overlap_minutes"], &one["joins"]),
            (&json!(2), &json!(8), &json!(3))
        );
        assert_eq!(one["note"], "two at once, 8 min: second device or shared link");
        assert_eq!((&two["devices_at_once"], &two["note"]), (&json!(1), &json!("")));
        assert_eq!(whole["unexplained"].as_array().unwrap().len(), 3);
    });
    told_slower("tab-killed-reconnect", 1, |_, two, _| assert_eq!(two["devices_at_once"], 1));
}
