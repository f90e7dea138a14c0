//! What is said when a run has ended, or had nothing to do: the sum, how to go on, and the exit status.

use std::{collections::HashSet, time::Duration};

use jiff::{SignedDuration, Timestamp, tz::TimeZone};

use super::{
    Desk, kept_out, limits, mailing, opened::Opened, order::Planned, passes::Ending, relay, removed, unrecorded,
    unsent::list_the_others,
};
use crate::{
    attendees::{AttendeeFile, FileProblem},
    campaign::{Depth, Fate, Reason, Selection, Wanted, grouped, moment, rough_time, was_mailed},
    failure::{Failure, Status, Told},
    ledger::{LastMailing, Reader, Roster, State},
    model::{Address, Outage},
};

/// Says why there is nothing to mail.
pub(super) fn nothing_to_do(
    desk: &Desk<'_>,
    planned: &Planned,
    reader: Option<&Reader>,
    roster: &Roster,
) -> Result<Status, Failure> {
    if matches!(planned.order.selection, Selection::Round { .. }) && planned.concerned.is_empty() {
        if roster.people().iter().any(was_mailed) {
            return Err(Failure::bad_input(
                Told::new(
                    "whoever was mailed so far is in no row any more, or kept out: there is nobody to mail again",
                )
                .hint("`roomkey status` says who is kept out, and by what"),
            ));
        }
        return Err(Failure::bad_input(
            Told::new("nobody was mailed so far: there is nothing to mail again")
                .hint("`roomkey send` is the first step"),
        ));
    }
    let named = &planned.order.wanted.addresses;
    if let Some(found) = planned.survey.found.iter().find(|found| planned.survey.is_kept_out(found.number)) {
        let address = named.get(found.wanted).map(ToString::to_string).unwrap_or_default();
        return Err(Failure::bad_input(
            Told::new(format!("{address} is kept out of every mail of this event, by an earlier address of theirs"))
                .hint("`roomkey status` says by what; `roomkey suppress --list` shows who is kept out by hand"),
        ));
    }
    desk.console.say(match planned.order.selection {
        Selection::InState(State::Failed) => "nothing to send: nobody's mail has failed",
        Selection::InState(_) => "nothing to send: nobody's mail is in doubt",
        Selection::Cancel { .. } if planned.waiting() == 0 => {
            "nothing to call off: nobody concerned has an invitation that stands"
        }
        _ if planned.waiting() > 0 => "nothing to send yet: what is left has to wait",
        _ => "nothing to send: everybody concerned was mailed, or needs you first",
    });
    let due = planned.fates.iter().filter_map(|fate| match fate {
        Fate::Left(Reason::NotDue(due)) => Some(*due),
        _ => None,
    });
    if let Some(due) = due.min() {
        let wait = relay::length(due.duration_since(desk.around.now()));
        let who = planned.whom(planned.waiting());
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
///
/// Where a first pass reached everybody, its own count says all: the ledger need not be read again,
/// which takes a tenth of a large run's time, and the most memory.
pub(super) fn summary(
    desk: &Desk<'_>,
    opened: &Opened,
    mut planned: Planned,
    ending: &Ending,
    host: &str,
    time: Duration,
) -> Result<Status, Failure> {
    if reached_all(opened, &planned, ending) {
        let left_out = left_out(&planned);
        let line = sum(ending.accepted, host) + &and_left_out(left_out);
        desk.console.say(&format!("{line}, in {}", rough_time(time)));
        kept_out::say(desk, opened, &planned.survey);
        return Ok(if left_out == 0 { Status::Done } else { Status::SomeFailed });
    }
    let (reader, roster) = opened.ledger()?;
    let everybody = Wanted::default();
    let mut surveyor = opened.surveyor(&roster, &everybody, desk);
    surveyor.stamp = planned.survey.stamp.as_ref();
    let mut survey = surveyor.survey(Depth::Rows, None);
    let is_changed = matches!(survey, Err(FileProblem::Changed { .. }));
    if is_changed {
        surveyor.stamp = None;
        survey = surveyor.survey(Depth::Rows, None);
    }
    // The file may have gone meanwhile: then people are told apart by what was known before.
    if let Ok(survey) = survey {
        planned.survey.identified = survey.identified;
        removed::know(&mut planned.survey, &planned.removed);
    }
    let mut line = sum(ending.accepted, host);
    let mut earlier = String::new();
    for (states, word) in [
        (&[State::Failed][..], "refused"),
        (&[State::Deferred], "deferred"),
        (&[State::InDoubt, State::Sending], "in doubt"),
    ] {
        let (now, before) = count(&planned, &roster, states, ending);
        if now > 0 {
            line.push_str(&format!(", {} {word}", grouped(now)));
        }
        if before > 0 {
            earlier.push_str(&format!("{}{} {word}", if earlier.is_empty() { "" } else { ", " }, grouped(before)));
        }
    }
    line.push_str(&and_left_out(left_out(&planned)));
    desk.console.say(&format!("{line}, in {}", rough_time(time)));
    kept_out::say(desk, opened, &planned.survey);
    if is_changed && !ending.file_changed {
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

/// Whether every row concerned that can be mailed was mailed in one pass, and nobody's earlier mail
/// or later wish is to be told of.
fn reached_all(opened: &Opened, planned: &Planned, ending: &Ending) -> bool {
    let went = |row: &u32| match planned.fates.get(*row as usize - 1) {
        Some(Fate::Go(_)) => true,
        _ => planned.survey.unsound.contains(row),
    };
    let stamp = planned.survey.stamp.as_ref();
    ending.in_one_pass
        && mailing::ended_well(ending)
        && planned.order.to.is_none()
        && planned.concerned.iter().all(went)
        && stamp.is_some_and(|stamp| AttendeeFile::reopen(&opened.rules, stamp).is_ok())
}

fn sum(accepted: u64, host: &str) -> String {
    format!("{} accepted by {host}", grouped(accepted))
}

fn left_out(planned: &Planned) -> u64 {
    planned.concerned.iter().filter(|row| planned.survey.unsound.contains(row)).count() as u64
}

fn and_left_out(rows: u64) -> String {
    if rows == 0 { String::new() } else { format!(", {} left out", grouped(rows)) }
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
    let deferred = ending.next_due.map(|due| {
        let wait = relay::length(due.duration_since(desk.around.now()));
        format!("what is deferred can go again in {wait}")
    });
    if let Some(outage) = &ending.outage {
        let mut told = relay::outage_told(outage, host);
        let turn = reader.map_or(Ok(None), |reader| limits::next_turn(desk, opened, reader))?;
        if let Some(hint) = when_to_go_on(outage, turn, desk.around.now(), opened.press.event.window.zone(), &command) {
            told.hint = Some(hint);
        }
        desk.console.problem(&told);
        let refused =
            matches!(outage, Outage::ContentRefused(_)) && count(planned, roster, &[State::Failed], ending).0 > 0;
        desk.console.say(&if refused {
            format!("{go_on}; `roomkey resend --failed` for those refused")
        } else {
            go_on.clone()
        });
        if let Some(deferred) = &deferred {
            desk.console.say(&format!("{deferred}, with the same command"));
        }
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
    if let Some(deferred) = deferred {
        desk.console.say(&format!("{deferred}: {go_on}"));
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
    let Outage::Quota { reply, lasts } = outage else { return None };
    let (at, surely) = match (reply.code, lasts) {
        (0, _) => (turn?, ""),
        (_, Some(lasts)) => (now + *lasts, " at the latest"),
        (_, None) => (now + SignedDuration::from_hours(24), " at the latest, as most count the last 24 hours"),
    };
    let at = moment(at, zone);
    Some(format!("run `{command}` again {at}{surely}: it goes on where this one stopped"))
}

/// The command that goes on with what a run left, and what it does.
fn go_on(planned: &Planned, ending: &Ending, roster: &Roster) -> (String, &'static str) {
    let order = &planned.order;
    if order.selection != Selection::Again {
        return (order.same_again(), "goes on with the rest, and mails nobody twice");
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

/// How many are in these states by a mail of this run, or tried again in it, and how many by an earlier one.
fn count(planned: &Planned, roster: &Roster, states: &[State], ending: &Ending) -> (u64, u64) {
    let is_ours = |last: &LastMailing| {
        Some(last.campaign) == ending.campaign || ending.began.is_some_and(|began| last.last_attempt >= began)
    };
    let found = standings(planned, roster).filter(|standing| states.contains(&state_for(planned, standing)));
    // One mail about several sessions is one.
    let mut mails = HashSet::new();
    let found = found.filter(|standing| standing.shared_mail().is_none_or(|mail| mails.insert(mail)));
    let (now, before): (Vec<_>, Vec<_>) = found.partition(|standing| is_ours(&standing.last));
    (now.len() as u64, before.len() as u64)
}

/// A person's state as an order sees it: to `send`, who was mailed once is mailed; to a mail again,
/// what became of it counts.
pub(super) fn state_for(planned: &Planned, standing: &crate::ledger::Standing) -> State {
    if planned.order.selection == Selection::Send { standing.state } else { standing.last.state }
}

pub(super) fn standings<'a>(
    planned: &'a Planned,
    roster: &'a Roster,
) -> impl Iterator<Item = &'a crate::ledger::Standing> {
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
