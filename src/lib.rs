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
//! * [`message`]: words become a MIME message; what a wary reader would say of it.
//! * [`delivery`]: messages go to a relay, or into a folder; what a reply means; what DNS tells of the sender.
//! * [`ledger`]: the journal of what was mailed; truth after a crash.
//! * [`preview`]: a page that shows all mails of a folder of previews.
//! * [`attendance`]: who came, by what the Jitsi server tells.
//! * [`rehearsal`]: an SMTP catcher on loopback.
//!
//! The siblings never import one another; `tests/it/architecture.rs` holds the table.

pub mod attendance;
pub mod attendees;
pub mod campaign;
pub mod cli;
pub mod commands;
pub mod console;
pub mod delivery;
pub mod failure;
pub mod invitation;
pub mod jitsi;
pub mod ledger;
pub mod message;
pub mod model;
pub mod preview;
pub mod rehearsal;
pub mod settings;
pub mod surroundings;

use cli::Cli;
use console::Console;
use failure::Status;
use surroundings::Surroundings;

/// Does what the command line asks for, and says how it ended.
///
/// Problems are printed here, once; the caller only exits.
pub fn run(cli: &Cli, around: &Surroundings) -> Status {
    // Exactly one TLS provider, chosen before anything asks for one.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let console = Console::new(cli, around);
    match commands::run(cli, around, &console) {
        Ok(status) => status,
        Err(failure) => {
            console.end_progress();
            console.failure(&failure);
            failure.status
        }
    }
}
