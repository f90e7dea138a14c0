//! Whether the ledger that is open is still the file at its path: what is written into one that was
//! deleted or replaced is gone when the run ends, and a second run would mail everybody again.

use std::{fs, path::Path};

use super::LedgerProblem;

/// Which file a path names: device and inode, where the system has them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place(u64, u64);

impl Place {
    /// The file at a path now.
    pub(super) fn of(path: &Path) -> Result<Self, LedgerProblem> {
        let metadata = fs::metadata(path).map_err(|_| LedgerProblem::Gone { path: path.to_owned() })?;
        #[cfg(unix)]
        let place = {
            use std::os::unix::fs::MetadataExt;
            Self(metadata.dev(), metadata.ino())
        };
        #[cfg(not(unix))]
        let place = Self(0, u64::from(metadata.is_file()));
        Ok(place)
    }

    /// Whether a path still names it.
    pub(super) fn is_at(&self, path: &Path) -> Result<(), LedgerProblem> {
        if Self::of(path)? == *self { Ok(()) } else { Err(LedgerProblem::Gone { path: path.to_owned() }) }
    }
}
