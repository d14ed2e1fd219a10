-- Devices that ledgers name. A revoked device keeps its row: its id is never used again.
CREATE TABLE device (
    device_no       INTEGER PRIMARY KEY AUTOINCREMENT,
    device_id       BLOB NOT NULL UNIQUE CHECK (length(device_id) = 16),
    account_no      INTEGER NOT NULL REFERENCES account (account_no),
    key             BLOB NOT NULL CHECK (length(key) = 32),
    is_in_force     INTEGER NOT NULL CHECK (is_in_force IN (0, 1)),
    -- 1 from the moment envelopes were dropped from its mailbox until the device says that it knows.
    mailbox_expired INTEGER NOT NULL DEFAULT 0 CHECK (mailbox_expired IN (0, 1))
) STRICT;
CREATE INDEX device_by_account ON device (account_no);
