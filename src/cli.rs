//! The command line. The comments here are the help that `--help` shows.

use std::path::PathBuf;

mod attendance;
mod mailing;

use clap::{ArgGroup, Args, Parser, Subcommand, ValueEnum};

pub use attendance::{Attendance, AttendanceFormat};
pub use mailing::{Cancel, Going, Look, Resend, Send, Suppress};

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
    /// Keep people out of every later mail of this event
    Suppress(Suppress),
    /// Show what became of every mail
    Status(StatusArgs),
    /// Print one person's personal link
    Link(Link),
    /// Explain a token or a link
    Inspect(Inspect),
    /// Make a key pair to sign with, or show the event's
    Keys(Keys),
    /// Print what the Jitsi server needs, filled in for this event
    ServerConfig(ServerConfig),
    /// List or export the words of the mails
    Templates(TemplatesArgs),
    /// Send everything to a mail catcher on this computer: nobody gets mail
    Rehearse(Rehearse),
    /// Tell who came, by what the Jitsi server logged or posted
    Attendance(Attendance),
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
#[command(after_long_help = "Examples:\n  roomkey check\n  roomkey check --server\n  roomkey check --all")]
pub struct Check {
    /// Look at the settings and rows alone, and make no mail: fast, for very long lists
    #[arg(long)]
    pub rows: bool,
    /// Log in to the mail server and offer the sender; nothing is sent
    #[arg(long)]
    pub smtp: bool,
    /// Look up SPF and DMARC of the sender, and say what receivers will conclude
    #[arg(long)]
    pub dns: bool,
    /// Look up where the mails of each attendee's domain go; --all does not
    #[arg(long)]
    pub mx: bool,
    /// Log in to the Jitsi server as a browser does, with a token of a minute and with bad ones
    #[arg(long)]
    pub server: bool,
    /// With --server: where its BOSH is, where its config.js does not tell
    #[arg(long, value_name = "URL")]
    pub bosh: Option<String>,
    /// With --server: its XMPP domain, where its config.js does not tell
    #[arg(long, value_name = "DOMAIN")]
    pub xmpp_domain: Option<String>,
    /// All of these: --smtp, --dns and --server
    #[arg(long)]
    pub all: bool,
    /// Make warnings count: exit with 3
    #[arg(long)]
    pub strict: bool,
}

/// `roomkey keys`
#[derive(Debug, Args)]
#[command(
    after_long_help = "Examples:\n  roomkey keys new keys\n  roomkey keys show\n  roomkey keys show --jwks > jwks.json"
)]
pub struct Keys {
    /// What to do
    #[arg(value_name = "ACTION", value_enum)]
    pub action: KeysAction,
    /// With new: the folder to write to; made where it does not exist
    #[arg(value_name = "DIR")]
    pub folder: Option<PathBuf>,
    /// With new: the name under which the server finds the public key
    #[arg(long, value_name = "ID")]
    pub key_id: Option<String>,
    /// With show: print the public key as a JWKS, as `cache_keys_url` wants it
    #[arg(long)]
    pub jwks: bool,
    /// With new: how long the key is; longer ones sign more slowly
    #[arg(long, value_name = "BITS", default_value_t = 2048, value_parser = clap::value_parser!(u32).range(2048..=4096))]
    pub bits: u32,
}

/// What to do with keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum KeysAction {
    /// Make an RSA pair, and the files that a server wants of it
    New,
    /// Print the kid, fingerprint and file name of the event's key
    Show,
}

/// `roomkey server-config`
#[derive(Debug, Args)]
#[command(after_long_help = "Example:\n  roomkey server-config --format docker")]
pub struct ServerConfig {
    /// For which kind of installation
    #[arg(long, value_name = "KIND", value_enum, default_value_t = ServerKind::All)]
    pub format: ServerKind,
}

/// Kinds of installation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ServerKind {
    /// Debian's packages: Prosody, Jicofo, the web client
    Prosody,
    /// docker-jitsi-meet: lines for .env
    Docker,
    /// Both
    All,
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
    /// Of an event with sessions, this one alone
    #[arg(long, value_name = "KEY")]
    pub session: Option<String>,
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
    /// Of an event with sessions, this one alone
    #[arg(long, value_name = "KEY")]
    pub session: Option<String>,
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
    /// Of an event with sessions, this one alone
    #[arg(long, value_name = "KEY")]
    pub session: Option<String>,
}

/// `roomkey inspect`
#[derive(Debug, Args)]
#[command(after_long_help = "Example:\n  roomkey inspect -   and paste the link, Enter, Ctrl-D")]
pub struct Inspect {
    /// The token, or a link that holds one; `-` reads it from standard input
    #[arg(value_name = "TOKEN|LINK")]
    pub text: String,
    /// Check the signature with the key or secret in this file, not with the event's
    #[arg(long, value_name = "FILE")]
    pub key: Option<PathBuf>,
    /// In which form
    #[arg(long, value_name = "FORM", value_enum, default_value_t = InspectFormat::Text)]
    pub format: InspectFormat,
}

/// In which form an explanation is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum InspectFormat {
    /// For people
    Text,
    /// For programs
    Json,
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
