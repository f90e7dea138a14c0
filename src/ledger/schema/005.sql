-- Of which server a stretch of time is told, by its XMPP domain; empty where the source names none, and in what an
-- older schema recorded: it counts for any.

ALTER TABLE covered ADD COLUMN host TEXT NOT NULL DEFAULT '';
