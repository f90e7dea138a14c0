//! A letter becomes the bytes that travel.

use std::{borrow::Cow, time::SystemTime};

use jiff::Timestamp;
use lettre::message::header::{From, ReplyTo, To};

use super::{Unsubscribe, header, parse_back, part};
use crate::model::{Address, ForbiddenChar, Invitation, Mail, Mailbox, MessageId, Picture, forbidden_char};

/// The octets that a header takes, and all boundaries; a guess.
const HEADER: usize = 1536;

/// One mail to one person: everything its message is made of.
#[derive(Debug, Clone, Copy)]
pub struct Letter<'a> {
    /// The run's own number for the row.
    pub row: u32,
    /// The words.
    pub invitation: &'a Invitation,
    /// The organiser's logo; it travels where the HTML shows it.
    pub logo: Option<&'a Picture>,
    /// Who it is from, as readers see it.
    pub from: &'a Mailbox,
    /// Where answers go, if not to `from`.
    pub reply_to: Option<&'a Mailbox>,
    /// The envelope sender: where bounces go.
    pub envelope_from: &'a Address,
    /// The name of the one it is to; may be empty.
    pub to_name: &'a str,
    /// The one recipient, in header and envelope alike.
    pub to: &'a Address,
    /// The Message-ID.
    pub message_id: &'a MessageId,
    /// When it was written.
    pub date: Timestamp,
    /// Where readers can say that they want no more mail.
    pub unsubscribe: Option<&'a Unsubscribe>,
    /// For a test to the organiser: the attendee whose mail it is a sample of.
    pub test_for: Option<&'a Address>,
}

/// Why a letter cannot become a message. Says nothing of its content.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ComposeProblem {
    /// A character that may not stand in a header.
    #[error("the {place} contains {found}")]
    Forbidden {
        /// Which header value.
        place: &'static str,
        /// The character.
        found: ForbiddenChar,
    },
    /// The subject is empty.
    #[error("the subject is empty")]
    NoSubject,
    /// The Message-ID is not `unique@domain` in plain characters.
    #[error("`{0}` is not a Message-ID")]
    MessageId(String),
    /// The calendar part names no method, or an unknown one.
    #[error("the calendar part names no method")]
    Calendar,
    /// The finished message, read again, is not what was meant.
    #[error("the finished message is not sound: {0}")]
    Unsound(&'static str),
}

impl ComposeProblem {
    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Forbidden { .. } => "type the value anew, on one line",
            Self::NoSubject => "write a subject",
            Self::MessageId(_) | Self::Calendar | Self::Unsound(_) => {
                "nothing was sent to this person; please report this as a bug"
            }
        }
    }
}

/// Makes the message of a letter, and reads it again before giving it out.
///
/// The bytes depend on the letter alone. Header lines are ASCII, except where the local part of an
/// address is not: such a message may go over SMTPUTF8 only (RFC 6531).
///
/// # Errors
/// [`ComposeProblem`] where a header value holds a control character or bidi override, the calendar
/// names no method, or the finished message has not exactly the fields it should have.
pub fn compose(letter: &Letter) -> Result<Mail, ComposeProblem> {
    let content = part::Content::of(letter.invitation, letter.logo);
    let mut bytes = Vec::with_capacity(HEADER + part::room_for(&content));
    write_header(letter, &mut bytes)?;
    part::write(&mut bytes, &content, letter.message_id)?;
    let headers = [Some(letter.to), Some(&letter.from.address), letter.reply_to.map(|mailbox| &mailbox.address)];
    let utf8 = headers.into_iter().flatten().any(Address::needs_smtputf8);
    parse_back::check(&bytes, letter.to, utf8).map_err(ComposeProblem::Unsound)?;
    Ok(Mail {
        row: letter.row,
        sender: letter.envelope_from.clone(),
        recipient: letter.to.clone(),
        message_id: letter.message_id.clone(),
        bytes,
    })
}

/// The fields up to the first part's own.
fn write_header(letter: &Letter, out: &mut Vec<u8>) -> Result<(), ComposeProblem> {
    check_message_id(letter.message_id)?;
    let from_name = letter.from.name.as_deref().unwrap_or_default();
    header::named::<From>(out, "sender's name", from_name, &letter.from.address)?;
    header::named::<To>(out, "recipient's name", letter.to_name, letter.to)?;
    header::subject(out, &subject(letter)?);
    header::date(out, date(letter.date));
    header::plain(out, "Message-ID", &["<", &letter.message_id.0, ">"]);
    header::plain(out, "Auto-Submitted", &["auto-generated"]);
    header::plain(out, "Content-Language", &[letter.invitation.language.as_str()]);
    if let Some(reply_to) = letter.reply_to {
        let name = reply_to.name.as_deref().unwrap_or_default();
        header::named::<ReplyTo>(out, "name to reply to", name, &reply_to.address)?;
    }
    if let Some(unsubscribe) = letter.unsubscribe {
        header::plain(out, "List-Unsubscribe", &["<", unsubscribe.as_str(), ">"]);
        if unsubscribe.is_one_click() {
            header::plain(out, "List-Unsubscribe-Post", &["List-Unsubscribe=One-Click"]);
        }
    }
    if letter.test_for.is_some() {
        header::plain(out, "X-Roomkey-Test", &["yes"]);
    }
    header::plain(out, "MIME-Version", &["1.0"]);
    Ok(())
}

fn subject<'a>(letter: &Letter<'a>) -> Result<Cow<'a, str>, ComposeProblem> {
    let words = letter.invitation.subject.trim();
    if words.is_empty() {
        return Err(ComposeProblem::NoSubject);
    }
    if let Some(found) = forbidden_char(words) {
        return Err(ComposeProblem::Forbidden { place: "subject", found });
    }
    Ok(match letter.test_for {
        None => Cow::Borrowed(words),
        Some(who) => Cow::Owned(format!("[TEST → {who}] {words}")),
    })
}

/// Message-IDs are ours; one from a damaged ledger must not break a header.
fn check_message_id(id: &MessageId) -> Result<(), ComposeProblem> {
    let plain = id.0.bytes().all(|b| b.is_ascii_graphic() && !matches!(b, b'<' | b'>'));
    let whole = id.0.split_once('@').is_some_and(|(unique, domain)| !unique.is_empty() && !domain.is_empty());
    if plain && whole && id.0.len() <= 500 {
        return Ok(());
    }
    Err(ComposeProblem::MessageId(id.0.escape_debug().take(100).collect()))
}

/// lettre writes dates from 1970 on only.
fn date(at: Timestamp) -> SystemTime {
    SystemTime::try_from(at.max(Timestamp::UNIX_EPOCH)).unwrap_or(SystemTime::UNIX_EPOCH)
}
