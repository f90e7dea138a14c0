//! Every key that a settings file may hold: its kind, default, example, and who may set it.
//!
//! Owns the one list from which unknown keys, missing keys, hints and defaults are told. Does not
//! own what a value means.

mod features;
mod hints;

use self::features::FEATURES;
pub(super) use hints::{hint_for_unknown, nearest};

/// What kind of TOML value a key takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A string.
    Text,
    /// A string, or TOML's own date and time.
    Time,
    /// A whole number.
    Integer,
    /// `true` or `false`.
    Bool,
    /// A list of strings.
    Words,
    /// A string, or a list of strings.
    Files,
    /// A header, a position, or `false`.
    Column,
}

/// Keys that make sense only together: inherited together or not at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Group {
    /// Which Jitsi server, and as whom.
    Server,
    /// Which relay, how protected, and as whom.
    Relay,
}

/// One key that a settings file may hold.
#[derive(Debug)]
pub(super) struct Key {
    /// The table and the name, `smtp.host`.
    pub(super) name: &'static str,
    pub(super) kind: Kind,
    /// A value as it would stand in the file.
    pub(super) example: &'static str,
    /// The value where no file sets it, as text; lists with commas; empty where there is none.
    pub(super) default: &'static str,
    /// Whether the key must be set somewhere.
    pub(super) required: bool,
    /// Whether only the event's own file may set it.
    pub(super) event_only: bool,
    pub(super) group: Option<Group>,
    /// Whether it is inherited with its group alone, though setting it does not part the event from the group.
    pub(super) follows: bool,
}

impl Key {
    const fn or(mut self, default: &'static str) -> Self {
        self.default = default;
        self
    }

    const fn required(mut self) -> Self {
        self.required = true;
        self
    }

    const fn event_only(mut self) -> Self {
        self.event_only = true;
        self
    }

    const fn of(mut self, group: Group) -> Self {
        self.group = Some(group);
        self
    }

    const fn along(mut self, group: Group) -> Self {
        self.follows = true;
        self.of(group)
    }

    /// Whether setting it says which server or relay is meant, so that no other's keys are inherited.
    pub(super) fn leads(&self, group: Group) -> bool {
        self.group == Some(group) && !self.follows
    }

    /// Whether its table is taken from one file, whole: what it does not name is named nowhere.
    pub(super) fn is_of_whole_table(&self) -> bool {
        self.table().starts_with("jitsi.features.")
    }

    /// The name without its table.
    pub(super) fn short(&self) -> &'static str {
        split(self.name).1
    }

    /// The table.
    pub(super) fn table(&self) -> &'static str {
        split(self.name).0
    }

    /// The line that sets it, for hints.
    pub(super) fn example_line(&self) -> String {
        format!("{} = {}", self.short(), self.example)
    }
}

const fn key(name: &'static str, kind: Kind, example: &'static str) -> Key {
    Key { name, kind, example, default: "", required: false, event_only: false, group: None, follows: false }
}

/// The one table whose keys are not ours.
pub(super) const CLIENT: &str = "jitsi.config";

/// The tables whose keys are the headers of the attendee file.
pub(super) const ONLY: &str = "attendees.only";
pub(super) const EXCEPT: &str = "attendees.except";

/// The one table that may stand there several times.
pub(super) const SESSION: &str = "session";

/// The tables that a file may hold.
pub(super) const TABLES: [&str; 17] = [
    "event",
    SESSION,
    "jitsi",
    CLIENT,
    "jitsi.features",
    "jitsi.features.moderator",
    "jitsi.features.attendee",
    "attendees",
    "attendees.columns",
    ONLY,
    EXCEPT,
    "mail",
    "calendar",
    "attendance",
    "smtp",
    "smtp.timeouts",
    "retry",
];

use Group::{Relay, Server};
use Kind::{Bool, Column, Files, Integer, Text, Time, Words};

/// The keys, in the order of the documented file.
#[rustfmt::skip]
pub(super) static KEYS: [Key; 102] = [
    key("event.id", Text, "\"rust-workshop-2026-12\"").required().event_only(),
    key("event.title", Text, "\"Rust for Everyone\"").required().event_only(),
    key("event.room", Text, "\"rust-workshop\"").required().event_only(),
    key("event.starts", Time, "\"2026-12-05T14:00\"").required().event_only(),
    key("event.ends", Time, "\"2026-12-05T17:00\"").required().event_only(),
    key("event.timezone", Text, "\"Europe/Berlin\"").required(),
    key("event.language", Text, "\"en\"").or("en"),
    key("event.opens_before", Text, "\"30m\"").or("30m"),
    key("event.closes_after", Text, "\"2h\"").or("2h"),
    key("event.organizer", Text, "\"Ada Lovelace <ada@example.org>\""),
    key("event.description", Text, "\"Bring a laptop.\""),
    key("session.key", Text, "\"morning\"").event_only(),
    key("session.title", Text, "\"Morning: first steps\"").event_only(),
    key("session.room", Text, "\"rust-morning\"").event_only(),
    key("session.starts", Time, "\"2026-12-05T09:00\"").event_only(),
    key("session.ends", Time, "\"2026-12-05T12:00\"").event_only(),
    key("jitsi.provider", Text, "\"jaas\"").along(Server),
    key("jitsi.url", Text, "\"https://meet.example.org\"").required().of(Server),
    key("jitsi.app_id", Text, "\"workshop\"").required().of(Server),
    key("jitsi.audience", Text, "\"jitsi\"").along(Server),
    key("jitsi.subject", Text, "\"meet.example.org\"").along(Server),
    key("jitsi.algorithm", Text, "\"HS256\"").along(Server),
    key("jitsi.key_id", Text, "\"workshop-2026\"").along(Server),
    key("jitsi.claims", Text, "\"standard\"").or("standard").along(Server),
    key("jitsi.link", Text, "\"query\"").or("query").along(Server),
    key("jitsi.moderator", Bool, "true").or("false").along(Server),
    key("jitsi.affiliation", Text, "\"member\"").along(Server),
    key("jitsi.avatar", Text, "\"https://example.org/workshop.png\"").along(Server),
    key("jitsi.group", Text, "\"workshop\"").along(Server),
    key("jitsi.secret_file", Text, "\"jitsi.secret\"").of(Server),
    key("jitsi.secret_command", Words, "[\"pass\", \"show\", \"jitsi\"]").of(Server),
    key("jitsi.private_key_file", Text, "\"jitsi.pem\"").of(Server),
    key("jitsi.ca_file", Text, "\"ca.pem\"").along(Server),
    key("jitsi.bosh", Text, "\"https://meet.example.org/http-bind\"").along(Server),
    key("jitsi.xmpp_domain", Text, "\"meet.jitsi\"").along(Server),
    key("jitsi.server_check", Text, "\"require\"").or("warn").along(Server),
    key("attendees.file", Files, "\"attendees.csv\"").or("attendees.csv"),
    key("attendees.encoding", Text, "\"windows-1252\""),
    key("attendees.delimiter", Text, "\";\""),
    key("attendees.quote", Text, "\"'\""),
    key("attendees.sheet", Column, "\"Registrations\""),
    key("attendees.skip_lines", Integer, "4"),
    key("attendees.cancelled", Text, "\"take_in\"").or("leave_out"),
    key("attendees.empty_name", Text, "\"address\"").or("refuse"),
    key("attendees.shared_addresses", Text, "\"allow\"").or("refuse"),
    key("attendees.several_addresses", Text, "\"split\"").or("refuse"),
    key("attendees.suppress", Files, "\"unsubscribed.csv\""),
    key("attendees.max_problems", Integer, "50").or("1000"),
    key("attendees.columns.email", Column, "\"E-Mail\""),
    key("attendees.columns.name", Column, "\"Name\""),
    key("attendees.columns.first_name", Column, "\"First name\""),
    key("attendees.columns.last_name", Column, "\"Last name\""),
    key("attendees.columns.id", Column, "\"Ticket\""),
    key("attendees.columns.moderator", Column, "\"Moderator\""),
    key("attendees.columns.room", Column, "false"),
    key("attendees.columns.starts", Column, "\"Starts\""),
    key("attendees.columns.ends", Column, "\"Ends\""),
    key("attendees.columns.session", Column, "\"Session\""),
    key("attendees.columns.timezone", Column, "\"Time zone\""),
    key("attendees.columns.language", Column, "\"Language\""),
    key("attendees.columns.affiliation", Column, "\"Role\""),
    key("attendees.columns.avatar", Column, "\"Picture\""),
    key("attendees.columns.group", Column, "\"Group\""),
    key("attendees.columns.features", Column, "\"May\""),
    key("attendees.columns.subject", Column, "\"sub\""),
    key("attendees.columns.audience", Column, "\"aud\""),
    key("attendees.columns.tenant", Column, "\"Tenant\""),
    key("mail.from", Text, "\"Rust Workshop <workshop@example.org>\"").required(),
    key("mail.subject", Text, "\"{title}: your personal link\""),
    key("mail.greeting", Text, "\"Dear {first_name},\""),
    key("mail.message_file", Text, "\"message.md\""),
    key("mail.logo", Text, "\"logo.png\""),
    key("mail.reply_to", Text, "\"questions@example.org\""),
    key("mail.envelope_from", Text, "\"bounces@example.org\""),
    key("mail.unsubscribe", Text, "\"mailto:workshop@example.org\""),
    key("mail.templates", Text, "\"templates\""),
    key("mail.per", Text, "\"session\"").or("person"),
    key("calendar.style", Text, "\"publish\""),
    key("attendance.notice", Bool, "false"),
    key("attendance.secret_file", Text, "\"attendance.secret\""),
    key("smtp.provider", Text, "\"gmail\"").of(Relay),
    key("smtp.host", Text, "\"smtp.example.org\"").required().of(Relay),
    key("smtp.port", Integer, "465").of(Relay),
    key("smtp.tls", Text, "\"starttls\"").of(Relay),
    key("smtp.user", Text, "\"workshop@example.org\"").of(Relay),
    key("smtp.auth", Text, "\"xoauth2\"").or("auto").along(Relay),
    key("smtp.password_file", Text, "\"smtp.password\"").of(Relay),
    key("smtp.password_command", Words, "[\"pass\", \"show\", \"smtp\"]").of(Relay),
    key("smtp.allow_plaintext", Bool, "true").or("false").along(Relay),
    key("smtp.connections", Integer, "4").or("4").along(Relay),
    key("smtp.rate", Text, "\"30/min\"").along(Relay),
    key("smtp.daily_limit", Integer, "500").along(Relay),
    key("smtp.ca_file", Text, "\"ca.pem\"").along(Relay),
    key("smtp.helo", Text, "\"mail.example.org\"").along(Relay),
    key("smtp.timeouts.connect", Text, "\"30s\"").or("30s"),
    key("smtp.timeouts.greeting", Text, "\"5m\"").or("5m"),
    key("smtp.timeouts.command", Text, "\"5m\"").or("5m"),
    key("smtp.timeouts.data", Text, "\"2m\"").or("2m"),
    key("smtp.timeouts.final", Text, "\"10m\"").or("10m"),
    key("retry.delays", Words, "[\"1m\", \"5m\", \"15m\", \"1h\"]").or("1m, 5m, 15m, 1h"),
    key("retry.greylist_wait", Text, "\"5m\"").or("5m"),
    key("retry.give_up_after", Text, "\"4h\"").or("4h"),
];

/// The table of the roles' tables.
const FEATURES_BY_ROLE: &str = "jitsi.features";

/// Every key.
pub(super) fn all() -> impl Iterator<Item = &'static Key> {
    KEYS.iter().chain(&FEATURES)
}

/// Finds a key by its whole name.
pub(super) fn find(name: &str) -> Option<&'static Key> {
    all().find(|key| key.name == name)
}

/// Whether a table of that name may stand in a file.
pub(super) fn is_table(name: &str) -> bool {
    TABLES.contains(&name)
}

/// `smtp.timeouts.data` becomes `smtp.timeouts` and `data`.
fn split(name: &str) -> (&str, &str) {
    name.rsplit_once('.').unwrap_or(("", name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_stands_under_a_known_table_and_once() {
        for (n, key) in KEYS.iter().enumerate() {
            assert!(is_table(key.table()), "{}", key.name);
            assert!(KEYS[n + 1..].iter().all(|other| other.name != key.name), "{}", key.name);
        }
    }

    #[test]
    fn an_unknown_name_gets_the_likeliest_one() {
        for (table, given, hint) in [
            ("event", "titel", "did you mean `title`?"),
            ("event", "Title", "did you mean `title`?"),
            ("event", "organiser", "did you mean `organizer`?"),
            ("event", "start", "did you mean `starts`?"),
            ("event", "opens-before", "did you mean `opens_before`?"),
            ("", "evnt", "did you mean [event]?"),
            ("smtp", "timeout", "did you mean [smtp.timeouts]?"),
            ("smtp", "retry", "did you mean [retry]?"),
            ("", "columns", "did you mean [attendees.columns]?"),
            ("smtp", "from", "did you mean `from` under [mail]?"),
            ("", "title", "did you mean `title` under [event]?"),
            ("event", "subject", "did you mean `subject` under [jitsi] or `subject` under [mail]?"),
            ("jitsi", "secret_fil", "did you mean `secret_file`?"),
            (
                "jitsi.features",
                "recording",
                "did you mean `recording` under [jitsi.features.moderator] or `recording` under [jitsi.features.attendee]?",
            ),
            ("jitsi.features", "atendee", "did you mean [jitsi.features.attendee]?"),
            ("jitsi.features", "host", "[jitsi.features] knows moderator, attendee"),
            ("retry", "zzz", "[retry] knows delays, greylist_wait, give_up_after"),
            ("", "attendence", "did you mean [attendance]?"),
            ("", "attendes", "did you mean [attendees]?"),
            ("attendance", "notise", "did you mean `notice`?"),
        ] {
            assert_eq!(hint_for_unknown(table, given), hint, "[{table}] {given}");
        }
    }

    #[test]
    fn each_role_may_have_every_feature_that_the_client_knows() {
        for role in ["moderator", "attendee"] {
            let table = format!("jitsi.features.{role}");
            let names: Vec<_> = all().filter(|key| key.table() == table).map(Key::short).collect();
            assert_eq!(names, crate::model::FEATURES);
        }
    }

    #[test]
    fn a_secret_in_the_file_gets_the_way_to_keep_it_out() {
        for (table, given, variable) in [
            ("jitsi", "secret", "ROOMKEY_JITSI_SECRET"),
            ("jitsi", "app_secret", "ROOMKEY_JITSI_SECRET"),
            ("smtp", "password", "ROOMKEY_SMTP_PASSWORD"),
            ("", "password", "ROOMKEY_SMTP_PASSWORD"),
            ("attendance", "secret", "ROOMKEY_ATTENDANCE_SECRET"),
            ("attendance", "token", "secret_file = \"attendance.secret\" under [attendance]"),
        ] {
            assert!(hint_for_unknown(table, given).contains(variable), "[{table}] {given}");
        }
    }
}
