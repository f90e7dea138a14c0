//! Roomkey mails each registrant of an event a personal key to a Jitsi Meet room.
//!
//! # How it is laid out
//!
//! Arrows run downward only:
//!
//! ```text
//! main -> run -> commands -> campaign -> attendees, jitsi, invitation, message, delivery, ledger -> model
//!                commands -> settings, console, preview, rehearsal, attendance
//! ```
//!
//! * [`model`]: the values all others speak of; pure.
//! * [`attendees`]: rows of a file become attendees or problems.
//! * [`jitsi`]: rooms, tokens, links; what a server checks.
//! * [`invitation`]: words from templates.
//! * [`message`]: words become a MIME message.
//! * [`delivery`]: messages go to a relay, or into a folder; what a reply means.
//! * [`ledger`]: the journal of what was mailed; truth after a crash.
//! * [`rehearsal`]: an SMTP catcher on loopback.
//!
//! The siblings never import one another; `tests/it/architecture.rs` holds the table.

pub mod attendees;
pub mod delivery;
pub mod invitation;
pub mod jitsi;
pub mod ledger;
pub mod message;
pub mod model;
pub mod rehearsal;
pub mod settings;
