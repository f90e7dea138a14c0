//! A mail without fault, and each fault alone.

use super::*;

const LINK: &str = "https://meet.example.org/rust-workshop?jwt=aaa.bbb.ccc";

/// What is said of an ordinary mail with a change of ours.
fn found(change: impl FnOnce(&mut Draft)) -> Vec<String> {
    let mut draft = Draft {
        subject: "Rust for Everyone: your personal link".into(),
        text: format!("Hello,\n\n<{LINK}>\n\nsee https://www.example.org/.\n"),
        html: format!("<p>Hello, <a href=\"{}\">enter</a></p>", LINK.replace('=', "&#x3D;")),
        octets: 9000,
    };
    change(&mut draft);
    let Draft { subject, text, html, octets } = &draft;
    let proof =
        Proof { subject, text, html, link: LINK, others: &[], from_domain: "mail.example.org", octets: *octets };
    lint(&proof).iter().map(ToString::to_string).collect()
}

struct Draft {
    subject: String,
    text: String,
    html: String,
    octets: usize,
}

/// Demands exactly one finding that says something.
#[track_caller]
fn says(words: &str, change: impl FnOnce(&mut Draft)) {
    let found = found(change);
    assert!(matches!(&found[..], [one] if one.contains(words)), "{found:?}");
}

#[test]
fn what_is_fetched_what_acts_and_a_subject_that_opens_are_told() {
    for part in [
        "<img srcset='https://tracker.test/a.png 1x, b.png 2x'>",
        "<p style=\"color:red;list-style:url('https://tracker.test/a.png')\">",
        "<style>@import 'https://tracker.test/a.css';</style>",
    ] {
        let said = found(|draft| draft.html.push_str(part));
        assert!(said.iter().any(|line| line.contains("leads to tracker.test")), "{part}: {said:?}");
    }
    for (part, what) in [
        ("<script src='a.js'></script>", "`<script>`"),
        ("<form action='#'>", "`<form>`"),
        ("<a href=' JavaScript:alert(1)'>", "a `javascript:` link"),
    ] {
        let said = found(|draft| draft.html.push_str(part));
        assert!(said.iter().any(|line| line.contains(&format!("the HTML holds {what}"))), "{part}: {said:?}");
    }
    let said = found(|draft| draft.subject = format!("Key: {LINK}"));
    assert!(said.iter().any(|line| line.starts_with("the subject holds the reader's link")), "{said:?}");
}

#[test]
fn an_ordinary_mail_is_left_in_peace() {
    assert_eq!(found(|_| {}), [""; 0]);
    assert_eq!(found(|draft| draft.subject = "RUST 2036: your link".into()), [""; 0]);
    assert_eq!(found(|draft| draft.subject = "東京でのオンライン会議への招待".into()), [""; 0]);
    assert_eq!(found(|draft| draft.text = format!("参加：{LINK}です。また{LINK}。")), [""; 0]);
    assert_eq!(found(|draft| draft.html.push_str("<a href='mailto:a@example.com'><img src='cid:logo'>")), [""; 0]);
    assert_eq!(found(|draft| draft.text.push_str("https://meet.example.org/help, http://localhost:8080/x")), [""; 0]);
}

#[test]
fn subjects_are_short_and_quiet() {
    says("the subject is empty", |draft| draft.subject = " ".into());
    says("has 71 characters", |draft| draft.subject = "é".repeat(71));
    assert_eq!(found(|draft| draft.subject = "é".repeat(70)), [""; 0]);
    says("all capitals", |draft| draft.subject = "IHR PERSÖNLICHER LINK".into());
    assert_eq!(found(|draft| draft.subject = "FOSDEM".replace('F', "f")), [""; 0]);
}

#[test]
fn both_halves_hold_the_readers_link_and_no_other_into_the_room() {
    says("the text does not hold the reader's link", |draft| draft.text = "Hello".into());
    says("the HTML does not hold the reader's link", |draft| draft.html = "<p>Hello".into());
    says("no click follows it", |draft| draft.html = format!("<p>{LINK}"));
    says("the HTML also leads to https://meet.example.org/rust-workshop", |draft| {
        draft.html.push_str("<a href=https://meet.example.org/rust-workshop>");
    });
    says("the text also leads to https://meet.example.org/rust-workshop", |draft| {
        draft.text.push_str("or https://meet.example.org/rust-workshop?jwt=another.secret.token");
    });
    says("the mail leads to https://meet.example.org/other besides", |draft| {
        draft.text.push_str("https://meet.example.org/other?jwt=x.y.z");
        draft.html.push_str("<a href='https://meet.example.org/other#jwt=x.y.z'>");
    });
    let token = found(|draft| draft.text.push_str("https://meet.example.org/other?jwt=secret.x.y")).concat();
    assert!(!token.contains("secret"), "{token}");
}

#[test]
fn links_are_safe_and_lead_home() {
    says("http://www.example.org/map is a link without", |draft| {
        draft.text.push_str("http://www.example.org/map?x=1");
        draft.html.push_str("<a href='http://www.example.org/map#here'>");
    });
    says("leads to track.example.com, which", |draft| {
        draft.html.push_str("<img src='//track.example.com/1.gif'><a href='https://TRACK.example.com:443/2'>");
    });
    says("leads to meet.example.org.evil.example, which", |draft| {
        draft.text.push_str("https://meet.example.org@meet.example.org.evil.example/");
    });
    assert_eq!(found(|draft| draft.html.push_str("<!-- <img src='https://example.com/x'> -->")), [""; 0]);
}

#[test]
fn a_link_of_the_readers_own_is_judged_like_any_other() {
    let link = "http://meet.example.com/room?jwt=a.b.c";
    let html = format!("<a href='{link}'>");
    let proof = Proof {
        subject: "Your link",
        text: link,
        html: &html,
        link,
        others: &[],
        from_domain: "example.org",
        octets: 0,
    };
    assert_eq!(lint(&proof), [Finding::LinkInsecure { link: "http://meet.example.com/room".into() }]);
}

#[test]
fn mails_are_small() {
    says("the mail has 101 kB", |draft| draft.octets = 100_001);
    says("Gmail shows the first 102 kB", |draft| {
        draft.html.push_str(&"x".repeat(102_001));
        draft.octets = 300_000;
    });
}

#[test]
fn what_outlook_or_gmail_ignore_is_named_once() {
    for (words, html) in [
        ("Outlook for Windows ignores `display: flex`", "<div style='display:flex'><p style='display: inline-flex'>"),
        ("ignores `display: grid`", "<style>.a { display: grid !important }</style>"),
        ("ignores `float`", "<img style='float:left'>"),
        ("Gmail, like Outlook for Windows, ignores `position`", "<p style='position:absolute'>"),
        ("ignores `transform`", "<p style='transform:rotate(3deg)'>"),
        ("`column-count`", "<p style='column-count:2'>"),
        ("a negative `margin`", "<p style='margin:0 -8px'>"),
        ("`margin: auto`", "<p style='margin-left:auto'>"),
        ("`max-width` but on tables", "<div style='max-width:600px'>"),
        ("background images", "<td style='background:#fff url(cid:a)'>"),
        ("`max-width` but on tables", "<p style='color:crimson'><!-- [if IE] --><div style='max-width:600px'>"),
        ("`linear-gradient`", "<td style='background-image:linear-gradient(#fff,#000)'>"),
        ("CSS variables", "<style>p { color: var(--ink) }</style>"),
        ("`calc()`", "<p style='width:calc(100% - 8px)'>"),
        ("the unit `rem`", "<p style='padding:0 1.5rem'>"),
        ("the unit `vw`", "<p style='width:80vw'>"),
        ("`opacity`", "<p style='opacity:0.5'>"),
        ("`visibility`", "<p style='visibility:hidden'>"),
        ("Gmail ignores `@import`", "<style>@import 'x.css';</style>"),
        ("`<link>` to a style sheet", "<link rel=stylesheet href='cid:x'>"),
        ("`<svg>`", "<svg></svg>"),
    ] {
        says(words, |draft| draft.html.push_str(html));
    }
    for harmless in [
        "<table style='max-width:600px;margin:0 0 8px 0;border-radius:6px;line-height:1.25'>",
        "<style>@media (prefers-color-scheme: dark) { p { display: flex } }</style>",
        "<p style='float:none;opacity:1;margin:0;display:inline-block;max-width:100%'>",
        "<!--[if mso]><table width=600><![endif]--><div style='max-width:600px'>",
        "<link rel=icon href='cid:x'>",
    ] {
        assert_eq!(found(|draft| draft.html.push_str(harmless)), [""; 0], "{harmless}");
    }
}

#[test]
fn every_finding_has_a_way_out_and_sizes_are_told_once() {
    let mut long = Finding::SubjectLong { characters: 71 };
    assert!(long.takes_in(&Finding::SubjectLong { characters: 90 }) && !long.takes_in(&Finding::SubjectEmpty));
    assert_eq!(long, Finding::SubjectLong { characters: 90 });
    assert!(!long.hint().is_empty());
}
