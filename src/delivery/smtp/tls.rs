//! TLS: which certificates are trusted, and what to say when one is not.
//!
//! Owns: one client configuration a run, so that reconnecting resumes sessions; the handshake; that a
//! resumed session's certificate is still good; the words for failures. Does not own: when TLS
//! begins. Known weakness: on macOS the system judges certificates, and its reasons come in its own
//! words.

use std::{
    io,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use rustls::{
    CertificateError, ClientConfig, Error, HandshakeKind, ProtocolVersion, RootCertStore,
    client::{Resumption, danger::ServerCertVerifier},
    crypto::aws_lc_rs,
    pki_types::{CertificateDer, ServerName, pem::PemObject},
};
use rustls_platform_verifier::Verifier;
use tokio::{net::TcpStream, time::timeout};
use tokio_rustls::{TlsConnector, client::TlsStream};

use super::relay::{Relay, RelayProblem, TlsMode};
use crate::model::{Outage, Stage, system_words};

/// Words in an [`Outage::Tls`] by which the advice is chosen.
pub(super) const OTHER_NAME: &str = "the certificate is for another name";
pub(super) const OWN_AUTHORITY: &str = "the certificate is one for signing others (CA:TRUE), not one of a server";
pub(super) const UNKNOWN_ISSUER: &str = "nobody trusted has signed the certificate";
pub(super) const EXPIRED: &str = "the certificate has expired";
pub(super) const NOT_YET: &str = "the certificate is not valid yet";
pub(super) const NO_TLS: &str = "what answers speaks no TLS from the start";
pub(super) const INTERFERENCE: &str = "somebody interferes";

/// Whom a run trusts, and the sessions it may resume.
#[derive(Debug)]
pub(super) struct Trust {
    config: Mutex<Arc<ClientConfig>>,
    verifier: Option<Arc<dyn ServerCertVerifier>>,
}

/// Reads the certificates of a PEM file (`ca_file`).
///
/// # Errors
/// [`RelayProblem::Roots`] where it holds none, or a broken one.
pub fn read_roots(pem: &[u8]) -> Result<Vec<CertificateDer<'static>>, RelayProblem> {
    let problem = |detail: String| RelayProblem::Roots { detail };
    let roots: Vec<_> =
        CertificateDer::pem_slice_iter(pem).collect::<Result<_, _>>().map_err(|e| problem(e.to_string()))?;
    if roots.is_empty() {
        return Err(problem("no certificate stands in it (`-----BEGIN CERTIFICATE-----`)".to_owned()));
    }
    Ok(roots)
}

impl Trust {
    /// The one trust of a run: the system's certificates and the extra ones.
    pub(super) fn in_system_and(extra: &[CertificateDer<'static>]) -> Result<Self, RelayProblem> {
        let problem = |error: Error| RelayProblem::Roots { detail: error.to_string() };
        let provider = Arc::new(aws_lc_rs::default_provider());
        let verifier = Verifier::new_with_extra_roots(extra.iter().cloned(), Arc::clone(&provider)).map_err(problem)?;
        let verifier: Arc<dyn ServerCertVerifier> = Arc::new(verifier);
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(problem)?
            .dangerous()
            .with_custom_certificate_verifier(Arc::clone(&verifier))
            .with_no_client_auth();
        Ok(Self { config: Mutex::new(Arc::new(config)), verifier: Some(verifier) })
    }

    /// The trust of a run without TLS: should a handshake begin all the same, it fails.
    pub(super) fn in_nobody() -> Result<Self, RelayProblem> {
        let config = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(|error| RelayProblem::Roots { detail: error.to_string() })?
            .with_root_certificates(RootCertStore::empty())
            .with_no_client_auth();
        Ok(Self { config: Mutex::new(Arc::new(config)), verifier: None })
    }

    #[cfg(test)]
    pub(super) fn by_clock(self, clock: Arc<dyn rustls::time_provider::TimeProvider>) -> Self {
        let mut config = ClientConfig::clone(&self.config());
        config.time_provider = clock;
        Self { config: Mutex::new(Arc::new(config)), verifier: self.verifier }
    }

    fn config(&self) -> Arc<ClientConfig> {
        Arc::clone(&self.config.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Whether the certificate that a session goes by is good at this moment: a resumed one does not show it again.
    fn verify_again(&self, stream: &TlsStream<TcpStream>, name: &ServerName<'_>) -> Result<(), Error> {
        let now = self.config().time_provider.current_time().ok_or(Error::FailedToGetCurrentTime)?;
        let (Some(verifier), Some([own, others @ ..])) = (&self.verifier, stream.get_ref().1.peer_certificates())
        else {
            return Err(Error::NoCertificatesPresented);
        };
        verifier.verify_server_cert(own, others, name, &[], now).map(drop)
    }

    /// Resumes nothing from before: the next handshake is a whole one.
    fn forget_sessions(&self) {
        let mut held = self.config.lock().unwrap_or_else(PoisonError::into_inner);
        let mut config = ClientConfig::clone(&held);
        config.resumption = Resumption::default();
        *held = Arc::new(config);
    }
}

/// Shakes hands; SNI and the name check use the configured host.
pub(super) async fn handshake(
    tcp: TcpStream,
    relay: &Relay,
    trust: &Trust,
    limit: Duration,
) -> Result<TlsStream<TcpStream>, Outage> {
    let name = server_name(relay)?;
    let unreachable = |what: &str| {
        let detail = format!("{}:{}: {what}", relay.host, relay.port);
        Outage::Unreachable { stage: Stage::Tls, detail }
    };
    let stream = match timeout(limit, TlsConnector::from(trust.config()).connect(name.clone(), tcp)).await {
        Ok(Ok(stream)) => stream,
        Ok(Err(error)) => return Err(failure(&error, relay)),
        Err(_) => return Err(unreachable(&format!("no answer within {} s", limit.as_secs_f64()))),
    };
    if stream.get_ref().1.handshake_kind() == Some(HandshakeKind::Resumed)
        && let Err(error) = trust.verify_again(&stream, &name)
    {
        // The server may have a newer one by now: the next handshake tells.
        trust.forget_sessions();
        let why = describe(&error, relay);
        return Err(unreachable(&format!("{why}; it was good when this run began, and is asked for again")));
    }
    Ok(stream)
}

/// The version agreed on, for people.
pub(super) fn version(stream: &TlsStream<TcpStream>) -> Option<&'static str> {
    match stream.get_ref().1.protocol_version() {
        Some(ProtocolVersion::TLSv1_2) => Some("TLS 1.2"),
        Some(ProtocolVersion::TLSv1_3) => Some("TLS 1.3"),
        _ => None,
    }
}

fn server_name(relay: &Relay) -> Result<ServerName<'static>, Outage> {
    if let Some(address) = relay.literal() {
        return Ok(ServerName::from(address));
    }
    // A final dot is DNS's, not the certificate's.
    let name = relay.host.trim_end_matches('.').to_owned();
    ServerName::try_from(name)
        .map_err(|_| Outage::Tls { detail: format!("no certificate can be for the name `{}`", relay.host) })
}

fn failure(error: &io::Error, relay: &Relay) -> Outage {
    let at = format!("{}:{}", relay.host, relay.port);
    let Some(tls) = error.get_ref().and_then(|inner| inner.downcast_ref::<Error>()) else {
        let why = match error.kind() {
            io::ErrorKind::UnexpectedEof => "the relay closed it before it was encrypted".to_owned(),
            _ => system_words(error),
        };
        return Outage::Unreachable { stage: Stage::Tls, detail: format!("{at}: the connection was lost: {why}") };
    };
    Outage::Tls { detail: format!("{at}: {}", describe(tls, relay)) }
}

fn describe(error: &Error, relay: &Relay) -> String {
    match error {
        Error::InvalidCertificate(reason) => describe_certificate(reason, &relay.host),
        // Here the relay has just agreed to begin.
        Error::InvalidMessage(_) if relay.tls == TlsMode::StartTls => {
            format!("something else came in place of the handshake: {INTERFERENCE} ({error})")
        }
        Error::InvalidMessage(_) => format!("{NO_TLS} ({error})"),
        _ => format!("the TLS handshake failed: {error}"),
    }
}

fn describe_certificate(reason: &CertificateError, host: &str) -> String {
    match reason {
        CertificateError::NotValidForNameContext { presented, .. } => {
            let names: Vec<_> = presented.iter().take(10).map(|name| shown_name(name)).collect();
            let names = if names.is_empty() { "no name at all".to_owned() } else { names.join(", ") };
            format!("{OTHER_NAME}: {host} was asked for, it is for {names}")
        }
        CertificateError::NotValidForName => format!("{OTHER_NAME} than {host}"),
        CertificateError::UnknownIssuer | CertificateError::BadSignature => UNKNOWN_ISSUER.to_owned(),
        CertificateError::Expired => EXPIRED.to_owned(),
        CertificateError::ExpiredContext { not_after, .. } => format!("{EXPIRED} on {}", day(not_after.as_secs())),
        CertificateError::NotValidYet => NOT_YET.to_owned(),
        CertificateError::NotValidYetContext { not_before, .. } => {
            format!("{NOT_YET}, but from {} on", day(not_before.as_secs()))
        }
        // The library gives it no name of its own.
        other if format!("{other:?}").contains("CaUsedAsEndEntity") => OWN_AUTHORITY.to_owned(),
        other => format!("the certificate is not trusted: {other}"),
    }
}

// rustls writes `DnsName("mx.example.org")`.
fn shown_name(name: &str) -> &str {
    name.split('"').nth(1).unwrap_or(name)
}

fn day(seconds: u64) -> String {
    let time = i64::try_from(seconds).ok().and_then(|s| jiff::Timestamp::from_second(s).ok());
    time.map_or_else(|| "an unknown day".to_owned(), |time| time.strftime("%Y-%m-%d %H:%M UTC").to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_without_certificates_is_a_problem() {
        assert!(matches!(read_roots(b"hello"), Err(RelayProblem::Roots { .. })));
        assert!(matches!(read_roots(b""), Err(RelayProblem::Roots { .. })));
    }

    #[test]
    fn names_found_and_asked_for_are_told() {
        let host = ServerName::try_from("smtp.example.org").unwrap();
        let reason = CertificateError::NotValidForNameContext {
            expected: host,
            presented: vec!["DnsName(\"*.hoster.example\")".to_owned(), "DnsName(\"hoster.example\")".to_owned()],
        };
        let told = describe_certificate(&reason, "smtp.example.org");
        assert!(told.contains("smtp.example.org was asked for, it is for *.hoster.example, hoster.example"), "{told}");
    }
}
