//! A server of another family: aiosmtpd, over STARTTLS and over implicit TLS, with a log-in.

use std::{collections::BTreeMap, fs, path::PathBuf};

use super::skipped;
use crate::support::{EventFile, ReceivedMail, Sandbox, variable};

const PEOPLE: usize = 60;

/// Lines that a careless sender or server changes: dots at their beginnings, alone too, and trailing blanks.
const ODD_LINES: &str = "Here: <{{ link }}>\n\n.\n..\n...three\n.hidden, {{ attendee.email }}\n.\n\nfrom here \n\n\n.";

/// The server, as `.ci/full.d/aiosmtpd` describes it.
struct Aiosmtpd {
    starttls: u16,
    implicit: u16,
    mails: PathBuf,
}

/// The server; `None`, and loudly so, where none runs.
fn running(test: &str) -> Option<Aiosmtpd> {
    let port = |name: &str| setting(name)?.parse().ok();
    let (starttls, implicit) = (port("STARTTLS_PORT"), port("IMPLICIT_PORT"));
    let found = starttls.zip(implicit).zip(setting("MAILS"));
    if found.is_none() {
        skipped(test, "no aiosmtpd; `.ci/full.d/aiosmtpd` starts one");
    }
    found.map(|((starttls, implicit), mails)| Aiosmtpd { starttls, implicit, mails: mails.into() })
}

fn setting(name: &str) -> Option<String> {
    variable(&format!("ROOMKEY_AIOSMTPD_{name}"))
}

/// An event that logs in there and mails people named after the test.
fn sandbox(port: u16, tls: &str, test: &str) -> Sandbox {
    let mut sandbox = Sandbox::new();
    sandbox.set("ROOMKEY_SMTP_PASSWORD", &setting("PASSWORD").unwrap());
    EventFile::at(port)
        .text("smtp", "host", "localhost")
        .text("smtp", "tls", tls)
        .text("smtp", "ca_file", &setting("CA").unwrap())
        .text("smtp", "user", &setting("USER").unwrap())
        .write(&sandbox);
    let row = |number| format!("{test}-{number}@example.org,Zoë Nº {number}\n");
    let rows: String = (1..=PEOPLE).map(row).collect();
    sandbox.write("attendees.csv", &format!("email,name\n{rows}"));
    sandbox
}

impl Aiosmtpd {
    /// The mails of a test, by recipient; demands that each came once, by an envelope that names its one recipient.
    fn mails(&self, test: &str) -> BTreeMap<String, ReceivedMail> {
        let mut mails = BTreeMap::new();
        for entry in fs::read_dir(&self.mails).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_none_or(|extension| extension != "envelope") {
                continue;
            }
            let envelope: Vec<String> = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
            let mail = ReceivedMail::read(&path.with_extension("eml"));
            assert_eq!(envelope, ["workshop@example.org".to_owned(), mail.to()]);
            if mail.to().starts_with(&format!("{test}-")) {
                assert!(mails.insert(mail.to(), mail).is_none(), "{envelope:?} was mailed twice");
            }
        }
        mails
    }

    /// Whether a log-in was right at a port.
    fn was_logged_in_to(&self, port: u16) -> bool {
        self.mails.join(format!("log-in.{port}")).exists()
    }
}

#[test]
fn each_mail_arrives_once_and_octet_for_octet() {
    let Some(server) = running("aiosmtpd") else { return };
    for (port, tls, test) in [(server.starttls, "starttls", "starttls"), (server.implicit, "implicit", "implicit")] {
        let sandbox = sandbox(port, tls, test);
        sandbox.write("templates/invite.txt", ODD_LINES);
        sandbox.run(&["send", "--dry-run"]).is(0);
        sandbox.run(&["check", "--smtp"]).is(0);

        sandbox.run(&["send", "--yes"]).is(0);

        sandbox.run(&["send", "--yes"]).is(0);
        assert!(server.was_logged_in_to(port));
        let mails = server.mails(test);
        assert_eq!(mails.len(), PEOPLE);
        let previews = sandbox.eml_files("preview");
        assert_eq!(previews.len(), PEOPLE);
        for path in previews {
            let preview = ReceivedMail::read(&path);
            let mail = &mails[&preview.to()];
            assert_eq!(mail.claims(), preview.claims());
            assert_eq!(mail.without_date(), preview.without_date(), "octet for octet, but for the time of writing");
            assert!(mail.without_date().contains("\r\n.\r\n..\r\n...three\r\n.hidden, "), "{}", mail.without_date());
        }
    }
}

#[test]
fn a_wrong_password_touches_no_row() {
    let Some(server) = running("a wrong password at aiosmtpd") else { return };
    for (port, tls) in [(server.starttls, "starttls"), (server.implicit, "implicit")] {
        let mut sandbox = sandbox(port, tls, "password");
        sandbox.set("ROOMKEY_SMTP_PASSWORD", "wrong donkey");
        sandbox.run(&["send", "--yes"]).is(6).says("535");
        assert_eq!(sandbox.in_state("pending").len(), PEOPLE);
    }
    assert_eq!(server.mails("password").len(), 0);
}
