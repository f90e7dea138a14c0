//! Room kept free beside a ledger for as long as a run writes it.
//!
//! When the disk is full, giving this room back lets the results of the mails on their way still be
//! recorded: none of them need end in doubt. Known weakness: another program may take the room
//! first, and a file system that compresses or shares blocks may not have kept it.

use std::{
    fs::{self, OpenOptions},
    io::{self, Write},
    path::{Path, PathBuf},
};

use super::{
    LedgerProblem,
    folder::{beside, private_file, trust_file},
};

/// Enough for the results of some hundred mails, each in a transaction of its own.
const OCTETS: usize = 512 * 1024;

/// The room, taken; given back when dropped.
#[derive(Debug)]
pub(super) struct Spare {
    path: PathBuf,
}

impl Spare {
    /// Takes room beside the ledger; one that a cut-off run left behind is taken over.
    ///
    /// # Errors
    /// [`LedgerProblem::Full`] where there is not even so much: then nothing should be begun.
    pub(super) fn beside(ledger: &Path) -> Result<Self, LedgerProblem> {
        let path = beside(ledger, "-spare");
        trust_file(&path)?;
        let mut options: OpenOptions = private_file();
        let spare = Self { path };
        options
            .write(true)
            .create(true)
            .truncate(true)
            .open(&spare.path)
            .and_then(|mut file| file.write_all(&noise()).and_then(|()| file.sync_all()))
            .map_err(|error| Self::problem(ledger, &spare.path, &error))?;
        Ok(spare)
    }

    fn problem(ledger: &Path, path: &Path, error: &io::Error) -> LedgerProblem {
        match LedgerProblem::io("take room in", path, error) {
            LedgerProblem::Full { .. } => LedgerProblem::Full { path: ledger.to_owned() },
            other => other,
        }
    }
}

impl Drop for Spare {
    fn drop(&mut self) {
        // Left behind, it does no harm: the next run takes it over.
        let _ = fs::remove_file(&self.path);
    }
}

/// Octets that do not compress.
fn noise() -> Vec<u8> {
    let mut random = fastrand::Rng::with_seed(1);
    let mut octets = vec![0; OCTETS];
    random.fill(&mut octets);
    octets
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn room_is_taken_and_given_back() {
        let dir = tempfile::tempdir().unwrap();
        let ledger = dir.path().join("a.sqlite3");
        let path = dir.path().join("a.sqlite3-spare");
        fs::write(&path, "left by a run that was cut off").unwrap();
        let spare = Spare::beside(&ledger).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().len(), OCTETS as u64);
        drop(spare);
        assert!(!path.exists());
    }
}
