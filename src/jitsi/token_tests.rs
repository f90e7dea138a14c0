//! What a minted link says, octet for octet, and what the proof refuses.

use data_encoding::BASE64URL_NOPAD;
use jiff::{SignedDuration, tz::TimeZone};
use secrecy::SecretString;

use super::*;
use crate::{
    jitsi::{LinkStyle, Provider, RsaBits, RsaKey, ServerAddress, SigningSecret, VerifyProblem, link::take_apart},
    model::{Address, Features, ForbiddenChar, RoleFeatures, UserId},
};

const SECRET: &str = "4f9c1a7be2d8036549aa17cc80e3b6d2";

fn settings() -> TokenSettings {
    TokenSettings::usual(ServerAddress::parse("https://meet.example.org").unwrap(), "workshop".into())
}

fn secret() -> SigningKey {
    SigningKey::Secret(SigningSecret::accept(SecretString::from(SECRET)).unwrap().0)
}

fn signer_with(secret: &str, settings: TokenSettings) -> Signer {
    let (secret, _) = SigningSecret::accept(SecretString::from(secret)).unwrap();
    Signer::new(settings, &SigningKey::Secret(secret)).unwrap()
}

fn signer(settings: TokenSettings) -> Signer {
    signer_with(SECRET, settings)
}

fn window(starts: &str, ends: &str) -> Window {
    let (before, after) = (SignedDuration::from_mins(30), SignedDuration::from_hours(2));
    Window::new(starts.parse().unwrap(), ends.parse().unwrap(), before, after, TimeZone::UTC).unwrap()
}

struct Given {
    id: UserId,
    email: Address,
    room: Room,
    window: Window,
}

impl Given {
    fn new() -> Self {
        Self {
            id: UserId("abcdefghijklmnopqrstuvwxyz".into()),
            email: Address::parse("ada@example.org").unwrap(),
            room: Room::parse("rust-workshop").unwrap(),
            window: window("2026-12-05T13:00:00Z", "2026-12-05T16:00:00Z"),
        }
    }

    fn ada(&self) -> Bearer<'_> {
        Bearer { user_id: &self.id, name: "Ada Lovelace", email: &self.email, moderator: false, own: None }
    }

    fn mint(&self, signer: &Signer) -> JoinLink {
        signer.mint(&self.ada(), &self.room, &self.window).unwrap()
    }

    fn verify(&self, signer: &Signer, link: &JoinLink) -> Result<(), VerifyProblem> {
        signer.verify(link, &self.ada(), &self.room, &self.window)
    }
}

fn token_of(link: &JoinLink) -> String {
    take_apart(link.expose()).unwrap().token.into_owned()
}

/// Header and claims of a link, as text.
fn json_of(link: &JoinLink) -> [String; 2] {
    let token = token_of(link);
    let mut parts = token.split('.').map(|part| BASE64URL_NOPAD.decode(part.as_bytes()).unwrap());
    [parts.next().unwrap(), parts.next().unwrap()].map(|part| String::from_utf8(part).unwrap())
}

#[test]
fn a_plain_attendees_token_says_this_and_no_more() {
    let given = Given::new();
    let [header, claims] = json_of(&given.mint(&signer(settings())));
    assert_eq!(header, r#"{"typ":"JWT","alg":"HS256"}"#);
    assert_eq!(
        claims,
        concat!(
            r#"{"aud":"workshop","iss":"workshop","sub":"meet.example.org","room":"rust-workshop","#,
            r#""nbf":1796473800,"exp":1796493600,"#,
            r#""context":{"user":{"id":"abcdefghijklmnopqrstuvwxyz","name":"Ada Lovelace"}}}"#
        )
    );
}

#[test]
fn settings_and_rights_show_in_the_claims() {
    let given = Given::new();
    let signer = signer(TokenSettings {
        server: ServerAddress::parse("https://meet.example.org/acme").unwrap(),
        audience: Some("jitsi".into()),
        algorithm: Algorithm::Hs512,
        claims: ClaimsStyle::Full,
        features: RoleFeatures::default(),
        link: LinkStyle::Fragment,
        ..settings()
    });
    let ada = Bearer { moderator: true, ..given.ada() };
    let link = signer.mint(&ada, &given.room, &given.window).unwrap();
    assert!(link.expose().starts_with("https://meet.example.org/acme/rust-workshop#jwt=%22eyJ"));
    assert!(link.expose().ends_with("%22"));
    let [header, claims] = json_of(&link);
    assert_eq!(header, r#"{"typ":"JWT","alg":"HS512"}"#);
    assert!(claims.starts_with(r#"{"aud":"jitsi","iss":"workshop","sub":"acme","room":"#), "{claims}");
    assert!(
        claims.ends_with(concat!(
            r#""context":{"tenant":"acme","user":{"id":"abcdefghijklmnopqrstuvwxyz","#,
            r#""name":"Ada Lovelace","email":"ada@example.org","moderator":true}}}"#
        )),
        "{claims}"
    );
    assert_eq!(signer.verify(&link, &ada, &given.room, &given.window), Ok(()));
    let plain = signer.verify(&link, &given.ada(), &given.room, &given.window);
    assert_eq!(plain, Err(VerifyProblem::Claim("context.user.moderator")));
}

#[test]
fn minting_twice_gives_the_same_octets() {
    let given = Given::new();
    assert_eq!(given.mint(&signer(settings())), given.mint(&signer(settings())));
}

#[test]
fn names_of_every_script_come_back_as_they_were() {
    let given = Given::new();
    let signer = signer(settings());
    let names =
        ["Zoë \"Z\" O'Néill", "李小龍", "علي\u{200F} بن", "Ελένη", "нина", "ℕ𝕒𝕞𝕖 👩‍🔬", "a\\b</script>{{x}}", "e\u{301}"];
    for name in names {
        let bearer = Bearer { name, ..given.ada() };
        let link = signer.mint(&bearer, &given.room, &given.window).unwrap();
        assert_eq!(signer.verify(&link, &bearer, &given.room, &given.window), Ok(()), "{name}");
        assert!(link.expose().is_ascii());
    }
}

#[test]
fn the_window_is_rounded_inwards_to_whole_seconds() {
    let given = Given::new();
    let signer = signer(settings());
    let window = window("2026-12-05T13:00:00.25Z", "2026-12-05T16:00:00.75Z");
    let link = signer.mint(&given.ada(), &given.room, &window).unwrap();
    assert!(json_of(&link)[1].contains(r#""nbf":1796473801,"exp":1796493600"#));
    assert_eq!(signer.verify(&link, &given.ada(), &given.room, &window), Ok(()));
    let before_1970: Timestamp = "1969-12-31T23:59:58.5Z".parse().unwrap();
    assert_eq!((first_second(before_1970), last_second(before_1970)), (-1, -2));
}

#[test]
fn what_cannot_work_is_not_minted() {
    let given = Given::new();
    let signer = signer(settings());
    let mint = |name: &str, window: &Window| signer.mint(&Bearer { name, ..given.ada() }, &given.room, window);
    let (start, end) = ("2026-12-05T13:00:00.2Z".parse().unwrap(), "2026-12-05T13:00:01.1Z".parse().unwrap());
    let moment = Window::new(start, end, SignedDuration::ZERO, SignedDuration::ZERO, TimeZone::UTC).unwrap();
    assert_eq!(mint("Ada", &moment), Err(MintProblem::Window));
    assert_eq!(mint(" \u{3000}", &given.window), Err(MintProblem::NoName));
    assert!(matches!(mint(&"x".repeat(7000), &given.window), Err(MintProblem::TooLong(_))));
}

#[test]
fn a_token_with_one_bit_changed_is_refused() {
    let given = Given::new();
    let signer = signer(settings());
    let link = given.mint(&signer);
    let token = token_of(&link);
    let base = link.expose().strip_suffix(&token).unwrap();
    for at in 0..token.len() {
        for bit in 0..7 {
            let mut octets = token.clone().into_bytes();
            octets[at] ^= 1 << bit;
            let changed = JoinLink::new(format!("{base}{}", String::from_utf8(octets).unwrap()));
            assert!(given.verify(&signer, &changed).is_err(), "octet {at}, bit {bit}");
        }
    }
    assert_eq!(given.verify(&signer, &link), Ok(()));
}

#[test]
fn another_secret_or_algorithm_is_refused() {
    let given = Given::new();
    let link = given.mint(&signer(settings()));
    let other = signer_with("d2b6e380cc17aa49650 38d2e7b1a9c4f", settings());
    assert_eq!(given.verify(&other, &link), Err(VerifyProblem::Signature));
    let stronger = signer(TokenSettings { algorithm: Algorithm::Hs384, ..settings() });
    assert_eq!(given.verify(&stronger, &link), Err(VerifyProblem::Header));
}

#[test]
fn another_header_is_refused_however_often_the_right_one_was_seen() {
    let given = Given::new();
    let signer = signer(settings());
    let link = given.mint(&signer);
    let token = token_of(&link);
    let claims = token.split('.').nth(1).unwrap();
    let with_header = |header: &str| {
        let message = format!("{}.{claims}", BASE64URL_NOPAD.encode(header.as_bytes()));
        let signature =
            jsonwebtoken::crypto::sign(message.as_bytes(), &signer.encoding, jsonwebtoken::Algorithm::HS256);
        let signature = signature.unwrap();
        JoinLink::new(link.expose().replace(&token, &format!("{message}.{signature}")))
    };
    for _ in 0..2 {
        let verdict = |header| given.verify(&signer, &with_header(header));
        assert_eq!(verdict(r#"{"typ":"JWT","alg":"HS256","kid":"1"}"#), Err(VerifyProblem::Header));
        assert_eq!(verdict(r#"{"typ":"JWT","alg":"HS384"}"#), Err(VerifyProblem::Header));
        assert_eq!(verdict(r#"{"typ":"JWT","alg":"none"}"#), Err(VerifyProblem::Undecodable));
        assert_eq!(given.verify(&signer, &link), Ok(()));
    }
}

#[test]
fn every_other_setting_is_noticed() {
    let given = Given::new();
    let link = given.mint(&signer(settings()));
    let server = |text| ServerAddress::parse(text).unwrap();
    let subject = Some("meet.example.org".to_owned());
    for (settings, problem) in [
        (TokenSettings { app_id: "other".into(), audience: Some("workshop".into()), ..settings() }, "iss"),
        (TokenSettings { audience: Some("jitsi".into()), ..settings() }, "aud"),
        (TokenSettings { subject: Some("*".into()), ..settings() }, "sub"),
        (TokenSettings { claims: ClaimsStyle::Full, ..settings() }, "context.user.email"),
    ] {
        assert_eq!(given.verify(&signer(settings), &link), Err(VerifyProblem::Claim(problem)));
    }
    for (settings, part) in [
        (TokenSettings { server: server("https://meet.example.com"), ..settings() }, "host"),
        (TokenSettings { server: server("https://meet.example.org:8443"), ..settings() }, "host"),
        (TokenSettings { server: server("https://meet.example.org/acme"), subject, ..settings() }, "tenant"),
        (TokenSettings { link: LinkStyle::Fragment, ..settings() }, "style"),
    ] {
        assert_eq!(given.verify(&signer(settings), &link), Err(VerifyProblem::Part(part)));
    }
}

#[test]
fn every_other_person_room_and_window_is_noticed() {
    let given = Given::new();
    let signer = signer(settings());
    let link = given.mint(&signer);
    let (other_id, ada) = (UserId("zzz".into()), given.ada());
    let verify = |bearer: Bearer<'_>, room: &Room, window: &Window| signer.verify(&link, &bearer, room, window);
    let other_room = Room::parse("rust-workshop-2").unwrap();
    let claim = |claim| Err(VerifyProblem::Claim(claim));
    assert_eq!(verify(Bearer { user_id: &other_id, ..ada }, &given.room, &given.window), claim("context.user.id"));
    assert_eq!(verify(Bearer { name: "Ada", ..ada }, &given.room, &given.window), claim("context.user.name"));
    assert_eq!(verify(Bearer { moderator: true, ..ada }, &given.room, &given.window), claim("context.user.moderator"));
    assert_eq!(verify(ada, &other_room, &given.window), Err(VerifyProblem::Part("room")));
    let later = window("2026-12-05T13:00:01Z", "2026-12-05T16:00:00Z");
    assert_eq!(verify(ada, &given.room, &later), claim("nbf"));
    let longer = window("2026-12-05T13:00:00Z", "2026-12-05T16:00:01Z");
    assert_eq!(verify(ada, &given.room, &longer), claim("exp"));
}

#[test]
fn a_link_with_anything_added_is_refused() {
    let given = Given::new();
    let signer = signer(settings());
    let link = given.mint(&signer).expose().to_owned();
    for changed in [
        format!("{link}&x=1"),
        format!("{link}#config.a=true"),
        format!("{link} "),
        link.replace("https://", "http://"),
        link.replace("https://", "HTTPS://"),
        link.replace("meet.example.org", "Meet.example.org"),
        link.replace("rust-workshop", "rust%2dworkshop"),
        link.replace("org/", "org:443/"),
        link.replace("?jwt=", "?jwt=%65yJ"),
        link.replace('.', "%2e"),
    ] {
        assert!(given.verify(&signer, &JoinLink::new(changed.clone())).is_err(), "{}", &changed[..60]);
    }
}

#[test]
fn unfit_settings_are_refused_by_name() {
    let key = secret();
    let problem = |settings| Signer::new(settings, &key).unwrap_err();
    let with = |app_id: &str| TokenSettings { app_id: app_id.into(), ..settings() };
    assert_eq!(problem(with("")), SignerProblem::Empty("app_id"));
    assert_eq!(problem(with("work ")), SignerProblem::OuterBlank("app_id"));
    assert_eq!(problem(with("a\nb")), SignerProblem::Forbidden { setting: "app_id", found: ForbiddenChar('\n') });
    let audience = Some(String::new());
    assert_eq!(problem(TokenSettings { audience, ..settings() }), SignerProblem::Empty("audience"));
    let subject = Some("Meet.Example.org".to_owned());
    assert_eq!(problem(TokenSettings { subject, ..settings() }).hint(), "write `meet.example.org`");
}

#[test]
fn no_debug_form_shows_secret_or_token() {
    let given = Given::new();
    let signer = signer(settings());
    let shown = format!("{signer:?} {:?}", given.mint(&signer));
    assert!(!shown.contains(SECRET) && !shown.contains("eyJ"), "{shown}");
}

#[path = "token_key_tests.rs"]
mod keys;

#[path = "token_own_tests.rs"]
mod own;
