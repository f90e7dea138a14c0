//! One file a command. Here settings, terminal and campaign meet.

mod asking;
mod attendance;
mod attendance_secret;
mod between;
mod browser;
mod calendar;
mod cancel;
mod check;
mod continued;
mod deferred;
mod dns;
mod doubts;
mod event_change;
mod here;
mod init;
mod inspect;
mod inspect_event;
mod interrupt;
mod invited;
mod kept_out;
mod keys;
mod languages;
mod limits;
mod link;
mod lint;
mod logo;
mod mailing;
mod mapping;
mod meant;
mod mx;
mod opened;
mod order;
mod own_secrets;
mod own_words;
mod pass;
mod passes;
mod piped;
mod preview;
mod preview_page;
mod rehearse;
mod relay;
mod removed;
mod report;
mod resend;
mod round;
mod send;
mod server;
mod server_config;
mod settle;
mod signing;
mod status;
mod status_line;
mod status_reason;
mod status_rows;
mod summary;
mod suppress;
mod templates;
mod test_mail;
mod token_settings;
mod unrecorded;
mod unsent;
mod who;
mod whose;

use crate::{
    cli::{Cli, Command},
    console::Console,
    failure::{Failure, Status},
    surroundings::Surroundings,
};

/// Everything a command is given.
pub(crate) struct Desk<'a> {
    pub(crate) cli: &'a Cli,
    pub(crate) around: &'a Surroundings,
    pub(crate) console: &'a Console,
}

/// Does what the command line asks for.
pub(crate) fn run(cli: &Cli, around: &Surroundings, console: &Console) -> Result<Status, Failure> {
    let desk = Desk { cli, around, console };
    match &cli.command {
        None => here::run(&desk),
        Some(Command::Init(args)) => init::run(&desk, args),
        Some(Command::Check(args)) => check::run(&desk, args),
        Some(Command::Send(args)) => send::run(&desk, args),
        Some(Command::Resend(args)) => resend::run(&desk, args),
        Some(Command::Cancel(args)) => cancel::run(&desk, args),
        Some(Command::Settle(args)) => settle::run(&desk, args),
        Some(Command::Suppress(args)) => suppress::run(&desk, args),
        Some(Command::Status(args)) => status::run(&desk, args),
        Some(Command::Link(args)) => link::run(&desk, args),
        Some(Command::Inspect(args)) => inspect::run(&desk, args),
        Some(Command::Keys(args)) => keys::run(&desk, args),
        Some(Command::ServerConfig(args)) => server_config::run(&desk, args),
        Some(Command::Templates(args)) => templates::run(&desk, args),
        Some(Command::Rehearse(args)) => rehearse::run(&desk, args),
        Some(Command::Attendance(args)) => attendance::run(&desk, args),
    }
}
