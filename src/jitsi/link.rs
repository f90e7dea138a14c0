//! The link: made from server, room and token, and taken apart again.
//!
//! Owns: both spellings of a link, and reading any link as Jitsi's client would. Does not own:
//! what the token says. Known weakness: a foreign link's room is not put into NFKC, as the client
//! would do.

use std::{borrow::Cow, collections::BTreeMap};

use serde_json::Value;

use super::server::{ServerAddress, canonical_host, default_port, split_port};
use crate::model::{JoinLink, Room, percent_encoded};

/// Where in the link the token stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum LinkStyle {
    /// `?jwt=…`: every server takes it, and may write it into its log.
    #[default]
    Query,
    /// `#jwt="…"`: stays out of web logs; older servers ignore it.
    Fragment,
}

/// Where a link leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkParts {
    /// Whether the link is `https`.
    pub secure: bool,
    /// The host: lower case, A-labels.
    pub host: String,
    /// The port, where it is not the scheme's own.
    pub port: Option<u16>,
    /// What stands between host and room, percent-decoded.
    pub tenant: Option<String>,
    /// The last part of the path, percent-decoded.
    pub room: String,
    /// Where the token stands.
    pub style: LinkStyle,
}

/// Why a text is not a link to a room. No variant holds any of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LinkProblem {
    /// Another scheme than `https` or `http`.
    #[error("the link does not begin with `https://`")]
    Scheme,
    /// The host or port is none.
    #[error("the link has no proper host")]
    Host,
    /// The path names no room.
    #[error("the link names no room")]
    Room,
    /// No `jwt=` in it.
    #[error("the link carries no token (`jwt=`)")]
    Token,
}

/// A link taken apart, and how carefully it was put together.
pub(super) struct Taken<'a> {
    pub parts: LinkParts,
    pub token: Cow<'a, str>,
    /// The token is quoted as its place wants it: not in the query, but in the fragment.
    pub quoted_right: bool,
    /// What stands in query and fragment beside the token: `&` and the like taken off.
    pub beside: String,
    /// What the fragment sets of the client.
    pub client: ClientSettings,
}

/// Where a link is to lead.
pub(super) struct Place<'a> {
    pub server: &'a ServerAddress,
    /// In place of the one in the server's address.
    pub tenant: Option<&'a str>,
    pub room: &'a Room,
}

/// Puts a link together. The token is base64url and dots, the room is safe: nothing is escaped but
/// the quotes that make the fragment a JSON string.
pub(super) fn join_link(place: &Place<'_>, token: &str, style: LinkStyle, config: &str) -> JoinLink {
    let (before, after, between) = match style {
        LinkStyle::Query => ("?jwt=", "", "#"),
        LinkStyle::Fragment => ("#jwt=%22", "%22", "&"),
    };
    let between = if config.is_empty() { "" } else { between };
    let (slash, tenant) = place.tenant.map_or(("", ""), |tenant| ("/", tenant));
    let (base, room) = (place.server.without_tenant(), place.room.as_str());
    let pieces = [base, slash, tenant, "/", room, before, token, after, between, config];
    let mut url = String::with_capacity(pieces.iter().map(|piece| piece.len()).sum());
    url.extend(pieces);
    JoinLink::new(url)
}

/// Settings of the web client as parameters of a link: `config.startWithAudioMuted=true`, the values JSON,
/// percent-encoded (RFC 3986 §2.1).
pub(super) fn client_parameters(config: &[(String, String)]) -> String {
    let mut text = String::new();
    for (name, json) in config {
        let separator = if text.is_empty() { "" } else { "&" };
        text.extend([separator, "config.", name, "="]);
        text.push_str(&percent_encoded(json, ""));
    }
    text
}

/// Settings of the web client as a link has them; `None` where a value is no JSON, which the client passes over.
pub(super) type ClientSettings = BTreeMap<String, Option<Value>>;

/// Reads the client's settings among a fragment's parameters, in whatever order they stand; of one that stands
/// twice the last counts, as with the client.
pub(super) fn client_settings(parameters: &str) -> ClientSettings {
    let settings = parameters.split('&').filter_map(|parameter| parameter.strip_prefix("config.")?.split_once('='));
    settings.map(|(name, value)| (name.to_owned(), serde_json::from_str(&percent_decoded(value)).ok())).collect()
}

/// Takes a link apart as Jitsi's client does: the last path segment is the room, a token in the
/// fragment goes before one in the query.
pub(super) fn take_apart(text: &str) -> Result<Taken<'_>, LinkProblem> {
    let (scheme, rest) = text.split_once("://").unwrap_or(("https", text));
    let secure = scheme.eq_ignore_ascii_case("https");
    if !secure && !scheme.eq_ignore_ascii_case("http") {
        return Err(LinkProblem::Scheme);
    }
    let (rest, fragment) = rest.split_once('#').unwrap_or((rest, ""));
    let (place, query) = rest.split_once('?').unwrap_or((rest, ""));
    let (style, value) = match (jwt_of(fragment), jwt_of(query)) {
        (Some(value), _) => (LinkStyle::Fragment, value),
        (None, Some(value)) => (LinkStyle::Query, value),
        (None, None) => return Err(LinkProblem::Token),
    };
    let (authority, path) = place.split_once('/').ok_or(LinkProblem::Room)?;
    let (host, port) = split_port(authority).map_err(|_| LinkProblem::Host)?;
    let host = canonical_host(host).ok_or(LinkProblem::Host)?;
    let (tenant, room) = path.trim_end_matches('/').rsplit_once('/').map_or((None, path), |(t, r)| (Some(t), r));
    let room = percent_decoded(room.trim_end_matches('/')).into_owned();
    if room.is_empty() {
        return Err(LinkProblem::Room);
    }
    let decoded = percent_decoded(value);
    let quoted = decoded.len() >= 2 && decoded.starts_with('"') && decoded.ends_with('"');
    Ok(Taken {
        beside: beside(query, fragment),
        client: client_settings(fragment),
        quoted_right: quoted == (style == LinkStyle::Fragment),
        token: if quoted { Cow::Owned(decoded[1..decoded.len() - 1].to_owned()) } else { decoded },
        parts: LinkParts {
            secure,
            host,
            port: port.filter(|&port| port != default_port(if secure { "https" } else { "http" })),
            tenant: tenant.filter(|tenant| !tenant.is_empty()).map(|tenant| percent_decoded(tenant).into_owned()),
            room,
            style,
        },
    })
}

/// All parameters but the token.
fn beside(query: &str, fragment: &str) -> String {
    let others = |text: &str| text.split('&').filter(|one| !one.starts_with("jwt=")).collect::<Vec<_>>().join("&");
    let (query, fragment) = (others(query), others(fragment));
    if query.is_empty() { fragment } else { format!("{query}?{fragment}") }
}

/// The value of `jwt` among parameters joined by `&`.
fn jwt_of(parameters: &str) -> Option<&str> {
    parameters.split('&').find_map(|parameter| parameter.strip_prefix("jwt="))
}

/// Undoes percent-encoding (RFC 3986 §2.1); a `%` without two digits stays.
pub(super) fn percent_decoded(text: &str) -> Cow<'_, str> {
    if !text.contains('%') {
        return Cow::Borrowed(text);
    }
    let bytes = text.as_bytes();
    let digit = |at: usize| bytes.get(at).and_then(|b| char::from(*b).to_digit(16));
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        match (bytes[at], digit(at + 1), digit(at + 2)) {
            (b'%', Some(high), Some(low)) => {
                decoded.push(u8::try_from(high * 16 + low).unwrap_or(b'%'));
                at += 3;
            }
            (other, ..) => {
                decoded.push(other);
                at += 1;
            }
        }
    }
    Cow::Owned(String::from_utf8_lossy(&decoded).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn server(text: &str) -> ServerAddress {
        ServerAddress::parse(text).unwrap()
    }

    #[test]
    fn a_link_carries_the_token_in_query_or_fragment() {
        let room = Room::parse("rust-workshop").unwrap();
        let leads = |address: &str, tenant, style| {
            let place = Place { server: &server(address), tenant, room: &room };
            join_link(&place, "a.b.c", style, "").expose().to_owned()
        };
        assert_eq!(
            leads("https://meet.example.org", None, LinkStyle::Query),
            "https://meet.example.org/rust-workshop?jwt=a.b.c"
        );
        assert_eq!(
            leads("https://meet.example.org:8443/acme", Some("acme"), LinkStyle::Fragment),
            "https://meet.example.org:8443/acme/rust-workshop#jwt=%22a.b.c%22"
        );
        for address in ["https://meet.example.org", "https://meet.example.org/acme"] {
            let of_row = "https://meet.example.org/beta/rust-workshop?jwt=a.b.c";
            assert_eq!(leads(address, Some("beta"), LinkStyle::Query), of_row, "{address}");
        }
    }

    #[test]
    fn a_link_is_taken_apart_as_the_client_does() {
        for (text, host, tenant, room, token, style) in [
            ("https://meet.example.org/r?jwt=a.b.c", "meet.example.org", None, "r", "a.b.c", LinkStyle::Query),
            ("https://M.org:443/acme/r?jwt=a.b.c", "m.org", Some("acme"), "r", "a.b.c", LinkStyle::Query),
            ("http://m.org/r?x=1&jwt=a.b.c&y=2#config.a=true", "m.org", None, "r", "a.b.c", LinkStyle::Query),
            ("https://m.org/r#jwt=%22a.b.c%22&config.a=1", "m.org", None, "r", "a.b.c", LinkStyle::Fragment),
            ("https://m.org/r?jwt=x.y.z#jwt=\"a.b.c\"", "m.org", None, "r", "a.b.c", LinkStyle::Fragment),
            ("m.org/caf%C3%A9/?jwt=a.b.c", "m.org", None, "café", "a.b.c", LinkStyle::Query),
            ("https://m.org/a/b/r?jwt=a.b.c", "m.org", Some("a/b"), "r", "a.b.c", LinkStyle::Query),
        ] {
            let taken = take_apart(text).unwrap_or_else(|problem| panic!("{text}: {problem}"));
            assert_eq!(taken.parts.host, host, "{text}");
            assert_eq!(taken.parts.tenant.as_deref(), tenant, "{text}");
            assert_eq!((taken.parts.room.as_str(), &*taken.token, taken.parts.style), (room, token, style), "{text}");
            assert!(taken.quoted_right, "{text}");
        }
    }

    #[test]
    fn other_parameters_and_wrong_quotes_are_noticed() {
        assert!(take_apart("https://m.org/r?jwt=a.b.c").unwrap().beside.is_empty());
        assert!(take_apart("https://m.org/r#jwt=%22a.b.c%22").unwrap().beside.is_empty());
        assert_eq!(take_apart("https://m.org/r?jwt=a.b.c&x=1#y").unwrap().beside, "x=1?y");
        assert!(!take_apart("https://m.org/r?jwt=a.b.c#x").unwrap().beside.is_empty());
        assert!(!take_apart("https://m.org/r#jwt=a.b.c").unwrap().quoted_right);
        assert!(!take_apart("https://m.org/r?jwt=%22a.b.c%22").unwrap().quoted_right);
    }

    #[test]
    fn settings_of_the_client_are_read_as_the_client_does() {
        let read = |text: &str| take_apart(text).unwrap().client;
        let plain = read("https://m.org/r?jwt=a.b.c#config.a=true&config.b.c=%22x%26y%22");
        assert_eq!(plain, client_settings("config.b.c=%22x%26y%22&config.a=true"));
        assert_eq!(plain["b.c"], Some(Value::from("x&y")));
        assert_eq!(read("https://m.org/r#jwt=%22a.b.c%22&config.a=1&config.a=2&x=3")["a"], Some(Value::from(2)));
        assert_eq!(read("https://m.org/r?jwt=a.b.c#config.a=yes")["a"], None);
        // Only what stands behind the `#` is the client's.
        assert!(read("https://m.org/r?config.a=true&jwt=a.b.c").is_empty());
    }

    #[test]
    fn what_is_no_link_says_what_is_missing() {
        let problem = |text| take_apart(text).err();
        assert_eq!(problem("ftp://m.org/r?jwt=a.b.c"), Some(LinkProblem::Scheme));
        assert_eq!(problem("https://m.org/r"), Some(LinkProblem::Token));
        assert_eq!(problem("https://m.org?jwt=a.b.c"), Some(LinkProblem::Room));
        assert_eq!(problem("https://m.org/?jwt=a.b.c"), Some(LinkProblem::Room));
        assert_eq!(problem("https://ada@m.org/r?jwt=a.b.c"), Some(LinkProblem::Host));
    }

    #[test]
    fn percent_signs_that_encode_nothing_stay() {
        assert_eq!(percent_decoded("100%"), "100%");
        assert_eq!(percent_decoded("%zz%4"), "%zz%4");
        assert_eq!(percent_decoded("%2A%e2%82%ac"), "*€");
    }
}
