//! `roomkey` alone: what is here, and what to do next.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use super::{
    Desk, init, limits,
    opened::{Opened, SecretNeed},
    status::{counts, people, sum, whom},
    status_rows::{Picture, picture},
};
use crate::{
    campaign::{grouped, moment, words},
    cli::{StateName, USUAL_EVENT},
    failure::{Failure, Status},
    model::Window,
};

/// So many events in the folders below are named.
const MOST_NAMED: usize = 3;

pub(super) fn run(desk: &Desk<'_>) -> Result<Status, Failure> {
    let file = &desk.cli.event;
    let say = |line: &str| desk.console.result_shown(line);
    // A file that was named is missed; the usual one may just not be there yet.
    if file == Path::new(USUAL_EVENT) && matches!(file.try_exists(), Ok(false)) {
        nothing_here(desk);
        return Ok(Status::Done);
    }
    let opened = Opened::open(desk, SecretNeed::OrThrowAway)?;
    let picture = picture(&opened, desk)?;
    let event = &opened.settings.event;
    say(&format!("{} ({})", event.title, event.id));
    if event.sessions.is_empty() {
        say(&format!("  when       {}", window(&event.window)));
        say(&format!("  room       {}", event.room));
    }
    for (n, session) in event.sessions.iter().enumerate() {
        let label = if n == 0 { "sessions" } else { "" };
        say(&format!("  {label:10} {}", words::session(session)));
    }
    say(&format!("  attendees  {}", attendees(&picture, &opened.rules.shown_as)));
    say(&format!("  mails      {}", mails(&picture)));
    if picture.live.is_some() {
        say("  A run is on this moment.");
    }
    let change = picture.change.as_ref().filter(|_| picture.live.is_none());
    for told in change.iter().flat_map(|change| change.problems()) {
        desk.console.warn(&told);
    }
    say("");
    if change.is_some_and(|change| !change.is_settled) {
        say("Next: choose one of these; `roomkey send` sends nothing until then");
        return Ok(Status::Done);
    }
    let next = next(&picture, event.is_over(desk.around.now()), opened.own_secret);
    say(&format!("Next: {next}"));
    if let Some(reader) = opened.ledger()?.0
        && let Some(at) = limits::next_turn(desk, &opened, &reader)?
    {
        say(&format!("The limit that [smtp] sets is used up until {}", moment(at, event.window.zone())));
    }
    Ok(Status::Done)
}

/// Says how to get an event, and which ones lie in the folders below.
fn nothing_here(desk: &Desk<'_>) {
    let say = |line: &str| desk.console.result_shown(line);
    say(&format!("There is no {USUAL_EVENT} here."));
    let below = events_below(&desk.around.folder);
    for event in &below {
        say(&format!("There is one in a folder: `roomkey -e {}`", init::for_shell(event)));
    }
    say("A new event: `roomkey init` asks a few questions and writes one.");
    if below.is_empty() {
        say("An event in another place: name its file with `-e FILE`, as in `roomkey -e workshop/event.toml`.");
    }
    say("All commands: `roomkey --help`");
}

/// The events one folder further down, as far as they are named.
fn events_below(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let names = entries.flatten().map(|entry| Path::new(&entry.file_name()).join(USUAL_EVENT));
    let mut events: Vec<_> = names.filter(|event| folder.join(event).is_file()).collect();
    events.sort();
    events.truncate(MOST_NAMED);
    events
}

/// `Sat 5 Dec 2026 14:00 to 17:00 Europe/Berlin; links work from 13:30 to 19:00`.
fn window(window: &Window) -> String {
    let zone = window.zone();
    let local = |time: jiff::Timestamp| time.to_zoned_datetime(zone.clone());
    let starts = local(window.starts());
    // Another day than the event's start is named.
    let later = |time: jiff::Timestamp| {
        let time = local(time);
        let form = if time.date() == starts.date() { "%H:%M" } else { "%a %-d %b %H:%M" };
        time.strftime(form).to_string()
    };
    format!(
        "{} to {} {}; links work from {} to {}",
        starts.strftime("%a %-d %b %Y %H:%M"),
        later(window.ends()),
        zone.iana_name().unwrap_or_default(),
        later(window.opens()),
        later(window.closes())
    )
}

fn attendees(picture: &Picture, file: &str) -> String {
    if let Some(told) = &picture.unread {
        return told.what.clone();
    }
    let rows = format!("{file}: {}", words::counted(picture.rows, "row", "rows"));
    match picture.problems {
        0 => rows,
        1 => format!("{rows}, 1 problem"),
        problems => format!("{rows}, {problems} problems"),
    }
}

fn tally(picture: &Picture) -> BTreeMap<StateName, usize> {
    counts(picture.lines.iter().filter(|line| !line.repeats).map(|line| line.state))
}

/// Whether the ledger has a mail of somebody.
fn anybody_mailed(picture: &Picture) -> bool {
    picture.lines.iter().any(|line| line.attempts > 0)
}

fn mails(picture: &Picture) -> String {
    if !anybody_mailed(picture) {
        return "nobody was mailed yet".to_owned();
    }
    let counts = tally(picture);
    let sent = counts.get(&StateName::Sent).copied().unwrap_or_default();
    let all = people(&picture.lines) - counts.get(&StateName::Removed).copied().unwrap_or_default();
    format!("{} of {} mailed ({})", grouped(sent as u64), whom(&picture.lines, all), sum(&counts))
}

fn is_left(state: StateName) -> bool {
    matches!(state, StateName::Pending | StateName::Deferred)
}

fn next(picture: &Picture, is_over: bool, own_secret: bool) -> String {
    let counts = tally(picture);
    let any = |states: &[StateName]| states.iter().any(|state| counts.contains_key(state));
    if let Some((round, command)) = picture.round.as_ref().filter(|_| picture.problems == 0 && !is_over) {
        return format!("a round of `{round}` was stopped half-way: `{command}` goes on with the rest");
    }
    let next = if picture.live.is_some() {
        "wait for the run; `roomkey status` shows how far it is"
    } else if picture.problems > 0 || picture.unread.is_some() {
        "`roomkey check` lists the problems and how to solve them"
    } else if picture.lines.iter().any(|line| line.problem) {
        "`roomkey status` shows whose mail needs a choice of yours; `roomkey send` stops until then"
    } else if any(&[StateName::InDoubt]) {
        "`roomkey status` shows the mails in doubt and what to do about them"
    } else if is_over {
        "the event is over: `roomkey attendance` tells who came, by the Jitsi server's log. A new event? Give it a new id, and new times"
    } else if !own_secret {
        "the Jitsi secret is missing: `roomkey check` says how to give it; `roomkey rehearse` works without"
    } else if !anybody_mailed(picture) {
        "`roomkey rehearse` (nobody gets mail), then `roomkey send --to YOU@ADDRESS` (a test to yourself), then `roomkey send`"
    } else if picture.lines.iter().any(|line| !line.over && is_left(line.state)) {
        "`roomkey send` mails those who are left"
    } else if any(&[StateName::Failed]) {
        "`roomkey status` shows what was refused and why"
    } else if picture.lines.iter().any(|line| line.attention) {
        "`roomkey status` shows who was mailed and still needs you"
    } else if picture.kept_out.is_some() {
        "nothing; everybody was mailed but those who are kept out. `roomkey status` shows the list"
    } else {
        "nothing; everybody was mailed. `roomkey status` shows the list"
    };
    next.to_owned()
}
