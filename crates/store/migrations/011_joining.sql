-- The external commit by which this device joins a conversation, until the server has answered it: a
-- restart sends the same bytes again, and never makes other keys while it is unknown whether these count.
-- Written with the keys that it made, and removed with the answer.
CREATE TABLE pending_join (
    conversation INTEGER PRIMARY KEY REFERENCES conversation (conversation) ON DELETE CASCADE,
    group_id BLOB NOT NULL CHECK (length(group_id) = 16),
    -- The encoded request, with the envelope id under which the server knows it again.
    request BLOB NOT NULL
) STRICT;
