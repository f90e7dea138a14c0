//! The few stanzas of a log-in: written, and read with care.
//!
//! What a server sends is a stranger's: no document type, 32 elements deep at most, names compared without their
//! prefixes. Pure.

use quick_xml::{Reader, events::Event};

/// More is none of a log-in.
const DEEPEST: usize = 32;

/// What a `<body/>` says (XEP-0124 §7).
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(super) struct Body {
    pub(super) sid: Option<String>,
    /// The condition, where the session ends with it.
    pub(super) ended: Option<String>,
    pub(super) mechanisms: Vec<String>,
    pub(super) has_features: bool,
    pub(super) succeeded: bool,
    pub(super) failure: Option<Failure>,
    /// The address that was bound.
    pub(super) jid: Option<String>,
    /// What an `<iq type="error"/>` says.
    pub(super) iq_error: Option<String>,
}

/// Why a log-in was refused (RFC 6120 §6.5).
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(super) struct Failure {
    /// `not-allowed` and the like.
    pub(super) condition: String,
    /// The server's own words.
    pub(super) text: String,
}

/// Reads an answer.
pub(super) fn read(text: &str) -> Result<Body, String> {
    let mut reader = Reader::from_str(text.trim());
    let mut body = Body::default();
    let mut path: Vec<String> = Vec::new();
    let mut has_body = false;
    loop {
        let event = reader.read_event().map_err(|error| format!("no XML: {error}"))?;
        let (start, is_empty) = match event {
            Event::Eof if !path.is_empty() => return Err("the XML ends in its midst".to_owned()),
            Event::Eof => break,
            Event::DocType(_) => return Err("it holds a document type".to_owned()),
            Event::Text(text) => {
                let text = text.xml_content(quick_xml::XmlVersion::Explicit1_0);
                take_text(&mut body, &path, &text);
                continue;
            }
            Event::GeneralRef(reference) => {
                let character = reference.resolve_char_ref().ok().flatten();
                let named = || match &*reference {
                    "lt" => Some('<'),
                    "gt" => Some('>'),
                    "amp" => Some('&'),
                    "quot" => Some('"'),
                    "apos" => Some('\''),
                    _ => None,
                };
                let Some(c) = character.or_else(named) else { return Err("it holds an unknown entity".to_owned()) };
                take_text(&mut body, &path, c.encode_utf8(&mut [0; 4]));
                continue;
            }
            Event::End(_) => {
                path.pop();
                continue;
            }
            Event::Start(start) => (start, false),
            Event::Empty(start) => (start, true),
            _ => continue,
        };
        let name = start.local_name().as_ref().to_owned();
        if path.is_empty() && name != "body" {
            return Err(format!("it begins with <{}>", shortened(&name)));
        }
        if path.len() >= DEEPEST {
            return Err(format!("its elements are more than {DEEPEST} deep"));
        }
        let attribute = |wanted: &str| {
            let mut found = start.attributes().flatten();
            let found = found.find(|attribute| attribute.key.as_ref() == wanted);
            found.map(|attribute| attribute.value.into_owned())
        };
        match (path.len(), name.as_str()) {
            (0, _) => {
                has_body = true;
                body.sid = attribute("sid");
                if attribute("type").as_deref() == Some("terminate") {
                    body.ended = Some(attribute("condition").unwrap_or_else(|| "no reason was given".to_owned()));
                }
            }
            (_, "features") => body.has_features = true,
            (_, "success") => body.succeeded = true,
            (1, "failure") => body.failure = Some(Failure::default()),
            (2, condition) if condition != "text" => {
                if let (Some(failure), Some("failure")) = (&mut body.failure, path.last().map(String::as_str)) {
                    failure.condition.push_str(condition);
                }
            }
            (1, "iq") if attribute("type").as_deref() == Some("error") => body.iq_error = Some(String::new()),
            _ => {}
        }
        if let (Some(error), 3) = (&mut body.iq_error, path.len())
            && path.last().is_some_and(|last| last == "error")
            && error.is_empty()
        {
            error.push_str(&name);
        }
        if !is_empty {
            path.push(name);
        }
    }
    if !has_body {
        return Err("it holds no <body/>".to_owned());
    }
    Ok(body)
}

fn take_text(body: &mut Body, path: &[String], text: &str) {
    let [.., parent, last] = path else { return };
    let text = if last == "text" { text } else { text.trim() };
    match (parent.as_str(), last.as_str()) {
        ("mechanisms", "mechanism") if !text.is_empty() => body.mechanisms.push(text.to_owned()),
        ("failure", "text") => {
            if let Some(failure) = &mut body.failure {
                failure.text.push_str(text);
            }
        }
        ("bind", "jid") => body.jid.get_or_insert_default().push_str(text),
        _ => {}
    }
}

fn shortened(name: &str) -> String {
    name.chars().take(40).collect()
}

/// Text as it may stand in an attribute.
pub(super) fn quoted(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('\'', "&apos;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_answers_of_a_log_in_are_read() {
        let offer = read(
            "<?xml version='1.0'?><body xmlns:stream='http://etherx.jabber.org/streams' sid='a1'><stream:features>\
             <mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><mechanism>ANONYMOUS</mechanism></mechanisms>\
             </stream:features></body>",
        )
        .unwrap();
        assert_eq!((offer.sid.as_deref(), offer.mechanisms.as_slice()), (Some("a1"), &["ANONYMOUS".to_owned()][..]));
        let refused = read(
            "<body>\n <failure xmlns='urn:ietf:params:xml:ns:xmpp-sasl'>\n <not-allowed/><text>Invalid &apos;iss&#39; \
             claim</text></failure></body>",
        )
        .unwrap();
        let failure = refused.failure.unwrap();
        assert_eq!((failure.condition.as_str(), failure.text.as_str()), ("not-allowed", "Invalid 'iss' claim"));
        assert!(read("<body><success xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/></body>").unwrap().succeeded);
        let gone = read("<body type='terminate' condition='host-unknown'/>").unwrap();
        assert_eq!(gone.ended.as_deref(), Some("host-unknown"));
        let bound = read("<body><iq type='result'><bind><jid>a@b/c</jid></bind></iq></body>").unwrap();
        assert_eq!(bound.jid.as_deref(), Some("a@b/c"));
        let error = read("<body><iq type='error'><error type='cancel'><not-allowed/></error></iq></body>").unwrap();
        assert_eq!(error.iq_error.as_deref(), Some("not-allowed"));
    }

    #[test]
    fn what_is_none_is_refused() {
        let deep = format!("<body>{}{}</body>", "<a>".repeat(40), "</a>".repeat(40));
        for text in
            ["", "<html><body>x</body></html>", "<body>", "{}", "<!DOCTYPE x><body/>", "<body>&x;</body>", &deep]
        {
            assert!(read(text).is_err(), "{text}");
        }
    }
}
