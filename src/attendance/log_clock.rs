//! What the dates of a log's lines mean: they name neither a year nor a zone, and `event_sync`'s lines have an epoch. Pure.

use jiff::{Timestamp, tz::TimeZone};

use super::{
    besides::CLOCKS_MAY_DIFFER,
    gathered::Gathered,
    log_line::{Date, instant},
};
use crate::model::UnixSeconds;

/// No zone is further ahead of UTC than so many seconds, or further behind it.
const FURTHEST: UnixSeconds = 15 * 3600;
/// What a clock showed is noted again after so many seconds.
const AGAIN: UnixSeconds = 30 * 86_400;

/// What the server's clock showed when it was a certain time.
struct Anchor {
    /// Where in the log, in octets.
    at: u64,
    /// How far the clock was ahead of UTC.
    ahead: UnixSeconds,
    epoch: UnixSeconds,
}

/// What is known of the clock by which a log is written.
#[derive(Default)]
pub(super) struct LogClock {
    /// In the order of the log.
    anchors: Vec<Anchor>,
}

impl LogClock {
    /// Learns from a line that has an epoch what its date means.
    pub(super) fn learn(
        &mut self,
        at: u64,
        date: Option<Date>,
        epoch: Option<UnixSeconds>,
        gathered: &mut Gathered<'_>,
    ) {
        let (Some(date), Some(epoch)) = (date, epoch) else { return };
        let Some(local) = instant(date, 0, epoch) else { return };
        let ahead = local - epoch;
        if ahead.abs() > FURTHEST {
            return;
        }
        // Zones are whole quarters of an hour ahead; a second passes while a line is written.
        let zone = (ahead + 450).div_euclid(900) * 900;
        let is_zone = (ahead - zone).abs() <= CLOCKS_MAY_DIFFER;
        if !is_zone {
            gathered.clocks_differ(ahead - zone);
        }
        let ahead = if is_zone { zone } else { ahead };
        let known = self.anchors.last();
        if known.is_none_or(|known| known.ahead != ahead || (known.epoch - epoch).abs() > AGAIN) {
            self.anchors.push(Anchor { at, ahead, epoch });
        }
    }

    /// Tells other logs of the server what was learnt.
    pub(super) fn tell(&self, gathered: &mut Gathered<'_>) {
        for anchor in &self.anchors {
            gathered.clock(anchor.epoch, anchor.ahead);
        }
    }

    /// What a line's date means; `near` is a time near to it, where nothing else tells.
    pub(super) fn instant(
        &self,
        at: u64,
        date: Date,
        near: UnixSeconds,
        gathered: &Gathered<'_>,
    ) -> Option<UnixSeconds> {
        let before = self.anchors.partition_point(|anchor| anchor.at <= at);
        let zone = gathered.scope().zone();
        if let Some(anchor) = self.anchors.get(before.saturating_sub(1)) {
            return by_clock(date, (anchor.epoch, anchor.ahead), anchor.epoch, zone);
        }
        let as_utc = instant(date, 0, near)?;
        if let Some(clock) = gathered.clock_near(as_utc) {
            return by_clock(date, clock, near, zone);
        }
        // Where nothing tells, the organiser's own zone is the best guess.
        instant(date, ahead_in(zone, as_utc)?, near)
    }
}

/// How far a zone is ahead of UTC.
fn ahead_in(zone: &TimeZone, at: UnixSeconds) -> Option<UnixSeconds> {
    Some(i64::from(zone.to_offset(Timestamp::from_second(at).ok()?).seconds()))
}

/// What a date means by what the server's clock showed once: a server in the event's own zone, as far as that tells,
/// changes its clock with it. One that shows UTC shows it all year.
fn by_clock(
    date: Date,
    (known, ahead): (UnixSeconds, UnixSeconds),
    near: UnixSeconds,
    zone: &TimeZone,
) -> Option<UnixSeconds> {
    let at = instant(date, ahead, near)?;
    if ahead == 0 || ahead_in(zone, known)? != ahead {
        return Some(at);
    }
    let then = ahead_in(zone, at)?;
    let again = instant(date, then, near)?;
    Some(if ahead_in(zone, again)? == then { again } else { at })
}
