//! The curve of a block of time as SVG, and as a table for whoever cannot see it. Pure.
//!
//! What is drawn has no style of its own: the page's policy allows none.

use jiff::{Timestamp, tz::TimeZone};

use super::{
    super::{
        span::{Gap, Span},
        words,
    },
    blocks::Block,
    curve::Curve,
};
use crate::model::{UnixSeconds, html_escaped};

/// Lengths from one label to the next, in seconds.
const LENGTHS: [UnixSeconds; 11] = [300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400, 172_800];
/// So many labels at most: a phone shows no more.
const LABELS: UnixSeconds = 6;
/// More starts and ends than these are not marked one by one.
const MARKS: usize = 8;

/// Round times within a block, by the clock of the zone.
#[must_use]
pub(super) fn ticks(block: &Block, zone: &TimeZone) -> Vec<UnixSeconds> {
    let length = block.to - block.from;
    let step = LENGTHS.into_iter().find(|step| length / step <= LABELS).unwrap_or(length / LABELS);
    let ahead = Timestamp::from_second(block.from).map_or(0, |at| i64::from(zone.to_offset(at).seconds()));
    let first = (block.from + ahead + step - 1).div_euclid(step) * step - ahead;
    let all = (0..=LABELS).map(|n| first + n * step);
    all.filter(|at| (block.from..=block.to).contains(at)).collect()
}

/// What is drawn of one block.
pub(super) struct Drawing<'a> {
    pub block: &'a Block,
    pub curve: &'a Curve,
    /// The most at once in all blocks: their scale.
    pub most: u32,
    pub span: &'a Span,
    pub zone: &'a TimeZone,
}

impl Drawing<'_> {
    /// Where a moment is, in percent of the width.
    fn x(&self, at: UnixSeconds) -> String {
        #[expect(clippy::cast_precision_loss, reason = "a place on a screen")]
        let percent = (at - self.block.from) as f64 * 100.0 / (self.block.to - self.block.from) as f64;
        format!("{:.2}%", percent.clamp(0.0, 100.0))
    }

    /// The picture.
    #[must_use]
    pub(super) fn svg(&self, number: usize, said: &str) -> String {
        let label = html_escaped(said);
        let mut svg = format!("<svg class=\"curve\" role=\"img\" aria-label=\"{label}\" data-block=\"{number}\">");
        self.untold(&mut svg);
        let most = self.most.max(1);
        for part in [most, most / 2] {
            if part > 0 {
                level(&mut svg, part, most);
            }
        }
        let line = self.line(most);
        let steps = self.curve.counts.len();
        svg.push_str(&format!(
            "<svg y=\"26\" width=\"100%\" height=\"120\" viewBox=\"0 0 {steps} {most}\" preserveAspectRatio=\"none\">\
             <path class=\"area\" d=\"M0 {most}{line}V{most}Z\"/><path class=\"rim\" d=\"M0 {most}{line}\"/></svg>"
        ));
        self.marks(&mut svg);
        svg.push_str("<line class=\"ground\" x1=\"0\" x2=\"100%\" y1=\"146\" y2=\"146\"/>");
        for at in ticks(self.block, self.zone) {
            let share = (at - self.block.from) * 100 / (self.block.to - self.block.from);
            let anchor = if share < 5 {
                "start"
            } else if share > 95 {
                "end"
            } else {
                "middle"
            };
            let x = self.x(at);
            svg.push_str(&format!("<line class=\"tick\" x1=\"{x}\" x2=\"{x}\" y1=\"146\" y2=\"151\"/>"));
            let clock = words::clock(at, self.zone);
            svg.push_str(&format!("<text x=\"{x}\" y=\"165\" text-anchor=\"{anchor}\">{clock}</text>"));
        }
        svg.push_str("<line class=\"hair\" y1=\"26\" y2=\"146\" visibility=\"hidden\"/></svg>");
        svg
    }

    /// The way from step to step.
    fn line(&self, most: u32) -> String {
        let mut line = String::new();
        for (n, count) in self.curve.counts.iter().enumerate() {
            line.push_str(&format!("V{}H{}", most - count.min(&most), n + 1));
        }
        line
    }

    /// Whether there are times of which nothing is known.
    #[must_use]
    pub(super) fn has_untold(&self) -> bool {
        untold(self.span, self.block).next().is_some()
    }

    /// Times of which nothing is known: not read, or with the server down.
    fn untold(&self, svg: &mut String) {
        for (from, to) in untold(self.span, self.block) {
            let (x, width) = (self.x(from), self.x(self.block.from + to - from));
            svg.push_str(&format!(
                "<rect class=\"untold\" x=\"{x}\" y=\"26\" width=\"{width}\" height=\"120\"><title>nothing is known of \
                 this time</title></rect>"
            ));
        }
    }

    /// When it starts and ends.
    fn marks(&self, svg: &mut String) {
        let (starts, ends) = (&self.block.starts, &self.block.ends);
        let few = starts.len() + ends.len() <= MARKS;
        let first = starts.first().into_iter();
        let last = ends.last().into_iter();
        if few {
            for at in starts.iter().skip(1).chain(ends.iter().rev().skip(1)) {
                let x = self.x(*at);
                svg.push_str(&format!("<line class=\"mark\" x1=\"{x}\" x2=\"{x}\" y1=\"26\" y2=\"146\"/>"));
            }
        }
        for (at, word, anchor) in first.map(|at| (at, "starts", "start")).chain(last.map(|at| (at, "ends", "end"))) {
            let (x, clock) = (self.x(*at), words::clock(*at, self.zone));
            svg.push_str(&format!("<line class=\"mark\" x1=\"{x}\" x2=\"{x}\" y1=\"14\" y2=\"146\"/>"));
            svg.push_str(&format!("<text x=\"{x}\" y=\"10\" text-anchor=\"{anchor}\">{word} {clock}</text>"));
        }
    }

    /// The same in numbers.
    #[must_use]
    pub(super) fn table(&self) -> String {
        let row = |at: &UnixSeconds| {
            let count = self.curve.about(self.block, *at);
            let is_untold = untold(self.span, self.block).any(|(from, to)| (from..to).contains(at));
            let count = if is_untold { "not known".to_owned() } else { count.to_string() };
            format!("<tr><th scope=\"row\">{}</th><td>{count}</td></tr>", words::clock(*at, self.zone))
        };
        let rows: String = ticks(self.block, self.zone).iter().map(row).collect();
        format!(
            "<table><thead><tr><th scope=\"col\">Time</th><th scope=\"col\">People</th></tr></thead><tbody>{rows}</tbody>\
             </table>"
        )
    }
}

/// A line at a number of people.
fn level(svg: &mut String, part: u32, most: u32) {
    let y = 146.0 - 120.0 * f64::from(part) / f64::from(most);
    svg.push_str(&format!("<line class=\"level\" x1=\"0\" x2=\"100%\" y1=\"{y:.1}\" y2=\"{y:.1}\"/>"));
    svg.push_str(&format!("<text class=\"scale\" x=\"2\" y=\"{:.1}\">{part}</text>", y - 4.0));
}

/// The parts of a block of which nothing is known.
fn untold(span: &Span, block: &Block) -> impl Iterator<Item = (UnixSeconds, UnixSeconds)> {
    let (from, to) = (block.from, block.to);
    let all = span.gaps.iter().filter_map(move |gap| match gap {
        Gap::Nothing => Some((from, to)),
        Gap::BeginsLate(at) => Some((from, *at)),
        Gap::EndsEarly(at) | Gap::Silent(at) => Some((*at, to)),
        Gap::Hole(start, end) | Gap::Stopped(start, end) => Some((*start, *end)),
        Gap::MadeAnew(_) | Gap::NoSuchRoom(_) | Gap::WithoutZone => None,
    });
    all.map(move |(start, end)| (start.max(from), end.min(to))).filter(|(start, end)| start < end)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::attendance::page::{curve::curve, samples};

    fn block() -> Block {
        // 2036-12-05, 13:30 to 17:00 in Berlin.
        Block { from: 2_112_093_000, to: 2_112_105_600, starts: [2_112_094_800].into(), ends: [2_112_105_600].into() }
    }

    #[test]
    fn labels_stand_at_round_hours_of_the_zone() {
        let berlin = TimeZone::get("Europe/Berlin").unwrap();
        let clocks: Vec<String> = ticks(&block(), &berlin).iter().map(|at| words::clock(*at, &berlin)).collect();
        assert_eq!(clocks, ["14:00", "15:00", "16:00", "17:00"]);
        let kathmandu = TimeZone::get("Asia/Kathmandu").unwrap();
        assert_eq!(words::clock(ticks(&block(), &kathmandu)[0], &kathmandu), "19:00");
    }

    #[test]
    fn what_nobody_told_is_shown_as_such() {
        let (block, zone) = (block(), TimeZone::get("Europe/Berlin").unwrap());
        let seen = samples::seen(&[(block.from, block.from + 3600)]);
        let curve = curve(&block, std::iter::once(&seen));
        let gaps = [
            Gap::Hole(block.from + 600, block.from + 900),
            Gap::Stopped(block.from + 1200, block.from + 1500),
            Gap::Stopped(block.from + 2000, block.from + 2000),
            Gap::EndsEarly(block.to - 7200),
        ]
        .into();
        let span = Span { gaps, ..Span::default() };
        let drawing = Drawing { block: &block, curve: &curve, most: 1, span: &span, zone: &zone };
        let svg = drawing.svg(0, "a <b> \"c\"");
        assert_eq!(svg.matches("class=\"untold\"").count(), 3);
        assert!(svg.contains("aria-label=\"a &lt;b&gt; &quot;c&quot;\"") && !svg.contains("style"), "{svg}");
        assert!(svg.contains(">starts 14:00<") && svg.contains(">ends 17:00<"), "{svg}");
        assert!(drawing.table().contains("14:00</th><td>1<") && drawing.table().contains("16:00</th><td>not known<"));
        let span = Span { gaps: [Gap::Nothing].into(), ..Span::default() };
        let nothing = Drawing { span: &span, ..drawing };
        assert_eq!(nothing.svg(0, "").matches("class=\"untold\"").count(), 1);
    }
}
