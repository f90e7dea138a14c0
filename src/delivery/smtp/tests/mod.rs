//! The mailer against a scripted relay.

mod conversation;
mod faults;
mod log_in;
mod tls;
mod tokens;
