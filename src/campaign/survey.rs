//! Every row of the attendee file, looked at once: what is sound, what is wrong, who is who.
//!
//! Of each row twelve octets are kept. The same walk is done again by each pass, so that what is
//! sent is what was checked.

mod mails;
mod rows;
mod sum;

use std::{collections::HashSet, sync::Arc, thread};

use jiff::Timestamp;

use self::mails::{ToTry, Tried};
pub use self::{
    mails::Largest,
    rows::{Changed, Found, RowFault, RowKind, RowNote},
};
use super::{
    identity::{Identified, Identities},
    in_order::InOrder,
    mail_problem::TemplateProblems,
    parties::Parties,
    press::Press,
    sums::{Counts, Samples},
};
use crate::{
    attendees::{Admission, AttendeeFile, Crowd, FileProblem, FileStamp, Problem, RowProblems, Rules, Unsound},
    failure::Told,
    invitation::Occasion,
    ledger::{Roster, TermsId},
    message::lint::Finding,
    model::{Address, Attendee, CalendarStyle, SessionKey},
};

/// Problems kept to be shown; the rest is counted.
const SHOWN_PROBLEMS: usize = 1000;
/// Rows kept to be named in a warning; the rest is counted.
const SHOWN_ROWS: usize = 20;

/// How closely rows are looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Depth {
    /// The rows alone.
    Rows,
    /// Each row's mail is made as well.
    Mails,
    /// The mails of those rows are made for which they could come to something else than for others.
    UnlikeOthers,
}

/// People a command names.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// Their addresses; none means everybody.
    pub addresses: Vec<Address>,
    /// Of several behind one address, this one.
    pub name: Option<String>,
    /// This session alone, also where nobody is named.
    pub session: Option<SessionKey>,
}

/// The sum of a file.
#[derive(Debug, Default)]
pub struct Survey {
    /// Every row, in file order; row `n` is at `n - 1`.
    pub rows: Vec<RowNote>,
    /// What is wrong, in file order, as far as it is shown.
    pub faults: Vec<RowFault>,
    /// Why the file ends early, or what a template does wrong for all; nobody is mailed then, whatever is left out.
    pub broken: Vec<Told>,
    /// How many problems there are in all.
    pub problems: u64,
    /// What a row's mail has that not all have: the finding, the first row, and how many more there are.
    pub(super) of_rows: Vec<(Finding, String, u64)>,
    /// What templates do wrong.
    of_templates: TemplateProblems,
    /// How many rows there are in the file: fewer than invitations, where rows name several sessions.
    pub records: u64,
    /// Rows with problems.
    pub unsound: HashSet<u32>,
    /// Who is who.
    pub identified: Identified,
    /// Addresses that a command named for a session, as far as rows have them in others; folded.
    pub in_other_sessions: HashSet<String>,
    /// Rows with the addresses a command named.
    pub found: Vec<Found>,
    /// Rows that repeat another one, in words, as far as they are shown.
    duplicates: Vec<String>,
    /// How many repeat another one in all.
    duplicate_rows: u64,
    /// Rows that were mailed something else than the file says now, though the event is the same.
    pub changed: Vec<Changed>,
    /// The first sound row, the first moderator, and the most unusual one.
    pub samples: Samples,
    /// How many of each language, zone and kind.
    pub counts: Counts,
    /// The sessions that rows name.
    sessions: Vec<SessionKey>,
    /// Who is invited to several sessions.
    pub parties: Arc<Parties>,
    /// The largest mail, where any was tried.
    pub largest: Option<Largest>,
    /// The longest link of those mails, in octets.
    pub longest_link: Option<Largest>,
    /// Whether the file is still the one that was read.
    pub stamp: Option<FileStamp>,
}

/// What a survey is made with.
#[derive(Debug)]
pub struct Surveyor<'a> {
    /// How the file is read.
    pub rules: &'a Rules,
    /// Makes mails, where the [`Depth`] asks for them.
    pub press: &'a Press,
    /// Who was mailed.
    pub roster: &'a Roster,
    /// The ledger's numbers for the event's values now, or those of its sessions, where it knows them.
    pub terms: HashSet<TermsId>,
    /// Whether somebody in several sessions gets one mail for them.
    pub together: bool,
    /// Whom the command names.
    pub wanted: &'a Wanted,
    /// The file that was checked, in later passes.
    pub stamp: Option<&'a FileStamp>,
    /// The time.
    pub now: Timestamp,
    /// What the mails are sent for.
    pub occasion: Occasion,
    /// What kind of calendar entry they carry.
    pub calendar: CalendarStyle,
}

impl Surveyor<'_> {
    /// Walks through the file.
    ///
    /// # Errors
    /// Where the file cannot be read at all, or not to its end.
    pub fn survey(&self, depth: Depth, note: Option<&str>) -> Result<Survey, FileProblem> {
        let file = match self.stamp {
            Some(stamp) => AttendeeFile::reopen(self.rules, stamp),
            None => AttendeeFile::open(self.rules),
        };
        let mut file = match file {
            Err(problem) if self.is_for_removed() && !matches!(problem, FileProblem::Changed { .. }) => {
                return Ok(Survey::default());
            }
            other => other?,
        };
        let mut survey = Survey { stamp: Some(file.stamp().clone()), ..Survey::default() };
        let mut identities = Identities::default();
        thread::scope(|scope| {
            let mut mails = (depth != Depth::Rows).then(|| InOrder::start(scope, |row| self.try_row(row, depth, note)));
            self.walk(&mut survey, &mut identities, &mut file, depth, mails.as_mut())
        })?;
        Arc::make_mut(&mut survey.parties).sort();
        if self.together && depth != Depth::Rows && self.occasion == Occasion::Invite {
            self.try_parties(&mut survey, note)?;
        }
        survey.faults.sort_by_key(|fault| fault.number);
        survey.found.sort_by_key(|found| found.number);
        survey.broken.extend(std::mem::take(&mut survey.of_templates).told());
        survey.problems += survey.broken.len() as u64;
        survey.identified = identities.decide(self.roster);
        let known = &survey.identified.known;
        survey.changed.retain(|changed| known.get(&changed.number) == Some(&changed.person));
        Ok(survey)
    }

    fn walk(
        &self,
        survey: &mut Survey,
        identities: &mut Identities,
        file: &mut AttendeeFile,
        depth: Depth,
        mut mails: Option<&mut InOrder<ToTry, Tried>>,
    ) -> Result<(), FileProblem> {
        let mut crowd = Crowd::new(self.rules);
        for row in file {
            match row {
                Ok(attendee) => {
                    let mails = mails.as_deref_mut().filter(|_| self.is_to_be_tried(&attendee, depth));
                    self.sound(survey, &mut crowd, identities, attendee, mails);
                }
                Err(Unsound::Row(row)) => self.unsound(survey, identities, &row),
                Err(Unsound::File(problem @ FileProblem::Changed { .. })) => return Err(problem),
                // Whoever cannot be read any more can be told that it is off all the same.
                Err(Unsound::File(_)) if self.is_for_removed() => {}
                Err(Unsound::File(problem)) => {
                    let told = problem.listed().into_iter().map(|(what, hint)| Told::new(what).maybe_hint(hint));
                    survey.broken = told.collect();
                }
            }
        }
        while let Some(tried) = mails.as_mut().and_then(|mails| mails.finish()) {
            self.enter(survey, tried);
        }
        Ok(())
    }

    fn is_for_removed(&self) -> bool {
        self.occasion == Occasion::Cancel && !self.roster.is_empty()
    }

    fn sound(
        &self,
        survey: &mut Survey,
        crowd: &mut Crowd,
        identities: &mut Identities,
        attendee: Attendee,
        mails: Option<&mut InOrder<ToTry, Tried>>,
    ) {
        let (line, number) = (short(attendee.locator.line), attendee.number);
        survey.note_record(line);
        let over = attendee.window.is_over(self.now);
        let mut is_first = true;
        let kind = match crowd.admit(&attendee) {
            Admission::New => RowKind::Sound,
            Admission::AnotherSession { first } => {
                is_first = false;
                Arc::make_mut(&mut survey.parties).add(first, &attendee);
                RowKind::Sound
            }
            Admission::DuplicateOf(first) => {
                survey.duplicate_rows += 1;
                if survey.duplicates.len() < SHOWN_ROWS {
                    let (at, email) = (&attendee.locator, &attendee.email);
                    survey.duplicates.push(format!("{at}: repeats line {first} ({email}): mailed once"));
                }
                RowKind::Duplicate(short(first))
            }
            Admission::Problem(problem) => {
                survey.fault(number, told(&problem), who(attendee.email.as_str(), &attendee.name));
                RowKind::Unsound
            }
        };
        let session = survey.note_session(attendee.key.session());
        survey.rows.push(RowNote { line, kind, over, session });
        if kind == RowKind::Unsound {
            identities.add_unsound(&attendee.email, &attendee.name, self.roster);
        }
        if kind == RowKind::Sound {
            identities.add(&attendee, self.roster);
            survey.counts.add(&attendee, is_first);
            survey.samples.offer(&attendee, self.press.event.language.as_str());
        }
        if kind == RowKind::Unsound
            && let Some(wanted) = self.wanted_index(&attendee.email, &attendee.name)
        {
            survey.found.push(Found { number, wanted, attendee: None });
        }
        match (kind, mails) {
            (RowKind::Sound, Some(mails)) => {
                mails.give(attendee);
                while let Some(tried) = mails.ready() {
                    self.enter(survey, tried);
                }
            }
            (RowKind::Sound, None) => self.keep_if_wanted(survey, attendee),
            _ => {}
        }
    }

    /// Keeps a row whose address the command named.
    fn keep_if_wanted(&self, survey: &mut Survey, attendee: Attendee) {
        let is_in = self.wanted.session.as_ref().is_none_or(|session| attendee.key.session() == Some(session));
        let Some(wanted) = self.wanted_index(&attendee.email, &attendee.name) else { return };
        if is_in {
            survey.found.push(Found { number: attendee.number, wanted, attendee: Some(attendee) });
        } else {
            survey.in_other_sessions.insert(attendee.email.folded());
        }
    }

    fn unsound(&self, survey: &mut Survey, identities: &mut Identities, row: &RowProblems) {
        if let Some(address) = &row.address {
            identities.add_unsound(address, &row.name, self.roster);
        }
        let wanted = row.address.as_ref().and_then(|address| self.wanted_index(address, &row.name));
        survey.note_record(short(row.at.line));
        survey.rows.push(RowNote { line: short(row.at.line), kind: RowKind::Unsound, over: false, session: 0 });
        let who = who(&row.email, &row.name);
        for problem in &row.problems {
            survey.fault(row.number, told(problem), who.clone());
        }
        if let Some(wanted) = wanted {
            survey.found.push(Found { number: row.number, wanted, attendee: None });
        }
    }

    fn wanted_index(&self, address: &Address, name: &str) -> Option<usize> {
        if self.wanted.name.as_deref().is_some_and(|wanted| !wanted.eq_ignore_ascii_case(name)) {
            return None;
        }
        let folded = address.folded();
        self.wanted.addresses.iter().position(|wanted| wanted.folded() == folded)
    }
}

fn told(problem: &Problem) -> Told {
    Told::new(problem.to_string()).maybe_hint(problem.hint.clone())
}

fn who(email: &str, name: &str) -> String {
    match (email.is_empty(), name.is_empty()) {
        (false, _) => email.to_owned(),
        (true, false) => name.to_owned(),
        (true, true) => "a row without name and address".to_owned(),
    }
}

fn short(line: u64) -> u32 {
    u32::try_from(line).unwrap_or(u32::MAX)
}
