//! What a reply means: each line of that table, seen once through the program. What the ledger says,
//! how the run ends, what is told, and that everybody else gets one mail all the same.

use std::time::Duration;

use roomkey::{
    model::Stage::{self, Data, Final, LogIn, Recipient, Sender},
    rehearsal::{Action, Rule, Script, Times},
};

use crate::support::{EventFile, Finished, Sandbox, SmtpServer, each};

/// An event of so many, mailed over so many connections.
fn event(server: &SmtpServer, count: usize, connections: u16) -> Sandbox {
    let sandbox = Sandbox::with_attendees(count, server.port());
    EventFile::at(server.port()).raw("smtp", "connections", connections).write(&sandbox);
    sandbox
}

fn reply(stage: Stage, text: &str) -> Rule {
    Rule::at(stage, Action::reply(text))
}

fn everybody(count: usize) -> Vec<String> {
    (1..=count).map(|number| format!("a{number}@example.org")).collect()
}

#[track_caller]
fn mailed_once(server: &SmtpServer, recipients: &[String]) {
    server.mailed_once(&recipients.iter().map(String::as_str).collect::<Vec<_>>());
}

/// Runs `send`, and demands a status with the case in the message.
#[track_caller]
fn sends(sandbox: &Sandbox, status: i32, case: &str) -> Finished {
    let finished = sandbox.run(&["send", "--yes"]);
    assert_eq!(finished.status.code(), Some(status), "{case}\n{}", finished.said());
    finished
}

/// What a reply about one recipient leads to.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Of {
    /// Failed for good.
    Failed,
    /// Tried again, after the wait for a "not now".
    Later,
    /// Tried again, not before five minutes.
    Greylisted,
}

use Of::{Failed, Greylisted, Later};

const ABOUT_THE_RECIPIENT: [(Stage, &str, Of); 26] = [
    (Recipient, "554 5.7.1 Recipient address rejected: Access denied", Failed),
    (Recipient, "550 5.1.1 no such user", Failed),
    (Recipient, "550 5.7.133 only members may write to this group", Failed),
    (Recipient, "553 5.1.3 bad address syntax", Failed),
    (Recipient, "556 5.1.10 the domain takes no mail", Failed),
    (Recipient, "550 no such user here", Failed),
    (Recipient, "550 5.2.1 mailbox disabled", Failed),
    (Recipient, "552 5.2.2 mailbox full, quota exceeded", Failed),
    (Recipient, "550-5.1.1 The account does not exist.\n550 5.1.1 Please check it - gsmtp", Failed),
    (Recipient, "450 4.2.0 greylisted, come again", Greylisted),
    (Recipient, "450 try again", Greylisted),
    (Recipient, "451 4.7.1 greylisting in action", Greylisted),
    (Recipient, "451 later", Greylisted),
    (Recipient, "452 4.2.2 over quota", Greylisted),
    (Recipient, "450 4.2.1 receiving mail too quickly", Greylisted),
    (Recipient, "447 4.4.7 message expired on the way", Later),
    (Recipient, "452 mailbox full", Later),
    (Data, "451 4.7.1 later", Greylisted),
    (Data, "554 5.6.0 no", Failed),
    (Final, "451 4.3.0 queue file write error", Greylisted),
    (Final, "450 4.2.0 later", Greylisted),
    (Final, "447 4.4.7 slow", Later),
    (Final, "550 5.6.0 malformed", Failed),
    (Final, "552 5.3.4 too large", Failed),
    (Final, "554 5.7.1 looks like spam", Failed),
    (Final, "571 5.7.1 blocked by the recipient", Failed),
];

#[test]
fn what_is_about_the_recipient_concerns_that_row_alone_and_keeps_the_connection() {
    // given a relay with an opinion of every other recipient
    let mut script = Script::default();
    for (n, (stage, text, _)) in ABOUT_THE_RECIPIENT.iter().enumerate() {
        script = script.rule(reply(*stage, text).recipient(format!("a{}@", 2 * n + 2)));
    }
    for script in [script.clone(), script.without("PIPELINING")] {
        let server = SmtpServer::start(script);
        let count = 2 * ABOUT_THE_RECIPIENT.len() + 1;
        let sandbox = Sandbox::with_attendees(count, server.port());
        let waits = EventFile::at(server.port()).raw("retry", "delays", r#"["1m"]"#);
        let waits = waits.text("retry", "greylist_wait", "5m").text("retry", "give_up_after", "4h");
        waits.raw("smtp", "connections", 1).write(&sandbox);

        let finished = sandbox.run(&["send", "--yes", "--no-wait"]);

        finished.is(4).says("14 refused, 12 deferred").says("@example.org: refused: ");
        let others: Vec<_> = everybody(count).into_iter().step_by(2).collect();
        mailed_once(&server, &others);
        assert_eq!(server.counts().connections, 1, "a refusal costs no connection");
        let rows = sandbox.rows();
        let ledger = rusqlite::Connection::open(sandbox.path(".roomkey/workshop.sqlite3")).unwrap();
        for (n, (_, text, of)) in ABOUT_THE_RECIPIENT.iter().enumerate() {
            let row = &rows[2 * n + 1];
            assert_eq!(row["state"], if *of == Failed { "failed" } else { "deferred" }, "{text}: {row}");
            let told = row["last_reply"].as_str().unwrap();
            assert!(told.starts_with(&text[..3]) && told.ends_with(&text[text.len() - 4..]), "{text}: {row}");
            let wait = ledger.query_row(
                "SELECT (next_attempt - last_attempt) / 1000 FROM mailing WHERE address = ?1",
                [row["email"].as_str()],
                |row| row.get::<_, Option<i64>>(0),
            );
            let wait = wait.unwrap();
            let expected = match of {
                Failed => wait.is_none(),
                Later => wait.is_some_and(|wait| (60..300).contains(&wait)),
                Greylisted => wait.is_some_and(|wait| wait >= 300),
            };
            assert!(expected, "{text}: {wait:?} {row}");
        }
    }
}

/// What stops everything at once: where it is said, the reply, and a word of the way out.
const STOPS_ALL: [(Stage, &str, &str); 23] = [
    (LogIn, "535 5.7.8 bad credentials", "password"),
    (LogIn, "534 5.7.9 use an app password", "app password"),
    (LogIn, "538 5.7.11 encryption required", "over TLS"),
    (LogIn, "530 5.7.0 must log in", "log-in"),
    (LogIn, "535 5.7.139 SmtpClientAuthentication is disabled for the Tenant.", "SMTP AUTH"),
    (LogIn, "550 5.7.30 Basic authentication is not supported for Client Submission.", "xoauth2"),
    (Sender, "530 5.7.0 authentication required", "log-in"),
    (Sender, "550 5.7.30 Basic authentication is not supported", "xoauth2"),
    (Sender, "550 5.7.1 not allowed", "`from`"),
    (Sender, "553 5.1.8 sender unknown", "`from`"),
    (Sender, "501 5.1.7 bad sender", "`from`"),
    (Sender, "554 no", "`from`"),
    (Recipient, "550 5.7.1 no", "refuses this sender"),
    (Recipient, "550 5.7.26 not authenticated", "refuses this sender"),
    (Recipient, "550 5.1.7 bad sender", "refuses this sender"),
    (Recipient, "550 5.1.8 sender domain not found", "refuses this sender"),
    (Recipient, "553 sender address rejected: not owned by user workshop", "refuses this sender"),
    (Recipient, "530 5.7.0 authentication required", "log-in"),
    (Sender, "452 4.7.0 quota exceeded", "24 hours"),
    (Sender, "550 5.4.5 Daily user sending limit exceeded", "24 hours"),
    (Recipient, "550 5.4.5 Daily user sending quota exceeded", "24 hours"),
    (Recipient, "452 4.5.3 daily limit reached", "24 hours"),
    (Data, "550 5.4.5 Daily user sending quota exceeded", "24 hours"),
];

#[test]
fn what_is_about_the_account_or_the_campaign_stops_all_and_touches_no_row() {
    for (stage, text, way_out) in STOPS_ALL {
        let mut script = Script::default().rule(reply(stage, text));
        if stage == LogIn {
            script = script.account("workshop@example.org", "correct horse");
        }
        let server = SmtpServer::start(script);
        let mut sandbox = Sandbox::with_attendees(5, server.port());
        if stage == LogIn {
            EventFile::at(server.port()).text("smtp", "user", "workshop@example.org").write(&sandbox);
            sandbox.set("ROOMKEY_SMTP_PASSWORD", "correct horse");
        }

        let finished = sends(&sandbox, 6, text);

        finished.says(text.split(' ').next_back().unwrap()).says(way_out);
        assert_eq!((server.counts().mails, server.counts().connections), (0, 1), "{stage}: {text}");
        assert!(server.log_ins().len() <= 1, "wrong log-ins lock accounts: {text}");
        assert_eq!(sandbox.in_state("pending").len(), 5, "{stage}: {text}\n{:?}", sandbox.rows());
    }
}

#[test]
fn a_relay_that_serves_one_domain_not_refuses_only_that_row() {
    for (text, state) in
        [("554 5.7.1 <x@y>: Relay access denied", "failed"), ("454 4.7.1 <x@y>: Relay access denied", "deferred")]
    {
        let server = SmtpServer::start(Script::default().rule(reply(Recipient, text).recipient("a3@")));
        let sandbox = event(&server, 6, 1);
        sandbox.run(&["send", "--yes", "--no-wait"]);
        assert_eq!((sandbox.in_state("sent").len(), sandbox.in_state(state).len()), (5, 1), "{:?}", sandbox.rows());
        // and to everybody it is the campaign's
        let server = SmtpServer::start(Script::default().rule(reply(Recipient, text)));
        let sandbox = event(&server, 6, 1);
        sends(&sandbox, 6, text).says("log in").says(text);
        assert_eq!(sandbox.in_state("pending").len(), 6, "{:?}", sandbox.rows());
    }
}

#[test]
fn one_and_the_same_refusal_of_the_first_three_is_the_campaigns_fault() {
    // As Postfix answers for the sender only here.
    for text in ["550 5.1.1 no such user", "554 no", "553 5.1.3 bad"] {
        for connections in [1, 4] {
            let server = SmtpServer::start(Script::default().rule(reply(Recipient, text)));
            let sandbox = event(&server, 8, connections);
            sends(&sandbox, 6, text).says(text).says("refuses this sender");
            assert_eq!(sandbox.in_state("pending").len(), 8, "{text}\n{:?}", sandbox.rows());
        }
    }
}

#[test]
fn what_looks_like_one_recipients_bar_is_the_senders_when_it_is_said_to_three_in_a_row() {
    // given an account that is barred while a run is on
    let mut script = Script::default();
    for barred in 3..=8 {
        script = script.rule(reply(Recipient, "554 5.7.1 Access denied").recipient(format!("a{barred}@")));
    }
    let server = SmtpServer::start(script);
    let sandbox = Sandbox::with_attendees(8, server.port());
    EventFile::at(server.port()).raw("smtp", "connections", 1).write(&sandbox);

    sends(&sandbox, 6, "barred").says("554 5.7.1 Access denied").says("refuses this sender").says("2 accepted by");

    mailed_once(&server, &everybody(2));
    assert_eq!(sandbox.in_state("pending").len(), 6, "{:?}", sandbox.rows());
}

#[test]
fn a_lone_recipient_refused_by_policy_is_not_blamed_for_what_may_be_the_senders() {
    let server = SmtpServer::start(Script::default().rule(reply(Recipient, "554 5.7.1 Access denied")));
    let sandbox = Sandbox::with_attendees(1, server.port());
    sends(&sandbox, 6, "lone").says("554 5.7.1 Access denied").says("take that row out");
    assert_eq!(sandbox.in_state("pending").len(), 1);
}

/// How providers say that a day's, an hour's or a tenant's mails are used up.
const QUOTAS: [(&str, &str); 12] = [
    (
        "gmail",
        "550-5.4.5 Daily user sending limit exceeded. For more information on Gmail\n550-5.4.5 sending limits go to\n\
         550 5.4.5 https://support.google.com/a/answer/166852 ffacd0b85a97d-3 - gsmtp",
    ),
    ("workspace relay", "550 5.7.1 Daily SMTP relay limit exceeded for customer. - gsmtp"),
    ("workspace relay, user", "550-5.7.1 Daily SMTP relay sending limit exceeded for\n550 5.7.1 this user. - gsmtp"),
    ("workspace", "550 5.7.1 Email quota exceeded. - gsmtp"),
    ("gmail, later", "452 4.5.3 Daily sending quota exceeded"),
    ("ses", "454 Throttling failure: Daily message quota exceeded."),
    ("ses, for good", "554 Throttling failure: Daily message quota exceeded."),
    (
        "office 365",
        "554 5.2.0 STOREDRV.Submission.Exception:SubmissionQuotaExceededException; Failed to process message due to a \
         permanent exception with message The message can't be submitted because the sender's submission quota was \
         exceeded.",
    ),
    (
        "office 365, recipients",
        "550 5.1.90 Your message can't be sent because you've reached your daily limit for message recipients",
    ),
    (
        "office 365, trial",
        "550 5.7.232 Your message can't be sent because your trial tenant has exceeded its daily limit for sending \
         email to external recipients (tenant external recipient rate limit)",
    ),
    (
        "office 365, tenant",
        "550 5.7.233 Your message can't be sent because your tenant exceeded its tenant external recipient rate limit \
         (TERRL).",
    ),
    ("office 365, threshold", "550 5.7.705 Access denied, tenant has exceeded threshold. AS(7555)"),
];

#[test]
fn a_providers_quota_pauses_the_run_fails_nobody_and_says_when_to_go_on() {
    each(&QUOTAS, |(provider, text)| {
        // given a quota used up by the third mail, told at its end
        let server = SmtpServer::start(Script::default().rule(reply(Final, text).times(Times::After(2))));
        let sandbox = event(&server, 5, 1);

        sends(&sandbox, 6, provider).says("2 accepted").says("24 hours").says("`roomkey send`");

        let states: Vec<_> = sandbox.rows().iter().map(|row| row["state"].as_str().unwrap().to_owned()).collect();
        assert_eq!(states, ["sent", "sent", "pending", "pending", "pending"], "{provider}");
        mailed_once(&server, &everybody(2));
        // when the quota is there again
        let next_day = SmtpServer::obliging();
        EventFile::at(next_day.port()).write(&sandbox);
        sends(&sandbox, 0, provider);
        mailed_once(&next_day, &everybody(5)[2..]);
    });
}

#[test]
fn an_account_that_may_send_no_more_stops_the_run_and_leaves_every_row_as_it_was() {
    let table = [
        ("550 5.1.8 Access denied, bad outbound sender. AS(42004)", "Restricted entities"),
        ("554 5.2.252 SendAsDenied; somebody@example.org not allowed to send as workshop@example.org", "alias"),
    ];
    each(&table, |(text, way_out)| {
        let server = SmtpServer::start(Script::default().rule(reply(Final, text).times(Times::After(2))));
        let sandbox = event(&server, 5, 1);
        sends(&sandbox, 6, text).says("2 accepted").says(way_out);
        assert_eq!((sandbox.in_state("sent").len(), sandbox.in_state("pending").len()), (2, 3), "{:?}", sandbox.rows());
    });
}

#[test]
fn throttling_costs_a_connection_and_no_row() {
    let table = [
        (Recipient, "452 4.5.3 too many recipients"),
        (Sender, "432 4.3.2 concurrent connections limit exceeded"),
        (Final, "432 4.3.2 STOREDRV.ClientSubmit; sender thread limit exceeded [Hostname=X.EURPRD01.PROD.OUTLOOK.COM]"),
        (Sender, "454 4.7.0 throttled"),
        (Sender, "454 Throttling failure: Maximum sending rate exceeded."),
        (Final, "454 Throttling failure: Maximum sending rate exceeded."),
        (Sender, "421 4.7.0 too many connections from your address"),
        (Recipient, "450 4.2.1 Peak SMTP relay limit exceeded for customer. This is a temporary error. - gsmtp"),
        (Final, "450 4.2.1 Peak SMTP relay limit exceeded for customer. This is a temporary error. - gsmtp"),
        (Recipient, "421 4.7.28 Our system has detected an unusual rate of unsolicited mail originating from your IP"),
    ];
    each(&table, |(stage, text)| {
        let case = format!("{stage}: {text}");
        let server = SmtpServer::start(Script::default().rule(reply(*stage, text).times(Times::Nth(2))));
        let sandbox = event(&server, 6, 2);
        sends(&sandbox, 0, &case).says("asks to slow down");
        mailed_once(&server, &everybody(6));

        // given one connection only, it holds back instead
        let server = SmtpServer::start(Script::default().rule(reply(*stage, text).times(Times::First(1))));
        let sandbox = event(&server, 3, 1);
        sends(&sandbox, 0, &case).says("trying again in 1 s");
        mailed_once(&server, &everybody(3));
    });
}

#[test]
fn a_server_in_trouble_is_waited_for_and_nobody_is_blamed() {
    let table = [
        (Stage::Greeting, "421 4.3.2 too busy"),
        (Stage::Greeting, "450 4.3.2 come back later"),
        (Stage::Hello, "421 4.3.2 too busy"),
        (Stage::Hello, "451 4.3.0 local error"),
        (Sender, "421 4.3.2 shutting down"),
        (Sender, "450 4.1.8 domain not found now"),
        (Sender, "451 4.3.0 local error"),
        (Sender, "452 4.3.1 insufficient storage"),
        (Recipient, "421 4.3.2 shutting down"),
        (Recipient, "452 4.3.1 insufficient storage"),
        (Recipient, "450 4.1.8 Sender address rejected: Domain not found"),
        (Data, "421 4.3.2 shutting down"),
        (Data, "452 4.3.1 insufficient storage"),
        (Final, "421 4.3.2 shutting down"),
        (Final, "452 4.3.1 insufficient storage"),
    ];
    each(&table, |(stage, text)| {
        let case = format!("{stage}: {text}");
        let server = SmtpServer::start(Script::default().rule(reply(*stage, text).times(Times::First(1))));
        let sandbox = event(&server, 3, 1);
        sends(&sandbox, 0, &case).says(&text[..3]).says("trying again in 1 s");
        mailed_once(&server, &everybody(3));
        assert!(!text.starts_with("421") || server.counts().connections > 1, "{case}");
    });
}

#[test]
fn a_log_in_that_cannot_be_judged_now_is_tried_three_times() {
    let text = "454 4.7.0 Cannot authenticate due to temporary system problem";
    let script = Script::default().rule(reply(LogIn, text)).account("workshop@example.org", "correct horse");
    let server = SmtpServer::start(script);
    let mut sandbox = event(&server, 3, 4);
    let file = EventFile::at(server.port()).text("smtp", "user", "workshop@example.org");
    file.write(&sandbox);
    sandbox.set("ROOMKEY_SMTP_PASSWORD", "correct horse");

    sends(&sandbox, 6, text).says("trying again in 1 s").says("cannot check log-ins just now");

    assert_eq!(server.log_ins().len(), 3);
    assert_eq!(sandbox.in_state("pending").len(), 3);
}

#[test]
fn mails_that_are_all_too_large_stop_after_the_first_ones() {
    for stage in [Sender, Final] {
        let server = SmtpServer::start(Script::default().rule(reply(stage, "552 5.3.4 message too big for system")));
        let sandbox = event(&server, 40, 1);
        sends(&sandbox, 6, "552 5.3.4").says("are larger than").says("resend --failed");
        stopped_after(&sandbox, 0, 3);
    }
}

#[test]
fn content_refused_in_a_row_stops_after_five() {
    let spam = || reply(Final, "554 5.7.1 this looks like spam");
    let server = SmtpServer::start(Script::default().rule(spam().times(Times::After(2))));
    let sandbox = event(&server, 40, 1);
    sends(&sandbox, 6, "554 5.7.1").says("spam").says("resend --failed");
    stopped_after(&sandbox, 2, 5);

    // given one that passes after every four, it goes on to the end
    let fine = |number: u8| Rule::at(Final, Action::Delay(Duration::ZERO)).recipient(format!("a{number}@"));
    let server = SmtpServer::start(Script::default().rule(fine(5)).rule(fine(10)).rule(spam()));
    let sandbox = event(&server, 14, 1);
    sends(&sandbox, 4, "554 5.7.1");
    assert_eq!((sandbox.in_state("failed").len(), sandbox.in_state("pending").len()), (12, 0));
    server.mailed_once(&["a5@example.org", "a10@example.org"]);
}

/// Demands that so many in a row failed, and of the next ones only what was on its way already.
#[track_caller]
fn stopped_after(sandbox: &Sandbox, sent: usize, in_a_row: usize) {
    let of = |state| sandbox.in_state(state).len();
    assert_eq!((of("sent"), of("in_doubt"), of("deferred")), (sent, 0, 0));
    assert!((in_a_row..in_a_row + 16).contains(&of("failed")), "{} failed", of("failed"));
    assert_eq!(of("failed") + of("pending") + sent, 40);
}
