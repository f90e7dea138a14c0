//! Which invitations share a mail: those of one person to several sessions. Pure.
//!
//! Of each session of a person behind their first, only what differs from the first row is kept, some 60 octets: the
//! words of their mail are made from the row that leads it.

use crate::{
    attendees::Rules,
    model::{Attendee, Locator, OwnClaims, Room, SessionKey, Window},
};

/// A person's invitation to a session, beside an earlier one.
#[derive(Debug, Clone)]
struct Further {
    number: u32,
    at: Locator,
    moderator: bool,
    session: SessionKey,
    own: Option<Box<Own>>,
}

/// What its row says of its own.
#[derive(Debug, Clone)]
struct Own {
    room: Option<Room>,
    window: Option<Window>,
    claims: Option<Box<OwnClaims>>,
}

/// The people who are invited to several sessions.
#[derive(Debug, Clone, Default)]
pub struct Parties {
    /// By the number of the person's first invitation, then their own.
    further: Vec<(u32, Further)>,
    /// The first invitation of each further one; sorted.
    firsts: Vec<(u32, u32)>,
}

impl Parties {
    /// Takes a further session of a person; in file order.
    pub(super) fn add(&mut self, first: u32, attendee: &Attendee) {
        let Some(session) = attendee.key.session().cloned() else { return };
        let is_own = attendee.own_room || attendee.own_window || attendee.own_claims.is_some();
        let own = is_own.then(|| {
            Box::new(Own {
                room: attendee.own_room.then(|| attendee.room.clone()),
                window: attendee.own_window.then(|| attendee.window.clone()),
                claims: attendee.own_claims.clone(),
            })
        });
        let at = attendee.locator.clone();
        let further = Further { number: attendee.number, at, moderator: attendee.moderator, session, own };
        self.firsts.push((attendee.number, first));
        self.further.push((first, further));
    }

    /// Once all were taken.
    pub(super) fn sort(&mut self) {
        self.further.sort_by_key(|(first, further)| (*first, further.number));
    }

    /// How many invitations there are to further sessions, beside each person's first.
    #[must_use]
    pub fn len(&self) -> usize {
        self.further.len()
    }

    /// Whether nobody is invited to several sessions.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.further.is_empty()
    }

    /// The numbers of those who are invited to several: of their first invitations.
    pub(super) fn leaders(&self) -> impl Iterator<Item = u32> {
        self.further.chunk_by(|(a, _), (b, _)| a == b).map(|party| party[0].0)
    }

    fn of_first(&self, first: u32) -> &[(u32, Further)] {
        let from = self.further.partition_point(|(of, _)| *of < first);
        let to = self.further.partition_point(|(of, _)| *of <= first);
        &self.further[from..to]
    }

    /// The number of the person's first invitation.
    #[must_use]
    pub fn first(&self, number: u32) -> u32 {
        let first = self.firsts.binary_search_by_key(&number, |(number, _)| *number);
        first.map_or(number, |at| self.firsts[at].1)
    }

    /// The first invitation of somebody who is invited to several sessions.
    #[must_use]
    pub fn several(&self) -> Option<u32> {
        self.leaders().next()
    }

    /// All invitations of the person of one.
    #[must_use]
    pub fn all_of(&self, number: u32) -> Vec<u32> {
        self.mail_of(number, |_| true, |_, _| true)
    }

    /// Whether a mail is known by this invitation, of those that `counts` says are in it.
    #[must_use]
    pub fn leads(&self, number: u32, counts: impl Fn(u32) -> bool) -> bool {
        self.further.is_empty() || self.mail_of(number, counts, |_, _| true).first() == Some(&number)
    }

    /// The mail that an invitation is part of, as the numbers of all that it holds; the first leads it. All in one,
    /// but for those that do not go, and those that `alike` keeps apart.
    pub(super) fn mail_of(
        &self,
        number: u32,
        goes: impl Fn(u32) -> bool,
        alike: impl Fn(u32, u32) -> bool,
    ) -> Vec<u32> {
        let first = self.first(number);
        let party = self.of_first(first);
        let all = std::iter::once(first).chain(party.iter().map(|(_, further)| further.number));
        if party.is_empty() {
            return vec![number];
        }
        all.filter(|other| *other == number || goes(*other) && alike(number, *other)).collect()
    }

    /// The same person as in `lead`, in another of their sessions.
    pub(super) fn attendee(&self, number: u32, lead: &Attendee, rules: &Rules) -> Option<Attendee> {
        let at = self.firsts.binary_search_by_key(&number, |(number, _)| *number).ok()?;
        let (_, further) = self.of_first(self.firsts[at].1).iter().find(|(_, further)| further.number == number)?;
        let session = rules.sessions.iter().find(|session| session.key == further.session)?;
        let plain = Attendee { own_room: false, own_window: false, moderator: further.moderator, ..lead.clone() };
        let mut attendee = plain.in_session(session, number);
        attendee.locator = further.at.clone();
        attendee.own_claims = further.own.as_ref().and_then(|own| own.claims.clone());
        if let Some(own) = &further.own {
            (attendee.own_room, attendee.own_window) = (own.room.is_some(), own.window.is_some());
            attendee.room = own.room.clone().unwrap_or(attendee.room);
            attendee.window = own.window.clone().unwrap_or(attendee.window);
        }
        Some(attendee)
    }
}
