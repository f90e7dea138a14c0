"""What is measured: our own programs built, the peers installed once."""

import dataclasses
import json
import pathlib
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[3]
PEERS = ROOT / "tests/bench/peers"


@dataclasses.dataclass(frozen=True)
class Programs:
    roomkey: pathlib.Path
    helper: pathlib.Path
    node_modules: pathlib.Path
    python: pathlib.Path


def programs(folder, names):
    """Builds and installs what the named tools need."""
    for program in ["smtp-sink", "smtp-source", "strace", "time", *(["node", "npm"] if "nodemailer" in names else [])]:
        if not shutil.which(program):
            sys.exit(f"bench: {program} is missing (Debian: postfix, strace, time, nodejs, npm)")
    subprocess.run(["cargo", "build", "--release", "--quiet"], cwd=ROOT, check=True)
    folder.mkdir(parents=True, exist_ok=True)
    if "nodemailer" in names:
        once(folder, "package.json", install_node_modules)
    if {"smtplib", "mailmerge"} & set(names):
        once(folder, "requirements.txt", install_venv)
    return Programs(ROOT / "target/release/roomkey", helper(), folder / "node_modules", folder / "venv/bin/python")


def helper():
    """Builds the helper and finds it: cargo gives a bench's file a name of its own."""
    command = ["cargo", "bench", "--no-run", "--quiet", "--bench", "helper", "--message-format", "json"]
    built = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True).stdout
    messages = map(json.loads, built.splitlines())
    [path] = [it["executable"] for it in messages if it.get("target", {}).get("name") == "helper" and it["executable"]]
    return pathlib.Path(path)


def once(folder, wanted, install):
    """Installs unless what is there was installed from the same list."""
    (wish, there) = (PEERS / wanted).read_text(encoding="utf-8"), folder / wanted
    if there.exists() and there.read_text(encoding="utf-8") == wish:
        return
    there.unlink(missing_ok=True)
    install(folder)
    there.write_text(wish, encoding="utf-8")


def install_node_modules(folder):
    made = folder / "npm"
    shutil.rmtree(made, ignore_errors=True)
    made.mkdir()
    shutil.copy(PEERS / "package.json", made)
    command = ["npm", "install", "--silent", "--no-audit", "--no-fund", "--no-package-lock"]
    subprocess.run(command, cwd=made, check=True)
    shutil.rmtree(folder / "node_modules", ignore_errors=True)
    (made / "node_modules").rename(folder / "node_modules")
    shutil.rmtree(made)


def install_venv(folder):
    subprocess.run([sys.executable, "-m", "venv", "--clear", folder / "venv"], check=True)
    pip = [folder / "venv/bin/pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, "-r", PEERS / "requirements.txt"], check=True)


def versions(programs, names):
    """What is measured, in one line each."""
    said = lambda *command: subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    yield said(programs.roomkey, "--version") + ", commit " + said("git", "-C", ROOT, "describe", "--always", "--dirty")
    yield "Postfix " + said("postconf", "-dh", "mail_version") + " (smtp-sink, smtp-source)"
    if "nodemailer" in names:
        of = lambda name: json.loads((programs.node_modules / name / "package.json").read_text())["version"]
        modules = ", ".join(f"{name} {of(name)}" for name in ("nodemailer", "jsonwebtoken", "handlebars"))
        yield f"Node.js {said('node', '--version')}: {modules}"
    if {"smtplib", "mailmerge"} & set(names):
        wanted = (PEERS / "requirements.txt").read_text(encoding="utf-8").split()
        yield said(programs.python, "--version") + ": " + ", ".join(wanted).replace("==", " ")
