//! Changing valid bytes a little, the way that decoders fail on: lengths, ends, numbers at the edge of
//! their type, pieces of one input inside another.

use fastrand::Rng;

/// Longest input that a run makes. Decoders have limits of their own; a longer one only costs time.
const LEN_MAX: usize = 8 * 1024;

/// Bytes that stand at the edge of something: zero, sign bits, all bits, and the lengths around one
/// byte's end in CBOR, protobuf and MLS.
const EDGE_BYTES: [u8; 12] = [
    0, 1, 2, 0x17, 0x18, 0x1f, 0x3f, 0x40, 0x7f, 0x80, 0xc0, 0xff,
];

/// An input made from the corpus: a seed with one to eight changes, or now and then bytes without any.
pub fn input(rng: &mut Rng, corpus: &[Vec<u8>]) -> Vec<u8> {
    if corpus.is_empty() || rng.u8(..) < 8 {
        return random_bytes(rng, 256);
    }
    let mut bytes = rng.choice(corpus).cloned().unwrap_or_default();
    for _ in 0..rng.usize(1..=8) {
        change(rng, &mut bytes, corpus);
    }
    bytes.truncate(LEN_MAX);
    bytes
}

fn change(rng: &mut Rng, bytes: &mut Vec<u8>, corpus: &[Vec<u8>]) {
    if bytes.is_empty() {
        *bytes = random_bytes(rng, 16);
        return;
    }
    let at = rng.usize(..bytes.len());
    match rng.u8(..10) {
        0 => bytes[at] ^= 1 << rng.u8(..8),
        1 => bytes[at] = rng.u8(..),
        2 => bytes[at] = *rng.choice(&EDGE_BYTES).expect("there are some"),
        3 => bytes[at] = bytes[at].wrapping_add(rng.u8(..5)).wrapping_sub(2),
        4 => bytes.truncate(at),
        5 => {
            let end = bytes.len().min(at + rng.usize(1..=32));
            bytes.drain(at..end);
        }
        6 => {
            let inserted = random_bytes(rng, 16);
            bytes.splice(at..at, inserted);
        }
        7 => {
            let end = bytes.len().min(at + rng.usize(1..=64));
            let copy = bytes[at..end].to_vec();
            let to = rng.usize(..=bytes.len());
            bytes.splice(to..to, copy);
        }
        8 => edge_number(rng, &mut bytes[at..]),
        _ => {
            let other = rng.choice(corpus).cloned().unwrap_or_default();
            let from = rng.usize(..=other.len());
            bytes.truncate(at);
            bytes.extend_from_slice(&other[from..]);
        }
    }
}

/// Overwrites what stands here by a number of two, four or eight bytes at the edge of its type.
fn edge_number(rng: &mut Rng, bytes: &mut [u8]) {
    let len = *rng.choice(&[2, 4, 8]).expect("there are some");
    let fill = *rng.choice(&[0, 0xff]).expect("there are some");
    let edge = *rng.choice(&[0, 0x7f, 0x80, 0xff]).expect("there are some");
    let len = bytes.len().min(len);
    bytes[..len].fill(fill);
    let end = if rng.bool() { 0 } else { len - 1 };
    bytes[end] = edge;
}

fn random_bytes(rng: &mut Rng, len_max: usize) -> Vec<u8> {
    let mut bytes = vec![0; rng.usize(..=len_max)];
    rng.fill(&mut bytes);
    bytes
}
