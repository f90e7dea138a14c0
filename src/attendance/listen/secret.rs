//! Who may post: whoever holds the secret, as a bearer token or as the key of JaaS's signature.
//!
//! Both are compared in constant time. Known weakness: a signed body can be posted again within five
//! minutes; it is then the same event twice.

use std::fmt;

use aws_lc_rs::{constant_time, hmac};
use axum::http::{HeaderMap, header::AUTHORIZATION};
use data_encoding::BASE64;
use jiff::Timestamp;
use secrecy::{ExposeSecret as _, SecretString};

use super::ListenProblem;

/// Where JaaS puts its signature.
const SIGNATURE: &str = "X-Jaas-Signature";
/// How far a signature's time may be from ours, in seconds, before and after.
const TOLERANCE: i64 = 300;
/// Octets below which a secret can be guessed.
const SHORTEST: usize = 16;

/// The secret that a server and its receiver share.
pub(super) struct Secret {
    text: SecretString,
    key: hmac::Key,
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

impl Secret {
    /// # Errors
    /// [`ListenProblem::Secret`] where it can be guessed, or no header could hold it.
    pub(super) fn new(text: SecretString) -> Result<Self, ListenProblem> {
        let octets = text.expose_secret().as_bytes();
        if octets.len() < SHORTEST {
            return Err(ListenProblem::Secret("has fewer than 16 characters"));
        }
        if !octets.iter().all(u8::is_ascii_graphic) {
            return Err(ListenProblem::Secret(
                "has a character that no HTTP header takes as it is: a space, or no ASCII",
            ));
        }
        let key = hmac::Key::new(hmac::HMAC_SHA256, octets);
        Ok(Self { text, key })
    }

    /// Whether a request carries it as its bearer token (RFC 6750 §2.1).
    pub(super) fn is_bearer_of(&self, headers: &HeaderMap) -> bool {
        let Some((scheme, token)) =
            headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok()).and_then(|value| value.split_once(' '))
        else {
            return false;
        };
        let right = self.text.expose_secret().as_bytes();
        scheme.eq_ignore_ascii_case("Bearer")
            && constant_time::verify_slices_are_equal(token.trim().as_bytes(), right).is_ok()
    }

    /// Whether JaaS signed this body with it, not more than five minutes from now.
    ///
    /// `t=<seconds>,v1=<base64>`, perhaps with further `v1` while a secret is exchanged; other schemes are passed over.
    pub(super) fn has_signed(&self, headers: &HeaderMap, body: &[u8], now: Timestamp) -> bool {
        let Some(header) = headers.get(SIGNATURE).and_then(|value| value.to_str().ok()) else { return false };
        let parts = || header.split(',').filter_map(|part| part.trim().split_once('='));
        let Some((_, time)) = parts().find(|(name, _)| *name == "t") else { return false };
        let recent = time.parse::<i64>().is_ok_and(|time| time.abs_diff(now.as_second()) <= TOLERANCE.unsigned_abs());
        let signed = [time.as_bytes(), b".", body].concat();
        recent
            && parts().filter(|(scheme, _)| *scheme == "v1").any(|(_, signature)| {
                BASE64
                    .decode(signature.as_bytes())
                    .is_ok_and(|signature| hmac::verify(&self.key, &signed, &signature).is_ok())
            })
    }
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderName, HeaderValue};

    use super::*;

    /// 8x8's worked example: <https://developer.8x8.com/jaas/docs/webhooks-signatures>.
    const BODY: &str = r#"{"eventType":"PARTICIPANT_JOINED","sessionId":"9a441d60-ceaf-4eba-b0a8-a7d940a76e1b","timestamp":1632490058278,"fqn":"vpaas-magic-cookie-96f0941768964ab380ed0fbada7a502f/sampleappromanticshiftsstripas","idempotencyKey":"9e9e7420-562d-4659-8e22-44b9b22aaa49","customerId":"96f0941768964ab380ed0fbada7a502f","appId":"vpaas-magic-cookie-96f0941768964ab380ed0fbada7a502f","data":{"avatar":"","name":"Test User","id":"auth0|5f903d7a77f3b4006eb8e67d","participantJid":"fc1ea14a-9bca-4218-a563-8c627e803d56@8x8.vc","moderator":true,"email":"test.user@company.com"}}"#;
    const TEXT: &str = "whsec_9635df66714a4cf088ee9d0979dd3bf6";
    const RIGHT: &str = "xlzqEojlh4qb21sQpXYsWgyK8x9HVpz+RQldsv18rV0=";
    const AT: i64 = 1_632_490_060;

    fn secret(text: &str) -> Secret {
        Secret::new(SecretString::from(text)).unwrap()
    }

    fn headers(name: &'static str, value: &str) -> HeaderMap {
        let name = HeaderName::from_bytes(name.as_bytes()).unwrap();
        HeaderMap::from_iter([(name, HeaderValue::from_str(value).unwrap())])
    }

    fn judged(header: &str, body: &str, seconds: i64) -> bool {
        let now = Timestamp::from_second(seconds).unwrap();
        secret(TEXT).has_signed(&headers(SIGNATURE, header), body.as_bytes(), now)
    }

    #[test]
    fn the_makers_own_example_is_taken() {
        assert!(judged(&format!("t={AT},v1={RIGHT}"), BODY, AT));
    }

    #[test]
    fn a_signature_counts_for_five_minutes_before_and_after() {
        let header = format!("t={AT},v1={RIGHT}");
        assert!(judged(&header, BODY, AT + 300) && judged(&header, BODY, AT - 300));
        assert!(!judged(&header, BODY, AT + 301) && !judged(&header, BODY, AT - 301));
    }

    #[test]
    fn what_is_forged_changed_or_missing_is_refused() {
        let forged = RIGHT.replace("xlzq", "xlzr");
        assert!(!judged(&format!("t={AT},v1={forged}"), BODY, AT));
        assert!(!judged(&format!("t={AT},v1={RIGHT}"), &BODY.replace("true", "false"), AT));
        assert!(!judged(&format!("t={AT},v1={RIGHT}"), &format!("{BODY} "), AT));
        assert!(!judged(&format!("t={},v1={RIGHT}", AT + 1), BODY, AT), "the time is signed too");
        for header in ["", "t=", "v1=", ",", "t=x,v1=x", &format!("t={AT}"), &format!("v1={RIGHT}"), RIGHT] {
            assert!(!judged(header, BODY, AT), "{header}");
        }
        assert!(!judged(&format!("t={AT},v1="), BODY, AT));
        let now = Timestamp::from_second(AT).unwrap();
        assert!(!secret(TEXT).has_signed(&HeaderMap::new(), BODY.as_bytes(), now));
        let other = secret("whsec_9635df66714a4cf088ee9d0979dd3bf7");
        assert!(!other.has_signed(&headers(SIGNATURE, &format!("t={AT},v1={RIGHT}")), BODY.as_bytes(), now));
    }

    #[test]
    fn other_schemes_are_passed_over_and_one_right_signature_is_enough() {
        let forged = RIGHT.replace("xlzq", "xlzr");
        assert!(judged(&format!("v0=abc,t={AT}, v1={forged},v1={RIGHT},v2=x"), BODY, AT));
        for scheme in ["v0", "v2", "v11", "V1"] {
            assert!(!judged(&format!("t={AT},{scheme}={RIGHT}"), BODY, AT), "{scheme}");
        }
    }

    #[test]
    fn a_bearer_token_is_the_whole_secret_and_nothing_else() {
        let text = "secret-of-sixteen+";
        let judged = |value: &str| secret(text).is_bearer_of(&headers("authorization", value));
        assert!(judged(&format!("Bearer {text}")) && judged(&format!("bearer  {text} ")));
        let wrong = [text.to_owned(), format!("Basic {text}"), format!("Bearer{text}"), format!("Bearer {text}x")];
        for value in wrong.iter().map(String::as_str).chain(["Bearer", "Bearer ", "Bearer secret-of-sixteen", ""]) {
            assert!(!judged(value), "{value}");
        }
        assert!(!secret(text).is_bearer_of(&HeaderMap::new()));
    }

    #[test]
    fn a_secret_that_can_be_guessed_or_not_be_sent_is_refused_without_naming_it() {
        for text in ["", "fifteen-letters", "sixteen letters ", "ünsäglich-geheim!", "sixteen-letters\n-"] {
            let problem = Secret::new(SecretString::from(text)).unwrap_err();
            assert!(text.is_empty() || !format!("{problem}{problem:?}{}", problem.hint()).contains(text), "{problem}");
        }
        assert_eq!(format!("{:?}", secret(TEXT)), "Secret(…)");
    }
}
