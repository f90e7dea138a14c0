//! Mails over SMTP: a session of our own, whose every mail's stage is known.
//!
//! Owns: everything between a relay's name and a row's outcome. From the outside in: [`SmtpMailer`]
//! shares one relay among workers; a worker takes mails from the desk; a session drives envelopes and
//! messages; a wire carries octets. Known weakness: one recipient a transaction, no BDAT.

mod advice;
mod auth;
mod capabilities;
mod connect;
mod credentials;
mod dial;
mod job;
mod mailer;
mod relay;
mod reply;
mod session;
mod tls;
mod turns;
mod verdict;
mod wire;
mod worker;

#[cfg(test)]
pub(crate) mod scripted;
#[cfg(test)]
mod tests;

pub use advice::advice;
pub use capabilities::{Capabilities, Size};
pub use credentials::{Auth, Credentials, Password, RENEWED_AFTER, Unobtainable};
pub use job::KEPT_FOR_SIZE;
pub use mailer::{RelayReport, SmtpMailer};
pub use relay::{Relay, RelayProblem, Timeouts, TlsMode};
pub use tls::read_roots;
pub use turns::Wait;
pub use verdict::{Verdict, judge};
