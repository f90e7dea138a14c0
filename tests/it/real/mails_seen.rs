//! The built-in mails of every language in a real browser: what a reader sees of them first, on a telephone and
//! on a desk, by day and by night.

use data_encoding::BASE64;
use serde_json::{Value, json};

use super::browser::Browser;
use crate::{
    built_in::LANGUAGES,
    support::{EventFile, ReceivedMail, Sandbox, SmtpServer},
};

/// The smallest telephone that is still about, and a desk; by day and by night.
const SCREENS: [(&str, u32, u32, bool); 4] = [
    ("phone-light", 375, 667, false),
    ("phone-dark", 375, 667, true),
    ("desktop-light", 1280, 900, false),
    ("desktop-dark", 1280, 900, true),
];

/// Texts with less contrast to what lies behind them than WCAG 2.2, 1.4.3 (AA) demands.
const TOO_PALE: &str = r#"
const parts = (color) => color.match(/[\d.]+/g).map(Number);
const light = (color) => {
  const [r, g, b] = parts(color).slice(0, 3).map((c) => (c /= 255) <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};
const behind = (one) => {
  for (let at = one; at; at = at.parentElement) {
    const color = getComputedStyle(at).backgroundColor;
    if ((parts(color)[3] ?? 1) > 0) return color;
  }
  return "rgb(255, 255, 255)";
};
const found = [];
const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
while (walker.nextNode()) {
  const one = walker.currentNode.parentElement;
  if (!walker.currentNode.data.trim() || !one.getClientRects().length || one.closest("style")) continue;
  const style = getComputedStyle(one);
  const [a, b] = [light(style.color), light(behind(one))];
  const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
  const size = parseFloat(style.fontSize);
  const isLarge = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
  if (ratio < (isLarge ? 3 : 4.5)) found.push(`${ratio.toFixed(2)}: ${walker.currentNode.data.trim().slice(0, 40)}`);
}
return found;
"#;

/// What is seen of an invitation, and how far down the screen it ends.
const SEEN: &str = r#"
const inner = document.querySelector(".inner");
const below = (one) => one.getBoundingClientRect().bottom;
const button = document.querySelector("a.button");
const paragraphs = [...inner.querySelectorAll(":scope > p")];
const after = paragraphs.filter((one) => below(one) > below(button));
const box = button.getBoundingClientRect();
const image = document.querySelector("img");
return {
  text: inner.innerText,
  headings: [...document.querySelectorAll("h1, h2, h3")].map((one) => one.innerText),
  button: {link: button.href, text: button.innerText, width: box.width, height: box.height, ends: box.bottom},
  shown_link: document.querySelector("a.link").innerText,
  fails_ends: below(after[1]),
  picture: image && [image.naturalWidth > 0, image.getBoundingClientRect().height],
  sizes: [...new Set(paragraphs.map((one) => getComputedStyle(one).fontSize))],
  dir: getComputedStyle(document.body).direction,
};
"#;

/// Writes a mail's HTML as a browser can open it: with its picture in it.
fn page(sandbox: &Sandbox, mail: &ReceivedMail, name: &str) -> std::path::PathBuf {
    let mut html = mail.html().to_owned();
    if let Some((_, rest)) = html.split_once("\"cid:") {
        let id = rest.split('"').next().unwrap().to_owned();
        let octets = mail.picture(&id).unwrap();
        html = html.replace(&format!("cid:{id}"), &format!("data:image/png;base64,{}", BASE64.encode(&octets)));
    }
    sandbox.write(&format!("seen/{name}.html"), &html);
    sandbox.path(&format!("seen/{name}.html"))
}

/// The hour of the event in Berlin and in UTC, as a language writes it.
fn hours(language: &str) -> [&'static str; 2] {
    if language == "ar" { ["2:00 م", "1:00 م"] } else { ["14:00", "13:00"] }
}

#[track_caller]
fn asked_nobody(browser: &Browser) {
    let places = ["file:", "data:", "about:"];
    let requests = browser.requests();
    assert!(requests.iter().all(|url| places.iter().any(|place| url.starts_with(place))), "{requests:?}");
    assert_eq!(browser.asked_of_network(), Vec::<String>::new());
}

/// An event with somebody in each language, and a logo.
pub(super) fn event(port: u16) -> Sandbox {
    let sandbox = Sandbox::new();
    let rows = LANGUAGES.map(|tag| format!("{tag}@example.org,Ada Lovelace,{tag}\n"));
    sandbox.write("attendees.csv", &format!("email,name,language\n{}", rows.concat()));
    let logo = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("samples/rust-workshop/logo.png");
    std::fs::copy(logo, sandbox.path("logo.png")).unwrap();
    EventFile::at(port).text("mail", "logo", "logo.png").raw("attendance", "notice", true).write(&sandbox);
    sandbox
}

#[test]
fn every_language_answers_what_a_reader_asks_on_the_first_screen() {
    let Some(browser) = Browser::start("the built-in mails of every language") else { return };
    let sandbox = event(2525);
    sandbox.run(&["send", "--dry-run"]).is(0);
    for (file, language) in sandbox.eml_files("preview").iter().zip(LANGUAGES) {
        let mail = ReceivedMail::read(file);
        let path = page(&sandbox, &mail, language);
        for (screen, width, height, is_dark) in SCREENS {
            let case = format!("mail-{language}-{screen}");
            browser.as_seen(width, height, is_dark);
            browser.open(&path);
            let seen = browser.ask(SEEN);
            browser.picture(&case);
            let text = seen["text"].as_str().unwrap();
            // Who is meant, who invites, to what, when; the hour also for who lives elsewhere.
            let [here, utc] = hours(language);
            for part in ["Ada", "Rust Workshop", "Rust for Everyone", here, utc, "UTC"] {
                assert!(text.contains(part), "{case}: {part} in {text}");
            }
            // Who invites is named once more, as who records who came.
            assert_eq!(text.matches("Rust Workshop").count(), 2, "{case}: {text}");
            assert_eq!(seen["headings"], json!(["Rust for Everyone"]), "{case}");
            assert_eq!((&seen["button"]["link"], &seen["shown_link"]), (&json!(mail.link()), &json!(mail.link())));
            assert!(seen["button"]["text"].as_str().unwrap().contains("Rust for Everyone"), "{case}: {seen}");
            assert!(seen["button"]["height"].as_f64().unwrap() >= 44.0, "{case}: {seen}");
            // What to do where it fails is the last of the six answers.
            let ends = seen["fails_ends"].as_f64().unwrap();
            assert!(ends <= f64::from(height), "{case}: ends at {ends}");
            assert_eq!(seen["picture"], json!([true, 40]), "{case}");
            assert_eq!(seen["sizes"], json!(["16px", "14px"]), "{case}");
            assert_eq!(seen["dir"], if language == "ar" { "rtl" } else { "ltr" }, "{case}");
            assert_eq!(browser.ask(TOO_PALE), json!([]), "{case}");
            browser.scrolls_down_only();
        }
    }
    // The judge of contrast can say no.
    browser.ask("document.querySelector('h1').style.setProperty('color', '#3a3f46', 'important')");
    assert_eq!(browser.ask(TOO_PALE).as_array().unwrap().len(), 1);
    asked_nobody(&browser);
}

#[test]
fn a_cancellation_is_read_as_one_in_every_language() {
    let Some(browser) = Browser::start("the built-in cancellations") else { return };
    let server = SmtpServer::obliging();
    let sandbox = event(server.port());
    sandbox.run(&["send", "--yes"]).is(0);
    sandbox.run(&["cancel", "--all", "--dry-run", "--note", "The hall is flooded."]).is(0);
    for (file, language) in sandbox.eml_files("preview").iter().zip(LANGUAGES) {
        let path = page(&sandbox, &ReceivedMail::read(file), language);
        for (screen, width, height, is_dark) in SCREENS {
            browser.as_seen(width, height, is_dark);
            browser.open(&path);
            browser.picture(&format!("cancel-{language}-{screen}"));
            let text = browser.ask("return document.querySelector('.inner').innerText");
            for part in ["Ada", "Rust for Everyone", hours(language)[0], "The hall is flooded."] {
                assert!(text.as_str().unwrap().contains(part), "{language}: {part} in {text}");
            }
            assert_eq!(browser.ask(TOO_PALE), json!([]), "{language} {screen}");
            browser.scrolls_down_only();
        }
    }
    asked_nobody(&browser);
}

#[test]
fn odd_names_and_titles_break_no_line_and_run_nothing() {
    const TITLE: &str = r#"Rust, for; Every\one: "and" <all>"#;
    let Some(browser) = Browser::start("odd names in mails") else { return };
    let sandbox = Sandbox::new();
    let names = [
        "W".repeat(300),
        "مهندس".repeat(60),
        "<script>document.title='gone'</script>".to_owned(),
        "👩‍🚀".repeat(30),
        "\"\"O'Brien\"\" & <b>Söhne</b>".to_owned(),
    ];
    let row = |(at, name): (usize, &String)| {
        format!("a{at}@example.org,\"{name}\",{}\n", if at % 2 == 0 { "en" } else { "ar" })
    };
    let rows: String = names.iter().enumerate().map(row).collect();
    sandbox.write("attendees.csv", &format!("email,name,language\n{rows}"));
    EventFile::at(2525).text("event", "title", TITLE).write(&sandbox);
    sandbox.run(&["send", "--dry-run"]).is(0);
    for (at, file) in sandbox.eml_files("preview").iter().enumerate() {
        let path = page(&sandbox, &ReceivedMail::read(file), &at.to_string());
        for (_, width, height, is_dark) in SCREENS {
            browser.as_seen(width, height, is_dark);
            browser.open(&path);
            browser.scrolls_down_only();
            assert_eq!(browser.ask("return document.querySelectorAll('script, b').length"), json!(0));
            assert_ne!(browser.ask("return document.title"), Value::from("gone"));
            let heading = browser.ask("return document.querySelector('h1').innerText");
            assert_eq!(heading, TITLE);
        }
        browser.picture(&format!("odd-{at}"));
    }
    asked_nobody(&browser);
}
