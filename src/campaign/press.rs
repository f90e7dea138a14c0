//! One attendee's way from a row to a finished mail: token, link, words, message.
//!
//! Owns: the order of these steps, and that the link is proven before it is mailed. Pure: the same
//! row gives the same mail, but for its `Date`.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::mail_problem::MailProblem;
use crate::{
    failure::Told,
    invitation::{Facts, Messages, Occasion, Phrase, Rendered, Templates, Visit},
    jitsi::{Bearer, Signer},
    ledger::{Standing, Terms},
    message::{Entry, Letter, Method, Party, Unsubscribe, calendar, compose},
    model::{
        Address, Attendee, AttendeeKey, CalendarFile, CalendarStyle, Event, JoinLink, Language, Mail, Mailbox,
        MessageId, Picture, SessionKey, SubKeys, UserId,
    },
};

/// Everything that all mails of an event have in common.
#[derive(Debug)]
pub struct Press {
    /// The event.
    pub event: Event,
    /// The event as those see it who are invited to one of its sessions alone.
    pub sessions: BTreeMap<SessionKey, Event>,
    /// Makes and proves links.
    pub signer: Signer,
    /// Makes ids.
    pub keys: SubKeys,
    /// The words.
    pub templates: Templates,
    /// The sender shown.
    pub from: Mailbox,
    /// Where answers go.
    pub reply_to: Option<Mailbox>,
    /// The envelope sender.
    pub envelope_from: Address,
    /// Where people unsubscribe.
    pub unsubscribe: Option<Unsubscribe>,
    /// The organiser's subject.
    pub subject: Option<Phrase>,
    /// The organiser's greeting.
    pub greeting: Option<Phrase>,
    /// The organiser's own words for all mails.
    pub messages: Option<Messages>,
    /// The organiser's logo.
    pub logo: Option<Picture>,
    /// Whether mails say that it is recorded who came.
    pub attendance_notice: bool,
}

/// What one mail has of its own, beside whom it invites to what.
#[derive(Debug)]
pub struct Addressing<'a> {
    /// The event, as this mail tells it.
    pub event: &'a Event,
    /// The run's number for the row.
    pub row: u32,
    /// Where it goes.
    pub to: &'a Address,
    /// Its Message-ID.
    pub message_id: &'a MessageId,
    /// Words on top.
    pub note: Option<&'a str>,
    /// The `Date`.
    pub date: Timestamp,
    /// Whose mail this is a test of.
    pub test_for: Option<&'a Address>,
    /// What it is sent for.
    pub occasion: Occasion,
    /// What kind of calendar entries it carries.
    pub calendar: CalendarStyle,
    /// Whom these name as organiser.
    pub organizer: &'a Address,
}

/// Somebody's place in the event, or in one of its sessions.
#[derive(Debug, Clone, Copy)]
pub struct Seat<'a> {
    /// The person, in this session.
    pub attendee: &'a Attendee,
    /// The event as those see it who are invited to this alone.
    pub event: &'a Event,
    /// The id in the token.
    pub user_id: &'a UserId,
    /// The UID of the calendar entry, without the domain.
    pub calendar_uid: &'a str,
    /// The number of the calendar entry.
    pub sequence: u32,
}

impl Press {
    /// Whether the organiser has written any of the words.
    #[must_use]
    pub fn has_own_words(&self) -> bool {
        self.subject.is_some() || self.greeting.is_some() || self.messages.is_some() || !self.templates.are_built_in()
    }

    /// The user id of somebody the ledger does not know yet.
    #[must_use]
    pub fn user_id(&self, key: &AttendeeKey) -> UserId {
        self.keys.user_id(&self.event.id, key)
    }

    /// The user id of somebody: the ledger's own where it knows them, whatever the secret is now.
    #[must_use]
    pub fn user_id_of(&self, standing: Option<&Standing>, key: &AttendeeKey) -> UserId {
        standing.map_or_else(|| self.user_id(key), Standing::user_id)
    }

    /// The Message-ID of somebody's mail number `revision`.
    #[must_use]
    pub fn message_id(&self, key: &AttendeeKey, revision: u32) -> MessageId {
        self.keys.message_id(&self.event.id, key, revision, self.from.address.domain())
    }

    /// The language somebody's mail is asked for in.
    #[must_use]
    pub fn language<'a>(&'a self, attendee: &'a Attendee) -> &'a Language {
        attendee.language.as_ref().unwrap_or(&self.event.language)
    }

    /// Makes somebody's link, and proves it: signature, claims, window, room, link.
    ///
    /// # Errors
    /// In the words of the step that failed, led by the row.
    pub fn link(&self, attendee: &Attendee, user_id: &UserId) -> Result<JoinLink, Told> {
        let bearer = Bearer {
            user_id,
            name: &attendee.name,
            email: &attendee.email,
            moderator: attendee.moderator,
            own: attendee.own_claims.as_deref(),
        };
        let at = &attendee.locator;
        let link = self
            .signer
            .mint(&bearer, &attendee.room, &attendee.window)
            .map_err(|problem| Told::new(format!("{at}: {problem}")).hint(problem.hint()))?;
        self.signer
            .verify(&link, &bearer, &attendee.room, &attendee.window)
            .map_err(|problem| Told::new(format!("{at}: {problem}")).hint(problem.hint()))?;
        Ok(link)
    }

    /// What an invitation to somebody is about, without a note and without words for a calendar.
    #[must_use]
    pub fn facts<'a>(&'a self, attendee: &'a Attendee, link: &'a JoinLink, now: Timestamp) -> Facts<'a> {
        Facts {
            attendee,
            further: &[],
            event: self.event_for(&attendee.key),
            language: self.language(attendee),
            link: Some(link),
            occasion: Occasion::Invite,
            calendar: false,
            note: None,
            subject_line: self.subject.as_ref(),
            greeting: self.greeting.as_ref(),
            messages: self.messages.as_ref(),
            logo: self.logo.as_ref(),
            attendance_notice: self.attendance_notice,
            now,
        }
    }

    /// Makes somebody's mail, and the links in it: one for each session that it is about.
    ///
    /// # Errors
    /// In the words of the step that failed, led by the row; apart, where a template is to blame.
    pub fn mail(&self, seats: &[Seat<'_>], addressing: &Addressing<'_>) -> Result<(Mail, Vec<JoinLink>), MailProblem> {
        let links = seats.iter().map(|one| self.link(one.attendee, one.user_id));
        let links = links.collect::<Result<Vec<_>, Told>>()?;
        let visits = seats.iter().zip(&links).map(|(one, link)| Visit { attendee: one.attendee, link });
        let visits: Vec<Visit<'_>> = visits.collect();
        let Some((Visit { attendee, link }, further)) = visits.split_first() else {
            return Err(Told::new("a mail about nothing: please report this as a bug").into());
        };
        let at = &attendee.locator;
        let has_calendar = addressing.calendar != CalendarStyle::None;
        let facts = Facts {
            link: (addressing.occasion == Occasion::Invite).then_some(*link),
            further,
            occasion: addressing.occasion,
            calendar: has_calendar && further.is_empty(),
            note: addressing.note,
            event: addressing.event,
            ..self.facts(attendee, link, addressing.date)
        };
        let rendered = self.templates.render(&facts).map_err(|problem| MailProblem::of(&problem, at))?;
        let Rendered { mut invitation, description } = rendered;
        if has_calendar {
            for (one, Visit { attendee, link }) in seats.iter().zip(&visits) {
                let described = match &description {
                    None if addressing.occasion == Occasion::Invite => {
                        let facts = Facts { attendee, link: Some(link), further: &[], event: one.event, ..facts };
                        Some(self.templates.describe(&facts).map_err(|problem| MailProblem::of(&problem, at))?)
                    }
                    _ => None,
                };
                let words = described.as_ref().or(description.as_ref()).map_or("", String::as_str);
                let text = self.calendar(one, addressing, link, words, &invitation.language);
                let name = match attendee.key.session() {
                    Some(session) if !further.is_empty() => format!("{session}.ics"),
                    _ => "invite.ics".to_owned(),
                };
                invitation.calendars.extend(text.map(|text| CalendarFile { name, text }));
            }
        }
        let letter = Letter {
            row: addressing.row,
            invitation: &invitation,
            logo: self.logo.as_ref(),
            from: &self.from,
            reply_to: self.reply_to.as_ref(),
            envelope_from: &self.envelope_from,
            to_name: &attendee.name,
            to: addressing.to,
            message_id: addressing.message_id,
            date: addressing.date,
            unsubscribe: self.unsubscribe.as_ref(),
            test_for: addressing.test_for,
        };
        let mail = compose(&letter).map_err(|problem| Told::new(format!("{at}: {problem}")).hint(problem.hint()))?;
        Ok((mail, links))
    }

    /// A calendar part of somebody's mail.
    fn calendar(
        &self,
        seat: &Seat<'_>,
        addressing: &Addressing<'_>,
        link: &JoinLink,
        description: &str,
        language: &Language,
    ) -> Option<String> {
        let Seat { attendee, event, calendar_uid, sequence, .. } = *seat;
        let (style, organizer) = (addressing.calendar, addressing.organizer);
        let method = match (addressing.occasion, style) {
            (_, CalendarStyle::None) => return None,
            (Occasion::Cancel, _) => Method::Cancel,
            (Occasion::Invite, CalendarStyle::Request) => Method::Request,
            (Occasion::Invite, CalendarStyle::Publish) => Method::Publish,
        };
        let own = &self.event.organizer;
        let organizer_name = own.name.as_deref().filter(|_| own.address == *organizer).unwrap_or_default();
        let to = Party { name: &attendee.name, address: addressing.to };
        Some(calendar(&Entry {
            method,
            // Not the sender's domain, which may be another one by the time of a cancellation.
            uid: &format!("{calendar_uid}@{}", self.event.id),
            sequence,
            stamp: addressing.date,
            starts: attendee.window.starts(),
            ends: attendee.window.ends(),
            summary: &event.title,
            description: description.trim_end(),
            language,
            link: link.expose(),
            organizer: Party { name: organizer_name, address: organizer },
            attendee: (style == CalendarStyle::Request).then_some(to),
        }))
    }

    /// The event as those see it who are invited to what a key says: all of it, or one of its sessions.
    #[must_use]
    pub fn event_for(&self, key: &AttendeeKey) -> &Event {
        key.session().and_then(|session| self.sessions.get(session)).unwrap_or(&self.event)
    }

    /// The sessions, or the event as a whole, where it has none.
    pub fn parts(&self) -> impl Iterator<Item = Option<&SessionKey>> {
        let whole = self.event.sessions.is_empty().then_some(None);
        whole.into_iter().chain(self.event.sessions.iter().map(|session| Some(&session.key)))
    }

    /// The values that every mail without values of its own is made under; those of a session where one is named.
    /// `None` for a session that the event does not have.
    #[must_use]
    pub fn terms(&self, session: Option<&SessionKey>) -> Option<Terms> {
        let event = match session {
            Some(session) => self.sessions.get(session)?,
            None => &self.event,
        };
        let (window, settings) = (&event.window, self.signer.settings());
        Some(Terms {
            room: event.room.to_string(),
            starts: window.starts(),
            ends: window.ends(),
            opens: window.opens(),
            closes: window.closes(),
            zone: window.zone().iana_name().unwrap_or("UTC").to_owned(),
            title: event.title.clone(),
            url: settings.server.as_str().to_owned(),
            app_id: settings.app_id.clone(),
            secret: self.keys.secret_fingerprint(),
            session: session.cloned(),
            tokens: Some(settings.beside_the_usual()),
        })
    }

    /// A digest of all terms: of the event, or of all its sessions.
    #[must_use]
    pub fn terms_digest(&self) -> String {
        let digests = self.parts().filter_map(|part| self.terms(part)).map(|terms| terms.digest());
        digests.collect::<Vec<_>>().join(" ")
    }
}
