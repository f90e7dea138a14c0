#!/usr/bin/env python3
"""Verifies a folder of mails with parsers and a JWT library that are not Roomkey's.

    verify_links.py DIR SECRET [AUDIENCE-AND-ISSUER]

Each .eml must parse without a defect, carry one and the same link in its decoded text and HTML parts, and the
link's token must hold: signature, audience, issuer, expiry, the link's own room, and the name of the recipient.
"""

import email
import email.header
import email.policy
import email.utils
import html.parser
import pathlib
import re
import sys
import urllib.parse

import jwt

ONCE = ("From", "To", "Subject", "Date", "Message-ID", "MIME-Version")
NEVER = ("Cc", "Bcc")


class Links(html.parser.HTMLParser):
    def __init__(self):
        super().__init__()
        self.found = []

    def handle_starttag(self, tag, attrs):
        self.found += [value for name, value in attrs if name == "href" and value and "jwt=" in value]


def soundly_parsed(raw):
    assert raw.isascii(), "octets beyond ASCII"
    assert not re.search(rb"(?<!\r)\n|\r(?!\n)", raw), "a bare CR or LF"
    assert max(map(len, raw.split(b"\r\n"))) <= 998, "a line of more than 998 octets"
    message = email.message_from_bytes(raw, policy=email.policy.default)
    for part in message.walk():
        assert not part.defects, part.defects
        for name, value in part.items():
            assert not value.defects, (name, value.defects)
    for name in ONCE:
        assert len(message.get_all(name, [])) == 1, f"not exactly one {name}"
    for name in NEVER:
        assert name not in message, f"a {name}"
    return message


def recipient_name(raw):
    # email.policy.default keeps the blank between two encoded words, which RFC 2047 (6.2) wants ignored.
    unfolded = re.sub(r"\r\n(?=[ \t])", "", email.message_from_bytes(raw)["To"])
    name, _ = email.utils.parseaddr(unfolded)
    return str(email.header.make_header(email.header.decode_header(name)))


def one_link(message):
    text = message.get_body(("plain",)).get_content()
    page = message.get_body(("html",)).get_content()
    in_text = re.findall(r"<(https?://[^>\s]+jwt=[^>\s]+)>", text)
    parser = Links()
    parser.feed(page)
    assert in_text and parser.found, "a part without a link"
    assert len(set(in_text + parser.found)) == 1, "text and HTML differ"
    return in_text[0]


def verified(link, secret, name, app_id):
    parts = urllib.parse.urlsplit(link)
    [token] = urllib.parse.parse_qs(parts.query)["jwt"]
    # The window opens on the day; that it has not yet is no fault.
    claims = jwt.decode(
        token, secret, algorithms=["HS256"], audience=app_id, issuer=app_id,
        options={"verify_nbf": False, "require": ["exp", "nbf", "iss", "aud"]},
    )
    assert jwt.get_unverified_header(token)["typ"] == "JWT"
    assert claims["sub"] == parts.hostname, "sub is not the link's host"
    assert claims["room"] == parts.path.rsplit("/", 1)[-1], "room is not the link's room"
    assert claims["nbf"] < claims["exp"]
    assert claims["context"]["user"]["name"] == name, "the name is not the recipient's"
    return claims["context"]["user"]["id"]


def main():
    if len(sys.argv) not in (3, 4):
        sys.exit(__doc__)
    folder, secret, app_id = sys.argv[1], sys.argv[2], (sys.argv[3:] or ["workshop"])[0]
    files = sorted(pathlib.Path(folder).glob("*.eml"))
    assert files, f"no mail in {folder}"
    links, people = set(), set()
    for file in files:
        try:
            message = soundly_parsed(file.read_bytes())
            assert len(message["To"].addresses) == 1, "not exactly one recipient"
            link = one_link(message)
            links.add(link)
            people.add(verified(link, secret, recipient_name(file.read_bytes()), app_id))
        except Exception as fault:
            # The link is a credential: only what is wrong is shown.
            sys.exit(f"{file.name}: {type(fault).__name__}: {fault}")
    assert len(links) == len(people) == len(files), "two mails share a link or a person"
    print(f"{len(files)} mails parsed, {len(links)} links verified")


if __name__ == "__main__":
    main()
