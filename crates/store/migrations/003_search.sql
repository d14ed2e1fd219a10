-- Which message each row of the full-text index is. `entry` is the UTC day of the message (position divided
-- by 86,400,000,000) times 2^20, plus a number in that day: so that the index, which can only be walked by
-- row number, is walked in the order of time, also where old messages come late. A day has room for 2^20
-- messages; more than that are kept and shown, but not found.
CREATE TABLE search_entry (
    entry INTEGER PRIMARY KEY,
    message INTEGER NOT NULL UNIQUE REFERENCES message (message)
) STRICT;

-- Grams of texts and the words that filters ask for, made by search_grams(). Neither text nor places are
-- kept: a hit is checked against its message. What is removed is removed from the pages at once.
CREATE VIRTUAL TABLE search USING fts5 (grams, content = '', columnsize = 0, detail = none, tokenize = 'ascii');
INSERT INTO search (search, rank) VALUES ('secure-delete', 1);

CREATE TABLE search_state (
    only INTEGER PRIMARY KEY CHECK (only = 1),
    -- How the text was folded. Another one means that the index is made anew.
    folding TEXT NOT NULL,
    -- Messages with row numbers below this are being added, newest first, unless they have an entry.
    unindexed_below INTEGER NOT NULL
) STRICT;
INSERT INTO search_state (only, folding, unindexed_below)
SELECT 1, search_folding(), coalesce(max(message) + 1, 0) FROM message;

-- The index follows the messages by itself: whoever writes one cannot forget it. Kind 4 are lines of the
-- app's own.
CREATE TRIGGER message_search_added AFTER INSERT ON message
WHEN NEW.text <> '' AND NEW.kind <> 4
BEGIN
    INSERT INTO search_entry (entry, message)
    SELECT coalesce(max(entry) + 1, NEW.position / 86400000000 << 20), NEW.message FROM search_entry
    WHERE entry >= NEW.position / 86400000000 << 20 AND entry < NEW.position / 86400000000 + 1 << 20
    ON CONFLICT (entry) DO NOTHING;
    INSERT INTO search (rowid, grams)
    SELECT entry, search_grams(NEW.kind, NEW.text, NEW.conversation, NEW.sender)
    FROM search_entry WHERE message = NEW.message;
END;

CREATE TRIGGER message_search_removed BEFORE DELETE ON message
BEGIN
    INSERT INTO search (search, rowid, grams)
    SELECT 'delete', entry, search_grams(OLD.kind, OLD.text, OLD.conversation, OLD.sender)
    FROM search_entry WHERE message = OLD.message;
    DELETE FROM search_entry WHERE message = OLD.message;
END;

CREATE TRIGGER message_search_changed AFTER UPDATE OF text, kind ON message
WHEN OLD.text <> NEW.text OR OLD.kind <> NEW.kind
BEGIN
    INSERT INTO search (search, rowid, grams)
    SELECT 'delete', entry, search_grams(OLD.kind, OLD.text, OLD.conversation, OLD.sender)
    FROM search_entry WHERE message = OLD.message;
    DELETE FROM search_entry WHERE message = OLD.message;
    INSERT INTO search_entry (entry, message)
    SELECT coalesce(max(entry) + 1, NEW.position / 86400000000 << 20), NEW.message FROM search_entry
    WHERE entry >= NEW.position / 86400000000 << 20 AND entry < NEW.position / 86400000000 + 1 << 20
        AND NEW.text <> '' AND NEW.kind <> 4
    ON CONFLICT (entry) DO NOTHING;
    INSERT INTO search (rowid, grams)
    SELECT entry, search_grams(NEW.kind, NEW.text, NEW.conversation, NEW.sender)
    FROM search_entry WHERE message = NEW.message;
END;

-- What others wrote: unread ones are found and counted without passing what this account wrote.
CREATE INDEX message_received ON message (conversation, position) WHERE state = 5;
