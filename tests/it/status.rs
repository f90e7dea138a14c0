//! `status`: where every row stands, for people and for programs.

use roomkey::{
    model::Stage,
    rehearsal::{Action, Rule, Script},
};
use serde_json::Value;

use crate::support::{EventFile, Sandbox, SmtpServer};

const FIELDS: [&str; 9] =
    ["email", "name", "state", "attempts", "last_reply", "message_id", "next_attempt", "reason", "session"];

/// An event with a row in every state that lasts.
fn motley() -> (SmtpServer, Sandbox) {
    let refuse = |who: &str, reply: &str| Rule::at(Stage::Recipient, Action::reply(reply)).recipient(who);
    let script = Script::default()
        .rule(refuse("failed@", "550 5.1.1 no such user"))
        .rule(refuse("deferred@", "451 4.3.0 later"))
        .rule(Rule::at(Stage::Final, Action::Drop).recipient("doubt@"));
    let server = SmtpServer::start(script);
    let sandbox = Sandbox::with_attendees(0, server.port());
    EventFile::at(server.port())
        .raw("retry", "delays", r#"["1h"]"#)
        .text("retry", "give_up_after", "4h")
        .write(&sandbox);
    let people = "sent@example.org,Ada\nfailed@example.org,Ben\ndeferred@example.org,Cora\ndoubt@example.org,Dan\n";
    sandbox.write("attendees.csv", &format!("email,name\nremoved@example.org,Eve\n{people}"));
    sandbox.run(&["send", "--yes", "--no-wait"]).is(5);
    sandbox.write("attendees.csv", &format!("email,name\n{people}sent@example.org,Ada\npending@example.org,-1+1\n"));
    (server, sandbox)
}

#[test]
fn json_lists_every_row_with_these_fields_exactly() {
    let (_server, sandbox) = motley();
    let rows = sandbox.rows();
    for row in &rows {
        let fields: Vec<_> = row.as_object().unwrap().keys().map(String::as_str).collect();
        let mut expected = FIELDS;
        expected.sort_unstable();
        assert_eq!(fields, expected);
    }
    for state in ["sent", "failed", "deferred", "in_doubt", "removed", "skipped", "pending"] {
        assert_eq!(rows.iter().filter(|row| row["state"] == state).count(), 1, "{state}: {rows:#?}");
    }
    assert_eq!(sandbox.row("pending@example.org")["name"], "-1+1", "JSON is exact");
    assert_eq!(sandbox.row("pending@example.org")["message_id"], Value::Null);
    assert_eq!(sandbox.row("pending@example.org")["attempts"], 0);
    let next = sandbox.row("deferred@example.org")["next_attempt"].as_str().unwrap().to_owned();
    assert!(next.len() >= 20 && next.ends_with('Z') && next.as_bytes()[10] == b'T', "RFC 3339 in UTC: {next}");
    let skipped = rows.iter().find(|row| row["state"] == "skipped").unwrap();
    assert!(!skipped["reason"].as_str().unwrap().is_empty());
}

#[test]
fn csv_has_the_same_rows_and_is_safe_in_a_spreadsheet() {
    let (_server, sandbox) = motley();
    let finished = sandbox.run(&["status", "--format", "csv"]);
    finished.is(0);
    assert_eq!(finished.stdout.lines().next(), Some(FIELDS.join(",").as_str()));
    let mut reader = csv::Reader::from_reader(finished.stdout.as_bytes());
    let rows: Vec<_> = reader.records().map(Result::unwrap).collect();
    assert_eq!(rows.len(), sandbox.rows().len());
    let pending = rows.iter().find(|row| &row[0] == "pending@example.org").unwrap();
    assert_eq!(&pending[1], "'-1+1");
}

#[test]
fn the_table_shows_counts_and_those_who_need_somebody() {
    let (_server, sandbox) = motley();
    let finished = sandbox.run(&["status"]);
    finished.is(0);
    for needs in ["failed@example.org", "deferred@example.org", "doubt@example.org", "no such user"] {
        assert!(finished.stdout.contains(needs), "{needs} is not in\n{}", finished.stdout);
    }
    sandbox.run(&["status", "--all"]).is(0).says("sent@example.org").says("removed@example.org");
}

#[test]
fn rows_can_be_picked_by_state_and_by_name() {
    let (_server, sandbox) = motley();
    let picked = |arguments: &[&str]| -> Vec<String> {
        let finished = sandbox.run(&[arguments, &["--format", "json"]].concat());
        finished.is(0);
        let rows: Vec<Value> = serde_json::from_str(&finished.stdout).unwrap();
        rows.iter().map(|row| row["email"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(picked(&["status", "--state", "in_doubt"]), ["doubt@example.org"]);
    assert_eq!(picked(&["status", "cora"]), ["deferred@example.org"]);
    assert_eq!(picked(&["status", "FAILED@"]), ["failed@example.org"]);
}

#[test]
fn it_never_needs_a_ledger_and_makes_none() {
    let sandbox = Sandbox::with_attendees(2, crate::support::CLOSED_PORT);
    assert_eq!(sandbox.in_state("pending").len(), 2);
    assert!(!sandbox.path(".roomkey").exists());
}

#[test]
fn what_a_server_said_cannot_disturb_the_terminal() {
    let escape = Action::Raw(b"550 5.1.1 \x1b[2Jgone \xe2\x80\xae\r\n".to_vec());
    let server = SmtpServer::start(Script::default().rule(Rule::at(Stage::Recipient, escape).recipient("a1@")));
    let sandbox = Sandbox::with_attendees(4, server.port());
    let sent = sandbox.run(&["send", "--yes"]);
    let shown = sandbox.run(&["status"]);
    let said = format!("{}{}", sent.said(), shown.said());
    assert!(said.contains("gone") && !said.contains('\u{1b}') && !said.contains('\u{202e}'), "{said:?}");
}

#[test]
fn a_run_under_way_is_shown_and_not_waited_for() {
    let server = SmtpServer::start(Script::default().rule(Rule::at(Stage::Final, Action::Stall).recipient("a1@")));
    let sandbox = Sandbox::with_attendees(3, server.port());
    let run = sandbox.spawn(&["send", "--yes"]);
    sandbox.wait_until(|sandbox| sandbox.in_state("sent").len() == 2 && sandbox.state("a1@example.org") == "sending");
    let shown = sandbox.run(&["status"]);
    shown.is(0).says("1 sending").says(&run.id().to_string()).says("roomkey send --yes");
    shown.says("a run is handing the mail over this moment");
    run.kill();
    sandbox.run(&["status"]).is(0).says("1 in doubt").says("the run was cut off");
}

#[test]
fn every_state_can_be_picked_and_every_reason_is_told() {
    let (_server, sandbox) = motley();
    for (state, who, reason) in [
        ("pending", "pending@example.org", ""),
        ("sent", "sent@example.org", ""),
        ("deferred", "deferred@example.org", "451 4.3.0 later"),
        ("failed", "failed@example.org", "550 5.1.1 no such user"),
        ("in_doubt", "doubt@example.org", "Message-ID"),
        ("skipped", "sent@example.org", "line 6: the same as line 2"),
        ("removed", "removed@example.org", "no longer in attendees.csv; the last mail: sent"),
    ] {
        let shown = sandbox.run(&["status", "--state", state]);
        shown.is(0).says(who).says(reason);
        let listed = shown.stdout.lines().skip_while(|line| !line.starts_with("STATE")).count();
        assert_eq!(listed, 2, "a header and one row:\n{}", shown.stdout);
    }
    sandbox.run(&["status", "--state", "lost"]).is(2);
}

#[test]
fn a_row_that_repeats_another_is_not_counted_as_somebody() {
    let (_server, sandbox) = motley();
    let shown = sandbox.run(&["status"]);
    shown.is(0).says("6 people: ").says("1 row that repeats another one");
    assert_eq!(sandbox.rows().len(), 7, "and is listed all the same");
}

#[test]
fn a_row_with_a_problem_is_left_out_with_the_reason_and_is_not_removed() {
    let (_server, sandbox) = motley();
    sandbox.write("attendees.csv", "email,name\nsent@example.org,Ada\nfailed@example.org,\nnot-an-address,Zoe\n");
    let skipped = sandbox.row("not-an-address");
    assert_eq!(skipped["state"], "skipped");
    assert!(skipped["reason"].as_str().unwrap().contains("attendees.csv:4"), "{skipped}");
    assert_eq!(sandbox.row("failed@example.org")["state"], "failed");
    sandbox.run(&["status"]).is(0).says("attendees.csv:3").says("roomkey check");
}

#[test]
fn columns_are_aligned_beside_wide_names() {
    let sandbox = Sandbox::with_attendees(0, crate::support::CLOSED_PORT);
    sandbox.write("attendees.csv", "email,name\na@example.org,山田 太郎\nbb@example.org,Zoë\n");
    let shown = sandbox.run(&["status", "--all"]);
    shown.is(0).says("pending  a@example.org   山田 太郎").says("STATE    EMAIL           NAME       TRIES");
}
