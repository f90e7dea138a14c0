//! The command line. The comments here are the help that `--help` shows.

use std::path::PathBuf;

use clap::{ArgGroup, Args, Parser, Subcommand, ValueEnum};

/// The heading of the options that go with every command.
const EVERYWHERE: &str = "Options of every command";

/// How an event's file is named unless somebody says otherwise.
pub const USUAL_EVENT: &str = "event.toml";

/// Mail each registrant of an event a personal key to a Jitsi Meet room
#[derive(Debug, Parser)]
#[command(name = "roomkey", version, disable_help_subcommand = true, max_term_width = 100)]
#[command(after_long_help = "Examples:\n  roomkey init\n  roomkey -e workshop/event.toml status")]
pub struct Cli {
    /// The event's file; paths in it are relative to its folder
    #[arg(short, long, global = true, help_heading = EVERYWHERE, value_name = "FILE", default_value = USUAL_EVENT)]
    pub event: PathBuf,
    /// Print results, warnings and problems only
    #[arg(short, long, global = true, help_heading = EVERYWHERE)]
    pub quiet: bool,
    /// Say more: the conversation with the mail server, secrets left out
    #[arg(short, long, global = true, help_heading = EVERYWHERE, conflicts_with = "quiet")]
    pub verbose: bool,
    /// Colour the messages
    #[arg(long, global = true, help_heading = EVERYWHERE, value_name = "WHEN", value_enum, default_value_t = When::Auto)]
    pub color: When,
    /// Show progress as a bar, as plain lines, or not at all
    #[arg(long, global = true, help_heading = EVERYWHERE, value_name = "HOW", value_enum, default_value_t = ProgressStyle::Auto)]
    pub progress: ProgressStyle,
    /// What to do; without it, say what is here and what comes next
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// When to colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum When {
    /// On a terminal
    Auto,
    /// Also into files and pipes
    Always,
    /// Not at all
    Never,
}

/// How progress is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ProgressStyle {
    /// A bar on a terminal, else a line every few seconds
    Auto,
    /// A line every few seconds: for screen readers and log files
    Plain,
    /// Nothing
    None,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Write a new event.toml: asks a few questions, or writes a commented sample
    Init(Init),
    /// Check everything without sending: settings, secrets, every row, every mail
    Check(Check),
    /// Mail everybody who has not been mailed yet
    Send(Send),
    /// Mail people again
    Resend(Resend),
    /// Tell people that their invitation is called off, and take it out of their calendars
    Cancel(Cancel),
    /// Record what you learnt about mails in doubt
    Settle(Settle),
    /// Show what became of every mail
    Status(StatusArgs),
    /// Print one person's personal link
    Link(Link),
    /// Explain a token or a link
    Inspect(Inspect),
    /// List or export the words of the mails
    Templates(TemplatesArgs),
    /// Send everything to a mail catcher on this computer: nobody gets mail
    Rehearse(Rehearse),
}

/// `roomkey init`
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:\n  roomkey init\n  roomkey init workshop --sample")]
pub struct Init {
    /// The folder to write to; made where it does not exist
    #[arg(value_name = "DIR", default_value = ".")]
    pub folder: PathBuf,
    /// Ask nothing, write a commented sample
    #[arg(long)]
    pub sample: bool,
}

/// `roomkey check`
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:\n  roomkey check\n  roomkey check --smtp\n  roomkey check --dns")]
pub struct Check {
    /// Log in to the mail server and offer the sender; nothing is sent
    #[arg(long)]
    pub smtp: bool,
    /// Look up SPF and DMARC of the sender, and say what receivers will conclude
    #[arg(long)]
    pub dns: bool,
    /// Make warnings count: exit with 3
    #[arg(long)]
    pub strict: bool,
}

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
    /// How it goes.
    #[command(flatten)]
    pub going: Going,
}

/// `roomkey settle`
#[derive(Debug, Args)]
#[command(group = ArgGroup::new("what").required(true).args(["arrived", "not_arrived"]))]
#[command(after_long_help = "Example:\n  roomkey settle ada@example.org --arrived")]
pub struct Settle {
    /// Whose mail
    #[arg(value_name = "EMAIL", required = true)]
    pub emails: Vec<String>,
    /// It arrived: count it as sent
    #[arg(long)]
    pub arrived: bool,
    /// It did not arrive: the next `send` mails it again
    #[arg(long)]
    pub not_arrived: bool,
    /// Of several people behind one address, mean the one of this name
    #[arg(long, value_name = "NAME")]
    pub name: Option<String>,
}

/// `roomkey status`
#[derive(Debug, Args)]
#[command(
    after_long_help = "Examples:\n  roomkey status\n  roomkey status ada\n  roomkey status --format csv > report.csv"
)]
pub struct StatusArgs {
    /// Only people whose name or address contains this
    #[arg(value_name = "TEXT")]
    pub filter: Option<String>,
    /// List everybody, not only those who need you
    #[arg(long)]
    pub all: bool,
    /// Only people in this state
    #[arg(long, value_name = "STATE", value_enum)]
    pub state: Option<StateName>,
    /// How to print it; json and csv list everybody
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t = Format::Table)]
    pub format: Format,
}

/// The states of a person's mail, as `status` names them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, ValueEnum)]
#[value(rename_all = "snake_case")]
pub enum StateName {
    /// Not mailed yet
    Pending,
    /// Being sent by a run at this moment
    Sending,
    /// Accepted by the mail server
    Sent,
    /// To be tried again later
    Deferred,
    /// Refused for good
    Failed,
    /// Nobody knows whether it arrived
    InDoubt,
    /// Told that the invitation is called off
    Cancelled,
    /// Left out, with a reason
    Skipped,
    /// Mailed, but no longer in the file
    Removed,
}

/// The forms of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people
    Table,
    /// For programs, exact
    Json,
    /// For spreadsheets
    Csv,
}

/// `roomkey link`
#[derive(Debug, Args)]
#[command(after_long_help = "Example:\n  roomkey link ada@example.org")]
pub struct Link {
    /// Whose link
    #[arg(value_name = "EMAIL")]
    pub email: String,
    /// Of several people behind one address, mean the one of this name
    #[arg(long, value_name = "NAME")]
    pub name: Option<String>,
}

/// `roomkey inspect`
#[derive(Debug, Args)]
#[command(after_long_help = "Example:\n  roomkey inspect -   and paste the link, Enter, Ctrl-D")]
pub struct Inspect {
    /// The token, or a link that holds one; `-` reads it from standard input
    #[arg(value_name = "TOKEN|LINK")]
    pub text: String,
}

/// `roomkey templates`
#[derive(Debug, Args)]
#[command(group = ArgGroup::new("do").required(true).args(["variables", "export"]))]
#[command(after_long_help = "Examples:\n  roomkey templates --variables\n  roomkey templates --export templates")]
pub struct TemplatesArgs {
    /// List what templates can show, with an example of each from the first row
    #[arg(long)]
    pub variables: bool,
    /// Write the built-in templates to this folder, to change them
    #[arg(long, value_name = "DIR")]
    pub export: Option<PathBuf>,
}

/// `roomkey rehearse`
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:\n  roomkey rehearse\n  roomkey rehearse --limit 5 --open")]
pub struct Rehearse {
    /// Try at most this many people
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub limit: Option<u32>,
    /// How it is looked at.
    #[command(flatten)]
    pub look: Look,
}
