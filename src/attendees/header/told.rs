//! What is worth a word of a header that fits.

use std::{collections::BTreeMap, sync::Arc};

use crate::{
    attendees::{Columns, Field, Problem, Rules, columns::position_of, nearest::shortened},
    model::Locator,
};

/// Headers that stand there twice, so that templates cannot tell their columns apart.
pub(super) fn doubled_headers(columns: &Columns, file: &Arc<str>) -> Vec<Problem> {
    let mut positions: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for (index, header) in columns.headers.0.iter().enumerate().filter(|(_, header)| !header.is_empty()) {
        positions.entry(header).or_default().push(position_of(index).to_string());
    }
    let doubled = positions.into_iter().filter(|(_, positions)| positions.len() > 1);
    doubled
        .map(|(header, positions)| Problem {
            at: Locator { source: file.clone(), line: columns.line },
            what: format!("`{}` is the header of columns {}", shortened(header), positions.join(" and ")),
            hint: Some("give each its own header, so that templates can tell them apart".into()),
        })
        .collect()
}

/// Headers that only their capitals keep from meaning something, nothing having been said of them: of fields that are
/// never guessed. What an exporter calls `ID` is its own.
pub(super) fn lookalikes(columns: &Columns, rules: &Rules, file: &Arc<str>) -> Vec<Problem> {
    let is_guessed = |field: &Field| field.ignores_case() || *field == Field::Language;
    let never_guessed = || Field::ALL.into_iter().filter(|field| field.has_usual_header() && !is_guessed(field));
    let meant = |header: &str| never_guessed().find(|field| header.eq_ignore_ascii_case(field.key()));
    let open = |field: &Field| {
        let has_meaning = *field != Field::Session || !rules.sessions.is_empty();
        has_meaning && columns.get(*field).is_none() && !rules.choices.contains_key(field)
    };
    let found = columns.others().filter_map(|(position, header)| {
        let key = meant(header).filter(open)?.key();
        Some(Problem {
            at: Locator { source: file.clone(), line: columns.line },
            what: format!("column {position}, `{header}`, is not read as `{key}`: only lower case is"),
            hint: Some(format!("if it is meant, write {key} = \"{header}\" under [attendees.columns]")),
        })
    });
    found.collect()
}
