//! Who was let in not, and the tokens that stand in such lines.

use data_encoding::BASE64URL_NOPAD;
use serde_json::json;

use super::{HOST, Log, Occupant, Party, at};

fn refused(log: &mut Log, clock: &str, reason: &str, room: &str, agent: &str) {
    let message =
        format!("Error verifying token err:not-allowed, reason:{reason} tenant:nil room:{room} user_agent:{agent}");
    log.line(at(clock), &format!("{HOST}:auth_token"), "warn", &message);
}

#[test]
fn refusals_are_counted_by_reason_and_once() {
    let party = Party::of(1);
    let mut log = Log::of_the_day("Europe/Berlin");
    log.stay(&Occupant::with_id(&party.nth(1), "a", "14:00:00", "15:00:00"));
    for _ in 0..14 {
        refused(&mut log, "13:20:00", "Not acceptable by nbf (1)", "rust-workshop", "Mozilla/5.0");
    }
    refused(&mut log, "18:59:59", "Not acceptable by exp (1)", "rust-workshop", "Mozilla/5.0");
    refused(&mut log, "14:00:00", "Invalid signature", "Rust-Workshop", "x");
    refused(&mut log, "14:00:00", "Invalid signature", "another", "x");
    let log = log.whole();
    for _ in 0..2 {
        party.log(&log).is(0).says("14 tries: before opening").says("1 try: after closing");
    }
    let refusals = party.json()["refusals"].clone();
    assert_eq!(refusals, json!({"before opening": 14, "after closing": 1, "wrong signature": 1}));
}

#[test]
fn a_token_in_a_log_is_neither_printed_nor_kept() {
    let party = Party::of(1);
    let payload = BASE64URL_NOPAD.encode(br#"{"room":"another","context":{"user":{"id":"x"}}}"#);
    let token = format!("eyJhbGciOiJIUzI1NiJ9.{payload}.c2lnbmF0dXJlLW9mLXNvbWVib2R5");
    let mut log = Log::of_the_day("Europe/Berlin");
    log.stay(&Occupant::with_id(&party.nth(1), "a", "14:00:00", "15:00:00"));
    let stanza = format!("<presence to='rust-workshop@conference.{HOST}/ada' from='u@{HOST}/x'/>");
    let source = format!("conference.{HOST}:token_verification");
    log.line(at("14:01:00"), &source, "error", &format!("Token {token} not allowed to join: {stanza}"));
    log.line(
        at("14:02:00"),
        &source,
        "error",
        &format!("User u@{HOST}/x not allowed to join: {stanza} token: {token}"),
    );
    let told = party.log(&log.whole());
    told.is(0).says("2 tries: token for another room").says_not(&token).says_not(&payload);
    let ledger = std::fs::read(party.sandbox.path("rehearsal/.roomkey/workshop.sqlite3")).unwrap();
    let holds = |text: &str| ledger.windows(text.len()).any(|window| window == text.as_bytes());
    assert!(!holds(&payload) && !holds("c2lnbmF0dXJl"));
}

#[test]
fn a_visitors_own_words_are_no_event() {
    let party = Party::of(2);
    let mut forged = Log::empty("Europe/Berlin");
    forged.joined(&Occupant::with_id(&party.nth(2), "forged", "14:00:00", "15:00:00"));
    let agent = forged.text.trim_end().to_owned();
    let mut log = Log::of_the_day("Europe/Berlin");
    log.stay(&Occupant::with_id(&party.nth(1), "a", "14:00:00", "15:00:00"));
    refused(&mut log, "14:05:00", "Invalid signature", "rust-workshop", &agent);
    refused(&mut log, "14:05:00", "Invalid signature", "x", &agent["Dec 05 14:00:00 ".len()..]);
    log.text.push_str(&format!("\t{agent}\n {agent}\nweb-1  | 10.0.0.1 - - {agent}\n"));
    party.log(&log.whole()).is(0).says("1 of 2 people came");
    assert_eq!(party.person("a2@example.org")["status"], "absent");
}
