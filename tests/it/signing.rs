//! What signs: secrets of every HMAC, private keys, and keys that are none.

use std::fs;

use roomkey::jitsi::{RsaBits, RsaKey};
use serde_json::json;

use crate::support::{CLOSED_PORT, EventFile, SECRET, Sandbox, SmtpServer, mode, verify_token};

/// An event whose links a private key signs.
fn with_key(pem: &str, mode: u32) -> Sandbox {
    use std::os::unix::fs::PermissionsExt as _;
    let sandbox = Sandbox::with_attendees(2, CLOSED_PORT);
    sandbox.write("jitsi.pem", pem);
    fs::set_permissions(sandbox.path("jitsi.pem"), fs::Permissions::from_mode(mode)).unwrap();
    event().write(&sandbox);
    sandbox
}

fn event() -> EventFile {
    EventFile::at(CLOSED_PORT)
        .text("jitsi", "private_key_file", "jitsi.pem")
        .text("jitsi", "key_id", "workshop-2026")
        .without("jitsi", "secret_file")
}

#[test]
fn a_private_key_signs_and_proves_its_links() {
    let key = RsaKey::generate(RsaBits::B2048);
    let sandbox = with_key(&key.private_pem(), 0o600);
    sandbox.run(&["check"]).is(0).says("RS256").says("the private key comes from the file");
    let link = sandbox.run(&["link", "a1@example.org"]).is(0).stdout.clone();
    let read = sandbox.run(&["inspect", link.trim()]);
    read.is(0).says("RS256").says("workshop-2026");
    assert!(!sandbox.run(&["check"]).said().contains("PRIVATE KEY"));
    // Another form of the same key changes nothing.
    let again = RsaKey::read(&key.private_pem()).unwrap();
    sandbox.write("jitsi.pem", &again.private_pem());
    assert_eq!(sandbox.run(&["link", "a1@example.org"]).stdout, link);
    for algorithm in ["RS384", "RS512"] {
        event().text("jitsi", "algorithm", algorithm).write(&sandbox);
        sandbox.run(&["check"]).is(0).says(algorithm);
    }
    event().text("jitsi", "algorithm", "HS256").write(&sandbox);
    sandbox.run(&["link", "a1@example.org"]).is(3).says("take `algorithm` out");
}

#[test]
fn what_is_no_key_to_sign_with_is_told_by_check_and_by_link() {
    let key = RsaKey::generate(RsaBits::B2048);
    let elliptic = rcgen::KeyPair::generate().unwrap().serialize_pem();
    let locked = key.private_pem().replace("PRIVATE KEY", "ENCRYPTED PRIVATE KEY");
    for (pem, mode, what) in [
        (key.public_pem().as_str(), 0o600, "this is a public key"),
        (elliptic.as_str(), 0o600, "a key of another kind"),
        (locked.as_str(), 0o600, "openssl pkey -in"),
        ("", 0o600, "is empty"),
        (&key.private_pem(), 0o640, "chmod 600"),
        (&key.private_pem(), 0o604, "can be read by others"),
    ] {
        let sandbox = with_key(pem, mode);
        for command in [&["check"][..], &["link", "a1@example.org"]] {
            sandbox.run(command).is(3).says("event.toml:").says(what);
        }
    }
    let sandbox = with_key(&key.private_pem(), 0o600);
    fs::remove_file(sandbox.path("jitsi.pem")).unwrap();
    sandbox.run(&["check"]).is(3).says("there is no file").says_not("secret");
    event().text("jitsi", "secret_file", "jitsi.secret").write(&sandbox);
    sandbox.run(&["check"]).is(3).says("a secret is named as well");
    event().without("jitsi", "private_key_file").text("jitsi", "algorithm", "RS256").write(&sandbox);
    sandbox.run(&["check"]).is(3).says("private_key_file = \"jitsi.pem\"");
    sandbox.run(&["rehearse"]).is(0);
}

#[test]
fn a_key_as_windows_writes_it_signs_and_one_that_is_no_text_leads_to_openssl() {
    let key = RsaKey::generate(RsaBits::B2048);
    let pem = key.private_pem();
    let sandbox = with_key(&pem, 0o600);
    let link = sandbox.run(&["link", "a1@example.org"]).is(0).stdout.clone();
    let utf_16 = |order: fn(u16) -> [u8; 2]| pem.encode_utf16().flat_map(order).collect::<Vec<u8>>();
    for octets in [
        [&[0xef, 0xbb, 0xbf], pem.as_bytes()].concat(),
        [vec![0xff, 0xfe], utf_16(u16::to_le_bytes)].concat(),
        [vec![0xfe, 0xff], utf_16(u16::to_be_bytes)].concat(),
        pem.replace('\n', "\r\n").into_bytes(),
    ] {
        fs::write(sandbox.path("jitsi.pem"), octets).unwrap();
        assert_eq!(sandbox.run(&["link", "a1@example.org"]).is(0).stdout, link);
    }
    for octets in [&[0x30, 0x82, 0x04, 0xbd, 0xff][..], &[0x30, 0x00, 0x41], &utf_16(u16::to_le_bytes)] {
        fs::write(sandbox.path("jitsi.pem"), octets).unwrap();
        let told = sandbox.run(&["check"]);
        told.is(3).says("is not text: a key in PEM form is").says("openssl pkey -inform DER").says_not("secret");
    }
    fs::write(sandbox.path("jitsi.pem"), "\n \n").unwrap();
    sandbox.run(&["check"]).is(3).says("jitsi.pem is empty").says_not("the secret");
}

#[test]
fn what_no_server_takes_well_is_told_by_check() {
    let sandbox = with_key(&RsaKey::generate(RsaBits::B2048).private_pem(), 0o600);
    event().without("jitsi", "key_id").write(&sandbox);
    sandbox.run(&["check"]).is(0).says("no `key_id` is set");
    let long = format!("https://example.org/{}.png", "x".repeat(1400));
    EventFile::at(CLOSED_PORT).text("jitsi", "avatar", &long).write(&sandbox);
    sandbox.run(&["check"]).is(0).says("some mail programs cut it off behind 2000");
    EventFile::at(CLOSED_PORT).text("jitsi", "url", "https://meet.jit.si").write(&sandbox);
    sandbox.run(&["check"]).is(0).says("takes nobody's own tokens");
    for (key, value, what) in [
        ("bosh", "http://meet.example.org/http-bind", "is not encrypted"),
        ("bosh", "https://ada:pw@meet.example.org/http-bind", "holds a user name or password"),
        ("xmpp_domain", "https://meet.jitsi", "is no XMPP domain"),
        ("ca_file", "nowhere.pem", "ca_file"),
    ] {
        EventFile::at(CLOSED_PORT).text("jitsi", key, value).write(&sandbox);
        sandbox.run(&["check"]).is(3).says("event.toml:").says(what);
    }
}

#[test]
fn jaas_needs_an_app_id_a_key_and_its_id() {
    let key = RsaKey::generate(RsaBits::B2048);
    let sandbox = with_key(&key.private_pem(), 0o600);
    let jaas = || {
        event()
            .text("jitsi", "provider", "jaas")
            .text("jitsi", "app_id", "vpaas-magic-cookie-0123456789abcdef0123456789abcdef")
            .text("jitsi", "key_id", "4f4910")
            .without("jitsi", "url")
    };
    jaas().write(&sandbox);
    let link = sandbox.run(&["link", "a1@example.org"]).is(0).stdout.clone();
    assert!(
        link.starts_with("https://8x8.vc/vpaas-magic-cookie-0123456789abcdef0123456789abcdef/rust-workshop?jwt="),
        "{link}"
    );
    sandbox.run(&["inspect", link.trim()]).is(0).says("vpaas-magic-cookie-0123456789abcdef0123456789abcdef/4f4910");
    jaas().without("jitsi", "key_id").write(&sandbox);
    sandbox.run(&["check"]).is(3).says("`key_id` is missing").says("https://jaas.8x8.vc");
    jaas().without("jitsi", "provider").text("jitsi", "url", "https://8x8.vc/vpaas-magic-cookie-1").write(&sandbox);
    sandbox.run(&["check"]).is(3).says("provider = \"jaas\"");
    jaas().text("jitsi", "app_id", "workshop").write(&sandbox);
    sandbox.run(&["check"]).is(3).says("`app_id` is none of JaaS");
    jaas().text("jitsi", "provider", "jass").write(&sandbox);
    sandbox.run(&["check"]).is(3).says("did you mean \"jaas\"?");
}

#[test]
fn a_new_pair_signs_and_its_public_half_is_what_a_server_reads() {
    let sandbox = Sandbox::with_attendees(1, CLOSED_PORT);
    let made = sandbox.run(&["keys", "new", "keys", "--key-id", "workshop/2026", "--bits", "2048"]);
    let public = roomkey::jitsi::asap_file_name("workshop/2026");
    made.is(0).says("keys/private.pem").says(&public).says("key_id = \"workshop/2026\"");
    assert_eq!((mode(&sandbox.path("keys")), mode(&sandbox.path("keys/private.pem"))), (0o700, 0o600));
    assert_eq!(sandbox.read("keys/.gitignore"), "private.pem\n");
    EventFile::at(CLOSED_PORT)
        .text("jitsi", "private_key_file", "keys/private.pem")
        .text("jitsi", "key_id", "workshop/2026")
        .write(&sandbox);
    let shown = sandbox.run(&["keys", "show"]);
    shown.is(0).says("workshop/2026").says(&public).says("SHA256:").says(&sandbox.read(&format!("keys/{public}")));
    assert!(!shown.said().contains("PRIVATE"));
    let set: serde_json::Value = serde_json::from_str(&sandbox.read("keys/jwks.json")).unwrap();
    let [jwk] = &set["keys"].as_array().unwrap()[..] else { panic!("{set}") };
    assert_eq!((jwk["kid"].as_str(), jwk["alg"].as_str()), (Some("workshop/2026"), Some("RS256")));
    // jsonwebtoken reads it, and takes the link's token.
    let link = sandbox.run(&["link", "a1@example.org"]).is(0).stdout.clone();
    let token = link.trim().split_once("jwt=").unwrap().1;
    let (n, e) = (jwk["n"].as_str().unwrap(), jwk["e"].as_str().unwrap());
    let (message, signature) = token.rsplit_once('.').unwrap();
    let verified = jsonwebtoken::crypto::verify(
        signature,
        message.as_bytes(),
        &jsonwebtoken::DecodingKey::from_rsa_components(n, e).unwrap(),
        jsonwebtoken::Algorithm::RS256,
    );
    assert_eq!(verified.ok(), Some(true));
    let set: serde_json::Value = serde_json::from_str(&sandbox.run(&["keys", "show", "--jwks"]).is(0).stdout).unwrap();
    assert_eq!(&set["keys"][0], jwk);
    // Nothing is overwritten, and another pair has a name of its own.
    sandbox.run(&["keys", "new", "keys", "--key-id", "workshop/2026"]).is(3).says("is there already");
    sandbox.run(&["keys", "new", "more"]).is(0).says("key_id = \"roomkey-");
    // The path is told as event.toml takes it, wherever that lies.
    fs::create_dir(sandbox.path("workshop")).unwrap();
    let told = sandbox.run(&["keys", "new", "theirs", "-e", "workshop/event.toml"]);
    told.is(0).says(&format!("private_key_file = \"{}", sandbox.path("theirs/private.pem").display()));
    let told = sandbox.run(&["keys", "new", "workshop/keys", "-e", "workshop/event.toml"]);
    told.is(0).says("private_key_file = \"keys/private.pem\"");
    sandbox.run(&["keys", "new"]).is(2).says("needs a folder");
    sandbox.run(&["keys", "show", "keys"]).is(2).says("takes no folder");
    sandbox.run(&["keys", "new", "more", "--key-id", " "]).is(3).says("--key-id");
    EventFile::at(CLOSED_PORT).write(&sandbox);
    sandbox.run(&["keys", "show"]).is(3).says("signs with a secret (HS256)");
}

#[test]
fn what_the_server_needs_is_printed_without_the_secret() {
    let sandbox = Sandbox::with_attendees(1, CLOSED_PORT);
    let all = sandbox.run(&["server-config"]);
    all.is(0).says("VirtualHost \"meet.example.org\"").says("JWT_APP_ID=workshop").says("roomkey check --server");
    assert!(!all.said().contains(crate::support::SECRET));
    let docker = sandbox.run(&["server-config", "--format", "docker"]);
    docker.is(0).says("ENABLE_AUTO_OWNER=0").says_not("VirtualHost");
    EventFile::at(CLOSED_PORT)
        .text("jitsi", "provider", "jaas")
        .text("jitsi", "app_id", "vpaas-magic-cookie-0123456789abcdef0123456789abcdef")
        .text("jitsi", "key_id", "4f4910")
        .without("jitsi", "url")
        .write(&sandbox);
    let told = sandbox.run(&["server-config"]);
    told.is(3)
        .says("8x8 runs this server")
        .says("Webhooks, https://YOUR-HOST/jaas")
        .says("roomkey attendance --listen");
}

#[test]
fn a_token_of_another_key_is_checked_with_that_key() {
    let key = RsaKey::generate(RsaBits::B2048);
    let sandbox = with_key(&key.private_pem(), 0o600);
    let link = sandbox.run(&["link", "a1@example.org"]).is(0).stdout.trim().to_owned();
    sandbox
        .run(&["inspect", &link])
        .is(0)
        .says("signature: holds; it was made with this event's key")
        .says("that is in ");
    sandbox.write("public.pem", &key.public_pem());
    sandbox.write("other.pem", &RsaKey::generate(RsaBits::B2048).public_pem());
    sandbox.write("secret", "a-secret-of-32-octets-and-some-more\n");
    // Without the event, the key that is given decides.
    let elsewhere = |key: &str| sandbox.run(&["-e", "none.toml", "inspect", &link, "--key", key]);
    elsewhere("public.pem").is(0).says("signature: holds; it was made with the key given");
    elsewhere("jitsi.pem").is(0).says("signature: holds");
    elsewhere("other.pem").is(3).says("signature: does not hold");
    elsewhere("secret").is(0).says("a private key signed it, and a secret was given");
    elsewhere("nothing.pem").is(3).says("--key nothing.pem");
    let told = sandbox.run(&["inspect", &link, "--format", "json"]);
    let value: serde_json::Value = serde_json::from_str(&told.is(0).stdout).unwrap();
    assert_eq!((&value["signature"], &value["header"]["alg"]), (&"holds".into(), &"RS256".into()));
    assert_eq!((&value["claims"]["room"], &value["sound"]), (&"rust-workshop".into(), &true.into()));
    assert!(!told.said().contains("eyJ"));
}

#[test]
fn the_private_key_stands_in_no_output_no_mail_and_no_ledger() {
    let key = RsaKey::generate(RsaBits::B2048);
    let relay = SmtpServer::obliging();
    let sandbox = with_key(&key.private_pem(), 0o600);
    EventFile::at(relay.port())
        .text("jitsi", "private_key_file", "jitsi.pem")
        .text("jitsi", "key_id", "workshop-2026")
        .write(&sandbox);
    let mut told = String::new();
    for arguments in [
        &["check", "-v"][..],
        &["send", "--yes", "-v"],
        &["keys", "show", "-v"],
        &["server-config", "-v"],
        &["rehearse", "-v"],
        &["status", "--format", "json"],
    ] {
        told.push_str(&sandbox.run(arguments).said());
    }
    for mail in relay.received() {
        told.push_str(&String::from_utf8_lossy(&mail.raw));
    }
    for file in ["workshop.sqlite3", "workshop.sqlite3-wal"] {
        told.push_str(&String::from_utf8_lossy(&fs::read(sandbox.path(".roomkey").join(file)).unwrap_or_default()));
    }
    assert_eq!(relay.counts().mails, 2);
    let body = key.private_pem();
    // Its first lines hold the modulus, which is public; what is secret comes after.
    for line in body.lines().skip(8).filter(|line| line.len() == 64) {
        assert!(!told.contains(line), "a line of the key stands in the output");
    }
}

#[test]
fn what_a_token_allows_is_set_for_each_role() {
    let sandbox = Sandbox::with_attendees(0, CLOSED_PORT);
    sandbox.write("attendees.csv", "email,name,moderator\na1@example.org,Ada,yes\na2@example.org,Ben,\n");
    let features = |email: &str| {
        let link = sandbox.run(&["link", email]).is(0).stdout.trim().to_owned();
        verify_token(&link, SECRET).unwrap()["context"]["features"].clone()
    };
    EventFile::at(CLOSED_PORT).write(&sandbox);
    assert_eq!((features("a1@example.org"), features("a2@example.org")), (json!(null), json!(null)));
    EventFile::at(CLOSED_PORT)
        .raw("jitsi.features.moderator", "recording", true)
        .raw("jitsi.features.moderator", "outbound-call", false)
        .raw("jitsi.features.attendee", "send-groupchat", false)
        .write(&sandbox);
    assert_eq!(features("a1@example.org"), json!({"recording": true, "outbound-call": false}));
    assert_eq!(features("a2@example.org"), json!({"send-groupchat": false}));
    sandbox.run(&["check"]).is(0).says("jitsi.features.moderator.recording").says("true  (event.toml:");
    let link = sandbox.run(&["link", "a1@example.org"]).stdout.trim().to_owned();
    sandbox.run(&["inspect", &link]).is(0).says("features: ").says("recording = true");
    // A table with nothing in it takes the server's defaults away.
    let text =
        format!("{}[jitsi.features.attendee]\n", sandbox.read("event.toml").split("[jitsi.features").next().unwrap());
    sandbox.write("event.toml", &text);
    assert_eq!((features("a1@example.org"), features("a2@example.org")), (json!(null), json!({})));
    for (key, value, says) in [
        ("recordings", "true", "did you mean `recording`?"),
        ("outbound_call", "true", "did you mean `outbound-call`?"),
        ("recording", "\"yes\"", "`recording` must be true or false"),
    ] {
        EventFile::at(CLOSED_PORT).raw("jitsi.features.moderator", key, value).write(&sandbox);
        sandbox.run(&["check"]).is(3).says("event.toml:").says(says);
    }
    EventFile::at(CLOSED_PORT).raw("jitsi.features.guest", "recording", true).write(&sandbox);
    sandbox.run(&["check"]).is(3).says("unknown table").says("moderator, attendee");
}
