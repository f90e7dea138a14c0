//! The octets of one connection: lines in, replies out.
//!
//! Owns: pipelining as RFC 2920 §3.2 asks of servers: replies are held back while whole lines wait
//! to be read, and leave together. Does not own: what they say.

use std::{io, time::Duration};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

/// The longest line that is read at all, in octets: memory stays small whatever comes.
const MAX_LINE: usize = 64 * 1024;
/// The pause after each octet of a dripping reply: enough for each to be a packet of its own.
const DRIP: Duration = Duration::from_millis(1);

/// A connection with what waits to be read and what waits to be sent.
#[derive(Debug)]
pub(super) struct Wire {
    stream: TcpStream,
    input: Vec<u8>,
    /// How much of `input` has been given out.
    at: usize,
    output: Vec<u8>,
}

impl Wire {
    pub(super) fn new(stream: TcpStream) -> Self {
        // Without it a reply would wait for the peer's delayed acknowledgement.
        let _ = stream.set_nodelay(true);
        Self { stream, input: Vec::new(), at: 0, output: Vec::new() }
    }

    /// Whether something came that has not been given out.
    pub(super) fn has_more(&self) -> bool {
        self.at < self.input.len()
    }

    /// The next line without its end; `None` when the peer has gone.
    pub(super) async fn line(&mut self) -> io::Result<Option<String>> {
        let line = self.raw_line().await?;
        Ok(line.map(|line| String::from_utf8_lossy(line).trim_end_matches(['\r', '\n']).to_owned()))
    }

    /// The next line, its LF included; `None` when the peer has gone or sends no lines.
    pub(super) async fn raw_line(&mut self) -> io::Result<Option<&[u8]>> {
        loop {
            let waiting = &self.input[self.at..];
            // The standard library has a fast search for an octet; this is how it is reached.
            let length = io::BufRead::skip_until(&mut &*waiting, b'\n')?;
            if length > 0 && waiting[length - 1] == b'\n' {
                let start = self.at;
                self.at += length;
                return Ok(Some(&self.input[start..self.at]));
            }
            if length > MAX_LINE {
                self.hold("500 5.5.2 Line too long");
                return Ok(None);
            }
            if !self.read_more().await? {
                return Ok(None);
            }
        }
    }

    /// Sends what is held back, then reads; `false` at the end of the stream.
    pub(super) async fn read_more(&mut self) -> io::Result<bool> {
        self.flush().await?;
        self.input.drain(..self.at);
        self.at = 0;
        self.input.reserve(MAX_LINE);
        Ok(self.stream.read_buf(&mut self.input).await? > 0)
    }

    /// Holds a reply ready, its lines divided by `\n`.
    pub(super) fn hold(&mut self, reply: &str) {
        for line in reply.split('\n') {
            self.output.extend_from_slice(line.as_bytes());
            self.output.extend_from_slice(b"\r\n");
        }
    }

    /// Holds octets ready as they are.
    pub(super) fn hold_raw(&mut self, octets: &[u8]) {
        self.output.extend_from_slice(octets);
    }

    /// Sends what is held back.
    pub(super) async fn flush(&mut self) -> io::Result<()> {
        self.stream.write_all(&self.output).await?;
        self.output.clear();
        Ok(())
    }

    /// Sends a reply one octet at a time.
    pub(super) async fn drip(&mut self, reply: &str) -> io::Result<()> {
        self.flush().await?;
        self.hold(reply);
        for octet in std::mem::take(&mut self.output) {
            self.stream.write_all(&[octet]).await?;
            tokio::time::sleep(DRIP).await;
        }
        Ok(())
    }
}
