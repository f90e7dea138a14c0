//! Work on all cores whose results come back in the order in which it was given.
//!
//! Owns: threads, batches and the order. What waits is bounded, so that a file of any length passes
//! through little memory. Known weakness: a batch is handed over whole, so the first results wait
//! for a batch's length of rows, or for [`InOrder::finish`].

use std::{
    collections::{BTreeMap, VecDeque},
    sync::{
        Arc, Mutex, PoisonError,
        mpsc::{self, Receiver, Sender},
    },
    thread::{self, Scope},
};

/// Items handed over at once.
const BATCH: usize = 32;
/// Batches on their way for each thread.
const ON_THE_WAY: usize = 4;
/// More threads than this bring nothing: one thread reads the file for all of them.
const MOST_THREADS: usize = 8;

/// Threads at work, as long as their scope lives.
pub(super) struct InOrder<T, R> {
    jobs: Option<Sender<(usize, Vec<T>)>>,
    results: Receiver<(usize, Vec<R>)>,
    most: usize,
    batch: Vec<T>,
    given: usize,
    taken: usize,
    early: BTreeMap<usize, Vec<R>>,
    ready: VecDeque<R>,
}

impl<T: Send, R: Send> InOrder<T, R> {
    /// Starts threads that do `work`, as many as there are cores.
    pub(super) fn start<'scope, 'env>(
        scope: &'scope Scope<'scope, 'env>,
        work: impl Fn(T) -> R + Send + Sync + 'scope,
    ) -> Self
    where
        T: 'scope,
        R: 'scope,
    {
        let threads = thread::available_parallelism().map_or(1, |cores| cores.get().min(MOST_THREADS));
        let (jobs, taken) = mpsc::channel::<(usize, Vec<T>)>();
        let (done, results) = mpsc::channel();
        let (taken, work) = (Arc::new(Mutex::new(taken)), Arc::new(work));
        for _ in 0..threads {
            let (taken, done, work) = (taken.clone(), done.clone(), work.clone());
            scope.spawn(move || {
                loop {
                    let job = taken.lock().unwrap_or_else(PoisonError::into_inner).recv();
                    let Ok((number, batch)) = job else { return };
                    let batch: Vec<R> = batch.into_iter().map(|item| work(item)).collect();
                    if done.send((number, batch)).is_err() {
                        return;
                    }
                }
            });
        }
        let (jobs, most) = (Some(jobs), threads * ON_THE_WAY);
        let (early, ready) = (BTreeMap::new(), VecDeque::new());
        Self { jobs, results, most, batch: Vec::with_capacity(BATCH), given: 0, taken: 0, early, ready }
    }

    /// Does the work for each of these items; the results in their order.
    pub(super) fn over(mut self, items: impl Iterator<Item = T>) -> impl Iterator<Item = R> {
        let mut items = items.fuse();
        std::iter::from_fn(move || {
            loop {
                if let Some(result) = self.ready() {
                    return Some(result);
                }
                match items.next() {
                    Some(item) => self.give(item),
                    None => return self.finish(),
                }
            }
        })
    }

    /// Gives an item; waits where too many are on their way.
    pub(super) fn give(&mut self, item: T) {
        self.batch.push(item);
        if self.batch.len() >= BATCH {
            self.hand_over();
        }
    }

    /// The next result in order, if it is there.
    pub(super) fn ready(&mut self) -> Option<R> {
        self.ready.pop_front()
    }

    /// Waits for the next result in order; `None` when all that was given has come back.
    pub(super) fn finish(&mut self) -> Option<R> {
        if !self.batch.is_empty() {
            self.hand_over();
        }
        self.jobs = None;
        while self.ready.is_empty() && self.taken < self.given {
            self.wait();
        }
        self.ready()
    }

    fn hand_over(&mut self) {
        while self.given - self.taken >= self.most {
            self.wait();
        }
        let batch = std::mem::replace(&mut self.batch, Vec::with_capacity(BATCH));
        if let Some(jobs) = &self.jobs {
            // The threads end after this side alone.
            let _ = jobs.send((self.given, batch));
            self.given += 1;
        }
        while let Ok(result) = self.results.try_recv() {
            self.sort_in(result);
        }
    }

    fn wait(&mut self) {
        match self.results.recv() {
            Ok(result) => self.sort_in(result),
            // A thread broke down; its scope passes the panic on.
            Err(_) => self.taken = self.given,
        }
    }

    fn sort_in(&mut self, (number, batch): (usize, Vec<R>)) {
        self.early.insert(number, batch);
        while let Some(batch) = self.early.remove(&self.taken) {
            self.ready.extend(batch);
            self.taken += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_come_back_in_order_whatever_each_one_takes() {
        let mut results = Vec::new();
        thread::scope(|scope| {
            let work = InOrder::start(scope, |number: u64| {
                // Every other batch takes longer than the one behind it.
                if (number / BATCH as u64).is_multiple_of(2) {
                    thread::yield_now();
                }
                number * 2
            });
            results.extend(work.over(0..1000));
        });
        assert_eq!(results, (0..1000).map(|number| number * 2).collect::<Vec<u64>>());
    }

    #[test]
    fn nothing_given_gives_nothing() {
        thread::scope(|scope| assert_eq!(InOrder::start(scope, |item: u8| item).finish(), None));
    }
}
