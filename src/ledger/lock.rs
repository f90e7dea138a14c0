//! One run at a time: a lock of the operating system's, with a note on who holds it.
//!
//! The lock ends with its process, however that ends; the file itself stays and means nothing.
//! Known weakness: it is advisory, and a network file system may not honour it.

use std::{
    fs::{File, TryLockError},
    io::{self, Read, Seek, Write},
    path::{Path, PathBuf},
    thread,
    time::Duration,
};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{
    LedgerFolder, LedgerProblem, LockProblem,
    folder::{private_file, trust_file},
};
use crate::model::EventId;

/// What a run says of itself to those who find the ledger locked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LockNote {
    /// Its process.
    pub pid: u32,
    /// When it began.
    pub started: Timestamp,
    /// What it was called with; holds no secret, as no flag takes one.
    pub command: String,
}

/// A run that is on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LiveRun {
    /// What it says of itself, where that could be read.
    pub note: Option<LockNote>,
}

/// The right to write an event's ledger; given back when dropped.
#[derive(Debug)]
pub struct RunLock {
    file: File,
    event: EventId,
    ledger: PathBuf,
}

/// How often, and how far apart, the lock is tried: a probe holds it for a moment only.
const TRIES: u32 = 10;
const BETWEEN_TRIES: Duration = Duration::from_millis(20);

impl RunLock {
    /// Takes the lock of an event's ledger; tries for some 200 ms.
    ///
    /// # Errors
    /// [`LockProblem::HeldBy`] where another run has it; [`LockProblem::Ledger`] where the lock file
    /// cannot be used.
    pub fn acquire(folder: &LedgerFolder, event: &EventId, note: &LockNote) -> Result<Self, LockProblem> {
        let path = folder.lock_path(event);
        let fail = |doing, error: &io::Error| LedgerProblem::io(doing, &path, error);
        trust_file(&path)?;
        let mut file = private_file()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path)
            .map_err(|e| fail("open the lock", &e))?;
        for remaining in (0..TRIES).rev() {
            match file.try_lock() {
                Ok(()) => {
                    write_note(&mut file, note).map_err(|e| fail("write the lock", &e))?;
                    return Ok(Self { file, event: event.clone(), ledger: folder.ledger_path(event) });
                }
                Err(TryLockError::WouldBlock) if remaining > 0 => thread::sleep(BETWEEN_TRIES),
                Err(TryLockError::WouldBlock) => break,
                Err(TryLockError::Error(error)) => return Err(fail("lock", &error).into()),
            }
        }
        Err(LockProblem::HeldBy { holder: read_note(&mut file) })
    }

    /// The run that is on this moment, if any; makes no file, waits for nothing.
    #[must_use]
    pub fn probe(folder: &LedgerFolder, event: &EventId) -> Option<LiveRun> {
        let mut file = private_file().read(true).open(folder.lock_path(event)).ok()?;
        match file.try_lock_shared() {
            Err(TryLockError::WouldBlock) => Some(LiveRun { note: read_note(&mut file) }),
            _ => None,
        }
    }

    /// The event whose ledger it guards.
    #[must_use]
    pub fn event(&self) -> &EventId {
        &self.event
    }

    pub(super) fn ledger_path(&self) -> &Path {
        &self.ledger
    }
}

impl Drop for RunLock {
    fn drop(&mut self) {
        // A note without a lock misleads whoever looks into the file; nothing depends on it.
        let _ = self.file.set_len(0);
        let _ = self.file.unlock();
    }
}

fn write_note(file: &mut File, note: &LockNote) -> io::Result<()> {
    let text = serde_json::to_vec(note)?;
    file.set_len(0)?;
    file.rewind()?;
    file.write_all(&text)
}

fn read_note(file: &mut File) -> Option<LockNote> {
    let mut text = String::new();
    file.rewind().ok()?;
    file.take(64 * 1024).read_to_string(&mut text).ok()?;
    serde_json::from_str(&text).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::samples;

    fn note(pid: u32) -> LockNote {
        LockNote { pid, started: samples::at(0), command: "roomkey send -e event.toml".into() }
    }

    #[test]
    fn a_second_run_is_refused_and_told_who_is_first() {
        let (_dir, folder) = samples::folder();
        let event = samples::event();
        let first = RunLock::acquire(&folder, &event, &note(41)).unwrap();
        let refused = RunLock::acquire(&folder, &event, &note(42)).unwrap_err();
        assert_eq!(refused, LockProblem::HeldBy { holder: Some(note(41)) });
        assert_eq!(
            refused.to_string(),
            "another run is on: `roomkey send -e event.toml` (process 41, started 2026-11-24 09:00 UTC)"
        );
        drop(first);
        RunLock::acquire(&folder, &event, &note(42)).unwrap();
    }

    #[test]
    fn events_in_one_folder_do_not_wait_for_one_another() {
        let (_dir, folder) = samples::folder();
        let _first = RunLock::acquire(&folder, &samples::event(), &note(41)).unwrap();
        RunLock::acquire(&folder, &EventId::parse("other").unwrap(), &note(42)).unwrap();
    }

    #[test]
    fn a_probe_sees_a_run_and_leaves_nothing_behind() {
        let (_dir, folder) = samples::folder();
        let event = samples::event();
        assert_eq!(RunLock::probe(&folder, &event), None);
        assert!(!folder.lock_path(&event).exists());
        let lock = RunLock::acquire(&folder, &event, &note(41)).unwrap();
        assert_eq!(RunLock::probe(&folder, &event), Some(LiveRun { note: Some(note(41)) }));
        drop(lock);
        assert_eq!(RunLock::probe(&folder, &event), None);
    }

    #[test]
    fn a_note_left_by_a_crash_means_nothing() {
        let (_dir, folder) = samples::folder();
        let event = samples::event();
        std::fs::write(folder.lock_path(&event), serde_json::to_vec(&note(40)).unwrap()).unwrap();
        assert_eq!(RunLock::probe(&folder, &event), None);
        RunLock::acquire(&folder, &event, &note(41)).unwrap();
    }

    #[cfg(unix)]
    #[test]
    fn the_lock_file_is_private_and_never_a_symbolic_link() {
        use std::os::unix::fs::PermissionsExt;
        let (dir, folder) = samples::folder();
        let event = samples::event();
        let lock = RunLock::acquire(&folder, &event, &note(41)).unwrap();
        let path = folder.lock_path(&event);
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        drop(lock);
        std::fs::remove_file(&path).unwrap();
        let target = dir.path().join("precious");
        std::fs::write(&target, "text").unwrap();
        std::os::unix::fs::symlink(&target, &path).unwrap();
        let refused = RunLock::acquire(&folder, &event, &note(41)).unwrap_err();
        assert!(matches!(refused, LockProblem::Ledger(LedgerProblem::Unsafe { .. })), "{refused}");
        assert_eq!(std::fs::read_to_string(target).unwrap(), "text");
    }
}
