-- What a message can be beside a text, and what is done to it.

-- What it answers.
ALTER TABLE message ADD COLUMN in_reply_to BLOB CHECK (length(in_reply_to) = 32);
-- When its text was last changed by its sender; NULL: never.
ALTER TABLE message ADD COLUMN edited_at INTEGER;
-- 1: written elsewhere and passed on.
ALTER TABLE message ADD COLUMN is_forwarded INTEGER NOT NULL DEFAULT 0;
-- 1: it names this account.
ALTER TABLE message ADD COLUMN mentions_me INTEGER NOT NULL DEFAULT 0;
-- When it was put at the head of its conversation; NULL: it is not there.
ALTER TABLE message ADD COLUMN pinned_at INTEGER;
ALTER TABLE message ADD COLUMN is_starred INTEGER NOT NULL DEFAULT 0;
-- Seconds after which it disappears, once it is read (own: accepted); NULL: it stays.
ALTER TABLE message ADD COLUMN timer INTEGER;
-- When it disappears (server clock), once that is known.
ALTER TABLE message ADD COLUMN expires_at INTEGER;
-- A poll: when it was closed; NULL: open.
ALTER TABLE message ADD COLUMN closed_at INTEGER;
-- Own: accounts that it was sent to, that have it, and that have read it. Counted here, so that a report costs
-- the same in a large group.
ALTER TABLE message ADD COLUMN recipients INTEGER NOT NULL DEFAULT 0;
ALTER TABLE message ADD COLUMN delivered INTEGER NOT NULL DEFAULT 0;
ALTER TABLE message ADD COLUMN been_read INTEGER NOT NULL DEFAULT 0;
UPDATE message SET recipients = 1
WHERE sender IN (SELECT account_id FROM account)
    AND conversation IN (SELECT conversation FROM conversation WHERE kind = 1);
UPDATE message SET delivered = 1 WHERE message IN (SELECT message FROM delivery);

CREATE INDEX message_replies ON message (in_reply_to) WHERE in_reply_to IS NOT NULL;
CREATE INDEX message_mentions ON message (conversation, position) WHERE mentions_me = 1;
CREATE INDEX message_pinned ON message (conversation, pinned_at) WHERE pinned_at IS NOT NULL;
CREATE INDEX message_starred ON message (position, message) WHERE is_starred = 1;
CREATE INDEX message_timed ON message (conversation, position) WHERE timer IS NOT NULL AND expires_at IS NULL;
CREATE INDEX message_expiring ON message (expires_at) WHERE expires_at IS NOT NULL;
CREATE INDEX message_newer ON message (message) WHERE kind = 3;

-- How long what is sent from now on stays after reading (0: for ever), and the change that said so: of two
-- changes the one with the later (time, id) stands.
ALTER TABLE conversation ADD COLUMN timer INTEGER NOT NULL DEFAULT 0;
ALTER TABLE conversation ADD COLUMN timer_at INTEGER NOT NULL DEFAULT 0;
ALTER TABLE conversation ADD COLUMN timer_op BLOB NOT NULL DEFAULT X'';
-- Up to here the others have been told what was read, or must not be told.
ALTER TABLE conversation ADD COLUMN receipt_position INTEGER NOT NULL DEFAULT 0;
UPDATE conversation SET receipt_position = read_position;
CREATE INDEX conversation_unreported ON conversation (conversation) WHERE receipt_position < read_position;

-- Which accounts have received and read an own message. The times are NULL where they are not known.
CREATE TABLE delivery_next (
    message INTEGER NOT NULL,
    account_id BLOB NOT NULL CHECK (length(account_id) = 32),
    delivered_at INTEGER,
    read_at INTEGER,
    PRIMARY KEY (message, account_id)
) STRICT, WITHOUT ROWID;
INSERT INTO delivery_next (message, account_id) SELECT message, account_id FROM delivery;
DROP TABLE delivery;
ALTER TABLE delivery_next RENAME TO delivery;

-- The texts of an edited message: the first one with time 0, then each edit. The latest
-- (time, revision, id) is shown.
CREATE TABLE edit (
    edit_id BLOB PRIMARY KEY CHECK (length(edit_id) = 32),
    message INTEGER NOT NULL,
    -- When the server accepted it; until then when it was made, by the server's clock.
    at INTEGER NOT NULL,
    -- Rises with each edit that its writer knew: many are accepted in one millisecond.
    revision INTEGER NOT NULL,
    text TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX edit_by_message ON edit (message, at, revision, edit_id);

-- Each reaction for itself: it is taken back by its id, so no order matters.
CREATE TABLE reaction (
    reaction_id BLOB NOT NULL CHECK (length(reaction_id) = 32),
    emoji TEXT NOT NULL,
    message INTEGER NOT NULL,
    sender BLOB NOT NULL CHECK (length(sender) = 32),
    at INTEGER NOT NULL,
    PRIMARY KEY (reaction_id, emoji)
) STRICT, WITHOUT ROWID;
CREATE INDEX reaction_by_message ON reaction (message, emoji, sender);

-- What each account chose in a poll last, by (time, id).
CREATE TABLE vote (
    message INTEGER NOT NULL,
    account_id BLOB NOT NULL CHECK (length(account_id) = 32),
    at INTEGER NOT NULL,
    vote_id BLOB NOT NULL CHECK (length(vote_id) = 32),
    -- Bit n stands for option n; 0: nothing.
    choice INTEGER NOT NULL,
    PRIMARY KEY (message, account_id)
) STRICT, WITHOUT ROWID;

-- Who put a message up or took it down last, by (time, id).
CREATE TABLE pin (
    message INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    pin_id BLOB NOT NULL CHECK (length(pin_id) = 32),
    is_pinned INTEGER NOT NULL
) STRICT;

-- What came before the message that it is about.
CREATE TABLE pending (
    pending INTEGER PRIMARY KEY AUTOINCREMENT,
    conversation INTEGER NOT NULL,
    target BLOB NOT NULL CHECK (length(target) = 32),
    sender BLOB NOT NULL CHECK (length(sender) = 32),
    at INTEGER NOT NULL,
    content BLOB NOT NULL
) STRICT;
CREATE INDEX pending_by_target ON pending (target, pending);
CREATE INDEX pending_by_conversation ON pending (conversation, pending);

-- Messages that this person deleted here, for as long as that can be undone. The columns of message, and:
CREATE TABLE trash (
    message INTEGER PRIMARY KEY,
    message_id BLOB NOT NULL UNIQUE,
    conversation INTEGER NOT NULL,
    position INTEGER NOT NULL,
    sender BLOB NOT NULL,
    sent_at INTEGER NOT NULL,
    accepted_at INTEGER,
    sequence INTEGER NOT NULL,
    kind INTEGER NOT NULL,
    state INTEGER NOT NULL,
    sent_here INTEGER NOT NULL,
    failure TEXT,
    envelope_id BLOB NOT NULL,
    text TEXT NOT NULL,
    content BLOB,
    in_reply_to BLOB,
    edited_at INTEGER,
    is_forwarded INTEGER NOT NULL,
    mentions_me INTEGER NOT NULL,
    pinned_at INTEGER,
    is_starred INTEGER NOT NULL,
    timer INTEGER,
    expires_at INTEGER,
    closed_at INTEGER,
    recipients INTEGER NOT NULL,
    delivered INTEGER NOT NULL,
    been_read INTEGER NOT NULL,
    -- When it goes for good, by this device's clock.
    until INTEGER NOT NULL
) STRICT;
CREATE INDEX trash_until ON trash (until);

-- Messages that this person does not want on any own device, whatever brings them.
CREATE TABLE unwanted (
    message_id BLOB PRIMARY KEY CHECK (length(message_id) = 32)
) STRICT, WITHOUT ROWID;

-- What belongs to a message goes with it, unless it can still be brought back.
CREATE TRIGGER message_goes AFTER DELETE ON message
WHEN NOT EXISTS (SELECT 1 FROM trash WHERE message = OLD.message)
BEGIN
    DELETE FROM delivery WHERE message = OLD.message;
    DELETE FROM edit WHERE message = OLD.message;
    DELETE FROM reaction WHERE message = OLD.message;
    DELETE FROM vote WHERE message = OLD.message;
    DELETE FROM pin WHERE message = OLD.message;
    DELETE FROM system_line WHERE message = OLD.message;
END;
CREATE TRIGGER trash_goes AFTER DELETE ON trash
WHEN NOT EXISTS (SELECT 1 FROM message WHERE message = OLD.message)
BEGIN
    DELETE FROM delivery WHERE message = OLD.message;
    DELETE FROM edit WHERE message = OLD.message;
    DELETE FROM reaction WHERE message = OLD.message;
    DELETE FROM vote WHERE message = OLD.message;
    DELETE FROM pin WHERE message = OLD.message;
    DELETE FROM system_line WHERE message = OLD.message;
END;

-- With which version of the content's reader the kept messages were read (CONTENT_VERSION of the wire crate).
CREATE TABLE content_reading (
    only INTEGER PRIMARY KEY CHECK (only = 1),
    version INTEGER NOT NULL
) STRICT;
INSERT INTO content_reading (only, version) VALUES (1, 1);
