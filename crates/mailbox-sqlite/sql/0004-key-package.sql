-- Key packages to be handed out: the one-time ones once each, the last-resort one when nothing else
-- is left. suite: Suite::number.
CREATE TABLE key_package (
    key_package_no INTEGER PRIMARY KEY AUTOINCREMENT,
    device_no      INTEGER NOT NULL REFERENCES device (device_no),
    suite          INTEGER NOT NULL,
    is_last_resort INTEGER NOT NULL CHECK (is_last_resort IN (0, 1)),
    bytes          BLOB NOT NULL
) STRICT;
CREATE INDEX key_package_by_device ON key_package (device_no, suite, is_last_resort);
