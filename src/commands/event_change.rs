//! Whether the event is still the one people were mailed for.

use std::collections::{BTreeMap, HashSet, btree_map::Entry};

use super::opened::ledger_failure;
use crate::{
    campaign::{Survey, words},
    failure::{Failure, Told},
    ledger::{Reader, Roster, State, Terms, TermsId},
    model::PersonId,
};

/// What to tell where people hold mails made under other values than event.toml has now: the two
/// values side by side, and the three ways to go on. Nothing where the change was accepted.
///
/// Whoever is in the file no more cannot be mailed again, and so holds nothing up, once somebody has
/// today's values; before that, the whole folder may be a copy of another event's.
pub(super) fn told(reader: &Reader, roster: &Roster, survey: &Survey, now: &Terms) -> Result<Vec<Told>, Failure> {
    let failed = |problem| ledger_failure(&problem);
    let digest = now.digest();
    if reader.accepted_change().map_err(failed)?.as_deref() == Some(digest.as_str()) {
        return Ok(Vec::new());
    }
    let mut groups: BTreeMap<TermsId, Option<Terms>> = BTreeMap::new();
    // By terms: people of the file, and all of them.
    let mut others: BTreeMap<TermsId, (u64, u64)> = BTreeMap::new();
    let strangers = survey.identified.strangers.iter().map(|stranger| stranger.mailed);
    let present: HashSet<PersonId> = survey.identified.known.values().copied().chain(strangers).collect();
    let mut anybody_knows = false;
    for standing in roster.people() {
        let Some(held) = &standing.held else { continue };
        for id in [held.terms, standing.last.terms] {
            if let Entry::Vacant(place) = groups.entry(id) {
                place.insert(reader.terms(id).map_err(failed)?.filter(|then| then.digest() != digest));
            }
        }
        // Whoever is to get another mail of today's values is on the way to them.
        let waits = matches!(standing.last.state, State::Deferred) && groups[&standing.last.terms].is_none();
        anybody_knows |= groups[&held.terms].is_none() || waits;
        if groups[&held.terms].is_some() && !waits {
            let (of_file, of_all) = others.entry(held.terms).or_default();
            *of_file += u64::from(present.contains(&standing.person));
            *of_all += 1;
        }
    }
    let differs = |(id, (of_file, of_all)): (TermsId, (u64, u64))| {
        let count = if anybody_knows { of_file } else { of_all };
        let then = groups[&id].as_ref().filter(|_| count > 0)?;
        Some(Told::new(difference(then, now, count)))
    };
    let mut problems: Vec<Told> = others.into_iter().filter_map(differs).collect();
    if let Some(last) = problems.last_mut() {
        last.hint = Some(
            "a new event? Give it a new id. The same, moved? `roomkey resend --all --note \"New time\"`. \
             Only the new registrants? `roomkey send --accept-change`"
                .into(),
        );
    }
    Ok(problems)
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
    if then.zone != now.zone && (starts, ends) == (false, false) {
        differ("zone ", then.zone.clone(), now.zone.clone());
    }
    let people = if count == 1 { "1 person was".to_owned() } else { format!("{count} people were") };
    let other_secret = then.secret != now.secret;
    match (before.is_empty(), other_secret) {
        (true, _) => format!(
            "{people} mailed links of another signing secret than there is now: the server refuses one of the two"
        ),
        (false, other) => format!(
            "{people} mailed for {}; event.toml now says {}{}",
            before.join(", "),
            after.join(", "),
            if other { ", and the signing secret is another one" } else { "" }
        ),
    }
}

fn moment(at: jiff::Timestamp, zone: &str) -> String {
    words::moment(at, &jiff::tz::TimeZone::get(zone).unwrap_or(jiff::tz::TimeZone::UTC))
}
