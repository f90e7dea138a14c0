//! `attendance`: who came, by logs and saved events that a real server wrote, and by what nobody would want to meet.

mod captures;
mod doubts;
mod in_parts;
mod listening;
mod mishaps;
mod refused;
mod servers;
mod spans;

use std::fmt::Write as _;

use jiff::{Timestamp, civil::DateTime, tz::TimeZone};
use serde_json::{Value, json};

use crate::support::{CLOSED_PORT, EventFile, Finished, Sandbox, SmtpServer, attendees, verify_token};

/// The event opens at 13:30 in Berlin, starts at 14:00, ends at 17:00 and closes at 19:00.
const DAY: &str = "2036-12-05";
const HOST: &str = "meet.example.org";

/// A time of that day in Berlin, `14:02:30`, in Unix seconds.
fn at(clock: &str) -> i64 {
    let local: DateTime = format!("{DAY}T{clock}").parse().unwrap();
    TimeZone::get("Europe/Berlin").unwrap().to_timestamp(local).unwrap().as_second()
}

/// An event whose invited people were mailed, in a rehearsal.
struct Party {
    sandbox: Sandbox,
}

impl Party {
    /// So many were mailed.
    fn of(count: usize) -> Self {
        let party = Self { sandbox: Sandbox::with_attendees(count, CLOSED_PORT) };
        party.rehearse();
        party
    }

    fn of_people(rows: &str) -> Self {
        let sandbox = Sandbox::new();
        EventFile::at(CLOSED_PORT).write(&sandbox);
        sandbox.write("attendees.csv", rows);
        let party = Self { sandbox };
        party.rehearse();
        party
    }

    fn rehearse(&self) {
        self.sandbox.run(&["rehearse"]).is(0);
    }

    /// The id in somebody's token.
    fn id(&self, email: &str) -> String {
        let link = self.sandbox.run(&["link", email]);
        let claims = verify_token(link.stdout.trim(), crate::support::SECRET).expect("a token of this event");
        claims["context"]["user"]["id"].as_str().unwrap().to_owned()
    }

    /// The id of attendee `n`.
    fn nth(&self, n: usize) -> String {
        self.id(&format!("a{n}@example.org"))
    }

    fn run(&self, arguments: &[&str]) -> Finished {
        self.sandbox.run(&[&["attendance", "--rehearsal"], arguments].concat())
    }

    /// Writes a log and reads it.
    fn log(&self, log: &Log) -> Finished {
        self.sandbox.write("prosody.log", &log.text);
        self.run(&["--log", "prosody.log"])
    }

    /// The whole answer, as it was kept.
    fn json(&self) -> Value {
        serde_json::from_str(&self.run(&["--format", "json"]).stdout).expect("JSON")
    }

    /// What is told of one person.
    fn person(&self, email: &str) -> Value {
        let whole = self.json();
        let people = whole["people"].as_array().unwrap();
        people.iter().find(|person| person["email"] == email).unwrap_or_else(|| panic!("{email}: {whole}")).clone()
    }
}

/// A log in the making.
#[derive(Clone)]
struct Log {
    text: String,
    zone: TimeZone,
    room: String,
}

impl Log {
    /// A log that covers the whole day, in a server's zone.
    fn of_the_day(zone: &str) -> Self {
        let mut log = Self::empty(zone);
        log.line(at("06:25:01"), "mod_posix", "info", "Prosody has reopened its log");
        log
    }

    fn empty(zone: &str) -> Self {
        Self {
            text: String::new(),
            zone: TimeZone::get(zone).unwrap(),
            room: format!("rust-workshop@conference.{HOST}"),
        }
    }

    /// Ends the day.
    fn whole(mut self) -> Self {
        self.line(at("23:59:00"), "mod_bosh", "info", "New BOSH session, assigned it sid 'x'");
        self
    }

    fn line(&mut self, at: i64, source: &str, level: &str, message: &str) {
        let date = Timestamp::from_second(at).unwrap().to_zoned_datetime(self.zone.clone()).strftime("%b %d %H:%M:%S");
        writeln!(self.text, "{date} {source}\t{level}\t{message}").unwrap();
    }

    fn event(&mut self, at: i64, message: &str) {
        self.line(at, &format!("esync.{HOST}:event_sync_component"), "info", message);
    }

    fn created(&mut self, clock: &str) {
        let message = format!("Start tracking occupants for {}", self.room);
        self.event(at(clock), &message);
    }

    fn destroyed(&mut self, clock: &str) {
        let message = format!("Room destroyed - {}", self.room);
        self.event(at(clock), &message);
    }

    fn joined(&mut self, occupant: &Occupant) {
        let message = format!("New occupant in room: {} - {}", self.room, occupant.json(false));
        self.event(occupant.joined, &message);
    }

    fn left(&mut self, occupant: &Occupant) {
        let message = format!("Occupant left in room: {} - {}", self.room, occupant.json(true));
        self.event(occupant.left, &message);
    }

    fn stay(&mut self, occupant: &Occupant) {
        self.joined(occupant);
        self.left(occupant);
    }
}

/// Somebody in a room.
#[derive(Clone)]
struct Occupant {
    who: Value,
    session: String,
    joined: i64,
    left: i64,
}

impl Occupant {
    /// Somebody with an id, in a session, from a time to another.
    fn with_id(id: &str, session: &str, from: &str, to: &str) -> Self {
        Self::who(&json!({"id": id, "name": "Whoever", "email": "whoever@example.org"}), session, from, to)
    }

    fn who(who: &Value, session: &str, from: &str, to: &str) -> Self {
        Self { who: who.clone(), session: format!("{session}@{HOST}/x"), joined: at(from), left: at(to) }
    }

    fn json(&self, is_end: bool) -> Value {
        let mut occupant = self.who.clone();
        occupant["occupant_jid"] = json!(self.session);
        occupant["joined_at"] = json!(self.joined);
        if is_end {
            occupant["left_at"] = json!(self.left);
        }
        occupant
    }

    /// The two posts of `event_sync` about them.
    fn posts(&self) -> [Value; 2] {
        ["joined", "left"].map(|what| {
            json!({"event_name": format!("muc-occupant-{what}"), "room_name": "rust-workshop", "is_breakout": false,
                   "room_jid": format!("rust-workshop@conference.{HOST}"), "occupant": self.json(what == "left")})
        })
    }
}

/// A file of events.
fn jsonl(events: &[Value]) -> String {
    let mut text = String::new();
    for event in events {
        writeln!(text, "{event}").unwrap();
    }
    text
}

#[test]
fn the_answer_names_who_came_who_did_not_and_whom_nothing_explains() {
    let party = Party::of(3);
    let mut log = Log::of_the_day("Europe/Berlin");
    log.created("13:40:00");
    log.stay(&Occupant::with_id(&party.nth(1), "one", "13:40:00", "16:55:00"));
    log.stay(&Occupant::with_id(&party.nth(2), "two", "14:00:00", "14:30:00"));
    log.stay(&Occupant::with_id(&party.nth(2), "two-again", "15:00:00", "17:00:00"));
    log.stay(&Occupant::who(&json!({}), "guest", "14:10:00", "14:12:00"));
    log.stay(&Occupant::who(&json!({"name": "Attendee 3", "email": "a3@example.org"}), "x", "14:10:00", "14:12:00"));
    log.stay(&Occupant {
        session: format!("recorder@recorder.{HOST}/x"),
        ..Occupant::who(&json!({}), "", "14:00:00", "17:00:00")
    });
    log.destroyed("17:00:30");

    let told = party.log(&log.whole());

    told.is(4).says("2 of 3 people came").says("1 absent").says("2 unexplained").says("Recorders (1)");
    party.sandbox.run(&["attendance", "--rehearsal", "--all"]).is(4).says("2 of 3 people came");
    told.says("a3@example.org").says("a token without an id; says Attendee 3, a3@example.org").says("no token");
    let whole = party.json();
    let of = |email: &str| party.person(email);
    let text = party.run(&["--format", "json"]).stdout;
    let places = ["people", "unexplained", "recorders", "refusals", "span"]
        .map(|key| text.find(&format!("\n  \"{key}\": ")).unwrap_or_else(|| panic!("{key}: {text}")));
    assert!(places.is_sorted() && whole.as_object().unwrap().len() == 5, "{text}");
    assert_eq!(
        whole["span"],
        json!({"from": "2036-12-05T06:25:01+01:00", "to": "2036-12-05T23:59:00+01:00", "complete": true})
    );
    let first = of("a1@example.org");
    assert_eq!(first["status"], "came");
    assert_eq!(
        (&first["first_joined"], &first["last_left"]),
        (&json!("2036-12-05T13:40:00+01:00"), &json!("2036-12-05T16:55:00+01:00"))
    );
    assert_eq!((&first["minutes"], &first["joins"]), (&json!(195), &json!(1)));
    let second = of("a2@example.org");
    assert_eq!((&second["minutes"], &second["joins"], &second["devices_at_once"]), (&json!(150), &json!(2), &json!(1)));
    let third = of("a3@example.org");
    assert_eq!((&third["status"], &third["joins"], &third["minutes"]), (&json!("absent"), &json!(0), &json!(0)));
}

#[test]
fn csv_has_the_promised_columns_and_no_formula() {
    let party = Party::of_people("email,name\nada@example.org,-Ada\nzoe@example.org,Zoë\n");
    let mut log = Log::of_the_day("UTC");
    log.stay(&Occupant::with_id(&party.id("zoe@example.org"), "z", "14:00:00", "14:10:00"));
    party.log(&log.whole()).is(0);
    let csv =
        party.sandbox.run(&["attendance", "--rehearsal", "--format", "csv", "--html", "x.html"]).is(0).stdout.clone();
    let lines: Vec<&str> = csv.lines().collect();
    assert_eq!(
        lines[0],
        "email,name,id,session,status,first_joined,last_left,minutes,joins,devices_at_once,overlap_minutes,\
         breakout_minutes,left_uncertain,note"
    );
    assert!(lines[1].contains(",'-Ada,") && lines[1].contains(",absent,,,0,0,0,0,0,false,"), "{csv}");
    assert!(lines[2].contains(",came,2036-12-05T14:00:00+01:00,2036-12-05T14:10:00+01:00,10,1,1,0,0,false,"), "{csv}");
}

#[test]
fn a_second_device_is_told_from_a_reconnect() {
    let party = Party::of(2);
    let mut log = Log::of_the_day("America/New_York");
    let (one, two) = (party.nth(1), party.nth(2));
    log.stay(&Occupant::with_id(&one, "a", "14:00:00", "15:00:00"));
    log.stay(&Occupant::with_id(&one, "b", "14:30:00", "14:42:00"));
    log.stay(&Occupant::with_id(&two, "c", "14:00:00", "14:31:30"));
    log.stay(&Occupant::with_id(&two, "d", "14:30:00", "15:00:00"));
    let told = party.log(&log.whole());
    told.is(4).says("1 two at once").says("two at once, 12 min: second device or shared link");
    let one = party.person("a1@example.org");
    assert_eq!(
        (&one["devices_at_once"], &one["overlap_minutes"], &one["minutes"]),
        (&json!(2), &json!(12), &json!(60))
    );
    let two = party.person("a2@example.org");
    assert_eq!((&two["devices_at_once"], &two["overlap_minutes"]), (&json!(1), &json!(0)));
    assert_eq!(two["note"], "");
}

#[test]
fn nothing_counts_twice_however_often_and_in_whatever_order_it_is_told() {
    let party = Party::of(3);
    let mut log = Log::of_the_day("Europe/Berlin");
    let people: Vec<Occupant> =
        (1..=3).map(|n| Occupant::with_id(&party.nth(n), &format!("s{n}"), "14:00:00", "15:00:00")).collect();
    log.created("13:59:59");
    for one in &people {
        log.stay(one);
    }
    log.destroyed("15:00:00");
    log.destroyed("15:00:00");
    let log = log.whole();
    party.log(&log).is(0);
    let once = party.json();
    let mut events: Vec<Value> = people.iter().flat_map(Occupant::posts).collect();
    events.reverse();
    party.sandbox.write("events.jsonl", &jsonl(&[&events[..], &events[..2]].concat()));
    let backwards: Vec<&str> = log.text.lines().rev().collect();
    party.sandbox.write("backwards.log", &(backwards.join("\n") + "\n"));
    party.run(&["--log", "prosody.log", "backwards.log", "--events", "events.jsonl"]).is(0);
    party.run(&["--events", "events.jsonl", "--log", "prosody.log"]).is(0);
    assert_eq!(party.json(), once);
}

#[test]
fn a_left_alone_restores_the_join_and_an_event_in_parts_is_one() {
    let party = Party::of(2);
    let (one, two) = (
        Occupant::with_id(&party.nth(1), "s1", "14:00:00", "15:00:00"),
        Occupant::with_id(&party.nth(2), "s2", "14:20:00", "16:00:00"),
    );
    let mut morning = Log::of_the_day("Europe/Berlin");
    morning.joined(&two);
    let mut evening = Log::empty("Europe/Berlin");
    evening.left(&one);
    evening.left(&two);
    party.log(&morning).is(5).says("ends at");
    let second = party.person("a2@example.org");
    assert_eq!((&second["left_uncertain"], &second["last_left"]), (&json!(true), &json!("2036-12-05T14:20:00+01:00")));
    party.sandbox.write("evening.log", &evening.whole().text);
    // The pause between the two is told by nobody.
    party.run(&["--log", "evening.log"]).is(5).says("tells of the time");
    assert_eq!(party.person("a1@example.org")["minutes"], 60);
    let second = party.person("a2@example.org");
    assert_eq!((&second["left_uncertain"], &second["minutes"]), (&json!(false), &json!(100)));
    // Rotated one after the other they are one log.
    party.rehearse();
    party.sandbox.write("x.log.1", &morning.text);
    party.sandbox.write("x.log", &party.sandbox.read("evening.log"));
    party.run(&["--log", "x.log", "x.log.1"]).is(0);
}

#[test]
fn moderators_of_other_rooms_and_last_months_guests_are_counted_and_no_more() {
    let party = Party::of(1);
    let mut log = Log::of_the_day("Europe/Berlin");
    let me = party.nth(1);
    log.stay(&Occupant::with_id(&me, "a", "14:00:00", "15:00:00"));
    let mut other = Log { room: format!("another@conference.{HOST}"), ..log };
    other.stay(&Occupant::with_id("x", "b", "14:00:00", "15:00:00"));
    let mut tenant = Log { room: format!("[acme]rust-workshop@conference.{HOST}"), ..other };
    tenant.stay(&Occupant::with_id("y", "c", "14:00:00", "15:00:00"));
    let mut early = Log { room: format!("rust-workshop@conference.{HOST}"), ..tenant };
    early.stay(&Occupant::with_id("z", "d", "07:00:00", "08:00:00"));
    let told = party.log(&early.whole());
    told.is(0).says("2 joins of other rooms").says("1 stay in this room at other times").says("[acme]rust-workshop");
    assert_eq!(party.json()["unexplained"], json!([]));
}

#[test]
fn somebody_who_sat_there_since_the_morning_is_seen() {
    let party = Party::of(1);
    let mut log = Log::of_the_day("Europe/Berlin");
    log.stay(&Occupant::who(&json!({}), "squatter", "09:00:00", "14:30:00"));
    log.stay(&Occupant::with_id(&party.nth(1), "a", "14:00:00", "15:00:00"));
    party.log(&log.whole()).is(4).says("1 unexplained");
}

#[test]
fn who_is_gone_from_the_file_and_who_was_never_mailed_is_told_apart() {
    let party = Party::of(2);
    let (one, two) = (party.nth(1), party.nth(2));
    party.sandbox.write(
        "attendees.csv",
        "email,name\na2@example.org,Attendee 2\nnew@example.org,New\nnever@example.org,Never\n",
    );
    let new = party.id("new@example.org");
    let mut log = Log::of_the_day("Europe/Berlin");
    for (n, id) in [&one, &two, &new].into_iter().enumerate() {
        log.stay(&Occupant::with_id(id, &format!("s{n}"), "14:00:00", "15:00:00"));
    }
    let told = party.log(&log.whole());
    told.is(0).says("3 of 4 people came").says("1 not marked as mailed");
    assert_eq!(party.person("a1@example.org")["note"], "no longer in the attendee file");
    assert_eq!(party.person("new@example.org")["note"], "came though no mail to them is on record");
    let never = party.person("never@example.org");
    assert_eq!((&never["status"], &never["note"]), (&json!("absent"), &json!("not mailed")));
}

#[test]
fn nothing_is_told_where_nothing_was_read() {
    let party = Party::of(1);
    party.run(&[]).is(3).says("nothing was read yet").says("server-config");
    let sandbox = Sandbox::with_attendees(1, CLOSED_PORT);
    sandbox.run(&["attendance", "--rehearsal", "--log", "x"]).is(3).says("roomkey rehearse");
    assert!(attendees(1).contains("a1@example.org"));
}

#[test]
fn status_has_a_column_for_it_once_something_is_known() {
    let party = Party::of(2);
    let status = |arguments: &[&str]| {
        // The rehearsal's ledger, in the event's own place.
        let (from, to) = (party.sandbox.path("rehearsal/.roomkey"), party.sandbox.path(".roomkey"));
        if !to.exists() {
            std::fs::rename(&from, &to).unwrap();
        }
        party.sandbox.run(&[&["status"], arguments].concat())
    };
    let first = party.nth(1);
    status(&["--all"]).is(0).says_not("CAME");
    assert_eq!(party.sandbox.rows()[0].get("came"), None);
    let mut log = Log::of_the_day("Europe/Berlin");
    log.stay(&Occupant::with_id(&first, "a", "14:00:00", "15:00:00"));
    party.sandbox.write("prosody.log", &log.whole().text);
    party.sandbox.run(&["attendance", "--log", "prosody.log"]).is(0);
    status(&["--all"]).is(0).says("CAME").says("Came, as far as that was read: 1 of 2");
    let rows = party.sandbox.rows();
    assert_eq!((&rows[0]["came"], &rows[1]["came"]), (&json!("came"), &json!("absent")));
    let csv = status(&["--format", "csv"]).stdout;
    assert!(csv.lines().next().unwrap().ends_with(",session,came"), "{csv}");
    assert!(
        csv.lines().nth(1).unwrap().ends_with(",came") && csv.lines().nth(2).unwrap().ends_with(",absent"),
        "{csv}"
    );
}

#[test]
fn a_link_that_a_later_mail_replaced_is_told() {
    let server = SmtpServer::obliging();
    let event = || EventFile::at(server.port());
    let sandbox = Sandbox::with_attendees(2, server.port());
    event().text("event", "room", "old-room").write(&sandbox);
    sandbox.run(&["send", "--yes"]).is(0);
    event().write(&sandbox);
    sandbox.run(&["resend", "--all", "--note", "Another room", "--yes"]).is(0);
    let party = Party { sandbox };
    let mut log = Log { room: format!("old-room@conference.{HOST}"), ..Log::of_the_day("Europe/Berlin") };
    log.stay(&Occupant::with_id(&party.nth(1), "a", "14:00:00", "15:00:00"));
    let mut log = Log { room: format!("rust-workshop@conference.{HOST}"), ..log };
    log.stay(&Occupant::with_id(&party.nth(2), "b", "14:00:00", "15:00:00"));
    party.sandbox.write("prosody.log", &log.whole().text);
    let told = party.sandbox.run(&["attendance", "--log", "prosody.log"]);
    told.is(0).says("2 of 2 people came").says("1 on a link since superseded");
    told.says("came on a link since superseded, to room old-room");
}

#[test]
fn the_time_from_which_an_event_was_moved_is_none_of_it() {
    let server = SmtpServer::obliging();
    let sandbox = Sandbox::with_attendees(2, server.port());
    let event = |day: &str| {
        let event = EventFile::at(server.port());
        event.text("event", "starts", &format!("{day}T14:00")).text("event", "ends", &format!("{day}T17:00"))
    };
    event("2036-12-04").write(&sandbox);
    sandbox.run(&["send", "--yes"]).is(0);
    event(DAY).write(&sandbox);
    sandbox.run(&["resend", "--all", "--note", "Another day", "--yes"]).is(0);
    let party = Party { sandbox };
    let mut log = Log::empty("Europe/Berlin");
    let day_before = |id: &str, session: &str| {
        let whoever = Occupant::with_id(id, session, "14:00:00", "15:00:00");
        Occupant { joined: whoever.joined - 86_400, left: whoever.left - 86_400, ..whoever }
    };
    log.line(at("06:00:00") - 86_400, "mod_bosh", "info", "x");
    log.stay(&day_before(&party.nth(1), "a"));
    log.stay(&day_before("a-stranger", "x"));
    log.stay(&Occupant::with_id(&party.nth(2), "b", "14:00:00", "15:00:00"));
    party.sandbox.write("prosody.log", &log.whole().text);
    let told = party.sandbox.run(&["attendance", "--log", "prosody.log"]);
    told.is(0).says("1 of 2 people came, 1 absent").says("2 stays in this room at other times");
}

#[test]
fn somebody_whose_invitation_was_called_off_is_not_missed_and_is_told_when_they_come() {
    let server = SmtpServer::obliging();
    let sandbox = Sandbox::with_attendees(3, server.port());
    sandbox.run(&["send", "--yes"]).is(0);
    sandbox.run(&["cancel", "a1@example.org", "a2@example.org", "--yes"]).is(0);
    let party = Party { sandbox };
    let mut log = Log::of_the_day("Europe/Berlin");
    log.stay(&Occupant::with_id(&party.nth(1), "a", "14:00:00", "15:00:00"));
    party.sandbox.write("prosody.log", &log.whole().text);
    let told = party.sandbox.run(&["attendance", "--log", "prosody.log"]);
    told.is(0).says("1 of 2 people came").says("came though the invitation was called off").says_not("a2@example.org");
}
