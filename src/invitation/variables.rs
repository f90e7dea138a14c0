//! Every variable a template may use, with its value for one attendee.

use tera::Value;

use super::{
    Facts, Part,
    context::{Memory, Rare, Words},
    schema::{NAMES, Node},
};

/// Shown for a last name that is empty: that of others may be, too.
const NO_LAST_NAME: &str = "(empty: the file has none, and the name leaves it open)";

/// A variable and what it is for one attendee.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Variable {
    /// How a template writes it: `window.starts.time`, `row["Company"]`.
    pub name: String,
    /// Its value, as text; the token of a link is left out.
    pub example: String,
}

/// Lists all variables with their values for one attendee, in the language wanted.
#[must_use]
pub fn variables(facts: &Facts) -> Vec<Variable> {
    let mut words = Words::new(facts, Rare { row: true, sessions: true });
    let memory = Memory::default();
    let context = words.turn(Part::Subject, facts.language.as_str(), &memory);
    let link = facts.link_text();
    let mut found = Vec::new();
    for (name, node) in NAMES {
        if let Some(value) = context.get(name) {
            walk(name, node, value, facts, &mut found);
        }
    }
    for variable in &mut found {
        if !link.is_empty() {
            variable.example = variable.example.replace(link, &redacted(link));
        }
        if variable.name == "attendee.last_name" && variable.example.is_empty() {
            NO_LAST_NAME.clone_into(&mut variable.example);
        }
    }
    found
}

fn walk(name: &str, node: &Node, value: &Value, facts: &Facts, found: &mut Vec<Variable>) {
    match node {
        Node::Leaf => found.push(Variable { name: name.to_owned(), example: value.to_string() }),
        Node::Group(group) => {
            for (field, node) in *group {
                if let Some(value) = value.get_from_path(field) {
                    walk(&format!("{name}.{field}"), node, value, facts, found);
                }
            }
        }
        Node::List(element) => {
            if let Some(value) = value.as_array().and_then(<[Value]>::first) {
                walk(&format!("{name}[0]"), element, value, facts, found);
            }
        }
        Node::Row => {
            for (header, cell) in facts.attendee.headers.0.iter().zip(&facts.attendee.cells) {
                let quoted = header.replace('\\', "\\\\").replace('"', "\\\"");
                found.push(Variable { name: format!("{name}[\"{quoted}\"]"), example: cell.clone() });
            }
        }
    }
}

/// The link without its token: enough to see where it leads.
fn redacted(link: &str) -> String {
    let end = link.find("jwt=").map_or_else(|| link.find(['?', '#']).unwrap_or(link.len()), |at| at + "jwt=".len());
    format!("{}…", &link[..end])
}
