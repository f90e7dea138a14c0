//! Links that a mail filter or a mail program made into one of its own: the link inside, by reading alone.
//!
//! Owns: which services are known, and how each writes the link that it hides. Does not own: what that link is.
//! Known weakness: services that hide the link behind a number (Mimecast's short form, for one) would have to
//! be asked, and nobody is.

use data_encoding::{BASE64_NOPAD, BASE64URL_NOPAD};

use super::{
    link::percent_decoded,
    server::{canonical_host, split_port},
};

/// A link may be wrapped by the sender's filter and again by the receiver's.
const DEEPEST: usize = 4;

/// Takes the link out of its wrappings; `None` where it is in none that is known. With it the names of those who
/// wrapped it, from the outermost on.
pub(super) fn unwrapped(text: &str) -> Option<(String, Vec<&'static str>)> {
    let mut names = Vec::new();
    let mut inner = None;
    while names.len() < DEEPEST {
        let Some((link, name)) = inside(inner.as_deref().unwrap_or(text)) else { break };
        names.push(name);
        inner = Some(link);
    }
    inner.map(|link| (link, names))
}

/// The link inside one wrapping, and whose that is.
fn inside(text: &str) -> Option<(String, &'static str)> {
    let (scheme, rest) = text.split_once("://")?;
    if !scheme.eq_ignore_ascii_case("https") && !scheme.eq_ignore_ascii_case("http") {
        return None;
    }
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, rest) = rest.split_at(end);
    let host = canonical_host(split_port(authority).ok()?.0)?;
    let before_fragment = rest.split('#').next().unwrap_or(rest);
    let (path, query) = before_fragment.split_once('?').unwrap_or((before_fragment, ""));
    let value = |name: &str| {
        let values = query.split('&').filter_map(|one| one.split_once('='));
        values.into_iter().find(|(key, _)| *key == name).map(|(_, value)| value)
    };
    let decoded = |name| value(name).map(|value| percent_decoded(value).into_owned());
    let is_below = |of: &str| host.strip_suffix(of).is_some_and(|before| before.ends_with('.'));
    let (link, name) = if is_below("safelinks.protection.outlook.com")
        || is_below("safelinks.protection.office365.us")
        || host == "statics.teams.cdn.office.net"
    {
        (decoded("url")?, "Microsoft's Safe Links")
    } else if is_google(&host) && path == "/url" {
        (decoded("q").or_else(|| decoded("url"))?, "Google")
    } else if host == "urldefense.com" || is_below("urldefense.com") || host == "urldefense.proofpoint.com" {
        let link = match path.split('/').nth(1)? {
            "v1" => decoded("u")?,
            "v2" => percent_decoded(&value("u")?.replace('-', "%").replace('_', "/")).into_owned(),
            "v3" => third_form(rest.strip_prefix("/v3/__")?)?,
            _ => return None,
        };
        (link, "Proofpoint")
    } else {
        return None;
    };
    (link.contains("://")).then_some((link, name))
}

/// `google.com`, `www.google.de`, `www.google.co.uk`.
fn is_google(host: &str) -> bool {
    let Some(country) = host.strip_prefix("www.").unwrap_or(host).strip_prefix("google.") else { return false };
    match country.split_once('.') {
        None => true,
        Some((second, country)) => matches!(second, "co" | "com") && !country.contains('.'),
    }
}

/// Proofpoint's third form: `https://meet.example.org/room__;Iw!!…`. A `*` stands for the next of the characters
/// behind the `;`, `**` and a letter for as many of them as the letter says.
fn third_form(text: &str) -> Option<String> {
    const COUNTS: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let at = text.rfind("__;").or_else(|| text.rfind("__"))?;
    let hidden = text[at..].trim_start_matches(['_', ';']).split('!').next().unwrap_or_default();
    let hidden = hidden.trim_end_matches('=').as_bytes();
    let hidden = BASE64URL_NOPAD.decode(hidden).or_else(|_| BASE64_NOPAD.decode(hidden)).ok()?;
    let hidden = String::from_utf8(hidden).ok()?;
    let (mut hidden, mut given) = (hidden.chars(), text[..at].chars());
    let mut link = String::with_capacity(at);
    while let Some(c) = given.next() {
        if c != '*' {
            link.push(c);
        } else if given.as_str().starts_with('*') {
            let count = COUNTS.find(given.nth(1)?)? + 2;
            link.extend(hidden.by_ref().take(count));
        } else {
            link.push(hidden.next()?);
        }
    }
    // Some programs on the way make one slash of two.
    let is_short = link.contains(":/") && !link.contains("://");
    Some(if is_short { link.replacen(":/", "://", 1) } else { link })
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINK: &str = "https://meet.example.org/r?jwt=eyJ0.ey_J-9.c2ln";

    #[test]
    fn the_link_inside_is_read_out_of_the_one_around_it() {
        let whole = "https%3A%2F%2Fmeet.example.org%2Fr%3Fjwt%3DeyJ0.ey_J-9.c2ln";
        let second = "https-3A__meet.example.org_r-3Fjwt-3DeyJ0.ey-5FJ-2D9.c2ln";
        for (given, by) in [
            (
                format!("https://eur01.safelinks.protection.outlook.com/?url={whole}&data=05%7C02&reserved=0"),
                "Microsoft's",
            ),
            (format!("HTTPS://GCC02.safelinks.protection.office365.us/ap/t-59584e83/?x=1&url={whole}"), "Microsoft's"),
            (format!("https://www.google.com/url?q={whole}&sa=D&source=calendar"), "Google"),
            (format!("https://www.google.co.uk/url?sa=t&url={whole}"), "Google"),
            (format!("https://google.com/url?q={LINK}&sa=D"), "Google"),
            (format!("https://urldefense.proofpoint.com/v1/url?u={whole}&k=x"), "Proofpoint"),
            (format!("https://urldefense.proofpoint.com/v2/url?u={second}&d=DwMFaQ&c=x"), "Proofpoint"),
            (format!("https://urldefense.com/v3/__{LINK}__;!!Abc123!x-y_z$"), "Proofpoint"),
            (format!("https://urldefense.com/v3/__{}__;Pw!!Abc", LINK.replace('?', "*")), "Proofpoint"),
            (format!("https://urldefense.com/v3/__{}__;Pz0!!Abc", LINK.replace("?jwt=", "*jwt*")), "Proofpoint"),
            (format!("https://urldefense.com/v3/__{}__;b3Jn!!Abc", LINK.replace("org", "**B")), "Proofpoint"),
            (format!("https://urldefense.com/v3/__{}__;!!Abc", LINK.replace("://", ":/")), "Proofpoint"),
        ] {
            let (link, names) = unwrapped(&given).unwrap_or_else(|| panic!("{given}"));
            assert_eq!(link, LINK, "{given}");
            assert!(names.len() == 1 && names[0].starts_with(by), "{given}: {names:?}");
        }
        let twice = format!("https://urldefense.com/v3/__https://www.google.com/url?q={whole}__;!!Abc");
        assert_eq!(unwrapped(&twice), Some((LINK.to_owned(), vec!["Proofpoint", "Google"])));
        let fragment = "https://www.google.com/url?q=https%3A%2F%2Fm.org%2Fr%23jwt%3D%2522a.b.c%2522";
        assert_eq!(unwrapped(fragment).unwrap().0, "https://m.org/r#jwt=%22a.b.c%22");
    }

    #[test]
    fn what_only_looks_like_a_wrapping_is_none() {
        for given in [
            LINK,
            "https://safelinks.protection.outlook.com.evil.example/?url=https%3A%2F%2Fm.org",
            "https://notsafelinks.protection.outlook.com/?url=https%3A%2F%2Fm.org",
            "https://x@www.google.com/url?q=https%3A%2F%2Fm.org",
            "https://google.evil.com/url?q=https%3A%2F%2Fm.org",
            "https://www.google.com/search?q=https%3A%2F%2Fm.org",
            "https://www.google.com/url?q=nothing",
            "https://eur01.safelinks.protection.outlook.com/?data=1",
            "https://urldefense.com/v3/__https://m.org/*__;!!Abc",
            "https://urldefense.com/v3/__https://m.org/**",
            "https://urldefense.com/v3/__",
            "https://urldefense.com",
            "file:///x?url=https%3A%2F%2Fm.org",
            "a.b.c",
            "",
        ] {
            assert_eq!(unwrapped(given), None, "{given}");
        }
    }
}
