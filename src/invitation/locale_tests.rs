use super::*;
#[test]
fn show() {
    use super::super::{moments::Moments, fixture, spans::*};
    use jiff::tz::TimeZone;
    let l = Locales::default();
    for tag in ["en","en-US","en-GB","de","de-AT","fr","es","pt","pt-PT","tr","pl","ja","ar","ar-EG","ar-MA","ru","he","sv","th"] {
        let locale = l.of(tag, "en");
        for (s, e) in [("2026-12-05T14:00","2026-12-05T17:00"),("2026-12-05T23:30","2026-12-06T02:30"),("2026-12-06T00:15","2026-12-06T00:45"),("2027-03-27T23:00","2027-03-28T04:00"),("2026-12-05T09:00","2026-12-07T17:00")] {
        let w = fixture::window_of(s, e);
        let m = Moments::default().tell(&w, w.zone(), Teller{locale:&locale, marks:false}, fixture::now());
        let g = |p: &str| m.get_from_path(p).unwrap().to_string();
        if s.ends_with("5T14:00") { println!("== {tag}"); for p in ["starts.text","starts.short","starts.weekday","starts.relative","starts.utc_text"] { println!("{p}: {}", g(p)); } }
        println!("- {s} {e}");
        for p in ["meeting","meeting_utc","works","works_utc","brief","brief_utc","dates","place"] { println!("  {p}: {}", g(p)); }
        }
    }
}
