//! What people have done, as far as the simulation asked for it: what the oracle compares with.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Instant;

use serde_json::Value;

/// Where in the plan's lists somebody or something is.
pub(crate) type Index = usize;

/// The last number of each device at some moment.
pub type Numbers = BTreeMap<Index, u32>;

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
        self.text_of(0)
    }

    /// The text after so many edits.
    #[must_use]
    pub fn text_of(self, edit: u32) -> String {
        let Self { device, number } = self;
        let filler = "chirp ".repeat(((number + edit) as usize * 7) % 23);
        format!("d{device}#{number} {filler}").trim_end().to_owned()
    }

    /// The words of a row that say which it is: its text, or its question as it was typed.
    #[must_use]
    pub fn words_of(row: &Value) -> Option<&str> {
        row["poll"]["question"].as_str().or(row["text"].as_str())
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

/// What the model knows of somebody in a conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stay {
    /// In it from its beginning on.
    Always,
    /// In it since a calm: what each device has said after these numbers is theirs to read.
    After(Numbers),
    /// Out of it at a calm: what others have said after these numbers is not theirs to read.
    Out(Numbers),
    /// Somebody has asked for something that brings them in or out.
    Unsure,
    /// A group that nobody knows to be made: its maker was not told.
    Unseen,
}

impl Stay {
    /// Who is in for sure is owed what is said after these numbers.
    fn floor(&self) -> Option<Numbers> {
        match self {
            Self::Always => Some(Numbers::new()),
            Self::After(numbers) => Some(numbers.clone()),
            Self::Out(_) | Self::Unsure | Self::Unseen => None,
        }
    }
}

/// A conversation.
#[derive(Debug, Clone, Default)]
pub struct Place {
    /// Several people, who come and go.
    pub is_group: bool,
    /// Who is in it, or was.
    pub people: BTreeMap<Index, Stay>,
    /// What was asked to be sent there, by device; whether the device said that it keeps it.
    pub said: BTreeMap<Index, BTreeMap<u32, bool>>,
    /// What of that was passed on from elsewhere.
    pub passed_on: BTreeSet<Saying>,
    /// Somebody has set a timer: what each device has said after these numbers may disappear.
    pub fades: Option<Numbers>,
}

impl Place {
    /// How many people are in it for sure.
    #[must_use]
    pub fn count(&self) -> usize {
        let stays = self.people.values();
        stays.filter(|stay| stay.floor().is_some()).count()
    }

    /// Whether a text may disappear by itself.
    #[must_use]
    pub fn may_fade(&self, saying: Saying) -> bool {
        let Some(numbers) = &self.fades else {
            return false;
        };
        saying.number > numbers.get(&saying.device).copied().unwrap_or(0)
    }
}

/// A message that a person has deleted for themself, and has perhaps brought back.
#[derive(Debug, Clone)]
pub struct Hidden {
    /// Its id.
    pub id: String,
    /// When that was asked for.
    pub at: Instant,
}

/// From where on a device must have everything.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Since {
    /// From the start.
    Always,
    /// From some moment that nobody knows: without a hole from then on.
    Unknown,
    /// What each device has said after this number.
    After(Numbers),
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
    pub numbers: Numbers,
    /// Texts by the id of their message, where somebody has seen it.
    pub ids: BTreeMap<String, Saying>,
    /// Texts that somebody has asked to be taken back: those that had not left their device leave no trace.
    pub taken_back: BTreeSet<Saying>,
    /// What people have deleted for themselves, by person.
    pub hidden: BTreeMap<(Index, Saying), Hidden>,
    /// Devices whose clock has been wrong: what goes after some time may go earlier or later there.
    pub jumped: BTreeSet<Index>,
    /// Links that were made, and the groups that they lead to.
    pub links: BTreeMap<String, String>,
}

impl Model {
    /// Notes a 1:1, or a note to self when both are the same.
    pub fn note_place(&mut self, conversation: &str, people: [Index; 2]) {
        let place = self.places.entry(conversation.to_owned()).or_default();
        for person in people {
            place.people.insert(person, Stay::Always);
        }
    }

    /// A device says that it has made a group with these people.
    pub fn note_group(&mut self, conversation: &str, founders: &[Index]) {
        let place = self.places.entry(conversation.to_owned()).or_default();
        place.is_group = true;
        for &person in founders {
            let stay = place.people.entry(person).or_insert(Stay::Always);
            if *stay == Stay::Unseen {
                *stay = Stay::Always;
            }
        }
    }

    /// Somebody sees a group, whoever made it.
    pub fn see_group(&mut self, conversation: &str) {
        if self.places.contains_key(conversation) {
            return;
        }
        let people = (0..self.accounts.len()).map(|person| (person, Stay::Unseen));
        let place = Place {
            is_group: true,
            people: people.collect(),
            ..Place::default()
        };
        self.places.insert(conversation.to_owned(), place);
    }

    /// Somebody is about to be asked in, put out, or to leave.
    pub fn move_person(&mut self, conversation: &str, person: Index) {
        if let Some(place) = self.places.get_mut(conversation) {
            place.people.insert(person, Stay::Unsure);
        }
    }

    /// Somebody is about to be asked in; who is in already stays.
    pub fn bring_in(&mut self, conversation: &str, person: Index) {
        let is_in = self.places.get(conversation).is_some_and(|place| {
            let stay = place.people.get(&person);
            stay.is_some_and(|stay| stay.floor().is_some())
        });
        if !is_in {
            self.move_person(conversation, person);
        }
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

    /// What a device has said is about to be passed on.
    pub fn pass_on(&mut self, conversation: &str, saying: Saying) {
        let place = self.places.entry(conversation.to_owned()).or_default();
        place.passed_on.insert(saying);
        let said = place.said.entry(saying.device).or_default();
        said.insert(saying.number, false);
    }

    /// A timer is about to be set. Each device may be saying something at this moment.
    pub fn let_fade(&mut self, conversation: &str) {
        let numbers = self.numbers.iter();
        let before = numbers.map(|(device, last)| (*device, last.saturating_sub(1)));
        let before = before.collect();
        let place = self.places.entry(conversation.to_owned()).or_default();
        place.fades.get_or_insert(before);
    }

    /// A person is about to delete something for themself.
    pub fn hide(&mut self, person: Index, saying: Saying, id: &str) {
        let hidden = Hidden {
            id: id.to_owned(),
            at: Instant::now(),
        };
        self.hidden.insert((person, saying), hidden);
    }

    /// Whether a person may have deleted a text for themself.
    #[must_use]
    pub fn may_hide(&self, person: Index, saying: Saying) -> bool {
        self.hidden.contains_key(&(person, saying))
    }

    /// The device has answered that it keeps a text.
    pub fn keep(&mut self, conversation: &str, saying: Saying) {
        let place = self.places.entry(conversation.to_owned()).or_default();
        let said = place.said.entry(saying.device).or_default();
        said.insert(saying.number, true);
    }

    /// Where a device must have everything of a conversation from: after these numbers, and from some
    /// moment on when `None` is second. Nothing when its owner comes and goes.
    #[must_use]
    pub fn floor(&self, place: &Place, device: Index) -> Option<(Numbers, Option<Numbers>)> {
        let stay = place.people.get(&self.owners[device])?.floor()?;
        let since = match self.since.get(&device)? {
            Since::Always => Some(Numbers::new()),
            Since::After(numbers) => Some(numbers.clone()),
            Since::Unknown => None,
        };
        Some((stay, since))
    }

    /// Everything said so far has arrived everywhere: from now on, late devices miss nothing, and it is known
    /// who is in which group. Answers who came or went though nobody asked for that.
    pub fn calm(&mut self, members: &BTreeMap<String, BTreeSet<Index>>) -> Vec<String> {
        for since in self.since.values_mut() {
            if *since == Since::Unknown {
                *since = Since::After(self.numbers.clone());
            }
        }
        let mut wrong = Vec::new();
        let none = BTreeSet::new();
        for (id, place) in self.places.iter_mut().filter(|(_, place)| place.is_group) {
            let members = members.get(id).unwrap_or(&none);
            for person in 0..self.accounts.len() {
                let is_in = members.contains(&person);
                let stay = place.people.get(&person);
                match stay {
                    Some(Stay::Always | Stay::After(_)) if is_in => {}
                    Some(Stay::Always | Stay::After(_)) => {
                        wrong.push(format!("p{person} is out, and nobody asked for it"));
                    }
                    Some(Stay::Out(_)) | None if !is_in => {}
                    Some(Stay::Out(_)) | None => {
                        wrong.push(format!("p{person} is in, and nobody asked for it"));
                    }
                    Some(Stay::Unsure | Stay::Unseen) => {
                        let numbers = self.numbers.clone();
                        let stay = if is_in {
                            Stay::After(numbers)
                        } else {
                            Stay::Out(numbers)
                        };
                        place.people.insert(person, stay);
                    }
                }
            }
        }
        wrong
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
            assert_eq!(Saying::read(&saying.text_of(2)), Some(saying));
        }
        assert_eq!(Saying::read("hello"), None);
    }

    #[test]
    fn a_calm_settles_who_is_in_and_sees_who_moved_unasked() {
        let mut model = Model {
            owners: vec![0, 1, 2],
            accounts: vec![String::new(); 3],
            ..Model::default()
        };
        model.note_group("group", &[0, 1]);
        model.move_person("group", 1);
        model.bring_in("group", 2);
        model.bring_in("group", 0);
        model.ask("group", 0);
        let members = |people: &[Index]| {
            BTreeMap::from([("group".to_owned(), people.iter().copied().collect())])
        };
        assert_eq!(model.calm(&members(&[0, 2])), Vec::<String>::new());
        let people = model.places["group"].people.clone();
        let numbers = Numbers::from([(0, 1)]);
        assert_eq!(people[&0], Stay::Always);
        assert_eq!(people[&1], Stay::Out(numbers.clone()));
        assert_eq!(people[&2], Stay::After(numbers));
        let wrong = model.calm(&members(&[1, 2]));
        assert_eq!(
            wrong,
            [
                "p0 is out, and nobody asked for it",
                "p1 is in, and nobody asked for it"
            ]
        );
    }
}
