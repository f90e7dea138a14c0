//! A campaign: who is to be mailed, with what, and what became of it.
//!
//! Owns: the order of everything between a row of the file and an entry of the ledger. Does not own:
//! settings and the terminal; it receives values and tells what happens to a listener.

mod book;
mod composer;
mod draft;
mod event;
mod fleet;
mod flight;
mod forecast;
mod identity;
mod in_order;
mod journal;
mod mail_problem;
mod parties;
mod plan;
mod press;
mod progress;
mod proof;
mod run;
mod sums;
mod survey;
mod weather;
pub mod words;

pub use composer::{Composer, Continued, InCalendar, Invited, Making};
pub use event::{Event, Tally};
pub use flight::{Job, JobSink};
pub use forecast::{Allowance, Forecast, moment};
pub use identity::{Identified, Stranger};
pub use journal::Journal;
pub use parties::Parties;
pub use plan::{Fate, Reason, Selection, Task, decide, limit, removed, was_mailed};
pub use press::{Addressing, Press, Seat};
pub use progress::{grouped, progress_line, rough_time};
pub use proof::Remark;
pub use run::{Ended, Pass};
pub use sums::{Counts, Samples};
pub use survey::{
    Changed, Depth, Domains, Found, Largest, OfDomain, RowFault, RowKind, RowNote, Survey, Surveyor, Wanted,
};
