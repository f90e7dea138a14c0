//! Ctrl-C: the first one lets what is in flight end, the second one ends the program.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use tokio::sync::watch;

use crate::{
    console::Console,
    failure::{Failure, Status, Told},
};

/// Turns true at the first Ctrl-C; the second one ends the program.
#[derive(Debug, Clone)]
pub(super) struct Interrupt {
    stop: watch::Sender<bool>,
    hit: Arc<AtomicBool>,
}

impl Interrupt {
    /// Listens for Ctrl-C and, on unix, SIGTERM; says what follows from it.
    pub(super) fn listen(console: &Console) -> Self {
        let console = console.clone();
        let interrupt = Self { stop: watch::Sender::new(false), hit: Arc::new(AtomicBool::new(false)) };
        let heard = interrupt.clone();
        let mut pressed = Pressed::listen();
        tokio::spawn(async move {
            loop {
                pressed.again().await;
                if heard.hit.swap(true, Ordering::SeqCst) {
                    console.end_progress();
                    console
                        .say("ended at once: mails that were on their way are in doubt; `roomkey status` lists them");
                    std::process::exit(i32::from(Status::Interrupted.code()));
                }
                console.say(
                    "stopping: nothing new is begun, and what is on its way is finished (Ctrl-C once more ends at once)",
                );
                heard.stop.send_replace(true);
            }
        });
        interrupt
    }

    pub(super) fn was_hit(&self) -> bool {
        self.hit.load(Ordering::SeqCst)
    }

    /// Sleeps so long; says whether Ctrl-C ended it.
    pub(super) async fn sleep(&self, length: std::time::Duration) -> bool {
        let mut stop = self.stop.subscribe();
        tokio::select! {
            () = tokio::time::sleep(length) => {}
            _ = stop.wait_for(|stop| *stop) => {}
        }
        self.was_hit()
    }

    pub(super) fn stop(&self) -> watch::Sender<bool> {
        self.stop.clone()
    }
}

/// Waits for Ctrl-C, from the moment on at which this is first polled.
async fn signal() {
    Pressed::listen().again().await;
}

/// Ctrl-C and, on unix, SIGTERM and SIGHUP: none is missed once this is made, on a runtime.
#[cfg(unix)]
#[derive(Debug)]
pub(super) struct Pressed(Vec<tokio::signal::unix::Signal>);

#[cfg(unix)]
impl Pressed {
    pub(super) fn listen() -> Self {
        use tokio::signal::unix::{SignalKind, signal};
        // The last is sent when a terminal is closed.
        let kinds = [SignalKind::interrupt(), SignalKind::terminate(), SignalKind::hangup()];
        Self(kinds.into_iter().filter_map(|kind| signal(kind).ok()).collect())
    }

    /// Waits for the next one.
    pub(super) async fn again(&mut self) {
        use std::{future::poll_fn, task::Poll};
        poll_fn(|context| {
            let is_sent = |signal: &mut tokio::signal::unix::Signal| signal.poll_recv(context).is_ready();
            if self.0.iter_mut().any(is_sent) { Poll::Ready(()) } else { Poll::Pending }
        })
        .await;
    }
}

#[cfg(not(unix))]
#[derive(Debug)]
pub(super) struct Pressed;

#[cfg(not(unix))]
impl Pressed {
    pub(super) fn listen() -> Self {
        Self
    }

    pub(super) async fn again(&mut self) {
        let _ = tokio::signal::ctrl_c().await;
    }
}

/// From here on Ctrl-C says `last_words` and ends the program, for as long as the returned value
/// lives; after that Ctrl-C does nothing.
///
/// The terminal gets its modes of now back first: Ctrl-C may be pressed in the midst of a hidden
/// answer, and whoever sits there would type blind afterwards.
pub(super) fn while_asked(last_words: &'static str) -> Result<tokio::runtime::Runtime, Failure> {
    #[cfg(unix)]
    let terminal = rustix::termios::tcgetattr(std::io::stdin()).ok();
    let listening = background_runtime()?;
    let (ready, listens) = std::sync::mpsc::channel();
    listening.spawn(async move {
        let mut pressed = Pressed::listen();
        let _ = ready.send(());
        pressed.again().await;
        #[cfg(unix)]
        if let Some(terminal) = terminal {
            let now = rustix::termios::OptionalActions::Now;
            // Where it fails, there is no terminal any more.
            let _ = rustix::termios::tcsetattr(std::io::stdin(), now, &terminal);
        }
        crate::console::last_words(last_words);
        std::process::exit(i32::from(Status::Interrupted.code()));
    });
    // An error would mean that the program is ending already.
    let _ = listens.recv();
    Ok(listening)
}

/// The runtime that mails are sent on: one thread, since what passes from one to another costs more
/// than the work itself. Mails are made, and the ledger is written, on threads of their own.
pub(super) fn runtime() -> Result<tokio::runtime::Runtime, Failure> {
    built(tokio::runtime::Builder::new_current_thread())
}

/// A runtime that works while this thread does something else: waits for somebody to type, or sends.
pub(super) fn background_runtime() -> Result<tokio::runtime::Runtime, Failure> {
    let mut builder = tokio::runtime::Builder::new_multi_thread();
    builder.worker_threads(1);
    built(builder)
}

/// Waits for the answer to a question that sends nothing; Ctrl-C ends it.
pub(super) fn answer<T>(asking: impl Future<Output = T>) -> Result<T, Failure> {
    let answer = runtime()?.block_on(async {
        tokio::select! {
            // First, so that it listens before anything is asked.
            biased;
            () = signal() => None,
            answer = asking => Some(answer),
        }
    });
    answer.ok_or_else(|| Failure::of(Status::Interrupted, Told::new("interrupted: nothing was sent")))
}

fn built(mut builder: tokio::runtime::Builder) -> Result<tokio::runtime::Runtime, Failure> {
    builder.enable_all().build().map_err(|error| Failure::unexpected(format!("failed to start: {error}")))
}
