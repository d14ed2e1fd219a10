-- Second factors: what an account's authenticator app and this server share, and the last step whose code was used.
CREATE TABLE second_factor (
    account_no INTEGER PRIMARY KEY REFERENCES account (account_no),
    secret     BLOB NOT NULL CHECK (length(secret) = 20),
    last_step  INTEGER NOT NULL
) STRICT;
-- Hashes of the recovery codes that were not used.
CREATE TABLE recovery_code (
    account_no INTEGER NOT NULL REFERENCES account (account_no),
    hash       BLOB NOT NULL CHECK (length(hash) = 32),
    PRIMARY KEY (account_no, hash)
) STRICT, WITHOUT ROWID;
-- Tallies of guesses that have come to a delay, under keyed hashes: no name or address is kept here.
CREATE TABLE tally (
    key      BLOB NOT NULL PRIMARY KEY CHECK (length(key) = 16),
    count    INTEGER NOT NULL,
    last_ms  INTEGER NOT NULL,
    until_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX tally_by_last ON tally (last_ms);
