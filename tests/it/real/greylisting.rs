//! A real Postfix that turns each new mail away for some seconds, by postgrey.

use super::{postfix::Postfix, skipped};
use crate::support::variable;

const PEOPLE: u32 = 30;

/// The server, its port that greylists, and for how many seconds it does.
fn greylisting(test: &str) -> Option<(Postfix, u16, u32)> {
    let number = |name: &str| variable(name)?.parse::<u32>().ok();
    let port = number("ROOMKEY_REAL_GREYLISTING_PORT").and_then(|port| u16::try_from(port).ok());
    let found = port.zip(number("ROOMKEY_REAL_GREYLISTING_SECONDS"));
    if found.is_none() {
        skipped(test, "no real greylisting; `.ci/full.d/greylisting` starts it");
    }
    found.and_then(|(port, seconds)| Some((Postfix::running(test)?, port, seconds)))
}

#[test]
fn a_run_that_waits_long_enough_mails_everybody_at_the_second_try() {
    let Some((postfix, port, seconds)) = greylisting("everybody greylisted") else { return };
    let (sandbox, event) = postfix.sandbox(port, "starttls", "greylisted", PEOPLE);
    let wait = format!("{}s", seconds + 2);
    event.text("retry", "greylist_wait", &wait).text("retry", "give_up_after", "5m").write(&sandbox);

    let finished = sandbox.run(&["send", "--yes"]);

    finished.is(0).says("deferred: trying again in");
    assert_eq!(sandbox.in_state("sent").len(), PEOPLE as usize);
    assert!(sandbox.rows().iter().all(|row| row["attempts"] == 2), "{:?}", sandbox.rows());
    for mail in postfix.delivered("greylisted", PEOPLE as usize) {
        let stamp = mail.header("X-Greylist").unwrap_or_default();
        assert!(stamp.contains("delayed"), "it was not greylisted: {stamp}");
    }
}

#[test]
fn a_run_that_comes_again_too_early_goes_on_trying() {
    let Some((postfix, port, seconds)) = greylisting("greylisted and impatient") else { return };
    let (sandbox, event) = postfix.sandbox(port, "starttls", "impatient", PEOPLE);
    let wait = format!("{}s", (seconds / 3).max(1));
    event.text("retry", "greylist_wait", &wait).text("retry", "give_up_after", "5m").write(&sandbox);

    sandbox.run(&["send", "--yes"]).is(0);

    // Postfix slows down whom it turns away, so that not everybody comes too early.
    let too_early = sandbox.rows().into_iter().filter(|row| row["attempts"].as_u64() > Some(2)).count();
    assert!(too_early > 0 && sandbox.in_state("sent").len() == PEOPLE as usize, "{:?}", sandbox.rows());
    assert_eq!(postfix.delivered("impatient", PEOPLE as usize).len(), PEOPLE as usize);
}

#[test]
fn a_run_that_does_not_wait_says_when_to_go_on() {
    let Some((postfix, port, seconds)) = greylisting("greylisted, and again by hand") else { return };
    let (sandbox, event) = postfix.sandbox(port, "starttls", "byhand", PEOPLE);
    let wait = format!("{}s", seconds + 2);
    event.text("retry", "greylist_wait", &wait).text("retry", "give_up_after", "5m").write(&sandbox);

    sandbox.run(&["send", "--yes", "--no-wait"]).is(4).says("roomkey send");
    assert_eq!(sandbox.in_state("deferred").len(), PEOPLE as usize);
    sandbox.run(&["send", "--yes"]).is(0);
    assert_eq!(postfix.delivered("byhand", PEOPLE as usize).len(), PEOPLE as usize);
}
