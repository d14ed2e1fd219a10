-- The history of one profile. Ids are raw bytes, times milliseconds since 1970 (UTC).

-- The account on this device: no row before sign-up, one after.
CREATE TABLE account (
    only INTEGER PRIMARY KEY CHECK (only = 1),
    account_id BLOB NOT NULL CHECK (length(account_id) = 32),
    device_seed BLOB NOT NULL CHECK (length(device_seed) = 32),
    server TEXT NOT NULL,
    -- What the server calls itself; tokens are signed for it.
    server_name TEXT NOT NULL,
    username TEXT NOT NULL,
    display_name TEXT NOT NULL,
    -- Kept until the person has said that it is saved; then NULL.
    recovery_secret BLOB CHECK (length(recovery_secret) = 28),
    -- Server clock minus this clock, in milliseconds, at the last connection.
    clock_offset_ms INTEGER NOT NULL DEFAULT 0
) STRICT;

-- Ledgers of this account and of everybody it talks to; verified before they get here.
CREATE TABLE ledger_entry (
    account_id BLOB NOT NULL CHECK (length(account_id) = 32),
    sequence INTEGER NOT NULL,
    entry BLOB NOT NULL,
    PRIMARY KEY (account_id, sequence)
) STRICT, WITHOUT ROWID;

CREATE TABLE contact (
    account_id BLOB PRIMARY KEY CHECK (length(account_id) = 32),
    username TEXT NOT NULL,
    -- What they want to be called, as their messages say; empty until one does.
    display_name TEXT NOT NULL DEFAULT ''
) STRICT, WITHOUT ROWID;

CREATE TABLE conversation (
    conversation INTEGER PRIMARY KEY AUTOINCREMENT,
    conversation_id BLOB NOT NULL UNIQUE CHECK (length(conversation_id) = 16),
    kind INTEGER NOT NULL,
    -- The other account of a 1:1, else NULL.
    peer BLOB CHECK (length(peer) = 32),
    -- The MLS group on this device; NULL until it is created or joined.
    group_id BLOB UNIQUE CHECK (length(group_id) = 16),
    -- The encoded creation request until the server has answered it, then NULL: a restart sends the same.
    pending_create BLOB,
    -- The MLS group that this device is joining from outside, until it knows that the server has accepted
    -- that; NULL otherwise.
    joining_group BLOB UNIQUE CHECK (length(joining_group) = 16),
    draft TEXT NOT NULL DEFAULT '',
    updated_at INTEGER NOT NULL,
    -- Position of the newest message that was read; everything up to it is read.
    read_position INTEGER NOT NULL DEFAULT 0,
    unread INTEGER NOT NULL DEFAULT 0,
    message_count INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX conversation_by_time ON conversation (updated_at DESC);

CREATE TABLE message (
    message INTEGER PRIMARY KEY AUTOINCREMENT,
    message_id BLOB NOT NULL UNIQUE CHECK (length(message_id) = 32),
    conversation INTEGER NOT NULL REFERENCES conversation (conversation),
    -- Server-clock milliseconds times 1,000, raised until unique in the conversation.
    position INTEGER NOT NULL,
    sender BLOB NOT NULL CHECK (length(sender) = 32),
    -- By the sender's clock where the content tells it, else the time of acceptance.
    sent_at INTEGER NOT NULL,
    -- NULL until the server has accepted it.
    accepted_at INTEGER,
    -- Of this device's mailbox, for what came by it; 0 for what was written here.
    sequence INTEGER NOT NULL,
    kind INTEGER NOT NULL,
    state INTEGER NOT NULL,
    -- 1: an own message that this very device sends.
    sent_here INTEGER NOT NULL,
    -- Why it failed: a refusal code, NULL unless state is failed.
    failure TEXT,
    envelope_id BLOB NOT NULL UNIQUE CHECK (length(envelope_id) = 16),
    text TEXT NOT NULL,
    -- The encoded content where this build does not show all of it (newer versions), else NULL.
    content BLOB
) STRICT;
CREATE UNIQUE INDEX message_by_position ON message (conversation, position);
CREATE INDEX message_by_sender ON message (conversation, sender, position);
-- Own messages that others have not all received: asked for after every reconnect.
CREATE INDEX message_undelivered ON message (message) WHERE state = 1 AND sent_here = 1;

-- What this device has to send, oldest first. Gone when accepted.
CREATE TABLE outbox (
    outbox INTEGER PRIMARY KEY AUTOINCREMENT,
    message INTEGER NOT NULL UNIQUE REFERENCES message (message),
    conversation INTEGER NOT NULL REFERENCES conversation (conversation),
    envelope_id BLOB NOT NULL UNIQUE CHECK (length(envelope_id) = 16),
    content BLOB NOT NULL,
    -- The sealed bytes, saved with the ratchet that made them; NULL until sealed.
    sealed BLOB,
    -- 1: refused for good; waits for the person to retry or discard.
    is_failed INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX outbox_by_conversation ON outbox (conversation, outbox) WHERE is_failed = 0;

-- Which accounts have received an own message.
CREATE TABLE delivery (
    message INTEGER NOT NULL REFERENCES message (message),
    account_id BLOB NOT NULL CHECK (length(account_id) = 32),
    PRIMARY KEY (message, account_id)
) STRICT, WITHOUT ROWID;
