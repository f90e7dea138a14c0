//! When the server was down, by the lines that tell of its stops and starts. Pure.

use crate::model::{ServerTurn, UnixSeconds};

/// Lines of one start, or of one stop, are this close, in seconds.
const ONE_TURN: UnixSeconds = 60;

/// A time in which the server was down, for all that is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Outage {
    /// When it stopped; where nobody told, the last sign of life.
    pub(super) from: UnixSeconds,
    /// When it started again; the same where nobody told.
    pub(super) to: UnixSeconds,
}

impl Outage {
    /// Whether it touches a stretch of time.
    pub(super) fn touches(self, from: UnixSeconds, to: UnixSeconds) -> bool {
        self.from <= to && self.to >= from
    }
}

/// The outages that turns make; sorted. A start without a stop follows an end that nobody saw: it lies behind the last
/// line before.
pub(super) fn outages(turns: &[ServerTurn]) -> Vec<Outage> {
    let mut sorted: Vec<&ServerTurn> = turns.iter().collect();
    sorted.sort_by_key(|turn| (turn.at, !turn.is_stop, turn.since));
    let mut outages: Vec<Outage> = Vec::new();
    let mut stopped: Option<UnixSeconds> = None;
    for turn in sorted {
        match stopped {
            Some(at) if turn.is_stop && turn.at - at > ONE_TURN => {
                outages.push(Outage { from: at, to: at });
                stopped = Some(turn.at);
            }
            None if turn.is_stop => stopped = Some(turn.at),
            Some(_) if turn.is_stop => {}
            Some(at) => {
                outages.push(Outage { from: at, to: turn.at });
                stopped = None;
            }
            None if outages.last().is_some_and(|last| turn.at - last.to <= ONE_TURN) => {}
            None => outages.push(Outage { from: turn.since.min(turn.at), to: turn.at }),
        }
    }
    outages.extend(stopped.map(|at| Outage { from: at, to: at }));
    outages
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(turns: &[(UnixSeconds, UnixSeconds, bool)]) -> Vec<(UnixSeconds, UnixSeconds)> {
        let turns: Vec<ServerTurn> = turns
            .iter()
            .map(|(at, since, is_stop)| ServerTurn { at: *at, since: *since, is_stop: *is_stop, host: None })
            .collect();
        outages(&turns).into_iter().map(|outage| (outage.from, outage.to)).collect()
    }

    #[test]
    fn a_stop_and_the_lines_of_a_start_are_one_outage() {
        assert_eq!(told(&[(100, 100, true), (100, 100, true), (130, 129, false), (131, 130, false)]), [(100, 130)]);
        assert_eq!(told(&[(100, 100, true)]), [(100, 100)]);
        assert_eq!(told(&[(500, 300, false), (501, 500, false)]), [(300, 500)], "nobody saw it end");
        assert_eq!(told(&[(100, 100, true), (900, 900, true), (950, 940, false)]), [(100, 100), (900, 950)]);
        assert_eq!(told(&[(500, 300, false), (900, 600, false)]), [(300, 500), (600, 900)]);
    }
}
