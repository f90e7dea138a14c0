"""What the Python peers share: the event, the rows, a personal link."""

import csv
import json
import pathlib

import jwt


def event_of(folder):
    return json.loads((pathlib.Path(folder) / "event.json").read_text(encoding="utf-8"))


def rows_of(attendees):
    with open(attendees, newline="", encoding="utf-8") as file:
        yield from csv.DictReader(file)


def facts_of(event, row):
    user = {"id": row["email"], "name": row["name"]}
    token = jwt.encode({**event["claims"], "context": {"user": user}}, event["secret"], algorithm="HS256")
    return {"first_name": row["name"].split(" ")[0], "link": event["link"] + token}
