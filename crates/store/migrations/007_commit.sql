-- A commit of this device that the server has not answered yet: a restart sends the same bytes again.
-- Written with the pending commit in the group's keys, and removed with it.
CREATE TABLE pending_commit (
    conversation INTEGER PRIMARY KEY REFERENCES conversation (conversation) ON DELETE CASCADE,
    -- The encoded request, with the envelope id under which the server knows it again.
    request BLOB NOT NULL
) STRICT;

-- When this device renews its keys in a conversation's group, by the server's clock.
CREATE TABLE renewal (
    conversation INTEGER PRIMARY KEY REFERENCES conversation (conversation) ON DELETE CASCADE,
    due_at INTEGER NOT NULL
) STRICT;
CREATE INDEX renewal_by_time ON renewal (due_at);
