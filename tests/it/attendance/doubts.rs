//! What is not known for sure is not said as if it were: half numbers, waiting listeners, ends and beginnings that nobody
//! told, people whom another link of theirs shows.

use serde_json::json;

use super::{HOST, Log, Occupant, Party, at, jsonl};

#[test]
fn half_a_number_at_the_end_dates_nothing() {
    let party = Party::of(2);
    let mut log = Log::empty("Europe/Berlin");
    log.line(at("13:59:00"), "mod_bosh", "info", "x");
    let ada = Occupant::with_id(&party.nth(1), "a", "14:00:00", "17:05:00");
    log.stay(&ada);
    let cut = log.text.rfind(&at("17:05:00").to_string()).unwrap() + 7;
    party.sandbox.write("half.log", &log.text[..cut]);
    log.line(at("17:10:00"), "mod_bosh", "info", "x");
    party.run(&["--log", "half.log"]).is(5).says("begins at 13:59").says_not("1970").says_not("clocks differ");
    party.log(&log).is(5).says("begins at 13:59").says_not("1970");
    assert_eq!(party.person("a2@example.org")["status"], "unknown");
    // Nor do posts with such times.
    party.rehearse();
    let mut events = ada.posts().to_vec();
    events.push(json!({"event_name": "muc-room-destroyed", "room_jid": format!("rust-workshop@conference.{HOST}"),
                       "is_breakout": false, "created_at": 5, "destroyed_at": at("17:06:00"), "all_occupants": []}));
    party.sandbox.write("events.jsonl", &jsonl(&events));
    party.run(&["--events", "events.jsonl"]).says_not("1970");
}

#[test]
fn a_listener_that_the_server_never_reached_tells_nothing() {
    let party = Party::of(2);
    let mut log = Log::of_the_day("Europe/Berlin");
    log.stay(&Occupant::with_id(&party.nth(1), "a", "14:00:00", "15:00:00"));
    let mut signs = vec![json!({"roomkey": "listening", "at": at("13:00:00")})];
    signs.extend((0..900).map(|n| json!({"roomkey": "alive", "at": at("13:00:00") + 30 * n})));
    party.sandbox.write("signs.jsonl", &jsonl(&signs));
    party.log(&log).is(5).says("ends at 15:00");
    party.run(&["--events", "signs.jsonl"]).is(5).says("ends at 15:00");
    assert_eq!(party.person("a2@example.org")["status"], "unknown");
}

#[test]
fn who_came_is_told_and_when_is_not_where_nobody_says() {
    let party = Party::of(2);
    let id = party.nth(1);
    let mut event = Occupant::with_id(&id, "a", "14:00:00", "16:00:00").posts()[1].clone();
    event["occupant"].as_object_mut().unwrap().remove("joined_at");
    party.sandbox.write("events.jsonl", &jsonl(&[event]));
    party.run(&["--events", "events.jsonl"]).says("when they came was not told");
    // An id without a session is somebody all the same.
    let mut event = Occupant::with_id(&party.nth(2), "b", "14:00:00", "16:00:00").posts()[1].clone();
    event["occupant"].as_object_mut().unwrap().remove("occupant_jid");
    party.sandbox.write("events.jsonl", &jsonl(&[event]));
    party.run(&["--events", "events.jsonl"]);
    let second = party.person("a2@example.org");
    assert_eq!((&second["status"], &second["minutes"]), (&json!("came"), &json!(120)));
}

#[test]
fn somebody_of_whom_something_was_seen_is_not_called_absent() {
    let party = Party::of(3);
    let mut log = Log::of_the_day("Europe/Berlin");
    log.joined(&Occupant::with_id(&party.nth(1), "a", "11:00:00", "15:00:00"));
    log.stay(&Occupant::with_id(&party.nth(3), "c", "14:00:00", "15:00:00"));
    let mut breakout = Log { room: format!("b7@breakout.{HOST}"), ..Log::empty("Europe/Berlin") };
    breakout.stay(&Occupant::with_id(&party.nth(2), "b", "14:10:00", "14:20:00"));
    log.text.push_str(&breakout.text);
    party.log(&log.clone().whole()).is(5).says("perhaps there");
    for person in ["a1@example.org", "a2@example.org"] {
        assert_eq!(party.person(person)["status"], "unknown", "{person}");
    }
    // Nor where the room is made anew later, and its end is what nobody told.
    party.rehearse();
    let mut anew = Log::of_the_day("Europe/Berlin");
    anew.joined(&Occupant::with_id(&party.nth(1), "a", "11:00:00", "15:00:00"));
    anew.created("17:40:00");
    party.log(&anew.whole()).is(5);
    assert_eq!(party.person("a1@example.org")["status"], "unknown");
    // The end of the room that they came to ends it.
    party.rehearse();
    log.destroyed("16:00:00");
    party.log(&log.whole());
    let first = party.person("a1@example.org");
    assert_eq!((&first["status"], &first["left_uncertain"]), (&json!("came"), &json!(true)));
}

#[test]
fn who_stays_for_the_next_session_in_the_same_room_came_to_it() {
    let party = Party::of(2);
    let session = |key: &str, starts: &str, ends: &str| {
        format!("[[session]]\nkey = \"{key}\"\nstarts = \"2036-12-05T{starts}\"\nends = \"2036-12-05T{ends}\"\n")
    };
    let sessions = session("one", "14:00", "15:00") + &session("two", "15:30", "17:00");
    party.sandbox.write("event.toml", &format!("{}\n{sessions}", party.sandbox.read("event.toml")));
    let rows = "email,name,session\na1@example.org,Ada,one\na1@example.org,Ada,two\na2@example.org,Grace,one\na2@example.org,Grace,two\n";
    party.sandbox.write("attendees.csv", rows);
    party.rehearse();
    let id = |email: &str, session: &str| {
        let all = party.run(&["--log", "x.log", "--format", "json"]);
        let all: serde_json::Value = serde_json::from_str(&all.stdout).unwrap();
        let people = all["people"].as_array().unwrap().clone();
        let of = people.into_iter().find(|one| one["email"] == email && one["session"] == session).unwrap();
        of["id"].as_str().unwrap().to_owned()
    };
    party.sandbox.write("x.log", &Log::of_the_day("Europe/Berlin").text);
    let mut log = Log::of_the_day("Europe/Berlin");
    log.stay(&Occupant::with_id(&id("a1@example.org", "one"), "a", "13:55:00", "16:30:00"));
    log.stay(&Occupant::with_id(&id("a2@example.org", "one"), "b", "13:55:00", "15:20:00"));
    party.log(&log.whole());
    let whole = party.json();
    let of = |email: &str, session: &str| {
        let people = whole["people"].as_array().unwrap();
        people.iter().find(|one| one["email"] == email && one["session"] == session).unwrap().clone()
    };
    let two = of("a1@example.org", "two");
    assert_eq!((&two["status"], &two["note"]), (&json!("came"), &json!("was there on the link of another session")));
    assert_eq!(of("a1@example.org", "one")["minutes"], 155);
    assert_eq!(of("a2@example.org", "two")["status"], "absent");
}

#[test]
fn an_overlap_that_rests_on_a_guess_says_so() {
    let party = Party::of(1);
    let id = party.nth(1);
    let mut log = Log::of_the_day("Europe/Berlin");
    log.created("13:50:00");
    log.joined(&Occupant::with_id(&id, "a", "14:00:00", "15:00:00"));
    log.stay(&Occupant::with_id(&id, "b", "15:00:00", "17:00:00"));
    log.destroyed("17:00:00");
    party.log(&log.whole()).is(4).says("if both stayed so long: an end was not told");
}

#[test]
fn two_readings_at_once_are_both_kept() {
    let party = Party::of(2);
    for (file, n) in [("a.log", 1), ("b.log", 2)] {
        let mut log = Log::of_the_day("Europe/Berlin");
        log.stay(&Occupant::with_id(&party.nth(n), file, "14:00:00", "15:00:00"));
        // Long enough to be read at the same time.
        for n in 0..200_000 {
            log.line(at("15:00:00") + n / 100, "c2s1", "info", "Client connected, and its stream is encrypted by TLS");
        }
        party.sandbox.write(file, &log.whole().text);
    }
    for _ in 0..5 {
        party.rehearse();
        let reading = |file| party.sandbox.spawn(&["attendance", "--rehearsal", "--log", file]);
        let both = [reading("a.log"), reading("b.log")];
        for one in both {
            one.wait().is(0).says_not("not kept");
        }
        for person in ["a1@example.org", "a2@example.org"] {
            assert_eq!(party.person(person)["status"], "came");
        }
    }
}

#[test]
fn the_page_takes_no_other_files_place() {
    let party = Party::of(1);
    let mut log = Log::of_the_day("Europe/Berlin");
    log.stay(&Occupant::with_id(&party.nth(1), "a", "14:00:00", "15:00:00"));
    party.log(&log.whole()).is(0);
    for file in ["event.toml", "attendees.csv", "prosody.log"] {
        let before = party.sandbox.read(file);
        party.run(&["--log", "prosody.log", "--html", file]).is(3).says("is left as it is").says("report.html");
        assert_eq!(party.sandbox.read(file), before);
    }
    party.run(&["--html", "rehearsal/.roomkey/x.html"]).is(3).says("report.html");
    party.run(&["--html", "-"]).is(3).says("report.html");
    for _ in 0..2 {
        party.run(&["--html", "report.html"]).is(0);
    }
}

#[test]
fn what_was_mailed_and_is_not_what_event_toml_says_now_is_told() {
    let party = Party::of(1);
    let mut log = Log::of_the_day("Europe/Berlin");
    log.stay(&Occupant::with_id(&party.nth(1), "a", "14:00:00", "15:00:00"));
    let event = party.sandbox.read("event.toml");
    party.sandbox.write("event.toml", &event.replace("rust-workshop", "rust-two"));
    party.log(&log.whole()).says("rust-workshop").says("put the old values back");
}
