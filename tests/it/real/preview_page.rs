//! The page of previews in a real browser: what is found, what is seen, and what it never asks for.

use std::{
    thread::sleep,
    time::{Duration, Instant},
};

use serde_json::json;

use super::browser::Browser;
use crate::{
    check::copy_sample,
    support::{CLOSED_PORT, EventFile, Sandbox},
};

/// The sample's 120 people, or as many as a test needs, previewed.
fn sample() -> Sandbox {
    let sandbox = Sandbox::new();
    copy_sample("rust-workshop", &sandbox);
    sandbox.run(&["send", "--dry-run"]).is(0);
    sandbox
}

fn opened(sandbox: &Sandbox, browser: &Browser) {
    browser.open(&sandbox.path("preview/index.html"));
    browser.until("document.querySelectorAll('.row').length > 0");
}

/// Nothing but files and what the page makes itself was asked for.
#[track_caller]
fn asked_for_files_only(browser: &Browser) {
    let requests = browser.requests();
    assert!(requests.iter().any(|url| url.ends_with("index-data/list.js")), "{requests:?}");
    let other = requests.iter().find(|url| !["file:", "data:", "about:"].iter().any(|kind| url.starts_with(kind)));
    assert_eq!(other, None);
    assert_eq!(browser.asked_of_network(), Vec::<String>::new());
}

const NAMES: &str = "return [...document.querySelectorAll('.row .name')].map((name) => name.textContent)";
const COUNT: &str = "return document.getElementById('count').textContent";

#[test]
fn mails_are_searched_filtered_and_walked_through_by_keys() {
    let Some(browser) = Browser::start("the page's list") else { return };
    let sandbox = sample();
    browser.as_seen(1280, 860, false);
    opened(&sandbox, &browser);
    assert_eq!(browser.ask(COUNT), "120 mails");
    assert!(
        browser.ask("return document.querySelectorAll('.row').length").as_u64().unwrap() < 40,
        "as many as are seen"
    );

    browser.press("/");
    browser.press("müller-lüd");
    browser.until("document.querySelectorAll('.row').length === 1");
    assert_eq!(browser.ask(NAMES), json!(["Jürgen Müller-Lüdenscheidt"]));
    assert_eq!(browser.ask(COUNT), "1 of 120 mails");
    browser.press("nobody like that");
    browser.until("!document.getElementById('nobody').hidden");
    browser.press("\u{e00c}");
    browser.until("document.getElementById('count').textContent === '120 mails'");

    browser.ask(
        "const zone = document.getElementById('language'); zone.value = '=de'; zone.dispatchEvent(new Event('change'))",
    );
    let german = browser.ask("return passing.length").as_u64().unwrap();
    assert!(german > 1 && german < 120 && browser.ask("return passing.every((row) => row.language === 'de')") == true);
    browser.click("#moderators");
    assert!(browser.ask("return passing.length").as_u64().unwrap() < german);
    assert_eq!(
        browser.ask("return passing.length > 0 && passing.every((row) => row.moderator && row.language === 'de')"),
        true
    );
    browser.click("#reset");
    assert_eq!(browser.ask(COUNT), "120 mails");

    browser.ask("list.focus(); choose(0)");
    browser.press("\u{e015}\u{e015}");
    browser.until("document.getElementById('place').textContent === '3 of 120'");
    browser.press("\u{e010}");
    browser.until("document.getElementById('place').textContent === '120 of 120' && shown.row.at.endsWith(':121')");
    browser.press("k");
    browser.until("document.getElementById('place').textContent === '119 of 120'");
    assert_eq!(browser.ask("return document.querySelector('.row[aria-selected=true]').id === list.getAttribute('aria-activedescendant')"), true);
    asked_for_files_only(&browser);
    assert_eq!(browser.complaints(), Vec::<String>::new());
}

#[test]
fn each_view_shows_what_it_says_by_light_and_by_dark() {
    let Some(browser) = Browser::start("the page's views") else { return };
    let sandbox = sample();
    for (is_dark, scheme, card) in [(false, "light", "rgb(255, 255, 255)"), (true, "dark", "rgb(34, 38, 44)")] {
        browser.as_seen(1280, 860, is_dark);
        opened(&sandbox, &browser);
        browser.until("document.querySelector('iframe')");
        browser.until("shown && shown.row.number === 1");
        let frame = |script: &str| browser.in_frame(script);
        assert!(frame("return document.body.innerText").as_str().unwrap().contains("Join: Rust for Everyone"));
        // Its style sheet by its hash, its style attributes: the mail looks like itself.
        assert_eq!(frame("return getComputedStyle(document.querySelector('.card')).backgroundColor"), card);
        assert_eq!(frame("return getComputedStyle(document.querySelector('a')).display"), "inline-block");
        assert_eq!(browser.ask("return document.querySelector('iframe').clientWidth >= 800"), true);
        browser.picture(&format!("preview-mail-desktop-{scheme}"));
        browser.press("w");
        browser.until("document.querySelector('iframe').offsetWidth === 375");
        browser.picture(&format!("preview-mail-phone-width-{scheme}"));
        browser.press("w");
        for (key, view, holds) in [
            ("2", "text", "Keep this mail"),
            ("3", "calendar", ""),
            ("4", "link", "holds; it was made with this event's secret"),
            ("5", "source", "Message-ID:"),
        ] {
            browser.press(key);
            browser.until(&format!("document.querySelector('#tab-{view}[aria-selected=true]')"));
            let text = browser.ask("return document.getElementById('view').innerText");
            assert!(text.as_str().unwrap().contains(holds) && text != "", "{view}: {text}");
            browser.picture(&format!("preview-{view}-{scheme}"));
        }
        browser.press("3");
        browser.until("document.querySelector('.entry')");
        let entry = browser.ask("return document.getElementById('view').innerText").as_str().unwrap().to_owned();
        for told in [
            "Rust for Everyone",
            "Fri, 5 Dec 2036, 14:00 to Fri, 5 Dec 2036, 17:00 (Europe/Berlin)",
            "Fri, 5 Dec 2036, 13:00 to Fri, 5 Dec 2036, 16:00",
        ] {
            assert!(entry.contains(told), "{told} is missing in {entry}");
        }
        browser.picture(&format!("preview-calendar-entry-{scheme}"));
        browser.press("4");
        let link = browser.ask("return document.getElementById('view').innerText").as_str().unwrap().to_owned();
        assert!(link.contains("Fri 5 Dec 2036 13:30 to 19:00 (Europe/Berlin), 12:30 to 18:00 UTC"), "{link}");
        assert!(link.contains("https://meet.example.org/rust-workshop?jwt=eyJ") && link.contains("opens in"), "{link}");
        browser.press("1");
        assert_eq!(browser.ask("return getComputedStyle(document.body).colorScheme"), "light dark");
        let ground = browser.ask("return getComputedStyle(document.body).backgroundColor");
        assert_eq!(ground, if is_dark { "rgb(18, 21, 25)" } else { "rgb(243, 244, 246)" });
    }
    asked_for_files_only(&browser);
    assert_eq!(browser.complaints(), Vec::<String>::new());
}

#[test]
fn on_a_phone_nothing_is_wider_than_it() {
    let Some(browser) = Browser::start("the page on a phone") else { return };
    let sandbox = Sandbox::new();
    copy_sample("rust-workshop", &sandbox);
    let long = "Wolfeschlegelsteinhausenbergerdorff".repeat(5);
    let people = sandbox.read("attendees.csv").replacen("Ada Bergström", &long, 1);
    sandbox.write("attendees.csv", &people);
    sandbox.run(&["send", "--dry-run"]).is(0);
    for (is_dark, scheme) in [(false, "light"), (true, "dark")] {
        browser.as_seen(375, 740, is_dark);
        opened(&sandbox, &browser);
        browser.scrolls_down_only();
        browser.picture(&format!("preview-phone-list-{scheme}"));
        browser.click("#row-1");
        browser.until("shown && shown.row.number === 1 && document.querySelector('iframe')");
        for view in ["html", "text", "calendar", "link", "source"] {
            browser.click(&format!("#tab-{view}"));
            browser.scrolls_down_only();
            browser.picture(&format!("preview-phone-{view}-{scheme}"));
        }
        browser.click("#back");
        assert_eq!(browser.ask("return list.getBoundingClientRect().width > 300"), true);
        browser.ask("shown = null");
    }
}

/// A mail of everything that a mail could do to whoever looks at it.
const HOSTILE: &str = r#"<html><head><meta http-equiv="refresh" content="0;url=https://refresh.example/">
<base href="https://base.example/"><link rel="preconnect" href="https://ahead.example/"><link rel="stylesheet" href="https://sheet.example/x.css">
<style>@import "https://import.example/x.css"; p { background: url(https://style.example/x.png) }</style></head>
<body onload="top.document.title='hacked'"><p style="background:url(https://attribute.example/x.png)">{{ attendee.name }}</p>
<script>top.document.title = 'hacked'; top.location = 'https://script.example/'</script>
<img src="https://image.example/x.png" onerror="top.document.title='hacked'"><iframe src="https://frame.example/"></iframe>
<form action="https://form.example/" target="_top"><button id="send">send</button></form>
<video src="https://video.example/x.mp4" autoplay></video><object data="https://object.example/"></object>
<a id="in" href="{{ link }}">in</a> <a id="out" href="https://out.example/" target="_top">out</a>
</body></html>"#;

#[test]
fn a_mail_reaches_nothing_and_nobody_from_its_frame() {
    let Some(browser) = Browser::start("a hostile mail") else { return };
    let sandbox = Sandbox::new();
    EventFile::at(CLOSED_PORT).text("event", "title", "</title><script>hacked()</script>").write(&sandbox);
    sandbox.write(
        "attendees.csv",
        "email,name\nada@example.org,\"</script><img src=https://name.example/ onerror=hacked()>\"\n",
    );
    sandbox.write("templates/invite.html", HOSTILE);
    sandbox.run(&["send", "--dry-run"]).is(0);
    browser.as_seen(1280, 860, false);
    opened(&sandbox, &browser);
    browser.until("document.querySelector('iframe')");
    let text = browser.in_frame("return document.body.innerText");
    assert!(text.as_str().unwrap().contains("onerror=hacked()"), "the name is text: {text}");
    for id in ["out", "in", "send"] {
        browser.in_frame(&format!("document.getElementById('{id}').click()"));
    }
    sleep(Duration::from_secs(1));
    assert_eq!(browser.ask("return document.title"), "</title><script>hacked()</script> · mail previews");
    assert_eq!(browser.ask("return document.querySelector('iframe').getAttribute('sandbox')"), "");
    assert_eq!(browser.ask("return document.querySelector('.row .name').childElementCount"), 0);
    asked_for_files_only(&browser);

    // The same without its policy does reach out: what was seen above is the policy's doing.
    let page = sandbox.read("preview/index.html");
    let policy = page.split("<meta http-equiv").nth(1).unwrap().split('>').next().unwrap();
    sandbox.write("preview/index.html", &page.replace(&format!("<meta http-equiv{policy}>"), ""));
    opened(&sandbox, &browser);
    let deadline = Instant::now() + Duration::from_secs(30);
    while !browser.asked_of_network().iter().any(|line| line.contains("image.example")) {
        assert!(Instant::now() < deadline, "nothing is asked for: {:?}", browser.asked_of_network());
        sleep(Duration::from_millis(50));
    }
}

#[test]
fn of_many_mails_only_those_looked_at_are_loaded() {
    let Some(browser) = Browser::start("the page of many mails") else { return };
    let sandbox = Sandbox::with_attendees(2000, CLOSED_PORT);
    sandbox.run(&["send", "--dry-run"]).is(0);
    browser.as_seen(1280, 860, false);
    opened(&sandbox, &browser);
    browser.until("shown && shown.row.number === 1");
    browser.ask("list.focus()");
    browser.press("\u{e010}");
    browser.until("shown.row.number === 2000");
    browser.ask("list.scrollTop = list.scrollHeight / 2");
    browser.until("[...document.querySelectorAll('.row')].some((row) => row.id === 'row-1000')");
    assert!(browser.ask("return document.querySelectorAll('.row').length").as_u64().unwrap() < 40);
    let mut files: Vec<String> = browser.requests();
    files.retain(|url| url.contains("/mails-"));
    let names: Vec<_> = files.iter().map(|url| url.rsplit('/').next().unwrap()).collect();
    assert_eq!(names, ["mails-0001.js", "mails-0040.js"]);
}
