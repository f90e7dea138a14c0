//! What is wrong with broken templates, and where.

use std::{path::Path, sync::Arc};

use super::{Scene, folder, own};
use crate::{
    invitation::{TemplateFault, TemplateProblem, TemplateWarning, Templates},
    model::Headers,
};

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
    let render = |files: &[(&str, &str)]| own(files).render(&Scene::new().facts()).unwrap_err().fault.message;
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
    assert_eq!(templates.render(&Scene::new().facts()).unwrap_err().fault.line, Some(2));
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
    assert!(problem.to_string().ends_with("none: there is no such folder of templates"), "{problem}");
}

#[test]
fn files_are_told_of_by_their_way_from_the_event() {
    let dir = folder(&[("tpl/invite.txt", "{{ typo }}"), ("good/invite.txt", "no link"), ("good/x.txt", "")]);
    let load = |name: &str| Templates::load_beside(dir.path(), Some(&dir.path().join(name)));
    assert_eq!(load("tpl").unwrap_err().to_string(), "tpl/invite.txt:1:4: `typo` is not defined");
    assert_eq!(load("none").unwrap_err().to_string(), "none: there is no such folder of templates");
    let good = load("good").unwrap();
    let problem = good.render(&Scene::new().facts()).unwrap_err().to_string();
    assert!(problem.starts_with("good/invite.txt: "), "{problem}");
    assert!(good.warnings().iter().all(|warning| warning.to_string().starts_with("good/")));
    let elsewhere = Templates::load_beside(Path::new("/nowhere"), Some(&dir.path().join("tpl"))).unwrap_err();
    assert!(elsewhere.to_string().starts_with('/'));
}

#[test]
fn half_a_mail_in_another_language_is_warned_about() {
    let told = |files: &[&str]| {
        let files: Vec<_> = files.iter().map(|name| (*name, "{{ link }}")).collect();
        own(&files).warnings().iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    let german = told(&["invite.txt", "invite.html", "de/invite.txt"]);
    assert_eq!(german.len(), 1, "{german:#?}");
    assert!(german[0].contains("readers of `de`") && german[0].ends_with("de/invite.html"), "{german:#?}");
    assert_eq!(told(&["invite.txt", "invite.html", "de/invite.html", "fr/invite.txt"]).len(), 2);
    assert_eq!(told(&["de/invite.txt", "de/invite.html", "de-AT/invite.txt"]), [""; 0]);
    assert_eq!(told(&["de/invite.txt"]).len(), 1);
}

#[test]
fn own_subjects_say_that_they_go_before_the_setting() {
    let templates = own(&[("invite.subject.txt", "a"), ("de/invite.subject.txt", "b")]);
    let told: Vec<_> = templates.ignored_subjects().iter().map(ToString::to_string).collect();
    assert!(told[0].ends_with("invite.subject.txt: this file is the subject, `subject` under [mail] is ignored"));
    assert!(told[1].ends_with("is ignored for readers of `de`"));
    assert_eq!(own(&[("de/invite.txt", "{{ link }}")]).ignored_subjects(), []);
}

#[test]
fn a_column_that_is_not_there_is_an_error_even_where_tera_is_silent() {
    let templates = own(&[
        ("invite.txt", "{{ link }}\n{% if row[\"emial\"] %}x{% endif %}"),
        ("invite.html", "{{ link }}{{ row.vip | default(value=\"\") }}"),
    ]);
    let problem = templates.render(&Scene::new().facts()).unwrap_err().fault;
    assert_eq!((problem.line, problem.column), (Some(2), Some(7)));
    assert_eq!(problem.hint, "did you mean `email`?");
    assert!(problem.file.ends_with("invite.txt") && problem.available.contains(&"name".to_owned()));
    let mut scene = Scene::new();
    scene.attendee.headers = Arc::new(Headers(vec!["emial".into()]));
    scene.render(&templates);
}

#[test]
fn what_a_template_does_wrong_for_everybody_is_told_from_what_a_row_does() {
    let problem = |files: &[(&str, &str)]| own(files).render(&Scene::new().facts()).unwrap_err();
    assert!(problem(&[("invite.txt", "{{ attendee.name }}")]).is_template());
    assert!(problem(&[("invite.txt", "{{ link }}{{ row[\"Nope\"] }}")]).is_template());
    assert!(problem(&[("invite.subject.txt", " ")]).is_template());
    assert!(problem(&[("invite.subject.txt", "{{ note }}")]).is_template());
    assert!(!problem(&[("invite.subject.txt", "{% if attendee.moderator %}x{% endif %}")]).is_template());
    assert!(!problem(&[("invite.txt", "{{ link }}{{ attendee.name + 1 }}")]).is_template());
}

#[test]
fn what_is_undefined_only_when_rendered_is_named() {
    let problem = |source: &str| own(&[("invite.txt", source)]).render(&Scene::new().facts()).unwrap_err();
    let computed = problem("é {{ link }}\n{% set k = \"Nope\" %}{{ row[k] }}");
    assert!(computed.to_string().ends_with("invite.txt:2:24: `row[k]` is not defined"), "{computed}");
    assert!(computed.hint().contains("email, name") && computed.is_template());
}
