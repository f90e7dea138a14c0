//! `roomkey inspect`: any token in words, what is wrong with it, and whose it is.
//!
//! Works without an event as well; the signature is then not checked. The token itself is never printed.

use std::{collections::BTreeMap, fs, io::Read as _, path::Path};

use jiff::{Timestamp, tz::TimeZone};
use secrecy::zeroize::Zeroizing;

use super::{
    Desk,
    opened::{Opened, SecretNeed},
};
use crate::{
    attendees::AttendeeFile,
    campaign::{Depth, Wanted, words},
    cli::{Inspect, InspectFormat},
    console::without_tokens,
    failure::{Failure, Status, Told},
    jitsi::{ClaimFacts, Explanation, Finding, Moment, Severity, SignatureCheck, VerifyingKey, explain, extract_token},
    ledger::Roster,
    model::{Attendee, PersonId, UserId},
};

/// More than any link or token is long, in octets: what comes after is not read.
const LONGEST: u64 = 128 * 1024;

pub(super) fn run(desk: &Desk<'_>, args: &Inspect) -> Result<Status, Failure> {
    let text = given(&args.text)?;
    let token = extract_token(&text)
        .map_err(|problem| Failure::bad_input(Told::new(problem.to_string()).hint(problem.hint())))?;
    let opened = open_if_possible(desk);
    let signer = opened.as_ref().map(|opened| &opened.press.signer);
    let key = args.key.as_deref().map(|path| key_in(desk, path)).transpose()?;
    let explanation = explain(&token, signer, key.as_ref(), desk.around.now());
    if args.format == InspectFormat::Json {
        desk.console.result_raw(&json(&explanation)?);
        return Ok(if explanation.is_sound() { Status::Done } else { Status::BadInput });
    }
    let zone = opened.as_ref().map_or(TimeZone::UTC, |opened| opened.press.event.window.zone().clone());
    let tell = |line: &str| desk.console.result_shown(&without_tokens(line));
    for line in explanation.lines(&zone) {
        tell(&line);
    }
    for line in explanation.verdict_lines() {
        tell(&line);
    }
    for line in opened.as_ref().map(|opened| whose(desk, opened, &explanation)).unwrap_or_default() {
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

/// A key to check the signature with.
fn key_in(desk: &Desk<'_>, path: &Path) -> Result<VerifyingKey, Failure> {
    let shown = path.display();
    let failed = |what: String, hint: &str| Failure::bad_input(Told::new(format!("--key {shown}: {what}")).hint(hint));
    let mut octets = Zeroizing::new(Vec::new());
    let whole = desk.around.folder.join(path);
    let size = fs::metadata(&whole).map_err(|error| failed(error.to_string(), "check the path"))?;
    if !size.is_file() || size.len() > LONGEST {
        return Err(failed(
            "this is no file with a key".into(),
            "name a PEM file, or a file that holds a secret alone",
        ));
    }
    fs::File::open(&whole)
        .and_then(|mut file| file.read_to_end(&mut octets))
        .map_err(|error| failed(error.to_string(), "check who may read it"))?;
    let text = std::str::from_utf8(&octets).map_err(|_| failed("it holds no text".into(), "name a PEM file"))?;
    VerifyingKey::read(text).map_err(|problem| failed(problem.to_string(), problem.hint()))
}

/// The explanation for programs; the token is not in it.
fn json(explanation: &Explanation) -> Result<String, Failure> {
    let moment = |moment: &Moment| match moment {
        Moment::At(at) => Some(at.to_string()),
        _ => None,
    };
    let Explanation { link, header, claims, signature, findings, .. } = explanation;
    let features: Option<BTreeMap<_, _>> = claims.features.as_ref().map(|all| all.iter().cloned().collect());
    let value = serde_json::json!({
        "link": link.as_ref().map(|link| serde_json::json!({
            "host": link.host, "port": link.port, "tenant": link.tenant, "room": link.room,
            "beside": without_tokens(&explanation.beside),
        })),
        "header": { "typ": header.typ, "alg": header.alg, "kid": header.kid },
        "claims": {
            "iss": claims.iss, "aud": claims.aud, "sub": claims.sub, "room": claims.room, "tenant": claims.tenant,
            "opens": moment(&claims.nbf), "closes": moment(&claims.exp),
            "user": {
                "id": claims.user.id, "name": claims.user.name, "email": claims.user.email,
                "moderator": claims.user.moderator, "affiliation": claims.user.affiliation,
                "avatar": claims.user.avatar,
            },
            "group": claims.group,
            "features": features,
        },
        "signature": match signature {
            SignatureCheck::Holds => "holds",
            SignatureCheck::DoesNotHold => "does_not_hold",
            SignatureCheck::NotChecked(_) => "not_checked",
        },
        "rules": explanation.verdicts().iter().map(|verdict| serde_json::json!({
            "rule": verdict.rule.as_str(), "verdict": verdict.ruling.as_str(),
            "text": without_tokens(&verdict.what), "answer": verdict.answer,
        })).collect::<Vec<_>>(),
        "findings": findings.iter().map(|finding| serde_json::json!({
            "severity": severity(finding), "text": without_tokens(&finding.text), "hint": finding.hint,
        })).collect::<Vec<_>>(),
        "sound": explanation.is_sound(),
    });
    let text = serde_json::to_string_pretty(&value).map_err(|error| Failure::unexpected(error.to_string()))?;
    Ok(text + "\n")
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
    format!("{}: {}", severity(finding), finding.text)
}

fn severity(finding: &Finding) -> &'static str {
    match finding.severity {
        Severity::Error => "problem",
        Severity::Warning => "warning",
        Severity::Note => "note",
    }
}

/// Whose key it is, and whether it still fits. Anybody can write an id into a token: only the
/// signature makes it theirs.
fn whose(desk: &Desk<'_>, opened: &Opened, explanation: &Explanation) -> Vec<String> {
    let Some(id) = explanation.user_id().map(|id| UserId(id.to_owned())) else { return Vec::new() };
    let holds = explanation.signature == SignatureCheck::Holds;
    match owner(desk, opened, &id) {
        Some(owner) if holds => {
            let mut lines = vec![format!("whose: {}", owner.words)];
            lines.extend(owner.row.iter().flat_map(|attendee| outdated(attendee, &explanation.claims)));
            lines
        }
        Some(owner) => vec![format!(
            "whose: nobody can say; it names the id of {}, but the signature does not prove it",
            owner.words
        )],
        None if holds => vec![format!(
            "whose: nobody in {} has this key: the row is gone, or its address or id has changed since",
            opened.rules.shown_as
        )],
        None => Vec::new(),
    }
}

/// What the person's row says otherwise than their key.
fn outdated(attendee: &Attendee, claims: &ClaimFacts) -> Vec<String> {
    let at = &attendee.locator;
    let mut lines = Vec::new();
    if let Some(room) = claims.room.as_ref().filter(|room| !room.eq_ignore_ascii_case(attendee.room.as_str())) {
        lines.push(format!("warning: it is for the room {room}, and {at} says {} now", attendee.room));
    }
    let now = [attendee.window.opens(), attendee.window.closes()].map(|at| Moment::At(without_fraction(at)));
    if [&claims.nbf, &claims.exp] != [&now[0], &now[1]] {
        let now = words::works(&attendee.window);
        lines.push(format!("warning: it is for another time; by {at} as it stands, the link would work {now}"));
    }
    lines
}

/// Tokens count in whole seconds.
fn without_fraction(at: Timestamp) -> Timestamp {
    Timestamp::from_second(at.as_second()).unwrap_or(at)
}

/// Somebody of the file or of the ledger.
struct Owner {
    words: String,
    row: Option<Attendee>,
}

fn owner(desk: &Desk<'_>, opened: &Opened, id: &UserId) -> Option<Owner> {
    let roster = opened.roster().unwrap_or_else(|failure| {
        desk.console.warn(&Told::new(format!("the ledger cannot be read: {failure}")));
        Roster::default()
    });
    let standing = roster.by_user_id(id);
    let row = match standing {
        Some(standing) => row_of(desk, opened, &roster, standing.person),
        None => sound_row(opened, |attendee| opened.press.user_id(&attendee.key) == *id),
    };
    let words = match (&row, standing) {
        (Some(attendee), _) => format!("{}'s key, {}", attendee.name, attendee.locator),
        (None, Some(standing)) => format!(
            "{}'s key; {} was mailed and is no longer in {}",
            standing.name(),
            standing.address(),
            opened.rules.shown_as
        ),
        (None, None) => return None,
    };
    Some(Owner { words, row })
}

/// The row of somebody who was mailed. Who is who takes the whole file: with an id column that came
/// later, no row's own key would be theirs.
fn row_of(desk: &Desk<'_>, opened: &Opened, roster: &Roster, person: PersonId) -> Option<Attendee> {
    let everybody = Wanted::default();
    let survey = opened.surveyor(roster, &everybody, desk).survey(Depth::Rows, None).ok()?;
    let number = survey.identified.known.iter().find(|(_, known)| **known == person).map(|(number, _)| *number)?;
    sound_row(opened, |attendee| attendee.number == number)
}

/// The first sound row of which something holds.
fn sound_row(opened: &Opened, holds: impl Fn(&Attendee) -> bool) -> Option<Attendee> {
    AttendeeFile::open(&opened.rules).ok()?.flatten().find(|attendee| holds(attendee))
}
