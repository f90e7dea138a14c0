//! `roomkey cancel`.

use super::{
    Desk, mailing,
    opened::{Opened, SecretNeed},
    order::Order,
    preview, resend,
    who::wanted,
};
use crate::{
    campaign::{Selection, words},
    cli::Cancel,
    console::shell_word,
    failure::{Failure, Status, Told},
    ledger::CampaignKind,
};

pub(super) fn run(desk: &Desk<'_>, args: &Cancel) -> Result<Status, Failure> {
    resend::refuse_an_empty_note(args.note.as_deref())?;
    let opened = Opened::open(desk, SecretNeed::Required)?;
    let order = Order {
        kind: CampaignKind::Cancel,
        command: command(args),
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

/// The way to go on.
fn command(args: &Cancel) -> String {
    let mut command = format!("roomkey cancel {}", if args.all { "--all" } else { "EMAIL" });
    for (flag, value) in [("--note", &args.note), ("--name", &args.name)] {
        if let Some(value) = value {
            command.push_str(&format!(" {flag} {}", shell_word(value)));
        }
    }
    if args.going.skip_invalid {
        command.push_str(" --skip-invalid");
    }
    command
}
