//! Who reads which template: a language, what is near to it, the event's, English.

use super::{Occasion, Part, Templates, builtin};
use crate::model::Language;

/// The template chosen for a part.
#[derive(Debug)]
pub(super) struct Choice<'a> {
    /// Its name in Tera.
    pub(super) name: &'a str,
    /// The language it is written in.
    pub(super) language: &'a str,
    /// Whether it is the organiser's own.
    pub(super) own: bool,
}

impl Templates {
    /// Whether there are words in a language, or a file of the organiser's own for all languages.
    #[must_use]
    pub fn speaks(&self, occasion: Occasion, language: &Language, of_event: &Language) -> bool {
        let [_, text, _] = Part::of_mail(occasion);
        let choice = self.choose(text, language, of_event);
        let is_for_all = self.own.get(&(String::new(), text)).is_some_and(|name| name == choice.name);
        is_for_all || language.fallbacks().any(|tag| tag == choice.language)
    }

    /// The language of the words that somebody gets who asks for this one.
    #[must_use]
    pub fn spoken_to<'a>(&'a self, language: &'a Language, of_event: &'a Language) -> &'a str {
        self.choose(Part::Text, language, of_event).language
    }

    /// The parts of a mail that are not in a language in which others of it are the organiser's own: the file that
    /// is missing, and the language that is read in its place.
    #[must_use]
    pub fn lacking<'a>(
        &'a self,
        occasion: Occasion,
        language: &'a Language,
        of_event: &'a Language,
    ) -> Vec<(&'static str, &'a str)> {
        let calendar = (occasion == Occasion::Invite).then_some(Part::Calendar);
        let parts = Part::of_mail(occasion).into_iter().chain(calendar);
        let chosen: Vec<_> = parts.map(|part| (part, self.choose(part, language, of_event))).collect();
        let speaks = |choice: &Choice<'_>| language.fallbacks().any(|tag| tag == choice.language);
        if !chosen.iter().any(|(_, choice)| choice.own && speaks(choice)) {
            return Vec::new();
        }
        // What is the organiser's own for all languages is meant so, or told of as half a mail.
        let others = chosen.into_iter().filter(|(_, choice)| !speaks(choice) && !choice.own);
        others.map(|(part, choice)| (part.file_name(), choice.language)).collect()
    }

    /// Chooses, in this order: own language, own default, built-in language, own and built-in language of the
    /// event, built-in default.
    pub(super) fn choose<'a>(&'a self, part: Part, wanted: &'a Language, of_event: &'a Language) -> Choice<'a> {
        let own = |tag: &str| {
            let name = if self.own.is_empty() { None } else { self.own.get(&(tag.to_owned(), part)) };
            name.map(String::as_str)
        };
        let of_own = |tag: &'a str| own(tag).map(|name| Choice { name, language: tag, own: true });
        let of_ours =
            |tag: &'a str| builtin::in_language(part, tag).map(|name| Choice { name, language: tag, own: false });
        let for_all = || own("").map(|name| Choice { name, language: of_event.as_str(), own: true });
        let ours = || Choice { name: builtin::default(part), language: builtin::DEFAULT_LANGUAGE, own: false };
        wanted
            .fallbacks()
            .find_map(of_own)
            .or_else(for_all)
            .or_else(|| wanted.fallbacks().find_map(of_ours))
            .or_else(|| of_event.fallbacks().find_map(|tag| of_own(tag).or_else(|| of_ours(tag))))
            .unwrap_or_else(ours)
    }
}
