//! The page's first screen as HTML: how many came, whether that is all, what is odd. Pure.

use std::borrow::Cow;

use jiff::tz::TimeZone;

use super::{
    super::{
        report::{Presented, Report, Status},
        span::Gap,
        words,
    },
    PageFacts,
    blocks::Block,
    curve::Curve,
    draw::Drawing,
};
use crate::model::{Refusal, html_escaped, visible};

/// More gaps than these are counted.
const GAPS: usize = 6;

/// A foreign text as it may stand in HTML.
pub(super) fn text(text: &str) -> String {
    html_escaped(&visible(text))
}

/// `1 person`, `2 people`.
fn counted(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

/// `Sat 5 Dec 2036, 14:00 to 17:00 (Europe/Berlin)`.
#[must_use]
pub(super) fn when(facts: &PageFacts<'_>) -> String {
    let (zone, hours) = (facts.zone, &facts.hours);
    format!("{} ({})", timespan(hours.starts, hours.ends, zone), text(zone.iana_name().unwrap_or("local time")))
}

fn timespan(from: i64, to: i64, zone: &TimeZone) -> String {
    let (first, last) = (words::day(from, zone), words::day(to, zone));
    let until = if first == last { String::new() } else { format!("{last}, ") };
    format!("{first}, {} to {until}{}", words::clock(from, zone), words::clock(to, zone))
}

/// Whether what was read is enough, and what to do where it is not.
#[must_use]
pub(super) fn verdict(report: &Report, facts: &PageFacts<'_>) -> String {
    let unknown = report.with(Status::Unknown).count();
    let is_under_way = facts.generated < facts.hours.ends;
    // Before its end every source ends too early.
    let is_in_time = |gap: &&Gap| !(is_under_way && matches!(gap, Gap::EndsEarly(_)));
    let gaps: Vec<&Gap> = report.span.gaps.iter().filter(is_in_time).collect();
    let moment = |at| words::moment(at, facts.zone);
    let told = match (report.so_far, is_under_way, gaps.is_empty()) {
        (true, true, _) => format!(
            "<b>So far: it ends at {}</b><p>{}</p>",
            moment(facts.hours.ends),
            if report.span.is_complete() {
                "What was read tells of all of it already."
            } else {
                "Whoever has not come yet is unknown until then."
            }
        ),
        (true, false, _) => {
            format!("<b>So far: links work until {}</b><p>It has ended.</p>", moment(facts.hours.closes))
        }
        (false, _, true) if unknown > 0 => format!(
            "<b>Whoever was not seen was not there, but for {}</b><p>What was read tells of the whole event; of them it \
             does not tell whether they came, and their notes say why.</p>",
            counted(unknown, "person", "people")
        ),
        (false, _, true) => {
            "<b>Whoever was not seen was not there</b><p>What was read tells of the whole event.</p>".to_owned()
        }
        (false, _, false) => String::new(),
    };
    if gaps.is_empty() {
        return format!("<div class=\"notice{}\">{told}</div>", if report.so_far { "" } else { " good" });
    }
    let head = match unknown {
        0 => "What was read does not tell of the whole event".to_owned(),
        _ => format!(
            "{} not seen may have been there all the same: “unknown”, not “absent”",
            counted(unknown, "person", "people")
        ),
    };
    let mut why: String = gaps.iter().take(GAPS).map(|gap| item(&words::words(gap, facts.zone))).collect();
    if gaps.len() > GAPS {
        why.push_str(&item(&format!("and {} more like these", gaps.len() - GAPS)));
    }
    format!("<div class=\"notice warn\">{told}<b>{head}</b><ul>{why}</ul></div>")
}

fn item(words: &str) -> String {
    format!("<li>{}</li>", text(words))
}

/// The counts.
#[must_use]
pub(super) fn tiles(report: &Report) -> String {
    let invited = report.people.len();
    let of = |status: Status| report.with(status).count();
    let came = of(Status::Came);
    let share = (came * 100 + invited / 2).checked_div(invited).unwrap_or_default();
    let whom = if report.has_sessions() { "invitations" } else { "invited" };
    let mut tiles = tile("came", "Came", came, &format!("of {invited} {whom}, {share} %"));
    let unmailed = report.never_mailed();
    let unmailed = if unmailed > 0 { format!("; {unmailed} never mailed") } else { String::new() };
    let (absent, unknown) = (of(Status::Absent), of(Status::Unknown));
    if absent > 0 || unknown == 0 {
        tiles.push_str(&tile("absent", "Absent", absent, &format!("not seen{unmailed}")));
    }
    if unknown > 0 {
        tiles.push_str(&tile("unknown", "Unknown", unknown, &format!("not seen, and not all was read{unmailed}")));
    }
    tiles.push_str(&tile("unexplained", "Unexplained", report.unexplained.len(), "whom no invitation explains"));
    tiles.push_str(&tile("twice", "Two at once", report.at_once().count(), "second device or shared link"));
    format!("<dl class=\"tiles\">{tiles}</dl>")
}

fn tile(name: &str, title: &str, count: usize, said: &str) -> String {
    let none = if count == 0 { " none" } else { "" };
    format!("<div class=\"tile {name}{none}\"><dt>{title}</dt><dd><b>{count}</b> <span>{said}</span></dd></div>")
}

/// What else there was; nothing where there was nothing.
#[must_use]
pub(super) fn also(report: &Report) -> String {
    let came = || report.with(Status::Came);
    let superseded = came().filter(|person| person.superseded).count();
    let unmailed = came().filter(|person| !person.invited.mailed).count();
    let mut told = Vec::new();
    if superseded > 0 {
        told.push(format!("{superseded} came on a link that a later mail replaced"));
    }
    if unmailed > 0 {
        told.push(format!("{unmailed} came though no mail to them is on record"));
    }
    if !report.recorders.is_empty() {
        told.push(counted(report.recorders.len(), "recorder or transcriber", "recorders and transcribers"));
    }
    if !report.refusals.is_empty() {
        // In words, and in the order in which the model counts them up.
        let known = Refusal::ALL.map(Refusal::as_str);
        let reasons = known.iter().filter_map(|why| Some((why, report.refusals.get(why)?)));
        let reasons: Vec<String> = reasons.map(|(why, count)| format!("{count} {why}")).collect();
        told.push(format!("Tries that the server refused: {}", reasons.join(", ")));
    }
    let items: String = told.iter().map(|one| item(one)).collect();
    if items.is_empty() { String::new() } else { format!("<ul class=\"also\">{items}</ul>") }
}

/// The curves of all blocks.
#[must_use]
pub(super) fn curves(
    report: &Report,
    facts: &PageFacts<'_>,
    everybody: &[Cow<'_, Presented>],
    blocks: &[Block],
    curves: &[Curve],
) -> String {
    let most = curves.iter().map(|curve| curve.most).max().unwrap_or_default();
    if most == 0 {
        return "<p class=\"empty\">Nobody was seen.</p>".to_owned();
    }
    let whom = everybody.iter().filter(|seen| !seen.bars.is_empty()).count();
    let whom = counted(whom, "person", "people");
    let mut all = format!("<p class=\"small\">{whom} in all, each counted once; recorders left out</p>");
    for (number, (block, curve)) in blocks.iter().zip(curves).enumerate() {
        let drawing = Drawing { block, curve, most, span: &report.span, zone: facts.zone };
        if blocks.len() > 1 {
            all.push_str(&format!("<h3>{}</h3>", timespan(block.from, block.to, facts.zone)));
        }
        all.push_str(&figure(number, &drawing));
    }
    all
}

/// One curve with what it says.
fn figure(number: usize, drawing: &Drawing<'_>) -> String {
    let curve = drawing.curve;
    let most = counted(curve.most as usize, "person", "people");
    let mut said = match curve.most {
        0 => "nobody was seen".to_owned(),
        _ => format!("most at once: {most}, at {}", words::clock(curve.most_at, drawing.zone)),
    };
    if drawing.has_untold() {
        said.push_str("; hatched: nothing is known of that time");
    }
    let (svg, table) = (drawing.svg(number, &format!("People over time; {said}")), drawing.table());
    format!(
        "<figure><figcaption><span class=\"peak\">{said}</span> <span class=\"reading\" aria-hidden=\"true\"></span>\
         </figcaption>{svg}<details id=\"numbers-{number}\"><summary>As numbers</summary>{table}</details></figure>"
    )
}

/// What was read, and what was said about it.
#[must_use]
pub(super) fn sources(report: &Report, facts: &PageFacts<'_>) -> String {
    let warnings: String = facts.warnings.iter().map(|warning| item(warning)).collect();
    let warnings = if warnings.is_empty() { warnings } else { format!("<ul class=\"warnings\">{warnings}</ul>") };
    let covered = match (report.span.from, report.span.to) {
        (Some(from), Some(to)) => format!("What was read: {}", words::between(from, to, facts.zone)),
        _ => "What was read".to_owned(),
    };
    let read: String = facts.sources.iter().map(|source| item(source)).collect();
    let read = if read.is_empty() { "<li>nothing yet</li>".to_owned() } else { read };
    format!("{warnings}<details id=\"sources\" class=\"sources\"><summary>{covered}</summary><ul>{read}</ul></details>")
}
