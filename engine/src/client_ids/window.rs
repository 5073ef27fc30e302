//! The client order ids that idempotence remembers, oldest first, and where each of them stands.
//!
//! What is remembered lies in one ring, written at its end and forgotten at its front: in order, so that neither waits
//! for memory. The index to it has eight bytes a place. Both grow with what is remembered.

use std::collections::VecDeque;

use crate::client_ids::{ClientKey, Decided};
use crate::sequence::SequenceNumber;

/// Places of an index that has anything.
const PLACES_MIN: usize = 64;

/// What was decided under some client order ids.
#[derive(Debug, Default)]
pub(super) struct Window {
    kept: VecDeque<Remembered>,
    /// The number of the oldest; the others follow it, and begin again at zero after the last number.
    first: u32,
    /// Open addressing, at least twice as many places as ids.
    places: Vec<Place>,
}

/// One id that is remembered.
#[derive(Debug, Clone, Copy)]
pub(super) struct Remembered {
    /// When it was decided.
    pub sequence: SequenceNumber,
    /// Which id.
    pub key: ClientKey,
    /// What.
    pub decided: Decided,
    mark: u32,
}

/// Where an id stands, found by its hash.
#[derive(Debug, Clone, Copy, Default)]
struct Place {
    /// A mark is never zero, which is vacant.
    mark: u32,
    number: u32,
}

impl Window {
    pub(super) fn len(&self) -> usize {
        self.kept.len()
    }

    /// The one that was decided first.
    pub(super) fn oldest(&self) -> Option<&Remembered> {
        self.kept.front()
    }

    /// All of them, oldest first.
    pub(super) fn iter(&self) -> impl Iterator<Item = &Remembered> {
        self.kept.iter()
    }

    /// What was decided under an id.
    pub(super) fn get(&self, key: &ClientKey) -> Option<Decided> {
        if self.places.is_empty() {
            return None;
        }
        let mark = key.mark();
        let mut at = self.home(mark);
        loop {
            let place = self.places[at];
            if place.mark == 0 {
                return None;
            }
            if place.mark == mark {
                let kept = &self.kept[self.place_of(place.number)];
                if kept.key == *key {
                    return Some(kept.decided);
                }
            }
            at = self.after(at);
        }
    }

    /// Remembers an id that is not remembered yet.
    pub(super) fn push(&mut self, sequence: SequenceNumber, key: ClientKey, decided: Decided) {
        if (self.kept.len() + 1) * 2 > self.places.len() {
            self.widen();
        }
        let mark = key.mark();
        let number = self.number_of(self.kept.len());
        self.put(Place { mark, number });
        self.kept.push_back(Remembered {
            sequence,
            key,
            decided,
            mark,
        });
    }

    /// Forgets the one that was decided first.
    pub(super) fn forget_oldest(&mut self) {
        let oldest = self.kept.pop_front().expect("the window is not empty");
        let number = self.first;
        self.first = self.first.wrapping_add(1);
        let mut at = self.home(oldest.mark);
        while self.places[at].number != number || self.places[at].mark != oldest.mark {
            assert!(self.places[at].mark != 0, "what is remembered is listed");
            at = self.after(at);
        }
        self.close_gap(at);
    }

    /// Vacates a place, so that no look-up stops there early.
    fn close_gap(&mut self, mut gap: usize) {
        let mut at = self.after(gap);
        while self.places[at].mark != 0 {
            let home = self.home(self.places[at].mark);
            if self.distance(home, at) >= self.distance(gap, at) {
                self.places[gap] = self.places[at];
                gap = at;
            }
            at = self.after(at);
        }
        self.places[gap] = Place::default();
    }

    /// Doubles the index.
    #[cold]
    fn widen(&mut self) {
        let length = (self.places.len() * 2).max(PLACES_MIN);
        self.places = vec![Place::default(); length];
        for at in 0..self.kept.len() {
            self.put(Place {
                mark: self.kept[at].mark,
                number: self.number_of(at),
            });
        }
    }

    fn put(&mut self, place: Place) {
        let mut at = self.home(place.mark);
        while self.places[at].mark != 0 {
            at = self.after(at);
        }
        self.places[at] = place;
    }

    /// The number of what stands `at` behind the oldest.
    fn number_of(&self, at: usize) -> u32 {
        self.first
            .wrapping_add(u32::try_from(at).expect("at most 2^32 ids are remembered"))
    }

    const fn place_of(&self, number: u32) -> usize {
        number.wrapping_sub(self.first) as usize
    }

    fn home(&self, mark: u32) -> usize {
        mark as usize & self.places.len().wrapping_sub(1)
    }

    fn after(&self, at: usize) -> usize {
        (at + 1) & self.places.len().wrapping_sub(1)
    }

    fn distance(&self, from: usize, to: usize) -> usize {
        to.wrapping_sub(from) & self.places.len().wrapping_sub(1)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::btree_map::Entry;
    use std::collections::{BTreeMap, VecDeque};

    use super::{Decided, Window};
    use crate::client_ids::ClientKey;
    use crate::event::OriginalOutcome;
    use crate::id::{AccountId, ClientOrderId, OrderId};
    use crate::sequence::SequenceNumber;

    const SEED: u64 = 11;

    fn key(number: u64) -> ClientKey {
        ClientKey {
            account: AccountId(u32::try_from(number % 3).unwrap()),
            id: ClientOrderId::new(&format!("order-{}", number / 3)).unwrap(),
        }
    }

    #[test]
    fn the_window_says_what_a_map_and_a_list_say() {
        let mut window = Window {
            first: u32::MAX - 500,
            ..Window::default()
        };
        let mut map = BTreeMap::new();
        let mut list = VecDeque::new();
        let mut state = SEED;

        for step in 0..30_000_u64 {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            let number = (state >> 33) % 3_000;
            if let Entry::Vacant(vacant) = map.entry(number) {
                let decided = Decided {
                    fingerprint: step,
                    outcome: OriginalOutcome::Accepted(OrderId(step)),
                };
                window.push(SequenceNumber(step), key(number), decided);
                vacant.insert(step);
                list.push_back(number);
            }
            let length_max = if step < 10_000 { 1_500 } else { 200 };
            while list.len() > length_max {
                window.forget_oldest();
                map.remove(&list.pop_front().unwrap());
            }
            let probe = (state >> 20) % 3_000;
            let found = window.get(&key(probe)).map(|decided| decided.fingerprint);
            assert_eq!(found, map.get(&probe).copied(), "seed {SEED}, step {step}");
        }

        let kept: Vec<_> = window.iter().map(|kept| kept.key).collect();
        let expected: Vec<_> = list.iter().map(|number| key(*number)).collect();
        assert_eq!(kept, expected, "seed {SEED}");
    }
}
