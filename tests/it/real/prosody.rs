//! A real Prosody, asked by `check --server` as a browser would log in; and nginx before it.

use std::{
    fs,
    net::{TcpListener, TcpStream},
    process::Command,
    time::Duration,
};

use roomkey::jitsi::{RsaBits, RsaKey, asap_file_name};

use super::skipped;
use crate::support::{CLOSED_PORT, EventFile, Finished, Sandbox, SmtpServer, variable};

/// The servers, as `.ci/prosody` describes them.
pub(super) struct Servers {
    pub(super) port: u16,
    pub(super) secret: String,
    keys: String,
    config: String,
    folder: String,
    ca: String,
    /// As it should be, of another name, down, without BOSH, leading elsewhere, a minute ahead.
    tls: Vec<u16>,
}

impl Servers {
    pub(super) fn running(test: &str) -> Option<Self> {
        if variable("ROOMKEY_REAL_PROSODY").as_deref() != Some("1") {
            skipped(test, "no real Prosody; `.ci/run` starts one and sets ROOMKEY_REAL_PROSODY=1");
            return None;
        }
        let value = |name: &str| variable(name).unwrap_or_else(|| panic!("{name} is not set"));
        Some(Self {
            port: value("ROOMKEY_REAL_PROSODY_PORT").parse().unwrap(),
            secret: value("ROOMKEY_REAL_PROSODY_SECRET"),
            keys: value("ROOMKEY_REAL_PROSODY_KEYS"),
            folder: value("ROOMKEY_REAL_PROSODY_KEYS").trim_end_matches("/keys").to_owned(),
            config: value("ROOMKEY_REAL_PROSODY_CONFIG"),
            ca: value("ROOMKEY_REAL_JITSI_CA"),
            tls: value("ROOMKEY_REAL_JITSI_PORTS").split(' ').map(|port| port.parse().unwrap()).collect(),
        })
    }

    /// An event at Prosody itself, without TLS.
    pub(super) fn plain(&self) -> EventFile {
        EventFile::at(CLOSED_PORT).text("jitsi", "url", &format!("http://127.0.0.1:{}", self.port))
    }

    /// An event at one of nginx's doors.
    fn at(&self, door: usize) -> EventFile {
        let url = format!("https://localhost:{}", self.tls[door]);
        EventFile::at(CLOSED_PORT).text("jitsi", "url", &url).text("jitsi", "ca_file", &self.ca)
    }

    /// An event at nginx, as it should be.
    pub(super) fn behind_nginx(&self) -> EventFile {
        self.at(0)
    }

    pub(super) fn sandbox(&self) -> Sandbox {
        let mut sandbox = Sandbox::with_attendees(1, CLOSED_PORT);
        sandbox.set("ROOMKEY_JITSI_SECRET", &self.secret);
        sandbox
    }
}

fn asked(sandbox: &Sandbox, domain: &str) -> Finished {
    sandbox.run(&["check", "--server", "--xmpp-domain", domain])
}

#[test]
fn a_server_that_takes_this_events_key_says_so_and_why_not_where_it_does_not() {
    let Some(servers) = Servers::running("a real Prosody's answers") else { return };
    let sandbox = servers.sandbox();
    servers.plain().write(&sandbox);
    asked(&sandbox, "hs256.test").is(0).says("the server accepts this event's key, and refuses empty, forged");
    // The settings say it for good, and for `send`.
    servers.plain().text("jitsi", "xmpp_domain", "HS256.test").write(&sandbox);
    sandbox.run(&["check", "--server"]).is(0).says("the server accepts this event's key");
    servers.plain().write(&sandbox);
    for (domain, what, hint) in [
        ("iss.test", "the server's app_id is not `workshop`: it refused `iss`", "asap_accepted_issuers"),
        ("aud.test", "it refused `aud`", "`audience` under [jitsi]"),
        ("secret.test", "the server's secret is another one", "app_secret"),
        ("hs384.test", "wants another signature than HS256", "`algorithm` under [jitsi]"),
        ("rs256.test", "checks tokens by a key server", "private_key_file"),
        ("open.test", "lets people in without a token", "allow_empty_token = false"),
        ("anonymous.test", "looks at no token", "authentication = \"token\""),
        ("password.test", "asks for a name and a password", "authentication = \"token\""),
    ] {
        asked(&sandbox, domain).is(3).says(what).says(hint);
    }
    asked(&sandbox, "nowhere.test").is(6).says("no XMPP domain nowhere.test; its config.js").says("`xmpp_domain`");
    // Nothing of a token is shown, however much is told.
    let told = sandbox.run(&["check", "--server", "--xmpp-domain", "hs256.test", "-v"]);
    assert!(told.is(0).says("forged refused (Invalid signature)").said().find("eyJ").is_none());
    sandbox.run(&["check", "--bosh", "ftp://127.0.0.1/http-bind"]).is(2).says("no address of a server");
}

#[test]
fn tokens_of_every_scheme_are_accepted() {
    let Some(servers) = Servers::running("tokens of every scheme") else { return };
    let sandbox = servers.sandbox();
    for algorithm in ["HS256", "HS384", "HS512"] {
        servers.plain().text("jitsi", "algorithm", algorithm).write(&sandbox);
        asked(&sandbox, &format!("{}.test", algorithm.to_lowercase())).is(0).says("accepts this event's key");
    }
    let key = RsaKey::generate(RsaBits::B2048);
    let kid = format!("roomkey/{}", std::process::id());
    fs::write(format!("{}/{}", servers.keys, asap_file_name(&kid)), key.public_pem()).unwrap();
    sandbox.write("jitsi.pem", &key.private_pem());
    let private = |algorithm: &str, kid: &str| {
        servers
            .plain()
            .text("jitsi", "algorithm", algorithm)
            .text("jitsi", "private_key_file", "jitsi.pem")
            .text("jitsi", "key_id", kid)
    };
    for algorithm in ["RS256", "RS384", "RS512"] {
        private(algorithm, &kid).write(&sandbox);
        asked(&sandbox, &format!("{}.test", algorithm.to_lowercase())).is(0).says("accepts this event's key");
    }
    private("RS256", "unknown").write(&sandbox);
    asked(&sandbox, "rs256.test").is(3).says("finds no public key for `unknown`").says(&asap_file_name("unknown"));
    private("RS256", &kid).without("jitsi", "key_id").write(&sandbox);
    asked(&sandbox, "rs256.test").is(3).says("which key has signed (`kid`)");
    let other = RsaKey::generate(RsaBits::B2048);
    sandbox.write("jitsi.pem", &other.private_pem());
    private("RS256", &kid).write(&sandbox);
    asked(&sandbox, "rs256.test").is(3).says("public half of another key");
}

#[test]
fn what_stands_before_it_is_told_in_words() {
    let Some(servers) = Servers::running("nginx before Prosody") else { return };
    let sandbox = servers.sandbox();
    servers.at(0).write(&sandbox);
    sandbox.run(&["check", "--server"]).is(0).says("localhost: the server accepts this event's key");
    for (door, status, what, hint) in [
        (1, 6, "its certificate is for another name", "slip in `url`"),
        (2, 6, "answers with the HTTP status 502", "systemctl status prosody"),
        (3, 6, "answers with the HTTP status 404", "set `bosh`"),
        (4, 6, "leads on to elsewhere.test, another server", "as `url` under [jitsi]"),
        (5, 3, "s ahead of this computer's", "timedatectl"),
    ] {
        servers.at(door).write(&sandbox);
        sandbox.run(&["check", "--server"]).is(status).says(what).says(hint);
    }
    let relay = SmtpServer::obliging();
    let url = format!("https://localhost:{}", servers.tls[0]);
    EventFile::at(relay.port()).text("jitsi", "url", &url).text("jitsi", "ca_file", &servers.ca).write(&sandbox);
    sandbox.run(&["check", "--all"]).is(0).says("takes mail from this sender").says("accepts this event's key");
    // BOSH elsewhere is asked where somebody says so.
    servers.at(3).write(&sandbox);
    let bosh = format!("https://localhost:{}/http-bind", servers.tls[0]);
    sandbox.run(&["check", "--server", "--bosh", &bosh, "--xmpp-domain", "hs256.test"]).is(0);
    servers.at(0).without("jitsi", "ca_file").write(&sandbox);
    sandbox.run(&["check", "--server"]).is(6).says("nobody trusted has signed its certificate").says("`ca_file`");
    servers.at(0).text("jitsi", "ca_file", "none.pem").write(&sandbox);
    sandbox.run(&["check", "--server"]).is(3).says("ca_file: failed to read");
    let url = format!("http://127.0.0.1:{CLOSED_PORT}");
    EventFile::at(CLOSED_PORT).text("jitsi", "url", &url).write(&sandbox);
    sandbox.run(&["check", "--server"]).is(6).says("does not answer");
}

#[test]
fn a_server_that_hangs_is_left_after_ten_seconds() {
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let sandbox = Sandbox::with_attendees(1, CLOSED_PORT);
    let url = format!("http://127.0.0.1:{}", silent.local_addr().unwrap().port());
    EventFile::at(CLOSED_PORT).text("jitsi", "url", &url).write(&sandbox);
    sandbox.run(&["check", "--server"]).is(6).says("did not answer within 10 seconds");
}

/// Runs a program for which the server's name leads to this machine.
const UNDER: [&str; 6] = ["unshare", "-m", "sh", "-c", "mount --bind hosts /etc/hosts && exec \"$@\"", "sh"];
const NAME: &str = "jitsi.roomkey-tests.org";

#[test]
fn a_run_asks_first_and_stops_where_links_would_be_refused() {
    let Some(servers) = Servers::running("a run that asks Prosody first") else { return };
    let mounted = Command::new("unshare").args(["-m", "mount", "--bind", "/etc/hosts", "/etc/hosts"]).output();
    if !mounted.is_ok_and(|output| output.status.success()) {
        return skipped("a run that asks Prosody first", "this user may not mount");
    }
    let relay = SmtpServer::obliging();
    let mut sandbox = Sandbox::with_attendees(2, relay.port());
    sandbox.write("hosts", &format!("127.0.0.1 localhost {NAME}\n"));
    let at = |door: usize, check: &str| {
        let url = format!("https://{NAME}:{}", servers.tls[door]);
        let event = EventFile::at(relay.port()).text("jitsi", "url", &url).text("jitsi", "ca_file", &servers.ca);
        event.text("jitsi", "server_check", check)
    };
    let send = |sandbox: &Sandbox| sandbox.spawn_under(&UNDER, &["send", "--yes"]).wait();
    // The sandbox's own secret is another one than the server's.
    at(0, "warn").write(&sandbox);
    let refused = send(&sandbox);
    refused.is(3).says("the server's secret is another one").says("nothing was sent: these links would not work");
    sandbox.run(&["send", "--dry-run"]).is(0);
    let test = sandbox.spawn_under(&UNDER, &["send", "--to", "me@example.org", "--yes"]).wait();
    test.is(3).says("the server's secret is another one");
    assert_eq!(relay.counts().connections, 0);
    // A server that does not answer is a warning, or where it must, the end.
    at(2, "require").write(&sandbox);
    send(&sandbox).is(6).says("nothing was sent: the Jitsi server cannot be asked").says("HTTP status 502");
    assert_eq!(relay.counts().connections, 0);
    at(2, "warn").write(&sandbox);
    send(&sandbox).is(0).says("warning: the Jitsi server cannot be asked");
    assert_eq!(relay.counts().mails, 2);
    sandbox.set("ROOMKEY_JITSI_SECRET", &servers.secret);
    at(0, "require").write(&sandbox);
    sandbox.spawn_under(&UNDER, &["resend", "a1@example.org"]).wait().is(0).says("accepts this event's key");
    at(2, "off").write(&sandbox);
    sandbox.spawn_under(&UNDER, &["resend", "a1@example.org"]).wait().is(0).says_not("Jitsi server");
    assert_eq!(relay.counts().mails, 4);
}

#[test]
fn a_run_asks_nobody_at_a_name_that_nobody_has() {
    let server = SmtpServer::obliging();
    let sandbox = Sandbox::with_attendees(1, server.port());
    EventFile::at(server.port()).text("jitsi", "server_check", "require").write(&sandbox);
    sandbox.run(&["send", "--yes"]).is(0).says_not("the Jitsi server");
    assert_eq!(server.counts().mails, 1);
}

#[test]
fn the_printed_block_loads_in_a_prosody_that_then_takes_the_links() {
    let Some(servers) = Servers::running("server-config's block in a Prosody") else { return };
    for algorithm in ["HS256", "HS512"] {
        let mut sandbox = servers.sandbox();
        let port = free_port();
        let url = format!("http://127.0.0.1:{port}");
        EventFile::at(CLOSED_PORT).text("jitsi", "url", &url).text("jitsi", "algorithm", algorithm).write(&sandbox);
        let printed = sandbox.run(&["server-config", "--format", "prosody", "-q"]).is(0).stdout.clone();
        let block = printed.split("\n# Jicofo").next().unwrap().replace("THE-SECRET", &servers.secret);
        let folder = sandbox.path("prosody");
        fs::create_dir_all(folder.join("data")).unwrap();
        let head = fs::read_to_string(&servers.config).unwrap();
        let head = head.split("VirtualHost").next().unwrap().replace(&servers.port.to_string(), &port.to_string());
        let head = head.replace(&servers.folder, folder.to_str().unwrap());
        // The block must say that itself.
        let head = head.lines().filter(|line| !line.starts_with("muc_mapper")).collect::<Vec<_>>().join("\n");
        sandbox.write("prosody/prosody.cfg.lua", &format!("{head}\n{block}"));
        let config = sandbox.path("prosody/prosody.cfg.lua");
        let mut prosody = Command::new("prosody").arg("--config").arg(&config).arg("-F").spawn().unwrap();
        let is_up = || TcpStream::connect(("127.0.0.1", port)).is_ok();
        for _ in 0..100 {
            if is_up() {
                break;
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        sandbox.set("ROOMKEY_JITSI_SECRET", &servers.secret);
        let told = asked(&sandbox, "127.0.0.1");
        let log = sandbox.read("prosody/prosody.log");
        let _ = prosody.kill();
        let _ = prosody.wait();
        told.is(0).says("the server accepts this event's key");
        let errors: Vec<_> =
            log.lines().filter(|line| line.contains("\terror\t") && !line.contains("certmanager")).collect();
        assert_eq!(errors, Vec::<&str>::new());
    }
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}
