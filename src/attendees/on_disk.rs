//! An attendee file on disk: which files are taken, and what shows that one is still the same.

use std::{
    fs::{self, File, Metadata},
    io,
    time::SystemTime,
};

use super::{FileProblem, SourceFile};

/// What shows whether a file is still the same: length, time of change, and which file it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Stamp {
    length: u64,
    modified: Option<SystemTime>,
    inode: u64,
}

impl Stamp {
    pub(super) fn of(metadata: &Metadata) -> Self {
        #[cfg(unix)]
        let inode = std::os::unix::fs::MetadataExt::ino(metadata);
        #[cfg(not(unix))]
        let inode = 0;
        Self { length: metadata.len(), modified: metadata.modified().ok(), inode }
    }
}

/// Opens a regular file; all others could not be read twice.
pub(super) fn open_regular(of: &SourceFile) -> Result<(File, Stamp), FileProblem> {
    let file = || of.shown_as.clone();
    let failed = |error: io::Error| match error.kind() {
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => {
            FileProblem::Missing { file: file(), path: of.path.clone(), relative_to: of.relative_to.clone() }
        }
        #[cfg(unix)]
        _ if error.raw_os_error() == Some(rustix::io::Errno::LOOP.raw_os_error()) => FileProblem::Loop { file: file() },
        _ => FileProblem::Unreadable { file: file(), error },
    };
    // Looked at before it is opened: opening a pipe would wait for its writer.
    let metadata = fs::metadata(&of.path).map_err(failed)?;
    if metadata.is_dir() {
        return Err(FileProblem::Folder { file: file() });
    }
    if !metadata.is_file() {
        return Err(FileProblem::NotRegular { file: file() });
    }
    let opened = File::open(&of.path).map_err(failed)?;
    let metadata = opened.metadata().map_err(failed)?;
    Ok((opened, Stamp::of(&metadata)))
}
