//! The built-in mails of every language before judges that are not ours: a spam filter, and another language's parsers.

use std::{
    fs::File,
    path::{Path, PathBuf},
    process::Command,
};

use super::{mails_seen, skipped_for_want_of};
use crate::{built_in::LANGUAGES, support::Sandbox};

/// What a built-in mail may score at most; a filter calls 5.0 spam.
const HIGHEST: f64 = 1.0;

/// One mail in each language, as it would be sent.
fn mails() -> (Sandbox, Vec<PathBuf>) {
    let sandbox = mails_seen::event(2525);
    sandbox.run(&["send", "--dry-run"]).is(0);
    let files = sandbox.eml_files("preview");
    assert_eq!(files.len(), LANGUAGES.len());
    (sandbox, files)
}

fn is_there(program: &str, arguments: &[&str]) -> bool {
    Command::new(program).args(arguments).output().is_ok_and(|output| output.status.success())
}

#[test]
fn a_spam_filter_takes_the_built_in_mails_for_what_they_are() {
    if !is_there("spamassassin", &["--version"]) {
        return skipped_for_want_of("spamassassin", "what a spam filter says of the built-in mails");
    }
    let (_sandbox, files) = mails();
    for file in &files {
        let output = Command::new("spamassassin").args(["-L", "-t"]).stdin(File::open(file).unwrap()).output().unwrap();
        let report = String::from_utf8_lossy(&output.stdout);
        let score = report.split("score=").nth(1).and_then(|rest| rest.split_whitespace().next());
        let score: f64 = score.unwrap_or_else(|| panic!("no score: {report}")).parse().unwrap();
        assert!(score < HIGHEST, "{}: {score}\n{report}", file.display());
    }
}

#[test]
fn python_reads_mail_html_and_calendar_without_a_defect() {
    let python = "/usr/bin/python3";
    if !is_there(python, &["-c", "import html5lib, icalendar"]) {
        return skipped_for_want_of(
            "python3-icalendar with python3-html5lib",
            "what Python makes of mail, HTML and calendar",
        );
    }
    let (_sandbox, files) = mails();
    let judge = Path::new(env!("CARGO_MANIFEST_DIR")).join(".ci/judge_mails.py");
    let output = Command::new(python).arg(judge).args(&files).output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
    for (line, tag) in said.lines().zip(LANGUAGES) {
        assert!(
            line.starts_with("REQUEST ") && line.ends_with(&format!(" 0 2036-12-05T13:00:00+00:00 {tag}")),
            "{line}"
        );
    }
    assert_eq!(said.lines().count(), LANGUAGES.len());
}
