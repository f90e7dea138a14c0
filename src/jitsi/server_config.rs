//! What a server needs so that it takes an event's links and nobody else's, as text to paste. Pure.
//!
//! Owns: the blocks for Prosody, Jicofo and the web client as Debian's packages have them, and the `.env` lines of
//! docker-jitsi-meet, filled in for one event; the warnings that go with each. No secret stands in any of it.
//! Known weakness: what else stands in the server's files is not known: lines are to be added, not files replaced.

mod who_came;

use std::fmt::Write as _;

pub use self::who_came::ATTENDANCE_PLACEHOLDER;
use super::{Algorithm, Provider, TokenSettings, asap_file_name};

/// For which kind of server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Installation {
    /// Debian's packages: `/etc/prosody`, `/etc/jitsi`.
    Packages,
    /// docker-jitsi-meet.
    Docker,
}

/// The settings for a kind of server; `None` where 8x8 runs it and there is nothing to set.
///
/// What has it tell who came is a comment, unless `is_recorded`.
#[must_use]
pub fn server_config(settings: &TokenSettings, installation: Installation, is_recorded: bool) -> Option<String> {
    if settings.provider == Provider::Jaas {
        return None;
    }
    Some(match installation {
        Installation::Packages => packages(settings, is_recorded),
        Installation::Docker => docker(settings, is_recorded),
    })
}

/// Where the key server's address is to be written.
const KEY_SERVER: &str = "https://keys.example.org/asap";

fn packages(settings: &TokenSettings, is_recorded: bool) -> String {
    let host = settings.server.host();
    let mut out = format!(
        "-- Prosody, /etc/prosody/conf.avail/{host}.cfg.lua: these lines belong into the two blocks that are there\n\
         -- already; leave the others, and lines in `modules_enabled` that are not named here, as they are.\n\
         -- Packages: jitsi-meet-tokens. Afterwards: systemctl restart prosody jicofo\n\n\
         muc_mapper_domain_base = \"{host}\"  -- once, before all blocks; without it nobody gets in: \"Room does not exist\"\n\n\
         VirtualHost \"{host}\"\n    authentication = \"token\"\n    app_id = {}\n",
        lua(&settings.app_id)
    );
    if settings.algorithm.is_rsa() {
        let _ = writeln!(out, "    asap_key_server = \"{KEY_SERVER}\"  -- where the public key lies");
        if let Some(key_id) = settings.key_id() {
            let _ = writeln!(
                out,
                "    -- it asks there for {}: the public key, as `roomkey keys show` prints it",
                asap_file_name(&key_id)
            );
        }
    } else {
        out.push_str("    app_secret = \"THE-SECRET\"  -- the same as Roomkey signs with, octet for octet\n");
    }
    let usual = if settings.algorithm.is_rsa() { Algorithm::Rs256 } else { Algorithm::Hs256 };
    if settings.algorithm != usual {
        let _ = writeln!(out, "    signature_algorithm = \"{}\"", settings.algorithm);
    }
    if let Some(audience) = &settings.audience {
        let _ = writeln!(out, "    asap_accepted_audiences = {{ {} }}", lua(audience));
    }
    let domain = verifies_domain(settings);
    let mapper = match settings.server.tenant() {
        Some(tenant) => format!("\"muc_domain_mapper\";  -- rooms of a tenant, like https://{host}/{tenant}\n        "),
        None => String::new(),
    };
    let who_came = who_came::packages(host, is_recorded);
    let _ = write!(
        out,
        "    allow_empty_token = false  -- true would let in whoever knows the room's name\n    \
         enable_domain_verification = {domain}  -- {}\n    \
         modules_enabled = {{ \"bosh\" }}  -- beside those that are there\n\n\
         Component \"conference.{host}\" \"muc\"\n    \
         modules_enabled = {{\n        {mapper}\
         \"token_verification\";  -- a token opens the room that it names, and no other\n        \
         \"token_affiliation\";  -- moderators are those whose token says so; before 2026 Jitsi did not bring this\n                             -- module along: it is in github.com/jitsi-contrib/prosody-plugins\n    }}\n\n\
         -- Guests: there must be no second VirtualHost with `authentication = \"anonymous\"` (`guest.{host}`), and no\n\
         -- `anonymousdomain` in /etc/jitsi/meet/{host}-config.js: it would be a door without a key.\n\n\
         -- Names cannot be changed in the room with mod_frozen_nick of github.com/jitsi-contrib/prosody-plugins\n\
         -- (`\"frozen_nick\";` in the VirtualHost's modules_enabled).\n\n\
         {who_came}",
        match (domain, settings.server.tenant()) {
            ("true", Some(_)) => "the token's `sub` must be this domain, or the tenant",
            ("true", None) => "the token's `sub` must be this domain",
            _ => "the token's `sub` is not this domain",
        }
    );
    let _ = write!(
        out,
        "\n# Jicofo, /etc/jitsi/jicofo/jicofo.conf: else the first one in becomes moderator, whatever the token says\n\
         jicofo {{\n  conference {{\n    enable-auto-owner = false\n  }}\n}}\n\n\
         // The web client, /etc/jitsi/meet/{host}-config.js: the name in the token stays as it is\n\
         config.readOnlyName = true;\n\n\
         # Older guides write `org.jitsi.jicofo.DISABLE_AUTO_OWNER=true` into sip-communicator.properties: that is\n\
         # `enable-auto-owner = false` above. They put `config.jwt` and `tokenAuthUrl` into config.js: a link that carries\n\
         # its token needs neither.\n"
    );
    out
}

fn docker(settings: &TokenSettings, is_recorded: bool) -> String {
    let mut out = format!(
        "# docker-jitsi-meet, .env. Afterwards: docker compose up -d --force-recreate\n\
         ENABLE_AUTH=1\nAUTH_TYPE=jwt\nENABLE_GUESTS=0  # 1 would be a door for whoever knows the room's name\n\
         JWT_APP_ID={}\n",
        env(&settings.app_id)
    );
    if settings.algorithm.is_rsa() {
        let _ = writeln!(out, "JWT_ASAP_KEYSERVER={KEY_SERVER}  # where the public key lies");
        if let Some(key_id) = settings.key_id() {
            let _ = writeln!(
                out,
                "# it asks there for {}: the public key, as `roomkey keys show` prints it",
                asap_file_name(&key_id)
            );
        }
    } else {
        out.push_str("JWT_APP_SECRET=THE-SECRET  # the same as Roomkey signs with, octet for octet\n");
    }
    let usual = if settings.algorithm.is_rsa() { Algorithm::Rs256 } else { Algorithm::Hs256 };
    if settings.algorithm != usual {
        let _ = writeln!(out, "JWT_SIGN_TYPE={}", settings.algorithm);
    }
    let _ = writeln!(out, "JWT_ACCEPTED_ISSUERS={}", env(settings.issuer()));
    let _ = writeln!(out, "JWT_ACCEPTED_AUDIENCES={}", env(settings.audience()));
    out.push_str(
        "JWT_ALLOW_EMPTY=0\n\
         # In the containers the domain is meet.jitsi and not the public name: the token's `sub` cannot be compared with\n\
         # it, unless `subject = \"meet.jitsi\"` stands in event.toml.\n",
    );
    let subject = i32::from(settings.subject.as_deref() == Some("meet.jitsi"));
    let _ = writeln!(out, "JWT_ENABLE_DOMAIN_VERIFICATION={subject}");
    out.push_str(
        "# Moderators are those whose token says so, and not the first one in.\n\
         ENABLE_AUTO_OWNER=0\n",
    );
    out.push_str(&who_came::docker("token_affiliation", is_recorded));
    out.push_str(
        "# Names cannot be changed in the room with mod_frozen_nick of github.com/jitsi-contrib/prosody-plugins, in\n\
         # prosody/prosody-plugins-custom (XMPP_MODULES=frozen_nick); and in web/custom-config.js:\n\
         #   config.readOnlyName = true;\n",
    );
    out
}

/// Whether `sub` is what Prosody compares it with.
fn verifies_domain(settings: &TokenSettings) -> &'static str {
    let subject = settings.subject();
    let is_known = subject == "*" || subject == settings.server.host() || Some(subject) == settings.server.tenant();
    if is_known { "true" } else { "false" }
}

/// A text as it stands in an `.env` of docker compose: as it is where it is plain, else in single quotes, which
/// leave all but themselves alone.
fn env(text: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_./:@*,+".contains(c);
    if text.chars().all(is_plain) { text.to_owned() } else { format!("'{}'", text.replace('\'', "\\'")) }
}

/// A text as it stands in Lua.
fn lua(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::jitsi::ServerAddress;

    fn settings() -> TokenSettings {
        TokenSettings::usual(ServerAddress::parse("https://meet.example.org").unwrap(), "work\"shop".into())
    }

    #[test]
    fn each_block_is_filled_in_and_holds_no_secret() {
        let prosody = server_config(&settings(), Installation::Packages, false).unwrap();
        for line in [
            "muc_mapper_domain_base = \"meet.example.org\"",
            "VirtualHost \"meet.example.org\"",
            "    app_id = \"work\\\"shop\"",
            "    app_secret = \"THE-SECRET\"",
            "    allow_empty_token = false",
            "    enable_domain_verification = true",
            "Component \"conference.meet.example.org\" \"muc\"",
            "    enable-auto-owner = false",
            "config.readOnlyName = true;",
        ] {
            assert!(prosody.contains(line), "{line} in {prosody}");
        }
        assert!(!prosody.contains("signature_algorithm") && !prosody.contains("asap_key_server"));
        let other = TokenSettings {
            algorithm: Algorithm::Rs384,
            key_id: Some("key".into()),
            subject: Some("meet.jitsi".into()),
            audience: Some("jitsi".into()),
            ..settings()
        };
        let prosody = server_config(&other, Installation::Packages, false).unwrap();
        assert!(prosody.contains("signature_algorithm = \"RS384\"") && prosody.contains(&asap_file_name("key")));
        assert!(prosody.contains("enable_domain_verification = false") && !prosody.contains("app_secret"));
        let docker = server_config(&other, Installation::Docker, false).unwrap();
        for line in [
            "ENABLE_GUESTS=0",
            "JWT_APP_ID='work\"shop'",
            "JWT_SIGN_TYPE=RS384",
            "JWT_ACCEPTED_AUDIENCES=jitsi",
            "JWT_ENABLE_DOMAIN_VERIFICATION=1",
        ] {
            assert!(docker.contains(line), "{line} in {docker}");
        }
        let server = ServerAddress::parse("https://meet.example.org/acme").unwrap();
        let tenant = server_config(&TokenSettings { server, ..settings() }, Installation::Packages, false).unwrap();
        assert!(tenant.contains("\"muc_domain_mapper\";") && tenant.contains("this domain, or the tenant"), "{tenant}");
        assert!(!prosody.contains("muc_domain_mapper"));
        let jaas = TokenSettings { provider: Provider::Jaas, ..settings() };
        assert_eq!(server_config(&jaas, Installation::Docker, false), None);
    }
}
