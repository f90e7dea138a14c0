//! `check` on the samples: one is sound, and every planted fault of the other is found.

use std::{fs, path::Path};

use crate::support::Sandbox;

/// Copies a sample's files into the sandbox's event folder.
pub(crate) fn copy_sample(name: &str, sandbox: &Sandbox) {
    let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples").join(name);
    for entry in fs::read_dir(sample).unwrap() {
        let entry = entry.unwrap();
        if entry.file_type().unwrap().is_dir() {
            continue; // A rehearsal somebody left behind.
        }
        fs::copy(entry.path(), sandbox.path(entry.file_name().to_str().unwrap())).unwrap();
    }
}

#[test]
fn the_workshop_is_sound() {
    let mut sandbox = Sandbox::new();
    sandbox.set("ROOMKEY_SMTP_PASSWORD", "correct horse battery staple");
    copy_sample("rust-workshop", &sandbox);
    sandbox.run(&["check"]).is(0).says("120");
}

#[test]
fn every_planted_fault_is_found_at_its_line_and_no_other() {
    let sandbox = Sandbox::new();
    copy_sample("broken", &sandbox);
    // The table of the sample's README: `| 3 | …`.
    let readme = sandbox.read("README.md");
    let planted: Vec<u64> = readme.lines().filter_map(|line| line.split('|').nth(1)?.trim().parse().ok()).collect();
    assert!(planted.len() >= 10);

    let finished = sandbox.run(&["check"]);

    finished.is(3);
    let said = finished.said();
    let mut found: Vec<u64> = said.split("attendees.csv:").skip(1).filter_map(leading_number).collect();
    found.dedup();
    // Line 16 is a warning and may stand apart; the others are problems, sorted by line.
    let problems: Vec<_> = found.iter().copied().filter(|line| *line != 16).collect();
    let expected: Vec<_> = planted.iter().copied().filter(|line| *line != 16).collect();
    assert_eq!(problems, expected, "{said}");
    assert!(found.contains(&16), "{said}");
}

fn leading_number(text: &str) -> Option<u64> {
    let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    text[..digits].parse().ok()
}
