-- What people tell the operator of each other. Read by the operator alone (docs/operations.md).
CREATE TABLE report (
    report INTEGER PRIMARY KEY AUTOINCREMENT,
    reporter BLOB NOT NULL CHECK (length(reporter) = 32),
    account_id BLOB NOT NULL CHECK (length(account_id) = 32),
    at INTEGER NOT NULL,
    reason TEXT NOT NULL,
    -- Messages that the reporter chose to show, one after the other with an empty line between.
    messages TEXT NOT NULL
) STRICT;
CREATE INDEX report_by_account ON report (account_id);
