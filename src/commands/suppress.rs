//! `roomkey suppress`: people who are to get no mail of this event any more.
//!
//! It needs neither the attendee file nor words, secrets or a mail server: whoever asks for no mails gets none also
//! while something else is to be mended.

use super::{
    Desk, kept_out,
    opened::{Opened, SecretNeed, ledger_failure, load_settings},
    who::wanted,
};
use crate::{
    campaign::{Depth, Wanted, words},
    cli::Suppress,
    console::shell_word,
    failure::{Failure, Status, Told},
    ledger::{LedgerFolder, LedgerProblem, RunLock, Suppression},
    model::Address,
    settings::Settings,
};

pub(super) fn run(desk: &Desk<'_>, args: &Suppress) -> Result<Status, Failure> {
    let settings = load_settings(desk)?;
    if args.list {
        return list(desk, &settings);
    }
    if !args.remove.is_empty() {
        return remove(desk, &settings, &wanted(&args.remove, None, None)?.addresses);
    }
    let wanted = wanted(&args.emails, None, None)?;
    let folder = LedgerFolder::prepare(&settings.folder).map_err(failed)?;
    let mut list = Suppression::lock(&folder, &settings.event.id).map_err(failed)?;
    let (known, new): (Vec<_>, Vec<_>) = wanted.addresses.iter().cloned().partition(|address| list.holds(address));
    list.addresses.extend(new.iter().cloned());
    if !new.is_empty() {
        list.save().map_err(failed)?;
    }
    drop(list);
    let event = Look::at_event(desk, &wanted);
    for address in &wanted.addresses {
        desk.console.result_shown(&told(address, known.contains(address), event.as_ref()));
    }
    if let Some(live) = RunLock::probe(&folder, &settings.event.id) {
        let whose = live.note.map_or("a run".to_owned(), |note| format!("`{}`", note.command));
        desk.console.warn(&Told::new(format!(
            "{whose} is on this moment: a mail that it began before may still go; it reads the list before its next pass"
        )));
    }
    Ok(Status::Done)
}

#[expect(clippy::needless_pass_by_value, reason = "as `map_err` gives it")]
fn failed(problem: LedgerProblem) -> Failure {
    ledger_failure(&problem)
}

/// What is known of the people, where event and attendee file can be read.
struct Look {
    file: String,
    /// Of each address: the name in the file, and whether they hold a mail.
    people: Vec<(Address, Option<String>, bool)>,
}

impl Look {
    fn at_event(desk: &Desk<'_>, wanted: &Wanted) -> Option<Self> {
        let opened = Opened::open(desk, SecretNeed::OrThrowAway).ok()?;
        let roster = opened.roster().ok()?;
        let survey = opened.surveyor(&roster, wanted, desk).survey(Depth::Rows, None).ok()?;
        let person = |(index, address): (usize, &Address)| {
            let found = survey.found.iter().filter(|found| found.wanted == index);
            let name = found.filter_map(|found| found.attendee.as_ref()).map(|one| one.name.clone()).next();
            let holds = roster.by_address(address).any(|standing| standing.ever_sent);
            (address.clone(), name, holds)
        };
        let people = wanted.addresses.iter().enumerate().map(person).collect();
        Some(Self { file: opened.rules.shown_as.to_string(), people })
    }
}

/// `ada@example.org (Ada Lovelace) gets no mail of this event any more. …`
fn told(address: &Address, is_known: bool, event: Option<&Look>) -> String {
    let person = event.and_then(|event| event.people.iter().find(|(known, ..)| known == address));
    let name = person.and_then(|(_, name, _)| name.as_ref()).map_or(String::new(), |name| format!(" ({name})"));
    let mut told = if is_known {
        format!("{address}{name} was kept out already.")
    } else {
        format!("{address}{name} gets no mail of this event any more.")
    };
    match (person, event) {
        (Some((_, _, true)), _) => {
            told.push_str(
                " They were mailed before: that link works on, and they are not told if the event is called off.",
            );
        }
        (Some((_, None, false)), Some(event)) => {
            told.push_str(&format!(" Nobody in {} has this address now; it is kept out all the same.", event.file));
        }
        _ => {}
    }
    told
}

fn list(desk: &Desk<'_>, settings: &Settings) -> Result<Status, Failure> {
    let list = read(settings)?;
    let addresses = list.iter().flat_map(|list| &list.addresses);
    let count = addresses.clone().count() as u64;
    for address in addresses {
        desk.console.result_shown(address.as_str());
    }
    desk.console.say(&format!("{} kept out this way", words::counted(count, "address is", "addresses are")));
    if !settings.attendees.suppress.is_empty() {
        let files: Vec<_> = settings.attendees.suppress.iter().map(|(_, name)| name.as_str()).collect();
        desk.console.say(&format!("the addresses in {} are kept out as well", files.join(", ")));
    }
    Ok(Status::Done)
}

fn read(settings: &Settings) -> Result<Option<Suppression>, Failure> {
    let Some(folder) = LedgerFolder::find(&settings.folder).map_err(failed)? else { return Ok(None) };
    Suppression::read(&folder, &settings.event.id).map(Some).map_err(failed)
}

/// Takes them off the list, all or none.
fn remove(desk: &Desk<'_>, settings: &Settings, addresses: &[Address]) -> Result<Status, Failure> {
    let known = read(settings)?;
    let is_known = |address: &Address| known.as_ref().is_some_and(|list| list.holds(address));
    let unknown = |address: &&Address| !is_known(address);
    let problems: Vec<Told> = addresses
        .iter()
        .filter(unknown)
        .map(|address| {
            let told = Told::new(format!("{address} is not kept out by {}; nothing was changed", kept_out::BY_HAND));
            told.hint(match &settings.attendees.suppress[..] {
                [] => "`roomkey suppress --list` shows who is".to_owned(),
                files => {
                    let files: Vec<_> = files.iter().map(|(_, name)| name.as_str()).collect();
                    format!(
                        "`roomkey suppress --list` shows who is; if it stands in {}, take it out there",
                        files.join(", ")
                    )
                }
            })
        })
        .collect();
    if !problems.is_empty() {
        return Err(Failure { status: Status::BadInput, problems });
    }
    let folder = LedgerFolder::prepare(&settings.folder).map_err(failed)?;
    let mut list = Suppression::lock(&folder, &settings.event.id).map_err(failed)?;
    list.addresses.retain(|known| addresses.iter().all(|address| address.folded() != known.folded()));
    list.save().map_err(failed)?;
    drop(list);
    let opened = Opened::open(desk, SecretNeed::OrThrowAway).ok();
    for address in addresses {
        let still = opened.as_ref().and_then(|opened| Some((opened, opened.suppressed.by(address)?)));
        desk.console.result_shown(&match still {
            Some((opened, list)) => {
                format!("{address} is off this list, and still kept out by {}.", opened.suppressed.source(list))
            }
            None => format!(
                "{address} may be mailed again: the next `roomkey send` does, if they were not mailed before; \
                 else `roomkey resend {}`.",
                shell_word(address.as_str())
            ),
        });
    }
    Ok(Status::Done)
}
