//! A browser that opens a link, as far as a Jitsi server's Prosody sees it: BOSH (XEP-0124, XEP-0206), SASL ANONYMOUS
//! with the token in the address, a resource, and a room (XEP-0045 §7).
//!
//! Owns: one session each; several may be open at once. Does not own: pictures, sounds, the lobby.
//! Known weakness: answers are searched as text; what they hold comes from the tests' own server.

use std::{
    io::{Read as _, Write as _},
    net::TcpStream,
    time::Duration,
};

use super::mailbox::token_in;

/// A server may answer with nothing yet; so often it is asked again.
const POLLS: usize = 5;
const HTTPBIND: &str = "xmlns='http://jabber.org/protocol/httpbind'";
const XBOSH: &str = "xmlns:xmpp='urn:xmpp:xbosh'";

/// A browser, at the door of a server on this computer.
#[derive(Clone)]
pub(crate) struct Browser {
    port: u16,
    domain: String,
    agent: String,
}

impl Browser {
    /// One that knows a server's port and XMPP domain.
    pub(crate) fn at(port: u16, domain: &str) -> Self {
        Self { port, domain: domain.to_owned(), agent: "Mozilla/5.0 (X11; Linux x86_64)".to_owned() }
    }

    /// One that calls itself otherwise.
    pub(crate) fn called(self, agent: &str) -> Self {
        Self { agent: agent.to_owned(), ..self }
    }

    /// Opens a link: logs in with its token and enters its room; the server's reason where it is refused.
    pub(crate) fn open(&self, link: &str) -> Result<Guest, String> {
        let place = link.split('?').next().unwrap_or_default();
        self.enter(place.rsplit('/').next().unwrap_or_default(), token_in(link))
    }

    /// Logs in with a token and enters a room, as its address has it.
    pub(crate) fn enter(&self, room: &str, token: &str) -> Result<Guest, String> {
        let query = format!("room={room}&token={token}");
        let mut guest = Guest {
            browser: self.clone(),
            query,
            rid: fastrand::u64(1_000_000..1_000_000_000),
            sid: String::new(),
            place: String::new(),
        };
        match guest.log_in().and_then(|()| guest.join(room)) {
            Ok(()) => Ok(guest),
            Err(reason) => {
                guest.close();
                Err(reason)
            }
        }
    }
}

/// Somebody in a room. Whoever is dropped leaves as a killed tab does: the server notices a minute later.
pub(crate) struct Guest {
    browser: Browser,
    query: String,
    rid: u64,
    sid: String,
    /// The own address in the room.
    place: String,
}

impl Guest {
    /// Hangs up, and leaves.
    pub(crate) fn leave(mut self) {
        let place = &self.place;
        self.stanza(&format!("<presence xmlns='jabber:client' to='{place}' type='unavailable'/>"));
        self.close();
    }

    /// Closes the tab.
    pub(crate) fn close(mut self) {
        if !self.sid.is_empty() {
            self.send(" type='terminate'", "");
        }
    }

    fn log_in(&mut self) -> Result<(), String> {
        let domain = self.browser.domain.clone();
        let opening = format!(" {XBOSH} hold='1' wait='5' ver='1.6' xml:lang='en' xmpp:version='1.0' to='{domain}'");
        let begun = self.send(&opening, "");
        between(&begun, "sid='", "'").unwrap_or_else(|| panic!("no session: {begun}")).clone_into(&mut self.sid);
        self.until(begun, &["<mechanism>"]);
        let auth = self.stanza("<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='ANONYMOUS'/>");
        let auth = self.until(auth, &["<success", "<failure"]);
        if auth.contains("<failure") {
            return Err(reason(&auth));
        }
        let features = self.send(&format!(" {XBOSH} xmpp:restart='true' xml:lang='en' to='{domain}'"), "");
        self.until(features, &["<bind"]);
        let bind =
            "<iq xmlns='jabber:client' type='set' id='bind'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></iq>";
        let bound = self.stanza(bind);
        self.until(bound, &["<jid>"]);
        Ok(())
    }

    fn join(&mut self, room: &str) -> Result<(), String> {
        let nick = format!("{:08x}", fastrand::u32(..));
        self.place = format!("{room}@conference.{}/{nick}", self.browser.domain);
        let place = &self.place;
        let muc = "<x xmlns='http://jabber.org/protocol/muc'/>";
        let joined = self.stanza(&format!("<presence xmlns='jabber:client' to='{place}'>{muc}</presence>"));
        let joined = self.until(joined, &["code='110'", "type='error'"]);
        if joined.contains("type='error'") { Err(reason(&joined)) } else { Ok(()) }
    }

    /// Asks again until an answer holds one of these.
    fn until(&mut self, mut answer: String, holds: &[&str]) -> String {
        for _ in 0..POLLS {
            if holds.iter().any(|text| answer.contains(text)) {
                return answer;
            }
            answer = self.stanza("");
        }
        panic!("none of {holds:?}: {answer}")
    }

    fn stanza(&mut self, stanza: &str) -> String {
        self.send("", stanza)
    }

    /// Sends one body, and waits for its answer.
    fn send(&mut self, attributes: &str, stanza: &str) -> String {
        self.rid += 1;
        let sid = if self.sid.is_empty() { String::new() } else { format!(" sid='{}'", self.sid) };
        let body = format!("<body {HTTPBIND} rid='{}'{sid}{attributes}>{stanza}</body>", self.rid);
        let Browser { port, domain, agent } = &self.browser;
        let mut stream = TcpStream::connect(("127.0.0.1", *port)).expect("the server listens");
        stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
        write!(
            stream,
            "POST /http-bind?{} HTTP/1.1\r\nHost: {domain}\r\nUser-Agent: {agent}\r\nContent-Type: text/xml\r\n\
             Connection: close\r\nContent-Length: {}\r\n\r\n{body}",
            self.query,
            body.len()
        )
        .unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap_or_else(|| panic!("no answer to {body}: {answer}"));
        assert!(head.starts_with("HTTP/1.1 200 "), "{answer}");
        body.to_owned()
    }
}

/// Why the server says no.
fn reason(answer: &str) -> String {
    let text = answer.split("<text").nth(1).and_then(|text| between(text, ">", "</text>"));
    text.unwrap_or_else(|| panic!("no reason: {answer}")).replace("&apos;", "'")
}

fn between<'a>(text: &'a str, before: &str, after: &str) -> Option<&'a str> {
    let (_, rest) = text.split_once(before)?;
    Some(rest.split_once(after)?.0)
}
