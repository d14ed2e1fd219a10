-- Key packages are handed out only while whoever adds their device by them can count on them.
ALTER TABLE key_package ADD COLUMN expires_ms INTEGER NOT NULL DEFAULT 0;
-- Those from before were made to live for a year, at the longest from now.
UPDATE key_package SET expires_ms = (unixepoch() + 365 * 86400) * 1000;
CREATE INDEX key_package_by_expiry ON key_package (expires_ms);
