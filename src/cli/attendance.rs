//! The options of `roomkey attendance`.

use std::{
    net::{Ipv4Addr, SocketAddr},
    path::PathBuf,
};

use clap::{Args, ValueEnum};

/// `roomkey attendance`
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:\n  roomkey attendance --log prosody.log\n  \
                             ssh meet.example.org sudo cat /var/log/prosody/prosody.log | roomkey attendance --log -\n  \
                             roomkey attendance --format csv > came.csv\n  \
                             roomkey attendance --listen --web")]
pub struct Attendance {
    /// Read the server's log: files, also .gz, or `-` for what is piped in
    #[arg(long, value_name = "FILE", num_args = 1..)]
    pub log: Vec<PathBuf>,
    /// Read saved events, one JSON object a line, or `-` for what is piped in
    #[arg(long, value_name = "FILE", num_args = 1..)]
    pub events: Vec<PathBuf>,
    /// Take the events that the server posts, until Ctrl-C
    #[arg(long, value_name = "ADDRESS:PORT", num_args = 0..=1, default_missing_value = "127.0.0.1:8731", value_parser = listened)]
    pub listen: Option<SocketAddr>,
    /// With --listen: show the report in a browser on this computer, and keep it fresh
    #[arg(long, requires = "listen")]
    pub web: bool,
    /// Write the report as a page to this file
    #[arg(long, value_name = "FILE")]
    pub html: Option<PathBuf>,
    /// How to print it; json and csv list everybody
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t = AttendanceFormat::Text)]
    pub format: AttendanceFormat,
    /// List everybody, not only those who need a look
    #[arg(long)]
    pub all: bool,
    /// Speak of the last rehearsal: of its mails, not of the event's
    #[arg(long)]
    pub rehearsal: bool,
}

/// An address to listen on; a port alone, and `localhost`, mean this computer.
fn listened(text: &str) -> Result<SocketAddr, String> {
    let local = text.strip_prefix("localhost").unwrap_or(text);
    let local = local.strip_prefix(':').unwrap_or(local);
    if let Ok(port) = local.parse::<u16>() {
        return Ok(SocketAddr::from((Ipv4Addr::LOCALHOST, port)));
    }
    text.parse().map_err(|_| "it is an IP address and a port, such as 127.0.0.1:8731, or a port alone".to_owned())
}

/// The forms of the report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum AttendanceFormat {
    /// For people
    Text,
    /// For spreadsheets
    Csv,
    /// For programs, exact
    Json,
}
