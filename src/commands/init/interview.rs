//! The questions of `roomkey init`: each answer is checked, and asked for again with the reason.

use std::path::Path;

use jiff::{Timestamp, tz::TimeZone};
use secrecy::{ExposeSecret as _, SecretString};

use super::{Draft, JITSI_SECRET, SMTP_PASSWORD};
use crate::{
    commands::Desk,
    failure::{Failure, Told},
    jitsi::{ServerAddress, SigningSecret},
    model::{Language, Mailbox, forbidden_char, parse_local_time},
    settings::example::{self, Answers},
};

/// Titles and names longer than this, in characters, are refused.
const LONGEST: usize = 200;
const ZONE_HINT: &str = "an IANA name like Europe/Berlin, America/New_York or UTC";

/// Somebody at a terminal, and the folder their event is to lie in.
pub(super) struct Interview<'a> {
    pub(super) desk: &'a Desk<'a>,
    pub(super) folder: &'a Path,
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
    /// Asks everything.
    pub(super) fn hold(&self) -> Result<Draft, Failure> {
        self.desk.console.say("A few questions; Enter takes what stands in brackets, Ctrl-C ends without a trace.");
        let title = self.ask("Title of the event", None, one_line)?;
        let times = self.times()?;
        let language = self.ask("Language of the mails", Some("en"), |text| told(Language::parse(text), |_| None))?;
        let jitsi = self.ask("Jitsi address, like https://meet.example.org", None, |text| {
            told(ServerAddress::parse(text), |problem| Some(problem.hint()))
        })?;
        let app_id = self.ask("Jitsi app_id", None, one_line)?;
        let from = self.ask("Sender, like Rust Workshop <workshop@example.org>", None, |text| {
            told(Mailbox::parse(text), |problem| Some(problem.hint().to_owned()))
        })?;
        let smtp_host = self.ask("Mail server, like smtp.example.org", None, host)?;
        let smtp_port = self.ask("Its port", Some("465"), port)?;
        let sender = from.address.to_string();
        let user = self.ask("Log-in name at the mail server (- for none)", Some(&sender), one_line)?;
        let smtp_user = (user != "-").then_some(user);
        let attendees = self.ask("Attendee file (Enter: an example is written)", Some("attendees.csv"), path)?;
        let example_attendees = attendees == "attendees.csv";
        if !example_attendees && !self.folder.join(&attendees).exists() {
            let what = format!("{attendees} is not in {} yet", self.folder.display());
            self.desk.console.warn(&Told::new(what).hint("put it there; its path is relative to event.toml's folder"));
        }
        let mut secrets = Vec::new();
        let secret_file = self.secret(JITSI_SECRET, "The Jitsi server's app_secret", signing_secret, &mut secrets)?;
        let password_file = match &smtp_user {
            Some(_) => self.secret(SMTP_PASSWORD, "Password at the mail server", plain_secret, &mut secrets)?,
            None => None,
        };
        let day = times.start.to_zoned_datetime(times.zone).date();
        let answers = Answers {
            id: example::slug_id(&title, day),
            room: example::slug_room(&title),
            title,
            starts: times.starts,
            ends: times.ends,
            timezone: times.timezone,
            language: language.to_string(),
            jitsi_url: jitsi.as_str().to_owned(),
            app_id,
            secret_file,
            attendees: attendees.clone(),
            from: from.to_string(),
            smtp_host,
            smtp_port,
            smtp_tls: None,
            smtp_user,
            password_file,
        };
        Ok(Draft { event_toml: example::event_toml(&answers), attendees, example_attendees, secrets })
    }

    /// Start, end and zone; the times again where the zone's clock skips them or shows them twice.
    fn times(&self) -> Result<Times, Failure> {
        let mut known: Option<(String, TimeZone)> = None;
        loop {
            let clock = known.as_ref().map_or(TimeZone::UTC, |(_, zone)| zone.clone());
            let starts = self.ask("Start, local time, like 2026-12-05T14:00", None, |text| local_time(text, &clock))?;
            let ends = self.ask("End, likewise", None, |text| {
                let ends = local_time(text, &clock)?;
                if ends.1 > starts.1 {
                    Ok(ends)
                } else {
                    Err(Told::new("it ends before it starts, or at the same moment").hint("give a later time"))
                }
            })?;
            let (timezone, zone) = match known.take() {
                Some(known) => known,
                None => self.ask("Time zone", self.own_zone().as_deref(), zone)?,
            };
            let read = |text: &str| local_time(text, &zone);
            match (read(&starts.0), read(&ends.0)) {
                (Ok(start), Ok(end)) if end.1 > start.1 => {
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

    /// The zone of this computer: `TZ`, else the system's.
    fn own_zone(&self) -> Option<String> {
        let named = self.desk.around.variable("TZ").and_then(|name| zone(name.trim_start_matches(':')).ok());
        let name = match named {
            Some((name, _)) => name,
            None => TimeZone::system().iana_name()?.to_owned(),
        };
        (name != "Etc/Unknown").then_some(name)
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
        secrets: &mut Vec<(&'static str, SecretString)>,
    ) -> Result<Option<String>, Failure> {
        if self.folder.join(file).symlink_metadata().is_ok() {
            self.desk.console.say(&format!("{file} is there already and is kept."));
            return Ok(Some(file.to_owned()));
        }
        let shown = format!("{question} (not shown; Enter: later): ");
        loop {
            let secret = self.desk.console.ask_hidden(&shown).ok_or_else(no_more_input)?;
            if secret.expose_secret().is_empty() {
                return Ok(None);
            }
            match check(&secret) {
                Ok(warnings) => {
                    for told in &warnings {
                        self.desk.console.warn(told);
                    }
                    secrets.push((file, secret));
                    return Ok(Some(file.to_owned()));
                }
                Err(told) => self.desk.console.problem(&told),
            }
        }
    }
}

fn no_more_input() -> Failure {
    Failure::bad_input(
        Told::new("the answers ended before the questions did: nothing was written")
            .hint("`roomkey init --sample` asks nothing and writes a commented sample"),
    )
}

fn told<T, E: std::fmt::Display>(read: Result<T, E>, hint: impl Fn(&E) -> Option<String>) -> Result<T, Told> {
    read.map_err(|problem| Told::new(problem.to_string()).maybe_hint(hint(&problem)))
}

fn one_line(text: &str) -> Result<String, Told> {
    if forbidden_char(text).is_some() {
        return Err(Told::new("this holds an invisible control character").hint("type it anew instead of pasting it"));
    }
    if text.chars().count() > LONGEST {
        return Err(Told::new(format!("this is longer than {LONGEST} characters")).hint("give a shorter one"));
    }
    Ok(text.to_owned())
}

fn path(text: &str) -> Result<String, Told> {
    if text == "~" || text.starts_with("~/") {
        return Err(Told::new("`~` is not understood here")
            .hint("write the whole path, or one relative to event.toml's folder"));
    }
    one_line(text)
}

/// The time as the file is to have it, and the moment.
fn local_time(text: &str, zone: &TimeZone) -> Result<(String, Timestamp), Told> {
    let at = told(parse_local_time(text, zone), |_| None)?;
    Ok((text.replacen([' ', 't'], "T", 1), at))
}

fn zone(name: &str) -> Result<(String, TimeZone), Told> {
    let unknown = || Told::new(format!("`{name}` is not a time zone")).hint(ZONE_HINT);
    let zone = TimeZone::get(name).map_err(|_| unknown())?;
    let name = zone.iana_name().filter(|name| *name != "Etc/Unknown").ok_or_else(unknown)?.to_owned();
    Ok((name, zone))
}

/// A host's name or IPv4 address, as far as a Jitsi server's would be one too.
fn host(text: &str) -> Result<String, Told> {
    let alone = !text.contains(['/', '@', ':', '?', '#']);
    match ServerAddress::parse(&format!("https://{text}")) {
        Ok(server) if alone => Ok(server.host().to_owned()),
        _ => Err(Told::new("this is not a host name").hint("give the server's name alone, like smtp.example.org")),
    }
}

fn port(text: &str) -> Result<u16, Told> {
    match text.parse() {
        Ok(port) if port > 0 => Ok(port),
        _ => Err(Told::new(format!("`{text}` is not a port")).hint("465 with most providers, else 587")),
    }
}

fn signing_secret(secret: &SecretString) -> Result<Vec<Told>, Told> {
    plain_secret(secret)?;
    let (_, weak) = told(SigningSecret::accept(secret.clone()), |problem| Some(problem.hint().to_owned()))?;
    Ok(weak.iter().map(|warning| Told::new(warning.to_string()).hint(warning.hint())).collect())
}

/// One line without blanks around it: what is read back from a file later.
fn plain_secret(secret: &SecretString) -> Result<Vec<Told>, Told> {
    let text = secret.expose_secret();
    let is_outer = |c: char| c.is_whitespace() || matches!(c, '\u{FEFF}' | '\u{200B}');
    if text.starts_with(is_outer) || text.ends_with(is_outer) {
        return Err(Told::new("there is a blank at its start or end").hint("copy it again without the blank"));
    }
    if text.chars().any(char::is_control) {
        return Err(Told::new("it holds a control character").hint("type it, or copy it again"));
    }
    Ok(Vec::new())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_written_as_the_file_wants_them() {
        assert_eq!(local_time("2026-12-05 14:00", &TimeZone::UTC).unwrap().0, "2026-12-05T14:00");
        assert!(local_time("2026-12-05", &TimeZone::UTC).is_err());
        assert_eq!(zone("europe/berlin").unwrap().0, "Europe/Berlin");
        assert!(zone("Berlin").is_err());
        assert_eq!(host("smtp.example.org").unwrap(), "smtp.example.org");
        for bad in ["smtp.example.org:465", "https://smtp.example.org", "a@b", "a b", "x/y"] {
            assert!(host(bad).is_err(), "{bad}");
        }
        assert!(port("0").is_err() && port("65536").is_err() && port("587").is_ok());
    }

    #[test]
    fn a_secret_that_could_not_be_read_back_is_refused() {
        for bad in [" secret", "secret ", "a\tb\u{7}", "\u{FEFF}x"] {
            assert!(plain_secret(&SecretString::from(bad)).is_err());
        }
        assert!(plain_secret(&SecretString::from("two words")).is_ok());
        assert!(signing_secret(&SecretString::from("changeme")).is_err());
    }
}
