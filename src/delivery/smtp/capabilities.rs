//! What a relay says it can do: the reply to EHLO (RFC 5321 §4.1.1.1), whatever the letters' case.

use super::reply::RawReply;

/// The extensions that matter here.
#[expect(clippy::struct_excessive_bools, reason = "each is a keyword of its own, present or not")]
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Capabilities {
    /// PIPELINING (RFC 2920).
    pub pipelining: bool,
    /// STARTTLS (RFC 3207).
    pub starttls: bool,
    /// 8BITMIME (RFC 6152).
    pub eight_bit_mime: bool,
    /// SMTPUTF8 (RFC 6531).
    pub smtputf8: bool,
    /// ENHANCEDSTATUSCODES (RFC 2034).
    pub enhanced_codes: bool,
    /// DSN (RFC 3461).
    pub dsn: bool,
    /// SIZE (RFC 1870).
    pub size: Size,
    /// The mechanisms of AUTH (RFC 4954), in capitals; the older `AUTH=` form counts.
    pub auth: Vec<String>,
}

/// The largest message a relay takes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Size {
    /// It does not say, and wants no `SIZE=`.
    #[default]
    Unknown,
    /// It takes `SIZE=` and names no limit.
    Unlimited,
    /// It takes up to so many octets.
    UpTo(u64),
}

impl Size {
    /// Whether a message of so many octets is known to be too large.
    #[must_use]
    pub fn forbids(self, octets: usize) -> bool {
        matches!(self, Self::UpTo(limit) if u64::try_from(octets).unwrap_or(u64::MAX) > limit)
    }
}

impl Capabilities {
    /// Reads the lines after the first, which is a greeting.
    pub(super) fn read(reply: &RawReply) -> Self {
        let mut found = Self::default();
        for line in reply.lines.iter().skip(1) {
            let line = line.trim().to_ascii_uppercase();
            let (keyword, values) = line.split_once([' ', '\t', '=']).unwrap_or((&line, ""));
            match keyword {
                "PIPELINING" => found.pipelining = true,
                "STARTTLS" => found.starttls = true,
                "8BITMIME" => found.eight_bit_mime = true,
                "SMTPUTF8" => found.smtputf8 = true,
                "ENHANCEDSTATUSCODES" => found.enhanced_codes = true,
                "DSN" => found.dsn = true,
                "SIZE" => found.size = read_size(values),
                "AUTH" => found.add_mechanisms(values),
                _ => {}
            }
        }
        found
    }

    fn add_mechanisms(&mut self, values: &str) {
        for mechanism in values.split([' ', '\t', '=']).filter(|m| !m.is_empty()) {
            if !self.auth.iter().any(|known| known == mechanism) {
                self.auth.push(mechanism.to_owned());
            }
        }
    }
}

fn read_size(values: &str) -> Size {
    match values.trim().parse() {
        Ok(limit) if limit > 0 => Size::UpTo(limit),
        // Zero means "no fixed limit" (RFC 1870 §4); what is no number means nothing.
        _ => Size::Unlimited,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(lines: &[&str]) -> Capabilities {
        Capabilities::read(&RawReply { code: 250, lines: lines.iter().map(|&l| l.to_owned()).collect() })
    }

    #[test]
    fn keywords_are_read_whatever_their_case() {
        let found =
            read(&["mx.example.org", "pipelining", "SIZE 35882577", "8bitMime", "StartTLS", "Auth plain LOGIN"]);
        assert!(found.pipelining && found.eight_bit_mime && found.starttls);
        assert_eq!(found.size, Size::UpTo(35_882_577));
        assert_eq!(found.auth, ["PLAIN", "LOGIN"]);
    }

    #[test]
    fn the_older_form_of_auth_counts_and_doubles_do_not() {
        assert_eq!(read(&["x", "AUTH=LOGIN PLAIN", "AUTH LOGIN PLAIN"]).auth, ["LOGIN", "PLAIN"]);
    }

    #[test]
    fn a_size_of_zero_or_none_is_no_limit() {
        assert_eq!(read(&["x", "SIZE"]).size, Size::Unlimited);
        assert_eq!(read(&["x", "SIZE 0"]).size, Size::Unlimited);
        assert_eq!(read(&["x"]).size, Size::Unknown);
        assert!(!Size::Unlimited.forbids(usize::MAX));
        assert!(Size::UpTo(10).forbids(11) && !Size::UpTo(10).forbids(10));
    }

    #[test]
    fn the_first_line_is_a_greeting_and_no_keyword() {
        assert_eq!(read(&["PIPELINING"]), Capabilities::default());
    }
}
