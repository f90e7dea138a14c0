//! Whether the event is still the one people were mailed for.

use super::opened::ledger_failure;
use crate::{
    campaign::words,
    failure::{Failure, Told},
    ledger::{Reader, Roster, State, Terms},
};

/// Stops where people hold mails made under other values than event.toml has now.
///
/// # Errors
/// With the two values side by side, and the three ways to go on.
pub(super) fn refuse_a_changed_event(reader: &Reader, roster: &Roster, now: &Terms) -> Result<(), Failure> {
    let digest = now.digest();
    let accepted = reader.accepted_change().map_err(|problem| ledger_failure(&problem))?;
    if accepted.as_deref() == Some(digest.as_str()) {
        return Ok(());
    }
    let mut others: std::collections::BTreeMap<_, u64> = std::collections::BTreeMap::new();
    for standing in roster.people() {
        let counts = matches!(standing.state, State::Sent | State::InDoubt | State::Sending | State::Deferred);
        if let Some(held) = standing.held.as_ref().filter(|_| counts) {
            *others.entry(held.terms).or_default() += 1;
        }
    }
    let mut told = Vec::new();
    let mut people = 0;
    for (id, count) in others {
        let Some(then) = reader.terms(id).map_err(|problem| ledger_failure(&problem))? else { continue };
        if then.digest() != digest {
            people += count;
            told.push(difference(&then, now, count));
        }
    }
    if people == 0 {
        return Ok(());
    }
    let mut problems: Vec<Told> = told.into_iter().map(Told::new).collect();
    if let Some(last) = problems.last_mut() {
        last.hint = Some(
            "a new event? Give it a new id. The same, moved? `roomkey resend --all --note \"New time\"`. \
             Only the new registrants? `roomkey send --accept-change`"
                .into(),
        );
    }
    Err(Failure { status: crate::failure::Status::BadInput, problems })
}

/// `118 people were mailed for Sat 21 Nov 2026 14:00; event.toml now says Sat 5 Dec 2026 14:00`.
fn difference(then: &Terms, now: &Terms, count: u64) -> String {
    let mut before = Vec::new();
    let mut after = Vec::new();
    let mut differ = |label: &str, old: String, new: String| {
        if old != new {
            before.push(format!("{label}{old}"));
            after.push(format!("{label}{new}"));
        }
    };
    let (starts, ends) = (then.starts != now.starts, then.ends != now.ends);
    let times = |terms: &Terms| {
        let at = |time| moment(time, &terms.zone);
        match (starts, ends) {
            (true, _) => format!("{} {}", at(terms.starts), terms.zone),
            (false, true) => format!("{} to {} {}", at(terms.starts), at(terms.ends), terms.zone),
            (false, false) => format!("links from {} to {} {}", at(terms.opens), at(terms.closes), terms.zone),
        }
    };
    if starts || ends || (then.opens, then.closes) != (now.opens, now.closes) {
        differ("", times(then), times(now));
    }
    differ("room ", then.room.clone(), now.room.clone());
    differ("title ", format!("\"{}\"", then.title), format!("\"{}\"", now.title));
    differ("server ", then.url.clone(), now.url.clone());
    differ("app_id ", then.app_id.clone(), now.app_id.clone());
    let secret = |terms: &Terms| {
        if *terms == *now { "the one there is now".to_owned() } else { "another one".to_owned() }
    };
    if then.secret != now.secret {
        differ("signing secret: ", secret(then), secret(now));
    }
    if then.zone != now.zone && (starts, ends) == (false, false) {
        differ("zone ", then.zone.clone(), now.zone.clone());
    }
    let people = if count == 1 { "1 person was".to_owned() } else { format!("{count} people were") };
    format!("{people} mailed for {}; event.toml now says {}", before.join(", "), after.join(", "))
}

fn moment(at: jiff::Timestamp, zone: &str) -> String {
    words::moment(at, &jiff::tz::TimeZone::get(zone).unwrap_or(jiff::tz::TimeZone::UTC))
}
