//! The address of a Jitsi server: `https://host[:port][/tenant]`.
//!
//! Owns: which addresses a link may lead to. Does not own: whether a server answers there.
//! Known weakness: a room's name left at the end of the address looks like a tenant and passes.

use std::{
    fmt,
    net::{Ipv4Addr, Ipv6Addr},
};

use crate::model::{ForbiddenChar, Tenant, TenantProblem, forbidden_char};

/// A Jitsi server's base address, in its one canonical spelling: no trailing slash.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ServerAddress {
    text: String,
    host: String,
    port: Option<u16>,
    tenant: Option<Tenant>,
}

/// Why a text is not the address of a Jitsi server. No variant repeats a query or a password.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ServerAddressProblem {
    /// Nothing stands there.
    #[error("the Jitsi address is empty")]
    Empty,
    /// A character that may not travel.
    #[error("the Jitsi address contains {0}")]
    Forbidden(ForbiddenChar),
    /// No `https://` in front.
    #[error("the Jitsi address does not begin with `https://`")]
    NoScheme,
    /// Another scheme than `https`.
    #[error("a Jitsi address begins with `https://`, not `{0}://`")]
    Scheme(String),
    /// `http://` to another machine: the link would travel in the clear.
    #[error("`http://{0}` would send every personal link unencrypted")]
    PlainHttp(String),
    /// A user name or password stands before the host.
    #[error("the Jitsi address holds a user name or password (`@`)")]
    UserInfo,
    /// Something stands after a `?`.
    #[error("the Jitsi address holds a query (`?…`)")]
    Query,
    /// Something stands after a `#`.
    #[error("the Jitsi address holds a fragment (`#…`)")]
    Fragment,
    /// The host is no domain name and no IP address.
    #[error("`{0}` is not a host name")]
    Host(String),
    /// The port is not 1 to 65535.
    #[error("`{0}` is not a port: 1 to 65535")]
    Port(String),
    /// More than one path segment.
    #[error("the path `/{0}` has more than one part")]
    TooDeep(String),
    /// A tenant that clients and servers would spell differently.
    #[error(transparent)]
    Tenant(#[from] TenantProblem),
}

impl ServerAddressProblem {
    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> String {
        match self {
            Self::PlainHttp(rest) => format!("write `https://{rest}` (`http://` is for a server on this machine only)"),
            Self::Query | Self::Fragment => "leave out everything from the `?` or `#` on".into(),
            Self::UserInfo => "leave out everything between `https://` and the `@`, and the `@`".into(),
            Self::TooDeep(_) => {
                "the address ends with the host, or with the tenant; the room has a setting of its own, `room`".into()
            }
            Self::Tenant(problem) => problem.hint(),
            _ => "the address looks like `https://meet.example.org`, with `/tenant` where there is one".into(),
        }
    }
}

impl ServerAddress {
    /// Reads `https://host[:port][/tenant]`; outer blanks and one trailing slash are dropped, the
    /// host is put into lower case and A-labels, port 443 goes unsaid.
    ///
    /// # Errors
    /// [`ServerAddressProblem`] for anything more, and for `http://` to another machine.
    pub fn parse(given: &str) -> Result<Self, ServerAddressProblem> {
        use ServerAddressProblem as P;
        let given = given.trim();
        if given.is_empty() {
            return Err(P::Empty);
        }
        if let Some(found) = forbidden_char(given) {
            return Err(P::Forbidden(found));
        }
        let (scheme, rest) = given.split_once("://").ok_or(P::NoScheme)?;
        let scheme = scheme.to_ascii_lowercase();
        if !matches!(scheme.as_str(), "https" | "http") {
            let looks_like_one = !scheme.is_empty() && scheme.bytes().all(|b| b.is_ascii_alphanumeric());
            return Err(if looks_like_one { P::Scheme(scheme) } else { P::NoScheme });
        }
        match rest.find(['?', '#']).map(|at| rest.as_bytes()[at]) {
            Some(b'?') => return Err(P::Query),
            Some(_) => return Err(P::Fragment),
            None => {}
        }
        let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
        if authority.contains('@') {
            return Err(P::UserInfo);
        }
        let (host, port) = split_port(authority)?;
        let host = canonical_host(host).ok_or_else(|| P::Host(host.to_owned()))?;
        let tenant = parse_tenant(path)?;
        if scheme == "http" && !is_loopback(&host) {
            return Err(P::PlainHttp(rest.trim_end_matches('/').to_owned()));
        }
        let port = port.filter(|&port| port != default_port(&scheme));
        let mut text = format!("{scheme}://{host}");
        if let Some(port) = port {
            text.extend([":", &port.to_string()]);
        }
        if let Some(tenant) = &tenant {
            text.extend(["/", tenant.as_str()]);
        }
        Ok(Self { text, host, port, tenant })
    }

    /// The host: lower case, A-labels; an IPv6 address in brackets.
    #[must_use]
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The port, where it is not the scheme's own.
    #[must_use]
    pub fn port(&self) -> Option<u16> {
        self.port
    }

    /// The tenant, where the address has one.
    #[must_use]
    pub fn tenant(&self) -> Option<&str> {
        self.tenant.as_ref().map(Tenant::as_str)
    }

    /// What `sub` says unless the organiser says otherwise: the tenant, or else the host.
    #[must_use]
    pub fn subject_default(&self) -> &str {
        self.tenant().unwrap_or(&self.host)
    }

    /// Why nobody else can be there: it is this machine, or a name or address that is reserved for examples and
    /// tests (RFC 2606, RFC 6761, RFC 5737); `None` where somebody can.
    #[must_use]
    pub fn why_nobodys(&self) -> Option<&'static str> {
        let names = ["example", "test", "invalid", "example.com", "example.net", "example.org"];
        let is_under = |name: &&str| {
            self.host.strip_suffix(*name).is_some_and(|before| before.is_empty() || before.ends_with('.'))
        };
        let is_documentation = |at: Ipv4Addr| at.is_documentation();
        if is_loopback(&self.host) {
            return Some("this computer");
        }
        let is_reserved = names.iter().any(is_under)
            || self.host.parse().is_ok_and(is_documentation)
            || self.host.starts_with("[2001:db8:");
        is_reserved.then_some("kept for examples and tests, and leads to no server of anybody's")
    }

    /// The address without the tenant, and without a trailing slash.
    #[must_use]
    pub fn without_tenant(&self) -> &str {
        let behind = self.tenant().map_or(0, |tenant| tenant.len() + 1);
        &self.text[..self.text.len() - behind]
    }

    /// The whole address, without a trailing slash.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

impl fmt::Display for ServerAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// The port that goes unsaid.
pub(super) fn default_port(scheme: &str) -> u16 {
    if scheme == "http" { 80 } else { 443 }
}

/// Parts `host:port`; a colon within brackets belongs to an IPv6 address.
pub(super) fn split_port(authority: &str) -> Result<(&str, Option<u16>), ServerAddressProblem> {
    let after_brackets = match authority.rfind(']') {
        Some(at) => at + 1,
        None if authority.starts_with('[') => authority.len(),
        None => 0,
    };
    let Some(colon) = authority[after_brackets..].find(':') else { return Ok((authority, None)) };
    let (host, port) = (&authority[..after_brackets + colon], &authority[after_brackets + colon + 1..]);
    let digits = !port.is_empty() && port.bytes().all(|b| b.is_ascii_digit());
    match port.parse::<u16>() {
        Ok(number) if digits && number > 0 => Ok((host, Some(number))),
        _ => Err(ServerAddressProblem::Port(port.to_owned())),
    }
}

/// Spells a host as browsers do; `None` for what they would not take, or would take for a number.
pub(super) fn canonical_host(host: &str) -> Option<String> {
    if let Some(inner) = host.strip_prefix('[') {
        let address: Ipv6Addr = inner.strip_suffix(']')?.parse().ok()?;
        return Some(format!("[{address}]"));
    }
    if let Ok(address) = host.parse::<Ipv4Addr>() {
        return Some(address.to_string());
    }
    let name = idna::domain_to_ascii_strict(host).ok()?.to_ascii_lowercase();
    let last = name.rsplit('.').next().unwrap_or_default();
    // Browsers read `127.1` and `0x7f000001` as IPv4 addresses: such names lead somewhere else.
    let number = last.bytes().all(|b| b.is_ascii_digit()) || last.starts_with("0x");
    (!last.is_empty() && !number).then_some(name)
}

pub(super) fn is_loopback(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost"
        || host.ends_with(".localhost")
        || host.parse::<Ipv4Addr>().is_ok_and(|a| a.is_loopback())
        || bare.parse::<Ipv6Addr>().is_ok_and(|a| a.is_loopback())
}

fn parse_tenant(path: &str) -> Result<Option<Tenant>, ServerAddressProblem> {
    if path.is_empty() {
        return Ok(None);
    }
    let path = path.strip_suffix('/').unwrap_or(path);
    if path.is_empty() || path.contains('/') {
        return Err(ServerAddressProblem::TooDeep(path.to_owned()));
    }
    Ok(Some(Tenant::parse(path)?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use ServerAddressProblem as P;

    #[test]
    fn an_address_has_one_spelling() {
        for (given, text, subject) in [
            ("https://meet.example.org", "https://meet.example.org", "meet.example.org"),
            (" https://meet.example.org/ ", "https://meet.example.org", "meet.example.org"),
            ("HTTPS://Meet.Example.ORG", "https://meet.example.org", "meet.example.org"),
            ("https://meet.example.org:443", "https://meet.example.org", "meet.example.org"),
            ("https://meet.example.org:8443/", "https://meet.example.org:8443", "meet.example.org"),
            ("https://meet.example.org/acme", "https://meet.example.org/acme", "acme"),
            ("https://meet.example.org:8443/a_b-1/", "https://meet.example.org:8443/a_b-1", "a_b-1"),
            (
                "https://besprechung.müller.example",
                "https://besprechung.xn--mller-kva.example",
                "besprechung.xn--mller-kva.example",
            ),
            ("https://192.0.2.7", "https://192.0.2.7", "192.0.2.7"),
            ("https://[2001:DB8::1]:8443", "https://[2001:db8::1]:8443", "[2001:db8::1]"),
            ("https://meet", "https://meet", "meet"),
        ] {
            let address = ServerAddress::parse(given).unwrap();
            assert_eq!((address.as_str(), address.subject_default()), (text, subject), "{given}");
            assert_eq!(ServerAddress::parse(text).as_ref(), Ok(&address), "{given}: its spelling stands");
            let place = address.tenant().map_or(text.to_owned(), |tenant| text.replace(&format!("/{tenant}"), ""));
            assert_eq!(address.without_tenant(), place, "{given}");
        }
    }

    #[test]
    fn names_that_nobody_has_are_known() {
        for (host, is_nobodys) in [
            ("meet.example.org", true),
            ("example.net", true),
            ("meet.workshop.test", true),
            ("meet.invalid", true),
            ("127.0.0.1", true),
            ("192.0.2.7", true),
            ("[2001:db8::1]", true),
            ("meet.jit.si", false),
            ("myexample.org", false),
            ("meet.example.org.uk", false),
            ("10.0.0.1", false),
        ] {
            assert_eq!(
                ServerAddress::parse(&format!("https://{host}")).unwrap().why_nobodys().is_some(),
                is_nobodys,
                "{host}"
            );
        }
    }

    #[test]
    fn http_is_for_this_machine_only() {
        for given in ["http://localhost:8080", "http://127.0.0.1", "http://127.9.9.9:8000", "http://[::1]:80/acme"] {
            assert!(ServerAddress::parse(given).is_ok(), "{given}");
        }
        for given in ["http://meet.example.org", "http://10.0.0.1", "http://localhost.example.org", "http://[::2]"] {
            assert!(matches!(ServerAddress::parse(given), Err(P::PlainHttp(_))), "{given}");
        }
        let hint = ServerAddress::parse("http://meet.example.org/acme/").unwrap_err().hint();
        assert!(hint.contains("`https://meet.example.org/acme`"), "{hint}");
    }

    #[test]
    fn whatever_is_more_than_an_address_is_refused() {
        for (given, problem) in [
            ("", P::Empty),
            ("  ", P::Empty),
            ("meet.example.org", P::NoScheme),
            ("https:/meet.example.org", P::NoScheme),
            ("ftp://meet.example.org", P::Scheme("ftp".into())),
            ("https://meet.example.org?x=1", P::Query),
            ("https://meet.example.org/room?jwt=a.b.c#x", P::Query),
            ("https://meet.example.org/#x?y", P::Fragment),
            ("https://ada:secret@meet.example.org", P::UserInfo),
            ("https://", P::Host(String::new())),
            ("https:///acme", P::Host(String::new())),
            ("https://meet.example.org.", P::Host("meet.example.org.".into())),
            ("https://meet..org", P::Host("meet..org".into())),
            ("https://meet example.org", P::Host("meet example.org".into())),
            ("https://meet.example.org\\acme", P::Host("meet.example.org\\acme".into())),
            ("https://127.1", P::Host("127.1".into())),
            ("https://0x7f000001", P::Host("0x7f000001".into())),
            ("https://[::1", P::Host("[::1".into())),
            ("https://meet.example.org:", P::Port(String::new())),
            ("https://meet.example.org:0", P::Port("0".into())),
            ("https://meet.example.org:65536", P::Port("65536".into())),
            ("https://meet.example.org:+80", P::Port("+80".into())),
            ("https://meet.example.org/acme/room", P::TooDeep("acme/room".into())),
            ("https://meet.example.org//", P::TooDeep(String::new())),
            ("https://meet.example.org/acme//", P::TooDeep("acme/".into())),
            ("https://meet.ex\u{202E}ample.org", P::Forbidden(ForbiddenChar('\u{202E}'))),
        ] {
            assert_eq!(ServerAddress::parse(given), Err(problem), "{given}");
        }
    }

    #[test]
    fn a_tenant_is_plain_and_its_spelling_is_offered() {
        let problem = ServerAddress::parse("https://meet.example.org/Acme").unwrap_err();
        assert_eq!(problem, P::Tenant(TenantProblem { given: "Acme".into(), suggestion: Some("acme".into()) }));
        assert!(problem.hint().contains("`acme`"));
        let dotted = ServerAddress::parse("https://meet.example.org/My.Team").unwrap_err();
        assert!(dotted.hint().contains("write `my_team`"), "as Jitsi's own client writes it");
        let long = "a".repeat(64);
        for tenant in ["a%20b", "-a", "a-", "ä", "..", "*", &long] {
            let problem = ServerAddress::parse(&format!("https://meet.example.org/{tenant}")).unwrap_err();
            assert!(matches!(problem, P::Tenant(TenantProblem { suggestion: None, .. })), "{tenant}");
        }
    }
}
