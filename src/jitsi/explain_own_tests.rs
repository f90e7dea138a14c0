//! What is said of what the event and its rows say of a person.

use super::*;
use crate::jitsi::RowsSay;

#[test]
fn affiliation_avatar_and_group_are_told_in_words() {
    let tell = |affiliation: &str| {
        let claims = with(claims(), "/context/user/affiliation", json!(affiliation));
        let claims = with(claims, "/context/user/avatar", json!("https://example.org/ada.png"));
        let claims = with(claims, "/context/group", json!("B2"));
        explained(&token(&header(), &claims), None).lines(&TimeZone::UTC)
    };
    for (affiliation, line) in [
        ("teacher", "affiliation: teacher, a moderator"),
        ("member", "affiliation: member, no moderator by that"),
        ("admin", "affiliation: admin, nothing that a server knows: no moderator by that"),
    ] {
        let lines = tell(affiliation);
        let rights = if affiliation == "teacher" { "moderator" } else { "plain attendee" };
        let expected = [
            &format!("person: Ada Lovelace, id ada1, {rights}"),
            line,
            "avatar: the picture at https://example.org/ada.png",
            "group: B2",
        ];
        assert_eq!(lines[lines.len() - 4..], expected, "{affiliation}");
    }
    let two =
        with(with(claims(), "/context/user/moderator", json!(false)), "/context/user/affiliation", json!("owner"));
    let explanation = explained(&token(&header(), &two), None);
    let told = said(&explanation, Severity::Warning);
    assert!(told.len() == 1 && told[0].contains("and `moderator` is not"), "{told:?}");
}

#[test]
fn other_settings_of_the_client_than_the_event_s_are_a_note() {
    let config = |pairs: &[(&str, &str)]| {
        let config = pairs.iter().map(|(name, json)| ((*name).to_owned(), (*json).to_owned())).collect();
        signer(TokenSettings { config, ..settings() })
    };
    let event = config(&[("startWithAudioMuted", "true"), ("defaultLocalDisplayName", "\"a & b\"")]);
    let token = token(&header(), &claims());
    let link = |fragment: &str| link(&token) + fragment;
    let same = [
        link("#config.startWithAudioMuted=true&config.defaultLocalDisplayName=%22a%20%26%20b%22"),
        // In another order, beside what is none of the client's settings, and with the token behind the `#`.
        link("#x=1&config.defaultLocalDisplayName=%22a%20%26%20b%22&config.startWithAudioMuted=true"),
        link("&config.startWithAudioMuted=true&config.defaultLocalDisplayName=%22a%20%26%20b%22")
            .replace(&format!("?jwt={token}"), &format!("#jwt=%22{token}%22")),
        token.clone(),
    ];
    for same in same {
        assert_eq!(explained(&same, Some(&event)).findings, [], "{same}");
    }
    for (other, names) in [
        ("#config.startWithAudioMuted=false&config.defaultLocalDisplayName=%22a%20%26%20b%22", "(startWithAudioMuted)"),
        ("", "(defaultLocalDisplayName, startWithAudioMuted)"),
        ("#config.startWithAudioMuted=true", "(defaultLocalDisplayName)"),
        (
            "#config.startWithAudioMuted=true&config.defaultLocalDisplayName=%22a%20%26%20b%22&config.a.b=yes",
            "(a.b): it is from a mail",
        ),
    ] {
        assert_says(&explained(&link(other), Some(&event)), Severity::Note, names);
    }
    // Without settings at the event, with a token of another's, on another server, or without an event at hand.
    let muted = link("#config.startWithAudioMuted=true");
    assert_says(&explained(&muted, Some(&config(&[]))), Severity::Note, "(startWithAudioMuted)");
    assert_eq!(explained(&muted, None).findings, []);
    let broken = muted.replace(&token, &format!("{}AAAA", &token[..token.len() - 4]));
    let elsewhere = muted.replace("meet.example.org", "meet.example.net");
    for others in [broken, elsewhere] {
        assert_eq!(said(&explained(&others, Some(&config(&[]))), Severity::Note), [""; 0], "{others}");
    }
}

#[test]
fn what_rows_may_say_is_no_fault_of_a_token() {
    let rows_say = RowsSay { subject: true, audience: true, tenant: true };
    let event = || signer(TokenSettings { audience: Some("workshop".into()), ..settings() });
    let of_rows = || signer(TokenSettings { rows_say, audience: Some("workshop".into()), ..settings() });
    let own = token(&header(), &with(with(claims(), "/aud", json!("jitsi")), "/sub", json!("meet.jitsi")));
    assert!(!explained(&link(&own), Some(&event())).is_sound());
    let explanation = explained(&link(&own), Some(&of_rows()));
    assert!(explanation.is_sound(), "{:#?}", explanation.findings);
    assert_eq!(said(&explanation, Severity::Note).len(), 2, "{:#?}", explanation.findings);
    // A row's tenant is the one that its link leads to.
    let beta = token(&header(), &with(with(claims(), "/context/tenant", json!("beta")), "/sub", json!("beta")));
    let of_tenant = || signer(TokenSettings { rows_say: RowsSay { tenant: true, ..RowsSay::default() }, ..settings() });
    let lead = |tenant: &str, token: &str| format!("https://meet.example.org{tenant}/rust-workshop?jwt={token}");
    assert_eq!(explained(&lead("/beta", &beta), Some(&of_tenant())).findings, []);
    assert!(explained(&beta, Some(&of_tenant())).is_sound());
    assert!(!explained(&lead("/beta", &beta), Some(&event())).is_sound());
    assert!(!explained(&lead("/acme", &beta), Some(&of_tenant())).is_sound());
    assert!(!explained(&lead("/beta", &token(&header(), &claims())), Some(&of_tenant())).is_sound());
}
