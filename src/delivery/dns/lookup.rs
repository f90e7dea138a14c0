//! The questions themselves, by the system's own name servers.

use std::{
    net::{IpAddr, SocketAddr},
    time::Duration,
};

use hickory_resolver::{
    TokioResolver,
    config::{ConnectionConfig, NameServerConfig, ResolverConfig, ResolverOpts},
    net::{DnsError, NetError, runtime::TokioRuntimeProvider},
    proto::rr::RData,
};

use super::{
    dmarc,
    spf::{self, Term},
    verdict::Names,
};

/// How long one question may take, and how often it is asked.
const PATIENCE: Duration = Duration::from_secs(2);
const ATTEMPTS: usize = 2;
/// SPF allows ten questions for one record (RFC 7208 §4.6.4), DMARC eight steps (RFC 9989 §4.10).
const MOST_RECORDS: usize = 11;
const MOST_STEPS: usize = 8;

/// The texts of a name; none where the name, or a text, does not exist.
pub type Answer = Result<Vec<String>, Unanswered>;

/// Why a question has no answer, in a few words.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Unanswered(pub String);

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Records {
    /// Texts of the envelope's domain, then of those that its SPF record takes in.
    pub spf: Vec<(String, Answer)>,
    /// Texts of `_dmarc` under From's domain, then under those above it, as far as receivers ask.
    pub dmarc: Vec<(String, Answer)>,
    /// Where the mail server's name leads.
    pub relay: Vec<IpAddr>,
    /// Of the sender's domains those that there are not (RFC 2308 §2.1).
    pub unknown: Vec<String>,
}

/// Asks name servers.
#[derive(Clone)]
pub struct Resolver(pub(super) TokioResolver);

impl Resolver {
    /// One that asks as this system is set up to ask.
    ///
    /// # Errors
    /// [`Unanswered`] where the system names no name server.
    pub fn of_system() -> Result<Self, Unanswered> {
        let mut builder = TokioResolver::builder_tokio().map_err(|error| unanswered(&error))?;
        patient(builder.options_mut());
        builder.build().map(Self).map_err(|error| unanswered(&error))
    }

    /// One that asks a name server at an address, by UDP.
    ///
    /// # Errors
    /// [`Unanswered`] where no socket is to be had.
    pub fn at(server: SocketAddr) -> Result<Self, Unanswered> {
        let mut connection = ConnectionConfig::udp();
        connection.port = server.port();
        let servers = vec![NameServerConfig::new(server.ip(), true, vec![connection])];
        let config = ResolverConfig::from_name_servers(servers);
        let mut builder = TokioResolver::builder_with_config(config, TokioRuntimeProvider::default());
        patient(builder.options_mut());
        builder.build().map(Self).map_err(|error| unanswered(&error))
    }

    /// Asks all that there is to ask of a sender.
    pub async fn records(&self, names: &Names<'_>) -> Records {
        let (spf, dmarc, relay, unknown) = tokio::join!(
            self.spf(names.envelope),
            self.dmarc(names.from),
            self.addresses(names.relay),
            self.unknown([names.from, names.envelope])
        );
        Records { spf, dmarc, relay, unknown }
    }

    /// Those of these domains that there are not.
    async fn unknown(&self, domains: [&str; 2]) -> Vec<String> {
        let mut unknown = Vec::new();
        for domain in domains {
            let answer = self.0.txt_lookup(format!("{domain}.")).await;
            if answer.is_err_and(|error| error.is_nx_domain()) && !unknown.iter().any(|known| known == domain) {
                unknown.push(domain.to_owned());
            }
        }
        unknown
    }

    /// The SPF record of a domain, and those it takes in, each once.
    async fn spf(&self, domain: &str) -> Vec<(String, Answer)> {
        let mut found: Vec<(String, Answer)> = Vec::new();
        let mut waiting = vec![domain.to_owned()];
        while let Some(name) = waiting.pop().filter(|_| found.len() < MOST_RECORDS) {
            // A macro is filled in by receivers alone.
            if name.contains('%') || found.iter().any(|(known, _)| *known == name) {
                continue;
            }
            let answer = self.texts(&name).await;
            let texts = answer.iter().flatten().filter(|text| spf::is_one(text));
            for term in texts.filter_map(|text| spf::read(text).ok()).flatten() {
                if let Term::Record(next) = term {
                    waiting.push(next);
                }
            }
            found.push((name, answer));
        }
        found
    }

    /// DMARC's texts from a domain upwards, up to the first that has any (RFC 9989 §4.10).
    async fn dmarc(&self, domain: &str) -> Vec<(String, Answer)> {
        let mut found = Vec::new();
        let above = std::iter::successors(Some(domain), |name| name.split_once('.').map(|(_, above)| above));
        for name in above.filter(|name| name.contains('.')).take(MOST_STEPS) {
            let answer = self.texts(&format!("_dmarc.{name}")).await;
            let ends = !matches!(&answer, Ok(texts) if !texts.iter().any(|text| dmarc::is_one(text)));
            found.push((name.to_owned(), answer));
            if ends {
                break;
            }
        }
        found
    }

    async fn texts(&self, name: &str) -> Answer {
        // The dot keeps the machine's own search list out of it.
        match self.0.txt_lookup(format!("{name}.")).await {
            Ok(found) => {
                let texts = found.answers().iter().filter_map(|record| match &record.data {
                    RData::TXT(text) => Some(String::from_utf8_lossy(&text.txt_data.concat()).into_owned()),
                    _ => None,
                });
                Ok(texts.collect())
            }
            Err(error) if error.is_no_records_found() => Ok(Vec::new()),
            Err(error) => Err(unanswered(&error)),
        }
    }

    async fn addresses(&self, host: Option<&str>) -> Vec<IpAddr> {
        let Some(host) = host else { return Vec::new() };
        if let Ok(address) = host.parse() {
            return vec![address];
        }
        self.0.lookup_ip(format!("{host}.")).await.map(|found| found.iter().collect()).unwrap_or_default()
    }
}

fn patient(options: &mut ResolverOpts) {
    options.timeout = PATIENCE;
    options.attempts = ATTEMPTS;
}

fn unanswered(error: &NetError) -> Unanswered {
    Unanswered(match error {
        NetError::Timeout => "no name server answers".to_owned(),
        NetError::NoConnections | NetError::Io(_) => "no name server can be reached".to_owned(),
        NetError::Dns(DnsError::ResponseCode(code)) => format!("the name server says: {code}"),
        other => other.to_string(),
    })
}

#[cfg(test)]
mod tests;
