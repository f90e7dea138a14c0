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
/// How the command begins that calls one session off.
const SESSION: &str = "roomkey cancel --session ";

/// Whether a command calls the event off for everybody, or one of its sessions.
pub(super) fn is_of_all(command: &str) -> bool {
    command.starts_with(ALL) || command.starts_with(SESSION)
}

pub(super) fn run(desk: &Desk<'_>, args: &Cancel) -> Result<Status, Failure> {
    resend::refuse_an_empty_note(args.note.as_deref())?;
    let opened = Opened::open(desk, SecretNeed::OrThrowAway)?;
    let wanted = wanted(&args.emails, args.name.as_deref(), args.session.as_deref())?;
    let concerned = wanted.clone();
    let of_session = args.session.as_ref().map(|key| format!("{SESSION}{key} --all"));
    let command = match &of_session {
        _ if !args.all => "roomkey cancel EMAIL",
        Some(of_session) => of_session,
        None => ALL,
    };
    let session = args.session.clone().filter(|_| !args.all);
    let order = Order {
        kind: CampaignKind::Cancel,
        command: with_flags(
            command,
            &[("--note", &args.note), ("--name", &args.name), ("--session", &session)],
            &args.going,
        ),
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
    if let Some(closes) = invited::last_close(&opened, &concerned)?.filter(|closes| *closes > now) {
        let until = words::moment(closes, opened.press.event.window.zone());
        desk.console
            .warn(&Told::new(format!("a mail calls no link back: those that people have work until {until}")).hint(
            "to keep everybody out, change the secret of the Jitsi server, or hold the next meeting in another room",
        ));
    }
    Ok(status)
}
