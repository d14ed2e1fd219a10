-- Own messages from another own device move on to delivered, too.
DROP INDEX message_undelivered;
-- Own messages that others have not all received: asked for after every reconnect.
CREATE INDEX message_undelivered ON message (message) WHERE state = 1;
