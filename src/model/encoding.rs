//! How a text file can be encoded: every encoding that browsers know, and five code pages of old.
//!
//! Owns: the names. Does not own: what the octets mean.

use std::fmt;

use encoding_rs as rs;

/// How a file is encoded.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// One that browsers know.
    Known(&'static rs::Encoding),
    /// One that they do not.
    Page(CodePage),
}

/// A code page of DOS or of the Macintosh.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CodePage {
    /// DOS in the United States.
    Cp437,
    /// DOS in Western Europe.
    Cp850,
    /// DOS in Central Europe.
    Cp852,
    /// DOS in Turkey.
    Cp857,
    /// The Macintosh in Central Europe.
    MacCe,
}

impl CodePage {
    /// Every one.
    pub const ALL: [Self; 5] = [Self::Cp437, Self::Cp850, Self::Cp852, Self::Cp857, Self::MacCe];

    fn name(self) -> &'static str {
        match self {
            Self::Cp437 => "cp437",
            Self::Cp850 => "cp850",
            Self::Cp852 => "cp852",
            Self::Cp857 => "cp857",
            Self::MacCe => "x-mac-ce",
        }
    }

    /// The page of a name that was squashed.
    fn named(squashed: &str) -> Option<Self> {
        match squashed {
            "macce" | "xmacce" | "maccentraleurope" | "maccentraleuropean" | "maclatin2" => Some(Self::MacCe),
            _ => {
                let number = squashed.trim_start_matches(|letter: char| letter.is_ascii_alphabetic());
                let before = &squashed[..squashed.len() - number.len()];
                let is_page =
                    matches!(before, "" | "cp" | "ibm" | "dos" | "oem" | "codepage" | "msdos" | "csibm" | "pc");
                Self::ALL.into_iter().filter(|_| is_page).find(|page| page.name().strip_prefix("cp") == Some(number))
            }
        }
    }
}

impl fmt::Debug for Encoding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name())
    }
}

impl fmt::Display for Encoding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.title())?;
        let region = match self.name().as_str() {
            "windows-1252" => "\"Western European\", \"Latin-1\"",
            "windows-1250" => "\"Central European\"",
            "windows-1251" => "\"Cyrillic\"",
            "windows-1254" => "\"Turkish\"",
            "windows-1257" => "\"Baltic\"",
            "macintosh" => "\"Western European (Macintosh)\"",
            "cp437" => "\"OEM United States\"",
            "cp850" => "\"Western European (DOS)\"",
            "cp852" => "\"Central European (DOS)\"",
            "cp857" => "\"Turkish (DOS)\"",
            "x-mac-ce" => "\"Central European (Macintosh)\"",
            "utf-16le" | "utf-16be" => "\"Unicode text\"",
            _ => return Ok(()),
        };
        write!(f, " ({region})")
    }
}

impl Encoding {
    /// UTF-8.
    pub const UTF_8: Self = Self::Known(rs::UTF_8);

    /// The encoding of a name, in the spelling of browsers or as people write it: `windows-1252`, `latin1`, `utf-16le`,
    /// `cp850`, `ISO 8859-1`, `MacRoman`, `ANSI`.
    #[must_use]
    pub fn named(label: &str) -> Option<Self> {
        let known = |label: &str| rs::Encoding::for_label_no_replacement(label.as_bytes());
        let squashed = label.to_ascii_lowercase().replace(|sign: char| !sign.is_ascii_alphanumeric(), "");
        let digits = squashed.find(|sign: char| sign.is_ascii_digit()).unwrap_or(0);
        let (letters, number) = squashed.split_at(digits);
        known(label)
            .or_else(|| known(&squashed))
            .or_else(|| known(&format!("{letters}-{number}")))
            .or_else(|| match squashed.as_str() {
                "ansi" | "windowsansi" | "western" | "westerneuropean" | "windowslatin1" => Some(rs::WINDOWS_1252),
                "macroman" | "macosroman" | "applemacintosh" | "applemacroman" => Some(rs::MACINTOSH),
                "utf8bom" | "utf8sig" | "csvutf8" => Some(rs::UTF_8),
                _ if letters.is_empty() => known(&format!("windows-{number}")),
                _ if letters == "win" => known(&format!("windows-{number}")),
                _ => None,
            })
            .map(Self::Known)
            .or_else(|| CodePage::named(&squashed).map(Self::Page))
    }

    /// The name by which it can be chosen.
    #[must_use]
    pub fn name(self) -> String {
        match self {
            Self::Known(known) => known.name().to_ascii_lowercase(),
            Self::Page(page) => page.name().to_owned(),
        }
    }

    /// What people call it, without the words that programs add.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Known(known) => match known.name() {
                "windows-1250" => "Windows-1250",
                "windows-1251" => "Windows-1251",
                "windows-1252" => "Windows-1252",
                "windows-1254" => "Windows-1254",
                "windows-1257" => "Windows-1257",
                "macintosh" => "Mac Roman",
                "UTF-16LE" | "UTF-16BE" => "UTF-16",
                other => other,
            },
            Self::Page(CodePage::MacCe) => "Mac Central European",
            Self::Page(page) => page.name(),
        }
    }

    /// Whether every character has an even number of octets.
    #[must_use]
    pub fn is_utf16(self) -> bool {
        matches!(self, Self::Known(known) if known == rs::UTF_16LE || known == rs::UTF_16BE)
    }

    /// Whether it is UTF-8.
    #[must_use]
    pub fn is_utf8(self) -> bool {
        self == Self::UTF_8
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encodings_are_known_by_the_names_that_people_write() {
        for (written, name) in [
            ("UTF-8", "utf-8"),
            ("utf8", "utf-8"),
            ("UTF 8", "utf-8"),
            ("UTF-8 BOM", "utf-8"),
            ("latin1", "windows-1252"),
            ("Latin 1", "windows-1252"),
            ("ISO 8859-1", "windows-1252"),
            ("iso_8859_15", "iso-8859-15"),
            ("ISO-8859-2", "iso-8859-2"),
            ("ansi", "windows-1252"),
            ("cp1252", "windows-1252"),
            ("CP-1250", "windows-1250"),
            ("windows1254", "windows-1254"),
            ("Windows 1257", "windows-1257"),
            ("win1251", "windows-1251"),
            ("1250", "windows-1250"),
            ("macroman", "macintosh"),
            ("Mac Roman", "macintosh"),
            ("mac", "macintosh"),
            ("x-mac-ce", "x-mac-ce"),
            ("Mac Central European", "x-mac-ce"),
            ("cp850", "cp850"),
            ("CP 850", "cp850"),
            ("850", "cp850"),
            ("ibm437", "cp437"),
            ("DOS-852", "cp852"),
            ("cp857", "cp857"),
            ("cp866", "ibm866"),
            ("utf16", "utf-16le"),
        ] {
            assert_eq!(Encoding::named(written).map(Encoding::name).as_deref(), Some(name), "{written}");
        }
        for unknown in ["utf-7", "", "-", "cp", "cp1", "ebcdic", "ä", "850850", "x850"] {
            assert_eq!(Encoding::named(unknown), None, "{unknown}");
        }
    }

    #[test]
    fn each_is_found_by_its_own_name() {
        for page in CodePage::ALL {
            assert_eq!(Encoding::named(&Encoding::Page(page).name()), Some(Encoding::Page(page)));
        }
    }
}
