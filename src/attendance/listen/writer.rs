//! The one thread that writes: takes all that waits, writes and syncs once, then answers everybody.
//!
//! However many post at once, they wait for about two syncs of the disk: the one under way and their own.

use std::sync::Arc;

use jiff::Timestamp;
use tokio::sync::{mpsc, oneshot};

use super::{Journal, ListenProblem, News, Received, counts::Counters, events::OwnLine};

/// Octets after which a batch is written, whatever still waits.
const BATCH: usize = 4 * 1024 * 1024;

/// What the writer is asked for.
#[derive(Debug)]
pub(super) enum Job {
    /// Keep an event, and say whether it is on the disk.
    Keep {
        /// Its line, without the line's end.
        line: String,
        /// Who waits for it.
        answer: oneshot::Sender<bool>,
    },
    /// Say that the receiver is alive.
    Beat,
    /// Say that it has ended, and end.
    Stop,
}

/// What is written and synced together.
#[derive(Debug, Default)]
struct Batch {
    lines: Vec<u8>,
    events: Vec<(String, oneshot::Sender<bool>)>,
    is_last: bool,
}

impl Batch {
    fn add(&mut self, job: Job, now: Timestamp) {
        match job {
            Job::Keep { line, answer } => {
                self.lines.extend_from_slice(line.as_bytes());
                self.lines.push(b'\n');
                self.events.push((line, answer));
            }
            Job::Beat => self.lines.extend_from_slice(OwnLine::Heartbeat.at(now).as_bytes()),
            Job::Stop => {
                self.lines.extend_from_slice(OwnLine::Stopped.at(now).as_bytes());
                self.is_last = true;
            }
        }
    }

    fn is_full(&self) -> bool {
        self.is_last || self.lines.len() >= BATCH
    }
}

/// The writer, with the file to itself.
#[derive(Debug)]
pub(super) struct Writer {
    journal: Journal,
    jobs: mpsc::Receiver<Job>,
    news: mpsc::Sender<News>,
    counts: Arc<Counters>,
    now: fn() -> Timestamp,
    /// Whether it was told that the file cannot be written.
    failing: bool,
}

impl Writer {
    pub(super) fn new(
        journal: Journal,
        jobs: mpsc::Receiver<Job>,
        news: mpsc::Sender<News>,
        counts: Arc<Counters>,
        now: fn() -> Timestamp,
    ) -> Self {
        Self { journal, jobs, news, counts, now, failing: false }
    }

    /// Writes until it is told to stop, or nobody is left who could tell it anything.
    ///
    /// # Errors
    /// Where the last line could not be written.
    pub(super) fn run(mut self) -> Result<(), ListenProblem> {
        while let Some(first) = self.jobs.blocking_recv() {
            let now = (self.now)();
            let batch = self.gather(first, now);
            let is_last = batch.is_last;
            let written = self.write(&batch.lines, now);
            self.report(batch, now, &written);
            if is_last {
                return written;
            }
        }
        Ok(())
    }

    /// All that waits by now, in its order.
    fn gather(&mut self, first: Job, now: Timestamp) -> Batch {
        let mut batch = Batch::default();
        batch.add(first, now);
        while !batch.is_full()
            && let Ok(next) = self.jobs.try_recv()
        {
            batch.add(next, now);
        }
        batch
    }

    fn write(&mut self, lines: &[u8], now: Timestamp) -> Result<(), ListenProblem> {
        if self.journal.find_again()? {
            // A file that begins here says so, as the first one did.
            self.journal.append(&[OwnLine::Listening.at(now).as_bytes(), lines].concat())
        } else {
            self.journal.append(lines)
        }
    }

    /// Answers first, as servers wait for it.
    fn report(&mut self, batch: Batch, at: Timestamp, written: &Result<(), ListenProblem>) {
        let count = if written.is_ok() { &self.counts.accepted } else { &self.counts.failed };
        count.add(batch.events.len() as u64);
        let mut stored = Vec::with_capacity(batch.events.len());
        for (body, answer) in batch.events {
            // Whoever has gone meanwhile needs no answer.
            let _ = answer.send(written.is_ok());
            stored.push(News::Stored(Received { at, body }));
        }
        match written {
            Ok(()) => {
                if self.failing {
                    self.failing = !self.tell(News::Recovered);
                }
                for news in stored {
                    self.tell(news);
                }
            }
            Err(problem) => self.failing = self.failing || self.tell(News::Failing(problem.clone())),
        }
    }

    /// Tells it where there is room; the writer waits for nobody.
    fn tell(&self, news: News) -> bool {
        let told = self.news.try_send(news).is_ok();
        self.counts.missed.add(u64::from(!told));
        told
    }
}
