//! The sentence that it is recorded who came.

use std::collections::HashSet;

use super::{Scene, built_in, fixture, own};
use crate::model::Mailbox;

const LANGUAGES: [&str; 9] = ["en", "de", "fr", "es", "pt", "tr", "pl", "ja", "ar"];

/// What of a text stands in no other.
fn added<'a>(longer: &'a str, shorter: &str, between: &str) -> Vec<&'a str> {
    let known: HashSet<&str> = shorter.split(between).collect();
    longer.split(between).filter(|piece| !known.contains(piece)).collect()
}

fn without_blanks(text: &str) -> String {
    text.split_whitespace().collect()
}

#[test]
fn it_is_one_paragraph_of_text_and_html_in_every_language_and_the_rest_stays_as_it_is() {
    let mut sentences = HashSet::new();
    for tag in LANGUAGES {
        let mut scene = Scene::new();
        scene.language = fixture::lang(tag);
        let quiet = scene.render(&built_in());
        scene.attendance_notice = true;
        let told = scene.render(&built_in());
        let [text] = added(&told.text, &quiet.text, "\n\n")[..] else { panic!("{tag}: {}", told.text) };
        let [html] = added(&told.html, &quiet.html, "\n")[..] else { panic!("{tag}: {}", told.html) };
        assert_eq!(told.text.replace(&format!("{text}\n\n"), ""), quiet.text, "{tag}");
        assert_eq!(told.html.replace(&format!("{html}\n"), ""), quiet.html, "{tag}");
        assert_eq!(told.subject, quiet.subject);
        let inner = html.strip_prefix("<p style=\"margin: 0 0 12px 0;\">").and_then(|html| html.strip_suffix("</p>"));
        let inner = inner.unwrap_or_else(|| panic!("{tag}: {html}"));
        assert!(inner.contains("<bdi>Grace Hopper</bdi>"), "{tag}: {inner}");
        let plain = inner.replace("<bdi>", "").replace("</bdi>", "");
        assert_eq!(without_blanks(text), without_blanks(&plain), "{tag}");
        assert!(text.lines().all(|line| line.chars().count() <= 72), "{tag}: {text}");
        sentences.insert(plain);
    }
    assert_eq!(sentences.len(), LANGUAGES.len(), "{sentences:?}");
    assert!(sentences.contains("Grace Hopper uses the personal links to record who joins and leaves, and when."));
}

#[test]
fn it_stands_below_the_line_that_the_link_is_the_reader_s_own() {
    let mut scene = Scene::new();
    scene.attendance_notice = true;
    let mail = scene.render(&built_in());
    for part in [&mail.text, &mail.html] {
        let part = part.split_whitespace().collect::<Vec<_>>().join(" ");
        let at = |words: &str| part.find(words).unwrap_or_else(|| panic!("{words} in {part}"));
        assert!(at("it carries your name") < at("uses the personal links"), "{part}");
        assert!(at("uses the personal links") < at("Keep this mail."), "{part}");
        assert!(at("uses the personal links") < at("If it does not work:"), "{part}");
    }
}

#[test]
fn own_templates_are_given_it_where_there_is_one_to_give() {
    let templates = own(&[
        ("invite.txt", "{{ link }}[{{ attendance_notice }}]"),
        ("invite.html", "{{ link }}{% if attendance_notice %}<i>{{ attendance_notice }}</i>{% endif %}"),
    ]);
    let mut scene = Scene::new();
    scene.event.organizer = Mailbox::parse("\"Tom & Ann\" <tom@example.org>").unwrap();
    let quiet = scene.render(&templates);
    assert!(quiet.text.contains("[]") && !quiet.html.contains("<i>"), "{}", quiet.text);
    scene.attendance_notice = true;
    let told = scene.render(&templates);
    assert!(told.text.contains("[Tom & Ann uses the personal links"), "{}", told.text);
    assert!(told.html.contains("<i><bdi>Tom &amp; Ann</bdi> uses the personal links"), "{}", told.html);
    // Nobody translated it into Italian.
    let templates = own(&[("it/invite.txt", "{{ link }} {{ attendance_notice }}"), ("invite.html", "{{ link }}")]);
    scene.language = fixture::lang("it");
    scene.event.organizer = Mailbox::parse("tom@example.org").unwrap();
    assert!(scene.render(&templates).text.contains("tom@example.org uses the personal links to record"));
}
