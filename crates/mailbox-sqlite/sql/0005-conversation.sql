-- Conversations and the epoch each has reached. kind: ConversationKind::number.
CREATE TABLE conversation (
    conversation_no INTEGER PRIMARY KEY AUTOINCREMENT,
    conversation_id BLOB NOT NULL UNIQUE CHECK (length(conversation_id) = 16),
    group_id        BLOB NOT NULL UNIQUE CHECK (length(group_id) = 16),
    kind            INTEGER NOT NULL,
    epoch           INTEGER NOT NULL
) STRICT;
-- What only handshakes read: kept apart, so that submits read small pages.
CREATE TABLE conversation_group (
    conversation_no INTEGER PRIMARY KEY REFERENCES conversation (conversation_no),
    group_info      BLOB NOT NULL,
    group_state     BLOB NOT NULL
) STRICT;
