//! Quotas, daily limits and rates: kept across runs, told before the first mail, and no attendee is blamed.

use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use roomkey::{
    model::Stage,
    rehearsal::{Action, Rule, Script, Times},
};

use crate::support::{EventFile, Sandbox, SmtpServer, attendees};

/// Makes all mails of the ledger so much older.
fn let_time_pass(sandbox: &Sandbox, time: SignedDuration) {
    let ledger = rusqlite::Connection::open(sandbox.path(".roomkey/workshop.sqlite3")).unwrap();
    let shift = "UPDATE mailing SET first_attempt = first_attempt - ?1, last_attempt = last_attempt - ?1,
                                    ended = ended - ?1";
    ledger.execute(shift, [i64::try_from(time.as_millis()).unwrap()]).unwrap();
}

/// Five attendees, and a server that takes everything; `line` is one of `[smtp]`.
fn five(line: (&str, &str)) -> (SmtpServer, Sandbox) {
    let server = SmtpServer::obliging();
    let sandbox = Sandbox::with_attendees(5, server.port());
    EventFile::at(server.port()).raw("smtp", line.0, line.1).write(&sandbox);
    (server, sandbox)
}

/// An event that begins so long from now.
fn event_in(port: u16, time: SignedDuration) -> EventFile {
    #[expect(clippy::disallowed_methods, reason = "the event is to be near")]
    let now = Timestamp::now();
    let at = |moment: Timestamp| moment.to_zoned_datetime(TimeZone::UTC).strftime("%Y-%m-%dT%H:%M").to_string();
    let ends = now + time + SignedDuration::from_hours(2);
    EventFile::at(port)
        .text("event", "timezone", "UTC")
        .text("event", "starts", &at(now + time))
        .text("event", "ends", &at(ends))
        .text("event", "closes_after", "1h")
}

#[test]
fn what_providers_say_of_a_quota_ends_the_run_with_the_time_to_go_on() {
    for (stage, reply) in [
        (
            Stage::Final,
            "550 5.4.5 Daily user sending limit exceeded. For more information on Gmail sending limits go to",
        ),
        (Stage::Sender, "550-5.4.5 Daily user sending limit exceeded. For more\n550 5.4.5 information, visit"),
        (Stage::Sender, "454 Throttling failure: Daily message quota exceeded."),
        (Stage::Final, "454 Throttling failure: Daily message quota exceeded."),
        (
            Stage::Final,
            "554 5.2.0 STOREDRV.Submission.Exception:SubmissionQuotaExceededException; Failed to process message due to \
             a permanent exception with message The message can't be submitted because the sender's submission quota \
             was exceeded.",
        ),
    ] {
        let rule = Rule::at(stage, Action::Reply(reply.to_owned())).times(Times::After(2));
        let server = SmtpServer::start(Script::default().rule(rule));
        let sandbox = Sandbox::with_attendees(5, server.port());
        EventFile::at(server.port()).raw("smtp", "connections", 1).write(&sandbox);
        let finished = sandbox.run(&["send", "--yes"]);
        finished.is(6).says("127.0.0.1 says that the quota is used up").says("hint: run `roomkey send` again ");
        finished.says(" at the latest, as most count the last 24 hours: it goes on where this one stopped");
        // Whose mail met the quota is not to blame, and has nothing to wait for.
        assert_eq!((sandbox.in_state("sent").len(), sandbox.in_state("pending").len()), (2, 3), "{reply}");
    }
}

#[test]
fn a_daily_limit_holds_over_runs_until_its_day_is_over() {
    let (server, sandbox) = five(("daily_limit", "3"));
    // given a run that sends as many as a day allows
    let first = sandbox.run(&["send", "--yes"]);
    first.is(6).says("5 mails; daily_limit allows 3 a day: done ");
    first.says("this run mails 3 and ends; `roomkey send` goes on with the rest from ");
    first.says("error: the daily limit of 3 that [smtp] sets is used up");
    first.says("hint: run `roomkey send` again ").says_not("at the latest");
    assert_eq!((server.counts().mails, sandbox.in_state("pending").len()), (3, 2));
    // when it is started again, then nothing leaves
    sandbox.run(&[]).is(0).says("The limit that [smtp] sets is used up until ");
    let again = sandbox.run(&["send", "--yes"]);
    again.is(6).says("2 mails; daily_limit allows 3 a day, 3 of them used already: done ");
    again.says("error: nothing can be sent now: the limit is used up until ").says("run `roomkey send` again then");
    let one = sandbox.run(&["resend", "a1@example.org"]);
    one.is(6).says("run `roomkey resend a1@example.org` again then");
    assert_eq!(server.counts().mails, 3);
    // and when the day is over, the rest goes
    let_time_pass(&sandbox, SignedDuration::from_hours(24));
    sandbox.run(&["send", "--yes"]).is(0).says_not("allows");
    server.mailed_once(&["a1@example.org", "a2@example.org", "a3@example.org", "a4@example.org", "a5@example.org"]);
}

#[test]
fn a_rate_holds_over_runs_too() {
    let (server, sandbox) = five(("rate", "\"3/hour\""));
    EventFile::at(server.port()).text("smtp", "rate", "4/hour").write(&sandbox);
    sandbox.run(&["send", "--yes", "--limit", "4"]).is(0);
    let_time_pass(&sandbox, SignedDuration::from_secs(3600 - 3));
    // What waits for less than an hour is waited for.
    sandbox.run(&["send", "--yes"]).is(0).says("1 mail; rate allows 4 an hour, 4 of them used already: done in about");
    assert_eq!(server.counts().mails, 5);
    EventFile::at(server.port()).text("smtp", "rate", "1/day").write(&sandbox);
    sandbox.run(&["resend", "a1@example.org"]).is(6).says("nothing can be sent now");
}

#[test]
fn a_mail_that_waits_for_its_turn_is_not_yet_on_its_way() {
    let server = SmtpServer::start(Script::default());
    let sandbox = Sandbox::with_attendees(12, server.port());
    EventFile::at(server.port()).text("smtp", "rate", "4/hour").write(&sandbox);
    let running = sandbox.spawn(&["send", "--yes"]);
    running.wait_until_it_says("the next mail goes in 60 min");
    // What the relay took is written down a moment after it is known.
    sandbox.wait_until(|sandbox| sandbox.in_state("sent").len() == 4);
    assert_eq!(sandbox.in_state("sending").len(), 0, "{:?}", sandbox.rows());
    running.kill();
    assert_eq!((sandbox.in_state("sent").len(), sandbox.in_state("pending").len()), (4, 8), "{:?}", sandbox.rows());
}

#[test]
fn a_pause_of_less_than_an_hour_is_told_and_can_be_stopped() {
    let (server, sandbox) = five(("daily_limit", "3"));
    sandbox.run(&["send", "--yes", "--limit", "3"]).is(0);
    let_time_pass(&sandbox, SignedDuration::from_mins(24 * 60 - 30));
    let running = sandbox.spawn(&["send", "--yes"]);
    running.wait_until_it_says("the daily limit of 3 that [smtp] sets is used up: the next mail goes in 30 min");
    running.interrupt();
    running.wait().is(130).says("`roomkey send` goes on with the rest");
    assert_eq!((server.counts().mails, sandbox.in_state("pending").len()), (3, 2));
}

#[test]
fn a_preset_s_limit_holds_and_is_called_by_its_name() {
    let server = SmtpServer::start(Script::default().counts_only());
    let sandbox = Sandbox::with_attendees(510, server.port());
    EventFile::at(server.port()).text("smtp", "provider", "gmail").write(&sandbox);
    let finished = sandbox.run(&["send", "--yes"]);
    finished
        .is(6)
        .says("510 mails; gmail allows 500 a day: done ")
        .says("error: gmail's daily limit of 500 is used up");
    assert_eq!(server.counts().mails, 500);
    sandbox.run(&["check"]).is(0).says("500  (preset of gmail)").says("gmail  (event.toml:");
    // A rehearsal is for all of them: the catcher has no limits.
    sandbox.run(&["rehearse"]).is(0).says("510 mails were caught").says_not("allows");
    EventFile::at(server.port()).text("smtp", "provider", "gmail").raw("smtp", "daily_limit", 0).write(&sandbox);
    sandbox.run(&["send", "--yes"]).is(0).says_not("allows");
    assert_eq!(server.counts().mails, 510);
}

#[test]
fn a_sum_that_comes_too_late_must_be_agreed_to() {
    let server = SmtpServer::obliging();
    let sandbox = Sandbox::with_attendees(3, server.port());
    event_in(server.port(), SignedDuration::from_hours(20)).raw("smtp", "daily_limit", 1).write(&sandbox);
    let refused = sandbox.run(&["send"]);
    refused.is(3).says("3 mails; daily_limit allows 1 a day: done ").says(", but the event is ");
    refused.says("error: nothing was sent: 2 mails would go out only after the event has begun").says("`--yes`");
    assert_eq!(server.counts().mails, 0);
    sandbox.run(&["send", "--yes"]).is(6).says("warning: 2 mails would go out only after the event has begun");
    assert_eq!(server.counts().mails, 1);
}

#[cfg(target_os = "linux")]
#[test]
fn somebody_at_a_terminal_is_asked_again_and_silence_means_no() {
    let server = SmtpServer::obliging();
    let sandbox = Sandbox::with_attendees(3, server.port());
    sandbox.write("attendees.csv", &attendees(3));
    event_in(server.port(), SignedDuration::from_hours(20)).raw("smtp", "daily_limit", 1).write(&sandbox);
    let mut terminal = sandbox.in_terminal(&["send"]);
    terminal.expect("but the event is").expect("Go ahead? [y/N]").types("y");
    terminal.expect("2 mails would go out only after the event has begun").expect("Send all the same? [y/N]").types("");
    assert!(terminal.ends_with(3).contains("nothing was sent, as you wished"));
    assert_eq!(server.counts().mails, 0);
    let mut terminal = sandbox.in_terminal(&["send"]);
    terminal.expect("Go ahead? [y/N]").types("y").expect("Send all the same? [y/N]").types("y");
    terminal.ends_with(6);
    assert_eq!(server.counts().mails, 1);
}

#[test]
fn a_limit_that_is_in_time_is_asked_about_once() {
    let (server, sandbox) = five(("daily_limit", "4"));
    event_in(server.port(), SignedDuration::from_hours(72)).raw("smtp", "daily_limit", 4).write(&sandbox);
    sandbox.run(&["send"]).is(3).says("nobody can be asked here").says_not("but the event");
    sandbox.run(&["send", "--yes"]).is(6).says_not("warning");
    assert_eq!(server.counts().mails, 4);
}
