-- Submits remembered against repeats, and whom they have reached. sent_no is the number of the
-- payload, too; it rises with time, so that old rows go from the low end.
CREATE TABLE sent (
    sent_no     INTEGER PRIMARY KEY,
    device_no   INTEGER NOT NULL REFERENCES device (device_no),
    envelope_id BLOB NOT NULL CHECK (length(envelope_id) = 16),
    time_ms     INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX sent_by_envelope ON sent (device_no, envelope_id);
CREATE TABLE delivered (
    sent_no    INTEGER NOT NULL,
    account_no INTEGER NOT NULL REFERENCES account (account_no),
    PRIMARY KEY (sent_no, account_no)
) STRICT, WITHOUT ROWID;
