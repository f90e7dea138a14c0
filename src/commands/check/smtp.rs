//! `check --smtp`: whether the mail server takes mails from this sender.

use secrecy::SecretString;

use crate::{
    campaign::Largest,
    commands::{
        Desk, interrupt,
        opened::Opened,
        relay::{self, Way},
    },
    delivery::smtp::{RelayReport, Size},
    failure::{Failure, Status, Told},
};

/// Logs in, offers the sender, takes it back.
pub(super) fn ask_the_relay(
    desk: &Desk<'_>,
    opened: &Opened,
    password: Option<SecretString>,
    largest: Option<&Largest>,
) -> Result<(), Failure> {
    let way = Way::with(desk, opened, password)?;
    let asking = Box::pin(way.mailer.check(&opened.press.envelope_from));
    let answer = interrupt::answer(relay::traced(way.trace, desk.console, asking))?;
    let report = answer.map_err(|outage| Failure::of(Status::NotNow, relay::outage_told(&outage, &way.host)))?;
    desk.console.result_shown(&relay_in_words(&way.host, &report));
    let Some(Largest { octets, at }) = largest.filter(|largest| report.capabilities.size.forbids(largest.octets))
    else {
        return Ok(());
    };
    Err(Failure::bad_input(
        Told::new(format!("{at}: the mail has {octets} octets, more than {} takes", way.host))
            .hint("make the texts shorter or leave pictures out, or ask its administrator for a larger limit"),
    ))
}

fn relay_in_words(host: &str, report: &RelayReport) -> String {
    let mut line = format!("{host} takes mail from this sender");
    line.push_str(&match report.tls {
        Some(version) => format!(", over {version}"),
        None => ", in plain text".into(),
    });
    if report.logged_in {
        line.push_str(", logged in");
    }
    match report.capabilities.size {
        Size::UpTo(octets @ 1_000_000..) => line.push_str(&format!(", mails up to {} MB", octets / 1_000_000)),
        Size::UpTo(octets) => line.push_str(&format!(", mails up to {} kB only", octets / 1000)),
        Size::Unlimited | Size::Unknown => {}
    }
    if report.capabilities.smtputf8 {
        line.push_str(", international addresses too");
    }
    if report.capabilities.pipelining {
        line.push_str(", several commands at once (pipelining)");
    }
    line
}
