"""What is measured, how many mails it takes, and what must be reached."""

import dataclasses

OURS = ("roomkey", "bare session")
PEERS = ("smtp-source", "nodemailer", "smtplib", "mailmerge")
# Milliseconds each way.
ONE_WAY = 10


@dataclasses.dataclass(frozen=True)
class Condition:
    """Some connections over some line, with a count of mails for each tool."""

    name: str
    what: str
    connections: int
    counts: dict
    # What Roomkey must reach, in multiples of a tool's mails a second.
    targets: dict = dataclasses.field(default_factory=dict)
    line: object = None
    # Tools that go to the sink without the line, by the name they are shown under.
    direct: dict = dataclasses.field(default_factory=dict)
    # Of a mail a round trip and connection.
    of_round_trip: float | None = None
    names_syncs: bool = False


def loopback(connections, counts, **more):
    what = f"loopback, {connections} connection{'s' * (connections > 1)}"
    return Condition(f"loopback-{connections}", what, connections, counts, **more)


def delay(connections):
    counts = {"roomkey": 400, "bare session": 400, "smtp-source": 100, "nodemailer": 200, "smtplib": 100}
    counts = {tool: count * connections for tool, count in counts.items()}
    what = f"{2 * ONE_WAY} ms round trip, {connections} connection{'s' * (connections > 1)}"
    targets = {"nodemailer": 2.0, "smtp-source": 3.5}
    name = f"delay-{connections}"
    return Condition(name, what, connections, counts, targets, line=ONE_WAY, of_round_trip=0.9)


SPEED = [
    loopback(
        1,
        {"roomkey": 60_000, "bare session": 60_000, "smtp-source": 20_000, "nodemailer": 4_000, "smtplib": 3_000,
         "mailmerge": 1_500},
        targets={"smtp-source": 2.5}, names_syncs=True,
    ),
    loopback(
        4,
        {"roomkey": 80_000, "bare session": 120_000, "smtp-source": 60_000, "nodemailer": 5_000, "smtplib": 4_000},
    ),
    loopback(
        16,
        {"roomkey": 80_000, "bare session": 120_000, "smtp-source": 80_000, "nodemailer": 5_000, "smtplib": 4_000,
         "mailmerge": 1_500},
        targets={"smtp-source": 1.25, "bare session": 0.8, "nodemailer": 20, "mailmerge": 50}, names_syncs=True,
    ),
    delay(1), delay(4), delay(16),
    Condition(
        "tls-16", "implicit TLS, 16 connections", 16, {"roomkey": 60_000, "plaintext": 80_000, "nodemailer": 4_000},
        {"plaintext": 0.5}, line="tls", direct={"plaintext": "roomkey"},
    ),
]

# Attendees, and the most that is allowed: octets at the peak, octets an attendee more.
MEMORY = {"name": "memory", "small": 10_000, "large": 100_000, "peak": 150e6, "growth": 600}
# Attendees, and seconds from the start of the program to the first mail in the sink.
FIRST_MAIL = {"name": "first-mail", "count": 10_000, "seconds": 2.0}

# Mails whose links an RSA key of 2048 bits signs, and how near they must come to what bounds them: the line, or the
# signatures that all cores make.
RSA = {"name": "rs256-16", "count": 40_000, "connections": 16, "of_bound": 0.5}

NAMES = [*(condition.name for condition in SPEED), RSA["name"], MEMORY["name"], FIRST_MAIL["name"]]
QUICK = ["loopback-1", "loopback-16", "delay-4", "tls-16", "rs256-16", "first-mail"]
QUICK_PEERS = ("smtp-source", "nodemailer")
QUICK_PART = 10


def scaled(condition, factor, peers):
    """The same with fewer (or more) mails, and with these peers alone."""
    kept = {
        tool: max(condition.connections, round(count * factor))
        for tool, count in condition.counts.items()
        if tool not in PEERS or tool in peers
    }
    targets = {tool: least for tool, least in condition.targets.items() if tool in kept}
    return dataclasses.replace(condition, counts=kept, targets=targets)
