-- Accounts: who they are, by which name they are found, and what OPAQUE keeps for the password.
CREATE TABLE account (
    account_no      INTEGER PRIMARY KEY AUTOINCREMENT,
    account_id      BLOB NOT NULL UNIQUE CHECK (length(account_id) = 32),
    username        TEXT NOT NULL UNIQUE,
    password_record BLOB NOT NULL,
    recovery_bundle BLOB NOT NULL,
    created_ms      INTEGER NOT NULL
) STRICT;
