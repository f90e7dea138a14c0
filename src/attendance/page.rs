//! The report as a page: one file that asks for nothing, to be read on a screen, a phone or on paper.
//!
//! Owns: the page as text. The first screen is HTML and needs no script; the list of people is the script's, which has
//! their data as JSON in the page and draws as many as are seen. Does not own: where it is written, who serves it.
//!
//! What it may do in a browser: its one script and its one style sheet, by their hashes, and no more. A page that
//! refreshes itself may ask the place it came from, too.
//!
//! Known weakness: without a script there is no list of people; the page says where to find one.

mod blocks;
mod curve;
mod draw;
mod facts;
mod rows;
#[cfg(test)]
mod samples;
#[cfg(test)]
mod tests;

use std::borrow::Cow;

use jiff::tz::TimeZone;

use super::{report::Report, scope::Hours, words};
use crate::model::{UnixSeconds, policy_hash, write_for_script};

const PAGE: &str = include_str!("page/page.html");
const STYLE: &str =
    concat!(include_str!("page/page.css"), include_str!("page/people.css"), include_str!("page/print.css"));
const SCRIPT: &str = concat!(
    include_str!("page/data.js"),
    include_str!("page/row.js"),
    include_str!("page/list.js"),
    include_str!("page/person.js"),
    include_str!("page/copy.js"),
    include_str!("page/refresh.js"),
    include_str!("page/start.js"),
);

/// What the page tells besides the report.
#[derive(Debug, Clone)]
pub struct PageFacts<'a> {
    /// The event's title.
    pub title: &'a str,
    /// The zone in which its organiser speaks of it.
    pub zone: &'a TimeZone,
    /// From the first opening to the last closing.
    pub hours: Hours,
    /// When the report was made.
    pub generated: UnixSeconds,
    /// What was read, in words.
    pub sources: &'a [String],
    /// What was odd about it, in words.
    pub warnings: &'a [String],
    /// The page renews itself every so many seconds, where it is served.
    pub refresh: Option<u32>,
}

/// What a page has near its start, and hardly another file.
pub const MARK: &str = "<meta name=\"generator\" content=\"roomkey attendance\">";

/// Writes the page.
#[must_use]
pub fn page(report: &Report, facts: &PageFacts<'_>) -> String {
    let blocks = blocks::blocks(report, facts.hours);
    let everybody = blocks::each_once(report);
    let curve = |block| curve::curve(block, everybody.iter().map(Cow::as_ref));
    let curves: Vec<_> = blocks.iter().map(curve).collect();
    filled(PAGE, |place| match place {
        "policy" => policy(facts.refresh.is_some()),
        "renewal" => facts.refresh.map_or(String::new(), renewal),
        "style" => STYLE.to_owned(),
        "script" => SCRIPT.to_owned(),
        "title" => facts::text(facts.title),
        "when" => facts::when(facts),
        "made" => words::moment(facts.generated, facts.zone),
        "verdict" => facts::verdict(report, facts),
        "tiles" => facts::tiles(report),
        "also" => facts::also(report),
        "curves" => facts::curves(report, facts, &everybody, &blocks, &curves),
        "sources" => facts::sources(report, facts),
        "data" => {
            let mut json = Vec::new();
            // Memory takes whatever is written to it.
            let _ = write_for_script(&mut json, &rows::data(report, &blocks, &curves, facts.zone, facts.refresh));
            String::from_utf8_lossy(&json).into_owned()
        }
        other => unreachable!("nothing is called {other}"),
    })
}

/// Fills a template's places, once: what is filled in is not looked through again.
fn filled(template: &str, fill: impl Fn(&str) -> String) -> String {
    let mut parts = template.split("{{");
    let mut page = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (place, rest) = part.split_once("}}").unwrap_or((part, ""));
        page.push_str(&fill(place));
        page.push_str(rest);
    }
    page
}

/// The policy; a page that renews itself may ask where it came from.
fn policy(renews: bool) -> String {
    let connect = if renews { " connect-src 'self';" } else { "" };
    format!(
        "default-src 'none'; script-src {}; style-src {};{connect} base-uri 'none'; form-action 'none'",
        policy_hash(SCRIPT),
        policy_hash(STYLE)
    )
}

/// Where there is no script, the browser renews the page by itself.
fn renewal(seconds: u32) -> String {
    format!("<noscript><meta http-equiv=\"refresh\" content=\"{seconds}\"></noscript>")
}
