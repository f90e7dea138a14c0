//! One mail on its way: the message as the wire wants it, and its place in the rate.
//!
//! Owns: dot-stuffing and the final dot (RFC 5321 §4.5.2), the envelope's commands, and the last
//! look for bare line breaks, by which mails are smuggled. Does not own: composing.

use std::{fmt::Write, sync::Arc};

use lettre::{
    Address as LettreAddress,
    transport::smtp::{
        commands::{Data, Mail as MailCommand, Rcpt},
        extension::MailParameter,
    },
};

use super::{
    capabilities::{Capabilities, Size},
    turns::Turn,
};
use crate::model::{Address, Mail, Outage, Outcome, Reply, Stage, has_bare_line_break};

/// How the words begin under which a mail larger than the relay takes is kept here.
pub const KEPT_FOR_SIZE: &str = "the message has";

/// A mail, ready for the wire.
#[derive(Debug)]
pub(super) struct Job {
    pub(super) mail: Arc<Mail>,
    /// The message, where a line begins with a dot: few do.
    stuffed: Option<Vec<u8>>,
    pub(super) turn: Option<Turn>,
}

/// Why a mail is not offered to this relay.
#[derive(Debug)]
pub(super) enum Objection {
    Row(Outcome),
    Relay(Outage),
}

impl Job {
    /// Makes a mail ready; gives it back with its outcome where it may not leave.
    pub(super) fn prepare(mail: Arc<Mail>) -> Result<Self, (Arc<Mail>, Outcome)> {
        if has_bare_line_break(&mail.bytes) {
            return Err((mail, refused_here(Stage::Body, "the message holds a bare line break (CR or LF)")));
        }
        let stuffed = with_dots_doubled(&mail.bytes);
        Ok(Self { mail, stuffed, turn: None })
    }

    /// The message as the wire wants it, in two pieces that go in one write: the text, and its end.
    pub(super) fn message(&self) -> [&[u8]; 2] {
        let text = self.stuffed.as_ref().unwrap_or(&self.mail.bytes);
        let ends = text.is_empty() || text.ends_with(b"\r\n");
        [text, if ends { b".\r\n" } else { b"\r\n.\r\n" }]
    }

    /// MAIL, RCPT and DATA, with what the relay wants to know beforehand.
    pub(super) fn commands(&self, capabilities: &Capabilities) -> [String; 3] {
        let mut parameters = Vec::new();
        if capabilities.size != Size::Unknown {
            parameters.push(MailParameter::Size(self.mail.bytes.len()));
        }
        if self.needs_smtputf8() {
            parameters.push(MailParameter::SmtpUtfEight);
        }
        [
            mail_command(&self.mail.sender, parameters),
            Rcpt::new(lettre_address(&self.mail.recipient), Vec::new()).to_string(),
            Data.to_string(),
        ]
    }

    /// What forbids offering it to a relay with these capabilities.
    pub(super) fn objection(&self, capabilities: &Capabilities) -> Option<Objection> {
        const NO_UTF8: &str = "the relay does not support international addresses (SMTPUTF8)";
        if !capabilities.smtputf8 && self.mail.sender.needs_smtputf8() {
            let reply = Reply { code: 0, enhanced: None, text: NO_UTF8.to_owned() };
            return Some(Objection::Relay(Outage::SenderRefused(reply)));
        }
        if !capabilities.smtputf8 && self.mail.recipient.needs_smtputf8() {
            return Some(Objection::Row(refused_here(Stage::Recipient, NO_UTF8)));
        }
        let octets = self.mail.bytes.len();
        let Size::UpTo(limit) = capabilities.size else { return None };
        capabilities.size.forbids(octets).then(|| {
            // As the relay itself would say it (RFC 1870 §6.1).
            let text = format!("{KEPT_FOR_SIZE} {octets} octets, the relay takes {limit} (SIZE)");
            let reply = Reply { code: 0, enhanced: Some((5, 3, 4)), text };
            Objection::Row(Outcome::Refused { reply, stage: Stage::Sender })
        })
    }

    fn needs_smtputf8(&self) -> bool {
        self.mail.sender.needs_smtputf8() || self.mail.recipient.needs_smtputf8()
    }
}

/// MAIL FROM for a sender.
pub(super) fn mail_command(sender: &Address, parameters: Vec<MailParameter>) -> String {
    MailCommand::new(Some(lettre_address(sender)), parameters).to_string()
}

// An `Address` is stricter than lettre's check, and A-labels are done.
fn lettre_address(address: &Address) -> LettreAddress {
    LettreAddress::new_dangerous(address.local(), address.domain())
}

fn refused_here(stage: Stage, text: &str) -> Outcome {
    Outcome::Refused { reply: Reply { code: 0, enhanced: None, text: text.to_owned() }, stage }
}

// `None` where no line begins with a dot.
fn with_dots_doubled(bytes: &[u8]) -> Option<Vec<u8>> {
    let first = bytes.starts_with(b".").then_some(0);
    let later = memchr::memmem::find_iter(bytes, b"\n.").map(|at| at + 1);
    let mut leading = first.into_iter().chain(later).peekable();
    leading.peek()?;
    let mut out = Vec::with_capacity(bytes.len() + 64);
    let mut copied = 0;
    for dot in leading {
        out.extend_from_slice(&bytes[copied..dot]);
        out.push(b'.');
        copied = dot;
    }
    out.extend_from_slice(&bytes[copied..]);
    Some(out)
}

/// The commands as one text.
pub(super) fn joined(reset: bool, commands: &[String]) -> String {
    let mut all = String::with_capacity(256);
    if reset {
        let _ = write!(all, "{}", lettre::transport::smtp::commands::Rset);
    }
    for command in commands {
        all.push_str(command);
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::MessageId;

    fn prepared(recipient: &str, bytes: &[u8]) -> Result<Job, Outcome> {
        let mail = Mail {
            row: 1,
            sender: Address::parse("workshop@example.org").unwrap(),
            recipient: Address::parse(recipient).unwrap(),
            message_id: MessageId("1@example.org".to_owned()),
            bytes: bytes.to_vec(),
        };
        Job::prepare(Arc::new(mail)).map_err(|(_, outcome)| outcome)
    }

    fn job(recipient: &str) -> Job {
        prepared(recipient, b"Subject: x\r\n\r\nhello\r\n").unwrap()
    }

    fn wired(bytes: &[u8]) -> Option<String> {
        let job = prepared("ada@example.org", bytes).ok()?;
        Some(String::from_utf8(job.message().concat()).unwrap())
    }

    #[test]
    fn dots_that_lead_a_line_are_doubled() {
        assert_eq!(wired(b"a\r\n.\r\n..b\r\nc.\r\n").unwrap(), "a\r\n..\r\n...b\r\nc.\r\n.\r\n");
        assert_eq!(wired(b".a\r\n.\r\n").unwrap(), "..a\r\n..\r\n.\r\n");
        assert_eq!(wired(b".").unwrap(), "..\r\n.\r\n");
        assert_eq!(wired(b"").unwrap(), ".\r\n");
        assert_eq!(wired(b"no end").unwrap(), "no end\r\n.\r\n");
    }

    #[test]
    fn a_bare_line_break_never_leaves() {
        for bytes in [&b"a\n.\r\nMAIL"[..], b"a\r.\r\n", b"a\r\r\n", b"a\r", b"\n"] {
            assert_eq!(wired(bytes), None, "{bytes:?}");
        }
    }

    #[test]
    fn the_relay_is_told_what_it_wants_to_know() {
        let knows = Capabilities { size: Size::Unlimited, smtputf8: true, ..Capabilities::default() };
        let [mail, rcpt, data] = job("jürgen@exämple.org").commands(&knows);
        assert_eq!(mail, "MAIL FROM:<workshop@example.org> SIZE=21 SMTPUTF8\r\n");
        assert_eq!(rcpt, "RCPT TO:<jürgen@xn--exmple-cua.org>\r\n");
        assert_eq!(data, "DATA\r\n");
        let [mail, ..] = job("ada@example.org").commands(&Capabilities::default());
        assert_eq!(mail, "MAIL FROM:<workshop@example.org>\r\n");
    }

    #[test]
    fn what_the_relay_cannot_take_is_refused_here() {
        let plain = Capabilities::default();
        assert!(matches!(job("jürgen@example.org").objection(&plain), Some(Objection::Row(_))));
        assert!(job("ada@example.org").objection(&plain).is_none());
        let small = Capabilities { size: Size::UpTo(20), ..Capabilities::default() };
        let Some(Objection::Row(Outcome::Refused { reply, .. })) = job("ada@example.org").objection(&small) else {
            panic!("refused")
        };
        assert_eq!((reply.code, reply.text.contains("21 octets")), (0, true));
    }
}
