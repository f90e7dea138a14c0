//! `roomkey send`.

use super::{
    Desk,
    mailing::{self, Order},
    opened::{Opened, SecretNeed, wanted},
    preview, test_mail,
};
use crate::{
    campaign::Selection,
    cli::Send,
    failure::{Failure, Status},
    ledger::CampaignKind,
};

pub(super) fn run(desk: &Desk<'_>, args: &Send) -> Result<Status, Failure> {
    let opened = Opened::open(desk, SecretNeed::Required)?;
    let order = Order {
        kind: CampaignKind::Send,
        command: "roomkey send".into(),
        selection: if args.going.dry_run || args.to.is_some() { Selection::Everybody } else { Selection::Send },
        wanted: wanted(&args.only, args.name.as_deref())?,
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
        None if args.going.dry_run => preview::run(desk, &opened, order, args.going.out.as_deref()),
        None => mailing::carry_out(desk, &opened, order, None),
    }
}
