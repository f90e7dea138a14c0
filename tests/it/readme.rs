//! The README tells the truth: what `--help` shows stands in it and in a test, and the other way round.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use clap::{Arg, Command, CommandFactory as _, Parser as _, ValueEnum as _};
use roomkey::{
    cli::{Cli, StateName},
    failure::Status,
};

/// The section of what goes with every command.
const ALONE: &str = "roomkey alone";

#[test]
fn every_command_and_flag_of_the_help_stands_in_its_section() {
    let readme = Readme::read();
    for (section, command) in commands() {
        let text = readme.section(&section);
        for arg in own_arguments(&section, &command) {
            for name in names(&arg) {
                assert!(text.contains(&format!("`{name}")), "{section}: {name} is not in the README");
            }
            for value in arg.get_possible_values().iter().filter(|_| arg.get_action().takes_values()) {
                let value = value.get_name();
                assert!(text.contains(&format!("`{value}`")), "{section}: the value {value} is not in the README");
            }
        }
    }
}

#[test]
fn every_flag_in_a_commands_section_exists() {
    let readme = Readme::read();
    let known: BTreeMap<String, BTreeSet<String>> =
        commands().into_iter().map(|(section, command)| (section, flags(command.get_arguments()))).collect();
    let mut seen = 0;
    for (section, _) in commands() {
        for piece in pieces(&readme.section(&section)) {
            // `roomkey resend --failed` speaks of another command than the section does.
            let named = piece.split("roomkey ").nth(1).and_then(|rest| rest.split_whitespace().next());
            let meant = named.map_or_else(|| section.clone(), |word| format!("roomkey {word}"));
            let flags = known.get(&meant).unwrap_or(&known[&section]);
            for flag in long_flags(&piece) {
                assert!(flags.contains(&flag), "{section}: `{piece}`: {meant} has no {flag}");
                seen += 1;
            }
        }
    }
    assert!(seen > 60, "{seen}");
}

#[test]
fn every_command_and_flag_is_used_in_a_test() {
    let calls = calls_in_tests();
    let used = |words: &[&str]| {
        calls.iter().any(|call| {
            words.iter().all(|word| call.iter().any(|given| given == word || given.starts_with(&format!("{word}="))))
        })
    };
    let mut unused = Vec::new();
    for (section, command) in commands() {
        let word = section.strip_prefix("roomkey ").filter(|_| section != ALONE);
        if word.is_some_and(|word| !used(&[word])) {
            unused.push(section.clone());
        }
        for flag in flags(own_arguments(&section, &command).iter()) {
            let words: Vec<&str> = word.into_iter().chain([flag.as_str()]).collect();
            if !used(&words) {
                unused.push(format!("{section} {flag}"));
            }
        }
    }
    assert!(unused.is_empty(), "no test runs: {}", unused.join(", "));
}

#[test]
fn every_command_line_is_understood() {
    let readme = Readme::read();
    let lines: Vec<String> = readme.blocks("sh").iter().flat_map(|block| block.lines()).map(str::to_owned).collect();
    assert_eq!(lines[..2], ["cargo run --release -- rehearse -e samples/rust-workshop/event.toml", "cargo test"]);
    let mut understood = 0;
    for line in &lines {
        let line = line.replace("cargo run --release --", "roomkey");
        let Some(start) = line.find("roomkey") else { continue };
        let words = shell_words(&line[start..]);
        if let Err(problem) = Cli::try_parse_from(&words) {
            panic!("{line}\n{problem}");
        }
        understood += 1;
    }
    assert!(understood > 30, "{understood}");
}

#[test]
fn every_key_of_the_settings_stands_in_its_table_with_its_default() {
    let told = Readme::read().settings();
    let known = known_settings();
    assert!(known.len() > 50, "{}", known.len());
    assert_eq!(
        told.iter().map(|(name, _)| name).collect::<Vec<_>>(),
        known.iter().map(|(name, _)| name).collect::<Vec<_>>()
    );
    for ((name, cell), (_, default)) in told.iter().zip(&known) {
        match default {
            Some(default) => assert_eq!(cell, default, "{name}"),
            None => assert!(!cell.is_empty() && cell != "required", "{name}"),
        }
    }
}

#[test]
fn every_link_and_picture_leads_somewhere() {
    let readme = Readme::read();
    let anchors: BTreeSet<String> = readme.headings().iter().map(|(_, title)| anchor(title)).collect();
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut followed = 0;
    for target in readme.prose().split("](").skip(1).filter_map(|rest| rest.split(')').next().map(str::to_owned)) {
        if target.starts_with("https://") {
            continue;
        }
        followed += 1;
        match target.strip_prefix('#') {
            Some(named) => assert!(anchors.contains(named), "no heading for #{named}"),
            None => assert!(root.join(&target).is_file(), "there is no {target}"),
        }
    }
    assert!(followed > 25, "{followed}");
}

#[test]
fn pictures_need_nothing_from_elsewhere() {
    let picture = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("samples/send.svg")).unwrap();
    let addresses: BTreeSet<&str> =
        picture.split("http").skip(1).filter_map(|rest| rest.split(['"', ' ', '<']).next()).collect();
    assert_eq!(addresses.into_iter().collect::<Vec<_>>(), ["://www.w3.org/2000/svg"]);
    assert!(!picture.contains("@font-face") && !picture.contains("@import"));
}

#[test]
fn the_table_of_exit_statuses_is_the_programs() {
    let readme = Readme::read();
    let told = first_cells(&readme.section("Exit statuses"));
    let known: Vec<String> = STATUSES.iter().map(|status| status.code().to_string()).collect();
    assert_eq!(told, known);
}

#[test]
fn the_table_of_states_is_the_programs() {
    let readme = Readme::read();
    let told = first_cells(&readme.section("What became of a mail: the states"));
    let known: Vec<String> = StateName::value_variants()
        .iter()
        .filter_map(|state| Some(format!("`{}`", state.to_possible_value()?.get_name())))
        .collect();
    assert_eq!(told, known);
}

/// All of them: the match below does not compile with one missing.
const STATUSES: [Status; 8] = [
    Status::Done,
    Status::Unexpected,
    Status::Usage,
    Status::BadInput,
    Status::SomeFailed,
    Status::SomeInDoubt,
    Status::NotNow,
    Status::Interrupted,
];

const _: fn(Status) = |status| match status {
    Status::Done
    | Status::Unexpected
    | Status::Usage
    | Status::BadInput
    | Status::SomeFailed
    | Status::SomeInDoubt
    | Status::NotNow
    | Status::Interrupted => (),
};

/// The README, read for its structure.
struct Readme(String);

impl Readme {
    fn read() -> Self {
        Self(fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")).unwrap())
    }

    /// Everything that stands in no block of code.
    fn prose(&self) -> String {
        self.0.split("```").step_by(2).collect()
    }

    /// The code blocks of one language.
    fn blocks(&self, language: &str) -> Vec<&str> {
        blocks(&self.0, language)
    }

    /// Level and title of each heading.
    fn headings(&self) -> Vec<(usize, String)> {
        self.prose().lines().filter_map(heading).collect()
    }

    /// What stands under a heading, up to the next of its level, what programs print left out.
    fn section(&self, title: &str) -> String {
        let mut level = None;
        let mut printed = false;
        let mut text = String::new();
        for line in self.0.lines() {
            if line.starts_with("```") {
                printed = line == "```text";
            }
            match (heading(line), level) {
                (Some((_, found)), _) if found == title => level = heading(line).map(|(level, _)| level),
                (Some((found, _)), Some(wanted)) if found <= wanted => level = None,
                _ if level.is_some() && !printed => text.extend([line, "\n"]),
                _ => {}
            }
        }
        assert!(!text.is_empty(), "the README has no section `{title}`");
        text
    }

    /// Each key of the settings' tables, and its default as it is told.
    fn settings(&self) -> Vec<(String, String)> {
        let tables = self.headings().into_iter().filter_map(|(_, title)| {
            let table = title.strip_prefix("`[")?.strip_suffix("]`")?.trim_matches(['[', ']']).to_owned();
            Some((table, title))
        });
        let rows = tables.flat_map(|(table, title)| {
            let section = self.section(&title);
            let rows: Vec<_> = table_rows(&section).into_iter().map(|cells| (table.clone(), cells)).collect();
            rows
        });
        rows.map(|(table, cells)| (format!("{table}.{}", cells[0].trim_matches('`')), cells[1].clone())).collect()
    }
}

fn blocks<'a>(text: &'a str, language: &str) -> Vec<&'a str> {
    text.split("```").skip(1).step_by(2).filter_map(|block| block.strip_prefix(language)?.strip_prefix('\n')).collect()
}

fn heading(line: &str) -> Option<(usize, String)> {
    let title = line.trim_start_matches('#');
    let level = line.len() - title.len();
    (level > 0).then_some(())?;
    title.strip_prefix(' ').map(|title| (level, title.to_owned()))
}

/// The cells of each row, heads left out.
fn table_rows(text: &str) -> Vec<Vec<String>> {
    let is_head = |next: Option<&&str>| next.is_some_and(|next| next.starts_with("|---"));
    let lines: Vec<&str> = text.lines().collect();
    let rows = lines
        .iter()
        .enumerate()
        .filter(|(n, line)| line.starts_with('|') && !line.starts_with("|---") && !is_head(lines.get(n + 1)));
    rows.map(|(_, line)| line.trim_matches('|').split('|').map(|cell| cell.trim().to_owned()).collect()).collect()
}

fn first_cells(text: &str) -> Vec<String> {
    table_rows(text).into_iter().map(|cells| cells[0].clone()).collect()
}

/// What GitHub makes of a heading.
fn anchor(title: &str) -> String {
    let kept = title.to_lowercase().replace(' ', "-");
    kept.chars().filter(|c| c.is_alphanumeric() || matches!(c, '-' | '_')).collect()
}

/// Each command under the title of its section, `roomkey` itself among them.
fn commands() -> Vec<(String, Command)> {
    let mut whole = Cli::command();
    whole.build();
    let below = whole.get_subcommands().map(|command| (format!("roomkey {}", command.get_name()), command.clone()));
    below.chain([(ALONE.to_owned(), whole.clone())]).collect()
}

/// What a command does not share with all others.
fn own_arguments(section: &str, command: &Command) -> Vec<Arg> {
    let shared = |arg: &Arg| arg.is_global_set() || matches!(arg.get_id().as_str(), "help" | "version");
    command.get_arguments().filter(|arg| !arg.is_hide_set() && (section == ALONE || !shared(arg))).cloned().collect()
}

/// How an argument is written: its flags, or else what stands for it.
fn names(arg: &Arg) -> Vec<String> {
    let long = arg.get_long().map(|long| format!("--{long}"));
    let short = arg.get_short().map(|short| format!("-{short}"));
    let place = arg.get_value_names().filter(|_| arg.is_positional()).unwrap_or_default();
    let places = place.iter().flat_map(|name| name.split('|')).map(str::to_owned);
    long.into_iter().chain(short).chain(places).collect()
}

fn flags<'a>(args: impl Iterator<Item = &'a Arg>) -> BTreeSet<String> {
    args.filter_map(Arg::get_long).map(|long| format!("--{long}")).collect()
}

/// The long flags that a piece of text names.
fn long_flags(text: &str) -> Vec<String> {
    let is_part = |c: char| c.is_ascii_lowercase() || c == '-';
    let words = text.split(|c: char| !is_part(c)).filter(|word| word.len() > 2);
    words.filter(|word| word.starts_with("--") && !word.starts_with("---")).map(str::to_owned).collect()
}

/// The command lines and the pieces of inline code of a section.
fn pieces(section: &str) -> Vec<String> {
    let lines = blocks(section, "sh").into_iter().flat_map(str::lines).map(str::to_owned);
    let prose: String = section.split("```").step_by(2).collect();
    let inline = prose.split('`').skip(1).step_by(2).map(str::to_owned);
    lines.chain(inline).collect()
}

/// The words of a simple command line, up to a pipe or a redirection.
fn shell_words(line: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut quoted = false;
    for c in line.chars() {
        match c {
            '"' => quoted = !quoted,
            '|' | '>' if !quoted => break,
            ' ' if !quoted => words.push(String::new()),
            c => words.last_mut().unwrap().push(c),
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

/// Names and defaults of all settings, from the one list that the program has of them.
fn known_settings() -> Vec<(String, Option<String>)> {
    let source = include_str!("../../src/settings/keys.rs");
    let lines = source.lines().filter_map(|line| line.trim().strip_prefix("key(\""));
    lines
        .map(|line| {
            let name = line.split('"').next().unwrap_or_default().to_owned();
            let default = line.split_once(".or(\"").and_then(|(_, rest)| rest.split('"').next());
            let required = line.contains(".required()").then(|| "required".to_owned());
            (name, required.or_else(|| default.map(|default| format!("`{default}`"))))
        })
        .collect()
}

/// The lists of words with which the tests run the program.
fn calls_in_tests() -> Vec<Vec<String>> {
    let mut sources = Vec::new();
    let mut folders = vec![PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/it")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                sources.push(fs::read_to_string(path).unwrap());
            }
        }
    }
    let lists = sources.iter().flat_map(|source| source.split('[').skip(1)).filter_map(|rest| rest.split(']').next());
    lists.map(|list| list.split('"').skip(1).step_by(2).map(str::to_owned).collect()).collect()
}
