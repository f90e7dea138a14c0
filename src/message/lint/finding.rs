//! What can be said of a mail, and what to do about it.

use std::fmt;

use super::{LONGEST_SUBJECT, style::Feature};

/// One of the two forms in which a mail's words come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Half {
    /// The plain text.
    Text,
    /// The HTML.
    Html,
}

impl fmt::Display for Half {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Text => "the text",
            Self::Html => "the HTML",
        })
    }
}

/// Something about a mail that its readers, or their mail programs, may not like.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Finding {
    /// No subject.
    SubjectEmpty,
    /// A subject that lists of mails cut off.
    SubjectLong {
        /// How long it is.
        characters: usize,
    },
    /// A subject in capitals.
    SubjectShouts,
    /// A subject with the reader's link in it.
    SubjectOpens,
    /// HTML that does something, or asks to.
    Acts {
        /// The tag, or what a link begins with.
        what: &'static str,
    },
    /// A half without a word.
    Empty(Half),
    /// A half without the reader's link.
    LinkMissing(Half),
    /// HTML that shows the link and does not make it one.
    LinkNotClickable,
    /// Only one half leads to another link into the room.
    LinksDisagree {
        /// The half with the other link.
        half: Half,
        /// The other link, without its token.
        link: String,
    },
    /// Both halves lead to another link into the room.
    OtherLink {
        /// The other link, without its token.
        link: String,
    },
    /// A link that anybody on the way can read and change.
    LinkInsecure {
        /// The link, without what follows `?` or `#`.
        link: String,
    },
    /// A link, or a picture, of neither the sender's domain nor Jitsi's.
    ForeignHost {
        /// The host.
        host: String,
    },
    /// A large message.
    Large {
        /// Its size.
        octets: usize,
    },
    /// HTML so large that Gmail shows its beginning only.
    Clipped {
        /// Its size.
        octets: usize,
    },
    /// HTML or CSS that widespread mail programs ignore.
    Ignored(&'static Feature),
}

impl Finding {
    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> &'static str {
        match self {
            Self::SubjectEmpty => "write one: `subject` under [mail], or invite.subject.txt",
            Self::SubjectLong { .. } => "put the words that matter first, and leave out what the mail says anyway",
            Self::SubjectShouts => "write it in small letters: spam filters count capitals, and so do readers",
            Self::SubjectOpens => "take `{{ link }}` out of the subject: the mail itself holds it",
            Self::Acts { .. } => "take it out: words, pictures and links are what a mail can show",
            Self::Empty(_) => {
                "write into its template what the mail should say, or delete the file: then ours is taken"
            }
            Self::LinkMissing(Half::Text) => "write `<{{ link }}>` on a line of its own",
            Self::LinkMissing(Half::Html) | Self::LinkNotClickable => "write `<a href=\"{{ link }}\">`",
            Self::LinksDisagree { .. } | Self::OtherLink { .. } => {
                "take it out, or in a template write `{{ link }}`: an address typed by hand carries no name, or somebody else's"
            }
            Self::LinkInsecure { .. } => "write https:// where the site offers it, or leave the link out",
            Self::ForeignHost { .. } => {
                "filters compare links with the sender: link to a page of your own, or leave it if you mean it"
            }
            Self::Large { .. } => "leave pictures out, or make them smaller",
            Self::Clipped { .. } => "make it shorter: link to what is long",
            Self::Ignored(feature) => feature.instead,
        }
    }

    /// Whether it misses the reader's link, which a cancellation does not have.
    #[must_use]
    pub fn misses_link(&self) -> bool {
        matches!(self, Self::LinkMissing(_) | Self::LinkNotClickable)
    }

    /// Takes in the same finding of another mail; `false` where it is another one. Of two sizes the
    /// larger stays.
    pub fn takes_in(&mut self, other: &Self) -> bool {
        match (self, other) {
            (Self::SubjectLong { characters: ours }, Self::SubjectLong { characters: theirs })
            | (Self::Large { octets: ours }, Self::Large { octets: theirs })
            | (Self::Clipped { octets: ours }, Self::Clipped { octets: theirs }) => {
                *ours = (*ours).max(*theirs);
                true
            }
            (ours, theirs) => ours == theirs,
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::SubjectEmpty => f.write_str("the subject is empty"),
            Self::SubjectLong { characters } => {
                write!(f, "the subject has {characters} characters: many mail programs cut it after {LONGEST_SUBJECT}")
            }
            Self::SubjectShouts => f.write_str("the subject is all capitals"),
            Self::SubjectOpens => {
                f.write_str("the subject holds the reader's link: lists, notifications and logs show it to others")
            }
            Self::Acts { what } => {
                write!(
                    f,
                    "the HTML holds {what}: mail programs take it out, and filters take such a mail for an attack"
                )
            }
            Self::Empty(half) => write!(f, "{half} says nothing"),
            Self::LinkMissing(half) => write!(f, "{half} does not hold the reader's link"),
            Self::LinkNotClickable => f.write_str("the HTML shows the reader's link, but no click follows it"),
            Self::LinksDisagree { half, link } => {
                write!(f, "text and HTML disagree on the link: {half} also leads to {link}")
            }
            Self::OtherLink { link } => {
                write!(f, "the mail leads to {link} besides the reader's own link into that room")
            }
            Self::LinkInsecure { link } => {
                write!(f, "{link} is a link without encryption: mail programs warn of it")
            }
            Self::ForeignHost { host } => {
                write!(f, "a link or picture leads to {host}, which is neither the sender's nor Jitsi's")
            }
            Self::Large { octets } => write!(f, "the mail has {} kB: large mails arrive late, or as spam", kb(*octets)),
            Self::Clipped { octets } => {
                write!(f, "the HTML has {} kB: Gmail shows the first 102 kB and hides the rest", kb(*octets))
            }
            Self::Ignored(feature) => write!(f, "{} ignores {}: {}", feature.by, feature.name, feature.effect),
        }
    }
}

fn kb(octets: usize) -> usize {
    octets.div_ceil(1000)
}
