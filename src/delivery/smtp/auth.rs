//! The log-in, as RFC 4954 has it: PLAIN, LOGIN, or an access token by XOAUTH2 or OAUTHBEARER.
//!
//! Owns: the exchange, that a secret goes only over TLS or loopback, and the line between "this
//! secret was refused" and "no log-in this way". Does not own: where the secret comes from, or how
//! often it is tried. Known weakness: LOGIN's prompts are answered in their order, user then
//! password, since servers word them as they like.

mod mechanism;

use data_encoding::BASE64;
use secrecy::ExposeSecret;

use self::mechanism::Mechanism;
use super::{
    capabilities::Capabilities,
    credentials::{Credentials, Value},
    relay::{Relay, is_loopback},
    reply::RawReply,
    verdict::{Verdict, judge},
    wire::{Broken, Wire},
};
use crate::model::{Outage, Reply, Stage};

/// A command line this long still fits (RFC 5321 §4.5.3.1.4); a response that does not goes by itself.
const LONGEST_COMMAND: usize = 512;

/// Words in a log-in's outage by which the advice is chosen.
pub(super) const NOT_OFFERED: &str = "the relay offers no log-in here";
pub(super) const NOTHING_IN_COMMON: &str = "the relay offers no log-in by password";
pub(super) const ASKED_FOR: &str = "`auth` asks for";
pub(super) const READABLE: &str = "the password would travel readable";
pub(super) const NO_TOKEN: &str = "the password is no access token";

/// Why a log-in came to nothing.
#[derive(Debug)]
pub(super) enum Refusal {
    /// The relay refused this user with this secret; another secret may do.
    Secret(Reply),
    /// Anything else.
    Other(Outage),
}

impl From<Outage> for Refusal {
    fn from(outage: Outage) -> Self {
        Self::Other(outage)
    }
}

/// Logs in, or says why not.
pub(super) async fn log_in(
    wire: &mut Wire,
    capabilities: &Capabilities,
    relay: &Relay,
    credentials: &Credentials,
    value: &Value,
) -> Result<(), Refusal> {
    let mechanisms = mechanism::choose(&capabilities.auth, credentials.auth).map_err(refused_here)?;
    let local = wire.tcp().peer_addr().is_ok_and(|peer| is_loopback(peer.ip()));
    if !wire.is_tls() && !local {
        return Err(refused_here(READABLE.to_owned()).into());
    }
    let mut last = None;
    for mechanism in mechanisms {
        let attempt = Attempt { mechanism, relay, user: &credentials.user, secret: value.secret.expose_secret() };
        let reply = attempt.make(wire).await?;
        match judge(Stage::LogIn, &reply) {
            Verdict::Good => return Ok(()),
            Verdict::Outage(outage) if is_unknown(&reply) => last = Some(outage),
            Verdict::Outage(Outage::LogInRefused(reply)) => return Err(Refusal::Secret(reply)),
            Verdict::Outage(outage) => return Err(outage.into()),
            Verdict::Row(_) | Verdict::Stray => {
                let detail = format!("no answer to AUTH: {reply}");
                return Err(Outage::Protocol { stage: Stage::LogIn, detail }.into());
            }
        }
    }
    Err(last.unwrap_or_else(|| refused_here(NOT_OFFERED.to_owned())).into())
}

/// One try by one mechanism.
struct Attempt<'a> {
    mechanism: Mechanism,
    relay: &'a Relay,
    user: &'a str,
    secret: &'a str,
}

impl Attempt<'_> {
    /// The relay's last word.
    async fn make(&self, wire: &mut Wire) -> Result<Reply, Refusal> {
        if self.mechanism.takes_a_token() && !mechanism::is_token(self.secret) {
            return Err(refused_here(NO_TOKEN.to_owned()).into());
        }
        let response = self.mechanism.response(self.user, self.secret, &self.relay.host, self.relay.port);
        wire.veiled = mechanism::spellings(self.secret, &response);
        let reply = match self.mechanism {
            Mechanism::Login => self.in_two_answers(wire).await,
            _ => self.at_once(wire, &BASE64.encode(response.as_bytes())).await,
        };
        let reply = reply.map_err(|broken| outage_of(&broken))?;
        if self.mechanism.takes_a_token() {
            return self.token_s_end(wire, &reply).await;
        }
        Ok(reply.to_reply(&wire.veiled))
    }

    async fn in_two_answers(&self, wire: &mut Wire) -> Result<RawReply, Broken> {
        let mut reply = self.exchange(wire, "AUTH LOGIN", "AUTH LOGIN").await?;
        for answer in [self.user, self.secret] {
            if reply.code != 334 {
                break;
            }
            reply = self.exchange(wire, &BASE64.encode(answer.as_bytes()), "…").await?;
        }
        Ok(reply)
    }

    /// The response with the command, or by itself where it is too long for that (RFC 4954 §4).
    async fn at_once(&self, wire: &mut Wire, response: &str) -> Result<RawReply, Broken> {
        let command = format!("AUTH {}", self.mechanism.name());
        let whole = format!("{command} {response}");
        let reply = if whole.len() + "\r\n".len() > LONGEST_COMMAND {
            self.exchange(wire, &command, &command).await?
        } else {
            let reply = self.exchange(wire, &whole, &format!("{command} …")).await?;
            if self.mechanism.takes_a_token() && !is_blank(&reply) {
                return Ok(reply);
            }
            reply
        };
        // A server that takes no initial response asks for it again.
        if reply.code == 334 { self.exchange(wire, response, "…").await } else { Ok(reply) }
    }

    /// A refused token comes as an error in a 334; the relay's final word follows its answer.
    async fn token_s_end(&self, wire: &mut Wire, reply: &RawReply) -> Result<Reply, Refusal> {
        let name = self.mechanism.name();
        if reply.code != 334 {
            return Ok(noted_where_refused(reply.to_reply(&wire.veiled), name));
        }
        let note = match mechanism::status(&reply.lines.concat(), self.secret) {
            Some(status) => format!("{name}, status {status}"),
            None => name.to_owned(),
        };
        match self.exchange(wire, self.mechanism.answer_to_error(), "…").await {
            Ok(end) => Ok(noted_where_refused(end.to_reply(&wire.veiled), &note)),
            Err(broken) => {
                // What was refused stays so, whatever became of the connection.
                let text = format!("the access token was refused, and then {broken}");
                Err(Refusal::Secret(Reply { code: 0, enhanced: None, text }.noted(&note)))
            }
        }
    }

    async fn exchange(&self, wire: &mut Wire, line: &str, shown: &str) -> Result<RawReply, Broken> {
        let limit = self.relay.timeouts.command;
        wire.say(&format!("{line}\r\n"), shown, limit).await?;
        wire.reply(limit).await
    }
}

fn noted_where_refused(reply: Reply, note: &str) -> Reply {
    if reply.code >= 400 { reply.noted(note) } else { reply }
}

fn is_blank(reply: &RawReply) -> bool {
    reply.lines.iter().all(|line| line.trim().is_empty())
}

// "Not this way" says nothing about user and password; anything else is an answer.
fn is_unknown(reply: &Reply) -> bool {
    matches!(reply.code, 500 | 502 | 504) || reply.enhanced == Some((5, 5, 4))
}

fn outage_of(broken: &Broken) -> Outage {
    match broken {
        Broken::NoSmtp(_) | Broken::Stray(_) => Outage::Protocol { stage: Stage::LogIn, detail: broken.to_string() },
        Broken::Lost(_) | Broken::TimedOut(_) => {
            Outage::Unreachable { stage: Stage::LogIn, detail: broken.to_string() }
        }
    }
}

fn refused_here(text: String) -> Outage {
    Outage::LogInRefused(Reply { code: 0, enhanced: None, text })
}
