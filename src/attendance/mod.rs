//! Who came: what a Jitsi server tells of those whom personal links let in.
//!
//! Owns: reading the server's log and saved events, what they mean together (who was there when, what nobody told),
//! the report in all its forms, and a receiver that keeps what servers post. Does not own: whom the event invited, the
//! ledger, the terminal.
//!
//! How it goes: [`Scope`] says what belongs to the event; [`read_log`] and [`read_posts`] fill a [`Gathered`], in any
//! order and as often as one likes; [`Gathered::settle`] puts it together; [`report()`] lays it over the invited.
//!
//! A person is known by the id in the token alone. Names and addresses are hints.

mod besides;
mod forms;
mod gathered;
pub mod listen;
mod log;
mod log_clock;
mod log_line;
mod log_span;
mod log_words;
mod occupant;
mod outages;
mod page;
mod person;
mod posts;
mod report;
mod scope;
mod settle;
mod siblings;
mod span;
mod stays;
mod words;

pub use besides::Besides;
pub use forms::{COLUMNS, cells, json};
pub use gathered::Gathered;
pub use log::{LogRead, OpenLog, read_log};
pub use page::{MARK as PAGE_MARK, PageFacts, page};
pub use posts::{PostsRead, read_post, read_posts, time_of_post};
pub use report::{Bar, Invited, Link, Person, Presented, Report, Status, Stranger, report};
pub use scope::{Hours, Scope};
pub use settle::Settled;
pub use span::{Gap, Span};
pub use stays::Stretch;
pub use words::{between, clock, day, day_and_clock, moment, words};
