//! What can be concluded of a sender's records, in words, and what to do about it.

use std::fmt;

/// Something that receivers will conclude.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Conclusion {
    /// There is no such domain.
    DomainUnknown {
        /// The domain.
        domain: String,
    },
    /// Nothing is known: a question had no answer.
    Unanswered {
        /// What was asked for.
        what: &'static str,
        /// Of which domain.
        domain: String,
        /// Why there is no answer.
        why: String,
    },
    /// No SPF record.
    SpfMissing {
        /// The domain.
        domain: String,
        /// What to write into one.
        wanted: String,
    },
    /// More than one.
    SpfSeveral {
        /// The domain.
        domain: String,
    },
    /// One that cannot be read.
    SpfBroken {
        /// The domain.
        domain: String,
        /// The part that is none.
        term: String,
    },
    /// One that says that the domain sends no mail.
    SpfNobody {
        /// The domain.
        domain: String,
        /// What to write into it.
        wanted: String,
    },
    /// One that lets everybody send.
    SpfEverybody {
        /// The domain.
        domain: String,
    },
    /// One without the mail server.
    SpfLacksRelay {
        /// The domain.
        domain: String,
        /// The mail server.
        relay: String,
        /// What to add to it.
        wanted: String,
    },
    /// One of which it cannot be told from here whether the mail server is in it.
    SpfUnclear {
        /// The domain.
        domain: String,
        /// The mail server, where one is known.
        relay: Option<String>,
    },
    /// One of addresses alone, among them not the one that takes the mails.
    SpfOtherAddresses {
        /// The domain.
        domain: String,
        /// The mail server.
        relay: String,
    },
    /// One with the mail server.
    SpfNamesRelay {
        /// The domain.
        domain: String,
        /// The mail server.
        relay: String,
    },
    /// SPF is the mail server's own affair.
    SpfOfRelay {
        /// The mail server.
        relay: String,
        /// The domain that it must sign for.
        from: String,
    },
    /// No DMARC record.
    DmarcMissing {
        /// The domain.
        domain: String,
    },
    /// More than one.
    DmarcSeveral {
        /// The domain that has them.
        at: String,
    },
    /// One that cannot be read.
    DmarcBroken {
        /// The domain that has it.
        at: String,
        /// What is wrong.
        why: String,
    },
    /// What receivers are asked to do with mails that fail.
    Dmarc {
        /// The domain.
        domain: String,
        /// The domain that has the record.
        at: String,
        /// `none`, `quarantine` or `reject`.
        policy: String,
        /// In words.
        fate: &'static str,
    },
    /// SPF cannot help a mail to pass DMARC.
    Unaligned {
        /// From's domain.
        from: String,
        /// The envelope's.
        envelope: String,
    },
}

impl Conclusion {
    /// Whether something is to be done about it.
    #[must_use]
    pub fn is_warning(&self) -> bool {
        self.hint().is_some()
    }

    /// What to do about it; where all is well, nothing.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        Some(match self {
            Self::Unanswered { .. } => {
                "try again when the computer is online; what is in DNS keeps no mail from leaving here".to_owned()
            }
            Self::DomainUnknown { .. } => {
                "look for a slip in the address; where the domain is right, the name server of this network may answer \
                 so to every question: try from another one"
                    .to_owned()
            }
            Self::SpfMissing { domain, wanted } => {
                format!("ask whoever keeps {domain}'s DNS to add a TXT record: \"v=spf1 {wanted} ~all\"")
            }
            Self::SpfSeveral { domain } => {
                format!("put them into one: {domain} may have one text that begins with v=spf1")
            }
            Self::SpfBroken { term, .. } => format!("mend `{term}`, or take it out of the record"),
            Self::SpfNobody { wanted, .. } | Self::SpfLacksRelay { wanted, .. } => {
                format!("add {wanted} to the record, before its `all`; your mail server's help page may name another")
            }
            Self::SpfEverybody { .. } => "end the record with ~all".to_owned(),
            Self::DmarcMissing { domain } => {
                format!("add a TXT record at _dmarc.{domain}: \"v=DMARC1; p=none; rua=mailto:you@{domain}\"")
            }
            Self::DmarcSeveral { at } => format!("leave one TXT record at _dmarc.{at}"),
            Self::DmarcBroken { at, .. } => format!("write at _dmarc.{at}: \"v=DMARC1; p=none; rua=mailto:you@{at}\""),
            Self::Unaligned { from, .. } => {
                format!("take `envelope_from` out, or make sure that the mail server signs with DKIM for {from}")
            }
            Self::SpfUnclear { .. }
            | Self::SpfOtherAddresses { .. }
            | Self::SpfNamesRelay { .. }
            | Self::SpfOfRelay { .. }
            | Self::Dmarc { .. } => return None,
        })
    }
}

impl fmt::Display for Conclusion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::DomainUnknown { domain } => write!(
                f,
                "there is no domain {domain}, says the name server: receivers refuse mails from a domain that there is not"
            ),
            Self::Unanswered { what, domain, why } => {
                write!(f, "{what} of {domain} is not known, {why}: what receivers will conclude was not checked")
            }
            Self::SpfMissing { domain, .. } => {
                write!(f, "{domain} has no SPF record: receivers cannot tell your mails from forged ones")
            }
            Self::SpfSeveral { domain } => {
                write!(
                    f,
                    "{domain} has several SPF records: receivers take that for an error (permerror), and trust none"
                )
            }
            Self::SpfBroken { domain, term } => write!(
                f,
                "the SPF record of {domain} cannot be read at `{term}`: receivers take that for an error (permerror)"
            ),
            Self::SpfNobody { domain, .. } => {
                write!(f, "the SPF record of {domain} says that nobody sends mail for it: receivers refuse yours")
            }
            Self::SpfEverybody { domain } => {
                write!(f, "the SPF record of {domain} lets everybody send (+all): receivers give nothing for it")
            }
            Self::SpfLacksRelay { domain, relay, .. } => {
                write!(f, "the SPF record of {domain} does not name {relay}: mails from there fail SPF")
            }
            Self::SpfUnclear { domain, relay: Some(relay) } => {
                write!(
                    f,
                    "{domain} has an SPF record; whether {relay} sends from an address in it, only receivers can tell"
                )
            }
            Self::SpfOtherAddresses { domain, relay } => write!(
                f,
                "{domain} has an SPF record, with other addresses than {relay}'s own: mails pass SPF where it sends from one of those"
            ),
            Self::SpfUnclear { domain, relay: None } => write!(f, "{domain} has an SPF record"),
            Self::SpfNamesRelay { domain, relay } => {
                write!(f, "the SPF record of {domain} names {relay}: mails from there pass SPF")
            }
            Self::SpfOfRelay { relay, from } => write!(
                f,
                "{relay} sends under an envelope of its own: what counts is that it signs with DKIM for {from}, which is set up there"
            ),
            Self::DmarcMissing { domain } => write!(
                f,
                "{domain} has no DMARC record: Gmail and Yahoo trust mails less, and refuse them from those who send many"
            ),
            Self::DmarcSeveral { at } => {
                write!(f, "there are several DMARC records at _dmarc.{at}: receivers go by none of them")
            }
            Self::DmarcBroken { at, why } => {
                write!(f, "the DMARC record at _dmarc.{at} has no sound policy ({why}): receivers do not go by it")
            }
            Self::Dmarc { domain, at, policy, fate } => {
                write!(f, "DMARC of {domain} (at _dmarc.{at}, {policy}) asks receivers {fate}")
            }
            Self::Unaligned { from, envelope } => write!(
                f,
                "SPF of {envelope} does not speak for {from}: mails pass DMARC only where they are signed with DKIM for {from}"
            ),
        }
    }
}
