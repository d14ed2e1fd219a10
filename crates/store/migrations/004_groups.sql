-- Groups: what their members agree on, beside the keys.
CREATE TABLE chat_group (
    conversation INTEGER PRIMARY KEY REFERENCES conversation (conversation) ON DELETE CASCADE,
    -- The charter of the epoch that this device is in, encoded.
    charter BLOB NOT NULL,
    -- 0 in, 1 about to leave, 2 left, 3 removed.
    membership INTEGER NOT NULL DEFAULT 0,
    -- Name, description, picture: the newest that was told and fits a charter; empty: none yet.
    info BLOB NOT NULL DEFAULT X'',
    -- Of a change of this device that is not ordered yet.
    next_info BLOB,
    -- Who committed the info hash that stands.
    info_by BLOB CHECK (length(info_by) = 32),
    -- 1: somebody has asked for the info, and nobody has answered yet.
    is_asked INTEGER NOT NULL DEFAULT 0
) STRICT;

-- Accounts in a group, and those who are to be.
CREATE TABLE group_member (
    conversation INTEGER NOT NULL REFERENCES conversation (conversation) ON DELETE CASCADE,
    account_id BLOB NOT NULL CHECK (length(account_id) = 32),
    -- Rises in the order of coming.
    place INTEGER NOT NULL,
    -- 0 in, 1 to be added by this device, 2 has said that they leave.
    standing INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (conversation, account_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX group_member_to_settle ON group_member (conversation) WHERE standing <> 0;

-- Who asks to join by a link (ours to approve), and the groups that this account has asked.
CREATE TABLE join_request (
    conversation_id BLOB NOT NULL CHECK (length(conversation_id) = 16),
    account_id BLOB NOT NULL CHECK (length(account_id) = 32),
    asked_at INTEGER NOT NULL,
    PRIMARY KEY (conversation_id, account_id)
) STRICT, WITHOUT ROWID;

-- Who and what a line of the app's own is about; its word is the message's text.
CREATE TABLE system_line (
    message INTEGER PRIMARY KEY,
    actor BLOB CHECK (length(actor) = 32),
    target BLOB CHECK (length(target) = 32),
    value TEXT NOT NULL DEFAULT ''
) STRICT;
