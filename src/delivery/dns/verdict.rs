//! What receivers will conclude from a sender's records. Pure.

use super::{
    Conclusion, Records, dmarc,
    dmarc::{Dmarc, Policy},
    provider::{self, Provider},
    spf::{self, Term, Verdict},
};
use crate::model::are_kin;

/// The names that are looked up.
#[derive(Debug, Clone, Copy)]
pub struct Names<'a> {
    /// The domain of From, which readers see.
    pub from: &'a str,
    /// The domain of the envelope's sender, which SPF is about.
    pub envelope: &'a str,
    /// The mail server; `None` where it is this machine, or none is named.
    pub relay: Option<&'a str>,
}

/// Everything there is to conclude, SPF first.
#[must_use]
pub fn conclude(names: &Names<'_>, records: &Records) -> Vec<Conclusion> {
    let unknown = |domain: &&String| Conclusion::DomainUnknown { domain: (*domain).clone() };
    let is_unknown = |domain: &str| records.unknown.iter().any(|known| known == domain);
    let mut conclusions: Vec<_> = records.unknown.iter().map(|domain| unknown(&domain)).collect();
    if !is_unknown(names.envelope) {
        conclusions.push(spf(names, records));
    }
    if !is_unknown(names.from) {
        conclusions.extend(dmarc(names, records));
    }
    conclusions
}

fn spf(names: &Names<'_>, records: &Records) -> Conclusion {
    let domain = names.envelope.to_owned();
    let provider = names.relay.and_then(provider::of);
    if let (Some(Provider { own_envelope: true, .. }), Some(relay)) = (provider, names.relay) {
        return Conclusion::SpfOfRelay { relay: relay.to_owned(), from: names.from.to_owned() };
    }
    let wanted = wanted(names, records, provider);
    let texts = match records.spf.first() {
        Some((_, Ok(texts))) => texts.as_slice(),
        Some((_, Err(why))) => return Conclusion::Unanswered { what: "SPF", domain, why: why.to_string() },
        None => &[],
    };
    let ours: Vec<&String> = texts.iter().filter(|text| spf::is_one(text)).collect();
    let terms = match &ours[..] {
        [] => return Conclusion::SpfMissing { domain, wanted },
        [one] => match spf::read(one) {
            Ok(terms) => terms,
            Err(term) => return Conclusion::SpfBroken { domain, term },
        },
        _ => return Conclusion::SpfSeveral { domain },
    };
    if terms.contains(&Term::All(Verdict::Pass)) {
        return Conclusion::SpfEverybody { domain };
    }
    if terms.iter().all(|term| matches!(term, Term::All(_))) {
        return Conclusion::SpfNobody { domain, wanted };
    }
    let Some(relay) = names.relay.map(str::to_owned) else { return Conclusion::SpfUnclear { domain, relay: None } };
    match names_relay(names, records, provider) {
        Some(true) => Conclusion::SpfNamesRelay { domain, relay },
        Some(false) if provider.is_some() => Conclusion::SpfLacksRelay { domain, relay, wanted },
        // Few servers send from the address at which they take mails.
        Some(false) => Conclusion::SpfOtherAddresses { domain, relay },
        None => Conclusion::SpfUnclear { domain, relay: Some(relay) },
    }
}

/// Whether the record, with all that it takes in, names the mail server; `None` where only a receiver can tell.
fn names_relay(names: &Names<'_>, records: &Records, provider: Option<&Provider>) -> Option<bool> {
    let mut is_open = records.relay.is_empty() && provider.is_none();
    for (owner, answer) in &records.spf {
        let texts = answer.iter().flatten().filter(|text| spf::is_one(text));
        is_open |= answer.is_err();
        for term in texts.filter_map(|text| spf::read(text).ok()).flatten() {
            match term {
                Term::Record(domain) if provider.is_some_and(|provider| are_kin(&domain, provider.include)) => {
                    return Some(true);
                }
                Term::Record(domain) => is_open |= !records.spf.iter().any(|(known, _)| *known == domain),
                Term::Network(network, length) if records.relay.iter().any(|at| spf::is_in(*at, network, length)) => {
                    return Some(true);
                }
                Term::Host(kind, host) if kind == "a" && host.as_ref().unwrap_or(owner) == names.relay? => {
                    return Some(true);
                }
                // A big provider's mails do not come from where the domain's own hosts are.
                Term::Host(..) => is_open |= provider.is_none(),
                Term::Network(..) | Term::All(_) => {}
            }
        }
    }
    (!is_open).then_some(false)
}

/// What to write into an SPF record, so that it names the mail server.
fn wanted(names: &Names<'_>, records: &Records, provider: Option<&Provider>) -> String {
    match (provider, names.relay, records.relay.first()) {
        (Some(provider), ..) => format!("include:{}", provider.include),
        (None, Some(relay), _) if relay.parse::<std::net::IpAddr>().is_err() => format!("a:{relay}"),
        (None, Some(_), Some(std::net::IpAddr::V4(address))) => format!("ip4:{address}"),
        (None, Some(_), Some(address)) => format!("ip6:{address}"),
        _ => "mx".to_owned(),
    }
}

fn dmarc(names: &Names<'_>, records: &Records) -> Vec<Conclusion> {
    let from = names.from.to_owned();
    let Some((at, answer)) = records.dmarc.last() else { return vec![Conclusion::DmarcMissing { domain: from }] };
    let texts = match answer {
        Ok(texts) => texts.iter().filter(|text| dmarc::is_one(text)).collect::<Vec<_>>(),
        Err(why) => return vec![Conclusion::Unanswered { what: "DMARC", domain: from, why: why.to_string() }],
    };
    let record = match &texts[..] {
        [] => return vec![Conclusion::DmarcMissing { domain: from }],
        [one] => match dmarc::read(one) {
            Ok(record) => record,
            Err(why) => return vec![Conclusion::DmarcBroken { at: at.clone(), why }],
        },
        _ => return vec![Conclusion::DmarcSeveral { at: at.clone() }],
    };
    let policy = record.policy(*at != from);
    let fate = match policy {
        Policy::None => "to treat mails that fail like others, and to report them",
        Policy::Quarantine => "to put mails that fail into spam",
        Policy::Reject => "to refuse mails that fail",
    };
    let told = Conclusion::Dmarc { domain: from.clone(), at: at.clone(), policy: policy.to_string(), fate };
    let unaligned =
        (!is_aligned(names, record)).then(|| Conclusion::Unaligned { from, envelope: names.envelope.into() });
    std::iter::once(told).chain(unaligned).collect()
}

/// Whether SPF of the envelope speaks for From too (RFC 7489 §3.1.2). A provider with an envelope of its
/// own never asks.
fn is_aligned(names: &Names<'_>, record: Dmarc) -> bool {
    if record.strict_spf { names.from == names.envelope } else { are_kin(names.from, names.envelope) }
}

#[cfg(test)]
mod tests;
