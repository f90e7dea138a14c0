//! What single values mean: lines of text, durations, rates, zones, addresses, choices. Pure.

use std::time::Duration;

use jiff::{SignedDuration, SpanRelativeTo, fmt::friendly::SpanParser, tz::TimeZone};

use super::{
    keys::nearest,
    meant::Rate,
    problem::{Refusal, quoted},
};
use crate::model::{Address, AddressProblem, Mailbox, forbidden_char, forbidden_char_in_text, zone_meant};

/// Reads a text of one line, outer blanks taken off, of 1 to `max` characters.
pub(super) fn line(given: &str, max: usize) -> Result<String, Refusal> {
    let text = given.trim();
    if text.is_empty() {
        return Err(Refusal::new("it is empty").hint("fill it in, or delete the line"));
    }
    if let Some(found) = forbidden_char(text) {
        return Err(Refusal::new(format!("it holds {found}")).hint("type it anew, in one line"));
    }
    not_longer(text, max)
}

/// Reads a text of one line that is counted in octets elsewhere too.
pub(super) fn short_line(given: &str, max: usize) -> Result<String, Refusal> {
    let text = line(given, max)?;
    match text.len() {
        length if length > max => {
            Err(Refusal::new(format!("it is {length} octets long")).hint(format!("shorten it to {max}")))
        }
        _ => Ok(text),
    }
}

/// Reads a text that may hold line breaks and tabs.
pub(super) fn free_text(given: &str, max: usize) -> Result<String, Refusal> {
    if let Some(found) = forbidden_char_in_text(given) {
        return Err(Refusal::new(format!("it holds {found}")).hint("type it anew"));
    }
    not_longer(given.trim(), max)
}

fn not_longer(text: &str, max: usize) -> Result<String, Refusal> {
    let length = text.chars().count();
    if length > max {
        return Err(Refusal::new(format!("it is {length} characters long")).hint(format!("shorten it to {max}")));
    }
    Ok(text.to_owned())
}

/// Reads a path; what it leads to is judged by whoever opens it.
pub(super) fn path(given: &str) -> Result<String, Refusal> {
    let text = line(given, 4096)?;
    if text == "~" || text.starts_with("~/") {
        return Err(Refusal::new("`~` is not understood here")
            .hint("write the whole path, or one relative to this file's folder"));
    }
    Ok(text)
}

/// Reads `30m`, `2h`, `1h 30m`: not negative, at most `max`; a day has 24 hours.
pub(super) fn duration(given: &str, max: SignedDuration) -> Result<SignedDuration, Refusal> {
    let text = given.trim();
    let hint = "write it like 90s, 30m, 2h or 1h 30m";
    let read = SpanParser::new()
        .parse_span(text)
        .and_then(|span| span.to_duration(SpanRelativeTo::days_are_24_hours()))
        .map_err(|_| Refusal::new(format!("{} is not a length of time", quoted(text))).hint(hint))?;
    if read.is_negative() {
        return Err(Refusal::new(format!("{} is negative", quoted(text))).hint(hint));
    }
    if read > max {
        let most = match (max.as_secs() / 86_400, max.as_secs() % 86_400) {
            (days @ 2.., 0) => format!("{days} days"),
            _ => format!("{max:#}"),
        };
        return Err(Refusal::new(format!("{} is longer than {most}", quoted(text))).hint("choose a shorter time"));
    }
    Ok(read)
}

/// Reads a duration that cannot be zero.
pub(super) fn positive(given: &str, max: SignedDuration) -> Result<SignedDuration, Refusal> {
    let read = duration(given, max)?;
    if read.is_zero() { Err(Refusal::new("it is zero").hint("choose at least 1s")) } else { Ok(read) }
}

/// Reads a duration of whole seconds: tokens count in seconds.
pub(super) fn whole_seconds(given: &str, max: SignedDuration) -> Result<SignedDuration, Refusal> {
    let read = duration(given, max)?;
    if read.subsec_nanos() == 0 { Ok(read) } else { Err(Refusal::new("it is no whole number of seconds")) }
}

/// Reads a time limit: positive, at most an hour.
pub(super) fn time_limit(given: &str) -> Result<Duration, Refusal> {
    let read = positive(given, SignedDuration::from_hours(1))?;
    Ok(read.unsigned_abs())
}

/// Reads `30/min`: a number, and second, minute, hour or day; `none` for no limit.
pub(super) fn rate(given: &str) -> Result<Option<Rate>, Refusal> {
    let hint = "write it like 30/min, 5/s, 500/hour or 2000/day; \"none\" for no limit";
    if given.trim() == "none" {
        return Ok(None);
    }
    let refused = || Refusal::new(format!("{} is not a rate", quoted(given.trim()))).hint(hint);
    let (mails, unit) = given.split_once('/').ok_or_else(refused)?;
    let mails = mails.trim().parse().map_err(|_| refused())?;
    let seconds = match unit.trim() {
        "s" | "sec" | "second" => 1,
        "m" | "min" | "minute" => 60,
        "h" | "hour" => 3600,
        "d" | "day" => 86_400,
        _ => return Err(refused()),
    };
    if mails == 0 {
        return Err(Refusal::new("nothing would ever be sent at this rate").hint(hint));
    }
    Ok(Some(Rate { mails, per: Duration::from_secs(seconds) }))
}

/// Reads a time zone by its IANA name.
pub(super) fn zone(given: &str) -> Result<TimeZone, Refusal> {
    let text = given.trim();
    match TimeZone::get(text) {
        Ok(zone) if !zone.is_unknown() => Ok(zone),
        _ => Err(Refusal::new(format!("{} is not a time zone", quoted(text))).hint(zone_hint(text))),
    }
}

/// `Berlin` and `Europe/Berln` both mean `Europe/Berlin`.
fn zone_hint(text: &str) -> String {
    let near = |wanted: &str, zones: &[String]| nearest(wanted, zones.iter().map(String::as_str)).map(str::to_owned);
    match zone_meant(text, near) {
        Some(name) => format!("did you mean {name}?"),
        None => "zones are named after cities, like Europe/Berlin or America/New_York; or UTC".to_owned(),
    }
}

/// Reads `Name <address>` or a bare address; the name has at most 200 characters.
pub(super) fn mailbox(given: &str) -> Result<Mailbox, Refusal> {
    let hint = "write it like: Rust Workshop <workshop@example.org>";
    if let Some(text) = beside_the_last_address(given) {
        judge_unquoted_name(given, text)?;
    }
    let read = Mailbox::parse(given).map_err(|problem| address_refusal(&problem).hint(hint))?;
    numbered_domain(&read.address)?;
    if let Some(name) = &read.name {
        not_longer(name, 200)?;
    }
    Ok(read)
}

/// The name in front of the last `<address>`, where it does not stand in quotes of its own.
fn beside_the_last_address(given: &str) -> Option<&str> {
    let name = given.trim().strip_suffix('>')?.rsplit_once('<')?.0.trim();
    let inner = name.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    let quoted = inner.is_some_and(|inner| !inner.replace("\\\\", "").replace("\\\"", "").contains('"'));
    (!quoted).then_some(name)
}

/// A second mailbox in front of the last one would be read as its name.
fn judge_unquoted_name(given: &str, name: &str) -> Result<(), Refusal> {
    let listed = name.contains([',', ';', '<', '>']);
    let is_address = |piece: &str| Address::parse(piece).is_ok();
    let pieces = name.split(|c: char| c.is_whitespace() || matches!(c, ',' | ';' | '<' | '>' | '"'));
    if listed && pieces.filter(|piece| !piece.is_empty()).any(is_address) {
        let what = AddressProblem::Several(given.trim().to_owned()).to_string();
        return Err(Refusal::new(what).hint("name one alone: Rust Workshop <workshop@example.org>"));
    }
    if name.contains(['<', '>']) {
        let what = format!("the name in {} holds `<` or `>`", quoted(given.trim()));
        return Err(Refusal::new(what).hint("leave them out, or put the name in quotes of its own"));
    }
    Ok(())
}

/// Reads one bare address.
pub(super) fn address(given: &str) -> Result<Address, Refusal> {
    let read = Address::parse(given)
        .map_err(|problem| address_refusal(&problem).hint("write it like: workshop@example.org"))?;
    numbered_domain(&read)?;
    Ok(read)
}

/// No top-level domain is a number (RFC 3696 §2): such an address leads nowhere, or by its IP past every check.
fn numbered_domain(address: &Address) -> Result<(), Refusal> {
    let last = address.domain().rsplit('.').next().unwrap_or_default();
    if last.is_empty() || !last.bytes().all(|b| b.is_ascii_digit()) {
        return Ok(());
    }
    let what = format!("`{address}` has a number for a domain");
    Err(Refusal::new(what).hint("write the domain's name after the `@`, such as example.org"))
}

/// Reads a text that is compared character by character elsewhere: nothing is taken off its ends.
pub(super) fn exact_line(given: &str, max: usize) -> Result<String, Refusal> {
    let text = line(given, max)?;
    if text == given {
        return Ok(text);
    }
    let what = if given.contains(['\n', '\r']) { "a line break" } else { "a blank" };
    Err(Refusal::new(format!("it begins or ends with {what}")).hint(format!("write {} alone", quoted(&text))))
}

fn address_refusal(problem: &AddressProblem) -> Refusal {
    Refusal::new(match problem {
        AddressProblem::Forbidden { found, .. } => format!("it holds {found}"),
        other => other.to_string(),
    })
}

/// Reads where people unsubscribe (RFC 2369): `mailto:` with an address, or `https://`.
pub(super) fn unsubscribe(given: &str) -> Result<String, Refusal> {
    let text = line(given, 500)?;
    let hint = "write it like: mailto:workshop@example.org";
    let plain = text.is_ascii() && !text.contains([' ', '<', '>', ',', '"']);
    let mail = text.strip_prefix("mailto:").is_some_and(|rest| {
        let to = rest.split_once('?').map_or(rest, |(to, _)| to);
        Address::parse(to).is_ok()
    });
    let web = text.strip_prefix("https://").is_some_and(|rest| !rest.is_empty() && !rest.starts_with('/'));
    if plain && (mail || web) {
        Ok(text)
    } else {
        Err(Refusal::new(format!("{} is neither `mailto:` and an address nor `https://…`", quoted(&text))).hint(hint))
    }
}

/// Reads one of a few words.
pub(super) fn choice<T: Copy>(given: &str, choices: &[(&str, T)]) -> Result<T, Refusal> {
    if let Some((_, meant)) = choices.iter().find(|(word, _)| *word == given) {
        return Ok(*meant);
    }
    let words: Vec<String> = choices.iter().map(|(word, _)| format!("\"{word}\"")).collect();
    let what = format!("{} is none of {}", quoted(given), words.join(", "));
    Err(match nearest(given.trim(), choices.iter().map(|(word, _)| *word)) {
        Some(word) => Refusal::new(what).hint(format!("did you mean \"{word}\"?")),
        None => Refusal::new(what).hint(format!("write one of {}", words.join(", "))),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: SignedDuration = SignedDuration::from_hours(24);

    #[test]
    fn durations_are_read_as_people_write_them() {
        for (given, seconds) in
            [("30m", 1800), ("2h", 7200), ("90s", 90), ("1h 30m", 5400), ("1h30m", 5400), ("0m", 0), ("1 day", 86_400)]
        {
            assert_eq!(duration(given, DAY), Ok(SignedDuration::from_secs(seconds)), "{given}");
        }
    }

    #[test]
    fn other_durations_are_refused() {
        for given in ["", "30", "-30m", "30m ago", "PT30M", "1 month", "two hours", "25h", "30m\n5"] {
            assert!(duration(given, DAY).is_err(), "{given}");
        }
        assert!(positive("0s", DAY).is_err());
        assert!(whole_seconds("500ms", DAY).is_err());
        assert_eq!(time_limit("500ms"), Ok(Duration::from_millis(500)));
    }

    #[test]
    fn rates_are_a_number_in_a_time() {
        assert_eq!(rate("30/min"), Ok(Some(Rate { mails: 30, per: Duration::from_mins(1) })));
        assert_eq!(rate(" 5 / s "), Ok(Some(Rate { mails: 5, per: Duration::from_secs(1) })));
        assert_eq!(rate("none"), Ok(None));
        for given in ["", "30", "0/min", "-1/min", "30/week", "30/", "/min", "1.5/s"] {
            assert!(rate(given).is_err(), "{given}");
        }
    }

    #[test]
    fn zones_are_iana_names_and_slips_are_guessed() {
        assert_eq!(zone("Europe/Berlin").unwrap().iana_name(), Some("Europe/Berlin"));
        for (given, hint) in [
            ("Berlin", "did you mean Europe/Berlin?"),
            ("Europe/Berln", "did you mean Europe/Berlin?"),
            ("new york", "did you mean America/New_York?"),
            ("GMT+2", "zones are named after cities, like Europe/Berlin or America/New_York; or UTC"),
            ("+01:00", "zones are named after cities, like Europe/Berlin or America/New_York; or UTC"),
        ] {
            assert_eq!(zone(given).unwrap_err().hint.as_deref(), Some(hint), "{given}");
        }
        assert!(zone("Etc/Unknown").is_err() && zone("").is_err());
    }

    #[test]
    fn lines_hold_no_line_break_and_texts_do() {
        assert_eq!(line("  Rust ", 10).as_deref(), Ok("Rust"));
        for given in ["", "  ", "a\nb", "a\u{202E}b", "12345678901"] {
            assert!(line(given, 10).is_err(), "{given:?}");
        }
        assert_eq!(free_text("a\n\tb\n", 10).as_deref(), Ok("a\n\tb"));
        assert!(free_text("a\0", 10).is_err());
    }

    #[test]
    fn one_mailbox_is_one_sender() {
        for given in [
            "Rust Workshop <workshop@example.org>",
            "Workshop, Rust <workshop@example.org>",
            "Rust @ Berlin <workshop@example.org>",
            "ada@example.org <ada@example.org>",
            "\"A <a@example.org>, B\" <b@example.org>",
            "workshop@example.org",
        ] {
            assert!(mailbox(given).is_ok(), "{given}");
        }
        for given in [
            "A <a@b.de>, B <c@d.de>",
            "\"A\" <a@b.de>, \"B\" <c@d.de>",
            "a@b.de, B <c@d.de>",
            "a@b.de; <c@d.de>",
            "<a@b.de> <c@d.de>",
        ] {
            let refusal = mailbox(given).unwrap_err();
            assert!(refusal.what.contains("more than one address") && refusal.hint.is_some(), "{given}: {refusal:?}");
        }
        assert!(mailbox("Rust <beta> Team <a@b.de>").unwrap_err().what.contains("holds `<` or `>`"));
    }

    #[test]
    fn a_domain_of_digits_is_no_domain() {
        for given in ["a@1.2.3.4", "a@example.123"] {
            let said = [address(given).unwrap_err(), mailbox(&format!("A <{given}>")).unwrap_err()];
            assert!(said.iter().all(|refusal| refusal.what.contains("a number for a domain")), "{said:?}");
        }
        assert!(address("a@1.2.3.example").is_ok());
    }

    #[test]
    fn what_servers_compare_keeps_its_ends() {
        assert_eq!(exact_line("work shop", 20).as_deref(), Ok("work shop"));
        for given in [" workshop", "workshop ", "workshop\n"] {
            assert!(exact_line(given, 20).unwrap_err().hint.unwrap().contains("`workshop`"), "{given:?}");
        }
    }

    #[test]
    fn unsubscribing_goes_by_mail_or_a_safe_page() {
        for given in ["mailto:a@example.org", "mailto:a@example.org?subject=stop", "https://example.org/u?x=1"] {
            assert_eq!(unsubscribe(given).as_deref(), Ok(given));
        }
        for given in
            ["a@example.org", "http://example.org", "mailto:", "mailto:a@example.org>, <x", "https://", "https:///x"]
        {
            assert!(unsubscribe(given).is_err(), "{given}");
        }
    }

    #[test]
    fn a_choice_guesses_what_was_meant() {
        let choices = [("HS256", 1), ("HS384", 2)];
        assert_eq!(choice("HS384", &choices), Ok(2));
        assert_eq!(choice("hs256", &choices).unwrap_err().hint.as_deref(), Some("did you mean \"HS256\"?"));
        assert!(choice("RS", &choices).is_err());
    }

    #[test]
    fn paths_need_no_shell() {
        assert!(path("~/x").is_err() && path("").is_err() && path("a\0b").is_err());
        assert_eq!(path("a b/ü.csv").as_deref(), Ok("a b/ü.csv"));
    }
}
