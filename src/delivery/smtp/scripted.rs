//! A scripted relay on loopback, for tests: says what it is told to, and remembers what it heard.

use std::{
    collections::VecDeque,
    net::SocketAddr,
    sync::{Arc, Mutex},
    time::Duration,
};

use tokio::{
    io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader},
    net::TcpListener,
    sync::{mpsc, watch},
};

use super::{Relay, SmtpMailer, TlsMode};
use crate::{
    delivery::{Desk, Mailer, Report},
    model::{Address, Mail, MessageId, Outage, Outcome},
};

/// One thing that the relay does on a connection.
#[derive(Debug, Clone)]
pub(crate) enum Act {
    /// Says this at once.
    Say(Vec<u8>),
    /// Waits for a line that begins so, then says this.
    On(&'static str, Vec<u8>),
    /// Reads a message up to its final dot, then says this.
    Body(Vec<u8>),
    /// Reads so many octets of a message, then does what comes next.
    PartOfBody(usize),
    /// Says this one octet at a time, after a line that begins so.
    Slowly(&'static str, &'static str),
    /// Waits for a line that begins so, then does what comes next.
    Hear(&'static str),
    /// Answers nothing any more, and keeps the connection.
    Stall,
    /// Serves mail after mail as a good relay does.
    Serve,
}

pub(crate) fn say(text: &str) -> Act {
    Act::Say(text.as_bytes().to_vec())
}

pub(crate) fn on(line: &'static str, text: &str) -> Act {
    Act::On(line, text.as_bytes().to_vec())
}

pub(crate) fn body(text: &str) -> Act {
    Act::Body(text.as_bytes().to_vec())
}

/// Greeting and EHLO of a relay with these keywords.
pub(crate) fn hello(keywords: &[&str]) -> Vec<Act> {
    let mut lines: Vec<_> = keywords.iter().map(|keyword| format!("250-{keyword}\r\n")).collect();
    lines.insert(0, "250-mx.example.net\r\n".to_owned());
    lines.push("250 HELP\r\n".to_owned());
    vec![say("220 mx.example.net ready\r\n"), on("EHLO", &lines.concat())]
}

/// An accepted envelope.
pub(crate) fn envelope() -> Vec<Act> {
    vec![on("MAIL", "250 ok\r\n"), on("RCPT", "250 ok\r\n"), on("DATA", "354 go\r\n")]
}

pub(crate) fn script(parts: &[Vec<Act>]) -> Vec<Act> {
    parts.concat()
}

/// What the relay heard: lines, and messages as `(message)` followed by their text.
#[derive(Debug, Clone, Default)]
pub(crate) struct Heard(Arc<Mutex<Vec<String>>>);

impl Heard {
    pub(crate) fn lines(&self) -> Vec<String> {
        self.0.lock().unwrap().clone()
    }

    pub(crate) fn messages(&self) -> usize {
        self.lines().iter().filter(|line| line.starts_with("(message)")).count()
    }

    pub(crate) fn has(&self, start: &str) -> bool {
        self.lines().iter().any(|line| line.starts_with(start))
    }

    /// Waits until so many lines that begin so were heard: a farewell is not answered.
    pub(crate) async fn until(&self, count: usize, start: &str) {
        while self.lines().iter().filter(|line| line.starts_with(start)).count() < count {
            tokio::task::yield_now().await;
        }
    }

    pub(crate) fn note(&self, line: &str) {
        self.0.lock().unwrap().push(line.trim_end().to_owned());
    }
}

/// Starts a relay that plays one script a connection; the last one is repeated.
pub(crate) async fn relay(scripts: Vec<Vec<Act>>) -> (Relay, Heard) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address: SocketAddr = listener.local_addr().unwrap();
    let heard = Heard::default();
    let notes = heard.clone();
    tokio::spawn(async move {
        let mut scripts = VecDeque::from(scripts);
        while let Ok((stream, _)) = listener.accept().await {
            let acts = if scripts.len() > 1 { scripts.pop_front().unwrap() } else { scripts[0].clone() };
            notes.note("(connection)");
            tokio::spawn(play(stream, acts, notes.clone()));
        }
    });
    let mut relay = Relay::new("127.0.0.1", address.port(), TlsMode::None);
    let short = Duration::from_millis(400);
    relay.timeouts.greeting = short;
    relay.timeouts.command = short;
    relay.timeouts.data = short;
    relay.timeouts.final_ = short;
    (relay, heard)
}

/// Plays a script on one stream; the stream is closed at its end.
pub(crate) async fn play<S: AsyncRead + AsyncWrite + Unpin>(stream: S, acts: Vec<Act>, heard: Heard) -> Option<()> {
    let mut stream = BufReader::new(stream);
    for act in acts {
        match act {
            Act::Say(text) => stream.write_all(&text).await.ok()?,
            Act::On(line, text) => {
                hear(&mut stream, line, &heard).await?;
                stream.write_all(&text).await.ok()?;
            }
            Act::Hear(line) => hear(&mut stream, line, &heard).await?,
            Act::Slowly(line, text) => {
                hear(&mut stream, line, &heard).await?;
                for octet in text.as_bytes() {
                    stream.write_all(&[*octet]).await.ok()?;
                    stream.flush().await.ok()?;
                    tokio::task::yield_now().await;
                }
            }
            Act::Body(text) => {
                message(&mut stream, &heard).await?;
                stream.write_all(&text).await.ok()?;
            }
            Act::PartOfBody(octets) => {
                stream.read_exact(&mut vec![0; octets]).await.ok()?;
            }
            Act::Stall => std::future::pending().await,
            Act::Serve => serve(&mut stream, &heard).await?,
        }
        stream.flush().await.ok()?;
    }
    Some(())
}

async fn hear<S: AsyncRead + AsyncWrite + Unpin>(stream: &mut BufReader<S>, start: &str, heard: &Heard) -> Option<()> {
    let mut line = String::new();
    stream.read_line(&mut line).await.ok().filter(|&n| n > 0)?;
    heard.note(&line);
    line.starts_with(start).then_some(())
}

async fn message<S: AsyncRead + AsyncWrite + Unpin>(stream: &mut BufReader<S>, heard: &Heard) -> Option<()> {
    let mut text = String::from("(message) ");
    loop {
        let mut line = String::new();
        stream.read_line(&mut line).await.ok().filter(|&n| n > 0)?;
        if line == ".\r\n" {
            heard.note(&text);
            return Some(());
        }
        text.push_str(&line);
    }
}

async fn serve<S: AsyncRead + AsyncWrite + Unpin>(stream: &mut BufReader<S>, heard: &Heard) -> Option<()> {
    loop {
        let mut line = String::new();
        stream.read_line(&mut line).await.ok().filter(|&n| n > 0)?;
        heard.note(&line);
        match line.get(..4)? {
            "DATA" => {
                stream.write_all(b"354 go\r\n").await.ok()?;
                stream.flush().await.ok()?;
                message(stream, heard).await?;
                stream.write_all(b"250 2.0.0 queued\r\n").await.ok()?;
            }
            "QUIT" => return Some(()),
            _ => stream.write_all(b"250 ok\r\n").await.ok()?,
        }
        stream.flush().await.ok()?;
    }
}

/// A mail to `row@example.org`.
pub(crate) fn mail(row: u32) -> Arc<Mail> {
    Arc::new(Mail {
        row,
        sender: Address::parse("workshop@example.org").unwrap(),
        recipient: Address::parse(&format!("row{row}@example.org")).unwrap(),
        message_id: MessageId(format!("{row}@example.org")),
        bytes: format!("Subject: {row}\r\n\r\nHello {row}\r\n.\r\n").into_bytes(),
    })
}

/// What a run of one worker came to.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) result: Result<(), Outage>,
    /// In the order of the reports; `None` for a mail handed back.
    pub(crate) reports: Vec<(u32, Option<Outcome>)>,
    pub(crate) claimed: Vec<u32>,
}

impl Ran {
    pub(crate) fn outcome(&self, row: u32) -> Option<&Outcome> {
        let mut of_row = self.reports.iter().filter(|(its, _)| *its == row);
        let first = of_row.next().unwrap_or_else(|| panic!("row {row} was not reported: {self:?}"));
        assert!(of_row.next().is_none(), "row {row} was reported twice: {self:?}");
        first.1.as_ref()
    }
}

/// Runs one worker over mails; `grant` answers claims.
pub(crate) async fn work(mailer: &impl Mailer, mails: Vec<Arc<Mail>>, grant: impl Fn(u32) -> bool) -> Ran {
    let (_stop, stop) = watch::channel(false);
    work_until(mailer, mails, grant, stop).await
}

/// Runs one worker over mails until told to stop.
pub(crate) async fn work_until(
    mailer: &impl Mailer,
    mails: Vec<Arc<Mail>>,
    grant: impl Fn(u32) -> bool,
    stop: watch::Receiver<bool>,
) -> Ran {
    let (queue, take) = mpsc::channel(1);
    queue.try_send(mails).unwrap();
    drop(queue);
    let (claims, mut asked) = mpsc::channel(4);
    let (reports, mut told) = mpsc::unbounded_channel();
    let desk = Desk::new(take, claims, reports, stop, std::sync::Arc::new(|_| false));
    let mut claimed = Vec::new();
    let grants = async {
        while let Some(request) = asked.recv().await {
            let granted = grant(request.row);
            if granted {
                claimed.push(request.row);
            }
            let _ = request.answer.send(granted);
        }
    };
    let worked = async {
        let desk = desk;
        loop {
            match mailer.work(&desk).await {
                // A run goes on at once.
                Err(Outage::BreaksOff { .. }) => {}
                result => return result,
            }
        }
    };
    let (result, ()) = tokio::join!(worked, grants);
    let mut all = Vec::new();
    while let Ok(report) = told.try_recv() {
        all.push(match report {
            Report::Done(mail, outcome) | Report::TurnedAway(mail, outcome) => (mail.row, Some(outcome)),
            Report::Untouched(mail) => (mail.row, None),
        });
    }
    Ran { result, reports: all, claimed }
}

/// Runs one worker over `count` mails, numbered from 1, all claims granted.
pub(crate) async fn send(relay: Relay, count: u32) -> Ran {
    let mailer = SmtpMailer::new(relay).unwrap();
    work(&mailer, (1..=count).map(mail).collect(), |_| true).await
}
