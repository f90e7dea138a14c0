//! What the page is told of a mail: beside its bytes, what only its row knows, and its link in words.

use std::borrow::Cow;

use jiff::Timestamp;
use serde::Serialize;

use super::letter::Letter;
use crate::model::Window;

/// What only the row knows.
#[derive(Debug, Clone)]
pub struct Row {
    /// The row's number.
    pub number: u32,
    /// Where it stands, like `attendees.csv:12`.
    pub at: String,
    /// The name shown in the room.
    pub name: String,
    /// The first name, as mails greet.
    pub first_name: String,
    /// The last name; may be empty.
    pub last_name: String,
    /// The row's address.
    pub address: String,
    /// The zone in which the person is told the time.
    pub zone: String,
    /// Whether the link makes its holder a moderator.
    pub moderator: bool,
    /// When the link works.
    pub window: Window,
    /// The same in words.
    pub works: String,
}

/// What is to be said of a mail: its link in words, and what somebody should look at.
#[derive(Debug, Clone, Default)]
pub struct Told {
    /// The link; `None` where the mail holds none.
    pub link: Option<String>,
    /// The person's id in the token.
    pub user_id: Option<String>,
    /// What link and token say, line by line.
    pub lines: Vec<String>,
    /// What is to be said about them.
    pub remarks: Vec<Remark>,
    /// What somebody should look at before this mail leaves, each in a sentence.
    pub warnings: Vec<String>,
}

/// One thing to be said about a link.
#[derive(Debug, Clone, Serialize)]
pub struct Remark {
    /// `problem`, `warning` or `note`.
    pub severity: &'static str,
    /// What is the matter.
    pub text: String,
    /// What to do about it.
    pub hint: Option<String>,
}

/// Whether what is written may be shown to others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Privacy {
    /// The mails as they are sent, with working links.
    Working,
    /// The mails as they are sent, which hold no links.
    Linkless,
    /// Links, tokens, addresses, names and Message-IDs are replaced.
    Redacted,
}

/// A mail's line in the list of all: number, place, name, address, subject, language, zone, whether
/// moderator, how many warnings, the data file that holds it, its `.eml` file.
#[derive(Debug, Serialize)]
pub(super) struct Line<'a>(
    pub(super) u32,
    pub(super) &'a str,
    pub(super) &'a str,
    pub(super) &'a str,
    pub(super) &'a str,
    pub(super) &'a str,
    pub(super) &'a str,
    pub(super) u8,
    pub(super) usize,
    pub(super) u32,
    pub(super) &'a str,
);

/// Everything else about a mail.
#[derive(Debug, Serialize)]
pub(super) struct Record<'a> {
    /// The whole mail in pieces, whose parts the page decodes itself: nothing stands here twice.
    source: Vec<Cow<'a, str>>,
    parts: Vec<PartNote>,
    fields: Vec<(&'static str, String)>,
    warnings: &'a [String],
    link: Option<&'a str>,
    claims: &'a [String],
    remarks: &'a [Remark],
    works: &'a str,
    /// Opens, starts, ends, closes; seconds of the era.
    window: [i64; 4],
}

/// A piece of the source that is a part.
#[derive(Debug, Serialize)]
struct PartNote {
    piece: usize,
    kind: String,
    base64: bool,
    name: Option<String>,
    cid: Option<String>,
}

impl<'a> Record<'a> {
    pub(super) fn of(letter: &'a Letter<'a>, row: &'a Row, told: &'a Told) -> Self {
        let (mut source, mut parts) = (Vec::new(), Vec::new());
        for (piece, stretch) in letter.stretches().into_iter().enumerate() {
            source.push(String::from_utf8_lossy(stretch.bytes));
            if let Some(part) = stretch.part {
                let (name, cid) = (part.name, part.content_id);
                parts.push(PartNote { piece, kind: part.kind, base64: part.is_base64, name, cid });
            }
        }
        let window = &row.window;
        Self {
            source,
            parts,
            fields: letter.fields(),
            warnings: &told.warnings,
            link: told.link.as_deref(),
            claims: &told.lines,
            remarks: &told.remarks,
            works: &row.works,
            window: [window.opens(), window.starts(), window.ends(), window.closes()].map(Timestamp::as_second),
        }
    }
}
