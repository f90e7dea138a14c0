//! Which files are a key to sign with, and that one key is one key in whatever form.

use super::*;

/// Far too short; made for this test.
const SHORT: &str = "-----BEGIN RSA PRIVATE KEY-----
MIICXwIBAAKBgQDoCAnjz2FgkQyUMq0n8VUpANa/4M5Q0SRI3hnDS3spsceMiHeA
9tmdVf/0gRYTz0uuWBqKIbGwvGhT9iM7VxcJXSHFdW9JaXZYDkAhkY8ej+ZQtpib
d/FQu/tAiaor7y8c4V4a2Fjj/U+nNJcw4GbBTQJNhl1izV9NkMK5YX95uQIDAQAB
AoGBAOaqLyLAo757E/Uz172whYdopRRFKPVgpGCoIxZpsDvH12eWtq6HN9jYiMYJ
megBmOvt/Bw72Mio1FI7i9TPBD7OyN2+cOJqqGFjHHv2c4PWX3dh3rmhmfVgfZ07
L/VbLJsH14mY0z43+iCZxLRmzYyWu5wKVlK0uPn6c5tbLHWNAkEA/lcbue2R+dDh
fVYgJ49tufUduHmRdTje9k64vO/24XHdhHa/JXUbqLUELzrKYxogwZFQiWtGK0qO
OkTWH3IIXwJBAOmLqXTIul+FalMDCfz1Oc8Mh1aiC4etz82jhIX/pfFho2Lhx981
mFMwKVBt/cZPenDazlrd/1b7HxkT8R4dlOcCQQDW/v1yCs+1tAuYboBZ0JV5dyk7
cpAx3fQjk2H4XIR+CEmvms1ztW2/C91Qq0q/wStlVRgWQbccCzb1LJEwHa3TAkEA
zZ//9Sj+nzeyY6BbXPL0kQ3w4yANkspAGkiMWAa8rohO+LLd7fMcSLIwzfXp6H71
yQN9iJfJR2YW/VeHhgJ5pQJBAN+E3frR3MSgsZMel+Rk6sgE4v68XS5KVzjFtUaE
BIRL7VK/qzVRFqVwbsNyVLeVWf2tTfzMYHGs/lvQHiu+BRU=
-----END RSA PRIVATE KEY-----
";

fn pkcs1(key: &RsaKey) -> String {
    let whole = key.pkcs8();
    // Behind the algorithm: NULL, and the head of an OCTET STRING.
    let from = whole.windows(RSA_ENCRYPTION.len()).position(|part| part == RSA_ENCRYPTION).unwrap() + 9 + 2 + 4;
    pem("RSA PRIVATE KEY", &whole[from..])
}

#[test]
fn one_key_is_the_same_in_every_form() {
    let key = RsaKey::generate(RsaBits::B2048);
    let again = RsaKey::read(&key.private_pem()).unwrap();
    let older = RsaKey::read(&pkcs1(&key)).unwrap();
    let with_words = RsaKey::read(&format!("Bag Attributes\n  x: y\n{}", &*key.private_pem())).unwrap();
    assert_eq!(key.bits(), 2048);
    for other in [again, older, with_words] {
        assert_eq!(other.fingerprint(), key.fingerprint());
        assert_eq!(other.public_pem(), key.public_pem());
        assert_eq!(other.sub_keys().secret_fingerprint(), key.sub_keys().secret_fingerprint());
    }
    assert_ne!(RsaKey::generate(RsaBits::B2048).fingerprint(), key.fingerprint());
}

#[test]
fn the_public_half_is_told_as_servers_read_it() {
    let key = RsaKey::generate(RsaBits::B2048);
    let pem = key.public_pem();
    assert!(pem.starts_with("-----BEGIN PUBLIC KEY-----\nMIIBIjANBgkq"), "{pem}");
    assert!(pem.lines().all(|line| line.len() <= 64));
    let jwk = key.jwk("workshop", "RS256");
    assert_eq!(
        (jwk["kty"].as_str(), jwk["kid"].as_str(), jwk["e"].as_str()),
        (Some("RSA"), Some("workshop"), Some("AQAB"))
    );
    assert_eq!(BASE64URL_NOPAD.decode(jwk["n"].as_str().unwrap().as_bytes()).unwrap().len(), 256);
    // printf workshop | sha256sum
    assert_eq!(asap_file_name("workshop"), "ee510d1a07ac7e6491ea191cd1918ea553ed2a358c8a0a04c1b90bd89222c314.pem");
}

#[test]
fn what_cannot_sign_is_named_with_a_way_out() {
    use RsaKeyProblem as P;
    let key = RsaKey::generate(RsaBits::B2048);
    let private = key.private_pem();
    let elliptic = rcgen::KeyPair::generate().unwrap().serialize_pem();
    let locked = private.replace("PRIVATE KEY", "ENCRYPTED PRIVATE KEY");
    let older_lock = "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n\nAAAA\n-----END RSA PRIVATE KEY-----\n";
    let cut = private.lines().take(8).collect::<Vec<_>>().join("\n");
    let garbled = private.replace("MII", "AAA");
    for (text, problem) in [
        ("", P::NoPem),
        ("a-secret-of-32-octets-or-more-than-that", P::NoPem),
        (locked.as_str(), P::Encrypted),
        (older_lock, P::Encrypted),
        (key.public_pem().as_str(), P::Public),
        ("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----", P::Certificate),
        ("-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----", P::OpenSsh),
        ("-----BEGIN EC PRIVATE KEY-----\nAAAA\n-----END EC PRIVATE KEY-----", P::NotRsa),
        (elliptic.as_str(), P::NotRsa),
        (cut.as_str(), P::Damaged),
        (garbled.as_str(), P::Damaged),
        (SHORT, P::Short(1024)),
    ] {
        let found = RsaKey::read(text).unwrap_err();
        assert_eq!(found, problem);
        assert!(!found.hint().is_empty());
    }
}
