-- Of which server a stretch of time is told, by its XMPP domain; empty where the source names none, and in what an
-- older schema recorded: it counts for any.

ALTER TABLE covered ADD COLUMN host TEXT NOT NULL DEFAULT '';

-- How long a log was without a line at most, near its beginning and near its end, in seconds.
ALTER TABLE covered ADD COLUMN quiet_first INTEGER NOT NULL DEFAULT 0;
ALTER TABLE covered ADD COLUMN quiet_last INTEGER NOT NULL DEFAULT 0;
