//! RSA signatures through jsonwebtoken with a key that is parsed once: it parses the key for each token, which
//! takes longer than to sign.
//!
//! Owns: the provider that jsonwebtoken asks for signers. Everything but RSA is left to the one it comes with.

use std::sync::{Arc, Once, PoisonError, RwLock, Weak};

use aws_lc_rs::{digest, rand::SystemRandom, rsa::KeyPair, signature as aws};
use jsonwebtoken::{
    Algorithm, EncodingKey,
    crypto::{CryptoProvider, JwtSigner, KeyUtils, aws_lc::DEFAULT_PROVIDER},
    errors::{Error, ErrorKind},
    signature::{self, Signer},
};

use super::rsa::RsaKey;

static PROVIDER: CryptoProvider = CryptoProvider {
    signer_factory: signer,
    verifier_factory: |algorithm, key| (DEFAULT_PROVIDER.verifier_factory)(algorithm, key),
    // For keys in JSON, which are not read here.
    key_utils: KeyUtils::new_unimplemented(),
};

/// What an RSA key is called between us and the provider.
type Handle = [u8; digest::SHA256_OUTPUT_LEN];

/// The keys in use; gone with the last [`RsaKey`] that holds one.
static KEYS: RwLock<Vec<(Handle, Weak<KeyPair>)>> = RwLock::new(Vec::new());

/// Has jsonwebtoken ask here for signers. Before its first use, or it would keep its own provider.
pub(super) fn install() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| PROVIDER.install_default().expect("nobody else installs one"));
}

/// What jsonwebtoken is given in place of the key: its name here, so that no second copy of it is in memory.
pub(super) fn encoding_key(key: &RsaKey) -> EncodingKey {
    install();
    let name = digest::digest(&digest::SHA256, key.public_der());
    let handle: Handle = name.as_ref().try_into().expect("SHA-256 has 32 octets");
    let mut keys = KEYS.write().unwrap_or_else(PoisonError::into_inner);
    keys.retain(|(known, pair)| *known != handle && pair.strong_count() > 0);
    keys.push((handle, Arc::downgrade(key.pair())));
    EncodingKey::from_rsa_der(&handle)
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "jsonwebtoken's own type of signer factories")]
fn signer(algorithm: &Algorithm, key: &EncodingKey) -> Result<Box<dyn JwtSigner>, Error> {
    let padding: &'static dyn aws::RsaEncoding = match algorithm {
        Algorithm::RS256 => &aws::RSA_PKCS1_SHA256,
        Algorithm::RS384 => &aws::RSA_PKCS1_SHA384,
        Algorithm::RS512 => &aws::RSA_PKCS1_SHA512,
        _ => return (DEFAULT_PROVIDER.signer_factory)(algorithm, key),
    };
    let keys = KEYS.read().unwrap_or_else(PoisonError::into_inner);
    let found = keys.iter().find(|(handle, _)| handle == key.as_bytes()).and_then(|(_, pair)| pair.upgrade());
    let pair = found.ok_or_else(|| Error::from(ErrorKind::InvalidKeyFormat))?;
    Ok(Box::new(RsaSigner { pair, padding, algorithm: *algorithm }))
}

struct RsaSigner {
    pair: Arc<KeyPair>,
    padding: &'static dyn aws::RsaEncoding,
    algorithm: Algorithm,
}

impl Signer<Vec<u8>> for RsaSigner {
    fn try_sign(&self, message: &[u8]) -> Result<Vec<u8>, signature::Error> {
        let mut signature = vec![0; self.pair.public_modulus_len()];
        self.pair
            .sign(self.padding, &SystemRandom::new(), message, &mut signature)
            .map_err(signature::Error::from_source)?;
        Ok(signature)
    }
}

impl JwtSigner for RsaSigner {
    fn algorithm(&self) -> Algorithm {
        self.algorithm
    }
}
