//! What a catcher remembers: the mails it took, who logged in, and plain counts.

use std::path::PathBuf;

/// A mail that was taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caught {
    /// Its place among all mails taken, from 1; numbers its file.
    pub order: u64,
    /// The connection it came on, from 1.
    pub connection: u64,
    /// The envelope sender (MAIL FROM); empty for the null path.
    pub envelope_from: String,
    /// The envelope recipients (RCPT TO) that were accepted, in their order.
    pub recipients: Vec<String>,
    /// The Message-ID header's value without angle brackets; empty where there is none.
    pub message_id: String,
    /// The Subject header's value, unfolded but not decoded (RFC 2047).
    pub subject: Option<String>,
    /// The message's length without dot-stuffing and final dot.
    pub octets: usize,
    /// Where it was written.
    pub file: Option<PathBuf>,
}

/// One try to log in; its password is kept nowhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogIn {
    /// The connection, from 1.
    pub connection: u64,
    /// `PLAIN`, `LOGIN`, `XOAUTH2` or `OAUTHBEARER`.
    pub mechanism: String,
    /// The user name given.
    pub user: String,
    /// Whether user and password, or token, were the account's; the reply is the script's to change.
    pub right: bool,
}

/// A command line as it came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeenCommand {
    /// The connection, from 1.
    pub connection: u64,
    /// The line without its end; what follows `AUTH <mechanism>` is left out.
    pub line: String,
}

/// Plain numbers of what happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Connections accepted so far.
    pub connections: u64,
    /// The most connections that were open at one moment.
    pub most_open: u64,
    /// Mails taken.
    pub mails: u64,
    /// Octets of the mails taken.
    pub octets: u64,
}

/// All of it, behind the catcher's one lock.
#[derive(Debug, Default)]
pub(super) struct Journal {
    pub(super) caught: Vec<Caught>,
    pub(super) log_ins: Vec<LogIn>,
    pub(super) commands: Vec<SeenCommand>,
    pub(super) counts: Counts,
    pub(super) open: u64,
    /// Mails given a number so far; one whose file could not be written leaves a gap.
    pub(super) numbered: u64,
}
