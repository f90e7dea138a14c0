//! Domains that are likely slips of the finger: `gmial.com`, `gmx.dee`, `example.con`. Pure.
//!
//! Owns: the mail providers that many people use, the real domains that look like them, and which slips are
//! believed. Does not own what becomes of the address: a slip is a reason to ask, never to change anything.
//!
//! Known weakness: a list of its time. Providers with short names (`gmx.de`, `web.de`) are only compared where the
//! top-level domain does not exist: all names of four letters belong to somebody.

/// Providers of which a slip is looked for, the most used first. Their names have five letters and more.
const PROVIDERS: &[&str] = &[
    // The world over, and under the countries' domains.
    "gmail.com",
    "googlemail.com",
    "outlook.com",
    "outlook.de",
    "outlook.fr",
    "outlook.es",
    "outlook.it",
    "outlook.pt",
    "outlook.com.br",
    "hotmail.com",
    "hotmail.de",
    "hotmail.fr",
    "hotmail.it",
    "hotmail.es",
    "hotmail.co.uk",
    "hotmail.nl",
    "hotmail.be",
    "hotmail.ch",
    "hotmail.com.br",
    "hotmail.com.tr",
    "yahoo.com",
    "yahoo.de",
    "yahoo.fr",
    "yahoo.it",
    "yahoo.es",
    "yahoo.co.uk",
    "yahoo.ca",
    "yahoo.com.br",
    "yahoo.com.mx",
    "yahoo.com.ar",
    "icloud.com",
    "protonmail.com",
    "proton.me",
    "fastmail.com",
    "rocketmail.com",
    // Germany, Switzerland.
    "t-online.de",
    "freenet.de",
    "posteo.de",
    "mailbox.org",
    "arcor.de",
    "bluewin.ch",
    // France.
    "orange.fr",
    "wanadoo.fr",
    "laposte.net",
    // Italy.
    "libero.it",
    "virgilio.it",
    "tiscali.it",
    // Poland, the Czech Republic.
    "interia.pl",
    "gazeta.pl",
    "seznam.cz",
    // Brazil.
    "terra.com.br",
    // The Netherlands, Belgium.
    "ziggo.nl",
    "kpnmail.nl",
    "xs4all.nl",
    "telenet.be",
    "skynet.be",
    "proximus.be",
    // Britain, North America.
    "btinternet.com",
    "comcast.net",
    "verizon.net",
    "sbcglobal.net",
    "bellsouth.net",
    "rogers.com",
    // Russia.
    "yandex.ru",
    "yandex.com",
];

/// Providers of short names: right as they are, and what `gmx.dee` means.
const SHORT: &[&str] = &[
    "gmx.de",
    "gmx.net",
    "gmx.at",
    "gmx.ch",
    "gmx.com",
    "web.de",
    "live.com",
    "live.de",
    "live.fr",
    "live.it",
    "live.nl",
    "live.be",
    "live.co.uk",
    "msn.com",
    "me.com",
    "mac.com",
    "aol.com",
    "aol.de",
    "mail.com",
    "mail.de",
    "email.de",
    "ymail.com",
    "free.fr",
    "sfr.fr",
    "aon.at",
    "o2.pl",
    "wp.pl",
    "op.pl",
    "onet.pl",
    "onet.eu",
    "uol.com.br",
    "bol.com.br",
    "ig.com.br",
    "sapo.pt",
    "home.nl",
    "mail.ru",
    "att.net",
    "cox.net",
    "sky.com",
];

/// Names of their own, words or companies, that are one slip away from a provider's.
const NEIGHBOURS: &[&str] = &[
    // gmail.com
    "email.com",
    "gail.com",
    // icloud.com
    "cloud.com",
    // proton.me
    "photon.me",
    // freenet.de
    "freinet.de",
    // orange.fr
    "oranges.fr",
    // libero.it
    "libera.it",
    "liberi.it",
    // gazeta.pl
    "gazetka.pl",
    "gazety.pl",
    // interia.pl
    "interna.pl",
    // terra.com.br
    "tetra.com.br",
    "terre.com.br",
    // posteo.de
    "poster.de",
];

/// Endings that do not exist, and what was meant.
const ENDINGS: &[(&str, &str)] = &[
    ("con", "com"),
    ("cmo", "com"),
    ("ocm", "com"),
    ("omc", "com"),
    ("mco", "com"),
    ("comm", "com"),
    ("coom", "com"),
    ("ccom", "com"),
    ("conm", "com"),
    ("comn", "com"),
    ("coim", "com"),
    ("cpom", "com"),
    ("copm", "com"),
    ("cim", "com"),
    ("cpm", "com"),
    ("clm", "com"),
    ("c0m", "com"),
    ("cok", "com"),
    ("coj", "com"),
    ("vom", "com"),
    ("xom", "com"),
    ("vcom", "com"),
    ("nte", "net"),
    ("ent", "net"),
    ("nett", "net"),
    ("nnet", "net"),
    ("neet", "net"),
    ("ner", "net"),
    ("nrt", "net"),
    ("nwt", "net"),
    ("ogr", "org"),
    ("rog", "org"),
    ("orgg", "org"),
    ("oorg", "org"),
    ("orf", "org"),
    ("orh", "org"),
    ("inof", "info"),
    ("ifno", "info"),
    ("infoo", "info"),
    ("dee", "de"),
    ("dde", "de"),
    ("ed", "de"),
    ("frr", "fr"),
    ("ffr", "fr"),
    ("rf", "fr"),
    ("itt", "it"),
    ("iit", "it"),
    ("ess", "es"),
    ("pll", "pl"),
    ("nll", "nl"),
    ("chh", "ch"),
    ("att", "at"),
    ("ukk", "uk"),
    ("brr", "br"),
    ("euu", "eu"),
];

/// Top-level domains that exist, of three letters and more, one slip from a provider's ending.
const REAL_ENDINGS: &str = "bet bom cab cal cam car cat cba cfa cpa dev esq eus fit frl ftr int ist itv lpl med men \
    mit moe mom nec new next nfl ntt ong onl pet pru run sca sfr vet wme";

/// What a domain's writer probably meant, where that is something else. In lower case.
#[must_use]
pub fn likely_typo(domain: &str) -> Option<String> {
    let domain = domain.trim_end_matches('.').to_lowercase();
    if is_real(&domain) {
        return None;
    }
    if let Some(ended) = with_real_ending(&domain) {
        let better = if is_real(&ended) { None } else { provider_meant(&ended) };
        return Some(better.map_or(ended, str::to_owned));
    }
    provider_meant(&domain).map(str::to_owned)
}

fn is_real(domain: &str) -> bool {
    [PROVIDERS, SHORT, NEIGHBOURS].iter().any(|list| list.contains(&domain))
}

/// The same domain under an ending that exists.
fn with_real_ending(domain: &str) -> Option<String> {
    let (name, ending) = domain.rsplit_once('.').filter(|(name, _)| !name.is_empty())?;
    let (_, meant) = ENDINGS.iter().find(|(slip, _)| *slip == ending)?;
    Some(format!("{name}.{meant}"))
}

fn provider_meant(domain: &str) -> Option<&'static str> {
    let Some((name, ending)) = domain.split_once('.') else {
        // Nobody receives mail at a domain without a dot.
        return [PROVIDERS, SHORT].into_iter().flatten().find(|provider| has_lost_a_dot(domain, provider)).copied();
    };
    let is_meant = |provider: &&&str| {
        let Some((its_name, its_ending)) = provider.split_once('.') else { return false };
        ending == its_ending && is_slip_of_name(name, its_name)
            || name == its_name && is_slip_of_ending(ending, its_ending)
            || has_lost_a_dot(domain, provider)
    };
    PROVIDERS.iter().find(is_meant).copied()
}

/// One letter too many or too few, another one, or two that changed places. Nobody mistakes the first letter for
/// another, and other names begin with other letters.
fn is_slip_of_name(name: &str, of: &str) -> bool {
    let changes_first = name.chars().next() != of.chars().next() && name.chars().skip(1).eq(of.chars().skip(1));
    !changes_first && is_slip(name, of)
}

/// `yahoo.co.ukk`, `hotmail.couk`; but a country's own domain is nobody's slip, except where it is `.com` cut short.
fn is_slip_of_ending(ending: &str, of: &str) -> bool {
    let top = ending.rsplit('.').next().unwrap_or(ending);
    if top.chars().count() <= 2 {
        return of == "com" && ["co", "cm", "om"].contains(&ending);
    }
    !REAL_ENDINGS.split(' ').any(|real| real == top) && is_slip(ending, of)
}

fn is_slip(text: &str, of: &str) -> bool {
    // Lengths first: the distance of two long texts is dear.
    text.len().abs_diff(of.len()) <= 4 && strsim::osa_distance(text, of) == 1
}

/// `gmailcom`, `hotmailco.uk`.
fn has_lost_a_dot(domain: &str, provider: &str) -> bool {
    let dots = |text: &str| text.matches('.').count();
    dots(domain) < dots(provider) && domain.replace('.', "") == provider.replace('.', "")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn slips_of_well_known_providers_are_recognised() {
        for (typed, meant) in [
            ("gmial.com", "gmail.com"),
            ("gmal.com", "gmail.com"),
            ("gmaill.com", "gmail.com"),
            ("gnail.com", "gmail.com"),
            ("GMAI.COM", "gmail.com"),
            ("gmaíl.com", "gmail.com"),
            ("gmail.co", "gmail.com"),
            ("gmail.cm", "gmail.com"),
            ("gmail.con", "gmail.com"),
            ("gmial.con", "gmail.com"),
            ("gmail.comm", "gmail.com"),
            ("gmail.coma", "gmail.com"),
            ("gmailcom", "gmail.com"),
            ("googelmail.com", "googlemail.com"),
            ("hotmial.fr", "hotmail.fr"),
            ("hotmal.com", "hotmail.com"),
            ("otmail.com", "hotmail.com"),
            ("hotmail.couk", "hotmail.co.uk"),
            ("hotmailco.uk", "hotmail.co.uk"),
            ("yaho.co.uk", "yahoo.co.uk"),
            ("yahoo.co.ukk", "yahoo.co.uk"),
            ("yahho.com", "yahoo.com"),
            ("outlok.de", "outlook.de"),
            ("iclod.com", "icloud.com"),
            ("t-onlin.de", "t-online.de"),
            ("tonline.de", "t-online.de"),
            ("freenet.dee", "freenet.de"),
            ("wanado.fr", "wanadoo.fr"),
            ("lapsote.net", "laposte.net"),
            ("virgillio.it", "virgilio.it"),
            ("bluewn.ch", "bluewin.ch"),
            ("gmx.dee", "gmx.de"),
            ("web.ed", "web.de"),
            ("gmx.nte", "gmx.net"),
            ("webde", "web.de"),
        ] {
            assert_eq!(likely_typo(typed).unwrap_or_default(), meant, "{typed}");
        }
    }

    #[test]
    fn endings_that_do_not_exist_are_recognised() {
        for (typed, meant) in [
            ("example.con", "example.com"),
            ("example.cmo", "example.com"),
            ("mail.example.ogr", "mail.example.org"),
            ("firma.dee", "firma.de"),
            ("example.com.brr", "example.com.br"),
            ("Müller.ocm", "müller.com"),
        ] {
            assert_eq!(likely_typo(typed).as_deref(), Some(meant), "{typed}");
        }
    }

    #[test]
    fn real_domains_are_left_alone() {
        for domain in [PROVIDERS, SHORT, NEIGHBOURS].into_iter().flatten() {
            assert_eq!(likely_typo(domain), None, "{domain}");
            assert_eq!(likely_typo(&domain.to_uppercase()), None, "{domain}");
        }
        for domain in [
            "",
            ".",
            "..",
            "de",
            "web.dk",
            "web.com",
            "gmx.org",
            "gmail.de",
            "gmail.fr",
            "hotmail.se",
            "hotmail.dk",
            "hotmail.gr",
            "yahoo.gr",
            "yahoo.co.jp",
            "yahoo.co.id",
            "outlook.dk",
            "outlook.at",
            "live.se",
            "love.com",
            "lime.com",
            "line.com",
            "free.de",
            "tree.fr",
            "wp.de",
            "we.de",
            "wed.de",
            "ab.pl",
            "qmail.com",
            "zmail.com",
            "hmail.com",
            "fmail.com",
            "libera.it",
            "grange.fr",
            "serra.com.br",
            "firma.com",
            "tu-berlin.de",
            "example.org",
            "example.co",
            "example.cm",
            "gmail.cam",
            "yahoo.cat",
            "orange.frl",
            "verizon.vet",
            "mail.gmail.com",
            "gmail.com.",
            "g.mail.com",
            "sky.net.be",
            "mailbox.com",
            "protonmail.ch",
            "yandex.by",
            "xn--mller-kva.de",
            "müller.de",
        ] {
            assert_eq!(likely_typo(domain), None, "{domain}");
        }
    }

    #[test]
    fn the_lists_are_sound() {
        for provider in PROVIDERS {
            let name = provider.split('.').next().unwrap();
            assert!(name.len() >= 5, "{provider} is short");
        }
        for (slip, meant) in ENDINGS {
            assert!(!REAL_ENDINGS.split(' ').any(|real| real == *slip) && slip != meant, "{slip}");
        }
        for neighbour in NEIGHBOURS {
            let near = provider_meant(neighbour).is_some() || neighbour.starts_with("em");
            assert!(near, "{neighbour} is nobody's neighbour");
        }
        let mut all: Vec<_> = [PROVIDERS, SHORT, NEIGHBOURS].into_iter().flatten().collect();
        let count = all.len();
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), count, "an entry stands twice");
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic_and_no_suggestion_calls_for_another(domain in "\\PC{0,16}|[a-z.]{1,3}mail[.]?co[mn]?") {
            if let Some(meant) = likely_typo(&domain) {
                prop_assert_ne!(&meant, &domain);
                prop_assert_eq!(likely_typo(&meant), None);
            }
        }
    }
}
