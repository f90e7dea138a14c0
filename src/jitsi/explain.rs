//! From a token that could be read to its explanation: the facts, the signature, the findings.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value};

use super::{
    claims::Algorithm,
    explanation::{ClaimFacts, Explanation, HeaderFacts, Moment, SignatureCheck, UserFacts},
    findings::Judge,
    inspect::Extracted,
    token::Signer,
    verifying::VerifyingKey,
};

/// The claims that a Jitsi server or client looks at.
const KNOWN_CLAIMS: [&str; 7] = ["iss", "aud", "sub", "room", "nbf", "exp", "context"];
/// What is told of a person in words; `moderator` is, where it is plainly true or false.
const KNOWN_OF_USER: [&str; 6] = ["id", "name", "email", "avatar", "affiliation", "moderator"];

/// Explains a token: what it says, whether the signature holds, what a server would answer at `now`.
///
/// With a signer, what the token says is also compared with the event's settings; without one, only
/// with itself and the link it came in. A key that is given goes before the event's.
#[must_use]
pub fn explain(given: &Extracted, signer: Option<&Signer>, key: Option<&VerifyingKey>, now: Timestamp) -> Explanation {
    let header = header_facts(&given.header);
    let claims = claim_facts(&given.claims);
    let signature = match key {
        // Nothing is signed, whatever stands where the signature should: every server refuses it.
        _ if header.is_unsigned() => SignatureCheck::DoesNotHold,
        Some(key) => check_by(given, header.alg.as_deref(), key),
        None => check_signature(given, header.alg.as_deref(), signer),
    };
    let is_of_the_event = check_signature(given, header.alg.as_deref(), signer) == SignatureCheck::Holds;
    let checked_with = match (key, signer.is_some_and(Signer::is_private)) {
        (Some(_), _) => "the key given",
        (None, true) => "this event's key",
        (None, false) => "this event's secret",
    };
    let findings = Judge::new(given, &claims, signer, now).judge(signature, checked_with);
    Explanation {
        link: given.link.clone(),
        wrapped_by: given.wrapped_by.clone(),
        beside: given.beside.clone(),
        header,
        claims,
        signature,
        is_of_the_event,
        checked_with,
        expected: signer.map(|signer| signer.settings().algorithm),
        now,
        findings,
    }
}

fn check_by(given: &Extracted, alg: Option<&str>, key: &VerifyingKey) -> SignatureCheck {
    let (message, signature) = given.token.rsplit_once('.').unwrap_or((&given.token, ""));
    let Some(Ok(algorithm)) = alg.map(str::parse::<Algorithm>) else {
        return SignatureCheck::NotChecked("no Jitsi server knows how it is signed");
    };
    match key.holds(message, signature, algorithm) {
        Some(true) => SignatureCheck::Holds,
        Some(false) => SignatureCheck::DoesNotHold,
        None if algorithm.is_rsa() => SignatureCheck::NotChecked("a private key signed it, and a secret was given"),
        None => SignatureCheck::NotChecked("a secret signed it, and the file given holds an RSA key"),
    }
}

fn check_signature(given: &Extracted, alg: Option<&str>, signer: Option<&Signer>) -> SignatureCheck {
    let (message, signature) = given.token.rsplit_once('.').unwrap_or((&given.token, ""));
    match (alg.map(str::parse::<Algorithm>), signer) {
        _ if signature.is_empty() => SignatureCheck::DoesNotHold,
        (Some(Ok(algorithm)), signer) if algorithm.is_rsa() && !signer.is_some_and(Signer::is_private) => {
            SignatureCheck::NotChecked("it takes the public key of whoever signed")
        }
        (Some(Ok(algorithm)), Some(signer)) if !algorithm.is_rsa() && signer.is_private() => {
            SignatureCheck::NotChecked("a secret signed it, and this event has a private key")
        }
        (Some(Ok(algorithm)), Some(signer)) if signer.holds(message, signature, algorithm) => SignatureCheck::Holds,
        (Some(Ok(_)), Some(_)) => SignatureCheck::DoesNotHold,
        (Some(Ok(_)), None) => SignatureCheck::NotChecked("the signing secret is not at hand"),
        _ => SignatureCheck::NotChecked("no Jitsi server knows how it is signed"),
    }
}

fn header_facts(header: &Map<String, Value>) -> HeaderFacts {
    HeaderFacts { typ: shown(header.get("typ")), alg: shown(header.get("alg")), kid: shown(header.get("kid")) }
}

fn claim_facts(claims: &Map<String, Value>) -> ClaimFacts {
    let context = claims.get("context").and_then(Value::as_object);
    let in_context = |name: &str| context.and_then(|context| context.get(name));
    let features = in_context("features").and_then(Value::as_object);
    ClaimFacts {
        iss: shown(claims.get("iss")),
        aud: shown(claims.get("aud")),
        sub: shown(claims.get("sub")),
        room: shown(claims.get("room")),
        opens_by_pattern: in_context("room").and_then(|room| room.get("regex")) == Some(&Value::Bool(true)),
        nbf: moment(claims.get("nbf")),
        exp: moment(claims.get("exp")),
        tenant: shown(in_context("tenant")),
        user: in_context("user").and_then(Value::as_object).map(user_facts).unwrap_or_default(),
        group: shown(in_context("group")),
        features: features.map(|all| all.iter().map(|(name, value)| (name.clone(), value.clone())).collect()),
        others: named(claims, &KNOWN_CLAIMS),
    }
}

fn user_facts(user: &Map<String, Value>) -> UserFacts {
    let string = |name: &str| user.get(name).and_then(Value::as_str).map(str::to_owned);
    let has_plain_flag = user.get("moderator").is_some_and(Value::is_boolean);
    UserFacts {
        id: string("id"),
        name: string("name"),
        email: string("email"),
        avatar: shown(user.get("avatar")),
        affiliation: shown(user.get("affiliation")),
        moderator: asks_for_moderator(user),
        others: named(user, if has_plain_flag { &KNOWN_OF_USER } else { &KNOWN_OF_USER[..5] }),
    }
}

/// As the server's `token_affiliation` reads it.
fn asks_for_moderator(user: &Map<String, Value>) -> bool {
    let affiliation = user.get("affiliation").and_then(Value::as_str);
    matches!(affiliation, Some("owner" | "moderator" | "teacher"))
        || user.get("moderator").is_some_and(|flag| flag == &Value::Bool(true) || flag.as_str() == Some("true"))
}

/// What a value says: a string as it is, anything else as JSON.
fn shown(value: Option<&Value>) -> Option<String> {
    value.map(plain)
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn named(values: &Map<String, Value>, but: &[&str]) -> Vec<(String, String)> {
    let others = values.iter().filter(|(name, _)| !but.contains(&name.as_str()));
    others.map(|(name, value)| (name.clone(), plain(value))).collect()
}

fn moment(value: Option<&Value>) -> Moment {
    let Some(value) = value else { return Moment::Missing };
    let Some(seconds) = value.as_f64() else { return Moment::NotANumber(value.to_string()) };
    // Long before the calendar begins is long ago.
    if seconds < 0.0 {
        return Moment::At(value.as_i64().and_then(|at| Timestamp::from_second(at).ok()).unwrap_or(Timestamp::MIN));
    }
    let at = match value.as_i64() {
        Some(whole) => Timestamp::from_second(whole).ok(),
        None => SignedDuration::try_from_secs_f64(seconds).ok().and_then(|since| Timestamp::from_duration(since).ok()),
    };
    at.map_or_else(|| Moment::BeyondCalendar(value.to_string()), Moment::At)
}

#[cfg(test)]
#[path = "explain_tests.rs"]
mod tests;
