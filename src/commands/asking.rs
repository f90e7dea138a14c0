//! What is about to happen, said, and the question whether to go ahead.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::{
    Desk, interrupt,
    opened::Opened,
    order::{Order, Planned},
};
use crate::{
    attendees::AttendeeFile,
    campaign::{Fate, Forecast, rough_time, words},
    failure::{Failure, Told},
    invitation::Occasion,
    model::{Attendee, Session},
    settings::SmtpSettings,
};

/// So many times are told, one by one.
const NAMED: usize = 5;
/// So many people are named, one by one.
const FEW: u64 = 5;

/// Says what is about to happen.
pub(super) fn announce(
    desk: &Desk<'_>,
    opened: &Opened,
    planned: &Planned,
    ledger: bool,
    relay: Option<&str>,
    forecast: Option<&Forecast>,
) {
    let event = &opened.press.event;
    let say = |line: String| desk.console.say(&line);
    let smtp = opened.settings.smtp.as_ref();
    let host = relay.or_else(|| smtp.map(|smtp| smtp.host.as_str())).unwrap_or("the mail server");
    let (going, waiting) = (planned.to_go(), planned.waiting());
    let from = format!("from {} by {host}", opened.press.from);
    let to_send = if event.sessions.is_empty() { "to mail" } else { "to send" };
    match (going, waiting) {
        _ if planned.order.occasion() == Occasion::Cancel => {
            say(format!("{} to tell that their invitation is called off, {from}", planned.whom(going + waiting)));
        }
        (0, _) => say(format!("{} to be tried again when they are due, {from}", planned.whom(waiting))),
        (_, 0) => say(format!("{} {to_send}, {from}", planned.whom(going))),
        _ => say(format!("{} {to_send}, and {waiting} to be tried again when due, {from}", planned.whom(going))),
    }
    for who in who_exactly(opened, planned, going) {
        say(format!("  {who}"));
    }
    if planned.order.occasion() == Occasion::Cancel {
        return say_the_rest_of_a_cancellation(desk, opened, planned);
    }
    if event.sessions.is_empty() {
        say(format!("\"{}\", room {}; links work {}", event.title, event.room, words::works(&event.window)));
    } else {
        say(format!("\"{}\":", event.title));
        let is_meant = |session: &&Session| planned.order.wanted.session.as_ref().is_none_or(|key| session.key == *key);
        event.sessions.iter().filter(is_meant).for_each(|session| say(format!("  {}", words::session(session))));
    }
    let counts = &planned.survey.counts;
    if counts.own_windows > 0 || !counts.rooms.is_empty() {
        say("rows with a room or times of their own get a link for these".to_owned());
    }
    if let Some(to) = &planned.order.to {
        say(format!("all of it goes to {to}"));
    }
    if let Some(note) = &planned.order.note {
        say(format!("note: {note}"));
    }
    let mailed = planned.mailed_before;
    say(if ledger && mailed > 0 {
        let whom = if event.sessions.is_empty() {
            words::people(mailed)
        } else {
            words::counted(mailed, "invitation", "invitations")
        };
        format!("{whom} of this file {} mailed before", if mailed == 1 { "was" } else { "were" })
    } else {
        "nobody of this file was mailed before".into()
    });
    if let Some(forecast) = forecast.filter(|forecast| is_felt(forecast, smtp, going, desk.around.now())) {
        let zone = event.window.zone();
        say(forecast.sum(desk.around.now(), zone));
        if let Some(parts) = forecast.in_parts(&planned.order.same_again(), zone) {
            say(parts);
        }
    } else if relay.is_none() && going > 0 {
        say(about_how_long(smtp, going));
    }
}

fn say_the_rest_of_a_cancellation(desk: &Desk<'_>, opened: &Opened, planned: &Planned) {
    let zone = opened.press.event.window.zone();
    let told = planned.invited.values().map(|invited| (&invited.event.title, invited.window.starts()));
    let told: BTreeSet<_> = told.collect();
    for (title, starts) in told.iter().take(NAMED) {
        desk.console.say(&format!("\"{title}\", {}", words::moment(*starts, zone)));
    }
    if told.len() > NAMED {
        desk.console.say(&format!("and {} more such times", told.len() - NAMED));
    }
    if let Some(note) = &planned.order.note {
        desk.console.say(&format!("note: {note}"));
    }
}

/// Names those who are mailed, where they are few enough to be read.
fn who_exactly(opened: &Opened, planned: &Planned, going: u64) -> Vec<String> {
    if going > FEW {
        return Vec::new();
    }
    let file = planned.survey.stamp.as_ref().and_then(|stamp| AttendeeFile::reopen(&opened.rules, stamp).ok());
    let goes = |number: u32| matches!(planned.fates.get(number as usize - 1), Some(Fate::Go(_)));
    let goes = |number: u32| goes(number) && planned.parties.leads(number, goes);
    let behind = planned.removed.iter().map(|one| one.attendee.clone());
    let attendees = file.into_iter().flatten().flatten().chain(behind).filter(|attendee| goes(attendee.number));
    let all = usize::try_from(going).unwrap_or(usize::MAX);
    let goes_to = |attendee: &Attendee| match planned.invited.get(&attendee.number) {
        Some(invited) => invited.to.clone(),
        None => attendee.email.clone(),
    };
    attendees.take(all).map(|attendee| format!("{} <{}>", attendee.name, goes_to(&attendee))).collect()
}

/// What a quick relay takes in a second on one connection.
const QUICK: f64 = 10.0;

/// Whether the limits matter more than how quick relays are.
fn is_felt(forecast: &Forecast, smtp: Option<&SmtpSettings>, mails: u64, now: Timestamp) -> bool {
    let connections = smtp.map_or(1.0, |smtp| f64::from(smtp.connections));
    #[expect(clippy::cast_precision_loss, reason = "a rough time")]
    let anyway = mails as f64 / (QUICK * connections);
    forecast.too_late().is_some() || forecast.lasts(now).as_secs_f64() >= anyway
}

/// How long so many mails take where no limit keeps them: as relays usually are.
fn about_how_long(smtp: Option<&SmtpSettings>, mails: u64) -> String {
    // What a slow relay takes on one connection.
    const SLOW: f64 = 0.5;
    #[expect(clippy::cast_precision_loss, reason = "a time for people")]
    let mails = mails as f64;
    let time = |a_second: f64| rough_time(std::time::Duration::from_secs_f64(mails / a_second));
    let connections = smtp.map_or(1.0, |smtp| f64::from(smtp.connections));
    let (quick, slow) = (time(QUICK * connections), time(SLOW * connections));
    if quick == slow {
        format!("it takes about {quick}")
    } else {
        format!("it takes {quick} to {slow} with most mail servers")
    }
}

/// Asks whether to go ahead; and once more where the limits keep some mails until it is too late.
///
/// # Errors
/// Where an answer is no, or nobody can be asked.
pub(super) fn confirm_in_time(desk: &Desk<'_>, order: &Order, forecast: Option<&Forecast>) -> Result<(), Failure> {
    let Some(late) = forecast.and_then(Forecast::too_late) else { return confirm(desk, order) };
    let hint = "begin earlier, or send through a mail server that allows more; where yours does, say so by \
                `daily_limit` and `rate` under [smtp]";
    if !order.yes && !desk.console.can_ask() {
        let told = Told::new(format!("nothing was sent: {late}"));
        return Err(Failure::bad_input(told.hint(format!("{hint}; `--yes` sends all the same"))));
    }
    confirm(desk, order)?;
    desk.console.warn(&Told::new(late).hint(hint));
    if order.yes { Ok(()) } else { agreed(desk, "Send all the same?") }
}

/// Asks whether to go ahead, unless that was said on the command line.
///
/// # Errors
/// Where the answer is no, or nobody can be asked.
pub(super) fn confirm(desk: &Desk<'_>, order: &Order) -> Result<(), Failure> {
    if order.yes {
        return Ok(());
    }
    if !desk.console.can_ask() {
        return Err(Failure::bad_input(
            Told::new("nothing was sent: nobody can be asked here").hint("add `--yes` to send without being asked"),
        ));
    }
    agreed(desk, "Go ahead?")
}

fn agreed(desk: &Desk<'_>, question: &str) -> Result<(), Failure> {
    let listening = interrupt::while_asked("interrupted: nothing was sent")?;
    let agreed = desk.console.confirm(question);
    drop(listening);
    if agreed { Ok(()) } else { Err(Failure::bad_input(Told::new("nothing was sent, as you wished"))) }
}
