//! Sources that nobody would want to meet.

use std::io::Write as _;

use flate2::{Compression, write::GzEncoder};
use serde_json::json;

use super::{HOST, Log, Occupant, Party, at, jsonl};

/// A log of the whole day with the first attendee in it.
fn log(party: &Party) -> Log {
    let mut log = Log::of_the_day("Europe/Berlin");
    log.stay(&Occupant::with_id(&party.nth(1), "a", "14:00:00", "15:00:00"));
    log.whole()
}

#[test]
fn a_packed_log_and_a_piped_one_are_read_like_a_plain_one() {
    let party = Party::of(1);
    let text = log(&party).text;
    let half = text.len() / 2;
    // As `cat a.gz b.gz` makes it: two members.
    let packed: Vec<u8> = [&text[..half], &text[half..]]
        .iter()
        .flat_map(|part| {
            let mut packer = GzEncoder::new(Vec::new(), Compression::default());
            packer.write_all(part.as_bytes()).unwrap();
            packer.finish().unwrap()
        })
        .collect();
    std::fs::write(party.sandbox.path("prosody.log.1.gz"), &packed).unwrap();
    party.run(&["--log", "prosody.log.1.gz"]).is(0).says("1 of 1 person came");
    party.rehearse();
    let arguments = ["attendance", "--rehearsal", "--log", "-"];
    party.sandbox.run_with_input(&arguments, &text).is(0).says("standard input").says("1 of 1 person came");
    party
        .sandbox
        .run_with_input(&["attendance", "--rehearsal", "--log", "-", "--events", "-"], &text)
        .is(3)
        .says("only one thing");
    std::fs::write(party.sandbox.path("cut.gz"), &packed[..packed.len() - 9]).unwrap();
    party.run(&["--log", "cut.gz"]).is(3).says("cut.gz").says("cut off");
}

#[test]
fn what_is_no_source_is_refused_with_a_way_out_and_nothing_is_kept() {
    let party = Party::of(1);
    let good = log(&party);
    party.sandbox.write("good.log", &good.text);
    party.sandbox.write("empty.log", "");
    party.sandbox.write("notes.txt", "Dear diary,\ntoday nobody came.\n");
    party.sandbox.write("events.jsonl", &jsonl(&Occupant::with_id("x", "a", "14:00:00", "15:00:00").posts()));
    std::fs::create_dir(party.sandbox.path("logs")).unwrap();
    std::fs::write(party.sandbox.path("prosody.log.3.xz"), b"\xFD7zXZ\0\0\x04").unwrap();
    for (arguments, what, hint) in [
        (["--log", "prosody.log.3.xz"], "packed by xz", "xz -dc"),
        (["--log", "missing.log"], "missing.log", "is its name right"),
        (["--log", "empty.log"], "empty.log is empty", "rotated"),
        (["--log", "logs"], "logs is a folder", "name the files in it"),
        (["--log", "notes.txt"], "notes.txt is no log of Prosody's", "docker compose logs"),
        (["--log", "events.jsonl"], "events.jsonl is no log of Prosody's", "--events"),
        (["--events", "good.log"], "good.log holds no events", "--log"),
        (["--events", "empty.log"], "empty.log is empty", "right file"),
    ] {
        party.run(&[&["--log", "good.log"], &arguments[..]].concat()).is(3).says(what).says(hint);
    }
    party.run(&[]).is(3).says("nothing was read yet");
}

#[test]
fn a_half_line_at_the_end_is_no_problem_and_one_in_the_middle_is_counted() {
    let party = Party::of(2);
    let mut half = Log::empty("Europe/Berlin");
    half.joined(&Occupant::with_id(&party.nth(2), "b", "19:10:00", "19:20:00"));
    let cut = &half.text[..half.text.len() - 20];
    let mut whole = Log::of_the_day("Europe/Berlin");
    whole.stay(&Occupant::with_id(&party.nth(1), "a", "14:00:00", "15:00:00"));
    whole.line(at("19:09:00"), "mod_bosh", "info", "x");
    let whole = whole.text;
    party.sandbox.write("prosody.log", &format!("{whole}{cut}"));
    party.run(&["--log", "prosody.log"]).is(0).says("1 of 2 people came").says_not("could not be read");
    party.sandbox.write("prosody.log", &format!("{cut}\n{whole}"));
    party.run(&["--log", "prosody.log"]).says("1 of 2 people came").says("1 line that could not be read");
    // A line that is whole but for its line end counts.
    party.sandbox.write("prosody.log", &format!("{whole}{}", half.text.trim_end()));
    party.run(&["--log", "prosody.log"]).says("2 of 2 people came");
}

#[test]
fn odd_fields_are_read_as_far_as_they_go() {
    let party = Party::of(2);
    let id = party.nth(1);
    let mut log = Log::of_the_day("Europe/Berlin");
    let odd = json!({"id": id, "name": null, "email": 7, "extra": {"x": [1]}, "total_dominant_speaker_time": 12});
    log.stay(&Occupant::who(&odd, "a", "14:00:00", "15:00:00"));
    log.stay(&Occupant::who(&json!({"id": 17.0, "name": "Seventeen"}), "b", "14:00:00", "15:00:00"));
    log.stay(&Occupant::who(&json!({"id": null, "name": ""}), "c", "14:00:00", "15:00:00"));
    party.log(&log.clone().whole()).is(4).says("1 of 2 people came").says("2 unexplained").says("17.0");
    let events = [
        json!({"event_name": "muc-occupant-joined", "room_jid": format!("rust-workshop@conference.{HOST}"), "occupant": null}),
        json!({"event_name": "muc-occupant-joined", "room_jid": 7, "occupant": {}}),
        json!({"event_name": "muc-something-new", "room_jid": format!("rust-workshop@conference.{HOST}")}),
        json!([1, 2]),
    ];
    party.sandbox.write("odd.jsonl", &(jsonl(&events) + "nonsense\n"));
    party.run(&["--events", "odd.jsonl"]).says("no event in line 1, 2, 4 and 1 more");
}

#[test]
fn names_full_of_control_characters_disturb_no_terminal() {
    let party = Party::of(1);
    let mut log = Log::of_the_day("Europe/Berlin");
    log.stay(&Occupant::with_id(&party.nth(1), "a", "14:00:00", "15:00:00"));
    let name = "\u{1b}[2J\u{202e}evil\r\n\u{7}";
    log.stay(&Occupant::who(&json!({"id": "x\u{1b}]0;", "name": name}), "b", "14:00:00", "15:00:00"));
    let told = party.log(&log.whole());
    told.is(4);
    for format in ["text", "csv", "json"] {
        let said = party.run(&["--format", format]).said();
        assert!(!said.contains(['\u{1b}', '\u{202e}', '\u{7}', '\r']), "{format}: {said:?}");
    }
}

#[test]
fn clocks_that_differ_and_a_leap_back_are_told() {
    let party = Party::of(2);
    let one = Occupant::with_id(&party.nth(1), "a", "14:00:00", "15:00:00");
    let late = Occupant { joined: one.joined + 5, left: one.left + 5, ..one.clone() };
    party.log(&log(&party)).is(0).says_not("clock");
    party.sandbox.write("events.jsonl", &jsonl(&late.posts()));
    party.run(&["--events", "events.jsonl"]).says("two clocks differ by 5 seconds");
    let person = party.person("a1@example.org");
    assert_eq!(
        (&person["joins"], &person["devices_at_once"], &person["overlap_minutes"]),
        (&json!(1), &json!(1), &json!(0))
    );
    party.rehearse();
    let mut back = Log::of_the_day("Europe/Berlin");
    back.stay(&Occupant::with_id(&party.nth(1), "a", "14:00:00", "13:58:00"));
    party.log(&back.whole()).is(0).says("set back by 120 seconds").says("1 of 2 people came");
    assert_eq!(party.person("a1@example.org")["minutes"], 0);
}

#[test]
fn jaas_webhooks_come_in_any_order_and_twice() {
    let party = Party::of(1);
    let app = "vpaas-magic-cookie-1fc542a3e4414a44b2611668195e2bfe";
    let event = |kind: &str, clock: &str| {
        json!({"idempotencyKey": format!("{kind}{clock}"), "eventType": kind, "sessionId": "m", "timestamp": at(clock) * 1000 + 250,
               "fqn": format!("{app}/rust-workshop"),
               "data": {"id": "x", "name": "Ada", "moderator": "true", "participantJid": "p@8x8.vc/1"}})
    };
    // Another tenant's room is none of this event's.
    let events = [
        event("PARTICIPANT_LEFT", "15:00:00"),
        event("PARTICIPANT_JOINED", "14:00:00"),
        event("PARTICIPANT_LEFT", "15:00:00"),
    ];
    party.sandbox.write("events.jsonl", &jsonl(&events));
    party.run(&["--events", "events.jsonl"]).is(5).says("0 of 1 person came").says(app);
}

#[test]
fn a_run_that_is_on_keeps_nobody_waiting_and_nothing_is_lost() {
    let party = Party::of(1);
    let text = log(&party).text;
    party.sandbox.write("prosody.log", &text);
    let lock =
        std::fs::OpenOptions::new().write(true).open(party.sandbox.path("rehearsal/.roomkey/workshop.lock")).unwrap();
    lock.lock().unwrap();
    party.run(&["--log", "prosody.log"]).is(0).says("1 of 1 person came").says("is shown, and not kept");
    party.run(&[]).is(3).says("nothing was read yet");
    drop(lock);
    party.run(&["--log", "prosody.log"]).is(0);
    party.run(&[]).is(0).says("1 of 1 person came");
}
