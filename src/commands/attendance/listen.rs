//! `roomkey attendance --listen`: takes what the server posts until Ctrl-C, and shows who is there meanwhile.

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
    time::Duration,
};

use jiff::Timestamp;

use super::{View, invited::Guests, now};
use crate::{
    attendance::{
        self, Gathered, Report, Settled, Status,
        listen::{Journal, ListenProblem, News, Receiver, ShownPage},
    },
    campaign::{grouped, words},
    commands::{
        Desk, attendance_secret, browser, interrupt,
        opened::{Opened, ledger_failure},
    },
    failure::{self, Failure, Told},
    ledger::LedgerFolder,
    model::{Covered, Presence, UnixSeconds, Witness},
    surroundings,
};

/// The view is renewed so often while something happens.
const RENEWED: Duration = Duration::from_secs(1);
/// The ledger is looked into after so many renewals.
const LOOKED: u32 = 5;
/// A page in a browser asks for a newer one after so many seconds.
const REFRESHED: u32 = 5;

/// Where events are kept that the server posts; `None` where nobody was mailed and nobody listened yet.
pub(super) fn journal_of(opened: &Opened) -> Option<PathBuf> {
    let folder = LedgerFolder::find(&opened.settings.folder).ok()??;
    Some(journal_in(&folder, opened))
}

/// The same, with the folder made.
pub(super) fn prepared(opened: &Opened) -> Result<PathBuf, Failure> {
    let folder = LedgerFolder::prepare(&opened.settings.folder).map_err(|problem| ledger_failure(&problem))?;
    Ok(journal_in(&folder, opened))
}

fn journal_in(folder: &LedgerFolder, opened: &Opened) -> PathBuf {
    folder.path().join(format!("{}.events.jsonl", opened.settings.event.id))
}

/// Listens until Ctrl-C. All that was answered is in the journal then.
pub(super) fn listen(
    desk: &Desk<'_>,
    opened: &Opened,
    guests: &Guests,
    (address, journal, with_page): (SocketAddr, &Path, bool),
    known: Presence,
) -> Result<(), Failure> {
    let secret = attendance_secret::required(desk, &opened.settings).map_err(Failure::bad_input)?;
    if !address.ip().is_loopback() {
        desk.console.warn(
            &Told::new(format!("{address} can be reached by other machines, and what they post travels unencrypted"))
                .hint("listen on 127.0.0.1, and have a web server with HTTPS in front of it"),
        );
    }
    let journal = Journal::open(journal).map_err(|problem| listen_failure(&problem))?;
    interrupt::background_runtime()?.block_on(async {
        // First, so that Ctrl-C is heard from the first moment on.
        let mut pressed = interrupt::Pressed::listen();
        let started = Receiver::start(address, secret, journal, surroundings::now).await;
        let (receiver, mut news) = started.map_err(|problem| listen_failure(&problem))?;
        let mut live = Live::new(desk, opened, guests, known);
        desk.console.say(&format!(
            "listening on http://{}: Ctrl-C ends it, and tells who came",
            receiver.address()
        ));
        let page = if with_page { Some(live.page()?) } else { None };
        live.begin();
        let mut ticks = tokio::time::interval(RENEWED);
        ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                () = pressed.again() => break,
                told = news.recv() => match told {
                    Some(News::Stored(event)) => live.bodies.push((event.at, event.body)),
                    Some(News::Failing(problem)) => desk.console.warn(&Told::new(problem.to_string()).hint(problem.hint())),
                    Some(News::Recovered) => desk.console.say("events can be kept again"),
                    None => break,
                },
                _ = ticks.tick() => live.renew(receiver.counts(), page.as_ref()),
            }
        }
        desk.console.end_progress();
        desk.console.say("stopping: what the server is posting this moment is still taken");
        receiver.stop().await.map(drop).map_err(|problem| listen_failure(&problem))
    })
}

fn listen_failure(problem: &ListenProblem) -> Failure {
    let status = match problem {
        ListenProblem::Full { .. } | ListenProblem::Io { .. } | ListenProblem::Ended => failure::Status::Unexpected,
        ListenProblem::AddressInUse(_) | ListenProblem::Taken { .. } => failure::Status::NotNow,
        _ => failure::Status::BadInput,
    };
    Failure::of(status, Told::new(problem.to_string()).hint(problem.hint()))
}

/// What is shown while events come in.
struct Live<'a> {
    desk: &'a Desk<'a>,
    opened: &'a Opened,
    guests: &'a Guests,
    known: Presence,
    /// What another command has read meanwhile, and is not counted in yet.
    more: Presence,
    since: UnixSeconds,
    /// Events that are not counted in yet, each with when it came.
    bodies: Vec<(Timestamp, String)>,
    /// By how many seconds the server's times lie before ours at least: the clocks differ by that.
    late: Option<UnixSeconds>,
    line: String,
    strangers: usize,
    refused: u64,
    /// What the ledger held when it was last looked at, and how many renewals ago that was.
    kept: (Presence, u32),
}

impl<'a> Live<'a> {
    fn new(desk: &'a Desk<'a>, opened: &'a Opened, guests: &'a Guests, known: Presence) -> Self {
        let since = now(desk);
        let (line, bodies) = (String::new(), Vec::new());
        let (more, kept) = (Presence::default(), (Presence::default(), 0));
        Self { desk, opened, guests, known, more, since, bodies, late: None, line, strangers: 0, refused: 0, kept }
    }

    fn begin(&mut self) {
        let (settled, report) = self.state();
        self.strangers = report.unexplained.len();
        self.known = settled.kept;
        self.desk.console.start_progress(report.people.len() as u64);
    }

    /// Counts in what came, and how things stand.
    fn state(&mut self) -> (Settled, Report) {
        let now = now(self.desk);
        let mut gathered = Gathered::with(&self.guests.scope, std::mem::take(&mut self.known));
        gathered.add(std::mem::take(&mut self.more));
        for (at, body) in std::mem::take(&mut self.bodies) {
            attendance::read_post(&body, &mut gathered);
            let late = attendance::time_of_post(&body).map(|time| at.as_second() - time);
            self.late = [self.late, late].into_iter().flatten().min();
        }
        gathered.covers(Covered::of(Witness::Receiver, self.since.min(now), now));
        gathered.clocks_differ(self.late.unwrap_or_default());
        let settled = gathered.settle();
        let report = attendance::report(&settled, &self.guests.scope, &self.guests.invited, now);
        (settled, report)
    }

    /// Takes what another command has read meanwhile, to be counted in; whether there is some.
    fn look_into_ledger(&mut self) -> bool {
        self.kept.1 += 1;
        if self.kept.1 < LOOKED {
            return false;
        }
        self.kept.1 = 0;
        // What cannot be read now is read at the end, or told then.
        let Ok(kept) = super::kept(self.opened) else { return false };
        if kept == self.kept.0 {
            return false;
        }
        self.more = kept.clone();
        self.kept.0 = kept;
        true
    }

    fn page(&mut self) -> Result<ShownPage, Failure> {
        let (settled, report) = self.state();
        let page = self.rendered(&settled, &report);
        self.known = settled.kept;
        let page = ShownPage::start(page).map_err(|problem| listen_failure(&problem))?;
        self.desk.console.say("the report, on this computer alone, as long as this command runs:");
        self.desk.console.say(&page.url());
        browser::open(self.desk, Path::new(&page.url()));
        Ok(page)
    }

    fn rendered(&self, settled: &Settled, report: &Report) -> String {
        let sources =
            [format!("what the server posts, since {}", attendance::moment(self.since, self.guests.scope.zone()))];
        let view = View { opened: self.opened, guests: self.guests, settled, report, sources: &sources };
        view.page(now(self.desk), Some(REFRESHED))
    }

    fn renew(&mut self, counts: attendance::listen::Counts, page: Option<&ShownPage>) {
        if counts.refused > self.refused {
            let told = Told::new(format!(
                "{} without the right secret: not taken",
                words::counted(counts.refused - self.refused, "post came", "posts came")
            ));
            self.desk
                .console
                .warn(&told.hint("the server's `api_headers` must bear the same secret as [attendance] names"));
            self.refused = counts.refused;
        }
        self.desk.console.catch_up_progress();
        let is_more = self.look_into_ledger();
        // Without events only the page's clock goes on.
        if !is_more && self.bodies.is_empty() && page.is_none() && !self.line.is_empty() {
            return;
        }
        let (settled, report) = self.state();
        if let Some(page) = page {
            page.show(self.rendered(&settled, &report));
        }
        self.known = settled.kept;
        for stranger in report.unexplained.iter().skip(self.strangers) {
            let why = stranger.note.split("; still there").next().unwrap_or_default();
            self.desk.console.say(&format!("somebody came whom no invitation explains: {why}"));
        }
        self.strangers = report.unexplained.len();
        let line = line(&report);
        if line != self.line {
            self.desk.console.show_progress(report.with(Status::Came).count() as u64, &line);
            self.line = line;
        }
    }
}

/// `12 in the room now · 34 of 120 came · 86 missing`.
fn line(report: &Report) -> String {
    let came = report.with(Status::Came).count() as u64;
    let all = report.people.len() as u64;
    let number = |count: usize| grouped(count as u64);
    let mut line = format!(
        "{} in the room now · {} of {} came · {} missing",
        number(report.inside),
        grouped(came),
        grouped(all),
        grouped(all - came)
    );
    if !report.unexplained.is_empty() {
        line.push_str(&format!(" · {} unexplained", number(report.unexplained.len())));
    }
    let at_once = report.at_once().count();
    if at_once > 0 {
        line.push_str(&format!(" · {} two at once", number(at_once)));
    }
    line
}
