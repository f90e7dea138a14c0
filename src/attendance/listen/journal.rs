//! The file of events: one JSON object a line, this user's alone, and one receiver's at a time.
//!
//! Owns: opening it safely, its lock, and that lines are in it whole and on the disk, or not at all.
//! Known weakness: on systems other than unix, modes and owners are not looked at.

use std::{
    fs::{self, File, Metadata, OpenOptions, TryLockError},
    io::{self, Read as _, Seek as _, SeekFrom, Write as _},
    path::{Path, PathBuf},
    time::Duration,
};

use super::{FileFlaw, ListenProblem};

/// The open file; as long as it is open no other receiver gets it.
#[derive(Debug)]
pub struct Journal {
    path: PathBuf,
    file: File,
}

impl Journal {
    /// Opens it to append, or makes it (mode 0600); one that others may read is closed to them.
    ///
    /// # Errors
    /// [`ListenProblem::Unsafe`] where it is a symbolic link or no plain file, is another user's, or can
    /// be written by others; [`ListenProblem::Taken`] where another receiver has it;
    /// [`ListenProblem::Full`] and [`ListenProblem::Io`].
    pub fn open(path: &Path) -> Result<Self, ListenProblem> {
        let file =
            private_file().read(true).append(true).create(true).open(path).map_err(
                |error| match fs::symlink_metadata(path) {
                    Ok(found) if found.is_symlink() => ListenProblem::unsafe_file(path, FileFlaw::SymbolicLink),
                    Ok(found) if !found.is_file() => ListenProblem::unsafe_file(path, FileFlaw::WrongKind),
                    _ => ListenProblem::io("open", path, &error),
                },
            )?;
        let found = file.metadata().map_err(|error| ListenProblem::io("look at", path, &error))?;
        if let Some(flaw) = flaw(&found) {
            return Err(ListenProblem::unsafe_file(path, flaw));
        }
        lock(&file).map_err(|refused| match refused {
            TryLockError::WouldBlock => ListenProblem::Taken { path: path.to_owned() },
            TryLockError::Error(error) => ListenProblem::io("lock", path, &error),
        })?;
        close_to_others(&file, &found).map_err(|error| ListenProblem::io("close to other users", path, &error))?;
        sync_folder_of(path).map_err(|error| ListenProblem::io("sync the folder of", path, &error))?;
        Ok(Self { path: path.to_owned(), file })
    }

    /// Where it lies.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Opens it anew where it was moved away or deleted meanwhile, and says whether it was.
    ///
    /// # Errors
    /// As for [`Journal::open`].
    pub(super) fn find_again(&mut self) -> Result<bool, ListenProblem> {
        let gone = match (fs::symlink_metadata(&self.path), self.file.metadata()) {
            (Ok(found), Ok(ours)) => !is_same(&found, &ours),
            _ => true,
        };
        if gone {
            *self = Self::open(&self.path)?;
        }
        Ok(gone)
    }

    /// Adds whole lines and has the disk keep them; after an error none of them is there.
    ///
    /// A half line that a crash left behind is ended first.
    ///
    /// # Errors
    /// [`ListenProblem::Full`] and [`ListenProblem::Io`].
    pub(super) fn append(&mut self, lines: &[u8]) -> Result<(), ListenProblem> {
        let failed = |error: io::Error| ListenProblem::io("write", &self.path, &error);
        let before = self.file.metadata().map_err(failed)?.len();
        let ended = self.ends_with_a_line(before).map_err(failed)?;
        let written = self.write(if ended { b"" } else { b"\n" }, lines);
        written.map_err(|error| {
            // Where even this fails, the next write finds the half line.
            let _ = self.file.set_len(before);
            failed(error)
        })
    }

    fn write(&self, first: &[u8], lines: &[u8]) -> io::Result<()> {
        let mut file = &self.file;
        file.write_all(first)?;
        file.write_all(lines)?;
        file.sync_data()
    }

    fn ends_with_a_line(&self, length: u64) -> io::Result<bool> {
        if length == 0 {
            return Ok(true);
        }
        let mut file = &self.file;
        let mut last = [0];
        file.seek(SeekFrom::Start(length - 1))?;
        file.read_exact(&mut last)?;
        Ok(last == *b"\n")
    }
}

fn sync_folder_of(path: &Path) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    File::open(folder)?.sync_all()
}

#[cfg(unix)]
fn private_file() -> OpenOptions {
    use std::os::unix::fs::OpenOptionsExt;
    let mut options = OpenOptions::new();
    options.mode(0o600).custom_flags(rustix::fs::OFlags::NOFOLLOW.bits().cast_signed());
    options
}

#[cfg(unix)]
fn flaw(found: &Metadata) -> Option<FileFlaw> {
    use std::os::unix::fs::MetadataExt;
    if !found.is_file() {
        Some(FileFlaw::WrongKind)
    } else if found.uid() != rustix::process::geteuid().as_raw() {
        Some(FileFlaw::OwnedByAnother)
    } else {
        (found.mode() & 0o022 != 0).then_some(FileFlaw::WritableByOthers)
    }
}

#[cfg(unix)]
fn close_to_others(file: &File, found: &Metadata) -> io::Result<()> {
    use std::os::unix::fs::{MetadataExt, PermissionsExt};
    let of_others = found.mode() & 0o077;
    if of_others == 0 {
        return Ok(());
    }
    file.set_permissions(fs::Permissions::from_mode(0o600))
}

#[cfg(unix)]
fn is_same(one: &Metadata, other: &Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;
    (one.dev(), one.ino()) == (other.dev(), other.ino())
}

#[cfg(not(unix))]
fn private_file() -> OpenOptions {
    OpenOptions::new()
}

#[cfg(not(unix))]
fn flaw(found: &Metadata) -> Option<FileFlaw> {
    (!found.is_file()).then_some(FileFlaw::WrongKind)
}

#[cfg(not(unix))]
fn close_to_others(_: &File, _: &Metadata) -> io::Result<()> {
    Ok(())
}

#[cfg(not(unix))]
fn is_same(_: &Metadata, _: &Metadata) -> bool {
    true
}

/// Takes the lock; a program that another thread is just starting may hold it for a moment after it was given back.
fn lock(file: &File) -> Result<(), TryLockError> {
    for _ in 0..20 {
        match file.try_lock() {
            Err(TryLockError::WouldBlock) => std::thread::sleep(Duration::from_millis(10)),
            other => return other,
        }
    }
    file.try_lock()
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::{PermissionsExt as _, chown, symlink};

    use super::*;

    fn folder() -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("events.jsonl");
        (folder, path)
    }

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    fn set_mode(path: &Path, mode: u32) {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    }

    fn refused(path: &Path) -> FileFlaw {
        match Journal::open(path).unwrap_err() {
            ListenProblem::Unsafe { flaw, .. } => flaw,
            other => panic!("{other}"),
        }
    }

    #[test]
    fn lines_are_added_to_what_is_there() {
        let (_folder, path) = folder();
        Journal::open(&path).unwrap().append(b"{\"a\":1}\n").unwrap();
        assert_eq!(mode(&path), 0o600);
        Journal::open(&path).unwrap().append(b"{\"a\":2}\n{\"a\":3}\n").unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "{\"a\":1}\n{\"a\":2}\n{\"a\":3}\n");
    }

    #[test]
    fn a_half_line_is_ended_before_the_next_one() {
        let (_folder, path) = folder();
        fs::write(&path, "{\"a\":1}\n{\"a\":").unwrap();
        set_mode(&path, 0o600);
        let mut journal = Journal::open(&path).unwrap();
        journal.append(b"{\"a\":2}\n").unwrap();
        journal.append(b"{\"a\":3}\n").unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "{\"a\":1}\n{\"a\":\n{\"a\":2}\n{\"a\":3}\n");
    }

    #[test]
    fn a_second_receiver_is_refused_until_the_first_has_ended() {
        let (_folder, path) = folder();
        let first = Journal::open(&path).unwrap();
        assert_eq!(Journal::open(&path).unwrap_err(), ListenProblem::Taken { path: path.clone() });
        drop(first);
        Journal::open(&path).unwrap();
    }

    #[test]
    fn what_others_could_have_prepared_is_refused_and_left_alone() {
        let (folder, path) = folder();
        let precious = folder.path().join("precious");
        fs::write(&precious, "text").unwrap();
        set_mode(&precious, 0o644);
        symlink(&precious, &path).unwrap();
        assert_eq!(refused(&path), FileFlaw::SymbolicLink);
        assert_eq!((fs::read_to_string(&precious).unwrap().as_str(), mode(&precious)), ("text", 0o644));
        assert_eq!(refused(folder.path()), FileFlaw::WrongKind);
        assert_eq!(refused(Path::new("/dev/null")), FileFlaw::WrongKind);
        for open in [0o620, 0o602] {
            set_mode(&precious, open);
            assert_eq!(refused(&precious), FileFlaw::WritableByOthers);
        }
        set_mode(&precious, 0o600);
        // Only root can give a file away.
        if chown(&precious, Some(65534), None).is_ok() {
            assert_eq!(refused(&precious), FileFlaw::OwnedByAnother);
        }
        assert_eq!(fs::read_to_string(&precious).unwrap(), "text");
    }

    #[test]
    fn a_file_that_others_may_read_is_closed_to_them() {
        let (_folder, path) = folder();
        fs::write(&path, "").unwrap();
        set_mode(&path, 0o644);
        Journal::open(&path).unwrap();
        assert_eq!(mode(&path), 0o600);
    }

    #[test]
    fn a_file_that_was_moved_away_is_made_anew() {
        let (folder, path) = folder();
        let mut journal = Journal::open(&path).unwrap();
        journal.append(b"{\"a\":1}\n").unwrap();
        assert_eq!(journal.find_again(), Ok(false));
        let moved = folder.path().join("events.1.jsonl");
        fs::rename(&path, &moved).unwrap();
        assert_eq!(journal.find_again(), Ok(true));
        journal.append(b"{\"a\":2}\n").unwrap();
        assert_eq!(fs::read_to_string(&moved).unwrap(), "{\"a\":1}\n");
        assert_eq!((fs::read_to_string(&path).unwrap().as_str(), mode(&path)), ("{\"a\":2}\n", 0o600));
    }

    #[test]
    fn a_write_that_fails_halfway_leaves_nothing() {
        // The limit is the whole process's: the test below runs in one of its own.
        let test = "attendance::listen::journal::tests::a_write_beyond_the_limit";
        let run = std::process::Command::new("sh")
            .args(["-c", "trap '' XFSZ; ulimit -f 8; exec \"$0\" --exact --ignored \"$1\""])
            .args([std::env::current_exe().unwrap().as_os_str(), test.as_ref()])
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&run.stdout);
        assert!(run.status.success() && said.contains("1 passed"), "{said}");
    }

    #[test]
    #[ignore = "needs a limit on the size of files, which another test sets"]
    fn a_write_beyond_the_limit() {
        let (_folder, path) = folder();
        fs::write(&path, "{\"a\":1}\n{\"a\":").unwrap();
        set_mode(&path, 0o600);
        let mut journal = Journal::open(&path).unwrap();
        let long = format!("{{\"a\":1}}\n{{\"a\":\"{}\"}}\n", "x".repeat(10_000));
        assert!(matches!(journal.append(long.as_bytes()), Err(ListenProblem::Io { doing: "write", .. })));
        assert_eq!(fs::read_to_string(&path).unwrap(), "{\"a\":1}\n{\"a\":");
        journal.append(b"{\"a\":2}\n").unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "{\"a\":1}\n{\"a\":\n{\"a\":2}\n");
    }

    #[test]
    fn a_folder_that_is_not_there_is_told() {
        let (folder, _) = folder();
        let problem = Journal::open(&folder.path().join("none/events.jsonl")).unwrap_err();
        assert!(matches!(problem, ListenProblem::Io { doing: "open", .. }), "{problem}");
    }
}
