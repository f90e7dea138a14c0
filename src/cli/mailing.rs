//! The commands that mail people, and what they have in common.

use std::path::PathBuf;

use clap::{ArgGroup, Args};

/// What `send`, `resend` and `cancel` have in common.
#[derive(Debug, Args)]
pub struct Going {
    /// Write the mails as .eml files instead of sending them
    #[arg(long)]
    pub dry_run: bool,
    /// With --dry-run: the folder for the .eml files [default: preview/ beside event.toml]
    #[arg(long, value_name = "DIR", requires = "dry_run")]
    pub out: Option<PathBuf>,
    /// With --dry-run: open the page that shows them all in a browser
    #[arg(long, requires = "dry_run")]
    pub open: bool,
    /// With --dry-run: replace links, addresses, names and Message-IDs, to share the folder
    #[arg(long, requires = "dry_run")]
    pub redact: bool,
    /// Do not ask
    #[arg(short, long)]
    pub yes: bool,
    /// Leave out rows with problems and send to the others; ends with 4
    #[arg(long)]
    pub skip_invalid: bool,
    /// Stop when what is left must wait, instead of waiting for it
    #[arg(long, overrides_with = "wait")]
    pub no_wait: bool,
    /// Wait for what is deferred, as is done without it
    #[arg(long, overrides_with = "no_wait")]
    pub wait: bool,
}

impl Going {
    /// How the previews are to be looked at.
    #[must_use]
    pub fn look(&self) -> Look {
        Look { open: self.open, redact: self.redact }
    }
}

/// How a folder of mails is to be looked at.
#[derive(Debug, Clone, Copy, Args)]
pub struct Look {
    /// Open the page that shows all mails in a browser
    #[arg(long)]
    pub open: bool,
    /// Replace links, addresses, names and Message-IDs in page and mails, to share the folder
    #[arg(long)]
    pub redact: bool,
}

/// `roomkey send`
#[derive(Debug, Args)]
#[command(
    after_long_help = "Examples:\n  roomkey send --to you@example.org   a test to yourself\n  roomkey send --dry-run              files to look at\n  roomkey send"
)]
pub struct Send {
    /// Mail only this person (repeat for more)
    #[arg(long, value_name = "EMAIL")]
    pub only: Vec<String>,
    /// Of several people behind one address, mean the one of this name
    #[arg(long, value_name = "NAME", requires = "only")]
    pub name: Option<String>,
    /// Of an event with sessions, this one alone
    #[arg(long, value_name = "KEY")]
    pub session: Option<String>,
    /// Try at most this many people
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub limit: Option<u32>,
    /// Send a test to this address instead: up to three telling samples, marked, not recorded
    #[arg(long, value_name = "ADDRESS", conflicts_with = "dry_run")]
    pub to: Option<String>,
    /// Send to new people although the event changed after others were mailed
    #[arg(long)]
    pub accept_change: bool,
    /// How it goes.
    #[command(flatten)]
    pub going: Going,
}

/// `roomkey resend`
#[derive(Debug, Args)]
#[command(group = ArgGroup::new("who").required(true).args(["emails", "failed", "in_doubt", "all"]))]
#[command(
    after_long_help = "Examples:\n  roomkey resend ada@example.org\n  roomkey resend --all --note \"New time: 15:00\""
)]
pub struct Resend {
    /// Whom to mail again
    #[arg(value_name = "EMAIL")]
    pub emails: Vec<String>,
    /// Everybody whose mail failed
    #[arg(long)]
    pub failed: bool,
    /// Everybody whose mail is in doubt; it keeps its Message-ID, so that mailboxes can drop a double
    #[arg(long)]
    pub in_doubt: bool,
    /// Everybody who was mailed; stopped half-way, the same command goes on with the rest
    #[arg(long)]
    pub all: bool,
    /// Mail it to this address instead (one person)
    // `requires` alone is not looked at where the group's other arguments rule EMAIL out.
    #[arg(long, value_name = "ADDRESS", requires = "emails", conflicts_with_all = ["failed", "in_doubt", "all"])]
    pub to: Option<String>,
    /// Words to put on top of the mail
    #[arg(long, value_name = "TEXT")]
    pub note: Option<String>,
    /// Of several people behind one address, mean the one of this name
    #[arg(long, value_name = "NAME", requires = "emails", conflicts_with_all = ["failed", "in_doubt", "all"])]
    pub name: Option<String>,
    /// Of an event with sessions, this one alone
    #[arg(long, value_name = "KEY")]
    pub session: Option<String>,
    /// With --all: start a new round instead of going on with the last one
    #[arg(long, requires = "all", conflicts_with_all = ["emails", "failed", "in_doubt"])]
    pub again: bool,
    /// How it goes.
    #[command(flatten)]
    pub going: Going,
}

/// `roomkey cancel`
#[derive(Debug, Args)]
#[command(group = ArgGroup::new("whom").required(true).args(["emails", "all"]))]
#[command(
    after_long_help = "Examples:\n  roomkey cancel ada@example.org\n  roomkey cancel --all --note \"We will find another day.\""
)]
pub struct Cancel {
    /// Whose invitation to call off
    #[arg(value_name = "EMAIL")]
    pub emails: Vec<String>,
    /// Everybody who was mailed; stopped half-way, the same command goes on with the rest
    #[arg(long)]
    pub all: bool,
    /// Words to put on top of the mail
    #[arg(long, value_name = "TEXT")]
    pub note: Option<String>,
    /// Of several people behind one address, mean the one of this name
    #[arg(long, value_name = "NAME", requires = "emails", conflicts_with = "all")]
    pub name: Option<String>,
    /// Of an event with sessions, this one alone
    #[arg(long, value_name = "KEY")]
    pub session: Option<String>,
    /// How it goes.
    #[command(flatten)]
    pub going: Going,
}

/// `roomkey suppress`
#[derive(Debug, Args)]
#[command(group = ArgGroup::new("suppression").required(true).args(["emails", "list", "remove"]))]
#[command(after_long_help = "Examples:\n  roomkey suppress ada@example.org\n  roomkey suppress --list")]
pub struct Suppress {
    /// Who is to get no mail any more, in the attendee file or not
    #[arg(value_name = "EMAIL")]
    pub emails: Vec<String>,
    /// Print the addresses that are kept out this way
    #[arg(long)]
    pub list: bool,
    /// Let mails go to this address again (repeat for more)
    #[arg(long, value_name = "EMAIL")]
    pub remove: Vec<String>,
}
