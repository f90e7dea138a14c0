"""The measurements: who runs when, and what is made of it."""

import os
import re
import subprocess
import time

import relay
import words
from conditions import FIRST_MAIL, MEMORY, RSA
from report import Figure


def speed(bench, report, condition, rounds):
    """All tools side by side, round after round, each round beginning with another one."""
    tools = list(condition.counts)
    rates = {tool: [] for tool in tools}
    for number in range(rounds):
        first = number % len(tools)
        for shown in tools[first:] + tools[:first]:
            tool, count = condition.direct.get(shown, shown), condition.counts[shown]
            line = None if shown in condition.direct else condition.line
            rates[shown].append(count / bench.run(tool, count, condition.connections, line))
    rates = {tool: Figure(rounds) for tool, rounds in rates.items()}
    report.condition(condition, rates)
    if condition.of_round_trip:
        with relay.Sink() as sink, bench.way(condition.line, sink, None) as way:
            trip = relay.round_trip(way.port)
        a_trip = Figure([rate * trip / condition.connections for rate in rates["roomkey"].rounds])
        report.say(f"  measured round trip {trip * 1000:.2f} ms: {a_trip.median:.2f} mails a round trip and connection")
        report.at_least(condition.name, "mails a round trip", a_trip, condition.of_round_trip)
    if condition.names_syncs:
        syncs(bench, report, condition)


def syncs(bench, report, condition):
    """How long the ledger waits for the disk, and how much longer the run takes for it: traced runs of their own."""
    count = condition.counts["roomkey"]
    counts = bench.folder / "syncs"
    trace = ["strace", "-f", "--seccomp-bpf", "-c", "-w", "-e", "trace=fsync,fdatasync", "-o", counts]
    real = bench.run("roomkey", count, condition.connections, before=trace)
    rows = re.findall(r"^\s*[\d.]+\s+([\d.]+)\s+\d+\s+(\d+).*(?:fsync|fdatasync)$", counts.read_text(), re.MULTILINE)
    waited, calls = sum(float(seconds) for seconds, _ in rows), sum(int(calls) for _, calls in rows)
    free = bench.run("roomkey", count, condition.connections, before=[*trace, "-e", "inject=fsync,fdatasync:retval=0"])
    counts.unlink()
    report.say(
        f"  ledger: {calls:,} syncs, one for {count / max(calls, 1):.1f} mails; its thread is in them for"
        f" {waited / real:.0%} of the run, which is {max(0, 1 - free / real):.0%} shorter where they cost nothing"
    )


def rsa(bench, report, rounds, count):
    """A run that signs with a private key, beside one with a secret and the signatures that all cores can make."""
    name, connections = RSA["name"], RSA["connections"]
    key = bench.folder / "rsa.pem"
    subprocess.run(["openssl", "genpkey", "-quiet", "-algorithm", "RSA", "-out", key], check=True)
    private, secret, signed = [], [], []
    for number in range(rounds):
        runs = [
            lambda: private.append(count / bench.run("roomkey", count, connections, edit=lambda at: words.sign_with(at, key))),
            lambda: secret.append(count / bench.run("roomkey", count, connections)),
            lambda: signed.append(signatures()),
        ]
        for measured in runs[number % 3:] + runs[:number % 3]:
            measured()
    key.unlink()
    of_bound = Figure([mine / min(bounds) for mine, *bounds in zip(private, secret, signed)])
    rs256, hs256, cores = Figure(private), Figure(secret), Figure(signed)
    bound = "the signatures" if cores.median < hs256.median else "the line"
    report.say(f"\n{name}: {count:,} attendees, RSA of 2048 bits, {connections} connections; median of {rounds} (minimum)")
    report.say(f"  RS256      {rs256.median:>8,.0f} ({rs256.least:,.0f}) mails/s, bound by {bound}")
    report.say(f"  HS256      {hs256.median:>8,.0f} ({hs256.least:,.0f}) mails/s")
    report.say(f"  openssl    {cores.median:>8,.0f} ({cores.least:,.0f}) signatures/s on {os.cpu_count()} cores that do nothing else")
    report.at_least(name, "x its bound", of_bound, RSA["of_bound"])


def signatures():
    """What all cores together sign in a second, by OpenSSL."""
    command = ["openssl", "speed", "-seconds", "1", "-multi", str(os.cpu_count()), "-mr", "rsa2048"]
    told = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return float(re.findall(r"^\+F2:\d+:2048:([\d.]+)", told, re.MULTILINE)[-1])


def memory(bench, report, rounds, factor):
    """The peak at two sizes, and what each attendee between them costs."""
    name = MEMORY["name"]
    small, large = (round(MEMORY[size] * factor) for size in ("small", "large"))
    peaks = {small: [], large: []}
    told = bench.folder / "peak"
    for _ in range(rounds):
        for count in (small, large):
            bench.run("roomkey", count, 16, before=["/usr/bin/time", "-f", "%M", "-o", told])
            peaks[count].append(int(told.read_text().split()[-1]) * 1024)
    told.unlink()
    report.say(f"\n{name}: peak of the resident memory, median of {rounds}")
    for count, peak in peaks.items():
        report.say(f"  {count:>8,} attendees {Figure(peak).median / 1e6:>9.1f} MB")
    growth = [(high - low) / (large - small) for low, high in zip(peaks[small], peaks[large])]
    megabytes = Figure([peak / 1e6 for peak in peaks[large]])
    report.at_most(name, f"{large:,} attendees", megabytes, MEMORY["peak"] / 1e6, "MB")
    report.at_most(name, "an attendee more", Figure(growth), MEMORY["growth"], "octets")


def first_mail(bench, report, rounds):
    """From the start of the program to the first mail that the sink has accepted."""
    name, count = FIRST_MAIL["name"], FIRST_MAIL["count"]
    times = []

    def watch(process, sink):
        start = time.perf_counter()
        while not sink.count() and process.poll() is None:
            time.sleep(0.002)
        times.append(time.perf_counter() - start)

    for _ in range(rounds):
        bench.run("roomkey", count, 4, watch=watch)
    report.say(f"\n{name}: {count:,} attendees, the first mail is accepted after {Figure(times).median:.2f} s")
    report.at_most(name, f"{count:,} attendees", Figure(times), FIRST_MAIL["seconds"], "s")
