//! The page that shows all mails of a folder of previews, beside the `.eml` files.
//!
//! Owns: `index.html` and the data files that it loads, what they may do in a browser (`policy`), and
//! what is replaced in them and in the mails when they are to be shared (`redaction`). Does not own:
//! the `.eml` files themselves, or what a link's token means; it is told.
//!
//! Everything about a mail is read from its finished bytes (`letter`), so that the page shows what is
//! sent and not what was meant. Known weakness: what a mail looks like in a browser is not what it
//! looks like in Outlook.

mod book;
mod letter;
mod policy;
mod record;
mod redaction;

pub use book::{Book, INDEX, PageProblem, remove_old};
pub use letter::{Letter, message_id_of};
pub use record::{Privacy, Remark, Row, Told};
