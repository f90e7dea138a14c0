//! Requests over HTTPS: no other host, nothing large, nothing slow.

use std::{sync::Arc, time::Duration};

use jiff::{SignedDuration, Timestamp};
use reqwest::{Client, Response, Url, header, redirect::Policy};
use rustls::{ClientConfig, crypto::aws_lc_rs, pki_types::CertificateDer};
use rustls_platform_verifier::Verifier;

use super::Unreachable;

/// How long one answer may take, and how large it may be.
const PATIENCE: Duration = Duration::from_secs(10);
const MOST: usize = 1 << 20;
/// How often an address may lead on to another one of the same host.
const HOPS: usize = 3;
/// So much of a strange address's beginning is told.
const LONGEST_SCHEME: usize = 20;

/// Asks one server.
pub(super) struct Web {
    client: Client,
    now: fn() -> Timestamp,
    /// How far the server's clock is ahead, as the quickest answer told, and how long that took.
    clock: Option<(SignedDuration, SignedDuration)>,
}

/// An answer.
pub(super) struct Page {
    pub(super) status: u16,
    pub(super) text: String,
}

impl Web {
    /// Trusts what the system trusts, and these.
    pub(super) fn new(extra: &[CertificateDer<'static>], now: fn() -> Timestamp) -> Result<Self, Unreachable> {
        let provider = Arc::new(aws_lc_rs::default_provider());
        let failed = |error: String| Unreachable::Tls {
            host: "this computer".to_owned(),
            why: format!("failed to read the certificates that it trusts: {error}"),
            hint: "install the system's certificates (Debian: ca-certificates)",
        };
        let verifier = Verifier::new_with_extra_roots(extra.iter().cloned(), Arc::clone(&provider))
            .map_err(|error| failed(error.to_string()))?;
        let tls = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|error| failed(error.to_string()))?
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(verifier))
            .with_no_client_auth();
        let client = Client::builder()
            .tls_backend_preconfigured(tls)
            .redirect(Policy::none())
            .timeout(PATIENCE)
            .user_agent(concat!("roomkey/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|error| failed(error.to_string()))?;
        Ok(Self { client, now, clock: None })
    }

    /// How far the server's clock is ahead of this computer's, at the least; negative where it is behind.
    pub(super) fn clock(&self) -> Option<SignedDuration> {
        self.clock.map(|(ahead, _)| ahead)
    }

    /// Fetches a page.
    pub(super) async fn get(&mut self, url: &Url) -> Result<Page, Unreachable> {
        self.send(url, None).await
    }

    /// Sends a stanza.
    pub(super) async fn post(&mut self, url: &Url, body: &str) -> Result<Page, Unreachable> {
        self.send(url, Some(body)).await
    }

    async fn send(&mut self, url: &Url, body: Option<&str>) -> Result<Page, Unreachable> {
        let mut url = url.clone();
        for _ in 0..=HOPS {
            let host = url.host_str().unwrap_or_default().to_owned();
            let failed = |error: &reqwest::Error| Unreachable::of(error, &host, PATIENCE.as_secs());
            let request = match body {
                Some(body) => self
                    .client
                    .post(url.clone())
                    .header(header::CONTENT_TYPE, "text/xml; charset=utf-8")
                    .body(body.to_owned()),
                None => self.client.get(url.clone()),
            };
            let asked = (self.now)();
            let response = request.send().await.map_err(|error| failed(&error))?;
            self.note_clock(&response, asked);
            if !response.status().is_redirection() {
                let status = response.status().as_u16();
                return Ok(Page { status, text: text_of(response, &url).await.map_err(|error| error(&host))? });
            }
            let to = response.headers().get(header::LOCATION).and_then(|to| to.to_str().ok());
            url = onward(&url, to)?;
        }
        Err(Unreachable::NotBosh { address: without_query(&url), why: "it leads on and on".to_owned() })
    }

    /// The server looked at its clock somewhere between question and answer, and shows whole seconds: what lies
    /// within is no difference. The quickest answer tells the most.
    fn note_clock(&mut self, response: &Response, asked: Timestamp) {
        let shown = response.headers().get(header::DATE).and_then(|date| date.to_str().ok());
        let Some(shown) = shown.and_then(|date| jiff::fmt::rfc2822::parse(date).ok()) else { return };
        let answered = (self.now)();
        let took = asked.duration_until(answered);
        if self.clock.is_some_and(|(_, quickest)| quickest <= took) {
            return;
        }
        let shown = shown.timestamp();
        let Ok(next) = shown.checked_add(SignedDuration::from_secs(1)) else { return };
        // It showed this second until the next began.
        let ahead = if shown > answered {
            answered.duration_until(shown)
        } else if next < asked {
            asked.duration_until(next)
        } else {
            SignedDuration::ZERO
        };
        self.clock = Some((ahead, took));
    }
}

/// Where an answer leads on to, as far as anybody follows: never to another host, nor to what is no web address.
fn onward(from: &Url, to: Option<&str>) -> Result<Url, Unreachable> {
    let address = without_query(from);
    let Some(to) = to.and_then(|to| from.join(to).ok()) else {
        let why = "it leads on, and does not say where to".to_owned();
        return Err(Unreachable::NotBosh { address, why });
    };
    let origin = |url: &Url| (url.scheme().to_owned(), url.host_str().map(str::to_owned), url.port());
    if origin(&to) == origin(from) {
        return Ok(to);
    }
    if !matches!(to.scheme(), "http" | "https") {
        return Err(Unreachable::NoWebAddress { address, scheme: to.scheme().chars().take(LONGEST_SCHEME).collect() });
    }
    let host = to.host_str().unwrap_or_default();
    // The same name by another scheme or port would look like a riddle without them.
    let to = if to.host_str() == from.host_str() { to.origin().ascii_serialization() } else { host.to_owned() };
    Err(Unreachable::Elsewhere { address, to })
}

type Failed = Box<dyn FnOnce(&str) -> Unreachable + Send>;

/// The text of an answer, as far as it may be long.
async fn text_of(mut response: Response, url: &Url) -> Result<String, Failed> {
    let mut octets = Vec::new();
    loop {
        match response.chunk().await {
            Ok(Some(chunk)) => octets.extend_from_slice(&chunk),
            Ok(None) => break,
            Err(error) => return Err(Box::new(move |host| Unreachable::of(&error, host, PATIENCE.as_secs()))),
        }
        if octets.len() > MOST {
            let address = without_query(url);
            return Err(Box::new(move |_| Unreachable::NotBosh {
                address,
                why: "its answer has over 1 MB".to_owned(),
            }));
        }
    }
    Ok(String::from_utf8_lossy(&octets).into_owned())
}

/// An address as it may be shown: what follows the `?` holds a token.
pub(super) fn without_query(url: &Url) -> String {
    let mut url = url.clone();
    url.set_query(None);
    url.set_fragment(None);
    url.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_follows_to_another_place_or_to_what_is_no_web_address() {
        let from = Url::parse("https://m.org/http-bind?token=x").unwrap();
        let told =
            |to: Option<&str>| onward(&from, to).map(|url| url.to_string()).map_err(|problem| problem.to_string());
        assert_eq!(told(Some("/other?x=1")), Ok("https://m.org/other?x=1".into()));
        let refused = |words: &str| Err(format!("https://m.org/http-bind leads on to {words}"));
        for scheme in ["file", "data", "javascript", "ftp"] {
            let words = format!("an address that is none of the web (`{scheme}:`), and nobody follows there");
            assert_eq!(told(Some(&format!("{scheme}:///etc/passwd"))), refused(&words));
        }
        assert_eq!(told(Some("https://evil.org/http-bind")), refused("evil.org, another server"));
        assert_eq!(told(Some("http://m.org/http-bind")), refused("http://m.org, another server"));
        assert_eq!(told(Some("https://m.org:8443/")), refused("https://m.org:8443, another server"));
        for nowhere in [None, Some("https://")] {
            assert!(told(nowhere).unwrap_err().ends_with("it leads on, and does not say where to"));
        }
    }
}
