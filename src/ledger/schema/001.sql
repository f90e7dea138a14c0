-- The ledger's first schema. Never edited once released: what changes goes into the next file.
-- Times are unix milliseconds. Integer keys follow the order of writing, which is file order.

PRAGMA application_id = 1919905645; -- "room"

-- What holds for the ledger as a whole: `event`, `accepted_change`, `calendar_style`.
CREATE TABLE meta (
    key   TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Whoever was mailed at least once. `key`, `user_id` and `calendar_uid` never change.
CREATE TABLE person (
    id           INTEGER PRIMARY KEY,
    key          TEXT NOT NULL,
    session      TEXT NOT NULL DEFAULT '',
    name         TEXT NOT NULL,
    address      TEXT NOT NULL,
    user_id      TEXT NOT NULL,
    calendar_uid TEXT NOT NULL,
    UNIQUE (key, session)
) STRICT;

-- One command of the organiser that mailed people.
CREATE TABLE campaign (
    id        INTEGER PRIMARY KEY,
    kind      TEXT NOT NULL,
    selection TEXT NOT NULL,
    note      TEXT,
    started   INTEGER NOT NULL,
    finished  INTEGER
) STRICT;

-- The event's own values at the time of a mailing; `secret` is a keyed fingerprint.
CREATE TABLE terms (
    id         INTEGER PRIMARY KEY,
    digest     TEXT NOT NULL UNIQUE,
    room       TEXT NOT NULL,
    starts     INTEGER NOT NULL,
    ends       INTEGER NOT NULL,
    opens      INTEGER NOT NULL,
    closes     INTEGER NOT NULL,
    zone       TEXT NOT NULL,
    title      TEXT NOT NULL,
    url        TEXT NOT NULL,
    app_id     TEXT NOT NULL,
    secret     TEXT NOT NULL,
    first_used INTEGER NOT NULL
) STRICT;

-- One line a mail; retries of the same mail share it. `link` is a keyed fingerprint.
CREATE TABLE mailing (
    id            INTEGER PRIMARY KEY,
    person        INTEGER NOT NULL REFERENCES person (id),
    campaign      INTEGER NOT NULL REFERENCES campaign (id),
    terms         INTEGER NOT NULL REFERENCES terms (id),
    address       TEXT NOT NULL,
    message_id    TEXT NOT NULL,
    state         TEXT NOT NULL, -- pending (settled as not arrived), sending, sent, deferred, failed, in_doubt
    attempts      INTEGER NOT NULL,
    reply         TEXT,
    next_attempt  INTEGER,
    first_attempt INTEGER NOT NULL,
    last_attempt  INTEGER NOT NULL,
    ended         INTEGER,       -- when the outcome was recorded
    settled       INTEGER,       -- when the organiser said what had become of it
    room          TEXT NOT NULL,
    opens         INTEGER NOT NULL,
    closes        INTEGER NOT NULL,
    title         TEXT NOT NULL,
    link          TEXT NOT NULL,
    sequence      INTEGER NOT NULL
) STRICT;

CREATE INDEX mailing_of_person ON mailing (person);

-- Addresses that are kept out of every later mailing of this event; lower case.
CREATE TABLE suppression (
    id      INTEGER PRIMARY KEY,
    address TEXT NOT NULL UNIQUE,
    reason  TEXT NOT NULL,
    since   INTEGER NOT NULL
) STRICT;
