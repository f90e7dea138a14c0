//! A commented `event.toml` and an example attendee file, for `roomkey init`.
//!
//! Owns: their words, and the id and room that follow from a title. Does not own: asking for the
//! answers, or writing files.

mod attendees;
mod jitsi;

use std::fmt::Write as _;

use jiff::civil::Date;

pub use self::jitsi::{JitsiAnswers, PrivateKeyAnswers, Signs};
use crate::model::{Room, RoomProblem};

/// What `event.toml` is to say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answers {
    /// Names the ledger.
    pub id: String,
    /// The title.
    pub title: String,
    /// The room.
    pub room: String,
    /// The start, `2026-12-05T14:00`.
    pub starts: String,
    /// The end, likewise.
    pub ends: String,
    /// The zone of both, `Europe/Berlin`.
    pub timezone: String,
    /// The language of the mails, `en`.
    pub language: String,
    /// The Jitsi server; `None`: the user's `config.toml` names it.
    pub jitsi: Option<JitsiAnswers>,
    /// The attendee file.
    pub attendees: String,
    /// The sender, `Name <address>`; `None`: the user's `config.toml` names it.
    pub from: Option<String>,
    /// The mail server; `None`: the user's `config.toml` names it.
    pub smtp: Option<SmtpAnswers>,
}

/// What `[smtp]` is to say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SmtpAnswers {
    /// The mail server.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How the connection is protected, where the port does not tell: `implicit`, `starttls`, `none`.
    pub tls: Option<String>,
    /// The log-in name; `None`: no log-in.
    pub user: Option<String>,
    /// The file that holds the password; `None`: the environment, or asked for.
    pub password_file: Option<String>,
}

impl Answers {
    /// Answers that hold until real ones are written over them.
    #[must_use]
    pub fn placeholders() -> Self {
        Self {
            id: "rust-for-everyone-2035-12-01".into(),
            title: "Rust for Everyone".into(),
            room: "rust-for-everyone".into(),
            starts: "2035-12-01T14:00".into(),
            ends: "2035-12-01T17:00".into(),
            timezone: "Europe/Berlin".into(),
            language: "en".into(),
            jitsi: Some(JitsiAnswers::Own {
                url: "https://meet.example.org".into(),
                app_id: "workshop".into(),
                signs: Signs::Secret { file: None },
            }),
            attendees: "attendees.csv".into(),
            from: Some("Rust Workshop <workshop@example.org>".into()),
            smtp: Some(SmtpAnswers {
                host: "smtp.example.org".into(),
                port: 465,
                tls: None,
                user: Some("workshop@example.org".into()),
                password_file: None,
            }),
        }
    }
}

/// Writes a commented `event.toml`; values are escaped, so whatever is answered stays one value.
#[must_use]
pub fn event_toml(answers: &Answers) -> String {
    let mut text = String::with_capacity(4096);
    text.push_str(HEAD);
    event_table(&mut text, answers);
    jitsi::table(&mut text, answers.jitsi.as_ref());
    text.push_str("\n[attendees]\n");
    set(&mut text, "file", &answers.attendees, "");
    text.push_str(attendees::TEXT);
    text.push_str("\n[mail]\n");
    set_or_show(&mut text, "from", answers.from.as_deref(), EXAMPLE_SENDER);
    text.push_str(MAIL);
    smtp_table(&mut text, answers);
    text.push_str(TAIL);
    text
}

/// The commented example, with placeholders that lie far enough ahead.
#[must_use]
pub fn sample() -> String {
    event_toml(&Answers::placeholders())
}

/// The organiser's own words to begin with, in the event's language.
#[must_use]
pub fn message_md(language: &str) -> &'static str {
    match language.split(['-', '_']).next().unwrap_or_default() {
        "de" => "Wir freuen uns auf Sie bei **{title}**!\n",
        "fr" => "Nous nous réjouissons de vous accueillir à **{title}** !\n",
        "es" => "¡Le esperamos en **{title}**!\n",
        "pt" => "Esperamos por si em **{title}**!\n",
        "tr" => "**{title}** etkinliğinde görüşmek üzere!\n",
        "pl" => "Do zobaczenia na **{title}**!\n",
        "ja" => "**{title}** でお会いできることを楽しみにしております。\n",
        "ar" => "نتطلع إلى لقائك في **{title}**!\n",
        _ => "We look forward to seeing you at **{title}**!\n",
    }
}

/// An example attendee file: the needed columns and the most useful of the others.
#[must_use]
pub fn attendees_csv() -> &'static str {
    "email,name,moderator,language\n\
     ada@example.org,Ada Lovelace,yes,en\n\
     grace@example.org,Grace Hopper,,\n\
     karl@example.org,Karl Müller,,de\n"
}

/// A room name made of a title: `Rust für Alle!` becomes `rust-fur-alle`; `room` where nothing safe is left.
#[must_use]
pub fn slug_room(title: &str) -> String {
    let end = title.char_indices().map(|(at, c)| at + c.len_utf8()).take_while(|end| *end <= 200).last().unwrap_or(0);
    let cut = title[..end].trim();
    match Room::parse(cut) {
        Ok(room) => room.as_str().to_owned(),
        Err(RoomProblem::Unsafe { suggestion: Some(safe), .. }) => safe,
        Err(_) => "room".to_owned(),
    }
}

/// An event id made of a title and the day: `rust-fur-alle-2026-12-05`, 64 characters at most.
#[must_use]
pub fn slug_id(title: &str, date: Date) -> String {
    let room = slug_room(title);
    // The slug is ASCII, so every index is a character's.
    let cut = room[..room.len().min(53)].trim_end_matches(['-', '.', '_']);
    let cut = cut.trim_start_matches(|c: char| !c.is_ascii_alphanumeric());
    if cut.is_empty() { format!("event-{date}") } else { format!("{cut}-{date}") }
}

fn event_table(text: &mut String, answers: &Answers) {
    text.push_str("[event]\n");
    set(
        text,
        "id",
        &answers.id,
        "names the ledger of who was mailed: keep it for this event, give the next event a new one",
    );
    set(text, "title", &answers.title, "");
    set(text, "room", &answers.room, "a-z, 0-9, `-`, `_` and `.`");
    set(text, "starts", &answers.starts, "local time in `timezone`");
    set(text, "ends", &answers.ends, "");
    set(text, "timezone", &answers.timezone, "");
    set(text, "language", &answers.language, "of the mails, where a row has none");
    set(text, "opens_before", "30m", "the link works from starts - this …");
    set(text, "closes_after", "2h", "… to ends + this: workshops overrun");
    text.push_str(EVENT);
}

fn smtp_table(text: &mut String, answers: &Answers) {
    text.push_str("\n[smtp]\n");
    let smtp = answers.smtp.as_ref();
    if let Some(smtp) = smtp {
        set(text, "host", &smtp.host, "");
        let port = format!("port = {}", smtp.port);
        let _ = writeln!(text, "{port:<33} # 465: TLS from the start; 587, 25 and 2525: STARTTLS");
    } else {
        text.push_str(INHERITED);
        text.push_str("# host = \"smtp.example.org\"\n# port = 465\n");
    }
    text.push_str(PROVIDER);
    set_or_show(text, "tls", smtp.and_then(|smtp| smtp.tls.as_deref()), "starttls");
    set_or_show(text, "user", smtp.and_then(|smtp| smtp.user.as_deref()), "workshop@example.org");
    text.push_str(SMTP_PASSWORD);
    set_or_show(text, "password_file", smtp.and_then(|smtp| smtp.password_file.as_deref()), "smtp.password");
    text.push_str(SMTP);
}

/// A line that sets a key, its comment in the column of the others.
fn set(text: &mut String, key: &str, value: &str, comment: &str) {
    let line = format!("{key} = {}", toml(value));
    let _ = if comment.is_empty() { writeln!(text, "{line}") } else { writeln!(text, "{line:<33} # {comment}") };
}

/// A line that sets a key, or shows in a comment how it would be set.
fn set_or_show(text: &mut String, key: &str, value: Option<&str>, example: &str) {
    let _ = match value {
        Some(value) => writeln!(text, "{key} = {}", toml(value)),
        None => writeln!(text, "# {key} = {}", toml(example)),
    };
}

const HEAD: &str = "# An event for roomkey: `roomkey check` reads it, `roomkey send` mails everybody their own link.
# Lines that start with # do nothing; delete the # to set them. What is left out here comes from
# roomkey/config.toml in your configuration folder, where that exists.

";

const EXAMPLE_SENDER: &str = "Rust Workshop <workshop@example.org>";

const INHERITED: &str = "# The server comes from roomkey/config.toml in your configuration folder. To use another one
# here, set all of these: what belongs together is not mixed.
";

const EVENT: &str = "# organizer = \"Ada Lovelace <ada@example.org>\"      # who invites; else the sender
# description = \"Bring a laptop.\"                   # stands in the mail

# Parts of the event that people register for one by one: write this for each of them.
# [[session]]
# key = \"morning\"                # what the file's column `session` says; of several: \"morning; evening\"
# title = \"Morning: first steps\" # what mails say
# room = \"rust-morning\"          # else the event's
# starts = \"2035-12-01T09:00\"
# ends = \"2035-12-01T12:00\"
";

const MAIL: &str = "# subject = \"{title}: your personal link\"      # {name}, {first_name} and {title}, nothing else
# greeting = \"Dear {first_name},\"
message_file = \"message.md\"       # your own words, below the hour and the link; message.de.md for German readers …
# logo = \"logo.png\"              # shown on top of each mail, inside it; PNG, JPEG or GIF, up to 50 kB
# reply_to = \"questions@example.org\"        # where answers go; else to the sender
# envelope_from = \"bounces@example.org\"     # where mails that cannot be delivered go; else to the sender
# unsubscribe = \"mailto:workshop@example.org\"
# per = \"session\"               # a mail for each session; else one for all that a person is in
# templates = \"templates\"         # your own texts; a folder of this name is found without this line

# [calendar]
# style = \"publish\"             # an entry to add; request: one to answer yes or no; none. Else by how many people

# [attendance]                    # you record who came: `roomkey server-config` says how, and the mails say that you do
# notice = false                  # they do not say it; this alone records nothing
# secret_file = \"attendance.secret\"   # what the server's posts must bear, for `roomkey attendance --listen` alone
";

const SMTP_PASSWORD: &str = "# The password never stands here: it comes from the environment variable
# ROOMKEY_SMTP_PASSWORD, else from a file that only you can read, else from a command, else it is asked for.
";

const PROVIDER: &str = "# provider = \"gmail\"              # instead of host, port and tls: workspace, office365, ses, postmark, sendgrid,
#                                 # mailgun or fastmail; its limits hold, unless lines here say others
";

const SMTP: &str = "# password_command = [\"pass\", \"show\", \"smtp\"]
# auth = \"xoauth2\"              # or oauthbearer: password_command prints an access token
# connections = 4                 # at the same time, at most
# rate = \"30/min\"                 # the provider's limit, where there is one
# daily_limit = 500               # the same for any 24 hours; 0: none
# ca_file = \"ca.pem\"              # a certificate authority of your own
# helo = \"mail.example.org\"      # how this computer names itself; a full host name
# allow_plaintext = true          # with tls = \"none\" off this computer: everybody on the way can read the links
";

const TAIL: &str = "
# [smtp.timeouts]                 # how long the mail server may take
# connect = \"30s\"               # until the connection stands
# greeting = \"5m\"               # until it greets
# command = \"5m\"                # for each reply
# data = \"2m\"                   # to take in the mail
# final = \"10m\"                 # to accept it

# [retry]                         # when the server says: later
# delays = [\"1m\", \"5m\", \"15m\", \"1h\"]   # the waits, one after the other; the last one repeats
# greylist_wait = \"5m\"          # the wait where it does not know the sender yet; longer each time
# give_up_after = \"4h\"          # from a person's first try on; `send` goes on later
";

/// A TOML basic string.
fn toml(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            c if c.is_control() => {
                let _ = write!(quoted, "\\u{:04X}", u32::from(c));
            }
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::EventId;

    #[test]
    fn rooms_and_ids_follow_from_any_title() {
        let day = Date::constant(2026, 12, 5);
        for (title, room, id) in [
            ("Rust für Alle!", "rust-fur-alle", "rust-fur-alle-2026-12-05"),
            ("rust", "rust", "rust-2026-12-05"),
            ("会议", "hui-yi", "hui-yi-2026-12-05"),
            ("!!!", "room", "room-2026-12-05"),
            ("*", "room", "room-2026-12-05"),
            ("", "room", "room-2026-12-05"),
            ("__", "__", "event-2026-12-05"),
        ] {
            assert_eq!(slug_room(title), room, "{title}");
            assert_eq!(slug_id(title, day), id, "{title}");
        }
        for title in ["x".repeat(500), "会".repeat(300), "a ".repeat(200)] {
            assert!(Room::parse(&slug_room(&title)).is_ok(), "{title}");
            assert!(EventId::parse(&slug_id(&title, day)).is_ok(), "{title}");
        }
    }

    #[test]
    fn the_example_attendees_have_the_needed_columns() {
        assert!(attendees_csv().starts_with("email,name,"));
        assert!(attendees_csv().lines().all(|line| line.matches(',').count() == 3));
    }
}
