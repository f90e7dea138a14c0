//! The layout that `src/lib.rs` promises: arrows run downward only, siblings do not know each other.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

/// Lines of a file that are not its tests.
const LONGEST_FILE: usize = 350;
/// The siblings: each may know the model, and nothing else.
const SIBLINGS: [&str; 9] =
    ["attendees", "jitsi", "invitation", "message", "delivery", "ledger", "rehearsal", "preview", "attendance"];
/// What the run of a campaign is made of.
const CAMPAIGN_MAY: [&str; 8] =
    ["model", "attendees", "jitsi", "invitation", "message", "delivery", "ledger", "failure"];

/// Whether a top-level module may use another one.
fn is_allowed(user: &str, target: &str) -> bool {
    match user {
        // What is not listed sees nothing of the crate: surroundings, for one.
        "main" | "lib" | "commands" => true,
        "campaign" => CAMPAIGN_MAY.contains(&target),
        "settings" => target == "model",
        "console" | "failure" => !matches!(target, "main" | "lib" | "commands"),
        _ if SIBLINGS.contains(&user) => target == "model",
        _ => false,
    }
}

fn source() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

/// All Rust files under `src/`.
fn files() -> Vec<PathBuf> {
    let mut folders = vec![source()];
    let mut files = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                files.push(path);
            }
        }
    }
    files.sort();
    files
}

/// The top-level module of a file: its folder under `src/`, or its own name.
fn module_of(file: &Path) -> String {
    let first = file.strip_prefix(source()).unwrap().components().next().unwrap();
    let name = first.as_os_str().to_str().unwrap();
    name.trim_end_matches(".rs").to_owned()
}

/// The code of a file: without comments, and up to its tests, which stand last.
fn code_of(file: &Path) -> String {
    let text = fs::read_to_string(file).unwrap();
    let code = text.split("#[cfg(test)]\nmod tests").next().unwrap();
    let lines = code.split_inclusive('\n').filter(|line| !line.trim_start().starts_with("//"));
    lines.collect()
}

/// The top-level modules that a text names as `crate::module`, in `use` lists too.
fn modules_named(code: &str) -> BTreeSet<String> {
    let mut named = BTreeSet::new();
    for rest in code.split("crate::").skip(1) {
        match rest.strip_prefix('{') {
            Some(list) => named.extend(first_words_of_list(list)),
            None => named.extend(first_word(rest)),
        }
    }
    named
}

/// The first word of each item of a `use` list, nested lists skipped.
fn first_words_of_list(list: &str) -> Vec<String> {
    let mut depth = 0;
    let mut item = String::new();
    let mut words = Vec::new();
    for c in list.chars() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => words.extend(first_word(&std::mem::take(&mut item))),
            _ if depth == 0 => item.push(c),
            _ => {}
        }
    }
    words.extend(first_word(&item));
    words
}

fn first_word(text: &str) -> Option<String> {
    let text = text.trim_start();
    let end = text.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(text.len());
    (end > 0).then(|| text[..end].to_owned())
}

#[test]
fn arrows_run_downward_only() {
    let modules: BTreeSet<_> = files().iter().map(|file| module_of(file)).collect();
    let mut wrong = Vec::new();
    for file in files() {
        let user = module_of(&file);
        for used in modules_named(&code_of(&file)) {
            if used != user && modules.contains(&used) && !is_allowed(&user, &used) {
                wrong.push(format!("{} uses crate::{used}", file.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_model_knows_nobody() {
    for sibling in SIBLINGS {
        assert!(!is_allowed("model", sibling) && is_allowed(sibling, "model"));
    }
}

#[test]
fn names_are_found_in_every_form_of_use() {
    let code =
        "use crate::model::Mail;\nuse crate::{ledger::{Entry, store}, jitsi};\nlet x = crate::delivery::Desk::new();";
    assert_eq!(modules_named(code).into_iter().collect::<Vec<_>>(), ["delivery", "jitsi", "ledger", "model"]);
}

#[test]
fn no_file_is_longer_than_a_sitting() {
    let length = |file: &PathBuf| {
        fs::read_to_string(file).unwrap().split("#[cfg(test)]\nmod tests").next().unwrap().lines().count()
    };
    let long: Vec<_> = files().into_iter().filter(|file| length(file) > LONGEST_FILE).collect();
    assert!(long.is_empty(), "{long:?}");
}
