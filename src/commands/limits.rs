//! What `[smtp]` and its provider's preset allow: the limits that a run keeps to, and the sum before
//! the first mail.
//!
//! What counts is what this event's ledger knows. Tests to oneself, other events and other programs on
//! the same account are not seen.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::sync::watch;

use super::{
    Desk,
    opened::{Opened, ledger_failure},
    order::Planned,
    relay,
};
use crate::{
    campaign::{Allowance, Forecast, moment},
    console::Console,
    delivery::{
        pacing::{Limit, Rate},
        smtp::{SmtpMailer, Wait},
    },
    failure::{Failure, Status, Told},
    ledger::Reader,
    settings::{Origin, Settings},
};

const DAY: Duration = Duration::from_hours(24);

/// A limit that holds, by the key that sets it.
struct InForce {
    rate: Rate,
    key: &'static str,
    /// The provider whose preset it is; `None` where a file sets it.
    preset: Option<&'static str>,
}

fn in_force(settings: &Settings) -> Vec<InForce> {
    let Some(smtp) = &settings.smtp else { return Vec::new() };
    let rate = smtp.rate.map(|rate| ("smtp.rate", Rate { count: rate.mails, period: rate.per }));
    let daily = smtp.daily_limit.map(|count| ("smtp.daily_limit", Rate { count, period: DAY }));
    let of = |(key, rate)| {
        let preset = match settings.origin(key) {
            Origin::Preset(provider) => Some(provider),
            _ => None,
        };
        InForce { rate, key, preset }
    };
    rate.into_iter().chain(daily).map(of).collect()
}

/// The limits that a run keeps to, each with a name for when it is used up.
pub(super) fn limits(settings: &Settings) -> Vec<Limit> {
    let limit = |InForce { rate, key, preset }: InForce| {
        let what =
            if key == "smtp.rate" { format!("rate of {rate}") } else { format!("daily limit of {}", rate.count) };
        let name = match preset {
            Some(provider) => format!("{provider}'s {what}"),
            None => format!("the {what} that [smtp] sets"),
        };
        Limit { rate, name }
    };
    in_force(settings).into_iter().map(limit).collect()
}

fn allowances(settings: &Settings) -> Vec<Allowance> {
    let allowance = |InForce { rate, key, preset }: InForce| {
        let by = preset.or_else(|| key.strip_prefix("smtp.")).unwrap_or(key);
        Allowance { rate, by: by.to_owned() }
    };
    in_force(settings).into_iter().map(allowance).collect()
}

/// When the tries were over that any limit still counts.
fn tries(reader: &Reader, settings: &Settings, now: Timestamp) -> Result<Vec<Timestamp>, Failure> {
    let Some(longest) = in_force(settings).iter().map(|limit| limit.rate.period).max() else { return Ok(Vec::new()) };
    let longest = SignedDuration::try_from(longest).unwrap_or(SignedDuration::MAX);
    let since = now.saturating_sub(longest).unwrap_or(Timestamp::MIN);
    reader.tries_since(since, now).map_err(|problem| ledger_failure(&problem))
}

/// What the limits make of the mails that are planned; `None` where nothing has to wait.
pub(super) fn forecast(
    desk: &Desk<'_>,
    opened: &Opened,
    planned: &Planned,
    reader: Option<&Reader>,
) -> Result<Option<Forecast>, Failure> {
    let (now, settings) = (desk.around.now(), &opened.settings);
    let tries = reader.map_or_else(|| Ok(Vec::new()), |reader| tries(reader, settings, now))?;
    let waiting = if planned.order.wait { planned.waiting() } else { 0 };
    let mails = planned.to_go() + waiting;
    Ok(Forecast::of(mails, &allowances(settings), &tries, now, &opened.press.event.window))
}

/// Stops where the limits let nothing go for longer than a run waits.
pub(super) fn refuse_where_nothing_can_go(
    opened: &Opened,
    planned: &Planned,
    forecast: Option<&Forecast>,
) -> Result<(), Failure> {
    let Some(at) = forecast.and_then(Forecast::nothing_before) else { return Ok(()) };
    let at = moment(at, opened.press.event.window.zone());
    let told = Told::new(format!("nothing can be sent now: the limit is used up until {at}"))
        .hint(format!("run `{}` again then", planned.order.same_again()));
    Err(Failure::of(Status::NotNow, told))
}

/// When the next mail can go, where a limit is used up.
pub(super) fn next_turn(desk: &Desk<'_>, opened: &Opened, reader: &Reader) -> Result<Option<Timestamp>, Failure> {
    let now = desk.around.now();
    let tries = tries(reader, &opened.settings, now)?;
    Ok(Forecast::next(&allowances(&opened.settings), &tries, now))
}

/// Has a mailer count what this event has sent so far, this run's earlier passes included.
pub(super) fn remember(mailer: &SmtpMailer, ledger: &Reader, opened: &Opened, now: Timestamp) -> Result<(), Failure> {
    if mailer.is_limited() {
        let ages = tries(ledger, &opened.settings, now)?;
        let ages: Vec<_> =
            ages.into_iter().map(|over| over.duration_until(now).try_into().unwrap_or_default()).collect();
        mailer.remember(&ages);
    }
    Ok(())
}

/// Does something, and tells each long wait for a limit meanwhile.
pub(super) async fn waits_told<T>(
    waits: Option<watch::Receiver<Option<Wait>>>,
    console: &Console,
    work: impl Future<Output = T>,
) -> T {
    let tell = async {
        if let Some(mut waits) = waits {
            while waits.changed().await.is_ok() {
                let wait = waits.borrow_and_update().clone();
                if let Some(Wait { limit, time, .. }) = wait {
                    let time = relay::length(SignedDuration::try_from(time).unwrap_or(SignedDuration::MAX));
                    console.say(&format!("{limit} is used up: the next mail goes in {time} (Ctrl-C stops here)"));
                }
            }
        }
    };
    relay::beside(work, tell).await
}
