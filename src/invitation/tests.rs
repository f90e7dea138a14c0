//! What templates become, and what is wrong with broken ones.

use std::{fs, path::Path, sync::Arc};

use super::{
    Facts, Part, Phrase, TemplateFault, TemplateProblem, TemplateWarning, Templates, export, fixture, variables,
};
use crate::model::{Attendee, Event, Headers, Invitation, JoinLink, Language, Mailbox};

struct Scene {
    attendee: Attendee,
    event: Event,
    language: Language,
    link: JoinLink,
    note: Option<&'static str>,
    subject: Option<Phrase>,
    greeting: Option<Phrase>,
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
            event: &self.event,
            language: &self.language,
            link: &self.link,
            note: self.note,
            subject_line: self.subject.as_ref(),
            greeting: self.greeting.as_ref(),
        }
    }

    fn render(&self, templates: &Templates) -> Invitation {
        templates.render(&self.facts()).unwrap()
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

fn faults(files: &[(&str, &str)]) -> Vec<TemplateFault> {
    let dir = folder(files);
    let TemplateProblem(mut faults) = Templates::load(Some(dir.path())).unwrap_err();
    for fault in &mut faults {
        fault.file = Path::new(&fault.file).strip_prefix(dir.path()).unwrap().display().to_string();
    }
    faults
}

fn places(files: &[(&str, &str)]) -> Vec<String> {
    faults(files).iter().map(ToString::to_string).collect()
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
        for words in ["Europe/Berlin", "moderator", "New time!", "19:00", "Bring a laptop.", "Keep this mail"] {
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
    assert!(templates.uses_note(&fixture::lang("en")) && !templates.uses_note(&fixture::lang("de")));
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
fn an_unknown_language_gets_the_built_in_default() {
    let mut scene = Scene::new();
    scene.language = fixture::lang("fr");
    let mail = scene.render(&built_in());
    assert_eq!(mail.language.as_str(), "en");
    assert!(mail.text.contains("Saturday, 5 December 2026"));
    let templates = own(&[("fr/invite.txt", "{{ window.starts.date }} {{ link }}"), ("fr/invite.html", "{{ link }}")]);
    assert!(scene.render(&templates).text.starts_with("2026-12-05"));
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
fn a_column_that_is_not_there_is_an_error_even_where_tera_is_silent() {
    let templates = own(&[
        ("invite.txt", "{{ link }}\n{% if row[\"emial\"] %}x{% endif %}"),
        ("invite.html", "{{ link }}{{ row.vip | default(value=\"\") }}"),
    ]);
    let problem = templates.render(&Scene::new().facts()).unwrap_err().0;
    assert_eq!((problem.line, problem.column), (Some(2), Some(7)));
    assert_eq!(problem.hint, "did you mean `email`?");
    assert!(problem.file.ends_with("invite.txt") && problem.available.contains(&"name".to_owned()));
    let mut scene = Scene::new();
    scene.attendee.headers = Arc::new(Headers(vec!["emial".into()]));
    scene.render(&templates);
}

#[test]
fn every_fault_of_every_file_is_told_with_its_place() {
    let told = places(&[
        ("invite.txt", "{{ link }}\n{{ attendee.nmae }}\n{% if typo %}x{% endif %}{{ other or \"x\" }}"),
        ("invite.html", "<p>\n{{ link </p>"),
        ("de/invite.txt", "{% include \"footre.txt\" %}{{ link | shout }}"),
        ("de/invite.html", "{% if event.organizer.nam %}{{ window.starts }}{% endif %}{{ __tera_context }}"),
        ("footer.txt", "bye"),
    ]);
    let expected = [
        "de/invite.html:1:7: `event.organizer` has no `nam`",
        "de/invite.html:1:32: `window.starts` is a group of values, it cannot be printed as a whole",
        "de/invite.html:1:62: `__tera_context` would put everything into the mail",
        "de/invite.txt:1:12: there is no `footre.txt` to include",
        "de/invite.txt:1:37: unknown filter `shout`",
        "invite.html:2:9: ",
        "invite.txt:2:4: `attendee` has no `nmae`",
        "invite.txt:3:7: `typo` is not defined",
        "invite.txt:3:29: `other` is not defined",
    ];
    assert_eq!(told.len(), expected.len(), "{told:#?}");
    for (told, expected) in told.iter().zip(expected) {
        assert!(told.starts_with(expected), "{told} is not {expected}");
    }
}

#[test]
fn faults_say_the_way_out() {
    let found = faults(&[("invite.txt", "{{ link }}{{ attendee.nmae }}{{ evnt.title }}")]);
    assert_eq!(found[0].hint, "did you mean `name`?");
    assert!(found[0].available.contains(&"first_name".to_owned()));
    assert_eq!(found[1].hint, "did you mean `event`?");
}

#[test]
fn templates_that_make_names_themselves_pass() {
    own(&[
        (
            "invite.txt",
            "{% set who = attendee.name %}{{ who }}{% for s in sessions %}{{ loop.index }}{{ s.window.starts.time }}\
             {{ s.link }}{% endfor %}{% for k, v in row %}{{ k }}{{ v }}{% endfor %}{% include \"foot.txt\" %}",
        ),
        ("foot.txt", "{{ who | upper }}{% raw %}{{ typo }}{% endraw %}{# {{ typo }} #}{{ link }}"),
        ("invite.html", "{{ link }}{{ attendee[\"name\"] }}{{ sessions[0].link }}{% if note is defined %}{% endif %}"),
    ]);
    let told = places(&[("invite.txt", "{% for s in sessions %}{% if s.lnik %}{% endif %}{% endfor %}{{ link }}")]);
    assert_eq!(told, ["invite.txt:1:30: `s` has no `lnik`"]);
}

#[test]
fn files_that_lead_back_to_themselves_are_told_beside_other_faults() {
    let told = places(&[
        ("invite.txt", "{% include \"a.txt\" %}"),
        ("a.txt", "{% include \"invite.txt\" %}"),
        ("x.html", "{% extends \"y.html\" %}"),
        ("y.html", "{% extends \"x.html\" %}"),
        ("invite.html", "{% include \"invite.html\" %}"),
        ("broken.txt", "{% if %}"),
        ("child.html", "{% extends \"parent.html\" %}{% block a %}{% endblock %}"),
        ("parent.html", "{{ link | shout }}{% block a %}{% endblock %}"),
        ("orphan.html", "{% extends \"gone.html\" %}"),
    ]);
    assert_eq!(told.len(), 6, "{told:#?}");
    assert_eq!(told.iter().filter(|told| told.contains("leads back to itself")).count(), 3, "{told:#?}");
    assert!(told.iter().any(|told| told == "orphan.html:1:12: there is no `gone.html` to extend"));
}

#[test]
fn a_component_that_calls_itself_ends() {
    let source = "{% component A() %}{{ <A /> }}{% endcomponent A %}{{ link }}{{ <A /> }}";
    let problem = own(&[("invite.txt", source)]).render(&Scene::new().facts()).unwrap_err();
    assert!(problem.to_string().contains("recursion"), "{problem}");
}

#[test]
fn what_a_mail_must_not_be_is_refused_when_rendered() {
    let render = |files: &[(&str, &str)]| own(files).render(&Scene::new().facts()).unwrap_err().0.message;
    let endless = "{{ link }}{% for a in range(end=90000) %}{{ event.description }}{% endfor %}";
    assert!(render(&[("invite.txt", endless)]).contains("1 MB"));
    assert!(render(&[("invite.txt", "no key")]).contains("link"));
    assert!(render(&[("invite.txt", "{{ link }}x")]).contains("link"));
    assert!(render(&[("invite.html", "{{ link | upper }}")]).contains("link"));
    assert!(render(&[("invite.subject.txt", " \n ")]).contains("empty"));
    assert!(render(&[("invite.subject.txt", "a\u{202E}b")]).contains("override"));
    let long = "ü".repeat(300);
    assert!(render(&[("invite.subject.txt", long.as_str())]).contains("octets"));
    let thrown = render(&[("invite.txt", "{{ throw(message=link) }}")]);
    assert!(!thrown.contains("jwt"), "{thrown}");
    let templates = own(&[("invite.txt", "{{ link }}\n{{ attendee.name + 1 }}")]);
    assert_eq!(templates.render(&Scene::new().facts()).unwrap_err().0.line, Some(2));
}

#[test]
fn a_subject_is_one_line() {
    let templates = own(&[("invite.subject.txt", "\n {{ event.title }}\n  {{ attendee.name }}\n")]);
    assert_eq!(Scene::new().render(&templates).subject, "Rust for Everyone Ada Lovelace");
}

#[test]
fn what_may_not_be_meant_so_is_warned_about() {
    let dir = folder(&[
        ("invite.txt", "{{ link }}"),
        ("invite.htm", ""),
        ("invite.html.txt", "{{ link }}"),
        ("german/invite.txt", "{{ link }}"),
        ("logo.png", ""),
        ("README.md", ""),
    ]);
    let templates = Templates::load(Some(dir.path())).unwrap();
    let told: Vec<_> = templates.warnings().iter().map(ToString::to_string).collect();
    assert_eq!(told.len(), 4, "{told:#?}");
    assert!(
        matches!(&templates.warnings()[0], TemplateWarning::OnlyOne { missing, .. } if missing.ends_with("invite.html"))
    );
    assert!(told[1].contains("german/invite.txt") && told[1].contains("`de/invite.txt`"));
    assert!(told[2].contains("invite.html.txt") && told[2].ends_with("did you mean `invite.html`?"));
    assert!(told[3].contains("invite.htm:") && told[3].ends_with("did you mean `invite.html`?"));
}

#[test]
fn a_folder_that_is_not_there_is_a_problem() {
    let dir = tempfile::tempdir().unwrap();
    let problem = Templates::load(Some(&dir.path().join("none"))).unwrap_err();
    assert!(problem.to_string().contains("failed to open the folder of templates"));
}

#[test]
fn exported_templates_load_and_give_the_same_mails() {
    let dir = tempfile::tempdir().unwrap();
    let written = export(dir.path()).unwrap();
    assert_eq!(written.len(), 6);
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
