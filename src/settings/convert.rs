//! TOML values become values of the kind that their key takes.

use std::ops::Range;

use toml::{Spanned, de::DeValue};

use super::{
    file::Value,
    keys::{Key, Kind},
    problem::Refusal,
};

/// Takes a TOML value as the kind its key wants; the value itself is never shown.
pub(super) fn convert(key: &Key, given: &Spanned<DeValue<'_>>, text: &str) -> Result<Value, (Range<usize>, Refusal)> {
    let value = given.get_ref();
    let refused = |at: Range<usize>, wanted: &str, found: &str| {
        let what = format!("`{}` must be {wanted}, not {found}", key.short());
        (at, Refusal::new(what).hint(format!("write it like: {}", key.example_line())))
    };
    let wrong = |wanted: &str| refused(given.span(), wanted, kind_of(value));
    match (key.kind, value) {
        (Kind::Text | Kind::Time | Kind::Column, DeValue::String(s)) => Ok(Value::Text(s.to_string())),
        // The text as written: whoever reads times judges offsets and bare dates.
        (Kind::Time, DeValue::Datetime(_)) => Ok(Value::Text(text[given.span()].to_owned())),
        (Kind::Integer | Kind::Column, DeValue::Integer(n)) => i64::from_str_radix(n.as_str(), n.radix())
            .map(Value::Integer)
            .map_err(|_| refused(given.span(), "a number", "one as large as this")),
        (Kind::Bool, DeValue::Boolean(b)) => Ok(Value::Bool(*b)),
        (Kind::Column, DeValue::Boolean(false)) => Ok(Value::Bool(false)),
        (Kind::Files, DeValue::String(s)) => Ok(Value::Words(vec![s.to_string()])),
        (Kind::Words | Kind::Files, DeValue::Array(items)) => {
            let word = |item: &Spanned<DeValue<'_>>| {
                item.get_ref().as_str().map(str::to_owned).ok_or_else(|| {
                    refused(item.span(), "a list of texts", &format!("one that holds {}", kind_of(item.get_ref())))
                })
            };
            items.iter().map(word).collect::<Result<_, _>>().map(Value::Words)
        }
        (Kind::Text, _) => Err(wrong("a text in quotes")),
        (Kind::Files, _) => Err(wrong("a file's name in quotes, or a list of these")),
        (Kind::Time, _) => Err(wrong("a date and time")),
        (Kind::Integer, _) => Err(wrong("a whole number")),
        (Kind::Bool, _) => Err(wrong("true or false")),
        (Kind::Words, _) => Err(wrong("a list of texts")),
        (Kind::Column, _) => Err(wrong("a header in quotes, a column's number, or false")),
    }
}

pub(super) fn kind_of(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a text",
        DeValue::Integer(_) => "a number",
        DeValue::Float(_) => "a number with a point",
        DeValue::Boolean(true) => "true",
        DeValue::Boolean(false) => "false",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}
