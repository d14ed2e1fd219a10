-- What may concern the person beside the chats' own order, by time. Kept true by the triggers below, whatever
-- changes a message or its reactions.
CREATE TABLE activity (
    -- 1: the message names this account. 2: others have reacted to it, which is one's own. 3: the line of a new
    -- device of the other person.
    kind INTEGER NOT NULL,
    message INTEGER NOT NULL,
    -- When it was accepted; of the newest reaction.
    at INTEGER NOT NULL,
    PRIMARY KEY (kind, message)
) STRICT, WITHOUT ROWID;
CREATE INDEX activity_by_time ON activity (kind, at, message);

INSERT INTO activity (kind, message, at)
SELECT 1, message, coalesce(accepted_at, sent_at) FROM message WHERE mentions_me = 1;
INSERT INTO activity (kind, message, at)
SELECT 2, reaction.message, max(reaction.at) FROM reaction JOIN message USING (message)
WHERE message.sender = (SELECT account_id FROM account) AND reaction.sender <> message.sender
GROUP BY reaction.message;
INSERT INTO activity (kind, message, at)
SELECT 3, message, coalesce(accepted_at, sent_at) FROM message WHERE kind = 4 AND text = 'device.added';

CREATE TRIGGER activity_message_comes AFTER INSERT ON message
WHEN NEW.mentions_me = 1 OR (NEW.kind = 4 AND NEW.text = 'device.added')
BEGIN
    INSERT OR IGNORE INTO activity (kind, message, at)
    VALUES (iif(NEW.kind = 4, 3, 1), NEW.message, coalesce(NEW.accepted_at, NEW.sent_at));
END;
-- An own message that is brought back from the trash has its reactions still.
CREATE TRIGGER activity_reacted_comes AFTER INSERT ON message
WHEN NEW.sender = (SELECT account_id FROM account)
BEGIN
    INSERT OR IGNORE INTO activity (kind, message, at)
    SELECT 2, NEW.message, max(at) FROM reaction WHERE message = NEW.message AND sender <> NEW.sender
    HAVING count(*) > 0;
END;
CREATE TRIGGER activity_mention_changes AFTER UPDATE OF mentions_me ON message
WHEN NEW.mentions_me <> OLD.mentions_me
BEGIN
    DELETE FROM activity WHERE kind = 1 AND message = NEW.message;
    INSERT INTO activity (kind, message, at)
    SELECT 1, NEW.message, coalesce(NEW.accepted_at, NEW.sent_at) WHERE NEW.mentions_me = 1;
END;
CREATE TRIGGER activity_message_goes AFTER DELETE ON message
BEGIN
    DELETE FROM activity WHERE kind IN (1, 2, 3) AND message = OLD.message;
END;
CREATE TRIGGER activity_reaction_comes AFTER INSERT ON reaction
WHEN NEW.sender <> (SELECT account_id FROM account)
BEGIN
    INSERT INTO activity (kind, message, at)
    SELECT 2, NEW.message, NEW.at FROM message
    WHERE message = NEW.message AND sender = (SELECT account_id FROM account)
    ON CONFLICT (kind, message) DO UPDATE SET at = excluded.at WHERE excluded.at > at;
END;
-- Only the newest one matters: taking back all of many reads few of them again.
CREATE TRIGGER activity_reaction_goes AFTER DELETE ON reaction
WHEN OLD.at >= (SELECT at FROM activity WHERE kind = 2 AND message = OLD.message)
BEGIN
    DELETE FROM activity WHERE kind = 2 AND message = OLD.message;
    INSERT INTO activity (kind, message, at)
    SELECT 2, OLD.message, max(at) FROM reaction
    WHERE message = OLD.message AND sender <> (SELECT account_id FROM account)
    HAVING count(*) > 0;
END;
