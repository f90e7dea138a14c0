//! What is kept of a row once it was looked at.

use crate::{
    failure::Told,
    model::{Address, Attendee, PersonId},
};

/// What is known of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RowKind {
    /// A person to be mailed.
    Sound,
    /// The same as the row of this number.
    Duplicate(u32),
    /// Something is wrong with it.
    Unsound,
    /// Nothing is wrong with it, and it is left out.
    LeftOut,
    /// It is of somebody who is to get no mail at all: by the list of this number.
    KeptOut(u16),
}

/// One row, in short.
#[derive(Debug, Clone, Copy)]
pub struct RowNote {
    /// Its physical line.
    pub line: u32,
    /// What it is.
    pub kind: RowKind,
    /// Whether its link has stopped working already.
    pub over: bool,
    /// Which session it is for, see [`super::Survey::session`]; 0 for none.
    pub session: u8,
}

/// A row whose address a command named.
#[derive(Debug, Clone)]
pub struct Found {
    /// The row's number.
    pub number: u32,
    /// Which of the wanted addresses it is.
    pub wanted: usize,
    /// The attendee; `None` where the row is unsound.
    pub attendee: Option<Attendee>,
}

/// A problem that keeps mails from leaving.
#[derive(Debug, Clone)]
pub struct RowFault {
    /// The row's number.
    pub number: u32,
    /// Where and what, and the way out.
    pub told: Told,
    /// Whom a run would leave out for it, as far as the row can be read.
    pub who: String,
}

/// A row whose link is another than the one that was mailed.
#[derive(Debug, Clone)]
pub struct Changed {
    /// Where it stands.
    pub at: String,
    /// The row's number.
    pub number: u32,
    /// Whom it was taken for.
    pub person: PersonId,
    /// Their address.
    pub email: Address,
}
