-- What is sent without a row in the history (reactions, reports, what own devices tell each other)
-- waits in the same outbox, so that it leaves in order with the messages around it.
CREATE TABLE outbox_next (
    outbox INTEGER PRIMARY KEY AUTOINCREMENT,
    -- NULL: nothing in the history shows it.
    message INTEGER UNIQUE REFERENCES message (message),
    conversation INTEGER NOT NULL REFERENCES conversation (conversation),
    envelope_id BLOB NOT NULL UNIQUE CHECK (length(envelope_id) = 16),
    content BLOB NOT NULL,
    -- The sealed bytes, saved with the ratchet that made them; NULL until sealed.
    sealed BLOB,
    -- 1: refused for good; waits for the person to retry or discard.
    is_failed INTEGER NOT NULL DEFAULT 0
) STRICT;
INSERT INTO outbox_next SELECT outbox, message, conversation, envelope_id, content, sealed, is_failed FROM outbox;
DROP TABLE outbox;
ALTER TABLE outbox_next RENAME TO outbox;
CREATE INDEX outbox_by_conversation ON outbox (conversation, outbox) WHERE is_failed = 0;
