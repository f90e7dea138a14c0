//! One log-in over BOSH: session, SASL ANONYMOUS, stream restart, resource bind (RFC 6120 §6, §7).

use reqwest::Url;

use super::{
    Login, Unreachable,
    stanza::{self, Body, quoted},
    web::{Page, Web, without_query},
};

/// A server may answer with nothing yet; so often it is asked again.
const POLLS: usize = 3;
const HTTPBIND: &str = "xmlns='http://jabber.org/protocol/httpbind'";
const XBOSH: &str = "xmlns:xmpp='urn:xmpp:xbosh'";

/// A session in the making.
struct Session<'a> {
    web: &'a mut Web,
    url: &'a Url,
    rid: u64,
    sid: String,
}

/// Logs in, and out again.
pub(super) async fn log_in(web: &mut Web, url: &Url, domain: &str) -> Result<Login, Unreachable> {
    // Numbers of requests begin anywhere (XEP-0124 §14.1).
    let rid = fastrand::u64(1_000_000_000..4_000_000_000);
    let mut session = Session { web, url, rid, sid: String::new() };
    let domain_quoted = quoted(domain);
    let begin = format!(
        "<body {HTTPBIND} {XBOSH} content='text/xml; charset=utf-8' hold='1' wait='5' ver='1.6' xml:lang='en' \
         xmpp:version='1.0' rid='{rid}' to='{domain_quoted}'/>"
    );
    let mut offer = session.send(&begin).await.map_err(|error| of_domain(error, domain))?;
    session.sid = offer.sid.take().unwrap_or_default();
    offer = session.until(offer, |body| body.has_features).await.map_err(|error| of_domain(error, domain))?;
    if !offer.mechanisms.iter().any(|mechanism| mechanism == "ANONYMOUS") {
        session.end().await;
        return Ok(if offer.mechanisms.is_empty() { Login::OffersNothing } else { Login::WantsPassword });
    }
    let auth = "<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='ANONYMOUS'/>";
    let answer = session.stanza(auth).await?;
    let answer = session.until(answer, |body| body.succeeded || body.failure.is_some()).await?;
    if let Some(failure) = answer.failure {
        session.end().await;
        let reason = if failure.text.trim().is_empty() { failure.condition } else { failure.text };
        return Ok(Login::Refused { reason: reason.trim().to_owned() });
    }
    if !answer.succeeded {
        return Err(Unreachable::Ended("it says neither yes nor no".to_owned()));
    }
    let login = session.bind(&domain_quoted).await?;
    session.end().await;
    Ok(login)
}

fn of_domain(error: Unreachable, domain: &str) -> Unreachable {
    match error {
        Unreachable::Ended(condition)
            if matches!(condition.as_str(), "host-unknown" | "host-gone" | "improper-addressing") =>
        {
            Unreachable::NoSuchDomain { domain: domain.to_owned(), config: None }
        }
        other => other,
    }
}

impl Session<'_> {
    /// Restarts the stream and binds a resource: only then a browser is in.
    async fn bind(&mut self, domain: &str) -> Result<Login, Unreachable> {
        let restart = format!(
            "<body {HTTPBIND} {XBOSH} xmpp:restart='true' xml:lang='en' rid='{}' sid='{}' to='{domain}'/>",
            self.next(),
            quoted(&self.sid)
        );
        let features = self.send(&restart).await?;
        self.until(features, |body| body.has_features).await?;
        let bind =
            "<iq xmlns='jabber:client' type='set' id='bind'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></iq>";
        let bound = self.stanza(bind).await?;
        let bound = self.until(bound, |body| body.jid.is_some() || body.iq_error.is_some()).await?;
        Ok(match bound.iq_error {
            Some(reason) => Login::Refused { reason },
            None => Login::Accepted,
        })
    }

    fn next(&mut self) -> u64 {
        self.rid += 1;
        self.rid
    }

    /// Sends a stanza, or asks for what there is.
    async fn stanza(&mut self, stanza: &str) -> Result<Body, Unreachable> {
        let body = format!("<body {HTTPBIND} rid='{}' sid='{}'>{stanza}</body>", self.next(), quoted(&self.sid));
        self.send(&body).await
    }

    /// Asks again until an answer tells something.
    async fn until(&mut self, mut body: Body, tells: fn(&Body) -> bool) -> Result<Body, Unreachable> {
        for _ in 0..POLLS {
            if tells(&body) {
                break;
            }
            body = self.stanza("").await?;
        }
        Ok(body)
    }

    async fn send(&mut self, body: &str) -> Result<Body, Unreachable> {
        let Page { status, text } = self.web.post(self.url, body).await?;
        let address = without_query(self.url);
        if status != 200 {
            return Err(Unreachable::Status { address, status });
        }
        let body = stanza::read(&text).map_err(|why| Unreachable::NotBosh { address, why })?;
        match body.ended {
            Some(condition) => Err(Unreachable::Ended(condition)),
            None => Ok(body),
        }
    }

    /// Leaves; a server that does not hear of it forgets the session by itself.
    async fn end(&mut self) {
        let body = format!("<body {HTTPBIND} type='terminate' rid='{}' sid='{}'/>", self.next(), quoted(&self.sid));
        let _ = self.web.post(self.url, &body).await;
    }
}
