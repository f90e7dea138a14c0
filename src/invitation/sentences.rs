//! Whole sentences that a template is given: the greeting, and that it is recorded who came.
//!
//! Owns: how a name stands within a sentence of each part. The words are `speech`'s.

use tera::Value;

use super::{
    Facts, Part,
    context::{escaped, isolated, organizer_of},
    locale::Locale,
};

/// The greeting, names isolated the way the part needs it; in HTML it is marked as escaped already.
pub(super) fn greeting(facts: &Facts, part: Part, locale: &Locale) -> Value {
    let escape = |text: &str| if part.is_html() { escaped(text) } else { text.to_owned() };
    let name = |text: &str| named(text, part);
    let line = if let Some(phrase) = facts.greeting {
        phrase.fill_with(facts.attendee, facts.event, escape, name)
    } else {
        let [before, after] = locale.speech.greeting;
        let who = facts.attendee;
        let called = if locale.speech.greets_whole_name { &who.name } else { &who.first_name };
        [before, &name(called), after].concat()
    };
    if part.is_html() { Value::safe_string(&line) } else { Value::from(line) }
}

/// That it is recorded who came, and by whom; nothing where it is not, or is not to be said.
pub(super) fn attendance_notice(facts: &Facts, part: Part, locale: &Locale) -> Value {
    if !facts.attendance_notice {
        return Value::from("");
    }
    let [before, after] = locale.speech.notice;
    let line = [before, &named(organizer_of(facts.event), part), after].concat();
    if part.is_html() { Value::safe_string(&line) } else { Value::from(line) }
}

/// A name within a sentence, isolated and escaped the way the part needs it.
fn named(name: &str, part: Part) -> String {
    match part {
        html if html.is_html() => ["<bdi>", &escaped(name), "</bdi>"].concat(),
        subject if subject.is_subject() => name.to_owned(),
        _ => isolated(name, true).into_owned(),
    }
}
