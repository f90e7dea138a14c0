//! Reading a token that somebody holds: from a bare token or from any link that carries one.
//!
//! Owns: finding the token in what was pasted, and decoding it. Does not own: what it states
//! (`explanation`), judging that (`findings`) or wording it (`inspect_text`). Known weakness: of
//! names that stand twice deep inside the last is taken without a word.

use std::{borrow::Cow, fmt};

use data_encoding::BASE64URL_NOPAD;
use serde_json::{Map, Value};

use super::{
    json_object::Object,
    link::{ClientSettings, LinkParts, LinkProblem, Taken, percent_decoded, take_apart},
    wrapped::unwrapped,
};

/// More than any link or token is long, in octets.
const LONGEST: usize = 65_536;

/// A token that could be read, and the link it came in. Its `Debug` form shows nothing of the token.
#[derive(Clone)]
pub struct Extracted {
    /// Where the link leads; `None` for a bare token.
    pub link: Option<LinkParts>,
    /// Who made the link into one of their own, from the outermost on.
    pub(super) wrapped_by: Vec<&'static str>,
    /// What stands in the link beside the token: settings of the client.
    pub(super) beside: String,
    /// What the link sets of the client.
    pub(super) client: ClientSettings,
    pub(super) token: String,
    pub(super) quoted_right: bool,
    pub(super) header: Map<String, Value>,
    pub(super) claims: Map<String, Value>,
    /// Names that stand twice in header or claims: which of them counts depends on the reader.
    pub(super) twice: Vec<String>,
}

impl fmt::Debug for Extracted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Extracted").field("link", &self.link).field("token", &"[redacted]").finish_non_exhaustive()
    }
}

/// Why nothing could be read. No variant holds any of what was given.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InspectProblem {
    /// Nothing was given.
    #[error("no token and no link was given")]
    Empty,
    /// More than 64 KiB.
    #[error("this is far too long for a token or a link")]
    TooLong,
    /// Blanks in the middle: something stands beside the link.
    #[error("this holds blanks: a token or a link has none")]
    Blanks,
    /// A link without a token, or no link to a room.
    #[error("{0}")]
    Link(#[from] LinkProblem),
    /// A token has three parts.
    #[error("this is not a token: a token has 3 parts with dots between them, this has {0}")]
    Parts(usize),
    /// A part is not base64url.
    #[error("the token's {0} cannot be decoded: characters are missing or do not belong there")]
    Base64(&'static str),
    /// A part is not a JSON object.
    #[error("the token's {0} is not a JSON object")]
    Json(&'static str),
}

impl InspectProblem {
    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Empty | Self::TooLong | Self::Blanks => {
                "give one link or one token alone, in single quotes: `roomkey inspect 'https://…?jwt=…'`"
            }
            Self::Link(LinkProblem::Token) => {
                "copy the link out of the mail: once somebody has joined, the address bar no longer shows the token"
            }
            Self::Link(_) => "a link looks like `https://meet.example.org/room?jwt=…`",
            Self::Parts(5) => "five parts make an encrypted token, which Jitsi does not take",
            Self::Parts(_) | Self::Base64(_) | Self::Json(_) => {
                "copy the whole link again: mail programs break long lines and cut their ends off"
            }
        }
    }
}

/// Finds and decodes the token in a bare token or a link of either style.
///
/// Outer blanks, quotes and `<>` are dropped, `&amp;` is read as `&`, line breaks from copying are
/// taken out; a link that a mail filter made into one of its own is taken out of that, by reading alone.
///
/// # Errors
/// [`InspectProblem`] where no token is to be found, or its header or claims are not base64url JSON.
pub fn extract_token(given: &str) -> Result<Extracted, InspectProblem> {
    if given.len() > LONGEST {
        return Err(InspectProblem::TooLong);
    }
    let mut text = tidied(given)?;
    let (inner, wrapped_by) = unwrapped(&text).unzip();
    if let Some(inner) = inner {
        text = tidied(&inner)?;
    }
    let Found { link, beside, client, token, quoted_right } = find_token(&text)?;
    // A sentence's full stop after a whole token.
    let token = if token.matches('.').count() == 3 { token.strip_suffix('.').unwrap_or(&token) } else { &token };
    // Padding means nothing, and is no part of what was signed.
    let token = token.trim_end_matches('=');
    let parts: Vec<&str> = token.split('.').collect();
    let [header, claims, _signature] = parts[..] else { return Err(InspectProblem::Parts(parts.len())) };
    let (header, claims) = (decoded("header", header)?, decoded("content", claims)?);
    Ok(Extracted {
        twice: [header.twice, claims.twice].concat(),
        header: header.values,
        claims: claims.values,
        token: token.to_owned(),
        wrapped_by: wrapped_by.unwrap_or_default(),
        link,
        beside,
        client,
        quoted_right,
    })
}

/// A token found in what was pasted.
struct Found<'a> {
    link: Option<LinkParts>,
    beside: String,
    client: ClientSettings,
    token: Cow<'a, str>,
    quoted_right: bool,
}

impl<'a> Found<'a> {
    fn bare(token: Cow<'a, str>) -> Self {
        Self { link: None, beside: String::new(), client: ClientSettings::new(), token, quoted_right: true }
    }
}

/// Where the link leads, if it is one; the token; whether it is quoted as its place wants it.
fn find_token(text: &str) -> Result<Found<'_>, InspectProblem> {
    // `jwt=…` or `?jwt=…` without anything in front: the token alone.
    if let Some(value) = text.trim_start_matches(['?', '#', '&']).strip_prefix("jwt=") {
        let value = value.split(['&', '#']).next().unwrap_or(value);
        return Ok(Found::bare(Cow::Owned(percent_decoded(value).trim_matches('"').to_owned())));
    }
    if !text.contains("jwt=") && !text.contains("://") {
        return Ok(Found::bare(Cow::Borrowed(text)));
    }
    let Taken { parts, token, quoted_right, beside, client } = take_apart(text)?;
    Ok(Found { link: Some(parts), beside, client, token, quoted_right })
}

/// Takes off what copying and mail programs put around or into a link.
fn tidied(given: &str) -> Result<String, InspectProblem> {
    const INVISIBLE: [char; 4] = ['\u{200B}', '\u{2060}', '\u{FEFF}', '\u{AD}'];
    let visible = given.replace(INVISIBLE, "");
    // Quoted-printable source: a token holds no `=`, so `=3D` before it can mean nothing else.
    let visible = if ["jwt=3D", "?url=3D", "?q=3D", "?u=3D"].iter().any(|name| visible.contains(name)) {
        visible.replace("=\r\n", "").replace("=\n", "").replace("=3D", "=")
    } else {
        visible
    };
    // An answer's marks before each line.
    let unquoted = |line: &'_ str| line.trim_start_matches(['>', ' ', '\t']).trim_end().to_owned();
    let joined: String = visible.lines().map(unquoted).collect();
    let text = alone(&joined);
    match text {
        "" => Err(InspectProblem::Empty),
        text if text.contains(char::is_whitespace) => Err(InspectProblem::Blanks),
        text => Ok(text.replace("&amp;", "&")),
    }
}

/// A link without the marks of the sentence it stood in. No token ends with any of them but for a
/// full stop, which an unsigned one does, and a quote, which belongs to some links.
fn alone(text: &str) -> &str {
    const OPENING: [char; 7] = ['<', '(', '[', '“', '‘', '`', '\''];
    const CLOSING: [char; 10] = ['>', ')', ']', ',', ';', '!', '”', '’', '`', '\''];
    let mut text = text;
    loop {
        let mut inner = text.trim().trim_start_matches(OPENING).trim_end_matches(CLOSING);
        if let Some(rest) = inner.strip_prefix('"') {
            inner = rest.strip_suffix('.').unwrap_or(rest);
            inner = inner.strip_suffix('"').unwrap_or(inner);
        }
        inner = inner.strip_suffix('.').filter(|rest| rest.ends_with(CLOSING)).unwrap_or(inner);
        if inner == text {
            return text;
        }
        text = inner;
    }
}

fn decoded(name: &'static str, part: &str) -> Result<Object, InspectProblem> {
    let octets =
        BASE64URL_NOPAD.decode(part.trim_end_matches('=').as_bytes()).map_err(|_| InspectProblem::Base64(name))?;
    serde_json::from_slice(&octets).map_err(|_| InspectProblem::Json(name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::jitsi::LinkStyle;

    /// `{"typ":"JWT","alg":"HS256"}` . `{"room":"r"}` . a signature of the right look.
    const TOKEN: &str = "eyJ0eXAiOiJKV1QiLCJhbGciOiJIUzI1NiJ9.eyJyb29tIjoiciJ9.c2lnbmF0dXJl";

    #[test]
    fn a_token_is_found_however_it_was_pasted() {
        let (half, rest) = TOKEN.split_at(50);
        for given in [
            TOKEN.to_owned(),
            format!("  {TOKEN}\n"),
            format!("'{TOKEN}'"),
            format!("{TOKEN}."),
            format!("jwt={TOKEN}"),
            format!("?jwt={TOKEN}&x=1"),
            format!("#jwt=%22{TOKEN}%22"),
            format!("https://m.org/r?jwt={TOKEN}"),
            format!("<https://m.org/r?jwt={TOKEN}>"),
            format!("“https://m.org/r?jwt={TOKEN}”"),
            format!("https://m.org/r?jwt={TOKEN}>"),
            format!("<https://m.org/r?jwt={TOKEN}>."),
            format!("(\"https://m.org/r?jwt={TOKEN}\"),"),
            format!("> https://m.org/r?jwt={half}\n> {rest}\n"),
            format!("https://m.org/r?jwt={TOKEN}=="),
            format!("https://m.org/r?lang=de&amp;jwt={TOKEN}&amp;x=1#config.startWithAudioMuted=true"),
            format!("https://m.org/r#jwt=%22{TOKEN}%22&config.prejoinPageEnabled=false"),
            format!("https://m.org/r#config.x=1&jwt=\"{TOKEN}\""),
            format!("m.org/r?jwt={TOKEN}"),
            format!("https://m.org/r?jwt=\n  {half}\r\n{rest}"),
            format!("https://m.org/r?jwt=3D{half}=\r\n{rest}"),
            format!("https://m.org/r?jwt={half}\u{200B}{rest}"),
        ] {
            let found = extract_token(&given).unwrap_or_else(|problem| panic!("{given}: {problem}"));
            assert_eq!(found.token, TOKEN, "{given}");
            assert_eq!(found.link.is_some(), given.contains("m.org"), "{given}");
        }
        let found = extract_token(&format!("https://M.org:8443/acme/r#jwt=%22{TOKEN}%22")).unwrap().link.unwrap();
        assert_eq!((found.host.as_str(), found.port, found.tenant.as_deref()), ("m.org", Some(8443), Some("acme")));
        assert_eq!((found.room.as_str(), found.style), ("r", LinkStyle::Fragment));
    }

    #[test]
    fn an_unsigned_token_keeps_its_last_dot() {
        let unsigned = TOKEN.rsplit_once('.').unwrap().0.to_owned() + ".";
        assert_eq!(extract_token(&format!("<{unsigned}>")).unwrap().token, unsigned);
    }

    #[test]
    fn what_holds_no_token_says_why() {
        use InspectProblem as P;
        let [header, claims, _] = TOKEN.split('.').collect::<Vec<_>>()[..] else { unreachable!() };
        for (given, problem) in [
            (String::new(), P::Empty),
            (" <> ".into(), P::Empty),
            ("x".repeat(70_000), P::TooLong),
            (format!("Your link: https://m.org/r?jwt={TOKEN}"), P::Blanks),
            ("https://m.org/r".into(), P::Link(LinkProblem::Token)),
            (format!("ftp://m.org/r?jwt={TOKEN}"), P::Link(LinkProblem::Scheme)),
            ("hello".into(), P::Parts(1)),
            (format!("{header}.{claims}"), P::Parts(2)),
            ("a.b.c.d.e".into(), P::Parts(5)),
            (format!("{header}.%%.x"), P::Base64("content")),
            (format!("+/+/.{claims}.x"), P::Base64("header")),
            (format!("{header}.eyJyb29tIjoi.x"), P::Json("content")),
            (format!("{header}.WzFd.x"), P::Json("content")),
        ] {
            let found = extract_token(&given).err();
            assert_eq!(found, Some(problem), "{}", given.get(..80).unwrap_or(&given));
            assert!(!found.unwrap().hint().is_empty());
        }
    }

    #[test]
    fn no_debug_form_shows_the_token() {
        let shown = format!("{:?}", extract_token(&format!("https://m.org/r?jwt={TOKEN}")).unwrap());
        assert!(shown.contains("m.org") && !shown.contains("eyJ"), "{shown}");
    }
}
