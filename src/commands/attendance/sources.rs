//! The sources of `roomkey attendance`: logs and saved events, as files or piped in.

use std::{
    fs::File,
    io::{self, BufRead, BufReader, IsTerminal as _, Read},
    path::{Path, PathBuf},
};

use flate2::bufread::MultiGzDecoder;
use jiff::civil::Date;

use crate::{
    attendance::{Gathered, LogRead, OpenLog, Scope, between, read_log, read_posts},
    campaign::{grouped, words},
    cli::Attendance,
    commands::{Desk, opened::Opened, piped},
    failure::{self, Failure},
    model::{Covered, UnixSeconds, Witness, system_words},
};

/// Of logs that have so many octets it is shown how far they are read.
const LONG: u64 = 64 << 20;

/// How files begin that other programs packed.
const OTHER_PACKERS: [(&[u8], &str); 3] = [(b"\xFD7zXZ\0", "xz"), (b"BZh", "bzip2"), (b"\x28\xB5\x2F\xFD", "zstd")];

/// What was read, in words.
#[derive(Debug, Default)]
pub(super) struct Told {
    /// A line for each source.
    pub(super) sources: Vec<String>,
    /// Whether there is a log in which nothing of `event_sync` stands.
    pub(super) is_without_events: bool,
}

/// Refuses what cannot be read before anything is.
pub(super) fn check(args: &Attendance, opened: &Opened) -> Result<(), Failure> {
    let mut piped_in = args.log.iter().chain(&args.events).filter(|path| is_piped(path)).count();
    piped_in += usize::from(opened.settings.attendees.files.iter().any(|(_, shown)| shown == piped::NAME));
    let problem = |what: &str, hint: &str| Err(Failure::bad_input(failure::Told::new(what).hint(hint)));
    if piped_in > 1 {
        return problem(
            "only one thing can be piped in",
            "save the others to files first, and name these (`file` in event.toml, `--log FILE`)",
        );
    }
    if args.log.iter().chain(&args.events).any(|path| is_piped(path)) && io::stdin().is_terminal() {
        return problem(
            "`-` means what is piped in, and nothing is",
            "for example: `ssh HOST sudo cat /var/log/prosody/prosody.log | roomkey attendance --log -`",
        );
    }
    Ok(())
}

fn is_piped(path: &Path) -> bool {
    path == Path::new("-")
}

fn shown(path: &Path) -> String {
    if is_piped(path) { piped::SHOWN.to_owned() } else { path.display().to_string() }
}

/// Reads all of them. Nothing is kept where one cannot be read.
pub(super) fn read(
    desk: &Desk<'_>,
    args: &Attendance,
    gathered: &mut Gathered<'_>,
    near: UnixSeconds,
    told: &mut Told,
) -> Result<(), Failure> {
    let mut problems = Vec::new();
    let (mut logs, mut logs_read) = (Vec::new(), Vec::new());
    for path in &args.log {
        // Of a log that has just been rotated the newest piece is empty.
        let has_others = args.log.iter().any(|other| other != path && is_piece_of_same(other, path));
        match log(desk, path, gathered, !has_others) {
            Ok(log) => logs.push((path, log)),
            Err(problem) => problems.push(problem),
        }
    }
    for (path, log) in logs {
        if log.read().octets == 0 {
            told.sources.push(format!("{}: empty", shown(path)));
            continue;
        }
        let read = log.close(gathered, near);
        told.sources.push(in_words(path, &read, gathered.scope()));
        logs_read.push((path, read));
    }
    for path in &args.events {
        posts(path, gathered, told).unwrap_or_else(|problem| problems.push(problem));
    }
    if !problems.is_empty() {
        return Err(Failure { status: crate::failure::Status::BadInput, problems });
    }
    told.is_without_events = !logs_read.is_empty() && logs_read.iter().all(|(_, read)| read.of_events == 0);
    bridge(&logs_read, gathered);
    Ok(())
}

/// `prosody.log: 12,345 lines, from 06:25 to 18:02 on Sat 5 Dec 2026`.
fn in_words(path: &Path, read: &LogRead, scope: &Scope) -> String {
    let lines = words::counted(read.lines, "line", "lines");
    let zone = scope.zone();
    let span = read.span.map(|(from, to)| format!(", {}", between(from, to, zone)));
    let alone = if read.is_informed { "" } else { "; of what went wrong alone, and not of who came" };
    format!("{}: {lines}{}{alone}", shown(path), span.unwrap_or_default())
}

fn log(desk: &Desk<'_>, path: &Path, gathered: &mut Gathered<'_>, is_alone: bool) -> Result<OpenLog, failure::Told> {
    let failed = |error: &io::Error| unreadable(path, error);
    let (source, size) = open(path)?;
    let name = shown(path);
    let mut is_long = false;
    let mut tick = |read: u64| {
        // A short log is read before anybody wonders.
        if read < LONG {
            return;
        }
        if !std::mem::replace(&mut is_long, true) {
            desk.console.start_progress(size);
        }
        let line = format!("{name}: {} MB read", grouped(read >> 20));
        desk.console.show_progress(read.min(size), &line);
    };
    let read = read_log(source, gathered, &mut tick);
    desk.console.end_progress();
    let read = read.map_err(|error| failed(&error))?;
    if read.read().octets == 0 && is_alone {
        return Err(failure::Told::new(format!("{name} is empty"))
            .hint("is it the right file? Logs are rotated: look for the one before it"));
    }
    if read.read().octets > 0 && !read.read().is_a_log {
        return Err(failure::Told::new(format!("{name} is no log of Prosody's: no line of it has their form"))
            .hint("the log is /var/log/prosody/prosody.log, or what `docker compose logs prosody` prints; saved events are given with --events"));
    }
    Ok(read)
}

/// Opens a source, unpacks it where it is packed, and says how large it is.
fn open(path: &Path) -> Result<(Box<dyn Read>, u64), failure::Told> {
    let failed = |error: &io::Error| unreadable(path, error);
    let (reader, size): (Box<dyn Read>, u64) = if is_piped(path) {
        (Box::new(io::stdin().lock()), 0)
    } else {
        let file = File::open(path).map_err(|error| failed(&error))?;
        let about = file.metadata().map_err(|error| failed(&error))?;
        if about.is_dir() {
            return Err(failure::Told::new(format!("{} is a folder", path.display())).hint("name the files in it"));
        }
        (Box::new(file), about.len())
    };
    let mut reader = BufReader::with_capacity(1 << 18, reader);
    let head = reader.fill_buf().map_err(|error| failed(&error))?;
    if let Some((_, tool)) = OTHER_PACKERS.iter().find(|(magic, _)| head.starts_with(magic)) {
        return Err(failure::Told::new(format!("{} is packed by {tool}", shown(path)))
            .hint(format!("unpack it first: `{tool} -dc FILE | roomkey attendance --log -`")));
    }
    let is_packed = head.starts_with(&[0x1F, 0x8B]);
    // How much a packed file holds, nobody knows.
    Ok(if is_packed { (Box::new(MultiGzDecoder::new(reader)), 0) } else { (Box::new(reader), size) })
}

fn unreadable(path: &Path, error: &io::Error) -> failure::Told {
    let told = failure::Told::new(format!("failed to read {}: {}", shown(path), system_words(error)));
    match error.kind() {
        io::ErrorKind::NotFound => told.hint("is its name right? A path is relative to the folder you are in"),
        io::ErrorKind::PermissionDenied => told.hint(format!(
            "logs belong to the server's administrator: `sudo cat {} | roomkey attendance --log -`",
            crate::console::shell_word(&path.display().to_string())
        )),
        io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData | io::ErrorKind::UnexpectedEof => {
            told.hint("it is packed and damaged, or was cut off: copy it again")
        }
        io::ErrorKind::IsADirectory => told.hint("it is a folder: name the files in it"),
        _ => told.hint("copy it to this computer and give that copy"),
    }
}

fn posts(path: &Path, gathered: &mut Gathered<'_>, told: &mut Told) -> Result<(), failure::Told> {
    let (source, _) = open(path)?;
    let read = read_posts(BufReader::new(source), gathered).map_err(|error| unreadable(path, &error))?;
    let name = shown(path);
    if read.lines == 0 {
        return Err(failure::Told::new(format!("{name} is empty")).hint("is it the right file?"));
    }
    if read.events == 0 {
        return Err(failure::Told::new(format!(
            "{name} holds no events: each line is one JSON object, as it was posted"
        ))
        .hint("the server's log is given with --log"));
    }
    told.sources.push(format!("{name}: {}", words::counted(read.events, "event", "events")));
    if read.odd > 0 {
        let lines: Vec<String> = read.odd_lines.iter().map(|line| grouped(*line)).collect();
        let more = read.odd - read.odd_lines.len() as u64;
        let more = if more > 0 { format!(" and {} more", grouped(more)) } else { String::new() };
        told.sources.push(format!("{name}: no event in line {}{more}; left out", lines.join(", ")));
    }
    Ok(())
}

/// Reads what the receiver keeps; that nothing came yet is no problem.
pub(super) fn journal(path: &Path, gathered: &mut Gathered<'_>, told: &mut Told) -> Result<(), failure::Told> {
    let file = File::open(path).map_err(|error| unreadable(path, &error))?;
    let read = read_posts(BufReader::new(file), gathered).map_err(|error| unreadable(path, &error))?;
    let name = path.file_name().map_or_else(|| shown(path), |name| name.to_string_lossy().into_owned());
    let entries = words::counted(read.events, "entry", "entries");
    told.sources.push(format!("{name}: {entries}, the listener's own signs of life among them"));
    Ok(())
}

/// Rotated logs follow each other however quiet it was between them: `x.log.2.gz`, `x.log.1`, `x.log`. While an event
/// goes on it was hardly quieter then than just before and after, else one of the two is an old copy.
fn bridge(logs: &[(&PathBuf, LogRead)], gathered: &mut Gathered<'_>) {
    for (older, before) in logs {
        for (newer, after) in logs {
            let (Some((_, from)), Some((to, _))) = (before.span, after.span) else { continue };
            let is_held = gathered.scope().hours().any(|hours| from < hours.ends && to > hours.starts);
            let is_quiet = to - from <= 2 * before.silences.1.max(after.silences.0);
            if to <= from || is_held && !is_quiet || !follows(older, newer, logs) {
                continue;
            }
            let both = LogRead { hosts: &before.hosts | &after.hosts, ..LogRead::default() };
            for host in both.each_host() {
                gathered.covers(Covered { host, ..Covered::of(Witness::Log, from, to) });
            }
        }
    }
}

fn follows<T>(older: &Path, newer: &Path, all: &[(&PathBuf, T)]) -> bool {
    let (Some((name, before)), Some((next, after))) = (rotation(older), rotation(newer)) else { return false };
    let is_latest = |date: Date| {
        let mut others = all.iter().filter_map(|(path, _)| rotation(path)).filter(|(other, _)| *other == name);
        !others.any(|(_, other)| matches!(other, Rotation::Dated(other) if other > date))
    };
    name == next
        && match (before, after) {
            (Rotation::Times(before), Rotation::Times(after)) => before == after + 1,
            // Logs are rotated by the day or by the week.
            (Rotation::Dated(before), Rotation::Dated(after)) => {
                matches!((after - before).get_days(), 1 | 7)
            }
            (Rotation::Dated(before), Rotation::Times(0)) => is_latest(before),
            _ => false,
        }
}

/// Whether two are pieces of one log, as their names tell.
fn is_piece_of_same(one: &Path, other: &Path) -> bool {
    let name = |path| rotation(path).map(|(name, _)| name);
    name(one).is_some() && name(one) == name(other)
}

/// How a log was rotated, as its name tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Rotation {
    /// So often: `prosody.log.1`.
    Times(u32),
    /// On a day: `prosody.log-20261206`.
    Dated(Date),
}

/// The name of a log without its rotation, and how it was rotated.
fn rotation(path: &Path) -> Option<(String, Rotation)> {
    let text = path.to_str()?;
    let plain = text.strip_suffix(".gz").unwrap_or(text);
    let numbered =
        plain.rsplit_once('.').and_then(|(name, number)| Some((name, Rotation::Times(number.parse().ok()?))));
    let dated = || {
        let (name, date) = plain.rsplit_once('-').filter(|(_, date)| date.len() == 8)?;
        Some((name, Rotation::Dated(Date::strptime("%Y%m%d", date).ok()?)))
    };
    let (name, rotation) = numbered.or_else(dated).unwrap_or((plain, Rotation::Times(0)));
    Some((name.to_owned(), rotation))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rotated_logs_follow_each_other() {
        let all = ["p.log-20261205", "p.log-20261206.gz", "p.log"].map(PathBuf::from);
        let all: Vec<(&PathBuf, ())> = all.iter().map(|path| (path, ())).collect();
        let follows = |older: &str, newer: &str| follows(Path::new(older), Path::new(newer), &all);
        assert!(follows("p.log-20261205", "p.log-20261206.gz") && follows("p.log-20261206.gz", "p.log"));
        assert!(!follows("p.log-20261205", "p.log") && !follows("p.log", "p.log-20261206.gz"));
        assert!(!follows("p.log-20261203", "p.log-20261205") && !follows("p.log-20261206", "q.log"));
        assert!(follows("a/prosody.log.1", "a/prosody.log"));
        assert!(follows("prosody.log.2.gz", "prosody.log.1"));
        assert!(!follows("prosody.log.2.gz", "prosody.log"));
        assert!(!follows("prosody.log", "prosody.log.1"));
        assert!(!follows("other.log.1", "prosody.log"));
    }
}
