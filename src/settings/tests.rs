//! Whole files, loaded: what is said of each mistake, and where; which file a value comes from.

use std::{fs, path::PathBuf};

use jiff::SignedDuration;
use tempfile::TempDir;

use super::{example::Answers, *};

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
    assert_eq!(settings.attendees.file, desk.path("attendees.csv"));
    assert_eq!(settings.attendees.shown_as, "attendees.csv");
    assert!(!settings.attendees.empty_name_address && !settings.attendees.shared_addresses_allow);
    let smtp = settings.require_smtp().unwrap();
    assert_eq!((smtp.port, smtp.tls, smtp.connections), (465, Tls::Implicit, 4));
    assert_eq!(smtp.timeouts.last_reply.as_secs(), 600);
    let minutes: Vec<i64> = settings.retry.delays.iter().map(SignedDuration::as_mins).collect();
    assert_eq!(minutes, [1, 5, 15, 60]);
}

#[test]
fn each_mistake_is_told_with_line_and_column_and_a_way_out() {
    for (old, new, said) in [
        ("id = \"rust-workshop-2026-12\"", "id = \"Rust\"", "event.toml:2:6: id: `Rust` is not an event id"),
        ("title = ", "titel = ", "event.toml:3:1: unknown key `titel`\n  hint: did you mean `title`?"),
        (
            "title = \"Rust for Everyone\"\n",
            "",
            "event.toml:1:1: `title` is missing in [event]\n  hint: add a line like: title = ",
        ),
        (
            "title = \"Rust for Everyone\"",
            "title = 7",
            "event.toml:3:9: `title` must be a text in quotes, not a number",
        ),
        ("Rust for Everyone", "", "event.toml:3:9: title: it is empty"),
        ("Rust for Everyone", "Rust\\r\\nBcc: x@y", "event.toml:3:9: title: it holds a line break (U+000D)"),
        (
            "Rust for Everyone",
            &"x".repeat(201),
            "event.toml:3:9: title: it is 201 characters long\n  hint: shorten it to 200",
        ),
        (
            "\"rust-workshop\"",
            "\"Rust Workshop\"",
            "event.toml:4:8: room: `Rust Workshop` is not a safe room name: letters a-z, digits, `-`, `_` and `.` only\n  hint: write `rust-workshop`",
        ),
        ("\"rust-workshop\"", "\"*\"", "event.toml:4:8: room: room `*` would open every room of the server"),
        (
            "\"2026-12-05T14:00\"",
            "\"2026-12-05T14:00+01:00\"",
            "event.toml:5:10: starts: `2026-12-05T14:00+01:00` carries an offset",
        ),
        (
            "\"2026-12-05T14:00\"",
            "2026-12-05T14:00:00Z",
            "event.toml:5:10: starts: `2026-12-05T14:00:00Z` carries an offset",
        ),
        ("\"2026-12-05T14:00\"", "2026-12-05", "event.toml:5:10: starts: `2026-12-05` has a date but no hour"),
        ("\"2026-12-05T14:00\"", "14:00:00", "event.toml:5:10: starts: `14:00:00` is not a date and time"),
        (
            "\"2026-12-05T14:00\"",
            "\"2026-03-29T02:30\"",
            "event.toml:5:10: starts: `2026-03-29T02:30` does not exist in Europe/Berlin",
        ),
        (
            "\"2026-12-05T17:00\"",
            "\"2026-12-05T14:00\"",
            "event.toml:6:8: ends: it ends before it starts, or at the same moment",
        ),
        (
            "Europe/Berlin",
            "Berlin",
            "event.toml:7:12: timezone: `Berlin` is not a time zone\n  hint: did you mean Europe/Berlin?",
        ),
        (
            "[jitsi]",
            "opens_before = 30\n[jitsi]",
            "event.toml:9:16: `opens_before` must be a text in quotes, not a number\n  hint: write it like: opens_before = \"30m\"",
        ),
        ("[jitsi]", "opens_before = \"-30m\"\n[jitsi]", "event.toml:9:16: opens_before: `-30m` is negative"),
        ("[jitsi]", "closes_after = \"1000h\"\n[jitsi]", "event.toml:9:16: closes_after: `1000h` is longer than "),
        (
            "[jitsi]",
            "language = \"german language\"\n[jitsi]",
            "event.toml:9:12: language: `german language` is not a language tag",
        ),
        ("[jitsi]", "[jisti]", "event.toml:9:2: unknown table `[jisti]`\n  hint: did you mean [jitsi]?"),
        ("[jitsi]\n", "", "event.toml:9:1: unknown key `url`\n  hint: did you mean `url` under [jitsi]?"),
        (
            "[mail]",
            "algorithm = \"hs256\"\n[mail]",
            "event.toml:13:13: algorithm: `hs256` is none of \"HS256\", \"HS384\", \"HS512\"\n  hint: did you mean \"HS256\"?",
        ),
        (
            "[mail]",
            "secret_command = \"pass show jitsi\"\n[mail]",
            "event.toml:13:18: `secret_command` must be a list of texts, not a text",
        ),
        ("[mail]", "secret_command = []\n[mail]", "event.toml:13:18: secret_command: it names no program"),
        ("[mail]", "secret_file = \"~/jitsi\"\n[mail]", "event.toml:13:15: secret_file: `~` is not understood here"),
        (
            "[mail]",
            "[attendees]\nfile = [\"a.csv\", \"b.csv\"]\n[mail]",
            "event.toml:14:8: `file` must be one file, not a list of 2",
        ),
        (
            "[mail]",
            "[attendees.columns]\nroom = true\n[mail]",
            "event.toml:14:8: `room` must be a header in quotes, a column's number, or false, not true",
        ),
        (
            "[mail]",
            "[attendees.columns]\nname = 0\n[mail]",
            "event.toml:14:8: name: 0 is not a column's number\n  hint: columns are counted from 1",
        ),
        (
            "[mail]",
            "[attendees.columns]\nnmae = \"Name\"\n[mail]",
            "event.toml:14:1: unknown key `nmae`\n  hint: did you mean `name`?",
        ),
        ("<workshop@example.org>", "workshop@example.org", "event.toml:14:8: from: "),
        (
            "[smtp]",
            "envelope_from = \"Ada <ada@example.org>\"\n[smtp]",
            "event.toml:16:17: envelope_from: `Ada <ada@example.org>` holds more than the bare address",
        ),
        ("[smtp]", "unsubscribe = \"ada@example.org\"\n[smtp]", "event.toml:16:15: unsubscribe: "),
        (
            "\"smtp.example.org\"",
            "\"smtp.example.org:587\"",
            "event.toml:17:8: host: `smtp.example.org:587` holds a port beside the host",
        ),
        ("host = ", "port = 70000\nhost = ", "event.toml:17:8: port: 70000 is not between 1 and 65535"),
        (
            "host = ",
            "port = \"465\"\nhost = ",
            "event.toml:17:8: `port` must be a whole number, not a text\n  hint: write it like: port = 465",
        ),
        (
            "host = ",
            "port = 2465\nhost = ",
            "event.toml:17:8: port: port 2465 does not tell how the connection is protected\n  hint: add tls = ",
        ),
        (
            "host = ",
            "tls = \"none\"\nhost = ",
            "event.toml:17:7: tls: without TLS everyone on the way can read each personal link",
        ),
        ("host = ", "connections = 65\nhost = ", "event.toml:17:15: connections: 65 is not between 1 and 64"),
        ("host = ", "connections = -1\nhost = ", "event.toml:17:15: connections: -1 is not between 1 and 64"),
        ("host = ", "helo = \"laptop\"\nhost = ", "event.toml:17:8: helo: `laptop` is not a full host name"),
        ("host = ", "rate = \"fast\"\nhost = ", "event.toml:17:8: rate: `fast` is not a rate"),
        ("user = ", "password_file = \"p\"\nuzer = ", "event.toml:18:17: password_file: a password without a `user`"),
        ("host = \"smtp.example.org\"\n", "", "event.toml:16:1: `host` is missing in [smtp]"),
        ("[smtp]", "[smtp.timeouts]\nfinal = \"2h\"\n[smtp]", "event.toml:17:9: final: `2h` is longer than 1h"),
        (
            "[smtp]",
            "[retry]\ndelays = [\"1m\", 5]\n[smtp]",
            "event.toml:17:17: `delays` must be a list of texts, not one that holds a number",
        ),
        ("[smtp]", "[retry]\ndelays = [\"0s\"]\n[smtp]", "event.toml:17:10: delays: it is zero"),
        ("[smtp]", "[retry]\ndelays = []\n[smtp]", "event.toml:17:10: delays: it must list 1 to 50 waits"),
        ("[smtp]", "[[retry]]\n[smtp]", "event.toml:16:1: `retry` must be a table, not a list"),
        ("[event]", "event = 1\n[evnt]", "event.toml:1:9: `event` must be a table, not a number"),
    ] {
        let all = Desk::with(&with_line(old, new)).refusal();
        assert!(all.starts_with(said) || all.contains(&format!("\n{said}")), "{new}\nwanted {said}\ngot    {all}");
    }
}

#[test]
fn all_problems_of_both_files_are_told_at_once_in_order() {
    let event = "[event]\nid = \"X\"\nroom = 1\nfoo = 2\n[mail]\nform = \"a@example.org\"\n";
    let desk = Desk::with(event).and_config("[smtp]\nhots = \"x\"\n[event]\nid = \"x\"\n");
    let places: Vec<String> = desk
        .refusal()
        .lines()
        .filter(|line| !line.starts_with("  hint"))
        .map(|line| line.split(": ").next().unwrap().to_owned())
        .collect();
    // In order: title, starts, ends and timezone missing; id, room, foo; from missing; form; [jitsi] missing.
    let event_places =
        ["1:1", "1:1", "1:1", "1:1", "2:6", "3:8", "4:1", "5:1", "6:1", "6:1"].map(|at| format!("event.toml:{at}"));
    assert_eq!(places[..10], event_places);
    assert_eq!(places[10..], ["config/config.toml:2:1", "config/config.toml:4:1"]);
}

#[test]
fn a_table_that_is_missing_is_one_problem() {
    let said = Desk::with("").refusal();
    assert_eq!(said.matches("is missing").count(), 3, "{said}");
    assert!(said.contains("event.toml:1:1: the table [mail] is missing\n  hint: add the line [mail], and below it"));
}

#[test]
fn what_is_no_toml_is_told_without_quoting_the_line() {
    for (text, said) in [
        ("[event]\ntitle = Rust for Everyone\n", "event.toml:2:9: this is not TOML"),
        ("[event]\ntitle = “Rust”\n", "hint: use straight quotes"),
        ("[event]\ntemplates = \"C:\\Users\"\n", "write each backslash twice"),
        ("[event\ntitle = \"x\"\n", "event.toml:1:"),
        ("[event]\ntitle\n", "event.toml:2:"),
    ] {
        let all = Desk::with(text).refusal();
        assert!(all.contains(said), "{text}\ngot {all}");
    }
    let twice = Desk::with(&with_line("room = ", "title = \"Again\"\nroom = ")).refusal();
    assert!(twice.starts_with("event.toml:4:1: `title` is set a second time"), "{twice}");
}

#[test]
fn a_file_that_is_no_text_or_not_there_is_told_plainly() {
    let desk = Desk::with("");
    fs::remove_file(desk.path("event.toml")).unwrap();
    assert!(desk.refusal().starts_with("event.toml: there is no such file\n  hint: `roomkey init`"));
    fs::create_dir(desk.path("event.toml")).unwrap();
    assert!(desk.refusal().starts_with("event.toml: is a folder"));
    let desk = Desk::with("");
    fs::write(desk.path("event.toml"), b"[event]\ntitle = \"Caf\xe9\"\n").unwrap();
    assert!(desk.refusal().starts_with("event.toml: is not UTF-8: line 2"));
    fs::write(desk.path("event.toml"), b"\xff\xfe[\0").unwrap();
    assert!(desk.refusal().starts_with("event.toml: is UTF-16"));
}

#[test]
fn a_byte_order_mark_and_crlf_move_no_column() {
    let text = format!("\u{feff}{}", WHOLE.replace('\n', "\r\n"));
    assert!(Desk::with(&text).load().is_ok());
    let said = Desk::with(&text.replace("[event]", "[evnt]")).refusal();
    assert!(said.contains("event.toml:1:2: unknown table `[evnt]`"), "{said}");
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
    assert_eq!(attendees.file, desk.path("people/list.csv"));
    assert_eq!(attendees.shown_as, "people/list.csv");
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
        let smtp = Desk::with(&format!("{WHOLE}{lines}\n")).settings().smtp.unwrap();
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

const CONFIG: &str = r#"[event]
timezone = "Europe/Berlin"
language = "de"

[jitsi]
url = "https://meet.example.net"
app_id = "house"
secret_file = "jitsi.secret"
algorithm = "HS512"

[mail]
from = "House <house@example.net>"
templates = "templates"

[smtp]
host = "smtp.example.net"
port = 587
user = "house"
password_file = "smtp.password"
connections = 2
"#;

/// What an event needs when the configuration holds the rest.
const TEN_LINES: &str = r#"[event]
id = "x"
title = "X"
room = "x"
starts = "2035-12-05T14:00"
ends = "2035-12-05T17:00"
"#;

#[test]
fn the_next_event_needs_ten_lines() {
    let desk = Desk::with(TEN_LINES).and_config(CONFIG);
    let settings = desk.settings();
    assert_eq!(settings.event.language.as_str(), "de");
    assert_eq!(settings.jitsi.app_id, "house");
    assert_eq!(settings.jitsi.secret.file, Some(desk.path("config/jitsi.secret")));
    assert_eq!(settings.mail.templates, Some(desk.path("config/templates")));
    let smtp = settings.smtp.as_ref().unwrap();
    assert_eq!((smtp.host.as_str(), smtp.port, smtp.connections), ("smtp.example.net", 587, 2));
    assert_eq!(smtp.password.file, Some(desk.path("config/smtp.password")));
    assert_eq!(settings.attendees.file, desk.path("attendees.csv"));
    assert!(matches!(settings.origin("smtp.host"), Origin::ConfigFile(at) if at.line == 16 && at.column == 8));
    assert!(matches!(settings.origin("event.title"), Origin::EventFile(at) if (at.line, at.column) == (3, 9)));
    assert_eq!(settings.origin("event.opens_before"), Origin::Default);
    assert_eq!(settings.position("event.opens_before"), None);
}

#[test]
fn what_belongs_together_is_inherited_together_or_not_at_all() {
    let event = format!(
        "{TEN_LINES}[jitsi]\nurl = \"https://meet.example.org\"\napp_id = \"own\"\n[smtp]\nhost = \"smtp.example.org\"\n"
    );
    let settings = Desk::with(&event).and_config(CONFIG).settings();
    // The other server's secret, user and password stay with the other server.
    assert_eq!(settings.jitsi.secret.file, None);
    assert_eq!(settings.jitsi.algorithm, Algorithm::Hs512);
    let smtp = settings.smtp.unwrap();
    assert_eq!((smtp.port, smtp.user, smtp.password.file, smtp.connections), (465, None, None, 2));
}

#[test]
fn half_a_group_says_why_the_other_half_is_not_inherited() {
    let event = format!("{TEN_LINES}[jitsi]\napp_id = \"own\"\n[smtp]\nport = 465\n");
    let said = Desk::with(&event).and_config(CONFIG).refusal();
    assert!(said.contains("event.toml:7:1: `url` is missing in [jitsi]"), "{said}");
    assert!(
        said.contains("sets `app_id`, so `url` is not taken from config/config.toml: they belong together"),
        "{said}"
    );
    assert!(said.contains("event.toml:9:1: `host` is missing in [smtp]"), "{said}");
}

#[test]
fn the_configuration_cannot_name_an_event() {
    for key in ["id", "title", "room", "starts", "ends"] {
        let said = Desk::with(WHOLE).and_config(&format!("[event]\n{key} = \"x\"\n")).refusal();
        assert!(said.starts_with(&format!("config/config.toml:2:1: `{key}` cannot be shared by all events")), "{said}");
    }
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
fn a_secret_in_the_wrong_place_is_never_shown() {
    const PLANTED: &str = "pl4nted-s3cret";
    for line in [
        format!("[jitsi.x]\nsecret = \"{PLANTED}\""),
        format!("password = \"{PLANTED}\""),
        format!("app_secret = \"{PLANTED}\""),
        format!("password = {PLANTED}"),
        format!("password = \"{PLANTED}"),
        format!("password_command = \"echo {PLANTED}\""),
        format!("port = \"{PLANTED}\""),
        format!("tls = [\"{PLANTED}\"]"),
    ] {
        let problems = Desk::with(&format!("{WHOLE}{line}\n")).load().unwrap_err();
        assert!(!format!("{problems} {problems:?}").contains(PLANTED), "{line}: {problems}");
    }
    let inline = Desk::with(&format!("{WHOLE}password = \"{PLANTED}\"\n")).refusal();
    assert!(inline.contains("secrets do not stand in this file"), "{inline}");
    let sound = format!("{WHOLE}password_command = [\"echo\", \"{PLANTED}\"]\n");
    let settings = Desk::with(&sound).settings();
    assert!(!format!("{settings:?} {:?}", settings.origins()).contains(PLANTED));
    assert!(settings.origins().iter().any(|s| s.key == "smtp.password_command" && s.shown == "echo …"));
}

#[test]
fn the_example_is_sound_also_with_every_comment_opened() {
    let sample = example::sample();
    let settings = Desk::with(&sample).settings();
    assert_eq!(settings.event.title, "Rust for Everyone");
    let opened: String = sample
        .lines()
        .map(|line| match line.strip_prefix("# ") {
            Some(rest) if rest.starts_with('[') || rest.split(' ').nth(1) == Some("=") => format!("{rest}\n"),
            _ => format!("{line}\n"),
        })
        // The columns' `room = false` and the example of TLS stand for other cases, and are sound too.
        .collect();
    let settings = Desk::with(&opened).settings();
    let unset: Vec<&str> =
        keys::KEYS.iter().map(|key| key.name).filter(|key| settings.position(key).is_none()).collect();
    let columns = unset.iter().filter(|key| key.starts_with("attendees.columns")).count();
    assert_eq!(unset.len() - columns, 1, "only `allow_plaintext` is not advertised: {unset:?}");
}

#[test]
fn whatever_is_answered_stays_one_value() {
    let awkward = Answers {
        title: "Rust \"für\" alle \\ 会议 # [x]".into(),
        from: "\"Workshop, Rust\" <workshop@example.org>".into(),
        secret_file: Some("jitsi.secret".into()),
        smtp_tls: Some("starttls".into()),
        smtp_user: None,
        ..Answers::placeholders()
    };
    let settings = Desk::with(&example::event_toml(&awkward)).settings();
    assert_eq!(settings.event.title, awkward.title);
    assert_eq!(settings.smtp.unwrap().user, None);
    let injected = Answers { title: "x\"\n[retry]\nfoo = 1".into(), ..Answers::placeholders() };
    let said = Desk::with(&example::event_toml(&injected)).refusal();
    assert!(said.contains("title: it holds a line break") && !said.contains("foo"), "{said}");
}
