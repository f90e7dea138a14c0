//! TLS from the start and by STARTTLS, and everything that must stop it.

use std::{
    collections::VecDeque,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::{
    HandshakeKind, ServerConfig, SupportedProtocolVersion,
    crypto::aws_lc_rs,
    pki_types::{PrivateKeyDer, UnixTime},
    time_provider::TimeProvider,
    version,
};
use tokio::{
    io::AsyncReadExt as _,
    net::{TcpListener, TcpStream},
};
use tokio_rustls::TlsAcceptor;

use crate::{
    delivery::smtp::{
        Auth, Credentials, Relay, SmtpMailer, TlsMode, advice, read_roots,
        scripted::{Act, Heard, Ran, hello, mail, on, play, relay, say, script, send},
        tls::{self, Trust},
    },
    model::{Outage, Outcome},
};

struct Authority {
    issuer: CertifiedIssuer<'static, KeyPair>,
    pem: String,
    config: Arc<ServerConfig>,
}

const BOTH: &[&SupportedProtocolVersion] = &[&version::TLS13, &version::TLS12];

fn authority(names: &[&str], years: (i32, i32)) -> Authority {
    let mut issuer = CertificateParams::new(Vec::new()).unwrap();
    issuer.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let issuer = CertifiedIssuer::self_signed(issuer, KeyPair::generate().unwrap()).unwrap();
    let config = certified(&issuer, names, years, BOTH);
    Authority { pem: issuer.pem(), issuer, config }
}

fn certified(
    issuer: &CertifiedIssuer<'static, KeyPair>,
    names: &[&str],
    years: (i32, i32),
    versions: &[&'static SupportedProtocolVersion],
) -> Arc<ServerConfig> {
    let key = KeyPair::generate().unwrap();
    let mut leaf = CertificateParams::new(names.iter().map(|&n| n.to_owned()).collect::<Vec<_>>()).unwrap();
    leaf.not_before = rcgen::date_time_ymd(years.0, 1, 1);
    leaf.not_after = rcgen::date_time_ymd(years.1, 1, 1);
    let leaf = leaf.signed_by(&key, issuer).unwrap();
    let config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_protocol_versions(versions)
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![leaf.der().clone()], PrivateKeyDer::try_from(key.serialize_der()).unwrap())
        .unwrap();
    Arc::new(config)
}

/// A relay that says `before` in plaintext, then shakes hands and plays `within`.
async fn secured(authority: &Authority, mode: TlsMode, before: Vec<Act>, within: Vec<Act>) -> (Relay, Heard) {
    secured_by(authority, vec![Arc::clone(&authority.config)], mode, before, within).await
}

/// The same with a configuration for each connection, of which the last one stays; what kind each
/// handshake was is heard as `(Full)` and the like.
async fn secured_by(
    authority: &Authority,
    configs: Vec<Arc<ServerConfig>>,
    mode: TlsMode,
    before: Vec<Act>,
    within: Vec<Act>,
) -> (Relay, Heard) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let heard = Heard::default();
    let notes = heard.clone();
    let mut configs = VecDeque::from(configs);
    tokio::spawn(async move {
        while let Ok((mut tcp, _)) = listener.accept().await {
            let config = if configs.len() > 1 { configs.pop_front().unwrap() } else { Arc::clone(&configs[0]) };
            if play(&mut tcp, before.clone(), notes.clone()).await.is_none() {
                continue;
            }
            let (acceptor, within, notes) = (TlsAcceptor::from(config), within.clone(), notes.clone());
            tokio::spawn(async move {
                let stream = acceptor.accept(tcp).await.ok()?;
                notes.note(&format!("({:?})", stream.get_ref().1.handshake_kind()?));
                play(stream, within, notes).await
            });
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
    relay.credentials =
        Some(Credentials { user: "ada".to_owned(), auth: Auth::Auto, password: "correct horse".into() });
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
    let report = SmtpMailer::new(with_log_in(relay)).unwrap().check(&mail(1).sender).await.unwrap();
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
async fn both_versions_of_tls_are_spoken() {
    let authority = authority(&["localhost"], (2020, 2090));
    for (version, told) in [(&version::TLS12, "TLS 1.2"), (&version::TLS13, "TLS 1.3")] {
        let config = certified(&authority.issuer, &["localhost"], (2020, 2090), &[version]);
        let (relay, _) = secured_by(&authority, vec![config], TlsMode::Implicit, vec![], logging_in()).await;
        let report = SmtpMailer::new(with_log_in(relay)).unwrap().check(&mail(1).sender).await.unwrap();
        assert_eq!(report.tls, Some(told));
    }
}

fn starting_tls() -> (Vec<Act>, Vec<Act>) {
    let before = script(&[hello(&["STARTTLS"]), vec![on("STARTTLS", "220 go\r\n")]]);
    (before, logging_in()[1..].to_vec())
}

fn handshakes(heard: &Heard) -> Vec<String> {
    heard.lines().into_iter().filter(|line| line.starts_with('(') && !line.starts_with("(message)")).collect()
}

#[tokio::test]
async fn a_reconnect_resumes_the_session() {
    let authority = authority(&["localhost"], (2020, 2090));
    for version in BOTH {
        for mode in [TlsMode::Implicit, TlsMode::StartTls] {
            let config = certified(&authority.issuer, &["localhost"], (2020, 2090), &[version]);
            let (before, within) = if mode == TlsMode::StartTls { starting_tls() } else { (Vec::new(), logging_in()) };
            let (mut relay, heard) = secured_by(&authority, vec![config], mode, before, within).await;
            relay.max_mails_per_connection = 1;
            let ran = send(with_log_in(relay), 3).await;
            assert!((1..=3).all(|row| accepted(&ran, row)), "{ran:?}");
            assert_eq!(handshakes(&heard), ["(Full)", "(Resumed)", "(Resumed)"]);
        }
    }
}

#[tokio::test]
async fn a_certificate_that_expires_between_connections_is_told_and_loses_nothing() {
    let authority = authority(&["localhost"], (2020, 2090));
    let expired = certified(&authority.issuer, &["localhost"], (2020, 2021), BOTH);
    let configs = vec![Arc::clone(&authority.config), expired];
    let (mut relay, heard) = secured_by(&authority, configs, TlsMode::Implicit, vec![], logging_in()).await;
    relay.max_mails_per_connection = 2;
    let ran = send(with_log_in(relay), 5).await;
    assert!(tls_trouble(&ran).contains("expired on 2021-01-01"));
    assert!(accepted(&ran, 1) && accepted(&ran, 2) && ran.outcome(3).is_none(), "{ran:?}");
    assert_eq!((heard.messages(), ran.claimed), (2, vec![1, 2]));
}

/// A clock that a test sets, in seconds since 1970.
#[derive(Debug)]
struct Clock(AtomicU64);

impl TimeProvider for Clock {
    fn current_time(&self) -> Option<UnixTime> {
        Some(UnixTime::since_unix_epoch(Duration::from_secs(self.0.load(Ordering::SeqCst))))
    }
}

#[tokio::test]
async fn a_resumed_session_is_as_good_as_its_certificate_is_now() {
    // given a relay that resumes whatever it is asked to, and a certificate that ends with the year 2029
    for version in BOTH {
        let mut authority = authority(&["localhost"], (2020, 2090));
        authority.config = certified(&authority.issuer, &["localhost"], (2020, 2030), &[version]);
        let (relay, _) = secured(&authority, TlsMode::Implicit, vec![], logging_in()).await;
        let (before, after) = (1_893_455_990, 1_893_456_010);
        let clock = Arc::new(Clock(AtomicU64::new(before)));
        let trust = Trust::in_system_and(&relay.extra_roots).unwrap().by_clock(Arc::<Clock>::clone(&clock));
        let shake = || async {
            let tcp = TcpStream::connect(("127.0.0.1", relay.port)).await.unwrap();
            let mut stream = tls::handshake(tcp, &relay, &trust, Duration::from_mins(1)).await?;
            // What the next session is resumed by comes with the greeting.
            let _ = stream.read(&mut [0; 100]).await.unwrap();
            Ok(stream.get_ref().1.handshake_kind())
        };
        assert_eq!(shake().await, Ok(Some(HandshakeKind::Full)));
        assert_eq!(shake().await, Ok(Some(HandshakeKind::Resumed)));
        clock.0.store(after, Ordering::SeqCst);
        // then the session is given up, the weather tries again, and the whole handshake tells
        let given_up = shake().await.unwrap_err();
        assert!(
            matches!(&given_up, Outage::Unreachable { detail, .. } if detail.contains("has expired")),
            "{given_up:?}"
        );
        for _ in 0..2 {
            let told = shake().await.unwrap_err();
            assert!(matches!(&told, Outage::Tls { detail } if detail.contains("expired on 2030-01-01")), "{told:?}");
        }
    }
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
async fn what_is_said_in_place_of_the_handshake_ends_it() {
    // given words that come only once the handshake has begun
    let before = script(&[
        hello(&["STARTTLS"]),
        vec![
            on("STARTTLS", "220 go\r\n"),
            Act::PartOfBody(1),
            say("250-mx.example.net\r\n250 AUTH PLAIN\r\n"),
            Act::Stall,
        ],
    ]);
    let (mut relay, heard) = relay(vec![before]).await;
    relay.tls = TlsMode::StartTls;
    let told = tls_trouble(&send(with_log_in(relay), 1).await);
    assert!(told.contains("somebody interferes") && !told.contains("set tls"), "{told}");
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
