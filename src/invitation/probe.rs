//! Whether an own template shows a note to its readers, found out by trying.
//!
//! Known weakness: a template that shows the note under a condition counts as showing it, if one of
//! the made-up readers fulfils it, or the note stands in a tag of its own.

use std::collections::BTreeMap;

use tera::{Context, Value};

use super::{
    Occasion, Part, Templates,
    choice::Choice,
    schema::{NAMES, Node},
};
use crate::model::Language;

/// A note that nobody would write: short, so that no filter cuts it.
const NOTE: &str = "qz7x";

/// Who a template is tried on.
#[derive(Clone, Copy)]
struct Reader {
    moderator: bool,
    /// What stands in every cell and in every text.
    text: &'static str,
}

const READERS: [Reader; 3] = [
    Reader { moderator: false, text: "a" },
    Reader { moderator: false, text: "" },
    Reader { moderator: true, text: "1" },
];

impl Templates {
    /// Whether the text and the HTML for a language both show `note`.
    #[must_use]
    pub fn uses_note(&self, occasion: Occasion, language: &Language) -> bool {
        let [_, text, html] = Part::of_mail(occasion);
        [text, html].into_iter().all(|part| self.shows_note(&self.choose(part, language, language)))
    }

    fn shows_note(&self, choice: &Choice) -> bool {
        !choice.own
            || self.prints_note(choice.name)
            || READERS.into_iter().any(|reader| {
                let shown = self.tera.render(choice.name, &self.made_up(choice, reader));
                shown.is_ok_and(|shown| shown.to_lowercase().contains(NOTE))
            })
    }

    fn made_up(&self, choice: &Choice, reader: Reader) -> Context {
        let columns = self.needed_columns(choice.name).iter().map(|(_, column)| column.header.as_str());
        let row: BTreeMap<&str, &str> = columns.map(|header| (header, reader.text)).collect();
        let mut context = Context::new();
        for (name, node) in NAMES {
            context.insert_value(*name, value(name, node, &row, reader));
        }
        context
    }
}

fn value(name: &str, node: &Node, row: &BTreeMap<&str, &str>, reader: Reader) -> Value {
    match node {
        Node::Leaf => match name {
            "note" => Value::from(NOTE),
            "moderator" => Value::from(reader.moderator),
            "number" => Value::from(1),
            _ => Value::from(reader.text),
        },
        Node::Group(group) => Value::from(
            group.iter().map(|(name, node)| (*name, value(name, node, row, reader))).collect::<BTreeMap<_, _>>(),
        ),
        Node::List(node) => Value::from(vec![value(name, node, row, reader)]),
        Node::Row => Value::from(
            row.iter().map(|(name, cell)| ((*name).to_owned(), Value::from(*cell))).collect::<BTreeMap<_, _>>(),
        ),
    }
}
