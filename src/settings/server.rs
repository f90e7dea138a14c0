//! The table `[jitsi]` becomes what it means.

use super::{
    event::secret,
    file::{Entry, Value},
    keys,
    layers::{Layers, Lookup},
    meant::{Algorithm, Claims, JitsiProvider, JitsiSettings, LinkStyle, ServerCheck},
    problem::Refusal,
    values,
};
use crate::model::{Affiliation, Avatar, Features, OwnClaims, RoleFeatures};

/// Where 8x8 serves JaaS; the app id follows.
const JAAS: &str = "https://8x8.vc";

const ALGORITHMS: [(&str, Algorithm); 6] = [
    ("HS256", Algorithm::Hs256),
    ("HS384", Algorithm::Hs384),
    ("HS512", Algorithm::Hs512),
    ("RS256", Algorithm::Rs256),
    ("RS384", Algorithm::Rs384),
    ("RS512", Algorithm::Rs512),
];

/// Reads `[jitsi]`.
pub(super) fn jitsi(layers: &mut Layers<'_>) -> Option<JitsiSettings> {
    let provider = layers.text("jitsi.provider", |text| values::choice(text, &[("jaas", JitsiProvider::Jaas)]));
    let is_jaas = provider == Some(JitsiProvider::Jaas);
    let app_id = layers.text("jitsi.app_id", |text| values::exact_line(text, 255));
    let url = match &app_id {
        Some(app_id) if is_jaas && !layers.says("jitsi.url") => {
            let url = format!("{JAAS}/{app_id}");
            layers.derive("jitsi.url", url.clone());
            Some(url)
        }
        // The app id that is missing is told, and the address follows from it.
        None if is_jaas && !layers.says("jitsi.url") => None,
        _ => layers.text("jitsi.url", |text| values::line(text, 500)),
    };
    let audience = layers.text("jitsi.audience", |text| values::exact_line(text, 255));
    let subject = layers.text("jitsi.subject", |text| values::exact_line(text, 255));
    let key_id = layers.text("jitsi.key_id", |text| values::exact_line(text, 255));
    let private_key_file = layers.path("jitsi.private_key_file");
    let algorithm = algorithm(layers, is_jaas || private_key_file.is_some());
    let claims = layers.text("jitsi.claims", |text| {
        let known = [("minimal", Claims::Minimal), ("standard", Claims::Standard), ("full", Claims::Full)];
        values::choice(text, &known)
    });
    let link = layers.text("jitsi.link", |text| {
        values::choice(text, &[("query", LinkStyle::Query), ("fragment", LinkStyle::Fragment)])
    });
    let (moderator, affiliation) = rights(layers);
    let avatar = layers.text("jitsi.avatar", |text| {
        Avatar::parse(text).map_err(|problem| Refusal::new(problem.to_string()).hint(problem.hint()))
    });
    let group = layers.text("jitsi.group", |text| values::short_line(text, OwnClaims::LONGEST_GROUP));
    if is_jaas {
        refuse_column_of_tenants(layers);
    }
    let secret = secret(layers, "ROOMKEY_JITSI_SECRET", "jitsi.secret_file", "jitsi.secret_command");
    if private_key_file.is_some() && (secret.file.is_some() || secret.command.is_some()) {
        let refusal = Refusal::new("a secret is named as well: one of the two signs").hint(
            "a server with an `app_secret` takes the secret, one with a key server and JaaS the private key: take the \
             other one out",
        );
        layers.refuse("jitsi.private_key_file", &refusal);
    }
    let ca_file = layers.path("jitsi.ca_file");
    let bosh = layers.text("jitsi.bosh", |text| values::line(text, 500));
    let xmpp_domain = layers.text("jitsi.xmpp_domain", |text| values::line(text, 255));
    let server_check = layers.text("jitsi.server_check", |text| {
        let known = [("warn", ServerCheck::Warn), ("require", ServerCheck::Require), ("off", ServerCheck::Off)];
        values::choice(text, &known)
    });
    Some(JitsiSettings {
        provider: provider.unwrap_or(JitsiProvider::OwnServer),
        url: url?,
        app_id: app_id?,
        audience,
        subject,
        algorithm: algorithm?,
        claims: claims?,
        moderator,
        affiliation,
        avatar,
        group,
        config: layers
            .client()
            .map_or(&[][..], |(client, _)| client)
            .iter()
            .map(|one| (one.name.clone(), one.json.clone()))
            .collect(),
        features: RoleFeatures {
            moderator: features(layers, "jitsi.features.moderator"),
            attendee: features(layers, "jitsi.features.attendee"),
        },
        link: link?,
        key_id,
        secret,
        private_key_file,
        ca_file,
        bosh,
        xmpp_domain,
        server_check: server_check?,
    })
}

/// What is set, or what a secret or a private key usually signs with.
fn algorithm(layers: &mut Layers<'_>, is_private: bool) -> Option<Algorithm> {
    if layers.says("jitsi.algorithm") {
        return layers.text("jitsi.algorithm", |text| values::choice(text, &ALGORITHMS));
    }
    let (name, usual) = if is_private { ALGORITHMS[3] } else { ALGORITHMS[0] };
    layers.derive("jitsi.algorithm", name);
    Some(usual)
}

/// Whether everybody is a moderator whose row does not say, and what tokens call them: either follows from the other,
/// and the two agree.
fn rights(layers: &mut Layers<'_>) -> (bool, Option<Affiliation>) {
    let known = Affiliation::ALL.map(|affiliation| (affiliation.as_str(), affiliation));
    let affiliation = layers.text("jitsi.affiliation", |text| values::choice(text, &known));
    let moderator = layers.switch("jitsi.moderator");
    let Some(made) = affiliation.map(Affiliation::is_moderator) else { return (moderator, affiliation) };
    if layers.says("jitsi.moderator") && moderator != made {
        let verb = if made { "makes" } else { "does not make" };
        let what = format!("it {verb} a moderator of everybody, and `moderator` says {moderator}");
        let hint = "owner, moderator and teacher are moderators, a member is none: set the two alike, or take one out";
        layers.refuse("jitsi.affiliation", &Refusal::new(what).hint(hint));
    }
    layers.derive("jitsi.moderator", made.to_string());
    (made, affiliation)
}

/// The tenant of JaaS is the app id, for everybody.
fn refuse_column_of_tenants(layers: &mut Layers<'_>) {
    const TENANT: &str = "attendees.columns.tenant";
    let is_ignored = matches!(layers.lookup(TENANT), Lookup::Found(Entry { value: Value::Bool(_), .. }, _));
    if layers.says(TENANT) && !is_ignored {
        let refusal = Refusal::new("with JaaS everybody's tenant is the app id");
        layers.refuse(TENANT, &refusal.hint("take the line out, or write: tenant = false"));
    }
}

/// What the tokens of a role allow; `None` where no file speaks of it. An empty table names none,
/// which takes a moderator's defaults away.
fn features(layers: &Layers<'_>, table: &str) -> Option<Features> {
    let named = keys::all().filter(|key| key.table() == table && layers.says(key.name));
    layers.owner_of(table).map(|_| named.map(|key| (key.short(), layers.switch(key.name))).collect())
}
