//! Attendees that come by standard input (`file = "-"`). They are read twice, once to check and once to send: until
//! the command ends they lie in a file that only this user can read.

use std::{
    io::{self, IsTerminal as _, Write as _},
    path::Path,
};

use tempfile::TempPath;

use crate::{failure::Told, model::system_words};

/// How event.toml names standard input.
pub(super) const NAME: &str = "-";
/// What messages call it.
pub(super) const SHOWN: &str = "standard input";

/// Keeps what is piped in; the file goes when this is dropped.
///
/// # Errors
/// Where nothing is piped in, or it cannot be kept.
pub(super) fn keep(folder: &Path) -> Result<TempPath, Told> {
    let mut input = io::stdin().lock();
    if input.is_terminal() {
        return Err(Told::new("the attendees come by standard input (`file = \"-\"`), and nothing is piped in")
            .hint("for example: `cat attendees.csv | roomkey send --yes`"));
    }
    let failed = |error: io::Error| {
        Told::new(format!("failed to keep the attendees that are piped in: {}", system_words(&error)))
            .hint(format!("they are kept in {} while the command runs: look for room there", folder.display()))
    };
    // Its mode is 0600, and its name nobody can guess.
    let mut file = tempfile::Builder::new().prefix("roomkey-").tempfile_in(folder).map_err(failed)?;
    io::copy(&mut input, file.as_file_mut()).map_err(failed)?;
    file.as_file_mut().flush().map_err(failed)?;
    Ok(file.into_temp_path())
}
