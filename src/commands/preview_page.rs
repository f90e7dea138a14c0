//! The page of previews: each mail of a folder brought together with its row and its link in words.
//!
//! Known weakness: a redacted folder holds the mails as they were while the page is being made; killed
//! in the midst of it, a run leaves them there, without a page.

use std::{
    collections::HashMap,
    fs::{self, File},
    io::Read as _,
    path::{Path, PathBuf},
};

use jiff::{Timestamp, tz::TimeZone};

use super::{Desk, interrupt, opened::Opened, removed::Removed, report};
use crate::{
    attendees::{AttendeeFile, Unsound},
    campaign::words,
    cli::Look,
    failure::{Failure, Status, Told},
    invitation::Occasion,
    jitsi::{self, Severity, explain, extract_token},
    message::lint::{Finding, Proof, lint},
    model::{Attendee, Window, system_words},
    preview::{self, Book, Letter, PageProblem, Privacy, Remark},
};

/// Enough of a mail to hold its Message-ID.
const HEADER: u64 = 16 * 1024;
const PROBLEM: &str = "problem";
const NOTE: &str = "note";

/// How the files of a folder are told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Filed {
    /// By the row's number, with which their names begin.
    ByNumber,
    /// By Message-ID: they came in any order, each person's first mail.
    ByMessageId,
}

/// Writes the page beside a folder's mails, and answers where it is; `behind` are people who are in no row.
pub(super) fn write(
    desk: &Desk<'_>,
    opened: &Opened,
    folder: &Path,
    kept: Filed,
    (occasion, behind): (Occasion, &[Removed]),
    look: Look,
) -> Result<PathBuf, Failure> {
    let asked = interrupt::while_asked("interrupted: there is no page; the .eml files are as they were made")?;
    let privacy = match (look.redact, occasion) {
        (true, _) => Privacy::Redacted,
        (false, Occasion::Invite) => Privacy::Working,
        (false, Occasion::Cancel) => Privacy::Linkless,
    };
    let mut files = Files::of(folder, kept).map_err(|source| {
        Failure::unexpected(format!("failed to read {}: {}", folder.display(), system_words(&source)))
    })?;
    let mut book = Book::begin(folder, privacy).map_err(|problem| failure(&problem))?;
    let file = || AttendeeFile::open(&opened.rules).map_err(|problem| report::file_failure(&problem));
    if look.redact {
        // Whoever is named in another one's mail is that person there too.
        for attendee in file().into_iter().flatten().flatten().chain(behind.iter().map(|one| one.attendee.clone())) {
            book.expect(attendee.number, &attendee.name, attendee.email.as_str());
        }
    }
    let now = desk.around.now();
    let behind = behind.iter().map(|one| Ok(one.attendee.clone()));
    let rows = match file() {
        Err(_) if occasion == Occasion::Cancel => None,
        other => Some(other?),
    };
    for row in rows.into_iter().flatten().chain(behind) {
        let attendee = match row {
            Ok(attendee) => attendee,
            Err(Unsound::Row(_) | Unsound::LeftOut(_)) => continue,
            Err(Unsound::File(_)) if occasion == Occasion::Cancel => continue,
            Err(Unsound::File(problem)) => return Err(report::file_failure(&problem)),
        };
        let Some(name) = files.take(opened, &attendee) else { continue };
        let (row, zone) = row_of(opened, &attendee);
        let told = |letter: &Letter<'_>| told(opened, &attendee, letter, &zone, now);
        book.add(&name, &row, told).map_err(|problem| failure(&problem))?;
    }
    let event = &opened.press.event;
    let when = match occasion {
        Occasion::Invite => format!("links work {}", words::works(&event.window)),
        Occasion::Cancel => "called off".to_owned(),
    };
    let index = book.finish(&event.title, &when).map_err(|problem| failure(&problem))?;
    drop(asked);
    Ok(index)
}

/// What others put into the way is bad input, the rest unexpected.
fn failure(problem: &PageProblem) -> Failure {
    let status = if matches!(problem, PageProblem::Occupied(_)) { Status::BadInput } else { Status::Unexpected };
    Failure::of(status, Told::new(problem.to_string()).hint(problem.hint()))
}

/// The mails of a folder, until their rows come.
#[derive(Debug)]
enum Files {
    ByNumber(HashMap<u32, String>),
    ByMessageId(HashMap<String, String>),
}

impl Files {
    fn of(folder: &Path, kept: Filed) -> std::io::Result<Self> {
        let mut names = Vec::new();
        for entry in fs::read_dir(folder)? {
            let name = entry?.file_name().to_string_lossy().into_owned();
            if Path::new(&name).extension().is_some_and(|extension| extension == "eml") {
                names.push(name);
            }
        }
        if kept == Filed::ByNumber {
            let numbered = |name: String| Some((name.split('-').next()?.parse().ok()?, name));
            return Ok(Self::ByNumber(names.into_iter().filter_map(numbered).collect()));
        }
        let mut by_id = HashMap::with_capacity(names.len());
        for name in names {
            let mut header = Vec::new();
            File::open(folder.join(&name))?.take(HEADER).read_to_end(&mut header)?;
            if let Some(id) = preview::message_id_of(&header) {
                by_id.insert(id, name);
            }
        }
        Ok(Self::ByMessageId(by_id))
    }

    /// The file of somebody's mail; `None` where none was made.
    fn take(&mut self, opened: &Opened, attendee: &Attendee) -> Option<String> {
        match self {
            Self::ByNumber(names) => names.remove(&attendee.number),
            Self::ByMessageId(names) => names.remove(&opened.press.message_id(&attendee.key, 0).0),
        }
    }
}

/// What only the row knows, and the zone in which its person is told the time.
fn row_of(opened: &Opened, attendee: &Attendee) -> (preview::Row, TimeZone) {
    let zone = attendee.timezone.as_ref().unwrap_or(opened.press.event.window.zone());
    let window = in_zone(&attendee.window, zone);
    let row = preview::Row {
        number: attendee.number,
        at: attendee.locator.to_string(),
        name: attendee.name.clone(),
        first_name: attendee.first_name.clone(),
        last_name: attendee.last_name.clone(),
        address: attendee.email.to_string(),
        zone: zone.iana_name().unwrap_or("UTC").to_owned(),
        moderator: attendee.moderator,
        works: words::works(&window),
        window,
    };
    (row, zone.clone())
}

/// The same window, told in another zone.
fn in_zone(window: &Window, zone: &TimeZone) -> Window {
    let (before, after) =
        (window.opens().duration_until(window.starts()), window.ends().duration_until(window.closes()));
    Window::new(window.starts(), window.ends(), before, after, zone.clone()).unwrap_or_else(|_| window.clone())
}

/// A mail's link in words, and what somebody should look at.
fn told(opened: &Opened, attendee: &Attendee, letter: &Letter<'_>, zone: &TimeZone, now: Timestamp) -> preview::Told {
    let mut told = preview::Told { link: letter.link(), ..preview::Told::default() };
    match told.link.as_deref().map(extract_token) {
        Some(Ok(token)) => {
            let explanation = explain(&token, Some(&opened.press.signer), None, now);
            told.lines = explanation.lines(zone);
            told.user_id = explanation.user_id().map(str::to_owned);
            told.remarks = explanation.findings.iter().map(remark).collect();
        }
        Some(Err(problem)) => told.remarks.push(Remark {
            severity: PROBLEM,
            text: problem.to_string(),
            hint: Some(problem.hint().to_owned()),
        }),
        None => {}
    }
    told.warnings = warnings(opened, attendee, letter, &told.remarks, now);
    told
}

/// What somebody should look at before a mail leaves.
fn warnings(
    opened: &Opened,
    attendee: &Attendee,
    letter: &Letter<'_>,
    remarks: &[Remark],
    now: Timestamp,
) -> Vec<String> {
    let serious = remarks.iter().filter(|remark| remark.severity != NOTE);
    let mut warnings: Vec<String> = serious.map(|remark| format!("the link: {}", remark.text)).collect();
    let (asked, used) = (opened.press.language(attendee), letter.language());
    if !asked.fallbacks().any(|tag| tag == used) {
        warnings.push(format!("asked for in `{asked}`, written in `{used}`: there are no words in `{asked}`"));
    }
    let link = letter.link();
    // Of a mail about several sessions, those that are this event's.
    let is_ours = |link: &&String| {
        let explanation = extract_token(link).map(|token| explain(&token, Some(&opened.press.signer), None, now));
        explanation.is_ok_and(|told| told.findings.iter().all(|finding| finding.severity != Severity::Error))
    };
    let has_sessions = attendee.key.session().is_some();
    let links = if has_sessions { letter.links() } else { Vec::new() };
    let others: Vec<&str> = links.iter().skip(1).filter(is_ours).map(String::as_str).collect();
    let findings = lint(&Proof {
        subject: letter.subject(),
        text: &letter.text(),
        html: &letter.html().unwrap_or_default(),
        link: link.as_deref().unwrap_or_default(),
        others: &others,
        from_domain: opened.press.from.address.domain(),
        octets: letter.octets(),
    });
    let is_said = |finding: &&Finding| link.is_some() || !finding.misses_link();
    warnings.extend(findings.iter().filter(is_said).map(|finding| format!("{finding}: {}", finding.hint())));
    warnings
}

fn remark(finding: &jitsi::Finding) -> Remark {
    let severity = match finding.severity {
        Severity::Error => PROBLEM,
        Severity::Warning => "warning",
        Severity::Note => NOTE,
    };
    Remark { severity, text: finding.text.clone(), hint: finding.hint.clone() }
}

/// What is said of a folder of so many previews.
pub(super) fn what_lies_there(count: u64, occasion: Occasion, look: Look) -> String {
    let lie = words::counted(count, "preview lies", "previews lie");
    let page = preview::INDEX;
    if look.redact {
        format!("{lie} in that folder, links, addresses and names replaced; look through {page} before you share it")
    } else if occasion == Occasion::Cancel {
        format!("{lie} in that folder; {page} there shows them all")
    } else {
        format!("{lie} in that folder, holding working links: do not share them; {page} there shows them all")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_is_the_same_in_another_zone() {
        let instants = |window: &Window| [window.opens(), window.starts(), window.ends(), window.closes()];
        let (before, after) = (jiff::SignedDuration::from_mins(30), jiff::SignedDuration::from_hours(2));
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let window =
            Window::new(at("2036-12-05T13:00:00Z"), at("2036-12-05T16:00:00Z"), before, after, TimeZone::UTC).unwrap();
        let tokyo = in_zone(&window, &TimeZone::get("Asia/Tokyo").unwrap());
        assert_eq!(instants(&tokyo), instants(&window));
        assert_eq!(
            words::works(&tokyo),
            "Fri 5 Dec 2036 21:30 to Sat 6 Dec 2036 03:00 (Asia/Tokyo), Fri 5 Dec 2036 12:30 to 18:00 UTC"
        );
    }

    #[test]
    fn a_folder_without_links_is_not_said_to_hold_some() {
        let look = |redact| Look { open: false, redact };
        assert!(
            what_lies_there(1, Occasion::Invite, look(false))
                .contains("1 preview lies in that folder, holding working links")
        );
        assert!(!what_lies_there(2, Occasion::Invite, look(true)).contains("working"));
    }
}
