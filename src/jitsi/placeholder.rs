//! Secrets that stand in every manual: text that means "put your secret here".
//!
//! Owns: telling a placeholder from a secret. Such a text holds nothing but the words of manuals,
//! however joined, repeated, capitalised or numbered, and either one of them asks to be replaced
//! ("your", "change me", "example") or it is one short thing over and over. Known weakness: English
//! words and a few habits (`p4ssw0rd`); a placeholder in another language passes.

use secrecy::zeroize::Zeroizing;

/// The words that only a placeholder has, without punctuation, in lower case.
const TELLING: &str = "\
    change changed changeit changeme choose default dummy edit enter example fill fixme goes here insert letmein \
    placeholder please put replace sample todo your yours";
/// The words that placeholders share with secrets that somebody typed.
const WORDS: &str = "\
    a access admin an api app application auth be can code conference demo dev do docker dont foo bar baz for from \
    generate guess guest hard hmac hs id in insecure is it jitsi jwt key long me meet must my new not of on only or \
    our own pass passphrase passwd password phrase private prod production prosody qwerty qwertz random real root \
    safe secret secretkey secure server set shared should sign signing some something string strong super temp test \
    testing text that the this to token top unsafe use user value very web with word you";
/// Words shorter than this together make no secret, however often they are repeated.
const SHORT: usize = 17;

/// What a secret looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Likeness {
    /// Text that asks to be replaced, or one short thing over and over.
    Placeholder,
    /// Nothing but the words of manuals.
    CommonWords,
    /// Something of its own.
    Secret,
}

/// Tells what a secret looks like.
///
/// Digits count as padding where they are few (up to four in a row) or a plain count (`12345678`).
pub(super) fn likeness(secret: &str) -> Likeness {
    let mut plain = Zeroizing::new(String::with_capacity(secret.len() * 2));
    plain.extend(secret.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase));
    let mut spelt = Zeroizing::new(String::with_capacity(plain.len() + secret.len()));
    spelt.extend(secret.chars().map(|c| c.to_ascii_lowercase()).map(unmasked).filter(|c| c.is_alphanumeric()));
    let Some(text) = [&plain, &spelt].into_iter().find(|text| is_made_of(text, &[TELLING, WORDS])) else {
        return Likeness::Secret;
    };
    let unit = unit_length(text.trim_matches(|c: char| c.is_ascii_digit()).as_bytes());
    if unit < SHORT || !is_made_of(text, &[WORDS]) { Likeness::Placeholder } else { Likeness::CommonWords }
}

/// Undoes the usual disguises of letters: `p@ssw0rd` is `password`.
fn unmasked(c: char) -> char {
    match c {
        '0' => 'o',
        '1' => 'i',
        '3' => 'e',
        '4' | '@' => 'a',
        '5' | '$' => 's',
        '7' => 't',
        other => other,
    }
}

/// Whether words and padding cover the whole text, with at least one word of three letters.
fn is_made_of(text: &str, lists: &[&str]) -> bool {
    let bytes = text.as_bytes();
    // reached[n]: the first n octets are covered; named[n]: and a longer word was among them.
    let mut reached = vec![false; bytes.len() + 1];
    let mut named = vec![false; bytes.len() + 1];
    reached[0] = true;
    for at in 0..bytes.len() {
        if !reached[at] {
            continue;
        }
        let words = lists.iter().flat_map(|list| list.split(' '));
        for word in words.filter(|word| bytes[at..].starts_with(word.as_bytes())) {
            reached[at + word.len()] = true;
            named[at + word.len()] |= named[at] || word.len() > 2;
        }
        let digits = padding(bytes, at);
        if digits > 0 {
            reached[at + digits] = true;
            named[at + digits] |= named[at];
        }
    }
    named[bytes.len()]
}

/// The length of the piece that a text repeats; its own length where it repeats none.
fn unit_length(text: &[u8]) -> usize {
    (1..text.len()).find(|&unit| text.iter().zip(&text[unit..]).all(|(a, b)| a == b)).unwrap_or(text.len())
}

/// The length of a whole run of digits that only pads, else 0.
fn padding(bytes: &[u8], at: usize) -> usize {
    if at > 0 && bytes[at - 1].is_ascii_digit() {
        return 0;
    }
    let run = &bytes[at..];
    let run = &run[..run.iter().take_while(|b| b.is_ascii_digit()).count()];
    let counts = run.windows(2).all(|pair| pair[1] == pair[0] || (pair[1] + 10 - pair[0]) % 10 == 1);
    if run.len() <= 4 || counts { run.len() } else { 0 }
}

#[cfg(test)]
mod tests {
    use super::{Likeness, likeness};

    #[test]
    fn what_manuals_print_is_a_placeholder() {
        for secret in [
            "your_app_secret",
            "YOUR-APP-SECRET",
            "changeme",
            "change_me",
            "Change me!",
            "changemechangeme",
            "change-me-change-me-change-me-change-me",
            "secret",
            "secretsecretsecretsecret",
            "jitsi",
            "my_jitsi_app_secret",
            "example_app_secret",
            "password",
            "Password1234",
            "password12345678901234567890",
            "p@ssw0rd-p@ssw0rd",
            "s3cr3t_s3cr3t_s3cr3t",
            "<put your secret here>",
            "replace-this-with-a-long-random-string",
            "test-secret-test-secret-test-secret",
        ] {
            assert_eq!(likeness(secret), Likeness::Placeholder, "{secret}");
        }
    }

    #[test]
    fn plain_words_are_weak_but_somebodys_own() {
        for secret in ["supersecretjwtsigningkey2024", "a-very-long-test-secret-for-HS256-signing"] {
            assert_eq!(likeness(secret), Likeness::CommonWords, "{secret}");
        }
    }

    #[test]
    fn what_somebody_made_up_is_not() {
        for secret in [
            "",
            "0123456789abcdef0123456789abcdef",
            "12345678901234567890",
            "4f9c1a7be2d8036549aa17cc80e3b6d2",
            "correct horse battery staple",
            "secret-93815027461",
            "kkkkkkkkkkkkkkkkkkkk",
            "q8N+uVZt3yJm0wQ4",
            "пароль-для-семинара",
        ] {
            assert_eq!(likeness(secret), Likeness::Secret, "{secret}");
        }
    }
}
