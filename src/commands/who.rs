//! Whom an order means: people unknown, several behind one address, never mailed, or not to be told
//! from somebody else without a choice of the organiser's.

use std::collections::HashSet;

use super::order::{Order, Planned};
use crate::{
    campaign::{Fate, Found, Reason, Selection, Stranger, Survey, Wanted},
    console::{Console, shell_word},
    failure::{Failure, Status, Told},
    ledger::{Roster, Standing},
    model::{Address, Event, SessionKey},
};

/// Rows named in a list; the rest is counted.
const NAMED: usize = 20;

/// Reads the addresses that a command names.
pub(super) fn wanted(emails: &[String], name: Option<&str>, session: Option<&str>) -> Result<Wanted, Failure> {
    let mut addresses = Vec::new();
    let mut problems = Vec::new();
    for email in emails {
        match Address::parse(email) {
            // Named twice is meant once.
            Ok(address) if addresses.iter().any(|known: &Address| known.folded() == address.folded()) => {}
            Ok(address) => addresses.push(address),
            Err(problem) => problems.push(Told::new(problem.to_string()).hint(problem.hint())),
        }
    }
    let session = session.and_then(|key| {
        let hint = "sessions are named by their keys in event.toml, like --session morning";
        SessionKey::parse(&key.trim().to_lowercase())
            .map_err(|problem| problems.push(Told::new(problem.to_string()).hint(hint)))
            .ok()
    });
    if problems.is_empty() {
        Ok(Wanted { addresses, name: name.map(str::to_owned), session })
    } else {
        Err(Failure { status: Status::BadInput, problems })
    }
}

/// Stops where a session is named that event.toml does not have; nor the ledger, where that is to know it.
pub(super) fn refuse_an_unknown_session(
    event: &Event,
    wanted: &Wanted,
    roster: Option<&Roster>,
) -> Result<(), Failure> {
    let was_mailed = |key: &SessionKey| {
        roster.is_some_and(|roster| roster.people().iter().any(|one| one.session().as_ref() == Some(key)))
    };
    let is_known = |key: &SessionKey| event.session(key).is_some() || was_mailed(key);
    let Some(unknown) = wanted.session.as_ref().filter(|key| !is_known(key)) else { return Ok(()) };
    let keys: Vec<_> = event.sessions.iter().map(|session| session.key.as_str()).collect();
    let hint =
        if keys.is_empty() { "it has no sessions".to_owned() } else { format!("its sessions are {}", keys.join(", ")) };
    refuse(vec![Told::new(format!("event.toml has no session `{unknown}`")).hint(hint)])
}

/// Addresses that were mailed under another key than their row has, as far as the order means them.
pub(super) fn strangers(survey: &Survey, meant: Option<&HashSet<u32>>) -> Vec<Told> {
    let is_meant = |stranger: &&Stranger| meant.is_none_or(|meant| meant.contains(&stranger.row));
    let meant: Vec<&Stranger> = survey.identified.strangers.iter().filter(is_meant).collect();
    let mut problems: Vec<Told> = meant.iter().take(NAMED).map(|stranger| stranger_told(survey, stranger)).collect();
    if meant.len() > NAMED {
        problems.push(Told::new(format!("and {} more such rows", meant.len() - NAMED)));
    }
    if let Some(last) = problems.last_mut() {
        last.hint = Some(
            "the same person? Give the row its former id or name again. Somebody new at that address? \
             `roomkey send --accept-change` mails them a link of their own"
                .into(),
        );
    }
    problems
}

fn stranger_told(survey: &Survey, stranger: &Stranger) -> Told {
    let as_whom = match stranger.mailed_as.id() {
        Some(id) => format!("id {id} (\"{}\")", stranger.mailed_name),
        None => format!("\"{}\"", stranger.mailed_name),
    };
    let now = match stranger.key_of_row {
        None => "which no row is any more".to_owned(),
        Some(row) => format!("which is {} now, with another address", survey.place(row)),
    };
    Told::new(format!(
        "{}: {} (\"{}\") was mailed before as {as_whom}, {now}",
        survey.place(stranger.row),
        stranger.address,
        stranger.name
    ))
}

/// Stops where a named person is not in the file, or where one name fits several people.
pub(super) fn refuse_unknown_or_several(
    survey: &Survey,
    roster: &Roster,
    wanted: &Wanted,
    file: &str,
) -> Result<(), Failure> {
    let mut problems = Vec::new();
    for (index, address) in wanted.addresses.iter().enumerate() {
        let found: Vec<_> = survey.found.iter().filter(|found| found.wanted == index).collect();
        if found.is_empty() {
            problems.push(unknown(survey, roster, wanted, address, file));
        } else if people(&found) > 1 {
            let names: Vec<_> =
                found.iter().filter_map(|found| found.attendee.as_ref()).map(|one| shell_word(&one.name)).collect();
            problems.push(
                Told::new(format!("{address} is the address of several people: {}", names.join(", ")))
                    .hint(format!("say whom you mean: --name {}", names.first().map_or("NAME", String::as_str))),
            );
        }
    }
    refuse(problems)
}

/// How many people these rows are; one in several sessions is one.
fn people(found: &[&Found]) -> usize {
    let who = |found: &&Found| found.attendee.as_ref().map(|one| one.key.person().to_owned()).ok_or(found.number);
    found.iter().map(who).collect::<HashSet<_>>().len()
}

/// Somebody who is in no row: mistyped, taken out of the file, or known by another address now.
fn unknown(survey: &Survey, roster: &Roster, wanted: &Wanted, address: &Address, file: &str) -> Told {
    let whom = wanted.name.as_ref().map_or(String::new(), |name| format!(" with the name \"{name}\""));
    let told = Told::new(format!("{address}{whom} is not in {file}"));
    if let Some(session) = wanted.session.as_ref().filter(|_| survey.in_other_sessions.contains(&address.folded())) {
        let told = Told::new(format!("{address}{whom} is in {file}, but not in the session `{session}`"));
        return told.hint("leave `--session` out to mean all of theirs");
    }
    let is_named = |standing: &&Standing| wanted.name.as_ref().is_none_or(|name| name == standing.name());
    let is_in = |standing: &&Standing| wanted.session.is_none() || standing.session() == wanted.session;
    let Some(mailed) = roster.by_address(address).filter(is_in).find(is_named) else {
        return told.hint("check the spelling; `roomkey status PART-OF-A-NAME` finds people");
    };
    let moved = survey.identified.corrected.iter().find(|(row, _)| survey.person(**row) == Some(mailed.person));
    match moved {
        Some((_, now)) => told.hint(format!("{} is there with another address: {now}", mailed.name())),
        None if mailed.ever_sent => Told::new(format!("{address}{whom} was mailed, but is no longer in {file}"))
            .hint("put the row back to mail it again; the link that was mailed works on"),
        None => told.hint("put the row back to mail it"),
    }
}

/// Stops where somebody named for a mail again was never mailed, or cannot be told from somebody else.
pub(super) fn refuse_never_mailed(survey: &Survey, order: &Order, fates: &[Fate]) -> Result<(), Failure> {
    let is_cancelling = match order.selection {
        Selection::Again => false,
        Selection::Cancel { .. } if !order.wanted.addresses.is_empty() => true,
        _ => return Ok(()),
    };
    let is_never = |row: u32| matches!(fates.get(row as usize - 1), Some(Fate::Left(Reason::NeverMailed)));
    let never: HashSet<u32> = survey.found.iter().map(|found| found.number).filter(|row| is_never(*row)).collect();
    let mut problems = strangers(survey, Some(&never));
    let strange: HashSet<u32> = survey.identified.strangers.iter().map(|stranger| stranger.row).collect();
    let new = survey.found.iter().filter(|found| never.contains(&found.number) && !strange.contains(&found.number));
    for attendee in new.filter_map(|found| found.attendee.as_ref()) {
        if is_cancelling {
            let told =
                Told::new(format!("{} holds no invitation so far: there is nothing to call off", attendee.email));
            problems.push(told.hint("take the row out of the file, and nobody is mailed"));
            continue;
        }
        problems.push(
            Told::new(format!("{} was never mailed so far: there is nothing to mail again", attendee.email)).hint(
                format!(
                    "`roomkey send` mails whoever was not mailed yet; `roomkey send --only {}` just this one",
                    attendee.email
                ),
            ),
        );
    }
    refuse(problems)
}

fn refuse(problems: Vec<Told>) -> Result<(), Failure> {
    if problems.is_empty() { Ok(()) } else { Err(Failure { status: Status::BadInput, problems }) }
}

/// Lists those who were mailed at another address than the file has now: they are not mailed by themselves.
pub(super) fn warn_of_changed_addresses(console: &Console, planned: &Planned, roster: &Roster) {
    let changed: Vec<(u32, &Fate)> =
        (1..).zip(&planned.fates).filter(|(_, fate)| matches!(fate, Fate::Left(Reason::AddressChanged))).collect();
    for (row, _) in changed.iter().take(NAMED) {
        let now = planned.survey.identified.corrected.get(row);
        let standing = planned.survey.person(*row).and_then(|person| roster.by_id(person));
        if let (Some(now), Some(standing)) = (now, standing) {
            console.warn(
                &Told::new(format!("{} was mailed at {}; the file has {now} now", standing.name(), standing.address()))
                    .hint(format!("to mail the new address: `roomkey resend {now}`")),
            );
        }
    }
    if changed.len() > NAMED {
        console.warn(&Told::new(format!("and {} more with another address", changed.len() - NAMED)));
    }
}

/// Says whom a round leaves out, since it cannot tell who they are.
pub(super) fn warn_of_strangers(console: &Console, planned: &Planned) {
    if matches!(planned.order.selection, Selection::Round { .. } | Selection::InState(_)) {
        for told in strangers(&planned.survey, None) {
            console.warn(&Told { what: format!("left out: {}", told.what), hint: told.hint });
        }
    }
}
