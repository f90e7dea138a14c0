//! `roomkey cancel`.

use super::{
    Desk, invited, mailing,
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

/// The command that calls the whole event off; the ledger knows it by this name.
pub(super) const ALL: &str = "roomkey cancel --all";

pub(super) fn run(desk: &Desk<'_>, args: &Cancel) -> Result<Status, Failure> {
    resend::refuse_an_empty_note(args.note.as_deref())?;
    let opened = Opened::open(desk, SecretNeed::OrThrowAway)?;
    let wanted = wanted(&args.emails, args.name.as_deref())?;
    let emails = wanted.addresses.clone();
    let command = if args.all { ALL } else { "roomkey cancel EMAIL" };
    let order = Order {
        kind: CampaignKind::Cancel,
        command: with_flags(command, &[("--note", &args.note), ("--name", &args.name)], &args.going),
        selection: Selection::Cancel { asked: true },
        wanted,
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
    let now = desk.around.now();
    if let Some(closes) = invited::last_close(&opened, &emails)?.filter(|closes| *closes > now) {
        let until = words::moment(closes, opened.press.event.window.zone());
        desk.console
            .warn(&Told::new(format!("a mail calls no link back: those that people have work until {until}")).hint(
            "to keep everybody out, change the secret of the Jitsi server, or hold the next meeting in another room",
        ));
    }
    Ok(status)
}
