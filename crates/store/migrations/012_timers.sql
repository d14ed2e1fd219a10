-- Whom a message was sent to, and what a device that comes in knows of timers.

-- Position of the newest message when the account came: what is above was sent to it, too.
ALTER TABLE group_member ADD COLUMN since INTEGER NOT NULL DEFAULT 0;
CREATE TRIGGER group_member_comes AFTER INSERT ON group_member
BEGIN
    UPDATE group_member
    SET since = (SELECT coalesce(max(position), 0) FROM message WHERE conversation = NEW.conversation)
    WHERE conversation = NEW.conversation AND account_id = NEW.account_id;
END;

-- The timer that own devices told, for when the conversation comes to this device.
ALTER TABLE conversation_state ADD COLUMN timer INTEGER NOT NULL DEFAULT 0;
ALTER TABLE conversation_state ADD COLUMN timer_at INTEGER NOT NULL DEFAULT 0;
ALTER TABLE conversation_state ADD COLUMN timer_op BLOB NOT NULL DEFAULT X'';
CREATE TRIGGER conversation_begins_timed AFTER INSERT ON conversation
WHEN EXISTS (SELECT 1 FROM conversation_state WHERE conversation_id = NEW.conversation_id AND timer_at > 0)
BEGIN
    UPDATE conversation SET (timer, timer_at, timer_op) = (
        SELECT timer, timer_at, timer_op FROM conversation_state WHERE conversation_id = NEW.conversation_id)
    WHERE conversation = NEW.conversation;
END;
