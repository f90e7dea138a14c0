//! A real Postfix with TLS and SASL, and its `smtp-sink`.

use std::{fs, path::PathBuf, time::Duration};

use super::skipped;
use crate::support::{EventFile, ReceivedMail, Sandbox, variable};

/// The running server, as `.ci/postfix` describes it.
pub(super) struct Postfix {
    starttls: u16,
    implicit: u16,
    wrong_name: u16,
    sink: u16,
    ca_file: String,
    user: String,
    password: String,
    maildir: PathBuf,
}

impl Postfix {
    /// The server; `None`, and loudly so, where this machine has none running.
    pub(super) fn running(test: &str) -> Option<Self> {
        if variable("ROOMKEY_REAL").as_deref() != Some("1") {
            skipped(test, "no real Postfix; `.ci/run` starts one and sets ROOMKEY_REAL=1");
            return None;
        }
        let value = |name: &str| variable(name).unwrap_or_else(|| panic!("ROOMKEY_REAL is 1, but {name} is not set"));
        let port = |name: &str| value(name).parse().unwrap_or_else(|error| panic!("{name}: {error}"));
        Some(Self {
            starttls: port("ROOMKEY_REAL_STARTTLS_PORT"),
            implicit: port("ROOMKEY_REAL_IMPLICIT_PORT"),
            wrong_name: port("ROOMKEY_REAL_WRONG_NAME_PORT"),
            sink: port("ROOMKEY_REAL_SINK_PORT"),
            ca_file: value("ROOMKEY_REAL_CA"),
            user: value("ROOMKEY_REAL_USER"),
            password: value("ROOMKEY_REAL_PASSWORD"),
            maildir: value("ROOMKEY_REAL_MAILDIR").into(),
        })
    }

    /// An event that logs in on a port, and mails so many people named after the test.
    pub(super) fn sandbox(&self, port: u16, tls: &str, test: &str, people: u32) -> (Sandbox, EventFile) {
        let mut sandbox = Sandbox::new();
        sandbox.set("ROOMKEY_SMTP_PASSWORD", &self.password);
        let event = EventFile::at(port)
            .text("smtp", "host", "localhost")
            .text("smtp", "tls", tls)
            .text("smtp", "ca_file", &self.ca_file)
            .text("smtp", "user", &self.user);
        event.write(&sandbox);
        let row = |number| format!("{test}-{number}@example.org,Attendee {number}\n");
        let rows: String = (1..=people).map(row).collect();
        sandbox.write("attendees.csv", &format!("email,name\n{rows}"));
        (sandbox, event)
    }

    /// The mails delivered to people of a test; waits for so many, since Postfix delivers on its own time.
    pub(super) fn delivered(&self, test: &str, count: usize) -> Vec<ReceivedMail> {
        let deadline = std::time::Instant::now() + Duration::from_mins(1);
        loop {
            let entries = fs::read_dir(self.maildir.join("new")).into_iter().flatten();
            let mails = entries.filter_map(|entry| fs::read(entry.ok()?.path()).ok());
            let mut mails: Vec<_> = mails.map(ReceivedMail::parse).collect();
            mails.retain(|mail| mail.to().starts_with(&format!("{test}-")));
            if mails.len() >= count {
                assert_eq!(mails.len(), count, "mailed twice");
                mails.sort_by_key(ReceivedMail::to);
                return mails;
            }
            assert!(std::time::Instant::now() < deadline, "{} of {count} mails arrived", mails.len());
            std::thread::sleep(Duration::from_millis(100));
        }
    }
}

#[test]
fn everybody_is_reached_over_starttls_and_over_implicit_tls() {
    let Some(postfix) = Postfix::running("real TLS") else { return };
    for (port, tls, test) in [(postfix.starttls, "starttls", "starttls"), (postfix.implicit, "implicit", "implicit")] {
        let (sandbox, _) = postfix.sandbox(port, tls, test, 30);
        sandbox.run(&["check", "--smtp"]).is(0);
        sandbox.run(&["send", "--yes"]).is(0);
        sandbox.run(&["send", "--yes"]).is(0);
        for mail in postfix.delivered(test, 30) {
            let number = mail.to().trim_start_matches(&format!("{test}-")).replace("@example.org", "");
            assert_eq!(mail.claims()["context"]["user"]["name"], format!("Attendee {number}"));
        }
    }
}

#[test]
fn a_wrong_password_touches_no_row() {
    let Some(postfix) = Postfix::running("a wrong password") else { return };
    let (mut sandbox, _) = postfix.sandbox(postfix.starttls, "starttls", "password", 3);
    sandbox.set("ROOMKEY_SMTP_PASSWORD", "wrong donkey");
    sandbox.run(&["send", "--yes"]).is(6);
    assert_eq!(sandbox.in_state("pending").len(), 3);
}

#[test]
fn a_certificate_of_another_name_or_an_unknown_ca_is_refused() {
    let Some(postfix) = Postfix::running("wrong certificates") else { return };
    let (sandbox, _) = postfix.sandbox(postfix.wrong_name, "starttls", "name", 3);
    sandbox.run(&["send", "--yes"]).is(6).says("localhost");

    for (port, tls) in [(postfix.starttls, "starttls"), (postfix.implicit, "implicit")] {
        let (sandbox, event) = postfix.sandbox(port, tls, "ca", 3);
        event.without("smtp", "ca_file").write(&sandbox);
        sandbox.run(&["send", "--yes"]).is(6).says("ca_file");
        assert_eq!(sandbox.in_state("pending").len(), 3);
    }
}

#[test]
fn relaying_that_is_denied_blames_nobody() {
    let Some(postfix) = Postfix::running("relaying denied") else { return };
    let (sandbox, _) = postfix.sandbox(postfix.starttls, "starttls", "relay", 0);
    sandbox.write("attendees.csv", "email,name\nada@example.com,Ada\nben@example.com,Ben\n");
    sandbox.run(&["send", "--yes"]).is(6).says("Relay access denied");
    assert_eq!(sandbox.in_state("pending").len(), 2);
}

#[test]
fn a_sender_that_is_not_ours_blames_nobody() {
    let Some(postfix) = Postfix::running("a sender not owned") else { return };
    let (sandbox, event) = postfix.sandbox(postfix.starttls, "starttls", "sender", 2);
    event.text("mail", "from", "somebody@elsewhere.example").write(&sandbox);
    sandbox.run(&["send", "--yes"]).is(6).says("somebody@elsewhere.example");
    assert_eq!(sandbox.in_state("pending").len(), 2);
}

#[test]
fn an_unknown_mailbox_fails_alone() {
    let Some(postfix) = Postfix::running("an unknown mailbox") else { return };
    let (sandbox, _) = postfix.sandbox(postfix.implicit, "implicit", "mailbox", 4);
    let file = sandbox.read("attendees.csv").replace("mailbox-2@", "nobody@");
    sandbox.write("attendees.csv", &file);
    sandbox.run(&["send", "--yes"]).is(4).says("nobody@example.org");
    assert_eq!(postfix.delivered("mailbox", 3).len(), 3);
    assert_eq!(sandbox.in_state("failed"), ["nobody@example.org"]);
}

#[test]
fn a_long_run_rotates_its_connections() {
    let Some(postfix) = Postfix::running("a long run") else { return };
    let (sandbox, event) = postfix.sandbox(postfix.starttls, "starttls", "rotate", 250);
    event.raw("smtp", "connections", 1).write(&sandbox);
    sandbox.run(&["send", "--yes"]).is(0);
    assert_eq!(postfix.delivered("rotate", 250).len(), 250);
}

#[test]
fn the_sink_takes_all() {
    let Some(postfix) = Postfix::running("smtp-sink") else { return };
    let sandbox = Sandbox::with_attendees(500, postfix.sink);
    sandbox.run(&["send", "--yes"]).is(0);
    assert_eq!(sandbox.in_state("sent").len(), 500);
}
