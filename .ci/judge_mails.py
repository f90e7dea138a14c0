#!/usr/bin/python3
"""Reads mails as Python's `email` does at its strictest, their HTML with `html5lib` at its strictest, and their
calendar entries with Python's `icalendar`.

    .ci/judge_mails.py FILE.eml...

One line a mail: method, UID, sequence, start, and the language of the words. Any defect ends it with an error.
"""

import email
import email.policy
import sys

import html5lib
import icalendar

for path in sys.argv[1:]:
    with open(path, "rb") as file:
        mail = email.message_from_bytes(file.read(), policy=email.policy.strict)
    parts = list(mail.walk())
    defects = [defect for part in parts for defect in part.defects]
    assert not defects, f"{path}: {defects}"
    kinds = [part.get_content_type() for part in parts]
    expected = ["multipart/mixed", "multipart/alternative", "text/plain", "multipart/related", "text/html", "image/png"]
    assert kinds[:6] == expected, f"{path}: {kinds}"
    [html] = [part.get_content() for part in parts if part.get_content_type() == "text/html"]
    page = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(html)
    [picture] = [part for part in parts if part.get_content_type() == "image/png"]
    shown = [image.get("src") for image in page.iter("img")]
    assert shown == ["cid:" + picture["Content-ID"].strip("<>")], f"{path}: {shown}"
    assert page.get("lang") == mail["Content-Language"] and page.get("dir") in ("ltr", "rtl"), path
    assert [len(list(page.iter(name))) for name in ("h1", "title")] == [1, 1], path
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
