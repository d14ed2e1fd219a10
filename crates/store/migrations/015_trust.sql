-- Whose keys this person has compared, and what was found that must not be.

-- When this person said that the safety number matches, by the server's clock; NULL: never, or taken back.
ALTER TABLE person ADD COLUMN verified_at INTEGER;

-- Something that only a server which lies, or whoever stands in its place, can have done. It was refused; it is
-- shown in a conversation, and what is written there waits until the person has decided.
CREATE TABLE alarm (
    alarm INTEGER PRIMARY KEY AUTOINCREMENT,
    -- 1 a device that its account does not have, 2 a ledger, 3 a username, 4 a change that must not be.
    kind INTEGER NOT NULL,
    -- Whose.
    account_id BLOB NOT NULL CHECK (length(account_id) = 32),
    -- Where it is shown.
    conversation_id BLOB NOT NULL CHECK (length(conversation_id) = 16),
    -- The device's id, or the account that had the username before; else empty.
    detail BLOB NOT NULL,
    at INTEGER NOT NULL,
    -- 1: the person has decided.
    is_settled INTEGER NOT NULL DEFAULT 0,
    UNIQUE (kind, account_id, conversation_id, detail)
) STRICT;
-- To find whose username another account has now.
CREATE INDEX contact_by_name ON contact (username);
CREATE INDEX alarm_open ON alarm (conversation_id) WHERE is_settled = 0;
