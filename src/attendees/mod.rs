//! Rows of an attendee file become attendees, or problems with a line and a way out.
//!
//! Owns: which column means what, what a sound row is, which two rows may stand beside each other,
//! and the words in which all of that is refused. Rows are streamed; of each, the [`Crowd`] keeps
//! digests and a line number.
//!
//! Does not own: who is mailed (the campaign's plan), what is printed, where the settings came from.
//!
//! Known weakness: a quote that was never closed *and* meets another
//! misplaced quote at a cell's very end reads like a long cell with line breaks; that is refused in
//! the columns that Roomkey reads, and goes unnoticed in the others.

mod begun;
mod columns;
mod crowd;
mod decoded;
mod dialect;
mod digest;
mod encoding;
mod exporters;
mod file;
mod filter;
mod folded;
mod header;
mod names;
mod nearest;
mod on_disk;
mod problem;
mod reading;
mod record;
mod remark;
mod row;
mod rules;
mod scanner;
mod several;
mod source;
mod suppressed;
mod top;
mod workbook;
mod zones;

#[cfg(test)]
mod properties;
#[cfg(test)]
mod samples;

use crate::model::composed;

pub use begun::Begun;
pub use columns::{Column, Columns, FoundBy};
pub use crowd::{Admission, Crowd};
pub use file::{AttendeeFile, FileStamp};
pub use problem::{FileProblem, LeftOut, Problem, RowProblems, Unsound};
pub use row::first_name;
pub use rules::{ColumnChoice, ColumnChoices, EmptyName, Field, Rules, SourceFile};
pub use suppressed::Suppressed;
pub use workbook::{SheetChoice, WorkbookProblem, reads_workbook};

pub use crate::model::Encoding;
