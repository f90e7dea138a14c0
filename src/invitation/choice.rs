//! Who reads which template: a language, what is near to it, the event's, English.

use super::{Part, Templates, builtin};
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
    pub fn speaks(&self, language: &Language, of_event: &Language) -> bool {
        let choice = self.choose(Part::Text, language, of_event);
        let is_for_all = self.own.get(&(String::new(), Part::Text)).is_some_and(|name| name == choice.name);
        is_for_all || language.fallbacks().any(|tag| tag == choice.language)
    }

    /// The language of the words that somebody gets who asks for this one.
    #[must_use]
    pub fn spoken_to<'a>(&'a self, language: &'a Language, of_event: &'a Language) -> &'a str {
        self.choose(Part::Text, language, of_event).language
    }

    /// Chooses, in this order: own language, own default, built-in language, own and built-in language of the
    /// event, built-in default.
    pub(super) fn choose<'a>(&'a self, part: Part, wanted: &'a Language, of_event: &'a Language) -> Choice<'a> {
        if !self.own.is_empty() {
            for tag in wanted.fallbacks() {
                if let Some(name) = self.own.get(&(tag.to_owned(), part)) {
                    return Choice { name, language: tag, own: true };
                }
            }
            if let Some(name) = self.own.get(&(String::new(), part)) {
                return Choice { name, language: of_event.as_str(), own: true };
            }
        }
        for tag in wanted.fallbacks() {
            if let Some(name) = builtin::in_language(part, tag) {
                return Choice { name, language: tag, own: false };
            }
        }
        for tag in of_event.fallbacks() {
            if let Some(name) = self.own.get(&(tag.to_owned(), part)) {
                return Choice { name, language: tag, own: true };
            }
            if let Some(name) = builtin::in_language(part, tag) {
                return Choice { name, language: tag, own: false };
            }
        }
        Choice { name: builtin::default(part), language: builtin::DEFAULT_LANGUAGE, own: false }
    }
}
