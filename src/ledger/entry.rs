//! What the ledger speaks of: people, the mails to them, and the campaigns these belong to.

use std::{
    fmt,
    hash::{DefaultHasher, Hash, Hasher},
};

use jiff::Timestamp;

use super::{Terms, TermsId};
use crate::model::{Address, AttendeeKey, Fingerprint, MessageId, PersonId, Room, UserId};

/// The ledger's integer for one mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct MailingId(pub i64);

/// The ledger's integer for a campaign.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CampaignId(pub i64);

/// What is known of a mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum State {
    /// Settled as not arrived: to be mailed again, under the same Message-ID.
    Pending,
    /// Claimed: its body may be on the way this moment. Without a live run it is in doubt.
    Sending,
    /// A relay accepted it, or the organiser learnt that it arrived.
    Sent,
    /// The relay said "not now", or the connection was lost before the final dot.
    Deferred,
    /// Refused for good.
    Failed,
    /// Nobody knows whether it arrived; never mailed again without being asked.
    InDoubt,
}

impl State {
    /// Every state, in the order in which counts are shown.
    pub const ALL: [Self; 6] = [Self::Pending, Self::Sending, Self::Sent, Self::Deferred, Self::Failed, Self::InDoubt];

    /// The name, as stored and as in JSON and CSV.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Sending => "sending",
            Self::Sent => "sent",
            Self::Deferred => "deferred",
            Self::Failed => "failed",
            Self::InDoubt => "in_doubt",
        }
    }

    /// Whether a mail in this state did reach the relay or may have.
    #[must_use]
    pub fn may_have_arrived(self) -> bool {
        matches!(self, Self::Sending | Self::Sent | Self::InDoubt)
    }

    /// Whether the same mail may be tried again under its Message-ID.
    pub(super) fn may_continue(self) -> bool {
        !matches!(self, Self::Sending | Self::Sent)
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A person who was mailed at least once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonRecord {
    /// The ledger's integer.
    pub id: PersonId,
    /// What identified them when first mailed; never changes.
    pub key: AttendeeKey,
    /// The name at their last mailing.
    pub name: String,
    /// The file's address at their last mailing; a single mail may have gone elsewhere.
    pub address: Address,
    /// The user id in all their tokens; never changes.
    pub user_id: UserId,
    /// The UID of their calendar entry; never changes.
    pub calendar_uid: String,
}

/// What a row said for itself; nothing where the event's own value holds.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct OwnValues {
    /// The name of the zone in which they are told the time.
    pub timezone: Option<String>,
    /// The language they asked for.
    pub language: Option<String>,
}

/// One mail, with what became of it so far.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mailing {
    /// The ledger's integer.
    pub id: MailingId,
    /// To whom.
    pub person: PersonId,
    /// As part of what; also names the note it carries.
    pub campaign: CampaignId,
    /// The event's values at its last attempt.
    pub terms: TermsId,
    /// The address it was mailed to.
    pub address: Address,
    /// Its Message-ID, the same at every attempt.
    pub message_id: MessageId,
    /// What is known of it.
    pub state: State,
    /// How often it was tried, from 1.
    pub attempts: u32,
    /// The last reply, or what happened in words; at most 512 octets, still to be escaped when shown.
    pub reply: Option<String>,
    /// When a deferred mail is due; at once where there is none.
    pub next_attempt: Option<Timestamp>,
    /// When it was first tried.
    pub first_attempt: Timestamp,
    /// When it was last tried.
    pub last_attempt: Timestamp,
    /// When its outcome was recorded; none after a crash.
    pub ended: Option<Timestamp>,
    /// When the organiser settled it.
    pub settled: Option<Timestamp>,
    /// The room its link opens.
    pub room: String,
    /// When its link starts to work.
    pub opens: Timestamp,
    /// When its link stops working.
    pub closes: Timestamp,
    /// The event's title in it.
    pub title: String,
    /// Tells whether another link is the same.
    pub link: Fingerprint,
    /// The calendar sequence number (RFC 5545 §3.8.7.4).
    pub sequence: u32,
    /// What the row said for itself.
    pub own: OwnValues,
}

/// Which command mailed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CampaignKind {
    /// `send`.
    Send,
    /// `resend` to people named, or to those of one state.
    Resend,
    /// `resend --all`.
    ResendAll,
    /// `cancel`.
    Cancel,
}

impl CampaignKind {
    pub(super) const ALL: [Self; 4] = [Self::Send, Self::Resend, Self::ResendAll, Self::Cancel];

    /// The name, as stored.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Send => "send",
            Self::Resend => "resend",
            Self::ResendAll => "resend_all",
            Self::Cancel => "cancel",
        }
    }
}

/// One command that mailed people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Campaign {
    /// The ledger's integer.
    pub id: CampaignId,
    /// Which command.
    pub kind: CampaignKind,
    /// Whom it meant, in the words of the command line.
    pub selection: String,
    /// The note in its mails.
    pub note: Option<String>,
    /// When it began.
    pub started: Timestamp,
    /// When it came to its end; none while it runs, and after it was stopped half-way.
    pub finished: Option<Timestamp>,
}

/// Who a mail is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonIdentity {
    /// The person in the ledger, where the plan found them; else the key decides.
    pub known: Option<PersonId>,
    /// What identifies them; kept from their first mail on.
    pub key: AttendeeKey,
    /// The name shown in the room.
    pub name: String,
    /// The address in the file.
    pub address: Address,
    /// The user id in the token: the ledger's own, for a person it knows.
    pub user_id: UserId,
    /// The UID of the calendar entry; kept from their first mail on.
    pub calendar_uid: String,
}

/// A mail about to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The run's own number for the row; names the claim until it ends.
    pub row: u32,
    /// Who it is for.
    pub person: PersonIdentity,
    /// The mail that this is another attempt of; a new one where there is none.
    pub mailing: Option<MailingId>,
    /// What it is part of; another attempt stays with the first one's campaign.
    pub campaign: CampaignId,
    /// The event's values.
    pub terms: TermsId,
    /// The address it goes to.
    pub to: Address,
    /// Its Message-ID; on another attempt the one that is stored.
    pub message_id: MessageId,
    /// The room its link opens.
    pub room: Room,
    /// When its link starts to work.
    pub opens: Timestamp,
    /// When its link stops working.
    pub closes: Timestamp,
    /// The event's title in it.
    pub title: String,
    /// Tells whether another link is the same.
    pub link: Fingerprint,
    /// The calendar sequence number.
    pub sequence: u32,
    /// What the row says for itself.
    pub own: OwnValues,
    /// The person's further sessions that the same mail invites to, each with a number of its own; these have none
    /// in turn. All of them are claimed and ended together.
    pub with: Vec<Entry>,
}

impl Mailing {
    /// When the event starts and ends for its reader: their row's own times, or the event's; both have the
    /// event's margins, and the link works from the one to the other.
    #[must_use]
    pub fn times(&self, terms: &Terms) -> (Timestamp, Timestamp) {
        let at = |from: Timestamp, margin| from.checked_add(margin).unwrap_or(from);
        let (before, after) = (terms.opens.duration_until(terms.starts), terms.closes.duration_until(terms.ends));
        (at(self.opens, before), at(self.closes, after))
    }

    /// Tells whether a calendar entry must be told anew: room, times and title in one number, the same
    /// within one run of the program only.
    #[must_use]
    pub fn calendar_mark(&self) -> u64 {
        calendar_mark(&self.room, self.opens, self.closes, &self.title)
    }
}

/// The mark of a calendar entry: see [`Mailing::calendar_mark`].
#[must_use]
pub fn calendar_mark(room: &str, opens: Timestamp, closes: Timestamp, title: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    (room, opens, closes, title).hash(&mut hasher);
    hasher.finish()
}

impl Entry {
    /// What the mail invites to: this, and the further sessions.
    pub(super) fn parts(&self) -> impl Iterator<Item = &Self> {
        std::iter::once(self).chain(&self.with)
    }

    /// The same mail once more.
    #[must_use]
    pub fn again(&self, mailing: MailingId) -> Self {
        Self { mailing: Some(mailing), ..self.clone() }
    }
}

/// What became of an attempt. Texts are cut at 512 octets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ending {
    /// The relay has it.
    Sent {
        /// What it said.
        reply: String,
    },
    /// Not now.
    Deferred {
        /// What the relay said, or what happened.
        reply: String,
        /// When it is due; at once where there is none.
        next_attempt: Option<Timestamp>,
    },
    /// Refused for good.
    Failed {
        /// What the relay said.
        reply: String,
    },
    /// Lost after the final dot.
    InDoubt {
        /// What happened.
        detail: String,
    },
}

impl Ending {
    /// The state it leads to.
    #[must_use]
    pub fn state(&self) -> State {
        match self {
            Self::Sent { .. } => State::Sent,
            Self::Deferred { .. } => State::Deferred,
            Self::Failed { .. } => State::Failed,
            Self::InDoubt { .. } => State::InDoubt,
        }
    }

    pub(super) fn words(&self) -> &str {
        let (Self::Sent { reply: words }
        | Self::Deferred { reply: words, .. }
        | Self::Failed { reply: words }
        | Self::InDoubt { detail: words }) = self;
        cut(words, 512)
    }

    pub(super) fn next_attempt(&self) -> Option<Timestamp> {
        if let Self::Deferred { next_attempt, .. } = self { *next_attempt } else { None }
    }
}

/// The longest beginning of at most `limit` octets that ends between characters.
fn cut(text: &str, limit: usize) -> &str {
    &text[..text.floor_char_boundary(limit)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_reply_is_cut_between_characters() {
        let ending = Ending::Failed { reply: "ü".repeat(300) };
        assert_eq!(ending.words(), "ü".repeat(256));
        let ending = Ending::Failed { reply: format!("x{}", "ü".repeat(300)) };
        assert_eq!(ending.words().len(), 511);
        assert_eq!(Ending::Sent { reply: "250 ok".into() }.words(), "250 ok");
    }

    #[test]
    fn only_what_did_not_leave_or_is_doubtful_may_be_tried_again() {
        let again: Vec<_> = State::ALL.into_iter().filter(|state| state.may_continue()).collect();
        assert_eq!(again, [State::Pending, State::Deferred, State::Failed, State::InDoubt]);
    }
}
