-- Payloads, once each, and one pointer a recipient device. The pointers of a payload are numbered
-- without a gap from payload_no to last_sequence, so that its last pointer is found without an index.
-- kind: EnvelopeKind::number. Numbers come from one counter (table counter) and are never used again.
CREATE TABLE payload (
    payload_no      INTEGER PRIMARY KEY,
    last_sequence   INTEGER NOT NULL,
    kind            INTEGER NOT NULL,
    conversation_no INTEGER NOT NULL,
    sender_no       INTEGER NOT NULL,
    time_ms         INTEGER NOT NULL,
    envelope_id     BLOB NOT NULL,
    tree            BLOB NOT NULL,
    bytes           BLOB NOT NULL
) STRICT;
CREATE TABLE pointer (
    sequence   INTEGER PRIMARY KEY,
    device_no  INTEGER NOT NULL,
    payload_no INTEGER NOT NULL
) STRICT;
CREATE INDEX pointer_by_device ON pointer (device_no);
