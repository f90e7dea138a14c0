//! What receivers read in DNS of a sender's domain, and what they will conclude from it; and which domains take mail.
//!
//! Owns: SPF (RFC 7208) and DMARC (RFC 7489, and RFC 9989's way up the tree) as far as an organiser
//! can act on them. Does not own: DKIM, which a mail server signs with under a name that nobody can
//! guess.
//!
//! Known weakness: from where a mail server sends is known for the big providers alone; of others the
//! address that takes mails is compared, which need not be the one that sends them on.

mod conclusion;
mod dmarc;
mod lookup;
mod mail_host;
mod provider;
mod spf;
mod verdict;

pub use conclusion::Conclusion;
pub use lookup::{Answer, Records, Resolver, Unanswered};
pub use mail_host::MailHost;
pub use verdict::{Names, conclude};
