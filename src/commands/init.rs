//! `roomkey init`: a new event.toml, from a few questions or as a commented sample.
//!
//! Nothing is written before the last answer, and nothing is overwritten: where a file cannot be
//! written, those written before it are taken away again.

mod interview;

use std::{
    fs::{self, OpenOptions},
    io::{self, Write as _},
    path::{Component, Path, PathBuf},
};

use secrecy::{ExposeSecret as _, SecretString};

use self::interview::Interview;
use super::Desk;
use crate::{
    cli::Init,
    failure::{Failure, Status, Told},
    model::system_words,
    settings::{Settings, example, typed::Inherited},
};

/// Where the Jitsi secret is kept.
const JITSI_SECRET: &str = "jitsi.secret";
/// Where the mail server's password is kept.
const SMTP_PASSWORD: &str = "smtp.password";
/// The organiser's own words, as the sample names them.
const MESSAGE: &str = "message.md";
/// What must never get into a version control system.
const IGNORED: [&str; 5] = [JITSI_SECRET, SMTP_PASSWORD, ".roomkey/", "preview/", "rehearsal/"];

/// What is to be written.
struct Draft {
    event_toml: String,
    /// The attendee file, relative to the folder.
    attendees: String,
    /// Whether an example is written where there is none.
    example_attendees: bool,
    /// The event's language.
    language: String,
    /// File names and what they are to hold.
    secrets: Vec<(&'static str, SecretString)>,
    /// The private key's file as event.toml names it, where one signs.
    private_key: Option<String>,
}

pub(super) fn run(desk: &Desk<'_>, args: &Init) -> Result<Status, Failure> {
    // `-e` may give the file another name.
    let target = args.folder.join(&desk.cli.event);
    let folder = match target.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent.to_owned(),
        _ => PathBuf::from("."),
    };
    if target.symlink_metadata().is_ok() {
        return Err(Failure::bad_input(
            Told::new(format!("{} is there already: nothing was written", plainly(&target)))
                .hint("change it in an editor, or name another folder: `roomkey init DIR`"),
        ));
    }
    let draft = if args.sample || !desk.console.can_ask() {
        let example::Answers { attendees, language, .. } = example::Answers::placeholders();
        let event_toml = example::sample();
        Draft { event_toml, attendees, example_attendees: true, language, secrets: Vec::new(), private_key: None }
    } else {
        let inherited = Inherited::read(desk.around.config_file().as_deref());
        Interview { desk, folder: &folder, inherited }.hold()?
    };
    write(&folder, &target, &draft, desk)?;
    what_next(desk, &target, args.sample || !desk.console.can_ask());
    Ok(Status::Done)
}

/// Files made so far; they are taken away again unless all could be made.
#[derive(Default)]
struct Made(Vec<PathBuf>);

impl Made {
    fn file(&mut self, path: &Path, private: bool, parts: &[&str]) -> Result<(), Failure> {
        let written = create(path, private).and_then(|mut file| {
            self.0.push(path.to_owned());
            parts.iter().try_for_each(|part| file.write_all(part.as_bytes()))?;
            file.sync_all()
        });
        written.map_err(|problem| unwritable(path, &problem))
    }
}

impl Drop for Made {
    fn drop(&mut self) {
        for path in &self.0 {
            // Best effort: the failure that led here is being told.
            let _ = fs::remove_file(path);
        }
    }
}

/// Writes all files, event.toml last: where it is, the rest is.
fn write(folder: &Path, target: &Path, draft: &Draft, desk: &Desk<'_>) -> Result<(), Failure> {
    fs::create_dir_all(folder).map_err(|problem| unwritable(folder, &problem))?;
    let mut made = Made::default();
    // Before any secret lies there.
    let gitignore = folder.join(".gitignore");
    let key = draft.private_key.as_deref().and_then(|path| pattern(folder, path));
    match ignore(&gitignore, key, desk)? {
        Ignoring::Written => made.0.push(gitignore),
        Ignoring::Extended => desk.console.say(&format!("{} was added to.", plainly(&gitignore))),
        Ignoring::Left => {}
    }
    for (name, secret) in &draft.secrets {
        made.file(&folder.join(name), true, &[secret.expose_secret(), "\n"])?;
    }
    let attendees = folder.join(&draft.attendees);
    let example_written = draft.example_attendees && attendees.symlink_metadata().is_err();
    if example_written {
        made.file(&attendees, false, &[example::attendees_csv()])?;
    }
    let message = folder.join(MESSAGE);
    if message.symlink_metadata().is_err() {
        made.file(&message, false, &[example::message_md(&draft.language)])?;
    }
    made.file(target, false, &[&draft.event_toml])?;
    for path in std::mem::take(&mut made.0) {
        desk.console.result_shown(&plainly(&path));
    }
    if example_written {
        let what = "holds three examples: put your attendees there";
        desk.console.say(&format!("{} {what}.", plainly(&attendees)));
    }
    Ok(())
}

/// Opens a file that must not exist yet; a private one is nobody else's from its first octet on.
fn create(path: &Path, private: bool) -> io::Result<fs::File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    if private {
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    }
    #[cfg(not(unix))]
    let _ = private;
    options.open(path)
}

/// What became of `.gitignore`.
enum Ignoring {
    /// It is new.
    Written,
    /// It gained lines.
    Extended,
    /// It lacked nothing, or is nobody's to write to.
    Left,
}

/// Adds to `.gitignore` what it does not name yet; what stands there stays.
fn ignore(path: &Path, key: Option<String>, desk: &Desk<'_>) -> Result<Ignoring, Failure> {
    let ignored: Vec<String> = IGNORED.map(str::to_owned).into_iter().chain(key).collect();
    let is_file = match path.symlink_metadata() {
        Ok(metadata) => metadata.is_file(),
        Err(_) => true,
    };
    if !is_file {
        desk.console.warn(
            &Told::new(format!("{} is no plain file, so nothing was added to it", path.display()))
                .hint(format!("keep these out of version control yourself: {}", ignored.join(", "))),
        );
        return Ok(Ignoring::Left);
    }
    let there = match fs::read(path) {
        Ok(octets) => String::from_utf8_lossy(&octets).into_owned(),
        Err(problem) if problem.kind() == io::ErrorKind::NotFound => String::new(),
        Err(problem) => return Err(unwritable(path, &problem)),
    };
    let Some(addition) = missing_lines(&there, &ignored) else { return Ok(Ignoring::Left) };
    let is_new = path.symlink_metadata().is_err();
    OpenOptions::new()
        .append(true)
        .create(true)
        .open(path)
        .and_then(|mut file| file.write_all(addition.as_bytes()))
        .map_err(|problem| unwritable(path, &problem))?;
    Ok(if is_new { Ignoring::Written } else { Ignoring::Extended })
}

/// What a `.gitignore` lacks; `None` where it lacks nothing.
fn missing_lines(there: &str, ignored: &[String]) -> Option<String> {
    let named = |wanted: &str| there.lines().any(|line| line.trim().trim_start_matches('/') == wanted);
    let missing: Vec<&str> = ignored.iter().map(String::as_str).filter(|wanted| !named(wanted)).collect();
    if missing.is_empty() {
        return None;
    }
    let line_end = if there.is_empty() || there.ends_with('\n') { "" } else { "\n" };
    Some(format!("{line_end}{}\n", missing.join("\n")))
}

/// The private key's line in `.gitignore`; `None` where it does not lie in the event's folder.
fn pattern(folder: &Path, key: &str) -> Option<String> {
    let folder = std::path::absolute(folder).ok()?;
    let whole = std::path::absolute(folder.join(key)).ok()?;
    let inside = whole.strip_prefix(&folder).ok()?;
    if inside.components().any(|part| part == Component::ParentDir) {
        return None;
    }
    let mut line = String::new();
    for c in inside.to_str()?.chars() {
        line.extend(matches!(c, '\\' | '*' | '?' | '[' | '#' | '!').then_some('\\'));
        line.push(c);
    }
    Some(line)
}

fn unwritable(path: &Path, problem: &io::Error) -> Failure {
    let hint = match problem.kind() {
        io::ErrorKind::AlreadyExists => "move it away first: nothing is overwritten",
        _ => "name a folder that you may write to: `roomkey init DIR`",
    };
    Failure::bad_input(Told::new(format!("failed to write {}: {}", plainly(path), system_words(problem))).hint(hint))
}

fn what_next(desk: &Desk<'_>, target: &Path, sample: bool) {
    let say = |line: &str| desk.console.say(line);
    let is_default = [Path::new("event.toml"), Path::new("./event.toml")].contains(&target);
    let event = if is_default { String::new() } else { format!(" -e {}", for_shell(target)) };
    if let Err(problems) = Settings::load(target, desk.around.config_file().as_deref()) {
        for problem in problems {
            desk.console.warn(&Told::new(problem.to_string()).maybe_hint(problem.hint()));
        }
    }
    if sample {
        say("This is a sample: write your event, your Jitsi server and your mail server into event.toml.");
    }
    say("What comes next:");
    let steps = [
        ("check", "", "check settings, attendees and mails"),
        ("rehearse", "", "try it all with a mail catcher: nobody gets mail"),
        ("check", " --smtp", "ask the mail server; nothing is sent"),
        ("send", " --to YOUR-ADDRESS", "send yourself a test"),
        ("send", "", "mail everybody; it asks first"),
    ];
    let commands: Vec<String> = steps.map(|(verb, flags, _)| format!("roomkey {verb}{event}{flags}")).into();
    let width = commands.iter().map(String::len).max().unwrap_or(0);
    for (command, (_, _, what)) in commands.iter().zip(steps) {
        say(&format!("  {command:width$}   {what}"));
    }
}

/// The path as it is shown: without a `./` in front.
fn plainly(path: &Path) -> String {
    path.strip_prefix(".").unwrap_or(path).display().to_string()
}

/// The path as a shell takes it.
pub(super) fn for_shell(path: &Path) -> String {
    crate::console::shell_word(&path.display().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gitignore_gains_what_it_lacks_and_loses_nothing() {
        let ignored = IGNORED.map(str::to_owned);
        let missing_lines = |there: &str| missing_lines(there, &ignored);
        assert_eq!(missing_lines("").unwrap(), "jitsi.secret\nsmtp.password\n.roomkey/\npreview/\nrehearsal/\n");
        assert_eq!(
            missing_lines("*.log\n/jitsi.secret\nsmtp.password\n.roomkey/").unwrap(),
            "\npreview/\nrehearsal/\n"
        );
        let all = missing_lines("").unwrap();
        assert_eq!(missing_lines(&all), None);
    }

    #[test]
    fn a_private_key_is_ignored_where_it_lies_in_the_folder() {
        let of = |key| pattern(Path::new("/home/ada/event"), key);
        assert_eq!(of("jitsi.pem").as_deref(), Some("jitsi.pem"));
        assert_eq!(of("/home/ada/event/./keys/private.pem").as_deref(), Some("keys/private.pem"));
        assert_eq!(of("my*.pem").as_deref(), Some("my\\*.pem"));
        assert_eq!((of("../keys/private.pem"), of("/home/ada/jaas.pem")), (None, None));
    }
}
