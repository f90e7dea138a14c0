//! Which ticket shop, form or address book wrote a file, and what it then says of people who do not come.
//!
//! Owns: by which header line each is known, where its status stands, which statuses are "not coming"; and,
//! for files that people made, words that make one think so, and words that begin a total line.
//!
//! Does not own: which column holds whom (`names`), what becomes of a row (the caller leaves it out, or asks).
//!
//! Known weakness: only languages whose captions were read in a source or a real file are known; Eventbrite,
//! Zoom and Indico are known by their English ones.

mod layouts;
mod words;

use std::collections::HashSet;

use super::{
    Field,
    folded::{entries, folded},
    names,
};
use layouts::{LAYOUTS, Layout};

/// Who wrote a file. Unknown ones are none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Exporter {
    /// The attendee report, old or new.
    EventbriteAttendees,
    /// The order report, which holds buyers only.
    EventbriteOrders,
    /// "Order data", the sheet `positions`: a row a ticket.
    PretixPositions,
    /// "Order data", the sheet `orders`, which holds buyers only.
    PretixOrders,
    /// "Check-in list", which leaves out cancelled tickets by itself and has no status.
    PretixCheckIns,
    /// The registration report.
    ZoomRegistrations,
    /// The attendee report of a webinar that is over, a row for each time that somebody joined.
    ZoomAttendees,
    /// A form's answers, also as a Google sheet.
    GoogleForms,
    /// A form's answers; its own `Email` and `Name` are empty or `anonymous` where anyone may answer.
    MicrosoftForms,
    /// The attendees.
    HiEvents,
    /// The registrations.
    Indico,
    /// Contacts, also as Google Contacts writes them for Outlook.
    Outlook,
    /// The contacts of an audience who may be mailed.
    Mailchimp,
    /// The contacts of an audience who do not want any mail.
    MailchimpUnsubscribed,
    /// The contacts of an audience whose addresses take no mail.
    MailchimpCleaned,
    /// A course's participants.
    Moodle,
    /// Somebody else's list of attendees with the orders' numbers and a status.
    TicketShop,
}

/// How an exporter's file says who is not coming.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Off {
    /// By the words of a column, counted from 0.
    ByStatus { column: usize, exporter: Exporter },
    /// Nobody of the file is: it lists those who do not want any mail, or get none.
    Everybody(Exporter),
}

/// Tells who wrote a header line.
pub(super) fn exporter(given: &[&str]) -> Option<Exporter> {
    let headers: Vec<_> = given.iter().map(|header| folded(header)).collect();
    let known: HashSet<_> = headers.iter().map(String::as_str).collect();
    let fits = |layout: &&Layout| {
        let leads = layout.needs.iter().zip(&headers).take(layout.leading);
        headers.len() >= layout.leading
            && leads.into_iter().all(|(list, header)| entries(list).any(|caption| caption == *header))
            && layout.needs.iter().all(|list| entries(list).any(|caption| known.contains(caption.as_str())))
    };
    let found = LAYOUTS.iter().find(fits).map(|layout| layout.exporter);
    // Whatever pretix called the attendee's address in that version.
    let attendees = found == Some(Exporter::PretixOrders) && names::has_attendees_email(given);
    let is_of_shop = || {
        entries(layouts::ORDERS).any(|caption| known.contains(caption.as_str()))
            && names::has_attendees(given)
            && names::status_column(given).is_some()
    };
    match found {
        _ if attendees => Some(Exporter::PretixPositions),
        None => is_of_shop().then_some(Exporter::TicketShop),
        found => found,
    }
}

impl Exporter {
    /// What messages call the file: "pretix's order data".
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::EventbriteAttendees => "Eventbrite's attendee report",
            Self::EventbriteOrders => "Eventbrite's order report",
            Self::PretixPositions => "pretix's order data",
            Self::PretixOrders => "pretix's order data without the attendees",
            Self::PretixCheckIns => "pretix's check-in list",
            Self::ZoomRegistrations => "Zoom's registration report",
            Self::ZoomAttendees => "Zoom's attendee report",
            Self::GoogleForms => "Google Forms' answers",
            Self::MicrosoftForms => "Microsoft Forms' answers",
            Self::HiEvents => "Hi.Events' attendee list",
            Self::Indico => "Indico's registrations",
            Self::Outlook => "Outlook's contacts",
            Self::Mailchimp => "Mailchimp's contacts",
            Self::MailchimpUnsubscribed => "Mailchimp's unsubscribed contacts",
            Self::MailchimpCleaned => "Mailchimp's cleaned contacts, whose addresses take no mail",
            Self::Moodle => "Moodle's participants",
            Self::TicketShop => "a ticket shop's attendees",
        }
    }

    /// The column, from 0, that the exporter itself writes for a field, in whatever words its forms' questions ask for the
    /// same. None where people's answers are as good, or where its columns are known by what they say.
    pub(super) fn own_column(self, field: Field, headers: &[&str]) -> Option<usize> {
        let captions = match (self, field) {
            (Self::EventbriteAttendees, Field::Email) => ["Attendee email", "Email"],
            (Self::EventbriteAttendees, Field::FirstName) => ["Attendee first name", "First Name"],
            (Self::EventbriteAttendees, Field::LastName) => ["Attendee last name", "Last Name, Surname"],
            (Self::ZoomRegistrations | Self::ZoomAttendees, Field::Email) => ["Email", ""],
            (Self::ZoomRegistrations | Self::ZoomAttendees, Field::FirstName) => ["First Name", ""],
            (Self::ZoomRegistrations | Self::ZoomAttendees, Field::LastName) => ["Last Name", ""],
            (Self::Indico, Field::Name) => ["Name", ""],
            (Self::Indico | Self::Mailchimp, Field::Email) => ["Email Address", ""],
            (Self::HiEvents, Field::FirstName) => return hi_events(headers, 1),
            (Self::HiEvents, Field::LastName) => return hi_events(headers, 2),
            (Self::HiEvents, Field::Email) => return hi_events(headers, 3),
            _ => return None,
        };
        let is_one = |header: &str, list| entries(list).any(|caption| caption == folded(header));
        captions.into_iter().find_map(|list| headers.iter().position(|header| is_one(header, list)))
    }

    /// The column of the status, from 0; none where the exporter has none, or it was left out.
    fn status_column(self, headers: &[&str]) -> Option<usize> {
        let captions = match self {
            Self::EventbriteAttendees => "Attendee Status",
            Self::EventbriteOrders => "Order Status, Status",
            // Before the address's `State`, which some languages call the same.
            Self::PretixPositions | Self::PretixOrders => "Status, Statut, Estado, Durum, Stan, Stato",
            Self::ZoomRegistrations | Self::ZoomAttendees => "Approval Status",
            Self::HiEvents => "Status, Statut, Estado, Durum",
            Self::Indico => "Registration state",
            Self::TicketShop => return names::status_column(headers),
            Self::PretixCheckIns
            | Self::GoogleForms
            | Self::MicrosoftForms
            | Self::Outlook
            | Self::Mailchimp
            | Self::MailchimpUnsubscribed
            | Self::MailchimpCleaned
            | Self::Moodle => return None,
        };
        headers
            .iter()
            .map(|header| folded(header))
            .position(|header| entries(captions).any(|caption| caption == header))
    }

    /// Whether a status says that the person is not coming, whoever has said so (`Denied by host`). One that is only not
    /// settled (`pending`, `unpaid`) does not.
    pub(super) fn is_off(self, status: &str) -> bool {
        let is_known = |status: &str| match self.off_words() {
            Some(words) => words.contains(&folded(status)),
            None => self == Self::TicketShop && Sounds::Open.off(status),
        };
        [status, without_bracket(status), without_doer(status), first_word_of_some(status)].into_iter().any(is_known)
    }

    /// Its words for "not coming"; none where it has no status, or says it in anybody's words.
    fn off_words(self) -> Option<&'static words::Words> {
        match self {
            Self::EventbriteAttendees | Self::EventbriteOrders => Some(&words::EVENTBRITE),
            Self::PretixPositions | Self::PretixOrders => Some(&words::PRETIX),
            Self::ZoomRegistrations | Self::ZoomAttendees => Some(&words::ZOOM),
            Self::HiEvents => Some(&words::HI_EVENTS),
            Self::Indico => Some(&words::INDICO),
            Self::PretixCheckIns
            | Self::GoogleForms
            | Self::MicrosoftForms
            | Self::Outlook
            | Self::Mailchimp
            | Self::MailchimpUnsubscribed
            | Self::MailchimpCleaned
            | Self::Moodle
            | Self::TicketShop => None,
        }
    }

    /// Whether it is a form's answers, where an account and an answer are one person's.
    pub(super) fn is_form(self) -> bool {
        matches!(self, Self::GoogleForms | Self::MicrosoftForms)
    }

    /// Whether the file holds who bought, and not who comes.
    pub(super) fn has_buyers_only(self) -> bool {
        matches!(self, Self::EventbriteOrders | Self::PretixOrders)
    }

    /// How a file with these headers says who is not coming; none where it does not.
    pub(super) fn off(self, headers: &[&str]) -> Option<Off> {
        if matches!(self, Self::MailchimpUnsubscribed | Self::MailchimpCleaned) {
            return Some(Off::Everybody(self));
        }
        self.status_column(headers).map(|column| Off::ByStatus { column, exporter: self })
    }
}

/// A column of Hi.Events by its place, which is one in every language: id, first name, last name, address.
fn hi_events(headers: &[&str], column: usize) -> Option<usize> {
    let is_in_place = headers.first().is_some_and(|header| entries("ID, Kimlik").any(|id| id == folded(header)))
        && headers.get(3).is_some_and(|header| names::says_email(header));
    is_in_place.then_some(column)
}

/// What a column's header asks, as far as its cells may say that somebody does not come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sounds {
    /// Nothing in particular: a cell says it in a word of its own.
    Open,
    /// Whether they are off: a yes says it.
    WhetherOff,
    /// Whether they come: a no says it.
    WhetherOn,
    /// When they were called off: any value says it.
    When,
}

/// What a header of a file that nobody is known to have written asks.
pub(super) fn sounds(header: &str) -> Sounds {
    let header = folded(header);
    let is_when = |word: &String| header.strip_prefix(word.as_str()).is_some_and(|rest| words::AT.contains(rest));
    if words::OFF_DATES.contains(&header) || words::OFF.iter().any(is_when) {
        Sounds::When
    } else if words::OFF.contains(&header) {
        Sounds::WhetherOff
    } else if words::COMING.contains(&header) {
        Sounds::WhetherOn
    } else {
        Sounds::Open
    }
}

impl Sounds {
    /// Whether a cell sounds like "not coming": enough for a note, never for leaving somebody out.
    pub(super) fn off(self, cell: &str) -> bool {
        let word = folded(without_bracket(cell));
        match self {
            Self::When => !words::NO.contains(&word) && !word.is_empty(),
            Self::WhetherOff if words::YES.contains(&word) => true,
            Self::WhetherOn if words::NO.contains(&word) => true,
            // `CANCELLED BY USER`
            _ => words::OFF.contains(&word) || words::OFF.contains(&folded(first_word_of_some(cell))),
        }
    }
}

/// The first word of a cell of two to four; a longer one tells a story.
fn first_word_of_some(cell: &str) -> &str {
    let words = cell.split_whitespace().take(5).count();
    if (2..=4).contains(&words) { cell.split_whitespace().next().unwrap_or_default() } else { "" }
}

/// Whether a line's first cell is a word with which people begin a total line, a number beside it or not. Somebody
/// may be called so (`Suma`): the caller sees to it that the line has no address either.
pub(super) fn is_total(first_cell: &str) -> bool {
    let word: String = folded(first_cell).chars().filter(|char| !char.is_numeric() && *char != '#').collect();
    words::TOTALS.contains(&word)
}

/// `Denied` of `Denied by host`.
fn without_doer(status: &str) -> &str {
    const DOERS: [&str; 9] = [" by ", " von ", " durch ", " par ", " por ", " pelo ", " przez ", " da ", " door "];
    let lower = status.to_lowercase();
    // Capitals of one length alone: a place in the one is a place in the other.
    let at = DOERS.iter().filter_map(|doer| lower.find(doer)).min().filter(|_| lower.len() == status.len());
    at.and_then(|at| status.get(..at)).unwrap_or(status)
}

/// `canceled` of `canceled (paid fee)`.
fn without_bracket(status: &str) -> &str {
    status.split('(').next().unwrap_or(status)
}

#[cfg(test)]
mod tests;
