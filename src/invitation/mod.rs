//! The words of a mail, from templates.
