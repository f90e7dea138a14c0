//! Access tokens, and passwords that are got anew.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use data_encoding::BASE64;
use tokio::sync::mpsc;

use crate::{
    delivery::smtp::{
        Auth, Credentials, Password, RENEWED_AFTER, Relay, SmtpMailer, Unobtainable, advice,
        scripted::{Act, Heard, hello, mail, on, relay, script, send, work},
    },
    model::{Outage, Outcome},
};

const TOKEN: &str = "ya29.a0AfH6SMBx-secret_token";
const KEYWORDS: &[&str] = &["AUTH PLAIN LOGIN XOAUTH2 OAUTHBEARER"];

fn encoded(text: &str) -> String {
    BASE64.encode(text.as_bytes())
}

fn xoauth2(token: &str) -> String {
    encoded(&format!("user=ada@example.org\x01auth=Bearer {token}\x01\x01"))
}

fn bearer(relay: &Relay, token: &str) -> String {
    let Relay { host, port, .. } = relay;
    encoded(&format!("n,a=ada@example.org,\x01host={host}\x01port={port}\x01auth=Bearer {token}\x01\x01"))
}

/// A relay that plays one script of these a connection, and credentials for it.
async fn asking(auth: Auth, password: Password, connections: Vec<Vec<Act>>) -> (Relay, Heard) {
    let scripts = connections.into_iter().map(|acts| script(&[hello(KEYWORDS), acts])).collect();
    let (mut relay, heard) = relay(scripts).await;
    relay.credentials = Some(Credentials { user: "ada@example.org".to_owned(), auth, password });
    (relay, heard)
}

fn accepts() -> Vec<Act> {
    vec![on("AUTH", "235 2.7.0 ok\r\n"), Act::Serve]
}

fn refuses() -> Vec<Act> {
    vec![on("AUTH", "535 5.7.8 no\r\n")]
}

fn tries(heard: &Heard) -> Vec<String> {
    heard.lines().into_iter().filter(|line| line.starts_with("AUTH")).collect()
}

/// A password that is `first`, then what `printed` says one after the other; and how often it was asked for.
fn printed(first: &str, max_age: Duration, printed: &[Result<&str, &str>]) -> (Password, Arc<AtomicUsize>) {
    let calls = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&calls);
    let printed: Vec<Result<String, String>> =
        printed.iter().map(|one| one.map(str::to_owned).map_err(str::to_owned)).collect();
    let password = Password::renewable(first.into(), max_age, move || {
        let call = counted.fetch_add(1, Ordering::SeqCst);
        let what = printed[call.min(printed.len() - 1)].clone();
        what.map(Into::into).map_err(|what| Unobtainable { what, hint: "try it by hand".to_owned() })
    });
    (password, calls)
}

#[tokio::test]
async fn tokens_travel_in_the_forms_of_their_mechanisms() {
    let (relay, heard) = asking(Auth::XOAuth2, TOKEN.into(), vec![accepts()]).await;
    assert!(matches!(send(relay, 1).await.outcome(1), Some(Outcome::Accepted(_))));
    assert_eq!(tries(&heard), [format!("AUTH XOAUTH2 {}", xoauth2(TOKEN))]);

    let (relay, heard) = asking(Auth::OAuthBearer, TOKEN.into(), vec![accepts()]).await;
    let expected = format!("AUTH OAUTHBEARER {}", bearer(&relay, TOKEN));
    assert!(matches!(send(relay, 1).await.outcome(1), Some(Outcome::Accepted(_))));
    assert_eq!(tries(&heard), [expected]);
}

#[tokio::test]
async fn a_response_too_long_for_a_command_goes_by_itself() {
    let long = "x".repeat(2000);
    for auth in [Auth::XOAuth2, Auth::OAuthBearer, Auth::Plain] {
        let acts = vec![on("AUTH", "334 \r\n"), on("", "235 ok\r\n"), Act::Serve];
        let (relay, heard) = asking(auth, long.as_str().into(), vec![acts]).await;
        assert!(matches!(send(relay, 1).await.outcome(1), Some(Outcome::Accepted(_))));
        assert!(tries(&heard)[0].len() < 20, "{:?}", tries(&heard));
    }
}

#[tokio::test]
async fn a_relay_that_takes_no_initial_response_asks_for_it_again() {
    for auth in [Auth::XOAuth2, Auth::OAuthBearer] {
        let acts = vec![on("AUTH", "334 \r\n"), on("", "235 ok\r\n"), Act::Serve];
        let (relay, heard) = asking(auth, TOKEN.into(), vec![acts]).await;
        assert!(matches!(send(relay, 1).await.outcome(1), Some(Outcome::Accepted(_))));
        let lines = heard.lines();
        let at = lines.iter().position(|line| line.starts_with("AUTH")).unwrap();
        assert!(lines[at].ends_with(&lines[at + 1]), "{lines:?}");
    }
}

#[tokio::test]
async fn an_error_in_a_challenge_is_answered_so_that_the_last_word_comes() {
    let json = encoded(r#"{"status":"invalid_token","schemes":"bearer","scope":"https://mail.google.com/"}"#);
    let challenge = format!("334 {json}\r\n");
    for (auth, answer) in [(Auth::XOAuth2, ""), (Auth::OAuthBearer, "AQ==")] {
        let acts = vec![on("AUTH", &challenge), on(answer, "535 5.7.8 not accepted\r\n")];
        let (relay, heard) = asking(auth, TOKEN.into(), vec![acts]).await;
        let ran = send(relay, 1).await;
        let Err(outage @ Outage::LogInRefused(reply)) = &ran.result else { panic!("{ran:?}") };
        assert_eq!((reply.code, reply.enhanced), (535, Some((5, 7, 8))));
        assert!(reply.text.starts_with("not accepted (") && reply.text.contains("status invalid_token"), "{reply}");
        assert!(advice(outage, "smtp.example.org").contains("token has expired"));
        assert_eq!(heard.lines().last().unwrap(), answer);
        assert_eq!(ran.outcome(1), None);
    }
}

#[tokio::test]
async fn a_relay_that_hangs_up_on_a_refused_token_has_refused_it() {
    let challenge = format!("334 {}\r\n", encoded(r#"{"status":"400"}"#));
    let (relay, heard) = asking(Auth::XOAuth2, TOKEN.into(), vec![vec![on("AUTH", &challenge)]]).await;
    let mailer = SmtpMailer::new(relay).unwrap();
    for _ in 0..2 {
        let ran = work(&mailer, vec![mail(1)], |_| true).await;
        let Err(Outage::LogInRefused(reply)) = &ran.result else { panic!("{ran:?}") };
        assert!(reply.text.contains("was refused") && reply.text.contains("status 400"), "{reply}");
    }
    assert_eq!(tries(&heard).len(), 1);
}

#[tokio::test]
async fn oauth_is_never_chosen_unasked_nor_replaced_by_another_way() {
    for (auth, keywords, expected) in [
        (Auth::Auto, "AUTH XOAUTH2 OAUTHBEARER", "auth = \"xoauth2\""),
        (Auth::XOAuth2, "AUTH PLAIN LOGIN", "auth = \"plain\" or auth = \"login\""),
        (Auth::OAuthBearer, "AUTH XOAUTH2 GSSAPI", "set auth = \"xoauth2\""),
        (Auth::Plain, "AUTH LOGIN", "set auth = \"login\""),
    ] {
        let (mut relay, heard) = relay(vec![hello(&[keywords])]).await;
        relay.credentials = Some(Credentials { user: "ada".to_owned(), auth, password: TOKEN.into() });
        let ran = send(relay, 1).await;
        let Err(outage @ Outage::LogInRefused(reply)) = &ran.result else { panic!("{ran:?}") };
        assert!(reply.text.contains(&keywords["AUTH ".len()..].replace(' ', ", ")), "{reply}");
        assert!(advice(outage, "x").contains(expected), "{}", advice(outage, "x"));
        assert!(tries(&heard).is_empty());
    }
}

#[tokio::test]
async fn what_is_no_token_does_not_leave() {
    let (relay, heard) = asking(Auth::XOAuth2, r#"{"access_token":"x"}"#.into(), vec![accepts()]).await;
    let ran = send(relay, 1).await;
    let Err(outage @ Outage::LogInRefused(_)) = &ran.result else { panic!("{ran:?}") };
    assert!(advice(outage, "x").contains("access token alone"));
    assert!(tries(&heard).is_empty());
}

#[tokio::test]
async fn a_token_shows_nowhere() {
    for auth in [Auth::XOAuth2, Auth::OAuthBearer] {
        let json = encoded(&format!(r#"{{"status":"{TOKEN}","scope":"x{TOKEN}"}}"#));
        let user = encoded(&format!("user=ada@example.org,auth=Bearer {TOKEN}"));
        let acts = vec![
            on("AUTH", &format!("334 {json}\r\n")),
            on("", &format!("535-5.7.8 {TOKEN} and {user}\r\n535 5.7.8 and {}\r\n", encoded(TOKEN))),
        ];
        let (mut relay, heard) = asking(auth, TOKEN.into(), vec![acts]).await;
        let (to, mut trace) = mpsc::unbounded_channel();
        relay.trace = Some(to);
        let mailer = SmtpMailer::new(relay).unwrap();
        let ran = work(&mailer, vec![mail(1)], |_| true).await;
        let mut shown = format!("{mailer:?} {ran:?}");
        while let Ok(line) = trace.try_recv() {
            shown += &line;
        }
        assert!(shown.contains("AUTH ") && shown.contains("LogInRefused"), "{shown}");
        let response = tries(&heard)[0].rsplit_once(' ').unwrap().1.to_owned();
        for secret in [TOKEN, "secret_token", &response, &json, &user, &encoded(TOKEN)] {
            assert!(!shown.contains(secret), "{secret}: {shown}");
        }
    }
}

#[tokio::test]
async fn a_refused_value_is_replaced_once() {
    let (password, calls) = printed("old", RENEWED_AFTER, &[Ok("new"), Ok("newer")]);
    let (relay, heard) = asking(Auth::XOAuth2, password, vec![refuses(), accepts()]).await;
    let ran = send(relay, 2).await;
    assert!(ran.result.is_ok() && matches!(ran.outcome(2), Some(Outcome::Accepted(_))), "{ran:?}");
    assert_eq!(tries(&heard), [format!("AUTH XOAUTH2 {}", xoauth2("old")), format!("AUTH XOAUTH2 {}", xoauth2("new"))]);
    assert_eq!(calls.load(Ordering::SeqCst), 1);

    // and where the new one is refused as well, that is all
    let (password, calls) = printed("old", RENEWED_AFTER, &[Ok("new"), Ok("newer")]);
    let (relay, heard) = asking(Auth::Auto, password, vec![refuses()]).await;
    let mailer = SmtpMailer::new(relay).unwrap();
    let (one, two) = tokio::join!(work(&mailer, vec![mail(1)], |_| true), work(&mailer, vec![mail(2)], |_| true));
    for ran in [one, two, work(&mailer, vec![mail(3)], |_| true).await] {
        let Err(outage @ Outage::LogInRefused(_)) = &ran.result else { panic!("{ran:?}") };
        assert!(advice(outage, "x").contains("tried twice"));
    }
    assert_eq!((tries(&heard).len(), calls.load(Ordering::SeqCst)), (2, 1));
}

#[tokio::test]
async fn the_same_value_is_not_tried_again() {
    let (password, calls) = printed("old", RENEWED_AFTER, &[Ok("old")]);
    let (relay, heard) = asking(Auth::Auto, password, vec![refuses()]).await;
    let mailer = SmtpMailer::new(relay).unwrap();
    for row in 1..3 {
        let ran = work(&mailer, vec![mail(row)], |_| true).await;
        let Err(Outage::LogInRefused(reply)) = &ran.result else { panic!("{ran:?}") };
        assert!(reply.code == 535 && reply.text.contains("the same again"), "{reply}");
    }
    assert_eq!((tries(&heard).len(), calls.load(Ordering::SeqCst)), (1, 1));
}

#[tokio::test]
async fn a_log_in_that_worked_in_between_earns_another_try() {
    // given tokens that each serve one connection
    let (password, calls) = printed("one", RENEWED_AFTER, &[Ok("two"), Ok("three")]);
    let scripts = vec![accepts(), refuses(), accepts(), refuses(), accepts()];
    let (mut relay, heard) = asking(Auth::Plain, password, scripts).await;
    relay.max_mails_per_connection = 1;
    let ran = send(relay, 3).await;
    assert!(ran.result.is_ok(), "{ran:?}");
    assert_eq!((tries(&heard).len(), calls.load(Ordering::SeqCst)), (5, 2));
}

#[tokio::test]
async fn several_connections_that_are_refused_at_once_ask_once() {
    let (password, calls) = printed("old", RENEWED_AFTER, &[Ok("new"), Err("asked too often")]);
    let scripts = vec![accepts(), refuses(), refuses(), refuses(), accepts()];
    let (mut relay, _) = asking(Auth::Plain, password, scripts).await;
    relay.max_mails_per_connection = 1;
    let mailer = SmtpMailer::new(relay).unwrap();
    assert!(work(&mailer, vec![mail(1)], |_| true).await.result.is_ok());
    // when three workers connect again with the old value
    let [two, three, four] = [2, 3, 4].map(|row| work(&mailer, vec![mail(row)], |_| true));
    let (two, three, four) = tokio::join!(two, three, four);
    for (ran, row) in [(two, 2), (three, 3), (four, 4)] {
        assert!(matches!(ran.outcome(row), Some(Outcome::Accepted(_))), "{ran:?}");
    }
    assert_eq!(calls.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a_new_value_is_tried_by_one_connection_alone() {
    // given three workers that were refused at once, and a new value that is refused as well
    let (password, calls) = printed("old", RENEWED_AFTER, &[Ok("new")]);
    let (mut relay, heard) = asking(Auth::Plain, password, vec![accepts(), refuses()]).await;
    relay.max_mails_per_connection = 1;
    let mailer = SmtpMailer::new(relay).unwrap();
    assert!(work(&mailer, vec![mail(1)], |_| true).await.result.is_ok());
    let [two, three, four] = [2, 3, 4].map(|row| work(&mailer, vec![mail(row)], |_| true));
    let (two, three, four) = tokio::join!(two, three, four);
    for ran in [two, three, four] {
        assert!(matches!(ran.result, Err(Outage::LogInRefused(_))), "{ran:?}");
    }
    let new = encoded("\0ada@example.org\0new");
    assert_eq!(tries(&heard).iter().filter(|line| line.ends_with(&new)).count(), 1);
    assert_eq!(calls.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn an_old_value_is_replaced_before_the_next_connection() {
    let (password, calls) = printed("one", Duration::ZERO, &[Ok("two"), Ok("two"), Ok("three")]);
    let (mut relay, heard) = asking(Auth::XOAuth2, password, vec![accepts()]).await;
    relay.max_mails_per_connection = 1;
    assert!(send(relay, 3).await.result.is_ok());
    let sent: Vec<_> = ["two", "two", "three"].map(|token| format!("AUTH XOAUTH2 {}", xoauth2(token))).into();
    assert_eq!((tries(&heard), calls.load(Ordering::SeqCst)), (sent, 3));
}

#[tokio::test]
async fn a_young_value_or_a_fixed_one_stays() {
    let (password, calls) = printed("one", RENEWED_AFTER, &[Ok("two")]);
    for password in [password, "one".into()] {
        let (mut relay, heard) = asking(Auth::Plain, password, vec![accepts()]).await;
        relay.max_mails_per_connection = 1;
        assert!(send(relay, 2).await.result.is_ok());
        assert_eq!(tries(&heard)[0], tries(&heard)[1]);
    }
    assert_eq!(calls.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn a_command_that_fails_is_waited_out_and_the_refused_value_stays_away() {
    let (password, calls) = printed("old", RENEWED_AFTER, &[Err("no network"), Ok("new")]);
    let (relay, heard) = asking(Auth::Plain, password, vec![refuses(), accepts()]).await;
    let mailer = SmtpMailer::new(relay).unwrap();
    let ran = work(&mailer, vec![mail(1)], |_| true).await;
    let Err(outage @ Outage::NoPassword { detail, .. }) = &ran.result else { panic!("{ran:?}") };
    assert_eq!((detail.as_str(), advice(outage, "x").as_str()), ("no network", "try it by hand"));
    assert!(!outage.needs_a_person() && ran.outcome(1).is_none());
    // then the next try asks again before it says anything to the relay
    assert!(work(&mailer, vec![mail(1)], |_| true).await.result.is_ok());
    assert_eq!((tries(&heard).len(), calls.load(Ordering::SeqCst)), (2, 2));
}
