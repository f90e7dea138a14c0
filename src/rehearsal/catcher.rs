//! The catcher itself: a listener on loopback, and what it has caught so far.
//!
//! Owns: the socket, the connections' tasks and their end. Does not own: what is said on them.
//! A mail is in the record before its reply is on the way.

use std::{
    io,
    net::{Ipv4Addr, SocketAddr},
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard},
    time::Duration,
};

use tokio::{
    net::TcpListener,
    sync::oneshot,
    task::{JoinHandle, JoinSet},
};

use super::{
    incoming::header,
    journal::{Caught, Counts, Journal, LogIn, SeenCommand},
    script::{Action, Script, Turns},
    session::Session,
    spool::{Spool, SpoolProblem},
};
use crate::model::{Stage, system_words};

/// Why a catcher could not start.
#[derive(Debug, thiserror::Error)]
pub enum CatcherProblem {
    /// The folder cannot hold its mails.
    #[error(transparent)]
    Folder(#[from] SpoolProblem),
    /// No port of 127.0.0.1 could be had.
    #[error("failed to listen on 127.0.0.1: {}", system_words(.0))]
    Listen(io::Error),
}

impl CatcherProblem {
    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> String {
        match self {
            Self::Folder(problem) => problem.hint(),
            Self::Listen(_) => "allow programs to open ports on this machine's loopback address".to_owned(),
        }
    }
}

/// A running SMTP server on a port of 127.0.0.1; it ends with [`Catcher::stop`], or when dropped.
#[derive(Debug)]
pub struct Catcher {
    address: SocketAddr,
    shared: Arc<Shared>,
    stop: oneshot::Sender<()>,
    listening: JoinHandle<()>,
}

impl Catcher {
    /// Starts one; mails go into `folder` where one is given, which must be private to its owner and
    /// is made where it is missing.
    ///
    /// Needs a tokio runtime with I/O and time.
    ///
    /// # Errors
    /// [`CatcherProblem`] where the folder is not fit, or no port can be had.
    pub async fn start(folder: Option<&Path>, script: Script) -> Result<Self, CatcherProblem> {
        Self::start_on(0, folder, script).await
    }

    /// The same on this port, where it is free; 0 for any that is.
    ///
    /// # Errors
    /// As for [`Catcher::start`].
    pub async fn start_on(port: u16, folder: Option<&Path>, script: Script) -> Result<Self, CatcherProblem> {
        let spool = folder.map(Spool::open).transpose()?;
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await.map_err(CatcherProblem::Listen)?;
        let address = listener.local_addr().map_err(CatcherProblem::Listen)?;
        let shared = Arc::new(Shared::new(script, spool));
        let (stop, stopped) = oneshot::channel();
        let listening = tokio::spawn(listen(listener, Arc::clone(&shared), stopped));
        Ok(Self { address, shared, stop, listening })
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The mails taken so far, in their order; none with [`Script::counts_only`].
    #[must_use]
    pub fn caught(&self) -> Vec<Caught> {
        self.shared.journal().caught.clone()
    }

    /// The tries to log in so far.
    #[must_use]
    pub fn log_ins(&self) -> Vec<LogIn> {
        self.shared.journal().log_ins.clone()
    }

    /// The command lines seen so far; none without [`Script::records_commands`].
    #[must_use]
    pub fn commands(&self) -> Vec<SeenCommand> {
        self.shared.journal().commands.clone()
    }

    /// What happened so far, in numbers.
    #[must_use]
    pub fn counts(&self) -> Counts {
        self.shared.journal().counts
    }

    /// Stops listening and cuts every connection; nothing is taken after it returns.
    pub async fn stop(self) {
        drop(self.stop);
        // A panicked listener has stopped too.
        let _ = self.listening.await;
    }
}

/// Takes connections until the other end of `stopped` is dropped, then cuts them all.
async fn listen(listener: TcpListener, shared: Arc<Shared>, mut stopped: oneshot::Receiver<()>) {
    let mut sessions = JoinSet::new();
    loop {
        tokio::select! {
            biased;
            _ = &mut stopped => break,
            Some(_) = sessions.join_next() => {}
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => {
                    let session = Session::new(stream, Arc::clone(&shared));
                    sessions.spawn(session.run());
                }
                // Out of file descriptors, most likely: connections that end give some back.
                Err(_) => tokio::time::sleep(Duration::from_millis(10)).await,
            },
        }
    }
    sessions.shutdown().await;
}

/// What all connections of a catcher share.
#[derive(Debug)]
pub(super) struct Shared {
    pub(super) script: Script,
    turns: Mutex<Turns>,
    spool: Option<Arc<Spool>>,
    journal: Mutex<Journal>,
}

impl Shared {
    fn new(script: Script, spool: Option<Spool>) -> Self {
        let journal = Mutex::new(Journal::default());
        Self { script, turns: Mutex::default(), spool: spool.map(Arc::new), journal }
    }

    pub(super) fn journal(&self) -> MutexGuard<'_, Journal> {
        self.journal.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// What the script wants done at this moment; `None` for the usual reply.
    pub(super) fn action(&self, stage: Stage, recipients: &[String]) -> Option<Action> {
        if self.script.rules.is_empty() {
            return None;
        }
        let mut turns = self.turns.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        turns.action(&self.script.rules, stage, recipients)
    }

    /// Takes a mail: into the folder where there is one, then into the record.
    ///
    /// # Errors
    /// Where its file cannot be written; it is not taken then.
    pub(super) async fn take(
        &self,
        connection: u64,
        sender: &str,
        recipients: &[String],
        bytes: &[u8],
    ) -> io::Result<u64> {
        let order = {
            let mut journal = self.journal();
            journal.numbered += 1;
            journal.numbered
        };
        let recipient = recipients.first().map_or("nobody", String::as_str);
        let file = match &self.spool {
            Some(spool) => Some(write(Arc::clone(spool), order, recipient.to_owned(), bytes.to_owned()).await?),
            None => None,
        };
        let caught = (!self.script.counts_only).then(|| Caught {
            order,
            connection,
            envelope_from: sender.to_owned(),
            recipients: recipients.to_owned(),
            message_id: header(bytes, "Message-ID").unwrap_or_default().trim_matches(['<', '>']).to_owned(),
            subject: header(bytes, "Subject"),
            octets: bytes.len(),
            file,
        });
        let mut journal = self.journal();
        journal.counts.mails += 1;
        journal.counts.octets += bytes.len() as u64;
        if let Some(caught) = caught {
            // Files of two connections may be written in another order than numbered.
            let place = journal.caught.partition_point(|earlier| earlier.order < order);
            journal.caught.insert(place, caught);
        }
        Ok(order)
    }
}

/// Writes off the runtime's threads, which a slow disk would hold up.
async fn write(spool: Arc<Spool>, order: u64, recipient: String, bytes: Vec<u8>) -> io::Result<PathBuf> {
    tokio::task::spawn_blocking(move || spool.write(order, &recipient, &bytes)).await.map_err(io::Error::other)?
}

#[cfg(test)]
mod tests {
    use data_encoding::BASE64;
    use tokio::{
        io::{AsyncReadExt as _, AsyncWriteExt as _},
        net::TcpStream,
    };

    use super::*;
    use crate::rehearsal::{Rule, Times};

    const MAIL: &str = "MAIL FROM:<w@example.org>\r\nRCPT TO:<ada@example.org>\r\nDATA\r\n";
    const BODY: &str = "Message-ID: <1@x>\r\nSubject: Hello\r\n\r\n..dot\r\n.\r\n";

    async fn caught_with(script: Script) -> (Catcher, TcpStream) {
        let catcher = Catcher::start(None, script).await.unwrap();
        let stream = TcpStream::connect(catcher.address()).await.unwrap();
        (catcher, stream)
    }

    /// Sends everything at once, and gives the replies up to the end of the connection.
    async fn said(stream: &mut TcpStream, text: &str) -> String {
        let mut replies = Vec::new();
        // A peer that is cut off early may see a reset; what was said before it still counts.
        let _ = stream.write_all(text.as_bytes()).await;
        let _ = stream.read_to_end(&mut replies).await;
        String::from_utf8(replies).unwrap()
    }

    fn codes(replies: &str) -> Vec<&str> {
        replies.lines().filter(|line| line.as_bytes().get(3) == Some(&b' ')).map(|line| &line[..3]).collect()
    }

    async fn codes_of(script: Script, text: &str) -> (Catcher, Vec<String>) {
        let (catcher, mut stream) = caught_with(script).await;
        let replies = said(&mut stream, text).await;
        (catcher, codes(&replies).into_iter().map(str::to_owned).collect())
    }

    fn with(stage: Stage, action: Action) -> Script {
        Script::default().rule(Rule::at(stage, action))
    }

    #[tokio::test]
    async fn two_mails_in_one_write_are_caught_and_answered_in_order() {
        let text = format!("EHLO me\r\n{MAIL}{BODY}{MAIL}{BODY}QUIT\r\n");
        let (catcher, codes) = codes_of(Script::default(), &text).await;
        assert_eq!(codes, ["220", "250", "250", "250", "354", "250", "250", "250", "354", "250", "221"]);
        let caught = catcher.caught();
        assert_eq!(caught.iter().map(|mail| mail.order).collect::<Vec<_>>(), [1, 2]);
        assert_eq!(caught[0].recipients, ["ada@example.org"]);
        assert_eq!((caught[0].message_id.as_str(), caught[0].subject.as_deref()), ("1@x", Some("Hello")));
        assert_eq!(caught[0].octets, BODY.len() - ".\r\n".len() - 1);
    }

    #[tokio::test]
    async fn a_mail_lies_in_the_folder_unstuffed() {
        let folder = tempfile::tempdir().unwrap();
        let catcher = Catcher::start(Some(&folder.path().join("mails")), Script::default()).await.unwrap();
        let mut stream = TcpStream::connect(catcher.address()).await.unwrap();
        said(&mut stream, &format!("EHLO me\r\n{MAIL}{BODY}QUIT\r\n")).await;
        let file = catcher.caught().remove(0).file.unwrap();
        assert!(file.ends_with("mails/0001-ada@example.org.eml"), "{file:?}");
        assert!(std::fs::read(file).unwrap().ends_with(b"\r\n\r\n.dot\r\n"));
    }

    #[tokio::test]
    async fn commands_out_of_order_are_refused() {
        let text = format!("{MAIL}EHLO me\r\nRCPT TO:<a@b.c>\r\nDATA\r\nMAIL FROM:<a@b.c>\r\n{MAIL}{BODY}QUIT\r\n");
        let (catcher, codes) = codes_of(Script::default(), &text).await;
        let nested = ["503", "250", "354", "250", "221"];
        assert_eq!(codes[..8], ["220", "503", "503", "503", "250", "503", "503", "250"]);
        assert_eq!(codes[8..], nested, "the second MAIL is refused, its RCPT and DATA stand under the first");
        assert_eq!(catcher.counts().mails, 1);
    }

    #[tokio::test]
    async fn a_refused_recipient_gets_no_mail_whatever_data_says() {
        let refused = Rule::at(Stage::Recipient, Action::reply("550 5.1.1 nobody")).recipient("ada");
        let script = Script::default().rule(refused).rule(Rule::at(Stage::Data, Action::reply("354 go on")));
        let (catcher, codes) = codes_of(script, &format!("EHLO me\r\n{MAIL}.\r\nQUIT\r\n")).await;
        assert_eq!(codes, ["220", "250", "250", "550", "354", "554", "221"]);
        assert_eq!(catcher.counts().mails, 0);
    }

    #[tokio::test]
    async fn a_rule_may_act_at_the_first_try_alone() {
        let first = Rule::at(Stage::Final, Action::reply("451 4.3.0 later")).times(Times::FirstOfEach(1));
        let text = format!("EHLO me\r\n{MAIL}{BODY}{MAIL}{BODY}QUIT\r\n");
        let (catcher, codes) = codes_of(Script::default().rule(first), &text).await;
        assert_eq!((codes[5].as_str(), codes[9].as_str()), ("451", "250"));
        assert_eq!(catcher.counts().mails, 1);
    }

    #[tokio::test]
    async fn a_drop_comes_at_its_stage() {
        let text = format!("EHLO me\r\n{MAIL}{BODY}QUIT\r\n");
        let stages = [Stage::Connect, Stage::Greeting, Stage::Hello, Stage::Sender, Stage::Recipient, Stage::Data];
        for (replies, stage) in stages.into_iter().enumerate() {
            let (catcher, codes) = codes_of(with(stage, Action::Drop), &text).await;
            assert_eq!(codes.len(), replies.saturating_sub(1), "{stage}");
            assert_eq!(catcher.counts().mails, 0);
        }
        for stage in [Stage::Body, Stage::Final] {
            let (catcher, codes) = codes_of(with(stage, Action::Drop), &text).await;
            assert_eq!((codes.len(), catcher.counts().mails), (5, 0), "{stage}");
        }
    }

    #[tokio::test]
    async fn a_mail_may_be_taken_without_a_word() {
        let text = format!("EHLO me\r\n{MAIL}{BODY}QUIT\r\n");
        let (catcher, codes) = codes_of(with(Stage::Final, Action::AcceptThenDrop), &text).await;
        assert_eq!((codes.len(), catcher.counts().mails), (5, 1));
    }

    #[tokio::test]
    async fn a_stalled_connection_ends_with_the_catcher() {
        let (catcher, mut stream) = caught_with(with(Stage::Recipient, Action::Stall)).await;
        stream.write_all(format!("EHLO me\r\n{MAIL}").as_bytes()).await.unwrap();
        let mut replies = Vec::new();
        while !replies.ends_with(b"2.1.0 Ok\r\n") {
            assert!(stream.read_buf(&mut replies).await.unwrap() > 0);
        }
        catcher.stop().await;
        assert!(!matches!(stream.read(&mut [0; 1]).await, Ok(1..)));
    }

    #[tokio::test]
    async fn drips_raw_octets_and_421_go_out_as_written() {
        let script = with(Stage::Greeting, Action::DripReply("220-one\n220 two".into()))
            .rule(Rule::at(Stage::Hello, Action::Raw(b"250 x\n".to_vec())))
            .rule(Rule::at(Stage::Sender, Action::reply("421 4.3.2 closing")));
        let (_catcher, mut stream) = caught_with(script).await;
        let replies = said(&mut stream, &format!("EHLO me\r\n{MAIL}")).await;
        assert_eq!(replies, "220-one\r\n220 two\r\n250 x\n421 4.3.2 closing\r\n");
    }

    #[tokio::test]
    async fn log_ins_are_judged_and_recorded_without_the_password() {
        let script = || Script::default().account("ada", "horse").records_commands();
        let right = BASE64.encode(b"\0ada\0horse");
        let wrong = BASE64.encode(b"\0ada\0donkey");
        let text = format!("EHLO me\r\nMAIL FROM:<a@b.c>\r\nAUTH PLAIN {wrong}\r\nAUTH PLAIN\r\n{right}\r\nQUIT\r\n");
        let (catcher, codes) = codes_of(script(), &text).await;
        assert_eq!(codes, ["220", "250", "530", "535", "334", "235", "221"]);
        assert_eq!(catcher.log_ins().iter().map(|log_in| log_in.right).collect::<Vec<_>>(), [false, true]);
        assert!(catcher.commands().iter().any(|command| command.line == "AUTH PLAIN"));
        let everything = format!("{:?}{:?}{catcher:?}", catcher.commands(), catcher.log_ins());
        assert!(!everything.contains(&right) && !everything.contains("horse"));

        let text =
            format!("EHLO me\r\nAUTH LOGIN\r\n{}\r\n{}\r\nQUIT\r\n", BASE64.encode(b"ada"), BASE64.encode(b"horse"));
        let (catcher, codes) = codes_of(script(), &text).await;
        assert_eq!(codes, ["220", "250", "334", "334", "235", "221"]);
        assert_eq!(catcher.log_ins()[0].user, "ada");
    }

    #[tokio::test]
    async fn pipelining_that_was_not_offered_is_cut_off() {
        let script = Script::default().without("PIPELINING");
        let (catcher, codes) = codes_of(script, &format!("EHLO me\r\n{MAIL}{BODY}")).await;
        assert_eq!(codes, ["220", "250", "503"]);
        assert_eq!(catcher.counts().mails, 0);
    }

    #[tokio::test]
    async fn addresses_need_what_the_standard_asks_for() {
        let text = "EHLO me\r\nMAIL FROM:<a@b.c> SIZE=99999999999\r\nMAIL FROM:<a@b.c> X=1\r\nMAIL FROM:<a@b.c>\r\n\
                    RCPT TO:<jürgen@b.c>\r\nRSET\r\nMAIL FROM:<a@b.c> SMTPUTF8\r\nRCPT TO:<jürgen@b.c>\r\nQUIT\r\n";
        let (_catcher, codes) = codes_of(Script::default(), text).await;
        assert_eq!(codes, ["220", "250", "552", "555", "250", "553", "250", "250", "250", "221"]);
    }

    #[tokio::test]
    async fn counts_alone_are_kept_where_asked_for() {
        let text = format!("EHLO me\r\n{MAIL}{BODY}QUIT\r\n");
        let (catcher, _) = codes_of(Script::default().counts_only(), &text).await;
        assert_eq!((catcher.counts().mails, catcher.counts().connections, catcher.caught().len()), (1, 1, 0));
    }
}
