"""The whole job with mailmerge: mailmerge_links.py EVENT_DIR ATTENDEES.csv HOST PORT

mailmerge makes no tokens: the links are made first, into a table of its own; it has one connection at a time.
"""

import csv
import pathlib
import subprocess
import sys
import tempfile

import words

TEMPLATE = """\
TO: {{{{ name }}}} <{{{{ email }}}}>
SUBJECT: {subject}
FROM: {name} <{address}>
MIME-Version: 1.0
Content-Type: multipart/alternative; boundary="parts"

--parts
Content-Type: text/plain; charset=us-ascii

{text}
--parts
Content-Type: text/html; charset=us-ascii

{html}
--parts--
"""

folder, attendees, host, port = sys.argv[1:]
event = words.event_of(folder)
with tempfile.TemporaryDirectory() as made:
    made = pathlib.Path(made)
    with open(made / "database.csv", "w", newline="", encoding="utf-8") as file:
        table = csv.DictWriter(file, ["email", "name", "first_name", "link"], extrasaction="ignore")
        table.writeheader()
        table.writerows({**row, **words.facts_of(event, row)} for row in words.rows_of(attendees))
    text, html = ((pathlib.Path(folder) / name).read_text(encoding="utf-8") for name in ("invite.txt", "invite.html"))
    filled = TEMPLATE.format(subject=event["subject"], **event["from"], text=text, html=html)
    (made / "template.txt").write_text(filled, encoding="utf-8")
    (made / "server.conf").write_text(f"[smtp_server]\nhost = {host}\nport = {port}\n", encoding="utf-8")
    command = [
        pathlib.Path(sys.executable).with_name("mailmerge"), "--no-dry-run", "--no-limit",
        "--template", "template.txt", "--database", "database.csv", "--config", "server.conf",
        "--output-format", "text",
    ]
    sys.exit(subprocess.run(command, cwd=made, stdout=subprocess.DEVNULL).returncode)
