//! `[attendees.only]` and `[attendees.except]`: rows that are taken alone, or left out, by a column's value.

use toml::{Spanned, de::DeValue};

use super::{
    convert::kind_of,
    problem::{Place, Refusal},
    values,
};

/// One column of one of the two tables.
#[derive(Debug, Clone)]
pub(super) struct Filter {
    /// `attendees.only` or `attendees.except`.
    pub(super) table: String,
    /// The column's header.
    pub(super) header: String,
    /// Its values; at least one.
    pub(super) values: Vec<String>,
    pub(super) place: Place,
}

/// Reads a column's value, or a list of them.
pub(super) fn read(table: &str, header: &str, value: &Spanned<DeValue<'_>>, place: Place) -> Result<Filter, Refusal> {
    let one = |value: &DeValue<'_>| match value {
        // An empty cell is a value like any other.
        DeValue::String(text) if text.trim().is_empty() => Ok(String::new()),
        DeValue::String(text) => values::line(text, 500),
        DeValue::Integer(number) => Ok(number.as_str().to_owned()),
        DeValue::Boolean(flag) => Ok(flag.to_string()),
        other => Err(Refusal::new(format!("a column's value must be a text, not {}", kind_of(other)))
            .hint("write it like: Status = [\"cancelled\", \"refunded\"]")),
    };
    let values = match value.get_ref() {
        DeValue::Array(items) => items.iter().map(|item| one(item.get_ref())).collect::<Result<Vec<_>, _>>()?,
        value => vec![one(value)?],
    };
    if values.is_empty() {
        return Err(Refusal::new("it names no value").hint("write it like: Status = [\"cancelled\", \"refunded\"]"));
    }
    Ok(Filter { table: table.to_owned(), header: header.trim().to_owned(), values, place })
}
