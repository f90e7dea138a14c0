//! The mechanisms of AUTH, pure: which one, what it says, what its errors say, what must not show.

use data_encoding::{BASE64, BASE64_NOPAD, BASE64URL, BASE64URL_NOPAD, Encoding};

use super::{ASKED_FOR, NOT_OFFERED, NOTHING_IN_COMMON};
use crate::{delivery::smtp::credentials::Auth, model::percent_encoded};

/// Texts shorter than this are not taken out of replies: they would be found everywhere.
const VEILED_FROM: usize = 4;
/// The same, of pieces that are only part of a base64 text.
const PIECE_VEILED_FROM: usize = 8;
/// A status longer than this is none.
const LONGEST_STATUS: usize = 40;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Mechanism {
    Plain,
    Login,
    XOAuth2,
    OAuthBearer,
}

use Mechanism::{Login, OAuthBearer, Plain, XOAuth2};

impl Mechanism {
    /// Its name in EHLO and AUTH.
    pub(super) fn name(self) -> &'static str {
        match self {
            Plain => "PLAIN",
            Login => "LOGIN",
            XOAuth2 => "XOAUTH2",
            OAuthBearer => "OAUTHBEARER",
        }
    }

    /// Whether it takes an access token, not a password.
    pub(super) fn takes_a_token(self) -> bool {
        matches!(self, XOAuth2 | OAuthBearer)
    }

    /// All that the client says, before base64; LOGIN says it in two answers of its own.
    pub(super) fn response(self, user: &str, secret: &str, host: &str, port: u16) -> String {
        match self {
            Plain => format!("\0{user}\0{secret}"),
            Login => String::new(),
            XOAuth2 => format!("user={user}\x01auth=Bearer {secret}\x01\x01"),
            OAuthBearer => {
                let name = sasl_name(user);
                format!("n,a={name},\x01host={host}\x01port={port}\x01auth=Bearer {secret}\x01\x01")
            }
        }
    }

    /// What answers an error, so that the relay's final word follows: nothing, or ^A in base64 (RFC 7628 §3.2.3).
    pub(super) fn answer_to_error(self) -> &'static str {
        if self == OAuthBearer { "AQ==" } else { "" }
    }
}

/// The mechanisms to try, in their order; else why there is none.
pub(super) fn choose(offered: &[String], wanted: Auth) -> Result<Vec<Mechanism>, String> {
    let candidates: &[Mechanism] = match wanted {
        Auth::Auto => &[Plain, Login],
        Auth::Plain => &[Plain],
        Auth::Login => &[Login],
        Auth::XOAuth2 => &[XOAuth2],
        Auth::OAuthBearer => &[OAuthBearer],
    };
    let is_offered = |mechanism: &Mechanism| offered.iter().any(|name| name == mechanism.name());
    let ours: Vec<_> = candidates.iter().copied().filter(is_offered).collect();
    if !ours.is_empty() {
        return Ok(ours);
    }
    let all = offered.join(", ");
    Err(match (wanted, candidates) {
        _ if offered.is_empty() => NOT_OFFERED.to_owned(),
        (Auth::Auto, _) => format!("{NOTHING_IN_COMMON}, but by {all}"),
        (_, wanted) => format!("{ASKED_FOR} {}, and the relay offers {all}", wanted[0].name()),
    })
}

/// Whether a text can be an access token (RFC 6750 §2.1), and not what stands around one.
pub(super) fn is_token(text: &str) -> bool {
    text.bytes().all(|b| b.is_ascii_graphic()) && !text.starts_with(['{', '[', '"', '\''])
}

/// The status of an error as JSON in base64 (RFC 7628 §3.2.2), where it is short, plain, and no part of the secret.
pub(super) fn status(challenge: &str, secret: &str) -> Option<String> {
    let challenge = challenge.trim().trim_end_matches('=').as_bytes();
    let json = BASE64_NOPAD.decode(challenge).or_else(|_| BASE64URL_NOPAD.decode(challenge)).ok()?;
    let status = match serde_json::from_slice::<serde_json::Value>(&json).ok()?.get("status")? {
        serde_json::Value::String(text) => text.clone(),
        serde_json::Value::Number(number) => number.to_string(),
        _ => return None,
    };
    let is_plain = status.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.' | b' '));
    let is_secret = status.len() >= VEILED_FROM && (secret.contains(&status) || status.contains(secret));
    ((1..=LONGEST_STATUS).contains(&status.len()) && is_plain && !is_secret).then_some(status)
}

/// Every spelling in which a relay may repeat a secret, the longest first.
pub(super) fn spellings(secret: &str, response: &str) -> Vec<String> {
    let mut texts = vec![secret.to_owned(), percent_encoded(secret, "")];
    for encoding in [BASE64, BASE64URL] {
        texts.extend([encoding.encode(response.as_bytes()), encoding.encode(secret.as_bytes())]);
        texts.extend(pieces(secret, &encoding));
    }
    texts.retain(|text| text.len() >= VEILED_FROM);
    texts.sort_by(|one, other| other.len().cmp(&one.len()).then_with(|| one.cmp(other)));
    texts.dedup();
    texts
}

// Within a longer text in base64 a secret has three forms, by where it begins.
fn pieces(secret: &str, encoding: &Encoding) -> Vec<String> {
    let piece = |before: usize| {
        let text = [&b"xx"[..before], secret.as_bytes()].concat();
        let encoded = encoding.encode(&text[..text.len() / 3 * 3]);
        // What shares its bits with a neighbour is left out.
        encoded.get(if before == 0 { 0 } else { 4 }..).unwrap_or_default().to_owned()
    };
    (0..3).map(piece).filter(|piece| piece.len() >= PIECE_VEILED_FROM).collect()
}

// RFC 5801 §4: these two would end the name.
fn sasl_name(user: &str) -> String {
    user.replace('=', "=3D").replace(',', "=2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(offered: &[&str], wanted: Auth) -> Result<Vec<Mechanism>, String> {
        choose(&offered.iter().map(|&name| name.to_owned()).collect::<Vec<_>>(), wanted)
    }

    #[test]
    fn by_itself_it_takes_plain_then_login_and_never_oauth() {
        assert_eq!(chosen(&["LOGIN", "XOAUTH2", "PLAIN"], Auth::Auto), Ok(vec![Plain, Login]));
        assert_eq!(chosen(&["XOAUTH2", "LOGIN"], Auth::Auto), Ok(vec![Login]));
        let why = chosen(&["XOAUTH2", "OAUTHBEARER"], Auth::Auto).unwrap_err();
        assert!(why.starts_with(NOTHING_IN_COMMON) && why.ends_with("XOAUTH2, OAUTHBEARER"), "{why}");
    }

    #[test]
    fn what_is_named_is_taken_alone() {
        let all = ["PLAIN", "LOGIN", "XOAUTH2", "OAUTHBEARER"];
        for (wanted, mechanism) in
            [(Auth::Plain, Plain), (Auth::Login, Login), (Auth::XOAuth2, XOAuth2), (Auth::OAuthBearer, OAuthBearer)]
        {
            assert_eq!(chosen(&all, wanted), Ok(vec![mechanism]));
            let why = chosen(&["GSSAPI", "NTLM"], wanted).unwrap_err();
            assert_eq!(why, format!("{ASKED_FOR} {}, and the relay offers GSSAPI, NTLM", mechanism.name()));
            assert_eq!(chosen(&[], wanted).unwrap_err(), NOT_OFFERED);
        }
    }

    #[test]
    fn responses_are_those_of_the_standards() {
        // The examples of RFC 4616 §4 and RFC 7628 §4.1, and Google's own.
        assert_eq!(Plain.response("tim", "tanstaaftanstaaf", "x", 1), "\0tim\0tanstaaftanstaaf");
        let xoauth2 = XOAuth2.response("someuser@example.com", "ya29.vF9dft4qmTc2Nvb3RlckBhdHRhdmlzdGEuY29tCg", "x", 1);
        assert_eq!(
            BASE64.encode(xoauth2.as_bytes()),
            "dXNlcj1zb21ldXNlckBleGFtcGxlLmNvbQFhdXRoPUJlYXJlciB5YTI5LnZGOWRmdDRxbVRjMk52YjNSbGNrQmhkSFJoZG1semRHRXVZMj\
             l0Q2cBAQ=="
        );
        assert_eq!(
            OAuthBearer.response(
                "user@example.com",
                "vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg==",
                "server.example.com",
                587
            ),
            "n,a=user@example.com,\x01host=server.example.com\x01port=587\x01auth=Bearer \
             vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg==\x01\x01"
        );
        assert!(OAuthBearer.response("a=b,c", "t", "h", 1).starts_with("n,a=a=3Db=2Cc,\x01"));
    }

    #[test]
    fn a_status_is_told_only_where_it_is_harmless() {
        let told = |json: &str| status(&BASE64.encode(json.as_bytes()), "ya29.secret-token");
        assert_eq!(told(r#"{"status":"401","schemes":"bearer","scope":"https://mail.google.com/"}"#).unwrap(), "401");
        assert_eq!(told(r#"{"status":"invalid_token","scope":"x"}"#).unwrap(), "invalid_token");
        assert_eq!(told(r#"{"status":400}"#).unwrap(), "400");
        for json in [
            r#"{"status":"ya29.secret-token"}"#,
            r#"{"status":"no ya29.secret-token here"}"#,
            r#"{"status":"secret"}"#,
            r#"{"status":"line\r\nbreak"}"#,
            r#"{"status":""}"#,
            r#"{"status":["401"]}"#,
            r#"{"error":"401"}"#,
            "no JSON",
        ] {
            assert_eq!(told(json), None, "{json}");
        }
        assert_eq!(status("%%%", "x"), None);
        assert_eq!(status("", "x"), None);
    }

    #[test]
    fn a_secret_is_found_wherever_it_stands_in_base64() {
        let secret = "ya29.a0AfH6SMB-secret_token";
        let known = spellings(secret, &XOAuth2.response("ada", secret, "h", 1));
        for before in 0..6 {
            for encoding in [BASE64, BASE64URL] {
                let text = encoding.encode(format!("{}{secret} and more", "?".repeat(before)).as_bytes());
                assert!(known.iter().any(|spelling| text.contains(spelling.as_str())), "{before}");
            }
        }
        assert!(known.windows(2).all(|pair| pair[0].len() >= pair[1].len()));
    }

    #[test]
    fn what_stands_around_a_token_is_none() {
        for text in ["ya29.a0-_~+/==", "EwB4A8l6!*"] {
            assert!(is_token(text), "{text}");
        }
        for text in [r#"{"access_token":"x"}"#, "Bearer x", "\"x\"", "tök", "a\x01b"] {
            assert!(!is_token(text), "{text}");
        }
    }
}
