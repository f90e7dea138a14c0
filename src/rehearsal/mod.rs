//! An SMTP catcher on loopback: takes mails as a relay would, and lets nothing out.
//!
//! Owns: a server that speaks enough SMTP to rehearse a run (EHLO, AUTH, MAIL, RCPT, DATA,
//! pipelined), a folder of the mails it took, and a [`Script`] by which tests make it misbehave at
//! a chosen moment. Does not own: what is mailed, or what a reply means to the sender.
//!
//! Known weakness: no TLS, and no limit on open connections; it listens on 127.0.0.1 alone.

mod catcher;
mod incoming;
mod journal;
mod script;
mod session;
mod spool;
mod wire;

pub use catcher::{Catcher, CatcherProblem};
pub use journal::{Caught, Counts, LogIn, SeenCommand};
pub use script::{Action, Rule, Script, Times};
pub use spool::SpoolProblem;
