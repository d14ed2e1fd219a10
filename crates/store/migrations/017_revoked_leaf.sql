-- Devices that their ledger has revoked, and whose leaf may still be in the group of a conversation: to be
-- removed by a commit before anything else is sealed there.
CREATE TABLE revoked_leaf (
    conversation INTEGER NOT NULL REFERENCES conversation (conversation) ON DELETE CASCADE,
    device_id BLOB NOT NULL CHECK (length(device_id) = 16),
    PRIMARY KEY (conversation, device_id)
) STRICT, WITHOUT ROWID;
