//! Events of several sessions: who gets which links, in how many mails, and what the ledger knows of each.

use roomkey::{
    model::Stage,
    rehearsal::{Action, Rule, Script, Times},
};
use serde_json::Value;

use crate::{
    calendar::entries,
    support::{CLOSED_PORT, EventFile, ReceivedMail, SECRET, Sandbox, SmtpServer, links_in, verify_token},
};

const ROWS: &str = "email,name,session\n\
                    ada@example.org,Ada,morning\n\
                    bob@example.org,Bob,evening; morning\n\
                    cora@example.org,Cora,evening\n\
                    ada@example.org,Ada,evening\n";

/// `[[session]]`, from an hour to an hour of the event's day.
fn session(key: &str, from: &str, to: &str) -> String {
    format!(
        "[[session]]\nkey = \"{key}\"\nroom = \"room-{key}\"\nstarts = \"2036-12-05T{from}\"\nends = \"2036-12-05T{to}\"\n"
    )
}

fn both() -> String {
    session("morning", "09:00", "12:00") + &session("evening", "18:00", "20:00")
}

/// Writes the event with these sessions.
fn write(sandbox: &Sandbox, event: &EventFile, sessions: &str) {
    event.write(sandbox);
    let text = sandbox.read("event.toml");
    sandbox.write("event.toml", &format!("{text}\n{sessions}"));
}

fn sandbox_at(port: u16) -> Sandbox {
    let sandbox = Sandbox::with_attendees(0, port);
    write(&sandbox, &EventFile::at(port), &both());
    sandbox.write("attendees.csv", ROWS);
    sandbox
}

/// The rooms that a mail's links open, in its text; the HTML and the calendars must hold the same links.
fn rooms(mail: &ReceivedMail) -> Vec<String> {
    let mut links = links_in(mail.text());
    links.dedup();
    let mut in_html = links_in(&mail.html().replace("&amp;", "&"));
    in_html.sort();
    in_html.dedup();
    let mut sorted = links.clone();
    sorted.sort();
    assert_eq!(in_html, sorted);
    let claims: Vec<Value> = links.iter().map(|link| verify_token(link, SECRET).expect("it is signed")).collect();
    claims.iter().map(|claims| claims["room"].as_str().unwrap().to_owned()).collect()
}

/// Who got which rooms, sorted.
fn delivered(server: &SmtpServer) -> Vec<(String, Vec<String>)> {
    let mut told: Vec<_> = server.received().iter().map(|mail| (mail.to(), rooms(mail))).collect();
    told.sort();
    told
}

fn told(expected: &[(&str, &[&str])]) -> Vec<(String, Vec<String>)> {
    let rooms = |rooms: &[&str]| rooms.iter().map(|room| format!("room-{room}")).collect();
    expected.iter().map(|(who, of)| (format!("{who}@example.org"), rooms(of))).collect()
}

/// Each invitation's state, by who and session.
fn states(sandbox: &Sandbox) -> Vec<String> {
    let text = |row: &Value, key: &str| row[key].as_str().unwrap_or_default().to_owned();
    let rows = sandbox.rows();
    let told = rows.iter().map(|row| {
        let who = text(row, "email");
        format!("{} {} {}", who.split('@').next().unwrap(), text(row, "session"), text(row, "state"))
    });
    told.collect()
}

#[test]
fn who_is_in_several_sessions_gets_one_mail_with_a_link_for_each() {
    let server = SmtpServer::obliging();
    let sandbox = sandbox_at(server.port());
    sandbox.run(&["send", "--yes"]).is(0).says("3 mails to send").says("3 accepted");
    let all = [("ada", &["morning", "evening"][..]), ("bob", &["morning", "evening"]), ("cora", &["evening"])];
    assert_eq!(delivered(&server), told(&all));
    assert_eq!(
        states(&sandbox),
        ["ada morning sent", "bob morning sent", "bob evening sent", "cora evening sent", "ada evening sent"]
    );
    let ada = server.received().into_iter().find(|mail| mail.to() == "ada@example.org").unwrap();
    let mut ids: Vec<_> = links_in(ada.text())
        .iter()
        .map(|link| verify_token(link, SECRET).unwrap()["context"]["user"]["id"].to_string())
        .collect();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 2, "an id for each session, so that it is seen who came to which");
    let files = entries(&ada);
    assert_eq!(files.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(), ["morning.ics", "evening.ics"]);
    let values = |name: &str| files.iter().map(|(_, entry)| entry.value(name).to_owned()).collect::<Vec<_>>();
    assert_eq!(values("SUMMARY"), ["Rust for Everyone: morning", "Rust for Everyone: evening"]);
    assert_eq!(values("DTSTART"), ["20361205T080000Z", "20361205T170000Z"]);
    assert_ne!(values("UID")[0], values("UID")[1]);
    // Whoever is in one session alone gets an ordinary mail, under its name.
    let cora = server.received().into_iter().find(|mail| mail.to() == "cora@example.org").unwrap();
    assert_eq!(cora.subject(), "Rust for Everyone: evening: your personal link");
    assert!(cora.text().contains("18:00 to 20:00"), "{}", cora.text());
    sandbox.run(&["send", "--yes"]).is(0).says("nothing to send");
    sandbox.run(&["status"]).is(0).says("5 invitations: 5 sent");
    sandbox.run(&["status", "--all"]).is(0).says("SESSION").says("evening");
    let rows = sandbox.run(&["status", "--session", "evening", "--format", "json"]).is(0).stdout.clone();
    assert_eq!(serde_json::from_str::<Vec<Value>>(&rows).unwrap().len(), 3);
}

#[test]
fn each_session_may_have_a_mail_of_its_own() {
    let server = SmtpServer::obliging();
    let sandbox = sandbox_at(server.port());
    write(&sandbox, &EventFile::at(server.port()).text("mail", "per", "session"), &both());
    sandbox.run(&["send", "--yes"]).is(0).says("5 mails to send");
    let all = [
        ("ada", &["evening"][..]),
        ("ada", &["morning"]),
        ("bob", &["evening"]),
        ("bob", &["morning"]),
        ("cora", &["evening"]),
    ];
    assert_eq!(delivered(&server), told(&all));
    let ids: std::collections::BTreeSet<_> =
        server.received().iter().map(|mail| mail.message_id().to_owned()).collect();
    assert_eq!(ids.len(), 5);
}

#[test]
fn who_registers_for_one_more_session_is_mailed_that_one() {
    let server = SmtpServer::obliging();
    let sandbox = sandbox_at(server.port());
    sandbox.run(&["send", "--yes", "--session", "morning"]).is(0).says("2 mails to send");
    assert_eq!(delivered(&server), told(&[("ada", &["morning"]), ("bob", &["morning"])]));
    sandbox.run(&["send", "--yes"]).is(0).says("3 mails to send");
    let later: Vec<_> = server.received().iter().skip(2).map(rooms).collect();
    assert!(later.iter().all(|rooms| rooms == &["room-evening"]), "{later:?}");
    sandbox.run(&["resend", "bob@example.org"]).is(0);
    assert_eq!(rooms(server.received().last().unwrap()), ["room-morning", "room-evening"]);
    sandbox.run(&["resend", "bob@example.org", "--session", "evening"]).is(0);
    assert_eq!(rooms(server.received().last().unwrap()), ["room-evening"]);
    let links = sandbox.run(&["link", "bob@example.org"]).is(0).says("to the session `evening`").stdout.clone();
    assert_eq!(links.lines().count(), 2);
    let evening = sandbox.run(&["link", "bob@example.org", "--session", "evening"]).is(0).stdout.clone();
    assert_eq!(links.lines().nth(1), evening.lines().next());
    assert!(server.received().last().unwrap().text().contains(evening.trim()));
    sandbox.run(&["link", "bob@example.org", "--session", "noon"]).is(3).says("its sessions are morning, evening");
    sandbox.run(&["send", "--session", "noon", "--yes"]).is(3).says("event.toml has no session `noon`");
    sandbox.run(&["send", "--session", "Noon!", "--yes"]).is(3).says("`noon!` is not a session's key");
}

#[test]
fn what_is_refused_or_in_doubt_is_so_for_all_sessions_of_the_mail() {
    let to = |who: &str, action| Rule::at(Stage::Final, action).recipient(who);
    let later = Action::reply("450 4.2.0 greylisted");
    let script = Script::default()
        .rule(to("ada", Action::AcceptThenDrop).times(Times::First(1)))
        .rule(to("bob", later).times(Times::First(1)))
        .rule(to("cora", Action::reply("550 5.1.1 no such user")).times(Times::First(1)));
    let server = SmtpServer::start(script);
    let sandbox = sandbox_at(server.port());
    sandbox.run(&["send", "--yes"]).is(5);
    assert_eq!(
        states(&sandbox),
        ["ada morning in_doubt", "bob morning sent", "bob evening sent", "cora evening failed", "ada evening in_doubt"]
    );
    let of_bob: Vec<_> = server.received().into_iter().filter(|mail| mail.to() == "bob@example.org").collect();
    assert_eq!((of_bob.len(), rooms(&of_bob[0]).len()), (1, 2), "tried again as one mail");
    let first = server.received().into_iter().find(|mail| mail.to() == "ada@example.org").unwrap();
    sandbox.run(&["settle", "ada@example.org", "--session", "morning", "--arrived"]).is(0);
    assert_eq!(sandbox.in_state("in_doubt").len(), 1);
    sandbox.run(&["settle", "ada@example.org", "--not-arrived"]).is(0);
    sandbox.run(&["send", "--yes"]);
    let second = server.received().into_iter().rfind(|mail| mail.to() == "ada@example.org").unwrap();
    assert_eq!((rooms(&first).len(), rooms(&second)), (2, vec!["room-evening".to_owned()]));
    assert_ne!(first.message_id(), second.message_id(), "what says something else is no double");
}

#[test]
fn who_moves_to_another_session_is_mailed_for_it_with_an_id_and_without() {
    for header in ["email,name,session", "email,name,session,id"] {
        let server = SmtpServer::obliging();
        let sandbox = sandbox_at(server.port());
        let rows = |session: &str| {
            let row = ["a@example.org", "Ada", session, "7"];
            let cells = row[..header.split(',').count()].join(",");
            sandbox.write("attendees.csv", &format!("{header}\n{cells}\n"));
        };
        rows("morning");
        sandbox.run(&["send", "--yes"]).is(0);
        rows("evening");
        sandbox.run(&["send", "--yes"]).is(0).says("1 accepted");
        assert_eq!(rooms(server.received().last().unwrap()), ["room-evening"]);
        assert_eq!(states(&sandbox), ["a evening sent", "a morning removed"]);
        sandbox.run(&["cancel", "--all", "--session", "morning", "--yes"]).is(0).says("1 accepted");
        assert_eq!(server.received().last().unwrap().subject(), "Cancelled: Rust for Everyone: morning");
    }
}

#[test]
fn a_round_for_one_session_is_none_for_the_other() {
    let server = SmtpServer::obliging();
    let sandbox = sandbox_at(server.port());
    sandbox.run(&["send", "--yes"]).is(0);
    let moved = session("morning", "10:00", "12:00") + &session("evening", "19:00", "20:00");
    write(&sandbox, &EventFile::at(server.port()), &moved);
    sandbox.run(&["resend", "--all", "--session", "evening", "--yes"]).is(0);
    let refused = sandbox.run(&["send", "--yes"]);
    refused.is(3).says("`roomkey resend --all --session morning --note").says_not("19:00");
    sandbox.run(&["resend", "--all", "--session", "evening", "--yes"]).is(0).says("nothing to send");
    sandbox.run(&["send", "--session", "evening", "--yes"]).is(0).says("nothing to send");
    sandbox.run(&["resend", "--all", "--session", "morning", "--yes"]).is(0);
    sandbox.run(&["send", "--yes"]).is(0).says("nothing to send");
    assert_eq!(server.counts().mails, 3 + 3 + 2);
}

#[test]
fn a_session_that_moved_stops_the_run_and_its_people_alone_can_be_told() {
    let server = SmtpServer::obliging();
    let sandbox = sandbox_at(server.port());
    sandbox.run(&["send", "--yes"]).is(0);
    let moved = session("morning", "10:00", "12:00") + &session("evening", "18:00", "20:00");
    write(&sandbox, &EventFile::at(server.port()), &moved);
    let refused = sandbox.run(&["send", "--yes"]);
    refused
        .is(3)
        .says("2 people were mailed for Fri 5 Dec 2036 09:00")
        .says("event.toml now says Fri 5 Dec 2036 10:00");
    sandbox.run(&["check"]).is(0).says("event.toml now says");
    sandbox.run(&["resend", "--all", "--session", "morning", "--note", "New time: 10:00", "--yes"]).is(0);
    let told: Vec<_> = server.received()[3..].iter().map(|mail| (mail.to(), rooms(mail))).collect();
    assert_eq!(told.len(), 2);
    assert!(told.iter().all(|(_, rooms)| rooms == &["room-morning"]), "{told:?}");
    let entry = &entries(&server.received()[3])[0];
    assert_eq!((entry.0.as_str(), entry.1.sequence()), ("invite.ics", 1), "the calendars' entry is the same one");
    sandbox.run(&["send", "--yes"]).is(0).says("nothing to send");
    // A session that is no more.
    write(&sandbox, &EventFile::at(server.port()), &session("evening", "18:00", "20:00"));
    sandbox.run(&["check"]).is(3).says("event.toml has no session `morning`").says("attendees.csv:2");
}

#[test]
fn one_session_can_be_called_off_alone() {
    let server = SmtpServer::obliging();
    let sandbox = sandbox_at(server.port());
    sandbox.run(&["send", "--yes"]).is(0);
    sandbox.run(&["cancel", "--all", "--session", "evening", "--yes"]).is(0).says("3 mails to tell");
    let off: Vec<_> = server.received()[3..].iter().map(|mail| mail.subject().to_owned()).collect();
    assert_eq!(off, ["Cancelled: Rust for Everyone: evening"; 3]);
    let entry = &entries(&server.received()[3])[0].1;
    assert_eq!((entry.method.as_str(), entry.value("DTSTART")), ("CANCEL", "20361205T170000Z"));
    assert_eq!(
        states(&sandbox),
        [
            "ada morning sent",
            "bob morning sent",
            "bob evening cancelled",
            "cora evening cancelled",
            "ada evening cancelled"
        ]
    );
    sandbox.run(&["send", "--yes"]).is(0).says("nothing to send").says_not("was called off");
    sandbox.run(&["cancel", "ada@example.org"]).is(0);
    assert_eq!(server.received().last().unwrap().subject(), "Cancelled: Rust for Everyone: morning");
}

#[test]
fn an_event_that_gets_sessions_later_mails_nobody_unasked() {
    let server = SmtpServer::obliging();
    let sandbox = Sandbox::with_attendees(2, server.port());
    sandbox.run(&["send", "--yes"]).is(0);
    write(&sandbox, &EventFile::at(server.port()), &both());
    sandbox.write("attendees.csv", "email,name,session\na1@example.org,Attendee 1,morning\n");
    let refused = sandbox.run(&["send", "--yes"]);
    refused.is(3).says("2 people were mailed for the event as a whole").says("now has sessions: morning, evening");
    assert_eq!(server.counts().mails, 2);
    // And back again.
    sandbox.run(&["send", "--yes", "--accept-change"]).is(0);
    EventFile::at(server.port()).write(&sandbox);
    sandbox.run(&["send", "--yes"]).is(0).says_not("1 accepted");
}

#[test]
fn a_file_without_the_column_is_refused_unless_everybody_is_in_all() {
    let sandbox = sandbox_at(CLOSED_PORT);
    sandbox.write("attendees.csv", "email,name,Session\nada@example.org,Ada,morning\n");
    let refused = sandbox.run(&["check"]);
    refused.is(3).says("there is no column `session`").says("session = \"Session\"").says("session = false");
    write(&sandbox, &EventFile::at(CLOSED_PORT).text("attendees.columns", "session", "Session"), &both());
    sandbox.run(&["check"]).is(0).says("1 person in 1 row, 1 invitation");
    write(&sandbox, &EventFile::at(CLOSED_PORT).raw("attendees.columns", "session", false), &both());
    sandbox.run(&["check"]).is(0).says("1 person in 1 row, 2 invitations");
    // Without sessions, a column of that name means nothing.
    EventFile::at(CLOSED_PORT).write(&sandbox);
    sandbox.write("attendees.csv", "email,name,session\nada@example.org,Ada,whatever\n");
    sandbox.run(&["check"]).is(0).says("for your templates only: \"session\"");
    EventFile::at(CLOSED_PORT).text("attendees.columns", "session", "session").write(&sandbox);
    sandbox.run(&["check"]).is(3).says("event.toml has no sessions");
}

#[test]
fn what_is_wrong_with_a_session_is_said_at_its_line() {
    let sandbox = sandbox_at(CLOSED_PORT);
    let one = "room = \"r\"\nstarts = \"2036-12-05T09:00\"\nends = \"2036-12-05T10:00\"\n";
    for (sessions, says) in [
        (session("morning", "12:00", "09:00"), "ends: it ends before it starts"),
        (session("Morning", "09:00", "12:00"), "key: `Morning` is not a session's key"),
        (session("morning", "09:00", "12:00").repeat(2), "two sessions with the key `morning`"),
        (format!("[[session]]\n{one}"), "`key` is missing in this [[session]]"),
        (format!("[session]\nkey = \"a\"\n{one}"), "two brackets, [[session]]"),
        (format!("[[session]]\nkey = \"a\"\n{one}when = 1\n"), "unknown key `when`"),
        ("[[session]]\nkey = \"a\"\nroom = \"r\"\nends = 12\n".to_owned(), "`ends` must be a date and time"),
        (session("a", "09:00", "12:00").replace("room-a", "Room A"), "room: "),
        (session("a", "09:00", "12:00") + &session("b", "13:00", "14:00") + "title = \"A\"\n", "share a name"),
    ] {
        write(&sandbox, &EventFile::at(CLOSED_PORT), &sessions);
        sandbox.run(&["check"]).is(3).says("event.toml:").says(says);
    }
    // Windows that overlap, also in one room, are fine; and [event] needs no times of its own then.
    let overlapping = (session("morning", "09:00", "12:00") + &session("evening", "11:00", "13:00"))
        .replace("room-morning", "hall")
        .replace("room = \"room-evening\"\n", "");
    let event = EventFile::at(CLOSED_PORT).without("event", "starts").without("event", "ends");
    write(&sandbox, &event, &overlapping);
    sandbox.run(&["check"]).is(0).says("room hall").says("room rust-workshop");
    write(&sandbox, &event.without("event", "room"), &overlapping);
    sandbox.run(&["check"]).is(3).says("neither this session nor [event] names a room");
}

#[test]
fn own_templates_must_hold_every_link() {
    let sandbox = sandbox_at(CLOSED_PORT);
    sandbox.write("templates/invite.txt", "{{ link }}\n");
    sandbox
        .run(&["check"])
        .is(3)
        .says("would not hold the links of all sessions")
        .says("{% for session in sessions %}");
    sandbox.write(
        "templates/invite.txt",
        "{% for session in sessions %}{{ session.title }} {{ session.key }}\n<{{ session.link }}>\n{% endfor %}",
    );
    sandbox.run(&["check"]).is(0);
    sandbox.run(&["templates", "--variables"]).is(0).says("sessions");
}

#[test]
fn limits_and_tests_take_whole_people() {
    let server = SmtpServer::obliging();
    let sandbox = sandbox_at(server.port());
    sandbox.run(&["send", "--to", "me@example.org", "--yes"]).is(0);
    assert!(server.received().iter().any(|mail| rooms(mail).len() == 2), "one of the samples is in both sessions");
    let before = server.counts().mails;
    sandbox.run(&["send", "--yes", "--limit", "1"]).is(0);
    assert_eq!(server.counts().mails, before + 1);
    assert_eq!(rooms(server.received().last().unwrap()), ["room-morning", "room-evening"]);
    sandbox.run(&["send", "--dry-run"]).is(0).says("3 previews");
}
