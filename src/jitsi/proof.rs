//! The proof of a link before it is mailed.
//!
//! Owns: the way back: the finished link is taken apart, its signature checked, and its claims, decoded by
//! another set of types, are compared with what was meant. Pure. Known weakness: what is proved is that the
//! link says what was meant, not that the server holds the same key.

use data_encoding::BASE64URL_NOPAD;
use jiff::Timestamp;
use jsonwebtoken::decode_header;

use super::{
    bearer::Bearer,
    claims::{ClaimsStyle, ReadClaims},
    link::{LinkParts, LinkProblem, LinkStyle, take_apart},
    token::Signer,
    token_settings::Provider,
};
use crate::model::{Affiliation, Avatar, JoinLink, OwnClaims, Room, Tenant, Window};

/// What a finished link says otherwise than was meant. No variant holds any of the token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum VerifyProblem {
    /// The link cannot be taken apart.
    #[error("failed to prove the link: {0}")]
    Link(#[from] LinkProblem),
    /// A part of the link is another.
    #[error("failed to prove the link: its {0} is not the one meant")]
    Part(&'static str),
    /// Three parts of base64url JSON with the expected claims: it is not.
    #[error("failed to prove the token: it cannot be decoded")]
    Undecodable,
    /// The signature is not the secret's.
    #[error("failed to prove the token: its signature does not hold")]
    Signature,
    /// `typ`, `alg`, or more than these.
    #[error("failed to prove the token: its header is not the one meant")]
    Header,
    /// A claim is another.
    #[error("failed to prove the token: its `{0}` is not the one meant")]
    Claim(&'static str),
}

impl VerifyProblem {
    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> &'static str {
        "nothing was sent with this link; this is a fault of the program: please report it"
    }
}

impl Signer {
    /// Proves that a finished link leads where it should and says of this person what it should,
    /// for this room and this window. For every link, before it is mailed.
    ///
    /// # Errors
    /// [`VerifyProblem`] names the first part that differs.
    pub fn verify(
        &self,
        link: &JoinLink,
        bearer: &Bearer<'_>,
        room: &Room,
        window: &Window,
    ) -> Result<(), VerifyProblem> {
        let apart = take_apart(link.expose())?;
        let own = bearer.own;
        self.verify_place(&apart.parts, own, room)?;
        if apart.beside != self.config || !apart.quoted_right || !self.has_exact_text(link, own, room, &apart.token) {
            return Err(VerifyProblem::Part("text"));
        }
        let (message, signature) = apart.token.rsplit_once('.').ok_or(VerifyProblem::Undecodable)?;
        let (header, claims) = message.split_once('.').ok_or(VerifyProblem::Undecodable)?;
        self.verify_header(header)?;
        if !self.holds(message, signature, self.settings.algorithm) {
            return Err(VerifyProblem::Signature);
        }
        let claims = BASE64URL_NOPAD.decode(claims.as_bytes()).map_err(|_| VerifyProblem::Undecodable)?;
        let claims: ReadClaims = serde_json::from_slice(&claims).map_err(|_| VerifyProblem::Undecodable)?;
        self.verify_claims(&claims, own, room, window)?;
        self.verify_user(&claims, bearer)?;
        self.verify_extras(&claims, bearer)
    }

    /// Decodes the first header; one that is spelt like it says the same.
    fn verify_header(&self, header: &str) -> Result<(), VerifyProblem> {
        if self.proven_header.get().is_some_and(|proven| proven == header) {
            return Ok(());
        }
        let read = decode_header(format!("{header}..")).map_err(|_| VerifyProblem::Undecodable)?;
        if read != self.header {
            return Err(VerifyProblem::Header);
        }
        // Another thread may have been faster.
        let _ = self.proven_header.set(header.to_owned());
        Ok(())
    }

    /// The tenant that is meant: the row's own goes before the address's.
    fn tenant_meant<'a>(&'a self, own: Option<&'a OwnClaims>) -> Option<&'a str> {
        match own.map(|own| &own.tenant) {
            Some(Some(tenant)) => Some(tenant.as_str()),
            _ => self.settings.server.tenant(),
        }
    }

    fn verify_place(&self, parts: &LinkParts, own: Option<&OwnClaims>, room: &Room) -> Result<(), VerifyProblem> {
        let server = &self.settings.server;
        let part = if parts.host != server.host() || parts.port != server.port() {
            "host"
        } else if parts.tenant.as_deref() != self.tenant_meant(own) {
            "tenant"
        } else if parts.room != room.as_str() {
            "room"
        } else if parts.style != self.settings.link {
            "style"
        } else {
            return Ok(());
        };
        Err(VerifyProblem::Part(part))
    }

    /// Whether nothing stands in the link but server, room and token, each spelt as it was meant.
    fn has_exact_text(&self, link: &JoinLink, own: Option<&OwnClaims>, room: &Room, token: &str) -> bool {
        let (before, after, between) = match self.settings.link {
            LinkStyle::Query => ("?jwt=", "", "#"),
            LinkStyle::Fragment => ("#jwt=%22", "%22", "&"),
        };
        let between = if self.config.is_empty() { "" } else { between };
        let inner = link.expose().strip_prefix(self.settings.server.without_tenant());
        let inner = inner.and_then(|rest| rest.strip_prefix('/'));
        let inner = match self.tenant_meant(own) {
            Some(tenant) => inner.and_then(|rest| rest.strip_prefix(tenant)).and_then(|rest| rest.strip_prefix('/')),
            None => inner,
        };
        let inner = inner.and_then(|rest| rest.strip_prefix(room.as_str())).and_then(|rest| rest.strip_prefix(before));
        let inner = inner.and_then(|rest| rest.strip_suffix(self.config.as_str()));
        inner.and_then(|rest| rest.strip_suffix(between)).and_then(|rest| rest.strip_suffix(after)) == Some(token)
    }

    fn verify_claims(
        &self,
        claims: &ReadClaims,
        own: Option<&OwnClaims>,
        room: &Room,
        window: &Window,
    ) -> Result<(), VerifyProblem> {
        let settings = &self.settings;
        let (audience, subject) = self.audience_and_subject_meant(own);
        let tenant = if settings.provider == Provider::Jaas { None } else { self.tenant_meant(own) };
        let is_at = |second: i64, from: Timestamp, to: Timestamp| {
            Timestamp::from_second(second).is_ok_and(|at| from <= at && at <= to)
        };
        let second = jiff::SignedDuration::from_nanos(999_999_999);
        let late = window.opens().checked_add(second).unwrap_or(Timestamp::MAX);
        let early = window.closes().checked_sub(second).unwrap_or(Timestamp::MIN);
        let claim = if claims.iss != settings.issuer() {
            "iss"
        } else if claims.aud != audience {
            "aud"
        } else if claims.sub != subject {
            "sub"
        } else if claims.room != room.as_str() {
            "room"
        } else if !is_at(claims.nbf, window.opens(), late) {
            "nbf"
        } else if !is_at(claims.exp, early, window.closes()) || claims.exp <= claims.nbf {
            "exp"
        } else if claims.context.tenant.as_deref() != tenant {
            "context.tenant"
        } else {
            return Ok(());
        };
        Err(VerifyProblem::Claim(claim))
    }

    /// What `aud` and `sub` are meant to say.
    fn audience_and_subject_meant<'a>(&'a self, own: Option<&'a OwnClaims>) -> (&'a str, &'a str) {
        let settings = &self.settings;
        let (mut audience, mut subject) = (settings.audience(), settings.subject());
        if let Some(own) = own {
            // What is set for the event goes before what only follows from the row's tenant.
            subject = own.tenant.as_ref().filter(|_| settings.subject.is_none()).map_or(subject, Tenant::as_str);
            subject = own.subject.as_deref().unwrap_or(subject);
            audience = own.audience.as_deref().unwrap_or(audience);
        }
        (audience, subject)
    }

    fn verify_user(&self, claims: &ReadClaims, bearer: &Bearer<'_>) -> Result<(), VerifyProblem> {
        let user = &claims.context.user;
        let email = (self.settings.claims == ClaimsStyle::Full).then(|| bearer.email.as_str());
        let name = (self.settings.claims != ClaimsStyle::Minimal).then_some(bearer.name);
        let claim = if user.id != bearer.user_id.0 {
            "context.user.id"
        } else if user.name.as_deref() != name {
            "context.user.name"
        } else if user.email.as_deref() != email {
            "context.user.email"
        } else if user.moderator.unwrap_or(false) != bearer.moderator {
            "context.user.moderator"
        } else {
            return Ok(());
        };
        Err(VerifyProblem::Claim(claim))
    }

    /// What the row may say otherwise than the event of the person and their rights.
    fn verify_extras(&self, claims: &ReadClaims, bearer: &Bearer<'_>) -> Result<(), VerifyProblem> {
        let (settings, context) = (&self.settings, &claims.context);
        let nothing = OwnClaims::default();
        let own = bearer.own.unwrap_or(&nothing);
        let (avatar, group) = match settings.claims {
            ClaimsStyle::Minimal => (None, None),
            _ => (own.avatar.as_ref().or(settings.avatar.as_ref()), own.group.as_ref().or(settings.group.as_ref())),
        };
        let affiliation = match (own.affiliation, settings.affiliation) {
            (Some(own), _) => Some(own),
            (None, Some(of_event)) if of_event.is_moderator() == bearer.moderator => Some(of_event),
            (None, _) => None,
        };
        // As the server reads it: whatever was meant, nobody gets more rights than the row has.
        let gives_rights = matches!(context.user.affiliation.as_deref(), Some("owner" | "moderator" | "teacher"));
        let claim = if context.user.affiliation.as_deref() != affiliation.map(Affiliation::as_str)
            || gives_rights && !bearer.moderator
        {
            "context.user.affiliation"
        } else if context.user.avatar.as_deref() != avatar.map(Avatar::as_str) {
            "context.user.avatar"
        } else if context.group.as_ref() != group {
            "context.group"
        } else if !self.has_features(claims, own, bearer.moderator) {
            "context.features"
        } else {
            return Ok(());
        };
        Err(VerifyProblem::Claim(claim))
    }

    fn has_features(&self, claims: &ReadClaims, own: &OwnClaims, moderator: bool) -> bool {
        let meant = match &own.features {
            Some(features) => Some(features),
            None => self.settings.features(moderator),
        };
        match (&claims.context.features, meant) {
            (None, None) => true,
            (Some(read), Some(meant)) => {
                read.len() == meant.iter().len() && meant.iter().all(|(name, allowed)| read.get(name) == Some(&allowed))
            }
            _ => false,
        }
    }
}
