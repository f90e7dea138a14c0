//! AUTH (RFC 4954): PLAIN, LOGIN, XOAUTH2 and OAUTHBEARER (RFC 7628), against the script's one account.
//!
//! Owns: the exchange, up to who wants to log in with what. Does not own: whether an account is wanted.

use std::io;

use data_encoding::BASE64;

use super::{Session, Turn};
use crate::{model::Stage, rehearsal::journal::LogIn};

/// What a refused token is told first.
const TOKEN_REFUSED: &str = r#"{"status":"401","schemes":"bearer","scope":"mail"}"#;

impl Session {
    pub(super) async fn log_in(&mut self, mechanism: &str, initial: Option<&str>) -> io::Result<Turn> {
        let mechanism = mechanism.to_ascii_uppercase();
        let credentials = match (mechanism.as_str(), self.shared.script.account.is_some() && self.greeted) {
            (_, false) => return self.answer(Stage::LogIn, "503 5.5.1 AUTH is not offered here").await,
            ("PLAIN", _) => self.plain(initial).await?,
            ("LOGIN", _) => self.login(initial).await?,
            ("XOAUTH2" | "OAUTHBEARER", _) => self.token(initial).await?,
            _ => return self.answer(Stage::LogIn, "504 5.5.4 Mechanism unknown").await,
        };
        let Some((user, secret)) = credentials else {
            return Ok(self.say("501 5.5.2 Log-in cancelled, or not base64"));
        };
        let account = self.shared.script.account.as_ref();
        let right = account.is_some_and(|account| account.user == user && account.password == secret);
        let takes_a_token = mechanism.contains("OAUTH");
        self.shared.journal().log_ins.push(LogIn { connection: self.number, mechanism, user, right });
        if !right && takes_a_token {
            self.say(&format!("334 {}", BASE64.encode(TOKEN_REFUSED.as_bytes())));
            if self.wire.line().await?.is_none() {
                return Ok(Turn::Over);
            }
        }
        let usual = if right { "235 2.7.0 Authentication successful" } else { "535 5.7.8 Authentication failed" };
        let turn = self.answer(Stage::LogIn, usual).await?;
        self.logged_in |= turn == Turn::Positive;
        Ok(turn)
    }

    /// RFC 4616: authorisation id, user and password, each divided by NUL.
    async fn plain(&mut self, initial: Option<&str>) -> io::Result<Option<(String, String)>> {
        let Some(text) = self.challenge(initial, "334 ").await? else { return Ok(None) };
        let mut parts = text.split('\0').skip(1).map(str::to_owned);
        Ok(parts.next().zip(parts.next()))
    }

    /// The old two-question way: user, then password.
    async fn login(&mut self, initial: Option<&str>) -> io::Result<Option<(String, String)>> {
        let Some(user) = self.challenge(initial, "334 VXNlcm5hbWU6").await? else { return Ok(None) };
        let password = self.challenge(None, "334 UGFzc3dvcmQ6").await?;
        Ok(password.map(|password| (user, password)))
    }

    async fn challenge(&mut self, given: Option<&str>, question: &str) -> io::Result<Option<String>> {
        let answer = match given {
            Some("=") => Some(String::new()),
            Some(given) => Some(given.to_owned()),
            None => {
                self.say(question);
                self.wire.line().await?
            }
        };
        let decoded = answer.and_then(|answer| BASE64.decode(answer.trim().as_bytes()).ok());
        Ok(decoded.and_then(|bytes| String::from_utf8(bytes).ok()))
    }

    /// User and access token, as Google and Microsoft write them, or as RFC 7628 does.
    async fn token(&mut self, initial: Option<&str>) -> io::Result<Option<(String, String)>> {
        let Some(text) = self.challenge(initial, "334 ").await? else { return Ok(None) };
        Ok(token_in(&text))
    }
}

fn token_in(text: &str) -> Option<(String, String)> {
    let mut parts = text.split('\x01');
    let head = parts.next()?;
    let named = head.strip_prefix("user=").or_else(|| head.strip_prefix("n,a=")?.strip_suffix(','))?;
    let token = parts.find_map(|part| part.strip_prefix("auth=Bearer "))?;
    Some((named.replace("=2C", ",").replace("=3D", "="), token.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ways_to_write_a_token_are_read() {
        let expected = Some(("ada@example.org".to_owned(), "t0k/en==".to_owned()));
        assert_eq!(token_in("user=ada@example.org\x01auth=Bearer t0k/en==\x01\x01"), expected);
        let bearer = "n,a=ada@example.org,\x01host=localhost\x01port=25\x01auth=Bearer t0k/en==\x01\x01";
        assert_eq!(token_in(bearer), expected);
        assert_eq!(token_in("n,a=a=2Cb=3D,\x01auth=Bearer t\x01\x01").unwrap().0, "a,b=");
        for text in ["", "user=ada", "ada\x01auth=Bearer t\x01\x01", "user=ada\x01auth=Basic t\x01\x01"] {
            assert_eq!(token_in(text), None, "{text:?}");
        }
    }
}
