//! Which rows an order means, and what becomes of each.

use std::collections::{BTreeSet, HashSet};

use super::{
    Desk, event_change,
    opened::{Opened, ledger_failure},
    order::Order,
    who,
};
use crate::{
    campaign::{Fate, Reason, Selection, Survey, decide, words},
    failure::{Failure, Told},
    invitation::Occasion,
    ledger::{Reader, Roster, State, TermsId},
};

/// Each row's fate under a selection.
pub(super) fn fates(
    survey: &Survey,
    order: &Order,
    roster: &Roster,
    terms: &HashSet<TermsId>,
    meant: Option<&HashSet<u32>>,
    now: jiff::Timestamp,
) -> Vec<Fate> {
    let mut fates = vec![Fate::Left(Reason::NotMeant); survey.rows.len()];
    for number in survey.sound_rows() {
        if meant.is_some_and(|meant| !meant.contains(&number)) || !is_in_session(survey, order, number) {
            continue;
        }
        let standing = survey.person(number).and_then(|person| roster.by_id(person));
        let corrected = survey.identified.corrected.contains_key(&number);
        let mut fate = decide(&order.selection, standing, corrected, now);
        // A mail in doubt keeps its Message-ID, so that a mailbox can drop the double; not where the
        // new one says something else, or goes elsewhere: it would be dropped as well.
        if let (Fate::Go(task), Some(standing)) = (&mut fate, standing) {
            let other_terms = standing.held.as_ref().is_some_and(|held| !terms.contains(&held.terms));
            let settled = standing.last.state == State::Pending;
            let in_doubt = matches!(standing.last.state, State::InDoubt | State::Sending);
            let other_words = order.note.is_some() || order.to.is_some();
            let own = match &order.selection {
                Selection::Send | Selection::Due | Selection::Cancel { .. } => true,
                Selection::Round { done } => done.contains_key(&standing.person),
                _ => false,
            };
            let again = task.mailing == Some(standing.last.id) && !own;
            if again && ((settled || in_doubt) && other_words || in_doubt && other_terms) {
                task.mailing = None;
            }
        }
        if let Some(index) = usize::try_from(number).ok().and_then(|number| number.checked_sub(1)) {
            fates[index] = fate;
        }
    }
    fates
}

/// The ledger's numbers of the values that the event, or its sessions, have now, as far as people hold mails of them.
pub(super) fn current_terms(
    opened: &Opened,
    reader: Option<&Reader>,
    roster: &Roster,
) -> Result<HashSet<TermsId>, Failure> {
    let mut current = HashSet::new();
    let Some(reader) = reader else { return Ok(current) };
    let ids: HashSet<TermsId> = roster.people().iter().filter_map(|s| s.held.as_ref()).map(|held| held.terms).collect();
    for id in ids {
        let terms = reader.terms(id).map_err(|problem| ledger_failure(&problem))?;
        if terms.is_some_and(|then| event_change::is_of_today(opened, &then)) {
            current.insert(id);
        }
    }
    Ok(current)
}

/// Rows the command names; `None` where it means everybody.
pub(super) fn meant_rows(
    survey: &Survey,
    roster: &Roster,
    order: &Order,
    opened: &Opened,
) -> Result<Option<HashSet<u32>>, Failure> {
    if order.wanted.addresses.is_empty() {
        return Ok(None);
    }
    who::refuse_unknown_or_several(survey, roster, &order.wanted, &opened.rules.shown_as)?;
    Ok(Some(survey.found.iter().map(|found| found.number).collect()))
}

pub(super) fn concerned(survey: &Survey, order: &Order, fates: &[Fate], meant: Option<HashSet<u32>>) -> HashSet<u32> {
    let going = |(row, fate): (u32, &Fate)| matches!(fate, Fate::Go(_)).then_some(row);
    // Whom the command leaves out for a problem in their row, it was still meant for.
    let left_out = survey.unsound.iter().copied().filter(|_| order.skip_invalid && meant.is_none()).collect::<Vec<_>>();
    let concerned: HashSet<u32> = match (meant, order.limit, &order.selection) {
        (Some(meant), None, _) => meant,
        (None, None, Selection::Send) => survey.sound_rows().chain(survey.unsound.iter().copied()).collect(),
        (None, None, Selection::Round { .. } | Selection::Cancel { .. }) => (1..)
            .zip(fates)
            .filter(|(_, fate)| !matches!(fate, Fate::Left(Reason::NeverMailed | Reason::NotMeant)))
            .map(|(row, _)| row)
            .collect(),
        _ => (1..).zip(fates).filter_map(going).collect(),
    };
    let is_meant = |row: &u32| survey.unsound.contains(row) || is_in_session(survey, order, *row);
    concerned.into_iter().chain(left_out).filter(is_meant).collect()
}

/// Whether a row is for the session that a command names; any row is where it names none.
fn is_in_session(survey: &Survey, order: &Order, number: u32) -> bool {
    order.wanted.session.as_ref().is_none_or(|session| survey.session(number) == Some(session))
}

/// Leaves out who is to be mailed for sessions that are over, and says so: who registers late for several is mailed
/// for those to come.
pub(super) fn leave_out_what_is_over(
    desk: &Desk<'_>,
    survey: &Survey,
    order: &Order,
    fates: &mut [Fate],
) -> HashSet<u32> {
    let mut left = HashSet::new();
    if order.occasion() == Occasion::Cancel {
        return left;
    }
    for (number, fate) in (1..).zip(fates) {
        let is_over = survey.rows.get(number as usize - 1).is_some_and(|row| row.over && row.session > 0);
        if is_over && matches!(fate, Fate::Go(_)) {
            *fate = Fate::Left(Reason::NotMeant);
            left.insert(number);
        }
    }
    let sessions: BTreeSet<_> = left.iter().filter_map(|number| survey.session(*number)).collect();
    if !left.is_empty() {
        let keys: Vec<_> = sessions.iter().map(|session| session.as_str()).collect();
        let rows = words::counted(
            left.len() as u64,
            "invitation to a session that is over is",
            "invitations to sessions that are over are",
        );
        desk.console.warn(&Told::new(format!("{rows} left out ({})", keys.join(", "))));
    }
    left
}
