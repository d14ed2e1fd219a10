//! What people have done, as far as the simulation asked for it: what the oracle compares with.

use std::collections::{BTreeMap, BTreeSet};

/// Where in the plan's lists somebody or something is.
pub(crate) type Index = usize;

/// A text that a device was asked to send. Devices number theirs, whatever the conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Saying {
    /// Which device.
    pub device: Index,
    /// Its number.
    pub number: u32,
}

impl Saying {
    /// The text: words that name it, and some of different lengths.
    #[must_use]
    pub fn text(self) -> String {
        let Self { device, number } = self;
        let filler = "chirp ".repeat((number as usize * 7) % 23);
        format!("d{device}#{number} {filler}").trim_end().to_owned()
    }

    /// Reads what it is from its text.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        let (device, number) = text.split(' ').next()?.strip_prefix('d')?.split_once('#')?;
        Some(Self {
            device: device.parse().ok()?,
            number: number.parse().ok()?,
        })
    }
}

/// A conversation.
#[derive(Debug, Clone, Default)]
pub struct Place {
    /// Who is in it.
    pub people: BTreeSet<Index>,
    /// What was asked to be sent there, by device; whether the device said that it keeps it.
    pub said: BTreeMap<Index, BTreeMap<u32, bool>>,
}

/// From where on a device must have everything.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Since {
    /// From the start.
    Always,
    /// From some moment that nobody knows: without a hole from then on.
    Unknown,
    /// What each device has said after this number.
    After(BTreeMap<Index, u32>),
}

/// What people have done.
#[derive(Debug, Clone, Default)]
pub struct Model {
    /// Whose each device is.
    pub owners: Vec<Index>,
    /// The accounts' ids, by person.
    pub accounts: Vec<String>,
    /// Conversations by their id.
    pub places: BTreeMap<String, Place>,
    /// Since when each device is signed in; none when it is not yet.
    pub since: BTreeMap<Index, Since>,
    /// The last number of each device.
    pub numbers: BTreeMap<Index, u32>,
}

impl Model {
    /// Notes a 1:1, or a note to self when both are the same.
    pub fn note_place(&mut self, conversation: &str, people: [Index; 2]) {
        let place = self.places.entry(conversation.to_owned()).or_default();
        place.people.extend(people);
    }

    /// A text is about to be asked for.
    pub fn ask(&mut self, conversation: &str, device: Index) -> Saying {
        let last = self.numbers.entry(device).or_default();
        *last += 1;
        let number = *last;
        let place = self.places.entry(conversation.to_owned()).or_default();
        place.said.entry(device).or_default().insert(number, false);
        Saying { device, number }
    }

    /// The device has answered that it keeps a text.
    pub fn keep(&mut self, conversation: &str, saying: Saying) {
        let place = self.places.entry(conversation.to_owned()).or_default();
        let said = place.said.entry(saying.device).or_default();
        said.insert(saying.number, true);
    }

    /// Everything said so far has arrived everywhere: from now on, late devices miss nothing.
    pub fn calm(&mut self) {
        for since in self.since.values_mut() {
            if *since == Since::Unknown {
                *since = Since::After(self.numbers.clone());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_says_which_it_is() {
        for number in 1..60 {
            let saying = Saying { device: 3, number };
            assert_eq!(Saying::read(&saying.text()), Some(saying));
        }
        assert_eq!(Saying::read("hello"), None);
    }
}
