//! An SMTP catcher on loopback.
