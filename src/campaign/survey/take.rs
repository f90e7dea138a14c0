//! Each row taken down, one after the other: what it is, whose it is, and who was asked for.

use std::sync::Arc;

use super::{
    Found, RowKind, Survey, Surveyor,
    mails::{ToTry, Tried},
    told, who,
};
use crate::{
    attendees::{Admission, Crowd, RowProblems},
    campaign::{identity::Identities, in_order::InOrder},
    model::{Address, Attendee},
};

impl Surveyor<'_> {
    pub(super) fn sound(
        &self,
        survey: &mut Survey,
        crowd: &mut Crowd,
        identities: &mut Identities,
        attendee: Attendee,
        mails: Option<&mut InOrder<ToTry, Tried>>,
    ) {
        let number = attendee.number;
        let over = attendee.window.is_over(self.now);
        let mut is_first = true;
        // By the address, or by an earlier one of somebody whom the ledger knows.
        let known = || self.roster.by_key(&attendee.key).filter(|_| !self.suppressed.is_empty());
        let earlier = || Address::parse(known()?.address()).ok();
        let kept_out = self.suppressed.by(&attendee.email);
        let kept_out = kept_out.or_else(|| earlier().and_then(|address| self.suppressed.by(&address)));
        let kind = match (crowd.admit(&attendee), kept_out) {
            (admission @ (Admission::New | Admission::AnotherSession { .. } | Admission::Problem(_)), Some(list)) => {
                survey.keep_out(list, !matches!(admission, Admission::AnotherSession { .. }));
                RowKind::KeptOut(list)
            }
            (admission, _) => Self::admitted(survey, &attendee, admission, &mut is_first),
        };
        let session = survey.note_session(attendee.key.session());
        survey.note_row(&attendee.locator, kind, over, session);
        match kind {
            RowKind::Unsound => identities.add_unsound(&attendee.email, &attendee.name, self.roster),
            RowKind::KeptOut(_) => identities.add(&attendee, self.roster),
            RowKind::Sound => {
                identities.add(&attendee, self.roster);
                survey.counts.add(&attendee, is_first);
                survey.samples.offer(&attendee, self.press.event.language.as_str());
                if is_first {
                    survey.domains.add(&attendee);
                }
            }
            RowKind::Duplicate(_) | RowKind::LeftOut => {}
        }
        if kind == RowKind::Unsound
            && let Some(wanted) = self.wanted_index(&attendee.email, &attendee.name)
        {
            survey.found.push(Found { number, wanted, attendee: None });
        }
        match (kind, mails) {
            (RowKind::Sound, Some(mails)) => {
                mails.give(attendee);
                while let Some(tried) = mails.ready() {
                    self.enter(survey, tried);
                }
            }
            (RowKind::Sound | RowKind::KeptOut(_), _) => self.keep_if_wanted(survey, attendee),
            _ => {}
        }
    }

    /// What a row is beside those before it.
    fn admitted(survey: &mut Survey, attendee: &Attendee, admission: Admission, is_first: &mut bool) -> RowKind {
        let number = attendee.number;
        match admission {
            Admission::New => RowKind::Sound,
            Admission::AnotherSession { first } => {
                *is_first = false;
                Arc::make_mut(&mut survey.parties).add(first, attendee);
                RowKind::Sound
            }
            Admission::DuplicateOf(first) => {
                survey.repeats(attendee, first);
                RowKind::Duplicate(first)
            }
            Admission::Problem(problem) => {
                survey.fault(number, told(&problem), who(attendee.email.as_str(), &attendee.name));
                RowKind::Unsound
            }
        }
    }

    /// Keeps a row whose address the command named.
    pub(super) fn keep_if_wanted(&self, survey: &mut Survey, attendee: Attendee) {
        let is_in = self.wanted.session.as_ref().is_none_or(|session| attendee.key.session() == Some(session));
        let Some(wanted) = self.wanted_index(&attendee.email, &attendee.name) else { return };
        if is_in {
            survey.found.push(Found { number: attendee.number, wanted, attendee: Some(attendee) });
        } else {
            survey.in_other_sessions.insert(attendee.email.folded());
        }
    }

    pub(super) fn unsound(&self, survey: &mut Survey, identities: &mut Identities, row: &RowProblems) {
        if let Some(address) = &row.address {
            identities.add_unsound(address, &row.name, self.roster);
        }
        let wanted = row.address.as_ref().and_then(|address| self.wanted_index(address, &row.name));
        // Of several at one place all have to be kept out.
        let lists = row.addresses.iter().map(|address| self.suppressed.by(address)).collect::<Option<Vec<_>>>();
        let kept_out = lists.and_then(|lists| lists.first().copied());
        let kind = kept_out.map_or(RowKind::Unsound, RowKind::KeptOut);
        survey.note_row(&row.at, kind, false, 0);
        if let Some(list) = kept_out {
            // What is wrong with the row of somebody who is mailed nothing keeps nobody waiting.
            survey.keep_out(list, true);
            return;
        }
        let who = who(&row.email, &row.name);
        for problem in &row.problems {
            survey.fault(row.number, told(problem), who.clone());
        }
        if let Some(wanted) = wanted {
            survey.found.push(Found { number: row.number, wanted, attendee: None });
        }
    }

    pub(super) fn wanted_index(&self, address: &Address, name: &str) -> Option<usize> {
        if self.wanted.name.as_deref().is_some_and(|wanted| !wanted.eq_ignore_ascii_case(name)) {
            return None;
        }
        let folded = address.folded();
        self.wanted.addresses.iter().position(|wanted| wanted.folded() == folded)
    }
}
