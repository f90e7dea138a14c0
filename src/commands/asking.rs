//! What is about to happen, said, and the question whether to go ahead.

use super::{
    Desk, interrupt,
    mailing::{Order, Planned},
    opened::Opened,
};
use crate::{
    attendees::AttendeeFile,
    campaign::{Fate, rough_time, words},
    failure::{Failure, Told},
    settings::SmtpSettings,
};

/// So many people are named, one by one.
const FEW: u64 = 5;

/// Says what is about to happen.
pub(super) fn announce(desk: &Desk<'_>, opened: &Opened, planned: &Planned, ledger: bool, relay: Option<&str>) {
    let event = &opened.press.event;
    let say = |line: String| desk.console.say(&line);
    let smtp = opened.settings.smtp.as_ref();
    let host = relay.or_else(|| smtp.map(|smtp| smtp.host.as_str())).unwrap_or("the mail server");
    let (going, waiting) = (planned.to_go(), planned.waiting());
    let from = format!("from {} by {host}", opened.press.from);
    match (going, waiting) {
        (0, _) => say(format!("{} to be tried again when they are due, {from}", words::people(waiting))),
        (_, 0) => say(format!("{} to mail, {from}", words::people(going))),
        _ => say(format!("{} to mail, and {waiting} to be tried again when due, {from}", words::people(going))),
    }
    for who in who_exactly(opened, planned, going) {
        say(format!("  {who}"));
    }
    say(format!("\"{}\", room {}; links work {}", event.title, event.room, words::works(&event.window)));
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
        format!("{} of this file {} mailed before", words::people(mailed), if mailed == 1 { "was" } else { "were" })
    } else {
        "nobody of this file was mailed before".into()
    });
    if relay.is_none() && going > 0 {
        say(about_how_long(smtp, going));
    }
}

/// Names those who are mailed, where they are few enough to be read.
fn who_exactly(opened: &Opened, planned: &Planned, going: u64) -> Vec<String> {
    if going > FEW {
        return Vec::new();
    }
    let Some(Ok(file)) = planned.survey.stamp.as_ref().map(|stamp| AttendeeFile::reopen(&opened.rules, stamp)) else {
        return Vec::new();
    };
    let goes = |number: u32| matches!(planned.fates.get(number as usize - 1), Some(Fate::Go(_)));
    let attendees = file.flatten().filter(|attendee| goes(attendee.number));
    let all = usize::try_from(going).unwrap_or(usize::MAX);
    attendees.take(all).map(|attendee| format!("{} <{}>", attendee.name, attendee.email)).collect()
}

/// How long so many mails take: by the rate that is set, else as relays usually are.
fn about_how_long(smtp: Option<&SmtpSettings>, mails: u64) -> String {
    // What relays take on one connection: a slow one, and a quick one.
    const SLOW: f64 = 0.5;
    const QUICK: f64 = 10.0;
    #[expect(clippy::cast_precision_loss, reason = "a time for people")]
    let mails = mails as f64;
    let time = |a_second: f64| rough_time(std::time::Duration::from_secs_f64(mails / a_second));
    if let Some(rate) = smtp.and_then(|smtp| smtp.rate) {
        let a_second = f64::from(rate.mails) / rate.per.as_secs_f64();
        return format!("at {} mails in {}: about {}", rate.mails, rough_time(rate.per), time(a_second));
    }
    let connections = smtp.map_or(1.0, |smtp| f64::from(smtp.connections));
    let (quick, slow) = (time(QUICK * connections), time(SLOW * connections));
    if quick == slow {
        format!("it takes about {quick}")
    } else {
        format!("it takes {quick} to {slow} with most mail servers")
    }
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
    let listening = interrupt::while_asked("interrupted: nothing was sent")?;
    let agreed = desk.console.confirm("Go ahead?");
    drop(listening);
    if agreed { Ok(()) } else { Err(Failure::bad_input(Told::new("nothing was sent, as you wished"))) }
}
