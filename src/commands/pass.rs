//! One pass, with its progress shown and its troubles told.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use jiff::SignedDuration;
use tokio::sync::watch;

use super::{interrupt::Interrupt, opened::Opened, relay};
use crate::{
    campaign::{Composer, Ended, Event, Journal, Pass, Tally, progress_line},
    console::Console,
    delivery::Mailer,
    model::Outcome,
};

/// Progress is shown at most so often: an eye sees no more.
const BLINK: Duration = Duration::from_millis(50);
/// So many troubles are kept for who asks.
const TROUBLES: usize = 20;

/// How a pass goes.
pub(super) struct Course {
    /// Connections at most.
    pub(super) connections: usize,
    /// Whether the relay has taken mails in an earlier pass of this run.
    pub(super) is_proven: bool,
    /// Whether the relay's trouble is waited out for minutes.
    pub(super) is_patient: bool,
    /// How long the limits alone make it last.
    pub(super) lasts: Option<Duration>,
    /// Turns true when nothing new may be begun.
    pub(super) stop: watch::Sender<bool>,
}

impl Course {
    /// One connection, without limits, until Ctrl-C.
    pub(super) fn alone(interrupt: &Interrupt) -> Self {
        Self { connections: 1, is_proven: false, is_patient: true, lasts: None, stop: interrupt.stop() }
    }
}

/// Runs one pass; answers also the outcomes of what was not accepted, the first of them.
pub(super) async fn pass<M: Mailer + 'static>(
    console: &Console,
    opened: &Opened,
    journal: Journal,
    composer: Composer,
    mailer: M,
    course: Course,
) -> (Ended, Vec<Outcome>) {
    let Course { connections, is_proven, is_patient, lasts, stop } = course;
    let total = composer.total();
    let (events_in, mut events) = tokio::sync::mpsc::unbounded_channel::<Event>();
    let pass = Pass {
        mailer,
        journal,
        connections,
        is_proven,
        is_patient,
        retry: relay::retry_policy(&opened.settings.retry),
        now: crate::surroundings::now,
        stop,
        listener: Arc::new(move |event: &Event| {
            let _ = events_in.send(event.clone());
        }),
    };
    if total > 0 {
        console.start_progress(total);
    }
    let started = Instant::now();
    let (mut shown, mut is_stale) = (None::<Instant>, false);
    let (mut tally, mut troubles) = (Tally::default(), Vec::new());
    let show_progress = |tally: &Tally| {
        let elapsed = started.elapsed();
        let line = progress_line(tally, elapsed, lasts.unwrap_or_default().saturating_sub(elapsed));
        console.show_progress(tally.done(), &line);
    };
    let show = async {
        while let Some(event) = events.recv().await {
            tally.add(&event);
            if let Event::Settled { outcome, .. } = &event
                && !matches!(outcome, Outcome::Accepted(_))
                && troubles.len() < TROUBLES
            {
                troubles.push(outcome.clone());
            }
            tell(console, &event);
            is_stale = shown.is_some_and(|at| at.elapsed() < BLINK);
            if !is_stale {
                shown = Some(Instant::now());
                show_progress(&tally);
            }
        }
        if is_stale {
            show_progress(&tally);
        }
    };
    let (ended, ()) = tokio::join!(pass.run(total, move |sink| composer.compose_all(sink)), show);
    console.end_progress();
    (ended, troubles)
}

fn tell(console: &Console, event: &Event) {
    match event {
        Event::Paused { outage, seconds } => {
            let wait = relay::length(SignedDuration::from_secs(seconds.cast_signed()));
            let what = relay::outage_told(outage, "the mail server").what;
            console.say(&format!("{what}; trying again in {wait} (Ctrl-C stops here)"));
        }
        Event::Slowed { connections } => {
            let left = match connections {
                1 => "one connection".to_owned(),
                many => format!("{many} connections"),
            };
            console.say(&format!("the mail server asks to slow down: {left} from now on"));
        }
        Event::TriedAgain { address } => console.detail(&format!("{address}: the connection was lost, trying again")),
        Event::Settled { .. } | Event::Started { .. } => {}
    }
}
