//! Servers: another one's log, one that is restarted, one whose zone or clock is not what it seems.

use serde_json::json;

use super::{HOST, Log, Occupant, Party, at};
use crate::support::{CLOSED_PORT, EventFile, Sandbox};

/// A log of a server of somebody else's, over the whole day.
fn other_server(room: &str) -> Log {
    let mut log = Log { room: format!("{room}@conference.other.example.com"), ..Log::of_the_day("Europe/Berlin") };
    log.line(
        at("13:00:00"),
        "esync.other.example.com:event_sync_component",
        "info",
        "Component loaded conference.other.example.com",
    );
    let message = format!(
        "New occupant in room: {} - {}",
        log.room,
        Occupant::with_id("x", "x", "14:00:00", "15:00:00").json(false)
    );
    log.line(at("14:00:00"), "esync.other.example.com:event_sync_component", "info", &message);
    log
}

#[test]
fn another_servers_log_tells_nothing_of_this_event() {
    for room in ["their-room", "rust-workshop"] {
        let party = Party::of(2);
        let mut ours = Log::of_the_day("Europe/Berlin");
        ours.stay(&Occupant::with_id(&party.nth(1), "a", "13:40:00", "14:00:00"));
        party.sandbox.write("ours.log", &ours.text);
        party.sandbox.write("theirs.log", &other_server(room).whole().text);
        for order in [vec!["ours.log", "theirs.log"], vec!["theirs.log", "ours.log"], vec!["theirs.log"]] {
            party.rehearse();
            let told = party.run(&[&["--log"][..], &order].concat());
            if order.len() == 1 {
                party.run(&["--log", "ours.log"]);
            } else {
                told.is(5).says("a log of another server was read too").says("other.example.com");
            }
            party.run(&[]).is(5).says("ends at 14:00");
            assert_eq!(party.person("a2@example.org")["status"], "unknown", "{order:?}");
        }
        // Nor when it stopped.
        party.rehearse();
        let mut stopped = other_server(room);
        stopped.line(at("15:00:00"), "startup", "info", "Shutting down: Received SIGTERM");
        party.sandbox.write("theirs.log", &stopped.whole().text);
        party.sandbox.write("ours.log", &ours.clone().whole().text);
        party.run(&["--log", "theirs.log", "ours.log"]).is(0).says_not("stopped").says_not("down");
        assert_eq!(party.person("a2@example.org")["status"], "absent");
    }
}

#[test]
fn a_log_of_what_went_wrong_tells_nothing_of_who_came() {
    let party = Party::of(2);
    let mut late = Log::empty("Europe/Berlin");
    late.line(at("16:00:00"), "mod_bosh", "info", "x");
    late.stay(&Occupant::with_id(&party.nth(1), "a", "16:00:00", "16:30:00"));
    party.sandbox.write("prosody.log", &late.whole().text);
    let mut wrong = Log::empty("Europe/Berlin");
    for clock in ["06:00:00", "14:00:00", "23:00:00"] {
        wrong.line(at(clock), "mod_x", "warn", "info: debug of something");
        wrong.line(at(clock), "mod_x", "error", "traceback");
    }
    party.sandbox.write("prosody.err", &wrong.text);
    party.run(&["--log", "prosody.log", "prosody.err"]).is(5).says("begins at 16:00").says("of what went wrong alone");
    assert_eq!(party.person("a2@example.org")["status"], "unknown");
}

#[test]
fn a_log_that_has_just_been_rotated_is_empty_and_no_problem() {
    let party = Party::of(2);
    let mut log = Log::of_the_day("Europe/Berlin");
    log.stay(&Occupant::with_id(&party.nth(1), "a", "14:00:00", "15:00:00"));
    party.sandbox.write("prosody.log.1", &log.whole().text);
    party.sandbox.write("prosody.log", "");
    party.run(&["--log", "prosody.log", "prosody.log.1"]).is(0).says("prosody.log: empty");
    party.run(&["--log", "prosody.log"]).is(3).says("is empty");
}

#[test]
fn a_recorder_is_one_where_its_domain_keeps_the_default() {
    let party = Party::of(1);
    let mut log = Log::of_the_day("Europe/Berlin");
    log.stay(&Occupant::with_id(&party.nth(1), "a", "14:00:00", "15:00:00"));
    let mut recorder = Occupant::who(&json!({}), "x", "14:10:00", "14:50:00");
    "recorder@hidden.meet.jitsi/abc".clone_into(&mut recorder.session);
    log.stay(&recorder);
    let mut guest = Occupant::who(&json!({}), "x", "14:10:00", "14:50:00");
    "recorder@guest.meet.jitsi/abc".clone_into(&mut guest.session);
    party.log(&log.clone().whole()).is(0).says("Recorders (1)");
    log.stay(&guest);
    party.log(&log.whole()).is(4).says("1 unexplained");
}

#[test]
fn a_room_that_is_made_anew_after_a_stop_ended_with_the_stop() {
    let back = |log: &mut Log, clock: &str, is_stopped: bool| {
        if is_stopped {
            log.line(at("15:00:00"), "startup", "info", "Shutting down: Received SIGTERM");
        }
        log.line(at(clock), "general", "info", "Hello and welcome to Prosody version 0.12.3");
        log.event(at(clock), &format!("Component loaded conference.{HOST}"));
    };
    for is_stopped in [true, false] {
        let party = Party::of(2);
        let id = party.nth(1);
        let mut log = Log::of_the_day("Europe/Berlin");
        log.created("13:50:00");
        log.joined(&Occupant::with_id(&id, "a", "14:00:00", "15:00:00"));
        log.line(at("14:59:50"), "mod_bosh", "info", "x");
        back(&mut log, "15:00:05", is_stopped);
        log.created("15:00:30");
        log.stay(&Occupant::with_id(&id, "b", "15:00:30", "17:00:00"));
        log.destroyed("17:00:00");
        party.log(&log.whole()).is(5);
        let ada = party.person("a1@example.org");
        let minutes = if is_stopped { json!(179.5) } else { json!(179.3) };
        assert_eq!((&ada["minutes"], &ada["joins"]), (&minutes, &json!(2)), "{ada}");
    }
}

#[test]
fn a_server_that_comes_back_without_a_greeting_was_down_since_its_last_line() {
    let party = Party::of(2);
    let mut log = Log::of_the_day("Europe/Berlin");
    log.created("13:50:00");
    log.joined(&Occupant::with_id(&party.nth(1), "a", "14:00:00", "15:00:00"));
    log.line(at("14:59:00"), "mod_bosh", "info", "x");
    log.line(at("15:10:00"), "certmanager", "info", "x");
    log.event(at("15:10:01"), &format!("Component loaded conference.{HOST}"));
    party.log(&log.whole()).is(5).says("was down from 14:59 to 15:10");
    assert_eq!(party.person("a1@example.org")["minutes"], 59);
}

#[test]
fn a_log_of_an_unknown_zone_calls_nobody_absent() {
    let party = Party::of(1);
    let mut log = Log::empty("UTC");
    log.line(at("14:10:00"), "mod_bosh", "info", "x");
    log.created("14:20:00");
    log.destroyed("14:30:00");
    log.line(at("20:00:00"), "mod_bosh", "info", "x");
    party.log(&log).is(5).says("in which zone the server is").says("1 not seen").says_not("absent");
}

/// An event in the night in which the clock changes, and what its log covers.
fn night(starts: &str, ends: &str, log: &str) -> String {
    let mut sandbox = Sandbox::with_attendees(2, CLOSED_PORT);
    sandbox.set("TZ", "UTC");
    let event = EventFile::at(CLOSED_PORT).text("event", "starts", starts);
    event.text("event", "ends", ends).write(&sandbox);
    sandbox.run(&["rehearse"]).is(0);
    sandbox.write("prosody.log", log);
    sandbox.run(&["attendance", "--rehearsal", "--log", "prosody.log"]).said()
}

#[test]
fn a_servers_clock_changes_with_the_events_zone() {
    let join = |epoch: i64| {
        format!(
            "esync.{HOST}:event_sync_component\tinfo\tNew occupant in room: rust-workshop@conference.{HOST} - {{\"id\":\"x\",\"joined_at\":{epoch},\"occupant_jid\":\"s@{HOST}/x\"}}\n"
        )
    };
    // 2037-03-29: at 02:00 in Berlin it is 03:00. The join is at 00:30 CET, the last line at 04:30 CEST.
    let log = format!(
        "Mar 28 21:00:00 mod_bosh\tinfo\tx\nMar 29 00:30:00 {}Mar 29 04:30:00 mod_bosh\tinfo\tx\n",
        join(2_121_895_800)
    );
    let told = night("2037-03-28T23:00", "2037-03-29T05:00", &log);
    assert!(told.contains("ends at 04:30 on Sun 29 Mar 2037, before the event does"), "{told}");
    // 2036-10-26: at 03:00 it is 02:00 again; lines two minutes apart.
    let log = format!(
        "Oct 25 21:00:00 mod_bosh\tinfo\tx\nOct 26 00:30:00 {}Oct 26 02:59:00 a\tinfo\tx\nOct 26 02:01:00 a\tinfo\tx\nOct 26 06:00:00 a\tinfo\tx\n",
        join(2_108_586_600)
    );
    let told = night("2036-10-25T23:00", "2036-10-26T05:00", &log);
    assert!(
        !told.contains("set back") && told.contains("from 21:00 on Sat 25 Oct 2036 to 06:00 on Sun 26 Oct 2036"),
        "{told}"
    );
}

#[test]
fn a_clock_that_is_set_back_during_a_stay_leaves_its_length_open() {
    let party = Party::of(1);
    let mut log = Log::of_the_day("Europe/Berlin");
    log.created("13:50:00");
    log.joined(&Occupant::with_id(&party.nth(1), "a", "15:20:00", "14:50:00"));
    log.left(&Occupant::with_id(&party.nth(1), "a", "15:20:00", "14:50:00"));
    party.log(&log.whole()).says("the server's clock was set back while they were there");
    assert_eq!(party.person("a1@example.org")["left_uncertain"], true);
}

#[test]
fn while_an_event_goes_on_a_busy_log_has_no_hole() {
    let busy = |log: &mut Log, from: &str, to: &str| {
        let mut now = at(from);
        while now <= at(to) {
            log.line(now, "c2s1", "info", "Client connected");
            now += 5;
        }
    };
    let party = Party::of(2);
    let mut older = Log::of_the_day("Europe/Berlin");
    let ada = Occupant::with_id(&party.nth(1), "a", "13:50:00", "14:20:00");
    older.joined(&ada);
    busy(&mut older, "13:50:00", "14:20:00");
    older.left(&ada);
    let newer = |from: &str| {
        let mut newer = Log::empty("Europe/Berlin");
        busy(&mut newer, from, "15:30:00");
        newer.whole().text
    };
    // A quiet one may have a pause.
    let idle = |from: &str, to: &str| {
        let mut log = Log::empty("Europe/Berlin");
        for now in (at(from)..=at(to)).step_by(300) {
            log.line(now, "c2s1", "info", "Client connected");
        }
        log
    };
    let mut first = idle("13:00:00", "14:20:00");
    first.stay(&Occupant::with_id(&party.nth(1), "a", "14:20:00", "14:20:30"));
    party.sandbox.write("a.log", &first.text);
    party.sandbox.write("b.log", &idle("14:26:00", "18:00:00").text);
    party.run(&["--log", "a.log"]).is(5);
    party.run(&["--log", "b.log"]).is(0);
    for (from, status, told) in [("14:20:07", 0, "1 absent"), ("14:29:50", 5, "the time from 14:20 to 14:29")] {
        party.rehearse();
        party.sandbox.write("prosody.log.1", &older.text);
        party.sandbox.write("prosody.log", &newer(from));
        party.run(&["--log", "prosody.log", "prosody.log.1"]).is(status).says(told);
        party.rehearse();
        party.run(&["--log", "prosody.log.1"]);
        party.run(&["--log", "prosody.log"]).is(status).says(told);
    }
}

#[test]
fn rooms_of_one_name_have_lives_of_their_own() {
    // A server's own room, and that for its visitors.
    let party = Party::of(3);
    let mut main = Log::of_the_day("Europe/Berlin");
    main.created("13:50:00");
    let mut visitors = Log { room: format!("rust-workshop@conference.v1.{HOST}"), ..main };
    visitors.created("13:55:00");
    visitors.stay(&Occupant::with_id(&party.nth(2), "b", "14:00:00", "15:00:00"));
    visitors.destroyed("15:00:00");
    let mut main = Log { room: format!("rust-workshop@conference.{HOST}"), ..visitors };
    main.stay(&Occupant::with_id(&party.nth(1), "a", "14:00:00", "17:00:00"));
    main.destroyed("17:00:00");
    party.log(&main.whole()).is(0).says("2 of 3 people came, 1 absent").says_not("made anew");
}
