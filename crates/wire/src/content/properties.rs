//! Properties of the content codec, over every content that the types allow: it is read as it was
//! written, has no second encoding, and hostile bytes do no harm.

use pipit_domain::MessageId;
use proptest::collection::vec;
use proptest::prelude::*;

use super::*;

prop_compose! {
    fn any_external()(
        texts in (".{0,20}", ".{0,20}", ".{0,20}", ".{0,20}"),
        numbers in any::<(u32, u64, u16, u8)>(),
        bytes in (vec(any::<u8>(), 0..40), vec(any::<u8>(), 0..20), vec(any::<u8>(), 0..20), vec(any::<u8>(), 0..70)),
    ) -> External {
        let (content_type, url, description, file_name) = texts;
        let (expires_unix_seconds, size, aead_algorithm, hash_algorithm) = numbers;
        let (key, nonce, aad, hash) = bytes;
        External {
            content_type, url, expires_unix_seconds, size, aead_algorithm, key, nonce, aad, hash_algorithm,
            hash, description, file_name,
        }
    }
}

fn any_part() -> impl Strategy<Value = Part> {
    let leaf = prop_oneof![
        Just(Cardinality::Null),
        (".{0,40}", vec(any::<u8>(), 0..300)).prop_map(
            |(content_type, bytes)| Cardinality::Single(Single {
                content_type,
                bytes
            })
        ),
        any_external().prop_map(|external| Cardinality::External(Box::new(external))),
    ];
    let part = |cardinality: BoxedStrategy<Cardinality>| {
        (any::<u8>(), "[a-z,-]{0,12}", cardinality).prop_map(
            |(disposition, language, cardinality)| Part {
                disposition: Disposition(disposition),
                language,
                cardinality,
            },
        )
    };
    part(leaf.boxed()).prop_recursive(u32::from(PART_DEPTH_MAX) - 1, 64, 5, move |inner| {
        let semantics = prop_oneof![
            Just(PartSemantics::ChooseOne),
            Just(PartSemantics::SingleUnit),
            Just(PartSemantics::ProcessAll),
        ];
        part(
            (semantics, vec(inner, 2..5))
                .prop_map(|(semantics, parts)| Cardinality::Multi(Multi { semantics, parts }))
                .boxed(),
        )
    })
}

prop_compose! {
    fn any_content()(
        salt in any::<[u8; SALT_LEN]>(),
        replaces in any::<Option<[u8; 31]>>(),
        topic_id in vec(any::<u8>(), 0..300),
        expires in any::<Option<(bool, u32)>>(),
        in_reply_to in any::<Option<[u8; 31]>>(),
        body in any_part(),
    ) -> Content {
        let id = |rest: [u8; 31]| {
            let mut bytes = [1; 32];
            bytes[1..].copy_from_slice(&rest);
            MessageId::new(bytes)
        };
        let expires = expires.map(|(is_relative, time)| match is_relative {
            true => Expires::AfterReading { seconds: time },
            false => Expires::At { unix_seconds: time },
        });
        let (replaces, in_reply_to) = (replaces.map(id), in_reply_to.map(id));
        Content { salt, replaces, topic_id, expires, in_reply_to, extensions: Extensions::default(), body }
    }
}

proptest! {
    #[test]
    fn every_content_is_read_as_it_was_written(content in any_content()) {
        prop_assert_eq!(Content::decode(&content.encode()).unwrap(), content);
    }

    /// An independent, lenient CBOR reader sees one item in what we write.
    #[test]
    fn what_is_written_is_cbor(content in any_content()) {
        let bytes = content.encode();
        let mut rest = &bytes[..];
        let value: ciborium::Value = ciborium::from_reader(&mut rest).unwrap();
        prop_assert!(rest.is_empty());
        prop_assert_eq!(value.as_array().unwrap().len(), 7);
    }

    #[test]
    fn every_truncation_is_refused(content in any_content(), cut in any::<prop::sample::Index>()) {
        let bytes = content.encode();
        prop_assert!(Content::decode(&bytes[..cut.index(bytes.len())]).is_err());
    }

    /// Nothing has two encodings: what a changed byte makes is refused, or is exactly those bytes.
    #[test]
    fn a_changed_byte_makes_another_content_or_none(
        content in any_content(), at in any::<prop::sample::Index>(), byte in any::<u8>(),
    ) {
        let mut bytes = content.encode();
        let at = at.index(bytes.len());
        bytes[at] = byte;
        if let Ok(read) = Content::decode(&bytes) {
            prop_assert_eq!(read.encode(), bytes);
            let _ = read.kind();
        }
    }

    #[test]
    fn random_bytes_never_panic(bytes in vec(any::<u8>(), 0..600)) {
        let _ = Content::decode(&bytes);
        let _ = StatusReport::decode(&bytes);
    }
}
