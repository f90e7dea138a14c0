//! `roomkey settle`: what the organiser learnt about mails in doubt.
//!
//! All names are looked up before anything is changed.

use std::collections::BTreeSet;

use super::{
    Desk,
    opened::{Opened, SecretNeed, ledger_failure},
    who::{self, wanted},
};
use crate::{
    campaign::{Depth, Wanted},
    cli::Settle,
    failure::{Failure, Status, Told},
    ledger::{Ledger, LedgerFolder, LedgerProblem, Roster, Standing, State},
    model::{Address, PersonId},
};

pub(super) fn run(desk: &Desk<'_>, args: &Settle) -> Result<Status, Failure> {
    let wanted = wanted(&args.emails, args.name.as_deref(), args.session.as_deref())?;
    let opened = Opened::open(desk, SecretNeed::OrThrowAway)?;
    let failed = |problem: LedgerProblem| ledger_failure(&problem);
    if opened.reader()?.is_none() {
        return Err(nobody_mailed());
    }
    let folder = LedgerFolder::find(&opened.settings.folder).map_err(failed)?.ok_or_else(nobody_mailed)?;
    let now = desk.around.now();
    let lock = opened.lock(desk, &folder)?;
    // Opening puts in doubt what a cut-off run left in the air.
    let mut ledger = Ledger::open(lock).map_err(failed)?;
    let roster = ledger.roster().map_err(failed)?;
    who::refuse_an_unknown_session(&opened.press.event, &wanted, Some(&roster))?;
    let people =
        Search { ledger: &ledger, roster: &roster, rows: rows(&opened, &roster, &wanted, desk), wanted: &wanted }
            .people()?;
    ledger.settle(&people, args.arrived, now).map_err(failed)?;
    let after = ledger.roster().map_err(failed)?;
    for standing in people.iter().filter_map(|person| after.by_id(*person)) {
        desk.console.result_shown(&done(standing, args.arrived));
    }
    Ok(Status::Done)
}

fn nobody_mailed() -> Failure {
    let told = Told::new("nothing to settle: nobody was mailed yet for this event");
    Failure::bad_input(told.hint("`roomkey send` begins; `roomkey status` shows what became of every mail"))
}

/// Who the rows are that have the wanted addresses today: a corrected address is not yet the ledger's.
fn rows(opened: &Opened, roster: &Roster, wanted: &Wanted, desk: &Desk<'_>) -> Vec<(usize, PersonId)> {
    let Ok(survey) = opened.surveyor(roster, wanted, desk).survey(Depth::Rows, None) else { return Vec::new() };
    survey.found.iter().filter_map(|found| Some((found.wanted, survey.person(found.number)?))).collect()
}

struct Search<'a> {
    ledger: &'a Ledger,
    roster: &'a Roster,
    rows: Vec<(usize, PersonId)>,
    wanted: &'a Wanted,
}

impl Search<'_> {
    /// The people meant, each once.
    fn people(&self) -> Result<Vec<PersonId>, Failure> {
        let mut people = Vec::new();
        let mut problems = Vec::new();
        for (at, address) in self.wanted.addresses.iter().enumerate() {
            let found = self.at(at, address).map_err(|problem| ledger_failure(&problem))?;
            match self.one(at, address, &found).map_err(|problem| ledger_failure(&problem))? {
                Ok(found) => {
                    people.extend(found.into_iter().filter(|person| !people.contains(person)).collect::<Vec<_>>());
                }
                Err(told) => problems.push(told),
            }
        }
        if problems.is_empty() { Ok(people) } else { Err(Failure { status: Status::BadInput, problems }) }
    }

    /// Everybody whom an address may mean: the ledger's, the file's, or where a mail in doubt went.
    fn at(&self, at: usize, address: &Address) -> Result<Vec<&Standing>, LedgerProblem> {
        let mut found: BTreeSet<PersonId> = self.roster.by_address(address).map(|standing| standing.person).collect();
        found.extend(self.rows.iter().filter(|(wanted, _)| *wanted == at).map(|(_, person)| *person));
        let doubtful = |standing: &&Standing| standing.last.state == State::InDoubt || found.is_empty();
        let mut elsewhere = Vec::new();
        for standing in self.roster.people().iter().filter(doubtful) {
            let mailing = self.ledger.mailing(standing.last.id)?;
            if mailing.is_some_and(|mailing| mailing.address.folded() == address.folded()) {
                elsewhere.push(standing.person);
            }
        }
        found.extend(elsewhere);
        let is_in = |standing: &&Standing| self.wanted.session.is_none() || standing.session() == self.wanted.session;
        Ok(found.into_iter().filter_map(|person| self.roster.by_id(person)).filter(is_in).collect())
    }

    /// The person meant, in each session in which their mail is in doubt.
    fn one(
        &self,
        at: usize,
        address: &Address,
        found: &[&Standing],
    ) -> Result<Result<Vec<PersonId>, Told>, LedgerProblem> {
        let named: Vec<&Standing> = found.iter().copied().filter(|standing| self.is_named(at, standing)).collect();
        let mut doubtful = Vec::new();
        for standing in &named {
            if self.has_doubt(standing)? {
                doubtful.push(standing.person);
            }
        }
        let is_one_person = named.windows(2).all(|pair| pair[0].key().person() == pair[1].key().person());
        if is_one_person && !doubtful.is_empty() {
            return Ok(Ok(doubtful));
        }
        let told = match (named.as_slice(), &self.wanted.name) {
            ([], Some(name)) if !found.is_empty() => {
                Told::new(format!("{address}: nobody there is called `{name}`; nothing was changed"))
                    .hint(format!("the ledger knows {}", names(found)))
            }
            ([], _) if self.wanted.session.is_some() && self.roster.by_address(address).next().is_some() => {
                Told::new(format!("{address} was not mailed for that session; nothing was changed"))
                    .hint("`roomkey status` lists everybody, session by session")
            }
            ([], _) => Told::new(format!("{address} was never mailed for this event; nothing was changed"))
                .hint("`roomkey status` lists everybody; `roomkey status --state in_doubt` those in doubt"),
            ([standing, ..], _) if is_one_person => Told::new(format!(
                "{address} ({}) is not in doubt but {}; nothing was changed",
                standing.name(),
                standing.state.as_str().replace('_', " ")
            ))
            .hint("only mails in doubt can be settled: `roomkey status --state in_doubt` lists them"),
            (several, _) => {
                Told::new(format!("{address} means several people: {}; nothing was changed", names(several)))
                    .hint("say which one with --name \"NAME\"")
            }
        };
        Ok(Err(told))
    }

    /// Whether somebody has the wanted name: the one mailed, or the one in the file today.
    fn is_named(&self, at: usize, standing: &Standing) -> bool {
        let mailed = |name: &String| name.trim().to_lowercase() == standing.name().to_lowercase();
        self.wanted.name.as_ref().is_none_or(mailed) || self.rows.contains(&(at, standing.person))
    }

    fn has_doubt(&self, standing: &Standing) -> Result<bool, LedgerProblem> {
        let mailings = self.ledger.mailings_of(standing.person)?;
        Ok(mailings.iter().any(|mailing| mailing.state == State::InDoubt))
    }
}

fn names(people: &[&Standing]) -> String {
    let each = people
        .iter()
        .map(|one| format!("{} <{}> ({})", one.name(), one.address(), one.state.as_str().replace('_', " ")));
    each.collect::<Vec<_>>().join(", ")
}

/// What was recorded, and what comes next.
fn done(standing: &Standing, arrived: bool) -> String {
    let (address, name) = (standing.address(), standing.name());
    let session = standing.session().map_or(String::new(), |session| format!(", {session}"));
    let name = &format!("{name}{session}");
    match (arrived, standing.state) {
        (true, _) if standing.last.is_cancellation => {
            format!("{address} ({name}): the mail arrived, they know that it is off. Nothing more to do.")
        }
        (false, _) if standing.last.is_cancellation => format!(
            "{address} ({name}): the mail did not arrive, they do not know that it is off. `roomkey cancel {address}` \
             tells them."
        ),
        (true, _) => format!("{address} ({name}): the mail arrived, it counts as sent now. Nothing more to do."),
        (false, State::Pending) => {
            format!(
                "{address} ({name}): the mail did not arrive. The next `roomkey send` mails it again, if the person \
                 is still in the file."
            )
        }
        (false, State::Sent) => format!(
            "{address} ({name}): that mail did not arrive, but another one did; `roomkey send` leaves it at that. \
             To mail it once more: `roomkey resend {address}`"
        ),
        (false, state) => format!(
            "{address} ({name}): that mail did not arrive; the last one is {}. `roomkey status {address}` tells more.",
            state.as_str()
        ),
    }
}
