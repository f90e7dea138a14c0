//! Prosody's log, read as a stream: who joined and left, by `event_sync`'s lines; who was refused; when it stopped.
//!
//! Lines that matter are found by a few words, many octets at a time; only they are read. Dates without a year or a
//! zone are settled at the end, by the epochs in `event_sync`'s lines nearest to them.
//!
//! Known weakness: Prosody before 0.12 writes line breaks in a visitor's own texts as they are, and a line could be
//! forged behind one.

use std::{collections::BTreeSet, io::Read, sync::LazyLock};

use aho_corasick::AhoCorasick;
use memchr::{memchr, memmem, memrchr};

use super::{
    gathered::Gathered,
    log_clock::LogClock,
    log_line::{Date, Line, without_colours},
    log_span::{LogSpan, Mark, date_before},
    log_words::{self, Said},
};
use crate::model::{Covered, Place, RoomAddress, RoomLife, ServerTurn, Stay, UnixSeconds, Witness};

/// The log is read in pieces of so many octets; a line that is longer is none.
const PIECE: usize = 1 << 20;

/// Among so many lines at the start one has the form of Prosody's.
const LOOKED_AT: u64 = 10_000;

/// What lines that matter hold; what a line says is seen when it is taken apart.
static WORDS: LazyLock<AhoCorasick> = LazyLock::new(|| {
    let words = [
        "event_sync_component",
        "Error verifying token",
        "not allowed to join",
        "Shutting down",
        "Hello and welcome to Prosody",
    ];
    AhoCorasick::new(words).expect("five short words make an automaton")
});

/// So many servers are told apart in one log.
const MOST_HOSTS: usize = 64;

/// What a log turned out to be.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LogRead {
    /// Octets.
    pub octets: u64,
    /// Lines.
    pub lines: u64,
    /// Lines of `event_sync`.
    pub of_events: u64,
    /// From when to when its lines are, as far as that can be told.
    pub span: Option<(UnixSeconds, UnixSeconds)>,
    /// Whether any line has the form of Prosody's.
    pub is_a_log: bool,
    /// Whether it tells more than what went wrong: who joins is told at `info`.
    pub is_informed: bool,
    /// The longest times without a line, near its beginning and near its end, in seconds.
    pub silences: (UnixSeconds, UnixSeconds),
    /// The servers whose rooms it tells of, by their XMPP domains; one process may be several.
    pub hosts: BTreeSet<String>,
}

impl LogRead {
    /// Each server that it tells of; `None` alone where it does not say.
    pub fn each_host(&self) -> impl Iterator<Item = Option<String>> + use<> {
        let hosts: Vec<Option<String>> = self.hosts.iter().cloned().map(Some).collect();
        let is_known = (1..MOST_HOSTS).contains(&hosts.len());
        if is_known { hosts } else { vec![None] }.into_iter()
    }
}

/// Reads a log; what its lines without an epoch tell comes with [`OpenLog::close`], when all logs are read: in which zone
/// the server is, another one may tell. `tick` is called with how many octets are read.
///
/// # Errors
/// What the source answers.
pub fn read_log(
    mut from: impl Read,
    gathered: &mut Gathered<'_>,
    tick: &mut dyn FnMut(u64),
) -> std::io::Result<OpenLog> {
    let mut reader = Reader::default();
    let mut buffer = vec![0; 2 * PIECE];
    let mut held = 0;
    let mut skipping = false;
    loop {
        let read = match from.read(&mut buffer[held..]) {
            Ok(read) => read,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        reader.read.octets += read as u64;
        tick(reader.read.octets);
        let filled = held + read;
        if read == 0 {
            // A half line at the end, as far as it is a whole one.
            if !skipping {
                reader.lines(&buffer[..filled], gathered);
            }
            break;
        }
        let Some(end) = memrchr(b'\n', &buffer[..filled]).map(|at| at + 1) else {
            let is_full = filled == buffer.len();
            (skipping, held) = (skipping || is_full, if is_full { 0 } else { filled });
            continue;
        };
        // What is left of a line that was too long.
        let begin = if skipping { memchr(b'\n', &buffer[..end]).map_or(end, |at| at + 1) } else { 0 };
        skipping = false;
        reader.lines(&buffer[begin..end], gathered);
        buffer.copy_within(end..filled, 0);
        held = filled - end;
    }
    reader.clock.tell(gathered);
    Ok(OpenLog(reader))
}

/// A log that was read, and not all of it understood yet.
pub struct OpenLog(Reader);

impl OpenLog {
    /// What it turned out to be, as far as that can be said before it is closed.
    #[must_use]
    pub fn read(&self) -> &LogRead {
        &self.0.read
    }

    /// Takes what its lines without an epoch tell. `near` is a time near to those in the log, where nothing else tells.
    #[must_use]
    pub fn close(mut self, gathered: &mut Gathered<'_>, near: UnixSeconds) -> LogRead {
        self.0.finish(gathered, near);
        self.0.read
    }
}

/// Something that is dated by the line alone.
struct Undated {
    /// Where in the log, in octets.
    at: u64,
    date: Date,
    what: What,
}

enum What {
    Life { place: Place, is_end: bool },
    Stop,
    Start { since: Option<Mark>, host: Option<String> },
    Refused { room: String, why: crate::model::Refusal, digest: u64 },
    Stay { stay: Stay, is_end: bool },
}

/// Where the line begins that a place of a piece is in, and where it ends.
fn line_around(piece: &[u8], at: usize) -> (usize, usize) {
    let begin = memrchr(b'\n', &piece[..at]).map_or(0, |at| at + 1);
    let end = memchr(b'\n', &piece[at..]).map_or(piece.len(), |length| at + length);
    (begin, end)
}

#[derive(Default)]
struct Reader {
    read: LogRead,
    /// Octets before the piece that is being read.
    before: u64,
    clock: LogClock,
    undated: Vec<Undated>,
    span: LogSpan,
}

impl Reader {
    /// Reads whole lines.
    fn lines(&mut self, piece: &[u8], gathered: &mut Gathered<'_>) {
        let (before, earlier) = (self.before, self.span.last());
        let mut begin = 0;
        while begin < piece.len() {
            let end = memchr(b'\n', &piece[begin..]).map_or(piece.len(), |length| begin + length);
            let line = &piece[begin..end];
            let line = line.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(line);
            self.span.line(line, before + begin as u64);
            self.read.lines += 1;
            if !self.read.is_a_log && self.read.lines < LOOKED_AT {
                let text = String::from_utf8_lossy(line);
                self.read.is_a_log = Line::parse(&without_colours(&text)).is_some();
            }
            begin = end + 1;
        }
        self.look_for_news(piece);
        let mut from = 0;
        while let Some(found) = WORDS.find(&piece[from..]) {
            let (begin, end) = line_around(piece, from + found.start());
            let is_half = end == piece.len();
            let since = |started| date_before(piece, begin, before, started).or(earlier);
            self.line((&piece[begin..end], before + begin as u64), is_half, &since, gathered);
            from = end;
        }
        self.before += piece.len() as u64;
    }

    /// Looks whether lines of `info` or `debug` stand in it, until one does.
    fn look_for_news(&mut self, piece: &[u8]) {
        let is_news = |at| {
            let (begin, end) = line_around(piece, at);
            let text = String::from_utf8_lossy(&piece[begin..end]);
            let text = without_colours(text.trim_end_matches('\r'));
            Line::parse(&text).is_some_and(|line| matches!(line.level, "info" | "debug"))
        };
        let mut words = ["info", "debug"].into_iter().flat_map(|word| memmem::find_iter(piece, word));
        self.read.is_informed = self.read.is_informed || words.any(is_news);
    }

    fn line(
        &mut self,
        (line, at): (&[u8], u64),
        is_half: bool,
        since: &dyn Fn(Option<Date>) -> Option<Mark>,
        gathered: &mut Gathered<'_>,
    ) {
        let text = String::from_utf8_lossy(line);
        let text = without_colours(text.trim_end_matches('\r'));
        let Some(line) = Line::parse(&text) else { return };
        self.read.is_a_log = true;
        let Some(said) = log_words::said(&line) else { return };
        self.read.of_events += u64::from(said.is_event());
        let dated = |what| line.date.map(|date| Undated { at, date, what });
        match said {
            Said::Occupant { room, json, is_end } => {
                let Some(room) = RoomAddress::parse(room) else { return gathered.unreadable(1) };
                self.host(Some(room.host()));
                let epoch = log_words::epoch(json, is_end);
                self.clock.learn(at, line.date, epoch, gathered);
                if !gathered.wants(&room) {
                    if !is_end {
                        let session = log_words::session(json).unwrap_or_default();
                        gathered.pass_by(&room, session, epoch.unwrap_or_default());
                    }
                    return;
                }
                match super::occupant::stay(json, Place::main(room)) {
                    Some(stay) if epoch.is_some() => gathered.stay(stay),
                    Some(stay) => self.undated.extend(dated(What::Stay { stay, is_end })),
                    None if is_half => {}
                    None => gathered.unreadable(1),
                }
            }
            Said::Room { room, is_end } => {
                let Some(room) = RoomAddress::parse(room) else { return };
                self.host(Some(room.host()));
                if gathered.wants(&room) {
                    self.undated.extend(dated(What::Life { place: Place::main(room), is_end }));
                }
            }
            Said::Stopped => self.undated.extend(dated(What::Stop)),
            Said::Started { host } => {
                let host = host.map(str::to_ascii_lowercase);
                self.host(host.as_deref());
                self.undated.extend(dated(What::Start { since: since(line.date), host }));
            }
            Said::Refused { room, why, digest } => {
                self.undated.extend(dated(What::Refused { room: room.into_owned(), why, digest }));
            }
        }
    }

    /// Learns of which servers the log tells.
    fn host(&mut self, host: Option<&str>) {
        let hosts = &mut self.read.hosts;
        if let Some(host) = host.filter(|host| hosts.len() < MOST_HOSTS && !hosts.contains(*host)) {
            hosts.insert(host.to_owned());
        }
    }

    fn finish(&mut self, gathered: &mut Gathered<'_>, near: UnixSeconds) {
        gathered.source();
        gathered.set_back(self.span.set_back());
        self.read.silences = self.span.silences();
        let has_local_dates = self.span.has_local_dates();
        gathered.be_sure(!has_local_dates || gathered.clock_near(near).is_some());
        let mut stretches = self.span.begins().skip(1).peekable();
        for undated in std::mem::take(&mut self.undated) {
            // The same log once more, or another one put behind it.
            if stretches.next_if(|begin| *begin <= undated.at).is_some() {
                gathered.source();
            }
            let Some(when) = self.clock.instant(undated.at, undated.date, near, gathered) else { continue };
            match undated.what {
                What::Stop => {
                    for host in self.read.each_host() {
                        gathered.turn(ServerTurn { at: when, since: when, is_stop: true, host });
                    }
                }
                What::Start { since, host } => {
                    let since = since.and_then(|(at, date)| self.clock.instant(at, date, near, gathered));
                    let since = since.filter(|since| *since <= when).unwrap_or(when);
                    let hosts = if host.is_some() { vec![host] } else { self.read.each_host().collect() };
                    for host in hosts {
                        gathered.turn(ServerTurn { at: when, since, is_stop: false, host });
                    }
                }
                What::Refused { room, why, digest } => gathered.refusal(&room, when, why, digest),
                What::Life { place, is_end } => {
                    let (created, destroyed) = if is_end { (None, Some(when)) } else { (Some(when), None) };
                    gathered.life(RoomLife { place, created, destroyed });
                }
                What::Stay { stay, is_end } => {
                    let (joined, left) = if is_end { (stay.joined, Some(when)) } else { (Some(when), stay.left) };
                    gathered.stay(Stay { joined, left, ..stay });
                }
            }
        }
        for (from, to) in std::mem::take(&mut self.span).stretches() {
            let ends = [from, to].map(|(at, date)| self.clock.instant(at, date, near, gathered));
            if let ([Some(from), Some(to)], true) = (ends, self.read.is_a_log) {
                // What goes wrong alone tells nothing of who was there.
                let (from, to) = (from.min(to), from.max(to));
                let known = self.read.span.unwrap_or((from, to));
                self.read.span = Some((known.0.min(from), known.1.max(to)));
                for host in self.read.each_host().filter(|_| self.read.is_informed) {
                    gathered.covers(Covered { host, quiet: self.read.silences, ..Covered::of(Witness::Log, from, to) });
                }
            }
        }
        gathered.be_sure(true);
    }
}
