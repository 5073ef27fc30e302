//! A hash table from ids to slots: open addressing, one probe as a rule.
//!
//! An entry is eight bytes: a slot and half of a hash. The id itself lies by slot with the caller, which
//! compares it where the hashes are the same.

#![expect(
    clippy::inline_always,
    reason = "measured: the hot path is one function"
)]

use crate::book::price_level::NO_SLOT;

const CAPACITY_MIN: usize = 64;
/// Places per id, at least: collisions cost mispredicted branches, memory is cheaper.
const PLACES_PER_ID: usize = 4;
/// 2^64 divided by the golden ratio: spreads ids that follow each other.
const SPREAD: u64 = 0x9E37_79B9_7F4A_7C15;

#[derive(Debug, Clone, Copy)]
struct Entry {
    hash: u32,
    slot: u32,
}

const VACANT: Entry = Entry {
    hash: 0,
    slot: NO_SLOT,
};

/// Where an id is listed.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Found {
    pub(crate) place: usize,
    pub(crate) slot: u32,
}

/// Where an id may be listed that is not.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Vacancy {
    place: usize,
    hash: u32,
}

/// Slots by id.
#[derive(Debug)]
pub(crate) struct SlotTable {
    entries: Vec<Entry>,
    /// How many more ids it takes before it grows.
    room: usize,
    shift: u32,
}

impl SlotTable {
    pub(crate) fn new() -> Self {
        Self::with_capacity(CAPACITY_MIN)
    }

    fn with_capacity(capacity: usize) -> Self {
        Self {
            entries: vec![VACANT; capacity],
            room: capacity / PLACES_PER_ID,
            shift: 32 - capacity.trailing_zeros(),
        }
    }

    #[cfg(test)]
    fn len(&self) -> usize {
        self.entries.len() / PLACES_PER_ID - self.room
    }

    /// The slot of `id`, or [`NO_SLOT`]; `is_id` says whether a slot's id is this one.
    #[inline]
    pub(crate) fn get(&self, id: u64, is_id: impl Fn(u32) -> bool) -> u32 {
        let hash = hash_of(id);
        let mut place = self.home(hash);
        loop {
            let entry = self.entries[place];
            if entry.slot == NO_SLOT || (entry.hash == hash && is_id(entry.slot)) {
                return entry.slot;
            }
            place = self.after(place);
        }
    }

    /// Where `id` is listed, and its slot. `is_id` may be asked of [`NO_SLOT`], which has no id.
    #[inline(always)]
    pub(crate) fn find(&self, id: u64, is_id: impl Fn(u32) -> bool) -> Option<Found> {
        let hash = hash_of(id);
        let mut place = self.home(hash);
        loop {
            let Entry { hash: other, slot } = self.entries[place];
            if other == hash && is_id(slot) {
                return Some(Found { place, slot });
            }
            if slot == NO_SLOT {
                return None;
            }
            place = self.after(place);
        }
    }

    /// Where `id` would be listed; `None` where it is.
    #[inline(always)]
    pub(crate) fn vacancy(&self, id: u64, is_id: impl Fn(u32) -> bool) -> Option<Vacancy> {
        let hash = hash_of(id);
        let mut place = self.home(hash);
        loop {
            let Entry { hash: other, slot } = self.entries[place];
            if slot == NO_SLOT {
                return Some(Vacancy { place, hash });
            }
            if other == hash && is_id(slot) {
                return None;
            }
            place = self.after(place);
        }
    }

    /// Enters an id at the vacancy that was found for it just before.
    #[inline(always)]
    pub(crate) fn insert_at(&mut self, vacancy: Vacancy, slot: u32) {
        let Vacancy { place, hash } = vacancy;
        if self.room == 0 {
            return self.insert_grown(Entry { hash, slot });
        }
        let entry = &mut self.entries[place];
        assert!(entry.slot == NO_SLOT, "the place is vacant");
        *entry = Entry { hash, slot };
        self.room -= 1;
    }

    #[cold]
    #[inline(never)]
    fn insert_grown(&mut self, entry: Entry) {
        self.grow();
        self.put(entry);
        self.room -= 1;
    }

    /// What stands where `id` is listed as a rule; loads the cache line.
    #[inline]
    pub(crate) fn likely(&self, id: u64) -> u32 {
        self.entries[self.home(hash_of(id))].slot
    }

    /// Enters an id that is not listed.
    #[inline]
    pub(crate) fn insert(&mut self, id: u64, slot: u32) {
        if self.room == 0 {
            self.grow();
        }
        let hash = hash_of(id);
        self.put(Entry { hash, slot });
        self.room -= 1;
    }

    /// Forgets an id that is listed with this slot.
    #[inline(always)]
    pub(crate) fn remove(&mut self, id: u64, slot: u32) {
        let mut place = self.home(hash_of(id));
        while self.entries[place].slot != slot {
            assert!(self.entries[place].slot != NO_SLOT, "the id is listed");
            place = self.after(place);
        }
        self.remove_at(place);
    }

    /// Forgets the id that is listed at a place, and closes the gap so that no look-up stops there early.
    #[inline(always)]
    pub(crate) fn remove_at(&mut self, mut gap: usize) {
        let mut place = self.after(gap);
        while self.entries[place].slot != NO_SLOT {
            let home = self.home(self.entries[place].hash);
            if self.distance(home, place) >= self.distance(gap, place) {
                self.entries[gap] = self.entries[place];
                gap = place;
            }
            place = self.after(place);
        }
        self.entries[gap] = VACANT;
        self.room += 1;
    }

    #[inline]
    fn put(&mut self, entry: Entry) {
        let mut place = self.home(entry.hash);
        while self.entries[place].slot != NO_SLOT {
            place = self.after(place);
        }
        self.entries[place] = entry;
    }

    #[inline]
    const fn home(&self, hash: u32) -> usize {
        hash.wrapping_shr(self.shift) as usize // the shift is below 32
    }

    #[inline]
    fn after(&self, place: usize) -> usize {
        (place + 1) & self.entries.len().wrapping_sub(1) // never empty
    }

    #[inline]
    fn distance(&self, from: usize, to: usize) -> usize {
        to.wrapping_sub(from) & self.entries.len().wrapping_sub(1)
    }

    #[cold]
    fn grow(&mut self) {
        let mut larger = Self::with_capacity(self.entries.len() * 2);
        larger.room -= self.entries.len() / PLACES_PER_ID - self.room;
        for entry in &self.entries {
            if entry.slot != NO_SLOT {
                larger.put(*entry);
            }
        }
        *self = larger;
    }
}

#[inline]
const fn hash_of(id: u64) -> u32 {
    (id.wrapping_mul(SPREAD) >> 32) as u32
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::SlotTable;
    use crate::book::price_level::NO_SLOT;

    const SEED: u64 = 7;

    #[test]
    fn the_table_says_what_a_tree_says() {
        let mut table = SlotTable::new();
        let mut tree = BTreeMap::new();
        let mut ids = Vec::new();
        let mut state = SEED;

        for slot in 0..100_000_u32 {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            let id = (state >> 33) % 3_000;
            ids.push(id);
            if let Some(slot) = tree.remove(&id) {
                table.remove(id, slot);
            } else {
                tree.insert(id, slot);
                table.insert(id, slot);
            }
            let probe = (state >> 20) % 3_000;
            let expected = tree.get(&probe).copied().unwrap_or(NO_SLOT);
            let found = table.get(probe, |slot| ids[slot as usize] == probe);
            assert_eq!(found, expected, "seed {SEED}, step {slot}");
        }

        assert_eq!(table.len(), tree.len(), "seed {SEED}");
    }
}
