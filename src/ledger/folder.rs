//! The folder `.roomkey` beside event.toml: made safely, or refused.
//!
//! Its files tell who was invited: the folder is 0700, each file 0600 from before its first octet.
//! Known weakness: on systems other than unix, modes and owners are not looked at.

use std::{
    fs::{self, DirBuilder, File, OpenOptions},
    io::{self, Write},
    path::{Path, PathBuf},
};

use super::{Flaw, LedgerProblem};
use crate::model::EventId;

/// A folder for ledgers that is this user's alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LedgerFolder {
    path: PathBuf,
}

impl LedgerFolder {
    /// Makes `.roomkey` (0700, with a `.gitignore` of `*`) in the event's folder, or takes the one
    /// that is there; one that others may read is closed to them.
    ///
    /// # Errors
    /// [`LedgerProblem::Unsafe`] where it is a symbolic link, is another user's, or can be written
    /// by others; [`LedgerProblem::ReadOnly`], [`LedgerProblem::Full`] and [`LedgerProblem::Io`].
    pub fn prepare(event_folder: &Path) -> Result<Self, LedgerProblem> {
        let path = event_folder.join(".roomkey");
        match private_folder().create(&path) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => {
                return Err(LedgerProblem::io("make the folder", &path, &error));
            }
            _ => {}
        }
        trust_folder(&path)?;
        close_to_others(&path, 0o700)?;
        let folder = Self { path };
        folder.ignore_in_git()?;
        Ok(folder)
    }

    /// Looks for `.roomkey` in the event's folder and changes nothing; `None` where there is none.
    ///
    /// # Errors
    /// [`LedgerProblem::Unsafe`] as for [`LedgerFolder::prepare`], and [`LedgerProblem::Io`].
    pub fn find(event_folder: &Path) -> Result<Option<Self>, LedgerProblem> {
        let path = event_folder.join(".roomkey");
        Ok(trust_folder(&path)?.then_some(Self { path }))
    }

    /// The folder itself.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Where an event's ledger lies, or would.
    #[must_use]
    pub fn ledger_path(&self, event: &EventId) -> PathBuf {
        self.path.join(format!("{event}.sqlite3"))
    }

    pub(super) fn lock_path(&self, event: &EventId) -> PathBuf {
        self.path.join(format!("{event}.lock"))
    }

    fn ignore_in_git(&self) -> Result<(), LedgerProblem> {
        let path = self.path.join(".gitignore");
        let written = match private_file().write(true).create_new(true).open(&path) {
            Ok(mut file) => file.write_all(b"*\n"),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
            Err(error) => Err(error),
        };
        written.map_err(|error| LedgerProblem::io("write", &path, &error))
    }
}

/// `path` with `ending` put behind its name: `x.sqlite3` and `-wal` make `x.sqlite3-wal`.
pub(super) fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    name.into()
}

/// Whether there is a plain file of this user's; what only looks like one is refused.
///
/// The file is not opened: closing it again would take SQLite's locks of this process away. A mode
/// that lets others write is no flaw here, as the folder keeps them out.
pub(super) fn trust_file(path: &Path) -> Result<bool, LedgerProblem> {
    let Some(found) = look(path)? else { return Ok(false) };
    let flaw = kind_flaw(&found, found.is_file()).or_else(|| owner_flaw(&found));
    flaw.map_or(Ok(true), |flaw| Err(LedgerProblem::Unsafe { path: path.to_owned(), flaw }))
}

fn trust_folder(path: &Path) -> Result<bool, LedgerProblem> {
    let Some(found) = look(path)? else { return Ok(false) };
    let flaw = kind_flaw(&found, found.is_dir()).or_else(|| owner_flaw(&found)).or_else(|| writer_flaw(&found));
    flaw.map_or(Ok(true), |flaw| Err(LedgerProblem::Unsafe { path: path.to_owned(), flaw }))
}

fn kind_flaw(found: &fs::Metadata, as_expected: bool) -> Option<Flaw> {
    if found.is_symlink() { Some(Flaw::SymbolicLink) } else { (!as_expected).then_some(Flaw::WrongKind) }
}

fn look(path: &Path) -> Result<Option<fs::Metadata>, LedgerProblem> {
    match fs::symlink_metadata(path) {
        Ok(found) => Ok(Some(found)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(LedgerProblem::io("look at", path, &error)),
    }
}

/// Creates a file of mode 0600 that was not there before.
pub(super) fn create_private(path: &Path) -> Result<File, LedgerProblem> {
    private_file().write(true).create_new(true).open(path).map_err(|error| LedgerProblem::io("create", path, &error))
}

/// Makes what was created, renamed or removed in a folder outlast a power cut.
pub(super) fn sync_folder(path: &Path) -> Result<(), LedgerProblem> {
    File::open(path).and_then(|folder| folder.sync_all()).map_err(|error| LedgerProblem::io("sync", path, &error))
}

#[cfg(unix)]
fn private_folder() -> DirBuilder {
    use std::os::unix::fs::DirBuilderExt;
    let mut builder = DirBuilder::new();
    builder.mode(0o700);
    builder
}

#[cfg(unix)]
pub(super) fn private_file() -> OpenOptions {
    use std::os::unix::fs::OpenOptionsExt;
    let mut options = OpenOptions::new();
    options.mode(0o600).custom_flags(rustix::fs::OFlags::NOFOLLOW.bits().cast_signed());
    options
}

#[cfg(unix)]
fn owner_flaw(found: &fs::Metadata) -> Option<Flaw> {
    use std::os::unix::fs::MetadataExt;
    (found.uid() != rustix::process::geteuid().as_raw()).then_some(Flaw::OwnedByAnother)
}

#[cfg(unix)]
fn writer_flaw(found: &fs::Metadata) -> Option<Flaw> {
    use std::os::unix::fs::PermissionsExt;
    (found.permissions().mode() & 0o022 != 0).then_some(Flaw::WritableByOthers)
}

/// Takes from group and others what they may do with it.
#[cfg(unix)]
pub(super) fn close_to_others(path: &Path, mode: u32) -> Result<(), LedgerProblem> {
    use std::os::unix::fs::PermissionsExt;
    let Some(found) = look(path)? else { return Ok(()) };
    let of_others = found.permissions().mode() & 0o077;
    if of_others == 0 {
        return Ok(());
    }
    fs::set_permissions(path, fs::Permissions::from_mode(mode))
        .map_err(|error| LedgerProblem::io("close to other users", path, &error))
}

#[cfg(not(unix))]
fn private_folder() -> DirBuilder {
    DirBuilder::new()
}

#[cfg(not(unix))]
pub(super) fn private_file() -> OpenOptions {
    OpenOptions::new()
}

#[cfg(not(unix))]
fn owner_flaw(_: &fs::Metadata) -> Option<Flaw> {
    None
}

#[cfg(not(unix))]
fn writer_flaw(_: &fs::Metadata) -> Option<Flaw> {
    None
}

#[cfg(not(unix))]
pub(super) fn close_to_others(_: &Path, _: u32) -> Result<(), LedgerProblem> {
    Ok(())
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::{PermissionsExt, symlink};

    use super::*;

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn the_folder_is_private_and_git_ignores_it() {
        let event = tempfile::tempdir().unwrap();
        assert_eq!(LedgerFolder::find(event.path()), Ok(None));
        let folder = LedgerFolder::prepare(event.path()).unwrap();
        assert_eq!(mode(folder.path()), 0o700);
        let ignore = folder.path().join(".gitignore");
        assert_eq!((fs::read_to_string(&ignore).unwrap().as_str(), mode(&ignore)), ("*\n", 0o600));
        assert_eq!(LedgerFolder::prepare(event.path()), Ok(folder.clone()));
        assert_eq!(LedgerFolder::find(event.path()), Ok(Some(folder)));
    }

    #[test]
    fn a_folder_that_others_may_read_is_closed_and_one_they_may_write_is_refused() {
        let event = tempfile::tempdir().unwrap();
        let path = event.path().join(".roomkey");
        fs::create_dir(&path).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        LedgerFolder::prepare(event.path()).unwrap();
        assert_eq!(mode(&path), 0o700);
        for open in [0o770, 0o702] {
            fs::set_permissions(&path, fs::Permissions::from_mode(open)).unwrap();
            let refused = Err(LedgerProblem::Unsafe { path: path.clone(), flaw: Flaw::WritableByOthers });
            assert_eq!(LedgerFolder::prepare(event.path()), refused);
            assert_eq!(mode(&path), open, "left as it was");
        }
    }

    #[test]
    fn a_symbolic_link_or_a_file_in_its_place_is_refused() {
        let event = tempfile::tempdir().unwrap();
        let elsewhere = tempfile::tempdir().unwrap();
        let path = event.path().join(".roomkey");
        symlink(elsewhere.path(), &path).unwrap();
        let refused = LedgerProblem::Unsafe { path: path.clone(), flaw: Flaw::SymbolicLink };
        assert_eq!(LedgerFolder::prepare(event.path()).unwrap_err(), refused);
        assert_eq!(LedgerFolder::find(event.path()).unwrap_err(), refused);
        assert_eq!(fs::read_dir(elsewhere.path()).unwrap().count(), 0);
        fs::remove_file(&path).unwrap();
        fs::write(&path, "").unwrap();
        assert!(matches!(
            LedgerFolder::prepare(event.path()),
            Err(LedgerProblem::Unsafe { flaw: Flaw::WrongKind, .. })
        ));
    }

    #[test]
    fn a_folder_of_another_user_is_refused() {
        let event = tempfile::tempdir().unwrap();
        let path = event.path().join(".roomkey");
        fs::create_dir(&path).unwrap();
        // Only root can give a folder away; for others there is nothing to try.
        if std::os::unix::fs::chown(&path, Some(12_345), None).is_ok() {
            let refused = Err(LedgerProblem::Unsafe { path, flaw: Flaw::OwnedByAnother });
            assert_eq!(LedgerFolder::prepare(event.path()), refused);
        }
    }
}
