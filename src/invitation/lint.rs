//! Checks the names a template refers to against those that exist.

use std::collections::HashMap;

use super::{
    problem::TemplateFault,
    scan::{Path, Scan, Step},
    schema::{self, NAMES, Node},
};

/// Names that templates make themselves, in any file: an included file sees those of its includer.
pub(super) type Locals = HashMap<String, Option<Path>>;

/// A column that a template asks for without saying what to do if it is not there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Column {
    pub(super) header: String,
    /// Line and column, from 1.
    pub(super) place: (usize, usize),
}

/// Checks all names of one template; `file` is how it is shown.
pub(super) fn lint(file: &str, scan: &Scan, locals: &Locals) -> Vec<TemplateFault> {
    scan.paths.iter().filter_map(|path| check(file, path, locals)).collect()
}

/// The columns that a template cannot do without.
pub(super) fn columns(scan: &Scan, locals: &Locals) -> Vec<Column> {
    let needed = scan.paths.iter().filter(|path| path.root == "row" && !path.guarded && !locals.contains_key("row"));
    needed
        .filter_map(|path| match path.steps.first() {
            Some(Step::Name(header)) => Some(Column { header: header.clone(), place: (path.line, path.column) }),
            _ => None,
        })
        .collect()
}

/// Whether a template looks at a name of the top, or at what is under it.
pub(super) fn uses(scan: &Scan, name: &str) -> bool {
    scan.paths.iter().any(|path| path.root == name)
}

fn check(file: &str, path: &Path, locals: &Locals) -> Option<TemplateFault> {
    let mut told = path.root.clone();
    let mut node = match locals.get(&path.root) {
        Some(over) => element_of(over.as_ref()?)?,
        None => match schema::find(NAMES, &path.root) {
            Some(node) => node,
            None => return Some(unknown_variable(file, path)),
        },
    };
    for step in &path.steps {
        node = match (node, step) {
            (Node::Group(group), Step::Name(name)) => match schema::find(group, name) {
                Some(node) => node,
                None => return Some(unknown_field(file, path, &told, name, schema::names(group))),
            },
            (Node::List(element), Step::Index) => element,
            (Node::Leaf | Node::List(_), Step::Name(name)) => {
                return Some(unknown_field(file, path, &told, name, Vec::new()));
            }
            (Node::Row | Node::Leaf | Node::Group(_), _) => return None,
        };
        match step {
            Step::Name(name) => {
                told.push('.');
                told.push_str(name);
            }
            Step::Index => told.push_str("[0]"),
        }
    }
    (path.printed && !matches!(node, Node::Leaf)).then(|| whole_group(file, path, &told, node))
}

/// What a loop over a known list names.
fn element_of(list: &Path) -> Option<&'static Node> {
    let mut node = schema::find(NAMES, &list.root)?;
    for step in &list.steps {
        node = match (node, step) {
            (Node::Group(group), Step::Name(name)) => schema::find(group, name)?,
            (Node::List(element), Step::Index) => element,
            _ => return None,
        };
    }
    if let Node::List(element) = node { Some(element) } else { None }
}

fn unknown_variable(file: &str, path: &Path) -> TemplateFault {
    let available = schema::names(NAMES);
    let message = if path.root == "__tera_context" {
        "`__tera_context` would put everything into the mail".to_owned()
    } else {
        format!("`{}` is not defined", path.root)
    };
    let mut fault = TemplateFault::new(file, message, hint(&path.root, &available)).at(path.line, path.column);
    fault.available = available;
    fault
}

fn unknown_field(file: &str, path: &Path, group: &str, name: &str, available: Vec<String>) -> TemplateFault {
    let message = format!("`{group}` has no `{name}`");
    let mut fault = TemplateFault::new(file, message, hint(name, &available)).at(path.line, path.column);
    fault.available = available;
    fault
}

fn whole_group(file: &str, path: &Path, told: &str, node: &Node) -> TemplateFault {
    let message = format!("`{told}` is a group of values, it cannot be printed as a whole");
    let (example, available) = match node {
        Node::Group(group) => (format!("write for example `{{{{ {told}.{} }}}}`", group[0].0), schema::names(group)),
        Node::Row => (format!("write `{{{{ {told}[\"A Header\"] }}}}`"), Vec::new()),
        _ => (format!("write for example `{{{{ {told}[0].link }}}}`"), Vec::new()),
    };
    let mut fault = TemplateFault::new(file, message, example).at(path.line, path.column);
    fault.available = available;
    fault
}

fn hint(given: &str, available: &[String]) -> String {
    if let Some(near) = nearest(given, available.iter().map(String::as_str)) {
        return format!("did you mean `{near}`?");
    }
    if available.is_empty() {
        return "take the part after the last dot away".to_owned();
    }
    format!("available: {}", available.join(", "))
}

/// The name that was probably meant.
pub(super) fn nearest<'n>(given: &str, names: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    let near = names.map(|name| (strsim::damerau_levenshtein(given, name), name)).min()?;
    (near.0 <= (given.chars().count() / 3).max(1)).then_some(near.1)
}
