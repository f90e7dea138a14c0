//! Somebody's place in a session, and what the ledger knows of it, before its mail is made.

use std::borrow::Cow;

use super::{
    composer::{Composer, InCalendar, Invited},
    plan::Fate,
    press::Seat,
};
use crate::{
    failure::Told,
    invitation::Occasion,
    ledger::{Entry, Held, MailingId, OwnValues, PersonIdentity, Standing, TermsId, calendar_mark},
    model::{Address, Attendee, Event, JoinLink, MessageId, UserId},
};

/// Somebody's place in a session, and what the ledger knows of it.
pub(super) struct Draft<'a> {
    pub(super) attendee: Cow<'a, Attendee>,
    /// What they were invited to, where that is called off.
    pub(super) invited: Option<&'a Invited>,
    pub(super) event: &'a Event,
    pub(super) person: PersonIdentity,
    mailing: Option<MailingId>,
    pub(super) revision: u32,
    sequence: u32,
}

impl Draft<'_> {
    pub(super) fn seat(&self) -> Seat<'_> {
        Seat {
            attendee: &self.attendee,
            event: self.event,
            user_id: &self.person.user_id,
            calendar_uid: &self.person.calendar_uid,
            sequence: self.sequence,
        }
    }
}

impl Composer {
    /// What is known of somebody's place in a session before its mail is made.
    ///
    /// `is_same` says that it is in the same mail again, where it was in one.
    pub(super) fn draft<'a>(&'a self, attendee: &'a Attendee, is_same: bool) -> Result<Draft<'a>, Told> {
        let invited = self.invited.get(&attendee.number);
        let attendee = invited.map_or(Cow::Borrowed(attendee), |invited| Cow::Owned(invited.recall(attendee)));
        let event = invited.map_or_else(|| self.press.event_for(&attendee.key), |invited| &*invited.event);
        let person = self.fate(attendee.number).and_then(|fate| match fate {
            Fate::Go(task) => task.person,
            Fate::Left(_) => None,
        });
        let standing = person.and_then(|person| self.roster.by_id(person));
        let key = standing.map_or_else(|| attendee.key.clone(), Standing::key);
        let user_id = self.press.user_id_of(standing, &key);
        let mailing = self.continued.get(&attendee.number).filter(|_| is_same).and_then(|continued| continued.mailing);
        let held = standing.and_then(|standing| standing.held.as_ref());
        let sequence = self.sequence(&attendee, &user_id, held, mailing)?;
        let calendar_uid = standing.map_or_else(
            || self.press.keys.calendar_uid(&self.press.event.id, &key),
            |standing| standing.calendar_uid().to_owned(),
        );
        let person = PersonIdentity {
            known: standing.map(|standing| standing.person),
            calendar_uid,
            key,
            name: attendee.name.clone(),
            // Who is told that it is off is known by the address that the invitation went to.
            address: invited.map_or(&attendee.email, |invited| &invited.to).clone(),
            user_id,
        };
        let revision = standing.map_or(0, |standing| standing.mailings);
        Ok(Draft { attendee, invited, event, person, mailing, revision, sequence })
    }

    pub(super) fn entry(&self, draft: &Draft<'_>, link: &JoinLink, to: &Address, message_id: &MessageId) -> Entry {
        let attendee = &*draft.attendee;
        let session = attendee.key.session().cloned();
        Entry {
            row: attendee.number,
            person: draft.person.clone(),
            mailing: draft.mailing,
            campaign: self.campaign,
            terms: draft
                .invited
                .map_or_else(|| self.terms.get(&session).copied().unwrap_or(TermsId(0)), |invited| invited.terms),
            to: to.clone(),
            message_id: message_id.clone(),
            room: attendee.room.clone(),
            opens: attendee.window.opens(),
            closes: attendee.window.closes(),
            title: draft.event.title.clone(),
            link: self.press.keys.link_fingerprint(link),
            sequence: draft.sequence,
            own: own_values(attendee),
            with: Vec::new(),
        }
    }

    /// The calendar number of somebody's mail: one more than that of the mail they hold where it says
    /// something else, calls that off, or takes that back (RFC 5546 §2.1.4). Another link is something else:
    /// a calendar that sees the number it knows keeps the old one.
    fn sequence(
        &self,
        attendee: &Attendee,
        user_id: &UserId,
        held: Option<&Held>,
        mailing: Option<MailingId>,
    ) -> Result<u32, Told> {
        let Some(held) = held else { return Ok(0) };
        if mailing == Some(held.mailing) {
            return Ok(held.sequence);
        }
        let event = self.press.event_for(&attendee.key);
        let window = &attendee.window;
        let now = InCalendar {
            mark: calendar_mark(attendee.room.as_str(), window.opens(), window.closes(), &event.title),
            times: (window.starts(), window.ends()),
        };
        let is_new = self.occasion == Occasion::Cancel
            || held.is_cancellation
            || self.told.get(&attendee.number).is_some_and(|told| *told != now)
            || held.link() != self.press.keys.link_fingerprint(&self.press.link(attendee, user_id)?);
        Ok(held.sequence + u32::from(is_new))
    }
}

/// What a row says for itself.
fn own_values(attendee: &Attendee) -> OwnValues {
    OwnValues {
        timezone: attendee.timezone.as_ref().and_then(|zone| zone.iana_name()).map(str::to_owned),
        language: attendee.language.as_ref().map(|language| language.as_str().to_owned()),
    }
}
