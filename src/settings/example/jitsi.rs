//! The table `[jitsi]`: a server of one's own with a secret or with a private key, or JaaS.

use super::{INHERITED, set, set_or_show};

/// What `[jitsi]` is to say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum JitsiAnswers {
    /// A server of one's own.
    Own {
        /// The server's address.
        url: String,
        /// The issuer of tokens.
        app_id: String,
        /// What signs.
        signs: Signs,
    },
    /// 8x8's service, whose address follows from the `AppID`.
    Jaas {
        /// The `AppID`.
        app_id: String,
        /// What signs.
        key: PrivateKeyAnswers,
    },
}

impl JitsiAnswers {
    /// The file of the private key that signs, where one does.
    #[must_use]
    pub fn private_key_file(&self) -> Option<&str> {
        match self {
            Self::Own { signs: Signs::Secret { .. }, .. } => None,
            Self::Own { signs: Signs::PrivateKey(key), .. } | Self::Jaas { key, .. } => Some(&key.file),
        }
    }
}

/// What signs links to a server of one's own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Signs {
    /// The secret that the server knows as well.
    Secret {
        /// The file that holds it; `None`: the environment.
        file: Option<String>,
    },
    /// A private key, whose other half the server finds.
    PrivateKey(PrivateKeyAnswers),
}

/// Where a private key is, and what the server calls its other half.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PrivateKeyAnswers {
    /// The file that holds it.
    pub file: String,
    /// The `kid`; `None`: it is to be added.
    pub key_id: Option<String>,
}

/// Writes the table; without answers the user's `config.toml` names the server.
pub(super) fn table(text: &mut String, answers: Option<&JitsiAnswers>) {
    text.push_str("\n[jitsi]\n");
    match answers {
        None => {
            text.push_str(INHERITED);
            text.push_str("# url = \"https://meet.example.org\"\n# app_id = \"workshop\"\n");
            secret(text, None);
        }
        Some(JitsiAnswers::Own { url, app_id, signs }) => {
            set(text, "url", url, "with /tenant where there is one");
            set(text, "app_id", app_id, "as the server has it");
            match signs {
                Signs::Secret { file } => secret(text, file.as_deref()),
                Signs::PrivateKey(key) => {
                    private_key(text, key, "workshop-2026");
                    text.extend([CLAIMS_OF_SERVER, RS_ALGORITHM, CHECK, CA_FILE]);
                }
            }
        }
        Some(JitsiAnswers::Jaas { app_id, key }) => {
            set(text, "provider", "jaas", "8x8's service: the address follows from app_id");
            set(text, "app_id", app_id, "");
            private_key(text, key, "4f4910");
            text.push_str(CHECK);
        }
    }
    text.push_str(PEOPLE);
}

fn secret(text: &mut String, file: Option<&str>) {
    text.push_str(SECRET);
    set_or_show(text, "secret_file", file, "jitsi.secret");
    text.extend([SECRET_COMMAND, CLAIMS_OF_SERVER, HS_ALGORITHM, CHECK, CA_FILE, OF_PRIVATE_KEYS]);
}

fn private_key(text: &mut String, key: &PrivateKeyAnswers, example: &str) {
    text.push_str(PRIVATE_KEY);
    set(text, "private_key_file", &key.file, "");
    set_or_show(text, "key_id", key.key_id.as_deref(), example);
}

const SECRET: &str = "# The server's secret never stands here: it comes from the environment variable
# ROOMKEY_JITSI_SECRET, else from a file that only you can read, else from a command.
";

const PRIVATE_KEY: &str =
    "# The private key never stands here: it lies in a file that only you can read. By the key id the server finds
# the public half, which it was given.
";

const SECRET_COMMAND: &str = "# secret_command = [\"pass\", \"show\", \"jitsi\"]
";

const CLAIMS_OF_SERVER: &str = "# audience = \"jitsi\"              # where the server wants another one than app_id
# subject = \"meet.example.org\"    # where the server wants another one than its host, or the tenant
";

const HS_ALGORITHM: &str = "# algorithm = \"HS256\"             # or HS384, HS512
";

const RS_ALGORITHM: &str = "# algorithm = \"RS256\"             # or RS384, RS512
";

const CHECK: &str =
    "# server_check = \"warn\"           # send asks the server first; require: it must answer; off: it is not asked
";

const CA_FILE: &str = "# bosh = \"https://meet.example.org/http-bind\"   # where its config.js does not tell it
# xmpp_domain = \"meet.jitsi\"      # the same
# ca_file = \"ca.pem\"              # a certificate authority of the server's own
";

const OF_PRIVATE_KEYS: &str =
    "# A server with a key server, and JaaS, want a private key in place of the secret: see `private_key_file` and
# `provider` in the README.
";

const PEOPLE: &str = "# claims = \"standard\"             # id and name; full: the e-mail address too, seen by every participant's browser
# link = \"query\"                  # or fragment: keeps the key out of web logs, newer servers only
# moderator = true                # everybody, unless their row says no
# affiliation = \"teacher\"         # what tokens call them: owner, moderator, teacher (all moderators), or member
# avatar = \"https://example.org/workshop.png\"   # the picture by which the room shows everybody
# group = \"workshop\"              # the group of everybody, for servers that ask
";
