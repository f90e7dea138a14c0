//! The only printer: results on standard output, talk on standard error.
//!
//! Every line of talk has its control characters and text-direction overrides made visible and its
//! tokens blotted out here, whoever wrote it. Known weakness: a secret that has not the shape of a
//! token must be kept away from here by those who hold it.

use std::{
    borrow::Cow,
    io::{BufRead, Write},
    path::Path,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle as BarStyle};
use secrecy::SecretString;

pub use crate::model::visible;
use crate::{
    cli::{Cli, ProgressStyle, USUAL_EVENT, When},
    failure::{Failure, Told},
    surroundings::Surroundings,
};

/// Lines of plain progress are this far apart.
const PLAIN_PROGRESS_EVERY: Duration = Duration::from_secs(5);

/// The printer; its clones share one progress bar.
#[derive(Debug, Clone)]
pub struct Console {
    quiet: bool,
    verbose: bool,
    color: bool,
    can_ask: bool,
    progress: ProgressStyle,
    /// The event's file, where commands to be pasted must name it.
    event: Option<String>,
    bar: Arc<Mutex<Option<Bar>>>,
}

/// What became of the question for a secret.
#[derive(Debug)]
pub enum Hidden {
    /// The secret; empty where Enter alone was pressed.
    Answer(SecretString),
    /// The end of input.
    NoMore,
    /// Ctrl-C.
    Interrupted,
}

#[derive(Debug)]
enum Bar {
    Drawn(ProgressBar),
    Plain { last: Option<Instant>, unsaid: Option<String> },
}

impl Console {
    /// Makes the printer the command line asks for.
    #[must_use]
    pub fn new(cli: &Cli, around: &Surroundings) -> Self {
        let color = match cli.color {
            When::Always => true,
            When::Never => false,
            When::Auto => around.stderr_is_terminal && !around.refuses_color(),
        };
        let drawable = around.stderr_is_terminal && !around.is_dumb_terminal();
        let progress = match cli.progress {
            ProgressStyle::Auto if !drawable => ProgressStyle::Plain,
            chosen => chosen,
        };
        let (quiet, verbose, can_ask) = (cli.quiet, cli.verbose, around.can_ask);
        let event = (cli.event != Path::new(USUAL_EVENT)).then(|| shell_word(&cli.event.display().to_string()));
        Self { quiet, verbose, color, can_ask, progress, event, bar: Arc::default() }
    }

    /// Prints one line of the result, as it is: for programs and pipes.
    pub fn result(&self, line: &str) {
        self.result_raw(&format!("{line}\n"));
    }

    /// Prints one line of the result for people: foreign characters made visible.
    pub fn result_shown(&self, line: &str) {
        self.result(&visible(&self.with_event(line)));
    }

    /// The commands in a text as they are to be typed here: with `-e` where the event needs it.
    fn with_event<'a>(&self, line: &'a str) -> Cow<'a, str> {
        const COMMAND: &str = "`roomkey ";
        let Some(event) = self.event.as_ref().filter(|_| line.contains(COMMAND)) else { return line.into() };
        let mut parts = line.split(COMMAND);
        let mut whole = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            whole.push_str(COMMAND);
            if !["-e ", "--help", "init"].iter().any(|start| part.starts_with(start)) {
                whole.push_str(&format!("-e {event} "));
            }
            whole.push_str(part);
        }
        whole.into()
    }

    /// Prints the result's octets as they are. A reader that went away is no error.
    pub fn result_raw(&self, text: &str) {
        self.above_bar(|| {
            let mut out = std::io::stdout().lock();
            let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
        });
    }

    /// Says something; `-q` silences it.
    pub fn say(&self, line: &str) {
        if !self.quiet {
            self.talk("", None, line);
        }
    }

    /// Says something only with `-v`.
    pub fn detail(&self, line: &str) {
        if self.verbose {
            self.talk("", Some("2"), line);
        }
    }

    /// Whether `-v` was given.
    #[must_use]
    pub fn is_verbose(&self) -> bool {
        self.verbose
    }

    /// Warns; `-q` does not silence it.
    pub fn warn(&self, told: &Told) {
        self.talk("warning: ", Some("33"), &told.what);
        self.hint(told);
    }

    /// Tells a problem and its way out.
    pub fn problem(&self, told: &Told) {
        self.talk("error: ", Some("31"), &told.what);
        self.hint(told);
    }

    /// Tells everything a failure holds.
    pub fn failure(&self, failure: &Failure) {
        for told in &failure.problems {
            self.problem(told);
        }
    }

    fn hint(&self, told: &Told) {
        if let Some(hint) = &told.hint {
            self.talk("  hint: ", Some("36"), hint);
        }
    }

    fn talk(&self, label: &str, color: Option<&str>, line: &str) {
        let line = visible(&without_tokens(&self.with_event(line)));
        self.above_bar(|| {
            let mut err = std::io::stderr().lock();
            let _ = match color {
                Some(code) if self.color && label.is_empty() => writeln!(err, "\x1b[{code}m{line}\x1b[0m"),
                Some(code) if self.color => writeln!(err, "\x1b[1;{code}m{label}\x1b[0m{line}"),
                _ => writeln!(err, "{label}{line}"),
            };
        });
    }

    /// Whether somebody can be asked.
    #[must_use]
    pub fn can_ask(&self) -> bool {
        self.can_ask
    }

    /// Asks a question that is answered with yes or no; nothing, and the end of input, is a no.
    pub fn confirm(&self, question: &str) -> bool {
        loop {
            let Some(answer) = self.ask_line(&format!("{question} [y/N] ")) else { return false };
            match answer.trim().to_lowercase().as_str() {
                "y" | "yes" => return true,
                "" | "n" | "no" => return false,
                _ => self.say("please answer y (yes) or n (no)"),
            }
        }
    }

    /// Asks for a line; `None` at the end of input.
    pub fn ask_line(&self, question: &str) -> Option<String> {
        {
            let mut err = std::io::stderr().lock();
            let _ = write!(err, "{}", visible(question)).and_then(|()| err.flush());
        }
        let mut line = String::new();
        let read = std::io::stdin().lock().read_line(&mut line).ok()?;
        if read == 0 {
            // The question's line is still open.
            let _ = writeln!(std::io::stderr());
            return None;
        }
        Some(line.trim_end_matches(['\r', '\n']).to_owned())
    }

    /// Asks for a secret without showing it.
    pub fn ask_hidden(&self, question: &str) -> Hidden {
        match rpassword::prompt_password(visible(question)) {
            Ok(secret) => Hidden::Answer(SecretString::from(secret)),
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => Hidden::Interrupted,
            Err(_) => Hidden::NoMore,
        }
    }

    /// Starts showing progress towards `total`.
    pub fn start_progress(&self, total: u64) {
        let bar = match self.progress {
            ProgressStyle::None => None,
            _ if self.quiet => None,
            ProgressStyle::Plain => Some(Bar::Plain { last: None, unsaid: None }),
            ProgressStyle::Auto => {
                let bar = ProgressBar::with_draw_target(Some(total), ProgressDrawTarget::stderr_with_hz(10));
                let style = BarStyle::with_template("{bar:30} {msg}").map(|style| style.progress_chars("=> "));
                bar.set_style(style.unwrap_or_else(|_| BarStyle::default_bar()));
                Some(Bar::Drawn(bar))
            }
        };
        *self.lock_bar() = bar;
    }

    /// Shows how far it is: `line` stands beside the bar, or alone.
    pub fn show_progress(&self, done: u64, line: &str) {
        let mut speak = false;
        match &mut *self.lock_bar() {
            Some(Bar::Drawn(bar)) => {
                bar.set_position(done);
                bar.set_message(visible(line));
            }
            Some(Bar::Plain { last, unsaid }) => {
                speak = last.is_none_or(|last| last.elapsed() >= PLAIN_PROGRESS_EVERY);
                if speak {
                    *last = Some(Instant::now());
                }
                *unsaid = (!speak).then(|| line.to_owned());
            }
            None => {}
        }
        if speak {
            self.say(line);
        }
    }

    /// Says what plain progress has not said yet, where its time has come: for those who wait for long.
    pub fn catch_up_progress(&self) {
        let mut said = None;
        if let Some(Bar::Plain { last, unsaid }) = &mut *self.lock_bar()
            && last.is_none_or(|last| last.elapsed() >= PLAIN_PROGRESS_EVERY)
        {
            said = unsaid.take();
            *last = said.as_ref().map(|_| Instant::now()).or(*last);
        }
        if let Some(line) = said {
            self.say(&line);
        }
    }

    /// Takes the bar away; plain lines end with the last one.
    pub fn end_progress(&self) {
        let bar = self.lock_bar().take();
        match bar {
            Some(Bar::Drawn(bar)) => bar.finish_and_clear(),
            Some(Bar::Plain { unsaid: Some(line), .. }) => self.say(&line),
            Some(Bar::Plain { unsaid: None, .. }) | None => {}
        }
    }

    /// Prints above the bar, where one is drawn.
    fn above_bar(&self, print: impl FnOnce()) {
        let bar = match &*self.lock_bar() {
            Some(Bar::Drawn(bar)) => Some(bar.clone()),
            _ => None,
        };
        match bar {
            Some(bar) => bar.suspend(print),
            None => print(),
        }
    }

    fn lock_bar(&self) -> MutexGuard<'_, Option<Bar>> {
        self.bar.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A text as one word of a shell's command line: bare where it is plain, else `"New time"`, or in
/// single quotes where the shell would read more into it.
#[must_use]
pub fn shell_word(text: &str) -> String {
    let is_plain = |c: char| c.is_alphanumeric() || "/._-+@%,=:".contains(c);
    if !text.is_empty() && text.chars().all(is_plain) {
        text.to_owned()
    } else if text.contains(char::is_control) {
        // The one form in which a line break can be pasted.
        let is_special = |c: char| c == '\'' || c == '\\' || c.is_control();
        let escaped = |c: char| if is_special(c) { c.escape_default().to_string() } else { c.to_string() };
        format!("$'{}'", text.chars().map(escaped).collect::<String>())
    } else if text.contains(['"', '$', '`', '\\', '!']) {
        format!("'{}'", text.replace('\'', r"'\''"))
    } else {
        format!("\"{text}\"")
    }
}

/// Says why the program ends, below a question that was left open.
pub fn last_words(line: &str) {
    let _ = writeln!(std::io::stderr(), "\n{}", visible(line));
}

/// Replaces whatever has the shape of a token (three parts of base64url, the first being `{"…`).
#[must_use]
pub fn without_tokens(text: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("eyJ") {
        let token = &rest[at..];
        let end =
            token.find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'))).unwrap_or(token.len());
        kept.push_str(&rest[..at]);
        // A header alone is 16 characters and more; ordinary words are shorter.
        kept.push_str(if end >= 16 { "[token]" } else { &token[..end] });
        rest = &token[end..];
    }
    kept.push_str(rest);
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_blotted_out_wherever_they_stand() {
        let token = "eyJhbGciOiJIUzI1NiJ9.eyJyb29tIjoiciJ9.c2lnbmF0dXJl";
        assert_eq!(without_tokens(&format!("see https://h/r?jwt={token}&x=1")), "see https://h/r?jwt=[token]&x=1");
        assert_eq!(without_tokens("eyJ is a prefix"), "eyJ is a prefix");
    }

    #[test]
    fn a_word_for_the_shell_means_what_it_says() {
        for (text, word) in [
            ("New time", r#""New time""#),
            ("ada+rust@example.org", "ada+rust@example.org"),
            ("", r#""""#),
            ("a\nb it's", r"$'a\nb it\'s'"),
            ("it's on", r#""it's on""#),
            (r#"the "new" $HOME"#, r#"'the "new" $HOME'"#),
            ("it's `now`!", r"'it'\''s `now`!'"),
        ] {
            assert_eq!(shell_word(text), word);
        }
    }
}
