//! The tables `[event]`, `[jitsi]`, `[attendees]` and `[mail]` become what they mean.

use std::{collections::BTreeMap, path::PathBuf};

use jiff::{SignedDuration, Timestamp, tz::TimeZone};

use super::{
    file::{Entry, Value},
    keys,
    layers::{Layers, Lookup},
    meant::{AttendeeSettings, ColumnSetting, MailSettings},
    problem::{Refusal, quoted},
    secrets::SecretSource,
    sessions::{self, Frame},
    values,
};
use crate::model::{
    CalendarStyle, Encoding, Event, EventId, Language, LocalTimeProblem, Mailbox, Room, RoomProblem, Window,
    WindowProblem, parse_local_time,
};

/// Links that work for longer than a month around the event are no longer personal keys to it.
const LONGEST_MARGIN: SignedDuration = SignedDuration::from_hours(31 * 24);

/// The event and its margins.
pub(super) struct EventTable {
    pub(super) event: Event,
    pub(super) opens_before: SignedDuration,
    pub(super) closes_after: SignedDuration,
}

/// Reads `[event]`; `from` is who invites where no organizer is named.
pub(super) fn event(layers: &mut Layers<'_>, from: Option<&Mailbox>) -> Option<EventTable> {
    let id = layers.text("event.id", |text| {
        EventId::parse(text).map_err(|problem| {
            let hint = "write it like: rust-workshop-2026-12; it names the ledger, so never change it later";
            Refusal::new(problem.to_string()).hint(hint)
        })
    });
    let title = layers.text("event.title", |text| values::line(text, 200));
    let language = layers.text("event.language", |text| {
        Language::parse(text)
            .map_err(|problem| Refusal::new(problem.to_string()).hint("write it like: en, de or de-AT"))
    });
    let description = layers.text("event.description", |text| values::free_text(text, 10_000));
    let organizer = layers.text("event.organizer", values::mailbox);
    if let Some(from) = from {
        layers.derive("event.organizer", from.to_string());
    }
    let opens_before = layers.text("event.opens_before", |text| values::whole_seconds(text, LONGEST_MARGIN));
    let closes_after = layers.text("event.closes_after", |text| values::whole_seconds(text, LONGEST_MARGIN));
    let zone = layers.text("event.timezone", values::zone);
    let has_sessions = !layers.sessions().is_empty();
    let room = if has_sessions && !layers.says("event.room") { None } else { Some(room(layers)) };
    let frame = Frame { room: room.as_ref().and_then(Option::as_ref), zone: zone.as_ref(), opens_before, closes_after };
    let sessions = sessions::read(layers, &frame);
    let room = room.unwrap_or_else(|| Some(sessions.as_ref()?.first()?.room.clone()));
    let has_times = ["event.starts", "event.ends"].iter().any(|name| layers.says(name));
    let window = if has_sessions && !has_times {
        let sessions = sessions.as_deref().unwrap_or_default();
        let starts = sessions.iter().map(|session| session.window.starts()).min();
        let ends = sessions.iter().map(|session| session.window.ends()).max();
        Window::new(starts?, ends?, opens_before?, closes_after?, zone?).ok()
    } else {
        window(layers, opens_before, closes_after, zone)
    };
    Some(EventTable {
        event: Event {
            id: id?,
            title: title?,
            description: description.unwrap_or_default(),
            room: room?,
            window: window?,
            language: language?,
            organizer: organizer.or_else(|| from.cloned())?,
            sessions: sessions?,
        },
        opens_before: opens_before?,
        closes_after: closes_after?,
    })
}

fn room(layers: &mut Layers<'_>) -> Option<Room> {
    layers.text("event.room", |text| Room::parse(text).map_err(|problem| room_refusal(&problem)))
}

/// A room's problem with a way out for every case.
pub(super) fn room_refusal(problem: &RoomProblem) -> Refusal {
    let example = "write a-z, 0-9, `-` and `_`, for example: room = \"rust-workshop\"";
    let hint = match problem {
        RoomProblem::TooLong => {
            Some("shorten it: a few words are enough, for example: room = \"rust-workshop\"".into())
        }
        other => other.hint(),
    };
    Refusal { what: problem.to_string(), hint: hint.or_else(|| Some(example.into())) }
}

/// Start, end, zone and margins.
fn window(
    layers: &mut Layers<'_>,
    opens_before: Option<SignedDuration>,
    closes_after: Option<SignedDuration>,
    zone: Option<TimeZone>,
) -> Option<Window> {
    // Without a zone the times' form can still be judged: no clock is ever put forward in UTC.
    let clock = zone.clone().unwrap_or(TimeZone::UTC);
    let mut time = |name| layers.text(name, |text| local_time(text, &clock));
    let (starts, ends) = (time("event.starts"), time("event.ends"));
    let window = window_of(starts?, ends?, opens_before?, closes_after?, zone?);
    window.map_err(|(is_end, refusal)| layers.refuse(if is_end { "event.ends" } else { "event.starts" }, &refusal)).ok()
}

/// A window, or what is wrong with it, and whether its end is to be mended.
pub(super) fn window_of(
    starts: Timestamp,
    ends: Timestamp,
    opens_before: SignedDuration,
    closes_after: SignedDuration,
    zone: TimeZone,
) -> Result<Window, (bool, Refusal)> {
    match Window::new(starts, ends, opens_before, closes_after, zone) {
        Ok(window) if window.opens() < Timestamp::UNIX_EPOCH => {
            let what = "its links would work from before 1970, a time that no token can tell";
            Err((false, Refusal::new(what).hint("check the year")))
        }
        Ok(window) => Ok(window),
        Err(problem @ WindowProblem::EndsBeforeStart) => {
            Err((true, Refusal::new(problem.to_string()).hint("set `ends` to a time after `starts`")))
        }
        Err(problem @ WindowProblem::OutOfRange) => {
            Err((false, Refusal::new(problem.to_string()).hint("check the year")))
        }
    }
}

/// A clock that shows 60 seconds is never meant, though calendars know it.
pub(super) fn local_time(text: &str, clock: &TimeZone) -> Result<Timestamp, Refusal> {
    let at = parse_local_time(text, clock).map_err(|problem| time_refusal(&problem))?;
    if text.trim().get(16..) == Some(":60") {
        return Err(Refusal::new(format!("{} has a 60th second", quoted(text.trim()))).hint("seconds go from 00 to 59"));
    }
    Ok(at)
}

fn time_refusal(problem: &LocalTimeProblem) -> Refusal {
    Refusal::new(problem.to_string()).hint(match problem {
        LocalTimeProblem::Gap { .. } | LocalTimeProblem::Fold { .. } => {
            "choose a time outside the hour that is changed"
        }
        LocalTimeProblem::OutOfRange(_) => "check the year",
        _ => "write the local time like: \"2026-12-05T14:00\"",
    })
}

/// Reads `[calendar]`.
pub(super) fn calendar(layers: &mut Layers<'_>) -> Option<CalendarStyle> {
    layers.text("calendar.style", |text| values::choice(text, &CalendarStyle::ALL.map(|style| (style.as_str(), style))))
}

/// Where a secret is found: a file, a command, or the environment alone.
pub(super) fn secret(layers: &mut Layers<'_>, env_name: &'static str, file: &str, command: &str) -> SecretSource {
    let folder = layers.folder(command);
    let file = layers.path(file);
    let command = layers.words(command, |words| match words.first() {
        Some(program) if !program.trim().is_empty() && words.iter().all(|word| !word.contains('\0')) => {
            Ok(words.to_vec())
        }
        _ => Err(Refusal::new("it names no program").hint("write it like: [\"pass\", \"show\", \"jitsi\"]")),
    });
    SecretSource { env_name, file, command, folder }
}

/// Reads `[attendees]`.
pub(super) fn attendees(layers: &mut Layers<'_>) -> Option<AttendeeSettings> {
    let folder = layers.folder("attendees.file");
    let files = layers.words("attendees.file", |names| {
        if names.is_empty() {
            return Err(Refusal::new("it names no file").hint("write it like: file = \"attendees.csv\""));
        }
        if names.iter().enumerate().any(|(at, name)| names[..at].contains(name)) {
            return Err(Refusal::new("it names a file twice").hint("each file once"));
        }
        names
            .iter()
            .map(|name| values::path(name).map(|name| (folder.join(&name), name)))
            .collect::<Result<Vec<_>, _>>()
    });
    let encoding = layers.text("attendees.encoding", |text| match Encoding::named(text) {
        Some(encoding) => Ok(encoding.name()),
        None => Err(Refusal::new(format!("{} is no encoding that is known", quoted(text)))
            .hint("write it like: utf-8, windows-1252, iso-8859-2, utf-16le, macintosh or cp850")),
    });
    let delimiter = layers.text("attendees.delimiter", |text| match text.as_bytes() {
        b"tab" | b"\\t" => Ok(b'\t'),
        b"comma" => Ok(b','),
        b"semicolon" => Ok(b';'),
        b"bar" | b"pipe" => Ok(b'|'),
        [one] if one.is_ascii() && !one.is_ascii_alphanumeric() && !matches!(one, b'"' | b'\n' | b'\r') => Ok(*one),
        _ => Err(Refusal::new("no single sign that can stand between values")
            .hint("write it like: delimiter = \";\"; or comma, semicolon, tab or bar")),
    });
    let quote = layers.text("attendees.quote", |text| match text.as_bytes() {
        b"none" => Ok(None),
        [one @ (b'"' | b'\'')] => Ok(Some(*one)),
        _ => Err(Refusal::new("it is no quote")
            .hint("write it like: quote = \"'\", or \"none\" where quotes are letters like any other")),
    });
    let sheet = sheet(layers);
    let skip_lines = layers.integer("attendees.skip_lines", 0..=1000);
    let with_cancelled =
        layers.text("attendees.cancelled", |text| values::choice(text, &[("take_in", true), ("leave_out", false)]));
    let filters = |table: &str| {
        layers
            .filters()
            .iter()
            .filter(|filter| filter.table == table)
            .map(|filter| (filter.header.clone(), filter.values.clone()))
            .collect::<Vec<_>>()
    };
    let (only, except) = (filters(keys::ONLY), filters(keys::EXCEPT));
    let empty_name =
        layers.text("attendees.empty_name", |text| values::choice(text, &[("address", true), ("refuse", false)]));
    let shared =
        layers.text("attendees.shared_addresses", |text| values::choice(text, &[("allow", true), ("refuse", false)]));
    let several =
        layers.text("attendees.several_addresses", |text| values::choice(text, &[("split", true), ("refuse", false)]));
    let max_problems = layers.integer("attendees.max_problems", 1..=10_000);
    Some(AttendeeSettings {
        columns: columns(layers),
        files: files?,
        suppress: suppress(layers),
        encoding,
        delimiter,
        quote,
        sheet,
        skip_lines,
        only,
        except,
        with_cancelled: with_cancelled?,
        empty_name_address: empty_name?,
        shared_addresses_allow: shared?,
        several_addresses_split: several?,
        max_problems: max_problems?,
    })
}

/// Lists of people who are not to be mailed.
fn suppress(layers: &mut Layers<'_>) -> Vec<(PathBuf, String)> {
    let folder = layers.folder("attendees.suppress");
    let named = layers.words("attendees.suppress", |names| {
        if names.is_empty() {
            return Err(Refusal::new("it names no file").hint("write it like: suppress = \"unsubscribed.csv\""));
        }
        let file = |name: &String| values::path(name).map(|name| (folder.join(&name), name));
        names.iter().map(file).collect::<Result<Vec<_>, _>>()
    });
    named.unwrap_or_default()
}

/// A sheet, by its name or its number.
fn sheet(layers: &mut Layers<'_>) -> Option<ColumnSetting> {
    let Lookup::Found(Entry { value, .. }, _) = layers.lookup("attendees.sheet") else { return None };
    let setting = match value {
        Value::Text(name) => values::line(name, 100).map(ColumnSetting::Header),
        Value::Integer(n) => match u32::try_from(*n) {
            Ok(number @ 1..=10_000) => Ok(ColumnSetting::Position(number)),
            _ => Err(Refusal::new(format!("{n} is not a sheet's number")).hint("sheets are counted from 1")),
        },
        _ => Err(Refusal::new("it is neither a sheet's name nor its number")
            .hint("write it like: sheet = \"Registrations\"")),
    };
    setting.map_err(|refusal| layers.refuse("attendees.sheet", &refusal)).ok()
}

fn columns(layers: &mut Layers<'_>) -> BTreeMap<String, ColumnSetting> {
    let mut columns = BTreeMap::new();
    for key in keys::all().filter(|key| key.table() == "attendees.columns") {
        let Lookup::Found(Entry { value, .. }, _) = layers.lookup(key.name) else { continue };
        let setting = match value {
            Value::Text(header) => values::line(header, 500).map(ColumnSetting::Header),
            Value::Integer(n) => match u32::try_from(*n) {
                Ok(position @ 1..=100_000) => Ok(ColumnSetting::Position(position)),
                _ => Err(Refusal::new(format!("{n} is not a column's number")).hint("columns are counted from 1")),
            },
            _ => Ok(ColumnSetting::Ignore),
        };
        match setting {
            Ok(setting) if key.short() == "session" && layers.sessions().is_empty() => {
                if setting != ColumnSetting::Ignore {
                    sessions::refuse_a_column_without_sessions(layers);
                }
            }
            Ok(setting) => {
                columns.insert(key.short().to_owned(), setting);
            }
            Err(refusal) => layers.refuse(key.name, &refusal),
        }
    }
    columns
}

/// Reads `[mail]`.
pub(super) fn mail(layers: &mut Layers<'_>) -> Option<MailSettings> {
    let from = layers.text("mail.from", values::mailbox);
    let subject = layers.text("mail.subject", |text| values::line(text, 300));
    let greeting = layers.text("mail.greeting", |text| values::line(text, 300));
    let reply_to = layers.text("mail.reply_to", values::mailbox);
    let envelope_from = layers.text("mail.envelope_from", values::address);
    let unsubscribe = layers.text("mail.unsubscribe", values::unsubscribe);
    let message_file = layers.path("mail.message_file");
    let logo = layers.path("mail.logo");
    let templates: Option<PathBuf> = layers.path("mail.templates");
    let per_session = layers.text("mail.per", |text| values::choice(text, &[("person", false), ("session", true)]));
    Some(MailSettings {
        from: from?,
        subject,
        greeting,
        message_file,
        logo,
        reply_to,
        envelope_from,
        unsubscribe,
        templates,
        per_session: per_session?,
    })
}
