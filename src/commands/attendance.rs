//! `roomkey attendance`: who came.

mod invited;
mod listen;
mod sources;
mod text;

use std::{
    collections::HashMap,
    fs::File,
    io::{self, Read as _, Write as _},
    path::Path,
};

use super::{
    Desk,
    opened::{Opened, SecretNeed, ledger_failure},
};
use crate::{
    attendance::{self, Gathered, Person, Report, Settled},
    cli::{Attendance, AttendanceFormat},
    failure::{Failure, Status, Told},
    ledger::{Ledger, LedgerFolder, LockProblem, RunLock},
    model::{Presence, UnixSeconds, system_words},
};
use invited::Guests;

pub(super) fn run(desk: &Desk<'_>, args: &Attendance) -> Result<Status, Failure> {
    let mut opened = Opened::open(desk, SecretNeed::OrThrowAway)?;
    if args.rehearsal {
        enter_rehearsal(&mut opened)?;
    }
    sources::check(args, &opened)?;
    args.html.as_deref().map_or(Ok(()), check_page)?;
    let guests = Guests::of(desk, &opened, true)?;
    let before = kept(&opened)?;
    // What a receiver of this event has kept is a source, whoever asks: also one that runs, or was cut off.
    let journal = listen::journal_of(&opened);
    let has_sources = !args.log.is_empty()
        || !args.events.is_empty()
        || args.listen.is_some()
        || journal.as_deref().is_some_and(Path::exists);
    if !has_sources && before.is_empty() {
        return Err(nothing_read());
    }
    let mut told = sources::Told::default();
    let mut settled = {
        let mut gathered = Gathered::with(&guests.scope, before.clone());
        sources::read(desk, args, &mut gathered, guests.near(now(desk)), &mut told)?;
        gathered.settle()
    };
    if let Some(address) = args.listen {
        let journal = listen::prepared(&opened)?;
        settled = received(&journal, &guests, settled, &mut sources::Told::default())?;
        listen::listen(desk, &opened, &guests, (address, &journal, args.web), settled.kept.clone())?;
    }
    if let Some(journal) = journal.or_else(|| listen::journal_of(&opened)).filter(|journal| journal.exists()) {
        settled = received(&journal, &guests, settled, &mut told)?;
    }
    if has_sources {
        settled = keep(desk, &opened, &guests, settled, &before)?;
    }
    let report = attendance::report(&settled, &guests.scope, &guests.invited, now(desk));
    tell(desk, args, &opened, &guests, &settled, &report, &told)
}

/// Adds what the receiver keeps in its file; what is told and not kept stays told.
fn received(journal: &Path, guests: &Guests, known: Settled, told: &mut sources::Told) -> Result<Settled, Failure> {
    if !journal.exists() {
        return Ok(known);
    }
    with_more(guests, known, |gathered| sources::journal(journal, gathered, told)).map_err(Failure::bad_input)
}

/// Adds more to what is known.
fn with_more<E>(
    guests: &Guests,
    known: Settled,
    more: impl FnOnce(&mut Gathered<'_>) -> Result<(), E>,
) -> Result<Settled, E> {
    let mut gathered = Gathered::with(&guests.scope, known.kept);
    gathered.add_unsure(known.all);
    more(&mut gathered)?;
    let mut settled = gathered.settle();
    settled.besides = settled.besides.with(known.besides);
    Ok(settled)
}

/// Whether people came, by address, name and session; `None` where nothing was read yet.
pub(super) type Came = HashMap<(String, String, Option<String>), &'static str>;

/// Whether people came, as far as that was read before.
pub(super) fn came(desk: &Desk<'_>, opened: &Opened) -> Result<Option<Came>, Failure> {
    let kept = kept(opened)?;
    if kept.is_empty() {
        return Ok(None);
    }
    let guests = Guests::of(desk, opened, false)?;
    let settled = Gathered::with(&guests.scope, kept).settle();
    let report = attendance::report(&settled, &guests.scope, &guests.invited, now(desk));
    let of = |person: Person| {
        let who = person.invited;
        ((who.email, who.name, who.session), person.status.as_str())
    };
    Ok(Some(report.people.into_iter().map(of).collect()))
}

fn now(desk: &Desk<'_>) -> UnixSeconds {
    desk.around.now().as_second()
}

/// Turns to the rehearsal's ledger.
fn enter_rehearsal(opened: &mut Opened) -> Result<(), Failure> {
    let folder = opened.settings.folder.join("rehearsal");
    if !folder.join(".roomkey").is_dir() {
        return Err(Failure::bad_input(
            Told::new("there is no rehearsal here to tell of").hint("`roomkey rehearse` makes one"),
        ));
    }
    if !opened.own_secret {
        return Err(Failure::bad_input(
            Told::new("no Jitsi secret here: a throw-away one signed the rehearsal's links, and they open no room")
                .hint("`roomkey check` says how to give it; then `roomkey rehearse` again"),
        ));
    }
    opened.settings.folder = folder;
    Ok(())
}

fn nothing_read() -> Failure {
    Failure::bad_input(Told::new("nothing was read yet that tells who came").hint(
        "give the Jitsi server's log: `roomkey attendance --log prosody.log`; `roomkey server-config` prints what \
         the server needs to write it",
    ))
}

/// What earlier readings kept.
fn kept(opened: &Opened) -> Result<Presence, Failure> {
    match opened.reader()? {
        Some(reader) => reader.presence().map_err(|problem| ledger_failure(&problem)),
        None => Ok(Presence::default()),
    }
}

/// Keeps what was read, and what others kept since the ledger was read `before`. While a run holds the ledger nothing is
/// kept, and nothing is lost: the sources are still there.
fn keep(
    desk: &Desk<'_>,
    opened: &Opened,
    guests: &Guests,
    mut settled: Settled,
    before: &Presence,
) -> Result<Settled, Failure> {
    let folder = LedgerFolder::prepare(&opened.settings.folder).map_err(|problem| ledger_failure(&problem))?;
    let lock = match patient_lock(desk, opened, &folder) {
        Ok(lock) => lock,
        Err(problem @ LockProblem::HeldBy { .. }) => {
            desk.console.warn(
                &Told::new(format!("{problem}: what was read is shown, and not kept"))
                    .hint("when that run is over, give the same files once more"),
            );
            return Ok(settled);
        }
        Err(LockProblem::Ledger(problem)) => return Err(ledger_failure(&problem)),
    };
    let mut ledger = Ledger::open(lock).map_err(|problem| ledger_failure(&problem))?;
    let since = ledger.presence().map_err(|problem| ledger_failure(&problem))?;
    if since != *before {
        settled = with_more(guests, settled, |gathered| {
            gathered.add(since);
            Ok::<(), Failure>(())
        })?;
    }
    ledger.keep_presence(&settled.kept).map_err(|problem| ledger_failure(&problem))?;
    Ok(settled)
}

/// Takes the run lock. Another reading has it for a moment only, and is waited for; whoever sends has it for long.
fn patient_lock(desk: &Desk<'_>, opened: &Opened, folder: &LedgerFolder) -> Result<RunLock, LockProblem> {
    const TRIES: u32 = 50;
    let is_reading = |problem: &LockProblem| match problem {
        LockProblem::HeldBy { holder: Some(note) } => note.command.split(' ').any(|word| word == "attendance"),
        _ => false,
    };
    for _ in 0..TRIES {
        match opened.try_lock(desk, folder) {
            Err(problem) if is_reading(&problem) => {}
            lock => return lock,
        }
    }
    opened.try_lock(desk, folder)
}

/// Prints the report in the form that was asked for, and says by the exit status what it comes to.
fn tell(
    desk: &Desk<'_>,
    args: &Attendance,
    opened: &Opened,
    guests: &Guests,
    settled: &Settled,
    report: &Report,
    told: &sources::Told,
) -> Result<Status, Failure> {
    let zone = guests.scope.zone();
    match args.format {
        AttendanceFormat::Text => {
            text::print(desk, &text::Facts { opened, guests, settled, report, told, all: args.all });
        }
        AttendanceFormat::Csv => desk.console.result_raw(&text::csv(report, zone)?),
        AttendanceFormat::Json => {
            let json = attendance::json(report, zone).map_err(|error| Failure::unexpected(error.to_string()))?;
            desk.console.result_raw(&(super::status::escaped(&json) + "\n"));
        }
    }
    if args.format != AttendanceFormat::Text {
        text::warn(desk, guests, settled, report);
    }
    if let Some(path) = &args.html {
        let view = View { opened, guests, settled, report, sources: &told.sources };
        write_page(path, &view.page(now(desk), None))?;
        desk.console.say(&format!("the page is {}: open it in a browser", path.display()));
    }
    Ok(status(report))
}

/// Refuses to put the page in place of anything but an older one.
fn check_page(path: &Path) -> Result<(), Failure> {
    let refused = |what: String, hint: &str| Err(Failure::bad_input(Told::new(what).hint(hint)));
    if path == Path::new("-") {
        return refused("the page needs a file of its own".to_owned(), "name one: `--html report.html`");
    }
    if path.components().any(|part| part.as_os_str() == ".roomkey") {
        return refused(
            format!("{} lies where Roomkey keeps what it needs", path.display()),
            "choose another place, such as report.html",
        );
    }
    let mut head = Vec::new();
    match File::open(path).and_then(|file| file.take(8 << 10).read_to_end(&mut head)) {
        Ok(_) if !head.is_empty() && memchr::memmem::find(&head, attendance::PAGE_MARK.as_bytes()).is_none() => {
            refused(
                format!(
                    "{} is there already, and is no page of `roomkey attendance`: it is left as it is",
                    path.display()
                ),
                "choose another name, such as report.html",
            )
        }
        _ => Ok(()),
    }
}

/// Writes a page that this user alone can read: it tells who was where.
fn write_page(path: &Path, page: &str) -> Result<(), Failure> {
    let failed = |error: io::Error| {
        Failure::bad_input(
            Told::new(format!("failed to write {}: {}", path.display(), system_words(&error)))
                .hint("choose another place"),
        )
    };
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut file = tempfile::NamedTempFile::new_in(folder).map_err(failed)?;
    file.write_all(page.as_bytes()).map_err(failed)?;
    file.persist(path).map_err(|problem| failed(problem.error))?;
    Ok(())
}

/// What a page shows.
struct View<'a> {
    opened: &'a Opened,
    guests: &'a Guests,
    settled: &'a Settled,
    report: &'a Report,
    sources: &'a [String],
}

impl View<'_> {
    fn page(&self, now: UnixSeconds, refresh: Option<u32>) -> String {
        let scope = &self.guests.scope;
        let warnings = text::warnings(self.settled);
        let warnings = self.guests.warnings.iter().cloned().chain(warnings).map(|told| told.what).collect::<Vec<_>>();
        let event = &self.opened.settings.event;
        let whole = scope.whole().unwrap_or_else(|| invited::hours(&event.window));
        attendance::page(
            self.report,
            &attendance::PageFacts {
                title: &event.title,
                zone: scope.zone(),
                hours: whole,
                generated: now,
                sources: self.sources,
                warnings: &warnings,
                refresh,
            },
        )
    }
}

/// 5 where the sources do not tell all, else 4 where somebody should look, else 0.
fn status(report: &Report) -> Status {
    if !report.span.is_complete() || report.with(attendance::Status::Unknown).next().is_some() {
        Status::SomeInDoubt
    } else if !report.unexplained.is_empty() || report.at_once().next().is_some() {
        Status::SomeFailed
    } else {
        Status::Done
    }
}
