//! Whose a token is, and whether it still fits its row.
//!
//! Anybody can write an id into a token: only the signature of the event makes it theirs.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::{Desk, opened::Opened};
use crate::{
    attendees::{AttendeeFile, Unsound},
    campaign::{Depth, Wanted, words},
    console::without_tokens,
    jitsi::{ClaimFacts, Explanation, Moment},
    ledger::{Roster, Standing},
    model::{Attendee, PersonId, UserId},
};

/// Whose a token is, as far as that can be said.
pub(super) struct Whose {
    certainty: Certainty,
    /// The sentence.
    text: String,
    name: Option<String>,
    row: Option<String>,
    /// What the row says otherwise.
    warnings: Vec<String>,
}

/// How sure that is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Certainty {
    /// This event made it for somebody.
    Known,
    /// This event made it for somebody who is not in the file, or not any longer.
    Nobody,
    /// It names somebody's id, and the signature does not prove that.
    Unproven,
    /// File or ledger could not be read.
    Unread,
}

impl Certainty {
    fn as_str(self) -> &'static str {
        match self {
            Self::Known => "known",
            Self::Nobody => "nobody",
            Self::Unproven => "unproven",
            Self::Unread => "unread",
        }
    }
}

impl Whose {
    /// Looks whose it is; `None` where it names nobody that this event knows, and proves nothing.
    pub(super) fn of(desk: &Desk<'_>, opened: &Opened, explanation: &Explanation) -> Option<Self> {
        let id = UserId(explanation.user_id()?.to_owned());
        let search = Search::new(desk, opened, &id);
        let is_ours = explanation.is_of_the_event;
        let words = search.owner();
        let row = search.row.as_ref();
        let mut whose = Self {
            certainty: Certainty::Known,
            text: String::new(),
            name: row.map(|row| row.name.clone()).or_else(|| search.standing.as_ref().map(|one| one.name().to_owned())),
            row: row.map(|row| row.locator.to_string()),
            warnings: Vec::new(),
        };
        (whose.certainty, whose.text) = match (words, &search.unread) {
            (Some(_), _) if !is_ours => {
                let proof = if explanation.signature_holds() {
                    "the key given signed it, and this event's own did not"
                } else {
                    "the signature does not prove it"
                };
                (Certainty::Unproven, format!("nobody can say; it names the id of {}, but {proof}", search.named()))
            }
            (Some(words), _) => (Certainty::Known, words),
            (None, _) if !is_ours => return None,
            (None, Some(why)) => (Certainty::Unread, format!("nobody can say: {why}")),
            (None, None) => (
                Certainty::Nobody,
                format!(
                    "nobody in {} has this key: the row is gone, or its address or id has changed since",
                    opened.rules.shown_as
                ),
            ),
        };
        if let Some(row) = row.filter(|_| is_ours) {
            whose.warnings = outdated(row, &explanation.claims);
        }
        Some(whose)
    }

    /// Line by line.
    pub(super) fn lines(&self) -> Vec<String> {
        let warnings = self.warnings.iter().map(|warning| format!("warning: {warning}"));
        std::iter::once(format!("whose: {}", self.text)).chain(warnings).collect()
    }

    /// The same for programs.
    pub(super) fn json(&self) -> Value {
        let told = |text: &String| without_tokens(text);
        json!({
            "certainty": self.certainty.as_str(),
            "name": self.name.as_ref().map(told),
            "row": self.row,
            "text": told(&self.text),
            "warnings": self.warnings.iter().map(told).collect::<Vec<_>>(),
        })
    }
}

/// What the person's row says otherwise than their key.
fn outdated(attendee: &Attendee, claims: &ClaimFacts) -> Vec<String> {
    let at = &attendee.locator;
    let mut lines = Vec::new();
    if let Some(room) = claims.room.as_ref().filter(|room| !room.eq_ignore_ascii_case(attendee.room.as_str())) {
        lines.push(format!("it is for the room {room}, and {at} says {} now", attendee.room));
    }
    let now = [attendee.window.opens(), attendee.window.closes()].map(|at| Moment::At(without_fraction(at)));
    if [&claims.nbf, &claims.exp] != [&now[0], &now[1]] {
        let now = words::works(&attendee.window);
        lines.push(format!("it is for another time; by {at} as it stands, the link would work {now}"));
    }
    lines
}

/// Tokens count in whole seconds.
fn without_fraction(at: Timestamp) -> Timestamp {
    Timestamp::from_second(at.as_second()).unwrap_or(at)
}

/// What file and ledger know of an id.
struct Search<'a> {
    file: &'a str,
    standing: Option<Standing>,
    row: Option<Attendee>,
    /// Why that is not all.
    unread: Option<String>,
}

impl<'a> Search<'a> {
    fn new(desk: &Desk<'_>, opened: &'a Opened, id: &UserId) -> Self {
        let (roster, unread) = match opened.roster() {
            Ok(roster) => (roster, None),
            Err(failure) => (Roster::default(), Some(format!("the ledger cannot be read: {failure}"))),
        };
        let standing = roster.by_user_id(id).cloned();
        let row = match &standing {
            Some(standing) => row_of(desk, opened, &roster, standing.person),
            None => sound_row(opened, |attendee| opened.press.user_id(&attendee.key) == *id),
        };
        let (row, unread) = match row {
            Ok(row) => (row, unread),
            Err(why) => (None, unread.or(Some(why))),
        };
        Self { file: &opened.rules.shown_as, standing, row, unread }
    }

    /// Who has that id.
    fn named(&self) -> String {
        match (&self.row, &self.standing) {
            (Some(attendee), _) => format!("{} ({})", attendee.name, attendee.locator),
            (None, Some(standing)) => format!("{} ({})", standing.name(), standing.address()),
            (None, None) => "nobody".to_owned(),
        }
    }

    /// Whose it is; `None` where neither file nor ledger knows anybody.
    fn owner(&self) -> Option<String> {
        match (&self.row, &self.standing) {
            (Some(attendee), _) => Some(format!("{}'s key, {}", attendee.name, attendee.locator)),
            (None, Some(standing)) => {
                let mailed = format!("{}'s key; {} was mailed and", standing.name(), standing.address());
                Some(match &self.unread {
                    Some(why) => format!("{mailed} nobody can say what the file says now: {why}"),
                    None => format!("{mailed} is no longer in {}", self.file),
                })
            }
            (None, None) => None,
        }
    }
}

/// The row of somebody who was mailed. Who is who takes the whole file: with an id column that came
/// later, no row's own key would be theirs.
fn row_of(desk: &Desk<'_>, opened: &Opened, roster: &Roster, person: PersonId) -> Result<Option<Attendee>, String> {
    let everybody = Wanted::default();
    let survey = opened.surveyor(roster, &everybody, desk).survey(Depth::Rows, None).map_err(|why| first_line(&why))?;
    if let Some(told) = survey.broken.first() {
        return Err(told.what.clone());
    }
    match survey.identified.known.iter().find(|(_, known)| **known == person) {
        Some((number, _)) => sound_row(opened, |attendee| attendee.number == *number),
        None if survey.unsound.is_empty() => Ok(None),
        None => Err(of_unsound(&opened.rules.shown_as, survey.unsound.len())),
    }
}

/// The first sound row of which something holds; an error where the file, or rows of it, cannot be read.
fn sound_row(opened: &Opened, holds: impl Fn(&Attendee) -> bool) -> Result<Option<Attendee>, String> {
    let file = AttendeeFile::open(&opened.rules).map_err(|why| first_line(&why))?;
    let mut unsound = 0;
    for row in file {
        match row {
            Ok(attendee) if holds(&attendee) => return Ok(Some(attendee)),
            Ok(_) | Err(Unsound::LeftOut(_)) => {}
            Err(Unsound::Row(_)) => unsound += 1,
            Err(Unsound::File(why)) => return Err(first_line(&why)),
        }
    }
    if unsound == 0 { Ok(None) } else { Err(of_unsound(&opened.rules.shown_as, unsound)) }
}

fn of_unsound(file: &str, count: usize) -> String {
    let rows = words::counted(u64::try_from(count).unwrap_or(u64::MAX), "row", "rows");
    format!("{rows} of {file} cannot be used, and may be theirs (`roomkey check` tells what is wrong)")
}

/// The first of several problems.
fn first_line(problem: &impl std::fmt::Display) -> String {
    problem.to_string().lines().next().unwrap_or_default().to_owned()
}
