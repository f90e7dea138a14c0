//! Whom no mail goes to: the lists that event.toml names under `suppress`, and the one of `roomkey suppress`.
//!
//! Both are read anew before each pass of a run: whoever asks for no mails while it waits gets none.

use std::collections::{HashMap, HashSet};

use super::{
    Desk,
    opened::{Opened, files_of, ledger_failure},
    order::{Order, Planned},
};
use crate::{
    attendees::{FileProblem, Rules, SourceFile, Suppressed},
    campaign::{Continued, Fate, Invited, Reason, RowKind, Survey, grouped, words},
    console::shell_word,
    failure::{Failure, Status, Told},
    ledger::{LedgerFolder, Suppression},
    model::Address,
    settings::Settings,
};

/// What the list is called that `roomkey suppress` keeps.
pub(super) const BY_HAND: &str = "`roomkey suppress`";

/// Reads all lists; gives also what is to be said of them.
pub(super) fn read(settings: &Settings, rules: &Rules) -> Result<(Suppressed, Vec<Told>), Failure> {
    let unread = |problem: FileProblem| Failure::bad_input(unread(&problem));
    let (mut all, remarks) = Suppressed::read(&files(settings), rules).map_err(unread)?;
    add_by_hand(&mut all, settings)?;
    let told = remarks.iter().map(|remark| Told::new(remark.to_string()).maybe_hint(remark.hint.clone()));
    Ok((all, told.collect()))
}

/// Reads them as they are by now.
fn read_again(opened: &Opened) -> Result<Suppressed, Failure> {
    let settings = &opened.settings;
    let again = opened.suppressed.read_again(&files(settings), &opened.rules);
    let mut all = again.map_err(|problem| Failure::bad_input(unread(&problem)))?;
    add_by_hand(&mut all, settings)?;
    Ok(all)
}

fn add_by_hand(all: &mut Suppressed, settings: &Settings) -> Result<(), Failure> {
    let folder = LedgerFolder::find(&settings.folder).map_err(|problem| ledger_failure(&problem))?;
    let list = folder.map(|folder| Suppression::read(&folder, &settings.event.id)).transpose();
    let list = list.map_err(|problem| ledger_failure(&problem))?;
    all.add(BY_HAND, list.iter().flat_map(|list| &list.addresses));
    Ok(())
}

fn files(settings: &Settings) -> Vec<SourceFile> {
    files_of(settings, "attendees.suppress", &settings.attendees.suppress)
}

/// A list that is not read would mail those who asked for no mails.
fn unread(problem: &FileProblem) -> Told {
    let told = Told::new(problem.to_string());
    match problem {
        FileProblem::Missing { path, relative_to, .. } => told.hint(format!(
            "it was looked for at {}; `suppress` under [attendees] is relative to {relative_to}. Nobody is mailed \
             without it: it names people who are not to be mailed",
            path.display()
        )),
        FileProblem::Folder { .. } => told.hint("name the file itself: suppress = \"unsubscribed.csv\""),
        FileProblem::Damaged { .. } => told.hint("type the characters on that line anew, and save the file as UTF-8"),
        other => told.maybe_hint(other.hint()),
    }
}

/// How many people of the file get no mail, by list.
pub(super) fn in_words(suppressed: &Suppressed, survey: &Survey) -> Option<String> {
    let all: u64 = survey.kept_out.values().sum();
    let list = |(number, people): (&u16, &u64)| format!("{} {}", suppressed.source(*number), grouped(*people));
    let lists: Vec<_> = survey.kept_out.iter().filter(|(_, people)| **people > 0).map(list).collect();
    let who = words::counted(all, "person is", "people are");
    (all > 0).then(|| format!("{who} kept out: {}", lists.join(", ")))
}

/// Says how many people of the file get no mail.
pub(super) fn say(desk: &Desk<'_>, opened: &Opened, survey: &Survey) {
    if let Some(told) = in_words(&opened.suppressed, survey) {
        desk.console.say(&told);
    }
}

/// Why somebody gets no mail: `line 7: kept out: unsubscribed.csv names this address`.
pub(super) fn reason(suppressed: &Suppressed, list: u16) -> String {
    match suppressed.source(list) {
        BY_HAND => format!("kept out by {BY_HAND}"),
        file => format!("kept out: {file} names this address"),
    }
}

/// Stops where a command names somebody who is to get no mail, or would send one there.
pub(super) fn refuse_named(opened: &Opened, order: &Order) -> Result<(), Failure> {
    let named = order.wanted.addresses.iter().chain(&order.to);
    let told = |address: &Address| Some(refusal(&opened.suppressed, address, opened.suppressed.by(address)?));
    let problems: Vec<Told> = named.filter_map(told).collect();
    if problems.is_empty() { Ok(()) } else { Err(Failure { status: Status::BadInput, problems }) }
}

/// That an address gets no mail, and the way out.
pub(super) fn refusal(suppressed: &Suppressed, address: &Address, list: u16) -> Told {
    let told = Told::new(format!("{address} is kept out of every mail of this event"));
    match suppressed.source(list) {
        BY_HAND => told
            .hint(format!("to let mails go there again: `roomkey suppress --remove {}`", shell_word(address.as_str()))),
        file => told.hint(format!("to let mails go there again, take the address out of {file}")),
    }
}

/// Takes out of an order whose mail would go to an address that gets none, though the row has another one: an
/// invitation that went there, or a mail by `--to`. Gives back the rows, by list.
pub(super) fn leave_out_where_it_goes(
    suppressed: &Suppressed,
    fates: &mut [Fate],
    invited: &HashMap<u32, Invited>,
    continued: &HashMap<u32, Continued>,
) -> Vec<(u32, u16)> {
    let mut left = Vec::new();
    for (row, fate) in (1..).zip(fates).filter(|(_, fate)| matches!(fate, Fate::Go(_))) {
        let to = continued.get(&row).map_or(invited.get(&row).map(|invited| &invited.to), |one| one.to.as_ref());
        if let Some(list) = to.and_then(|to| suppressed.by(to)) {
            *fate = Fate::Left(Reason::NotMeant);
            left.push((row, list));
        }
    }
    left
}

/// What has changed in the lists since the rows were looked at, before a pass. `None` where nothing has.
pub(super) fn changed(opened: &Opened, planned: &Planned) -> Result<Option<Suppressed>, Failure> {
    let now = read_again(opened)?;
    let last = planned.suppressed.as_ref().unwrap_or(&opened.suppressed);
    Ok((!now.is_same_as(last)).then_some(now))
}

/// Takes those out of a run who have asked for no mails since it began; gives how many.
pub(super) fn take_out(planned: &mut Planned, survey: &Survey, suppressed: &Suppressed) -> u64 {
    let mut out: HashSet<u32> = HashSet::new();
    for (number, row) in (1..).zip(&survey.rows) {
        if matches!(row.kind, RowKind::KeptOut(_)) && !planned.survey.is_kept_out(number) {
            out.insert(number);
        }
    }
    let behind = planned.removed.iter().map(|one| &one.attendee);
    out.extend(behind.filter(|one| suppressed.by(&one.email).is_some()).map(|one| one.number));
    for number in &out {
        planned.survey.set_kept_out(*number);
    }
    let concerned = planned.concerned.len();
    planned.concerned.retain(|number| !out.contains(number));
    (concerned - planned.concerned.len()) as u64
}
