//! `send --to`: telling samples to oneself, marked, never recorded.

use std::collections::HashSet;

use super::{
    Desk, asking, interrupt, kept_out, mailing,
    opened::Opened,
    order::Order,
    pass::{Course, pass},
    relay::{self, Way},
    report, server,
};
use crate::{
    campaign::{Fate, Journal, Making, Reason, words},
    failure::{Failure, Status, Told},
    model::{Address, Deferral, Outcome},
};

pub(super) fn run(desk: &Desk<'_>, opened: &Opened, order: Order, to: &str) -> Result<Status, Failure> {
    let to = Address::parse(to).map_err(|problem| {
        Failure::bad_input(Told::new(format!("--to: {problem}")).hint("name your own address, like `ada@example.org`"))
    })?;
    if let Some(list) = opened.suppressed.by(&to) {
        let told = kept_out::refusal(&opened.suppressed, &to, list);
        return Err(Failure { status: Status::BadInput, problems: vec![told] });
    }
    for warning in &opened.warnings {
        desk.console.warn(warning);
    }
    let (reader, roster) = opened.ledger()?;
    let chosen = !order.wanted.addresses.is_empty() || order.limit.is_some();
    let mut planned = mailing::plan(desk, opened, order, reader.as_ref(), &roster)?;
    report::warn_about_rows(desk, &planned.survey, &planned.order);
    if !chosen {
        let samples = &planned.survey.samples;
        let telling: HashSet<u32> = [&samples.plain, &samples.moderator, &samples.unusual]
            .into_iter()
            .flatten()
            .map(|one| one.number)
            // And somebody in several sessions, with all of them.
            .chain(planned.parties.several())
            .flat_map(|number| planned.parties.all_of(number))
            .collect();
        for (row, fate) in (1..).zip(&mut planned.fates) {
            if !telling.contains(&row) {
                *fate = Fate::Left(Reason::NotMeant);
            }
        }
    }
    mailing::refuse_over(desk, opened, &planned)?;
    let count = planned.to_go();
    if count == 0 {
        return Err(Failure::bad_input(Told::new("there is nobody in the file to take as a sample")));
    }
    desk.console
        .say(&format!("{} to {to}; nobody else gets anything", words::counted(count, "test mail", "test mails")));
    server::ask_before_a_run(desk, opened)?;
    asking::confirm(desk, &planned.order)?;
    let way = Way::of(desk, opened)?;
    let nonce = format!("{}-{}", desk.around.now().as_millisecond(), std::process::id());
    let composer = mailing::composer(opened, &planned, roster, Making::Test { to: to.clone(), nonce });
    let runtime = interrupt::runtime()?;
    let (ended, failures) = runtime.block_on(async {
        let interrupt = interrupt::Interrupt::listen(desk.console);
        let pass = pass(desk.console, opened, Journal::Nowhere, composer, way.mailer, Course::alone(&interrupt));
        relay::traced(way.trace, desk.console, pass).await
    });
    if let Some(failure) = ended.failure {
        return Err(Failure::of(Status::Unexpected, failure));
    }
    if let Some(outage) = &ended.outage {
        return Err(Failure::of(Status::NotNow, relay::outage_told(outage, &way.host)));
    }
    for outcome in &failures {
        let what = match outcome {
            Outcome::Refused { reply, .. } | Outcome::Deferred(Deferral::Replied { reply, .. }) => reply.to_string(),
            Outcome::Deferred(Deferral::ConnectionLost { detail, .. }) => detail.clone(),
            Outcome::InDoubt(doubt) => doubt.detail.clone(),
            Outcome::Accepted(_) => continue,
        };
        let doubt = matches!(outcome, Outcome::InDoubt(_));
        let what = if doubt {
            format!("nobody knows whether a test to {to} arrived: {what}")
        } else {
            format!("a test to {to} was not accepted: {what}")
        };
        desk.console.problem(&Told::new(what));
    }
    desk.console.say(&format!("{} of {count} accepted by {}", ended.tally.accepted, way.host));
    let in_doubt = failures.iter().any(|outcome| matches!(outcome, Outcome::InDoubt(_)));
    Ok(match (ended.tally.accepted == count, in_doubt) {
        (true, _) => Status::Done,
        (false, true) => Status::SomeInDoubt,
        (false, false) => Status::SomeFailed,
    })
}
