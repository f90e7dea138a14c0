//! `--listen`: what a server posts is kept before it is answered, and nobody else adds to it.

use std::{
    io::{Read as _, Write as _},
    net::TcpStream,
    time::{Duration, Instant},
};

use aws_lc_rs::hmac;
use data_encoding::BASE64;
use serde_json::{Value, json};

use super::{Occupant, Party};
use crate::support::{Running, mode};

const SECRET: &str = "whsec_0123456789abcdef0123456789abcdef";
const JOURNAL: &str = "rehearsal/.roomkey/workshop.events.jsonl";

/// A party whose program listens.
struct Listening {
    party: Party,
    running: Option<Running>,
    address: String,
}

impl Listening {
    fn start(count: usize, more: &[&str]) -> Self {
        let mut party = Party::of(count);
        party.sandbox.set("ROOMKEY_ATTENDANCE_SECRET", SECRET);
        let mut listening = Self { party, running: None, address: String::new() };
        listening.again(more);
        listening
    }

    fn again(&mut self, more: &[&str]) {
        let arguments = [&["attendance", "--rehearsal", "--listen", "127.0.0.1:0"], more].concat();
        let running = self.party.sandbox.spawn(&arguments);
        running.wait_until_it_says("Ctrl-C ends it");
        let said = running.stderr();
        let address = said.split("http://").nth(1).and_then(|rest| rest.split(": ").next()).expect("an address");
        address.clone_into(&mut self.address);
        self.running = Some(running);
    }

    /// Posts a body, and tells the status of the answer.
    fn post(&self, path: &str, headers: &[(&str, String)], body: &str) -> u16 {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        let mut request =
            format!("POST {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: {}\r\n", body.len());
        for (name, value) in headers {
            request.push_str(&format!("{name}: {value}\r\n"));
        }
        request.push_str("\r\n");
        stream.write_all(request.as_bytes()).unwrap();
        // A server may answer, and close, before it has read what is too long.
        let _ = stream.write_all(body.as_bytes());
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer.split(' ').nth(1).unwrap_or_else(|| panic!("no answer: {answer:?}")).parse().unwrap()
    }

    fn event(&self, event: &Value) -> u16 {
        self.post("/api/events/occupant/joined", &[("Authorization", format!("Bearer {SECRET}"))], &event.to_string())
    }

    fn journal(&self) -> String {
        self.party.sandbox.read(JOURNAL)
    }

    /// Ctrl-C.
    fn end(&mut self) -> crate::support::Finished {
        let running = self.running.take().unwrap();
        running.interrupt();
        running.wait()
    }
}

#[test]
fn what_is_posted_is_kept_and_told_at_the_end() {
    let mut listening = Listening::start(3, &["--html", "report.html"]);
    let one = Occupant::with_id(&listening.party.nth(1), "a", "14:00:00", "15:00:00");
    let two = Occupant::with_id(&listening.party.nth(2), "b", "14:00:00", "15:00:00");
    for event in one.posts().iter().chain(&two.posts()[..1]) {
        assert_eq!(listening.event(event), 200);
    }
    assert_eq!(listening.event(&Occupant::who(&json!({}), "x", "14:00:00", "15:00:00").posts()[0]), 200);
    listening.running.as_ref().unwrap().wait_until_it_says("somebody came whom no invitation explains: no token");
    let finished = listening.end();
    finished.is(5).says("2 of 3 people came").says("1 unexplained");
    assert!(!finished.said().contains(SECRET));
    let journal = listening.journal();
    let lines: Vec<Value> = journal.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 6, "{journal}");
    assert_eq!((&lines[0]["roomkey"], &lines[5]["roomkey"]), (&json!("listening"), &json!("stopped")));
    assert_eq!(mode(&listening.party.sandbox.path(JOURNAL)), 0o600);
    let page = listening.party.sandbox.read("report.html");
    assert!(page.contains("a1@example.org") && mode(&listening.party.sandbox.path("report.html")) == 0o600);
    // The ledger has it, and a second listening begins with it.
    listening.party.run(&[]).says("2 of 3 people came");
    listening.again(&[]);
    listening.end().says("2 of 3 people came");
}

#[test]
fn nobody_without_the_secret_adds_anything() {
    let mut listening = Listening::start(2, &[]);
    let event = Occupant::with_id(&listening.party.nth(1), "a", "14:00:00", "15:00:00").posts()[0].to_string();
    let path = "/api/events/occupant/joined";
    let bearer = |secret: &str| vec![("Authorization", format!("Bearer {secret}"))];
    assert_eq!(listening.post(path, &[], &event), 401);
    assert_eq!(listening.post(path, &bearer("another-secret-of-some-length"), &event), 401);
    assert_eq!(listening.post("/somewhere", &bearer(SECRET), &event), 404);
    assert_eq!(listening.post(path, &bearer(SECRET), "no json"), 400);
    assert_eq!(listening.post(path, &bearer(SECRET), &format!("{{\"x\":\"{}\"}}", "a".repeat(1 << 20))), 413);
    assert_eq!(listening.journal().lines().count(), 1, "its own line alone");
    listening.end().says("0 of 2 people came");
}

#[test]
fn a_signature_of_jaas_must_be_right_and_fresh() {
    let mut listening = Listening::start(1, &[]);
    let now = seconds_now();
    let body = json!({"idempotencyKey": "k", "eventType": "PARTICIPANT_JOINED", "timestamp": now * 1000,
                      "fqn": "workshop/rust-workshop", "data": {"id": listening.party.nth(1), "participantJid": "p"}})
    .to_string();
    let signed = |time: i64, secret: &str, body: &str| {
        let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
        let tag = hmac::sign(&key, format!("{time}.{body}").as_bytes());
        vec![("X-Jaas-Signature", format!("t={time},v1={}", BASE64.encode(tag.as_ref())))]
    };
    assert_eq!(listening.post("/jaas", &signed(now, SECRET, &body), &body), 200);
    assert_eq!(listening.post("/jaas", &signed(now, "whsec_another0123456789", &body), &body), 401);
    assert_eq!(listening.post("/jaas", &signed(now - 400, SECRET, &body), &body), 401);
    assert_eq!(listening.post("/jaas", &signed(now, SECRET, &body), &body.replace("JOINED", "LEFT")), 401);
    assert_eq!(listening.post("/jaas", &[], &body), 401);
    listening.end();
    assert_eq!(listening.journal().lines().filter(|line| line.contains("PARTICIPANT")).count(), 1);
}

#[expect(clippy::disallowed_methods, reason = "a signature is judged by the clock")]
fn seconds_now() -> i64 {
    jiff::Timestamp::now().as_second()
}

#[test]
fn killed_at_once_it_has_lost_nothing_that_was_answered() {
    let mut listening = Listening::start(3, &[]);
    let ids: Vec<String> = (1..=3).map(|n| listening.party.nth(n)).collect();
    let mut answered = 0;
    for n in 0..60 {
        let event = &Occupant::with_id(&ids[n % 3], &format!("s{n}"), "14:00:00", "15:00:00").posts()[0];
        assert_eq!(listening.event(event), 200);
        answered += 1;
    }
    listening.running.take().unwrap().kill();
    let kept = listening.journal().lines().filter(|line| line.contains("muc-occupant-joined")).count();
    assert_eq!(kept, answered);
    // Whoever asks is told of it, though nobody listens any more.
    listening.party.run(&[]).says("3 of 3 people came");
    // The file goes on, and so does the count; half a line of a crash is no problem.
    let half = listening.journal() + "{\"event_name\":\"muc-occ";
    std::fs::write(listening.party.sandbox.path(JOURNAL), half).unwrap();
    listening.again(&[]);
    listening.end().says("3 of 3 people came");
    assert_eq!(listening.party.person("a1@example.org")["joins"], 20);
}

#[test]
fn the_page_is_shown_to_this_computer_while_it_listens() {
    let mut listening = Listening::start(2, &["--web"]);
    let running = listening.running.as_ref().unwrap();
    running.wait_until_it_says("the report, on this computer alone");
    let deadline = Instant::now() + Duration::from_mins(1);
    let url = loop {
        if let Some(url) = running.stderr().lines().find(|line| line.starts_with("http://127.0.0.1:")) {
            break url.to_owned();
        }
        assert!(Instant::now() < deadline);
        std::thread::sleep(Duration::from_millis(20));
    };
    let rest = url.strip_prefix("http://").unwrap();
    let (host, path) = rest.split_once('/').unwrap();
    let get = || {
        let mut stream = TcpStream::connect(host).unwrap();
        write!(stream, "GET /{path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n").unwrap();
        let mut page = String::new();
        stream.read_to_string(&mut page).unwrap();
        page
    };
    assert!(get().contains("a1@example.org") && !get().contains("no token"));
    listening.event(&Occupant::who(&json!({}), "x", "14:00:00", "15:00:00").posts()[0]);
    while !get().contains("no token") {
        assert!(Instant::now() < deadline, "the page never tells of it");
        std::thread::sleep(Duration::from_millis(100));
    }
    listening.end();
    assert!(TcpStream::connect(host).is_err());
}

#[test]
fn who_has_no_secret_or_no_free_port_is_told_what_to_do() {
    let party = Party::of(1);
    party.run(&["--listen", "127.0.0.1:0"]).is(3).says("the attendance secret is missing").says("openssl rand -hex 32");
    party.sandbox.run(&["attendance", "--web"]).is(2).says("--listen");
    let mut listening = Listening::start(1, &[]);
    let taken = listening.party.run(&["--listen", &listening.address]);
    taken.is(6).says("another receiver writes to it");
    listening.end();
    let holder = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = holder.local_addr().unwrap().to_string();
    listening.party.run(&["--listen", &address]).is(6).says("the address is in use").says("choose another port");
}

#[test]
fn what_is_read_while_it_listens_is_kept_too() {
    let mut listening = Listening::start(3, &[]);
    let party = &listening.party;
    let mut log = super::Log::of_the_day("Europe/Berlin");
    log.stay(&Occupant::with_id(&party.nth(1), "a", "14:00:00", "15:00:00"));
    let second = Occupant::with_id(&party.nth(2), "b", "14:00:00", "15:00:00");
    party.log(&log.whole()).says("1 of 3 people came");
    // Who watches sees it too.
    listening.running.as_ref().unwrap().wait_until_it_says("1 of 3 came");
    for event in second.posts() {
        assert_eq!(listening.event(&event), 200);
    }
    listening.end().says("2 of 3 people came");
    listening.party.run(&[]).says("2 of 3 people came").says("1 absent");
}

#[test]
fn whoever_is_in_the_room_now_is_there_until_now() {
    let mut listening = Listening::start(2, &[]);
    let now = seconds_now();
    let local = |at: i64| {
        let zone = jiff::tz::TimeZone::get("Europe/Berlin").unwrap();
        jiff::Timestamp::from_second(at).unwrap().to_zoned_datetime(zone).strftime("%Y-%m-%dT%H:%M").to_string()
    };
    listening.end();
    let event = listening.party.sandbox.read("event.toml");
    let event = event.replace("2036-12-05T14:00", &local(now - 7200)).replace("2036-12-05T17:00", &local(now + 7200));
    listening.party.sandbox.write("event.toml", &event);
    listening.party.rehearse();
    let id = listening.party.nth(1);
    let mut log = super::Log::empty("Europe/Berlin");
    for (session, from) in [("a", now - 3600), ("b", now - 1800)] {
        let here = Occupant { joined: from, ..Occupant::with_id(&id, session, "14:00:00", "15:00:00") };
        log.joined(&here);
    }
    log.line(now, "mod_bosh", "info", "x");
    listening.party.log(&log).says("still there").says("≥ 60").says("two at once, 30 min");
    listening.again(&[]);
    let late = Occupant { joined: seconds_now(), ..Occupant::with_id(&id, "c", "14:00:00", "15:00:00") };
    assert_eq!(listening.event(&late.posts()[0]), 200);
    listening.running.as_ref().unwrap().wait_until_it_says("1 in the room now");
    // The last event may be newer than the last sign of life.
    listening.party.run(&[]).says("still there").says_not("nothing tells");
    listening.end().says("still there");
}
