//! A few mails, read before they leave as their readers would read them.
//!
//! What is wrong with words and styles is wrong in all mails of a language: one for each language,
//! and those of the telling rows, stand for the rest.

use jiff::Timestamp;

use super::{press::Press, survey::Survey};
use crate::{
    message::lint::{Finding, Proof, lint},
    model::{Attendee, Language},
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
            let Some(findings) = self.findings(&attendee, octets, now) else { continue };
            let language = self.language(&attendee).clone();
            if !seen.contains(&language) {
                seen.push(language.clone());
            }
            for finding in findings {
                note(&mut remarks, finding, &language);
            }
        }
        for remark in &mut remarks {
            if remark.languages.len() == seen.len() {
                remark.languages.clear();
            }
        }
        remarks
    }

    /// What there is to say of one mail, of a size where it is known; `None` where it cannot be made.
    fn findings(&self, attendee: &Attendee, octets: usize, now: Timestamp) -> Option<Vec<Finding>> {
        let link = self.link(attendee, &self.user_id(&attendee.key)).ok()?;
        let words = self.templates.render(&self.facts(attendee, &link, now)).ok()?.invitation;
        Some(lint(&Proof {
            subject: &words.subject,
            text: &words.text,
            html: &words.html,
            link: link.expose(),
            from_domain: self.from.address.domain(),
            octets,
        }))
    }
}

fn note(remarks: &mut Vec<Remark>, finding: Finding, language: &Language) {
    match remarks.iter_mut().find_map(|known| known.finding.takes_in(&finding).then_some(known)) {
        Some(known) if known.languages.contains(language) => {}
        Some(known) => known.languages.push(language.clone()),
        None => remarks.push(Remark { finding, languages: vec![language.clone()] }),
    }
}
