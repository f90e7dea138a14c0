-- Sessions: the values of each at the time of a mailing; empty for an event without any, as in `person`. And what
-- made links beside the server, its app id and the secret; NULL in terms that an older schema recorded: unknown.

ALTER TABLE terms ADD COLUMN session TEXT NOT NULL DEFAULT '';
ALTER TABLE terms ADD COLUMN tokens TEXT;
