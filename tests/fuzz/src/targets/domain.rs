//! Names and ids in text form.

use pipit_domain::{
    AccountId, ConversationId, DeviceId, EnvelopeId, GroupId, MessageId, Username, limits,
};

/// A name that is taken has one spelling, which is read as itself.
pub fn username(input: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(input) else {
        return false;
    };
    let Ok(name) = Username::parse(text) else {
        return false;
    };
    assert_eq!(Username::parse(name.as_str()).as_ref(), Ok(&name));
    assert!((limits::USERNAME_LEN_MIN..=limits::USERNAME_LEN_MAX).contains(&name.as_str().len()));
    assert_eq!(format!("{name:?}"), "Username([redacted])");
    true
}

/// Text and bytes of an id are the same id, and no text is two ids.
pub fn ids(input: &[u8]) -> bool {
    let text = std::str::from_utf8(input).unwrap_or_default();
    let mut accepted = false;
    macro_rules! check {
        ($($id:ty),*) => {$(
            if let Ok(id) = <$id>::try_from(input) {
                assert_eq!(id.to_string().parse(), Ok(id));
                accepted = true;
            }
            if let Ok(id) = text.parse::<$id>() {
                assert_eq!(id.to_string(), text);
                accepted = true;
            }
        )*};
    }
    check!(
        AccountId,
        ConversationId,
        DeviceId,
        EnvelopeId,
        GroupId,
        MessageId
    );
    accepted
}
