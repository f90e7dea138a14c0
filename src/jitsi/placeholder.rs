//! Secrets that stand in every manual: text that means "put your secret here".
//!
//! Owns: telling a placeholder from a secret. A text is one when nothing but the words of manuals
//! stands in it, however joined, repeated, capitalised or numbered. Known weakness: English words
//! and a few habits (`p4ssw0rd`); a placeholder in another language passes.

use secrecy::zeroize::Zeroizing;

/// The words of which placeholders are made, without punctuation, in lower case.
const WORDS: &[&str] = &[
    "a",
    "access",
    "admin",
    "an",
    "api",
    "app",
    "application",
    "auth",
    "be",
    "can",
    "change",
    "changed",
    "changeit",
    "changeme",
    "choose",
    "code",
    "conference",
    "default",
    "demo",
    "dev",
    "do",
    "docker",
    "dont",
    "dummy",
    "edit",
    "enter",
    "example",
    "fill",
    "fixme",
    "foo",
    "bar",
    "baz",
    "for",
    "from",
    "generate",
    "goes",
    "guess",
    "guest",
    "hard",
    "here",
    "hmac",
    "hs",
    "id",
    "in",
    "insecure",
    "insert",
    "is",
    "it",
    "jitsi",
    "jwt",
    "key",
    "letmein",
    "long",
    "me",
    "meet",
    "must",
    "my",
    "new",
    "not",
    "of",
    "on",
    "only",
    "or",
    "our",
    "own",
    "pass",
    "passphrase",
    "passwd",
    "password",
    "phrase",
    "placeholder",
    "please",
    "private",
    "prod",
    "production",
    "prosody",
    "put",
    "qwerty",
    "qwertz",
    "random",
    "real",
    "replace",
    "root",
    "safe",
    "sample",
    "secret",
    "secretkey",
    "secure",
    "server",
    "set",
    "shared",
    "should",
    "sign",
    "signing",
    "some",
    "something",
    "string",
    "strong",
    "super",
    "temp",
    "test",
    "testing",
    "text",
    "that",
    "the",
    "this",
    "to",
    "todo",
    "token",
    "top",
    "unsafe",
    "use",
    "user",
    "value",
    "very",
    "web",
    "with",
    "word",
    "you",
    "your",
    "yours",
];

/// Whether a text is nothing but the words of manuals.
///
/// Digits count as padding where they are few (up to four in a row) or a plain count (`12345678`).
pub(super) fn is_placeholder(secret: &str) -> bool {
    let mut plain = Zeroizing::new(String::with_capacity(secret.len() * 2));
    plain.extend(secret.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase));
    let mut spelt = Zeroizing::new(String::with_capacity(plain.len() + secret.len()));
    spelt.extend(secret.chars().map(|c| c.to_ascii_lowercase()).map(unmasked).filter(|c| c.is_alphanumeric()));
    is_made_of_words(&plain) || is_made_of_words(&spelt)
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
fn is_made_of_words(text: &str) -> bool {
    let bytes = text.as_bytes();
    // reached[n]: the first n octets are covered; told[n]: and a telling word was among them.
    let mut reached = vec![false; bytes.len() + 1];
    let mut told = vec![false; bytes.len() + 1];
    reached[0] = true;
    for at in 0..bytes.len() {
        if !reached[at] {
            continue;
        }
        for word in WORDS.iter().filter(|word| bytes[at..].starts_with(word.as_bytes())) {
            reached[at + word.len()] = true;
            told[at + word.len()] |= told[at] || word.len() > 2;
        }
        let digits = padding(bytes, at);
        if digits > 0 {
            reached[at + digits] = true;
            told[at + digits] |= told[at];
        }
    }
    told[bytes.len()]
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
    use super::is_placeholder;

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
            "supersecretjwtsigningkey2024",
        ] {
            assert!(is_placeholder(secret), "{secret}");
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
            assert!(!is_placeholder(secret), "{secret}");
        }
    }
}
