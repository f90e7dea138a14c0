//! The RSA key that signs, read from PEM (RFC 7468), and its public half in the forms that servers read.
//!
//! Owns: which files are such a key, and what to say of those that are not: an encrypted one, a public one,
//! one of another kind. Does not own: where the file lies and who may read it, or how a key is made to sign.
//! Known weakness: a key's length is all that is measured.

use std::{fmt, sync::Arc};

use aws_lc_rs::{
    encoding::{AsDer, Pkcs8V1Der, PublicKeyX509Der},
    rsa::{KeyPair, KeySize},
    signature::KeyPair as _,
};
use data_encoding::{BASE64, BASE64URL_NOPAD, HEXLOWER};
use rustls::pki_types::{PrivateKeyDer, pem::PemObject as _};
use secrecy::zeroize::Zeroizing;

use crate::model::SubKeys;

/// The fewest bits that a signature may have (RFC 7518 §3.3).
const LEAST_BITS: usize = 2048;
/// `rsaEncryption` (RFC 8017 A.1) as it stands in a key of PKCS#8.
pub(super) const RSA_ENCRYPTION: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01];

/// An RSA key pair that may sign tokens. Its `Debug` form shows nothing.
#[derive(Clone)]
pub struct RsaKey {
    pair: Arc<KeyPair>,
}

impl fmt::Debug for RsaKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RsaKey([redacted])")
    }
}

/// Why a text is no key to sign with. No variant holds any of it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RsaKeyProblem {
    /// No `-----BEGIN …-----`.
    #[error("the private key is not in PEM form: no line `-----BEGIN PRIVATE KEY-----`")]
    NoPem,
    /// Locked by a passphrase.
    #[error("the private key is encrypted: it cannot be used without its passphrase")]
    Encrypted,
    /// The half that the server has.
    #[error("this is a public key: signing takes the private one")]
    Public,
    /// A certificate holds the public half alone.
    #[error("this is a certificate: signing takes the private key")]
    Certificate,
    /// What `ssh-keygen` writes.
    #[error("this is a key in OpenSSH's own form")]
    OpenSsh,
    /// EC, Ed25519 and others.
    #[error("this is a key of another kind: Jitsi takes RSA keys")]
    NotRsa,
    /// Short keys can be broken.
    #[error("the private key has {0} bits, at least {LEAST_BITS} are needed")]
    Short(usize),
    /// It is cut off, or damaged.
    #[error("the private key is damaged: it cannot be decoded")]
    Damaged,
}

impl RsaKeyProblem {
    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> &'static str {
        match self {
            Self::NoPem => {
                "`roomkey keys new DIR` makes a key; one in DER form: `openssl pkey -inform DER -in KEY -out KEY.pem`"
            }
            Self::Encrypted => {
                "decrypt it into a file that only you can read: `(umask 077; openssl pkey -in KEY.pem -out KEY-open.pem)`"
            }
            Self::Public | Self::Certificate => "name the file whose first line is `-----BEGIN PRIVATE KEY-----`",
            Self::OpenSsh => "write a copy of it in PEM form: `ssh-keygen -p -N '' -m PEM -f COPY`",
            Self::NotRsa | Self::Short(_) => {
                "make a new one, and give its public half to the server: `roomkey keys new DIR`"
            }
            Self::Damaged => "copy the whole file again, from its first line to its last",
        }
    }
}

impl RsaKey {
    /// Reads a key of PKCS#1 or PKCS#8 in PEM form.
    ///
    /// # Errors
    /// [`RsaKeyProblem`] for anything else, and for keys under 2048 bits.
    pub fn read(pem: &str) -> Result<Self, RsaKeyProblem> {
        match label(pem).ok_or(RsaKeyProblem::NoPem)? {
            _ if pem.contains("ENCRYPTED") => return Err(RsaKeyProblem::Encrypted),
            "PUBLIC KEY" | "RSA PUBLIC KEY" => return Err(RsaKeyProblem::Public),
            "CERTIFICATE" | "X509 CERTIFICATE" | "TRUSTED CERTIFICATE" => return Err(RsaKeyProblem::Certificate),
            "OPENSSH PRIVATE KEY" => return Err(RsaKeyProblem::OpenSsh),
            "PRIVATE KEY" | "RSA PRIVATE KEY" => {}
            _ => return Err(RsaKeyProblem::NotRsa),
        }
        let der = PrivateKeyDer::from_pem_slice(pem.as_bytes()).map_err(|_| RsaKeyProblem::Damaged)?;
        let is_rsa = match &der {
            PrivateKeyDer::Pkcs8(key) => {
                let key = key.secret_pkcs8_der();
                key.windows(RSA_ENCRYPTION.len()).take(32).any(|part| part == RSA_ENCRYPTION)
            }
            PrivateKeyDer::Pkcs1(_) => true,
            _ => false,
        };
        if !is_rsa {
            return Err(RsaKeyProblem::NotRsa);
        }
        let pair = match &der {
            PrivateKeyDer::Pkcs8(key) => KeyPair::from_pkcs8(key.secret_pkcs8_der()),
            other => KeyPair::from_der(other.secret_der()),
        };
        let refused = |_| modulus_bits(other_octets(&der)).map_or(RsaKeyProblem::Damaged, RsaKeyProblem::Short);
        let pair = pair.map_err(refused)?;
        match pair.public_modulus_len() * 8 {
            bits if bits < LEAST_BITS => Err(RsaKeyProblem::Short(bits)),
            _ => Ok(Self { pair: Arc::new(pair) }),
        }
    }

    /// Makes a new pair.
    ///
    /// # Panics
    /// Where the operating system has no random numbers.
    #[must_use]
    pub fn generate(bits: RsaBits) -> Self {
        let size = match bits {
            RsaBits::B2048 => KeySize::Rsa2048,
            RsaBits::B3072 => KeySize::Rsa3072,
            RsaBits::B4096 => KeySize::Rsa4096,
        };
        Self { pair: Arc::new(KeyPair::generate(size).expect("the operating system has random numbers")) }
    }

    /// The length of the modulus.
    #[must_use]
    pub fn bits(&self) -> usize {
        self.pair.public_modulus_len() * 8
    }

    /// The sub-keys from which ids and fingerprints derive: of the key itself, in whatever form it was read.
    #[must_use]
    pub fn sub_keys(&self) -> SubKeys {
        SubKeys::of(&self.pkcs8())
    }

    /// The private key, in PEM form (PKCS#8).
    #[must_use]
    pub fn private_pem(&self) -> Zeroizing<String> {
        Zeroizing::new(pem("PRIVATE KEY", &self.pkcs8()))
    }

    /// The public key, in PEM form: what `asap_key_server` serves.
    #[must_use]
    pub fn public_pem(&self) -> String {
        pem("PUBLIC KEY", &self.spki())
    }

    /// The public key as a JSON Web Key (RFC 7517 §4).
    #[must_use]
    pub fn jwk(&self, key_id: &str, algorithm: &str) -> serde_json::Value {
        let public = self.pair.public_key();
        let octets = |number: &[u8]| BASE64URL_NOPAD.encode(number);
        serde_json::json!({
            "kty": "RSA",
            "use": "sig",
            "alg": algorithm,
            "kid": key_id,
            "n": octets(public.modulus().big_endian_without_leading_zero()),
            "e": octets(public.exponent().big_endian_without_leading_zero()),
        })
    }

    /// Tells the public key from others: SHA-256 of its DER form, as `openssl` shows it.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        sha256_hex(&self.spki())
    }

    pub(super) fn pair(&self) -> &Arc<KeyPair> {
        &self.pair
    }

    /// The public key alone (RFC 8017 A.1.1), for whoever verifies.
    pub(super) fn public_der(&self) -> &[u8] {
        self.pair.public_key().as_ref()
    }

    fn pkcs8(&self) -> Zeroizing<Vec<u8>> {
        let der: Pkcs8V1Der<'_> = self.pair.as_der().expect("a key that was read can be written");
        Zeroizing::new(der.as_ref().to_vec())
    }

    fn spki(&self) -> Vec<u8> {
        let der: PublicKeyX509Der<'_> = self.pair.public_key().as_der().expect("a key that was read can be written");
        der.as_ref().to_vec()
    }
}

/// How long a new key is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RsaBits {
    /// Enough until 2030 and beyond, and the quickest.
    B2048,
    /// More.
    B3072,
    /// Most; signs at a sixth of the speed.
    B4096,
}

/// The name of the file in which `asap_key_server` looks for a key: SHA-256 of the key id.
#[must_use]
pub fn asap_file_name(key_id: &str) -> String {
    format!("{}.pem", sha256_hex(key_id.as_bytes()))
}

fn sha256_hex(octets: &[u8]) -> String {
    HEXLOWER.encode(aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, octets).as_ref())
}

/// What stands behind the first `-----BEGIN`.
pub(super) fn label(pem: &str) -> Option<&str> {
    let (_, rest) = pem.split_once("-----BEGIN ")?;
    rest.split_once("-----").map(|(label, _)| label)
}

fn pem(label: &str, der: &[u8]) -> String {
    let text = Zeroizing::new(BASE64.encode(der));
    let mut out = format!("-----BEGIN {label}-----\n");
    let mut rest = text.as_str();
    while !rest.is_empty() {
        let (line, more) = rest.split_at(rest.len().min(64));
        out.push_str(line);
        out.push('\n');
        rest = more;
    }
    out.push_str(&format!("-----END {label}-----\n"));
    out
}

fn other_octets<'a>(der: &'a PrivateKeyDer<'_>) -> &'a [u8] {
    der.secret_der()
}

/// The bits of the modulus of a key that the library refuses, where that is what it is refused for: the first
/// integer of more than 32 octets and fewer than [`LEAST_BITS`].
pub(super) fn modulus_bits(der: &[u8]) -> Option<usize> {
    let long = der.windows(4).enumerate().find_map(|(at, part)| match *part {
        [0x02, 0x81, length, 0x00] if length > 32 => Some((at + 4, usize::from(length) - 1)),
        [0x02, 0x82, high, low] if high < 2 => Some((at + 5, usize::from(high) * 256 + usize::from(low) - 1)),
        _ => None,
    });
    let (from, octets) = long?;
    (octets * 8 < LEAST_BITS && from + octets <= der.len()).then_some(octets * 8)
}

#[cfg(test)]
#[path = "rsa_tests.rs"]
mod tests;
