//! The `roomkey` program: parse, run, print one error, exit.

use std::process::ExitCode;

use clap::Parser;
use roomkey::{cli::Cli, console::without_tokens, failure::Status, surroundings::Surroundings};

#[global_allocator]
static MEMORY: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    // A panic's message may quote what was at hand: it gets no token out.
    std::panic::set_hook(Box::new(|panic| {
        if roomkey::attendees::reads_workbook() {
            return;
        }
        let message = without_tokens(&panic.to_string());
        let _ = std::io::Write::write_all(
            &mut std::io::stderr(),
            format!("error: a bug in roomkey: {message}\n  hint: nothing is lost; `roomkey status` tells what was sent; please report this\n")
                .as_bytes(),
        );
    }));
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(usage) => {
            let _ = usage.print();
            return ExitCode::from(if usage.use_stderr() { Status::Usage.code() } else { Status::Done.code() });
        }
    };
    let status = std::panic::catch_unwind(|| roomkey::run(&cli, &Surroundings::read())).unwrap_or(Status::Unexpected);
    ExitCode::from(status.code())
}
