-- What is done to messages where the last one counts, and messages that a person deletes for themself.

-- A message of ours that is deleted before it has left: what was to be sent, in case it is brought back.
ALTER TABLE trash ADD COLUMN waiting BLOB;

-- Votes, pins, and closings of polls. Each is kept for itself, since the time of one of our own is known only
-- when the server has accepted it; which of them counts is decided by reading.
DROP TRIGGER message_goes;
DROP TRIGGER trash_goes;
DROP TABLE vote;
DROP TABLE pin;
CREATE TABLE deed (
    message INTEGER NOT NULL,
    -- 1 a vote, 2 a pin, 3 the closing of a poll.
    kind INTEGER NOT NULL,
    sender BLOB NOT NULL CHECK (length(sender) = 32),
    -- When the server accepted it; until then when it was made, by the server's clock.
    at INTEGER NOT NULL,
    -- Rises with each that its sender knew: many are accepted in one millisecond.
    revision INTEGER NOT NULL,
    deed_id BLOB NOT NULL CHECK (length(deed_id) = 32),
    -- A vote: bit n stands for option n. A pin: 1 up, 0 down.
    value INTEGER NOT NULL,
    PRIMARY KEY (message, kind, sender, at, revision, deed_id)
) STRICT, WITHOUT ROWID;

-- What belongs to a message goes with it, unless it can still be brought back.
CREATE TRIGGER message_goes AFTER DELETE ON message
WHEN NOT EXISTS (SELECT 1 FROM trash WHERE message = OLD.message)
BEGIN
    DELETE FROM delivery WHERE message = OLD.message;
    DELETE FROM edit WHERE message = OLD.message;
    DELETE FROM reaction WHERE message = OLD.message;
    DELETE FROM deed WHERE message = OLD.message;
    DELETE FROM system_line WHERE message = OLD.message;
END;
CREATE TRIGGER trash_goes AFTER DELETE ON trash
WHEN NOT EXISTS (SELECT 1 FROM message WHERE message = OLD.message)
BEGIN
    DELETE FROM delivery WHERE message = OLD.message;
    DELETE FROM edit WHERE message = OLD.message;
    DELETE FROM reaction WHERE message = OLD.message;
    DELETE FROM deed WHERE message = OLD.message;
    DELETE FROM system_line WHERE message = OLD.message;
END;
