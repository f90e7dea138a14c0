//! The page of who came in a real browser: what is found, what is seen, what is printed, and what it never asks for.

use std::{
    io::{BufRead as _, BufReader, Write as _},
    net::TcpListener,
    sync::{Arc, Mutex},
    time::Duration,
};

use jiff::tz::TimeZone;
use roomkey::{
    attendance::{
        Bar, Gap, Hours, Invited, PageFacts, Person, Presented, Report, Span, Status, Stranger, Stretch, page,
    },
    model::{Claimed, UnixSeconds},
};
use serde_json::json;

use super::browser::Browser;
use crate::support::Sandbox;

const FILE: &str = "report.html";
/// 14:00 to 17:00 in Berlin, open from 13:30 to 19:00.
const START: UnixSeconds = 2_112_094_800;
const HOURS: Hours = Hours { opens: START - 1800, starts: START, ends: START + 10_800, closes: START + 18_000 };
const NAMES: [&str; 10] = [
    "Ada Bergström",
    "Jürgen Müller-Lüdenscheidt",
    "Zoë Nakamura",
    "李小龙",
    "علي حسن",
    "Renée O’Connor",
    "Łukasz Żółć",
    "Nguyễn Thị Minh Khai",
    "Anna-Lena von und zu Hohenstein-Wittgenstein",
    "Bo",
];

fn stretch(from: UnixSeconds, to: UnixSeconds) -> Stretch {
    Stretch { from: START + from * 60, to: START + to * 60 }
}

fn bar(from: UnixSeconds, to: UnixSeconds) -> Bar {
    Bar { time: stretch(from, to), breakout: false, uncertain: false }
}

/// What is seen of somebody with these bars.
fn seen(bars: Vec<Bar>) -> Presented {
    Presented {
        first_joined: bars.first().map(|bar| bar.time.from),
        last_left: bars.last().map(|bar| bar.time.to),
        present: bars.iter().map(|bar| bar.time.to - bar.time.from).sum(),
        joins: bars.len().max(1),
        at_once: 1,
        uncertain: bars.iter().any(|bar| bar.uncertain),
        bars,
        ..Presented::default()
    }
}

fn invited(number: usize) -> Person {
    let name = NAMES[number % NAMES.len()];
    let name = if number < NAMES.len() { name.to_owned() } else { format!("{name} {number}") };
    let invited = Invited {
        email: format!("person.{number:05}@example.org"),
        id: number.to_string(),
        name,
        session: None,
        room: "rust-workshop".to_owned(),
        hours: HOURS,
        mailed: true,
        called_off: false,
        in_file: true,
        links: Vec::new(),
    };
    Person { invited, status: Status::Absent, seen: Presented::default(), note: String::new(), superseded: false }
}

/// Of ten people seven came, in seven ways.
fn person(number: usize) -> Person {
    let mut person = invited(number);
    let late = UnixSeconds::try_from(number * 7 % 41).unwrap();
    let bars = match number % 10 {
        0 => vec![bar(late - 20, 178)],
        1 => vec![bar(late, 65), bar(80, 120 + late)],
        2 => {
            let breakout = Bar { breakout: true, ..bar(60, 95) };
            vec![bar(late - 5, 60), breakout, bar(95, 180)]
        }
        3 => vec![bar(2, 150)],
        4 => vec![Bar { uncertain: true, ..bar(late + 10, 90) }],
        5 => vec![bar(late + 90, late + 91)],
        6 => vec![bar(late - 9, 182)],
        _ => return person,
    };
    person.status = Status::Came;
    person.seen = seen(bars);
    match number % 10 {
        3 => {
            person.seen.at_once = 2;
            person.seen.overlaps = vec![stretch(30, 42), stretch(70, 110)];
            person.note = String::from("two at once, 52 min: second device or shared link");
        }
        4 => person.note = String::from("nothing tells that they left"),
        6 if number < 10 => {
            person.superseded = true;
            person.note = String::from("came on a link since superseded; no longer in the attendee file");
        }
        _ => {}
    }
    person
}

fn stranger(name: &str, note: &str) -> Stranger {
    let who = Claimed { name: Some(name.to_owned()), ..Claimed::default() };
    Stranger { who, room: "rust-workshop".to_owned(), seen: seen(vec![bar(12, 31)]), note: note.to_owned() }
}

fn report(people: usize) -> Report {
    Report {
        inside: 0,
        people: (0..people).map(person).collect(),
        unexplained: vec![
            stranger("Mallory \u{202e}gpj.exe\u{1b}[2K", "an id that this event never gave; says Mallory"),
            stranger("</script><img src=https://name.example/ onerror=hacked()>", "no token"),
        ],
        recorders: vec![stranger("", "no token")],
        refusals: [("before opening", 14), ("after closing", 3)].into(),
        span: Span { from: Some(HOURS.opens - 900), to: Some(HOURS.closes), ..Span::default() },
        so_far: false,
    }
}

/// The same, of a log that begins late and ends early.
fn partial(people: usize) -> Report {
    let mut report = report(people);
    for person in report.people.iter_mut().filter(|person| person.status == Status::Absent) {
        person.status = Status::Unknown;
    }
    report.span.gaps = [Gap::BeginsLate(HOURS.opens + 900), Gap::EndsEarly(HOURS.ends - 2400)].into();
    report
}

/// With two sessions on two days.
fn of_sessions(people: usize) -> Report {
    let mut report = report(people);
    for (number, person) in report.people.iter_mut().enumerate() {
        person.invited.session = Some(["Opening talk", "Workshop: <b>traits</b>"][number % 2].to_owned());
        if number % 2 == 1 {
            let later = |at: &mut UnixSeconds| *at += 86_400;
            let hours = &mut person.invited.hours;
            [&mut hours.opens, &mut hours.starts, &mut hours.ends, &mut hours.closes].into_iter().for_each(later);
            let times = person.seen.bars.iter_mut().map(|bar| &mut bar.time).chain(&mut person.seen.overlaps);
            times.for_each(|time| [&mut time.from, &mut time.to].into_iter().for_each(later));
            person.seen.first_joined.iter_mut().chain(&mut person.seen.last_left).for_each(later);
        }
    }
    report
}

fn written(sandbox: &Sandbox, report: &Report) {
    sandbox.write(FILE, &page_of(report, None));
}

fn page_of(report: &Report, refresh: Option<u32>) -> String {
    let zone = TimeZone::get("Europe/Berlin").unwrap();
    let facts = PageFacts {
        title: "Rust for Everyone",
        zone: &zone,
        hours: HOURS,
        generated: HOURS.closes,
        sources: &["prosody.log.1: 4,118 lines, 211 joins of this event".to_owned()],
        warnings: &[],
        refresh,
    };
    page(report, &facts)
}
fn opened(sandbox: &Sandbox, browser: &Browser) {
    browser.open(&sandbox.path(FILE));
    browser.until("document.querySelectorAll('.row').length > 0");
}

/// Nothing but the file itself was asked for, and nothing was forbidden.
#[track_caller]
fn asked_for_itself_only(browser: &Browser) {
    let requests = browser.requests();
    let other: Vec<_> = requests.iter().filter(|url| !url.ends_with(FILE) && !url.starts_with("about:")).collect();
    assert_eq!(other, Vec::<&String>::new());
    assert_eq!(browser.asked_of_network(), Vec::<String>::new());
    assert_eq!(browser.ask("return performance.getEntriesByType('resource').length"), 0);
    assert_eq!(browser.complaints(), Vec::<String>::new());
}

const SHOWN: &str = "return [...document.querySelectorAll('.row .c-name')].map((name) => name.textContent)";
const COUNT: &str = "return document.getElementById('count').textContent";

fn filtered(browser: &Browser, filter: &str) {
    browser.click(&format!("[data-filter={filter}]"));
}

#[test]
fn people_are_counted_filtered_and_their_addresses_copied() {
    let Some(browser) = Browser::start("who came, counted") else { return };
    let sandbox = Sandbox::new();
    written(&sandbox, &report(40));
    browser.as_seen(1280, 900, false);
    opened(&sandbox, &browser);
    assert_eq!(browser.ask(COUNT), "42 people", "the invited, and whom nothing explains");
    let tiles =
        browser.ask("return [...document.querySelectorAll('.tile b')].map((count) => Number(count.textContent))");
    assert_eq!(tiles, json!([28, 12, 2, 4]), "came, absent, unexplained, two at once");
    for (filter, count) in
        [("came", 28), ("absent", 12), ("unexplained", 2), ("twice", 4), ("odd", 11), ("recorders", 1)]
    {
        filtered(&browser, filter);
        assert_eq!(browser.ask("return passing.length"), count, "{filter}");
    }
    filtered(&browser, "unexplained");
    assert_eq!(
        browser.ask(SHOWN),
        json!(["Mallory \\u{202e}gpj.exe\\u{1b}[2K", "</script><img src=https://name.example/ onerror=hacked()>"])
    );
    assert_eq!(browser.ask("return document.querySelectorAll('.row .c-name img, .row .c-name :not(bdi)').length"), 0);
    assert_eq!(browser.ask("return document.getElementById('copy').disabled"), true, "they have no address");

    filtered(&browser, "absent");
    assert_eq!(browser.ask("return document.getElementById('copy').textContent"), "Copy 12 addresses");
    // As in a browser that lets no page copy.
    browser.ask(
        "Object.defineProperty(navigator, 'clipboard', { value: undefined, configurable: true });
         document.execCommand = () => { window.copied = document.activeElement.value; return window.lets; }; window.lets = true",
    );
    browser.click("#copy");
    browser.until("document.getElementById('count').textContent === '12 addresses copied'");
    let copied = browser.ask("return window.copied").as_str().unwrap().to_owned();
    assert!(copied.starts_with("person.00007@example.org, person.00008@example.org, person.00009@"), "{copied}");
    assert_eq!(copied.split(", ").count(), 12);
    browser.ask("window.lets = false");
    browser.click("#copy");
    browser.until("document.getElementById('by-hand').open");
    assert_eq!(browser.ask("return getSelection().toString() || document.activeElement.value"), copied);
    browser.picture("attendance-copy-by-hand");
    browser.press("\u{e00c}");
    browser.until("!document.getElementById('by-hand').open");
    asked_for_itself_only(&browser);
}

#[test]
fn people_are_searched_sorted_and_walked_through_by_keys() {
    let Some(browser) = Browser::start("who came, by keys") else { return };
    let sandbox = Sandbox::new();
    written(&sandbox, &report(40));
    browser.as_seen(1280, 900, false);
    opened(&sandbox, &browser);
    browser.press("/");
    browser.press("muller-lud");
    browser.until("passing.length === 4");
    assert_eq!(browser.ask(COUNT), "4 of 42 people");
    assert_eq!(browser.ask("return passing[0].name"), "Jürgen Müller-Lüdenscheidt");
    browser.press("nobody like that");
    browser.until("!document.getElementById('nobody').hidden && document.getElementById('table').hidden");
    browser.press("\u{e00c}");
    browser.until("document.getElementById('count').textContent === '42 people'");
    browser.press("SHARED LINK");
    browser.until("passing.length === 4 && passing.every((row) => row.most === 2)");
    browser.press("\u{e00c}\u{e00c}");
    browser.until("document.activeElement === table");

    browser.press("\u{e015}\u{e015}\u{e015}k");
    browser.until("chosen === 1");
    assert_eq!(
        browser.ask(
            "return document.querySelector('[aria-selected=true]').id === table.getAttribute('aria-activedescendant')"
        ),
        true
    );
    browser.press("\u{e007}");
    browser.until("!document.getElementById('person').hidden");
    let told = browser.ask("return document.getElementById('person').innerText").as_str().unwrap().to_owned();
    assert!(
        told.contains("person.00001@example.org") && told.contains("15:20:00 to 16:07:00 in the room, 47 min"),
        "{told}"
    );
    browser.picture("attendance-person");
    browser.press("\u{e00c}");
    browser.until("document.getElementById('person').hidden");
    browser.press("\u{e010}");
    browser.until(
        "chosen === 41 && document.querySelector('[aria-selected=true]').getBoundingClientRect().bottom <= innerHeight",
    );

    // The most minutes first, then the least, then as given; who was not there is last both times.
    let sorted = "return [...document.querySelectorAll('#heads [aria-sort$=ending]')].map((th) => th.className + ' ' + th.getAttribute('aria-sort'))";
    browser.click("[data-sort=minutes]");
    assert_eq!(browser.ask(sorted), json!(["c-minutes descending"]));
    let minutes = "return [passing[0].minutes, passing[29].minutes, passing[41].minutes]";
    assert_eq!(browser.ask(minutes), json!([198, 1, null]));
    browser.click("[data-sort=minutes]");
    assert_eq!(browser.ask(sorted), json!(["c-minutes ascending"]));
    assert_eq!(browser.ask(minutes), json!([1, 198, null]));
    browser.press("\u{e007}");
    browser.until("document.querySelector('#heads [aria-sort$=ending]') === null && passing[0].index === 0");
    browser.click("[data-sort=name]");
    assert_eq!(
        browser.ask("return passing.slice(1, 4).map((row) => row.name)"),
        json!(["Ada Bergström", "Ada Bergström 10", "Ada Bergström 20"])
    );
    asked_for_itself_only(&browser);
}

#[test]
fn it_reads_well_by_light_by_dark_and_on_a_phone() {
    let Some(browser) = Browser::start("who came, on screens") else { return };
    let sandbox = Sandbox::new();
    for (kind, report) in [("whole", report(120)), ("partial", partial(120)), ("sessions", of_sessions(120))] {
        written(&sandbox, &report);
        for (is_dark, scheme) in [(false, "light"), (true, "dark")] {
            for (size, width, height) in [("wide", 1280, 900), ("tablet", 900, 900), ("phone", 375, 740)] {
                browser.as_seen(width, height, is_dark);
                opened(&sandbox, &browser);
                browser.scrolls_down_only();
                browser.picture(&format!("attendance-{kind}-{size}-{scheme}"));
                browser.ask("document.getElementById('main').scrollIntoView()");
                browser.until("document.querySelectorAll('.row').length > 3");
                browser.scrolls_down_only();
                browser.picture(&format!("attendance-{kind}-{size}-{scheme}-list"));
                browser.ask("openPerson(3)");
                browser.scrolls_down_only();
            }
            let ground = browser.ask("return getComputedStyle(document.body).backgroundColor");
            assert_eq!(ground, if is_dark { "rgb(18, 21, 25)" } else { "rgb(243, 244, 246)" });
        }
    }
    // Both days' curves, and one axis for one session alone.
    browser.as_seen(1280, 900, false);
    opened(&sandbox, &browser);
    assert_eq!(browser.ask("return document.querySelectorAll('.curve').length"), 2);
    assert_eq!(browser.ask("return document.querySelectorAll('#heads .scale').length"), 0);
    browser.ask("const one = document.getElementById('session'); one.value = '=Workshop: <b>traits</b>'; one.dispatchEvent(new Event('change'))");
    assert_eq!(
        browser.ask("return [passing.length, document.querySelectorAll('#heads .scale').length]"),
        json!([60, 1])
    );
    asked_for_itself_only(&browser);
}

#[test]
fn of_ten_thousand_people_those_in_sight_are_drawn_and_all_are_printed() {
    let Some(browser) = Browser::start("ten thousand who came") else { return };
    let sandbox = Sandbox::new();
    written(&sandbox, &report(10_000));
    browser.as_seen(1280, 900, false);
    opened(&sandbox, &browser);
    let drawn = "return document.querySelectorAll('.row').length";
    assert!(browser.ask(drawn).as_u64().unwrap() < 60);
    browser.ask("scrollTo(0, element('main').offsetTop + 5000 * 60)");
    browser.until("document.querySelector('#row-5000')");
    assert!(browser.ask(drawn).as_u64().unwrap() < 60);
    browser.press("/");
    browser.press("person.09876");
    browser.until("passing.length === 1");
    assert_eq!(browser.ask(SHOWN), json!(["Łukasz Żółć 9876"]));
    browser.press("\u{e00c}");
    browser.until("passing.length === 10002");

    // With a head in focus, of which there is none on paper.
    browser.click("[data-sort=minutes]");
    browser.on_paper(true);
    browser.until("document.querySelectorAll('.row').length === 10002");
    assert_eq!(
        browser.ask("return getComputedStyle(document.querySelector('#table thead')).display"),
        "table-header-group"
    );
    assert_eq!(browser.ask("return getComputedStyle(document.querySelector('.row')).display"), "table-row");
    browser.on_paper(false);
    browser.until("document.querySelectorAll('.row').length < 60");
    asked_for_itself_only(&browser);
}

#[test]
fn what_is_printed_has_everybody() {
    let Some(browser) = Browser::start("who came, on paper") else { return };
    let sandbox = Sandbox::new();
    written(&sandbox, &report(300));
    browser.as_seen(1280, 900, true);
    opened(&sandbox, &browser);
    browser.ask("window.printed = 0; addEventListener('beforeprint', () => { window.printed = document.querySelectorAll('.row').length })");
    let paper = browser.printed("attendance");
    assert_eq!(browser.ask("return window.printed"), 302);
    let pages = paper.windows(11).filter(|octets| octets == b"/Type /Page").count();
    assert!(pages > 5, "{pages} pages");
}

/// Serves what is shown at the moment, until that is nothing.
fn served(shown: &Arc<Mutex<String>>) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let shown = shown.clone();
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            // Browsers open connections in store, and say nothing on them.
            let _ = stream.set_read_timeout(Some(Duration::from_millis(500)));
            let asked =
                BufReader::new(&stream).lines().map_while(Result::ok).take_while(|line| !line.is_empty()).count();
            let page = shown.lock().unwrap().clone();
            if asked > 0 && !page.is_empty() {
                let head = "HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nConnection: close";
                let _ = write!(stream, "{head}\r\nContent-Length: {}\r\n\r\n{page}", page.len());
            }
        }
    });
    port
}

#[test]
fn a_served_page_renews_itself_and_keeps_what_its_reader_set() {
    let Some(browser) = Browser::start("who came so far") else { return };
    let shown = Arc::new(Mutex::new(page_of(&partial(90), Some(1))));
    let port = served(&shown);
    browser.as_seen(1280, 700, false);
    browser.visit(&format!("http://127.0.0.1:{port}/"));
    browser.until("document.querySelectorAll('.row').length > 0");
    browser.press("/");
    browser.press("person.000");
    browser.click("[data-filter=came]");
    browser.click("[data-sort=email]");
    browser.click("[data-sort=email]");
    browser.until("passing.length === 63 && sort.down");
    browser.ask("scrollTo(0, element('main').offsetTop + 900)");
    let in_sight = "return scrollY - element('main').offsetTop";
    let before = browser.ask(in_sight);
    browser.ask("window.kept = true; choose(20)");
    let chosen = browser.ask("return passing[chosen].email");

    *shown.lock().unwrap() = page_of(&report(100), Some(1));
    browser.until("passing.length === 70");
    assert_eq!(
        browser.ask("return [search.value, filterKey, sort, window.kept]"),
        json!(["person.000", "came", {"key": "email", "down": true}, true])
    );
    assert_eq!(browser.ask("return passing[chosen].email"), chosen);
    browser.until("Math.abs(scrollY - element('main').offsetTop - 900) < 2");
    assert_eq!(browser.ask(in_sight), before);
    assert!(
        browser.ask("return document.querySelector('.notice').innerText").as_str().unwrap().contains("was not there")
    );
    assert_eq!(browser.complaints(), Vec::<String>::new());

    shown.lock().unwrap().clear();
    browser.until("document.getElementById('renewed').textContent.startsWith('No longer renewed')");
    assert_eq!(browser.ask("return passing.length"), 70, "what is known stays");
    browser.picture("attendance-no-longer-renewed");
    *shown.lock().unwrap() = page_of(&report(60), Some(1));
    browser.until("passing.length === 42 && document.getElementById('renewed').textContent === ''");
    assert_eq!(browser.asked_of_network(), Vec::<String>::new());
}
