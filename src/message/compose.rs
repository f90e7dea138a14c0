//! A letter becomes the bytes that travel.

use std::time::SystemTime;

use jiff::Timestamp;
use lettre::{
    Message,
    address::Envelope,
    message::header::{From, ReplyTo, To},
};

use super::{Unsubscribe, header, parse_back, part};
use crate::model::{Address, ForbiddenChar, Invitation, Mail, Mailbox, MessageId, forbidden_char};

/// One mail to one person: everything its message is made of.
#[derive(Debug, Clone, Copy)]
pub struct Letter<'a> {
    /// The run's own number for the row.
    pub row: u32,
    /// The words.
    pub invitation: &'a Invitation,
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
    /// The message builder refused.
    #[error("failed to build the message: {0}")]
    Builder(String),
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
            Self::MessageId(_) | Self::Calendar | Self::Builder(_) | Self::Unsound(_) => {
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
/// [`ComposeProblem`] where a header value holds a control character or bidi override, or the
/// finished message has not exactly the fields it should have.
pub fn compose(letter: &Letter) -> Result<Mail, ComposeProblem> {
    let message = built(letter)?;
    let bytes = message.formatted();
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

fn built(letter: &Letter) -> Result<Message, ComposeProblem> {
    check_message_id(letter.message_id)?;
    let recipient = header::lettre_address(letter.to);
    let envelope = Envelope::new(Some(header::lettre_address(letter.envelope_from)), vec![recipient])
        .map_err(|problem| ComposeProblem::Builder(problem.to_string()))?;
    let from_name = letter.from.name.as_deref().unwrap_or_default();
    let mut builder = Message::builder()
        .envelope(envelope)
        .raw_header(header::named::<From>("sender's name", from_name, &letter.from.address)?)
        .raw_header(header::named::<To>("recipient's name", letter.to_name, letter.to)?)
        .raw_header(header::subject(&subject(letter)?))
        .date(date(letter.date))
        .message_id(Some(letter.message_id.to_string()))
        .raw_header(header::plain("Auto-Submitted", "auto-generated"))
        .raw_header(header::plain("Content-Language", letter.invitation.language.as_str()));
    if let Some(reply_to) = letter.reply_to {
        let name = reply_to.name.as_deref().unwrap_or_default();
        builder = builder.raw_header(header::named::<ReplyTo>("name to reply to", name, &reply_to.address)?);
    }
    if let Some(unsubscribe) = letter.unsubscribe {
        builder = builder.raw_header(header::plain("List-Unsubscribe", format!("<{}>", unsubscribe.as_str())));
        if unsubscribe.is_one_click() {
            builder = builder.raw_header(header::plain("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"));
        }
    }
    if letter.test_for.is_some() {
        builder = builder.raw_header(header::plain("X-Roomkey-Test", "yes"));
    }
    let body = part::body(letter.invitation, letter.message_id)?;
    builder.multipart(body).map_err(|problem| ComposeProblem::Builder(problem.to_string()))
}

fn subject(letter: &Letter) -> Result<String, ComposeProblem> {
    let words = letter.invitation.subject.trim();
    if words.is_empty() {
        return Err(ComposeProblem::NoSubject);
    }
    if let Some(found) = forbidden_char(words) {
        return Err(ComposeProblem::Forbidden { place: "subject", found });
    }
    Ok(letter.test_for.map_or_else(|| words.to_owned(), |who| format!("[TEST → {who}] {words}")))
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
