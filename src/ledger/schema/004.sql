-- Who came, as servers told it: kept so that sources may be read in parts and again. Times are whole unix seconds of
-- the server's clock. No token stands here; `digest` tells refused joins of one second apart.

CREATE TABLE stay (
    room     TEXT NOT NULL,            -- the room's JID; a breakout room's own one as long as its main room is not known
    breakout TEXT NOT NULL DEFAULT '', -- the breakout room's name; empty in the main room
    session  TEXT NOT NULL,            -- one page load
    joined   INTEGER,                  -- NULL where only the end is known
    left     INTEGER,                  -- NULL where nobody told the end
    user_id  TEXT,
    name     TEXT,
    address  TEXT
) STRICT;

CREATE TABLE room_life (
    room      TEXT NOT NULL,
    breakout  TEXT NOT NULL DEFAULT '',
    created   INTEGER,
    destroyed INTEGER
) STRICT;

-- Lines of the server's stops and starts: `since` is the time of the line before, `host` empty where all of it is meant.
CREATE TABLE server_turn (
    at      INTEGER NOT NULL,
    since   INTEGER NOT NULL,
    is_stop INTEGER NOT NULL,
    host    TEXT NOT NULL DEFAULT ''
) STRICT;

CREATE TABLE refused_join (
    room   TEXT NOT NULL,
    at     INTEGER NOT NULL,
    why    TEXT NOT NULL,
    digest INTEGER NOT NULL,
    count  INTEGER NOT NULL,
    PRIMARY KEY (at, digest)
) STRICT, WITHOUT ROWID;

-- In which zone the server's log is: how far its clock was ahead of UTC at a time.
CREATE TABLE server_clock (
    at    INTEGER PRIMARY KEY,
    ahead INTEGER NOT NULL
) STRICT;

-- What time a source tells of: `witness` is log, receiver or events; `room` is empty where it tells of all.
CREATE TABLE covered (
    witness TEXT NOT NULL,
    room    TEXT NOT NULL DEFAULT '',
    since   INTEGER NOT NULL,
    until   INTEGER NOT NULL
) STRICT;
