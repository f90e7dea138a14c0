//! Where a connection ends, and what that says of each mail.

use tokio::sync::watch;

use crate::{
    delivery::smtp::{
        SmtpMailer,
        scripted::{Act, Ran, body, envelope, hello, mail, on, relay, say, script, send, work_until},
    },
    model::{Deferral, Outage, Outcome, Stage},
};

const PIPELINING: &[&str] = &["PIPELINING"];

fn what(ran: &Ran, row: u32) -> String {
    match ran.outcome(row) {
        None => "untouched".to_owned(),
        Some(Outcome::Accepted(_)) => "accepted".to_owned(),
        Some(Outcome::Refused { .. }) => "refused".to_owned(),
        Some(Outcome::InDoubt(_)) => "in doubt".to_owned(),
        Some(Outcome::Deferred(Deferral::Replied { .. })) => "deferred".to_owned(),
        Some(Outcome::Deferred(Deferral::ConnectionLost { stage, .. })) => format!("lost at {stage}"),
    }
}

/// The first mail meets `acts`, after which the connection is closed; the second a good relay.
async fn after(keywords: &[&str], acts: Vec<Act>) -> Ran {
    let scripts = vec![script(&[hello(keywords), acts]), script(&[hello(keywords), vec![Act::Serve]])];
    let (relay, _) = relay(scripts).await;
    send(relay, 2).await
}

#[tokio::test]
async fn lost_before_the_dot_is_safe_and_the_next_connection_goes_on() {
    let part = vec![Act::PartOfBody(10), Act::Stall];
    let table: Vec<(Vec<Act>, &str)> = vec![
        (vec![Act::Hear("MAIL")], "lost at MAIL FROM"),
        (vec![on("MAIL", "250 ok\r\n"), Act::Hear("RCPT")], "lost at RCPT TO"),
        (vec![on("MAIL", "250 ok\r\n"), on("RCPT", "250 ok\r\n"), Act::Hear("DATA")], "lost at DATA"),
        (vec![on("MAIL", "250 ok\r\n"), Act::Stall], "lost at RCPT TO"),
        (vec![on("MAIL", "garbage\r\n"), Act::Stall], "lost at MAIL FROM"),
        (vec![on("MAIL", "250 ok\r\n"), on("RCPT", "250 ok\r\n"), on("DATA", "250 what\r\n")], "lost at DATA"),
        (vec![on("MAIL", "250 ok\r\n"), on("RCPT", "250 ok\r\n"), on("DATA", "354 go\r\n250 no\r\n")], "lost at DATA"),
        (script(&[envelope(), part]), "in doubt"),
    ];
    for (acts, expected) in table {
        for keywords in [&[][..], PIPELINING] {
            let ran = after(keywords, acts.clone()).await;
            assert_eq!(what(&ran, 1), expected, "{acts:?}");
            assert!(ran.result.is_ok());
        }
    }
}

#[tokio::test]
async fn lost_within_the_message_is_safe() {
    // given a message too large for the sockets' buffers, of which the relay reads a little
    for end in [vec![], vec![Act::Stall]] {
        let acts = script(&[hello(PIPELINING), envelope(), vec![Act::PartOfBody(10)], end]);
        let (relay, _) = relay(vec![acts]).await;
        let mut large = crate::model::Mail::clone(&mail(1));
        large.bytes = b"0123456789\r\n".repeat(3_000_000);
        let mailer = SmtpMailer::new(relay).unwrap();
        let ran = crate::delivery::smtp::scripted::work(&mailer, vec![large.into()], |_| true).await;
        assert_eq!(what(&ran, 1), "lost at the message");
        assert_eq!(ran.claimed, [1]);
    }
}

#[tokio::test]
async fn lost_after_the_dot_is_in_doubt() {
    let long = format!("250 {}", "x".repeat(70_000));
    for reply in ["", "25", "250", "garbage\r\n", "354 go\r\n", "199 what\r\n", "250-a\r\n550 b\r\n", long.as_str()] {
        for end in [vec![], vec![Act::Stall]] {
            let acts = script(&[envelope(), vec![body(reply)], end]);
            for keywords in [&[][..], PIPELINING] {
                let ran = after(keywords, acts.clone()).await;
                assert_eq!(what(&ran, 1), "in doubt", "{reply:.20}");
            }
        }
    }
}

#[tokio::test]
async fn an_envelope_that_travelled_behind_a_lost_message_is_safe() {
    let ran = after(PIPELINING, script(&[envelope(), vec![Act::Body(Vec::new())]])).await;
    assert_eq!(what(&ran, 1), "in doubt");
    assert_eq!(what(&ran, 2), "lost at MAIL FROM");
    assert_eq!(ran.claimed, [1]);
}

#[tokio::test]
async fn only_the_dot_s_own_reply_decides() {
    for (reply, expected) in [
        ("250 2.0.0 queued\r\n", "accepted"),
        ("250\n", "accepted"),
        ("250-2.0.0 queued\r\n250 2.0.0 as 4F\r\n", "accepted"),
        ("250 entgegengenommen f\u{fc}r Sie\r\n", "accepted"),
        ("450 4.2.0 later\r\n", "deferred"),
        ("554 5.7.1 spam\r\n", "refused"),
        ("552 5.3.4 too large\r\n", "refused"),
    ] {
        for keywords in [&[][..], PIPELINING] {
            let ran = after(keywords, script(&[envelope(), vec![body(reply), Act::Serve]])).await;
            assert_eq!(what(&ran, 1), expected, "{reply}");
            assert_eq!(what(&ran, 2), "accepted", "{reply}");
        }
    }
}

#[tokio::test]
async fn a_reply_to_nothing_ends_the_connection_before_it_can_be_taken_for_another() {
    // given a relay that says yes twice to the first dot, and no to the second
    let no = vec![on("MAIL", "250 ok\r\n"), on("RCPT", "250 ok\r\n"), on("DATA", "354 go\r\n"), body("554 no\r\n")];
    for keywords in [&[][..], PIPELINING] {
        let ran = after(keywords, script(&[envelope(), vec![body("250 one\r\n250 two\r\n")], no.clone()])).await;
        assert_eq!(what(&ran, 1), "accepted");
        // then the second is never held to be accepted by the surplus reply
        assert!(matches!(what(&ran, 2).as_str(), "accepted" | "lost at DATA"), "{ran:?}");
        assert!(what(&ran, 2) != "accepted" || !keywords.contains(&"PIPELINING"), "{ran:?}");
    }
}

#[tokio::test]
async fn replies_one_octet_at_a_time_are_replies() {
    let slow = vec![
        Act::Slowly("MAIL", "250-2.1.0 so\r\n250 2.1.0 slow\r\n"),
        Act::Slowly("RCPT", "250 2.1.5 ok\r\n"),
        Act::Slowly("DATA", "354 go\r\n"),
        body("250 2.0.0 queued\r\n"),
        Act::Serve,
    ];
    for keywords in [&[][..], PIPELINING] {
        let ran = after(keywords, slow.clone()).await;
        assert_eq!((what(&ran, 1), what(&ran, 2)), ("accepted".to_owned(), "accepted".to_owned()));
    }
}

#[tokio::test]
async fn trouble_that_is_no_row_s_hands_the_mail_back() {
    for (acts, name) in [
        (vec![on("MAIL", "421 4.3.2 closing\r\n")], "ServerTrouble"),
        (vec![on("MAIL", "451 4.3.0 later\r\n"), Act::Serve], "ServerTrouble"),
        (vec![on("MAIL", "550 5.7.1 not yours\r\n"), Act::Serve], "SenderRefused"),
        (vec![on("MAIL", "530 5.7.0 log in first\r\n"), Act::Serve], "LogInRefused"),
        (vec![on("MAIL", "250 ok\r\n"), on("RCPT", "553 sender address rejected\r\n"), Act::Serve], "RelayRefused"),
        (vec![on("MAIL", "250 ok\r\n"), on("RCPT", "550 5.4.5 daily limit\r\n"), Act::Serve], "Quota"),
    ] {
        let ran = after(&[], acts).await;
        let outage = ran.result.as_ref().unwrap_err();
        assert!(format!("{outage:?}").starts_with(name), "{outage:?}");
        assert_eq!(what(&ran, 1), "untouched");
        assert!(ran.claimed.is_empty());
    }
}

#[tokio::test]
async fn a_goodbye_after_the_recipient_is_a_lost_connection_and_an_outage() {
    for keywords in [&[][..], PIPELINING] {
        for acts in [
            vec![on("MAIL", "250 ok\r\n"), on("RCPT", "421 4.3.2 closing\r\n")],
            vec![on("MAIL", "250 ok\r\n"), on("RCPT", "250 ok\r\n"), on("DATA", "421 4.3.2 closing\r\n")],
        ] {
            let ran = after(keywords, acts).await;
            assert!(matches!(ran.result, Err(Outage::ServerTrouble(_))), "{ran:?}");
            assert!(what(&ran, 1).starts_with("lost at"), "{ran:?}");
            assert!(ran.claimed.is_empty());
        }
    }
}

#[tokio::test]
async fn trouble_told_after_the_dot_defers_the_row_and_blames_it_for_nothing() {
    for (reply, name, becomes) in [
        ("421 4.3.2 closing\r\n", "ServerTrouble", "deferred"),
        ("452 4.3.1 disk full\r\n", "ServerTrouble", "deferred"),
        ("550 5.4.5 Daily user sending limit exceeded\r\n", "Quota", "untouched"),
        ("454 Throttling failure: Maximum sending rate exceeded.\r\n", "Throttled", "deferred"),
    ] {
        for keywords in [&[][..], PIPELINING] {
            let (relay, _) = relay(vec![script(&[hello(keywords), envelope(), vec![body(reply), Act::Serve]])]).await;
            let ran = send(relay, 1).await;
            assert_eq!(what(&ran, 1), becomes, "{reply}");
            assert!(format!("{:?}", ran.result.unwrap_err()).starts_with(name));
        }
    }
}

#[tokio::test]
async fn no_smtp_no_greeting_and_no_server_are_told_apart() {
    let (http, _) = relay(vec![vec![say("HTTP/1.1 400 Bad Request\r\n\r\n")]]).await;
    assert!(matches!(send(http, 1).await.result, Err(Outage::Protocol { stage: Stage::Greeting, .. })));
    let (silent, _) = relay(vec![vec![Act::Stall]]).await;
    assert!(matches!(send(silent, 1).await.result, Err(Outage::Unreachable { stage: Stage::Greeting, .. })));
    let (busy, _) = relay(vec![vec![say("421 later\r\n")]]).await;
    assert!(matches!(send(busy, 1).await.result, Err(Outage::ServerTrouble(_))));
    let (mut gone, _) = relay(vec![vec![Act::Stall]]).await;
    gone.port = 1;
    let ran = send(gone, 1).await;
    let Err(Outage::Unreachable { stage: Stage::Connect, detail }) = &ran.result else { panic!("{ran:?}") };
    assert!(detail.contains("127.0.0.1:1: connection refused"), "{detail}");
    assert_eq!(what(&ran, 1), "untouched");
}

#[tokio::test]
async fn a_stop_while_the_relay_is_silent_hands_the_mail_back() {
    for acts in [vec![Act::Stall], script(&[hello(PIPELINING), vec![Act::Hear("MAIL"), Act::Stall]])] {
        let (mut relay, heard) = relay(vec![acts]).await;
        relay.timeouts = crate::delivery::smtp::Timeouts::default();
        let (stop, stopped) = watch::channel(false);
        let mailer = SmtpMailer::new(relay).unwrap();
        let halt = async {
            while heard.lines().is_empty() {
                tokio::task::yield_now().await;
            }
            stop.send_replace(true);
        };
        let (ran, ()) = tokio::join!(work_until(&mailer, vec![mail(1), mail(2)], |_| true, stopped), halt);
        assert_eq!(ran.result, Ok(()));
        assert!(ran.reports.len() <= 1 && ran.claimed.is_empty(), "{ran:?}");
    }
}
