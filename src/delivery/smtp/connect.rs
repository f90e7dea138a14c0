//! From a relay's name to a session that takes mails: TCP, TLS, EHLO, log-in.
//!
//! Owns: the order of these steps, and that each either succeeds or names its trouble. Does not own:
//! when to try again, or which secret logs in.

use lettre::transport::smtp::{
    commands::{Ehlo, Starttls},
    extension::ClientId,
};
use tokio::net::TcpStream;

use super::{
    auth::{self, Refusal},
    capabilities::Capabilities,
    credentials::Value,
    dial::dial,
    relay::{Relay, TlsMode},
    reply::RawReply,
    session::Session,
    tls::{self, INTERFERENCE, Trust},
    verdict::{Verdict, judge},
    wire::{Broken, Stream, Wire},
};
use crate::model::{Outage, Reply, Stage};

/// Words in an [`Outage::Tls`] by which the advice is chosen.
pub(super) const NO_STARTTLS: &str = "the relay does not offer STARTTLS";

/// Opens a session; where there are credentials it is logged in with this value.
pub(super) async fn open(relay: &Relay, trust: &Trust, value: Option<&Value>) -> Result<Session, Refusal> {
    let (mut wire, mut version) = greeted(relay, trust).await?;
    let mut capabilities = hello(&mut wire, relay).await?;
    if relay.tls == TlsMode::StartTls {
        (wire, version) = start_tls(wire, relay, &capabilities, trust).await?;
        capabilities = hello(&mut wire, relay).await?;
    }
    if let (Some(credentials), Some(value)) = (&relay.credentials, value) {
        auth::log_in(&mut wire, &capabilities, relay, credentials, value).await?;
    }
    Ok(Session::new(wire, capabilities, version, relay.timeouts))
}

/// Connects to the first of the relay's addresses that gives a greeting: one that takes connections may
/// serve nobody. A relay that asks for patience at one is not asked at the next; the first trouble counts.
async fn greeted(relay: &Relay, trust: &Trust) -> Result<(Wire, Option<&'static str>), Outage> {
    let mut useless = Vec::new();
    let mut first = None;
    loop {
        let tcp = match dial(relay, &useless).await {
            Ok(tcp) => tcp,
            Err(outage) => return Err(first.unwrap_or(outage)),
        };
        let address = tcp.peer_addr();
        let outage = match greet(tcp, relay, trust).await {
            Ok(greeted) => return Ok(greeted),
            Err(outage) => outage,
        };
        let asks_for_patience =
            matches!(outage, Outage::ServerTrouble(_) | Outage::Throttled(_) | Outage::Quota { .. });
        let outage = first.take().unwrap_or(outage);
        match address {
            Ok(address) if !asks_for_patience => useless.push(address),
            _ => return Err(outage),
        }
        first = Some(outage);
    }
}

async fn greet(tcp: TcpStream, relay: &Relay, trust: &Trust) -> Result<(Wire, Option<&'static str>), Outage> {
    let (mut wire, version) = if relay.tls == TlsMode::Implicit {
        secure(tcp, relay, trust).await?
    } else {
        (Wire::new(Stream::Plain(tcp), relay.trace.clone()), None)
    };
    let greeting = wire.reply(relay.timeouts.greeting).await;
    expect(relay, Stage::Greeting, greeting)?;
    Ok((wire, version))
}

async fn secure(tcp: TcpStream, relay: &Relay, trust: &Trust) -> Result<(Wire, Option<&'static str>), Outage> {
    let stream = tls::handshake(tcp, relay, trust, relay.timeouts.connect).await?;
    let version = tls::version(&stream);
    Ok((Wire::new(Stream::Tls(Box::new(stream)), relay.trace.clone()), version))
}

async fn start_tls(
    mut wire: Wire,
    relay: &Relay,
    capabilities: &Capabilities,
    trust: &Trust,
) -> Result<(Wire, Option<&'static str>), Outage> {
    let at = || format!("{}:{}", relay.host, relay.port);
    if !capabilities.starttls {
        return Err(Outage::Tls { detail: format!("{}: {NO_STARTTLS}", at()) });
    }
    let reply = exchange(&mut wire, &Starttls.to_string(), relay).await;
    expect(relay, Stage::Tls, reply)?;
    let Some(tcp) = wire.into_tcp() else {
        let detail = format!("{}: something was said between STARTTLS and the handshake: {INTERFERENCE}", at());
        return Err(Outage::Tls { detail });
    };
    secure(tcp, relay, trust).await
}

async fn hello(wire: &mut Wire, relay: &Relay) -> Result<Capabilities, Outage> {
    let me = myself(wire, relay);
    let reply = exchange(wire, &Ehlo::new(me.clone()).to_string(), relay).await;
    let not_known = matches!(&reply, Ok(reply) if matches!(reply.code, 500 | 501 | 502 | 504));
    if not_known {
        // A relay from before 1995 (RFC 5321 §3.2).
        let reply = exchange(wire, &format!("HELO {me}\r\n"), relay).await;
        expect(relay, Stage::Hello, reply)?;
        return Ok(Capabilities::default());
    }
    expect(relay, Stage::Hello, reply).map(|reply| Capabilities::read(&reply))
}

// The laptop's own name is nobody's business, and often no name that DNS knows.
fn myself(wire: &Wire, relay: &Relay) -> ClientId {
    match (&relay.helo, wire.tcp().local_addr().map(|address| address.ip().to_canonical())) {
        (Some(name), _) => ClientId::Domain(name.clone()),
        (None, Ok(std::net::IpAddr::V6(address))) => ClientId::Ipv6(address),
        (None, Ok(std::net::IpAddr::V4(address))) => ClientId::Ipv4(address),
        (None, Err(_)) => ClientId::Ipv4(std::net::Ipv4Addr::LOCALHOST),
    }
}

async fn exchange(wire: &mut Wire, line: &str, relay: &Relay) -> Result<RawReply, Broken> {
    wire.say(line, line, relay.timeouts.command).await?;
    wire.reply(relay.timeouts.command).await
}

fn expect(relay: &Relay, stage: Stage, reply: Result<RawReply, Broken>) -> Result<RawReply, Outage> {
    let at = |detail: &dyn std::fmt::Display| format!("{}:{}: {detail}", relay.host, relay.port);
    let raw = match reply {
        Ok(raw) => raw,
        Err(broken @ (Broken::NoSmtp(_) | Broken::Stray(_))) => {
            return Err(Outage::Protocol { stage, detail: at(&broken) });
        }
        Err(broken) => return Err(Outage::Unreachable { stage, detail: at(&broken) }),
    };
    let reply: Reply = raw.to_reply(&[]);
    match judge(stage, &reply) {
        Verdict::Good => Ok(raw),
        Verdict::Outage(outage) => Err(outage),
        Verdict::Row(_) | Verdict::Stray => Err(Outage::Protocol { stage, detail: at(&reply) }),
    }
}
