//! One connection's octets: commands out, replies in, each within a time limit.
//!
//! Owns: the socket, with or without TLS; the exact moment at which a message counts as handed over;
//! the trace. Does not own: what is said. After any error the connection is to be dropped, not used
//! and not shut down in order: what TLS still holds back must not leave any more.

use std::{
    io::{self, IoSlice},
    time::Duration,
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    sync::mpsc,
    time::timeout,
};
use tokio_rustls::client::TlsStream;

use super::reply::{RawReply, ReplyReader};
use crate::model::system_words;

const CHUNK: usize = 8 * 1024;
/// After a limit has passed, time to see what lies in the socket already.
const GRACE: Duration = Duration::from_millis(20);
const FAREWELL: Duration = Duration::from_millis(500);

/// Why a connection cannot be used any more.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum Broken {
    #[error("the connection was lost: {0}")]
    Lost(String),
    #[error("no answer within {} s", .0.as_secs_f64())]
    TimedOut(Duration),
    #[error("what came was no SMTP: {0}")]
    NoSmtp(String),
    #[error("the answer does not fit what was asked: {0}")]
    Stray(String),
}

impl Broken {
    fn lost(error: &io::Error) -> Self {
        Self::Lost(system_words(error))
    }

    /// More came than was asked for: replies and commands no longer belong together.
    pub(super) fn out_of_step() -> Self {
        Self::Stray("it came before anything was asked".to_owned())
    }
}

/// How a message's write ended.
#[derive(Debug)]
pub(super) enum HandOver {
    /// All of it was handed over.
    Whole,
    /// The message was, what follows it was not.
    MessageOnly,
    /// Its last octet was not: the relay cannot have it.
    Part(Broken),
}

#[derive(Debug)]
pub(super) enum Stream {
    Plain(TcpStream),
    Tls(Box<TlsStream<TcpStream>>),
}

impl Stream {
    async fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Plain(tcp) => tcp.read(buffer).await,
            Self::Tls(tls) => tls.read(buffer).await,
        }
    }

    async fn write(&mut self, pieces: &[IoSlice<'_>]) -> io::Result<usize> {
        match self {
            Self::Plain(tcp) => tcp.write_vectored(pieces).await,
            Self::Tls(tls) => tls.write_vectored(pieces).await,
        }
    }

    async fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Plain(tcp) => tcp.flush().await,
            Self::Tls(tls) => tls.flush().await,
        }
    }

    fn tcp(&self) -> &TcpStream {
        match self {
            Self::Plain(tcp) => tcp,
            Self::Tls(tls) => tls.get_ref().0,
        }
    }
}

/// A connection.
#[derive(Debug)]
pub(super) struct Wire {
    stream: Stream,
    replies: ReplyReader,
    trace: Option<mpsc::UnboundedSender<String>>,
    /// Texts that are taken out of whatever the relay says.
    pub(super) veiled: Vec<String>,
}

impl Wire {
    pub(super) fn new(stream: Stream, trace: Option<mpsc::UnboundedSender<String>>) -> Self {
        Self { stream, replies: ReplyReader::default(), trace, veiled: Vec::new() }
    }

    /// The bare socket, for STARTTLS; `None` where something came that was not asked for: such
    /// octets would be taken for the relay's own words after the handshake (RFC 3207 §6).
    pub(super) fn into_tcp(self) -> Option<TcpStream> {
        match self.stream {
            Stream::Plain(tcp) if self.replies.is_empty() => Some(tcp),
            _ => None,
        }
    }

    pub(super) fn tcp(&self) -> &TcpStream {
        self.stream.tcp()
    }

    pub(super) fn is_tls(&self) -> bool {
        matches!(self.stream, Stream::Tls(_))
    }

    /// Says commands, each with its line end; `shown` stands in the trace.
    pub(super) async fn say(&mut self, commands: &str, shown: &str, limit: Duration) -> Result<(), Broken> {
        self.note("C: ", shown.lines());
        self.write_until([commands.as_bytes()], limit).await.map_err(|(_, broken)| broken)
    }

    /// Hands a message over, final dot included, and what follows it.
    ///
    /// Without TLS both go in one write. With TLS what follows goes in a second one: only so does an
    /// error tell on which side of the dot it fell.
    pub(super) async fn hand_over(&mut self, message: [&[u8]; 2], then: &str, limit: Duration) -> HandOver {
        let [text, end] = message;
        let length = text.len() + end.len();
        self.note("C: ", std::iter::once(format!("({length} octets)")));
        self.note("C: ", then.lines());
        if self.is_tls() {
            if let Err((_, broken)) = self.write_until(message, limit).await {
                return HandOver::Part(broken);
            }
            return match self.write_until([then.as_bytes()], limit).await {
                Ok(()) => HandOver::Whole,
                Err(_) => HandOver::MessageOnly,
            };
        }
        match self.write_until([text, end, then.as_bytes()], limit).await {
            Ok(()) => HandOver::Whole,
            Err((written, _)) if written >= length => HandOver::MessageOnly,
            Err((_, broken)) => HandOver::Part(broken),
        }
    }

    /// The next reply.
    pub(super) async fn reply(&mut self, limit: Duration) -> Result<RawReply, Broken> {
        let reply = match timeout(limit, self.next_reply()).await {
            Ok(reply) => reply?,
            // A program that was frozen wakes with all its limits passed: what came meanwhile still counts.
            Err(_) => timeout(GRACE, self.next_reply()).await.unwrap_or(Err(Broken::TimedOut(limit)))?,
        };
        if self.trace.is_some() {
            let last = reply.lines.len().saturating_sub(1);
            let lines = reply.lines.iter().enumerate().map(|(n, line)| {
                let line = self.veiled.iter().fold(line.clone(), |line, veiled| line.replace(veiled.as_str(), "…"));
                format!("{}{}{line}", reply.code, if n < last { '-' } else { ' ' })
            });
            self.note("S: ", lines);
        }
        Ok(reply)
    }

    /// Whether nothing came that was not asked for, and the other end has not closed.
    pub(super) fn is_quiet(&self) -> bool {
        let closed_or_talking = || {
            let mut octet = [0];
            !matches!(self.stream.tcp().try_read(&mut octet), Err(e) if e.kind() == io::ErrorKind::WouldBlock)
        };
        self.is_in_step() && !closed_or_talking()
    }

    /// Whether no reply lies here that was not asked for.
    pub(super) fn is_in_step(&self) -> bool {
        self.replies.is_empty()
    }

    /// Says goodbye, waits for nothing, and closes. Never after an error, never where a message may be open.
    pub(super) async fn quit(mut self) {
        self.note("C: ", std::iter::once("QUIT"));
        let farewell = async {
            self.write_all(b"QUIT\r\n").await.ok()?;
            match &mut self.stream {
                Stream::Plain(tcp) => tcp.shutdown().await.ok(),
                Stream::Tls(tls) => tls.shutdown().await.ok(),
            }
        };
        // Whether it was heard makes no difference.
        let _ = timeout(FAREWELL, farewell).await;
    }

    async fn write_all(&mut self, mut bytes: &[u8]) -> io::Result<()> {
        while !bytes.is_empty() {
            let taken = self.stream.write(&[IoSlice::new(bytes)]).await?;
            bytes = bytes.get(taken..).unwrap_or_default();
        }
        self.stream.flush().await
    }

    // The pieces go in as few writes as they can. The limit is for each that must be taken, so that a
    // slow line may send a large message.
    async fn write_until<const N: usize>(
        &mut self,
        pieces: [&[u8]; N],
        limit: Duration,
    ) -> Result<(), (usize, Broken)> {
        let mut pieces = pieces.map(IoSlice::new);
        let mut rest = &mut pieces[..];
        let mut written = 0;
        // Takes empty pieces away, of which nothing can be written.
        IoSlice::advance_slices(&mut rest, 0);
        while !rest.is_empty() {
            match timeout(limit, self.stream.write(rest)).await {
                Ok(Ok(0)) => return Err((written, Broken::Lost("nothing more is taken".to_owned()))),
                Ok(Ok(taken)) => {
                    written += taken;
                    IoSlice::advance_slices(&mut rest, taken);
                }
                Ok(Err(error)) => return Err((written, Broken::lost(&error))),
                Err(_) => return Err((written, Broken::TimedOut(limit))),
            }
        }
        match timeout(limit, self.stream.flush()).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) => Err((written, Broken::lost(&error))),
            Err(_) => Err((written, Broken::TimedOut(limit))),
        }
    }

    async fn next_reply(&mut self) -> Result<RawReply, Broken> {
        let mut chunk = [0; CHUNK];
        loop {
            match self.replies.next() {
                Ok(Some(reply)) => return Ok(reply),
                Err(garbled) => return Err(Broken::NoSmtp(garbled.to_string())),
                Ok(None) => {}
            }
            match self.stream.read(&mut chunk).await {
                Ok(0) => return Err(Broken::Lost("the relay closed it".to_owned())),
                Ok(read) => self.replies.push(&chunk[..read]),
                Err(error) => return Err(Broken::lost(&error)),
            }
        }
    }

    fn note<L: AsRef<str>>(&self, who: &str, lines: impl Iterator<Item = L>) {
        let Some(trace) = &self.trace else { return };
        for line in lines {
            // Nobody may be listening any more.
            let _ = trace.send(format!("{who}{}", line.as_ref()));
        }
    }
}
