//! A scripted server for the program to send to: the catcher, on threads of its own.

use std::{collections::BTreeMap, time::Duration};

use roomkey::rehearsal::{Catcher, Caught, Counts, LogIn, Script, SeenCommand};
use tokio::runtime::Runtime;

use super::mailbox::ReceivedMail;

/// A port of 127.0.0.1 on which nothing listens: `tcpmux`, dead for decades.
pub(crate) const CLOSED_PORT: u16 = 1;

/// A running catcher; it ends when dropped.
pub(crate) struct SmtpServer {
    catcher: Catcher,
    // After the catcher: it is dropped last, and cuts what still runs.
    _runtime: Runtime,
    _mails: tempfile::TempDir,
}

impl SmtpServer {
    /// Starts one that takes everything.
    pub(crate) fn obliging() -> Self {
        Self::start(Script::default())
    }

    /// Starts one that follows a script.
    pub(crate) fn start(script: Script) -> Self {
        Self::start_on(0, script)
    }

    /// The same on this port: where another one died, for instance.
    pub(crate) fn start_on(port: u16, script: Script) -> Self {
        let mails = tempfile::tempdir().unwrap();
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let catcher = runtime.block_on(Catcher::start_on(port, Some(&mails.path().join("caught")), script)).unwrap();
        Self { catcher, _runtime: runtime, _mails: mails }
    }

    /// Cuts all connections and listens no more; gives whom it had mails for.
    pub(crate) fn die(self) -> Vec<String> {
        let Self { catcher, _runtime: runtime, _mails } = self;
        drop(runtime);
        catcher.caught().into_iter().flat_map(|mail| mail.recipients).collect()
    }

    /// The port of 127.0.0.1 on which it listens.
    pub(crate) fn port(&self) -> u16 {
        self.catcher.address().port()
    }

    /// The mails taken so far, in their order.
    pub(crate) fn caught(&self) -> Vec<Caught> {
        self.catcher.caught()
    }

    /// The command lines seen so far.
    pub(crate) fn commands(&self) -> Vec<SeenCommand> {
        self.catcher.commands()
    }

    /// The tries to log in so far.
    pub(crate) fn log_ins(&self) -> Vec<LogIn> {
        self.catcher.log_ins()
    }

    /// What happened so far, in numbers.
    pub(crate) fn counts(&self) -> Counts {
        self.catcher.counts()
    }

    /// Waits until so many mails were taken.
    pub(crate) fn wait_for_mails(&self, count: u64) {
        self.wait_until(|server| server.counts().mails >= count);
    }

    /// Waits until something holds; fails where it never does.
    pub(crate) fn wait_until(&self, holds: impl Fn(&Self) -> bool) {
        let deadline = std::time::Instant::now() + Duration::from_mins(1);
        while !holds(self) {
            assert!(std::time::Instant::now() < deadline, "nothing came of waiting: {:?}", self.counts());
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// The mails taken so far, read back by an independent parser.
    pub(crate) fn received(&self) -> Vec<ReceivedMail> {
        let file = |caught: &Caught| caught.file.clone().expect("this server writes its mails");
        self.caught().iter().map(|caught| ReceivedMail::read(&file(caught))).collect()
    }

    /// How many mails each recipient got; demands that each mail had one recipient, that of its header.
    #[track_caller]
    pub(crate) fn deliveries(&self) -> BTreeMap<String, usize> {
        let mut deliveries = BTreeMap::new();
        for (caught, mail) in self.caught().iter().zip(self.received()) {
            assert_eq!(caught.recipients, [mail.to()], "envelope and header name the same one recipient");
            *deliveries.entry(caught.recipients[0].clone()).or_default() += 1;
        }
        deliveries
    }

    /// Demands that exactly these were mailed, once each.
    #[track_caller]
    pub(crate) fn mailed_once(&self, recipients: &[&str]) {
        let expected: BTreeMap<_, _> = recipients.iter().map(|who| ((*who).to_owned(), 1)).collect();
        assert_eq!(self.deliveries(), expected);
    }
}
