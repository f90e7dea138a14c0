//! A token's explanation in words, line by line. Never the token itself.

use std::borrow::Cow;

use jiff::{Timestamp, tz::TimeZone};

use super::explanation::{ClaimFacts, Explanation, HeaderFacts, Moment, SignatureCheck, UserFacts};
use crate::model::Affiliation;

/// Claims that no server looks at are cut at so many characters.
const LONGEST: usize = 200;

impl Explanation {
    /// Tells link, header, signature and claims in words, the window in `zone` and in UTC.
    ///
    /// The findings are not among them. Strings of the token stand there as they are: escape the
    /// lines before printing them.
    #[must_use]
    pub fn lines(&self, zone: &TimeZone) -> Vec<String> {
        let mut lines = Vec::new();
        if !self.wrapped_by.is_empty() {
            lines.push(format!(
                "wrapped: {} made the link into one of their own; all that follows is about the link inside",
                self.wrapped_by.join(", then ")
            ));
        }
        if let Some(link) = &self.link {
            let tenant = link.tenant.as_deref().map(|tenant| format!(", tenant {tenant}")).unwrap_or_default();
            let port = link.port.map(|port| format!(":{port}")).unwrap_or_default();
            lines.push(format!("link: to room {} on {}{port}{tenant}", link.room, link.host));
        }
        if !self.beside.is_empty() {
            lines.push(format!("beside the token in the link: {}", cut(&self.beside)));
        }
        lines.push(header_line(&self.header));
        lines.push(match self.signature {
            SignatureCheck::Holds => format!("signature: holds; it was made with {}", self.checked_with),
            _ if self.header.is_unsigned() => "signature: none; every server refuses the token".into(),
            SignatureCheck::DoesNotHold => "signature: does not hold".into(),
            SignatureCheck::NotChecked(why) => format!("signature: not checked; {why}"),
        });
        claim_lines(&self.claims, zone, self.now, &mut lines);
        lines
    }
}

fn header_line(header: &HeaderFacts) -> String {
    let how = match header.alg.as_deref() {
        None => "it does not say how it is signed".into(),
        Some(alg) if alg.starts_with("HS") => format!("signed with {alg} (a shared secret)"),
        Some(alg) if alg.starts_with("RS") => format!("signed with {alg} (a private key)"),
        Some(alg) if alg.eq_ignore_ascii_case("none") => "not signed (alg none)".into(),
        Some(alg) => format!("signed with {alg}"),
    };
    let typ = header.typ.as_deref().unwrap_or("missing");
    let kid = header.kid.as_deref().map(|kid| format!(", key {kid}")).unwrap_or_default();
    format!("header: type {typ}, {how}{kid}")
}

fn claim_lines(claims: &ClaimFacts, zone: &TimeZone, now: Timestamp, lines: &mut Vec<String>) {
    let mut tell = |label: &str, value: &Option<String>| {
        lines.push(format!("{label}: {}", value.as_deref().unwrap_or("missing")));
    };
    tell("issuer (iss)", &claims.iss);
    tell("audience (aud)", &claims.aud);
    tell("subject (sub)", &claims.sub);
    let every = claims.room.as_deref() == Some("*");
    tell("room", &if every { Some("* (every room of the server)".into()) } else { claims.room.clone() });
    if claims.tenant.is_some() {
        tell("tenant", &claims.tenant);
    }
    let (opens, closes) = (moment(&claims.nbf, zone), moment(&claims.exp, zone));
    if claims.never_works() {
        lines.push(format!("never works: it stops at {closes}, and would begin at {opens}"));
    } else {
        lines.push(format!("works from {opens} to {closes}"));
        lines.extend(from_now(claims, now));
    }
    lines.push(person_line(&claims.user));
    lines.extend(claims.user.affiliation.as_deref().map(affiliation_line));
    lines.extend(claims.user.avatar.as_deref().map(|avatar| format!("avatar: the picture at {}", cut(avatar))));
    lines.extend(claims.group.as_deref().map(|group| format!("group: {}", cut(group))));
    let list = |pairs: &[(String, String)]| {
        pairs.iter().map(|(name, value)| format!("{} = {}", cut(name), cut(value))).collect::<Vec<_>>().join(", ")
    };
    if let Some(features) = &claims.features {
        let one = |(name, value): &(String, serde_json::Value)| {
            let value = value.as_str().map_or_else(|| value.to_string(), |text| format!("\"{text}\""));
            format!("{} = {}", cut(name), cut(&value))
        };
        let all = features.iter().map(one).collect::<Vec<_>>().join(", ");
        lines.push(format!("features: {}", if all.is_empty() { "none; not even a moderator has any" } else { &all }));
    }
    for (label, pairs) in [("of the person", &claims.user.others), ("other claims", &claims.others)] {
        if !pairs.is_empty() {
            lines.push(format!("{label}: {}", list(pairs)));
        }
    }
}

/// How far off the window is: `in 3 days`, `for 2 hours more`, `3 days ago`.
fn from_now(claims: &ClaimFacts, now: Timestamp) -> Option<String> {
    let (Moment::At(opens), Moment::At(closes)) = (&claims.nbf, &claims.exp) else { return None };
    Some(if now < *opens {
        format!("that is in {}, for {}", rough(now, *opens), rough(*opens, *closes))
    } else if now < *closes {
        format!("that is now, for {} more", rough(now, *closes))
    } else {
        format!("that was over {} ago", rough(*closes, now))
    })
}

/// The length of a stretch, in its largest unit.
fn rough(from: Timestamp, to: Timestamp) -> String {
    let seconds = to.as_second() - from.as_second();
    let (count, unit) = match seconds {
        ..120 => (seconds, "second"),
        120..7200 => (seconds / 60, "minute"),
        7200..172_800 => (seconds / 3600, "hour"),
        172_800..63_072_000 => (seconds / 86_400, "day"),
        _ => (seconds / 31_536_000, "year"),
    };
    format!("{count} {unit}{}", if count == 1 { "" } else { "s" })
}

/// What nobody asked for must not flood the screen.
pub(super) fn cut(text: &str) -> Cow<'_, str> {
    match text.char_indices().nth(LONGEST) {
        Some((at, _)) => Cow::Owned(format!("{}…", &text[..at])),
        None => Cow::Borrowed(text),
    }
}

fn person_line(user: &UserFacts) -> String {
    let name = user.name.as_deref().unwrap_or("without a name");
    let id = user.id.as_deref().map_or("no id".into(), |id| format!("id {id}"));
    let email = user.email.as_deref().map(|email| format!(", e-mail {email}")).unwrap_or_default();
    let rights = if user.moderator { "moderator" } else { "plain attendee" };
    format!("person: {name}, {id}{email}, {rights}")
}

/// What the server's `token_affiliation` makes of an affiliation.
fn affiliation_line(affiliation: &str) -> String {
    let known = Affiliation::ALL.into_iter().find(|known| known.as_str() == affiliation);
    let means = match known.map(Affiliation::is_moderator) {
        Some(true) => "a moderator",
        Some(false) => "no moderator by that",
        None => "nothing that a server knows: no moderator by that",
    };
    format!("affiliation: {}, {means}", cut(affiliation))
}

fn moment(moment: &Moment, zone: &TimeZone) -> String {
    match moment {
        Moment::Missing => "(not said)".into(),
        Moment::NotANumber(json) => format!("{json} (not a time)"),
        Moment::BeyondCalendar(json) => format!("{json} (beyond the year 9999)"),
        Moment::At(at) => local_and_utc(*at, zone),
    }
}

/// `Sat 5 Dec 2026 13:30 (Europe/Berlin) = 12:30 UTC`; UTC's date where it is another.
fn local_and_utc(at: Timestamp, zone: &TimeZone) -> String {
    let (local, universal) = (at.to_zoned_datetime(zone.clone()), at.to_zoned_datetime(TimeZone::UTC));
    if zone == &TimeZone::UTC {
        return utc(at);
    }
    let clock = clock_format(at);
    let name = zone.iana_name().map_or_else(|| local.strftime("UTC%:z").to_string(), str::to_owned);
    let there = if local.date() == universal.date() { format!("{} UTC", universal.strftime(clock)) } else { utc(at) };
    format!("{} ({name}) = {there}", in_full(&local, clock))
}

/// `Sat 5 Dec 2026 12:30 UTC`, with seconds where there are some.
pub(super) fn utc(at: Timestamp) -> String {
    format!("{} UTC", in_full(&at.to_zoned_datetime(TimeZone::UTC), clock_format(at)))
}

fn in_full(at: &jiff::ZonedDateTime, clock: &str) -> String {
    format!("{} {}", at.strftime("%a %-d %b %Y"), at.strftime(clock))
}

fn clock_format(at: Timestamp) -> &'static str {
    if at.as_second() % 60 == 0 { "%H:%M" } else { "%H:%M:%S" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_told_locally_and_in_utc() {
        let tell = |at: &str, zone: &str| local_and_utc(at.parse().unwrap(), &TimeZone::get(zone).unwrap());
        assert_eq!(tell("2026-12-05T12:30:00Z", "Europe/Berlin"), "Sat 5 Dec 2026 13:30 (Europe/Berlin) = 12:30 UTC");
        assert_eq!(
            tell("2026-12-05T23:30:07Z", "Asia/Tokyo"),
            "Sun 6 Dec 2026 08:30:07 (Asia/Tokyo) = Sat 5 Dec 2026 23:30:07 UTC"
        );
        assert_eq!(tell("2026-12-05T12:30:00Z", "UTC"), "Sat 5 Dec 2026 12:30 UTC");
        let fixed = TimeZone::fixed(jiff::tz::offset(-5));
        assert_eq!(
            local_and_utc("2026-12-05T12:30:00Z".parse().unwrap(), &fixed),
            "Sat 5 Dec 2026 07:30 (UTC-05:00) = 12:30 UTC"
        );
    }
}
