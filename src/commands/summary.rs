//! What is said when a run has ended, or had nothing to do: the sum, each row that was not sent, how
//! to go on, and the exit status.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp, tz::TimeZone};

use super::{
    Desk, limits,
    mailing::Planned,
    opened::{Opened, ledger_failure},
    passes::Ending,
    relay, unrecorded,
};
use crate::{
    attendees::FileProblem,
    campaign::{Depth, Fate, Reason, Selection, Wanted, grouped, moment, rough_time, words},
    console::shell_word,
    failure::{Failure, Status, Told},
    ledger::{CampaignId, Reader, Roster, State, Unrecorded},
    model::{Address, Outage},
};

/// Rows named in a list; the rest is counted.
const NAMED: usize = 20;

/// Says why there is nothing to mail.
pub(super) fn nothing_to_do(
    desk: &Desk<'_>,
    planned: &Planned,
    reader: Option<&Reader>,
    roster: &Roster,
) -> Result<Status, Failure> {
    if matches!(planned.order.selection, Selection::Round { .. }) && planned.concerned.is_empty() {
        return Err(Failure::bad_input(
            Told::new("nobody was mailed so far: there is nothing to mail again")
                .hint("`roomkey send` is the first step"),
        ));
    }
    desk.console.say(match planned.order.selection {
        Selection::InState(State::Failed) => "nothing to send: nobody's mail has failed",
        Selection::InState(_) => "nothing to send: nobody's mail is in doubt",
        _ if planned.waiting() > 0 => "nothing to send yet: what is left has to wait",
        _ => "nothing to send: everybody concerned was mailed, or needs you first",
    });
    let due = planned.fates.iter().filter_map(|fate| match fate {
        Fate::Left(Reason::NotDue(due)) => Some(*due),
        _ => None,
    });
    if let Some(due) = due.min() {
        let wait = relay::length(due.duration_since(desk.around.now()));
        let who = words::people(planned.waiting());
        desk.console.say(&format!("{who} can be tried again in {wait}: `{}` then", planned.order.command));
    }
    if planned.round.is_some() {
        desk.console.say("this round of `resend --all` has reached everybody it can; `--again` starts a new one");
    }
    let status = verdict(planned, roster);
    list_the_others(desk, planned, reader, roster, &[])?;
    Ok(status)
}

/// Says how a run ended, each failure with the way to go on.
pub(super) fn summary(
    desk: &Desk<'_>,
    opened: &Opened,
    mut planned: Planned,
    ending: &Ending,
    host: &str,
    time: Duration,
) -> Result<Status, Failure> {
    let (reader, roster) = opened.ledger()?;
    let everybody = Wanted::default();
    let mut surveyor = opened.surveyor(&roster, None, &everybody, desk);
    surveyor.stamp = planned.survey.stamp.as_ref();
    let mut survey = surveyor.survey(Depth::Rows, None);
    let is_changed = matches!(survey, Err(FileProblem::Changed { .. })) && !ending.file_changed;
    if is_changed {
        surveyor.stamp = None;
        survey = surveyor.survey(Depth::Rows, None);
    }
    // The file may have gone meanwhile: then people are told apart by what was known before.
    if let Ok(survey) = survey {
        planned.survey.identified = survey.identified;
    }
    let mut line = format!("{} accepted by {host}", grouped(ending.accepted));
    let mut earlier = String::new();
    for (states, word) in [
        (&[State::Failed][..], "refused"),
        (&[State::Deferred], "deferred"),
        (&[State::InDoubt, State::Sending], "in doubt"),
    ] {
        let (now, before) = count(&planned, &roster, states, ending.campaign);
        if now > 0 {
            line.push_str(&format!(", {} {word}", grouped(now)));
        }
        if before > 0 {
            earlier.push_str(&format!("{}{} {word}", if earlier.is_empty() { "" } else { ", " }, grouped(before)));
        }
    }
    let left_out = planned.concerned.iter().filter(|row| planned.survey.unsound.contains(row)).count() as u64;
    if left_out > 0 {
        line.push_str(&format!(", {} left out", grouped(left_out)));
    }
    desk.console.say(&format!("{line}, in {}", rough_time(time)));
    if is_changed {
        let told =
            Told::new("the attendee file changed while mails were sent: what this run says is of the file as it was");
        desk.console.warn(&told.hint("`roomkey send` looks at it anew, and mails nobody twice"));
    }
    if !earlier.is_empty() {
        desk.console.say(&format!("from earlier runs: {earlier}"));
    }
    list_the_others(desk, &planned, reader.as_ref(), &roster, &ending.unrecorded)?;
    unrecorded::tell(desk, &ending.unrecorded);
    close(desk, opened, &planned, ending, host, reader.as_ref(), &roster)
}

/// The last lines: what stopped the run, and how to go on.
fn close(
    desk: &Desk<'_>,
    opened: &Opened,
    planned: &Planned,
    ending: &Ending,
    host: &str,
    reader: Option<&Reader>,
    roster: &Roster,
) -> Result<Status, Failure> {
    let (command, does) = go_on(planned, ending, roster);
    let go_on = format!("`{command}` {does}");
    if let Some(outage) = &ending.outage {
        let mut told = relay::outage_told(outage, host);
        let turn = reader.map_or(Ok(None), |reader| limits::next_turn(desk, opened, reader))?;
        if let Some(hint) = when_to_go_on(outage, turn, desk.around.now(), opened.press.event.window.zone(), &command) {
            told.hint = Some(hint);
        }
        desk.console.problem(&told);
        let refused = matches!(outage, Outage::ContentRefused(_))
            && count(planned, roster, &[State::Failed], ending.campaign).0 > 0;
        desk.console.say(&if refused {
            format!("{go_on}; `roomkey resend --failed` for those refused")
        } else {
            go_on.clone()
        });
    }
    if let (Some(to), true) = (&planned.order.to, ending.accepted > 0) {
        desk.console.say(&format!(
            "this one mail went to {to}; correct the address in the attendee file as well, or later mails go to the old one"
        ));
    }
    if ending.file_changed {
        desk.console.say(&format!(
            "the attendee file changed while this run waited, so it stops here: `{}` goes on with the file as it is now",
            planned.order.command
        ));
    }
    if let Some(failure) = &ending.failure {
        return Err(Failure::of(Status::Unexpected, failure.clone()));
    }
    if ending.interrupted {
        desk.console.say(&format!("interrupted; {go_on}"));
        return Ok(Status::Interrupted);
    }
    if ending.outage.is_some() {
        return Ok(Status::NotNow);
    }
    if let Some(due) = ending.next_due {
        let wait = due.duration_since(desk.around.now());
        desk.console.say(&format!("what is deferred can go again in {}: {go_on}", relay::length(wait)));
    }
    Ok(verdict(planned, roster))
}

/// For a quota: when it can go on. Most relays count a day's mails over the last 24 hours.
/// `turn` is when the limits that are kept on this side, which have no reply, let the next mail go.
fn when_to_go_on(
    outage: &Outage,
    turn: Option<Timestamp>,
    now: Timestamp,
    zone: &TimeZone,
    command: &str,
) -> Option<String> {
    let Outage::Quota { reply, until } = outage else { return None };
    let known = if reply.code == 0 { Some(turn?) } else { *until };
    let at = moment(known.unwrap_or_else(|| now + SignedDuration::from_hours(24)), zone);
    let surely = if known.is_some() { "" } else { " at the latest, as most count the last 24 hours" };
    Some(format!("run `{command}` again {at}{surely}: it goes on where this one stopped"))
}

/// The command that goes on with what a run left, and what it does.
fn go_on(planned: &Planned, ending: &Ending, roster: &Roster) -> (String, &'static str) {
    let order = &planned.order;
    if order.selection != Selection::Again {
        return (order.command.clone(), "goes on with the rest, and mails nobody twice");
    }
    // Named people: those whom this run has no mail for; a mail of it that was deferred is `send`'s.
    let reached = |number| {
        let standing = planned.survey.person(number).and_then(|person| roster.by_id(person));
        standing.is_some_and(|standing| Some(standing.last.campaign) == ending.campaign)
    };
    let rest: Vec<&Address> = planned
        .survey
        .found
        .iter()
        .filter(|found| planned.concerned.contains(&found.number) && !reached(found.number))
        .filter_map(|found| found.attendee.as_ref())
        .map(|attendee| &attendee.email)
        .collect();
    if rest.is_empty() {
        return ("roomkey send".to_owned(), "goes on with what was deferred");
    }
    (order.naming(&rest), "goes on with the rest")
}

/// How many are in these states by a mail of this run, and how many by an earlier one.
fn count(planned: &Planned, roster: &Roster, states: &[State], campaign: Option<CampaignId>) -> (u64, u64) {
    let found = standings(planned, roster).filter(|standing| states.contains(&state_for(planned, standing)));
    let (now, before): (Vec<_>, Vec<_>) = found.partition(|standing| Some(standing.last.campaign) == campaign);
    (now.len() as u64, before.len() as u64)
}

/// A person's state as an order sees it: to `send`, who was mailed once is mailed; to a mail again,
/// what became of it counts.
fn state_for(planned: &Planned, standing: &crate::ledger::Standing) -> State {
    if planned.order.selection == Selection::Send { standing.state } else { standing.last.state }
}

fn standings<'a>(planned: &'a Planned, roster: &'a Roster) -> impl Iterator<Item = &'a crate::ledger::Standing> {
    planned.concerned.iter().filter_map(|row| planned.survey.person(*row)).filter_map(|person| roster.by_id(person))
}

/// What the ledger says of the rows concerned.
fn verdict(planned: &Planned, roster: &Roster) -> Status {
    let doubt = |state| matches!(state, State::InDoubt | State::Sending);
    let mut worst = Status::Done;
    for row in &planned.concerned {
        let state =
            planned.survey.person(*row).and_then(|person| roster.by_id(person)).map(|s| (s.state, s.last.state));
        let this = match state {
            Some((state, last)) if doubt(state) || doubt(last) => Status::SomeInDoubt,
            Some((State::Sent, State::Sent)) => Status::Done,
            // A mail again that failed leaves the first one standing, and still needs somebody.
            Some((State::Sent, _)) if matches!(planned.order.selection, Selection::Send) => Status::Done,
            _ => Status::SomeFailed,
        };
        worst = worst.max(this);
    }
    worst
}

/// How a person is named on a command line: by address, and by name where several share it.
fn whom(roster: &Roster, standing: &crate::ledger::Standing) -> String {
    let email = shell_word(standing.address());
    let shared = Address::parse(standing.address()).is_ok_and(|address| roster.by_address(&address).nth(1).is_some());
    if shared { format!("{email} --name {}", shell_word(standing.name())) } else { email }
}

/// Whether a refusal speaks of the address, as far as its enhanced code tells (RFC 3463 §3.2, §3.3).
fn blames_the_address(reply: &str) -> bool {
    let code = reply.split_whitespace().find(|word| word.starts_with("5.") && word.matches('.').count() == 2);
    code.is_none_or(|code| code.starts_with("5.1.") || code.starts_with("5.2."))
}

/// Lists the rows that were not sent, with reason and command.
fn list_the_others(
    desk: &Desk<'_>,
    planned: &Planned,
    reader: Option<&Reader>,
    roster: &Roster,
    told_apart: &[Unrecorded],
) -> Result<(), Failure> {
    let Some(reader) = reader else { return Ok(()) };
    let mut listed = 0_usize;
    for standing in standings(planned, roster) {
        let state = if state_for(planned, standing) == State::Sent { State::Sent } else { standing.last.state };
        if state == State::Sent
            || told_apart.iter().any(|one| one.to.to_string().eq_ignore_ascii_case(standing.address()))
        {
            continue;
        }
        listed += 1;
        if listed > NAMED {
            continue;
        }
        let mailing = reader.mailing(standing.last.id).map_err(|problem| ledger_failure(&problem))?;
        let email = standing.address();
        let elsewhere =
            mailing.as_ref().map(|mailing| &mailing.address).filter(|to| to.folded() != email.to_lowercase());
        let reply = match (state, mailing.as_ref().and_then(|mailing| mailing.reply.clone())) {
            (State::Pending, _) => "settled as not arrived".to_owned(),
            (_, Some(reply)) => reply,
            (State::InDoubt | State::Sending, None) => "the run was cut off while it was handed over".to_owned(),
            (_, None) => "no reply".to_owned(),
        };
        let whom = whom(roster, standing);
        let resend = format!("`roomkey resend {whom}`");
        let (word, hint) = match state {
            State::Failed if elsewhere.is_some() => {
                ("refused there", format!("try another address: {resend} with --to"))
            }
            State::Failed if standing.state == State::Sent => ("refused", format!("try again: {resend}")),
            State::Failed if blames_the_address(&reply) => {
                ("refused", format!("correct the address and run `roomkey send`, or {resend}"))
            }
            State::Failed => ("refused", format!("when the cause is mended: {resend}, or `roomkey resend --failed`")),
            State::Deferred if standing.last.next_attempt.is_none() => {
                ("given up for now", "`roomkey send` tries once more".to_owned())
            }
            State::Deferred => ("deferred", "`roomkey send` tries again".to_owned()),
            State::InDoubt | State::Sending => {
                ("in doubt", format!("look whether it arrived: `roomkey settle {whom} --arrived` or `--not-arrived`"))
            }
            State::Pending | State::Sent => ("not sent", "`roomkey send`".to_owned()),
        };
        let at = elsewhere.map_or(String::new(), |to| format!(", mailed to {to}"));
        desk.console.warn(&Told::new(format!("{email}{at}: {word}: {reply}")).hint(hint));
    }
    if listed > NAMED {
        desk.console.say(&format!("and {} more: `roomkey status` lists them", grouped((listed - NAMED) as u64)));
    }
    Ok(())
}
