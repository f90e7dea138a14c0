"""Roomkey, its bare session and the peers: how each is called, and one run of each."""

import contextlib
import dataclasses
import os
import pathlib
import shutil
import signal
import subprocess
import time

import relay
import words
from build import PEERS, Programs


class Failed(Exception):
    """A tool did not deliver what it was given."""


@dataclasses.dataclass(frozen=True)
class Job:
    """One run's mails, and the way they go."""

    folder: pathlib.Path
    count: int
    port: int
    connections: int
    ca: pathlib.Path | None


@dataclasses.dataclass(frozen=True)
class Bench:
    """Everything that all runs share."""

    programs: Programs
    folder: pathlib.Path
    words: pathlib.Path

    def command(self, tool, job):
        """What is called, and what it finds in its environment."""
        attendees, host, port = job.folder / "attendees.csv", "127.0.0.1", str(job.port)
        common = [self.words, attendees, host, port]
        connections, environment = str(job.connections), words.environment(job.folder)
        match tool:
            case "roomkey":
                command = [self.programs.roomkey, "send", "--yes", "-e", job.folder / "event.toml"]
            case "bare session":
                canned = self.words / "canned.eml"
                command = [self.programs.helper, "bare", port, connections, str(job.count), canned]
            case "smtp-source":
                command = ["smtp-source", "-d", "-s", connections, "-m", str(job.count)]
                command += ["-F", self.words / "canned.txt", "-f", "workshop@example.org"]
                command += ["-t", "attendee-1@example.org", f"{host}:{port}"]
            case "nodemailer":
                command = ["node", PEERS / "nodemailer_pool.js", *common, connections, *([job.ca] if job.ca else [])]
                environment["NODE_PATH"] = str(self.programs.node_modules)
            case "smtplib":
                command = [self.programs.python, "-B", PEERS / "smtplib_threads.py", *common, connections]
            case "mailmerge":
                command = [self.programs.python, "-B", PEERS / "mailmerge_links.py", *common]
        return command, environment

    def run(self, tool, count, connections, line=None, before=(), watch=None, edit=None):
        """Has a tool deliver so many mails over a line; gives the seconds that took.

        `before` is put before the command; `watch` is called with the process and the sink
        meanwhile, `edit` with the event's folder before.
        """
        folder = self.folder / "run"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        with relay.Sink() as sink, self.way(line, sink, folder) as way:
            ca = folder / "ca.pem" if line == "tls" else None
            words.write_event(folder, count, way.port, connections, ca)
            if edit:
                edit(folder)
            command, environment = self.command(tool, Job(folder, count, way.port, connections, ca))
            # What earlier runs left to be written must not be waited for by this one.
            os.sync()
            with open(folder / "said", "wb") as said:
                start = time.perf_counter()
                process = subprocess.Popen(
                    [*before, *command],
                    env=environment, stdin=subprocess.DEVNULL, stdout=said, stderr=said, start_new_session=True,
                )
                try:
                    if watch:
                        watch(process, sink)
                    status = process.wait()
                    seconds = time.perf_counter() - start
                finally:
                    # All of it has ended, unless the whole run is broken off.
                    with contextlib.suppress(ProcessLookupError):
                        os.killpg(process.pid, signal.SIGKILL)
            self.judge(tool, count, status, sink.settled(count), folder)
        shutil.rmtree(folder)
        return seconds

    def way(self, line, sink, folder):
        match line:
            case None:
                return contextlib.nullcontext(sink)
            case "tls":
                return relay.Line(self.programs.helper, "tls", str(sink.port), folder / "ca.pem")
            case one_way:
                return relay.Line(self.programs.helper, "delay", str(sink.port), str(one_way))

    def judge(self, tool, count, status, delivered, folder):
        """The sink's own count decides, and for Roomkey its ledger must say the same."""
        if status != 0 or delivered != count:
            last = (folder / "said").read_text(encoding="utf-8", errors="replace")[-500:].strip()
            raise Failed(f"{tool}: exit status {status}, {delivered} of {count} mails in the sink: {last}")
        if tool == "roomkey":
            command = [self.programs.roomkey, "status", "--format", "csv", "-e", folder / "event.toml"]
            told = subprocess.run(command, env=words.environment(folder), capture_output=True, text=True).stdout
            if (sent := told.count(",sent,")) != count:
                raise Failed(f"roomkey: its ledger says {sent} of {count} sent")
