//! What a server's `config.js` tells of it: read as text, never run.
//!
//! Owns: `hosts.domain`, `hosts.muc`, `hosts.anonymousdomain`, `bosh`, `websocket`, in the forms that installers
//! write. Known weakness: what a script computes otherwise is not found, and is then asked for.

/// What was found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct ConfigJs {
    pub(super) domain: Option<String>,
    pub(super) muc: Option<String>,
    /// A second door, for those without a token.
    pub(super) guests: Option<String>,
    pub(super) bosh: Option<String>,
    pub(super) websocket: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Token {
    Name(String),
    Text(String),
    Mark(char),
}

/// Reads a file; the last value counts, as when it runs.
pub(super) fn read(source: &str, tenant: Option<&str>) -> ConfigJs {
    let tokens = tokens(source);
    let mut found = ConfigJs::default();
    // The object that each brace opened.
    let mut within: Vec<String> = Vec::new();
    for at in 0..tokens.len() {
        match &tokens[at] {
            Token::Mark('{') => within.push(opener(&tokens[..at])),
            Token::Mark('}') => drop(within.pop()),
            Token::Name(name) | Token::Text(name) => {
                if !matches!(tokens.get(at + 1), Some(Token::Mark(':' | '='))) {
                    continue;
                }
                let parent = parent(&tokens[..at]).or_else(|| within.last().cloned()).unwrap_or_default();
                let Some(value) = value(&tokens[at + 2..], tenant) else { continue };
                let place = match (parent.as_str(), name.as_str()) {
                    ("hosts", "domain") => &mut found.domain,
                    ("hosts", "muc") => &mut found.muc,
                    ("hosts", "anonymousdomain") => &mut found.guests,
                    ("config", "bosh") => &mut found.bosh,
                    ("config", "websocket") => &mut found.websocket,
                    _ => continue,
                };
                *place = Some(value).filter(|value| !value.is_empty());
            }
            Token::Mark(_) => {}
        }
    }
    found
}

/// The name of the object that a brace opens: what stands before its `:` or `=`.
fn opener(before: &[Token]) -> String {
    match before {
        [.., Token::Name(name) | Token::Text(name), Token::Mark(':' | '=')] => name.clone(),
        _ => String::new(),
    }
}

/// `hosts` in `config.hosts.domain`.
fn parent(before: &[Token]) -> Option<String> {
    match before {
        [.., Token::Name(parent), Token::Mark('.')] | [.., Token::Text(parent), Token::Mark(']'), Token::Mark('.')] => {
            Some(parent.clone())
        }
        _ => None,
    }
}

/// Texts, put together by `+`; names between them stand for the tenant, or for nothing.
fn value(tokens: &[Token], tenant: Option<&str>) -> Option<String> {
    let mut out = String::new();
    let mut is_text = false;
    for token in tokens {
        match token {
            Token::Text(text) => {
                out.push_str(text);
                is_text = true;
            }
            Token::Name(name) => match (name.as_str(), tenant) {
                ("subdomain", Some(tenant)) => out.push_str(&format!("{tenant}.")),
                ("subdir", Some(tenant)) => out.push_str(&format!("{tenant}/")),
                _ => {}
            },
            Token::Mark('+') => {}
            Token::Mark(_) => break,
        }
    }
    is_text.then_some(out)
}

fn tokens(source: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut rest = source.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '/' if rest.peek() == Some(&'/') => drop(rest.by_ref().find(|c| *c == '\n')),
            '/' if rest.peek() == Some(&'*') => {
                rest.next();
                let mut last = ' ';
                for c in rest.by_ref() {
                    if (last, c) == ('*', '/') {
                        break;
                    }
                    last = c;
                }
            }
            '\'' | '"' | '`' => {
                let mut text = String::new();
                while let Some(next) = rest.next().filter(|next| *next != c) {
                    text.push(if next == '\\' { rest.next().unwrap_or(next) } else { next });
                }
                tokens.push(Token::Text(without_includes(&text)));
            }
            c if c.is_alphanumeric() || c == '_' || c == '$' => {
                let mut name = String::from(c);
                while let Some(next) = rest.next_if(|next| next.is_alphanumeric() || matches!(next, '_' | '$')) {
                    name.push(next);
                }
                tokens.push(Token::Name(name));
            }
            c if c.is_whitespace() => {}
            mark => tokens.push(Token::Mark(mark)),
        }
    }
    tokens
}

/// Without what a web server fills in (`<!--# echo var="subdir" default="" -->`).
fn without_includes(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, inside)) = rest.split_once("<!--#") {
        out.push_str(before);
        rest = inside.split_once("-->").map_or("", |(_, after)| after);
    }
    out + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_debians_package_writes_is_found() {
        let source = "/* a comment: hosts: { domain: 'no' } */\nvar subdomain = '';\nvar config = {\n  hosts: {\n    // XMPP \
            domain.\n    domain: 'meet.example.org',\n    // anonymousdomain: 'guest.example.com',\n    muc: 'conference.' + \
            subdomain + 'meet.example.org',\n  },\n  bosh: 'https://meet.example.org/' + subdir + 'http-bind',\n  websocket: \
            'wss://meet.example.org/' + subdir + 'xmpp-websocket',\n  p2p: { enabled: true, bosh: 'x' } };";
        let found = read(source, None);
        assert_eq!((found.domain.as_deref(), found.guests), (Some("meet.example.org"), None));
        assert_eq!(found.muc.as_deref(), Some("conference.meet.example.org"));
        assert_eq!(found.bosh.as_deref(), Some("https://meet.example.org/http-bind"));
        assert_eq!(found.websocket.as_deref(), Some("wss://meet.example.org/xmpp-websocket"));
        let found = read(source, Some("acme"));
        assert_eq!(found.muc.as_deref(), Some("conference.acme.meet.example.org"));
        assert_eq!(found.bosh.as_deref(), Some("https://meet.example.org/acme/http-bind"));
    }

    #[test]
    fn what_containers_write_is_found() {
        let source = "var config = {};\nif (!config.hasOwnProperty('hosts')) config.hosts = {};\n\
            config.hosts.domain = 'meet.jitsi';\nconfig.hosts.anonymousdomain = \"guest.meet.jitsi\";\n\
            config.hosts.muc = 'muc.' + subdomain + 'meet.jitsi';\nconfig.bosh = '/http-bind';\n\
            config.websocket = `wss://localhost:8443/xmpp-websocket`;";
        let found = read(source, None);
        assert_eq!((found.domain.as_deref(), found.guests.as_deref()), (Some("meet.jitsi"), Some("guest.meet.jitsi")));
        assert_eq!((found.muc.as_deref(), found.bosh.as_deref()), (Some("muc.meet.jitsi"), Some("/http-bind")));
    }

    #[test]
    fn what_is_no_script_tells_nothing() {
        for source in ["", "<html>", "hosts: {", "config.bosh = location.host + x;", "'", "/*", "domain: 'x'", "\\"] {
            assert_eq!(read(source, None), ConfigJs::default(), "{source}");
        }
        let include =
            read("var config = { bosh: '//m.example.org/<!--# echo var=\"subdir\" default=\"\" -->http-bind' }", None);
        assert_eq!(include.bosh.as_deref(), Some("//m.example.org/http-bind"));
    }
}
