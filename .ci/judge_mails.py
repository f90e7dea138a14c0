#!/usr/bin/python3
"""Reads mails as Python's `email` does at its strictest, and their calendar entries with Python's `icalendar`.

    .ci/judge_mails.py FILE.eml...

One line a mail: method, UID, sequence, start, and the language of the words. Any defect ends it with an error.
"""

import email
import email.policy
import sys

import icalendar

for path in sys.argv[1:]:
    with open(path, "rb") as file:
        mail = email.message_from_bytes(file.read(), policy=email.policy.strict)
    parts = list(mail.walk())
    defects = [defect for part in parts for defect in part.defects]
    assert not defects, f"{path}: {defects}"
    kinds = [part.get_content_type() for part in parts]
    assert kinds[:4] == ["multipart/mixed", "multipart/alternative", "text/plain", "text/html"], f"{path}: {kinds}"
    told = set()
    for part in parts:
        if part.get_content_type() != "text/calendar":
            continue
        calendar = icalendar.Calendar.from_ical(part.get_payload(decode=True))
        [event] = calendar.walk("VEVENT")
        assert part.get_param("method") == calendar["METHOD"], path
        told.add(f"{calendar['METHOD']} {event['UID']} {event['SEQUENCE']} {event['DTSTART'].dt.isoformat()}")
    assert len(told) == 1, f"{path}: {told}"
    print(*told, mail["Content-Language"])
