//! Runs a command whose output is a secret.
//!
//! The output is read while the command runs, so that a chatty one cannot block; nothing of it is
//! ever part of a message. `ROOMKEY_*` variables are kept from it: they may hold the other secret.

use std::{
    ffi::OsStr,
    io::Read,
    path::Path,
    process::{Child, Command, ExitStatus, Stdio},
    sync::mpsc::{Receiver, channel},
    thread,
    time::Duration,
};

use secrecy::zeroize::Zeroizing;

use super::{MAX_BYTES, SecretProblem};
use crate::model::system_words;

/// How long a command may take: long enough to type a passphrase.
pub(super) const LIMIT: Duration = Duration::from_mins(1);

/// How often a running command is looked at.
const STEP: Duration = Duration::from_millis(10);

/// How long the output of an ended command may stay open, in a child of its own.
const LINGER: Duration = Duration::from_secs(2);

/// What a command prints, at most one byte over the limit for secrets.
///
/// # Errors
/// [`SecretProblem`] where it cannot be started, fails, or does not end in time.
pub(super) fn output(words: &[String], folder: &Path, limit: Duration) -> Result<Zeroizing<Vec<u8>>, SecretProblem> {
    let [program, arguments @ ..] = words else {
        return Err(SecretProblem::NotStarted { program: String::new(), reason: "no program is named".into() });
    };
    // Systems differ in whose folder a relative program is looked for in, so it is made absolute.
    let path = if program.contains('/') { folder.join(program) } else { program.into() };
    let mut command = Command::new(path);
    command.args(arguments).current_dir(folder);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    for name in std::env::vars_os().map(|(name, _)| name).filter(|name| is_ours(name)) {
        command.env_remove(name);
    }
    let mut child = command
        .spawn()
        .map_err(|error| SecretProblem::NotStarted { program: program.clone(), reason: reason(&error) })?;
    let (printed, said) = (collect(child.stdout.take()), collect(child.stderr.take()));
    let late = || SecretProblem::TookTooLong { program: program.clone(), seconds: limit.as_secs() };
    let Some(status) = wait(&mut child, limit) else {
        // It may have ended this very moment; either way nothing more is wanted from it.
        let _ = child.kill();
        let _ = child.wait();
        return Err(late());
    };
    if !status.success() {
        let said = said.recv_timeout(LINGER).ok().and_then(|bytes| last_line(&bytes));
        return Err(SecretProblem::Failed { program: program.clone(), status: ending(status), said });
    }
    printed.recv_timeout(LINGER).map_err(|_| late())
}

/// Whether a variable is this program's own, and so kept from commands.
pub(super) fn is_ours(name: &OsStr) -> bool {
    name.as_encoded_bytes().starts_with(b"ROOMKEY_")
}

/// Reads a stream to its end on a thread of its own, keeping the first part.
fn collect(stream: Option<impl Read + Send + 'static>) -> Receiver<Zeroizing<Vec<u8>>> {
    let (sender, receiver) = channel();
    thread::spawn(move || {
        let mut kept = Zeroizing::new(Vec::with_capacity(MAX_BYTES + 1));
        if let Some(mut stream) = stream {
            let _ = stream.by_ref().take(MAX_BYTES as u64 + 1).read_to_end(&mut kept);
            let _ = std::io::copy(&mut stream, &mut std::io::sink());
        }
        // Nobody listens any more once the time is up.
        let _ = sender.send(kept);
    });
    receiver
}

/// Waits for the end; `None` when the time is up.
fn wait(child: &mut Child, limit: Duration) -> Option<ExitStatus> {
    let mut left = limit;
    loop {
        if let Ok(Some(status)) = child.try_wait() {
            return Some(status);
        }
        left = left.checked_sub(STEP)?;
        thread::sleep(STEP);
    }
}

fn ending(status: ExitStatus) -> String {
    match status.code() {
        Some(code) => format!("ended with status {code}"),
        None => "was stopped by a signal".into(),
    }
}

fn reason(error: &std::io::Error) -> String {
    match error.kind() {
        std::io::ErrorKind::NotFound => "there is no such program".into(),
        std::io::ErrorKind::PermissionDenied => "it is not a program that you may run".into(),
        _ => system_words(error),
    }
}

/// The last line that says something, cut at 200 characters.
fn last_line(bytes: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(bytes);
    let line = text.lines().rev().map(str::trim).find(|line| !line.is_empty())?;
    Some(line.chars().take(200).map(|c| if c.is_control() { ' ' } else { c }).collect())
}
