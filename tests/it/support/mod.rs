//! What the tests share: a sandbox to run the program in, a server to send to, a reader of mails, and one who
//! opens their links.

pub(crate) mod browser;
pub(crate) mod mailbox;
pub(crate) mod sandbox;
pub(crate) mod smtp_server;
#[cfg(target_os = "linux")]
pub(crate) mod terminal;

pub(crate) use browser::Browser;
pub(crate) use mailbox::{ReceivedMail, links_in, token_in, verify_token};
pub(crate) use sandbox::{EventFile, Finished, Running, SECRET, Sandbox, attendees, mode, variable};
pub(crate) use smtp_server::{CLOSED_PORT, SmtpServer};
#[cfg(target_os = "linux")]
pub(crate) use terminal::Terminal;

/// Looks at all cases of a table at once: most of their time they wait.
pub(crate) fn each<T: Sync>(table: &[T], look: impl Fn(&T) + Sync) {
    std::thread::scope(|scope| {
        for case in table {
            scope.spawn(|| look(case));
        }
    });
}
