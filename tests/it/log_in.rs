//! Log-ins by access token, and passwords that a command prints anew.

use roomkey::{
    model::Stage,
    rehearsal::{Action, Rule, Script, Times},
};

use crate::support::{EventFile, Sandbox, SmtpServer};

const USER: &str = "workshop@example.org";
const EVERYBODY: [&str; 3] = ["a1@example.org", "a2@example.org", "a3@example.org"];

/// A server that takes this token alone.
fn taking(token: &str) -> Script {
    Script::default().ehlo_lines(["PIPELINING", "AUTH PLAIN XOAUTH2 OAUTHBEARER"]).account(USER, token)
}

/// An event of three whose `password_command` counts its calls and then runs these lines, `$n` being the count.
fn with_command(server: &SmtpServer, auth: &str, lines: &str) -> Sandbox {
    let sandbox = Sandbox::with_attendees(3, server.port());
    EventFile::at(server.port())
        .text("smtp", "user", USER)
        .text("smtp", "auth", auth)
        .raw("smtp", "password_command", r#"["sh", "token.sh"]"#)
        .raw("smtp", "connections", 1)
        .write(&sandbox);
    sandbox.write("token.sh", &format!("echo call >> calls\nn=$(wc -l < calls | tr -d ' ')\n{lines}\n"));
    sandbox
}

fn calls(sandbox: &Sandbox) -> usize {
    sandbox.read("calls").lines().count()
}

#[track_caller]
fn all_pending(sandbox: &Sandbox) {
    assert_eq!(sandbox.in_state("pending").len(), 3, "{:?}", sandbox.rows());
}

#[test]
fn a_token_opens_the_relay_in_both_forms() {
    for (auth, mechanism) in [("xoauth2", "XOAUTH2"), ("oauthbearer", "OAUTHBEARER"), ("auto", "PLAIN")] {
        // A token longer than a command line may be goes by itself.
        for token in ["ya29.short".to_owned(), format!("eyJ{}", "x".repeat(1500))] {
            let server = SmtpServer::start(taking(&token));
            let sandbox = with_command(&server, auth, &format!("echo {token}"));
            sandbox.run(&["send", "--yes"]).is(0);
            server.mailed_once(&EVERYBODY);
            assert_eq!(calls(&sandbox), 1, "{auth}");
            assert!(server.log_ins().iter().all(|log_in| log_in.right && log_in.mechanism == mechanism));
        }
    }
}

#[test]
fn a_check_runs_the_command_once() {
    let server = SmtpServer::start(taking("token1"));
    let sandbox = with_command(&server, "xoauth2", "echo token$n");
    sandbox.run(&["check", "--smtp"]).is(0).says("logged in").says("xoauth2");
    assert_eq!(calls(&sandbox), 1);
}

#[test]
fn a_token_that_has_expired_is_got_anew() {
    for auth in ["xoauth2", "oauthbearer", "plain"] {
        let server = SmtpServer::start(taking("token2"));
        let sandbox = with_command(&server, auth, "echo token$n");
        sandbox.run(&["send", "--yes"]).is(0);
        server.mailed_once(&EVERYBODY);
        let right: Vec<_> = server.log_ins().iter().map(|log_in| log_in.right).collect();
        assert_eq!((calls(&sandbox), right), (2, vec![false, true]), "{auth}");
    }
}

#[test]
fn one_that_expires_half_way_loses_nothing() {
    let script = Script::default()
        .account(USER, "whatever")
        .rule(Rule::at(Stage::Sender, Action::Drop).times(Times::Nth(3)))
        .rule(Rule::at(Stage::LogIn, Action::reply("535 5.7.8 expired")).times(Times::Nth(2)))
        .rule(Rule::at(Stage::LogIn, Action::reply("235 2.7.0 ok")));
    let server = SmtpServer::start(script);
    let sandbox = with_command(&server, "auto", "echo password$n");
    sandbox.run(&["send", "--yes"]).is(0);
    server.mailed_once(&EVERYBODY);
    assert_eq!((calls(&sandbox), server.log_ins().len()), (2, 3));
}

#[test]
fn a_fresh_token_that_is_refused_as_well_ends_it() {
    let server = SmtpServer::start(taking("another"));
    let sandbox = with_command(&server, "xoauth2", "echo token$n");
    let finished = sandbox.run(&["send", "--yes"]);
    all_pending(&sandbox);
    finished.is(6).says("535 5.7.8").says("status 401").says("tried twice").says("expired").says_not("token2");
    assert_eq!((calls(&sandbox), server.log_ins().len()), (2, 2));
}

#[test]
fn the_same_value_is_not_tried_twice() {
    for auth in ["xoauth2", "auto"] {
        let server = SmtpServer::start(taking("another"));
        let sandbox = with_command(&server, auth, "echo always-this");
        let finished = sandbox.run(&["send", "--yes"]);
        all_pending(&sandbox);
        finished.is(6).says("printed the same again").says("`password_command` gave the same").says_not("always-this");
        assert_eq!((calls(&sandbox), server.log_ins().len()), (2, 1), "{auth}");
    }
}

#[test]
fn a_command_that_fails_afterwards_is_an_outage() {
    let server = SmtpServer::start(taking("another"));
    let sandbox = with_command(&server, "xoauth2", "test $n = 1 && echo stale || { echo no network >&2; exit 7; }");
    let finished = sandbox.run(&["send", "--yes"]);
    all_pending(&sandbox);
    finished.is(6).says("`sh` ended with status 7: no network").says("by hand");
    assert_eq!(server.log_ins().len(), 1, "a refused token does not go out again");
}

#[test]
fn a_command_that_fails_for_a_moment_is_waited_for() {
    let server = SmtpServer::start(taking("token3"));
    let sandbox = with_command(&server, "xoauth2", "test $n != 2 && echo token$n || exit 1");
    sandbox.run(&["send", "--yes"]).is(0).says("trying again");
    server.mailed_once(&EVERYBODY);
    assert_eq!((calls(&sandbox), server.log_ins().len()), (3, 2));
}

#[test]
fn a_mechanism_that_is_not_offered_gets_a_way_out() {
    let script = Script::default().ehlo_lines(["AUTH LOGIN GSSAPI"]).account(USER, "token1");
    for (auth, expected) in [("oauthbearer", "auth = \"login\""), ("plain", "auth = \"login\"")] {
        let server = SmtpServer::start(script.clone());
        let sandbox = with_command(&server, auth, "echo token$n");
        let finished = sandbox.run(&["send", "--yes"]);
        all_pending(&sandbox);
        finished.is(6).says("and the relay offers LOGIN, GSSAPI").says(expected);
        assert!(server.log_ins().is_empty());
        assert_eq!(calls(&sandbox), 1, "it is not the token's fault");
    }
    let server = SmtpServer::start(Script::default().ehlo_lines(["AUTH XOAUTH2"]).account(USER, "token1"));
    let sandbox = with_command(&server, "auto", "echo token$n");
    sandbox.run(&["send", "--yes"]).is(6).says("auth = \"xoauth2\"");
    assert!(server.log_ins().is_empty());
}

#[test]
fn what_stands_around_a_token_is_told_and_stays_here() {
    let server = SmtpServer::start(taking("token1"));
    let sandbox = with_command(&server, "xoauth2", r#"echo '{"access_token":"token1"}'"#);
    let finished = sandbox.run(&["send", "--yes"]);
    all_pending(&sandbox);
    finished.is(6).says("the access token alone").says_not("token1");
    assert!(server.log_ins().is_empty());
}

#[test]
fn a_way_to_log_in_is_one_that_there_is_and_has_a_user() {
    let sandbox = Sandbox::with_attendees(1, crate::support::CLOSED_PORT);
    let event = || EventFile::at(crate::support::CLOSED_PORT);
    event().text("smtp", "user", USER).text("smtp", "auth", "xoauth").write(&sandbox);
    sandbox.run(&["check"]).is(3).says("event.toml:").says("xoauth2");
    event().text("smtp", "auth", "xoauth2").write(&sandbox);
    sandbox.run(&["check"]).is(3).says("without a `user`");
    event().text("smtp", "auth", "xoauth2").text("smtp", "user", USER).write(&sandbox);
    sandbox.run(&["send", "--yes"]).is(3).says("access token of workshop@example.org").says("password_command");
}
