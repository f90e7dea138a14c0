//! What is said, in which order, and what is kept.

use std::{sync::Arc, time::Duration};

use tokio::sync::mpsc;

use crate::{
    delivery::{
        pacing::Limit,
        smtp::{
            Relay, SmtpMailer,
            scripted::{Act, Heard, Ran, body, envelope, hello, mail, on, relay, say, script, send, work},
        },
    },
    model::{Address, Mail, Outage, Outcome, Stage},
};

const PIPELINING: &[&str] = &["PIPELINING"];

fn accepted(ran: &Ran, row: u32) -> bool {
    matches!(ran.outcome(row), Some(Outcome::Accepted(_)))
}

async fn served(keywords: &[&str], count: u32, change: impl FnOnce(&mut Relay)) -> (Ran, Heard) {
    let (mut relay, heard) = relay(vec![script(&[hello(keywords), vec![Act::Serve]])]).await;
    change(&mut relay);
    (send(relay, count).await, heard)
}

#[tokio::test]
async fn mails_go_one_after_another_over_one_connection() {
    for keywords in [&[][..], PIPELINING, &["pipelining", "size 100000"]] {
        let (ran, heard) = served(keywords, 5, |_| ()).await;
        assert_eq!(ran.result, Ok(()));
        assert!((1..=5).all(|row| accepted(&ran, row)), "{ran:?}");
        assert_eq!(ran.claimed, [1, 2, 3, 4, 5]);
        assert_eq!(heard.messages(), 5);
        assert_eq!(heard.lines().iter().filter(|line| *line == "(connection)").count(), 1);
    }
}

#[tokio::test]
async fn the_message_arrives_as_it_was_with_its_dots_doubled() {
    let (_, heard) = served(PIPELINING, 1, |_| ()).await;
    assert!(heard.has("(message) Subject: 1\r\n\r\nHello 1\r\n.."), "{:?}", heard.lines());
}

#[tokio::test]
async fn the_next_envelope_travels_behind_the_message() {
    // given a relay that answers the first final dot only once it has the next envelope
    let acts = vec![
        Act::Body(Vec::new()),
        Act::Hear("MAIL"),
        Act::Hear("RCPT"),
        on("DATA", "250 one\r\n250 ok\r\n250 ok\r\n354 go\r\n"),
        body("250 two\r\n"),
    ];
    let (relay, heard) = relay(vec![script(&[hello(PIPELINING), envelope(), acts])]).await;
    let ran = send(relay, 2).await;
    assert!(accepted(&ran, 1) && accepted(&ran, 2), "{ran:?}");
    assert_eq!(heard.messages(), 2);
}

#[tokio::test]
async fn without_pipelining_each_command_waits_for_its_reply() {
    let refused = vec![on("MAIL", "250 ok\r\n"), on("RCPT", "550 5.1.1 unknown\r\n")];
    let next = vec![on("RSET", "250 ok\r\n"), Act::Serve];
    let (relay, heard) = relay(vec![script(&[hello(&[]), refused, next])]).await;
    let ran = send(relay, 2).await;
    assert!(matches!(ran.outcome(1), Some(Outcome::Refused { stage: Stage::Recipient, .. })));
    assert!(accepted(&ran, 2));
    let after: Vec<_> = heard.lines().into_iter().skip_while(|line| !line.starts_with("RCPT")).skip(1).collect();
    assert!(after[0] == "RSET" && after[1].starts_with("MAIL"), "{after:?}");
}

#[tokio::test]
async fn a_refused_recipient_costs_a_reset_and_no_connection() {
    let refused =
        vec![on("MAIL", "250 ok\r\n"), on("RCPT", "550 5.1.1 unknown\r\n"), on("DATA", "503 no recipients\r\n")];
    let next = vec![on("RSET", "250 ok\r\n"), Act::Serve];
    let (relay, heard) = relay(vec![script(&[hello(PIPELINING), refused, next])]).await;
    let ran = send(relay, 3).await;
    assert!(matches!(ran.outcome(1), Some(Outcome::Refused { .. })));
    assert!(accepted(&ran, 2) && accepted(&ran, 3), "{ran:?}");
    assert_eq!(ran.claimed, [2, 3]);
    assert_eq!(heard.messages(), 2);
}

#[tokio::test]
async fn a_354_after_a_refused_recipient_is_ended_by_a_lone_dot() {
    let refused = vec![on("MAIL", "250 ok\r\n"), on("RCPT", "550 5.1.1 unknown\r\n"), on("DATA", "354 go\r\n")];
    let next = vec![body("554 no valid recipients\r\n"), on("RSET", "250 ok\r\n"), Act::Serve];
    let (relay, heard) = relay(vec![script(&[hello(PIPELINING), refused, next])]).await;
    let ran = send(relay, 2).await;
    assert!(matches!(ran.outcome(1), Some(Outcome::Refused { stage: Stage::Recipient, .. })));
    assert!(accepted(&ran, 2), "{ran:?}");
    assert!(heard.lines().contains(&"(message)".to_owned()), "{:?}", heard.lines());
}

#[tokio::test]
async fn a_354_after_a_refused_sender_gets_nothing_more() {
    let refused = vec![on("MAIL", "552 5.3.4 too large\r\n"), on("RCPT", "250 ok\r\n"), on("DATA", "354 go\r\n")];
    let first = script(&[hello(PIPELINING), refused, vec![Act::Body(Vec::new())]]);
    let (relay, heard) = relay(vec![first, script(&[hello(PIPELINING), vec![Act::Serve]])]).await;
    let ran = send(relay, 2).await;
    assert!(matches!(ran.outcome(1), Some(Outcome::Refused { stage: Stage::Sender, .. })), "{ran:?}");
    assert!(accepted(&ran, 2));
    assert_eq!(heard.messages(), 1);
}

#[tokio::test]
async fn a_refused_claim_closes_the_connection_and_sends_nothing() {
    for keywords in [&[][..], PIPELINING] {
        let (relay, heard) = relay(vec![script(&[hello(keywords), vec![Act::Serve]])]).await;
        let ran = work(&SmtpMailer::new(relay).unwrap(), vec![mail(1), mail(2)], |row| row != 2).await;
        assert_eq!(ran.result, Ok(()));
        assert!(accepted(&ran, 1));
        assert_eq!(ran.outcome(2), None);
        // A lone dot or a QUIT in the place of the message would have delivered something.
        assert_eq!(heard.messages(), 1);
        assert_eq!(heard.lines().last().unwrap(), "DATA");
    }
}

#[tokio::test]
async fn a_connection_is_replaced_after_so_many_mails() {
    let (ran, heard) = served(PIPELINING, 7, |relay| relay.max_mails_per_connection = 3).await;
    assert!((1..=7).all(|row| accepted(&ran, row)));
    assert_eq!(heard.lines().iter().filter(|line| *line == "(connection)").count(), 3);
    heard.until(3, "QUIT").await;
}

#[tokio::test]
async fn a_connection_is_replaced_when_it_is_old() {
    let (ran, heard) = served(PIPELINING, 3, |relay| relay.max_age = Duration::ZERO).await;
    assert!((1..=3).all(|row| accepted(&ran, row)));
    assert_eq!(heard.lines().iter().filter(|line| *line == "(connection)").count(), 3);
}

#[tokio::test]
async fn ehlo_says_an_address_literal_or_the_name_set() {
    let (_, heard) = served(&[], 1, |_| ()).await;
    assert!(heard.has("EHLO [127.0.0.1]"));
    let (_, heard) = served(&[], 1, |relay| relay.helo = Some("laptop.example.org".to_owned())).await;
    assert!(heard.has("EHLO laptop.example.org"));
}

#[tokio::test]
async fn a_relay_that_knows_no_ehlo_is_greeted_with_helo() {
    let old = vec![say("220 old\n"), on("EHLO", "502 what\n"), on("HELO", "250 hello\n"), Act::Serve];
    let (relay, _) = relay(vec![old]).await;
    assert!(accepted(&send(relay, 1).await, 1));
}

#[tokio::test]
async fn what_the_relay_cannot_take_fails_alone() {
    let (relay, heard) = relay(vec![script(&[hello(&["PIPELINING", "SIZE 60"]), vec![Act::Serve]])]).await;
    let change = |row, change: fn(&mut Mail)| {
        let mut changed = Mail::clone(&mail(row));
        change(&mut changed);
        Arc::new(changed)
    };
    let mails = vec![
        change(1, |mail| mail.bytes = b"x\r\n".repeat(40)),
        mail(2),
        change(3, |mail| mail.recipient = Address::parse("jürgen@example.org").unwrap()),
        change(4, |mail| mail.bytes = b"a\n.\nMAIL FROM:<x@y>\n".to_vec()),
        mail(5),
    ];
    let ran = work(&SmtpMailer::new(relay).unwrap(), mails, |_| true).await;
    assert!(
        [1, 3, 4]
            .iter()
            .all(|&row| matches!(ran.outcome(row), Some(Outcome::Refused { reply, .. }) if reply.code == 0)),
        "{ran:?}"
    );
    assert!(accepted(&ran, 2) && accepted(&ran, 5));
    assert!(heard.has("MAIL FROM:<workshop@example.org> SIZE="));
    assert_eq!(heard.messages(), 2);
}

#[tokio::test]
async fn the_trace_shows_the_conversation_and_no_message() {
    let (to, mut trace) = mpsc::unbounded_channel();
    served(PIPELINING, 1, |relay| relay.trace = Some(to)).await;
    let mut lines = Vec::new();
    while let Ok(line) = trace.try_recv() {
        lines.push(line);
    }
    assert!(lines.contains(&"C: MAIL FROM:<workshop@example.org>".to_owned()), "{lines:?}");
    assert!(lines.contains(&"S: 250 2.0.0 queued".to_owned()));
    assert!(lines.iter().any(|line| line.ends_with("octets)")));
    assert!(!lines.iter().any(|line| line.contains("Hello")));
}

#[tokio::test]
async fn a_check_offers_the_sender_and_sends_nothing() {
    let keywords = &["PIPELINING", "SIZE 1000", "AUTH PLAIN"];
    let acts = vec![on("MAIL", "250 ok\r\n"), on("RSET", "250 ok\r\n"), Act::Hear("QUIT")];
    let (found, heard) = relay(vec![script(&[hello(keywords), acts])]).await;
    let report = SmtpMailer::new(found).unwrap().check(&mail(1).sender).await.unwrap();
    assert!(report.capabilities.pipelining && !report.logged_in && report.tls.is_none());
    assert!(!heard.has("RCPT") && !heard.has("DATA"));

    let refused = vec![on("MAIL", "550 5.7.1 not yours\r\n"), Act::Hear("QUIT")];
    let (found, _) = relay(vec![script(&[hello(keywords), refused])]).await;
    let outage = SmtpMailer::new(found).unwrap().check(&mail(1).sender).await.unwrap_err();
    assert!(matches!(outage, Outage::SenderRefused(_)));
}

fn limit(rate: &str) -> Limit {
    Limit { rate: rate.parse().unwrap(), name: format!("the rate of {rate}") }
}

#[tokio::test]
async fn a_rate_holds_back_without_losing_a_mail() {
    let (relay, heard) = relay(vec![script(&[hello(PIPELINING), vec![Act::Serve]])]).await;
    let mailer = SmtpMailer::new(relay).unwrap().with_limits(vec![limit("2/s")]);
    let ran = work(&mailer, (1..=3).map(mail).collect(), |_| true).await;
    assert!((1..=3).all(|row| accepted(&ran, row)));
    assert_eq!(heard.messages(), 3);
}

#[tokio::test]
async fn a_rate_used_up_for_hours_ends_the_work_with_a_quota() {
    let (relay, heard) = relay(vec![script(&[hello(PIPELINING), vec![Act::Serve]])]).await;
    let mailer = SmtpMailer::new(relay).unwrap().with_limits(vec![limit("2/day")]);
    let ran = work(&mailer, (1..=3).map(mail).collect(), |_| true).await;
    assert!(matches!(ran.result, Err(Outage::Quota { .. })), "{ran:?}");
    assert_eq!(ran.outcome(3), None);
    assert_eq!(heard.messages(), 2);
}
