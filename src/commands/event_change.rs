//! Whether the event is still the one people were mailed for.

use std::collections::{BTreeMap, BTreeSet, HashSet, btree_map::Entry};

use super::{
    opened::{Opened, ledger_failure},
    round,
};
use crate::{
    campaign::{Survey, words},
    failure::{Failure, Told},
    ledger::{Campaign, Reader, Roster, State, Terms, TermsId},
    model::{PersonId, SessionKey},
};

/// What differs between event.toml and the mails that people hold.
#[derive(Debug)]
pub(super) struct Change {
    /// The two values side by side, one line for each that people hold.
    differences: Vec<Difference>,
    /// Whether the organiser accepted just this, by `send --accept-change` or by finished rounds to all concerned.
    pub(super) is_settled: bool,
    /// A round of `resend --all` under today's values that was stopped half-way: the command to go on.
    round: Option<String>,
}

/// Values that people hold, and that event.toml does not have any more.
#[derive(Debug)]
struct Difference {
    told: String,
    /// The session that changed; `None` where all of the event did, or what is no more.
    session: Option<SessionKey>,
    /// Whether a round to all concerned came to its end and did not reach these.
    by_round: bool,
}

impl Change {
    /// As problems, with the ways to go on.
    pub(super) fn problems(&self) -> Vec<Told> {
        let resend = self.resend();
        let hint = match &self.round {
            Some(command) => format!("a round to all was stopped half-way: `{command}` goes on with it"),
            None if self.differences.iter().all(|one| one.by_round) => {
                "a round to all did not reach them: `roomkey resend --failed` tries again".into()
            }
            None if self.is_settled => format!("to tell them: {resend}; `send` goes on without"),
            None => format!(
                "a new event? Give it a new id. The same, moved? {resend}. Only the new registrants? \
                 `roomkey send --accept-change`. Changed by mistake? Put the old value back"
            ),
        };
        let mut told: Vec<Told> = self.differences.iter().map(|one| Told::new(&one.told)).collect();
        if let Some(last) = told.last_mut() {
            last.hint = Some(hint);
        }
        told
    }

    /// The command that tells those whom no round has reached: of each session that changed, or of all of the event.
    fn resend(&self) -> String {
        let open = self.differences.iter().filter(|one| !one.by_round);
        let sessions: Option<BTreeSet<&SessionKey>> = open.map(|one| one.session.as_ref()).collect();
        let one = |session: String| format!("`roomkey resend --all{session} --note \"New time\"`");
        match sessions.filter(|sessions| !sessions.is_empty()) {
            Some(sessions) => {
                let each = sessions.into_iter().map(|session| one(format!(" --session {session}")));
                each.collect::<Vec<_>>().join(" and ")
            }
            None => one(String::new()),
        }
    }
}

/// Looks whether people hold mails made under other values than event.toml has now.
///
/// Whoever is in the file no more cannot be mailed again, and so holds nothing up, once somebody has
/// today's values; before that, the whole folder may be a copy of another event's. Where the signing
/// secret is not known, it is not compared. Everybody is looked at, or those in one session.
pub(super) fn look(
    opened: &Opened,
    reader: &Reader,
    roster: &Roster,
    survey: &Survey,
    session: Option<&SessionKey>,
) -> Result<Option<Change>, Failure> {
    let failed = |problem| ledger_failure(&problem);
    let mut groups: BTreeMap<TermsId, Option<Terms>> = BTreeMap::new();
    // By terms: people of the file, and all of them.
    let mut others: BTreeMap<TermsId, (u64, u64)> = BTreeMap::new();
    let strangers = survey.identified.strangers.iter().map(|stranger| stranger.mailed);
    // Nor can those who are to get no mail.
    let known = survey.identified.known.iter().filter(|(row, _)| !survey.is_kept_out(**row)).map(|(_, person)| *person);
    let present: HashSet<PersonId> = known.chain(strangers).collect();
    let is_meant = |then: &Terms| session.is_none() || then.session.as_ref() == session;
    let mut anybody_knows = false;
    for standing in roster.people() {
        // Who was told that it is off waits for nothing.
        let Some(held) = standing.held.as_ref().filter(|held| !held.is_cancellation) else { continue };
        for id in [held.terms, standing.last.terms] {
            if let Entry::Vacant(place) = groups.entry(id) {
                place.insert(reader.terms(id).map_err(failed)?.filter(|then| !is_of_today(opened, then)));
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
    let mut differences = Vec::new();
    for (id, (of_file, of_all)) in others {
        let count = if anybody_knows { of_file } else { of_all };
        let Some(then) = groups[&id].as_ref().filter(|then| count > 0 && is_meant(then)) else { continue };
        let (told, session) = match today(opened, then) {
            Some(now) => (difference(then, &now, count), then.session.clone()),
            None => (gone(opened, then, count), None),
        };
        let by_round = is_finished(opened, reader, then.session.as_ref())?;
        differences.push(Difference { told, session, by_round });
    }
    if differences.is_empty() {
        return Ok(None);
    }
    let accepted = reader.accepted_change().map_err(failed)?.as_deref() == Some(opened.press.terms_digest().as_str());
    let is_settled = accepted || differences.iter().all(|one| one.by_round);
    let mut round = None;
    for one in &differences {
        let latest = round::latest(opened, reader, one.session.as_ref())?;
        let is_open = |round: &Campaign| round.finished.is_none() && round::is_of_today(opened, round);
        round = round.or(latest.filter(is_open).map(|round| round::command(&round)));
    }
    Ok(Some(Change { differences, is_settled, round }))
}

/// Whether the latest round that meant somebody was one under today's values, and came to its end.
fn is_finished(opened: &Opened, reader: &Reader, session: Option<&SessionKey>) -> Result<bool, Failure> {
    let latest = round::latest(opened, reader, session)?;
    Ok(latest.is_some_and(|round| round.finished.is_some() && round::is_of_today(opened, &round)))
}

/// Whether the event, or the same session of it, has the same values today.
pub(super) fn is_of_today(opened: &Opened, then: &Terms) -> bool {
    today(opened, then).is_some_and(|now| then.digest() == now.digest())
}

/// What the event, or the same session of it, is today; what cannot be compared as it was then. `None` for a session
/// that is no more, or where there are sessions now and were none.
fn today(opened: &Opened, then: &Terms) -> Option<Terms> {
    let press = &opened.press;
    if then.session.is_none() && !press.event.sessions.is_empty() {
        return None;
    }
    let now = press.terms(then.session.as_ref())?;
    let secret = if opened.own_secret { now.secret.clone() } else { then.secret.clone() };
    Some(Terms { secret, tokens: then.tokens.as_ref().and(now.tokens.clone()), ..now })
}

/// `118 people were mailed for the session `morning` (…), which event.toml has no more`.
fn gone(opened: &Opened, then: &Terms, count: u64) -> String {
    let (people, when) = (were(count), moment(then.starts, &then.zone));
    if let Some(session) = &then.session {
        return format!(
            "{people} mailed for the session `{session}` ({when}), which event.toml does not have any more"
        );
    }
    let keys: Vec<_> = opened.press.event.sessions.iter().map(|session| session.key.as_str()).collect();
    format!("{people} mailed for the event as a whole ({when}); event.toml now has sessions: {}", keys.join(", "))
}

fn were(count: u64) -> String {
    if count == 1 { "1 person was".to_owned() } else { format!("{count} people were") }
}

/// `118 people were mailed for Sat 21 Nov 2026 14:00; event.toml now says Sat 5 Dec 2026 14:00`.
fn difference(then: &Terms, now: &Terms, count: u64) -> String {
    let mut told: Vec<(String, String)> = Vec::new();
    let differ = |told: &mut Vec<(String, String)>, label: &str, old: String, new: String| {
        if old != new {
            told.push((format!("{label}{old}"), format!("{label}{new}")));
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
        differ(&mut told, "", times(then), times(now));
    }
    differ(&mut told, "room ", then.room.clone(), now.room.clone());
    differ(&mut told, "title ", format!("\"{}\"", then.title), format!("\"{}\"", now.title));
    if then.zone != now.zone && (starts, ends) == (false, false) {
        differ(&mut told, "zone ", then.zone.clone(), now.zone.clone());
    }
    differ(&mut told, "server ", then.url.clone(), now.url.clone());
    differ(&mut told, "app_id ", then.app_id.clone(), now.app_id.clone());
    let people = were(count);
    let other_secret = then.secret != now.secret;
    let links = |terms: &Terms| match terms.tokens.as_deref() {
        Some(tokens) if !tokens.is_empty() => tokens.to_owned(),
        _ => "the usual settings".to_owned(),
    };
    let (was, is) = (links(then), links(now));
    if told.is_empty() && !other_secret && was != is {
        return format!("{people} mailed links made with {was}; [jitsi] now says {is}");
    }
    differ(&mut told, "links made with ", was, is);
    if told.is_empty() {
        return format!(
            "{people} mailed links of another signing secret than there is now: the server refuses one of the two"
        );
    }
    let (before, after): (Vec<String>, Vec<String>) = told.into_iter().unzip();
    format!(
        "{people} mailed for {}; event.toml now says {}{}",
        before.join(", "),
        after.join(", "),
        if other_secret { ", and the signing secret is another one" } else { "" }
    )
}

fn moment(at: jiff::Timestamp, zone: &str) -> String {
    words::moment(at, &jiff::tz::TimeZone::get(zone).unwrap_or(jiff::tz::TimeZone::UTC))
}
