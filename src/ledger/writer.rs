//! One thread that writes: whatever is asked for at the same time shares a transaction.
//!
//! Owns: the order of writes, group commit, and what happens when the disk fails. A claim is written
//! at once and answered when it is durable; a result waits some milliseconds for company, since the
//! next claim is mostly on its way. After a first failure no claim is granted any more; the room kept
//! in reserve is given back, and results are still tried, one by one, since each that gets through is a
//! mail less in doubt. What could not be recorded is remembered, to be told.

use std::{
    collections::HashSet,
    future::Future,
    io,
    sync::{
        Arc, Mutex, MutexGuard, OnceLock, PoisonError,
        mpsc::{self, Receiver, RecvTimeoutError, Sender},
    },
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use jiff::Timestamp;
use rusqlite::{Transaction, TransactionBehavior};
use tokio::sync::oneshot;

use super::{
    Ending, Entry, Ledger, LedgerProblem, MailingId,
    book::{self, Claims, Trouble},
    spare::Spare,
};
use crate::model::Address;

/// How many requests share a transaction at most.
const GROUP: usize = 256;
/// So long a result waits for others, and for the next claim. A crash meanwhile leaves its mail in
/// doubt: no more of them than may be claimed ahead.
const COMPANY: Duration = Duration::from_millis(10);

/// A running writer thread and the ledger in it.
///
/// Dropped instead of closed, it still writes what was asked for before.
#[derive(Debug)]
pub struct Writer {
    handle: WriterHandle,
    thread: Option<JoinHandle<Ledger>>,
}

/// Asks the writer; cheap to clone.
///
/// A request is on its way when the method returns: its answer may be awaited later, or never.
#[derive(Debug, Clone)]
pub struct WriterHandle {
    requests: Sender<Message>,
    trouble: Arc<Lasting>,
    /// Rows whose claim was asked for, and whose end was not.
    open: Arc<Mutex<HashSet<u32>>>,
}

/// What went wrong for good, and what it cost.
#[derive(Debug, Default)]
struct Lasting {
    failure: OnceLock<LedgerProblem>,
    unrecorded: Mutex<Vec<Unrecorded>>,
}

/// A result that is known and could not be written: the ledger will call the mail in doubt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unrecorded {
    /// Whom the mail was for.
    pub to: Address,
    /// What became of it.
    pub ending: Ending,
}

#[derive(Debug)]
enum Message {
    Request(Request),
    Close,
}

#[derive(Debug)]
struct Request {
    job: Job,
    answer: oneshot::Sender<Answer>,
}

#[derive(Debug)]
enum Job {
    Begin(Arc<Entry>, Timestamp),
    Finish(Arc<Entry>, Ending, Timestamp),
    Withdraw(u32),
}

impl Job {
    /// Whether somebody waits for it.
    fn is_urgent(&self) -> bool {
        matches!(self, Self::Begin(..))
    }
}

/// The mail that the job was about; none where a withdrawn one is gone.
type Answer = Result<Option<MailingId>, LedgerProblem>;

impl Writer {
    /// Starts the thread; it takes the ledger, and with it the lock.
    ///
    /// # Errors
    /// [`LedgerProblem::Full`] where no room can be kept in reserve, [`LedgerProblem::Io`] where the
    /// system gives no thread; the ledger is closed then.
    pub fn start(ledger: Ledger) -> Result<Self, LedgerProblem> {
        let (requests, received) = mpsc::channel();
        let trouble = Arc::new(Lasting::default());
        let path = ledger.path().to_owned();
        let spare = Some(Spare::beside(&path)?);
        let scribe = Scribe { ledger, claims: Claims::new(), spare, trouble: trouble.clone() };
        let thread = thread::Builder::new()
            .name("ledger".into())
            .spawn(move || scribe.work(&received))
            .map_err(|error: io::Error| LedgerProblem::io("start the writer of", &path, &error))?;
        Ok(Self { handle: WriterHandle { requests, trouble, open: Arc::default() }, thread: Some(thread) })
    }

    /// A way to ask it.
    #[must_use]
    pub fn handle(&self) -> WriterHandle {
        self.handle.clone()
    }

    /// Writes what was asked for so far, ends the thread and gives the ledger back. Blocks meanwhile,
    /// for some milliseconds. A claim that has not ended stays `sending`; later requests are refused.
    ///
    /// # Errors
    /// The first failure, if there was one; the ledger is closed then, and its lock given back.
    pub fn close(mut self) -> Result<Ledger, LedgerProblem> {
        let ledger = self.end().ok_or(LedgerProblem::Closed)?;
        match self.handle.failure() {
            Some(problem) => Err(problem),
            None => ledger.checkpoint().map(|()| ledger),
        }
    }

    fn end(&mut self) -> Option<Ledger> {
        let thread = self.thread.take()?;
        // A thread that has ended already takes no message, and needs none.
        let _ = self.handle.requests.send(Message::Close);
        thread.join().ok()
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        drop(self.end());
    }
}

impl WriterHandle {
    /// Claims a mail as `sending`; once answered with its integer, that is durable and its body may go.
    ///
    /// A new person is recorded with it; a known one keeps key, user id and calendar UID. With
    /// [`Entry::mailing`], the stored mail is tried again: its attempts rise by one.
    ///
    /// # Errors
    /// [`LedgerProblem::Misuse`] where the row is claimed already, the mail to be continued has gone
    /// out or is another person's, or its Message-ID or the person's user id differ from what is
    /// stored; the writer goes on. Any other problem is lasting: no later claim is granted.
    pub fn begin(
        &self,
        entry: Arc<Entry>,
        now: Timestamp,
    ) -> impl Future<Output = Result<MailingId, LedgerProblem>> + Send + use<> {
        let answer = self.ask(Job::Begin(entry, now));
        async move { answer.await?.ok_or(LedgerProblem::Closed) }
    }

    /// Records what became of a mail, and ends its claim; answered once that is durable.
    ///
    /// A mail that was never claimed (refused before its body) gets its line, and an attempt, now.
    ///
    /// # Errors
    /// As for [`WriterHandle::begin`].
    pub fn finish(
        &self,
        entry: Arc<Entry>,
        ending: Ending,
        now: Timestamp,
    ) -> impl Future<Output = Result<MailingId, LedgerProblem>> + Send + use<> {
        let answer = self.ask(Job::Finish(entry, ending, now));
        async move { answer.await?.ok_or(LedgerProblem::Closed) }
    }

    /// Takes back the claim of a mail of which nothing has left: everything is as before the claim.
    /// Does nothing for a row without one.
    ///
    /// # Errors
    /// The lasting ones of [`WriterHandle::begin`].
    pub fn withdraw(&self, row: u32) -> impl Future<Output = Result<(), LedgerProblem>> + Send + use<> {
        let answer = self.ask(Job::Withdraw(row));
        async move { answer.await.map(drop) }
    }

    /// What went wrong for good, if anything: no claim is granted any more.
    #[must_use]
    pub fn failure(&self) -> Option<LedgerProblem> {
        self.trouble.failure.get().cloned()
    }

    /// Results that could not be recorded; once [`Writer::close`] has returned, all of them.
    #[must_use]
    pub fn unrecorded(&self) -> Vec<Unrecorded> {
        self.trouble.unrecorded.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// How many claims were asked for whose end was not: what a crash leaves in doubt at most, once
    /// all that was asked for is written.
    #[must_use]
    pub fn open(&self) -> usize {
        self.open_rows().len()
    }

    fn open_rows(&self) -> MutexGuard<'_, HashSet<u32>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn ask(&self, job: Job) -> impl Future<Output = Answer> + Send + use<> {
        let (answer, answered) = oneshot::channel();
        // Held until the request is queued: rows are counted in the order in which they are written.
        let mut open = self.open_rows();
        match &job {
            Job::Begin(entry, _) => open.insert(entry.row),
            Job::Finish(entry, ..) => open.remove(&entry.row),
            Job::Withdraw(row) => open.remove(row),
        };
        // Where the thread has ended, the answer's sender is dropped with the message: `Closed`.
        let _ = self.requests.send(Message::Request(Request { job, answer }));
        drop(open);
        async move { answered.await.unwrap_or(Err(LedgerProblem::Closed)) }
    }
}

/// What the thread works with.
struct Scribe {
    ledger: Ledger,
    claims: Claims,
    spare: Option<Spare>,
    trouble: Arc<Lasting>,
}

impl Scribe {
    fn work(mut self, requests: &Receiver<Message>) -> Ledger {
        loop {
            let (group, more) = gather(requests);
            if !group.is_empty() {
                self.serve(group);
            }
            if !more {
                return self.ledger;
            }
        }
    }

    fn serve(&mut self, group: Vec<Request>) {
        if self.trouble.failure.get().is_none() {
            match self.write(group.iter().map(|request| &request.job)) {
                Ok(answers) => {
                    for (request, answer) in group.into_iter().zip(answers) {
                        // Whoever asked need not wait for the answer.
                        let _ = request.answer.send(answer);
                    }
                    return;
                }
                Err(problem) => {
                    self.spare = None;
                    drop(self.trouble.failure.set(problem));
                }
            }
        }
        for request in group {
            let answer = self.serve_after_failure(&request.job);
            if let (Job::Finish(entry, ending, _), Err(problem)) = (&request.job, &answer)
                && !matches!(problem, LedgerProblem::Misuse(_))
            {
                let unrecorded = Unrecorded { to: entry.to.clone(), ending: ending.clone() };
                self.trouble.unrecorded.lock().unwrap_or_else(PoisonError::into_inner).push(unrecorded);
            }
            let _ = request.answer.send(answer);
        }
    }

    fn serve_after_failure(&mut self, job: &Job) -> Answer {
        match (job, self.trouble.failure.get()) {
            (Job::Begin(..), Some(problem)) => Err(problem.clone()),
            _ => self.write(std::iter::once(job))?.pop().unwrap_or(Err(LedgerProblem::Closed)),
        }
    }

    /// Does all jobs in one transaction, or none of them.
    fn write<'a>(&mut self, jobs: impl Iterator<Item = &'a Job>) -> Result<Vec<Answer>, LedgerProblem> {
        self.ledger.require_place()?;
        let claims_before = self.claims.clone();
        self.write_into(jobs).map_err(|error| {
            self.claims = claims_before;
            self.ledger.problem(&error)
        })
    }

    fn write_into<'a>(&mut self, jobs: impl Iterator<Item = &'a Job>) -> rusqlite::Result<Vec<Answer>> {
        let step = Transaction::new_unchecked(self.ledger.connection(), TransactionBehavior::Immediate)?;
        let claims = &mut self.claims;
        let mut answers = Vec::new();
        for job in jobs {
            let done = match job {
                Job::Begin(entry, now) => book::begin(&step, claims, entry, *now).map(Some),
                Job::Finish(entry, ending, now) => book::finish(&step, claims, entry, ending, *now).map(Some),
                Job::Withdraw(row) => book::withdraw(&step, claims, *row),
            };
            answers.push(match done {
                Ok(mailing) => Ok(mailing),
                Err(Trouble::Misuse(why)) => Err(LedgerProblem::Misuse(why)),
                Err(Trouble::Store(error)) => return Err(error),
            });
        }
        step.commit()?;
        Ok(answers)
    }
}

/// Waits for a request and takes what else is queued; says whether there may be more.
fn gather(requests: &Receiver<Message>) -> (Vec<Request>, bool) {
    let mut group: Vec<Request> = Vec::new();
    let mut next = requests.recv().ok();
    let end = Instant::now() + COMPANY;
    let mut is_urgent = false;
    loop {
        match next {
            Some(Message::Request(request)) => {
                is_urgent |= request.job.is_urgent();
                group.push(request);
            }
            Some(Message::Close) | None => return (group, false),
        }
        if group.len() >= GROUP {
            return (group, true);
        }
        let wait = if is_urgent { Duration::ZERO } else { end.saturating_duration_since(Instant::now()) };
        next = match requests.recv_timeout(wait) {
            Ok(message) => Some(message),
            Err(RecvTimeoutError::Timeout) => return (group, true),
            Err(RecvTimeoutError::Disconnected) => None,
        };
    }
}
