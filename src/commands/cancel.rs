//! `roomkey cancel`.

use super::{
    Desk, mailing,
    opened::{Opened, SecretNeed},
    order::{Order, with_flags},
    preview, resend,
    who::wanted,
};
use crate::{
    campaign::{Selection, words},
    cli::Cancel,
    failure::{Failure, Status, Told},
    ledger::CampaignKind,
};

pub(super) fn run(desk: &Desk<'_>, args: &Cancel) -> Result<Status, Failure> {
    resend::refuse_an_empty_note(args.note.as_deref())?;
    let opened = Opened::open(desk, SecretNeed::Required)?;
    let command = if args.all { "roomkey cancel --all" } else { "roomkey cancel EMAIL" };
    let order = Order {
        kind: CampaignKind::Cancel,
        command: with_flags(command, &[("--note", &args.note), ("--name", &args.name)], &args.going),
        selection: Selection::Cancel { asked: true },
        wanted: wanted(&args.emails, args.name.as_deref())?,
        limit: None,
        to: None,
        note: args.note.clone(),
        yes: args.going.yes || !args.emails.is_empty(),
        skip_invalid: args.going.skip_invalid,
        accept_change: false,
        wait: !args.going.no_wait,
        again: false,
    };
    if args.going.dry_run {
        return preview::run(desk, &opened, order, &args.going);
    }
    let status = mailing::carry_out(desk, &opened, order, None)?;
    let window = &opened.press.event.window;
    if !window.is_over(desk.around.now()) {
        let until = words::moment(window.closes(), window.zone());
        desk.console
            .warn(&Told::new(format!("a mail calls no link back: those that people have work until {until}")).hint(
            "to keep everybody out, change the secret of the Jitsi server, or hold the next meeting in another room",
        ));
    }
    Ok(status)
}
