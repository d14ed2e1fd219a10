//! Writing message content: field by field, in the one deterministic form.

use pipit_domain::MessageId;

use super::cbor::Writer;
use super::{Cardinality, Content, Expires, External, Part, PartSemantics};

impl Content {
    /// The bytes to seal. Equal contents have equal bytes.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut writer = Writer::default();
        writer.array(7);
        writer.bytes(&self.salt);
        message_id_or_null(&mut writer, self.replaces);
        writer.bytes(&self.topic_id);
        match self.expires {
            None => writer.null(),
            Some(expires) => {
                let (is_relative, time) = match expires {
                    Expires::AfterReading { seconds } => (true, seconds),
                    Expires::At { unix_seconds } => (false, unix_seconds),
                };
                writer.array(2);
                writer.bool(is_relative);
                writer.unsigned(time.into());
            }
        }
        message_id_or_null(&mut writer, self.in_reply_to);
        self.extensions.write(&mut writer);
        part(&mut writer, &self.body);
        writer.finish()
    }
}

fn message_id_or_null(writer: &mut Writer, id: Option<MessageId>) {
    match id {
        None => writer.null(),
        Some(id) => writer.bytes(id.as_bytes()),
    }
}

fn part(writer: &mut Writer, part: &Part) {
    let (cardinality, len) = match part.cardinality {
        Cardinality::Null => (0, 3),
        Cardinality::Single(_) => (1, 5),
        Cardinality::External(_) => (2, 15),
        Cardinality::Multi(_) => (3, 5),
    };
    writer.array(len);
    writer.unsigned(part.disposition.0.into());
    writer.text(&part.language);
    writer.unsigned(cardinality);
    match &part.cardinality {
        Cardinality::Null => {}
        Cardinality::Single(single) => {
            writer.text(&single.content_type);
            writer.bytes(&single.bytes);
        }
        Cardinality::External(inner) => external(writer, inner),
        Cardinality::Multi(multi) => {
            writer.unsigned(match multi.semantics {
                PartSemantics::ChooseOne => 0,
                PartSemantics::SingleUnit => 1,
                PartSemantics::ProcessAll => 2,
            });
            writer.array(multi.parts.len());
            for inner in &multi.parts {
                self::part(writer, inner);
            }
        }
    }
}

fn external(writer: &mut Writer, external: &External) {
    writer.text(&external.content_type);
    writer.text(&external.url);
    writer.unsigned(external.expires_unix_seconds.into());
    writer.unsigned(external.size);
    writer.unsigned(external.aead_algorithm.into());
    writer.bytes(&external.key);
    writer.bytes(&external.nonce);
    writer.bytes(&external.aad);
    writer.unsigned(external.hash_algorithm.into());
    writer.bytes(&external.hash);
    writer.text(&external.description);
    writer.text(&external.file_name);
}
