//! The built-in templates are made from one skeleton, one style sheet and the words of each language.
//!
//! `ROOMKEY_WRITE_TEMPLATES=1 cargo test --test it built_in` writes them; without it, they are held to
//! what they are made of.

use std::{collections::BTreeMap, fs, path::PathBuf};

use roomkey::invitation::wrap_under;

use crate::support::variable;

/// The languages, the first without a folder of its own.
pub(crate) const LANGUAGES: [&str; 9] = ["en", "de", "fr", "es", "pt", "tr", "pl", "ja", "ar"];
const FILES: [&str; 7] = [
    "invite.subject.txt",
    "invite.txt",
    "invite.html",
    "invite.calendar.txt",
    "cancel.subject.txt",
    "cancel.txt",
    "cancel.html",
];

type Words = BTreeMap<String, String>;

fn templates() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("templates")
}

fn source(name: &str) -> String {
    let path = templates().join("source").join(name);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn words(language: &str) -> Words {
    let mut words: Words = toml::from_str(&source(&format!("words/{language}.toml"))).unwrap();
    let of_session = words["button"].replace("{title}", "{session}");
    words.insert("button_session".to_owned(), of_session);
    words
}

/// What mail programs show beside the subject.
fn preheader(file: &str) -> String {
    let one = |of: &str| {
        format!("{{{{ {of}window.starts.date }}}}, {{{{ {of}window.meeting }}}} ({{{{ {of}window.place }}}})")
    };
    if file.starts_with("cancel") {
        return one("");
    }
    let several =
        format!("{{% for session in sessions %}}{{{{ session.title }}}}: {}. {{% endfor %}}", one("session."));
    format!("{{% if several %}}{several}{{% else %}}{}{{% endif %}}", one(""))
}

/// Parts two things of one kind within brackets.
fn semicolon(language: &str) -> &'static str {
    match language {
        "fr" => "\u{202f}; ",
        "ja" => "、",
        "ar" => "؛ ",
        _ => "; ",
    }
}

/// What stands between two sentences.
fn between_sentences(words: &Words) -> &'static str {
    if words["help_time"].contains(' ') { " " } else { "" }
}

/// What the words leave to be filled in: in plain text, and in HTML.
const FILLED_IN: [(&str, &str, &str); 7] = [
    ("organizer", "{{ event.organizer.name }}", "<bdi>{{ event.organizer.name }}</bdi>"),
    ("title", "{{ event.title }}", "<bdi>{{ event.title }}</bdi>"),
    ("session", "{{ session.title }}", "<bdi>{{ session.title }}</bdi>"),
    (
        "email",
        "{{ event.organizer.email }}",
        "<a class=\"plain\" dir=\"ltr\" href=\"mailto:{{ event.organizer.email }}\">{{ event.organizer.email }}</a>",
    ),
    ("works", "{{ window.works }}", "<strong>{{ window.works }}</strong>"),
    (
        "zone",
        "{{ window.place }}{% if window.works_utc %}{and}{{ window.works_utc }}{% endif %}",
        "<span class=\"whole\">{{ window.place }}</span>{% if window.works_utc %}{and}{{ window.works_utc }}{% endif %}",
    ),
    ("opens", "{{ window.opens.time }}", "{{ window.opens.time }}"),
];

fn plain(text: &str) -> String {
    let filled =
        FILLED_IN.iter().fold(text.to_owned(), |text, (name, plain, _)| text.replace(&format!("{{{name}}}"), plain));
    filled.replace("**", "")
}

fn html(text: &str) -> String {
    assert!(!text.contains(['<', '>', '&']), "{text}");
    let filled =
        FILLED_IN.iter().fold(text.to_owned(), |text, (name, _, html)| text.replace(&format!("{{{name}}}"), html));
    let mut bold = false;
    let mut out = String::new();
    for (n, piece) in filled.split("**").enumerate() {
        if n > 0 {
            bold = !bold;
            out.push_str(if bold { "<strong>" } else { "</strong>" });
        }
        out.push_str(piece);
    }
    assert!(!bold, "{text}");
    out
}

/// Puts the words of a language into a piece of plain text.
fn in_text(keys: &str, words: &Words) -> String {
    let (kind, keys) = keys.split_once(' ').unwrap();
    let texts: Vec<_> = keys.split(' ').map(|key| plain(&words[key])).collect();
    let text = texts.join(between_sentences(words));
    let is_filled_in = text.contains("{{");
    match kind {
        "line" => text,
        "paragraph" if is_filled_in => format!("{{% filter wrap %}}{text}{{% endfilter %}}"),
        "paragraph" => wrap_under("", &text),
        "item" if is_filled_in => format!("  - {text}"),
        "item" => wrap_under("  - ", &text),
        other => panic!("[[{other} …]]"),
    }
}

/// Replaces each `[[…]]`.
fn filled(skeleton: &str, fill: impl Fn(&str) -> String) -> String {
    let mut out = String::new();
    let mut rest = skeleton;
    while let Some(start) = rest.find("[[") {
        let end = start + rest[start..].find("]]").unwrap();
        out.push_str(&rest[..start]);
        out.push_str(&fill(&rest[start + 2..end]));
        rest = &rest[end + 2..];
    }
    out + rest
}

/// Stands where the logo goes while styles are put inline.
const LOGO: &str = "[logo]";

fn made(language: &str, file: &str) -> String {
    let words = words(language);
    let separated = |page: String| page.replace("{and}", semicolon(language));
    if file.contains("txt") {
        return separated(filled(&source(file), |keys| in_text(keys, &words)));
    }
    let rtl = language == "ar";
    let (dir, start) = if rtl { ("rtl", "right") } else { ("ltr", "left") };
    let style = filled(&source("style.css"), |_| start.to_owned());
    let content = filled(source(file).trim_end(), |keys| {
        let texts: Vec<_> = keys.split(' ').map(|key| html(&words[key])).collect();
        texts.join(between_sentences(&words))
    });
    let content = separated(content);
    let page = filled(&source("frame.html"), |key| match key {
        "lang" => language.to_owned(),
        "dir" => dir.to_owned(),
        "style" => style.clone(),
        "preheader" => preheader(file),
        "content" => content.clone(),
        // The inliner would put its attributes into any order.
        "logo" => LOGO.to_owned(),
        other => panic!("[[{other}]]"),
    });
    let options = css_inline::CSSInliner::options().keep_at_rules(true).load_remote_stylesheets(false);
    let inlined = options.build().inline(&page).unwrap();
    assert_eq!(tags(&inlined), tags(&page), "{language}/{file}: the tags stay in their order");
    format!("{}\n", inlined.replace(&format!("{LOGO}\n"), &source("logo.html")).trim_end())
}

/// Tera's tags in their order.
fn tags(template: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut rest = template;
    while let Some(start) = rest.find("{{").into_iter().chain(rest.find("{%")).min() {
        let close = if rest[start..].starts_with("{{") { "}}" } else { "%}" };
        let end = start + rest[start..].find(close).unwrap() + 2;
        found.push(&rest[start..end]);
        rest = &rest[end..];
    }
    found
}

fn path(language: &str, file: &str) -> PathBuf {
    if language == LANGUAGES[0] { templates().join(file) } else { templates().join(language).join(file) }
}

#[test]
fn the_built_in_templates_are_what_they_are_made_of() {
    let writes = variable("ROOMKEY_WRITE_TEMPLATES").is_some();
    for language in LANGUAGES {
        for file in FILES {
            let (path, made) = (path(language, file), made(language, file));
            if writes {
                fs::create_dir_all(path.parent().unwrap()).unwrap();
                fs::write(&path, &made).unwrap();
            }
            let there = fs::read_to_string(&path).unwrap_or_default();
            assert!(there == made, "{} is not what templates/source makes", path.display());
        }
    }
}

#[test]
fn every_language_says_all_that_the_others_say() {
    let english = words("en");
    for language in LANGUAGES {
        let words = words(language);
        assert_eq!(words.keys().collect::<Vec<_>>(), english.keys().collect::<Vec<_>>(), "{language}");
        for (key, text) in &words {
            for (name, ..) in FILLED_IN {
                let is_there = |text: &str| text.contains(&format!("{{{name}}}"));
                assert_eq!(is_there(text), is_there(&english[key]), "{language}: {key}: {name}");
            }
            assert_eq!(text.matches("**").count() % 2, 0, "{language}: {key}");
        }
    }
}
