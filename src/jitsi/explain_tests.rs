//! What is said of a token, rule by rule. The tokens are put together here, not by the signer.

use data_encoding::BASE64URL_NOPAD;
use jiff::tz::TimeZone;
use jsonwebtoken::{EncodingKey, crypto::sign};
use secrecy::SecretString;
use serde_json::{Value, json};

use super::*;
use crate::{
    jitsi::{
        Algorithm, Bearer, Finding, ServerAddress, Severity, SigningKey, SigningSecret, TokenSettings, extract_token,
    },
    model::{Address, Room, UserId, Window},
};

const SECRET: &str = "4f9c1a7be2d8036549aa17cc80e3b6d2";
const NBF: i64 = 1_796_473_800;
const EXP: i64 = 1_796_493_600;

fn settings() -> TokenSettings {
    TokenSettings::usual(ServerAddress::parse("https://meet.example.org").unwrap(), "workshop".into())
}

fn signer(settings: TokenSettings) -> Signer {
    let (secret, _) = SigningSecret::accept(SecretString::from(SECRET)).unwrap();
    Signer::new(settings, &SigningKey::Secret(secret)).unwrap()
}

fn header() -> Value {
    json!({ "typ": "JWT", "alg": "HS256" })
}

fn claims() -> Value {
    json!({
        "aud": "workshop", "iss": "workshop", "sub": "meet.example.org", "room": "rust-workshop",
        "nbf": NBF, "exp": EXP, "context": { "user": { "id": "ada1", "name": "Ada Lovelace" } }
    })
}

/// The base with one value replaced, or taken away where it is `Value::Null` by name `-`.
fn with(mut base: Value, pointer: &str, value: Value) -> Value {
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    base.pointer_mut(parent).unwrap()[name] = value;
    base
}

fn without(mut base: Value, pointer: &str) -> Value {
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    base.pointer_mut(parent).unwrap().as_object_mut().unwrap().remove(name);
    base
}

fn token(header: &Value, claims: &Value) -> String {
    let part = |value: &Value| BASE64URL_NOPAD.encode(value.to_string().as_bytes());
    let message = format!("{}.{}", part(header), part(claims));
    let key = EncodingKey::from_secret(SECRET.as_bytes());
    let algorithm = header["alg"].as_str().and_then(|alg| alg.parse::<Algorithm>().ok());
    let algorithm = algorithm.filter(|algorithm| !algorithm.is_rsa()).unwrap_or_default();
    crate::jitsi::signing::install();
    let signature = sign(message.as_bytes(), &key, algorithm.into()).unwrap();
    format!("{message}.{signature}")
}

fn link(token: &str) -> String {
    format!("https://meet.example.org/rust-workshop?jwt={token}")
}

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

/// What is said of a link during its window.
fn explained(given: &str, signer: Option<&Signer>) -> Explanation {
    explain(&extract_token(given).unwrap(), signer, None, at(NBF + 60))
}

fn said(explanation: &Explanation, severity: Severity) -> Vec<&str> {
    let said = explanation.findings.iter().filter(|finding| finding.severity == severity);
    said.map(|finding| finding.text.as_str()).collect()
}

/// Holds that exactly one thing of this severity, and nothing worse, is said, with these words.
fn assert_says(explanation: &Explanation, severity: Severity, words: &str) {
    let told = said(explanation, severity);
    assert!(
        told.len() == 1 && told[0].contains(words),
        "expected `{words}` as {severity:?}: {:#?}",
        explanation.findings
    );
    assert!(explanation.findings.iter().all(|finding| finding.severity <= severity), "{:#?}", explanation.findings);
}

#[test]
fn a_minted_link_is_sound_and_tells_whose_it_is() {
    let signer = signer(settings());
    let (id, email) = (UserId("abcdefghijklmnopqrstuvwxyz".into()), Address::parse("ada@example.org").unwrap());
    let bearer = Bearer { user_id: &id, name: "Ada Lovelace", email: &email, moderator: true, own: None };
    let none = jiff::SignedDuration::ZERO;
    let window = Window::new(at(NBF), at(EXP), none, none, TimeZone::UTC).unwrap();
    let link = signer.mint(&bearer, &Room::parse("rust-workshop").unwrap(), &window).unwrap();
    let explanation = explained(link.expose(), Some(&signer));
    assert!(explanation.is_sound());
    assert_eq!(explanation.signature, SignatureCheck::Holds);
    assert_eq!(explanation.user_id(), Some("abcdefghijklmnopqrstuvwxyz"));
    assert_says(&explanation, Severity::Note, "moderator's rights");
    let zone = TimeZone::get("Europe/Berlin").unwrap();
    assert_eq!(
        explanation.lines(&zone),
        [
            "link: to room rust-workshop on meet.example.org",
            "header: type JWT, signed with HS256 (a shared secret)",
            "signature: holds; it was made with this event's secret",
            "issuer (iss): workshop",
            "audience (aud): workshop",
            "subject (sub): meet.example.org",
            "room: rust-workshop",
            "works from Sat 5 Dec 2026 13:30 (Europe/Berlin) = 12:30 UTC to Sat 5 Dec 2026 19:00 (Europe/Berlin) = 18:00 UTC",
            "that is now, for 5 hours more",
            "person: Ada Lovelace, id abcdefghijklmnopqrstuvwxyz, moderator",
        ]
    );
}

#[test]
fn the_window_has_no_leeway() {
    let given = extract_token(&link(&token(&header(), &claims()))).unwrap();
    let signer = signer(settings());
    let at = |second| explain(&given, Some(&signer), None, at(second));
    assert_says(&at(NBF - 1), Severity::Note, "not work yet: servers refuse it until Sat 5 Dec 2026 12:30 UTC");
    assert!(at(NBF).findings.is_empty() && at(EXP - 1).findings.is_empty());
    assert_says(&at(EXP), Severity::Error, "stopped working: servers refuse it since Sat 5 Dec 2026 18:00 UTC");
    assert!(!at(EXP).is_sound() && at(NBF - 1).is_sound());
}

#[test]
fn every_header_a_server_refuses_is_an_error() {
    for (header, words) in [
        (without(header(), "/typ"), "no `typ`"),
        (with(header(), "/typ", json!("jwt")), "`typ` is `jwt`"),
        (with(header(), "/typ", json!(1)), "`typ` is a number"),
        (without(header(), "/alg"), "does not say how"),
        (with(header(), "/alg", json!("none")), "not signed"),
        (with(header(), "/alg", json!("None")), "not signed"),
        (with(header(), "/alg", json!("hs256")), "knows the algorithm `hs256`"),
        (with(header(), "/alg", json!("ES256")), "knows the algorithm `ES256`"),
        (with(header(), "/alg", json!("RS256")), "private key (RS256)"),
        (with(header(), "/alg", json!("HS512")), "signed with HS512"),
    ] {
        let explanation = explained(&link(&token(&header, &claims())), Some(&signer(settings())));
        assert_says(&explanation, Severity::Error, words);
    }
}

#[test]
fn every_claim_a_server_refuses_is_an_error() {
    let set = |pointer, value| with(claims(), pointer, value);
    let drop = |pointer| without(claims(), pointer);
    for (claims, words) in [
        (drop("/iss"), "`iss` is missing"),
        (set("/iss", json!("other")), "`iss` is `other`"),
        (set("/iss", json!(["workshop"])), "`iss` is a list"),
        (drop("/aud"), "`aud` is missing"),
        (set("/aud", json!(null)), "`aud` is null"),
        (drop("/sub"), "`sub` is missing"),
        (set("/sub", json!("meet.example.com")), "`sub` is `meet.example.com`"),
        (drop("/room"), "`room` is missing"),
        (set("/room", json!(7)), "`room` is a number"),
        (set("/room", json!("")), "`room` is empty"),
        (set("/room", json!("other")), "`room` is `other`"),
        (set("/room", json!("*")), "opens every room"),
        (drop("/exp"), "`exp` is missing"),
        (set("/exp", json!("1796493600")), "`exp` is \"1796493600\""),
        (set("/exp", json!(EXP * 1000)), "beyond the year 9999"),
        (set("/exp", json!(NBF)), "never works"),
        (set("/exp", json!(1)), "never works"),
        (set("/nbf", json!(null)), "`nbf` is null"),
        (set("/nbf", json!(NBF * 1000)), "never begins"),
        (set("/context", json!([])), "`context` is a list"),
        (set("/context/user", json!("Ada")), "`context.user` is a string"),
        (set("/context/user/name", json!(null)), "`context.user.name` is null"),
        (set("/context/user/id", json!(17)), "`context.user.id` is a number"),
        (set("/context/user/avatar", json!(false)), "`context.user.avatar` is true or false"),
        (set("/context/features", json!(["recording"])), "`context.features` is a list"),
        (set("/context/tenant", json!("acme")), "`context.tenant` is `acme`"),
    ] {
        let explanation = explained(&link(&token(&header(), &claims)), Some(&signer(settings())));
        assert_says(&explanation, Severity::Error, words);
    }
}

#[test]
fn what_may_fail_somewhere_is_a_warning() {
    let set = |pointer, value| with(claims(), pointer, value);
    let drop = |pointer| without(claims(), pointer);
    let features = json!({ "recording": "true", "telepathy": true });
    for (claims, words) in [
        (set("/aud", json!("jitsi")), "`aud` is `jitsi`"),
        (set("/aud", json!(["workshop"])), "`aud` is a list"),
        (drop("/context"), "`context` is missing"),
        (drop("/context/user"), "`context.user` is missing"),
        (drop("/context/user/id"), "`context.user.id` is missing"),
        (set("/context/user/name", json!(" ")), "without a name"),
        (set("/context/user/moderator", json!("yes")), "`context.user.moderator` is \"yes\""),
        (set("/context/user/affiliation", json!("admin")), "takes it for a plain member's"),
        (set("/context/user/affiliation", json!(null)), "`context.user.affiliation` is null"),
        (set("/context/features", features), "the feature `telepathy`"),
        (set("/context/features", json!({ "recording": 1 })), "the feature `recording` is 1"),
        (set("/exp", json!(NBF + 400 * 86_400)), "more than a year"),
        (set("/x", json!("x".repeat(4000))), "bytes long"),
    ] {
        let explanation = explained(&link(&token(&header(), &claims)), Some(&signer(settings())));
        assert_says(&explanation, Severity::Warning, words);
    }
}

#[test]
fn what_is_in_order_is_at_most_noted() {
    let set = |pointer, value| with(claims(), pointer, value);
    for claims in [
        set("/room", json!("Rust-Workshop")),
        set("/sub", json!("Meet.Example.ORG")),
        set("/sub", json!("*")),
        set("/nbf", json!(0.5)),
        without(claims(), "/nbf"),
        set("/exp", json!(1_796_493_600.5)),
        set("/context/user/moderator", json!("true")),
        set("/context/user/moderator", json!(false)),
        set("/context/user/email", json!("ada@example.org")),
        set("/context/user/affiliation", json!("owner")),
        set("/context/features", json!({ "recording": "true", "livestreaming": false })),
    ] {
        let claims = if claims["nbf"] == json!(0.5) { with(claims, "/exp", json!(NBF + 100)) } else { claims };
        let explanation = explained(&link(&token(&header(), &claims)), Some(&signer(settings())));
        let long = |finding: &Finding| finding.text.contains("more than a year");
        let loud = |finding: &&Finding| finding.severity > Severity::Note && !long(finding);
        assert_eq!(explanation.findings.iter().find(loud), None);
    }
}

#[test]
fn moderators_are_known_as_the_server_knows_them() {
    for (pointer, value, moderator) in [
        ("/context/user/moderator", json!(true), true),
        ("/context/user/moderator", json!("true"), true),
        ("/context/user/moderator", json!("TRUE"), false),
        ("/context/user/moderator", json!(1), false),
        ("/context/user/affiliation", json!("owner"), true),
        ("/context/user/affiliation", json!("teacher"), true),
        ("/context/user/affiliation", json!("member"), false),
    ] {
        let explanation = explained(&token(&header(), &with(claims(), pointer, value.clone())), None);
        assert_eq!(explanation.claims.user.moderator, moderator, "{pointer} {value}");
    }
}

#[test]
fn a_signature_is_checked_under_the_tokens_own_algorithm() {
    let signer = signer(settings());
    let hs512 = explained(&token(&with(header(), "/alg", json!("HS512")), &claims()), Some(&signer));
    assert_eq!(hs512.signature, SignatureCheck::Holds);
    let sound = token(&header(), &claims());
    let (message, signature) = sound.rsplit_once('.').unwrap();
    for broken in
        [format!("{message}."), format!("{message}.{}", &signature[1..]), format!("{message}.A{}", &signature[1..])]
    {
        if broken == sound {
            continue;
        }
        let explanation = explained(&broken, Some(&signer));
        assert_eq!(explanation.signature, SignatureCheck::DoesNotHold);
        assert_says(&explanation, Severity::Error, "signature does not hold");
    }
    assert!(matches!(explained(&sound, None).signature, SignatureCheck::NotChecked(_)));
}

#[test]
fn without_settings_a_token_is_compared_with_its_link() {
    let sound = token(&header(), &claims());
    assert_eq!(explained(&link(&sound), None).findings, []);
    let elsewhere = format!("https://meet.example.com/rust-workshop?jwt={sound}");
    assert_says(&explained(&elsewhere, None), Severity::Warning, "the link leads to `meet.example.com`");
    let tenant = token(&header(), &with(claims(), "/sub", json!("acme")));
    assert_eq!(explained(&format!("https://m.org/acme/Rust-Workshop?jwt={tenant}"), None).findings, []);
    let other_room = format!("https://meet.example.org/other?jwt={sound}");
    assert_says(&explained(&other_room, None), Severity::Error, "leads to the room `other`");
    let plain = format!("http://meet.example.org/rust-workshop?jwt={sound}");
    assert_says(&explained(&plain, None), Severity::Warning, "unencrypted");
    let unquoted = format!("https://meet.example.org/rust-workshop#jwt={sound}");
    assert_says(&explained(&unquoted, None), Severity::Error, "quotes");
}

#[test]
fn a_link_that_leads_elsewhere_is_an_error() {
    let sound = token(&header(), &claims());
    for (address, words) in [
        ("https://evil.example.org/rust-workshop", "the link leads to `evil.example.org`"),
        ("https://meet.example.org:8443/rust-workshop", "the link leads to `meet.example.org:8443`"),
        ("https://meet.example.org/acme/rust-workshop", "its path is another"),
        ("https://meet.example.org/other", "the link leads to the room `other`"),
    ] {
        let explanation = explained(&format!("{address}?jwt={sound}"), Some(&signer(settings())));
        assert_says(&explanation, Severity::Error, words);
    }
    let every_room = token(&header(), &with(claims(), "/room", json!("*")));
    assert_says(&explained(&link(&every_room), None), Severity::Warning, "every room");
}

#[test]
fn a_configured_audience_is_compared_strictly() {
    let signer = signer(TokenSettings { audience: Some("jitsi".into()), ..settings() });
    let explanation = explained(&link(&token(&header(), &claims())), Some(&signer));
    assert_says(&explanation, Severity::Error, "invalid 'aud' claim");
}

#[test]
fn jaas_has_rules_of_its_own() {
    let app = "vpaas-magic-cookie-1";
    let header = json!({ "typ": "JWT", "alg": "RS256", "kid": format!("{app}/key") });
    let chat = json!({
        "aud": "jitsi", "iss": "chat", "sub": app, "room": "r", "nbf": NBF, "exp": EXP,
        "context": { "user": { "id": "1", "name": "Ada" }, "features": {} }
    });
    let explanation = explained(&format!("https://8x8.vc/{app}/r?jwt={}", token(&header, &chat)), None);
    assert_eq!(explanation.findings, []);
    assert!(matches!(explanation.signature, SignatureCheck::NotChecked(_)));
    let wrong_key = with(header.clone(), "/kid", json!("key"));
    assert_says(&explained(&token(&wrong_key, &chat), None), Severity::Error, "`kid`");
    let wrong_issuer = with(chat, "/iss", json!("workshop"));
    assert_says(&explained(&token(&header, &wrong_issuer), None), Severity::Error, "`iss` to be `chat`");
}

#[test]
fn nothing_that_is_said_holds_the_token() {
    let sound = token(&header(), &claims());
    let explanation = explained(&link(&sound), None);
    let shown = format!("{explanation:?} {:?}", explanation.lines(&TimeZone::UTC));
    assert!(!shown.contains(&sound[..20]) && !shown.contains(sound.rsplit('.').next().unwrap()));
}

#[path = "explain_own_tests.rs"]
mod own;
