"""What takes the mails: Postfix's smtp-sink, and the lines that lead to it."""

import contextlib
import os
import re
import socket
import statistics
import subprocess
import time


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Sink:
    """A sink of its own for one run; its own counter is the judge of what was delivered."""

    def __init__(self):
        self.port = free_port()
        # Not a file on the disk that the ledger waits for.
        self._counter = os.memfd_create("sink")
        user = ["-u", "postfix"] if os.geteuid() == 0 else []
        command = ["smtp-sink", "-c", *user, f"127.0.0.1:{self.port}", "1000"]
        self._process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=self._counter, stderr=subprocess.DEVNULL
        )

    def __enter__(self):
        for _ in range(200):
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port)):
                return self
            time.sleep(0.02)
        self.__exit__()
        raise OSError("smtp-sink does not start")

    def __exit__(self, *_):
        self._process.terminate()
        self._process.wait()
        os.close(self._counter)

    def count(self):
        """How many messages it has accepted so far."""
        end = os.fstat(self._counter).st_size
        found = re.findall(rb"mesg=(\d+)\r", os.pread(self._counter, 256, max(0, end - 256)))
        return int(found[-1]) if found else 0

    def settled(self, expected):
        """The same once all are there, or none has come for a second."""
        last, since = self.count(), time.monotonic()
        while last < expected and time.monotonic() - since < 1:
            time.sleep(0.02)
            if (count := self.count()) != last:
                last, since = count, time.monotonic()
        return last


class Line:
    """One of the helper's ways to a sink; `port` is its near end."""

    def __init__(self, *command):
        self._process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
        self.port = int(self._process.stdout.readline())

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._process.terminate()
        self._process.wait()
        self._process.stdout.close()


def round_trip(port):
    """What a command and its reply take: the median of 20 NOOPs, in seconds."""
    times = []
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        replies = connection.makefile("rb")
        replies.readline()
        for _ in range(20):
            start = time.perf_counter()
            connection.sendall(b"NOOP\r\n")
            replies.readline()
            times.append(time.perf_counter() - start)
    return statistics.median(times)
