//! What the sources cover, and what that makes of the absent.

use serde_json::{Value, json};

use super::{Log, Occupant, Party, at, jsonl};

fn status(party: &Party) -> Value {
    party.person("a2@example.org")["status"].clone()
}

/// A log with the first of two attendees in it.
fn log(party: &Party) -> Log {
    let mut log = Log::empty("Europe/Berlin");
    log.stay(&Occupant::with_id(&party.nth(1), "a", "14:00:00", "15:00:00"));
    log
}

#[test]
fn nobody_is_absent_by_a_log_that_begins_late_or_ends_early() {
    let party = Party::of(2);
    let mut late = log(&party);
    late.line(at("17:00:00"), "mod_bosh", "info", "x");
    party.log(&late).is(5).says("begins at 14:00 on Fri 5 Dec 2036");
    assert_eq!(status(&party), "unknown");
    party.rehearse();
    let mut early = Log::of_the_day("Europe/Berlin");
    early.stay(&Occupant::with_id(&party.nth(1), "a", "14:00:00", "15:00:00"));
    early.line(at("16:59:59"), "mod_bosh", "info", "x");
    party.log(&early).is(5).says("ends at 16:59 on Fri 5 Dec 2036");
    assert_eq!(status(&party), "unknown");
    early.line(at("17:00:00"), "mod_bosh", "info", "x");
    party.log(&early).is(0);
    assert_eq!(status(&party), "absent");
}

#[test]
fn nobody_is_absent_by_a_log_of_another_event() {
    let party = Party::of(2);
    let mut log = Log { room: "another@conference.meet.example.org".into(), ..Log::of_the_day("Europe/Berlin") };
    log.stay(&Occupant::with_id("x", "a", "14:00:00", "15:00:00"));
    party.log(&log.whole()).is(5).says("tells of the room rust-workshop").says("0 of 2 people came");
    assert_eq!(status(&party), "unknown");
}

#[test]
fn a_log_without_the_module_says_what_to_turn_on() {
    let party = Party::of(2);
    party
        .log(&Log::of_the_day("Europe/Berlin").whole())
        .is(5)
        .says("no line of the log tells who joins")
        .says("server-config");
}

#[test]
fn a_stop_or_a_start_in_between_makes_the_absent_unknown() {
    for (source, message) in
        [("startup", "Shutting down: Received SIGTERM"), ("general", "Hello and welcome to Prosody version 0.12.3")]
    {
        let party = Party::of(2);
        let mut log = Log::of_the_day("Europe/Berlin");
        log.joined(&Occupant::with_id(&party.nth(1), "a", "14:00:00", "15:00:00"));
        log.line(at("14:39:58"), "mod_bosh", "info", "x");
        log.line(at("14:40:00"), source, "info", message);
        party.log(&log.clone().whole()).is(5).says("14:40 on Fri 5 Dec 2036");
        assert_eq!(status(&party), "unknown");
        let first = party.person("a1@example.org");
        assert_eq!((&first["minutes"], &first["left_uncertain"]), (&json!(40), &json!(true)));
        // Before opening it does not matter.
        party.rehearse();
        let mut log = Log::of_the_day("Europe/Berlin");
        log.line(at("07:00:00"), source, "info", message);
        log.stay(&Occupant::with_id(&party.nth(1), "a", "14:00:00", "15:00:00"));
        party.log(&log.whole()).is(0);
    }
}

#[test]
fn a_lost_left_is_closed_by_the_rooms_end() {
    let party = Party::of(2);
    let mut log = Log::of_the_day("Europe/Berlin");
    log.created("14:00:00");
    log.joined(&Occupant::with_id(&party.nth(1), "a", "14:00:00", "15:00:00"));
    log.destroyed("15:30:00");
    log.created("16:00:00");
    log.destroyed("16:30:00");
    party.log(&log.whole()).is(0).says("≥ 90").says("≥ 15:30").says("when they left was not told");
}

#[test]
fn saved_events_are_enough_where_the_room_ended_after_the_event() {
    let room = |name: &str, created: &str, destroyed: Option<&str>| {
        let mut event = json!({"event_name": format!("muc-room-{name}"), "room_jid": "rust-workshop@conference.meet.example.org",
                               "room_name": "rust-workshop", "is_breakout": false, "created_at": at(created)});
        if let Some(destroyed) = destroyed {
            event["destroyed_at"] = json!(at(destroyed));
            event["all_occupants"] = json!([]);
        }
        event
    };
    let told = |destroyed: &str| {
        let party = Party::of(2);
        let mut events = vec![room("created", "13:58:00", None), room("destroyed", "13:58:00", Some(destroyed))];
        events.extend(Occupant::with_id(&party.nth(1), "a", "14:00:00", "16:00:00").posts());
        party.sandbox.write("events.jsonl", &jsonl(&events));
        let finished = party.run(&["--events", "events.jsonl"]);
        (finished.status.code(), status(&party))
    };
    assert_eq!(told("17:00:00"), (Some(0), json!("absent")));
    assert_eq!(told("16:59:59"), (Some(5), json!("unknown")));
    // What was saved from the middle on does not tell who was there before.
    let party = Party::of(2);
    let ada = Occupant::with_id(&party.nth(1), "a", "14:00:00", "17:00:00");
    let late = [ada.posts()[1].clone(), room("destroyed", "13:50:00", Some("17:00:10"))];
    party.sandbox.write("events.jsonl", &jsonl(&late));
    party.run(&["--events", "events.jsonl"]).is(5).says("begins at 14:00");
    assert_eq!(status(&party), "unknown");
    // Where its end tells of everybody, it does.
    party.rehearse();
    let mut end = room("destroyed", "13:50:00", Some("17:00:10"));
    end["all_occupants"] = json!([ada.posts()[1]["occupant"]]);
    party.sandbox.write("events.jsonl", &jsonl(&[end]));
    party.run(&["--events", "events.jsonl"]).is(0);
    assert_eq!(status(&party), "absent");
}

#[test]
fn a_receivers_own_signs_of_life_are_its_span() {
    let told = |signs: &[(&str, &str)]| {
        let party = Party::of(2);
        let mut events: Vec<Value> = Occupant::with_id(&party.nth(1), "a", "14:00:00", "16:00:00").posts().into();
        events.extend(signs.iter().map(|(sign, clock)| json!({"roomkey": sign, "at": at(clock)})));
        party.sandbox.write("events.jsonl", &jsonl(&events));
        party.run(&["--events", "events.jsonl"]).status.code()
    };
    let beats: Vec<String> =
        (0..600).map(|n| format!("{:02}:{:02}:{:02}", 13 + n / 120, n % 120 / 2, n % 2 * 30)).collect();
    let mut signs: Vec<(&str, &str)> = vec![("listening", "12:59:59")];
    signs.extend(beats.iter().map(|clock| ("heartbeat", clock.as_str())));
    signs.push(("stopped", "17:59:40"));
    assert_eq!(told(&signs), Some(0));
    // Two minutes without a sign are a gap.
    let silent = |sign: &&(&str, &str)| !(sign.1 > "15:00:00" && sign.1 < "15:02:00");
    assert_eq!(told(&signs.iter().filter(silent).copied().collect::<Vec<_>>()), Some(5));
    assert_eq!(told(&[("listening", "13:00:00"), ("stopped", "17:30:00")]), Some(5), "nothing in between");
}
