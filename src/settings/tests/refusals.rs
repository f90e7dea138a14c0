//! What is said of each mistake, and where.

use super::*;

/// A line of the whole file, what it is replaced with, and how what is said of that begins.
pub(super) type Row = (&'static str, &'static str, &'static str);

const EVENT: &[Row] = &[
    ("id = \"rust-workshop-2026-12\"", "id = \"Rust\"", "event.toml:2:6: id: `Rust` is not an event id"),
    ("title = ", "titel = ", "event.toml:3:1: unknown key `titel`\n  hint: did you mean `title`?"),
    (
        "title = \"Rust for Everyone\"\n",
        "",
        "event.toml:1:1: `title` is missing in [event]\n  hint: add a line like: title = ",
    ),
    ("title = \"Rust for Everyone\"", "title = 7", "event.toml:3:9: `title` must be a text in quotes, not a number"),
    ("Rust for Everyone", "", "event.toml:3:9: title: it is empty"),
    ("Rust for Everyone", "Rust\\r\\nBcc: x@y", "event.toml:3:9: title: it holds a line break (U+000D)"),
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
    ("[event]", "event = 1\n[evnt]", "event.toml:1:9: `event` must be a table, not a number"),
];

const JITSI_AND_ATTENDEES: &[Row] = &[
    (
        "[mail]",
        "algorithm = \"hs256\"\n[mail]",
        "event.toml:13:13: algorithm: `hs256` is none of \"HS256\", \"HS384\", \"HS512\", \"RS256\", \"RS384\", \"RS512\"\n  hint: did you mean \"HS256\"?",
    ),
    (
        "[mail]",
        "secret_command = \"pass show jitsi\"\n[mail]",
        "event.toml:13:18: `secret_command` must be a list of texts, not a text",
    ),
    ("[mail]", "secret_command = []\n[mail]", "event.toml:13:18: secret_command: it names no program"),
    ("[mail]", "secret_file = \"~/jitsi\"\n[mail]", "event.toml:13:15: secret_file: `~` is not understood here"),
    ("[mail]", "[attendees]\nfile = []\n[mail]", "event.toml:14:8: file: it names no file"),
    (
        "[mail]",
        "[attendees]\nfile = 7\n[mail]",
        "event.toml:14:8: `file` must be a file's name in quotes, or a list of these, not a number",
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
];

const MAIL_AND_SMTP: &[Row] = &[
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
];

const RETRY: &[Row] = &[
    (
        "[smtp]",
        "[retry]\ndelays = [\"1m\", 5]\n[smtp]",
        "event.toml:17:17: `delays` must be a list of texts, not one that holds a number",
    ),
    ("[smtp]", "[retry]\ndelays = [\"0s\"]\n[smtp]", "event.toml:17:10: delays: it is zero"),
    ("[smtp]", "[retry]\ndelays = []\n[smtp]", "event.toml:17:10: delays: it must list 1 to 50 waits"),
    ("[smtp]", "[[retry]]\n[smtp]", "event.toml:16:1: `retry` must be a table, not a list"),
];

#[test]
fn each_mistake_is_told_with_line_and_column_and_a_way_out() {
    for (old, new, said) in [EVENT, JITSI_AND_ATTENDEES, MAIL_AND_SMTP, RETRY].concat() {
        let all = Desk::with(&with_line(old, new)).refusal();
        assert!(all.starts_with(said) || all.contains(&format!("\n{said}")), "{new}\nwanted {said}\ngot    {all}");
    }
}

#[test]
fn a_title_has_200_characters_at_most() {
    let title = |length| with_line("Rust for Everyone", &"ü".repeat(length));
    assert!(Desk::with(&title(200)).load().is_ok());
    let said = Desk::with(&title(201)).refusal();
    assert_eq!(said, "event.toml:3:9: title: it is 201 characters long\n  hint: shorten it to 200");
}

#[test]
fn a_quoted_name_with_a_dot_is_no_table_and_key() {
    let said = Desk::with(&format!("\"event.description\" = \"x\"\n{WHOLE}")).refusal();
    assert!(said.starts_with("event.toml:1:1: unknown key `event.description`"), "{said}");
}

#[test]
fn half_a_relay_is_a_mistake_and_its_trimmings_alone_are_not() {
    let without = &WHOLE[..WHOLE.find("host").unwrap()];
    assert!(Desk::with(&format!("{without}connections = 2\n")).settings().smtp.is_none());
    assert!(Desk::with(&format!("{without}connections = 65\n")).load().is_err());
    assert!(Desk::with(&format!("{without}port = 587\n")).refusal().contains("`host` is missing in [smtp]"));
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
    assert!(desk.refusal().starts_with("event.toml:2:13: this is not UTF-8"));
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

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(200))]

    /// Whatever stands in the file, it is sound or something is said of it, at places that exist.
    #[test]
    fn lines_in_any_order_never_crash(picks in proptest::collection::vec(0..WHOLE.lines().count() + 4, 0..25)) {
        let odd = ["event = 1", "[[event]]", "event.title.x = 2", "smtp = { timeouts = [1, {}] }"];
        let lines: Vec<&str> = WHOLE.lines().chain(odd).collect();
        let text: Vec<&str> = picks.iter().map(|pick| lines[*pick]).collect();
        if let Err(problems) = Desk::with(&text.join("\n")).load() {
            proptest::prop_assert!(!problems.all().is_empty());
            for place in problems.all().iter().filter_map(|problem| problem.place) {
                proptest::prop_assert!(place.line as usize <= text.len().max(1));
            }
        }
    }
}
