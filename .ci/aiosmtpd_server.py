"""An aiosmtpd that wants TLS and a log-in, and writes each mail as it came.

    aiosmtpd_server.py CERTIFICATE

CERTIFICATE is the path of .pem and .key without these endings; the rest comes in ROOMKEY_AIOSMTPD_… . A mail is
two files: NNNN.eml with its octets, NNNN.envelope with a JSON list of sender and recipients. A third file named
after the port holds nothing and says that a log-in was right there. It prints `ready`, and runs until it is killed.
"""

import json
import os
import signal
import ssl
import sys
from pathlib import Path

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult


def setting(name):
    return os.environ[f"ROOMKEY_AIOSMTPD_{name}"]


FOLDER = Path(setting("MAILS"))


class Keeper:
    def __init__(self):
        self.taken = 0

    async def handle_DATA(self, server, session, envelope):
        self.taken += 1
        name = f"{self.taken:04}"
        (FOLDER / f"{name}.eml").write_bytes(envelope.original_content)
        # The envelope last: whoever sees it may read the mail.
        (FOLDER / f"{name}.part").write_text(json.dumps([envelope.mail_from, *envelope.rcpt_tos]))
        (FOLDER / f"{name}.part").rename(FOLDER / f"{name}.envelope")
        return f"250 2.0.0 Ok: kept as {name}"


def authenticator(port):
    def judge(server, session, envelope, mechanism, data):
        expected = (setting("USER").encode(), setting("PASSWORD").encode())
        right = mechanism in ("PLAIN", "LOGIN") and (data.login, data.password) == expected
        if right:
            (FOLDER / f"log-in.{port}").touch()
        return AuthResult(success=right, handled=False)

    return judge


def main():
    certificate = sys.argv[1]
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(f"{certificate}.pem", f"{certificate}.key")
    keeper = Keeper()
    starttls, implicit = int(setting("STARTTLS_PORT")), int(setting("IMPLICIT_PORT"))
    shared = {"hostname": "127.0.0.1", "auth_required": True, "enable_SMTPUTF8": True}
    controllers = [
        Controller(
            keeper,
            port=starttls,
            tls_context=context,
            require_starttls=True,
            authenticator=authenticator(starttls),
            **shared,
        ),
        # Its own demand for TLS means STARTTLS; here TLS is there from the first octet on.
        Controller(
            keeper,
            port=implicit,
            ssl_context=context,
            auth_require_tls=False,
            authenticator=authenticator(implicit),
            **shared,
        ),
    ]
    for controller in controllers:
        controller.start()
    print("ready", flush=True)
    signal.pause()


main()
