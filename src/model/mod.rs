//! The values every other module speaks of. Pure: no clock, no file, no socket.
//!
//! Owns: what an attendee, an event, a window, a link, a mail and an outcome *are*, and the rules
//! under which they can exist at all. Does not own: where they come from or go to.

mod address;
mod affiliation;
mod attendee;
mod avatar;
mod calendar;
mod derive;
mod domain;
mod encoding;
mod event;
mod features;
mod invitation;
mod mail;
mod markup;
mod outcome;
mod own_claims;
mod picture;
mod presence;
mod room;
mod session;
mod tenant;
mod text;
mod typos;
mod window;
mod zone;

pub use address::{Address, AddressProblem, Mailbox};
pub use affiliation::Affiliation;
pub use attendee::{Attendee, AttendeeKey, Headers, Locator, PersonId};
pub use avatar::{Avatar, AvatarProblem};
pub use calendar::CalendarStyle;
pub use derive::{Fingerprint, SubKeys, UserId};
pub use domain::are_kin;
pub use encoding::{CodePage, Encoding};
pub use event::{Event, EventId, EventIdProblem, Language, LanguageProblem};
pub use features::{FEATURES, Features, RoleFeatures};
pub use invitation::{CalendarFile, Invitation, JoinLink};
pub use mail::{Mail, MessageId};
pub use markup::{html_escaped, policy_hash, write_for_script};
pub use outcome::{Deferral, Doubt, Outage, Outcome, Reply, Stage};
pub use own_claims::OwnClaims;
pub use picture::Picture;
pub use presence::{
    Claimed, Covered, Place, Presence, Refusal, RefusedJoin, RoomAddress, RoomLife, ServerClock, ServerTurn, Stay,
    UnixSeconds, Witness,
};
pub use room::{Room, RoomProblem};
pub use session::{Session, SessionKey, SessionKeyProblem};
pub use tenant::{Tenant, TenantProblem};
pub use text::{
    ForbiddenChar, composed, forbidden_char, forbidden_char_in_text, has_bare_line_break, percent_encoded,
    system_words, visible,
};
pub use typos::likely_typo;
pub use window::{LocalTimeProblem, Window, WindowProblem, parse_local_time};
pub use zone::zone_meant;
