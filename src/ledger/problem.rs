//! What can be wrong with a ledger, and the way out.

use std::{
    fmt, io,
    path::{Path, PathBuf},
};

use rusqlite::{ErrorCode, ffi};

use super::LockNote;
use crate::model::system_words;

/// Why a folder or file of the ledger is not trusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flaw {
    /// It leads elsewhere.
    SymbolicLink,
    /// A file where a folder should be, or the reverse.
    WrongKind,
    /// Another user owns it.
    OwnedByAnother,
    /// Group or others may write to it.
    WritableByOthers,
}

impl fmt::Display for Flaw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::SymbolicLink => "it is a symbolic link",
            Self::WrongKind => "it is neither a plain folder nor a plain file where one should be",
            Self::OwnedByAnother => "another user owns it",
            Self::WritableByOthers => "other users may write to it",
        })
    }
}

/// What keeps a ledger from being opened, read or written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LedgerProblem {
    /// A folder or file that others could have prepared.
    #[error("failed to trust `{}`: {flaw}", .path.display())]
    Unsafe {
        /// What is not trusted.
        path: PathBuf,
        /// Why.
        flaw: Flaw,
    },
    /// The ledger speaks of another event.
    #[error("failed to open the ledger `{}`: it belongs to event `{found}`, not to `{expected}`", .path.display())]
    OtherEvent {
        /// The ledger.
        path: PathBuf,
        /// The event it names.
        found: String,
        /// The event that was meant.
        expected: String,
    },
    /// A newer Roomkey wrote it.
    #[error("failed to open the ledger `{}`: a newer Roomkey wrote it (schema {found}, known up to {known})", .path.display())]
    Newer {
        /// The ledger.
        path: PathBuf,
        /// Its schema.
        found: u32,
        /// The newest schema known here.
        known: u32,
    },
    /// The file is damaged, or no ledger at all.
    #[error("failed to read the ledger `{}`: the file is damaged ({detail})", .path.display())]
    Damaged {
        /// The ledger.
        path: PathBuf,
        /// What was found.
        detail: String,
    },
    /// A part of a ledger lies there without the ledger.
    #[error("failed to start a ledger: `{}` is a part of one that is missing", .path.display())]
    Orphaned {
        /// The part.
        path: PathBuf,
    },
    /// No room left.
    #[error("failed to write the ledger `{}`: the disk is full", .path.display())]
    Full {
        /// The ledger.
        path: PathBuf,
    },
    /// The disk, folder or file cannot be written.
    #[error("failed to write `{}`: it is read-only", .path.display())]
    ReadOnly {
        /// What cannot be written.
        path: PathBuf,
    },
    /// Its last part cannot be read where nothing can be written.
    #[error("failed to read the ledger `{}`: a run was cut off, and a read-only disk hides what it wrote last", .path.display())]
    Unmerged {
        /// The ledger.
        path: PathBuf,
    },
    /// The file was deleted or replaced while it was open.
    #[error("failed to record mails in `{}`: the ledger was deleted or replaced during this run", .path.display())]
    Gone {
        /// Where it was.
        path: PathBuf,
    },
    /// Another program keeps the file to itself.
    #[error("failed to use the ledger `{}`: another program keeps it locked", .path.display())]
    Busy {
        /// The ledger.
        path: PathBuf,
    },
    /// The disk or the system failed.
    #[error("failed to {doing} `{}`: {detail}", .path.display())]
    Io {
        /// What was tried.
        doing: &'static str,
        /// With what.
        path: PathBuf,
        /// What the system said.
        detail: String,
    },
    /// A list of addresses that holds something else.
    #[error("failed to read the list `{}`: line {line} is not an address", .path.display())]
    NotAnAddress {
        /// The list.
        path: PathBuf,
        /// The line, from 1.
        line: u64,
    },
    /// The caller asked for what would make the ledger untrue.
    #[error("failed to record a mail: {0}")]
    Misuse(String),
    /// The writer has ended.
    #[error("failed to record a mail: the ledger was closed")]
    Closed,
}

impl LedgerProblem {
    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> String {
        match self {
            Self::Unsafe { flaw, path } => match flaw {
                Flaw::SymbolicLink | Flaw::WrongKind => {
                    "look at what it is, and move it aside: it must be a plain folder or file of your own".into()
                }
                Flaw::OwnedByAnother => {
                    "run Roomkey as the user who owns it, or take a copy of the whole folder".into()
                }
                Flaw::WritableByOthers => format!("make it yours alone: chmod go-rwx '{}'", path.display()),
            },
            Self::OtherEvent { found, .. } => {
                format!("give the event its old id `{found}` again, or move that ledger back to where it came from")
            }
            Self::Newer { .. } => "use the newer Roomkey for this event".into(),
            Self::Damaged { path, .. } => format!(
                "keep it: move `{}` and the files beside it whose names begin the same into another folder, and put a \
                 backup in their place if you have one; without its ledger Roomkey does not know who was mailed, and \
                 `send` would mail everybody again",
                path.display()
            ),
            Self::Orphaned { .. } => {
                "put the ledger back beside it; if it is gone for good, move this file away too, and mind that Roomkey \
                 then does not know who was mailed"
                    .into()
            }
            Self::Gone { .. } => {
                "put the folder `.roomkey` back from a backup before you send again: without it Roomkey does not know \
                 who was mailed, and `send` would mail everybody again; the mail server's log knows"
                    .into()
            }
            Self::Full { .. } => {
                "make room on the disk, then run the same command again: it goes on where this one stopped".into()
            }
            Self::ReadOnly { .. } | Self::Unmerged { .. } => {
                "copy the event's folder, `.roomkey` included, to a disk that can be written, and run there".into()
            }
            Self::Busy { .. } => {
                "close the program that has it open (a backup, a database viewer), and try again".into()
            }
            Self::Io { .. } => {
                "see whether the disk is full or damaged, and the folder yours, then run the same command again".into()
            }
            Self::NotAnAddress { .. } => {
                "correct that line: it holds one address a line, of people who are to get no mail".into()
            }
            Self::Misuse(_) | Self::Closed => "this is a bug in Roomkey: please report it".into(),
        }
    }

    pub(super) fn damaged(path: &Path, detail: impl Into<String>) -> Self {
        Self::Damaged { path: path.to_owned(), detail: detail.into() }
    }

    pub(super) fn io(doing: &'static str, path: &Path, error: &io::Error) -> Self {
        let path = path.to_owned();
        match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::Full { path },
            io::ErrorKind::ReadOnlyFilesystem => Self::ReadOnly { path },
            _ => Self::Io { doing, path, detail: system_words(error) },
        }
    }

    pub(super) fn sqlite(path: &Path, error: &rusqlite::Error) -> Self {
        use rusqlite::Error as E;
        let at = path.to_owned();
        match error {
            E::SqliteFailure(failure, _) => match failure.code {
                ErrorCode::DiskFull => Self::Full { path: at },
                // The index of its log could not be made larger.
                _ if failure.extended_code == ffi::SQLITE_IOERR_SHMSIZE => Self::Full { path: at },
                ErrorCode::ReadOnly => Self::ReadOnly { path: at },
                ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase => Self::damaged(path, error.to_string()),
                ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked => Self::Busy { path: at },
                _ => Self::Io { doing: "use the ledger", path: at, detail: error.to_string() },
            },
            E::FromSqlConversionFailure(..)
            | E::InvalidColumnType(..)
            | E::IntegralValueOutOfRange(..)
            | E::Utf8Error(..) => Self::damaged(path, error.to_string()),
            _ => Self::Io { doing: "use the ledger", path: at, detail: error.to_string() },
        }
    }
}

/// Why a run could not have the ledger to itself.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LockProblem {
    /// Another run has it.
    #[error("another run is on{}", holder_in_words(.holder.as_ref()))]
    HeldBy {
        /// What that run says of itself, where it could be read.
        holder: Option<LockNote>,
    },
    /// The lock file cannot be used.
    #[error(transparent)]
    Ledger(#[from] LedgerProblem),
}

impl LockProblem {
    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> String {
        match self {
            Self::HeldBy { .. } => "wait until it has ended; `roomkey status` shows how far it is".into(),
            Self::Ledger(problem) => problem.hint(),
        }
    }
}

fn holder_in_words(holder: Option<&LockNote>) -> String {
    holder.map_or_else(String::new, |note| {
        format!(": `{}` (process {}, started {})", note.command, note.pid, note.started.strftime("%Y-%m-%d %H:%M UTC"))
    })
}
