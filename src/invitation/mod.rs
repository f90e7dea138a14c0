//! The words of a mail, from templates.
//!
//! Owns: which template files speak to whom (the organiser's own before the built-in ones), what
//! they may refer to, how a person's facts become a subject, a text and an HTML part, and what must
//! hold of these before anyone is mailed. Does not own: how the link was made, or how the parts
//! become a message.
//!
//! Known weaknesses: the words around dates are those of nine languages, others have a dash; a
//! template that loops without printing costs time, not memory, and nothing stops it; names that a
//! template takes apart by filters or computed subscripts are checked only when it is rendered.

mod builtin;
mod check;
mod choice;
mod context;
mod filters;
mod folder;
mod lint;
mod locale;
mod message;
mod messages;
mod moments;
mod phrase;
mod probe;
mod problem;
mod render;
mod scan;
mod schema;
mod sentences;
mod spans;
mod speech;
mod template;
mod tokens;
mod unescaped;
mod variables;
mod zone;

#[cfg(test)]
mod fixture;

pub use builtin::{ExportProblem, export};
pub use context::{Facts, Visit};
pub use filters::wrap_under;
pub use folder::{Occasion, Part, holds_parts};
pub use message::{Message, MessageProblem};
pub use messages::Messages;
pub use phrase::{Phrase, PhraseProblem};
pub use problem::{RenderProblem, TemplateFault, TemplateProblem, TemplateWarning};
pub use render::Rendered;
pub use template::Templates;
pub use variables::{Variable, variables};
#[cfg(test)]
mod tests;
