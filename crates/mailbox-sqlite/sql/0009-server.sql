-- Secrets of this server (the OPAQUE set-up), and the counter of payloads and pointers: numbers up to
-- `reserved` may be in use.
CREATE TABLE secret (
    name  TEXT PRIMARY KEY,
    value BLOB NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE counter (
    only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
    reserved INTEGER NOT NULL
) STRICT;
INSERT INTO counter (only_row, reserved) VALUES (1, 0);
