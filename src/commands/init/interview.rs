//! The questions of `roomkey init`: each answer is checked, and asked for again with the reason.
//!
//! What the user's `config.toml` says already is not asked again: it would be said twice, and an
//! answer would cut the event off from what is inherited.

mod answers;
mod jitsi;

use std::path::{Path, PathBuf};

use jiff::{Timestamp, tz::TimeZone};
use secrecy::{ExposeSecret as _, SecretString};

use self::answers::{local_time, one_line, plain_secret, port, told, typed_path, zone};
use super::{Draft, SMTP_PASSWORD};
use crate::{
    commands::{Desk, interrupt},
    console::Hidden,
    failure::{Failure, Status, Told},
    model::{Language, Mailbox},
    settings::{
        example::{self, Answers, JitsiAnswers, SmtpAnswers},
        typed::{Inherited, MailServer},
    },
};

/// Secrets to be written: file names and what they are to hold.
type Secrets = Vec<(&'static str, SecretString)>;

/// Somebody at a terminal, and the folder their event is to lie in.
pub(super) struct Interview<'a> {
    pub(super) desk: &'a Desk<'a>,
    pub(super) folder: &'a Path,
    pub(super) inherited: Inherited,
}

/// When the event is, every answer as it stands in the file.
struct Times {
    starts: String,
    ends: String,
    timezone: String,
    start: Timestamp,
    zone: TimeZone,
}

impl Interview<'_> {
    /// Asks everything. Ctrl-C ends the program; nothing was written then.
    pub(super) fn hold(&self) -> Result<Draft, Failure> {
        let _listening = interrupt::while_asked(INTERRUPTED)?;
        self.desk.console.say("A few questions; Enter takes what stands in brackets, Ctrl-C ends without a trace.");
        let title = self.ask("Title of the event", None, one_line)?;
        let times = self.times()?;
        let language = self.inherited.text("event.language").unwrap_or("en");
        let language = self.ask("Language of the mails", Some(language), |text| {
            told(Language::parse(text), |_| Some(LANGUAGE.into()))
        })?;
        let mut secrets = Vec::new();
        let jitsi = self.jitsi(&mut secrets)?;
        let (sender, from) = self.sender()?;
        let smtp = self.mail_server(&sender, &mut secrets)?;
        let (attendees, example_attendees) = self.attendees()?;
        let day = times.start.to_zoned_datetime(times.zone).date();
        let answers = Answers {
            id: example::slug_id(&title, day),
            room: example::slug_room(&title),
            title,
            starts: times.starts,
            ends: times.ends,
            timezone: times.timezone,
            language: language.to_string(),
            jitsi,
            attendees: attendees.clone(),
            from,
            smtp,
        };
        let derived = format!("The event's id is {}, its room is {}.", answers.id, answers.room);
        self.desk.console.say(&derived);
        let event_toml = example::event_toml(&answers);
        let private_key = answers.jitsi.as_ref().and_then(JitsiAnswers::private_key_file).map(str::to_owned);
        Ok(Draft { event_toml, attendees, example_attendees, language: answers.language, secrets, private_key })
    }

    /// Start, end and zone; the times again where the zone's clock skips them or shows them twice.
    fn times(&self) -> Result<Times, Failure> {
        let mut known: Option<(String, TimeZone)> = None;
        loop {
            let clock = known.as_ref().map_or(TimeZone::UTC, |(_, zone)| zone.clone());
            let starts = self.ask("Start, local time, like 2026-12-05T14:00", None, |text| local_time(text, &clock))?;
            let ends = self.ask("End, likewise, or an hour like 17:00", None, |text| {
                // An hour alone is one of the day on which it starts.
                let is_hour = text.len() <= 5
                    && text.split_once(':').is_some_and(|(hour, minute)| {
                        [hour, minute].iter().all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit()))
                    });
                let day = starts.0.split_once('T').map_or("", |(day, _)| day);
                let text = if is_hour { format!("{day}T{text:0>5}") } else { text.to_owned() };
                let ends = local_time(&text, &clock)?;
                if ends.1 > starts.1 {
                    Ok(ends)
                } else {
                    Err(Told::new("it ends before it starts, or at the same moment").hint("give a later time"))
                }
            })?;
            let (timezone, zone) = match known.take() {
                Some(known) => known,
                None => self.ask("Time zone", self.usual_zone().as_deref(), zone)?,
            };
            let read = |text: &str| local_time(text, &zone);
            match (read(&starts.0), read(&ends.0)) {
                (Ok(start), Ok(end)) if end.1 > start.1 => {
                    self.warn_of_the_past(end.1);
                    return Ok(Times { starts: start.0, ends: end.0, timezone, start: start.1, zone });
                }
                (start, end) => {
                    for told in [start.err(), end.err()].into_iter().flatten() {
                        self.desk.console.problem(&told);
                    }
                    known = Some((timezone, zone));
                }
            }
        }
    }

    fn warn_of_the_past(&self, end: Timestamp) {
        if end <= self.desk.around.now() {
            self.desk.console.warn(
                &Told::new("this time has passed: links to it work no more")
                    .hint("if that is a slip, correct `starts` and `ends` in event.toml afterwards"),
            );
        }
    }

    /// The zone that all events share, else this computer's: `TZ`, else the system's.
    fn usual_zone(&self) -> Option<String> {
        if let Some(shared) = self.inherited.text("event.timezone") {
            return Some(shared.to_owned());
        }
        let named = self.desk.around.variable("TZ").and_then(|name| zone(name.trim_start_matches(':')).ok());
        let name = match named {
            Some((name, _)) => name,
            None => TimeZone::system().iana_name()?.to_owned(),
        };
        (name != "Etc/Unknown").then_some(name)
    }

    /// The sender's address, and what the file says of it: nothing where it is the one of all events.
    fn sender(&self) -> Result<(String, Option<String>), Failure> {
        let shared = self.inherited.text("mail.from");
        let from = self.ask("Sender, like Rust Workshop <workshop@example.org>", shared, |text| {
            told(Mailbox::parse(text), |problem| Some(problem.hint().to_owned()))
        })?;
        let is_shared = shared.and_then(|shared| Mailbox::parse(shared).ok()).is_some_and(|shared| shared == from);
        Ok((from.address.to_string(), (!is_shared).then(|| from.to_string())))
    }

    /// Host, port, protection, user and password; `None` where the user's configuration names the server.
    fn mail_server(&self, sender: &str, secrets: &mut Secrets) -> Result<Option<SmtpAnswers>, Failure> {
        let shared = ["smtp.host", "smtp.provider"].into_iter().find_map(|key| self.inherited.text(key));
        if let Some(server) = shared {
            self.desk.console.say(&format!("Mail server: {server} (from {})", self.inherited.shown()));
            return Ok(None);
        }
        let server = self.ask("Mail server, like smtp.example.org, or its provider, like gmail", None, |text| {
            MailServer::parse(text).map_err(answers::refused)
        })?;
        let port = match server.port {
            Some(port) => port,
            None => self.ask("Its port", Some(&server.usual_port().to_string()), port)?,
        };
        let tls = if server.port_tells_protection(port) {
            None
        } else {
            Some(self.ask("TLS from the start (implicit), or by STARTTLS (starttls)", Some("starttls"), tls)?)
        };
        let user = self.ask("Log-in name at the mail server (- for none)", Some(sender), one_line)?;
        let user = (user != "-").then_some(user);
        let password_file = match &user {
            Some(_) => self.secret(SMTP_PASSWORD, "Password at the mail server", plain_secret, secrets)?,
            None => None,
        };
        Ok(Some(SmtpAnswers { host: server.host, port, tls, user, password_file }))
    }

    /// The attendee file as event.toml is to name it, and whether an example is wanted.
    fn attendees(&self) -> Result<(String, bool), Failure> {
        let path = self.ask("Attendee file (Enter: an example is written)", Some("attendees.csv"), |text| {
            let path = self.typed_path(text)?;
            if self.folder.join(&path).is_dir() {
                return Err(Told::new(format!("{path} is a folder")).hint("name the file in it"));
            }
            Ok(path)
        })?;
        if path == "attendees.csv" || self.folder.join(&path).exists() {
            return Ok((path, true));
        }
        if let Some(whole) = self.named_from_here(&path) {
            return Ok((whole, false));
        }
        self.desk.console.warn(
            &Told::new(format!("there is no {path} yet"))
                .hint("put it there before the first `roomkey check`; a path is relative to event.toml's folder"),
        );
        Ok((path, false))
    }

    fn typed_path(&self, text: &str) -> Result<String, Told> {
        typed_path(text, self.desk.around.variable("HOME").as_deref())
    }

    /// The whole path of a file that was named from where somebody stands, not from where the event is to lie.
    fn named_from_here(&self, path: &str) -> Option<String> {
        let here = self.desk.around.folder.join(path);
        if self.folder.join(path).exists() || !here.is_file() {
            return None;
        }
        let whole: PathBuf = std::path::absolute(&here).unwrap_or(here);
        let whole = whole.display().to_string();
        self.desk.console.say(&format!("event.toml will name it as {whole}."));
        Some(whole)
    }

    /// Asks until the answer is fit; `default` is what Enter means.
    fn ask<T>(
        &self,
        question: &str,
        default: Option<&str>,
        read: impl Fn(&str) -> Result<T, Told>,
    ) -> Result<T, Failure> {
        let shown = default.map_or_else(|| format!("{question}: "), |default| format!("{question} [{default}]: "));
        loop {
            let answer = self.desk.console.ask_line(&shown).ok_or_else(no_more_input)?;
            let answer = match (answer.trim(), default) {
                ("", Some(default)) => default,
                (answer, _) => answer,
            };
            if answer.is_empty() {
                self.desk.console.problem(&Told::new("this needs an answer"));
                continue;
            }
            match read(answer) {
                Ok(fit) => return Ok(fit),
                Err(told) => self.desk.console.problem(&told),
            }
        }
    }

    /// Asks for a secret, hidden; gives the file that holds it, where one does.
    fn secret(
        &self,
        file: &'static str,
        question: &str,
        check: impl Fn(&SecretString) -> Result<Vec<Told>, Told>,
        secrets: &mut Secrets,
    ) -> Result<Option<String>, Failure> {
        if self.keeps(file) {
            return Ok(Some(file.to_owned()));
        }
        let shown = format!("{question} (not shown; Enter: later): ");
        loop {
            let secret = self.hidden(&shown)?;
            if secret.expose_secret().is_empty() {
                return Ok(None);
            }
            if self.takes(file, secret, &check, secrets) {
                return Ok(Some(file.to_owned()));
            }
        }
    }

    /// Whether a secret's file is there already.
    fn keeps(&self, file: &str) -> bool {
        let is_there = self.folder.join(file).symlink_metadata().is_ok();
        if is_there {
            self.desk.console.say(&format!("{file} is there already and is kept."));
        }
        is_there
    }

    /// An answer that the terminal does not show.
    fn hidden(&self, shown: &str) -> Result<SecretString, Failure> {
        match self.desk.console.ask_hidden(shown) {
            Hidden::Answer(secret) => Ok(secret),
            Hidden::NoMore => Err(no_more_input()),
            Hidden::Interrupted => Err(Failure::of(Status::Interrupted, Told::new(INTERRUPTED))),
        }
    }

    /// Notes a secret for its file, where it is fit; says what is wrong with it, or weak.
    fn takes(
        &self,
        file: &'static str,
        secret: SecretString,
        check: impl Fn(&SecretString) -> Result<Vec<Told>, Told>,
        secrets: &mut Secrets,
    ) -> bool {
        match check(&secret) {
            Ok(warnings) => {
                for told in &warnings {
                    self.desk.console.warn(told);
                }
                secrets.push((file, secret));
                true
            }
            Err(told) => {
                self.desk.console.problem(&told);
                false
            }
        }
    }
}

const INTERRUPTED: &str = "interrupted: nothing was written";
const LANGUAGE: &str = "write it like: en, de or de-AT";

fn no_more_input() -> Failure {
    Failure::bad_input(
        Told::new("the answers ended before the questions did: nothing was written")
            .hint("`roomkey init --sample` asks nothing and writes a commented sample"),
    )
}

fn tls(text: &str) -> Result<String, Told> {
    match text.to_lowercase().as_str() {
        known @ ("implicit" | "starttls") => Ok(known.to_owned()),
        _ => {
            Err(Told::new("this is neither `implicit` nor `starttls`").hint("the mail provider's help page says which"))
        }
    }
}
