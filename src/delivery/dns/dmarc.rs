//! A DMARC record, read (RFC 7489 §6.3).

use std::fmt;

/// What a domain's owner asks receivers to do with mails that fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Policy {
    /// Nothing.
    None,
    /// Put them aside.
    Quarantine,
    /// Refuse them.
    Reject,
}

impl fmt::Display for Policy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::None => "none",
            Self::Quarantine => "quarantine",
            Self::Reject => "reject",
        })
    }
}

/// A record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Dmarc {
    policy: Policy,
    subdomains: Option<Policy>,
    /// Whether SPF's domain must be From's to the letter.
    pub(super) strict_spf: bool,
}

impl Dmarc {
    /// The policy for the record's own domain, or for those below it.
    pub(super) fn policy(self, below: bool) -> Policy {
        self.subdomains.filter(|_| below).unwrap_or(self.policy)
    }
}

/// Whether a TXT record means to be one.
pub(super) fn is_one(text: &str) -> bool {
    let (name, value) = text.split(';').next().and_then(|first| first.split_once('=')).unwrap_or_default();
    name.trim().eq_ignore_ascii_case("v") && value.trim() == "DMARC1"
}

/// Reads a record; gives what is wrong with it.
///
/// One that asks for reports and has no sound policy is taken for `p=none` (RFC 7489 §6.6.3).
pub(super) fn read(text: &str) -> Result<Dmarc, String> {
    let tags: Vec<(String, &str)> = text
        .split(';')
        .filter_map(|tag| tag.split_once('='))
        .map(|(name, value)| (name.trim().to_ascii_lowercase(), value.trim()))
        .collect();
    let get = |name: &str| tags.iter().find(|(known, _)| known == name).map(|(_, value)| *value);
    let policy = |name: &str| get(name).map(|value| policy(value).ok_or_else(|| format!("{name}={value}")));
    let stands_in = |problem: String| get("rua").map(|_| Policy::None).ok_or(problem);
    Ok(Dmarc {
        policy: policy("p").unwrap_or_else(|| Err("no p=".to_owned())).or_else(stands_in)?,
        subdomains: policy("sp").and_then(Result::ok),
        strict_spf: get("aspf").is_some_and(|value| value.eq_ignore_ascii_case("s")),
    })
}

fn policy(value: &str) -> Option<Policy> {
    let known = [Policy::None, Policy::Quarantine, Policy::Reject];
    known.into_iter().find(|policy| value.eq_ignore_ascii_case(&policy.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_are_told_from_other_texts() {
        assert!(is_one("v=DMARC1; p=none") && is_one(" V = DMARC1;p=none"));
        assert!(!is_one("v=DMARC2; p=none") && !is_one("v=spf1 -all") && !is_one("p=none; v=DMARC1") && !is_one(""));
    }

    #[test]
    fn policies_hold_for_the_domain_and_those_below() {
        let whole = read("v=DMARC1; p=Reject; sp=quarantine; aspf=s").unwrap();
        assert_eq!((whole.policy(false), whole.policy(true)), (Policy::Reject, Policy::Quarantine));
        assert!(whole.strict_spf);
        let plain = read("v=DMARC1;p=quarantine;aspf=r;sp=maybe").unwrap();
        assert_eq!((plain.policy(true), plain.strict_spf), (Policy::Quarantine, false));
    }

    #[test]
    fn a_record_without_policy_is_broken_unless_it_asks_for_reports() {
        assert_eq!(read("v=DMARC1; rua=mailto:a@example.org").unwrap().policy(false), Policy::None);
        assert_eq!(read("v=DMARC1; p=block; rua=mailto:a@example.org").unwrap().policy(false), Policy::None);
        assert_eq!(read("v=DMARC1; p=block"), Err("p=block".to_owned()));
        assert_eq!(read("v=DMARC1"), Err("no p=".to_owned()));
    }
}
