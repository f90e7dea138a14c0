//! Each sound row's mail, made once before anything is sent: on all cores, entered in file order.
//!
//! Where every word is ours and a row is an ordinary one, its mail can come to nothing that those of
//! the first rows have not come to: a run makes such a mail when it is sent, and `check` makes them all.

use super::{Changed, Depth, RowKind, SHOWN, Survey, Surveyor, who};
use std::collections::HashSet;

use crate::{
    attendees::{AttendeeFile, FileProblem},
    campaign::{
        identity::Identities,
        mail_problem::MailProblem,
        press::{Addressing, Seat},
    },
    ledger::Held,
    message::lint::Finding,
    model::{Attendee, Event, MessageId, PersonId, UserId},
};

/// The first rows are always tried: what is wrong with the event or its words shows there.
const FIRST_ROWS: u32 = 100;
/// A name of so many octets makes no link or header that is too long.
const ORDINARY_NAME: usize = 100;
/// What a row says of its token makes no link that is too long where it has so many octets.
const ORDINARY_CLAIMS: usize = 500;

/// A sound row whose mail is to be tried.
pub(super) type ToTry = Attendee;

/// The row again, and what its mail came to.
pub(super) type Tried = (Attendee, Result<Made, MailProblem>);

/// A mail that can be sent.
pub(super) struct Made {
    octets: usize,
    /// The length of its longest link.
    link: usize,
    /// Whose link it changes, where it is another than the one that was mailed.
    changes: Option<PersonId>,
    /// What there is to say of it, where the organiser's words may say something else in each.
    findings: Vec<Finding>,
}

/// The largest of the mails that were tried.
#[derive(Debug, Clone)]
pub struct Largest {
    /// Its size in octets, as SIZE counts them (RFC 1870 §3).
    pub octets: usize,
    /// Where its row stands.
    pub at: String,
}

impl Surveyor<'_> {
    /// Whether a row's mail has to be made to know what it comes to.
    pub(super) fn is_to_be_tried(&self, attendee: &Attendee, depth: Depth) -> bool {
        let press = self.press;
        match depth {
            Depth::Rows => false,
            Depth::Mails => true,
            Depth::UnlikeOthers => {
                attendee.number <= FIRST_ROWS
                    || press.has_own_words()
                    || attendee.name.len() > ORDINARY_NAME
                    || attendee.own_window
                    || attendee.own_claims.as_ref().is_some_and(|own| own.octets() > ORDINARY_CLAIMS)
                    || Identities::guess(attendee, self.roster).is_some()
            }
        }
    }

    /// Makes the row's mail, as it will be sent, with an id of the same length.
    pub(super) fn try_row(&self, attendee: ToTry, depth: Depth, note: Option<&str>) -> Tried {
        let standing = Identities::guess(&attendee, self.roster);
        let user_id = self.press.user_id_of(standing, &attendee.key);
        let message_id = self.press.message_id(&attendee.key, 0);
        let addressing = self.addressing(&attendee, self.press.event_for(&attendee.key), &message_id, note);
        let uid = self.press.keys.calendar_uid(&self.press.event.id, &attendee.key);
        let tried = self.press.mail(&[self.seat(&attendee, &user_id, &uid)], &addressing).map(|(mail, links)| {
            let is_other = |held: &Held| {
                !held.is_cancellation
                    && self.terms.contains(&held.terms)
                    && links.iter().all(|link| held.link() != self.press.keys.link_fingerprint(link))
            };
            let changed = standing.filter(|standing| standing.held.as_ref().is_some_and(is_other));
            let is_read = depth == Depth::Mails && self.press.has_own_words();
            let findings = is_read.then(|| self.press.findings(&attendee, self.occasion, 0, self.now)).flatten();
            Made {
                octets: mail.bytes.len(),
                link: links.iter().map(|link| link.expose().len()).max().unwrap_or_default(),
                changes: changed.map(|standing| standing.person),
                findings: findings.unwrap_or_default(),
            }
        });
        (attendee, tried)
    }

    fn addressing<'a>(
        &'a self,
        attendee: &'a Attendee,
        event: &'a Event,
        message_id: &'a MessageId,
        note: Option<&'a str>,
    ) -> Addressing<'a> {
        Addressing {
            event,
            row: attendee.number,
            to: &attendee.email,
            message_id,
            note,
            date: self.now,
            test_for: None,
            occasion: self.occasion,
            calendar: self.calendar,
            organizer: &self.press.event.organizer.address,
        }
    }

    fn seat<'a>(&'a self, attendee: &'a Attendee, user_id: &'a UserId, calendar_uid: &'a str) -> Seat<'a> {
        Seat { attendee, event: self.press.event_for(&attendee.key), user_id, calendar_uid, sequence: 0 }
    }

    /// Makes the mails of those who are invited to several sessions: whoever has rows far apart is only known once all
    /// were read, so that these are read again.
    pub(super) fn try_parties(&self, survey: &mut Survey, note: Option<&str>) -> Result<(), FileProblem> {
        let leaders: HashSet<u32> = survey.parties.leaders().collect();
        let Some(stamp) = survey.stamp.clone().filter(|_| !leaders.is_empty()) else { return Ok(()) };
        let sound = |number: u32| survey.rows.get(number as usize - 1).is_some_and(|row| row.kind == RowKind::Sound);
        let mut problems: Vec<(Attendee, MailProblem)> = Vec::new();
        let mut octets = None;
        for attendee in AttendeeFile::reopen(self.rules, &stamp)?.flatten() {
            if !leaders.contains(&attendee.number) || !sound(attendee.number) {
                continue;
            }
            let numbers = survey.parties.mail_of(attendee.number, sound, |_, _| true);
            let others = numbers.iter().filter_map(|number| survey.parties.attendee(*number, &attendee, self.rules));
            let others: Vec<Attendee> = others.collect();
            let all: Vec<Attendee> = std::iter::once(attendee).chain(others).collect();
            let ids: Vec<_> = all.iter().map(|one| (self.press.user_id(&one.key), one)).collect();
            let uid = self.press.keys.calendar_uid(&self.press.event.id, &all[0].key);
            let seats: Vec<Seat<'_>> = ids.iter().map(|(user_id, one)| self.seat(one, user_id, &uid)).collect();
            let message_id = self.press.message_id(&all[0].key, 0);
            let made = self.press.mail(&seats, &self.addressing(&all[0], &self.press.event, &message_id, note));
            match made {
                Ok((mail, _)) => octets = octets.max(Some((mail.bytes.len(), all[0].locator.clone()))),
                Err(problem) => problems.extend(all.into_iter().next().map(|attendee| (attendee, problem))),
            }
        }
        if let Some((octets, at)) = octets
            && survey.largest.as_ref().is_none_or(|largest| largest.octets < octets)
        {
            survey.largest = Some(Largest { octets, at: at.to_string() });
        }
        for (attendee, problem) in problems {
            self.blame(survey, &attendee, problem);
        }
        Ok(())
    }

    /// Takes down what a row's mail came to.
    pub(super) fn enter(&self, survey: &mut Survey, (attendee, tried): Tried) {
        let number = attendee.number;
        match tried {
            Ok(Made { octets, link, changes, findings }) => {
                survey.note_findings(findings, &attendee.locator);
                if survey.largest.as_ref().is_none_or(|largest| largest.octets < octets) {
                    survey.largest = Some(Largest { octets, at: attendee.locator.to_string() });
                }
                if survey.longest_link.as_ref().is_none_or(|longest| longest.octets < link) {
                    survey.longest_link = Some(Largest { octets: link, at: attendee.locator.to_string() });
                }
                if let Some(person) = changes
                    && survey.changed.len() < SHOWN
                {
                    let (at, email) = (attendee.locator.to_string(), attendee.email.clone());
                    survey.changed.push(Changed { at, number, person, email });
                }
            }
            Err(problem) => self.blame(survey, &attendee, problem),
        }
        self.keep_if_wanted(survey, attendee);
    }

    /// Takes down why somebody's mail cannot be made.
    fn blame(&self, survey: &mut Survey, attendee: &Attendee, problem: MailProblem) {
        let number = attendee.number;
        // Where people are named, a template that speaks to others is no concern of theirs.
        let wanted = || self.wanted_index(&attendee.email, &attendee.name).is_some();
        match problem {
            MailProblem::Template(fault) if self.wanted.addresses.is_empty() || wanted() => {
                survey.of_templates.note(fault);
            }
            other => survey.fault(number, other.into(), who(attendee.email.as_str(), &attendee.name)),
        }
        survey.unsound.insert(number);
        if let Some(row) = survey.rows.get_mut(number as usize - 1) {
            row.kind = RowKind::Unsound;
        }
    }
}
