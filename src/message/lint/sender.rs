//! Who a mail says it is from, and whether receivers will believe it.

use std::fmt;

use super::freemail;
use crate::model::{Address, Mailbox, are_kin};

/// What stands in an event's settings about its sender.
#[derive(Debug, Clone, Copy)]
pub struct Sender<'a> {
    /// From.
    pub from: &'a Mailbox,
    /// The envelope's sender, who gets the bounces.
    pub envelope: &'a Address,
    /// Who invites in calendar entries; `None` where there are none.
    pub organizer: Option<&'a Mailbox>,
    /// Where answers go instead.
    pub reply_to: Option<&'a Mailbox>,
    /// The mail server's name, where it is a server of somebody's: not this machine.
    pub relay: Option<&'a str>,
}

/// Something about a sender that receivers may not like.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SenderFinding {
    /// An address of a provider of free mail, sent by somebody else's server.
    Freemail {
        /// The address's domain.
        domain: String,
        /// The server.
        relay: String,
    },
    /// An envelope of another domain than From.
    Envelope {
        /// The envelope's domain.
        envelope: String,
        /// From's.
        from: String,
    },
    /// Calendar entries by somebody else than the mail.
    Organizer {
        /// The organizer's address.
        organizer: String,
        /// From's.
        from: String,
    },
    /// Answers go where nobody reads them.
    NoReply {
        /// The setting that says so: `from` or `reply_to`.
        setting: &'static str,
        /// The address.
        address: String,
    },
}

/// Everything there is to say of a sender.
#[must_use]
pub fn sender(facts: &Sender<'_>) -> Vec<SenderFinding> {
    let from = &facts.from.address;
    let mut findings = Vec::new();
    if let Some(relay) = facts.relay.filter(|relay| freemail::is_foreign(from.domain(), relay)) {
        findings.push(SenderFinding::Freemail { domain: from.domain().to_owned(), relay: relay.to_owned() });
    }
    // Subdomains align with their owner's domain (RFC 7489 §3.1).
    if !are_kin(facts.envelope.domain(), from.domain()) {
        let (envelope, from) = (facts.envelope.domain().to_owned(), from.domain().to_owned());
        findings.push(SenderFinding::Envelope { envelope, from });
    }
    if let Some(organizer) = facts.organizer.filter(|organizer| organizer.address.folded() != from.folded()) {
        let (organizer, from) = (organizer.address.as_str().to_owned(), from.as_str().to_owned());
        findings.push(SenderFinding::Organizer { organizer, from });
    }
    let (setting, answered) = facts.reply_to.map_or(("from", from), |reply_to| ("reply_to", &reply_to.address));
    if reads_nothing(answered.local()) {
        findings.push(SenderFinding::NoReply { setting, address: answered.as_str().to_owned() });
    }
    findings
}

/// `no-reply`, `noreply+workshop`, `do_not_reply` and their like.
fn reads_nothing(local: &str) -> bool {
    let plain: String = local.to_lowercase().chars().filter(|c| c.is_alphanumeric()).collect();
    ["noreply", "donotreply", "nepasrepondre", "keineantwort"].iter().any(|known| plain.contains(known))
}

impl SenderFinding {
    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> String {
        match self {
            Self::Freemail { domain, .. } => {
                format!(
                    "send through {domain}'s own mail server, or from an address of the domain that this one sends for"
                )
            }
            Self::Envelope { from, .. } => {
                format!("take `envelope_from` out, or make sure that the mail server signs with DKIM for {from}")
            }
            Self::Organizer { .. } => "take `organizer` out, or make its address the one of `from`".to_owned(),
            Self::NoReply { .. } => "add under [mail]: reply_to = \"somebody@example.org\", who can help".to_owned(),
        }
    }
}

impl fmt::Display for SenderFinding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Freemail { domain, relay } => write!(
                f,
                "from: a sender at {domain} whose mails come from {relay} fails DMARC: many are refused, or land in spam"
            ),
            Self::Envelope { envelope, from } => write!(
                f,
                "envelope_from: it is of {envelope}, the sender of {from}: SPF then says nothing for the sender, and DMARC rests on DKIM alone"
            ),
            Self::Organizer { organizer, from } => write!(
                f,
                "organizer: {organizer} invites, {from} sends: Outlook shows the calendar entry as sent on somebody's behalf, or not at all"
            ),
            Self::NoReply { setting: "from", address } => {
                write!(f, "from: nobody reads what is answered to {address}, and no `reply_to` says who does")
            }
            Self::NoReply { setting, address } => {
                write!(f, "{setting}: nobody reads what is answered to {address}, by its name")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mailbox(address: &str) -> Mailbox {
        Mailbox { name: None, address: Address::parse(address).unwrap() }
    }

    /// What is said of a sender; an empty text stands for a setting that is not there.
    fn found(from: &str, relay: &str, [envelope, organizer, reply_to]: [&str; 3]) -> Vec<SenderFinding> {
        let from = mailbox(from);
        let other = |address: &str| (!address.is_empty()).then(|| mailbox(address));
        let [envelope, organizer, reply_to] = [envelope, organizer, reply_to].map(other);
        sender(&Sender {
            from: &from,
            envelope: envelope.as_ref().map_or(&from.address, |envelope| &envelope.address),
            organizer: organizer.as_ref(),
            reply_to: reply_to.as_ref(),
            relay: Some(relay).filter(|relay| !relay.is_empty()),
        })
    }

    const NOTHING_ELSE: [&str; 3] = ["", "", ""];

    #[test]
    fn ordinary_senders_are_left_in_peace() {
        for (from, relay) in [
            ("workshop@example.org", "smtp.example.org"),
            ("workshop@example.org", "smtp.gmail.com"),
            ("ada@gmail.com", "smtp.gmail.com"),
            ("ada@gmail.com", ""),
            ("reply@example.org", ""),
        ] {
            assert_eq!(found(from, relay, NOTHING_ELSE), [], "{from}");
        }
        let others = ["bounces@mail.example.org", "Workshop@Example.org", ""];
        assert_eq!(found("workshop@example.org", "", others), []);
    }

    #[test]
    fn what_receivers_do_not_believe_is_told() {
        let freemail = found("ada@gmx.de", "smtp.example.org", NOTHING_ELSE);
        assert_eq!(freemail, [SenderFinding::Freemail { domain: "gmx.de".into(), relay: "smtp.example.org".into() }]);
        let envelope = found("a@example.org", "", ["bounces@example.net", "", ""]);
        assert_eq!(envelope, [SenderFinding::Envelope { envelope: "example.net".into(), from: "example.org".into() }]);
        let organizer = found("a@example.org", "", ["", "b@example.org", ""]);
        assert!(matches!(&organizer[..], [SenderFinding::Organizer { .. }]));
    }

    #[test]
    fn who_reads_no_answers_names_somebody_who_does() {
        for from in ["no-reply@example.org", "NoReply+x@example.org", "do_not_reply@example.org"] {
            assert!(matches!(&found(from, "", NOTHING_ELSE)[..], [SenderFinding::NoReply { .. }]), "{from}");
            assert_eq!(found(from, "", ["", "", "answers@example.org"]), []);
            let silent = found("ada@example.org", "", ["", "", from]);
            assert!(matches!(&silent[..], [SenderFinding::NoReply { setting: "reply_to", .. }]), "{silent:?}");
        }
    }
}
