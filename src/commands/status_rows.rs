//! Everybody with what became of their mail: the rows of today's file and the people of the ledger, as one list.
//!
//! Each row is in exactly one state, and each person of the ledger is in the list once. A row with a
//! problem whose person was mailed before keeps the mail's state: they are not removed.

use std::collections::{HashMap, HashSet};

use super::{
    Desk, cancel,
    event_change::{self, Change},
    kept_out,
    opened::{Opened, ledger_failure},
    round,
    status_line::{Line, state_name},
    status_reason::reason,
};
use crate::{
    attendees::{AttendeeFile, FileProblem, LeftOut, RowProblems, Unsound},
    campaign::{Depth, RowKind, Survey, Wanted, removed, was_mailed},
    cli::StateName,
    failure::{Failure, Told},
    ledger::{CampaignKind, LedgerFolder, LedgerProblem, LiveRun, Reader, Roster, RunLock, Standing, State},
    model::{Address, Attendee, AttendeeKey, PersonId},
};

/// The whole list.
#[derive(Debug)]
pub(super) struct Picture {
    /// Rows in file order, then those whom no row is any more.
    pub(super) lines: Vec<Line>,
    /// The run that is on, if any.
    pub(super) live: Option<LiveRun>,
    /// What differs between event.toml and the mails that people hold.
    pub(super) change: Option<Change>,
    /// A round to all that was stopped half-way: of which command, and the one that goes on with it.
    pub(super) round: Option<(&'static str, String)>,
    /// Why the attendee file could not be read.
    pub(super) unread: Option<Told>,
    /// Problems with rows.
    pub(super) problems: u64,
    /// Rows of the file.
    pub(super) rows: u64,
    /// How many people are kept out, in words.
    pub(super) kept_out: Option<String>,
}

/// Reads file and ledger; needs neither lock nor secret.
pub(super) fn picture(opened: &Opened, desk: &Desk<'_>) -> Result<Picture, Failure> {
    let event = &opened.settings.event.id;
    let failed = |problem: LedgerProblem| ledger_failure(&problem);
    // Before the ledger: a run that ends in between has then recorded what it did.
    let folder = LedgerFolder::find(&opened.settings.folder).map_err(failed)?;
    let live = folder.and_then(|folder| RunLock::probe(&folder, event));
    let (reader, roster) = opened.ledger()?;
    let wanted = Wanted::default();
    let mut teller = Teller {
        reader: reader.as_ref(),
        roster: &roster,
        is_live: live.is_some(),
        now: desk.around.now(),
        file: &opened.rules.shown_as,
        listed: HashSet::new(),
        unread: HashSet::new(),
    };
    let surveyed = opened.surveyor(&roster, &wanted, desk).survey(Depth::Rows, None);
    let (mut change, mut round) = (None, None);
    if let Some(reader) = &reader {
        if let Ok(survey) = &surveyed {
            change = event_change::look(opened, reader, &roster, survey, None)?;
        }
        let called_off = reader.campaign_unfinished(CampaignKind::Cancel).map_err(failed)?;
        let called_off = called_off.filter(|round| cancel::is_of_all(&round.selection));
        let unfinished = if let Some(cancellation) = called_off {
            Some((cancel::ALL, cancellation.selection))
        } else {
            let round = reader.campaign_unfinished(CampaignKind::ResendAll).map_err(failed)?;
            round.map(|round| ("roomkey resend --all", round::command(&round)))
        };
        round = unfinished.filter(|_| live.is_none());
    }
    let kept_out = surveyed.as_ref().ok().and_then(|survey| kept_out::in_words(&opened.suppressed, survey));
    let listed = match surveyed {
        Ok(survey) => {
            rows(opened, &survey, &mut teller).map_err(failed)?.map(|lines| (lines, survey.problems, survey.records))
        }
        Err(problem) => Err(problem),
    };
    let (lines, problems, rows, unread) = match listed {
        Ok((mut lines, problems, rows)) => {
            lines.extend(teller.removed().map_err(failed)?);
            (lines, problems, rows, None)
        }
        Err(problem) => {
            let everybody = roster.people().iter().map(|standing| teller.known(standing, None));
            let lines = everybody.collect::<Result<_, _>>().map_err(failed)?;
            (lines, 0, 0, Some(Told::new(problem.to_string().replace('\n', "; ")).maybe_hint(problem.hint())))
        }
    };
    Ok(Picture { lines, live, change, round, unread, problems, rows, kept_out })
}

/// One line a row; the file's own fault stands inside, the ledger's outside.
fn rows(
    opened: &Opened,
    survey: &Survey,
    teller: &mut Teller<'_>,
) -> Result<Result<Vec<Line>, FileProblem>, LedgerProblem> {
    let file = match AttendeeFile::again(&opened.rules, survey.stamp.as_ref()) {
        Ok(file) => file,
        Err(problem) => return Ok(Err(problem)),
    };
    // Sound rows come first to the people of the ledger.
    teller.listed = survey.identified.known.values().copied().collect();
    let faults: HashMap<u32, String> =
        survey.faults.iter().rev().map(|fault| (fault.number, fault.told.what.clone())).collect();
    let strangers: HashMap<u32, &str> =
        survey.identified.strangers.iter().map(|who| (who.row, who.mailed_name.as_str())).collect();
    let mut lines = Vec::with_capacity(survey.rows.len());
    for ((number, note), row) in (1..).zip(&survey.rows).zip(file) {
        if let RowKind::KeptOut(list) = note.kind {
            let why = format!("{}: {}", survey.place(number), kept_out::reason(&opened.suppressed, list));
            lines.push(teller.kept_out(&row, survey.person(number), &why)?);
            continue;
        }
        lines.push(match row {
            Ok(attendee) => match note.kind {
                RowKind::Sound => {
                    let stranger = strangers.get(&attendee.number).copied();
                    teller.sound(&attendee, survey.person(attendee.number), stranger)?
                }
                RowKind::Duplicate(first) => {
                    let (place, first) = (survey.place(number), survey.place(first));
                    let reason = format!("{place}: the same as {first}");
                    let line = Line::skipped(attendee.email.as_str(), &attendee.name, reason, false);
                    Line { repeats: true, session: attendee.key.session().map(ToString::to_string), ..line }
                }
                RowKind::Unsound | RowKind::LeftOut | RowKind::KeptOut(_) => {
                    let fault = faults.get(&attendee.number).cloned();
                    let fault = fault.unwrap_or_else(|| format!("{}: see `roomkey check`", survey.place(number)));
                    teller.unsound(Some(&attendee.email), attendee.email.as_str(), &attendee.name, fault)?
                }
            },
            Err(Unsound::Row(row)) => {
                teller.unsound(row.address.as_ref(), &row.email, &row.name, first_problem(&row))?
            }
            Err(Unsound::LeftOut(row)) => teller.left_out(&row, &survey.place(number))?,
            Err(Unsound::File(problem)) => return Ok(Err(problem)),
        });
    }
    Ok(Ok(lines))
}

fn first_problem(row: &RowProblems) -> String {
    row.problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}

/// Tells what became of people.
struct Teller<'a> {
    reader: Option<&'a Reader>,
    roster: &'a Roster,
    is_live: bool,
    now: jiff::Timestamp,
    file: &'a str,
    /// People of the ledger who are some row.
    listed: HashSet<PersonId>,
    /// Addresses of rows that cannot be mailed, folded.
    unread: HashSet<String>,
}

impl<'a> Teller<'a> {
    fn sound(
        &self,
        attendee: &Attendee,
        person: Option<PersonId>,
        stranger: Option<&str>,
    ) -> Result<Line, LedgerProblem> {
        let email = attendee.email.as_str();
        let Some(standing) = person.and_then(|person| self.roster.by_id(person)) else {
            let reason =
                stranger.map(|mailed| format!("this address was mailed before, as {mailed}: `roomkey send` asks"));
            let problem = reason.is_some();
            let session = attendee.key.session().map(ToString::to_string);
            let over = session.is_some() && attendee.window.is_over(self.now);
            let reason =
                reason.or_else(|| over.then(|| "the session is over: nobody is mailed for it any more".to_owned()));
            return Ok(Line { session, problem, over, ..Line::new(email, &attendee.name, StateName::Pending, reason) });
        };
        let mut line = self.known(standing, Some(&attendee.email))?;
        email.clone_into(&mut line.email);
        line.name.clone_from(&attendee.name);
        Ok(line)
    }

    /// A row that is left out by choice; whoever was mailed before keeps the mail's state.
    fn left_out(&mut self, row: &LeftOut, place: &str) -> Result<Line, LedgerProblem> {
        let address = Address::parse(&row.email).ok();
        let reason = format!("{place}: left out: {}", row.why);
        let line = self.unsound(address.as_ref(), &row.email, &row.name, reason)?;
        Ok(Line { problem: false, ..line })
    }

    /// A row of somebody who is to get no mail; what became of an earlier one stays.
    fn kept_out(
        &mut self,
        row: &Result<Attendee, Unsound>,
        person: Option<PersonId>,
        why: &str,
    ) -> Result<Line, LedgerProblem> {
        let (email, name, session, standing) = match row {
            Ok(one) => {
                let standing = person.and_then(|person| self.roster.by_id(person));
                (one.email.as_str(), one.name.as_str(), one.key.session(), standing)
            }
            Err(Unsound::Row(row)) => {
                let standing = row.address.as_ref().and_then(|address| self.mailed_before(address, &row.name));
                (row.email.as_str(), row.name.as_str(), None, standing)
            }
            Err(_) => ("", "", None, None),
        };
        let session = session.map(ToString::to_string);
        let skipped = Line { session, ..Line::skipped(email, name, why.to_owned(), false) };
        let Some(standing) = standing else { return Ok(skipped) };
        self.listed.insert(standing.person);
        let line = self.known(standing, None)?;
        let stays =
            matches!(line.state, StateName::Sent | StateName::Sending | StateName::InDoubt | StateName::Cancelled);
        let reason = line.reason.as_ref().map_or_else(|| why.to_owned(), |known| format!("{known}; {why}"));
        Ok(if stays { Line { name: name.to_owned(), reason: Some(reason), ..line } } else { skipped })
    }

    fn unsound(
        &mut self,
        address: Option<&Address>,
        email: &str,
        name: &str,
        problem: String,
    ) -> Result<Line, LedgerProblem> {
        self.unread.extend(address.map(Address::folded));
        let standing = address.and_then(|address| self.mailed_before(address, name));
        let Some(standing) = standing else { return Ok(Line::skipped(email, name, problem, true)) };
        self.listed.insert(standing.person);
        let line = self.known(standing, None)?;
        Ok(Line { email: email.to_owned(), name: name.to_owned(), reason: Some(problem), problem: true, ..line })
    }

    /// The person whom an unsound row seems to be: of its address, and no other row.
    fn mailed_before(&self, address: &Address, name: &str) -> Option<&'a Standing> {
        let roster: &'a Roster = self.roster;
        let free = || roster.by_address(address).filter(|standing| !self.listed.contains(&standing.person));
        let only_one = || free().next().filter(|_| free().count() == 1);
        // A namesake, else whoever was mailed there alone before anybody shared the address.
        let own_key = AttendeeKey::from_address(address);
        free()
            .find(|standing| standing.name() == name)
            .or_else(|| only_one().filter(|standing| standing.key() == own_key))
    }

    /// Those whom no row is any more.
    fn removed(&self) -> Result<Vec<Line>, LedgerProblem> {
        // Whom no mail reached, nobody misses.
        let mailed = removed(self.roster, &self.listed).filter(|standing| was_mailed(standing));
        let gone = mailed.map(|standing| {
            let line = self.known(standing, None)?;
            if line.state == StateName::InDoubt {
                // Whoever must settle it must find it.
                return Ok(line);
            }
            let gone = if self.unread.contains(&standing.address().to_lowercase()) {
                "in no row that can be read of"
            } else {
                "no longer in"
            };
            let reason = format!("{gone} {}; the last mail: {}", self.file, state_name(line.state).replace('_', " "));
            Ok(Line { state: StateName::Removed, next_attempt: None, reason: Some(reason), ..line })
        });
        gone.collect()
    }

    fn known(&self, standing: &Standing, email_now: Option<&Address>) -> Result<Line, LedgerProblem> {
        let mailing = match self.reader {
            Some(reader) => reader.mailing(standing.last.id)?,
            None => None,
        };
        let state = match standing.state {
            State::Pending => StateName::Pending,
            State::Sending if self.is_live => StateName::Sending,
            State::Sending | State::InDoubt => StateName::InDoubt,
            State::Sent if standing.last.is_cancellation && standing.last.state == State::Sent => StateName::Cancelled,
            State::Sent => StateName::Sent,
            State::Deferred => StateName::Deferred,
            State::Failed => StateName::Failed,
        };
        let next_attempt = standing.last.next_attempt.filter(|_| state == StateName::Deferred);
        let is_sent = state == StateName::Sent;
        let moved = email_now.is_some_and(|now| now.folded() != standing.address().to_lowercase())
            && mailing
                .as_ref()
                .is_none_or(|mailing| email_now.is_none_or(|now| now.folded() != mailing.address.folded()));
        Ok(Line {
            attention: is_sent && (moved || matches!(standing.last.state, State::Failed | State::Pending)),
            attempts: standing.last.attempts,
            reason: reason(state, standing, mailing.as_ref(), email_now),
            message_id: mailing.as_ref().map(|mailing| mailing.message_id.to_string()),
            session: standing.session().map(|session| session.to_string()),
            last_reply: mailing.and_then(|mailing| mailing.reply),
            next_attempt,
            ..Line::new(standing.address(), standing.name(), state, None)
        })
    }
}
