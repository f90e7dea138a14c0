//! What the settings say of tokens, as the signer takes it.

use crate::{
    attendees::Field,
    jitsi::{self, RowsSay, ServerAddress, TokenSettings},
    settings::{self, ColumnSetting, Settings},
};

/// What all tokens of an event have in common.
pub(super) fn token_settings(settings: &Settings, server: ServerAddress) -> TokenSettings {
    let ours = &settings.jitsi;
    TokenSettings {
        provider: match ours.provider {
            settings::JitsiProvider::OwnServer => jitsi::Provider::OwnServer,
            settings::JitsiProvider::Jaas => jitsi::Provider::Jaas,
        },
        server,
        app_id: ours.app_id.clone(),
        key_id: ours.key_id.clone(),
        audience: ours.audience.clone(),
        subject: ours.subject.clone(),
        algorithm: match ours.algorithm {
            settings::Algorithm::Hs256 => jitsi::Algorithm::Hs256,
            settings::Algorithm::Hs384 => jitsi::Algorithm::Hs384,
            settings::Algorithm::Hs512 => jitsi::Algorithm::Hs512,
            settings::Algorithm::Rs256 => jitsi::Algorithm::Rs256,
            settings::Algorithm::Rs384 => jitsi::Algorithm::Rs384,
            settings::Algorithm::Rs512 => jitsi::Algorithm::Rs512,
        },
        claims: match ours.claims {
            settings::Claims::Minimal => jitsi::ClaimsStyle::Minimal,
            settings::Claims::Standard => jitsi::ClaimsStyle::Standard,
            settings::Claims::Full => jitsi::ClaimsStyle::Full,
        },
        moderator: ours.moderator,
        affiliation: ours.affiliation,
        avatar: ours.avatar.clone(),
        group: ours.group.clone(),
        features: ours.features.clone(),
        config: ours.config.clone(),
        link: match ours.link {
            settings::LinkStyle::Query => jitsi::LinkStyle::Query,
            settings::LinkStyle::Fragment => jitsi::LinkStyle::Fragment,
        },
        rows_say: rows_say(settings),
    }
}

/// What the attendee file has columns for.
fn rows_say(settings: &Settings) -> RowsSay {
    let columns = &settings.attendees.columns;
    let is_mapped = |field: Field| columns.get(field.key()).is_some_and(|column| *column != ColumnSetting::Ignore);
    RowsSay {
        subject: is_mapped(Field::Subject),
        audience: is_mapped(Field::Audience),
        tenant: is_mapped(Field::Tenant),
    }
}
