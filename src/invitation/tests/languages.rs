//! Which language speaks, and how it writes dates.

use super::{Scene, built_in, fixture, own};

#[test]
fn an_unknown_language_gets_the_built_in_default() {
    let mut scene = Scene::new();
    scene.language = fixture::lang("nl");
    let mail = scene.render(&built_in());
    assert_eq!(mail.language.as_str(), "en");
    assert!(mail.text.contains("Saturday, 5 December 2026"));
    scene.language = fixture::lang("fr");
    let templates = own(&[("fr/invite.txt", "{{ window.starts.date }} {{ link }}"), ("fr/invite.html", "{{ link }}")]);
    assert!(scene.render(&templates).text.starts_with("samedi 5 décembre 2026 "));
    let templates = own(&[("xx/invite.txt", "{{ window.starts.date }} {{ link }}"), ("xx/invite.html", "{{ link }}")]);
    scene.language = fixture::lang("xx");
    scene.event.language = fixture::lang("de");
    assert!(scene.render(&templates).text.starts_with("Samstag, 5. Dezember 2026 "));
}

#[test]
fn the_readers_region_decides_how_dates_are_written() {
    let mut scene = Scene::new();
    scene.language = fixture::lang("en-US");
    let mail = scene.render(&built_in());
    for words in ["Saturday, December 5, 2026", "2:00 PM to 5:00 PM", "1:00 PM to 4:00 PM UTC"] {
        assert!(mail.text.contains(words) && mail.html.contains(words), "{}", mail.text);
    }
    assert!(mail.text.is_ascii() && mail.html.is_ascii());
    // A language without words gets the English ones, and the event's way to write English.
    scene.language = fixture::lang("nl");
    assert!(scene.render(&built_in()).text.contains("Saturday, 5 December 2026"));
    scene.event.language = fixture::lang("en-US");
    assert!(scene.render(&built_in()).text.contains("Saturday, December 5, 2026"));
}

#[test]
fn latin_letters_are_isolated_where_others_run_the_other_way() {
    let phrase = "{{ window.meeting_utc }}|{{ window.place }}|{{ window.starts.relative }} {{ link }}";
    let templates =
        own(&[("ar/invite.subject.txt", "{{ window.brief }}"), ("ar/invite.txt", phrase), ("ar/invite.html", phrase)]);
    let mut scene = Scene::new();
    scene.language = fixture::lang("ar");
    let mail = scene.render(&templates);
    let expected = "\u{200F}من 1:00 م إلى 4:00 م \u{2068}UTC\u{2069}|\u{2068}Berlin, CET\u{2069}|خلال 9 أيام https";
    assert!(mail.text.starts_with(expected), "{:?}", mail.text);
    assert!(mail.html.starts_with(expected), "{:?}", mail.html);
    assert_eq!(mail.subject, "السبت، 5 ديسمبر 2026، 2:00 م – 5:00 م CET");
}
