//! What a row says of its own token, and what the event says of everybody's.

use serde_json::{Value, json};

use super::*;
use crate::model::{Avatar, OwnClaims, Tenant};

fn avatar(name: &str) -> Avatar {
    Avatar::parse(&format!("https://example.org/{name}.png")).unwrap()
}

fn of_row() -> OwnClaims {
    OwnClaims {
        affiliation: Some(Affiliation::Teacher),
        avatar: Some(avatar("ada")),
        group: Some("Group \"B\"".into()),
        features: Some([("recording", true), ("flip", false)].into_iter().collect()),
        subject: Some("meet.jitsi".into()),
        audience: Some("jitsi".into()),
        tenant: Some(Tenant::parse("beta").unwrap()),
    }
}

fn of_event() -> TokenSettings {
    let moderator = Some(Features::fixed(&[("livestreaming", true)]));
    TokenSettings {
        affiliation: Some(Affiliation::Owner),
        avatar: Some(avatar("all")),
        group: Some("all".into()),
        features: RoleFeatures { moderator, attendee: None },
        ..settings()
    }
}

/// A link that is proven, and its claims.
fn minted(settings: TokenSettings, moderator: bool, own: Option<&OwnClaims>) -> (JoinLink, Value) {
    let (given, signer) = (Given::new(), signer(settings));
    let bearer = Bearer { moderator, own, ..given.ada() };
    let link = signer.mint(&bearer, &given.room, &given.window).unwrap();
    assert_eq!(signer.verify(&link, &bearer, &given.room, &given.window), Ok(()), "{own:?}");
    let claims = serde_json::from_str(&json_of(&link)[1]).unwrap();
    (link, claims)
}

#[test]
fn a_row_speaks_of_its_own_token() {
    for settings in [settings(), of_event()] {
        let (link, claims) = minted(settings, true, Some(&of_row()));
        assert!(link.expose().starts_with("https://meet.example.org/beta/rust-workshop?jwt="), "{}", link.expose());
        assert_eq!(
            (&claims["aud"], &claims["sub"], &claims["iss"]),
            (&json!("jitsi"), &json!("meet.jitsi"), &json!("workshop"))
        );
        assert_eq!(
            claims["context"],
            json!({
                "tenant": "beta",
                "user": {
                    "id": "abcdefghijklmnopqrstuvwxyz", "name": "Ada Lovelace", "avatar": "https://example.org/ada.png",
                    "affiliation": "teacher", "moderator": true,
                },
                "group": "Group \"B\"",
                "features": { "recording": true, "flip": false },
            })
        );
    }
}

#[test]
fn where_a_row_says_nothing_the_event_does() {
    for own in [None, Some(OwnClaims::default())] {
        let (_, claims) = minted(of_event(), true, own.as_ref());
        let user = &claims["context"]["user"];
        assert_eq!((&user["affiliation"], &user["avatar"]), (&json!("owner"), &json!("https://example.org/all.png")));
        assert_eq!(claims["context"]["group"], "all");
        assert_eq!(claims["context"]["features"], json!({ "livestreaming": true }));
    }
}

#[test]
fn no_affiliation_of_the_event_contradicts_a_row_s_rights() {
    let affiliation = |of_event, moderator| {
        let settings = TokenSettings { affiliation: Some(of_event), ..settings() };
        let (_, claims) = minted(settings, moderator, None);
        let user = &claims["context"]["user"];
        (user.get("affiliation").cloned(), user.get("moderator").cloned())
    };
    assert_eq!(affiliation(Affiliation::Owner, true), (Some(json!("owner")), Some(json!(true))));
    assert_eq!(affiliation(Affiliation::Owner, false), (None, None));
    assert_eq!(affiliation(Affiliation::Member, true), (None, Some(json!(true))));
    assert_eq!(affiliation(Affiliation::Member, false), (Some(json!("member")), None));
}

#[test]
fn minimal_claims_leave_out_all_but_what_gives_rights() {
    for (settings, own) in [(of_event(), None), (settings(), Some(&of_row()))] {
        let (_, claims) = minted(TokenSettings { claims: ClaimsStyle::Minimal, ..settings }, true, own);
        let user = claims["context"]["user"].as_object().unwrap();
        assert_eq!(user.keys().map(String::as_str).collect::<Vec<_>>(), ["affiliation", "id", "moderator"]);
        assert_eq!(claims["context"].get("group"), None);
        assert!(claims["context"]["features"].is_object());
    }
}

#[test]
fn a_row_s_tenant_is_in_path_subject_and_context() {
    let beta = OwnClaims { tenant: Some(Tenant::parse("beta").unwrap()), ..OwnClaims::default() };
    let acme =
        || TokenSettings { server: ServerAddress::parse("https://meet.example.org/acme").unwrap(), ..settings() };
    for settings in [settings(), acme()] {
        let (link, claims) = minted(settings, false, Some(&beta));
        assert!(link.expose().starts_with("https://meet.example.org/beta/rust-workshop?jwt="));
        assert_eq!((&claims["sub"], &claims["context"]["tenant"]), (&json!("beta"), &json!("beta")));
    }
    // What is set for the event goes before what only follows.
    let set = TokenSettings { subject: Some("*".into()), ..acme() };
    assert_eq!(minted(set, false, Some(&beta)).1["sub"], "*");
}

#[test]
fn the_proof_misses_none_of_it() {
    let given = Given::new();
    let signer = signer(of_event());
    let own = of_row();
    let moderator = Bearer { moderator: true, own: Some(&own), ..given.ada() };
    let link = signer.mint(&moderator, &given.room, &given.window).unwrap();
    let verify = |own: &OwnClaims| {
        let bearer = Bearer { moderator: true, own: Some(own), ..given.ada() };
        signer.verify(&link, &bearer, &given.room, &given.window)
    };
    let claim = |name| Err(VerifyProblem::Claim(name));
    assert_eq!(verify(&own), Ok(()));
    for (other, problem) in [
        (OwnClaims { affiliation: Some(Affiliation::Owner), ..of_row() }, claim("context.user.affiliation")),
        (OwnClaims { affiliation: None, ..of_row() }, claim("context.user.affiliation")),
        (OwnClaims { avatar: Some(avatar("eve")), ..of_row() }, claim("context.user.avatar")),
        (OwnClaims { avatar: None, ..of_row() }, claim("context.user.avatar")),
        (OwnClaims { group: Some("C".into()), ..of_row() }, claim("context.group")),
        (OwnClaims { group: None, ..of_row() }, claim("context.group")),
        (OwnClaims { features: None, ..of_row() }, claim("context.features")),
        (OwnClaims { subject: None, ..of_row() }, claim("sub")),
        (OwnClaims { audience: None, ..of_row() }, claim("aud")),
        (OwnClaims { tenant: None, ..of_row() }, Err(VerifyProblem::Part("tenant"))),
    ] {
        assert_eq!(verify(&other), problem, "{other:?}");
    }
    // Nobody becomes a moderator by a slip: whoever is none cannot have such an affiliation.
    let plain = Bearer { moderator: false, ..moderator };
    let link = signer.mint(&plain, &given.room, &given.window).unwrap();
    assert_eq!(signer.verify(&link, &plain, &given.room, &given.window), claim("context.user.affiliation"));
}

#[test]
fn a_row_like_the_event_has_the_event_s_link() {
    let like = OwnClaims {
        affiliation: Some(Affiliation::Owner),
        avatar: Some(avatar("all")),
        group: Some("all".into()),
        features: Some([("livestreaming", true)].into_iter().collect()),
        subject: Some("meet.example.org".into()),
        audience: Some("workshop".into()),
        tenant: None,
    };
    assert_eq!(minted(of_event(), true, Some(&like)).0, minted(of_event(), true, None).0);
}

#[test]
fn settings_that_make_other_links_are_told_apart() {
    let usual = settings().beside_the_usual();
    assert_eq!(usual, "");
    let mut told = vec![usual];
    for other in [
        TokenSettings { moderator: true, ..settings() },
        TokenSettings { affiliation: Some(Affiliation::Owner), ..settings() },
        TokenSettings { affiliation: Some(Affiliation::Member), ..settings() },
        TokenSettings { avatar: Some(avatar("all")), ..settings() },
        TokenSettings { group: Some("all".into()), ..settings() },
        TokenSettings { group: Some("all affiliation=owner".into()), ..settings() },
    ] {
        told.push(other.beside_the_usual());
    }
    told.sort();
    told.dedup();
    assert_eq!(told.len(), 7, "{told:?}");
}

#[test]
fn a_probe_says_nothing_of_anybody() {
    let token = signer(of_event()).probe(&Given::new().room, 1, 2).unwrap();
    let claims = BASE64URL_NOPAD.decode(token.split('.').nth(1).unwrap().as_bytes()).unwrap();
    let claims: Value = serde_json::from_slice(&claims).unwrap();
    assert_eq!(claims["context"], json!({ "user": { "id": "roomkey-check", "name": "Roomkey check" } }));
}
