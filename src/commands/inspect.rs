//! `roomkey inspect`: any token in words, what is wrong with it, and whose it is.
//!
//! Works without an event as well; the signature is then not checked. The token itself is never printed.

use std::{
    collections::BTreeMap,
    fs,
    io::{ErrorKind, Read as _},
    path::Path,
};

use secrecy::zeroize::Zeroizing;

use super::{Desk, inspect_event::AtHand, whose::Whose};
use crate::{
    cli::{Inspect, InspectFormat},
    console::without_tokens,
    failure::{Failure, Status, Told},
    jitsi::{Explanation, Finding, Moment, Severity, SignatureCheck, VerifyingKey, explain, extract_token},
    model::system_words,
};

/// More than any link or token is long, in octets: what comes after is not read.
const LONGEST: u64 = 128 * 1024;

pub(super) fn run(desk: &Desk<'_>, args: &Inspect) -> Result<Status, Failure> {
    let text = given(&args.text)?;
    let token = extract_token(&text)
        .map_err(|problem| Failure::bad_input(Told::new(problem.to_string()).hint(problem.hint())))?;
    let key = args.key.as_deref().map(|path| key_in(desk, path)).transpose()?;
    let event = AtHand::open(desk, key.is_some());
    let signer = event.whole().map(|opened| &opened.press.signer);
    let mut explanation = explain(&token, signer, key.as_ref(), desk.around.now());
    event.compare(&mut explanation);
    let whose = event.whole().and_then(|opened| Whose::of(desk, opened, &explanation));
    let status = if explanation.is_sound() { Status::Done } else { Status::BadInput };
    if args.format == InspectFormat::Json {
        desk.console.result_raw(&json(&explanation, whose.as_ref())?);
        return Ok(status);
    }
    let tell = |line: &str| desk.console.result_shown(&without_tokens(line));
    for line in explanation.lines(&event.zone()) {
        tell(&line);
    }
    for line in explanation.verdict_lines() {
        tell(&line);
    }
    for line in whose.iter().flat_map(Whose::lines) {
        tell(&line);
    }
    for finding in &explanation.findings {
        tell(&told(finding));
        if let Some(hint) = &finding.hint {
            tell(&format!("  hint: {hint}"));
        }
    }
    Ok(status)
}

/// A key to check the signature with.
fn key_in(desk: &Desk<'_>, path: &Path) -> Result<VerifyingKey, Failure> {
    let shown = path.display();
    let failed = |what: &str, hint: &str| Failure::bad_input(Told::new(format!("--key {shown}: {what}")).hint(hint));
    let unread = |error: std::io::Error| match error.kind() {
        ErrorKind::NotFound => failed("there is no such file", "look for a slip in the name"),
        _ => failed(&format!("failed to read the file: {}", system_words(&error)), "check who may read it"),
    };
    let whole = desk.around.folder.join(path);
    let found = fs::metadata(&whole).map_err(unread)?;
    if found.is_dir() {
        return Err(failed("this is a folder, not a file", "name the file in it that holds the key"));
    }
    if !found.is_file() {
        return Err(failed("this is not a regular file", "write the key into a file, and name that"));
    }
    if found.len() > LONGEST {
        return Err(failed("this is far too large for a key", "name a PEM file, or a file that holds a secret alone"));
    }
    let mut octets = Zeroizing::new(Vec::new());
    fs::File::open(&whole).and_then(|mut file| file.read_to_end(&mut octets)).map_err(unread)?;
    VerifyingKey::read(&octets).map_err(|problem| failed(&problem.to_string(), problem.hint()))
}

/// The explanation for programs; the token is not in it.
fn json(explanation: &Explanation, whose: Option<&Whose>) -> Result<String, Failure> {
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
        "wrapped_by": explanation.wrapped_by,
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
        "whose": whose.map(Whose::json),
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
    std::io::stdin().lock().take(LONGEST).read_to_end(&mut octets).map_err(|problem| {
        Failure::bad_input(Told::new(format!("failed to read standard input: {}", system_words(&problem))))
    })?;
    String::from_utf8(octets)
        .map_err(|_| Failure::bad_input(Told::new("standard input holds no text: a token or a link is plain text")))
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
