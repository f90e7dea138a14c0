//! From a relay's name to a session that takes mails: DNS, TCP, TLS, EHLO, log-in.
//!
//! Owns: the order of these steps, and that each either succeeds or names its trouble. Does not own:
//! when to try again. All addresses of a name are tried, IPv6 and IPv4 in turn, each with its share
//! of the time (in the spirit of RFC 8305). Known weakness: one after the other, not at once.

use std::{collections::VecDeque, net::SocketAddr, sync::Arc};

use lettre::transport::smtp::{
    commands::{Ehlo, Starttls},
    extension::ClientId,
};
use rustls::ClientConfig;
use tokio::{
    net::{TcpStream, lookup_host},
    time::{Instant, timeout},
};

use super::{
    auth,
    capabilities::Capabilities,
    relay::{Relay, TlsMode, is_loopback},
    reply::RawReply,
    session::Session,
    tls,
    verdict::{Verdict, judge},
    wire::{Broken, Stream, Wire},
};
use crate::model::{Outage, Reply, Stage};

/// Words in an [`Outage::Unreachable`] by which the advice is chosen.
pub(super) const UNKNOWN_HOST: &str = "no address is known";
pub(super) const REFUSED: &str = "connection refused";
pub(super) const SILENCE: &str = "no answer within";
pub(super) const INTERFERENCE: &str = "somebody interferes";
pub(super) const NO_STARTTLS: &str = "the relay does not offer STARTTLS";

/// Opens a session; it is logged in where there are credentials.
pub(super) async fn open(relay: &Relay, config: Arc<ClientConfig>) -> Result<Session, Outage> {
    let tcp = dial(relay).await?;
    let (mut wire, mut version) = if relay.tls == TlsMode::Implicit {
        secure(tcp, relay, Arc::clone(&config)).await?
    } else {
        (Wire::new(Stream::Plain(tcp), relay.trace.clone()), None)
    };
    let greeting = wire.reply(relay.timeouts.greeting).await;
    expect(relay, Stage::Greeting, greeting)?;
    let mut capabilities = hello(&mut wire, relay).await?;
    if relay.tls == TlsMode::StartTls {
        (wire, version) = start_tls(wire, relay, &capabilities, config).await?;
        capabilities = hello(&mut wire, relay).await?;
    }
    if let Some(credentials) = &relay.credentials {
        auth::log_in(&mut wire, &capabilities, credentials, &relay.timeouts).await?;
    }
    Ok(Session::new(wire, capabilities, version, relay.timeouts))
}

async fn dial(relay: &Relay) -> Result<TcpStream, Outage> {
    let end = Instant::now() + relay.timeouts.connect;
    let mut addresses = addresses(relay).await?;
    let mut troubles = Vec::new();
    while let Some(address) = addresses.pop_front() {
        let left = end.saturating_duration_since(Instant::now());
        let others = u32::try_from(addresses.len()).unwrap_or(u32::MAX).saturating_add(1);
        let share = left / others;
        match timeout(share, TcpStream::connect(address)).await {
            Ok(Ok(tcp)) => {
                // Without it the kernel holds the end of every message back for 40 ms.
                let _ = tcp.set_nodelay(true);
                return Ok(tcp);
            }
            Ok(Err(error)) if error.kind() == std::io::ErrorKind::ConnectionRefused => {
                troubles.push((address, REFUSED.to_owned()));
            }
            Ok(Err(error)) => troubles.push((address, error.to_string())),
            Err(_) => troubles.push((address, format!("{SILENCE} {} s", share.as_secs_f64().ceil()))),
        }
    }
    // One address needs no name of its own where the host is that address.
    let is_host = |address: SocketAddr| relay.host.parse() == Ok(address.ip());
    let told = troubles.into_iter().map(|(at, what)| if is_host(at) { what } else { format!("{at}: {what}") });
    Err(unreachable(relay, &told.collect::<Vec<_>>().join("; ")))
}

async fn addresses(relay: &Relay) -> Result<VecDeque<SocketAddr>, Outage> {
    if let Some(address) = relay.literal() {
        return Ok(VecDeque::from([SocketAddr::new(address, relay.port)]));
    }
    let found: Vec<SocketAddr> =
        match timeout(relay.timeouts.connect, lookup_host((relay.host.as_str(), relay.port))).await {
            Ok(Ok(found)) => found.collect(),
            Ok(Err(error)) => return Err(unreachable(relay, &format!("{UNKNOWN_HOST}: {error}"))),
            Err(_) => return Err(unreachable(relay, &format!("{UNKNOWN_HOST}: the name service does not answer"))),
        };
    let mut found = in_turn(found);
    if relay.tls == TlsMode::None && !relay.allow_plaintext {
        // The name promised loopback; a hosts file may say otherwise.
        found.retain(|address| is_loopback(address.ip()));
    }
    if found.is_empty() { Err(unreachable(relay, UNKNOWN_HOST)) } else { Ok(found) }
}

// The resolver's first choice leads; after it the families take turns.
fn in_turn(found: Vec<SocketAddr>) -> VecDeque<SocketAddr> {
    let first_is_v6 = found.first().is_some_and(SocketAddr::is_ipv6);
    let (mut leading, mut other): (VecDeque<_>, VecDeque<_>) =
        found.into_iter().partition(|address| address.is_ipv6() == first_is_v6);
    let mut all = VecDeque::with_capacity(leading.len() + other.len());
    while !leading.is_empty() || !other.is_empty() {
        all.extend(leading.pop_front());
        all.extend(other.pop_front());
    }
    all
}

async fn secure(
    tcp: TcpStream,
    relay: &Relay,
    config: Arc<ClientConfig>,
) -> Result<(Wire, Option<&'static str>), Outage> {
    let stream = tls::handshake(tcp, relay, config, relay.timeouts.connect).await?;
    let version = tls::version(&stream);
    Ok((Wire::new(Stream::Tls(Box::new(stream)), relay.trace.clone()), version))
}

async fn start_tls(
    mut wire: Wire,
    relay: &Relay,
    capabilities: &Capabilities,
    config: Arc<ClientConfig>,
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
    secure(tcp, relay, config).await
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
        Err(broken @ Broken::NoSmtp(_)) => return Err(Outage::Protocol { stage, detail: at(&broken) }),
        Err(broken) => return Err(Outage::Unreachable { stage, detail: at(&broken) }),
    };
    let reply: Reply = raw.to_reply(&[]);
    match judge(stage, &reply) {
        Verdict::Good => Ok(raw),
        Verdict::Outage(outage) => Err(outage),
        Verdict::Row(_) | Verdict::Stray => Err(Outage::Protocol { stage, detail: at(&reply) }),
    }
}

fn unreachable(relay: &Relay, detail: &str) -> Outage {
    let detail = format!("{}:{}: {detail}", relay.host, relay.port);
    Outage::Unreachable { stage: Stage::Connect, detail }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_families_take_turns_and_the_resolver_s_choice_leads() {
        let parse = |list: &[&str]| list.iter().map(|a| a.parse().unwrap()).collect::<Vec<SocketAddr>>();
        let given = parse(&["[2001:db8::1]:25", "[2001:db8::2]:25", "192.0.2.1:25", "192.0.2.2:25", "192.0.2.3:25"]);
        let expected = parse(&["[2001:db8::1]:25", "192.0.2.1:25", "[2001:db8::2]:25", "192.0.2.2:25", "192.0.2.3:25"]);
        assert_eq!(Vec::from(in_turn(given)), expected);
    }
}
