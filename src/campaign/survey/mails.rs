//! Each sound row's mail, made once before anything is sent: on all cores, entered in file order.

use super::{Changed, RowKind, SHOWN_PROBLEMS, Survey, Surveyor, who};
use crate::{
    campaign::{
        identity::Identities,
        press::{Addressing, MailProblem},
    },
    model::{Attendee, PersonId},
};

/// A sound row whose mail is to be tried.
pub(super) type ToTry = Attendee;

/// The row again, and what its mail came to: whose other link it is, where it is another.
pub(super) type Tried = (Attendee, Result<Option<PersonId>, MailProblem>);

impl Surveyor<'_> {
    /// Makes the row's mail, as it will be sent, with an id of the same length.
    pub(super) fn try_row(&self, attendee: ToTry, note: Option<&str>) -> Tried {
        let standing = Identities::guess(&attendee, self.roster);
        let user_id = self.press.user_id_of(standing, &attendee.key);
        let message_id = self.press.message_id(&attendee.key, 0);
        let addressing = Addressing {
            row: attendee.number,
            to: &attendee.email,
            user_id: &user_id,
            message_id: &message_id,
            note,
            date: self.now,
            test_for: None,
        };
        let tried = self.press.mail(&attendee, &addressing).map(|(_, link)| {
            let held = standing?.held.as_ref().filter(|held| Some(held.terms) == self.terms)?;
            let is_other = held.link() != self.press.keys.link_fingerprint(&link);
            standing.filter(|_| is_other).map(|standing| standing.person)
        });
        (attendee, tried)
    }

    /// Takes down what a row's mail came to.
    pub(super) fn enter(&self, survey: &mut Survey, (attendee, tried): Tried) {
        let number = attendee.number;
        match tried {
            Ok(None) => {}
            Ok(Some(person)) => {
                if survey.changed.len() < SHOWN_PROBLEMS {
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
