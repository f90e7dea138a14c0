//! An SPF record, read (RFC 7208 §4.6).

use std::net::IpAddr;

/// One mechanism of a record, or where it says to go on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Term {
    /// `all`, and what it makes of everybody who is left.
    All(Verdict),
    /// `include:` or `redirect=`: another domain's record.
    Record(String),
    /// `ip4:` or `ip6:`.
    Network(IpAddr, u32),
    /// `a`, `mx`, `ptr` or `exists`, and the domain where one is named.
    Host(String, Option<String>),
}

/// What is made of a sender.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// `+`, or nothing.
    Pass,
    /// `-`.
    Fail,
    /// `~`.
    SoftFail,
    /// `?`.
    Neutral,
}

/// Whether a TXT record is one.
pub(super) fn is_one(text: &str) -> bool {
    let (version, rest) = text.split_at_checked("v=spf1".len()).unwrap_or_default();
    version.eq_ignore_ascii_case("v=spf1") && (rest.is_empty() || rest.starts_with(' '))
}

/// Reads the terms of a record that speak for somebody, and `all`; gives the first that is none.
pub(super) fn read(text: &str) -> Result<Vec<Term>, String> {
    let mut terms = Vec::new();
    for word in text.split_ascii_whitespace().skip(1) {
        let lower = word.to_ascii_lowercase();
        if let Some(domain) = lower.strip_prefix("redirect=") {
            terms.push(Term::Record(domain.to_owned()));
            continue;
        }
        let name = lower.find(['=', ':', '/']).unwrap_or(lower.len());
        if lower[name..].starts_with('=') {
            // `exp=`, and modifiers yet to come.
            continue;
        }
        let (verdict, bare) = match lower.chars().next() {
            Some('+') => (Verdict::Pass, &lower[1..]),
            Some('-') => (Verdict::Fail, &lower[1..]),
            Some('~') => (Verdict::SoftFail, &lower[1..]),
            Some('?') => (Verdict::Neutral, &lower[1..]),
            _ => (Verdict::Pass, lower.as_str()),
        };
        match mechanism(bare, verdict) {
            Some(Term::All(verdict)) => {
                terms.push(Term::All(verdict));
                // Nothing behind it is looked at.
                break;
            }
            Some(term) if verdict == Verdict::Pass => terms.push(term),
            Some(_) => {}
            None => return Err(word.to_owned()),
        }
    }
    Ok(terms)
}

fn mechanism(word: &str, verdict: Verdict) -> Option<Term> {
    let (name, value) = match word.find([':', '/']) {
        Some(at) if word[at..].starts_with(':') => (&word[..at], Some(&word[at + 1..])),
        // `a/24`
        Some(at) => (&word[..at], None),
        None => (word, None),
    };
    match (name, value) {
        ("all", None) => Some(Term::All(verdict)),
        ("include", Some(domain)) if !domain.is_empty() => Some(Term::Record(domain.to_owned())),
        ("ip4" | "ip6", Some(network)) => self::network(network, name == "ip4"),
        ("a" | "mx" | "ptr" | "exists", domain) => {
            let domain = domain.and_then(|domain| domain.split('/').next()).map(str::to_owned);
            Some(Term::Host(name.to_owned(), domain))
        }
        _ => None,
    }
}

fn network(text: &str, is_v4: bool) -> Option<Term> {
    let (address, length) = text.split_once('/').map_or((text, None), |(address, length)| (address, Some(length)));
    let address: IpAddr = address.parse().ok().filter(|address: &IpAddr| address.is_ipv4() == is_v4)?;
    let whole = if is_v4 { 32 } else { 128 };
    let length = length.map_or(Some(whole), |length| length.parse().ok()).filter(|length| *length <= whole)?;
    Some(Term::Network(address, length))
}

/// Whether an address is one of a network's.
pub(super) fn is_in(address: IpAddr, network: IpAddr, length: u32) -> bool {
    let (ours, theirs, width) = match (address.to_canonical(), network) {
        (IpAddr::V4(ours), IpAddr::V4(theirs)) => (ours.to_bits().into(), theirs.to_bits().into(), 32),
        (IpAddr::V6(ours), IpAddr::V6(theirs)) => (ours.to_bits(), theirs.to_bits(), 128),
        _ => return false,
    };
    let differing: u128 = ours ^ theirs;
    differing.checked_shr(width - length).unwrap_or(0) == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_are_told_from_other_texts() {
        assert!(is_one("v=spf1 -all") && is_one("V=SPF1"));
        assert!(!is_one("v=spf10 -all") && !is_one("spf") && !is_one("é"));
    }

    #[test]
    fn terms_are_read_up_to_all() {
        let terms = read(
            "v=spf1 ip4:192.0.2.0/24 a mx/24 a:Mail.example.org/28 include:_spf.example.net ?ip4:203.0.113.7 \
             exp=x.example.org redirect=_spf.example.com ~all ip4:198.51.100.7",
        )
        .unwrap();
        let host = |name: &str, domain: Option<&str>| Term::Host(name.into(), domain.map(str::to_owned));
        assert_eq!(
            terms,
            [
                Term::Network("192.0.2.0".parse().unwrap(), 24),
                host("a", None),
                host("mx", None),
                host("a", Some("mail.example.org")),
                Term::Record("_spf.example.net".into()),
                Term::Record("_spf.example.com".into()),
                Term::All(Verdict::SoftFail),
            ]
        );
    }

    #[test]
    fn what_is_no_term_is_named() {
        for bad in ["ip4:192.0.2.0/33", "ip4:2001:db8::1", "includes:x", "include:", "ip6:x", "-alll", "all:x"] {
            assert_eq!(read(&format!("v=spf1 {bad} -all")), Err(bad.to_owned()));
        }
    }

    #[test]
    fn addresses_are_found_in_their_networks() {
        for (address, network, length, is_there) in [
            ("192.0.2.200", "192.0.2.0", 24, true),
            ("192.0.3.1", "192.0.2.0", 24, false),
            ("192.0.3.1", "10.0.0.0", 0, true),
            ("192.0.2.1", "192.0.2.1", 32, true),
            ("2001:db8::1", "2001:db8::", 32, true),
            ("2001:db9::1", "2001:db8::", 32, false),
            ("2001:db9::1", "::", 0, true),
            ("192.0.2.1", "::", 0, false),
        ] {
            let found = is_in(address.parse().unwrap(), network.parse().unwrap(), length);
            assert_eq!(found, is_there, "{address} in {network}/{length}");
        }
    }
}
