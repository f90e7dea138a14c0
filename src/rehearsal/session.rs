//! One connection's conversation.
//!
//! Owns: the order of commands (RFC 5321 §4.1.4). Does not own: what a line means, how it is read,
//! and what the script wants done.

mod log_in;

use std::{io, sync::Arc};

use tokio::net::TcpStream;

use super::{
    catcher::Shared,
    incoming::{Command, Incoming, PathAndParameters, judge_sender},
    journal::SeenCommand,
    script::{Action, is_positive},
    wire::Wire,
};
use crate::model::Stage;

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
    wire: Wire,
    shared: Arc<Shared>,
    number: u64,
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
        let number = {
            let mut journal = shared.journal();
            journal.open += 1;
            journal.counts.connections += 1;
            journal.counts.most_open = journal.counts.most_open.max(journal.open);
            journal.counts.connections
        };
        Self {
            wire: Wire::new(stream),
            shared,
            number,
            message: Incoming::default(),
            greeted: false,
            logged_in: false,
            mail: Transaction::default(),
        }
    }

    /// Serves it to its end; a peer that goes away is no trouble of ours.
    pub(super) async fn run(mut self) {
        if self.converse().await.is_ok() {
            let _ = self.wire.flush().await;
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
            if !self.shared.script.pipelines() && self.wire.has_more() {
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
        if !self.wire.has_more() && !self.wire.read_more().await? {
            return Ok(Turn::Over);
        }
        if let Some(action) = self.shared.action(Stage::Body, &self.mail.named)
            && self.perform(action, "").await? != Turn::Positive
        {
            return Ok(Turn::Over);
        }
        loop {
            let Some(line) = self.wire.raw_line().await? else { return Ok(Turn::Over) };
            if self.message.take(line) {
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
                self.wire.hold_raw(&bytes);
                Ok(turn_after(&bytes))
            }
            Action::DripReply(text) => {
                self.wire.drip(&text).await?;
                Ok(turn_after(text.as_bytes()))
            }
            Action::Delay(time) => {
                self.wire.flush().await?;
                tokio::time::sleep(time).await;
                if usual.is_empty() { Ok(Turn::Positive) } else { Ok(self.say(usual)) }
            }
            Action::Drop | Action::AcceptThenDrop => Ok(Turn::Over),
            Action::Stall | Action::AcceptThenStall => {
                self.wire.flush().await?;
                std::future::pending().await
            }
        }
    }

    /// Holds a reply ready; it leaves when the sender's commands are used up.
    fn say(&mut self, reply: &str) -> Turn {
        self.wire.hold(reply);
        turn_after(reply.as_bytes())
    }

    /// The next command line, recorded where the script asks for it.
    async fn command_line(&mut self) -> io::Result<Option<String>> {
        let Some(line) = self.wire.line().await? else { return Ok(None) };
        if self.shared.script.records_commands {
            let words =
                if line.len() >= 4 && line.as_bytes()[..4].eq_ignore_ascii_case(b"AUTH") { 2 } else { usize::MAX };
            let shown = line.split(' ').take(words).collect::<Vec<_>>().join(" ");
            self.shared.journal().commands.push(SeenCommand { connection: self.number, line: shown });
        }
        Ok(Some(line))
    }
}

fn turn_after(reply: &[u8]) -> Turn {
    match reply {
        [b'4', b'2', b'1', ..] => Turn::Over,
        _ if is_positive(reply) => Turn::Positive,
        _ => Turn::Negative,
    }
}
