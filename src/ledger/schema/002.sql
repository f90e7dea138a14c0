-- What a row said for itself when it was mailed: once it is gone from the file, nobody else knows. NULL where
-- it said nothing, and in mails that schema 1 recorded.

ALTER TABLE mailing ADD COLUMN timezone TEXT;
ALTER TABLE mailing ADD COLUMN language TEXT;
