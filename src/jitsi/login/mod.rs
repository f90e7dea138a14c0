//! Asking a Jitsi server whether it takes this event's links, as a browser does: by logging in over BOSH
//! (XEP-0124, XEP-0206).
//!
//! Owns: the conversation ([`ask`]), and what its outcome means ([`findings`]). Does not own: when somebody is to
//! be asked, or what follows. Known weakness: `sub` and `room` are looked at only when a room is entered, which
//! Jicofo makes when somebody arrives: on an idle server they cannot be proven.

mod address;
mod ask;
mod bosh;
mod config_js;
mod findings;
mod reason;
mod stanza;
mod unreachable;
mod web;

pub use address::{BoshAddress, PlaceProblem, xmpp_domain};
pub use ask::{Answers, Login, Target, ask};
pub use findings::{CLOCK_LIMIT, findings};
pub use unreachable::Unreachable;
