//! A finished message and its envelope.

use std::fmt;

use super::Address;

/// A Message-ID without its angle brackets: `unique@domain` (RFC 5322 §3.6.4).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct MessageId(pub String);

impl fmt::Display for MessageId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<{}>", self.0)
    }
}

/// One recipient's message, ready for SMTP.
#[derive(Clone)]
pub struct Mail {
    /// The run's own number for the row; given back with its outcome.
    pub row: u32,
    /// The envelope sender (MAIL FROM).
    pub sender: Address,
    /// The one envelope recipient (RCPT TO).
    pub recipient: Address,
    /// The Message-ID that stands in the header.
    pub message_id: MessageId,
    /// The message: CRLF line ends, ASCII, lines of at most 998 octets, not yet dot-stuffed, ending in CRLF.
    pub bytes: Vec<u8>,
}

impl fmt::Debug for Mail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Mail")
            .field("row", &self.row)
            .field("recipient", &self.recipient.as_str())
            .field("message_id", &self.message_id.0)
            .field("bytes", &self.bytes.len())
            .finish_non_exhaustive()
    }
}
