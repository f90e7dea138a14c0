-- What a row said for itself when it was mailed: once it is gone from the file, nobody else knows. NULL where
-- the event's own value was told, and in mails that schema 1 recorded.

ALTER TABLE mailing ADD COLUMN starts INTEGER;
ALTER TABLE mailing ADD COLUMN ends INTEGER;
ALTER TABLE mailing ADD COLUMN timezone TEXT;
ALTER TABLE mailing ADD COLUMN language TEXT;
