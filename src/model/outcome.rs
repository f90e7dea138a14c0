//! What became of a mail, and whose fault it was when nothing did.
//!
//! [`Outcome`] is about one row. [`Outage`] is about the relay, the account or the campaign: no row
//! is blamed for it.

use std::fmt;

use jiff::SignedDuration;

/// The most octets of a reply's text.
const MOST_TEXT: usize = 512;

/// A relay's reply: code, enhanced code and text (RFC 5321 §4.2, RFC 3463).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// The three-digit code.
    pub code: u16,
    /// The enhanced status code, where one stands in the text: class, subject, detail.
    pub enhanced: Option<(u8, u16, u16)>,
    /// The text, lines joined by a blank, at most 512 octets, still to be escaped when shown.
    pub text: String,
}

impl fmt::Display for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.code == 0 {
            // Ours, not the relay's.
            return f.write_str(&self.text);
        }
        write!(f, "{}", self.code)?;
        if let Some((class, subject, detail)) = self.enhanced {
            write!(f, " {class}.{subject}.{detail}")?;
        }
        if self.text.is_empty() { Ok(()) } else { write!(f, " {}", self.text) }
    }
}

impl Reply {
    /// The same with a note of ours behind the relay's words, which give way where both are too long.
    #[must_use]
    pub fn noted(mut self, note: &str) -> Self {
        let note = format!("({note})");
        self.text.truncate(self.text.floor_char_boundary(MOST_TEXT.saturating_sub(note.len() + 1)));
        if !self.text.is_empty() {
            self.text.push(' ');
        }
        self.text.push_str(&note);
        self
    }
}

/// How far the conversation about one mail had come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// TCP connection, before the greeting.
    Connect,
    /// The relay's greeting.
    Greeting,
    /// EHLO, and again after STARTTLS.
    Hello,
    /// STARTTLS and the TLS handshake.
    Tls,
    /// AUTH.
    LogIn,
    /// MAIL FROM.
    Sender,
    /// RCPT TO.
    Recipient,
    /// DATA, up to its 354.
    Data,
    /// The message's octets, before the final dot's last one was handed to the socket.
    Body,
    /// After the final dot.
    Final,
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Connect => "connecting",
            Self::Greeting => "the greeting",
            Self::Hello => "EHLO",
            Self::Tls => "the TLS handshake",
            Self::LogIn => "the log-in",
            Self::Sender => "MAIL FROM",
            Self::Recipient => "RCPT TO",
            Self::Data => "DATA",
            Self::Body => "the message",
            Self::Final => "the final dot",
        })
    }
}

/// Why a row is to be tried again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Deferral {
    /// The relay said "not now" to this row (4xx).
    Replied {
        /// What it said.
        reply: Reply,
        /// Whether it reads like greylisting (450, 451, 4.2.x, 4.7.1): wait longer.
        greylisted: bool,
    },
    /// The connection was lost before the final dot was sent: at once again, elsewhere.
    ConnectionLost {
        /// How far it had come.
        stage: Stage,
        /// What happened, in words.
        detail: String,
    },
}

/// Why nobody knows whether a mail arrived.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Doubt {
    /// What happened after the final dot, in words.
    pub detail: String,
}

/// What became of one mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// A 2xx to the final dot: the relay has it.
    Accepted(Reply),
    /// A 5xx: never, as it stands.
    Refused {
        /// What the relay said; code 0 where it was refused on this side.
        reply: Reply,
        /// How far it had come.
        stage: Stage,
    },
    /// Not now.
    Deferred(Deferral),
    /// Lost after the final dot.
    InDoubt(Doubt),
}

impl Outcome {
    /// How a mail's connection broke off, where there was no answer to it.
    #[must_use]
    pub fn broken_off(&self) -> Option<Outage> {
        match self {
            Self::Deferred(Deferral::ConnectionLost { stage, detail }) => {
                Some(Outage::BreaksOff { stage: *stage, detail: detail.clone() })
            }
            Self::InDoubt(Doubt { detail }) => Some(Outage::BreaksOff { stage: Stage::Final, detail: detail.clone() }),
            Self::Accepted(_) | Self::Refused { .. } | Self::Deferred(Deferral::Replied { .. }) => None,
        }
    }
}

/// Trouble of the relay, the account or the campaign.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outage {
    /// No connection: name, address, port, TCP, or silence.
    Unreachable {
        /// How far it had come.
        stage: Stage,
        /// What happened, in words.
        detail: String,
    },
    /// TLS failed, was missing, or its certificate is not trusted.
    Tls {
        /// What happened, in words.
        detail: String,
    },
    /// The log-in was refused for good (530, 534, 535, 538, 5.7.x).
    LogInRefused(Reply),
    /// The log-in cannot be judged now (454 4.7.0).
    LogInNotNow(Reply),
    /// The password or token could not be had anew; the old one is too old, or was refused.
    NoPassword {
        /// What happened, in words.
        detail: String,
        /// What to do about it.
        hint: String,
    },
    /// MAIL FROM was refused for good: the sender address or the account's right to it.
    SenderRefused(Reply),
    /// Relaying or the sender was refused at RCPT TO.
    RelayRefused(Reply),
    /// A day's or hour's quota is used up.
    Quota {
        /// What the relay said.
        reply: Reply,
        /// How long it lasts at most, where the reply says so: an hour.
        lasts: Option<SignedDuration>,
    },
    /// Too fast or too many connections: slow down.
    Throttled(Reply),
    /// The server is in trouble of its own, or closes (421, 452 4.3.1, 4xx before RCPT).
    ServerTrouble(Reply),
    /// Content is refused row after row.
    ContentRefused(Reply),
    /// A mail's connection ended, or went out of step, with no answer to the mail.
    BreaksOff {
        /// How far it had come.
        stage: Stage,
        /// What happened, in words.
        detail: String,
    },
    /// What came was no SMTP.
    Protocol {
        /// How far it had come.
        stage: Stage,
        /// What happened, in words.
        detail: String,
    },
}

impl Outage {
    /// Whether trying again within seconds cannot help: the organiser must do something first.
    #[must_use]
    pub fn needs_a_person(&self) -> bool {
        matches!(
            self,
            Self::Tls { .. }
                | Self::LogInRefused(_)
                | Self::SenderRefused(_)
                | Self::RelayRefused(_)
                | Self::ContentRefused(_)
        )
    }

    /// The relay's reply, where one caused it.
    #[must_use]
    pub fn reply(&self) -> Option<&Reply> {
        match self {
            Self::LogInRefused(reply)
            | Self::LogInNotNow(reply)
            | Self::SenderRefused(reply)
            | Self::RelayRefused(reply)
            | Self::Quota { reply, .. }
            | Self::Throttled(reply)
            | Self::ServerTrouble(reply)
            | Self::ContentRefused(reply) => Some(reply),
            Self::Unreachable { .. }
            | Self::Tls { .. }
            | Self::NoPassword { .. }
            | Self::BreaksOff { .. }
            | Self::Protocol { .. } => None,
        }
    }
}
