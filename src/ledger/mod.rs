//! The journal of what was mailed: one SQLite file an event, the truth after a crash.
//!
//! Owns: the folder `.roomkey` and its modes, the lock of a run, the schema, the writer thread,
//! what a person's state is, the list of whom the organiser keeps out of every mail, and what servers told of who came. Does not own:
//! who is to be mailed, or what a state is called when shown; `skipped`, `removed` and the `pending` of
//! a row never tried are computed elsewhere, from the file. It never sees a token, a link, a password or a body.
//!
//! How it is used: a run takes the [`RunLock`], opens the [`Ledger`] with it, reads a [`Roster`] to
//! plan by, and hands the ledger to a [`Writer`]. [`Writer::close`] gives it back. Commands that
//! only look open a [`Reader`]; they need no lock and create nothing.
//!
//! Known weakness: between the relay's 2xx and the durable `sent` lies a gap that SMTP cannot close
//! (RFC 1047); a crash in it leaves the mail in doubt. Locks are advisory, and network file systems
//! may not honour them: the event's folder belongs on a local disk.

mod attendance;
mod book;
mod columns;
mod entry;
mod folder;
mod lock;
mod opening;
mod place;
mod problem;
mod reader;
mod roster;
#[cfg(test)]
pub(crate) mod samples;
mod spare;
mod standing;
mod store;
#[cfg(test)]
mod stories;
mod suppression;
mod terms;
mod writer;

pub use attendance::MailedLink;
pub use entry::{
    Campaign, CampaignId, CampaignKind, Ending, Entry, Mailing, MailingId, OwnValues, PersonIdentity, PersonRecord,
    State, calendar_mark,
};
pub use folder::LedgerFolder;
pub use lock::{LiveRun, LockNote, RunLock};
pub use place::Place;
pub use problem::{Flaw, LedgerProblem, LockProblem};
pub use reader::Reader;
pub use roster::Roster;
pub use standing::{Held, LastMailing, Standing};
pub use store::Ledger;
pub use suppression::Suppression;
pub use terms::{Terms, TermsId};
pub use writer::{Unrecorded, Writer, WriterHandle};
