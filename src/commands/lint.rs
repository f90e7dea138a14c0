//! What `check` says of mails and sender, at the place where it can be mended.

use jiff::Timestamp;

use super::opened::{Opened, settings_told};
use crate::{
    campaign::{Survey, words},
    failure::Told,
    message::lint::{Sender, SenderFinding, sender},
    model::CalendarStyle,
    settings::Settings,
};

/// Warnings about the sender, then about the mails; and why own templates could call nothing off.
pub(super) fn warnings(opened: &Opened, survey: &Survey, now: Timestamp) -> (Vec<Told>, Vec<Told>) {
    let settings = &opened.settings;
    let of_sender = sender(&Sender {
        from: &settings.mail.from,
        envelope: &opened.press.envelope_from,
        // Without an entry no calendar is confused.
        organizer: (settings.calendar != Some(CalendarStyle::None)).then_some(&settings.event.organizer),
        reply_to: settings.mail.reply_to.as_ref(),
        relay: settings.smtp.as_ref().filter(|smtp| !smtp.is_loopback()).map(|smtp| smtp.host.as_str()),
    });
    let of_sender = of_sender.iter().map(|finding| at_its_setting(settings, finding));
    let of_mails = opened.press.remarks(survey, now).into_iter().map(|remark| {
        let languages: Vec<_> = remark.languages.iter().map(|language| format!("`{language}`")).collect();
        let rows = match &remark.rows {
            Some((at, 0)) => format!("{at}: "),
            Some((at, more)) => format!("{at} and {}: ", words::counted(*more, "more row", "more rows")),
            None => String::new(),
        };
        let of = if languages.is_empty() { String::new() } else { format!(" (mails in {})", languages.join(", ")) };
        Told::new(format!("{rows}{}{of}", remark.finding)).hint(remark.finding.hint())
    });
    let (of_cancellations, faults) = opened.press.remarks_on_cancellations(survey, now);
    let of_cancellations = of_cancellations
        .iter()
        .map(|finding| Told::new(format!("{finding} (in your cancel.*, for `roomkey cancel`)")).hint(finding.hint()));
    (of_sender.chain(of_mails).chain(of_cancellations).collect(), faults)
}

fn at_its_setting(settings: &Settings, finding: &SenderFinding) -> Told {
    let key = match finding {
        SenderFinding::Freemail { .. } | SenderFinding::NoReply { .. } => "mail.from",
        SenderFinding::Envelope { .. } => "mail.envelope_from",
        SenderFinding::Organizer { .. } => "event.organizer",
    };
    settings_told(&settings.problem(key, &finding.to_string(), Some(&finding.hint())))
}
