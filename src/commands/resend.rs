//! `roomkey resend`.

use super::{
    Desk, mailing,
    opened::{Opened, SecretNeed},
    order::{Order, with_flags},
    preview,
    who::wanted,
};
use crate::{
    campaign::Selection,
    cli::Resend,
    failure::{Failure, Status, Told},
    ledger::{CampaignKind, State},
    model::{Address, forbidden_char_in_text},
};

pub(super) fn run(desk: &Desk<'_>, args: &Resend) -> Result<Status, Failure> {
    refuse_an_empty_note(args.note.as_deref())?;
    if args.to.is_some() && args.emails.len() != 1 {
        return Err(Failure::bad_input(
            Told::new("--to is for one person: several links would reach one address").hint("name one EMAIL"),
        ));
    }
    let to = args.to.as_deref().map(Address::parse).transpose().map_err(|problem| {
        Failure::bad_input(Told::new(format!("--to: {problem}")).hint("an address looks like `ada@example.org`"))
    })?;
    let opened = Opened::open(desk, SecretNeed::Required)?;
    let (selection, kind, command) = if args.all {
        (Selection::Round { done: std::collections::HashMap::new() }, CampaignKind::ResendAll, "roomkey resend --all")
    } else if args.failed {
        (Selection::InState(State::Failed), CampaignKind::Resend, "roomkey resend --failed")
    } else if args.in_doubt {
        (Selection::InState(State::InDoubt), CampaignKind::Resend, "roomkey resend --in-doubt")
    } else {
        (Selection::Again, CampaignKind::Resend, "roomkey resend EMAIL")
    };
    let order = Order {
        kind,
        command: with_flags(
            command,
            // A round is gone on with under the same note.
            &[("--note", &args.note), ("--to", &args.to), ("--name", &args.name), ("--session", &args.session)],
            &args.going,
        ),
        selection,
        wanted: wanted(&args.emails, args.name.as_deref(), args.session.as_deref())?,
        limit: None,
        to,
        note: args.note.clone(),
        yes: args.going.yes || !args.emails.is_empty(),
        skip_invalid: args.going.skip_invalid,
        accept_change: false,
        wait: !args.going.no_wait,
        again: args.again,
    };
    if args.going.dry_run {
        return preview::run(desk, &opened, order, &args.going);
    }
    mailing::carry_out(desk, &opened, order, None)
}

/// Stops where a note says nothing, or holds what nobody can see.
pub(super) fn refuse_an_empty_note(note: Option<&str>) -> Result<(), Failure> {
    match note {
        Some(note) if note.trim().is_empty() || forbidden_char_in_text(note).is_some() => Err(Failure::bad_input(
            Told::new("the note is empty, or holds a control character").hint("type it anew, in quotes"),
        )),
        _ => Ok(()),
    }
}
