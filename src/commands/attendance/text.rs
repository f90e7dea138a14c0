//! The report for people, in a terminal.

use jiff::tz::TimeZone;

use super::{invited::Guests, sources};
use crate::{
    attendance::{self, Person, Presented, Report, Settled, Status, Stranger, words as gap_words},
    campaign::{grouped, words},
    commands::{
        Desk,
        opened::Opened,
        status::{aligned, written_csv},
    },
    failure::{Failure, Told},
    model::UnixSeconds,
};

/// Lists that are longer are named by their first lines.
const MOST: usize = 50;

/// What is printed.
pub(super) struct Facts<'a> {
    pub(super) opened: &'a Opened,
    pub(super) guests: &'a Guests,
    pub(super) settled: &'a Settled,
    pub(super) report: &'a Report,
    pub(super) told: &'a sources::Told,
    pub(super) all: bool,
}

pub(super) fn print(desk: &Desk<'_>, facts: &Facts<'_>) {
    let (report, zone) = (facts.report, facts.guests.scope.zone());
    let say = |line: &str| desk.console.result_shown(line);
    let event = &facts.opened.settings.event;
    say(&format!("{} ({})", event.title, event.id));
    for source in &facts.told.sources {
        say(&format!("  read: {source}"));
    }
    if let (Some(from), Some(to)) = (report.span.from, report.span.to) {
        let is_hole = |gap: &attendance::Gap| matches!(gap, attendance::Gap::Hole(..) | attendance::Gap::Stopped(..));
        let holes = if report.span.gaps.iter().any(is_hole) { ", with holes" } else { "" };
        let zone_name = zone.iana_name().unwrap_or("local time");
        say(&format!("  known: {} ({zone_name}){holes}", attendance::between(from, to, zone)));
    }
    say("");
    say(&counts(report));
    warn(desk, facts.guests, facts.settled, report);
    let all = &facts.settled.all;
    if facts.told.is_without_events && all.stays.is_empty() && all.lives.is_empty() {
        desk.console.warn(
            &Told::new("no line of the log tells who joins: nobody did, or the server does not write that yet")
                .hint("`roomkey server-config` prints the few lines that turn it on"),
        );
    }
    lists(desk, report, zone, facts.all);
    refusals(desk, report);
    besides(desk, facts.settled);
}

/// `So far 117 of 120 came, 3 absent, 1 unexplained`.
fn counts(report: &Report) -> String {
    let count = |status| report.with(status).count() as u64;
    let all = report.people.len() as u64;
    let came = count(Status::Came);
    let mut text = if report.so_far { "So far ".to_owned() } else { String::new() };
    text.push_str(&format!("{} of {} came", grouped(came), whom(report, all)));
    let parts = [
        (count(Status::Absent), if report.so_far { "absent so far" } else { "absent" }),
        (count(Status::Unknown), if report.so_far { "not seen" } else { "unknown" }),
        (report.unexplained.len() as u64, "unexplained"),
        (report.at_once().count() as u64, "two at once"),
        (report.people.iter().filter(|one| one.superseded).count() as u64, "on a link since superseded"),
        (report.with(Status::Came).filter(|one| !one.invited.mailed).count() as u64, "not marked as mailed"),
    ];
    for (count, what) in parts.into_iter().filter(|(count, _)| *count > 0) {
        text.push_str(&format!(", {} {what}", grouped(count)));
    }
    let unmailed = report.never_mailed() as u64;
    if unmailed > 0 {
        text.push_str(&format!("; {} of those not seen {} never mailed", grouped(unmailed), was(unmailed)));
    }
    text
}

fn was(count: u64) -> &'static str {
    if count == 1 { "was" } else { "were" }
}

/// So many people; with sessions, each session's line is an invitation.
fn whom(report: &Report, count: u64) -> String {
    if report.has_sessions() { words::counted(count, "invitation", "invitations") } else { words::people(count) }
}

/// Warns where the answer is not whole, or clocks are odd.
pub(super) fn warn(desk: &Desk<'_>, guests: &Guests, settled: &Settled, report: &Report) {
    let zone = guests.scope.zone();
    if !report.span.is_complete() {
        let why: Vec<String> = report.span.gaps.iter().take(4).map(|gap| gap_words(gap, zone)).collect();
        let what =
            if report.so_far { "not everything is known yet" } else { "who was not seen is not known to be absent" };
        desk.console.warn(&Told::new(format!("{what}: {}", why.join("; "))));
    }
    for told in guests.warnings.iter().cloned().chain(warnings(settled)) {
        desk.console.warn(&told);
    }
}

/// What is odd about the sources, but for what they leave open.
pub(super) fn warnings(settled: &Settled) -> Vec<Told> {
    let besides = &settled.besides;
    let mut warnings = Vec::new();
    if besides.clocks_apart > 0 {
        warnings.push(Told::new(format!(
            "two clocks differ by {}: times are as exact as that",
            seconds(besides.clocks_apart)
        )));
    }
    if besides.without_zone {
        warnings.push(
            Told::new("a log does not tell in which zone the server is, as nobody joins in it: its times are taken to be the event's, and are not kept")
                .hint("give it again together with a log in which somebody joins"),
        );
    }
    if besides.set_back > 0 {
        warnings.push(Told::new(format!(
            "the server's clock was set back by {}: times around that moment are not exact",
            seconds(besides.set_back)
        )));
    }
    if !besides.namesakes.is_empty() {
        let rooms: Vec<&str> = besides.namesakes.iter().take(3).map(String::as_str).collect();
        warnings.push(Told::new(format!(
            "rooms of the same name that are not this event's were left out: {}",
            rooms.join(", ")
        )));
    }
    if !besides.other_servers.is_empty() {
        let servers: Vec<&str> = besides.other_servers.iter().take(3).map(String::as_str).collect();
        warnings.push(Told::new(format!(
            "a log of another server was read too, and tells nothing of this event: {}",
            servers.join(", ")
        )));
    }
    warnings
}

fn seconds(seconds: UnixSeconds) -> String {
    words::counted(seconds.unsigned_abs(), "second", "seconds")
}

/// How moments are shown: with their day, where not all are of one.
#[derive(Clone, Copy)]
struct Clock<'a> {
    zone: &'a TimeZone,
    is_dated: bool,
}

impl<'a> Clock<'a> {
    fn of(report: &Report, zone: &'a TimeZone) -> Self {
        let people = report.people.iter().map(|person| &person.seen);
        let others = report.unexplained.iter().chain(&report.recorders).map(|one| &one.seen);
        let moments = people.chain(others).flat_map(|seen| [seen.first_joined, seen.last_left]).flatten();
        let mut days = moments.map(|at| attendance::day(at, zone));
        let first = days.next();
        Self { zone, is_dated: days.any(|day| Some(day) != first) }
    }

    fn shown(self, at: UnixSeconds) -> String {
        if self.is_dated { attendance::day_and_clock(at, self.zone) } else { attendance::clock(at, self.zone) }
    }
}

fn lists(desk: &Desk<'_>, report: &Report, zone: &TimeZone, all: bool) {
    let clock = Clock::of(report, zone);
    let is_small = report.people.len() <= MOST;
    let came: Vec<&Person> = report.with(Status::Came).collect();
    let odd: Vec<&Person> = came.iter().copied().filter(|person| !person.note.is_empty()).collect();
    if all || is_small {
        people(desk, "Came", &came, clock, true);
    } else {
        people(desk, "Came, and need a look", &odd, clock, all);
    }
    strangers(desk, "Unexplained: no invitation of this event explains them", &report.unexplained, clock, all);
    let missing = |mailed: bool, status: Status| -> Vec<&Person> {
        report.with(status).filter(|person| person.invited.mailed == mailed).collect()
    };
    for status in [Status::Absent, Status::Unknown] {
        let title = match status {
            Status::Absent if report.so_far => "Absent so far",
            Status::Absent => "Absent",
            _ if report.so_far => "Not seen so far",
            _ => "Unknown: not seen, and not everything is known",
        };
        addresses(desk, title, &missing(true, status), all);
        addresses(desk, &format!("{title}, and not mailed"), &missing(false, status), all);
    }
    strangers(desk, "Recorders", &report.recorders, clock, all);
    if !all && !is_small {
        desk.console.result_shown("");
        desk.console.result_shown("`roomkey attendance --all` lists everyone; `--format csv` is for spreadsheets.");
    }
}

fn people(desk: &Desk<'_>, title: &str, people: &[&Person], clock: Clock<'_>, all: bool) {
    let row = |person: &&Person| {
        let [first, last, minutes, joins] = seen_cells(&person.seen, clock);
        [person.invited.email.clone(), name(person), first, last, minutes, joins, person.note.clone()]
    };
    let header = ["EMAIL", "NAME", "FIRST", "LAST", "MINUTES", "JOINS", "NOTE"];
    table(desk, title, header, people.iter().map(row).collect(), all);
}

fn strangers(desk: &Desk<'_>, title: &str, strangers: &[Stranger], clock: Clock<'_>, all: bool) {
    let row = |one: &Stranger| {
        let [first, last, minutes, joins] = seen_cells(&one.seen, clock);
        [one.who.id.as_deref().map_or_else(|| "-".to_owned(), short), first, last, minutes, joins, one.note.clone()]
    };
    let header = ["ID", "FIRST", "LAST", "MINUTES", "JOINS", "NOTE"];
    table(desk, title, header, strangers.iter().map(row).collect(), all);
}

fn addresses(desk: &Desk<'_>, title: &str, people: &[&Person], all: bool) {
    let row = |person: &&Person| {
        let note = person.note.replace("not mailed; ", "");
        let note = if note == "not mailed" { String::new() } else { note };
        [person.invited.email.clone(), name(person), note]
    };
    table(desk, title, ["EMAIL", "NAME", "NOTE"], people.iter().map(row).collect(), all);
}

/// `Ada Lovelace`, with the session in brackets where the event has some.
fn name(person: &Person) -> String {
    let one = &person.invited;
    let name = short(&one.name);
    one.session.as_ref().map_or_else(|| name.clone(), |session| format!("{name} ({session})"))
}

/// A foreign text as far as a table has room for it.
fn short(text: &str) -> String {
    const ROOM: usize = 60;
    let mut short: String = text.chars().take(ROOM).collect();
    if text.chars().nth(ROOM).is_some() {
        short.push('…');
    }
    short
}

/// When they came and left, for how long they were there, and how often they loaded the page.
fn seen_cells(seen: &Presented, clock: Clock<'_>) -> [String; 4] {
    let shown = |at: Option<UnixSeconds>| at.map(|at| clock.shown(at)).unwrap_or_default();
    let mark = if seen.uncertain { "≥ " } else { "" };
    let last = format!("{mark}{}", shown(seen.last_left));
    [shown(seen.first_joined), last, format!("{mark}{}", minutes(seen.present, seen.uncertain)), seen.joins.to_string()]
}

fn table<const N: usize>(desk: &Desk<'_>, title: &str, header: [&str; N], mut rows: Vec<[String; N]>, all: bool) {
    if rows.is_empty() {
        return;
    }
    let count = rows.len();
    desk.console.result_shown("");
    desk.console.result_shown(&format!("{title} ({}):", grouped(count as u64)));
    if !all {
        rows.truncate(MOST);
    }
    let shown: Vec<[String; N]> = rows.into_iter().map(|row| row.map(|cell| crate::console::visible(&cell))).collect();
    let mut header = header.map(str::to_owned);
    // A column of which nothing is known is left empty.
    if shown.iter().all(|row| row[N - 1].is_empty()) {
        header[N - 1] = String::new();
    }
    for line in aligned(&header, &shown) {
        desk.console.result(&format!("  {line}"));
    }
    if count > shown.len() {
        desk.console.result_shown(&format!("  and {} more", grouped((count - shown.len()) as u64)));
    }
}

/// `< 1`, `12`; of what is told as the least, in whole minutes.
fn minutes(seconds: UnixSeconds, is_least: bool) -> String {
    let minutes = (seconds + 30) / 60;
    if minutes == 0 && seconds > 0 && !is_least { "< 1".to_owned() } else { minutes.to_string() }
}

fn refusals(desk: &Desk<'_>, report: &Report) {
    if report.refusals.is_empty() {
        return;
    }
    desk.console.result_shown("");
    desk.console.result_shown("Refused at the door:");
    for (why, count) in &report.refusals {
        let told = words::counted(*count, "try", "tries");
        desk.console.result_shown(&format!("  {told}: {why}"));
    }
}

fn besides(desk: &Desk<'_>, settled: &Settled) {
    let besides = &settled.besides;
    let parts = [
        (besides.other_rooms, "join of other rooms", "joins of other rooms"),
        (besides.other_times, "stay in this room at other times", "stays in this room at other times"),
        (besides.unreadable, "line that could not be read", "lines that could not be read"),
    ];
    let told: Vec<String> = parts
        .into_iter()
        .filter(|(count, ..)| *count > 0)
        .map(|(count, one, many)| words::counted(count, one, many))
        .collect();
    if !told.is_empty() {
        desk.console.result_shown("");
        desk.console.result_shown(&format!("Not of this event, and left out: {}", told.join(", ")));
    }
}

/// The invited, as a spreadsheet reads them; no cell is a formula.
pub(super) fn csv(report: &Report, zone: &TimeZone) -> Result<String, Failure> {
    written_csv(&attendance::COLUMNS, report.people.iter().map(|person| attendance::cells(person, zone)))
}
