//! `roomkey send`.

use super::{
    Desk, mailing,
    opened::{Opened, SecretNeed},
    order::{Order, with_flags},
    preview, test_mail,
    who::wanted,
};
use crate::{
    campaign::Selection,
    cli::Send,
    console::shell_word,
    failure::{Failure, Status},
    ledger::CampaignKind,
};

pub(super) fn run(desk: &Desk<'_>, args: &Send) -> Result<Status, Failure> {
    let opened = Opened::open(desk, SecretNeed::Required)?;
    let order = Order {
        kind: CampaignKind::Send,
        command: command(args),
        selection: if args.going.dry_run || args.to.is_some() { Selection::Everybody } else { Selection::Send },
        wanted: wanted(&args.only, args.name.as_deref(), args.session.as_deref())?,
        limit: args.limit,
        to: None,
        note: None,
        yes: args.going.yes,
        skip_invalid: args.going.skip_invalid,
        accept_change: args.accept_change,
        wait: !args.going.no_wait,
        again: false,
    };
    match &args.to {
        Some(to) => test_mail::run(desk, &opened, order, to),
        None if args.going.dry_run => preview::run(desk, &opened, order, &args.going),
        None => mailing::carry_out(desk, &opened, order, None),
    }
}

/// The way to go on: for whom, and how, it was said.
fn command(args: &Send) -> String {
    let mut command = "roomkey send".to_owned();
    for only in &args.only {
        command.push_str(&format!(" --only {}", shell_word(only)));
    }
    with_flags(&command, &[("--name", &args.name), ("--session", &args.session)], &args.going)
}
