//! `roomkey link`: one person's link alone on standard output, its window on standard error.

use super::{
    Desk,
    opened::{Opened, SecretNeed},
    report::file_failure,
    who::{self, wanted},
};
use crate::{
    attendees::{AttendeeFile, Unsound},
    campaign::{Depth, Found, Survey, Wanted, words},
    cli::Link,
    failure::{Failure, Status, Told},
    ledger::Roster,
    model::{Attendee, Locator},
};

/// So many addresses that were perhaps meant are named.
const MOST_NEAR: usize = 3;
/// So many rows of one address are named.
const MOST_LISTED: usize = 10;

pub(super) fn run(desk: &Desk<'_>, args: &Link) -> Result<Status, Failure> {
    let opened = Opened::open(desk, SecretNeed::Required)?;
    let wanted = wanted(std::slice::from_ref(&args.email), args.name.as_deref(), args.session.as_deref()).map_err(
        |failure| {
            of_that_very_row(&opened, &args.email).unwrap_or_else(|| with_near_misses(failure, &opened, &args.email))
        },
    )?;
    let roster = opened.roster()?;
    let survey =
        opened.surveyor(&roster, &wanted, desk).survey(Depth::Rows, None).map_err(|problem| file_failure(&problem))?;
    who::refuse_an_unknown_session(&opened.press.event, &wanted, None)?;
    let seats = the_one(&opened, &survey, &wanted).map_err(|failure| {
        let is_unknown = survey.found.is_empty() && wanted.name.is_none() && survey.in_other_sessions.is_empty();
        if is_unknown { with_near_misses(failure, &opened, &args.email) } else { failure }
    })?;
    warn_of_others(desk, &survey);
    for attendee in seats {
        tell(desk, &opened, (&roster, &survey), attendee)?;
    }
    Ok(Status::Done)
}

/// Somebody's link, and when it works.
fn tell(
    desk: &Desk<'_>,
    opened: &Opened,
    (roster, survey): (&Roster, &Survey),
    attendee: &Attendee,
) -> Result<(), Failure> {
    let link = persons_link(opened, roster, survey, attendee)?;
    if survey.is_kept_out(attendee.number) {
        let told =
            Told::new(format!("{}: {} is kept out of every mail of this event", attendee.locator, attendee.name));
        desk.console.warn(&told.hint("their link works all the same; hand it on yourself, if they want it"));
    }
    let window = &attendee.window;
    if window.is_over(desk.around.now()) {
        desk.console.warn(
            &Told::new(format!(
                "{}: this link stopped working {}",
                attendee.locator,
                words::moment_in_zone(window.closes(), window.zone())
            ))
            .hint(match attendee.key.session() {
                Some(_) => {
                    "set `starts` and `ends` to the time that is meant, in its [[session]] or in the person's row"
                }
                None => "set `starts` and `ends` to the time that is meant, under [event] or in the person's row",
            }),
        );
    } else {
        let session = attendee.key.session().map_or(String::new(), |key| format!(" to the session `{key}`"));
        desk.console.say(&format!("{}'s link{session} works {}", attendee.name, words::works(window)));
    }
    desk.console.result(link.expose());
    Ok(())
}

/// The person's link, with the id they were mailed under where they were mailed.
fn persons_link(
    opened: &Opened,
    roster: &Roster,
    survey: &Survey,
    attendee: &Attendee,
) -> Result<crate::model::JoinLink, Failure> {
    let standing = survey.person(attendee.number).and_then(|person| roster.by_id(person));
    let user_id = opened.press.user_id_of(standing, &attendee.key);
    opened.press.link(attendee, &user_id).map_err(Failure::bad_input)
}

/// The one row that is meant, or all sessions of the one person; its own problems where it is unsound.
fn the_one<'a>(opened: &Opened, survey: &'a Survey, wanted: &Wanted) -> Result<Vec<&'a Attendee>, Failure> {
    let sound: Vec<&Attendee> = survey.found.iter().filter_map(|found| found.attendee.as_ref()).collect();
    let is_one_person = sound.windows(2).all(|pair| pair[0].key.person() == pair[1].key.person());
    if sound.len() > 1 && sound.len() == survey.found.len() && is_one_person {
        return Ok(sound);
    }
    match &survey.found[..] {
        [] => Err(Failure::bad_input(nobody(survey, wanted, &opened.rules.shown_as))),
        [found] => found.attendee.as_ref().map(|one| vec![one]).ok_or_else(|| unsound(survey, found)),
        several => Err(ambiguous(opened, survey, wanted, several)),
    }
}

fn nobody(survey: &Survey, wanted: &Wanted, file: &str) -> Told {
    let address = wanted.addresses.first().map(ToString::to_string).unwrap_or_default();
    if let Some(session) = wanted.session.as_ref().filter(|_| !survey.in_other_sessions.is_empty()) {
        let told = Told::new(format!("{address} is in {file}, but not in the session `{session}`"));
        return told.hint("leave `--session` out for the links to all of theirs");
    }
    match &wanted.name {
        Some(name) => Told::new(format!("nobody named {name} with the address {address} is in {file}"))
            .hint("leave `--name` out to see who has this address"),
        None => Told::new(format!("{address} is not in {file}"))
            .hint("find people by a part of their name or address: `roomkey status TEXT`"),
    }
}

/// What is wrong with the row that holds just what was given, though it is no address.
fn of_that_very_row(opened: &Opened, given: &str) -> Option<Failure> {
    let given = given.trim().to_lowercase();
    let mut rows = AttendeeFile::open(&opened.rules).ok()?;
    let problems = rows.find_map(|row| match row {
        Err(Unsound::Row(row)) if !given.is_empty() && row.email.to_lowercase() == given => Some(row.problems),
        _ => None,
    })?;
    let told = problems.iter().map(|problem| Told::new(problem.to_string()).maybe_hint(problem.hint.clone()));
    Some(Failure { status: Status::BadInput, problems: told.collect() })
}

/// Adds the addresses that were perhaps meant to a failure that found nobody.
fn with_near_misses(mut failure: Failure, opened: &Opened, given: &str) -> Failure {
    let near = near_misses(opened, given);
    if let (Some(told), false) = (failure.problems.first_mut(), near.is_empty()) {
        told.hint = Some(format!("did you mean {}?", near.join(", or ")));
    }
    failure
}

/// Addresses that differ in a slip or two, or belong to a name that holds what was given; the nearest first.
fn near_misses(opened: &Opened, given: &str) -> Vec<String> {
    let given = given.trim().to_lowercase();
    let slips = (given.chars().count() / 6).clamp(1, 3);
    let Ok(file) = AttendeeFile::open(&opened.rules) else { return Vec::new() };
    let mut near = Vec::new();
    for row in file {
        let (email, name) = match row {
            Ok(attendee) => (attendee.email.to_string(), attendee.name),
            // What is no address would not be found when it is given.
            Err(Unsound::Row(row)) => match row.address {
                Some(address) => (address.to_string(), row.name),
                None => continue,
            },
            Err(Unsound::LeftOut(_)) => continue,
            Err(Unsound::File(_)) => break,
        };
        let address = email.to_lowercase();
        let distance = strsim::damerau_levenshtein(&given, &address);
        let part = given.chars().count() >= 3 && (address.contains(&given) || name.to_lowercase().contains(&given));
        let same_person = local_part(&given).is_some_and(|local| local_part(&address) == Some(local));
        if distance <= slips || part || same_person {
            near.push((distance, email));
        }
    }
    near.sort();
    near.dedup();
    near.into_iter().take(MOST_NEAR).map(|(_, email)| email).collect()
}

/// What stands before the `@`, where that is enough to know somebody by.
fn local_part(address: &str) -> Option<&str> {
    address.rsplit_once('@').map(|(local, _)| local).filter(|local| local.chars().count() >= 3)
}

fn unsound(survey: &Survey, found: &Found) -> Failure {
    let problems: Vec<Told> =
        survey.faults.iter().filter(|fault| fault.number == found.number).map(|fault| fault.told.clone()).collect();
    if problems.is_empty() {
        // Only so many problems are kept.
        return Failure::bad_input(Told::new("this person's row has problems").hint("`roomkey check` lists them"));
    }
    Failure { status: Status::BadInput, problems }
}

/// Several rows of one address: who they are, and what tells them apart.
fn ambiguous(opened: &Opened, survey: &Survey, wanted: &Wanted, several: &[Found]) -> Failure {
    let rows = rows_of(opened, several);
    let listed: Vec<_> = rows.iter().take(MOST_LISTED).map(|row| format!("{}: {}", row.at, row.name)).collect();
    let more = if rows.len() > MOST_LISTED { ", …" } else { "" };
    let address = wanted.addresses.first().map(ToString::to_string).unwrap_or_default();
    let what = format!("{} rows have the address {address}: {}{more}", several.len(), listed.join(", "));
    let is_alone = |row: &&NamedRow| rows.iter().filter(|other| other.name == row.name).count() == 1;
    let alone: Vec<_> = rows.iter().filter(is_alone).filter(|row| !row.name.is_empty()).collect();
    let hint = match alone.iter().find(|row| row.is_sound).or(alone.first()) {
        Some(row) => format!("say whom, for example: --name \"{}\"", row.name),
        None if several.iter().any(|found| found.attendee.is_none()) => {
            "they have one name too: put the rows right that have problems, `roomkey check` lists them".to_owned()
        }
        None => {
            format!("they have one name too: give each a name or an address of its own in {}", opened.rules.shown_as)
        }
    };
    let mut problems = vec![Told::new(what).hint(hint)];
    for found in several.iter().filter(|found| found.attendee.is_none()) {
        problems.extend(unsound(survey, found).problems);
    }
    Failure { status: Status::BadInput, problems }
}

/// A row as it is listed.
struct NamedRow {
    at: Locator,
    name: String,
    is_sound: bool,
}

/// Where these rows stand and what their names are, the unsound ones' too.
fn rows_of(opened: &Opened, several: &[Found]) -> Vec<NamedRow> {
    let found = |number: u32| several.iter().find(|found| found.number == number);
    let Ok(file) = AttendeeFile::open(&opened.rules) else { return Vec::new() };
    let rows = file.filter_map(|row| match row {
        Ok(row) => {
            let is_sound = found(row.number)?.attendee.is_some();
            Some(NamedRow { at: row.locator, name: row.name, is_sound })
        }
        Err(Unsound::Row(row)) => found(row.number).map(|_| NamedRow { at: row.at, name: row.name, is_sound: false }),
        Err(Unsound::LeftOut(_) | Unsound::File(_)) => None,
    });
    rows.collect()
}

/// Problems of other rows keep nobody from their link.
fn warn_of_others(desk: &Desk<'_>, survey: &Survey) {
    let told = match survey.unsound.len() {
        0 => return,
        1 => "1 row has problems: `roomkey check` lists them".to_owned(),
        rows => format!("{rows} rows have problems: `roomkey check` lists them"),
    };
    desk.console.warn(&Told::new(told));
}
