//! Log-ins: the forms servers have, and what is never shown or repeated.

use data_encoding::BASE64;
use tokio::sync::mpsc;

use crate::{
    delivery::smtp::{
        Auth, Credentials, Relay, SmtpMailer,
        scripted::{Act, Heard, hello, mail, on, relay, script, send, work},
    },
    model::{Outage, Outcome},
};

const PASSWORD: &str = "correct horse battery";

async fn asking(keywords: &[&str], acts: Vec<Act>) -> (Relay, Heard) {
    let (mut relay, heard) = relay(vec![script(&[hello(keywords), acts])]).await;
    relay.credentials = Some(Credentials { user: "ada".to_owned(), auth: Auth::Auto, password: PASSWORD.into() });
    (relay, heard)
}

fn encoded(text: &str) -> String {
    BASE64.encode(text.as_bytes())
}

async fn logs_in(keywords: &[&str], acts: Vec<Act>) -> Heard {
    let (relay, heard) = asking(keywords, script(&[acts, vec![Act::Serve]])).await;
    let ran = send(relay, 1).await;
    assert!(matches!(ran.outcome(1), Some(Outcome::Accepted(_))), "{ran:?}");
    heard
}

#[tokio::test]
async fn plain_and_login_in_their_forms() {
    let heard = logs_in(&["AUTH LOGIN PLAIN"], vec![on("AUTH PLAIN ", "235 2.7.0 ok\r\n")]).await;
    assert!(heard.has(&format!("AUTH PLAIN {}", encoded(&format!("\0ada\0{PASSWORD}")))));
    logs_in(&["AUTH=PLAIN"], vec![on("AUTH PLAIN ", "334 \r\n"), on("", "235 ok\r\n")]).await;
    for (user, password) in [("VXNlcm5hbWU6", "UGFzc3dvcmQ6"), ("VXNlciBOYW1lAA==", "UGFzc3dvcmQA"), ("", "")] {
        let acts = vec![
            on("AUTH LOGIN", &format!("334 {user}\r\n")),
            on("YWRh", &format!("334 {password}\r\n")),
            on("", "235 ok\r\n"),
        ];
        let heard = logs_in(&["auth login"], acts).await;
        assert!(heard.has(&encoded(PASSWORD)));
    }
}

#[tokio::test]
async fn login_is_tried_where_plain_is_advertised_and_unknown() {
    let acts = vec![
        on("AUTH PLAIN ", "504 5.5.4 unrecognised\r\n"),
        on("AUTH LOGIN", "334 \r\n"),
        on("", "334 \r\n"),
        on("", "235 ok\r\n"),
    ];
    logs_in(&["AUTH PLAIN LOGIN"], acts).await;
}

#[tokio::test]
async fn a_refused_log_in_touches_no_row_and_is_not_tried_again() {
    let (relay, heard) = asking(&["AUTH PLAIN LOGIN"], vec![on("AUTH", "535 5.7.8 no\r\n"), Act::Stall]).await;
    let mailer = SmtpMailer::new(relay).unwrap();
    let (one, two) = tokio::join!(work(&mailer, vec![mail(1)], |_| true), work(&mailer, vec![mail(2)], |_| true));
    for (ran, row) in [(one, 1), (two, 2)] {
        assert!(matches!(ran.result, Err(Outage::LogInRefused(_))), "{ran:?}");
        assert_eq!(ran.outcome(row), None);
    }
    assert_eq!(heard.lines().iter().filter(|line| line.starts_with("AUTH")).count(), 1);
}

#[tokio::test]
async fn a_log_in_that_cannot_be_judged_may_be_tried_again() {
    let (relay, heard) = asking(&["AUTH PLAIN"], vec![on("AUTH", "454 4.7.0 later\r\n")]).await;
    let mailer = SmtpMailer::new(relay).unwrap();
    for _ in 0..2 {
        let ran = work(&mailer, vec![mail(1)], |_| true).await;
        assert!(matches!(ran.result, Err(Outage::LogInNotNow(_))));
    }
    assert_eq!(heard.lines().iter().filter(|line| line.starts_with("AUTH")).count(), 2);
}

#[tokio::test]
async fn a_relay_without_a_log_in_gets_no_password() {
    for keywords in [&[][..], &["AUTH XOAUTH2 GSSAPI"]] {
        let (relay, heard) = asking(keywords, vec![Act::Serve]).await;
        let ran = send(relay, 1).await;
        assert!(matches!(ran.result, Err(Outage::LogInRefused(ref reply)) if reply.code == 0), "{ran:?}");
        assert!(!heard.has("AUTH"));
    }
}

#[tokio::test]
async fn the_first_connections_open_one_after_another() {
    // given a relay that greets its second connection only when the first has logged in
    let (relay, heard) = asking(&["AUTH PLAIN"], vec![on("AUTH", "235 ok\r\n"), Act::Serve]).await;
    let mailer = SmtpMailer::new(relay).unwrap();
    let three = [1, 2, 3].map(|row| work(&mailer, vec![mail(row)], |_| true));
    let [one, two, three] = three;
    let (one, two, three) = tokio::join!(one, two, three);
    assert!(one.result.is_ok() && two.result.is_ok() && three.result.is_ok());
    let lines = heard.lines();
    let second = lines.iter().enumerate().filter(|(_, line)| *line == "(connection)").nth(1).unwrap().0;
    assert!(lines[..second].iter().any(|line| line.starts_with("AUTH")), "{lines:?}");
}

#[tokio::test]
async fn the_password_shows_nowhere() {
    let plain = encoded(&format!("\0ada\0{PASSWORD}"));
    let echo = format!("535 5.7.8 {PASSWORD} and {plain} are wrong\r\n");
    let (to, mut trace) = mpsc::unbounded_channel();
    let (mut relay, _) = asking(&["AUTH PLAIN"], vec![on("AUTH", &echo)]).await;
    relay.trace = Some(to);
    let mailer = SmtpMailer::new(relay).unwrap();
    let ran = work(&mailer, vec![mail(1)], |_| true).await;
    let mut shown = format!("{mailer:?} {ran:?}");
    while let Ok(line) = trace.try_recv() {
        shown += &line;
    }
    assert!(shown.contains("AUTH PLAIN …"));
    for secret in [PASSWORD, plain.as_str(), encoded(PASSWORD).as_str()] {
        assert!(!shown.contains(secret), "{shown}");
    }
}
