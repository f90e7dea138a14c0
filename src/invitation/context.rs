//! What a template sees of a person, an event and a link.
//!
//! It holds no secret but the reader's own link, so that nothing a template prints can leak one.

use std::{
    borrow::Cow,
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use jiff::{Timestamp, tz::TimeZone};
use tera::{Context, Map, Value, value::Key};

use super::{
    Messages, Occasion, Part, Phrase,
    locale::{Locale, Locales},
    moments::Moments,
    sentences::{attendance_notice, greeting},
    spans::Teller,
};
use crate::model::{Attendee, Event, JoinLink, Language, Mailbox, Picture, Window};

/// U+2068, FIRST STRONG ISOLATE.
pub(super) const ISOLATE: char = '\u{2068}';
/// U+2069, POP DIRECTIONAL ISOLATE.
pub(super) const END_ISOLATE: char = '\u{2069}';

/// A further session that a mail invites its reader to.
#[derive(Debug, Clone, Copy)]
pub struct Visit<'a> {
    /// The reader, in this session.
    pub attendee: &'a Attendee,
    /// Their link into it.
    pub link: &'a JoinLink,
}

/// What one mail is about.
#[derive(Debug, Clone, Copy)]
pub struct Facts<'a> {
    /// Who is written to; in the first session, where the mail is about several.
    pub attendee: &'a Attendee,
    /// The other sessions that it is about.
    pub further: &'a [Visit<'a>],
    /// What they are invited to.
    pub event: &'a Event,
    /// The language wanted: the row's, else the event's.
    pub language: &'a Language,
    /// Their link; `None` in a cancellation, which shows none.
    pub link: Option<&'a JoinLink>,
    /// What the mail is sent for.
    pub occasion: Occasion,
    /// Whether words for a calendar entry are wanted.
    pub calendar: bool,
    /// What the organiser wants to add, shown on top.
    pub note: Option<&'a str>,
    /// The subject from the settings: goes before the built-in ones, after the organiser's own file.
    pub subject_line: Option<&'a Phrase>,
    /// The organiser's own words for all mails, for the variable `message`.
    pub messages: Option<&'a Messages>,
    /// The organiser's logo.
    pub logo: Option<&'a Picture>,
    /// The greeting from the settings, for the variable `greeting`.
    pub greeting: Option<&'a Phrase>,
    /// Whether it is recorded who came, for the variable `attendance_notice`.
    pub attendance_notice: bool,
    /// When it is mailed: "in 9 days" counts from that day.
    pub now: Timestamp,
}

impl Facts<'_> {
    /// The zone in which the reader is told the time.
    fn zone(&self) -> &TimeZone {
        self.attendee.timezone.as_ref().unwrap_or_else(|| self.event.window.zone())
    }

    /// The link, or nothing.
    pub(super) fn link_text(&self) -> &str {
        self.link.map_or("", JoinLink::expose)
    }

    /// How dates go with a template's language: the reader's region's way, or the event's, where
    /// it is the same language.
    fn way<'b>(&'b self, language: &'b str) -> &'b str {
        let primary = |tag: &'b str| tag.split('-').next();
        let wanted = [self.language.as_str(), self.event.language.as_str()];
        wanted.into_iter().find(|tag| primary(tag) == primary(language)).unwrap_or(language)
    }

    fn has_right_to_left(&self) -> bool {
        [&self.attendee.name, &self.attendee.first_name, &self.attendee.last_name, &self.event.title]
            .into_iter()
            .chain(&self.event.organizer.name)
            .any(|text| reads_right_to_left(text))
    }
}

/// What few templates look at; left out where none does.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rare {
    /// The row's cells.
    pub(super) row: bool,
    /// The list of sessions.
    pub(super) sessions: bool,
}

/// What was told already, to one attendee or another.
#[derive(Debug, Default)]
pub(super) struct Memory {
    locales: Locales,
    moments: Moments,
    /// The last event, as a text that isolates nothing sees it: a run has but one.
    event: Mutex<Option<(Event, Value)>>,
}

impl Memory {
    fn event(&self, event: &Event) -> Value {
        let mut last = self.event.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((known, value)) = &*last
            && shown(known) == shown(event)
        {
            return value.clone();
        }
        let value = self::event(event, false);
        *last = Some((event.clone(), value.clone()));
        value
    }
}

/// A way to write dates, as a part needs it.
struct Way {
    tag: String,
    locale: Arc<Locale>,
    marks: bool,
}

/// The context of one mail, turned from part to part.
pub(super) struct Words<'a> {
    facts: &'a Facts<'a>,
    context: Context,
    told: Option<Way>,
    isolating: bool,
    rare: Rare,
}

impl<'a> Words<'a> {
    /// Begins with what all parts share.
    pub(super) fn new(facts: &'a Facts<'a>, rare: Rare) -> Self {
        let mut context = Context::new();
        context.insert_value("link", Value::from(facts.link_text()));
        context.insert_value("note", Value::from(facts.note.unwrap_or_default()));
        context.insert_value("logo", logo(facts));
        context.insert_value(
            "row",
            if rare.row { row(facts.attendee) } else { Value::from(BTreeMap::<&str, &str>::new()) },
        );
        Self { facts, context, told: None, isolating: facts.has_right_to_left(), rare }
    }

    /// The context for a part in a language's way of writing.
    pub(super) fn turn(&mut self, part: Part, language: &str, memory: &Memory) -> &Context {
        let first = self.told.is_none();
        let tag = self.facts.way(language);
        let marks = !part.is_subject();
        let before = self.told.take().filter(|way| way.tag == tag);
        let is_told = before.as_ref().is_some_and(|way| way.marks == marks || !way.locale.right_to_left);
        let (tag, locale) = before.map_or_else(
            || (tag.to_owned(), memory.locales.of(tag, self.facts.event.language.as_str())),
            |way| (way.tag, way.locale),
        );
        if !is_told {
            let teller = Teller { locale: &locale, marks: marks && locale.right_to_left };
            let (zone, now) = (self.facts.zone(), self.facts.now);
            self.tell_times(|window| memory.moments.tell(window, zone, teller, now));
        }
        if first || self.isolating {
            let isolate = self.isolating && !part.is_html() && !part.is_subject();
            self.context.insert_value("attendee", attendee(self.facts, isolate));
            let event = if isolate { event(self.facts.event, true) } else { memory.event(self.facts.event) };
            self.context.insert_value("event", event);
        }
        self.context.insert_value("message", message(self.facts, part));
        self.context.insert_value("greeting", greeting(self.facts, part, &locale));
        self.context.insert_value("attendance_notice", attendance_notice(self.facts, part, &locale));
        self.told = Some(Way { tag, locale, marks });
        &self.context
    }

    fn tell_times(&mut self, tell: impl Fn(&Window) -> Value) {
        let window = tell(&self.facts.attendee.window);
        if self.rare.sessions || !self.facts.further.is_empty() {
            let first = session(self.facts, self.facts.attendee, self.facts.link_text(), window.clone());
            let others = self.facts.further.iter().map(|visit| {
                let window = tell(&visit.attendee.window);
                session(self.facts, visit.attendee, visit.link.expose(), window)
            });
            let all: Vec<Value> = std::iter::once(first).chain(others).collect();
            self.context.insert_value("several", Value::from(all.len() > 1));
            self.context.insert_value("sessions", Value::from(all));
        } else {
            self.context.insert_value("several", Value::from(false));
        }
        self.context.insert_value("window", window);
    }
}

/// One of the sessions that a mail is about; all of the event, where it has none.
fn session(facts: &Facts, attendee: &Attendee, link: &str, window: Value) -> Value {
    let session = attendee.key.session().and_then(|key| facts.event.session(key));
    Value::from(BTreeMap::from([
        ("key", Value::from(attendee.key.session_text())),
        ("title", Value::from(session.map_or(facts.event.title.as_str(), |session| &session.title))),
        ("room", Value::from(attendee.room.as_str())),
        ("moderator", Value::from(attendee.moderator)),
        ("window", window),
        ("link", Value::from(link)),
    ]))
}

fn attendee(facts: &Facts, isolate: bool) -> Value {
    let who = facts.attendee;
    let name = |text| Value::from(isolated(text, isolate).as_ref());
    Value::from(BTreeMap::from([
        ("name", name(&who.name)),
        ("first_name", name(&who.first_name)),
        ("last_name", name(&who.last_name)),
        ("email", Value::from(who.email.as_str())),
        ("moderator", Value::from(who.moderator)),
        ("language", Value::from(facts.language.as_str())),
        ("number", Value::from(who.number)),
    ]))
}

/// What of an event templates see.
fn shown(event: &Event) -> (&Mailbox, [&str; 4]) {
    (&event.organizer, [&event.title, event.id.as_str(), event.room.as_str(), &event.description])
}

/// Who invites: by name, else by address.
pub(super) fn organizer_of(event: &Event) -> &str {
    event.organizer.name.as_deref().unwrap_or(event.organizer.address.as_str())
}

fn event(event: &Event, isolate: bool) -> Value {
    let (address, organizer) = (event.organizer.address.as_str(), organizer_of(event));
    Value::from(BTreeMap::from([
        ("title", Value::from(isolated(&event.title, isolate).as_ref())),
        ("id", Value::from(event.id.as_str())),
        ("room", Value::from(event.room.as_str())),
        ("description", Value::from(event.description.as_str())),
        (
            "organizer",
            Value::from(BTreeMap::from([
                ("name", Value::from(isolated(organizer, isolate).as_ref())),
                ("email", Value::from(address)),
            ])),
        ),
    ]))
}

/// The logo as templates see it; nothing where there is none.
fn logo(facts: &Facts) -> Value {
    let Some(picture) = facts.logo else { return Value::from("") };
    Value::from(BTreeMap::from([
        ("src", Value::from(picture.address())),
        ("width", Value::from(picture.width)),
        ("height", Value::from(picture.height)),
        ("alt", Value::from(picture.alt.as_str())),
    ]))
}

fn row(attendee: &Attendee) -> Value {
    let mut cells = Map::with_capacity(attendee.headers.0.len());
    for (at, header) in attendee.headers.0.iter().enumerate() {
        let cell = attendee.cells.get(at).map_or("", String::as_str);
        // Of two columns of one name the first counts.
        cells.entry(Key::String(header.as_str().into())).or_insert_with(|| Value::from(cell));
    }
    Value::from(cells)
}

/// The organiser's own words, as the part shows them; in HTML they are marked as escaped already.
fn message(facts: &Facts, part: Part) -> Value {
    let Some(messages) = facts.messages else { return Value::from("") };
    let message = messages.for_reader(facts.language);
    if part.is_html() {
        return Value::safe_string(&message.html(facts.attendee, facts.event));
    }
    let name = |text: &str| isolated(text, !part.is_subject()).into_owned();
    Value::from(message.text(facts.attendee, facts.event, name))
}

/// A text as HTML shows it literally; the same escapes as in templates.
pub(super) fn escaped(text: &str) -> String {
    let mut out = Vec::with_capacity(text.len() + 16);
    // Writing to a vector cannot fail, and escaping keeps UTF-8 whole.
    let _ = tera::escape_html(text, &mut out);
    String::from_utf8(out).unwrap_or_default()
}

/// Wraps a text that reads from right to left, so that it cannot reorder what surrounds it.
///
/// Others are left alone: plain English text stays plain ASCII.
pub(super) fn isolated(text: &str, wanted: bool) -> Cow<'_, str> {
    if wanted && reads_right_to_left(text) {
        Cow::Owned(format!("{ISOLATE}{text}{END_ISOLATE}"))
    } else {
        Cow::Borrowed(text)
    }
}

/// Whether a text has letters of a right-to-left script, or a mark that says so.
pub(super) fn reads_right_to_left(text: &str) -> bool {
    !text.is_ascii()
        && text.chars().any(|c| {
            matches!(c, '\u{0590}'..='\u{08FF}' | '\u{200F}' | '\u{FB1D}'..='\u{FDFF}' | '\u{FE70}'..='\u{FEFF}'
                | '\u{10800}'..='\u{10FFF}' | '\u{1E800}'..='\u{1EFFF}')
        })
}
