//! Which files check a signature, and that what is none is told for what it is.

use super::*;
use crate::jitsi::RsaBits;

/// 1024 bits; made for this test.
const SHORT: &str = "-----BEGIN PUBLIC KEY-----
MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQC5Uv/zJgB30PKWp56H5t8nZlDo
EVr5pWKeVo1VD+5/+eXykTF5hzw4aUAWIoC+ZkArqbS4KCP2rTZeA3OZ885RIBYR
h+Dp2D+40Mp2D7tkU2ev8kv/ULedCfnpTWCj1+GUpmTwer50ivVimAlsalZWJbSS
csPgv8ZhQ/EREDUvjwIDAQAB
-----END PUBLIC KEY-----
";

fn key() -> RsaKey {
    RsaKey::generate(RsaBits::B2048)
}

/// A public key of PKCS#1: what stands in the BIT STRING of the usual form.
fn older_form(key: &RsaKey) -> String {
    format!("-----BEGIN RSA PUBLIC KEY-----\n{}\n-----END RSA PUBLIC KEY-----\n", BASE64.encode(key.public_der()))
}

#[test]
fn a_key_checks_signatures_in_whatever_form_it_is_given() {
    let key = key();
    let message = "header.claims";
    let encoding = signing::encoding_key(&key);
    signing::install();
    let signature = jsonwebtoken::crypto::sign(message.as_bytes(), &encoding, jsonwebtoken::Algorithm::RS256).unwrap();
    let marked = format!("\u{FEFF}{}", key.public_pem());
    let with_returns = key.public_pem().replace('\n', "\r\n");
    for text in [key.public_pem(), key.private_pem().to_string(), older_form(&key), marked, with_returns] {
        let read = VerifyingKey::read(text.as_bytes()).unwrap_or_else(|problem| panic!("{text}: {problem}"));
        assert_eq!(read.holds(message, &signature, Algorithm::Rs256), Some(true), "{text}");
        assert_eq!(read.holds("header.other", &signature, Algorithm::Rs256), Some(false));
        assert_eq!(read.holds(message, &signature, Algorithm::Hs256), None);
        assert!(read.is_rsa);
    }
}

#[test]
fn what_checks_nothing_is_named_with_a_way_out() {
    use VerifyingKeyProblem as P;
    let key = key();
    let public = key.public_pem();
    let wide = |text: &str, order: fn(u16) -> [u8; 2]| text.encode_utf16().flat_map(order).collect::<Vec<u8>>();
    let elliptic = rcgen::KeyPair::generate().unwrap();
    let certificate = rcgen::generate_simple_self_signed(vec!["m.org".to_owned()]).unwrap().cert;
    let private = key.private_pem().replace("PRIVATE KEY", "ENCRYPTED PRIVATE KEY");
    let text = |text: &str| text.as_bytes().to_vec();
    for (octets, problem) in [
        (text(""), P::Empty),
        (text(" \r\n\n"), P::Empty),
        (text("\u{FEFF}"), P::Empty),
        (wide(&format!("\u{FEFF}{public}"), u16::to_le_bytes), P::Utf16),
        (wide("a-secret", u16::to_le_bytes), P::Utf16),
        (wide("a-secret", u16::to_be_bytes), P::Utf16),
        (text("\u{FEFF}a-secret\n"), P::ByteOrderMark),
        (key.public_der().to_vec(), P::Der),
        (certificate.der().to_vec(), P::Der),
        (vec![0x89, b'P', b'N', b'G', 0, 1], P::NoText),
        (text("a\0b"), P::NoText),
        (text(&certificate.pem()), P::Certificate),
        (text("-----BEGIN TRUSTED CERTIFICATE-----\nAAAA\n"), P::Certificate),
        (text("-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n"), P::OtherPem),
        (text("ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABgQ ada@laptop\n"), P::OpenSsh),
        (text("-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----\n"), P::OpenSsh),
        (text("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5 ada@laptop\n"), P::NotRsa),
        (text("---- BEGIN SSH2 PUBLIC KEY ----\nAAAA\n---- END SSH2 PUBLIC KEY ----\n"), P::OtherSsh),
        (text("PuTTY-User-Key-File-3: ssh-rsa\nEncryption: none\n"), P::OtherSsh),
        (text("{\"keys\": []}\n"), P::Json),
        (text(&private), P::Encrypted),
        (text(&elliptic.public_key_pem()), P::NotRsa),
        (text(&elliptic.serialize_pem()), P::NotRsa),
        (text(SHORT), P::Short(1024)),
        (text(&public.lines().take(3).collect::<Vec<_>>().join("\n")), P::Damaged),
        (text(&public.replace("MII", "AAA")), P::Damaged),
        (text(&older_form(&key).replace("MII", "AAA")), P::Damaged),
        (text("a-secret\nand-another\n"), P::Lines(2)),
    ] {
        let found = VerifyingKey::read(&octets).unwrap_err();
        assert_eq!(found, problem, "{}", String::from_utf8_lossy(&octets));
        assert!(!found.hint().is_empty());
    }
    for secret in ["a-secret", "a-secret\n", "a-secret\r\n", "a secret of words", "{a-secret}"] {
        assert!(!VerifyingKey::read(secret.as_bytes()).unwrap().is_rsa, "{secret}");
    }
}
