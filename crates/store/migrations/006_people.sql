-- What the devices of the account agree on: one register for each thing that can be set (its kind and
-- subject). Of two settings the one with the later (time, device) stands, in whatever order they come.
CREATE TABLE sync_op (
    kind INTEGER NOT NULL,
    subject BLOB NOT NULL,
    time INTEGER NOT NULL,
    device BLOB NOT NULL CHECK (length(device) = 16),
    value BLOB NOT NULL,
    -- When this device tells the others, by the server's clock as it knows it; NULL: it need not.
    due_at INTEGER,
    PRIMARY KEY (kind, subject)
) STRICT;
CREATE INDEX sync_op_due ON sync_op (due_at) WHERE due_at IS NOT NULL;

-- What this person has set for a conversation. By its id, since it may be known before the conversation is
-- on this device.
CREATE TABLE conversation_state (
    conversation_id BLOB PRIMARY KEY CHECK (length(conversation_id) = 16),
    is_muted INTEGER NOT NULL DEFAULT 0,
    -- When it ends by itself; NULL: it does not.
    muted_until INTEGER,
    is_archived INTEGER NOT NULL DEFAULT 0,
    -- Place among the pinned ones, rising; NULL: not pinned.
    pin_order INTEGER,
    is_marked_unread INTEGER NOT NULL DEFAULT 0,
    read_position INTEGER NOT NULL DEFAULT 0,
    draft TEXT NOT NULL DEFAULT '',
    -- What stands up to this position is to be removed; NULL: it has been.
    cleared_position INTEGER,
    -- Who added this account to the group, and whether the person has accepted that.
    invited_by BLOB CHECK (length(invited_by) = 32),
    is_accepted INTEGER NOT NULL DEFAULT 0,
    -- Version of the own profile that the others there have been told; 0: none.
    profile_told INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;
CREATE INDEX conversation_state_cleared ON conversation_state (conversation_id) WHERE cleared_position IS NOT NULL;
CREATE INDEX conversation_state_muted ON conversation_state (muted_until) WHERE muted_until IS NOT NULL;

-- A conversation that comes to this device begins with what is known of it.
CREATE TRIGGER conversation_begins AFTER INSERT ON conversation
WHEN EXISTS (SELECT 1 FROM conversation_state WHERE conversation_id = NEW.conversation_id)
BEGIN
    UPDATE conversation SET
        draft = (SELECT draft FROM conversation_state WHERE conversation_id = NEW.conversation_id),
        read_position = (SELECT read_position FROM conversation_state WHERE conversation_id = NEW.conversation_id)
    WHERE conversation = NEW.conversation;
END;

-- 1: the person has opened it here, so it is listed though nothing has been written in it.
ALTER TABLE conversation ADD COLUMN is_opened INTEGER NOT NULL DEFAULT 0;
UPDATE conversation SET is_opened = 1;

-- What this person has decided about others, and what those tell of themselves beside their name.
CREATE TABLE person (
    account_id BLOB PRIMARY KEY CHECK (length(account_id) = 32),
    -- What this person calls them; empty: nothing of their own.
    own_name TEXT NOT NULL DEFAULT '',
    -- 1: they may write; their first message is a request before.
    is_accepted INTEGER NOT NULL DEFAULT 0,
    is_blocked INTEGER NOT NULL DEFAULT 0,
    -- What they tell of themselves; their name is in contact. Of two versions the higher one stands.
    about TEXT NOT NULL DEFAULT '',
    picture BLOB NOT NULL DEFAULT X'',
    profile_version INTEGER NOT NULL DEFAULT 0,
    -- When they were last seen here, by the server's clock; NULL: never, or they don't tell.
    seen_at INTEGER
) STRICT;
-- Whoever was written to is known, with the same register on every device.
INSERT INTO person (account_id, is_accepted)
    SELECT DISTINCT c.peer, 1 FROM conversation c, account a
    WHERE c.peer IS NOT NULL
      AND EXISTS (SELECT 1 FROM message m WHERE m.conversation = c.conversation AND m.sender = a.account_id);
INSERT INTO sync_op (kind, subject, time, device, value)
    SELECT 18, account_id, 1, zeroblob(16), X'0801' FROM person;
