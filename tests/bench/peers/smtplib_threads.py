"""The whole job with smtplib: smtplib_threads.py EVENT_DIR ATTENDEES.csv HOST PORT CONNECTIONS

One connection a thread, reused for all its mails; PyJWT, Jinja2 and EmailMessage make them.
"""

import email.headerregistry
import email.message
import email.utils
import smtplib
import sys
import threading

import jinja2

import words

folder, attendees, host, port, connections = sys.argv[1:]
event = words.event_of(folder)
templates = jinja2.Environment(
    loader=jinja2.FileSystemLoader(folder), autoescape=jinja2.select_autoescape(["html"]), keep_trailing_newline=True
)
text, html = templates.get_template("invite.txt"), templates.get_template("invite.html")
sender = email.headerregistry.Address(event["from"]["name"], addr_spec=event["from"]["address"])
rows = words.rows_of(attendees)
taking = threading.Lock()
failures = []


def next_row():
    with taking:
        return next(rows, None)


def mail(row):
    facts = words.facts_of(event, row)
    message = email.message.EmailMessage()
    message["Subject"] = event["subject"]
    message["From"] = sender
    message["To"] = email.headerregistry.Address(row["name"], addr_spec=row["email"])
    message["Date"] = email.utils.formatdate()
    message["Message-ID"] = email.utils.make_msgid(domain="example.org")
    message.set_content(text.render(facts))
    message.add_alternative(html.render(facts), subtype="html")
    return message


def work():
    try:
        with smtplib.SMTP(host, int(port)) as connection:
            while (row := next_row()) is not None:
                connection.send_message(mail(row))
    except Exception as failure:
        failures.append(failure)


threads = [threading.Thread(target=work) for _ in range(int(connections))]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
if failures:
    sys.exit(f"smtplib: {failures[0]!r}")
