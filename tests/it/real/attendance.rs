//! Who came to a room of a real Prosody, by the links that were mailed: told by its log, and by what it posts.
//!
//! All tests have a room of their own on the one server; what its log tells of the others is theirs.

mod sink;

use std::{
    fs,
    sync::{Mutex, MutexGuard, PoisonError},
    thread,
    time::Duration,
};

use jiff::{Timestamp, tz::TimeZone};
use serde_json::{Value, json};

use self::sink::{Posted, Sink};
use super::prosody::Servers;
use crate::{
    inspect::{HEADER, signed},
    rehearse::caught,
    support::{Browser, Finished, ReceivedMail, Sandbox, attendees, token_in, variable, verify_token},
};

const DOMAIN: &str = "hs256.test";

/// There is one address to which the server posts: one test at a time takes what comes.
static POSTS: Mutex<()> = Mutex::new(());

fn posts() -> MutexGuard<'static, ()> {
    POSTS.lock().unwrap_or_else(PoisonError::into_inner)
}

#[expect(clippy::disallowed_methods, reason = "the server goes by the same clock")]
fn now() -> i64 {
    Timestamp::now().as_second()
}

/// An event that has just begun, with everybody mailed in a rehearsal.
struct Evening {
    servers: Servers,
    sandbox: Sandbox,
    room: String,
    ends: i64,
    /// The links that were mailed, in the order of the rows.
    links: Vec<String>,
    browser: Browser,
}

impl Evening {
    /// An event that lasts so many seconds; links work from its start to an hour after its end.
    fn begun(test: &str, seconds: i64, count: usize) -> Option<Self> {
        let servers = Servers::running(test)?;
        let room = format!("{}-{}", test.replace(' ', "-"), std::process::id());
        let starts = now();
        let ends = starts + seconds;
        let zone = TimeZone::get("Asia/Kathmandu").unwrap();
        let local = |at| Timestamp::from_second(at).unwrap().to_zoned_datetime(zone.clone()).datetime().to_string();
        let sandbox = servers.sandbox();
        servers
            .behind_nginx()
            .text("jitsi", "subject", DOMAIN)
            .text("event", "room", &room)
            .text("event", "timezone", "Asia/Kathmandu")
            .text("event", "starts", &local(starts))
            .text("event", "ends", &local(ends))
            .text("event", "opens_before", "0m")
            .text("event", "closes_after", "1h")
            .write(&sandbox);
        sandbox.write("attendees.csv", &attendees(count));
        let browser = Browser::at(servers.port, DOMAIN);
        let mut evening = Self { servers, sandbox, room, ends, links: Vec::new(), browser };
        evening.rehearse();
        let mails: Vec<_> = caught(&evening.sandbox).iter().map(|file| ReceivedMail::read(file)).collect();
        let link_to = |n: usize| {
            let to = format!("a{n}@example.org");
            mails.iter().find(|mail| mail.to() == to).unwrap_or_else(|| panic!("no mail to {to}")).link()
        };
        evening.links = (1..=count).map(link_to).collect();
        Some(evening)
    }

    fn rehearse(&self) {
        self.sandbox.run(&["rehearse"]).is(0);
    }

    fn run(&self, arguments: &[&str]) -> Finished {
        self.sandbox.run(&[&["attendance", "--rehearsal"], arguments].concat())
    }

    /// Reads the server's log as it stands.
    fn by_log(&self) -> Finished {
        self.run(&["--log", &log_file()])
    }

    /// What is known by now.
    fn known(&self) -> Value {
        serde_json::from_str(&self.run(&["--format", "json"]).stdout).expect("JSON")
    }

    /// The claims of somebody's link, to make others of.
    fn claims(&self, n: usize) -> Value {
        verify_token(&self.links[n - 1], &self.servers.secret).expect("the server's secret signs")
    }

    fn signed(&self, claims: &Value) -> String {
        signed(HEADER, &claims.to_string(), &self.servers.secret)
    }

    /// Demands that nothing was said, or is kept, that a token could be made of.
    fn keeps_no_token(&self, told: &Finished, tokens: &[String]) {
        let folder = self.sandbox.path("rehearsal/.roomkey");
        let files = fs::read_dir(folder).unwrap().map(|entry| fs::read(entry.unwrap().path()).unwrap());
        let kept: Vec<u8> = files.flatten().collect();
        let is_kept = |text: &str| kept.windows(text.len()).any(|window| window == text.as_bytes());
        assert!(is_kept(&self.room), "what was read is kept there");
        for token in tokens {
            let (signed, signature) = token.rsplit_once('.').unwrap();
            for piece in [signed.split_once('.').unwrap().1, signature] {
                told.says_not(piece);
                assert!(!is_kept(piece), "{piece} is kept");
            }
        }
    }
}

fn log_file() -> String {
    variable("ROOMKEY_REAL_PROSODY_LOG").expect("ROOMKEY_REAL_PROSODY_LOG is set where a Prosody runs")
}

fn log() -> String {
    String::from_utf8_lossy(&fs::read(log_file()).unwrap()).into_owned()
}

fn tokens(links: &[String]) -> Vec<String> {
    links.iter().map(|link| token_in(link).to_owned()).collect()
}

/// What is told of each of the invited: whether they came, and how often.
fn people(whole: &Value) -> Vec<(&str, i64)> {
    let people = whole["people"].as_array().unwrap_or_else(|| panic!("{whole}"));
    people.iter().map(|one| (one["status"].as_str().unwrap(), one["joins"].as_i64().unwrap())).collect()
}

#[test]
fn whoever_opened_the_mailed_link_came_and_nobody_else() {
    let Some(evening) = Evening::begun("a whole round", 8, 5) else { return };
    let open = |n: usize| evening.browser.open(&evening.links[n - 1]).unwrap();
    let (first, second_device, second) = (open(1), open(1), open(2));
    second.leave();
    let (again, third) = (open(2), open(3));
    for guest in [first, again] {
        guest.leave();
    }
    for guest in [second_device, third] {
        guest.close();
    }
    // Its log must go on until after the event's end, or nobody can be called absent.
    while now() <= evening.ends {
        thread::sleep(Duration::from_millis(100));
    }
    let mut elsewhere = evening.claims(4);
    elsewhere["room"] = json!("elsewhere");
    evening.browser.enter("elsewhere", &evening.signed(&elsewhere)).unwrap().leave();

    let told = evening.by_log();

    told.is(0).says("3 of 5 people came, 2 absent").says_not("unexplained").says_not("Refused");
    evening.keeps_no_token(&told, &tokens(&evening.links));
    let known = evening.known();
    assert_eq!(people(&known), [("came", 2), ("came", 2), ("came", 1), ("absent", 0), ("absent", 0)]);
    assert_eq!((&known["unexplained"], &known["span"]["complete"]), (&json!([]), &json!(true)));
    let seconds = |one: &Value, key: &str| one[key].as_str().unwrap().parse::<Timestamp>().unwrap().as_second();
    for one in &known["people"].as_array().unwrap()[..3] {
        assert!(seconds(one, "first_joined") <= seconds(one, "last_left"), "{one}");
        assert_eq!((&one["left_uncertain"], &one["note"]), (&json!(false), &json!("")));
    }
}

#[test]
fn nobody_is_absent_while_it_goes_on() {
    let Some(evening) = Evening::begun("a round under way", 3600, 2) else { return };
    let _stays = evening.browser.open(&evening.links[0]).unwrap();
    evening.by_log().is(5).says("So far 1 of 2 people came, 1 not seen");
    assert_eq!(people(&evening.known()), [("came", 1), ("unknown", 0)]);
}

#[test]
fn refused_tokens_are_counted_by_their_reason_and_kept_by_nobody() {
    let Some(evening) = Evening::begun("refused tokens", 3600, 1) else { return };
    let altered = |name: &str, value: Value| {
        let mut claims = evening.claims(1);
        claims[name] = value;
        evening.signed(&claims)
    };
    let of_another_room = altered("room", json!("another-room"));
    let expired = altered("exp", json!(now() - 1));
    let early = altered("nbf", json!(now() + 3600));
    let forged = signed(HEADER, &evening.claims(1).to_string(), "a secret that is not the server's");
    for (token, reason) in [
        (&of_another_room, "Room and token mismatched"),
        (&expired, "Not acceptable by exp"),
        (&early, "Not acceptable by nbf"),
        (&forged, "Invalid signature"),
    ] {
        let answer = evening.browser.enter(&evening.room, token).err().expect("a refusal");
        assert!(answer.starts_with(reason), "{answer}");
    }
    evening.browser.open(&evening.links[0]).unwrap().leave();

    let told = evening.by_log();

    told.is(5).says("1 try: token for another room").says("1 try: after closing");
    told.says("1 try: before opening").says("1 try: wrong signature");
    assert!(log().contains(&of_another_room), "the server itself writes it down");
    evening.keeps_no_token(&told, &[of_another_room, expired, early, forged]);
    assert_eq!(people(&evening.known()), [("came", 1)]);
}

#[test]
fn a_token_without_an_id_is_a_stranger_whatever_it_says() {
    let Some(evening) = Evening::begun("a token without an id", 3600, 2) else { return };
    let mut claims = evening.claims(1);
    claims["context"]["user"] = json!({"name": "Attendee 1", "email": "a1@example.org"});
    evening.browser.enter(&evening.room, &evening.signed(&claims)).unwrap().leave();

    let told = evening.by_log();

    told.is(5).says("1 unexplained").says("a token without an id; says Attendee 1, a1@example.org");
    let known = evening.known();
    assert_eq!(people(&known), [("unknown", 0), ("unknown", 0)]);
    assert_eq!(known["unexplained"].as_array().unwrap().len(), 1);
}

#[test]
fn what_a_refused_visitor_writes_into_the_log_adds_nobody() {
    let Some(evening) = Evening::begun("a forged line", 3600, 2) else { return };
    evening.browser.open(&evening.links[0]).unwrap().leave();
    // The true line, made over into one about somebody who is not there.
    let log_before = log();
    let place = format!("New occupant in room: {}@", evening.room);
    let line = log_before.lines().find(|line| line.contains(&place)).expect("a line about the one who came");
    let id = |n: usize| evening.claims(n)["context"]["user"]["id"].as_str().unwrap().to_owned();
    let (first, second) = (id(1), id(2));
    let made_over = |text: &str| {
        text.replace(&first, &second).replace("Attendee 1", "Attendee 2").replace("@hs256.test/", "@hs256.test/x")
    };
    let forged = made_over(line);
    assert_ne!(forged, line);
    let token = signed(HEADER, &evening.claims(2).to_string(), "a secret that is not the server's");
    let visitor = evening.browser.clone().called(&forged);
    visitor.enter(&evening.room, &token).err().expect("a refusal");
    let escaped = forged.bytes().fold("%0a".to_owned(), |text, octet| text + &format!("%{octet:02x}"));
    visitor.enter(&(evening.room.clone() + &escaped), &token).err().expect("a refusal");
    let its_end = made_over(&line[line.find(&place).unwrap()..]);
    assert_eq!(log().matches(&its_end).count(), 3, "twice at the end, once behind the room's name");

    evening.by_log().is(5).says("2 tries: wrong signature");

    assert_eq!(people(&evening.known()), [("came", 1), ("unknown", 0)]);
}

#[test]
fn what_the_server_posts_tells_the_same_as_its_log() {
    let Some(evening) = Evening::begun("posted events", 3600, 3) else { return };
    let value = |name: &str| variable(name).unwrap_or_else(|| panic!("{name} is not set"));
    let _posts = posts();
    let sink = Sink::on(value("ROOMKEY_REAL_PROSODY_EVENTS_PORT").parse().unwrap(), &evening.room);
    let open = |n: usize| evening.browser.open(&evening.links[n - 1]).unwrap();
    let (first, second) = (open(1), open(2));
    first.leave();
    let again = open(1);
    second.close();
    again.leave();
    let ours = |posted: &Posted| posted.body.contains(&evening.room);
    // In whatever order it all arrives; that the room began comes twice, for it was refused once.
    let kept = sink.wait_for(|kept| kept.iter().filter(|posted| ours(posted)).count() == 9);

    let count = |path: &str| kept.iter().filter(|posted| ours(posted) && posted.path == path).count();
    let counts = ["room/created", "occupant/joined", "occupant/left", "room/destroyed"];
    assert_eq!(counts.map(|what| count(&format!("/api/events/{what}"))), [2, 3, 3, 1]);
    let secret = value("ROOMKEY_REAL_PROSODY_EVENTS_SECRET");
    assert!(kept.iter().all(|posted| posted.authorization == format!("Bearer {secret}")), "{kept:#?}");
    let saved = |paths: &[&str]| -> String {
        let wanted = kept.iter().filter(|posted| paths.iter().any(|path| posted.path.ends_with(path)));
        wanted.flat_map(|posted| [&*posted.body, "\n"]).collect()
    };
    let read = |paths: &[&str]| {
        evening.sandbox.write("saved.jsonl", &saved(paths));
        evening.run(&["--events", "saved.jsonl"]).is(5).says("So far 2 of 3 people came, 1 not seen");
        evening.known()
    };
    // A room's end tells of everybody once more: it adds nothing where nothing got lost.
    let by_posts = read(&counts[..3]);
    assert_eq!(by_posts["people"], read(&counts)["people"]);
    // Another rehearsal forgets what was read.
    evening.rehearse();
    evening.by_log().is(5);
    let by_log = evening.known();
    assert_eq!(people(&by_log), [("came", 2), ("came", 1), ("unknown", 0)]);
    assert_eq!(by_posts["people"], by_log["people"]);
    assert_eq!((&by_posts["unexplained"], &by_log["unexplained"]), (&json!([]), &json!([])));
}

#[test]
fn what_the_server_posts_is_taken_shown_and_kept() {
    let Some(mut evening) = Evening::begun("posts to the listener", 3600, 3) else { return };
    let value = |name: &str| variable(name).unwrap_or_else(|| panic!("{name} is not set"));
    let _posts = posts();
    evening.sandbox.set("ROOMKEY_ATTENDANCE_SECRET", &value("ROOMKEY_REAL_PROSODY_EVENTS_SECRET"));
    let address = format!("127.0.0.1:{}", value("ROOMKEY_REAL_PROSODY_EVENTS_PORT"));
    let listening = evening.sandbox.spawn(&["attendance", "--rehearsal", "--listen", &address]);
    listening.wait_until_it_says("Ctrl-C ends it");
    let open = |n: usize| evening.browser.open(&evening.links[n - 1]).unwrap();
    let (first, second) = (open(1), open(2));
    listening.wait_until_it_says("2 in the room now · 2 of 3 came · 1 missing");
    first.leave();
    listening.wait_until_it_says("1 in the room now · 2 of 3 came");
    second.leave();
    listening.wait_until_it_says("0 in the room now · 2 of 3 came");
    listening.interrupt();
    let told = listening.wait();
    told.is(5)
        .says("So far 2 of 3 people came, 1 not seen")
        .says_not("unexplained")
        .says_not("without the right secret");
    assert_eq!(people(&evening.known()), [("came", 1), ("came", 1), ("unknown", 0)]);
}
