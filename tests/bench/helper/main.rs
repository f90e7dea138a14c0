//! What the benchmark needs beside the program and its peers, each on loopback.
//!
//! ```text
//! helper delay TARGET_PORT ONE_WAY_MS     a line that takes its time; prints its port
//! helper tls TARGET_PORT CA_FILE          ends TLS before a sink; writes the CA, prints its port
//! helper bare PORT CONNECTIONS COUNT EML  our own session alone: one canned mail, no ledger
//! helper joins ADDRESS SECRET RATE SECONDS FILE [KEPT]
//!                                         posts joins to `roomkey attendance --listen`, on a new connection
//!                                         each or on KEPT ones; prints how long the answers took
//! ```
//!
//! The first two serve until they are ended.

mod bare;
mod delay;
mod joins;
mod tls;

use std::{error::Error, io::Write as _, net::TcpListener, path::Path, process::ExitCode, time::Duration};

type Done = Result<(), Box<dyn Error>>;

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).filter(|arg| arg != "--bench").collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let done = match args[..] {
        ["delay", target, one_way] => delay(target, one_way),
        ["tls", target, ca_file] => tls(target, ca_file),
        ["bare", port, connections, count, eml] => bare(port, connections, count, eml),
        ["joins", address, secret, rate, seconds, file] => joins(address, secret, rate, seconds, file, "0"),
        ["joins", address, secret, rate, seconds, file, kept] => joins(address, secret, rate, seconds, file, kept),
        // `cargo bench` runs every bench without arguments.
        _ => say("helper: see tests/bench/run"),
    };
    done.map_or_else(
        |error| say(&format!("helper: {error}")).map_or(ExitCode::FAILURE, |()| ExitCode::FAILURE),
        |()| ExitCode::SUCCESS,
    )
}

fn delay(target: &str, one_way: &str) -> Done {
    let listener = listen()?;
    delay::serve(&listener, target.parse()?, Duration::from_millis(one_way.parse()?))?;
    Ok(())
}

fn tls(target: &str, ca_file: &str) -> Done {
    let authority = tls::Authority::new()?;
    std::fs::write(ca_file, authority.pem())?;
    let listener = listen()?;
    listener.set_nonblocking(true)?;
    authority.serve(listener, target.parse()?)
}

fn bare(port: &str, connections: &str, count: &str, eml: &str) -> Done {
    bare::send(port.parse()?, connections.parse()?, count.parse()?, Path::new(eml))
}

fn joins(address: &str, secret: &str, rate: &str, seconds: &str, file: &str, kept: &str) -> Done {
    let before = lines_of_events(file);
    say(&joins::post(joins::Load {
        address: address.parse()?,
        secret: secret.to_owned(),
        per_second: rate.parse()?,
        seconds: seconds.parse()?,
        kept: kept.parse()?,
    })?)?;
    say(&format!("{} more events in {file}", lines_of_events(file) - before))
}

/// Whole lines that are not the receiver's own.
fn lines_of_events(file: &str) -> usize {
    let text = std::fs::read_to_string(file).unwrap_or_default();
    text.split_inclusive('\n').filter(|line| line.ends_with('\n') && !line.starts_with("{\"roomkey\":")).count()
}

/// Takes a free port and tells it.
fn listen() -> Result<TcpListener, Box<dyn Error>> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    say(&listener.local_addr()?.port().to_string())?;
    Ok(listener)
}

fn say(line: &str) -> Done {
    let mut out = std::io::stdout();
    writeln!(out, "{line}")?;
    out.flush()?;
    Ok(())
}
