//! What the sources leave open, in words for whoever holds the event. Pure.

use jiff::{Timestamp, tz::TimeZone};

use super::span::Gap;
use crate::model::{UnixSeconds, visible};

/// Why the sources are not enough to call somebody absent, and what to do about it.
#[must_use]
pub fn words(gap: &Gap, zone: &TimeZone) -> String {
    match gap {
        Gap::Nothing => {
            "nothing that was read tells what happened meanwhile: read the Jitsi server's log of the event, \
                         such as prosody.log"
                .to_owned()
        }
        Gap::WithoutZone => {
            "a log does not tell in which zone the server is, as nobody joins in it: read it together with \
                             one in which somebody joins"
                .to_owned()
        }
        Gap::BeginsLate(at) => format!(
            "what was read begins at {}, after the room opened: read what tells of the time before too, such as prosody.log.1",
            moment(*at, zone)
        ),
        Gap::EndsEarly(at) => format!(
            "what was read ends at {}, before the event does: read what tells of the time after too, when the event is over",
            moment(*at, zone)
        ),
        Gap::Hole(from, to) => format!(
            "nothing that was read tells of the time {}: read the server's log of that time too, if there is one",
            between(*from, *to, zone)
        ),
        Gap::Stopped(from, to) if from != to => format!(
            "the Jitsi server was down {}, in all of that time or part of it: who came or left then may be missing, and no \
             log tells; ask them",
            between(*from, *to, zone)
        ),
        Gap::Stopped(at, _) => format!(
            "the Jitsi server was stopped at {}: who came or left in that moment may be missing, and no log tells; ask \
             them",
            moment(*at, zone)
        ),
        Gap::MadeAnew(at) => format!(
            "the room was made anew at {} though nothing tells that it had ended: the Jitsi server ended before, or \
             something got lost; who came in between may be missing",
            moment(*at, zone)
        ),
        Gap::Silent(at) => format!(
            "the server posted nothing more after {}, not even that people left: it was down, or could not reach \
             Roomkey, and who came later is missing; read its log too",
            moment(*at, zone)
        ),
        Gap::NoSuchRoom(room) => format!(
            "nothing that was read tells of the room {} in these hours: read the log of the server that has it, and see that its \
             event_sync is on",
            visible(room)
        ),
    }
}

/// `14:05 on Sat 5 Dec 2026`.
#[must_use]
pub fn moment(at: UnixSeconds, zone: &TimeZone) -> String {
    told(at, zone, "%H:%M on %a %-d %b %Y")
}

/// `Sat 5 Dec 2026`.
#[must_use]
pub fn day(at: UnixSeconds, zone: &TimeZone) -> String {
    told(at, zone, "%a %-d %b %Y")
}

/// `5 Dec 14:05`.
#[must_use]
pub fn day_and_clock(at: UnixSeconds, zone: &TimeZone) -> String {
    told(at, zone, "%-d %b %H:%M")
}

/// `14:05`.
#[must_use]
pub fn clock(at: UnixSeconds, zone: &TimeZone) -> String {
    told(at, zone, "%H:%M")
}

/// `from 14:05 to 14:20 on Sat 5 Dec 2026`, with both dates where they differ.
#[must_use]
pub fn between(from: UnixSeconds, to: UnixSeconds, zone: &TimeZone) -> String {
    if day(from, zone) == day(to, zone) {
        if clock(from, zone) == clock(to, zone) && from != to {
            let exact = |at| told(at, zone, "%H:%M:%S");
            return format!("from {} to {} on {}", exact(from), exact(to), day(to, zone));
        }
        return format!("from {} to {}", clock(from, zone), moment(to, zone));
    }
    format!("from {} to {}", moment(from, zone), moment(to, zone))
}

/// A time in a form; what no calendar reaches is as far as one does.
fn told(at: UnixSeconds, zone: &TimeZone, form: &str) -> String {
    let end = if at < 0 { Timestamp::MIN } else { Timestamp::MAX };
    Timestamp::from_second(at).unwrap_or(end).to_zoned_datetime(zone.clone()).strftime(form).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_gap_says_what_is_missing_and_what_to_do() {
        let zone = TimeZone::get("Europe/Berlin").unwrap();
        let at = 2_111_922_300; // 2036-12-03T13:05:00Z
        let told = |gap: Gap| words(&gap, &zone);
        let late = told(Gap::BeginsLate(at));
        assert!(late.starts_with("what was read begins at 14:05 on Wed 3 Dec 2036, after the room opened: "), "{late}");
        assert!(late.ends_with("such as prosody.log.1"), "{late}");
        assert!(told(Gap::EndsEarly(at)).contains("ends at 14:05 on Wed 3 Dec 2036, before the event does: "));
        assert!(told(Gap::Hole(at, at + 900)).contains("the time from 14:05 to 14:20 on Wed 3 Dec 2036: "));
        let night = told(Gap::Hole(at, at + 86_400));
        assert!(night.contains("from 14:05 on Wed 3 Dec 2036 to 14:05 on Thu 4 Dec 2036: "), "{night}");
        assert!(told(Gap::Stopped(at, at)).contains("stopped at 14:05"));
        assert!(told(Gap::NoSuchRoom("a\u{202e}b".into())).contains("the room a\\u{202e}b in these hours: "));
        assert!(told(Gap::Nothing).contains("prosody.log"));
    }

    #[test]
    fn a_time_beyond_the_calendar_is_told_all_the_same() {
        assert!(clock(UnixSeconds::MAX, &TimeZone::UTC).contains(':'));
        assert!(clock(UnixSeconds::MIN, &TimeZone::UTC).contains(':'));
    }
}
