//! What a pass left deferred, and when the next one begins.

use std::collections::HashSet;

use jiff::{SignedDuration, Timestamp};

use super::{opened::ledger_failure, order::Planned};
use crate::{
    failure::Failure,
    ledger::{CampaignId, Ledger, Roster, State},
};

/// The rows taken up that are still deferred.
#[derive(Debug, Default)]
pub(super) struct Deferred {
    /// How many.
    pub(super) open: u64,
    /// When those are due that were not given up.
    pub(super) dues: Vec<Timestamp>,
}

impl Deferred {
    /// What the ledger says of them after a pass.
    pub(super) fn of(
        ledger: &Ledger,
        planned: &Planned,
        taken: &HashSet<u32>,
        campaign: Option<CampaignId>,
        now: Timestamp,
    ) -> Result<Self, Failure> {
        let roster: Roster = ledger.roster().map_err(|problem| ledger_failure(&problem))?;
        let mut left = Self::default();
        let taken: HashSet<u32> = taken.iter().copied().filter(|row| !planned.survey.is_kept_out(*row)).collect();
        let people: HashSet<_> = taken.iter().filter_map(|row| planned.survey.person(*row)).collect();
        let new = taken.iter().any(|row| planned.survey.person(*row).is_none());
        let known: HashSet<_> = planned.survey.identified.known.values().copied().collect();
        let mut mails = HashSet::new();
        for standing in roster.people() {
            // People mailed for the first time in this run are not in the survey's picture yet.
            let is_new = || !known.contains(&standing.person) && Some(standing.last.campaign) == campaign;
            let ours = people.contains(&standing.person) || (new && is_new());
            let counts = ours && standing.last.state == State::Deferred;
            // One mail about several sessions is one.
            if counts && standing.shared_mail().is_none_or(|mail| mails.insert(mail)) {
                left.open += 1;
                left.dues.extend(standing.last.due(now));
            }
        }
        Ok(left)
    }

    /// When the next pass begins, and how many are due then; `None` where all were given up.
    ///
    /// Rows that come due one by one go together: up to a quarter of the wait later, a minute at most.
    pub(super) fn next_pass(&self, now: Timestamp) -> Option<(Timestamp, u64)> {
        let first = *self.dues.iter().min()?;
        let patience = (first.duration_since(now) / 4).clamp(SignedDuration::ZERO, SignedDuration::from_mins(1));
        let end = first.saturating_add(patience).unwrap_or(first).max(now);
        let together = self.dues.iter().filter(|due| **due <= end);
        Some((together.clone().max().copied()?, together.count() as u64))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + second).unwrap()
    }

    fn next(seconds: &[i64]) -> Option<(Timestamp, u64)> {
        let dues = seconds.iter().map(|second| at(*second)).collect();
        Deferred { open: seconds.len() as u64, dues }.next_pass(at(0))
    }

    #[test]
    fn rows_that_come_due_one_by_one_go_together() {
        assert_eq!(next(&[]), None);
        assert_eq!(next(&[100, 40, 50, 51]), Some((at(50), 2)), "a quarter of the wait later");
        assert_eq!(next(&[400, 460, 461]), Some((at(460), 2)), "a minute at most");
        assert_eq!(next(&[-5, 0, 1]), Some((at(0), 2)), "what is due waits for nobody");
    }
}
