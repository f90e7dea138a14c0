//! What templates become.

mod broken;
mod languages;
mod notice;

use std::fs;

use super::{Facts, Messages, Occasion, Part, Phrase, Templates, export, fixture, variables};
use crate::model::{Attendee, Event, Invitation, JoinLink, Language, Mailbox};

struct Scene {
    attendee: Attendee,
    event: Event,
    language: Language,
    link: JoinLink,
    note: Option<&'static str>,
    subject: Option<Phrase>,
    greeting: Option<Phrase>,
    messages: Option<Messages>,
    attendance_notice: bool,
}

impl Scene {
    fn new() -> Self {
        Self {
            attendee: fixture::ada(),
            event: fixture::event(),
            language: fixture::lang("en"),
            link: fixture::link(),
            note: None,
            subject: None,
            greeting: None,
            messages: None,
            attendance_notice: false,
        }
    }

    fn named(name: &str) -> Self {
        let mut scene = Self::new();
        scene.attendee.name = name.to_owned();
        scene.attendee.first_name = name.to_owned();
        scene
    }

    fn facts(&self) -> Facts<'_> {
        Facts {
            attendee: &self.attendee,
            further: &[],
            event: &self.event,
            language: &self.language,
            link: Some(&self.link),
            occasion: Occasion::Invite,
            calendar: true,
            note: self.note,
            subject_line: self.subject.as_ref(),
            greeting: self.greeting.as_ref(),
            messages: self.messages.as_ref(),
            logo: None,
            attendance_notice: self.attendance_notice,
            now: fixture::now(),
        }
    }

    fn render(&self, templates: &Templates) -> Invitation {
        templates.render(&self.facts()).unwrap().invitation
    }
}

fn built_in() -> Templates {
    Templates::load(None).unwrap()
}

fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    for (name, source) in files {
        let path = dir.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, source).unwrap();
    }
    dir
}

fn own(files: &[(&str, &str)]) -> Templates {
    let dir = folder(files);
    Templates::load(Some(dir.path())).unwrap()
}

#[test]
fn templates_are_shared_by_threads() {
    fn shared<T: Send + Sync>(_: &T) {}
    shared(&built_in());
}

#[test]
fn the_built_in_mail_says_all_that_matters() {
    let mut scene = Scene::new();
    scene.attendee.moderator = true;
    scene.note = Some("New time!");
    let mail = scene.render(&built_in());
    assert_eq!(mail.subject, "Rust for Everyone: your personal link");
    assert_eq!(mail.language.as_str(), "en");
    for part in [&mail.text, &mail.html] {
        for words in ["Grace Hopper", "Saturday, 5 December 2026", "14:00 to 17:00", "13:00 to 16:00 UTC", "13:30"] {
            assert!(part.contains(words), "{words} in {part}");
        }
        for words in ["Berlin, CET", "moderator", "New time!", "19:00", "Bring a laptop.", "Keep this mail"] {
            assert!(part.contains(words), "{words} in {part}");
        }
    }
    assert!(mail.text.contains(&format!("\n<{}>\n", scene.link.expose())));
    assert!(mail.text.is_ascii() && mail.html.is_ascii());
    assert!(mail.text.lines().all(|line| line.len() <= 72 || line.contains("https://")), "{}", mail.text);
    assert!(mail.html.len() < 30_000 && !mail.html.contains("<img"));
    assert!(!Scene::new().render(&built_in()).text.contains("moderator"));
}

#[test]
fn the_built_in_mails_read_well() {
    let mut scene = Scene::new();
    scene.link = JoinLink::new("https://meet.example.org/rust-workshop?jwt=TOKEN".into());
    let english = scene.render(&built_in()).text;
    scene.language = fixture::lang("de-AT");
    scene.attendee.timezone = Some(jiff::tz::TimeZone::get("Asia/Tokyo").unwrap());
    scene.note = Some("Neue Uhrzeit!");
    scene.attendee.moderator = true;
    let german = scene.render(&built_in());
    assert_eq!(german.language.as_str(), "de");
    for line in english.lines().chain(german.text.lines()) {
        assert!(line.chars().count() <= 72, "{line}");
    }
    insta::assert_snapshot!("english_text", english);
    insta::assert_snapshot!("german_text", german.text);
}

#[test]
fn both_parts_say_every_time_with_its_date() {
    let mut scene = Scene::new();
    scene.attendee.window = fixture::window_of("2036-12-05T00:15", "2036-12-05T23:00");
    for (language, phrases) in [
        (
            "en",
            [
                "23:15 UTC on Thursday, 4 December 2036, to 22:00 UTC on Friday, 5 December 2036",
                "from 22:45 UTC on Thursday, 4 December 2036, until 00:00 UTC on Saturday, 6 December 2036",
            ],
        ),
        (
            "de",
            [
                "23:15 Uhr UTC am Donnerstag, 4. Dezember 2036, bis 22:00 Uhr UTC am Freitag, 5. Dezember 2036",
                "von 22:45 Uhr UTC am Donnerstag, 4. Dezember 2036, bis 00:00 Uhr UTC am Samstag, 6. Dezember 2036",
            ],
        ),
    ] {
        scene.language = fixture::lang(language);
        let mail = scene.render(&built_in());
        assert!(mail.text.lines().all(|line| line.chars().count() <= 72 || line.contains("https://")), "{}", mail.text);
        for part in [&mail.text, &mail.html] {
            let part = part.split_whitespace().collect::<Vec<_>>().join(" ");
            assert!(phrases.iter().all(|phrase| part.contains(phrase)), "{part}");
            assert!(part.contains("(Berlin, CET)"), "{part}");
        }
    }
}

#[test]
fn names_are_shown_literally_and_isolated() {
    let scene = Scene::named("{{ link }}<b>&\"Bob\"</b>");
    let mail = scene.render(&built_in());
    assert!(mail.text.starts_with("Hello {{ link }}<b>&\"Bob\"</b>,\n"));
    assert!(mail.html.contains("Hello <bdi>{{ link }}&lt;b&gt;&amp;&quot;Bob&quot;&lt;/b&gt;</bdi>,"));
    let arabic = Scene::named("علي").render(&built_in());
    assert!(arabic.text.contains("Hello \u{2068}علي\u{2069},"));
    assert!(arabic.html.contains("<bdi>علي</bdi>") && !arabic.html.contains('\u{2068}'));
    let chinese = Scene::named("李雷").render(&built_in());
    assert!(chinese.text.contains("Hello 李雷,"));
    let mut scene = Scene::new();
    scene.event.title = "ورشة".into();
    let mail = scene.render(&built_in());
    assert_eq!(mail.subject, "ورشة: your personal link");
}

#[test]
fn the_link_is_escaped_in_html_and_nowhere_else() {
    let scene = Scene::new();
    let mail = scene.render(&built_in());
    let link = scene.link.expose();
    assert!(link.contains('&') && mail.text.contains(link));
    assert!(mail.html.contains(&format!("href=\"{}\"", link.replace('&', "&amp;"))));
}

#[test]
fn own_files_replace_built_in_ones_one_by_one() {
    let templates = own(&[
        ("invite.subject.txt", "own default"),
        ("de/invite.subject.txt", "own {{ attendee.language }}"),
        ("de/invite.html", "<b>{{ attendee.name }}</b> {{ link }}"),
        ("de/invite.txt", "{{ attendee.name }} {{ window.starts.date }} {{ link }}"),
    ]);
    let mut scene = Scene::named("<Ada>");
    let english = scene.render(&templates);
    assert_eq!(english.subject, "own default");
    assert!(english.text.contains("invites you"));
    scene.language = fixture::lang("de-AT");
    let german = scene.render(&templates);
    assert_eq!((german.subject.as_str(), german.language.as_str()), ("own de-AT", "de"));
    assert!(german.html.starts_with("<b>&lt;Ada&gt;</b>"));
    assert!(german.text.starts_with("<Ada> Samstag, 5. Dezember 2026 https://"));
    let parts = templates.own_parts();
    assert_eq!(parts[0], (None, Part::Subject));
    assert_eq!(parts.len(), 4);
    assert!(
        templates.uses_note(Occasion::Invite, &fixture::lang("en"))
            && !templates.uses_note(Occasion::Invite, &fixture::lang("de"))
    );
}

#[test]
fn a_note_counts_as_shown_where_readers_see_it() {
    let shows = |html: &str| {
        let files = [("invite.txt", "{{ note }}{{ link }}"), ("invite.html", html), ("top.html", "{{ note | upper }}")];
        own(&files).uses_note(Occasion::Invite, &fixture::lang("en"))
    };
    assert!(!shows("{% if note %}x{% endif %}{{ link }}"));
    assert!(!shows("{{ \"x\" if note else \"y\" }}{{ link }}"));
    assert!(!shows("{{ note | length }}{{ link }}"));
    assert!(shows("{% if note %}<b>{{ note | breaks }}</b>{% endif %}{{ link }}"));
    assert!(shows("{% set n = note %}{{ row[\"Company\"] }}{{ n }}"));
    assert!(shows("{% if row.kind == \"speaker\" %}{{ note }}{% endif %}"));
    assert!(shows("{% include \"top.html\" %}"));
    assert!(shows("{% extends \"built-in/invite.html\" %}"));
}

#[test]
fn an_own_default_goes_before_a_built_in_language() {
    let templates = own(&[("invite.txt", "own {{ window.starts.date }} {{ link }}"), ("invite.html", "{{ link }}")]);
    let mut scene = Scene::new();
    scene.language = fixture::lang("de");
    let mail = scene.render(&templates);
    assert!(mail.text.starts_with("own Saturday"));
    assert_eq!(mail.language.as_str(), "en");
    assert_eq!(mail.subject, "Rust for Everyone: Ihr persönlicher Link");
}

#[test]
fn settings_go_between_own_and_built_in_subjects() {
    let mut scene = Scene::new();
    scene.subject = Some(Phrase::parse("{title} for {first_name}").unwrap());
    scene.greeting = Some(Phrase::parse("Dear {name} & all,").unwrap());
    let mail = scene.render(&built_in());
    assert_eq!(mail.subject, "Rust for Everyone for Ada");
    assert!(mail.text.starts_with("Dear Ada Lovelace & all,"));
    assert!(mail.html.contains("Dear <bdi>Ada Lovelace</bdi> &amp; all,"));
    assert_eq!(scene.render(&own(&[("invite.subject.txt", "own")])).subject, "own");
}

#[test]
fn own_files_include_and_extend() {
    let templates = own(&[
        ("invite.txt", "{% include \"pieces/top.txt\" %}{{ link }}"),
        ("pieces/top.txt", "{{ row[\"Company \\\"name\\\"\"] }} "),
        ("invite.html", "{% extends \"base.html\" %}{% block body %}{{ super() }}{{ link }}{% endblock %}"),
        ("base.html", "<p>{% block body %}{{ row.email }} {% endblock %}</p>"),
    ]);
    let mail = Scene::new().render(&templates);
    assert!(mail.text.starts_with("Analytical & Sons https://"));
    assert!(mail.html.starts_with("<p>ada@example.org https://"));
    assert_eq!(templates.warnings(), []);
}

#[test]
fn a_subject_is_one_line() {
    let templates = own(&[("invite.subject.txt", "\n {{ event.title }}\n  {{ attendee.name }}\n")]);
    assert_eq!(Scene::new().render(&templates).subject, "Rust for Everyone Ada Lovelace");
}

#[test]
fn exported_templates_load_and_give_the_same_mails() {
    let dir = tempfile::tempdir().unwrap();
    let written = export(dir.path()).unwrap();
    assert_eq!(written.len(), 9 * 7);
    assert!(export(dir.path()).unwrap_err().to_string().contains("is there already"));
    let exported = Templates::load(Some(dir.path())).unwrap();
    assert_eq!(exported.warnings(), []);
    let mut scene = Scene::new();
    for tag in ["en", "de"] {
        scene.language = fixture::lang(tag);
        let (own, built_in) = (scene.render(&exported), scene.render(&built_in()));
        assert_eq!((own.subject, own.text, own.html), (built_in.subject, built_in.text, built_in.html));
    }
}

#[test]
fn every_variable_is_listed_and_can_be_used() {
    let scene = Scene::new();
    let listed = variables(&scene.facts());
    let value = |name: &str| listed.iter().find(|listed| listed.name == name).unwrap().example.as_str();
    assert_eq!(value("window.starts.text"), "Saturday, 5 December 2026, 14:00 (CET)");
    assert_eq!(value("row[\"Company \\\"name\\\"\"]"), "Analytical & Sons");
    assert_eq!(value("link"), "https://meet.example.org/rust-workshop?lang=en&jwt=…");
    assert_eq!(value("sessions[0].link"), value("link"));
    assert_eq!(value("greeting"), "Hello Ada,");
    assert_eq!(value("attendee.last_name"), "Lovelace");
    let mut nameless = Scene::named("Suharto");
    nameless.attendee.last_name.clear();
    let open = variables(&nameless.facts()).into_iter().find(|listed| listed.name == "attendee.last_name").unwrap();
    assert!(open.example.starts_with("(empty"), "{}", open.example);
    let all: Vec<_> = listed.iter().map(|listed| format!("{{{{ {} }}}}", listed.name)).collect();
    let all = all.join("\n");
    let mail = scene.render(&own(&[("invite.txt", all.as_str()), ("invite.html", all.as_str())]));
    assert!(mail.text.contains("Analytical & Sons"));
}

#[test]
fn an_organizer_without_a_name_is_their_address() {
    let mut scene = Scene::new();
    scene.event.organizer = Mailbox::parse("grace@example.org").unwrap();
    assert!(scene.render(&built_in()).text.contains("grace@example.org invites you"));
}
