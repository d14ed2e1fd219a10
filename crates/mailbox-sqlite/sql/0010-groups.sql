-- 1: the account has left; its leaf stays until a commit removes it.
ALTER TABLE member ADD COLUMN has_left INTEGER NOT NULL DEFAULT 0 CHECK (has_left IN (0, 1));
-- Ratchet trees that are too large to travel with each Welcome, kept once for those who join.
CREATE TABLE epoch_tree (
    conversation_no INTEGER NOT NULL REFERENCES conversation (conversation_no),
    epoch           INTEGER NOT NULL,
    time_ms         INTEGER NOT NULL,
    tree            BLOB NOT NULL,
    PRIMARY KEY (conversation_no, epoch)
) STRICT;
CREATE INDEX epoch_tree_by_time ON epoch_tree (time_ms);
