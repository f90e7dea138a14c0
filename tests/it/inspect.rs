//! `inspect`: any token in words, what is wrong with it, and whose it is.

use aws_lc_rs::hmac;
use data_encoding::BASE64URL_NOPAD;
use serde_json::{Value, json};

use crate::support::{CLOSED_PORT, EventFile, SECRET, Sandbox, SmtpServer, token_in};

/// What this event's tokens say of somebody nobody knows.
pub(crate) fn claims() -> Value {
    json!({
        "iss": "workshop", "aud": "workshop", "sub": "meet.example.org", "room": "rust-workshop",
        "nbf": 2_111_661_000, "exp": 2_111_680_800, "context": {"user": {"id": "somebody", "name": "Eve"}},
    })
}

/// The claims with one of them set otherwise.
fn with(name: &str, value: Value) -> String {
    let mut claims = claims();
    claims[name] = value;
    claims.to_string()
}

/// Signs header and claims as they are, sense or nonsense.
pub(crate) fn signed(header: &str, claims: &str, secret: &str) -> String {
    let encode = |octets: &[u8]| BASE64URL_NOPAD.encode(octets);
    let message = format!("{}.{}", encode(header.as_bytes()), encode(claims.as_bytes()));
    let signature = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes()), message.as_bytes());
    format!("{message}.{}", encode(signature.as_ref()))
}

pub(crate) const HEADER: &str = r#"{"typ":"JWT","alg":"HS256"}"#;

fn token(claims: &str) -> String {
    signed(HEADER, claims, SECRET)
}

/// A sandbox with two attendees, and the first one's link.
fn with_a_link() -> (Sandbox, String) {
    let sandbox = Sandbox::with_attendees(2, CLOSED_PORT);
    let link = sandbox.run(&["link", "a1@example.org"]).is(0).stdout.trim().to_owned();
    (sandbox, link)
}

#[test]
fn a_link_of_ours_is_explained_with_its_owner_and_its_window() {
    let (sandbox, link) = with_a_link();
    let finished = sandbox.run(&["inspect", &link]);
    finished.is(0).says("Attendee 1's key, attendees.csv:2").says("signature: holds").says("HS256");
    finished.says("Fri 5 Dec 2036 13:30 (Europe/Berlin) = 12:30 UTC").says("room: rust-workshop").says("iss");
    assert!(!finished.said().contains(token_in(&link)) && !finished.said().contains(SECRET));
}

#[test]
fn a_link_is_taken_however_it_was_pasted() {
    let (sandbox, link) = with_a_link();
    let wrapped = format!("> {}\r\n> {}", &link[..60], &link[60..]);
    let fragment = link.replace("?jwt=", "#jwt=%22") + "%22";
    for pasted in [
        format!("<{link}>."),
        format!("{link}>"),
        format!("\"{link}\""),
        format!("{link}="),
        token_in(&link).to_owned(),
        link.replace("?jwt=", "\n?jwt="),
        wrapped,
        fragment,
    ] {
        sandbox.run_with_input(&["inspect", "-"], &pasted).is(0).says("Attendee 1's key");
    }
}

#[test]
fn without_the_event_all_but_the_signature_is_told() {
    let (sandbox, link) = with_a_link();
    let elsewhere = Sandbox::new();
    elsewhere.run(&["inspect", &link]).is(0).says("no event.toml here").says("Attendee 1").says("12:30 UTC");
    let asks = |header: &str, words: &str| {
        let token = signed(header, &claims().to_string(), SECRET);
        elsewhere.run(&["inspect", &token]).is(0).says(&format!("kid        {words}"));
    };
    asks(HEADER, "accepted, a server with a shared secret asks for none");
    asks(r#"{"typ":"JWT","alg":"RS256","kid":"a"}"#, "depends, the server must find the key `a`");
    let mut sandbox = sandbox;
    sandbox.unset("ROOMKEY_JITSI_SECRET");
    sandbox.run(&["inspect", &link]).is(0).says("signature: not checked").says_not("Attendee 1's key");
}

#[test]
fn what_a_server_would_refuse_is_3_with_the_reason() {
    let sandbox = Sandbox::with_attendees(2, CLOSED_PORT);
    let sound = claims().to_string();
    let unsigned = signed(r#"{"typ":"JWT","alg":"none"}"#, &sound, SECRET);
    for (token, reason) in [
        (token(&with("exp", json!(1_000_000_000))), "the token never works"),
        (token(&with("nbf", json!(1000)).replace("2111680800", "2000")), "stopped working"),
        (token(&with("exp", json!("2111680800"))), "wants a number"),
        (token(&with("exp", json!(1e30))), "in for ever"),
        (token(&with("exp", json!(-1e30))), "never works"),
        (token(&with("aud", Value::Null)), "`aud`"),
        (token(&with("context", json!({"user": {"id": 7, "name": null}}))), "`context.user.id` is a number"),
        (token(&sound.replacen('{', r#"{"room":"other","#, 1)), "`room` stands twice"),
        (signed(HEADER, &sound, "another secret of sufficient length"), "signature does not hold"),
        (signed(r#"{"typ":"JWT","alg":"RS256","kid":"a"}"#, &sound, SECRET), "private key (RS256)"),
        (signed(r#"{"typ":"at+jwt","alg":"HS256"}"#, &sound, SECRET), "Invalid typ"),
        (unsigned.rsplit_once('.').unwrap().0.to_owned() + ".", "not signed"),
        (format!("https://meet.example.org/other?jwt={}", token(&sound)), "the join is refused"),
        (format!("https://evil.example.net/rust-workshop?jwt={}", token(&sound)), "leads to `evil.example.net`"),
        (token(&with("room", json!("*"))), "opens every room"),
    ] {
        let finished = sandbox.run(&["inspect", &token]);
        finished.is(3).says("problem: ").says(reason);
        assert!(!finished.said().contains("eyJ"), "{}", finished.said());
    }
}

#[test]
fn what_is_odd_but_works_is_told_and_0() {
    let sandbox = Sandbox::with_attendees(2, CLOSED_PORT);
    for (token, word) in [
        (token(&with("nbf", json!(2_111_661_000.75))), "signature: holds"),
        (token(&with("nbf", json!(-1e30))), "signature: holds"),
        (token(&claims().to_string()), "whose: nobody in attendees.csv has this key"),
        (token(&with("extra", json!("y".repeat(5000)))), "bytes long"),
    ] {
        let finished = sandbox.run(&["inspect", &token]);
        finished.is(0).says(word);
        assert!(finished.stdout.lines().all(|line| line.chars().count() < 400), "{}", finished.stdout);
    }
}

#[test]
fn what_is_no_token_says_why_and_repeats_nothing() {
    let sandbox = Sandbox::with_attendees(1, CLOSED_PORT);
    for (given, reason) in [
        ("garbage", "a token has 3 parts"),
        ("...", "is not a JSON object"),
        ("a.b.c.d.e", "encrypted"),
        ("https://meet.example.org/room", "carries no token"),
        ("two words", "blanks"),
        ("", "no token"),
    ] {
        sandbox.run(&["inspect", given]).is(3).says(reason);
    }
    let (sandbox, link) = with_a_link();
    let cut = &link[..link.len() - 60];
    assert!(!sandbox.run(&["inspect", cut]).is(3).said().contains(&token_in(&link)[..40]));
}

#[test]
fn claims_cannot_forge_a_line_or_move_the_cursor() {
    let sandbox = Sandbox::with_attendees(1, CLOSED_PORT);
    let evil = json!({"user": {"id": "x\u{1b}[2J", "name": "Eve\nwhose: Ada's key\u{202e}\u{7}"}});
    let finished = sandbox.run(&["inspect", &token(&with("context", evil))]);
    finished.says("Eve\\nwhose: Ada's key\\u{202e}\\u{7}").says("x\\u{1b}[2J");
    let raw = |c: char| c.is_control() && c != '\n';
    assert!(!finished.said().contains(raw) && !finished.said().contains('\u{202e}'));
}

#[test]
fn an_id_without_the_signature_proves_nothing() {
    let (sandbox, link) = with_a_link();
    let octets = BASE64URL_NOPAD.decode(token_in(&link).split('.').nth(1).unwrap().as_bytes()).unwrap();
    let forged = signed(HEADER, &String::from_utf8(octets).unwrap(), "another secret of sufficient length");
    sandbox.run(&["inspect", &forged]).is(3).says("nobody can say; it names the id of Attendee 1");
}

#[test]
fn a_link_that_no_longer_fits_its_row_says_so() {
    let (sandbox, link) = with_a_link();
    EventFile::at(CLOSED_PORT)
        .text("event", "room", "another-room")
        .text("event", "ends", "2036-12-05T18:00")
        .write(&sandbox);
    let finished = sandbox.run(&["inspect", &link]);
    finished.is(3).says("attendees.csv:2 says another-room now");
    finished
        .says("the link is for another room than the event's: for `rust-workshop`; the event's room is `another-room`");
    finished.says("by attendees.csv:2 as it stands, the link would work Fri 5 Dec 2036 13:30 to 20:00");
}

#[test]
fn the_owner_is_found_after_an_id_column_came() {
    let server = SmtpServer::obliging();
    let sandbox = Sandbox::with_attendees(2, server.port());
    sandbox.run(&["send", "--yes"]).is(0);
    let link = sandbox.run(&["link", "a2@example.org"]).is(0).stdout.trim().to_owned();

    sandbox.write("attendees.csv", "id,email,name\n7,a1@example.org,Attendee 1\n8,a2@example.org,Attendee 2\n");
    assert_eq!(sandbox.run(&["link", "a2@example.org"]).is(0).stdout.trim(), link, "the id is frozen");
    sandbox.run(&["inspect", &link]).is(0).says("Attendee 2's key, attendees.csv:3");

    sandbox.write("attendees.csv", "email,name\na1@example.org,Attendee 1\n");
    sandbox.run(&["inspect", &link]).is(0).says("a2@example.org was mailed and is no longer in attendees.csv");
}

#[test]
fn each_rule_has_a_verdict_with_what_the_server_would_say() {
    let sandbox = Sandbox::with_attendees(1, CLOSED_PORT);
    let early = sandbox.run(&["inspect", &token(&claims().to_string())]);
    early.is(0).says("nbf        refused until Sun 30 Nov 2036 12:30 UTC: \"Not acceptable by nbf\"");
    early.says("kid        accepted, a server with a shared secret asks for none");
    early.says("signature  accepted, where the server holds this event's secret");
    early
        .says("iss        accepted, where the server's `app_id` is `workshop`")
        .says("room       accepted, in `rust-workshop`");
    let told = |token: &str| -> Value {
        let printed = sandbox.run(&["inspect", token, "--format", "json"]).stdout.clone();
        serde_json::from_str(&printed).unwrap()
    };
    let verdict = |token: &str, rule: &str| {
        let told = told(token);
        let rules = told["rules"].as_array().unwrap().clone();
        assert_eq!(rules.len(), 14);
        let one = rules.into_iter().find(|one| one["rule"] == rule).unwrap();
        (one["verdict"].as_str().unwrap().to_owned(), one["answer"].as_str().unwrap_or_default().to_owned())
    };
    let mut no_sub = claims();
    no_sub.as_object_mut().unwrap().remove("sub");
    let expected = |ruling: &str, answer: &str| (ruling.to_owned(), answer.to_owned());
    for (token, rule, ruling, answer) in [
        (token(&with("iss", json!("other"))), "iss", "refused", "invalid 'iss' claim"),
        (token(&with("iss", json!("other"))), "aud", "accepted", ""),
        (token(&with("exp", json!("soon"))), "exp", "refused", "exp must be number"),
        (token(&with("exp", json!(1e30))), "exp", "accepted", ""),
        (token(&with("sub", json!("elsewhere.example"))), "sub", "depends", "Room and token mismatched"),
        (token(&with("sub", json!("*"))), "sub", "accepted", ""),
        (token(&with("room", json!("*"))), "room", "accepted", ""),
        (token(&with("context", json!({"tenant": "a"}))), "tenant", "depends", ""),
        (token(&with("context", json!({"room": {"regex": true}}))), "room", "accepted", ""),
        (token(&no_sub.to_string()), "sub", "refused", "sub claim is missing"),
        (token(&with("exp", json!(2_111_660_000))), "exp", "accepted", ""),
        (signed(r#"{"typ":"JWT","alg":"HS256","kid":"k"}"#, &claims().to_string(), SECRET), "kid", "accepted", ""),
        (token(&with("context", json!({"user": {"id": 7}}))), "user", "depends", ""),
        (token(&with("context", json!({"user": {"moderator": true}}))), "moderator", "depends", ""),
        (token(&with("context", json!({"features": {"nonsense": true}}))), "features", "depends", ""),
        (signed(r#"{"typ":"jwt","alg":"HS256"}"#, &claims().to_string(), SECRET), "typ", "refused", "Invalid typ"),
        (
            signed(r#"{"typ":"JWT","alg":"HS512"}"#, &claims().to_string(), SECRET),
            "alg",
            "refused",
            "Invalid or incorrect alg",
        ),
        (
            signed(HEADER, &claims().to_string(), "another secret of sufficient length"),
            "signature",
            "refused",
            "Invalid signature",
        ),
    ] {
        assert_eq!(verdict(&token, rule), expected(ruling, answer), "{rule}");
    }
}

#[test]
fn what_is_told_of_a_token_does_not_contradict_itself() {
    let sandbox = Sandbox::with_attendees(1, CLOSED_PORT);
    let unsigned = signed(r#"{"typ":"JWT","alg":"none"}"#, &claims().to_string(), SECRET);
    for key in [&[][..], &["--key", "jitsi.key"]] {
        sandbox.write("jitsi.key", "a-key-of-somebody-else");
        let told = sandbox.run(&[&["inspect", &unsigned], key].concat());
        told.is(3).says("is not signed").says_not("another secret signed").says_not("not checked");
        told.says("signature: none; every server refuses the token").says("signature  refused: \"Invalid signature\"");
    }
    let never = token(&with("exp", json!(2_111_660_000)));
    let told = sandbox.run(&["inspect", &never]);
    told.is(3).says("problem: the token never works").says_not("does not work yet").says_not("for -1000 seconds");
    told.says("never works: it stops at Sun 30 Nov 2036 13:13:20 (Europe/Berlin)").says_not("refused until");
    let past = token(&with("exp", json!(1000)));
    sandbox
        .run(&["inspect", &past])
        .is(3)
        .says("exp        refused: \"Not acceptable by exp\"")
        .says("nbf        refused");
    // Without features the server's defaults hold, with none of them nothing does.
    let features = |given: Value| {
        let token = token(&with("context", json!({"user": {"id": "a", "name": "A"}, "features": given})));
        let told = sandbox.run(&["inspect", &token, "--format", "json"]).stdout.clone();
        let told: Value = serde_json::from_str(&told).unwrap();
        (sandbox.run(&["inspect", &token]).stdout.clone(), told["claims"]["features"].clone())
    };
    let (words, read) = features(json!({}));
    assert!(words.contains("features: none; not even a moderator has any") && read == json!({}), "{words}");
    let (words, read) = features(json!({"recording": true, "flip": "true"}));
    assert!(words.contains("recording = true") && words.contains("flip = \"true\""), "{words}");
    assert_eq!(read, json!({"recording": true, "flip": "true"}));
    let (sandbox, link) = with_a_link();
    sandbox.run(&["inspect", &link]).is(0).says("features   accepted, not said: the server's defaults hold");
    sandbox.run(&["inspect", &format!("{link}#config.a=1")]).is(0).says("beside the token in the link: config.a=1");
    // What a link sets of the client is compared with event.toml; somebody took off what was mailed, or it changed.
    let note = "note: the link sets the client otherwise than this event's links do now";
    sandbox.run(&["inspect", &link]).is(0).says_not(note);
    sandbox.run(&["inspect", &format!("{link}#config.a=1")]).is(0).says(&format!("{note} (a)"));
    let starts_muted = |muted| EventFile::at(CLOSED_PORT).raw("jitsi.config", "startWithAudioMuted", muted);
    starts_muted(true).write(&sandbox);
    let muted = sandbox.run(&["link", "a1@example.org"]).is(0).stdout.trim().to_owned();
    assert!(muted.ends_with("#config.startWithAudioMuted=true"), "{muted}");
    sandbox.run(&["inspect", &muted]).is(0).says_not(note);
    sandbox.run(&["inspect", &link]).is(0).says(&format!("{note} (startWithAudioMuted)"));
    starts_muted(false).write(&sandbox);
    sandbox.run(&["inspect", &muted]).is(0).says(&format!("{note} (startWithAudioMuted)"));
    // In a link to a tenant the tenant is what counts, whatever the event says.
    let tenant = link.replace("/rust-workshop?", "/acme/rust-workshop?");
    sandbox.run(&["inspect", &tenant]).is(3).says("the link leads to `acme`").says("sub        depends");
}

/// What is told of a token for programs.
fn in_json(sandbox: &Sandbox, arguments: &[&str]) -> Value {
    let printed = sandbox.run(&[&["inspect", "--format", "json"], arguments].concat()).stdout.clone();
    serde_json::from_str(&printed).unwrap()
}

#[test]
fn a_link_to_a_room_that_the_event_does_not_have_is_3() {
    let sandbox = Sandbox::with_attendees(2, CLOSED_PORT);
    let other = token(&with("room", json!("other")));
    let said = "is for another room than the event's: for `other`; the event's room is `rust-workshop`";
    sandbox
        .run(&["inspect", &other])
        .is(3)
        .says(&format!("problem: the token {said}"))
        .says("hint: it belongs to another");
    let link = format!("https://meet.example.org/other?jwt={other}");
    sandbox
        .run(&["inspect", &link])
        .is(3)
        .says(&format!("problem: the link {said}"))
        .says("accepted, in `other` alone");
    assert_eq!(in_json(&sandbox, &[&link])["sound"], false);
    let every = format!("https://meet.example.org/other?jwt={}", token(&with("room", json!("*"))));
    sandbox.run(&["inspect", &every]).is(3).says(&format!("problem: the link {said}"));
    sandbox.run(&["inspect", &token(&with("room", json!("*")))]).is(3).says_not("for another room");
    // Without an event there is nothing to compare with.
    Sandbox::new().run(&["inspect", &link]).is(0).says_not("another room");

    // Rows may name rooms of their own.
    sandbox.write("attendees.csv", "email,name,room\na@example.org,Ada,Other\nb@example.org,Bob,third\n");
    sandbox.run(&["inspect", &link]).is(3).says("and a row names another one").says_not("attendees.csv:");
    sandbox.write("attendees.csv", "email,name,room\na@example.org,Ada,other\nb@example.org,Bob,third\n");
    sandbox.run(&["inspect", &link]).is(0).says_not("another room");
    std::fs::remove_file(sandbox.path("attendees.csv")).unwrap();
    let unread = sandbox.run(&["inspect", &link]);
    unread
        .is(0)
        .says("warning: `other` was not compared with the rooms that rows may name (attendees.csv: there is no");
    sandbox.run(&["inspect", &token(&claims().to_string())]).is(0).says_not("was not compared");

    // Nor do the rooms of sessions need a row.
    sandbox.write("attendees.csv", "email,name,session\na@example.org,Ada,evening\n");
    let session = "[[session]]\nkey = \"evening\"\nroom = \"other\"\nstarts = \"2036-12-05T18:00\"\nends = \"2036-12-05T20:00\"\n";
    sandbox.write("event.toml", &format!("{}\n{session}", sandbox.read("event.toml")));
    sandbox.run(&["inspect", &link]).is(0).says_not("another room");
    sandbox.run(&["inspect", &link.replace("/other?", "/fourth?")]).is(3).says("the event's rooms are `other`, `rust-");
}

#[test]
fn room_and_server_are_compared_without_the_secret_as_well() {
    let mut sandbox = Sandbox::with_attendees(2, CLOSED_PORT);
    let other = format!("https://meet.example.org/other?jwt={}", token(&with("room", json!("other"))));
    let elsewhere = format!("https://meet.example.net/rust-workshop?jwt={}", token(&claims().to_string()));
    sandbox.unset("ROOMKEY_JITSI_SECRET");
    sandbox.write("their.key", SECRET);
    for key in [&[][..], &["--key", "their.key"]] {
        let run = |given| sandbox.run(&[&["inspect", given], key].concat());
        run(&other).is(3).says("for another room than the event's").says("room and server alone are compared");
        run(&elsewhere).is(3).says("the link leads to `meet.example.net`, this event's server is");
        assert_eq!(run(&other).said().contains("not checked"), key.is_empty());
    }
}

#[test]
fn whose_it_is_is_told_to_programs_as_to_people() {
    let (sandbox, link) = with_a_link();
    let told = |given: &str, more: &[&str], certainty: &str| {
        let whose = in_json(&sandbox, &[&[given], more].concat())["whose"].clone();
        assert_eq!(whose["certainty"], certainty, "{whose}");
        let text = whose["text"].as_str().unwrap();
        let finished = sandbox.run(&[&["inspect", given], more].concat());
        finished.says(&format!("whose: {text}\n"));
        for warning in whose["warnings"].as_array().unwrap() {
            finished.says(&format!("warning: {}\n", warning.as_str().unwrap()));
        }
        (whose["name"].clone(), whose["row"].clone(), text.to_owned())
    };
    let octets = BASE64URL_NOPAD.decode(token_in(&link).split('.').nth(1).unwrap().as_bytes()).unwrap();
    let forged = signed(HEADER, &String::from_utf8(octets).unwrap(), "another secret of sufficient length");
    let nobodys = token(&claims().to_string());

    assert_eq!(
        told(&link, &[], "known"),
        (json!("Attendee 1"), json!("attendees.csv:2"), "Attendee 1's key, attendees.csv:2".to_owned())
    );
    assert!(told(&nobodys, &[], "nobody").2.contains("nobody in attendees.csv has this key"));
    assert!(told(&forged, &[], "unproven").2.contains("the signature does not prove it"));
    // A key that is not the event's proves nothing of the event's people.
    sandbox.write("their.key", "another secret of sufficient length");
    assert!(told(&forged, &["--key", "their.key"], "unproven").2.contains("this event's own did not"));
    assert_eq!(in_json(&sandbox, &[&nobodys, "--key", "their.key"])["whose"]["certainty"], "nobody");
    let strange = signed(HEADER, &claims().to_string(), "another secret of sufficient length");
    assert_eq!(in_json(&sandbox, &[&strange])["whose"], Value::Null);
    sandbox.run(&["inspect", &strange]).says_not("whose:");

    // What cannot be read is not gone.
    sandbox.write(
        "attendees.csv",
        "email,name,timezone\na1@example.org,Attendee 1,Mars/Base\na2@example.org,Attendee 2,\n",
    );
    assert!(told(&link, &[], "unread").2.contains("nobody can say: 1 row of attendees.csv cannot be used"));
    std::fs::remove_file(sandbox.path("attendees.csv")).unwrap();
    assert!(told(&link, &[], "unread").2.contains("nobody can say: attendees.csv: there is no such file"));
}

#[test]
fn somebody_mailed_is_not_gone_where_the_file_cannot_be_read() {
    let server = SmtpServer::obliging();
    let sandbox = Sandbox::with_attendees(2, server.port());
    sandbox.run(&["send", "--yes"]).is(0);
    let link = sandbox.run(&["link", "a2@example.org"]).is(0).stdout.trim().to_owned();
    std::fs::remove_file(sandbox.path("attendees.csv")).unwrap();
    let told = sandbox.run(&["inspect", &link]);
    told.is(0).says("whose: Attendee 2's key; a2@example.org was mailed and nobody can say what the file says now");
    told.says_not("no longer in");
}

#[test]
fn a_link_that_a_mail_filter_wrapped_is_taken_out_of_it() {
    let (sandbox, link) = with_a_link();
    let encoded = link.replace(':', "%3A").replace('/', "%2F").replace('?', "%3F").replace('=', "%3D");
    for (given, by) in [
        (
            format!("https://eur01.safelinks.protection.outlook.com/?url={encoded}&data=05%7C01&reserved=0"),
            "Microsoft's Safe Links",
        ),
        (format!("<https://www.google.com/url?q={encoded}&amp;sa=D>"), "Google"),
        (format!("https://urldefense.com/v3/__{link}__;!!Abc!x$"), "Proofpoint"),
    ] {
        let told = sandbox.run(&["inspect", &given]);
        told.is(0).says(&format!("wrapped: {by} made the link into one of their own")).says("Attendee 1's key");
        told.says("link: to room rust-workshop on meet.example.org").says_not("beside the token");
        assert_eq!(in_json(&sandbox, &[&given])["wrapped_by"], json!([by]));
    }
    assert_eq!(in_json(&sandbox, &[&link])["wrapped_by"], json!([]));
    // What is inside is judged as if it had come alone.
    let elsewhere = encoded.replace("meet.example.org", "evil.example.net");
    let wrapped = format!("https://eur01.safelinks.protection.outlook.com/?url={elsewhere}&data=1");
    sandbox.run(&["inspect", &wrapped]).is(3).says("the link leads to `evil.example.net`");
    let none = "https://eur01.safelinks.protection.outlook.com/?url=https%3A%2F%2Fmeet.example.org%2Fr&data=1";
    sandbox.run(&["inspect", none]).is(3).says("carries no token");
}

#[test]
fn a_key_file_that_is_none_is_told_for_what_it_is() {
    let (sandbox, link) = with_a_link();
    sandbox.run(&["keys", "new", "keys"]).is(0);
    let wide: Vec<u8> = "\u{FEFF}a-secret\r\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let octets = |name: &str, octets: &[u8]| std::fs::write(sandbox.path(name), octets).unwrap();
    octets("wide", &wide);
    octets("empty", b"");
    octets("marked", "\u{FEFF}a-secret".as_bytes());
    octets("key.der", &[0x30, 0x82, 1, 0x22, 0x30, 0x0D, 6, 9, 0x2A, 0x86]);
    octets("cert.pem", b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
    octets("id_rsa.pub", b"ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABgQ ada@laptop\n");
    for (file, what, way_out) in [
        ("missing", "there is no such file", "look for a slip in the name"),
        ("keys", "this is a folder, not a file", "name the file in it"),
        ("empty", "the file is empty", "name a PEM file"),
        ("wide", "UTF-16", "save it again as UTF-8"),
        ("marked", "byte-order mark", "save it again as UTF-8"),
        ("key.der", "binary form (DER)", "openssl pkey -pubin -inform DER -in FILE -out FILE.pem"),
        ("cert.pem", "is a certificate", "openssl x509 -pubkey -noout -in FILE > FILE.pem"),
        ("id_rsa.pub", "OpenSSH's own form", "ssh-keygen -e -m PKCS8 -f FILE > FILE.pem"),
        ("keys/jwks.json", "JWKS", "name the PEM file"),
    ] {
        let told = sandbox.run(&["inspect", &link, "--key", file]);
        told.is(3).says(&format!("--key {file}: ")).says(what).says("  hint: ").says(way_out).says_not("os error");
    }
    let long = "x".repeat(300);
    sandbox.run(&["inspect", &link, "--key", &long]).is(3).says("failed to read the file: ").says_not("os error");
    // An RSA key says nothing of what a secret signed, and is called by no name but its own.
    let told = sandbox.run(&["inspect", &link, "--key", "keys/private.pem"]);
    told.says("signature: not checked; a secret signed it, and the file given holds an RSA key");
    let forged = signed(r#"{"typ":"JWT","alg":"RS256","kid":"a"}"#, &claims().to_string(), SECRET);
    let told = sandbox.run(&["inspect", &forged, "--key", "keys/private.pem"]);
    told.is(3).says("does not hold: another private key signed the token").says("not made with the key given");
    told.says_not("another secret").says_not("this event's secret");
}
