//! An e-mail address as it goes into an envelope, and a mailbox as it goes into a header.

use std::fmt;

use email_address::{EmailAddress, Options};

use super::text::{ForbiddenChar, composed, forbidden_char, is_invisible};

/// An address of RFC 5321 (or RFC 6531, where the local part is international).
///
/// The domain is in A-labels and lower case; the local part is as given.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Address {
    text: String,
    at: usize,
}

/// Why a text is not an address.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AddressProblem {
    /// Nothing stands there.
    #[error("the address is empty")]
    Empty,
    /// A character that may not travel.
    #[error("`{given}` contains {found}")]
    Forbidden {
        /// What was given.
        given: String,
        /// The character.
        found: ForbiddenChar,
    },
    /// More than one address in one place.
    #[error("`{0}` holds more than one address")]
    Several(String),
    /// A name stands beside the address.
    #[error("`{0}` holds more than the bare address")]
    NotBare(String),
    /// A part is longer than mail servers take.
    #[error("`{given}`: {part} has {octets} octets, {most} are the most")]
    TooLong {
        /// What was given.
        given: String,
        /// Which part.
        part: &'static str,
        /// How long it is.
        octets: usize,
        /// How long it may be.
        most: usize,
    },
    /// It ends with a dot, as domains do in zone files.
    #[error("`{0}` ends with a dot")]
    TrailingDot(String),
    /// Anything else that no mail server would accept.
    #[error("`{0}` is not an e-mail address")]
    Malformed(String),
}

impl AddressProblem {
    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Empty => "fill it in, or delete the row",
            Self::Forbidden { .. } => "type the address anew",
            Self::Several(_) => "one address a row: give each person a row of their own",
            Self::NotBare(_) => "write the address alone, without a name, a remark, `<` or `>`",
            Self::TooLong { .. } => "no mail server takes it: is it two values in one, or cut off wrongly?",
            Self::TrailingDot(_) => "delete the dot",
            Self::Malformed(_) => "an address looks like `ada@example.org`",
        }
    }
}

impl Address {
    /// Reads one bare address.
    ///
    /// # Errors
    /// [`AddressProblem`] where it breaks RFC 5321/5322/6531, its domain has no dot or no valid
    /// A-label form, or where more than one address stands there.
    pub fn parse(given: &str) -> Result<Self, AddressProblem> {
        let bare = given.trim();
        let quoted = || bare.to_owned();
        if bare.is_empty() {
            return Err(AddressProblem::Empty);
        }
        if let Some(found) = forbidden_char(bare) {
            return Err(AddressProblem::Forbidden { given: quoted(), found });
        }
        let Some(at) = bare.rfind('@') else { return Err(AddressProblem::Malformed(quoted())) };
        // A comment of RFC 5322 §3.2.2 is part of no address that is written for people.
        let has_comment = bare.starts_with('(') || bare.ends_with(')');
        if bare.contains(['<', '>']) || has_comment && bare.matches('@').count() == 1 {
            return Err(AddressProblem::NotBare(quoted()));
        }
        let (local, domain) = (&bare[..at], &bare[at + 1..]);
        if !local.starts_with('"') && bare.contains([',', ';', ' '])
            || local.matches('@').count() > 0 && !local.starts_with('"')
        {
            return Err(if bare.matches('@').count() > 1 {
                AddressProblem::Several(quoted())
            } else {
                AddressProblem::Malformed(quoted())
            });
        }
        if local.starts_with(is_curly_quote) || local.ends_with(is_curly_quote) {
            return Err(AddressProblem::Malformed(quoted()));
        }
        // One mailbox, however its letters were put together (RFC 6532 §3.1).
        let local = composed(local);
        if let Some(stray) = local.chars().find(|&c| is_stray(c)) {
            return Err(AddressProblem::Forbidden { given: quoted(), found: ForbiddenChar(stray) });
        }
        // RFC 5321 §4.5.3.1: 64 octets of local part, 254 of address (256 of path); RFC 1035 §2.3.4: 63 of a label.
        let too_long = |part, octets, most| AddressProblem::TooLong { given: quoted(), part, octets, most };
        if local.len() > 64 {
            return Err(too_long("the part before the `@`", local.len(), 64));
        }
        if let Some(label) = domain.split('.').find(|label| label.is_ascii() && label.len() > 63) {
            return Err(too_long("a part of the domain", label.len(), 63));
        }
        if domain.is_ascii() && bare.len() > 254 {
            return Err(too_long("the whole", bare.len(), 254));
        }
        if domain.strip_suffix('.').is_some_and(|rest| a_labels(rest).is_some()) {
            return Err(AddressProblem::TrailingDot(quoted()));
        }
        let domain = a_labels(domain).ok_or_else(|| AddressProblem::Malformed(quoted()))?;
        let text = format!("{local}@{domain}");
        let options = Options::default().without_display_text().without_domain_literal().with_required_tld();
        // The crate knows letters alone beyond ASCII, RFC 6531 §3.3 any character: marks, joiners, symbols.
        let in_ascii: String = local.chars().map(|c| if c.is_ascii() { c } else { 'x' }).collect();
        let is_sound = EmailAddress::parse_with_options(&format!("{in_ascii}@{domain}"), options).is_ok();
        if text.len() > 254 {
            return Err(too_long("the whole", text.len(), 254));
        }
        if !is_sound {
            return Err(AddressProblem::Malformed(quoted()));
        }
        Ok(Self { at: local.len(), text })
    }

    /// The whole address, `local@domain`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The part before the `@`, as given.
    #[must_use]
    pub fn local(&self) -> &str {
        &self.text[..self.at]
    }

    /// The domain: A-labels, lower case.
    #[must_use]
    pub fn domain(&self) -> &str {
        &self.text[self.at + 1..]
    }

    /// What two addresses of one mailbox have in common: everything in lower case.
    #[must_use]
    pub fn folded(&self) -> String {
        self.text.to_lowercase()
    }

    /// Whether the relay needs SMTPUTF8 (RFC 6531) for it: the local part is not plain ASCII.
    #[must_use]
    pub fn needs_smtputf8(&self) -> bool {
        !self.local().is_ascii()
    }
}

/// A domain in A-labels and lower case (RFC 5890 §2.3.2.1); `None` where it has no such form.
fn a_labels(domain: &str) -> Option<String> {
    // Plain labels are their own form; most are, and a million take their time.
    let is_plain = |label: &str| {
        let is_inside = |octet: u8| octet.is_ascii_alphanumeric() || octet == b'-';
        (1..=63).contains(&label.len())
            && label.bytes().all(is_inside)
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.get(2..4) != Some("--")
    };
    if domain.len() <= 253 && domain.split('.').all(is_plain) {
        return Some(domain.to_ascii_lowercase());
    }
    let ascii = idna::domain_to_ascii_strict(domain).ok()?.to_ascii_lowercase();
    // The crate knows UTS 46 alone, which takes signs and symbols for letters; no registry does (RFC 5892 §2).
    let (letters, sound) = idna::domain_to_unicode(&ascii);
    (sound.is_ok() && !letters.chars().any(is_sign)).then_some(ascii)
}

/// Whether a character is a quote, a dash, a mark of trade or a symbol, and none of those that labels may hold in some
/// places (RFC 5892 appendix A).
fn is_sign(c: char) -> bool {
    const IN_PLACES: [char; 8] =
        ['\u{200C}', '\u{200D}', '\u{B7}', '\u{375}', '\u{5F3}', '\u{5F4}', '\u{30FB}', '\u{3007}'];
    let of_signs = matches!(c, '\u{80}'..='\u{BF}' | '×' | '÷' | '\u{2000}'..='\u{206F}' | '\u{20A0}'..='\u{2BFF}'
        | '\u{2E00}'..='\u{2E7F}' | '\u{3000}'..='\u{303F}' | '\u{FE10}'..='\u{FE6F}' | '\u{FF00}'..='\u{FF65}'
        | '\u{1F000}'..='\u{1FAFF}');
    of_signs && !c.is_alphanumeric() && !IN_PLACES.contains(&c)
}

/// A quote that came along with an address from a text.
fn is_curly_quote(c: char) -> bool {
    matches!(c, '“' | '”' | '„' | '‟' | '‘' | '’' | '‚' | '‛' | '«' | '»' | '‹' | '›')
}

/// Whether a character beyond ASCII came into a local part by copying: a blank, or one that nobody sees.
/// Joiners are letters' business in Persian and Hindi.
fn is_stray(c: char) -> bool {
    !c.is_ascii() && (c.is_whitespace() || is_invisible(c))
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// A name and an address, as in `Ada Lovelace <ada@example.org>`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mailbox {
    /// The name shown; `None` where there is none.
    pub name: Option<String>,
    /// The address.
    pub address: Address,
}

impl Mailbox {
    /// The longest name shown in a header, in characters; what is longer is cut. Headers are folded at blanks
    /// only, and a line may have 998 octets.
    pub const LONGEST_SHOWN_NAME: usize = 200;

    /// Reads `Name <address>` or a bare address (RFC 5322 §3.4; no groups, no comments).
    ///
    /// # Errors
    /// [`AddressProblem`] as for [`Address::parse`], and where the name holds a control character.
    pub fn parse(given: &str) -> Result<Self, AddressProblem> {
        let given = given.trim();
        if let Some(found) = forbidden_char(given) {
            return Err(AddressProblem::Forbidden { given: given.to_owned(), found });
        }
        let Some(inner) = given.strip_suffix('>') else {
            return Ok(Self { name: None, address: Address::parse(given)? });
        };
        let Some((name, address)) = inner.rsplit_once('<') else {
            return Err(AddressProblem::Malformed(given.to_owned()));
        };
        let name = name.trim();
        let name = name.strip_prefix('"').and_then(|n| n.strip_suffix('"')).unwrap_or(name).trim();
        Ok(Self { name: (!name.is_empty()).then(|| name.to_owned()), address: Address::parse(address)? })
    }
}

impl fmt::Display for Mailbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.name {
            Some(name) => write!(f, "{name} <{}>", self.address),
            None => write!(f, "{}", self.address),
        }
    }
}

#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_international_domain_becomes_a_labels() {
        let address = Address::parse(" Ada@Müller.Example ").unwrap();
        assert_eq!(address.as_str(), "Ada@xn--mller-kva.example");
        assert_eq!(address.folded(), "ada@xn--mller-kva.example");
        assert!(!address.needs_smtputf8());
        assert!(Address::parse("jürgen@example.org").unwrap().needs_smtputf8());
    }

    #[test]
    fn a_local_part_may_hold_any_script_and_nothing_that_nobody_sees() {
        for given in ["संपर्क@डाटामेल.भारत", "نامه\u{200C}ها@example.org", "u\u{308}ber@example.org", "🦀@example.org"]
        {
            assert!(Address::parse(given).unwrap().needs_smtputf8(), "{given}");
        }
        for (given, told) in [
            ("ada\u{A0}l@example.org", "contains a blank (U+00A0)"),
            ("ada\u{200B}@example.org", "contains an invisible character (U+200B)"),
            ("\"ada\u{FEFF}\"@example.org", "contains an invisible character (U+FEFF)"),
        ] {
            let problem = Address::parse(given).unwrap_err();
            assert!(problem.to_string().ends_with(told), "{problem}");
        }
    }

    #[test]
    fn signs_are_no_letters_of_a_domain_and_quotes_no_part_of_an_address() {
        for given in [
            "“ben@example.org”",
            "c@example.org”",
            "d@example.org’",
            "n@example.org’s",
            "o@example.o–rg",
            "p@example.org®",
            "‘e@example.org",
            "ada@☃.net",
            "ada@🦀.net",
            "ada@xn--n3h.net",
        ] {
            assert!(Address::parse(given).is_err(), "{given}");
        }
        for given in ["a@col·lecció.cat", "a@نامه\u{200C}ای.com", "a@faß.de", "a@パーティー・部屋.jp", "a@डाटामेल.भारत"]
        {
            assert!(Address::parse(given).is_ok(), "{given}");
        }
    }

    #[test]
    fn letters_are_one_however_they_are_put_together() {
        assert_eq!(Address::parse("jo\u{308}rg@example.org"), Address::parse("jörg@example.org"));
    }

    #[test]
    fn what_no_server_would_take_is_refused() {
        for given in [
            "ada",
            "ada@",
            "@example.org",
            "ada@localhost",
            "a b@example.org",
            "ada@exa mple.org",
            "ada@-x.org",
            "ada@example..org",
            "a..b@example.org",
        ] {
            assert!(Address::parse(given).is_err(), "{given}");
        }
        assert!(matches!(Address::parse("a@example.org, b@example.org"), Err(AddressProblem::Several(_))));
        assert!(matches!(Address::parse("a@example.org;b@example.org"), Err(AddressProblem::Several(_))));
        assert!(matches!(Address::parse("Ada <a@example.org>"), Err(AddressProblem::NotBare(_))));
        assert!(matches!(Address::parse("a\r\nBcc: x@example.org"), Err(AddressProblem::Forbidden { .. })));
    }

    #[test]
    fn what_is_too_long_says_which_part_and_a_dot_or_a_remark_is_told() {
        let told = |given: &str| Address::parse(given).unwrap_err().to_string();
        let label = "a".repeat(60);
        for (given, words) in [
            (format!("{}@example.org", "a".repeat(65)), "the part before the `@` has 65 octets, 64 are the most"),
            (format!("a@{}.org", "b".repeat(64)), "a part of the domain has 64 octets, 63 are the most"),
            (format!("a@{label}.{label}.{label}.{label}.{label}.org"), "the whole has 310 octets, 254 are the most"),
            ("ada@example.org.".into(), "`ada@example.org.` ends with a dot"),
            ("ada@example.org (work)".into(), "holds more than the bare address"),
        ] {
            assert!(told(&given).ends_with(words), "{}", told(&given));
        }
        assert!(matches!(Address::parse("ada@example.."), Err(AddressProblem::Malformed(_))));
    }

    #[test]
    fn a_mailbox_has_a_name_or_none() {
        let mailbox = Mailbox::parse("\"Rust, Workshop\" <workshop@example.org>").unwrap();
        assert_eq!(mailbox.name.as_deref(), Some("Rust, Workshop"));
        assert_eq!(Mailbox::parse("workshop@example.org").unwrap().name, None);
        assert_eq!(Mailbox::parse("<workshop@example.org>").unwrap().name, None);
        assert!(Mailbox::parse("Workshop").is_err());
    }
}
