-- What of the mailbox was opened and may come again, since the server may not have heard that. The newest are kept.
CREATE TABLE opened (
    sequence INTEGER PRIMARY KEY,
    envelope_id BLOB NOT NULL CHECK (length(envelope_id) = 16)
) STRICT;
