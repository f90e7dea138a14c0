//! The page, looked at as text.

use super::{
    super::{Bar, Gap, Person, Span, Status, Stranger, Stretch},
    *,
};
use crate::model::Claimed;

const HOURS: Hours = Hours { opens: 2_112_093_000, starts: 2_112_094_800, ends: 2_112_105_600, closes: 2_112_112_800 };

fn shown(report: &Report, refresh: Option<u32>) -> String {
    shown_at(report, refresh, HOURS.closes)
}

fn shown_at(report: &Report, refresh: Option<u32>, generated: UnixSeconds) -> String {
    let zone = TimeZone::get("Europe/Berlin").unwrap();
    let facts = PageFacts {
        title: "Rust for {{script}} </title><script>x()</script>",
        zone: &zone,
        hours: HOURS,
        generated,
        sources: &["prosody.log: 17 joins".to_owned()],
        warnings: &["two clocks <differ>".to_owned()],
        refresh,
    };
    page(report, &facts)
}

fn people() -> Report {
    let start = HOURS.starts;
    let mut twice = samples::came("Ada", HOURS, &[(start, start + 600)]);
    twice.seen.at_once = 2;
    twice.seen.overlaps = vec![Stretch { from: start, to: start + 300 }];
    twice.superseded = true;
    let mut unmailed = samples::came("Bo", HOURS, &[(start, start + 60)]);
    unmailed.invited.mailed = false;
    let absent = samples::came("Cy", HOURS, &[]);
    let unknown = Person { status: Status::Unknown, ..samples::came("Di", HOURS, &[]) };
    let stranger = |name: &str| Stranger {
        who: Claimed { name: Some(name.to_owned()), ..Claimed::default() },
        room: "r".to_owned(),
        seen: samples::seen(&[(start, start + 60)]),
        note: "no token".to_owned(),
    };
    let mut report = samples::empty();
    report.people = vec![twice, unmailed, absent, unknown];
    report.unexplained = vec![stranger("</script><script>x()</script>\u{202e}\u{1b}[2K\u{2028}")];
    report.recorders = vec![stranger("Recorder")];
    report.refusals = [("before opening", 14), ("no token", 2)].into();
    report
}

/// What stands between two marks, first.
fn between<'a>(page: &'a str, start: &str, end: &str) -> &'a str {
    page.split_once(start).unwrap().1.split_once(end).unwrap().0
}

fn data(page: &str) -> serde_json::Value {
    serde_json::from_str(between(page, "<script id=\"data\" type=\"application/json\">", "</script>")).unwrap()
}

#[test]
fn the_counts_say_how_many_came_and_how_many_nobody_knows_of() {
    let page = shown(&people(), None);
    for (name, count, said) in [
        ("came", 2, "of 4 invited, 50 %"),
        ("absent", 1, "not seen"),
        ("unknown", 1, "not seen, and not all was read"),
        ("unexplained", 1, "whom no invitation explains"),
        ("twice", 1, "second device or shared link"),
    ] {
        let tile = between(&page, &format!("<div class=\"tile {name}\">"), "</div>");
        assert!(tile.contains(&format!("<b>{count}</b> <span>{said}</span>")), "{tile}");
    }
    let also = between(&page, "<ul class=\"also\">", "</ul>");
    assert_eq!(
        also,
        "<li>1 came on a link that a later mail replaced</li><li>1 came though no mail to them is on record</li>\
         <li>1 recorder or transcriber</li><li>Tries that the server refused: 14 before opening, 2 no token</li>"
    );
    assert!(page.contains(">most at once: 3 people, at 14:00<"));
    assert!(page.contains("Fri 5 Dec 2036, 14:00 to 17:00 (Europe/Berlin)"));
    let rows = &data(&page)["rows"];
    let kinds: Vec<_> = rows.as_array().unwrap().iter().map(|row| row[0].as_str().unwrap()).collect();
    assert_eq!(kinds, ["came", "came", "absent", "unknown", "unexplained", "recorder"]);
    assert_eq!(rows[0][8], 10, "minutes");
    assert_eq!(rows[2][8], serde_json::Value::Null);
}

#[test]
fn whether_that_is_all_is_said_in_plain_words() {
    let mut report = people();
    assert!(shown(&report, None).contains("Whoever was not seen was not there"));
    report.span.gaps = [Gap::EndsEarly(HOURS.starts), Gap::NoSuchRoom("<r>".to_owned())].into();
    let page = shown(&report, None);
    let notice = between(&page, "<div class=\"notice warn\">", "</div>");
    assert!(notice.contains("1 person not seen may have been there all the same"), "{notice}");
    assert!(notice.contains("<li>what was read ends at 14:00 on Fri 5 Dec 2036, before"), "{notice}");
    assert!(notice.contains("the room &lt;r&gt; in these hours: "), "{notice}");
    report.so_far = true;
    let page = shown_at(&report, None, HOURS.ends + 60);
    assert!(page.contains("<b>So far: links work until 19:00 on Fri 5 Dec 2036</b>") && page.contains("read ends at"));
    let page = shown_at(&report, None, HOURS.ends - 60);
    let notice = between(&page, "<div class=\"notice warn\">", "</div>");
    assert!(notice.starts_with("<b>So far: it ends at 17:00 on Fri 5 Dec 2036</b>"), "{notice}");
    assert!(!notice.contains("what was read ends"), "nothing can be done about that yet: {notice}");
}

#[test]
fn foreign_text_stays_text_and_shows_what_it_hides() {
    let page = shown(&people(), None);
    assert_eq!(page.matches("x()</script>").count(), 0);
    assert!(page.contains("Rust for {{script}} &lt;/title&gt;"), "a title is not filled in again");
    assert!(page.contains("<li>two clocks &lt;differ&gt;</li>"));
    assert!(!page.contains(['\u{202e}', '\u{1b}', '\u{2028}']));
    assert_eq!(data(&page)["rows"][4][1], "</script><script>x()</script>\\u{202e}\\u{1b}[2K\\u{2028}");
}

#[test]
fn the_policy_names_what_is_there_and_no_place() {
    let page = shown(&people(), None);
    let policy = between(&page, "Content-Security-Policy\" content=\"", "\"");
    assert_eq!(
        policy,
        format!(
            "default-src 'none'; script-src {}; style-src {}; base-uri 'none'; form-action 'none'",
            policy_hash(page.rsplit("<script>").next().unwrap().split("</script>").next().unwrap()),
            policy_hash(between(&page, "<style>", "</style>"))
        )
    );
    assert_eq!(page.matches(" style=").count() + page.matches("onclick=").count(), 0);
    // The one address is the name of a kind of element; nobody asks it.
    assert_eq!(page.replace("http://www.w3.org/2000/svg", "").matches("://").count(), 0);
    for asks in ["src=", "@import", "url(h", "<link", "<base"] {
        assert!(!page.contains(asks), "{asks}");
    }
    assert!(!page.contains("http-equiv=\"refresh\""));
}

#[test]
fn a_page_that_is_served_renews_itself_and_asks_nobody_else() {
    let page = shown(&people(), Some(15));
    assert!(between(&page, "Content-Security-Policy\" content=\"", "\"").contains(" connect-src 'self';"));
    assert!(page.contains("<noscript><meta http-equiv=\"refresh\" content=\"15\"></noscript>"));
    assert_eq!(data(&page)["refresh"], 15);
}

#[test]
fn of_nobody_there_is_a_page_too() {
    let mut report = samples::empty();
    report.span = Span { gaps: [Gap::Nothing].into(), ..Span::default() };
    let page = shown(&report, None);
    assert!(page.contains("Nobody was seen.") && page.contains("nothing that was read tells"), "{page}");
    assert!(between(&page, "<div class=\"tile came none\">", "</div>").contains("of 0 invited, 0 %"));
}

#[test]
fn breakouts_and_unknown_ends_are_told_apart() {
    let mut report = people();
    let time = Stretch { from: HOURS.starts, to: HOURS.ends };
    report.people[0].seen.bars = vec![Bar { time, breakout: true, uncertain: true }];
    assert_eq!(data(&shown(&report, None))["rows"][0][13], serde_json::json!([[HOURS.starts, HOURS.ends, 1, 1]]));
}
