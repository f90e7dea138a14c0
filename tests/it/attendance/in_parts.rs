//! Sources in parts, in any order: what one of them tells, the others need.

use serde_json::json;

use super::{HOST, Log, Occupant, Party, at};

/// A line of an idle server.
fn idle(log: &mut Log, clock: &str) {
    log.line(at(clock), "mod_bosh", "info", "New BOSH session");
}

/// `14 tried before opening`.
fn refused(log: &mut Log, clock: &str, count: usize) {
    for _ in 0..count {
        let message = "Error verifying token err:not-allowed, reason:Not acceptable by nbf (1) tenant:nil room:rust-workshop user_agent:x";
        log.line(at(clock), &format!("{HOST}:auth_token"), "warn", message);
    }
}

#[test]
fn the_servers_zone_is_known_to_all_pieces_of_its_log() {
    let party = Party::of(2);
    let ada = Occupant::with_id(&party.nth(1), "a", "14:00:00", "17:00:00");
    let mut first = Log::empty("America/New_York");
    idle(&mut first, "13:00:00");
    first.created("13:50:00");
    first.joined(&ada);
    idle(&mut first, "16:00:00");
    let mut second = Log::empty("America/New_York");
    idle(&mut second, "16:00:05");
    second.destroyed("16:10:00");
    idle(&mut second, "19:00:00");
    party.sandbox.write("a.log", &first.text);
    party.sandbox.write("b.log", &second.text);
    for order in [["a.log", "b.log"], ["b.log", "a.log"]] {
        party.rehearse();
        party.run(&["--log", order[0], order[1]]).is(0);
        assert_eq!(party.person("a1@example.org")["minutes"], 130, "{order:?}");
    }
    party.rehearse();
    party.run(&["--log", "a.log"]);
    party.run(&["--log", "b.log"]).is(0).says_not("in which zone");
    assert_eq!(party.person("a1@example.org")["minutes"], 130);
}

#[test]
fn what_is_read_before_anybody_came_counts_once_when_it_is_read_again() {
    let party = Party::of(1);
    let mut log = Log::empty("America/New_York");
    idle(&mut log, "13:00:00");
    refused(&mut log, "13:20:00", 2);
    let early = log.clone();
    refused(&mut log, "13:25:00", 12);
    log.stay(&Occupant::with_id(&party.nth(1), "a", "14:00:00", "15:00:00"));
    idle(&mut log, "19:00:00");
    party.log(&early).is(5).says("in which zone the server is").says("2 tries: before opening");
    party.log(&log).is(0).says("14 tries: before opening");
    party.log(&early).says("14 tries: before opening");
    // The same lines twice in one stream are the same lines.
    party.rehearse();
    party.sandbox.write("twice.log", &(log.text.clone() + &log.text));
    party.run(&["--log", "twice.log"]).is(0).says("14 tries: before opening").says_not("set back");
}

#[test]
fn a_breakout_room_waits_for_its_main_room() {
    let party = Party::of(1);
    let id = party.nth(1);
    let mut breakout = Log { room: format!("89891169@breakout.{HOST}"), ..Log::of_the_day("UTC") };
    breakout.created("14:31:00");
    breakout.stay(&Occupant::with_id(&id, "a", "14:31:00", "14:50:00"));
    breakout.stay(&Occupant::with_id("somebody-elses", "z", "14:31:00", "14:50:00"));
    let mut main = Log::of_the_day("UTC");
    main.stay(&Occupant::with_id(&id, "a", "14:00:00", "14:31:00"));
    party.sandbox.write("breakout.log", &breakout.whole().text);
    party.sandbox.write("main.log", &main.whole().text);
    party.run(&["--log", "breakout.log"]).is(5).says("0 of 1 person came");
    party.run(&["--log", "main.log"]);
    let ada = party.person("a1@example.org");
    assert_eq!((&ada["minutes"], &ada["breakout_minutes"], &ada["joins"]), (&json!(50), &json!(19), &json!(1)));
}

#[test]
fn an_end_that_nobody_told_lies_at_the_last_event_and_within_the_hours() {
    let party = Party::of(3);
    let mut log = Log::of_the_day("Europe/Berlin");
    log.joined(&Occupant::with_id(&party.nth(1), "a", "14:00:00", "17:00:00"));
    log.stay(&Occupant::with_id(&party.nth(2), "b", "14:00:00", "16:30:00"));
    party.log(&log.clone().whole()).is(0).says("≥ 150");
    // A room's end days later makes nobody stay that long.
    log.line(
        at("23:00:00") + 3 * 86_400,
        &format!("esync.{HOST}:event_sync_component"),
        "info",
        &format!("Room destroyed - rust-workshop@conference.{HOST}"),
    );
    party.log(&log).is(0);
    assert_eq!(party.person("a1@example.org")["last_left"], "2036-12-05T19:30:00+01:00");
    // Whoever came days before, and was not seen since, was not seen in these hours.
    party.rehearse();
    let mut log = Log::empty("Europe/Berlin");
    let early = Occupant {
        joined: at("10:05:00") - 3 * 86_400,
        ..Occupant::with_id(&party.nth(3), "c", "14:00:00", "15:00:00")
    };
    log.joined(&early);
    log.stay(&Occupant::with_id(&party.nth(1), "a", "14:00:00", "15:00:00"));
    party.log(&log.whole()).is(0);
    assert_eq!(party.person("a3@example.org")["status"], "absent");
}

#[test]
fn a_server_that_was_killed_shows_by_how_it_comes_back() {
    let party = Party::of(2);
    let signs: [&dyn Fn(&mut Log); 3] = [
        &|log| log.event(at("14:40:00"), &format!("Component loaded conference.{HOST}")),
        &|log| log.event(at("14:40:00"), &format!("MUC module loaded for conference.{HOST}")),
        &|log| log.created("14:40:00"),
    ];
    for sign in signs {
        party.rehearse();
        let mut log = Log::of_the_day("Europe/Berlin");
        log.created("14:00:00");
        log.joined(&Occupant::with_id(&party.nth(1), "a", "14:00:00", "15:00:00"));
        log.stay(&Occupant::with_id(&party.nth(2), "b", "14:10:00", "14:39:58"));
        sign(&mut log);
        party.log(&log.whole()).is(5).says("14:40 on Fri 5 Dec 2036");
        let ada = party.person("a1@example.org");
        assert_eq!((&ada["minutes"], &ada["left_uncertain"]), (&json!(40), &json!(true)));
    }
}

#[test]
fn two_links_at_once_are_told_also_where_an_end_got_lost() {
    let party = Party::of(1);
    let id = party.nth(1);
    let mut log = Log::of_the_day("Europe/Berlin");
    log.created("14:00:00");
    log.joined(&Occupant::with_id(&id, "a", "14:00:00", "17:10:00"));
    log.joined(&Occupant::with_id(&id, "b", "14:10:00", "17:10:00"));
    log.destroyed("17:10:00");
    party.log(&log.whole()).is(4).says("two at once, 180 min");
}

#[test]
fn a_clock_set_back_is_told_and_a_log_turned_around_is_not_one() {
    let party = Party::of(1);
    let mut log = Log::of_the_day("Europe/Berlin");
    log.stay(&Occupant::with_id(&party.nth(1), "a", "14:00:00", "15:00:00"));
    let log = log.whole();
    let backwards: Vec<&str> = log.text.lines().rev().collect();
    party.sandbox.write("backwards.log", &(backwards.join("\n") + "\n"));
    party.run(&["--log", "backwards.log"]).is(0).says_not("set back");
    let mut leap = Log::of_the_day("Europe/Berlin");
    leap.joined(&Occupant::with_id(&party.nth(1), "a", "14:00:00", "15:00:00"));
    idle(&mut leap, "15:00:00");
    idle(&mut leap, "14:20:00");
    party.log(&leap.whole()).says("set back by 2,400 seconds");
}

#[test]
fn whoever_was_in_another_sessions_room_did_not_come_to_this_one() {
    let rows = "email,name,room\na1@example.org,One,\na2@example.org,Two,other-room\n";
    let party = Party::of_people(rows);
    let mut log = Log { room: format!("other-room@conference.{HOST}"), ..Log::of_the_day("Europe/Berlin") };
    log.stay(&Occupant::with_id(&party.id("a1@example.org"), "a", "14:00:00", "15:00:00"));
    let mut log = Log { room: format!("rust-workshop@conference.{HOST}"), ..log };
    log.created("14:00:00");
    party.log(&log.whole()).says("to which this link does not lead: not counted");
    let one = party.person("a1@example.org");
    assert_eq!((&one["status"], &one["minutes"]), (&json!("absent"), &json!(0)));
}

/// A log in which somebody stays from 14:00 on, the last line is of 14:31, and the server comes back at a time.
fn killed(party: &Party, clock: &str, sign: impl Fn(&mut Log, &str)) -> Log {
    let mut log = Log::of_the_day("Europe/Berlin");
    log.created("13:50:00");
    log.joined(&Occupant::with_id(&party.nth(1), "a", "14:00:00", "15:00:00"));
    idle(&mut log, "14:31:00");
    sign(&mut log, clock);
    log
}

#[test]
fn a_kill_that_shows_only_after_the_end_is_one_all_the_same() {
    let party = Party::of(2);
    let component = |log: &mut Log, clock: &str| log.event(at(clock), &format!("Component loaded conference.{HOST}"));
    let anew = |log: &mut Log, clock: &str| log.created(clock);
    for (clock, told) in [("16:50:00", "16:50"), ("18:30:00", "18:30")] {
        party.rehearse();
        party.log(&killed(&party, clock, component).whole()).is(5).says(&format!("from 14:31 to {told}"));
        // There until the last sign of life at least, and not until the server came back.
        assert_eq!(party.person("a1@example.org")["minutes"], 31);
        assert_eq!(party.person("a2@example.org")["status"], "unknown");
        party.rehearse();
        party.log(&killed(&party, clock, anew).whole()).is(5).says(&format!("anew at {told}"));
        assert_eq!(party.person("a1@example.org")["minutes"], 0);
    }
}

#[test]
fn a_stop_before_opening_explains_why_a_room_is_made_anew() {
    let party = Party::of(2);
    let mut log = Log::of_the_day("Europe/Berlin");
    log.created("11:00:00");
    log.joined(&Occupant::with_id("a-test", "t", "11:00:00", "11:30:00"));
    log.line(at("12:00:00"), "startup", "info", "Shutting down: Received SIGTERM");
    log.event(at("12:00:03"), &format!("Component loaded conference.{HOST}"));
    log.event(at("12:00:03"), &format!("MUC module loaded for conference.{HOST}"));
    log.created("13:50:00");
    log.stay(&Occupant::with_id(&party.nth(1), "a", "14:00:00", "15:00:00"));
    log.destroyed("17:10:00");
    party.log(&log.clone().whole()).is(0).says("1 of 2 people came").says("1 absent");
    // One outage is told once, from the stop to the start; another server's is none of ours.
    log.line(at("15:10:00"), "startup", "info", "Shutting down: Received SIGTERM");
    log.line(at("15:10:00"), "general", "info", "Shutting down...");
    log.event(at("15:30:00"), &format!("Component loaded conference.{HOST}"));
    let told = party.log(&log.whole());
    assert_eq!(told.is(5).said().matches("was down from 15:10 to 15:30").count(), 1, "{}", told.said());
    party.rehearse();
    let mut other = Log::of_the_day("Europe/Berlin");
    other.stay(&Occupant::with_id(&party.nth(1), "a", "14:00:00", "15:00:00"));
    other.line(at("15:00:00"), "esync.other.org:event_sync_component", "info", "Component loaded conference.other.org");
    party.log(&other.whole()).is(0);
}

#[test]
fn a_clock_set_back_by_an_hour_in_the_afternoon_is_no_autumn() {
    let party = Party::of(1);
    let mut log = Log::of_the_day("Europe/Berlin");
    log.stay(&Occupant::with_id(&party.nth(1), "a", "14:00:00", "15:00:00"));
    idle(&mut log, "15:00:00");
    idle(&mut log, "14:00:03");
    party.log(&log.whole()).says("set back by 3,597 seconds");
}
