//! What each kind of key signs, and what JaaS wants.

use super::*;

#[test]
fn every_algorithm_signs_what_its_key_verifies_and_no_other_key_does() {
    let given = Given::new();
    let private = SigningKey::Private(RsaKey::generate(RsaBits::B2048));
    let other = SigningKey::Private(RsaKey::generate(RsaBits::B2048));
    for algorithm in Algorithm::ALL {
        let settings = TokenSettings { algorithm, key_id: Some("key/1".into()), ..settings() };
        let key = if algorithm.is_rsa() { private.clone() } else { secret() };
        let signer = Signer::new(settings.clone(), &key).unwrap();
        let link = given.mint(&signer);
        assert_eq!(given.verify(&signer, &link), Ok(()), "{algorithm}");
        assert_eq!(given.mint(&signer), link, "{algorithm}: the same octets");
        let header = token_of(&link).split('.').next().unwrap().to_owned();
        let header = String::from_utf8(BASE64URL_NOPAD.decode(header.as_bytes()).unwrap()).unwrap();
        assert_eq!(header, format!(r#"{{"typ":"JWT","alg":"{algorithm}","kid":"key/1"}}"#));
        if algorithm.is_rsa() {
            let impostor = Signer::new(settings.clone(), &other).unwrap();
            assert_eq!(given.verify(&impostor, &link), Err(VerifyProblem::Signature), "{algorithm}");
        }
        // The other kind of key.
        let unfit = if algorithm.is_rsa() { secret() } else { private.clone() };
        let problem = Signer::new(settings, &unfit).unwrap_err();
        assert_eq!(problem.setting(), "algorithm", "{algorithm}: {problem}");
    }
}

#[test]
fn a_key_that_somebody_dropped_signs_no_more() {
    let key = SigningKey::Private(RsaKey::generate(RsaBits::B2048));
    let handle = Signer::new(TokenSettings { algorithm: Algorithm::Rs256, ..settings() }, &key).unwrap().encoding;
    let sign = || jsonwebtoken::crypto::sign(b"x", &handle, jsonwebtoken::Algorithm::RS256);
    assert!(sign().is_ok());
    drop(key);
    assert!(sign().is_err());
}

fn jaas() -> TokenSettings {
    TokenSettings {
        provider: Provider::Jaas,
        server: ServerAddress::parse("https://8x8.vc/vpaas-magic-cookie-0123456789abcdef").unwrap(),
        app_id: "vpaas-magic-cookie-0123456789abcdef".into(),
        key_id: Some("4f4910".into()),
        algorithm: Algorithm::Rs256,
        ..settings()
    }
}

#[test]
fn settings_of_the_client_are_those_meant_and_no_others() {
    let given = Given::new();
    let config = |json: &str| vec![("subject".to_owned(), json.to_owned()), ("a.b".to_owned(), "1".to_owned())];
    for link in [LinkStyle::Query, LinkStyle::Fragment] {
        let with = |json: &str| signer(TokenSettings { config: config(json), link, ..settings() });
        let minted = given.mint(&with("\"a b\""));
        assert!(minted.expose().ends_with("config.subject=%22a%20b%22&config.a.b=1"), "{link:?}");
        assert_eq!(given.verify(&with("\"a b\""), &minted), Ok(()));
        for other in [with("\"a%20b\""), signer(TokenSettings { link, ..settings() })] {
            assert_eq!(given.verify(&other, &minted), Err(VerifyProblem::Part("text")));
        }
    }
}

#[test]
fn jaas_gets_what_its_manual_asks_for() {
    let given = Given::new();
    let key = SigningKey::Private(RsaKey::generate(RsaBits::B2048));
    let signer = Signer::new(jaas(), &key).unwrap();
    let link = given.mint(&signer);
    assert_eq!(given.verify(&signer, &link), Ok(()));
    let base = "https://8x8.vc/vpaas-magic-cookie-0123456789abcdef/rust-workshop?jwt=";
    let token = link.expose().strip_prefix(base).unwrap();
    let part = |n| BASE64URL_NOPAD.decode(token.split('.').nth(n).unwrap().as_bytes()).unwrap();
    let [header, claims] = [0, 1].map(|n| serde_json::from_slice::<serde_json::Value>(&part(n)).unwrap());
    assert_eq!(header["kid"], "vpaas-magic-cookie-0123456789abcdef/4f4910");
    assert_eq!((&claims["iss"], &claims["aud"]), (&"chat".into(), &"jitsi".into()));
    assert_eq!(claims["sub"], "vpaas-magic-cookie-0123456789abcdef");
    assert_eq!((claims["context"].get("tenant"), &claims["room"]), (None, &"rust-workshop".into()));
    let allowed = |claims: &serde_json::Value| claims["context"]["features"]["recording"].clone();
    assert_eq!(allowed(&claims), false);
    let moderator = Bearer { moderator: true, ..given.ada() };
    let link_of_hers = signer.mint(&moderator, &given.room, &given.window).unwrap();
    let claims = link_of_hers.expose().split('.').nth(2).map(|part| BASE64URL_NOPAD.decode(part.as_bytes()).unwrap());
    assert_eq!(allowed(&serde_json::from_slice(&claims.unwrap()).unwrap()), true);
    // What somebody else's settings would have put in is not what was meant.
    let other = RoleFeatures { attendee: Some(Features::fixed(&[("recording", true)])), ..RoleFeatures::default() };
    let other = Signer::new(TokenSettings { features: other, ..jaas() }, &key).unwrap();
    assert_eq!(given.verify(&other, &link), Err(VerifyProblem::Claim("context.features")));
    // Whole, it is the same.
    let whole = Some("vpaas-magic-cookie-0123456789abcdef/4f4910".to_owned());
    let again = Signer::new(TokenSettings { key_id: whole, ..jaas() }, &key).unwrap();
    assert_eq!(given.mint(&again), link);
    let problem = |settings| Signer::new(settings, &key).unwrap_err();
    assert_eq!(problem(TokenSettings { key_id: None, ..jaas() }), SignerProblem::NoKeyId);
    for key_id in ["other/4f4910", "vpaas-magic-cookie-0123456789abcdef/", "a/b/c"] {
        let settings = TokenSettings { key_id: Some(key_id.into()), ..jaas() };
        assert_eq!(problem(settings), SignerProblem::JaasKeyId, "{key_id}");
    }
    for app_id in ["workshop", "vpaas-magic-cookie-", "vpaas-magic-cookie-1/2"] {
        assert_eq!(problem(TokenSettings { app_id: app_id.into(), ..jaas() }), SignerProblem::JaasAppId, "{app_id}");
    }
}

#[test]
fn minimal_claims_hold_the_id_alone_and_make_a_shorter_link() {
    let given = Given::new();
    let usual = signer(settings());
    let minimal = signer(TokenSettings { claims: ClaimsStyle::Minimal, ..settings() });
    let link = given.mint(&minimal);
    assert_eq!(given.verify(&minimal, &link), Ok(()));
    assert!(link.expose().len() < given.mint(&usual).expose().len());
    let claims = token_of(&link).split('.').nth(1).unwrap().to_owned();
    let claims: serde_json::Value =
        serde_json::from_slice(&BASE64URL_NOPAD.decode(claims.as_bytes()).unwrap()).unwrap();
    let user = claims["context"]["user"].as_object().unwrap();
    assert_eq!(user.keys().map(String::as_str).collect::<Vec<_>>(), ["id"]);
    assert_eq!(given.verify(&usual, &link), Err(VerifyProblem::Claim("context.user.name")));
    assert_eq!(given.verify(&minimal, &given.mint(&usual)), Err(VerifyProblem::Claim("context.user.name")));
}
