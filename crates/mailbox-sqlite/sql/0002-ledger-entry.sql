-- Ledgers: the encoded entries of each account, in order from 0. Never changed, never deleted.
CREATE TABLE ledger_entry (
    account_no INTEGER NOT NULL REFERENCES account (account_no),
    position   INTEGER NOT NULL,
    entry      BLOB NOT NULL,
    PRIMARY KEY (account_no, position)
) STRICT, WITHOUT ROWID;
