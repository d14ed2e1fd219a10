-- The devices with a leaf in each conversation's current epoch.
CREATE TABLE member (
    conversation_no INTEGER NOT NULL REFERENCES conversation (conversation_no),
    device_no       INTEGER NOT NULL REFERENCES device (device_no),
    PRIMARY KEY (conversation_no, device_no)
) STRICT, WITHOUT ROWID;
CREATE INDEX member_by_device ON member (device_no);
