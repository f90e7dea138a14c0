//! What a sender's octets mean: command lines, paths, a message's lines, its headers.
//!
//! Pure. Owns: RFC 5321 §4.1.1 as far as a sender of single mails uses it, dot-unstuffing (§4.5.2).
//! Known weakness: source routes and quoted local parts that hold `>` are not understood.

/// The largest message taken, in octets; also what SIZE says.
pub(super) const MAX_MESSAGE: usize = 50 * 1024 * 1024;
/// The longest line of a message, its CRLF included (RFC 5321 §4.5.3.1.6).
const MAX_MESSAGE_LINE: usize = 1000;

/// A command, its arguments still as they came.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Command<'a> {
    Ehlo,
    Helo,
    StartTls,
    Auth { mechanism: &'a str, initial: Option<&'a str> },
    Mail(&'a str),
    Rcpt(&'a str),
    Data,
    Rset,
    Noop,
    Quit,
    Unknown,
}

impl<'a> Command<'a> {
    /// Reads a line without its CRLF.
    pub(super) fn parse(line: &'a str) -> Self {
        let (verb, rest) = line.split_once(' ').unwrap_or((line, ""));
        let rest = rest.trim();
        match verb.to_ascii_uppercase().as_str() {
            "EHLO" if !rest.is_empty() => Self::Ehlo,
            "HELO" if !rest.is_empty() => Self::Helo,
            "STARTTLS" if rest.is_empty() => Self::StartTls,
            "AUTH" if !rest.is_empty() => {
                let mut words = rest.split(' ');
                Self::Auth { mechanism: words.next().unwrap_or_default(), initial: words.next() }
            }
            "MAIL" => after_keyword(rest, "FROM:").map_or(Self::Unknown, Self::Mail),
            "RCPT" => after_keyword(rest, "TO:").map_or(Self::Unknown, Self::Rcpt),
            "DATA" if rest.is_empty() => Self::Data,
            "RSET" if rest.is_empty() => Self::Rset,
            "NOOP" => Self::Noop,
            "QUIT" if rest.is_empty() => Self::Quit,
            _ => Self::Unknown,
        }
    }
}

fn after_keyword<'a>(text: &'a str, keyword: &str) -> Option<&'a str> {
    let (head, rest) = text.split_at_checked(keyword.len())?;
    head.eq_ignore_ascii_case(keyword).then(|| rest.trim_start())
}

/// A path and its parameters: `<ada@example.org> SIZE=1 BODY=8BITMIME`.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct PathAndParameters<'a> {
    pub(super) address: &'a str,
    pub(super) parameters: Vec<(&'a str, Option<&'a str>)>,
}

impl<'a> PathAndParameters<'a> {
    /// Reads them; `None` where no `<…>` leads.
    pub(super) fn parse(text: &'a str) -> Option<Self> {
        let (address, rest) = text.strip_prefix('<')?.split_once('>')?;
        let parameter = |word: &'a str| match word.split_once('=') {
            Some((key, value)) => (key, Some(value)),
            None => (word, None),
        };
        Some(Self { address, parameters: rest.split_ascii_whitespace().map(parameter).collect() })
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.parameters.iter().any(|(key, _)| key.eq_ignore_ascii_case(name))
    }

    pub(super) fn value(&self, name: &str) -> Option<&'a str> {
        self.parameters.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).and_then(|(_, value)| *value)
    }
}

/// The usual reply to a sender's path.
pub(super) fn judge_sender(path: &PathAndParameters<'_>) -> &'static str {
    let known = |name: &str| ["SIZE", "BODY", "SMTPUTF8", "AUTH"].iter().any(|k| name.eq_ignore_ascii_case(k));
    let size = path.value("SIZE").map_or(Ok(0), str::parse::<usize>);
    match size {
        _ if path.parameters.iter().any(|(name, _)| !known(name)) => "555 5.5.4 Parameter unknown",
        _ if !path.address.is_ascii() && !path.has("SMTPUTF8") => "553 5.6.7 Address needs SMTPUTF8",
        Err(_) => "501 5.5.4 Bad SIZE",
        Ok(size) if size > MAX_MESSAGE => "552 5.3.4 Message too big",
        Ok(_) => "250 2.1.0 Ok",
    }
}

/// A message as its lines come in, dots unstuffed.
#[derive(Debug, Default)]
pub(super) struct Incoming {
    bytes: Vec<u8>,
    fault: Option<&'static str>,
}

impl Incoming {
    /// Takes one line, its LF included; `true` when it was the final dot.
    pub(super) fn take(&mut self, line: &[u8]) -> bool {
        // Only CRLF.CRLF ends a message: anything laxer is how mails are smuggled.
        if line == b".\r\n" && (self.bytes.is_empty() || self.bytes.ends_with(b"\r\n")) {
            return true;
        }
        let content = line.strip_prefix(b".").unwrap_or(line);
        if !content.ends_with(b"\r\n") || content[..content.len() - 2].contains(&b'\r') {
            self.fault = Some("550 5.5.2 Bare CR or LF in the message");
        } else if content.len() > MAX_MESSAGE_LINE {
            self.fault = Some("550 5.6.0 Line of more than 998 octets in the message");
        }
        if self.bytes.len() + content.len() > MAX_MESSAGE {
            self.fault = Some("552 5.3.4 Message too big");
        } else {
            self.bytes.extend_from_slice(content);
        }
        false
    }

    /// The reply that a message which breaks the standard deserves.
    pub(super) fn fault(&self) -> Option<&'static str> {
        self.fault
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Empties it for the next message, keeping its memory.
    pub(super) fn clear(&mut self) {
        self.bytes.clear();
        self.fault = None;
    }
}

/// A header's value, unfolded; the first where there are several.
pub(super) fn header(message: &[u8], name: &str) -> Option<String> {
    let mut lines = message.split_inclusive(|b| *b == b'\n').map(<[u8]>::trim_ascii_end).peekable();
    while let Some(line) = lines.next().filter(|line| !line.is_empty()) {
        let Some((head, rest)) = line.split_at_checked(name.len()) else { continue };
        let Some(value) = rest.strip_prefix(b":").filter(|_| head.eq_ignore_ascii_case(name.as_bytes())) else {
            continue;
        };
        let mut value = String::from_utf8_lossy(value.trim_ascii()).into_owned();
        while let Some(more) = lines.next_if(|line| line.starts_with(b" ") || line.starts_with(b"\t")) {
            value.push(' ');
            value.push_str(&String::from_utf8_lossy(more.trim_ascii()));
        }
        return Some(value.trim().to_owned());
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn received(wire: &[u8]) -> (Incoming, bool) {
        let mut incoming = Incoming::default();
        let ended = wire.split_inclusive(|b| *b == b'\n').any(|line| incoming.take(line));
        (incoming, ended)
    }

    #[test]
    fn stuffed_dots_are_taken_off_once() {
        let (incoming, ended) = received(b"..\r\n..a\r\n...b\r\n.c\r\n\r\n.\r\n");
        assert!(ended);
        assert_eq!(incoming.bytes(), b".\r\n.a\r\n..b\r\nc\r\n\r\n");
        assert_eq!(incoming.fault(), None);
    }

    #[test]
    fn only_a_dot_between_two_crlf_ends_a_message() {
        for wire in [&b"a\n.\r\nb\r\n"[..], b"a\r\n.\nb\r\n", b"a\r\n.\r\r\nb\r\n"] {
            let (incoming, ended) = received(wire);
            assert!(!ended, "{wire:?}");
            assert!(incoming.fault().is_some_and(|fault| fault.contains("Bare")), "{wire:?}");
        }
        assert!(received(b".\r\n").1, "an empty message ends with its dot");
    }

    #[test]
    fn lines_of_998_octets_pass_and_longer_ones_are_refused() {
        let line = |octets| [vec![b'x'; octets], b"\r\n.\r\n".to_vec()].concat();
        assert_eq!(received(&line(998)).0.fault(), None);
        assert!(received(&line(999)).0.fault().is_some());
    }

    #[test]
    fn commands_are_read_in_any_case() {
        assert_eq!(Command::parse("mail from:<a@b.c> SIZE=3"), Command::Mail("<a@b.c> SIZE=3"));
        assert_eq!(Command::parse("RCPT TO: <a@b.c>"), Command::Rcpt("<a@b.c>"));
        assert_eq!(Command::parse("AUTH plain AAA="), Command::Auth { mechanism: "plain", initial: Some("AAA=") });
        for line in ["", "MAIL", "MAIL TO:<a@b.c>", "EHLO", "DATA now", "é"] {
            assert_eq!(Command::parse(line), Command::Unknown, "{line}");
        }
    }

    #[test]
    fn a_path_has_parameters() {
        let path = PathAndParameters::parse("<a@b.c> SIZE=3 smtputf8").unwrap();
        assert_eq!(path.address, "a@b.c");
        assert_eq!(path.value("size"), Some("3"));
        assert!(path.has("SMTPUTF8") && !path.has("BODY"));
        assert!(PathAndParameters::parse("a@b.c").is_none());
    }

    #[test]
    fn headers_are_unfolded_and_bodies_not_searched() {
        let message = b"From: a\r\nmessage-id: <1@x>\r\nSubject: one\r\n two\r\n\r\nSubject: no\r\nTo: no\r\n";
        assert_eq!(header(message, "Message-ID").as_deref(), Some("<1@x>"));
        assert_eq!(header(message, "Subject").as_deref(), Some("one two"));
        assert_eq!(header(message, "To"), None);
    }
}
