//! Ctrl-C: the first one lets what is in flight end, the second one ends the program.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use tokio::sync::watch;

use crate::failure::{Failure, Status};

/// Turns true at the first Ctrl-C; the second one ends the program.
#[derive(Debug, Clone)]
pub(super) struct Interrupt {
    stop: watch::Sender<bool>,
    hit: Arc<AtomicBool>,
}

impl Interrupt {
    /// Listens for Ctrl-C and, on unix, SIGTERM.
    pub(super) fn listen() -> Self {
        let interrupt = Self { stop: watch::Sender::new(false), hit: Arc::new(AtomicBool::new(false)) };
        let heard = interrupt.clone();
        tokio::spawn(async move {
            loop {
                signal().await;
                if heard.hit.swap(true, Ordering::SeqCst) {
                    std::process::exit(i32::from(Status::Interrupted.code()));
                }
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

#[cfg(unix)]
async fn signal() {
    use tokio::signal::unix::{SignalKind, signal};
    let Ok(mut terminate) = signal(SignalKind::terminate()) else {
        let _ = tokio::signal::ctrl_c().await;
        return;
    };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        _ = terminate.recv() => {}
    }
}

#[cfg(not(unix))]
async fn signal() {
    let _ = tokio::signal::ctrl_c().await;
}

/// The runtime that mails are sent on.
pub(super) fn runtime() -> Result<tokio::runtime::Runtime, Failure> {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::unexpected(format!("failed to start: {error}")))
}
