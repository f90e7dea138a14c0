//! Which log-ins are tried, and where.

use std::time::Duration;

use aws_lc_rs::rand;
use data_encoding::HEXLOWER;
use jiff::{SignedDuration, Timestamp};
use reqwest::Url;
use rustls::pki_types::CertificateDer;

use super::{
    BoshAddress, Unreachable, bosh,
    config_js::{self, ConfigJs},
    web::Web,
};
use crate::{
    jitsi::{MintProblem, ServerAddress, Signer, SigningKey},
    model::Room,
};

/// A probe's token works so long before and after the moment at which it is made, in seconds: a minute in all.
const HALF_LIFE: i64 = 30;
/// How long all the questions together may take.
const ALL_PATIENCE: Duration = Duration::from_mins(1);
/// How far off the window of a token is that must be refused.
const FAR: i64 = 3600;

/// What stands for a reason where a server that has answered a log-in without a token says nothing to one with a token.
pub(super) const NO_ANSWER: &str = "no answer to the token";

/// Whom to ask.
#[derive(Debug, Clone)]
pub struct Target {
    /// The server's address.
    pub server: ServerAddress,
    /// Where its BOSH is, where its config.js does not tell.
    pub bosh: Option<BoshAddress>,
    /// Its XMPP domain, where its config.js does not tell.
    pub xmpp_domain: Option<String>,
    /// Certificates to trust beside the system's.
    pub extra_roots: Vec<CertificateDer<'static>>,
}

/// How one log-in ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Login {
    /// The server let us in.
    Accepted,
    /// It did not.
    Refused {
        /// In its own words, still to be escaped when shown.
        reason: String,
    },
    /// It offers no log-in by token at all, only by name and password.
    WantsPassword,
    /// It offers no log-in whatever.
    OffersNothing,
}

/// What a server answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answers {
    /// Where it was asked.
    pub bosh: String,
    /// The XMPP domain that was asked for.
    pub domain: String,
    /// Why its config.js told nothing, where it was asked for and did not.
    pub config: Option<String>,
    /// Where its config.js says that BOSH is, where that is another host, which was not asked.
    pub elsewhere: Option<String>,
    /// With a token like the event's.
    pub ours: Login,
    /// Without a token.
    pub without: Login,
    /// Without a token, at the door for guests, where config.js names one.
    pub guests: Option<(String, Login)>,
    /// With a token that another key has signed.
    pub forged: Login,
    /// With a token whose time is over.
    pub expired: Login,
    /// With a token whose time has not come.
    pub early: Login,
    /// How far the server's clock is ahead of this computer's.
    pub clock: Option<SignedDuration>,
}

/// Logs in at a server in all these ways, within a minute.
///
/// # Errors
/// [`Unreachable`] where it cannot be asked.
///
/// # Panics
/// Where the operating system has no random numbers.
pub async fn ask(target: &Target, signer: &Signer, now: fn() -> Timestamp) -> Result<Answers, Unreachable> {
    let asked = tokio::time::timeout(ALL_PATIENCE, ask_all(target, signer, now)).await;
    asked.unwrap_or_else(|_| {
        Err(Unreachable::Silent(target.server.host().to_owned(), ALL_PATIENCE.as_secs(), " all questions"))
    })
}

async fn ask_all(target: &Target, signer: &Signer, now: fn() -> Timestamp) -> Result<Answers, Unreachable> {
    let mut web = Web::new(&target.extra_roots, now)?;
    let place = Place::find(target, &mut web).await?;
    let impostor = SigningKey::throw_away(signer.settings().algorithm);
    let impostor = Signer::new(signer.settings().clone(), &impostor).map_err(|problem| own_fault(&problem))?;
    let room = random_room();
    let at = |signer: &Signer, shift: i64| {
        let now = now().as_second() + shift;
        signer.probe(&room, now - HALF_LIFE, now + HALF_LIFE).map_err(|problem: MintProblem| own_fault(&problem))
    };
    // A log-in without a token comes first: where that works, nothing else says much.
    let without = place.log_in(&mut web, &room, None, &place.domain).await?;
    let guests = match &place.guests {
        Some(domain) => {
            let login = place.log_in(&mut web, &room, None, domain).await;
            login.ok().map(|login| (domain.clone(), login))
        }
        None => None,
    };
    let tokens = [at(signer, 0)?, at(&impostor, 0)?, at(signer, -FAR)?, at(signer, FAR)?];
    let mut logins = Vec::new();
    for token in &tokens {
        let login = place.log_in(&mut web, &room, Some(token), &place.domain).await;
        logins.push(match login {
            // A server that knows keys by their addresses in a JWKS alone breaks off where it knows none by this name.
            Err(Unreachable::Ended(_)) if signer.is_private() => Login::Refused { reason: NO_ANSWER.to_owned() },
            other => other?,
        });
    }
    let [ours, forged, expired, early] = logins.try_into().expect("four tokens were tried");
    Ok(Answers {
        bosh: super::web::without_query(&place.bosh),
        domain: place.domain,
        config: place.config,
        elsewhere: place.elsewhere,
        ours,
        without,
        guests,
        forged,
        expired,
        early,
        clock: web.clock(),
    })
}

fn own_fault(problem: &impl ToString) -> Unreachable {
    Unreachable::Ended(problem.to_string())
}

/// Where a server is asked, and as what.
struct Place {
    bosh: Url,
    domain: String,
    guests: Option<String>,
    /// Why config.js told nothing.
    config: Option<String>,
    elsewhere: Option<String>,
    tenant: Option<String>,
}

impl Place {
    async fn find(target: &Target, web: &mut Web) -> Result<Self, Unreachable> {
        let server = &target.server;
        let bad = |text: &str| Unreachable::BadAddress(text.to_owned());
        let base = Url::parse(&format!("{}/", server.as_str())).map_err(|_| bad(server.as_str()))?;
        let root = base.join("/").map_err(|_| bad(server.as_str()))?;
        let config = root.join("config.js").map_err(|_| bad(server.as_str()))?;
        // Where both are named, nothing is left to be found out there.
        let is_named = target.bosh.is_some() && target.xmpp_domain.is_some();
        let (found, config) = if is_named { Default::default() } else { read(web, &config, server.tenant()).await? };
        let usual = || base.join("http-bind").map_err(|_| bad(server.as_str()));
        let mut elsewhere = None;
        let bosh = match (&target.bosh, &found.bosh) {
            (Some(given), _) => given.url().clone(),
            (None, Some(told)) => match root.join(told) {
                Ok(url) if url.host_str() == root.host_str() && is_as_safe(&url, &root) => url,
                Ok(url) => {
                    elsewhere = Some(super::web::without_query(&url));
                    usual()?
                }
                Err(_) => usual()?,
            },
            (None, None) => usual()?,
        };
        let host = server.host().trim_start_matches('[').trim_end_matches(']').to_owned();
        Ok(Self {
            bosh,
            domain: target.xmpp_domain.clone().or(found.domain.map(|domain| domain.to_lowercase())).unwrap_or(host),
            guests: found.guests.map(|domain| domain.to_lowercase()),
            config,
            elsewhere,
            tenant: server.tenant().map(str::to_owned),
        })
    }

    async fn log_in(
        &self,
        web: &mut Web,
        room: &Room,
        token: Option<&str>,
        domain: &str,
    ) -> Result<Login, Unreachable> {
        let mut url = self.bosh.clone();
        {
            let mut query = url.query_pairs_mut();
            query.append_pair("room", room.as_str());
            if let Some(token) = token {
                query.append_pair("token", token);
            }
            if let Some(tenant) = &self.tenant {
                query.append_pair("prefix", tenant);
            }
        }
        bosh::log_in(web, &url, domain).await.map_err(|problem| match problem {
            Unreachable::NoSuchDomain { domain, .. } => {
                Unreachable::NoSuchDomain { domain, config: self.config.clone() }
            }
            other => other,
        })
    }
}

/// Reads config.js, or says why it tells nothing.
async fn read(web: &mut Web, at: &Url, tenant: Option<&str>) -> Result<(ConfigJs, Option<String>), Unreachable> {
    let page = web.get(at).await?;
    if page.status != 200 {
        return Ok((ConfigJs::default(), Some(format!("{at} answers with the HTTP status {}", page.status))));
    }
    let found = config_js::read(&page.text, tenant);
    let silent = found.domain.is_none().then(|| format!("{at} names no `hosts.domain`"));
    Ok((found, silent))
}

/// Whether an address keeps to what the server's own one promises.
fn is_as_safe(url: &Url, root: &Url) -> bool {
    url.scheme() == "https" || url.scheme() == root.scheme()
}

/// A room that nobody is in, nor will be.
fn random_room() -> Room {
    let mut octets = [0_u8; 8];
    rand::fill(&mut octets).expect("the operating system has random numbers");
    Room::parse(&format!("roomkey-check-{}", HEXLOWER.encode(&octets))).expect("letters, digits and `-`")
}
