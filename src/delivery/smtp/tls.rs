//! TLS: which certificates are trusted, and what to say when one is not.
//!
//! Owns: one client configuration a run, so that reconnecting resumes sessions; the handshake; the
//! words for its failures. Does not own: when TLS begins. Known weakness: on macOS the system
//! judges certificates, and its reasons come in its own words.

use std::{io, sync::Arc, time::Duration};

use rustls::{
    CertificateError, ClientConfig, Error, ProtocolVersion, RootCertStore,
    crypto::aws_lc_rs,
    pki_types::{CertificateDer, ServerName, pem::PemObject},
};
use rustls_platform_verifier::Verifier;
use tokio::{net::TcpStream, time::timeout};
use tokio_rustls::{TlsConnector, client::TlsStream};

use super::relay::{Relay, RelayProblem};
use crate::model::{Outage, Stage};

/// Words in an [`Outage::Tls`] by which the advice is chosen.
pub(super) const OTHER_NAME: &str = "the certificate is for another name";
pub(super) const UNKNOWN_ISSUER: &str = "nobody trusted has signed the certificate";
pub(super) const EXPIRED: &str = "the certificate has expired";
pub(super) const NOT_YET: &str = "the certificate is not valid yet";
pub(super) const NO_TLS: &str = "what answers speaks no TLS from the start";

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

/// The one configuration of a run: the system's certificates and the extra ones.
pub(super) fn client_config(extra: &[CertificateDer<'static>]) -> Result<Arc<ClientConfig>, RelayProblem> {
    let problem = |error: Error| RelayProblem::Roots { detail: error.to_string() };
    let provider = Arc::new(aws_lc_rs::default_provider());
    let verifier = Verifier::new_with_extra_roots(extra.iter().cloned(), Arc::clone(&provider)).map_err(problem)?;
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(problem)?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier))
        .with_no_client_auth();
    Ok(Arc::new(config))
}

/// The configuration of a run without TLS: should a handshake begin all the same, it fails.
pub(super) fn trusts_nobody() -> Result<Arc<ClientConfig>, RelayProblem> {
    let config = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| RelayProblem::Roots { detail: error.to_string() })?
        .with_root_certificates(RootCertStore::empty())
        .with_no_client_auth();
    Ok(Arc::new(config))
}

/// Shakes hands; SNI and the name check use the configured host.
pub(super) async fn handshake(
    tcp: TcpStream,
    relay: &Relay,
    config: Arc<ClientConfig>,
    limit: Duration,
) -> Result<TlsStream<TcpStream>, Outage> {
    let name = server_name(relay)?;
    match timeout(limit, TlsConnector::from(config).connect(name, tcp)).await {
        Ok(Ok(stream)) => Ok(stream),
        Ok(Err(error)) => Err(failure(&error, relay)),
        Err(_) => {
            let detail = format!("{}:{}: no answer within {} s", relay.host, relay.port, limit.as_secs_f64());
            Err(Outage::Unreachable { stage: Stage::Tls, detail })
        }
    }
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
        return Outage::Unreachable { stage: Stage::Tls, detail: format!("{at}: the connection was lost: {error}") };
    };
    Outage::Tls { detail: format!("{at}: {}", describe(tls, &relay.host)) }
}

fn describe(error: &Error, host: &str) -> String {
    match error {
        Error::InvalidCertificate(reason) => describe_certificate(reason, host),
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
