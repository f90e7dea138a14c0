"""The machine: what it is, and whether its disk is one."""

import os
import pathlib
import platform
import statistics
import subprocess
import sys
import time

IN_MEMORY = {"tmpfs", "ramfs", "devtmpfs"}


def file_system(folder):
    """The type and the source of the file system that a folder lies on."""
    said = subprocess.run(["df", "--output=fstype,source", folder], capture_output=True, text=True, check=True).stdout
    kind, source = said.splitlines()[1].split(None, 1)
    return kind, source.strip()


def refuse_memory(folder):
    """A ledger in memory is durable for free: figures of one would say nothing."""
    kind, _ = file_system(folder)
    if kind in IN_MEMORY:
        sys.exit(f"bench: {folder} is on {kind}: the ledger must be on a disk; name a folder on one with --dir")


def sync_time(folder):
    """What one durable 4 kB block costs there: the median of 50, in seconds."""
    probe = pathlib.Path(folder) / "sync-probe"
    times = []
    with open(probe, "wb", buffering=0) as file:
        for _ in range(50):
            file.write(bytes(4096))
            start = time.perf_counter()
            os.fdatasync(file.fileno())
            times.append(time.perf_counter() - start)
    probe.unlink()
    return statistics.median(times)


def describe(folder):
    """Lines that say where figures come from."""
    kind, source = file_system(folder)
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    busy = busy_share(1)
    return [
        f"machine: {os.cpu_count()} cores ({processor()}), {memory:.0f} GiB, {platform.system()} {platform.release()}",
        f"ledger: on {kind} ({source}), where a block is durable after {sync_time(folder) * 1000:.2f} ms",
        f"others at work: {busy:.0%} of the cores" + (": the figures are not sound" if busy > 0.1 else ""),
    ]


def busy_share(seconds):
    """How much of the cores is in use while this program waits."""

    def times():
        user, nice, system, idle, waiting, *rest = map(int, pathlib.Path("/proc/stat").read_text().split()[1:9])
        return idle + waiting, user + nice + system + idle + waiting + sum(rest)

    idle_before, all_before = times()
    time.sleep(seconds)
    idle, total = times()
    return 1 - (idle - idle_before) / max(1, total - all_before)


def processor():
    for line in pathlib.Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return platform.machine()
