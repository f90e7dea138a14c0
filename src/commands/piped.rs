//! Attendees that come by standard input (`file = "-"`). They are read twice, once to check and once to send: until
//! the command ends they lie in a file that only this user can read, and that has no name where the system allows it:
//! whatever ends the command takes the file with it.

use std::{
    fs::File,
    io::{self, IsTerminal as _, Read, Write as _},
    path::{Path, PathBuf},
};

use tempfile::TempPath;

use crate::{failure::Told, model::system_words};

/// How event.toml names standard input.
pub(super) const NAME: &str = "-";
/// What messages call it.
pub(super) const SHOWN: &str = "standard input";

/// What was piped in; it goes when this is dropped.
#[derive(Debug)]
pub(super) enum Piped {
    /// In a file without a name, reached through this process.
    Nameless { _file: File, path: PathBuf },
    /// In a file with one.
    Named(TempPath),
}

impl Piped {
    /// Where it can be opened, as often as one likes.
    pub(super) fn path(&self) -> &Path {
        match self {
            Self::Nameless { path, .. } => path,
            Self::Named(path) => path,
        }
    }
}

/// Keeps what is piped in.
///
/// # Errors
/// Where nothing is piped in, or it cannot be kept.
pub(super) fn keep(folder: &Path) -> Result<Piped, Told> {
    let mut input = io::stdin().lock();
    if input.is_terminal() {
        return Err(Told::new("the attendees come by standard input (`file = \"-\"`), and nothing is piped in")
            .hint("for example: `cat attendees.csv | roomkey send --yes`"));
    }
    let failed = |error: io::Error| {
        Told::new(format!("failed to keep the attendees that are piped in: {}", system_words(&error)))
            .hint(format!("they are kept in {} while the command runs: look for room there", folder.display()))
    };
    kept(&mut input, folder).map_err(failed)
}

fn kept(input: &mut impl Read, folder: &Path) -> io::Result<Piped> {
    let mut file = tempfile::tempfile_in(folder)?;
    if let Some(path) = path_of(&file) {
        io::copy(input, &mut file)?;
        file.flush()?;
        return Ok(Piped::Nameless { _file: file, path });
    }
    // Its mode is 0600, and its name nobody can guess.
    let mut file = tempfile::Builder::new().prefix("roomkey-").tempfile_in(folder)?;
    io::copy(input, file.as_file_mut())?;
    file.as_file_mut().flush()?;
    Ok(Piped::Named(file.into_temp_path()))
}

/// Where a file without a name can be opened anew: Linux tells.
#[cfg(target_os = "linux")]
fn path_of(file: &File) -> Option<PathBuf> {
    use std::os::fd::AsRawFd as _;
    let path = PathBuf::from(format!("/proc/self/fd/{}", file.as_raw_fd()));
    File::open(&path).is_ok().then_some(path)
}

#[cfg(not(target_os = "linux"))]
fn path_of(_: &File) -> Option<PathBuf> {
    None
}
