//! TLS from the start and by STARTTLS, and everything that must stop it.

use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::{ServerConfig, crypto::aws_lc_rs, pki_types::PrivateKeyDer};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use crate::{
    delivery::smtp::{
        Auth, Credentials, Relay, SmtpMailer, TlsMode, advice, read_roots,
        scripted::{Act, Heard, Ran, hello, mail, on, play, relay, say, script, send},
    },
    model::{Outage, Outcome},
};

struct Authority {
    pem: String,
    config: Arc<ServerConfig>,
}

fn authority(names: &[&str], years: (i32, i32)) -> Authority {
    let mut issuer = CertificateParams::new(Vec::new()).unwrap();
    issuer.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let issuer = CertifiedIssuer::self_signed(issuer, KeyPair::generate().unwrap()).unwrap();
    let key = KeyPair::generate().unwrap();
    let mut leaf = CertificateParams::new(names.iter().map(|&n| n.to_owned()).collect::<Vec<_>>()).unwrap();
    leaf.not_before = rcgen::date_time_ymd(years.0, 1, 1);
    leaf.not_after = rcgen::date_time_ymd(years.1, 1, 1);
    let leaf = leaf.signed_by(&key, &issuer).unwrap();
    let config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![leaf.der().clone()], PrivateKeyDer::try_from(key.serialize_der()).unwrap())
        .unwrap();
    Authority { pem: issuer.pem(), config: Arc::new(config) }
}

/// A relay that says `before` in plaintext, then shakes hands and plays `within`.
async fn secured(authority: &Authority, mode: TlsMode, before: Vec<Act>, within: Vec<Act>) -> (Relay, Heard) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let (heard, acceptor) = (Heard::default(), TlsAcceptor::from(Arc::clone(&authority.config)));
    let notes = heard.clone();
    tokio::spawn(async move {
        while let Ok((mut tcp, _)) = listener.accept().await {
            if play(&mut tcp, before.clone(), notes.clone()).await.is_none() {
                continue;
            }
            let (acceptor, within, notes) = (acceptor.clone(), within.clone(), notes.clone());
            tokio::spawn(async move { play(acceptor.accept(tcp).await.ok()?, within, notes).await });
        }
    });
    let mut relay = Relay::new("localhost", port, mode);
    relay.extra_roots = read_roots(authority.pem.as_bytes()).unwrap();
    (relay, heard)
}

fn logging_in() -> Vec<Act> {
    script(&[hello(&["PIPELINING", "AUTH PLAIN"]), vec![on("AUTH PLAIN", "235 ok\r\n"), Act::Serve]])
}

fn with_log_in(mut relay: Relay) -> Relay {
    relay.credentials = Some(Credentials { user: "ada".to_owned(), auth: Auth::Auto, password: "correct horse".into() });
    relay
}

fn accepted(ran: &Ran, row: u32) -> bool {
    matches!(ran.outcome(row), Some(Outcome::Accepted(_)))
}

fn tls_trouble(ran: &Ran) -> String {
    let Err(outage @ Outage::Tls { detail }) = &ran.result else { panic!("{ran:?}") };
    format!("{detail} | {}", advice(outage, "localhost"))
}

#[tokio::test]
async fn tls_from_the_start_and_a_check_that_tells_its_version() {
    let authority = authority(&["localhost"], (2020, 2090));
    let (relay, _) = secured(&authority, TlsMode::Implicit, vec![], logging_in()).await;
    let ran = send(with_log_in(relay.clone()), 20).await;
    assert!((1..=20).all(|row| accepted(&ran, row)), "{ran:?}");
    let report = SmtpMailer::new(with_log_in(relay), None).unwrap().check(&mail(1).sender).await.unwrap();
    assert_eq!((report.tls, report.logged_in), (Some("TLS 1.3"), true));
}

#[tokio::test]
async fn a_certificate_for_an_address_is_checked_against_it() {
    let authority = authority(&["127.0.0.1"], (2020, 2090));
    let (mut relay, _) = secured(&authority, TlsMode::Implicit, vec![], logging_in()).await;
    relay.host = "127.0.0.1".to_owned();
    assert!(accepted(&send(with_log_in(relay), 1).await, 1));
}

#[tokio::test]
async fn starttls_comes_before_the_password() {
    let authority = authority(&["localhost"], (2020, 2090));
    let before = script(&[hello(&["STARTTLS", "AUTH PLAIN"]), vec![on("STARTTLS", "220 go\r\n")]]);
    let mut within = logging_in();
    within.remove(0);
    let (relay, heard) = secured(&authority, TlsMode::StartTls, before, within).await;
    assert!(accepted(&send(with_log_in(relay), 1).await, 1));
    let lines = heard.lines();
    let at = |start: &str| lines.iter().position(|line| line.starts_with(start)).unwrap();
    assert!(at("STARTTLS") < at("AUTH"));
}

#[tokio::test]
async fn what_is_said_before_the_handshake_ends_it() {
    let authority = authority(&["localhost"], (2020, 2090));
    let before = script(&[hello(&["STARTTLS"]), vec![on("STARTTLS", "220 go\r\n250 injected\r\n")]]);
    let (relay, heard) = secured(&authority, TlsMode::StartTls, before, logging_in()).await;
    let ran = send(with_log_in(relay), 1).await;
    assert!(tls_trouble(&ran).contains("somebody interferes"));
    assert_eq!(ran.outcome(1), None);
    assert!(!heard.has("AUTH"));
}

#[tokio::test]
async fn a_missing_or_refused_starttls_ends_it() {
    for (keywords, acts) in
        [(&["AUTH PLAIN"][..], vec![Act::Serve]), (&["STARTTLS"], vec![on("STARTTLS", "502 no\r\n"), Act::Serve])]
    {
        let (mut relay, heard) = relay(vec![script(&[hello(keywords), acts])]).await;
        relay.tls = TlsMode::StartTls;
        let ran = send(with_log_in(relay), 1).await;
        tls_trouble(&ran);
        assert!(!heard.has("AUTH") && !heard.has("MAIL"));
    }
}

#[tokio::test]
async fn certificates_that_cannot_be_trusted_say_why() {
    let sound = authority(&["localhost"], (2020, 2090));
    for (names, years, trusted, expected) in [
        (&["*.hoster.example"], (2020, 2090), true, "it is for *.hoster.example"),
        (&["localhost"], (2020, 2021), true, "expired on 2021-01-01"),
        (&["localhost"], (2080, 2090), true, "not valid yet"),
        (&["localhost"], (2020, 2090), false, "`ca_file`"),
    ] {
        let authority = authority(names, years);
        let (mut relay, heard) = secured(&authority, TlsMode::Implicit, vec![], logging_in()).await;
        if !trusted {
            relay.extra_roots = read_roots(sound.pem.as_bytes()).unwrap();
        }
        let told = tls_trouble(&send(with_log_in(relay), 1).await);
        assert!(told.contains(expected), "{told}");
        assert!(!heard.has("EHLO"));
    }
}

#[tokio::test]
async fn a_port_that_begins_without_tls_says_so() {
    let (mut relay, _) = relay(vec![vec![say("220 mx.example.net ready\r\n"), Act::Stall]]).await;
    relay.tls = TlsMode::Implicit;
    assert!(tls_trouble(&send(relay, 1).await).contains("tls = \"starttls\""));
}

#[tokio::test]
async fn lost_after_the_dot_is_in_doubt_under_tls_too() {
    let authority = authority(&["localhost"], (2020, 2090));
    let acts = script(&[
        hello(&["PIPELINING"]),
        vec![on("MAIL", "250 ok\r\n"), on("RCPT", "250 ok\r\n"), on("DATA", "354 go\r\n"), Act::Body(Vec::new())],
    ]);
    let (relay, _) = secured(&authority, TlsMode::Implicit, vec![], acts).await;
    let ran = send(relay, 1).await;
    assert!(matches!(ran.outcome(1), Some(Outcome::InDoubt(_))), "{ran:?}");
}
