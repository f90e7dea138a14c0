//! The log-in: AUTH PLAIN (RFC 4616), else AUTH LOGIN, as RFC 4954 has it.
//!
//! Owns: which mechanism, and that the password goes only over TLS or loopback. Does not own: how
//! often it is tried. Known weakness: LOGIN's prompts are answered in their order, user then
//! password, since servers word them as they like.

use data_encoding::BASE64;
use secrecy::ExposeSecret;

use super::{
    capabilities::Capabilities,
    relay::{Credentials, Timeouts, is_loopback},
    verdict::{Verdict, judge},
    wire::{Broken, Wire},
};
use crate::model::{Outage, Reply, Stage};

/// Texts shorter than this are not taken out of replies: they would be found everywhere.
const VEILED_FROM: usize = 4;

/// Words in a log-in's outage by which the advice is chosen.
pub(super) const NOT_OFFERED: &str = "the relay offers no log-in here";
pub(super) const NOTHING_IN_COMMON: &str = "the relay offers no log-in by password";
pub(super) const READABLE: &str = "the password would travel readable";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mechanism {
    Plain,
    Login,
}

/// Logs in, or says why not.
pub(super) async fn log_in(
    wire: &mut Wire,
    capabilities: &Capabilities,
    credentials: &Credentials,
    timeouts: &Timeouts,
) -> Result<(), Outage> {
    let mechanisms = choose(capabilities)?;
    let local = wire.tcp().peer_addr().is_ok_and(|peer| is_loopback(peer.ip()));
    if !wire.is_tls() && !local {
        return Err(refused_here(READABLE.to_owned()));
    }
    let plain = plain_response(credentials);
    wire.veiled = veiled(credentials, &plain);
    let mut last = None;
    for mechanism in mechanisms {
        let reply = attempt(wire, mechanism, credentials, &plain, timeouts).await.map_err(|b| outage_of(&b))?;
        match judge(Stage::LogIn, &reply) {
            Verdict::Good => return Ok(()),
            Verdict::Outage(outage) if !mechanism_unknown(&reply) => return Err(outage),
            Verdict::Outage(outage) => last = Some(outage),
            Verdict::Row(_) | Verdict::Stray => {
                return Err(Outage::Protocol { stage: Stage::LogIn, detail: format!("no answer to AUTH: {reply}") });
            }
        }
    }
    Err(last.unwrap_or_else(|| refused_here(NOT_OFFERED.to_owned())))
}

fn choose(capabilities: &Capabilities) -> Result<Vec<Mechanism>, Outage> {
    let offered = |name: &str| capabilities.auth.iter().any(|m| m == name);
    let ours: Vec<_> = [("PLAIN", Mechanism::Plain), ("LOGIN", Mechanism::Login)]
        .into_iter()
        .filter_map(|(name, mechanism)| offered(name).then_some(mechanism))
        .collect();
    if !ours.is_empty() {
        return Ok(ours);
    }
    Err(refused_here(if capabilities.auth.is_empty() {
        NOT_OFFERED.to_owned()
    } else {
        format!("{NOTHING_IN_COMMON}, but by {}", capabilities.auth.join(", "))
    }))
}

async fn attempt(
    wire: &mut Wire,
    mechanism: Mechanism,
    credentials: &Credentials,
    plain: &str,
    timeouts: &Timeouts,
) -> Result<Reply, Broken> {
    match mechanism {
        Mechanism::Plain => {
            let reply = exchange(wire, &format!("AUTH PLAIN {plain}\r\n"), "AUTH PLAIN …", timeouts).await?;
            // A server that takes no initial response asks for it again.
            if reply.code == 334 { exchange(wire, &format!("{plain}\r\n"), "…", timeouts).await } else { Ok(reply) }
        }
        Mechanism::Login => {
            let reply = exchange(wire, "AUTH LOGIN\r\n", "AUTH LOGIN", timeouts).await?;
            if reply.code != 334 {
                return Ok(reply);
            }
            let user = BASE64.encode(credentials.user.as_bytes());
            let reply = exchange(wire, &format!("{user}\r\n"), "…", timeouts).await?;
            if reply.code != 334 {
                return Ok(reply);
            }
            let password = BASE64.encode(credentials.password.expose_secret().as_bytes());
            exchange(wire, &format!("{password}\r\n"), "…", timeouts).await
        }
    }
}

async fn exchange(wire: &mut Wire, line: &str, shown: &str, timeouts: &Timeouts) -> Result<Reply, Broken> {
    wire.say(line, shown, timeouts.command).await?;
    Ok(wire.reply(timeouts.command).await?.to_reply(&wire.veiled))
}

fn plain_response(credentials: &Credentials) -> String {
    BASE64.encode(format!("\0{}\0{}", credentials.user, credentials.password.expose_secret()).as_bytes())
}

fn veiled(credentials: &Credentials, plain: &str) -> Vec<String> {
    let password = credentials.password.expose_secret();
    let mut texts = vec![plain.to_owned(), BASE64.encode(password.as_bytes()), password.to_owned()];
    texts.retain(|text| text.len() >= VEILED_FROM);
    texts
}

// "Not this way" says nothing about user and password; anything else is an answer.
fn mechanism_unknown(reply: &Reply) -> bool {
    matches!(reply.code, 500 | 502 | 504) || reply.enhanced == Some((5, 5, 4))
}

fn outage_of(broken: &Broken) -> Outage {
    match broken {
        Broken::NoSmtp(_) => Outage::Protocol { stage: Stage::LogIn, detail: broken.to_string() },
        Broken::Lost(_) | Broken::TimedOut(_) => {
            Outage::Unreachable { stage: Stage::LogIn, detail: broken.to_string() }
        }
    }
}

fn refused_here(text: String) -> Outage {
    Outage::LogInRefused(Reply { code: 0, enhanced: None, text })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn offering(mechanisms: &[&str]) -> Capabilities {
        Capabilities { auth: mechanisms.iter().map(|&m| m.to_owned()).collect(), ..Capabilities::default() }
    }

    #[test]
    fn plain_is_preferred_and_login_is_known() {
        assert_eq!(choose(&offering(&["LOGIN", "PLAIN"])), Ok(vec![Mechanism::Plain, Mechanism::Login]));
        assert_eq!(choose(&offering(&["XOAUTH2", "LOGIN"])), Ok(vec![Mechanism::Login]));
    }

    #[test]
    fn without_a_mechanism_in_common_it_says_what_is_offered() {
        let Err(Outage::LogInRefused(reply)) = choose(&offering(&["XOAUTH2", "GSSAPI"])) else { panic!("refused") };
        assert_eq!((reply.code, reply.text.contains("XOAUTH2, GSSAPI")), (0, true));
        let Err(Outage::LogInRefused(reply)) = choose(&offering(&[])) else { panic!("refused") };
        assert_eq!(reply.text, NOT_OFFERED);
    }

    #[test]
    fn the_plain_response_holds_user_and_password() {
        let credentials = Credentials { user: "tim".to_owned(), password: "tanstaaftanstaaf".into() };
        // The example of RFC 4616 §4.
        assert_eq!(plain_response(&credentials), BASE64.encode(b"\0tim\0tanstaaftanstaaf"));
    }
}
