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
    let mut sound = Vec::new();
    let mut scans = HashMap::new();
    for file in own {
        let scan = scan(&file.source);
        let alone = parse_alone(file, &scan, show);
        let parsed = alone.is_ok();
        if let Err((is_syntax, found)) = alone {
            faults.extend(found);
            if is_syntax {
                continue;
            }
        }
        faults.extend(missing(file, &scan, own, show));
        if parsed {
            sound.push((file.name.clone(), file.source.as_str()));
        }
        scans.insert(file.name.clone(), scan);
    }
    let locals = all_locals(&scans);
    for (name, scan) in &scans {
        faults.extend(lint::lint(&show(name), scan, &locals));
    }
    let structural = faults.iter().any(|fault| fault.available.is_empty());
    let tera = if structural { None } else { together(&sound, show, &mut faults) };
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

fn new_tera() -> Tera {
    let mut tera = Tera::default();
    filters::register(&mut tera);
    tera
}

/// Parses one file, with empty ones for what it takes in; tells syntax errors from unknown names.
fn parse_alone(file: &OwnFile, scan: &Scan, show: &dyn Fn(&str) -> String) -> Result<(), (bool, Vec<TemplateFault>)> {
    let mut tera = new_tera();
    let wanted: BTreeSet<_> = scan.references.iter().map(|reference| reference.file.as_str()).collect();
    let stubs = wanted.into_iter().filter(|name| *name != file.name).map(|name| (name, ""));
    let Err(error) = tera.add_raw_templates(stubs.chain([(file.name.as_str(), file.source.as_str())])) else {
        return Ok(());
    };
    let mut faults = faults_of(&error, show);
    let is_syntax = matches!(error.kind(), ErrorKind::SyntaxError(_));
    // Blocks and components may come from the files that are empty here.
    faults.retain(|fault| {
        is_syntax || !(fault.message.starts_with("block `") || fault.message.starts_with("unknown component"))
    });
    if faults.is_empty() { Ok(()) } else { Err((is_syntax, faults)) }
}

/// The files a template takes in that are not there.
fn missing(file: &OwnFile, scan: &Scan, own: &[OwnFile], show: &dyn Fn(&str) -> String) -> Vec<TemplateFault> {
    let exists = |name: &str| own.iter().any(|file| file.name == name) || builtin::all().any(|(known, _)| known == name);
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

/// Puts all files together; a file that leads back to itself is reported and left out, so that
/// the others are checked too.
fn together(
    sound: &[(String, &str)],
    show: &dyn Fn(&str) -> String,
    faults: &mut Vec<TemplateFault>,
) -> Option<Tera> {
    let mut emptied = HashSet::new();
    loop {
        let mut tera = new_tera();
        let mut all: Vec<(String, &str)> = builtin::all().collect();
        all.extend(sound.iter().map(|(name, source)| (name.clone(), if emptied.contains(name) { "" } else { *source })));
        let Err(error) = tera.add_raw_templates(all) else {
            return Some(tera);
        };
        faults.extend(faults_of(&error, show));
        match error.kind() {
            ErrorKind::CircularExtend { tpl, .. } | ErrorKind::CircularInclude { tpl, .. }
                if emptied.insert(tpl.clone()) => {}
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
