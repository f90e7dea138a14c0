"""The peers' words: taken from one of Roomkey's own mails, so that all send the same."""

import base64
import email
import email.policy
import json
import os
import pathlib
import re
import subprocess

from build import ROOT

SECRET = "a-secret-for-figures-of-32-octets-or-so"
NAME = "Placeholder Attendee"


def environment(folder):
    """Nothing of the user's own: no settings, no terminal's width."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR") if name in os.environ}
    return {**kept, "ROOMKEY_JITSI_SECRET": SECRET, "XDG_CONFIG_HOME": str(folder), "LC_ALL": "C.UTF-8"}


def write_event(folder, count, port, connections, ca=None):
    command = [ROOT / ".ci/event", folder, str(count), str(port), str(connections), *([ca] if ca else [])]
    subprocess.run(command, check=True)


def sign_with(folder, key):
    """Has a private key sign the event's links."""
    private, event = folder / "jitsi.pem", folder / "event.toml"
    private.write_bytes(key.read_bytes())
    private.chmod(0o600)
    lines = '[jitsi]\nprivate_key_file = "jitsi.pem"\nkey_id = "bench"'
    event.write_text(event.read_text(encoding="utf-8").replace("[jitsi]", lines), encoding="utf-8")


def prepare(folder, roomkey):
    """Writes event.json, invite.txt, invite.html and the canned mail; gives the size of that."""
    write_event(folder, 1, 25, 1)
    attendees = folder / "attendees.csv"
    attendees.write_text(f"email,name,company\nattendee-1@example.org,{NAME},\"Acme, Ltd.\"\n", encoding="utf-8")
    command = [roomkey, "send", "--dry-run", "--out", folder / "preview", "-e", folder / "event.toml"]
    subprocess.run(command, env=environment(folder), check=True, stdin=subprocess.DEVNULL, capture_output=True)
    [preview] = pathlib.Path(folder / "preview").glob("*.eml")
    raw = preview.read_bytes()
    message = email.message_from_bytes(raw, policy=email.policy.default)
    text, html = (message.get_body((kind,)).get_content() for kind in ("plain", "html"))
    link, token = re.search(r"<(https://\S+?jwt=)(\S+)>", text).groups()
    event = {
        "secret": SECRET,
        "link": link,
        "claims": claims_of(token),
        "subject": message["Subject"],
        "from": {"name": "Rust Workshop", "address": "workshop@example.org"},
    }
    (folder / "event.json").write_text(json.dumps(event), encoding="utf-8")
    for name, part in ("invite.txt", text), ("invite.html", html):
        part = part.replace(link + token, "{{ link }}").replace(NAME.split()[0], "{{ first_name }}")
        assert "{{ link }}" in part and "{{ first_name }}" in part, f"{name}: Roomkey's mail names no link or person"
        (folder / name).write_text(part, encoding="utf-8")
    (folder / "canned.eml").write_bytes(raw)
    # smtp-source ends the lines itself.
    (folder / "canned.txt").write_bytes(raw.replace(b"\r\n", b"\n"))
    return len(raw)


def claims_of(token):
    payload = token.split(".")[1]
    claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    del claims["context"]
    return claims
