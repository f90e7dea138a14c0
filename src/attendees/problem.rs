//! What is wrong with a row or with the whole file, where it stands, and the way out.

use std::{fmt, io, path::PathBuf, sync::Arc};

use super::{WorkbookProblem, nearest::shortened};
use crate::model::{Address, Locator, system_words};

/// One thing that is wrong, on one line. Shown as `attendees.csv:17: …`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Where it stands.
    pub at: Locator,
    /// What is wrong, in lower case.
    pub what: String,
    /// What to do about it, where that can be said.
    pub hint: Option<String>,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.at, self.what)
    }
}

/// Everything that is wrong with one row, and who it seems to be about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowProblems {
    /// Where the row stands.
    pub at: Locator,
    /// The row's number among the data rows, from 1.
    pub number: u32,
    /// The address cell as far as it can be read; empty where it cannot. May hold anything.
    pub email: String,
    /// The address, where that cell is sound.
    pub address: Option<Address>,
    /// The addresses that can be read out of that cell, sound or not.
    pub addresses: Vec<Address>,
    /// The name as far as it can be read; empty where it cannot. May hold anything.
    pub name: String,
    /// What is wrong; at least one.
    pub problems: Vec<Problem>,
}

impl fmt::Display for RowProblems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (n, problem) in self.problems.iter().enumerate() {
            write!(f, "{}{problem}", if n == 0 { "" } else { "\n" })?;
        }
        Ok(())
    }
}

impl std::error::Error for RowProblems {}

/// A row that is left out though nothing is wrong with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftOut {
    /// Where it stands.
    pub at: Locator,
    /// Its number, as [`crate::model::Attendee::number`].
    pub number: u32,
    /// The address cell; may hold anything.
    pub email: String,
    /// The name as far as it can be read; may hold anything.
    pub name: String,
    /// Why, in words: `Status is "canceled"`.
    pub why: String,
    /// Whether its exporter's word is the reason, and not the organiser's choice.
    pub by_exporter: bool,
}

impl fmt::Display for LeftOut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: left out: {}", self.at, self.why)
    }
}

/// Why a row did not become an attendee.
#[derive(Debug, thiserror::Error)]
pub enum Unsound {
    /// This row is not sound; the next one may be.
    #[error(transparent)]
    Row(Box<RowProblems>),
    /// This row is left out by choice, or as cancelled by its exporter; the next one may be taken.
    #[error("{0}")]
    LeftOut(LeftOut),
    /// The file cannot be read any further; no row follows.
    #[error(transparent)]
    File(FileProblem),
}

/// Why an attendee file cannot be read, or not any further.
#[derive(Debug, thiserror::Error)]
pub enum FileProblem {
    /// Nothing stands at the path.
    #[error("{file}: there is no such file")]
    Missing {
        /// What messages call the file.
        file: Arc<str>,
        /// Where it was looked for.
        path: PathBuf,
        /// The folder that its path starts from, in words.
        relative_to: Arc<str>,
    },
    /// The path leads to a folder.
    #[error("{file}: this is a folder, not a file")]
    Folder {
        /// What messages call the file.
        file: Arc<str>,
    },
    /// A symbolic link that leads back to itself.
    #[error("{file}: this is a link that leads back to itself")]
    Loop {
        /// What messages call the file.
        file: Arc<str>,
    },
    /// A pipe, a socket, a device: it cannot be read twice.
    #[error("{file}: this is not a regular file")]
    NotRegular {
        /// What messages call the file.
        file: Arc<str>,
    },
    /// The system refuses to open or read it.
    #[error("{file}: failed to read the file: {}", system_words(error))]
    Unreadable {
        /// What messages call the file.
        file: Arc<str>,
        /// What the system says.
        error: io::Error,
    },
    /// Nothing, or nothing but blank lines.
    #[error("{file}: the file is empty")]
    Empty {
        /// What messages call the file.
        file: Arc<str>,
    },
    /// No line is left below those that are to be skipped.
    #[error("{file}: skip_lines = {skipped} under [attendees] skips the whole file: its last line is {last}")]
    AllSkipped {
        /// What messages call the file.
        file: Arc<str>,
        /// How many lines are to be skipped.
        skipped: u32,
        /// The last line that holds anything.
        last: u64,
    },
    /// A header line and nothing below it.
    #[error("{file}: the file has a header line but no rows below it")]
    NoRows {
        /// What messages call the file.
        file: Arc<str>,
    },
    /// A workbook whose rows cannot be had.
    #[error("{file}: {problem}")]
    Workbook {
        /// What messages call the file.
        file: Arc<str>,
        /// Why.
        problem: Box<WorkbookProblem>,
    },
    /// An archive, a PDF.
    #[error("{file}: this is {kind}, not a table")]
    OtherFormat {
        /// What messages call the file.
        file: Arc<str>,
        /// What it is, with its article.
        kind: &'static str,
    },
    /// The header line does not fit; at least one problem.
    #[error("{}", joined(.0))]
    Header(Vec<Problem>),
    /// A quote is never closed, or swallowed lines up to another value's quote.
    #[error("{at}: {}", unclosed(*.closed_on))]
    UnclosedQuote {
        /// The line on which the quote opens.
        at: Locator,
        /// The line of the quote that seems to close it, in the middle of a value.
        closed_on: Option<u64>,
    },
    /// A row longer than a mebibyte.
    #[error("{at}: this row is longer than 1 MB")]
    TooLong {
        /// The line on which the row starts.
        at: Locator,
    },
    /// UTF-8 as a whole, with a damaged character.
    #[error("{at}: this line holds a damaged character{}", sample_note(.sample))]
    Damaged {
        /// The first such line.
        at: Locator,
        /// The text around the place, with `�` for what is damaged; may be empty.
        sample: String,
    },
    /// UTF-16, and an octet too much or too little.
    #[error("{file}: half a character stands at the file's end: it was cut off, or text of another encoding was added")]
    CutOff {
        /// What messages call the file.
        file: Arc<str>,
    },
    /// UTF-32, which hardly anything reads.
    #[error("{file}: the file is UTF-32")]
    Utf32 {
        /// What messages call the file.
        file: Arc<str>,
    },
    /// Somebody wrote to the file while it was read, or between two readings.
    #[error("{file}: the file changed while it was being read")]
    Changed {
        /// What messages call the file.
        file: Arc<str>,
    },
}

fn joined(problems: &[Problem]) -> String {
    problems.iter().map(Problem::to_string).collect::<Vec<_>>().join("\n")
}

fn unclosed(closed_on: Option<u64>) -> String {
    match closed_on {
        None => "a quote opens on this line and is never closed".into(),
        Some(line) => {
            format!("a quote opens on this line and meets the next one in the middle of a value on line {line}")
        }
    }
}

fn sample_note(sample: &str) -> String {
    if sample.is_empty() { String::new() } else { format!(" (near `{}`)", shortened(sample)) }
}

impl FileProblem {
    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::Missing { path, relative_to, .. } => {
                return Some(format!(
                    "it was looked for at {}; `file` under [attendees] is relative to {relative_to}",
                    path.display()
                ));
            }
            Self::Header(problems) => return problems.first().and_then(|problem| problem.hint.clone()),
            Self::Workbook { problem, .. } => return Some(problem.hint()),
            Self::Folder { .. } => "name the file itself under [attendees]",
            Self::Loop { .. } => "name the file that it should lead to under [attendees], or make the link anew",
            Self::NotRegular { .. } => "save the rows to a file: it is read twice, once to check and once to send",
            Self::Unreadable { .. } => "check that you may read this file, and that its disk is there",
            Self::Empty { .. } => "its first line names the columns (`email,name`), then one line a person",
            Self::AllSkipped { .. } => {
                "say how many lines stand above the columns' names; without skip_lines that is found out"
            }
            Self::NoRows { .. } => "add one line a person below the header",
            Self::OtherFormat { .. } => "open it in the program it comes from and save it as \"CSV UTF-8\"",
            Self::UnclosedQuote { closed_on: None, .. } => "add the closing quote; a quote inside a value is doubled",
            Self::UnclosedQuote { .. } => "close the quote where its value ends; a quote inside a value is doubled",
            Self::TooLong { .. } => "check its line breaks: is this really one person's row?",
            Self::Damaged { .. } => {
                "type the characters on that line anew, and save the file as UTF-8; where all of it is in another \
                 encoding, name that: encoding = \"windows-1252\" under [attendees]"
            }
            Self::CutOff { .. } => "fetch the file anew, or save it as UTF-8 and look at its last lines",
            Self::Utf32 { .. } => "save it as UTF-8",
            Self::Changed { .. } => "wait until nobody writes to it, then start again",
        };
        Some(hint.into())
    }

    /// Every single problem in it, with its hint, in the order in which they are shown.
    #[must_use]
    pub fn listed(&self) -> Vec<(String, Option<String>)> {
        match self {
            Self::Header(problems) => problems.iter().map(|p| (p.to_string(), p.hint.clone())).collect(),
            other => vec![(other.to_string(), other.hint())],
        }
    }
}
