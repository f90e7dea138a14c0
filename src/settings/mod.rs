//! `event.toml`, the user's `config.toml` and secrets, checked.
