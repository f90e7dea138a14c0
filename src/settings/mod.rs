//! `event.toml`, the user's `config.toml` and secrets, checked.
//!
//! Owns: reading the two TOML files, which of them a value comes from, what each key may hold, and
//! where the secrets are found. All problems of both files are reported at once, each with
//! file, line, column and a way out. Does not own: what a Jitsi address, a template phrase or an
//! attendee file means to the modules that use them; those find a key's place by
//! [`Settings::position`] and report there.
//!
//! What belongs together is inherited together or not at all. An event that names a Jitsi server of
//! its own (`url`, `app_id`, or where its secret is) takes nothing of `[jitsi]` from `config.toml`: what
//! stands there, `audience`, `subject`, `algorithm`, `claims` and `link` too, was written for the other
//! server. Likewise with `provider`, `host`, `port`, `tls`, `user` or the password, and all that stands under
//! `[smtp]`: `allow_plaintext`, `ca_file` and `helo` are about that relay, and so is what it bears,
//! `connections`, `rate` and `daily_limit`. Those that follow may be set alone, to say something else of an inherited
//! server. `[smtp.timeouts]` and `[retry]` are about patience, not about a relay: each is inherited by itself.
//!
//! Known weakness: a file with a syntax error is not checked any further, because what a parser
//! guesses after one would be blamed on the wrong lines.

mod attendance;
mod client_config;
mod convert;
mod event;
pub mod example;
mod file;
mod filters;
mod hosts;
mod keys;
mod layers;
mod load;
mod meant;
mod origin;
mod problem;
mod provider;
mod relay;
pub mod secrets;
mod server;
mod sessions;
pub mod typed;
mod values;

pub use meant::{
    Algorithm, AttendanceSettings, AttendeeSettings, Auth, Claims, ColumnSetting, JitsiProvider, JitsiSettings,
    LinkStyle, MailSettings, Rate, RetrySettings, ServerCheck, Settings, SmtpSettings, Timeouts, Tls,
};
pub use origin::{Origin, Position, Setting};
pub use problem::{Place, Refusal, SettingsProblem, SettingsProblems};
pub use provider::Provider;
pub use secrets::{SecretProblem, SecretSource};

#[cfg(test)]
mod tests;
