//! Why a workbook cannot be read, and the way out.

use std::{fmt, io};

use super::super::nearest::shortened;

/// How many sheets a message lists.
const MOST_LISTED: usize = 20;

/// Which sheet is meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SheetChoice {
    /// The sheet of this name.
    Name(String),
    /// The sheet at this place, from 1, hidden ones counted.
    Number(u32),
}

impl fmt::Display for SheetChoice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name(name) => write!(f, "`{}`", shortened(name)),
            Self::Number(number) => write!(f, "number {number}"),
        }
    }
}

/// Why a workbook gives no rows. Says nothing of the file's name: the caller puts it in front.
#[derive(Debug, thiserror::Error)]
pub enum WorkbookProblem {
    /// The system refuses to read it.
    #[error("failed to read the file: {0}")]
    Unreadable(#[from] io::Error),
    /// The file itself is too large.
    #[error("this workbook is larger than 256 MB")]
    TooLarge,
    /// It would fill the memory when unpacked.
    #[error("this workbook is packed in a suspicious way: {what}")]
    Bomb {
        /// What is too much.
        what: String,
    },
    /// More cells than any list of people has.
    #[error("the sheet `{}` spans more than 5 million cells", shortened(.sheet))]
    TooManyCells {
        /// The sheet.
        sheet: String,
    },
    /// More text than any list of people has.
    #[error("the sheet `{}` holds more than 256 MB of text", shortened(.sheet))]
    TooMuchText {
        /// The sheet.
        sheet: String,
    },
    /// It opens with a password only.
    #[error("this workbook is protected by a password")]
    Password,
    /// Cut off, changed on its way, or not what it says it is.
    #[error("this workbook is damaged: {what}")]
    Damaged {
        /// What does not fit.
        what: String,
    },
    /// It may be sound, but what reads workbooks cannot cope with it.
    #[error("this workbook holds something that cannot be read here")]
    Stumbled,
    /// Packed like a workbook, and something else.
    #[error("this is {kind}, not a workbook that can be read here")]
    NoWorkbook {
        /// What it is, with its article.
        kind: &'static str,
        /// What to do with it.
        way_out: &'static str,
    },
    /// No sheet of that name or number.
    #[error("there is no sheet {wanted}")]
    NoSuchSheet {
        /// What was asked for.
        wanted: SheetChoice,
        /// The sheets there are, in their order.
        sheets: Vec<String>,
    },
    /// A sheet that is a chart, or code.
    #[error("the sheet `{}` has no cells: it is a chart or a dialogue", shortened(.sheet))]
    NoCells {
        /// The sheet.
        sheet: String,
    },
}

impl WorkbookProblem {
    /// Damage, in words.
    pub(super) fn damaged(what: impl fmt::Display) -> Self {
        // Readers quote what they stumbled over.
        Self::Damaged { what: shortened(&what.to_string().replace(char::is_control, "?")) }
    }

    /// What to do about it.
    pub fn hint(&self) -> String {
        let hint = match self {
            Self::Unreadable(_) => "check that you may read this file, and that its disk is there",
            Self::TooLarge => "keep the attendees alone: copy their sheet into a new workbook, without pictures",
            Self::Bomb { .. } => {
                "if you trust where it comes from, open it in a spreadsheet program and save it anew, or as \"CSV UTF-8\""
            }
            Self::TooManyCells { .. } => {
                "something stands far to the right or far below: copy the rows that count into a new sheet"
            }
            Self::TooMuchText { .. } => "copy the columns that count into a new sheet",
            Self::Password => "open it, and save it without a password",
            Self::Damaged { .. } => {
                "fetch it anew; if it opens in a spreadsheet program, save it from there as .xlsx or as \"CSV UTF-8\""
            }
            Self::Stumbled => "open it in a spreadsheet program and save it as .xlsx, or as \"CSV UTF-8\"",
            Self::NoWorkbook { way_out, .. } => way_out,
            Self::NoSuchSheet { sheets, .. } => return listed(sheets),
            Self::NoCells { .. } => "choose the sheet that holds the attendees",
        };
        hint.into()
    }
}

fn listed(sheets: &[String]) -> String {
    let shown: Vec<_> = sheets.iter().take(MOST_LISTED).map(|name| format!("`{}`", shortened(name))).collect();
    let more = sheets.len() - shown.len();
    match (&shown[..], more) {
        ([], _) => "the workbook has no sheet with cells at all".into(),
        ([one], 0) => format!("its only sheet is {one}"),
        (_, 0) => format!("its sheets are {}", shown.join(", ")),
        _ => format!("its sheets are {} and {more} more", shown.join(", ")),
    }
}
