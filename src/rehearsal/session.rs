//! One connection's conversation.
//!
//! Owns: the order of commands (RFC 5321 §4.1.4), AUTH PLAIN and LOGIN (RFC 4954), pipelining
//! (RFC 2920): replies are held back while whole commands wait to be read. Does not own: what a
//! line means, and what the script wants done.

use std::{io, sync::Arc};

use data_encoding::BASE64;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

use super::{
    catcher::Shared,
    incoming::{Command, Incoming, MAX_MESSAGE, PathAndParameters},
    journal::{LogIn, SeenCommand},
    script::{Action, is_positive},
};
use crate::model::Stage;

/// The longest line that is read at all, in octets: memory stays small whatever comes.
const MAX_LINE: usize = 64 * 1024;
/// How long the pauses of a reply given one octet at a time are: enough to be a packet each.
const DRIP: std::time::Duration = std::time::Duration::from_millis(1);

/// How a reply left the conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Turn {
    /// 2xx or 3xx.
    Positive,
    /// Anything else.
    Negative,
    /// The connection is to be closed.
    Over,
}

/// The mail that is being handed over.
#[derive(Debug, Default)]
struct Transaction {
    sender: Option<String>,
    utf8: bool,
    /// Every recipient named, refused ones included: rules go by them.
    named: Vec<String>,
    accepted: Vec<String>,
}

/// One connection.
#[derive(Debug)]
pub(super) struct Session {
    stream: TcpStream,
    shared: Arc<Shared>,
    number: u64,
    input: Vec<u8>,
    /// How much of `input` is read already.
    at: usize,
    output: Vec<u8>,
    message: Incoming,
    greeted: bool,
    logged_in: bool,
    mail: Transaction,
}

impl Drop for Session {
    fn drop(&mut self) {
        self.shared.journal().open -= 1;
    }
}

impl Session {
    /// Takes a connection over.
    pub(super) fn new(stream: TcpStream, shared: Arc<Shared>) -> Self {
        // Without it a reply would wait for the peer's delayed acknowledgement.
        let _ = stream.set_nodelay(true);
        let number = {
            let mut journal = shared.journal();
            journal.open += 1;
            journal.counts.connections += 1;
            journal.counts.most_open = journal.counts.most_open.max(journal.open);
            journal.counts.connections
        };
        Self {
            stream,
            shared,
            number,
            input: Vec::new(),
            at: 0,
            output: Vec::new(),
            message: Incoming::default(),
            greeted: false,
            logged_in: false,
            mail: Transaction::default(),
        }
    }

    /// Serves it to its end; a peer that goes away is no trouble of ours.
    pub(super) async fn run(mut self) {
        if self.converse().await.is_ok() {
            let _ = self.flush().await;
        }
    }

    async fn converse(&mut self) -> io::Result<()> {
        if let Some(action) = self.shared.action(Stage::Connect, &[])
            && self.perform(action, "").await? == Turn::Over
        {
            return Ok(());
        }
        let mut turn = self.answer(Stage::Greeting, "220 localhost ESMTP Roomkey rehearsal").await?;
        if turn == Turn::Negative {
            return Ok(());
        }
        while turn != Turn::Over {
            let Some(line) = self.command_line().await? else { return Ok(()) };
            turn = self.obey(&line).await?;
            if !self.shared.script.pipelines() && self.has_more() {
                self.say("503 5.5.0 Improper use of pipelining: it was not offered");
                return Ok(());
            }
        }
        Ok(())
    }

    async fn obey(&mut self, line: &str) -> io::Result<Turn> {
        match Command::parse(line) {
            Command::Ehlo => self.hello(true).await,
            Command::Helo => self.hello(false).await,
            Command::StartTls => self.answer(Stage::Tls, "502 5.5.1 STARTTLS is not offered").await,
            Command::Auth { mechanism, initial } => self.log_in(mechanism, initial).await,
            Command::Mail(rest) => self.sender(rest).await,
            Command::Rcpt(rest) => self.recipient(rest).await,
            Command::Data => self.data().await,
            Command::Rset => {
                self.mail = Transaction::default();
                Ok(self.say("250 2.0.0 Ok"))
            }
            Command::Noop => Ok(self.say("250 2.0.0 Ok")),
            Command::Quit => {
                self.say("221 2.0.0 Bye");
                Ok(Turn::Over)
            }
            Command::Unknown => Ok(self.say("500 5.5.2 Command or syntax unknown")),
        }
    }

    async fn hello(&mut self, extended: bool) -> io::Result<Turn> {
        let keywords = if extended { self.shared.script.keywords.as_slice() } else { &[] };
        let mut lines = vec!["localhost"];
        lines.extend(keywords.iter().map(String::as_str));
        let last = lines.len() - 1;
        let line = |(at, text)| format!("250{}{text}", if at == last { ' ' } else { '-' });
        let reply = lines.into_iter().enumerate().map(line).collect::<Vec<_>>().join("\n");
        let turn = self.answer(Stage::Hello, &reply).await?;
        if turn == Turn::Positive {
            self.greeted = true;
            self.mail = Transaction::default();
        }
        Ok(turn)
    }

    async fn log_in(&mut self, mechanism: &str, initial: Option<&str>) -> io::Result<Turn> {
        let mechanism = mechanism.to_ascii_uppercase();
        let credentials = match (mechanism.as_str(), self.shared.script.account.is_some() && self.greeted) {
            (_, false) => return self.answer(Stage::LogIn, "503 5.5.1 AUTH is not offered here").await,
            ("PLAIN", _) => self.plain(initial).await?,
            ("LOGIN", _) => self.login(initial).await?,
            _ => return self.answer(Stage::LogIn, "504 5.5.4 Mechanism unknown").await,
        };
        let Some((user, password)) = credentials else {
            return Ok(self.say("501 5.5.2 Log-in cancelled, or not base64"));
        };
        let account = self.shared.script.account.as_ref();
        let right = account.is_some_and(|account| account.user == user && account.password == password);
        self.shared.journal().log_ins.push(LogIn { connection: self.number, mechanism, user, right });
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
                self.line().await?
            }
        };
        let decoded = answer.and_then(|answer| BASE64.decode(answer.trim().as_bytes()).ok());
        Ok(decoded.and_then(|bytes| String::from_utf8(bytes).ok()))
    }

    async fn sender(&mut self, rest: &str) -> io::Result<Turn> {
        let path = PathAndParameters::parse(rest);
        let usual = match &path {
            _ if !self.greeted => "503 5.5.1 Send EHLO first",
            _ if self.shared.script.account.is_some() && !self.logged_in => "530 5.7.0 Authentication required",
            _ if self.mail.sender.is_some() => "503 5.5.1 Nested MAIL command",
            None => "501 5.1.7 Bad sender address syntax",
            Some(path) => judge_sender(path),
        };
        let turn = self.answer(Stage::Sender, usual).await?;
        if let (Turn::Positive, Some(path)) = (turn, path) {
            let utf8 = path.has("SMTPUTF8");
            self.mail = Transaction { sender: Some(path.address.to_owned()), utf8, ..Transaction::default() };
        }
        Ok(turn)
    }

    async fn recipient(&mut self, rest: &str) -> io::Result<Turn> {
        let path = PathAndParameters::parse(rest);
        let usual = match &path {
            _ if self.mail.sender.is_none() => "503 5.5.1 Need MAIL before RCPT",
            None => "501 5.1.3 Bad recipient address syntax",
            Some(path) if !path.address.contains('@') => "501 5.1.3 Bad recipient address syntax",
            Some(path) if !path.address.is_ascii() && !self.mail.utf8 => "553 5.6.7 Address needs SMTPUTF8",
            Some(path) if !path.parameters.is_empty() => "555 5.5.4 Parameter unknown",
            Some(_) => "250 2.1.5 Ok",
        };
        let address = path.map(|path| path.address.to_owned()).unwrap_or_default();
        self.mail.named.push(address.clone());
        // Rules of this stage go by this recipient, not by those named before.
        let action = self.shared.action(Stage::Recipient, std::slice::from_ref(&address));
        let turn = self.perform_or_say(action, usual).await?;
        if turn == Turn::Positive && self.mail.sender.is_some() {
            self.mail.accepted.push(address);
        }
        Ok(turn)
    }

    async fn data(&mut self) -> io::Result<Turn> {
        let usual = match &self.mail {
            Transaction { sender: None, .. } => "503 5.5.1 Need MAIL before DATA",
            Transaction { accepted, .. } if accepted.is_empty() => "554 5.5.1 No valid recipients",
            _ => "354 End data with <CR><LF>.<CR><LF>",
        };
        match self.answer(Stage::Data, usual).await? {
            Turn::Positive => self.body().await,
            other => Ok(other),
        }
    }

    async fn body(&mut self) -> io::Result<Turn> {
        self.message.clear();
        if !self.has_more() && !self.read_more().await? {
            return Ok(Turn::Over);
        }
        if let Some(action) = self.shared.action(Stage::Body, &self.mail.named)
            && self.perform(action, "").await? != Turn::Positive
        {
            return Ok(Turn::Over);
        }
        loop {
            let Some(length) = self.line_length().await? else { return Ok(Turn::Over) };
            let line = self.at..self.at + length;
            self.at += length;
            if self.message.take(&self.input[line]) {
                return self.final_dot().await;
            }
        }
    }

    async fn final_dot(&mut self) -> io::Result<Turn> {
        let mail = std::mem::take(&mut self.mail);
        let refusal = match self.message.fault() {
            None if mail.accepted.is_empty() => Some("554 5.5.1 No valid recipients"),
            fault => fault,
        };
        let action = self.shared.action(Stage::Final, &mail.named);
        if let Some(refusal) = refusal {
            return self.perform_or_say(action, refusal).await;
        }
        if action.as_ref().is_some_and(|action| !action.takes_the_mail()) {
            return self.perform_or_say(action, "").await;
        }
        let sender = mail.sender.unwrap_or_default();
        let usual = match self.shared.take(self.number, &sender, &mail.accepted, self.message.bytes()).await {
            Ok(order) => format!("250 2.0.0 Ok: caught as {order:04}"),
            Err(_) => return Ok(self.say("451 4.3.0 The mail could not be written")),
        };
        self.perform_or_say(action, &usual).await
    }

    /// Gives the reply that the script wants at this stage, else the usual one.
    async fn answer(&mut self, stage: Stage, usual: &str) -> io::Result<Turn> {
        let action = self.shared.action(stage, &self.mail.named);
        self.perform_or_say(action, usual).await
    }

    async fn perform_or_say(&mut self, action: Option<Action>, usual: &str) -> io::Result<Turn> {
        match action {
            Some(action) => self.perform(action, usual).await,
            None => Ok(self.say(usual)),
        }
    }

    async fn perform(&mut self, action: Action, usual: &str) -> io::Result<Turn> {
        match action {
            Action::Reply(text) => Ok(self.say(&text)),
            Action::Raw(bytes) => {
                self.output.extend_from_slice(&bytes);
                Ok(turn_after(&bytes))
            }
            Action::DripReply(text) => self.drip(&text).await,
            Action::Delay(time) => {
                self.flush().await?;
                tokio::time::sleep(time).await;
                if usual.is_empty() { Ok(Turn::Positive) } else { Ok(self.say(usual)) }
            }
            Action::Drop | Action::AcceptThenDrop => Ok(Turn::Over),
            Action::Stall | Action::AcceptThenStall => {
                self.flush().await?;
                std::future::pending().await
            }
        }
    }

    /// Holds a reply ready; it leaves when the sender's commands are used up.
    fn say(&mut self, reply: &str) -> Turn {
        for line in reply.split('\n') {
            self.output.extend_from_slice(line.as_bytes());
            self.output.extend_from_slice(b"\r\n");
        }
        turn_after(reply.as_bytes())
    }

    async fn drip(&mut self, reply: &str) -> io::Result<Turn> {
        self.flush().await?;
        let turn = self.say(reply);
        for octet in std::mem::take(&mut self.output) {
            self.stream.write_all(&[octet]).await?;
            tokio::time::sleep(DRIP).await;
        }
        Ok(turn)
    }

    async fn flush(&mut self) -> io::Result<()> {
        if !self.output.is_empty() {
            self.stream.write_all(&self.output).await?;
            self.output.clear();
        }
        Ok(())
    }

    fn has_more(&self) -> bool {
        self.at < self.input.len()
    }

    /// The next command line, recorded where the script asks for it.
    async fn command_line(&mut self) -> io::Result<Option<String>> {
        let Some(line) = self.line().await? else { return Ok(None) };
        if self.shared.script.records_commands {
            let words =
                if line.len() >= 4 && line.as_bytes()[..4].eq_ignore_ascii_case(b"AUTH") { 2 } else { usize::MAX };
            let shown = line.split(' ').take(words).collect::<Vec<_>>().join(" ");
            self.shared.journal().commands.push(SeenCommand { connection: self.number, line: shown });
        }
        Ok(Some(line))
    }

    /// The next line without its end; `None` when the peer has gone.
    async fn line(&mut self) -> io::Result<Option<String>> {
        let Some(length) = self.line_length().await? else { return Ok(None) };
        let line = String::from_utf8_lossy(&self.input[self.at..self.at + length]);
        let line = line.trim_end_matches(['\r', '\n']).to_owned();
        self.at += length;
        Ok(Some(line))
    }

    /// How long the next line is, its LF included; `None` when the peer has gone or sends no lines.
    async fn line_length(&mut self) -> io::Result<Option<usize>> {
        loop {
            let waiting = &self.input[self.at..];
            // The standard library's search for an octet is a fast one, and not offered otherwise.
            let length = io::BufRead::skip_until(&mut &*waiting, b'\n')?;
            if length > 0 && waiting[length - 1] == b'\n' {
                return Ok(Some(length));
            }
            if length > MAX_LINE {
                self.say("500 5.5.2 Line too long");
                return Ok(None);
            }
            if !self.read_more().await? {
                return Ok(None);
            }
        }
    }

    /// Sends what is held back, then reads; `false` at the end of the stream.
    async fn read_more(&mut self) -> io::Result<bool> {
        self.flush().await?;
        self.input.drain(..self.at);
        self.at = 0;
        self.input.reserve(MAX_LINE);
        Ok(self.stream.read_buf(&mut self.input).await? > 0)
    }
}

/// The usual reply to a sender's path.
fn judge_sender(path: &PathAndParameters<'_>) -> &'static str {
    let known = |name: &str| ["SIZE", "BODY", "SMTPUTF8", "AUTH"].iter().any(|k| name.eq_ignore_ascii_case(k));
    let size = path.value("SIZE").map_or(Ok(0), str::parse::<usize>);
    match size {
        _ if path.parameters.iter().any(|(name, _)| !known(name)) => "555 5.5.4 Parameter unknown",
        _ if !path.address.is_ascii() && !path.has("SMTPUTF8") => "553 5.6.7 Address needs SMTPUTF8",
        Err(_) => "501 5.5.4 Bad SIZE",
        Ok(size) if size > MAX_MESSAGE => "552 5.3.4 Message too big",
        Ok(_) => "250 2.1.0 Ok",
    }
}

fn turn_after(reply: &[u8]) -> Turn {
    match reply {
        [b'4', b'2', b'1', ..] => Turn::Over,
        _ if is_positive(reply) => Turn::Positive,
        _ => Turn::Negative,
    }
}
