//! Words become a MIME message.
