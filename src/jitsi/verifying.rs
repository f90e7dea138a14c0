//! A key that somebody gives to check a token's signature with.

use std::fmt;

use jsonwebtoken::DecodingKey;
use rustls::pki_types::{SubjectPublicKeyInfoDer, pem::PemObject as _};

use super::{Algorithm, RsaKey, RsaKeyProblem, signing};

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

impl VerifyingKey {
    /// Reads a file's text: a key in PEM form, public or private, or else a secret in one line.
    ///
    /// # Errors
    /// [`RsaKeyProblem`] for a key that Jitsi knows nothing of.
    pub fn read(text: &str) -> Result<Self, RsaKeyProblem> {
        if !text.contains("-----BEGIN ") {
            let secret = text.strip_suffix('\n').map_or(text, |rest| rest.strip_suffix('\r').unwrap_or(rest));
            return Ok(Self { decoding: DecodingKey::from_secret(secret.as_bytes()), is_rsa: false });
        }
        let der = match RsaKey::read(text) {
            Ok(key) => key.public_der().to_vec(),
            Err(RsaKeyProblem::Public) => {
                let public = SubjectPublicKeyInfoDer::from_pem_slice(text.as_bytes());
                public.map_err(|_| RsaKeyProblem::Damaged)?.to_vec()
            }
            Err(problem) => return Err(problem),
        };
        Ok(Self { decoding: DecodingKey::from_rsa_der(&der), is_rsa: true })
    }

    /// Whether a signature is this key's; `None` where it is of another kind.
    pub(super) fn holds(&self, message: &str, signature: &str, algorithm: Algorithm) -> Option<bool> {
        signing::install();
        let verify = || jsonwebtoken::crypto::verify(signature, message.as_bytes(), &self.decoding, algorithm.into());
        (algorithm.is_rsa() == self.is_rsa).then(|| verify().unwrap_or(false))
    }
}
