//! Words become a MIME message.
//!
//! Owns: headers, transfer encodings, the multipart structure, the check of the finished bytes, and
//! what a careful reader would say of the finished mail ([`lint`]).
//! Does not own: the words, the link, or how the message travels. Pure: the same letter always
//! gives the same bytes.
//!
//! Known weakness: an address whose local part is not ASCII stands in its header as raw UTF-8
//! (RFC 6532), which is right on the SMTPUTF8 connection that this address needs anyway, and
//! nowhere else. All other messages are ASCII.

mod calendar;
mod compose;
mod header;
pub mod lint;
mod parse_back;
mod part;
mod unsubscribe;

pub use calendar::{Entry, Method, Party, calendar};
pub use compose::{ComposeProblem, Letter, compose};
pub use unsubscribe::{Unsubscribe, UnsubscribeProblem};

#[cfg(test)]
mod tests;
