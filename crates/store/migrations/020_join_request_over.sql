-- A request to join a group that was declined, or whose maker came in: one that was made before is not shown again,
-- though others may still tell of it. 0: it waits.
ALTER TABLE join_request ADD COLUMN over_at INTEGER NOT NULL DEFAULT 0;
