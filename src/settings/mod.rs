//! `event.toml`, the user's `config.toml` and secrets, checked.
//!
//! Owns: reading the two TOML files, which of them a value comes from, what each key may hold, and
//! where the two secrets are found. All problems of both files are reported at once, each with
//! file, line, column and a way out. Does not own: what a Jitsi address, a template phrase or an
//! attendee file means to the modules that use them; those find a key's place by
//! [`Settings::position`] and report there.
//!
//! Known weakness: a file with a syntax error is not checked any further, because what a parser
//! guesses after one would be blamed on the wrong lines.

mod event;
pub mod example;
mod file;
mod hosts;
mod keys;
mod layers;
mod load;
mod meant;
mod origin;
mod problem;
mod relay;
pub mod secrets;
pub mod typed;
mod values;

pub use meant::{
    Algorithm, AttendeeSettings, Claims, ColumnSetting, JitsiSettings, LinkStyle, MailSettings, Rate, RetrySettings,
    Settings, SmtpSettings, Timeouts, Tls,
};
pub use origin::{Origin, Position, Setting};
pub use problem::{Place, Refusal, SettingsProblem, SettingsProblems};
pub use secrets::{SecretProblem, SecretSource};

#[cfg(test)]
mod tests;
