//! Finds all that is wrong with a set of templates at once, and makes the sound set ready.
//!
//! Tera stops at the first bad file, so each file is parsed alone first; what one file wants of
//! another is checked by us, and by Tera again when all are together.

use std::collections::{BTreeSet, HashMap, HashSet};

use tera::{ErrorKind, Tera};

use super::{
    builtin, filters,
    folder::OwnFile,
    lint::{self, Locals},
    problem::{TemplateFault, faults_of},
    scan::{Scan, scan},
    schema,
};

/// The sound set: Tera ready to render, and what was found in the organiser's files.
pub(super) struct Checked {
    pub(super) tera: Tera,
    pub(super) scans: HashMap<String, Scan>,
    pub(super) locals: Locals,
}

/// Checks the organiser's files and puts them together with the built-in ones.
pub(super) fn check(own: &[OwnFile], show: &dyn Fn(&str) -> String) -> Result<Checked, Vec<TemplateFault>> {
    let mut faults = Vec::new();
    let mut broken = HashSet::new();
    let mut scans = HashMap::new();
    for file in own {
        let scan = scan(&file.source);
        let alone = parse_alone(file, &scan, show);
        let absent = missing(file, &scan, own, show);
        if !alone.faults.is_empty() || !absent.is_empty() {
            broken.insert(file.name.clone());
        }
        faults.extend(alone.faults);
        if !alone.is_syntax {
            faults.extend(absent);
            scans.insert(file.name.clone(), scan);
        }
    }
    let locals = all_locals(&scans);
    for (name, scan) in &scans {
        faults.extend(lint::lint(&show(name), scan, &locals));
    }
    let tera = together(own, broken, show, &mut faults);
    if let (Some(tera), true) = (&tera, faults.is_empty()) {
        faults.extend(overlooked(tera, &scans, &locals, show));
    }
    faults.sort();
    faults.dedup();
    match tera {
        Some(tera) if faults.is_empty() => Ok(Checked { tera, scans, locals }),
        _ => Err(faults),
    }
}

/// What is wrong with a file on its own.
struct Alone {
    is_syntax: bool,
    faults: Vec<TemplateFault>,
}

fn new_tera() -> Tera {
    let mut tera = Tera::default();
    filters::register(&mut tera);
    tera
}

/// Parses one file, with empty ones for what it takes in; tells syntax errors from unknown names.
fn parse_alone(file: &OwnFile, scan: &Scan, show: &dyn Fn(&str) -> String) -> Alone {
    let mut tera = new_tera();
    let wanted: BTreeSet<_> = scan.references.iter().map(|reference| reference.file.as_str()).collect();
    let stubs = wanted.into_iter().filter(|name| *name != file.name).map(|name| (name, ""));
    let Err(error) = tera.add_raw_templates(stubs.chain([(file.name.as_str(), file.source.as_str())])) else {
        return Alone { is_syntax: false, faults: Vec::new() };
    };
    let is_syntax = matches!(error.kind(), ErrorKind::SyntaxError(_));
    let mut faults = faults_of(&error, show);
    faults.retain(|fault| is_syntax || !may_come_from_elsewhere(fault));
    Alone { is_syntax, faults }
}

/// Blocks and components may come from a file that is left empty for the moment.
fn may_come_from_elsewhere(fault: &TemplateFault) -> bool {
    fault.message.starts_with("block `") || fault.message.starts_with("unknown component")
}

/// The files a template takes in that are not there.
fn missing(file: &OwnFile, scan: &Scan, own: &[OwnFile], show: &dyn Fn(&str) -> String) -> Vec<TemplateFault> {
    let exists =
        |name: &str| own.iter().any(|file| file.name == name) || builtin::all().any(|(known, _)| known == name);
    let absent = scan.references.iter().filter(|reference| !exists(&reference.file));
    absent
        .map(|reference| {
            let names = own.iter().map(|file| file.name.as_str()).filter(|name| *name != file.name);
            let hint = lint::nearest(&reference.file, names).map_or_else(
                || "name it from the templates folder on, as in `pieces/footer.html`".to_owned(),
                |near| format!("did you mean `{near}`?"),
            );
            let verb = if reference.extends { "extend" } else { "include" };
            let message = format!("there is no `{}` to {verb}", reference.file);
            TemplateFault::new(&show(&file.name), message, hint).at(reference.line, reference.column)
        })
        .collect()
}

/// An included file sees what its includer made, so names made anywhere are known everywhere.
fn all_locals(scans: &HashMap<String, Scan>) -> Locals {
    let mut locals = Locals::new();
    for (name, over) in scans.values().flat_map(|scan| &scan.locals) {
        let clash = locals.get(name).is_some_and(|known| known != over);
        locals.insert(name.clone(), over.clone().filter(|_| !clash));
    }
    locals
}

/// Puts all files together; those that are broken, or lead back to themselves, are left empty, so
/// that the others are checked too.
fn together(
    own: &[OwnFile],
    mut broken: HashSet<String>,
    show: &dyn Fn(&str) -> String,
    faults: &mut Vec<TemplateFault>,
) -> Option<Tera> {
    loop {
        let mut tera = new_tera();
        let mut all: Vec<(&str, &str)> = builtin::all().collect();
        for file in own {
            all.push((&file.name, if broken.contains(&file.name) { "" } else { &file.source }));
        }
        let Err(error) = tera.add_raw_templates(all) else {
            return Some(tera);
        };
        let mut found = faults_of(&error, show);
        found.retain(|fault| broken.is_empty() || !may_come_from_elsewhere(fault));
        faults.extend(found);
        match error.kind() {
            ErrorKind::CircularExtend { tpl, .. } | ErrorKind::CircularInclude { tpl, .. }
                if broken.insert(tpl.clone()) => {}
            _ => return None,
        }
    }
}

/// Variables that Tera knows of and our own reading missed: a net below the net.
fn overlooked(
    tera: &Tera,
    scans: &HashMap<String, Scan>,
    locals: &Locals,
    show: &dyn Fn(&str) -> String,
) -> Vec<TemplateFault> {
    let mut faults = Vec::new();
    for name in scans.keys() {
        let Ok(variables) = tera.get_template_variables(name) else { continue };
        for variable in variables {
            if schema::find(schema::NAMES, variable).is_none() && !locals.contains_key(variable) {
                let available = schema::names(schema::NAMES);
                let mut fault =
                    TemplateFault::new(&show(name), format!("`{variable}` is not defined"), available.join(", "));
                fault.available = available;
                faults.push(fault);
            }
        }
    }
    faults
}
