//! What can keep a receiver from starting or writing, and the way out.

use std::{
    fmt, io,
    net::SocketAddr,
    path::{Path, PathBuf},
};

use crate::model::system_words;

/// Why a file for events is not trusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileFlaw {
    /// It leads elsewhere.
    SymbolicLink,
    /// A folder, a pipe or a device.
    WrongKind,
    /// Another user owns it.
    OwnedByAnother,
    /// Group or others may write to it.
    WritableByOthers,
}

impl fmt::Display for FileFlaw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::SymbolicLink => "it is a symbolic link",
            Self::WrongKind => "it is not a plain file",
            Self::OwnedByAnother => "another user owns it",
            Self::WritableByOthers => "other users may write to it",
        })
    }
}

/// What keeps a receiver from starting, or events from being written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ListenProblem {
    /// The secret is short, or cannot stand in a header.
    #[error("failed to start listening: the secret {0}")]
    Secret(&'static str),
    /// Somebody listens there already.
    #[error("failed to listen on {0}: the address is in use")]
    AddressInUse(SocketAddr),
    /// A port that ordinary users cannot have.
    #[error("failed to listen on {0}: the system does not permit it")]
    AddressForbidden(SocketAddr),
    /// The address is another machine's.
    #[error("failed to listen on {0}: this machine does not have that address")]
    AddressElsewhere(SocketAddr),
    /// The system gave no socket.
    #[error("failed to listen on {address}: {detail}")]
    Address {
        /// Where it was to listen.
        address: SocketAddr,
        /// What the system said.
        detail: String,
    },
    /// A file that others could have prepared.
    #[error("failed to trust `{}`: {flaw}", .path.display())]
    Unsafe {
        /// What is not trusted.
        path: PathBuf,
        /// Why.
        flaw: FileFlaw,
    },
    /// Another receiver writes to it.
    #[error("failed to write `{}`: another receiver writes to it", .path.display())]
    Taken {
        /// The file.
        path: PathBuf,
    },
    /// No room left.
    #[error("failed to write `{}`: the disk is full", .path.display())]
    Full {
        /// The file.
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
    /// The writer ended before its time.
    #[error("failed to write events: the writer has ended")]
    Ended,
}

impl ListenProblem {
    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> String {
        match self {
            Self::Secret(_) => "use a long random one, such as `openssl rand -hex 32` makes; for JaaS, the one of its \
                                console (`whsec_…`), whole"
                .into(),
            Self::AddressInUse(_) => "see whether another `roomkey attendance --listen` is on, or another program has \
                                      the port; or choose another port, here and where the server is told"
                .into(),
            Self::AddressForbidden(_) => {
                "choose a port of 1024 or above; lower ones are for the system's own services".into()
            }
            Self::AddressElsewhere(_) => {
                "listen on 127.0.0.1 where the Jitsi server runs on this machine, else on one of this machine's own \
                 addresses"
                    .into()
            }
            Self::Address { .. } => "choose another address or port".into(),
            Self::Unsafe { flaw, path } => match flaw {
                FileFlaw::SymbolicLink | FileFlaw::WrongKind => {
                    "look at what it is, and name another file: it must be a plain one of your own, or not be there yet"
                        .into()
                }
                FileFlaw::OwnedByAnother => "run Roomkey as the user who owns it, or name another file".into(),
                FileFlaw::WritableByOthers => {
                    format!(
                        "see that nobody wrote into it, then make it yours alone: chmod go-rwx '{}'",
                        path.display()
                    )
                }
            },
            Self::Taken { .. } => "let that `roomkey attendance --listen` go on, or end it first; two events at once \
                                   need a file and a port each"
                .into(),
            Self::Full { .. } => {
                "make room on the disk: the server tries each event again for a few seconds only".into()
            }
            Self::Io { .. } => "see whether the disk is in order, and the folder there and yours".into(),
            Self::Ended => "this is a bug in Roomkey: please report it".into(),
        }
    }

    pub(super) fn listen(address: SocketAddr, error: &io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::AddrInUse => Self::AddressInUse(address),
            io::ErrorKind::PermissionDenied => Self::AddressForbidden(address),
            io::ErrorKind::AddrNotAvailable => Self::AddressElsewhere(address),
            _ => Self::Address { address, detail: system_words(error) },
        }
    }

    pub(super) fn io(doing: &'static str, path: &Path, error: &io::Error) -> Self {
        let path = path.to_owned();
        match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::Full { path },
            _ => Self::Io { doing, path, detail: system_words(error) },
        }
    }

    pub(super) fn unsafe_file(path: &Path, flaw: FileFlaw) -> Self {
        Self::Unsafe { path: path.to_owned(), flaw }
    }
}
