//! Which Jitsi server, and what signs its links: a secret, or a private key.
//!
//! A private key stays where it is. One that cannot sign is told of in `check`'s words, and may be named all the
//! same: whoever lacks it at the moment is not to lose the other answers.

use std::path::{Path, PathBuf};

use secrecy::ExposeSecret as _;

use super::{
    Interview, Secrets,
    answers::{
        PEM_BEGINS, PrivateKeyMeant, Server, app_id, jitsi_server, key_id, one_line, private_key_meant, signing_secret,
    },
};
use crate::{
    commands::{init::JITSI_SECRET, keys, signing},
    failure::{Failure, Told},
    jitsi::{RsaKey, ServerAddress, SignerProblem, asap_file_name},
    settings::{
        example::{JitsiAnswers, PrivateKeyAnswers, Signs},
        secrets::{self, looks_like_a_secret},
    },
};

/// Where a private key lies most often; the first of them where there is none yet.
const USUAL_KEYS: [&str; 4] = ["jitsi.pem", "jaas.pem", "private.pem", "keys/private.pem"];
/// No PEM file of a key has more lines.
const LINES_OF_A_KEY: usize = 200;

impl Interview<'_> {
    /// The server, and what signs; `None` where the user's configuration names the server.
    pub(super) fn jitsi(&self, secrets: &mut Secrets) -> Result<Option<JitsiAnswers>, Failure> {
        if let (Some(server), Some(_)) = (self.inherited_server(), self.inherited.text("jitsi.app_id")) {
            self.desk.console.say(&format!("Jitsi address: {server} (from {})", self.inherited.shown()));
            return Ok(None);
        }
        let question = "Jitsi address, like https://meet.example.org, or jaas for 8x8's service";
        match self.ask(question, None, jitsi_server)? {
            Server::Own(server) => self.own_server(server, secrets),
            Server::Jaas(known) => self.jaas(known),
        }
        .map(Some)
    }

    fn inherited_server(&self) -> Option<&str> {
        let provider = self.inherited.text("jitsi.provider").filter(|provider| *provider == "jaas");
        self.inherited.text("jitsi.url").or(provider)
    }

    fn own_server(&self, mut server: ServerAddress, secrets: &mut Secrets) -> Result<JitsiAnswers, Failure> {
        if let Some(tenant) = server.tenant() {
            // A room copied along from the address bar looks just like a tenant.
            let question = format!("Is `{tenant}` a tenant of that server, and not a meeting's room?");
            if !self.desk.console.confirm(&question) {
                server = without_tenant(&server);
                self.desk.console.say(&format!("Then the address is {server}; the room has a name of its own."));
            }
        }
        let app_id = self.ask("Jitsi app_id", None, one_line)?;
        let signs = self.signs(secrets)?;
        Ok(JitsiAnswers::Own { url: server.as_str().to_owned(), app_id, signs })
    }

    fn jaas(&self, known: Option<String>) -> Result<JitsiAnswers, Failure> {
        let app_id = match known {
            Some(app_id) => app_id,
            None => self.ask("AppID of JaaS (https://jaas.8x8.vc, API Keys)", None, app_id)?,
        };
        let (file, _) = self.private_key(None)?;
        let question = "Key id, as JaaS shows it beside the public key (- for later)";
        let key_id = self.key_id(question, None, Some(&app_id))?;
        Ok(JitsiAnswers::Jaas { app_id, key: PrivateKeyAnswers { file, key_id } })
    }

    /// The secret of a server of one's own, unless the answer is that a private key signs.
    fn signs(&self, found: &mut Secrets) -> Result<Signs, Failure> {
        let in_file = || Signs::Secret { file: Some(JITSI_SECRET.to_owned()) };
        if self.keeps(JITSI_SECRET) {
            return Ok(in_file());
        }
        let shown =
            "The Jitsi server's app_secret, or `key` where a private key signs instead (not shown; Enter: later): ";
        loop {
            let answer = self.hidden(shown)?;
            if answer.expose_secret().is_empty() {
                return Ok(Signs::Secret { file: None });
            }
            let given = match self.private_key_meant(answer.expose_secret()) {
                Some(PrivateKeyMeant::ByFile(file)) => Some(Some(file)),
                Some(PrivateKeyMeant::ByWord) => Some(None),
                Some(PrivateKeyMeant::Pasted) => {
                    self.take_in_pasted_key()?;
                    Some(None)
                }
                None => None,
            };
            if let Some(file) = given {
                return self.key_of_own_server(file.as_deref()).map(Signs::PrivateKey);
            }
            if self.takes(JITSI_SECRET, answer, signing_secret, found) {
                return Ok(in_file());
            }
        }
    }

    /// Whether an answer means a private key: by its words, or because it names a file that looks like one.
    fn private_key_meant(&self, answer: &str) -> Option<PrivateKeyMeant> {
        private_key_meant(answer).or_else(|| {
            // What is most likely a secret is not copied into paths.
            if looks_like_a_secret(Path::new(answer)) {
                return None;
            }
            let path = self.typed_path(answer).ok()?;
            let file =
                [self.whole(&path), self.desk.around.folder.join(&path)].into_iter().find(|file| file.is_file())?;
            let text = secrets::private_key(&file).ok()?;
            text.expose_secret().contains(PEM_BEGINS).then(|| PrivateKeyMeant::ByFile(answer.to_owned()))
        })
    }

    fn key_of_own_server(&self, given: Option<&str>) -> Result<PrivateKeyAnswers, Failure> {
        let (file, key) = self.private_key(given)?;
        // Beside a key that `roomkey keys new` made lies the public half, by the name of its id.
        let public = |id: &String| self.whole(&file).with_file_name(asap_file_name(id)).is_file();
        let made = key.map(|key| keys::usual_id(&key)).filter(public);
        let key_id =
            self.key_id("Key id (kid), by which the server finds the public key (- for later)", made.as_deref(), None)?;
        Ok(PrivateKeyAnswers { file, key_id })
    }

    /// Asks for the key's file until it can sign, or is to be put right later; the key where it can.
    fn private_key(&self, given: Option<&str>) -> Result<(String, Option<RsaKey>), Failure> {
        let there = USUAL_KEYS.into_iter().find(|name| self.folder.join(name).is_file());
        let (mut usual, mut is_later) = (there.unwrap_or(USUAL_KEYS[0]).to_owned(), there.is_none());
        let mut given = given.and_then(|text| self.key_path(text).ok());
        loop {
            let path = if let Some(path) = given.take() {
                path
            } else {
                let later = if is_later { " (Enter: later)" } else { "" };
                let question = format!("File of the private key, in PEM form{later}");
                let answer = self.ask(&question, Some(&usual), |text| match private_key_meant(text) {
                    Some(PrivateKeyMeant::Pasted) => Ok(None),
                    _ => self.key_path(text).map(Some),
                })?;
                let Some(path) = answer else {
                    self.take_in_pasted_key()?;
                    continue;
                };
                path
            };
            let told = match signing::private_key_in(&self.whole(&path)) {
                Ok(key) => return Ok((path, Some(key))),
                Err(told) => told,
            };
            if is_later && path == usual {
                let what = format!("{path} is named in event.toml and cannot sign yet: {}", told.what);
                self.desk.console.warn(&Told::new(what).hint(LATER));
                return Ok((path, None));
            }
            self.desk.console.problem(&told);
            if !looks_like_a_secret(Path::new(&path)) {
                (usual, is_later) = (path, true);
            }
        }
    }

    /// The key's path as event.toml is to name it.
    fn key_path(&self, text: &str) -> Result<String, Told> {
        let path = self.typed_path(text)?;
        Ok(self.named_from_here(&path).unwrap_or(path))
    }

    /// Where a path leads that stands in event.toml.
    fn whole(&self, path: &str) -> PathBuf {
        let path = self.desk.around.folder.join(self.folder).join(path);
        std::path::absolute(&path).unwrap_or(path)
    }

    /// Takes in the rest of a key that was pasted, so that no line of it answers a question, and says so.
    fn take_in_pasted_key(&self) -> Result<(), Failure> {
        let mut blanks = 0;
        for _ in 0..LINES_OF_A_KEY {
            let line = self.hidden("")?;
            let line = line.expose_secret().trim();
            // An encrypted one has one blank line.
            blanks += usize::from(line.is_empty());
            if line.starts_with("-----END") || blanks > 1 {
                break;
            }
        }
        let told = Told::new("this is the key itself: its file is asked for");
        self.desk.console.problem(&told.hint("name the file that holds it: it stays there"));
        Ok(())
    }

    fn key_id(&self, question: &str, usual: Option<&str>, jaas_app: Option<&str>) -> Result<Option<String>, Failure> {
        let key_id = self.ask(question, usual, |text| key_id(text, jaas_app))?;
        if key_id.is_none() {
            self.desk.console.warn(&match jaas_app {
                Some(_) => Told::new(SignerProblem::NoKeyId.to_string()).hint(SignerProblem::NoKeyId.hint()),
                None => keys::no_key_id(),
            });
        }
        Ok(key_id)
    }
}

const LATER: &str = "put it right before the first `roomkey check`; `roomkey keys new DIR` makes a key";

/// The same server, without the part behind its host.
fn without_tenant(server: &ServerAddress) -> ServerAddress {
    let bare = server.as_str().rsplit_once('/').map_or(server.as_str(), |(bare, _)| bare);
    ServerAddress::parse(bare).unwrap_or_else(|_| server.clone())
}
