//! From a relay's name to a TCP connection: all its addresses, IPv6 and IPv4 in turn (RFC 8305).
//!
//! Owns: the race of addresses, and that every address's trouble is told. Does not own: what is said
//! on the connection, or when to try again. Known weakness: the name's addresses are asked for in one
//! question, so that a slow answer for one family holds the other back.

use std::{collections::BTreeMap, io, net::SocketAddr, time::Duration};

use tokio::{
    net::{TcpStream, lookup_host},
    task::JoinSet,
    time::{Instant, sleep_until, timeout},
};

use super::relay::{Relay, TlsMode, is_loopback};
use crate::model::{Outage, Stage, system_words};

/// Words in an [`Outage::Unreachable`] by which the advice is chosen.
pub(super) const UNKNOWN_HOST: &str = "no address is known";
pub(super) const REFUSED: &str = "connection refused";
pub(super) const SILENCE: &str = "no answer within";

/// The head start of each address before the next (RFC 8305 §5).
const HEAD_START: Duration = Duration::from_millis(250);

/// Connects to the first of the relay's addresses that answers, but for the useless ones.
pub(super) async fn dial(relay: &Relay, useless: &[SocketAddr]) -> Result<TcpStream, Outage> {
    let name = (relay.host.clone(), relay.port);
    let tcp = dial_by(relay, useless, async { Ok(lookup_host(name).await?.collect()) }).await?;
    // Without it the kernel holds the end of every message back for 40 ms.
    let _ = tcp.set_nodelay(true);
    Ok(tcp)
}

async fn dial_by(
    relay: &Relay,
    useless: &[SocketAddr],
    lookup: impl Future<Output = io::Result<Vec<SocketAddr>>>,
) -> Result<TcpStream, Outage> {
    let end = Instant::now() + relay.timeouts.connect;
    let mut addresses = addresses(relay, lookup).await?;
    addresses.retain(|address| !useless.contains(address));
    race(addresses, end, HEAD_START, TcpStream::connect).await.map_err(|troubles| {
        // One address needs no name of its own where the host is that address.
        let is_host = |address: SocketAddr| relay.literal() == Some(address.ip());
        let told = troubles.into_iter().map(|(at, what)| if is_host(at) { what } else { format!("{at}: {what}") });
        unreachable(relay, &told.collect::<Vec<_>>().join("; "))
    })
}

async fn addresses(
    relay: &Relay,
    lookup: impl Future<Output = io::Result<Vec<SocketAddr>>>,
) -> Result<Vec<SocketAddr>, Outage> {
    if let Some(address) = relay.literal() {
        return Ok(vec![SocketAddr::new(address, relay.port)]);
    }
    let found = match timeout(relay.timeouts.connect, lookup).await {
        Ok(Ok(found)) => found,
        Ok(Err(error)) => return Err(unreachable(relay, &format!("{UNKNOWN_HOST}: {}", system_words(&error)))),
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
fn in_turn(mut found: Vec<SocketAddr>) -> Vec<SocketAddr> {
    let mut seen = std::collections::HashSet::new();
    found.retain(|address| seen.insert(*address));
    let first_is_v6 = found.first().is_some_and(SocketAddr::is_ipv6);
    let (leading, other): (Vec<_>, Vec<_>) = found.into_iter().partition(|address| address.is_ipv6() == first_is_v6);
    let mut all = Vec::with_capacity(leading.len() + other.len());
    let (mut leading, mut other) = (leading.into_iter(), other.into_iter());
    loop {
        let before = all.len();
        all.extend(leading.next());
        all.extend(other.next());
        if all.len() == before {
            return all;
        }
    }
}

/// Tries addresses, each after a head start of the one before it or as soon as one has failed; the
/// first to connect wins and the others are dropped. Else the trouble of each, in their order.
async fn race<T, F>(
    addresses: Vec<SocketAddr>,
    end: Instant,
    head_start: Duration,
    connect: impl Fn(SocketAddr) -> F,
) -> Result<T, Vec<(SocketAddr, String)>>
where
    T: Send + 'static,
    F: Future<Output = io::Result<T>> + Send + 'static,
{
    let left = end.saturating_duration_since(Instant::now());
    // However many there are, all have begun when half the time is over.
    let head_start = head_start.min(left / 2 / u32::try_from(addresses.len()).unwrap_or(u32::MAX).max(1));
    let mut troubles = BTreeMap::new();
    let mut running = JoinSet::new();
    let mut begun = Vec::with_capacity(addresses.len());
    let mut next_at = Instant::now();
    loop {
        if let Some(&address) = addresses.get(begun.len())
            && (Instant::now() >= next_at || running.is_empty())
        {
            let (number, connecting) = (begun.len(), connect(address));
            running.spawn(async move { (number, connecting.await) });
            begun.push(Instant::now());
            next_at = Instant::now() + head_start;
        }
        if running.is_empty() {
            break;
        }
        tokio::select! {
            biased;
            ended = running.join_next() => match ended {
                Some(Ok((_, Ok(connection)))) => return Ok(connection),
                Some(Ok((number, Err(error)))) => {
                    troubles.insert(number, trouble(&error));
                    next_at = Instant::now();
                }
                // One that broke down is like one that failed.
                Some(Err(_)) | None => next_at = Instant::now(),
            },
            () = sleep_until(next_at), if begun.len() < addresses.len() => {}
            () = sleep_until(end) => break,
        }
    }
    let waited = |number: usize| {
        let since = begun.get(number).copied().unwrap_or(end);
        format!("{SILENCE} {} s", end.saturating_duration_since(since).as_secs_f64().ceil().max(1.0))
    };
    let all = addresses.into_iter().enumerate();
    Err(all.map(|(number, address)| (address, troubles.remove(&number).unwrap_or_else(|| waited(number)))).collect())
}

fn trouble(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::ConnectionRefused => REFUSED.to_owned(),
        _ => system_words(error),
    }
}

fn unreachable(relay: &Relay, detail: &str) -> Outage {
    let detail = format!("{}:{}: {detail}", relay.host, relay.port);
    Outage::Unreachable { stage: Stage::Connect, detail }
}

#[cfg(test)]
mod tests {
    use std::{
        future::{pending, ready},
        pin::Pin,
    };

    use tokio::net::TcpListener;

    use super::*;

    fn parse(list: &[&str]) -> Vec<SocketAddr> {
        list.iter().map(|a| a.parse().unwrap()).collect()
    }

    type Connecting = Pin<Box<dyn Future<Output = io::Result<SocketAddr>> + Send>>;

    /// Silent, refusing and answering addresses, by their last part: 1, 2, and the rest.
    fn by_part(address: SocketAddr) -> Connecting {
        match address.port() {
            1 => Box::pin(pending()),
            2 => Box::pin(ready(Err(io::ErrorKind::ConnectionRefused.into()))),
            _ => Box::pin(ready(Ok(address))),
        }
    }

    async fn raced(
        list: &[&str],
        limit: Duration,
        head_start: Duration,
    ) -> Result<SocketAddr, Vec<(SocketAddr, String)>> {
        race(parse(list), Instant::now() + limit, head_start, by_part).await
    }

    const LONG: Duration = Duration::from_hours(1);
    const SHORT: Duration = Duration::from_millis(1);

    #[test]
    fn the_families_take_turns_and_the_resolver_s_choice_leads() {
        let given = parse(&["[2001:db8::1]:25", "[2001:db8::2]:25", "192.0.2.1:25", "192.0.2.2:25", "192.0.2.3:25"]);
        let expected = parse(&["[2001:db8::1]:25", "192.0.2.1:25", "[2001:db8::2]:25", "192.0.2.2:25", "192.0.2.3:25"]);
        assert_eq!(in_turn(given), expected);
        assert_eq!(in_turn(parse(&["192.0.2.1:25", "192.0.2.1:25"])), parse(&["192.0.2.1:25"]));
    }

    #[tokio::test]
    async fn a_silent_address_does_not_hold_the_next_one_back() {
        let won = raced(&["192.0.2.1:1", "192.0.2.2:1", "192.0.2.3:25"], LONG, SHORT).await;
        assert_eq!(won.unwrap().to_string(), "192.0.2.3:25");
    }

    #[tokio::test]
    async fn after_a_refusal_the_next_one_begins_at_once() {
        // given a head start that no test waits out
        let won = raced(&["192.0.2.1:2", "192.0.2.2:2", "192.0.2.3:25"], LONG, LONG).await;
        assert_eq!(won.unwrap().to_string(), "192.0.2.3:25");
    }

    #[tokio::test]
    async fn the_first_choice_wins_where_it_answers() {
        let won = raced(&["192.0.2.1:25", "192.0.2.2:25"], LONG, Duration::ZERO).await;
        assert_eq!(won.unwrap().to_string(), "192.0.2.1:25");
    }

    #[tokio::test]
    async fn the_trouble_of_each_is_told_in_their_order() {
        let troubles = raced(&["192.0.2.1:1", "192.0.2.2:2", "192.0.2.3:1"], SHORT * 20, SHORT).await.unwrap_err();
        let told: Vec<_> = troubles.iter().map(|(at, what)| format!("{at} {what}")).collect();
        assert_eq!(
            told,
            ["192.0.2.1:1 no answer within 1 s", "192.0.2.2:2 connection refused", "192.0.2.3:1 no answer within 1 s"]
        );
    }

    #[tokio::test]
    async fn every_address_is_begun_within_the_limit() {
        // given more silent ones than head starts fit into the limit
        let mut list = vec!["192.0.2.1:1"; 30];
        list.push("192.0.2.2:25");
        assert!(raced(&list, Duration::from_secs(2), LONG).await.is_ok());
    }

    fn relay(port: u16) -> Relay {
        Relay::new("localhost", port, TlsMode::None)
    }

    #[tokio::test]
    async fn a_name_that_stops_resolving_is_waited_out() {
        // given a name that resolves at first, and not any more while the run goes on
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let relay = relay(address.port());
        assert!(dial_by(&relay, &[], ready(Ok(vec![address]))).await.is_ok());
        for lost in [Err(io::Error::other("Temporary failure in name resolution")), Ok(Vec::new())] {
            let outage = dial_by(&relay, &[], ready(lost)).await.unwrap_err();
            let Outage::Unreachable { stage: Stage::Connect, detail } = &outage else { panic!("{outage:?}") };
            assert!(detail.contains(UNKNOWN_HOST), "{detail}");
            // then it is nobody's turn but the weather's, and the name is asked for again
            assert!(!outage.needs_a_person());
        }
        assert!(dial_by(&relay, &[], ready(Ok(vec![address]))).await.is_ok());
    }

    #[tokio::test]
    async fn a_name_service_that_is_silent_is_not_waited_for_for_ever() {
        let mut relay = relay(25);
        relay.timeouts.connect = SHORT;
        let outage = dial_by(&relay, &[], pending()).await.unwrap_err();
        assert!(matches!(&outage, Outage::Unreachable { detail, .. } if detail.contains("does not answer")));
    }

    #[tokio::test]
    async fn all_addresses_of_a_name_are_tried() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let open = listener.local_addr().unwrap();
        let closed = parse(&["[::1]:1", "127.0.0.1:1"]);
        let relay = relay(open.port());
        assert!(dial_by(&relay, &[], ready(Ok([closed.clone(), vec![open]].concat()))).await.is_ok());
        let outage = dial_by(&relay, &[], ready(Ok(closed))).await.unwrap_err();
        let Outage::Unreachable { detail, .. } = outage else { panic!("{outage:?}") };
        assert!(detail.contains("[::1]:1: ") && detail.contains("127.0.0.1:1: connection refused"), "{detail}");
    }

    #[tokio::test]
    async fn a_name_that_promised_this_computer_leads_nowhere_else() {
        let outage = dial_by(&relay(25), &[], ready(Ok(parse(&["192.0.2.1:25"])))).await.unwrap_err();
        assert!(matches!(&outage, Outage::Unreachable { detail, .. } if detail.ends_with(UNKNOWN_HOST)));
    }
}
