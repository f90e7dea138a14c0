//! Who gets a token, and what it is to say of them: the row's own claims laid over the event's settings.

use super::token_settings::{Provider, TokenSettings};
use crate::model::{Address, Affiliation, Avatar, Features, OwnClaims, Tenant, UserId};

/// Who gets a token.
#[derive(Debug, Clone, Copy)]
pub struct Bearer<'a> {
    /// What ties the person in the room to a row of the file.
    pub user_id: &'a UserId,
    /// The name shown in the room.
    pub name: &'a str,
    /// The e-mail address; in the token only under [`super::ClaimsStyle::Full`].
    pub email: &'a Address,
    /// Whether the token asks for a moderator's rights.
    pub moderator: bool,
    /// What their row says of the token; the settings hold of everything else.
    pub own: Option<&'a OwnClaims>,
}

impl<'a> Bearer<'a> {
    /// `aud`.
    pub(super) fn audience(&self, settings: &'a TokenSettings) -> &'a str {
        self.own.and_then(|own| own.audience.as_deref()).unwrap_or_else(|| settings.audience())
    }

    /// `sub`: the row's own, else the one that is set, else what follows from the tenant.
    pub(super) fn subject(&self, settings: &'a TokenSettings) -> &'a str {
        let own = self.own.and_then(|own| own.subject.as_deref()).or(settings.subject.as_deref());
        let tenant = self.own.and_then(|own| own.tenant.as_ref()).map(Tenant::as_str);
        own.or(tenant).unwrap_or_else(|| settings.subject())
    }

    /// The tenant that the link leads to. With JaaS it is the app id, and no row may say otherwise: the settings
    /// see to it.
    pub(super) fn tenant(&self, settings: &'a TokenSettings) -> Option<&'a str> {
        let own = self.own.and_then(|own| own.tenant.as_ref()).map(Tenant::as_str);
        own.or_else(|| settings.server.tenant())
    }

    /// `context.tenant`; JaaS knows the tenant by `sub`.
    pub(super) fn tenant_claim(&self, settings: &'a TokenSettings) -> Option<&'a str> {
        self.tenant(settings).filter(|_| settings.provider == Provider::OwnServer)
    }

    /// `context.user.affiliation`: the row's own, else the event's where it gives just the rights that the row has.
    /// What a row says of its rights goes before what the event says of everybody.
    pub(super) fn affiliation(&self, settings: &TokenSettings) -> Option<Affiliation> {
        let of_event = settings.affiliation.filter(|affiliation| affiliation.is_moderator() == self.moderator);
        self.own.and_then(|own| own.affiliation).or(of_event)
    }

    /// `context.user.avatar`.
    pub(super) fn avatar(&self, settings: &'a TokenSettings) -> Option<&'a str> {
        let own = self.own.and_then(|own| own.avatar.as_ref());
        own.or(settings.avatar.as_ref()).map(Avatar::as_str)
    }

    /// `context.group`.
    pub(super) fn group(&self, settings: &'a TokenSettings) -> Option<&'a str> {
        self.own.and_then(|own| own.group.as_deref()).or(settings.group.as_deref())
    }

    /// `context.features`: the row's own set, else that of the role.
    pub(super) fn features(&self, settings: &'a TokenSettings) -> Option<&'a Features> {
        self.own.and_then(|own| own.features.as_ref()).or_else(|| settings.features(self.moderator))
    }
}
