//! What signs: which secrets are fit for it, and what derives from them.
//!
//! Owns: the rules a signing secret is held to. Whoever gets a link can guess at the secret for as
//! long as they like, on their own machine: length and chance are all that protects it. Does not
//! own: where a secret is read from. Known weakness: length and variety are all that can be
//! measured; a long sentence from a book passes.

use aws_lc_rs::rand;
use data_encoding::HEXLOWER;
use secrecy::{ExposeSecret, SecretString, zeroize::Zeroizing};

use super::{
    claims::Algorithm,
    placeholder::{Likeness, likeness},
    rsa::{RsaBits, RsaKey},
};
use crate::model::SubKeys;

/// The fewest octets a secret may have.
const LEAST: usize = 16;
/// The fewest octets that leave no warning: the strength of HS256 (RFC 7518 §3.2).
const GOOD: usize = 32;
const MAKE_ONE: &str =
    "make a good one with `openssl rand -hex 32`, and give the same to the Jitsi server (`app_secret`)";

/// A secret that may sign tokens. Its `Debug` form shows nothing; it is wiped when dropped.
#[derive(Debug, Clone)]
pub struct SigningSecret(SecretString);

/// Why a secret may not sign. No variant holds any of it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SecretProblem {
    /// Nothing stands there.
    #[error("the signing secret is empty")]
    Empty,
    /// It stands in every manual.
    #[error("the signing secret is a placeholder out of a manual: anybody could make links with it")]
    Placeholder,
    /// Fewer than 16 octets: guessed within hours.
    #[error("the signing secret has {0} bytes, at least {LEAST} are needed: whoever gets a link could guess it")]
    TooShort(usize),
}

impl SecretProblem {
    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> &'static str {
        MAKE_ONE
    }
}

/// Why a secret that may sign is still not a good one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SecretWarning {
    /// Fewer than 32 octets.
    #[error("the signing secret has {0} bytes: {GOOD} or more are recommended")]
    Short(usize),
    /// It repeats itself, counts up, or uses very few characters.
    #[error("the signing secret repeats itself or follows a simple order: it is easier to guess than its length says")]
    LowVariety,
    /// It holds nothing but the words of manuals.
    #[error("the signing secret is made of common words alone: it is easier to guess than its length says")]
    CommonWords,
}

impl SecretWarning {
    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> &'static str {
        MAKE_ONE
    }
}

impl SigningSecret {
    /// Takes a secret, octet for octet as given, with what is to be said about it.
    ///
    /// # Errors
    /// [`SecretProblem`] where it is empty, a well-known placeholder, or shorter than 16 octets.
    pub fn accept(secret: SecretString) -> Result<(Self, Vec<SecretWarning>), SecretProblem> {
        let text = secret.expose_secret();
        if text.is_empty() {
            return Err(SecretProblem::Empty);
        }
        let likeness = likeness(text);
        if likeness == Likeness::Placeholder {
            return Err(SecretProblem::Placeholder);
        }
        if text.len() < LEAST {
            return Err(SecretProblem::TooShort(text.len()));
        }
        let mut warnings = Vec::new();
        if text.len() < GOOD {
            warnings.push(SecretWarning::Short(text.len()));
        }
        if has_low_variety(text.as_bytes()) {
            warnings.push(SecretWarning::LowVariety);
        }
        if likeness == Likeness::CommonWords {
            warnings.push(SecretWarning::CommonWords);
        }
        Ok((Self(secret), warnings))
    }

    /// Makes a secret for one rehearsal: 32 random octets in hexadecimal.
    #[must_use]
    pub fn throw_away() -> Self {
        let mut octets = Zeroizing::new([0_u8; 32]);
        rand::fill(octets.as_mut()).expect("the operating system has random numbers");
        Self(SecretString::from(HEXLOWER.encode(octets.as_ref())))
    }

    /// The labelled sub-keys from which user ids, Message-IDs and fingerprints derive.
    #[must_use]
    pub fn sub_keys(&self) -> SubKeys {
        SubKeys::of(self.as_bytes())
    }

    /// The octets, for the signer alone.
    pub(super) fn as_bytes(&self) -> &[u8] {
        self.0.expose_secret().as_bytes()
    }
}

/// What signs: a secret that the server knows as well, or a private key whose public half it has.
#[derive(Debug, Clone)]
pub enum SigningKey {
    /// For HMAC.
    Secret(SigningSecret),
    /// For RSA.
    Private(RsaKey),
}

impl SigningKey {
    /// Makes one for a rehearsal, fit for an algorithm.
    #[must_use]
    pub fn throw_away(algorithm: Algorithm) -> Self {
        if algorithm.is_rsa() {
            Self::Private(RsaKey::generate(RsaBits::B2048))
        } else {
            Self::Secret(SigningSecret::throw_away())
        }
    }

    /// The labelled sub-keys from which user ids, Message-IDs and fingerprints derive.
    #[must_use]
    pub fn sub_keys(&self) -> SubKeys {
        match self {
            Self::Secret(secret) => secret.sub_keys(),
            Self::Private(key) => key.sub_keys(),
        }
    }
}

/// Whether a secret repeats a shorter one, mostly counts up or down, or has under 6 different octets.
fn has_low_variety(secret: &[u8]) -> bool {
    let repeats = (1..=secret.len() / 2).any(|unit| secret.iter().zip(&secret[unit..]).all(|(a, b)| a == b));
    let mut seen = [false; 256];
    for &b in secret {
        seen[usize::from(b)] = true;
    }
    let different = seen.iter().filter(|&&seen| seen).count();
    let regular = secret.windows(2).filter(|pair| pair[0].abs_diff(pair[1]) <= 1).count();
    repeats || different < 6 || regular * 4 >= (secret.len() - 1) * 3
}

#[cfg(test)]
mod tests {
    use super::*;

    fn accept(secret: &str) -> Result<Vec<SecretWarning>, SecretProblem> {
        SigningSecret::accept(SecretString::from(secret)).map(|(_, warnings)| warnings)
    }

    #[test]
    fn short_secrets_and_placeholders_are_refused() {
        assert_eq!(accept(""), Err(SecretProblem::Empty));
        assert_eq!(accept("q8N+uVZt3yJm0wQ"), Err(SecretProblem::TooShort(15)));
        assert_eq!(accept("changeme"), Err(SecretProblem::Placeholder));
        assert_eq!(accept("your_app_secret"), Err(SecretProblem::Placeholder));
        assert_eq!(accept("changemechangemechangemechangeme"), Err(SecretProblem::Placeholder));
        assert!(SecretProblem::TooShort(15).hint().contains("openssl rand -hex 32"));
    }

    #[test]
    fn length_is_counted_in_octets() {
        assert_eq!(accept("q8N+uVZt3yJm0wQ4"), Ok(vec![SecretWarning::Short(16)]));
        assert_eq!(accept("übergrößenträger"), Ok(vec![SecretWarning::Short(20)]));
        assert_eq!(accept("4f9c1a7be2d8036549aa17cc80e3b6d"), Ok(vec![SecretWarning::Short(31)]));
        assert_eq!(accept("4f9c1a7be2d8036549aa17cc80e3b6d2"), Ok(vec![]));
    }

    #[test]
    fn a_regular_secret_signs_with_a_warning() {
        for secret in [
            "0123456789abcdef0123456789abcdef",
            "abcdefghijklmnopqrstuvwxyz0123456789",
            "kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk",
            "q8N+uVZtq8N+uVZtq8N+uVZtq8N+uVZt",
            "abababbabaabababbabbbabababababa",
        ] {
            assert_eq!(accept(secret), Ok(vec![SecretWarning::LowVariety]), "{secret}");
        }
    }

    #[test]
    fn a_sentence_of_common_words_signs_with_a_warning() {
        assert_eq!(accept("a-very-long-test-secret-for-HS256-signing"), Ok(vec![SecretWarning::CommonWords]));
    }

    #[test]
    fn a_throw_away_secret_is_a_good_one_and_never_the_same() {
        let (a, b) = (SigningSecret::throw_away(), SigningSecret::throw_away());
        assert_eq!(accept(a.0.expose_secret()), Ok(vec![]));
        assert_ne!(a.as_bytes(), b.as_bytes());
    }

    #[test]
    fn no_debug_form_shows_the_secret() {
        let (secret, _) = SigningSecret::accept(SecretString::from("q8N+uVZt3yJm0wQ4")).unwrap();
        assert!(!format!("{secret:?}").contains("q8N"));
    }
}
