//! Each sound row's mail, made once before anything is sent: on all cores, entered in file order.
//!
//! Where every word is ours and a row is an ordinary one, its mail can come to nothing that those of
//! the first rows have not come to: a run makes such a mail when it is sent, and `check` makes them all.

use super::{Changed, Depth, RowKind, SHOWN_PROBLEMS, Survey, Surveyor, who};
use crate::{
    campaign::{
        identity::Identities,
        press::{Addressing, CalendarEntry, MailProblem},
    },
    ledger::Held,
    message::lint::Finding,
    model::{Attendee, PersonId},
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
        let addressing = Addressing {
            event: &self.press.event,
            row: attendee.number,
            to: &attendee.email,
            user_id: &user_id,
            message_id: &message_id,
            note,
            date: self.now,
            test_for: None,
            occasion: self.occasion,
            calendar: CalendarEntry {
                style: self.calendar,
                uid: &self.press.keys.calendar_uid(&self.press.event.id, &attendee.key),
                sequence: 0,
                organizer: &self.press.event.organizer.address,
            },
        };
        let tried = self.press.mail(&attendee, &addressing).map(|(mail, link)| {
            let is_other = |held: &Held| {
                !held.is_cancellation
                    && Some(held.terms) == self.terms
                    && held.link() != self.press.keys.link_fingerprint(&link)
            };
            let changed = standing.filter(|standing| standing.held.as_ref().is_some_and(is_other));
            let is_read = depth == Depth::Mails && self.press.has_own_words();
            let findings = is_read.then(|| self.press.findings(&attendee, self.occasion, 0, self.now)).flatten();
            Made {
                octets: mail.bytes.len(),
                changes: changed.map(|standing| standing.person),
                findings: findings.unwrap_or_default(),
            }
        });
        (attendee, tried)
    }

    /// Takes down what a row's mail came to.
    pub(super) fn enter(&self, survey: &mut Survey, (attendee, tried): Tried) {
        let number = attendee.number;
        match tried {
            Ok(Made { octets, changes, findings }) => {
                survey.note_findings(findings, &attendee.locator);
                if survey.largest.as_ref().is_none_or(|largest| largest.octets < octets) {
                    survey.largest = Some(Largest { octets, at: attendee.locator.to_string() });
                }
                if let Some(person) = changes
                    && survey.changed.len() < SHOWN_PROBLEMS
                {
                    let (at, email) = (attendee.locator.to_string(), attendee.email.clone());
                    survey.changed.push(Changed { at, number, person, email });
                }
            }
            Err(problem) => {
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
        self.keep_if_wanted(survey, attendee);
    }
}
