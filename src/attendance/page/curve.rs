//! How many were there, moment by moment. Pure.

use serde::Serialize;

use super::{
    super::stays::{Stretch, union},
    blocks::Block,
};
use crate::attendance::Presented;
use crate::model::UnixSeconds;

/// So many steps at most: more than a screen shows.
const STEPS: UnixSeconds = 480;
/// Lengths of a step, in seconds.
const LENGTHS: [UnixSeconds; 8] = [60, 120, 300, 600, 900, 1800, 3600, 7200];

/// The people in a block of time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Curve {
    /// How long a step is, in seconds.
    pub step: UnixSeconds,
    /// The most at once in each step.
    pub counts: Vec<u32>,
    /// The most at once of all.
    pub most: u32,
    /// When there were so many first.
    pub most_at: UnixSeconds,
}

impl Curve {
    /// How many were there at most about a moment.
    #[must_use]
    pub(super) fn about(&self, block: &Block, at: UnixSeconds) -> u32 {
        let step = usize::try_from((at - block.from) / self.step).unwrap_or_default();
        self.counts.get(step).copied().unwrap_or_default()
    }
}

/// Counts people, each once, whether in the main room, a breakout room or both.
#[must_use]
pub(super) fn curve<'a>(block: &Block, everybody: impl Iterator<Item = &'a Presented>) -> Curve {
    let length = block.to - block.from;
    let step = LENGTHS.into_iter().find(|step| length / step < STEPS).unwrap_or(length / STEPS + 1);
    let steps = usize::try_from((length + step - 1) / step).unwrap_or(1).max(1);
    let mut turns: Vec<(UnixSeconds, i32)> = Vec::new();
    for seen in everybody {
        for stretch in union(seen.bars.iter().map(|bar| bar.time).collect()) {
            let Stretch { from, to } = Stretch { from: stretch.from.max(block.from), to: stretch.to.min(block.to) };
            if from < to {
                turns.extend([(from, 1), (to, -1)]);
            }
        }
    }
    // Whoever leaves as another comes is not there with them.
    turns.sort_unstable();
    let mut curve = Curve { step, counts: vec![0; steps], most: 0, most_at: block.from };
    let mut present = 0_u32;
    for (n, (at, change)) in turns.iter().enumerate() {
        present = present.saturating_add_signed(*change);
        let until = turns.get(n + 1).map_or(*at, |next| next.0);
        if present > curve.most && until > *at {
            (curve.most, curve.most_at) = (present, *at);
        }
        let within = |at: UnixSeconds| usize::try_from((at - block.from) / step).unwrap_or_default();
        for count in curve.counts.iter_mut().take(within(until - 1) + 1).skip(within(*at)) {
            *count = present.max(*count);
        }
    }
    curve
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::attendance::page::samples;

    #[test]
    fn each_is_counted_once_and_the_most_is_found() {
        let block = Block { from: 0, to: 600, starts: [0].into(), ends: [600].into() };
        let seen = [
            samples::seen(&[(0, 300), (310, 600)]),
            samples::seen(&[(70, 100), (90, 130)]),
            samples::seen(&[(130, 200)]),
            samples::seen(&[(-500, 20), (590, 900)]),
            samples::seen(&[]),
        ];
        let curve = curve(&block, seen.iter());
        assert_eq!((curve.step, curve.most, curve.most_at), (60, 2, 0));
        assert_eq!(curve.counts, [2, 2, 2, 2, 1, 1, 1, 1, 1, 2]);
        assert_eq!((curve.about(&block, 599), curve.about(&block, 9000)), (2, 0));
    }

    #[test]
    fn days_are_drawn_in_longer_steps() {
        let block = Block { from: 0, to: 90 * 86_400, starts: [0].into(), ends: [600].into() };
        let curve = curve(&block, std::iter::empty());
        assert!(curve.counts.len() <= 480 && curve.most == 0, "{}", curve.counts.len());
    }
}
