//! What `roomkey check` says of the attendee file: which column means what, and how many people there are.

use super::{Desk, opened::Opened};
use crate::{
    campaign::{Survey, words},
    failure::Told,
};

/// So many of the columns that only templates use are listed.
const MOST_LISTED: usize = 60;
/// Examples of a column's values are cut at so many characters.
const LONGEST_EXAMPLE: usize = 60;

/// The mapping of columns, each with an example of its value.
pub(super) fn columns(desk: &Desk<'_>, opened: &Opened, survey: &Survey, warnings: &mut Vec<Told>) {
    for (columns, source) in survey.columns.iter().zip(&opened.rules.files) {
        desk.console.result("");
        if opened.rules.files.len() > 1 {
            desk.console.result_shown(&format!("{}:", source.shown_as));
        }
        let width = columns.fields().map(|column| column.field.key().len()).max().unwrap_or(0).max(10);
        for column in columns.fields() {
            let example = columns.example(column.position).map(|cell| format!(", such as \"{}\"", cut(cell)));
            desk.console.result_shown(&format!(
                "{:width$}  column {} \"{}\"{}",
                column.field.key(),
                column.position,
                column.header,
                example.unwrap_or_default()
            ));
        }
        let all = columns.others().count();
        let mut others: Vec<_> =
            columns.others().take(MOST_LISTED).map(|(_, header)| format!("\"{}\"", cut(header))).collect();
        if all > MOST_LISTED {
            others.push(format!("and {} more", all - MOST_LISTED));
        }
        if !others.is_empty() {
            desk.console.result_shown(&format!("for your templates only: {}", others.join(", ")));
        }
        for note in columns.notes() {
            desk.console.say(&format!("note: {note}"));
            if let Some(hint) = &note.hint {
                desk.console.say(&format!("  hint: {hint}"));
            }
        }
        warnings.extend(columns.warnings().iter().map(|w| Told::new(w.to_string()).maybe_hint(w.hint.clone())));
    }
}

fn cut(cell: &str) -> String {
    match cell.char_indices().nth(LONGEST_EXAMPLE) {
        Some((at, _)) => format!("{}…", &cell[..at]),
        None => cell.to_owned(),
    }
}

pub(super) fn counts(desk: &Desk<'_>, opened: &Opened, survey: &Survey) {
    let counts = &survey.counts;
    let rows = words::counted(survey.records, "row", "rows");
    let people = u64::from(counts.sound).saturating_sub(survey.parties.len() as u64);
    let mut line = format!("{} in {rows}", words::people(people));
    if !opened.press.event.sessions.is_empty() {
        line.push_str(&format!(", {}", words::counted(counts.sound.into(), "invitation", "invitations")));
    }
    if counts.moderators > 0 {
        let moderators = u64::from(counts.moderators);
        line.push_str(&if opened.press.event.sessions.is_empty() {
            format!(", {}", words::counted(moderators, "moderator", "moderators"))
        } else {
            format!(", {} as moderator", words::counted(moderators, "of them", "of them"))
        });
    }
    let listed = |label: &str, map: &std::collections::BTreeMap<String, u32>| {
        let parts: Vec<_> = map.iter().map(|(key, count)| format!("{key} {count}")).collect();
        if parts.is_empty() { String::new() } else { format!("; {label}: {}", parts.join(", ")) }
    };
    let asked: u32 = counts.languages.values().sum();
    line.push_str(&listed("sessions", &counts.sessions));
    line.push_str(&listed("languages", &counts.languages));
    if asked > 0 && u64::from(asked) < people {
        line.push_str(&format!(", the others {}", opened.press.event.language));
    }
    line.push_str(&listed("zones", &counts.zones));
    line.push_str(&listed("rooms of their own", &counts.rooms));
    desk.console.result_shown(&line);
}
