//! What `inspect` says that a server would answer, beside what a real Prosody does answer.

use std::{
    io::{Read as _, Write as _},
    net::TcpStream,
    time::{SystemTime, UNIX_EPOCH},
};

use serde_json::{Value, json};

use super::prosody::Servers;
use crate::{inspect, support::Sandbox};

/// What a Prosody answers to a browser that logs in with a token; `None` where it lets it in.
fn login_answer(port: u16, domain: &str, token: &str) -> Option<String> {
    let asked = |query: &str, body: &str| {
        let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
        let length = body.len();
        write!(
            stream,
            "POST /http-bind{query} HTTP/1.1\r\nHost: {domain}\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n{body}"
        )
        .unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    };
    let bosh = "xmlns='http://jabber.org/protocol/httpbind' xmlns:xmpp='urn:xmpp:xbosh'";
    let begun = asked(
        &format!("?room=rust-workshop&token={token}"),
        &format!("<body {bosh} hold='1' wait='5' ver='1.6' xmpp:version='1.0' rid='1000' to='{domain}'/>"),
    );
    let sid = begun.split("sid='").nth(1).unwrap_or_else(|| panic!("{begun}")).split('\'').next().unwrap();
    let auth = "<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='ANONYMOUS'/>";
    let answer = asked("", &format!("<body {bosh} rid='1001' sid='{sid}'>{auth}</body>"));
    if answer.contains("<success") {
        return None;
    }
    let reason = answer.split("<text>").nth(1).unwrap_or_else(|| panic!("{answer}")).split("</text>").next().unwrap();
    Some(reason.replace("&apos;", "'"))
}

/// What `inspect` foretells of the login: the answer of the first rule that refuses.
fn foretold(sandbox: &Sandbox, token: &str) -> Option<String> {
    let printed = sandbox.run(&["inspect", token, "--format", "json"]).stdout.clone();
    let told: Value = serde_json::from_str(&printed).unwrap();
    // Whose room it is matters when it is entered.
    let mut answers =
        told["rules"].as_array().unwrap().iter().filter_map(|one| Some(one["answer"].as_str()?.to_owned()));
    answers.find(|answer| answer != "Room and token mismatched")
}

#[test]
fn what_inspect_foretells_the_server_says() {
    let Some(servers) = Servers::running("inspect's verdicts") else { return };
    let sandbox = servers.sandbox();
    servers.plain().write(&sandbox);
    #[expect(clippy::disallowed_methods, reason = "the server goes by the same clock")]
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    let valid = || {
        let mut claims = inspect::claims();
        (claims["nbf"], claims["exp"]) = (json!(now - 60), json!(now + 600));
        claims
    };
    let with = |name: &str, value: Value| {
        let mut claims = valid();
        claims[name] = value;
        claims
    };
    let without = |name: &str| {
        let mut claims = valid();
        claims.as_object_mut().unwrap().remove(name);
        claims
    };
    let signed = |header: &str, claims: &Value, secret: &str| inspect::signed(header, &claims.to_string(), secret);
    let ours = |claims: &Value| signed(inspect::HEADER, claims, &servers.secret);
    let mut refused = 0;
    for token in [
        ours(&valid()),
        ours(&with("room", json!("*"))),
        ours(&with("sub", json!("elsewhere.example"))),
        ours(&with("iss", json!("other"))),
        ours(&without("iss")),
        ours(&without("aud")),
        ours(&without("sub")),
        ours(&without("room")),
        ours(&without("nbf")),
        ours(&without("exp")),
        ours(&with("exp", json!(now - 1))),
        ours(&with("exp", json!("soon"))),
        ours(&with("nbf", json!(now + 300))),
        ours(&with("nbf", json!("soon"))),
        ours(
            &with("exp", json!(now - 1))
                .as_object()
                .map(|all| {
                    let mut all = all.clone();
                    all.insert("iss".to_owned(), json!("other"));
                    Value::Object(all)
                })
                .unwrap(),
        ),
        signed(inspect::HEADER, &valid(), "another secret of sufficient length"),
        signed(r#"{"typ":"jwt","alg":"HS256"}"#, &valid(), &servers.secret),
        signed(r#"{"typ":"jwt","alg":"HS512"}"#, &valid(), &servers.secret),
        signed(r#"{"typ":"JWT","alg":"HS512"}"#, &valid(), &servers.secret),
        signed(r#"{"alg":"HS256"}"#, &valid(), "another secret of sufficient length"),
    ] {
        let said = login_answer(servers.port, "hs256.test", &token);
        refused += usize::from(said.is_some());
        // How long a token is over already is more than can be foretold.
        let said = said.map(|said| said.split(" (").next().unwrap_or_default().to_owned());
        assert_eq!(foretold(&sandbox, &token), said, "{}", sandbox.run(&["inspect", &token]).stdout);
    }
    assert_eq!(refused, 15);
}
