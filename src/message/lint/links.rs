//! Where a mail's links lead, and whether its two halves agree on that.

use std::collections::BTreeSet;

use super::{
    Finding, Half, Proof,
    html::{Html, Tag},
};
use crate::model::are_kin;

/// Attributes that hold an address which a reader, or their mail program, follows.
const LEADING: [&str; 5] = ["href", "xlink:href", "src", "background", "action"];

/// All that is to be said of a mail's links.
pub(super) fn findings(proof: &Proof<'_>, html: &Html<'_>) -> Vec<Finding> {
    // What stands right behind the reader's own link may be a sentence that goes on.
    let is_own = |link: &&str| !link.starts_with(proof.link) && !proof.others.iter().any(|own| link.starts_with(own));
    let text: Vec<&str> = in_text(proof.text).filter(is_own).collect();
    let tags = html.tags.iter().flat_map(|tag| LEADING.iter().filter_map(|name| tag.get(name)));
    let tags: Vec<&str> = tags.map(str::trim).collect();
    let mut findings = missing(proof, html);
    let [in_text, in_html] = [&text, &tags].map(|links| others(links, proof));
    for link in in_text.union(&in_html) {
        let link = (*link).to_owned();
        findings.push(match (in_text.contains(&*link), in_html.contains(&*link)) {
            (true, true) => Finding::OtherLink { link },
            (true, false) => Finding::LinksDisagree { half: Half::Text, link },
            (false, _) => Finding::LinksDisagree { half: Half::Html, link },
        });
    }
    let fetched: Vec<&str> = html.tags.iter().filter_map(|tag| tag.get("srcset")).flat_map(in_srcset).collect();
    let css = html.tags.iter().filter_map(|tag| tag.get("style")).chain(html.sheets.iter().copied());
    let linked: Vec<&str> = css.flat_map(in_css).collect();
    let fetched = fetched.iter().chain(&linked);
    let all =
        || text.iter().chain(&tags).chain(fetched.clone()).chain([&proof.link]).filter_map(|link| Target::of(link));
    let insecure: BTreeSet<&str> =
        all().filter(|to| !to.secure && !is_this_machine(&to.host)).map(|to| to.place).collect();
    findings.extend(insecure.into_iter().map(|link| Finding::LinkInsecure { link: link.to_owned() }));
    let jitsi = Target::of(proof.link).map(|to| to.host).unwrap_or_default();
    let is_home = |host: &str| is_this_machine(host) || are_kin(host, proof.from_domain) || are_kin(host, &jitsi);
    let foreign: BTreeSet<String> = all().map(|to| to.host).filter(|host| !is_home(host)).collect();
    findings.extend(foreign.into_iter().map(|host| Finding::ForeignHost { host }));
    findings
}

fn missing(proof: &Proof<'_>, html: &Html<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    if !proof.text.contains(proof.link) {
        findings.push(Finding::LinkMissing(Half::Text));
    }
    let is_hidden = |tag: &Tag<'_>| {
        tag.get("hidden").is_some()
            || tag.get("style").is_some_and(|style| style.replace(' ', "").contains("display:none"))
    };
    let leads = |tag: &&Tag<'_>| {
        matches!(&*tag.name, "a" | "area") && tag.get("href").is_some_and(|link| link.trim() == proof.link)
    };
    if !html.tags.iter().filter(leads).any(|tag| !is_hidden(tag)) {
        let tags =
            html.tags.iter().any(|tag| tag.get("src").is_some_and(|link| link.trim() == proof.link) || leads(&tag));
        let shown = tags || html.plain.contains(proof.link);
        findings.push(if shown { Finding::LinkNotClickable } else { Finding::LinkMissing(Half::Html) });
    }
    findings
}

/// Links into the reader's room, or with a token in them, that are not the reader's own; without it.
fn others<'a>(links: &[&'a str], proof: &Proof<'_>) -> BTreeSet<&'a str> {
    let own = proof.link;
    let room = Target::of(own).map_or(own, |to| to.place).trim_end_matches('/');
    let enters = |to: &Target<'_>| to.place.trim_end_matches('/').eq_ignore_ascii_case(room) || to.token;
    links
        .iter()
        .filter(|link| **link != own && !proof.others.contains(link))
        .filter_map(|link| Target::of(link))
        .filter(enters)
        .map(|to| to.place)
        .collect()
}

/// The links in a plain text, as mail programs find them.
fn in_text(text: &str) -> impl Iterator<Item = &str> {
    let ends = |c: char| c.is_whitespace() || matches!(c, '<' | '>' | '"' | '\u{2066}'..='\u{2069}');
    let words = text.split(ends);
    words.filter_map(|word| {
        let at = [word.find("https://"), word.find("http://")].into_iter().flatten().min()?;
        Some(word[at..].trim_end_matches(|c: char| !c.is_alphanumeric() && !"-_~/=&%+#$@*".contains(c)))
    })
}

/// The pictures of a `srcset`, of which a mail program takes one.
fn in_srcset(value: &str) -> impl Iterator<Item = &str> {
    value.split([',', ' ']).filter(|piece| piece.contains("//"))
}

/// What a style sheet fetches: `url(…)` and `@import "…"`.
fn in_css(css: &str) -> impl Iterator<Item = &str> {
    let quotes = |c: char| c.is_whitespace() || matches!(c, '"' | '\'');
    let urls = css.split("url(").skip(1).filter_map(|rest| rest.split(')').next());
    let imports = css.split("@import").skip(1).filter_map(|rest| rest.split(';').next());
    let imports = imports.filter(|rest| !rest.contains("url("));
    urls.chain(imports).map(move |link| link.trim_matches(quotes))
}

/// Where a link leads.
struct Target<'a> {
    secure: bool,
    /// In lower case, without port.
    host: String,
    /// The link without what follows `?` or `#`.
    place: &'a str,
    /// Whether it carries a token.
    token: bool,
}

impl<'a> Target<'a> {
    /// Takes a web link apart; `None` for `mailto:`, `cid:` and the like.
    fn of(link: &'a str) -> Option<Self> {
        // An address without scheme (`//host/picture.png`) is fetched by the mail program's own.
        let (scheme, rest) = link.split_once("//")?;
        let secure = scheme.is_empty() || scheme.eq_ignore_ascii_case("https:");
        if !secure && !scheme.eq_ignore_ascii_case("http:") {
            return None;
        }
        let authority = rest.split(['/', '?', '#']).next()?;
        let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
        let host = match host.rsplit_once(':') {
            Some((name, port)) if port.bytes().all(|b| b.is_ascii_digit()) => name,
            _ => host,
        };
        if host.is_empty() {
            return None;
        }
        let place = link.split(['?', '#']).next().unwrap_or(link);
        Some(Self { secure, host: host.to_lowercase(), place, token: link[place.len()..].contains("jwt=") })
    }
}

fn is_this_machine(host: &str) -> bool {
    host == "localhost" || host == "[::1]" || host.starts_with("127.")
}
