//! `roomkey inspect`: any token in words, what is wrong with it, and whose it is.
//!
//! Works without an event as well; the signature is then not checked. The token itself is never printed.

use std::io::Read as _;

use jiff::tz::TimeZone;

use super::{
    Desk,
    opened::{Opened, SecretNeed},
};
use crate::{
    attendees::{Admission, AttendeeFile, Crowd, Unsound},
    campaign::Wanted,
    cli::Inspect,
    console::without_tokens,
    failure::{Failure, Status, Told},
    jitsi::{Explanation, Finding, Severity, SignatureCheck, explain, extract_token},
    ledger::Roster,
    model::{Attendee, UserId},
};

/// More than any link or token is long, in octets: what comes after is not read.
const LONGEST: u64 = 128 * 1024;

pub(super) fn run(desk: &Desk<'_>, args: &Inspect) -> Result<Status, Failure> {
    let text = given(&args.text)?;
    let token = extract_token(&text)
        .map_err(|problem| Failure::bad_input(Told::new(problem.to_string()).hint(problem.hint())))?;
    let opened = open_if_possible(desk);
    let signer = opened.as_ref().map(|opened| &opened.press.signer);
    let explanation = explain(&token, signer, desk.around.now());
    let zone = opened.as_ref().map_or(TimeZone::UTC, |opened| opened.press.event.window.zone().clone());
    let tell = |line: &str| desk.console.result_shown(&without_tokens(line));
    for line in explanation.lines(&zone) {
        tell(&line);
    }
    if let Some(line) = opened.as_ref().and_then(|opened| whose(desk, opened, &explanation)) {
        tell(&line);
    }
    for finding in &explanation.findings {
        tell(&told(finding));
        if let Some(hint) = &finding.hint {
            tell(&format!("  hint: {hint}"));
        }
    }
    Ok(if explanation.is_sound() { Status::Done } else { Status::BadInput })
}

/// The argument, or standard input for `-`.
fn given(text: &str) -> Result<String, Failure> {
    if text != "-" {
        return Ok(text.to_owned());
    }
    let mut octets = Vec::new();
    std::io::stdin()
        .lock()
        .take(LONGEST)
        .read_to_end(&mut octets)
        .map_err(|problem| Failure::bad_input(Told::new(format!("failed to read standard input: {problem}"))))?;
    String::from_utf8(octets)
        .map_err(|_| Failure::bad_input(Told::new("standard input holds no text: a token or a link is plain text")))
}

/// The event, where there is a usable one; else one line says why signature and settings are not compared.
fn open_if_possible(desk: &Desk<'_>) -> Option<Opened> {
    let without = "the signature is not checked, times are in UTC";
    let shown = desk.cli.event.display();
    if !desk.cli.event.exists() {
        desk.console.say(&format!("There is no {shown} here: {without}."));
        return None;
    }
    match Opened::open(desk, SecretNeed::Required) {
        Ok(opened) => Some(opened),
        Err(failure) => {
            let first = failure.problems.first().map_or("", |told| told.what.as_str());
            desk.console.say(&format!("{shown} cannot be used ({first}): {without}."));
            None
        }
    }
}

fn told(finding: &Finding) -> String {
    let severity = match finding.severity {
        Severity::Error => "problem",
        Severity::Warning => "warning",
        Severity::Note => "note",
    };
    format!("{severity}: {}", finding.text)
}

/// A line that says whose key it is. Anybody can write an id into a token: only the signature makes it theirs.
fn whose(desk: &Desk<'_>, opened: &Opened, explanation: &Explanation) -> Option<String> {
    let id = UserId(explanation.user_id()?.to_owned());
    let owner = owner(desk, opened, &id)?;
    Some(match explanation.signature {
        SignatureCheck::Holds => format!("whose: {owner}"),
        SignatureCheck::DoesNotHold | SignatureCheck::NotChecked(_) => {
            format!("whose: nobody can say; it names the id of {owner}, but the signature does not prove it")
        }
    })
}

fn owner(desk: &Desk<'_>, opened: &Opened, id: &UserId) -> Option<String> {
    let roster = opened.roster().unwrap_or_else(|failure| {
        desk.console.warn(&Told::new(format!("the ledger cannot be read: {failure}")));
        Roster::default()
    });
    let row = row_of(desk, opened, &roster, id);
    let standing = roster.by_user_id(id);
    match (row, standing) {
        (Some(attendee), _) => Some(format!("{}'s key, {}", attendee.name, attendee.locator)),
        (None, Some(standing)) => Some(format!(
            "{}'s key; {} was mailed and is no longer in {}",
            standing.name(),
            standing.address(),
            opened.rules.shown_as
        )),
        (None, None) => None,
    }
}

/// The row whose key has this id: the ledger's id where the row's person was mailed, else the one it would get.
fn row_of(desk: &Desk<'_>, opened: &Opened, roster: &Roster, id: &UserId) -> Option<Attendee> {
    // Who is who takes the whole file; without that, a new id column would hide everybody mailed before.
    let everybody = Wanted::default();
    let survey = opened.surveyor(roster, None, &everybody, desk).survey(crate::campaign::Depth::Rows, None).ok()?;
    let mut crowd = Crowd::new(&opened.rules);
    for row in AttendeeFile::open(&opened.rules).ok()? {
        let attendee = match row {
            Ok(attendee) => attendee,
            Err(Unsound::Row(_)) => continue,
            Err(Unsound::File(_)) => return None,
        };
        if !matches!(crowd.admit(&attendee), Admission::New) {
            continue;
        }
        let standing = survey.person(attendee.number).and_then(|person| roster.by_id(person));
        let own = opened.press.user_id_of(standing, &attendee.key);
        if own == *id {
            return Some(attendee);
        }
    }
    None
}
