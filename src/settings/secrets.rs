//! Where the secrets come from: the environment, else a file, else a command.
//!
//! Owns: finding a secret, and refusing one that others can read or that is not what was meant.
//! Does not own: asking for one on a terminal, or what makes a signing secret strong. A secret
//! lives in redacting, zeroed memory from its first byte; no message holds any of it, nor what a
//! command printed on its standard output.
//!
//! Known weakness: a command that leaves a child of its own behind with its output open is given up
//! after the time limit, and the child lives on.

mod command;
mod key_file;

pub use key_file::{KeyFileProblem, private_key};

use std::{
    fmt,
    io::Read,
    path::{Path, PathBuf},
};

use secrecy::{SecretString, zeroize::Zeroizing};

use crate::model::system_words;

/// More than any secret holds: 64 kB.
const MAX_BYTES: usize = 64 * 1024;

/// Where a secret is to be found; holds none.
#[derive(Clone, PartialEq, Eq)]
pub struct SecretSource {
    /// The environment variable that beats all else.
    pub env_name: &'static str,
    /// A file that holds the secret alone, absolute.
    pub file: Option<PathBuf>,
    /// A program and its arguments; it prints the secret. No shell reads it.
    pub command: Option<Vec<String>>,
    /// Where the command runs: the folder of the file that names it.
    pub folder: PathBuf,
}

/// Of a command the program alone is shown: its arguments may tell too much.
impl fmt::Debug for SecretSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SecretSource")
            .field("env_name", &self.env_name)
            .field("file", &self.file)
            .field("command", &self.command.as_ref().and_then(|words| words.first()))
            .finish_non_exhaustive()
    }
}

/// The place a secret was taken from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SecretPlace {
    /// An environment variable.
    Environment(&'static str),
    /// A file.
    File(PathBuf),
    /// A command, by its program.
    Command(String),
}

impl fmt::Display for SecretPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Environment(name) => write!(f, "the secret in the environment variable {name}"),
            Self::File(path) => write!(f, "the secret file {}", path.display()),
            Self::Command(program) => write!(f, "the secret that `{program}` prints"),
        }
    }
}

/// Why a secret cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SecretProblem {
    /// Nothing but a line break, or nothing at all.
    #[error("{0} is empty")]
    Empty(SecretPlace),
    /// A blank, line break or invisible mark beside it.
    #[error("{place} has {blank} at its {end}")]
    Blank {
        /// Where it came from.
        place: SecretPlace,
        /// What stands there.
        blank: &'static str,
        /// `start` or `end`.
        end: &'static str,
    },
    /// A line break or another control character inside.
    #[error("{0} holds more than one line, or a control character")]
    SeveralLines(SecretPlace),
    /// Not text.
    #[error("{0} is not UTF-8 text")]
    NotUtf8(SecretPlace),
    /// Longer than 64 kB.
    #[error("{0} is longer than 64 kB")]
    TooLong(SecretPlace),
    /// The file is not there.
    #[error("there is no secret file {}", shown(.0))]
    NoFile(PathBuf),
    /// A folder, pipe or device.
    #[error("the secret file {} is not a regular file", .0.display())]
    NotAFile(PathBuf),
    /// Others can read or change it.
    #[error("the secret file {} can be {access} by others than you (mode {mode:04o})", path.display())]
    Open {
        /// The file.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
        /// `read`, `changed`, or both.
        access: &'static str,
    },
    /// Reading failed.
    #[error("failed to read the secret file {}: {reason}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system says.
        reason: String,
    },
    /// The program could not be started.
    #[error("failed to start `{program}`: {reason}")]
    NotStarted {
        /// The program.
        program: String,
        /// What the system says.
        reason: String,
    },
    /// The program ended with a failure.
    #[error("`{program}` {status}{}", .said.as_ref().map(|line| format!(": {line}")).unwrap_or_default())]
    Failed {
        /// The program.
        program: String,
        /// How it ended.
        status: String,
        /// The last line it wrote on its standard error.
        said: Option<String>,
    },
    /// The program did not end.
    #[error("`{program}` did not finish within {seconds} seconds")]
    TookTooLong {
        /// The program.
        program: String,
        /// The time limit.
        seconds: u64,
    },
}

impl SecretProblem {
    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> String {
        match self {
            Self::Empty(SecretPlace::Environment(name)) => format!("set {name} to the secret, or unset it"),
            Self::Empty(SecretPlace::File(_)) | Self::NotUtf8(_) | Self::TooLong(_) | Self::SeveralLines(_) => {
                "it must be the secret alone, in one line".into()
            }
            Self::Empty(SecretPlace::Command(_)) => "try the command by hand: it must print the secret".into(),
            Self::Blank { end, .. } => format!(
                "delete what stands at its {end}; a secret that really has a blank there must be changed on the server"
            ),
            Self::NoFile(path) if looks_like_a_secret(path) => {
                "write the secret into a file of its own, as its only line, and name that file here".into()
            }
            Self::NoFile(_) => "check the path: it is relative to the folder of the file that names it".into(),
            Self::NotAFile(_) => "name a file that holds the secret alone".into(),
            Self::Open { path, .. } => format!("chmod 600 {}", for_shell(path)),
            Self::Unreadable { path, .. } => format!("check who may read it: ls -l {}", for_shell(path)),
            Self::NotStarted { .. } => {
                "the first word of the command must be a program; no shell is used, so each word stands apart".into()
            }
            Self::Failed { .. } => "try the command by hand: it must print the secret and nothing else".into(),
            Self::TookTooLong { .. } => {
                "if it waits for a password of its own, unlock it first (for `pass`: run it once by hand)".into()
            }
        }
    }
}

/// A path as it is told, unless somebody wrote the secret where a file's name belongs.
fn shown(path: &Path) -> String {
    if looks_like_a_secret(path) {
        "of the name given, which looks like the secret itself and is not shown".to_owned()
    } else {
        path.display().to_string()
    }
}

/// Whether a file's name is long, has no ending and mixes digits with letters, as no file's name does.
#[must_use]
pub fn looks_like_a_secret(path: &Path) -> bool {
    let Some(name) = path.file_name().and_then(|name| name.to_str()) else { return false };
    let has = |is: fn(&u8) -> bool| name.as_bytes().iter().any(is);
    name.len() >= 16 && !name.contains('.') && has(u8::is_ascii_digit) && has(u8::is_ascii_alphabetic)
}

/// Finds a secret: the environment beats the file, the file beats the command.
///
/// One line end after it (LF or CRLF) is taken off. `Ok(None)`: nothing names a secret, so that
/// only asking for it is left. Runs the command, where it comes to that: up to 60 seconds.
///
/// # Errors
/// [`SecretProblem`] where a source is named but unusable; the next source is then not tried.
pub fn resolve(
    source: &SecretSource,
    env: &dyn Fn(&str) -> Option<String>,
) -> Result<Option<SecretString>, SecretProblem> {
    if let Some(value) = env(source.env_name) {
        let bytes = Zeroizing::new(value.into_bytes());
        return clean(&bytes, SecretPlace::Environment(source.env_name)).map(Some);
    }
    if let Some(path) = &source.file {
        let bytes = read_file(path)?;
        return clean(&bytes, SecretPlace::File(path.clone())).map(Some);
    }
    source.command.as_ref().map(|words| printed(words, &source.folder)).transpose()
}

/// Runs a command for the secret it prints: up to 60 seconds.
///
/// # Errors
/// [`SecretProblem`] where it fails, or prints something else.
pub fn printed(words: &[String], folder: &Path) -> Result<SecretString, SecretProblem> {
    let bytes = command::output(words, folder, command::LIMIT)?;
    let program = words.first().cloned().unwrap_or_default();
    clean(&bytes, SecretPlace::Command(program))
}

/// Takes one line end off and refuses what is then still not a secret of one line.
fn clean(bytes: &[u8], place: SecretPlace) -> Result<SecretString, SecretProblem> {
    if bytes.len() > MAX_BYTES {
        return Err(SecretProblem::TooLong(place));
    }
    let Ok(text) = std::str::from_utf8(bytes) else { return Err(SecretProblem::NotUtf8(place)) };
    let secret = text.strip_suffix('\n').map_or(text, |rest| rest.strip_suffix('\r').unwrap_or(rest));
    let (Some(first), Some(last)) = (secret.chars().next(), secret.chars().next_back()) else {
        return Err(SecretProblem::Empty(place));
    };
    for (end, c) in [("start", first), ("end", last)] {
        if let Some(blank) = blank(c) {
            return Err(SecretProblem::Blank { place, blank, end });
        }
    }
    if secret.chars().any(char::is_control) {
        return Err(SecretProblem::SeveralLines(place));
    }
    Ok(SecretString::from(secret))
}

/// Names a character that is easily there by mistake.
fn blank(c: char) -> Option<&'static str> {
    match c {
        '\n' | '\r' => Some("a second line break"),
        '\t' => Some("a tab"),
        '\u{FEFF}' => Some("an invisible byte-order mark"),
        '\u{200B}' => Some("an invisible blank"),
        c if c.is_whitespace() => Some("a blank"),
        _ => None,
    }
}

fn read_file(path: &Path) -> Result<Zeroizing<Vec<u8>>, SecretProblem> {
    let failed = |error: std::io::Error| match error.kind() {
        std::io::ErrorKind::NotFound => SecretProblem::NoFile(path.to_owned()),
        _ => SecretProblem::Unreadable { path: path.to_owned(), reason: system_words(&error) },
    };
    // Opening a pipe would wait for a writer, so its kind is looked at first.
    if !std::fs::metadata(path).map_err(failed)?.is_file() {
        return Err(SecretProblem::NotAFile(path.to_owned()));
    }
    let file = std::fs::File::open(path).map_err(failed)?;
    check_private(path, &file.metadata().map_err(failed)?)?;
    // With the room reserved at once, no half-read copy stays behind in freed memory.
    let mut bytes = Zeroizing::new(Vec::with_capacity(MAX_BYTES + 1));
    file.take(MAX_BYTES as u64 + 1).read_to_end(&mut bytes).map_err(failed)?;
    Ok(bytes)
}

/// Refuses a file that group or others may read or write, as ssh does with its keys.
#[cfg(unix)]
fn check_private(path: &Path, metadata: &std::fs::Metadata) -> Result<(), SecretProblem> {
    use std::os::unix::fs::PermissionsExt;
    let mode = metadata.permissions().mode() & 0o7777;
    let access = match (mode & 0o044 != 0, mode & 0o022 != 0) {
        (true, true) => "read and changed",
        (true, false) => "read",
        (false, true) => "changed",
        (false, false) => return Ok(()),
    };
    Err(SecretProblem::Open { path: path.to_owned(), mode, access })
}

#[cfg(not(unix))]
fn check_private(_: &Path, _: &std::fs::Metadata) -> Result<(), SecretProblem> {
    Ok(())
}

/// A path as it can be pasted into a shell.
fn for_shell(path: &Path) -> String {
    let text = path.display().to_string();
    let plain = |c: char| c.is_alphanumeric() || matches!(c, '/' | '.' | '_' | '-' | '+' | '@' | ',');
    if !text.is_empty() && !text.starts_with('-') && text.chars().all(plain) {
        text
    } else {
        format!("'{}'", text.replace('\'', r"'\''"))
    }
}

#[cfg(all(test, unix))]
mod tests;
