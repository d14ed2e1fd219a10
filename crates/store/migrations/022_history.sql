-- The history that this device fetches from another one of the account. No row: it needs none.
CREATE TABLE history_fetch (
    only INTEGER PRIMARY KEY CHECK (only = 1),
    -- 0 to be asked for, 1 asked for, 2 the list of conversations is coming, 3 messages are, 4 done.
    stage INTEGER NOT NULL,
    -- The device that it comes from, once one has offered.
    source BLOB CHECK (length(source) = 16),
    -- The last question or answer, by the server's clock.
    heard_at INTEGER NOT NULL,
    -- How far the list has come.
    listed INTEGER NOT NULL DEFAULT 0,
    -- Messages that there are, and those that have come, for a person to see how far it is.
    total INTEGER NOT NULL DEFAULT 0,
    received INTEGER NOT NULL DEFAULT 0,
    -- What was accepted before is here; 0: nothing is.
    since INTEGER NOT NULL DEFAULT 0
) STRICT;

-- Conversations of which something is still to come.
CREATE TABLE history_cursor (
    conversation_id BLOB PRIMARY KEY CHECK (length(conversation_id) = 16),
    -- Position, at the source, of the oldest message that has come; 0: none has.
    below INTEGER NOT NULL DEFAULT 0,
    updated_at INTEGER NOT NULL,
    -- 1: its newest messages have come; the rest waits until those of all others have.
    is_begun INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;
CREATE INDEX history_cursor_by_time ON history_cursor (is_begun, updated_at DESC);
