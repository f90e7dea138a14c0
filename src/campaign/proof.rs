//! A few mails, read before they leave as their readers would read them.
//!
//! What is wrong with words and styles is wrong in all mails of a language: one for each language,
//! and those of the telling rows, stand for the rest. Where the organiser has written some of the words, what a
//! row puts into them may be to blame: then each row's mail is read.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::{press::Press, survey::Survey};
use crate::{
    failure::Told,
    invitation::{Facts, Occasion, Part},
    message::lint::{Finding, Proof, lint},
    model::{Attendee, Invitation, JoinLink, Language},
};

/// Languages that are looked at; hardly a file has more.
const MOST_LANGUAGES: usize = 50;

/// Something to be said of an event's mails.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remark {
    /// What.
    pub finding: Finding,
    /// In which languages' mails; none where it is in all of them.
    pub languages: Vec<Language>,
    /// For what only some rows' mails have: the first of these rows, and how many more there are.
    pub rows: Option<(String, u64)>,
}

impl Remark {
    /// Of every mail.
    fn of(finding: Finding) -> Self {
        Self { finding, languages: Vec::new(), rows: None }
    }
}

impl Press {
    /// What there is to say of the mails of a surveyed file, each thing once.
    #[must_use]
    pub fn remarks(&self, survey: &Survey, now: Timestamp) -> Vec<Remark> {
        let Some(first) = survey.samples.first() else { return Vec::new() };
        let asked = survey.counts.languages.keys().filter_map(|tag| Language::parse(tag).ok());
        let translated = std::iter::once(self.event.language.clone()).chain(asked).take(MOST_LANGUAGES);
        let translated = translated.map(|language| Attendee { language: Some(language), ..first.clone() });
        let octets = survey.largest.as_ref().map_or(0, |largest| largest.octets);
        let mut seen: Vec<Language> = Vec::new();
        let mut remarks: Vec<Remark> = Vec::new();
        for attendee in translated.chain(survey.samples.all().cloned()) {
            // A mail that cannot be made is told of elsewhere.
            let Some(findings) = self.findings(&attendee, Occasion::Invite, octets, now) else { continue };
            let language = self.language(&attendee).clone();
            if !seen.contains(&language) {
                seen.push(language.clone());
            }
            for finding in findings {
                note(&mut remarks, Remark { languages: vec![language.clone()], ..Remark::of(finding) });
            }
        }
        for remark in &mut remarks {
            if remark.languages.len() == seen.len() {
                remark.languages.clear();
            }
        }
        for (finding, at, more) in &survey.of_rows {
            note(&mut remarks, Remark { rows: Some((at.clone(), *more)), ..Remark::of(finding.clone()) });
        }
        remarks
    }

    /// What there is to say of the cancellations that own templates would make, each thing once; and why one could
    /// not be made.
    #[must_use]
    pub fn remarks_on_cancellations(&self, survey: &Survey, now: Timestamp) -> (Vec<Finding>, Vec<Told>) {
        let of_cancel = |part: &Part| Part::of_mail(Occasion::Cancel).contains(part);
        let own = self.templates.own_parts();
        let tags: BTreeSet<_> = own.iter().filter(|(_, part)| of_cancel(part)).map(|(tag, _)| tag.clone()).collect();
        let Some(first) = survey.samples.first() else { return <_>::default() };
        let (mut remarks, mut faults): (Vec<Remark>, Vec<Told>) = <_>::default();
        for tag in tags {
            let language = tag.and_then(|tag| Language::parse(&tag).ok());
            let reader = Attendee { language: language.or_else(|| first.language.clone()), ..first.clone() };
            // Whoever is in no row any more has the same columns, and nothing in them.
            let removed = Attendee { cells: vec![String::new(); reader.cells.len()], ..reader.clone() };
            for reader in [reader, removed] {
                match self.words(&reader, Occasion::Cancel, now) {
                    Ok((words, link)) => {
                        for finding in self.read(&words, &link, Occasion::Cancel, 0) {
                            note(&mut remarks, Remark::of(finding));
                        }
                    }
                    Err(told) if !faults.contains(&told) => faults.push(told),
                    Err(_) => {}
                }
            }
        }
        (remarks.into_iter().map(|remark| remark.finding).collect(), faults)
    }

    /// What there is to say of one mail, of a size where it is known; `None` where it cannot be made.
    pub(super) fn findings(
        &self,
        attendee: &Attendee,
        occasion: Occasion,
        octets: usize,
        now: Timestamp,
    ) -> Option<Vec<Finding>> {
        let (words, link) = self.words(attendee, occasion, now).ok()?;
        Some(self.read(&words, &link, occasion, octets))
    }

    /// One mail's words and its link.
    fn words(&self, attendee: &Attendee, occasion: Occasion, now: Timestamp) -> Result<(Invitation, JoinLink), Told> {
        let link = self.link(attendee, &self.user_id(&attendee.key))?;
        let of_link = (occasion == Occasion::Invite).then_some(&link);
        let facts = Facts { occasion, link: of_link, ..self.facts(attendee, &link, now) };
        let rendered = self.templates.render(&facts);
        let rendered = rendered.map_err(|problem| Told::new(problem.to_string()).hint(problem.hint()))?;
        Ok((rendered.invitation, link))
    }

    fn read(&self, words: &Invitation, link: &JoinLink, occasion: Occasion, octets: usize) -> Vec<Finding> {
        let mut findings = lint(&Proof {
            subject: &words.subject,
            text: &words.text,
            html: &words.html,
            link: link.expose(),
            others: &[],
            from_domain: self.from.address.domain(),
            octets,
        });
        findings.retain(|finding| occasion == Occasion::Invite || !finding.misses_link());
        findings
    }
}

/// Adds a remark, each thing once: where one says the same already, it gains the languages.
fn note(remarks: &mut Vec<Remark>, new: Remark) {
    match remarks.iter_mut().find_map(|known| known.finding.takes_in(&new.finding).then_some(known)) {
        Some(known) => {
            for language in new.languages {
                if !known.languages.contains(&language) {
                    known.languages.push(language);
                }
            }
        }
        None => remarks.push(new),
    }
}
