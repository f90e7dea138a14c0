//! A key that somebody gives to check a token's signature with.
//!
//! Owns: which files are such a key, and what to say of those that are not: keys lie about in many forms, and one
//! that was misread would call every signature false. Does not own: where the file lies. Known weakness: of a
//! certificate the key is not taken out; the way to do so is told.

use std::fmt;

use aws_lc_rs::signature::{ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256};
use data_encoding::BASE64;
use jsonwebtoken::DecodingKey;
use rustls::pki_types::{SubjectPublicKeyInfoDer, pem::PemObject as _};

use super::{
    Algorithm, RsaKey, RsaKeyProblem,
    rsa::{RSA_ENCRYPTION, label, modulus_bits},
    signing,
};

/// A secret, or the public half of an RSA key. Its `Debug` form shows nothing.
pub struct VerifyingKey {
    decoding: DecodingKey,
    is_rsa: bool,
}

impl fmt::Debug for VerifyingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("VerifyingKey([redacted])")
    }
}

/// Why a file is nothing to check a signature with. No variant holds any of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum VerifyingKeyProblem {
    /// Nothing, or nothing but blanks.
    #[error("the file is empty")]
    Empty,
    /// What Windows' editors and PowerShell's `>` write.
    #[error("the file is text in UTF-16: what stands in it is not read as you see it")]
    Utf16,
    /// A secret would be another one with it.
    #[error("the file begins with an invisible byte-order mark, which would count as a part of the secret")]
    ByteOrderMark,
    /// Keys and certificates without letters.
    #[error("the file is a key or a certificate in binary form (DER)")]
    Der,
    /// Something else without letters.
    #[error("the file is no text, and no key")]
    NoText,
    /// The public key is in there, with more around it.
    #[error("the file is a certificate, which holds a key and is none itself")]
    Certificate,
    /// What `authorized_keys` holds, or `id_rsa`.
    #[error("the file is a key in OpenSSH's own form")]
    OpenSsh,
    /// RFC 4716, or what `PuTTY` writes.
    #[error("the file is a key in the form of another SSH program")]
    OtherSsh,
    /// What `cache_keys_url` serves.
    #[error("the file is JSON, perhaps a list of keys (JWKS): neither a PEM file nor a secret")]
    Json,
    /// PEM of something else.
    #[error("the file is in PEM form, and holds no key")]
    OtherPem,
    /// Locked by a passphrase.
    #[error("the private key in the file is encrypted: it cannot be read without its passphrase")]
    Encrypted,
    /// EC, Ed25519 and others.
    #[error("the file is a key of another kind: Jitsi takes RSA keys")]
    NotRsa,
    /// Too few bits for any server.
    #[error("the key in the file has {0} bits: servers take none under 2048")]
    Short(usize),
    /// Cut off, or changed.
    #[error("the key in the file is damaged: it cannot be decoded")]
    Damaged,
    /// A secret is one line.
    #[error("the file has {0} lines: a secret is one line, and a PEM file begins with `-----BEGIN`")]
    Lines(usize),
}

impl VerifyingKeyProblem {
    /// What to do about it.
    #[must_use]
    pub fn hint(self) -> &'static str {
        match self {
            Self::Empty | Self::NoText | Self::OtherPem => {
                "name a PEM file, public or private, or a file that holds a secret alone"
            }
            Self::Utf16 | Self::ByteOrderMark => {
                "save it again as UTF-8 without a byte-order mark (\"UTF-8\", no \"BOM\")"
            }
            Self::Der => {
                "put it into PEM form: `openssl pkey -pubin -inform DER -in FILE -out FILE.pem` (without `-pubin` where it \
                 is a private key; a certificate: `openssl x509 -inform DER -pubkey -noout -in FILE > FILE.pem`)"
            }
            Self::Certificate => "take the public key out of it: `openssl x509 -pubkey -noout -in FILE > FILE.pem`",
            Self::OpenSsh => "write its public half in PEM form: `ssh-keygen -e -m PKCS8 -f FILE > FILE.pem`",
            Self::OtherSsh => {
                "write its public half in PEM form: `ssh-keygen -i -f FILE > FILE.pub`, then `ssh-keygen -e -m PKCS8 -f \
                 FILE.pub > FILE.pem` (PuTTY: export it as an OpenSSH key first)"
            }
            Self::Json => "name the PEM file of the one key: `roomkey keys new` writes it beside jwks.json",
            Self::Encrypted => "write its public half into a file: `openssl pkey -pubout -in FILE -out FILE.pub.pem`",
            Self::NotRsa | Self::Short(_) => "name the RSA key, of 2048 bits or more, that signs the server's tokens",
            Self::Damaged => "copy the whole file again, from its first line to its last",
            Self::Lines(_) => "leave nothing in the file but the secret, or name another file",
        }
    }
}

impl From<RsaKeyProblem> for VerifyingKeyProblem {
    fn from(problem: RsaKeyProblem) -> Self {
        match problem {
            RsaKeyProblem::NoPem => Self::NoText,
            RsaKeyProblem::Encrypted => Self::Encrypted,
            RsaKeyProblem::Certificate => Self::Certificate,
            RsaKeyProblem::OpenSsh => Self::OpenSsh,
            RsaKeyProblem::NotRsa => Self::NotRsa,
            RsaKeyProblem::Short(bits) => Self::Short(bits),
            RsaKeyProblem::Public | RsaKeyProblem::Damaged => Self::Damaged,
        }
    }
}

impl VerifyingKey {
    /// Reads a file: a key in PEM form, public or private, or else a secret in one line.
    ///
    /// # Errors
    /// [`VerifyingKeyProblem`] for a key that Jitsi knows nothing of, and for what is no key.
    pub fn read(octets: &[u8]) -> Result<Self, VerifyingKeyProblem> {
        use VerifyingKeyProblem as P;
        let text = text_of(octets)?;
        let unmarked = text.trim_start_matches('\u{FEFF}').trim_start();
        if text.contains("-----BEGIN ") {
            return Self::read_pem(text.trim_start_matches('\u{FEFF}'));
        }
        if unmarked.trim_end().is_empty() {
            return Err(P::Empty);
        }
        if unmarked.starts_with("---- BEGIN SSH2") || unmarked.starts_with("PuTTY-User-Key-File") {
            return Err(P::OtherSsh);
        }
        // The first word of each says what kind it is.
        match unmarked.split_once(' ').map(|(kind, _)| kind) {
            Some("ssh-rsa") => return Err(P::OpenSsh),
            Some(kind)
                if ["ssh-", "ecdsa-sha2-", "sk-ssh-", "sk-ecdsa-"].iter().any(|start| kind.starts_with(start)) =>
            {
                return Err(P::NotRsa);
            }
            _ => {}
        }
        if unmarked.starts_with('{') && unmarked.contains('"') && unmarked.trim_end().ends_with('}') {
            return Err(P::Json);
        }
        let secret = text.strip_suffix('\n').map_or(text, |rest| rest.strip_suffix('\r').unwrap_or(rest));
        match secret.lines().count() {
            _ if secret.starts_with('\u{FEFF}') => Err(P::ByteOrderMark),
            0 | 1 => Ok(Self { decoding: DecodingKey::from_secret(secret.as_bytes()), is_rsa: false }),
            lines => Err(P::Lines(lines)),
        }
    }

    fn read_pem(text: &str) -> Result<Self, VerifyingKeyProblem> {
        use VerifyingKeyProblem as P;
        let label = label(text).ok_or(P::Damaged)?;
        if label.contains("CERTIFICATE") && !label.contains("REQUEST") {
            return Err(P::Certificate);
        }
        if !label.ends_with("KEY") {
            return Err(P::OtherPem);
        }
        let der = match RsaKey::read(text) {
            Ok(key) => key.public_der().to_vec(),
            Err(RsaKeyProblem::Public) => public_der(text, label)?,
            Err(problem) => return Err(problem.into()),
        };
        if let Some(bits) = modulus_bits(&der) {
            return Err(P::Short(bits));
        }
        ParsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, &der).map_err(|_| P::Damaged)?;
        Ok(Self { decoding: DecodingKey::from_rsa_der(&der), is_rsa: true })
    }

    /// Whether a signature is this key's; `None` where it is of another kind.
    pub(super) fn holds(&self, message: &str, signature: &str, algorithm: Algorithm) -> Option<bool> {
        signing::install();
        let verify = || jsonwebtoken::crypto::verify(signature, message.as_bytes(), &self.decoding, algorithm.into());
        (algorithm.is_rsa() == self.is_rsa).then(|| verify().unwrap_or(false))
    }
}

/// What is text, in the one encoding that is read.
fn text_of(octets: &[u8]) -> Result<&str, VerifyingKeyProblem> {
    use VerifyingKeyProblem as P;
    let is_zero_each_second = |first: usize| octets.iter().skip(first).step_by(2).all(|octet| *octet == 0);
    if octets.starts_with(&[0xFF, 0xFE]) || octets.starts_with(&[0xFE, 0xFF]) {
        return Err(P::Utf16);
    }
    if octets.len() >= 4 && (is_zero_each_second(0) || is_zero_each_second(1)) {
        return Err(P::Utf16);
    }
    match std::str::from_utf8(octets) {
        Ok(text) if !text.contains('\0') => Ok(text),
        // A SEQUENCE with a length of more octets than one.
        _ if matches!(octets, [0x30, 0x81..=0x83, ..]) => Err(P::Der),
        _ => Err(P::NoText),
    }
}

/// The public key of a PEM file, of either form.
fn public_der(text: &str, label: &str) -> Result<Vec<u8>, VerifyingKeyProblem> {
    use VerifyingKeyProblem as P;
    if label == "RSA PUBLIC KEY" {
        let body = text.split("-----").nth(2).unwrap_or_default();
        let letters: String = body.split_whitespace().collect();
        return BASE64.decode(letters.as_bytes()).map_err(|_| P::Damaged);
    }
    let der = SubjectPublicKeyInfoDer::from_pem_slice(text.as_bytes()).map_err(|_| P::Damaged)?.to_vec();
    let is_rsa = der.windows(RSA_ENCRYPTION.len()).take(32).any(|part| part == RSA_ENCRYPTION);
    if is_rsa { Ok(der) } else { Err(P::NotRsa) }
}

#[cfg(test)]
#[path = "verifying_tests.rs"]
mod tests;
