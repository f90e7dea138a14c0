//! Which domains belong together. Known weakness: there is no public-suffix list here, so that two
//! customers of one host (`a.github.io`, `b.github.io`) are taken for one owner.

/// Labels under which countries let domains be registered: `example.co.uk`, `example.com.br`.
const SECOND_LEVEL: [&str; 14] =
    ["ac", "co", "com", "edu", "go", "gob", "gouv", "gov", "gv", "ne", "net", "or", "org", "sch"];

/// The part of a domain that somebody registered, as far as its own form tells: `example.org` of
/// `meet.example.org`, `example.co.uk` of `www.example.co.uk`.
fn registrable(domain: &str) -> &str {
    let domain = domain.strip_suffix('.').unwrap_or(domain);
    let labels: Vec<&str> = domain.split('.').collect();
    let is_shared = |pair: &[&str]| pair[1].len() == 2 && SECOND_LEVEL.contains(&pair[0]);
    let kept = match &labels[..] {
        [.., _, second, top] if is_shared(&[second, top]) => 3,
        _ => 2,
    };
    let cut: usize = labels.iter().rev().skip(kept).map(|label| label.len() + 1).sum();
    &domain[cut..]
}

/// Whether two domains, in lower case, seem to belong to one owner.
#[must_use]
pub fn are_kin(one: &str, other: &str) -> bool {
    registrable(one) == registrable(other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn domains_of_one_owner_are_told_from_others() {
        for (one, other, kin) in [
            ("meet.example.org", "example.org", true),
            ("meet.example.org", "www.example.org", true),
            ("example.org.", "example.org", true),
            ("example.org", "example.com", false),
            ("notexample.org", "example.org", false),
            ("a.example.co.uk", "b.example.co.uk", true),
            ("one.co.uk", "two.co.uk", false),
            ("meet.tu.de", "www.tu.de", true),
            ("localhost", "localhost", true),
            ("127.0.0.1", "example.org", false),
        ] {
            assert_eq!(are_kin(one, other), kin, "{one} and {other}");
        }
        assert_eq!(registrable("a.b.example.com.br"), "example.com.br");
        assert_eq!(registrable("org"), "org");
    }
}
