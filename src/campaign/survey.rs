//! Every row of the attendee file, looked at once: what is sound, what is wrong, who is who.
//!
//! Of each row twelve octets are kept. The same walk is done again by each pass, so that what is
//! sent is what was checked.

mod domains;
mod mails;
mod rows;
mod sum;
mod take;

use std::{
    collections::{BTreeMap, HashSet},
    sync::Arc,
    thread,
};

use jiff::Timestamp;

use self::mails::{ToTry, Tried};
pub use self::{
    domains::{Domains, OfDomain},
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
    attendees::{AttendeeFile, Begun, Columns, Crowd, FileProblem, FileStamp, Problem, Rules, Suppressed, Unsound},
    failure::Told,
    invitation::Occasion,
    ledger::{Roster, TermsId},
    message::lint::Finding,
    model::{Address, CalendarStyle, SessionKey},
};

/// Findings and changes kept to be shown; the rest is counted.
const SHOWN: usize = 1000;
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
    /// How many rows there are in the files: fewer than invitations, where rows name several sessions.
    pub records: u64,
    begun: Begun,
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
    /// Which columns mean what, in each file.
    pub columns: Vec<Columns>,
    /// What was assumed of the files, in words.
    pub assumed: Vec<String>,
    /// Values that rows are to be kept or left out by, and no row has.
    pub unmet: Vec<Told>,
    /// Rows that are left out though nothing is wrong with them: by why, in words, and whether their exporter's word is
    /// the reason.
    pub left_out: BTreeMap<(bool, String), u64>,
    /// How many people of the file are kept out of every mail, by the number of the list that names them.
    pub kept_out: BTreeMap<u16, u64>,
    /// To which domains mails go.
    pub domains: Domains,
    /// So many problems are kept.
    most_faults: usize,
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
    /// Who is to get no mail at all.
    pub suppressed: &'a Suppressed,
    /// So many problems are kept to be shown; the rest is counted.
    pub most_faults: usize,
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
        let mut survey = Survey {
            stamp: Some(file.stamp()),
            columns: file.columns().cloned().collect(),
            most_faults: self.most_faults,
            ..Survey::default()
        };
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
        // Nobody has to decide about whoever is mailed nothing.
        let mut strangers = std::mem::take(&mut survey.identified.strangers);
        strangers.retain(|stranger| !survey.is_kept_out(stranger.row));
        survey.identified.strangers = strangers;
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
        for row in file.by_ref() {
            match row {
                Ok(attendee) => {
                    let mails = mails.as_deref_mut().filter(|_| self.is_to_be_tried(&attendee, depth));
                    self.sound(survey, &mut crowd, identities, attendee, mails);
                }
                Err(Unsound::Row(row)) => self.unsound(survey, identities, &row),
                Err(Unsound::LeftOut(row)) => survey.leave_out(&row),
                Err(Unsound::File(problem @ FileProblem::Changed { .. })) => return Err(problem),
                // Whoever cannot be read any more can be told that it is off all the same.
                Err(Unsound::File(_)) if self.is_for_removed() => {}
                Err(Unsound::File(problem)) => {
                    let told = problem.listed().into_iter().map(|(what, hint)| Told::new(what).maybe_hint(hint));
                    survey.broken = told.collect();
                }
            }
        }
        survey.assumed = file.assumed().map(str::to_owned).collect();
        survey.unmet = file.unmet(self.rules).into_iter().map(|(what, hint)| Told::new(what).hint(hint)).collect();
        while let Some(tried) = mails.as_mut().and_then(|mails| mails.finish()) {
            self.enter(survey, tried);
        }
        Ok(())
    }

    fn is_for_removed(&self) -> bool {
        self.occasion == Occasion::Cancel && !self.roster.is_empty()
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
