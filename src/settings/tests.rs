//! Whole files, loaded: defaults, what follows from what, and the example.

use std::{fs, path::PathBuf};

use jiff::SignedDuration;
use tempfile::TempDir;

use super::{
    example::{Answers, JitsiAnswers, PrivateKeyAnswers, Signs, SmtpAnswers},
    *,
};
use crate::model::Affiliation;

mod inheritance;
mod presets;
mod refusals;
mod slips;

const WHOLE: &str = r#"[event]
id = "rust-workshop-2026-12"
title = "Rust for Everyone"
room = "rust-workshop"
starts = "2026-12-05T14:00"
ends = "2026-12-05T17:00"
timezone = "Europe/Berlin"

[jitsi]
url = "https://meet.example.org"
app_id = "workshop"

[mail]
from = "Rust Workshop <workshop@example.org>"

[smtp]
host = "smtp.example.org"
user = "workshop@example.org"
"#;

/// A folder with an `event.toml`, and perhaps a `config.toml` in a folder of its own.
struct Desk {
    folder: TempDir,
}

impl Desk {
    fn with(event: &str) -> Self {
        let desk = Self { folder: tempfile::tempdir().unwrap() };
        fs::write(desk.path("event.toml"), event).unwrap();
        desk
    }

    fn and_config(self, config: &str) -> Self {
        fs::create_dir(self.path("config")).unwrap();
        fs::write(self.path("config/config.toml"), config).unwrap();
        self
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn load(&self) -> Result<Settings, SettingsProblems> {
        Settings::load(&self.path("event.toml"), Some(&self.path("config/config.toml")))
    }

    fn settings(&self) -> Settings {
        self.load().unwrap_or_else(|problems| panic!("{problems}"))
    }

    /// All that is said, the folder's name taken off.
    fn refusal(&self) -> String {
        let said = self.load().expect_err("these settings are not sound").to_string();
        said.replace(&format!("{}/", self.folder.path().display()), "")
    }
}

/// The whole file with one line replaced.
fn with_line(old: &str, new: &str) -> String {
    assert!(WHOLE.contains(old), "{old}");
    WHOLE.replacen(old, new, 1)
}

#[test]
fn a_short_file_is_enough_and_the_rest_has_defaults() {
    let desk = Desk::with(WHOLE);
    let settings = desk.settings();
    assert_eq!(settings.event.window.opens().to_string(), "2026-12-05T12:30:00Z");
    assert_eq!(settings.event.window.closes().to_string(), "2026-12-05T18:00:00Z");
    assert_eq!(settings.event.language.as_str(), "en");
    assert_eq!(settings.event.organizer, settings.mail.from);
    assert_eq!(settings.attendees.files, [(desk.path("attendees.csv"), "attendees.csv".to_owned())]);
    assert!(!settings.attendees.empty_name_address && !settings.attendees.shared_addresses_allow);
    let smtp = settings.require_smtp().unwrap();
    assert_eq!((smtp.port, smtp.tls, smtp.connections), (465, Tls::Implicit, 4));
    assert_eq!(smtp.timeouts.last_reply.as_secs(), 600);
    let minutes: Vec<i64> = settings.retry.delays.iter().map(SignedDuration::as_mins).collect();
    assert_eq!(minutes, [1, 5, 15, 60]);
}

#[test]
fn toml_dotted_keys_inline_tables_and_local_times_mean_the_same() {
    let starts = with_line("\"2026-12-05T14:00\"", "2026-12-05T14:00:00");
    assert_eq!(Desk::with(&starts).settings().event.window, Desk::with(WHOLE).settings().event.window);
    let inline = WHOLE.replace("[mail]\nfrom = \"Rust Workshop <workshop@example.org>\"\n", "");
    let desk = Desk::with(&format!("mail = {{ from = \"a@example.org\" }}\nretry.greylist_wait = \"0s\"\n{inline}"));
    assert_eq!(desk.settings().mail.from.address.as_str(), "a@example.org");
    assert!(desk.settings().retry.greylist_wait.is_zero());
}

#[test]
fn columns_are_headers_numbers_or_ignored() {
    let text = format!(
        "{WHOLE}[attendees]\nfile = [\"people/list.csv\"]\nempty_name = \"address\"\n\
        [attendees.columns]\nemail = \"E-Mail-Adresse\"\nname = 2\nroom = false\n"
    );
    let desk = Desk::with(&text);
    let attendees = desk.settings().attendees;
    assert_eq!(attendees.files, [(desk.path("people/list.csv"), "people/list.csv".to_owned())]);
    assert!(attendees.empty_name_address);
    assert_eq!(attendees.columns["email"], ColumnSetting::Header("E-Mail-Adresse".into()));
    assert_eq!(attendees.columns["name"], ColumnSetting::Position(2));
    assert_eq!(attendees.columns["room"], ColumnSetting::Ignore);
    assert_eq!(attendees.columns.len(), 3);
}

#[test]
fn port_and_protection_follow_from_each_other() {
    for (lines, port, tls) in [
        ("port = 465", 465, Tls::Implicit),
        ("port = 587", 587, Tls::StartTls),
        ("port = 25", 25, Tls::StartTls),
        ("port = 2525", 2525, Tls::StartTls),
        ("port = 465\ntls = \"starttls\"", 465, Tls::StartTls),
        ("port = 2465\ntls = \"implicit\"", 2465, Tls::Implicit),
        ("tls = \"starttls\"", 587, Tls::StartTls),
        ("tls = \"none\"\nallow_plaintext = true", 25, Tls::Plaintext),
    ] {
        // Without TLS nobody may log in.
        let whole =
            if lines.contains("none") { with_line("user = \"workshop@example.org\"\n", "") } else { WHOLE.into() };
        let smtp = Desk::with(&format!("{whole}{lines}\n")).settings().smtp.unwrap();
        assert_eq!((smtp.port, smtp.tls), (port, tls), "{lines}");
    }
    for host in ["127.0.0.1", "localhost", "[::1]"] {
        let here = with_line("smtp.example.org", host);
        assert_eq!(Desk::with(&format!("{here}port = 1025\n")).settings().smtp.unwrap().tls, Tls::Plaintext);
        assert!(Desk::with(&format!("{here}tls = \"none\"\n")).load().is_ok());
    }
}

#[test]
fn a_rehearsal_needs_no_relay_and_sending_says_what_to_add() {
    let without = &WHOLE[..WHOLE.find("[smtp]").unwrap()];
    let settings = Desk::with(without).settings();
    assert!(settings.smtp.is_none());
    let problem = settings.require_smtp().unwrap_err();
    assert!(problem.hint().unwrap().contains("host = \"smtp.example.org\""));
    assert!(settings.origins().iter().all(|setting| !setting.key.starts_with("smtp")));
}

#[test]
fn a_later_check_can_blame_a_key_at_its_place() {
    let settings = Desk::with(WHOLE).settings();
    let problem = settings.problem("jitsi.url", "the address has no host", Some("check it"));
    assert!(problem.to_string().ends_with("event.toml:10:7: the address has no host"));
    assert!(settings.problem("mail.subject", "x", None).place.is_none());
}

#[test]
fn every_value_in_force_is_told_with_its_origin() {
    let settings = Desk::with(WHOLE).settings();
    let shown = |key| {
        let setting = settings.origins().iter().find(|s| s.key == key).unwrap_or_else(|| panic!("{key}"));
        (setting.shown.as_str(), matches!(setting.origin, Origin::Default))
    };
    assert_eq!(shown("event.title"), ("Rust for Everyone", false));
    assert_eq!(shown("event.closes_after"), ("2h", true));
    assert_eq!(shown("event.organizer"), ("Rust Workshop <workshop@example.org>", true));
    assert_eq!(shown("smtp.port"), ("465", true));
    assert_eq!(shown("smtp.tls"), ("implicit", true));
    assert_eq!(shown("retry.delays"), ("1m, 5m, 15m, 1h", true));
}

#[test]
fn the_example_is_sound_also_with_every_comment_opened() {
    let sample = example::sample();
    let settings = Desk::with(&sample).settings();
    assert_eq!(settings.event.title, "Rust for Everyone");
    let opened: String = sample
        .lines()
        .map(|line| match line.strip_prefix("# ") {
            Some(rest) if rest.starts_with(['[', '"']) || rest.split(' ').nth(1) == Some("=") => format!("{rest}\n"),
            _ => format!("{line}\n"),
        })
        // The columns' `room = false` and the example of TLS stand for other cases, and are sound too.
        .collect();
    let settings = Desk::with(&opened).settings();
    // These take the place of the secret, and are told of in words.
    let of_a_private_key = ["jitsi.provider", "jitsi.key_id", "jitsi.private_key_file"];
    let named = keys::KEYS.iter().filter(|key| key.table() != keys::SESSION).map(|key| key.name);
    let named = named.filter(|key| !of_a_private_key.contains(key));
    let of_sessions = keys::KEYS.iter().filter(|key| key.table() == keys::SESSION);
    for key in of_sessions {
        assert!(settings.position(&format!("session.morning.{}", key.short())).is_some(), "{}", key.name);
    }
    let unset: Vec<&str> = named.filter(|key| settings.position(key).is_none()).collect();
    let columns = unset.iter().filter(|key| key.starts_with("attendees.columns")).count();
    assert_eq!(unset.len() - columns, 0, "every key is explained: {unset:?}");
}

#[test]
fn a_private_key_of_one_s_own_server_or_of_jaas_is_written_as_it_is_read() {
    let key =
        |key_id: Option<&str>| PrivateKeyAnswers { file: "my \"key\".pem".into(), key_id: key_id.map(str::to_owned) };
    let settings = |jitsi| {
        let text = example::event_toml(&Answers { jitsi: Some(jitsi), ..Answers::placeholders() });
        Desk::with(&text).settings().jitsi
    };
    let own = settings(JitsiAnswers::Own {
        url: "https://meet.example.org".into(),
        app_id: "workshop".into(),
        signs: Signs::PrivateKey(key(Some("workshop-2026"))),
    });
    assert!(own.private_key_file.unwrap().ends_with("my \"key\".pem") && own.secret.file.is_none());
    assert_eq!((own.provider, own.algorithm), (JitsiProvider::OwnServer, Algorithm::Rs256));
    assert_eq!(own.key_id.as_deref(), Some("workshop-2026"));
    let app_id = "vpaas-magic-cookie-0123456789abcdef";
    let jaas = settings(JitsiAnswers::Jaas { app_id: app_id.into(), key: key(None) });
    assert_eq!((jaas.provider, jaas.url), (JitsiProvider::Jaas, format!("https://8x8.vc/{app_id}")));
    assert_eq!((jaas.key_id, jaas.secret.file), (None, None));
}

#[test]
fn whatever_is_answered_stays_one_value() {
    let awkward = Answers {
        title: "Rust \"für\" alle \\ 会议 # [x]".into(),
        from: Some("\"Workshop, Rust\" <workshop@example.org>".into()),
        smtp: Some(SmtpAnswers {
            host: "::1".into(),
            port: 1025,
            tls: Some("starttls".into()),
            user: None,
            password_file: None,
        }),
        ..Answers::placeholders()
    };
    let settings = Desk::with(&example::event_toml(&awkward)).settings();
    assert_eq!(settings.event.title, awkward.title);
    assert_eq!(settings.smtp.unwrap().user, None);
    let injected = Answers { title: "x\"\n[retry]\nfoo = 1".into(), ..Answers::placeholders() };
    let said = Desk::with(&example::event_toml(&injected)).refusal();
    assert!(said.contains("title: it holds a line break") && !said.contains("foo"), "{said}");
}

#[test]
fn who_records_who_came_says_so_unless_it_is_switched_off() {
    let plain = Desk::with(WHOLE).settings();
    assert!(plain.attendance.is_none() && !plain.tells_of_attendance());
    assert!(plain.origins().iter().all(|setting| !setting.key.starts_with("attendance")));
    for (table, tells) in [
        ("[attendance]\n", true),
        ("[attendance]\nsecret_file = \"x\"\n", true),
        ("[attendance]\nnotice = true\n", true),
        ("[attendance]\nnotice = false\n", false),
    ] {
        let settings = Desk::with(&format!("{WHOLE}{table}")).settings();
        assert_eq!((settings.attendance.is_some(), settings.tells_of_attendance()), (true, tells), "{table}");
        let shown = settings.origins().iter().find(|setting| setting.key == "attendance.notice").unwrap();
        assert_eq!(shown.shown, tells.to_string(), "{table}");
    }
    let said = Desk::with(&format!("{WHOLE}[attendance]\nnotice = \"no\"\n")).refusal();
    assert!(said.starts_with("event.toml:20:10: `notice` must be true or false, not a text"), "{said}");
}

#[test]
fn the_secret_of_a_server_s_posts_is_looked_for_in_the_environment_and_then_in_its_file() {
    let of_environment = |name: &str| (name == "ROOMKEY_ATTENDANCE_SECRET").then(|| "from the environment".to_owned());
    let none = Desk::with(WHOLE).settings().attendance_secret();
    assert!(secrets::resolve(&none, &|_| None).unwrap().is_none());
    assert!(secrets::resolve(&none, &of_environment).unwrap().is_some(), "also without the table");
    let desk = Desk::with(&format!("{WHOLE}[attendance]\nsecret_file = \"attendance.secret\"\n"));
    let source = desk.settings().attendance_secret();
    assert_eq!(source.file, Some(desk.path("attendance.secret")));
    // Nobody has to have it who does not listen.
    assert!(matches!(secrets::resolve(&source, &|_| None), Err(SecretProblem::NoFile(_))));
    assert!(secrets::resolve(&source, &of_environment).is_ok());
}
