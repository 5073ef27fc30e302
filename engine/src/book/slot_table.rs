//! A hash table from ids to slots: open addressing, one probe as a rule.

use crate::book::price_level::NO_SLOT;

const CAPACITY_MIN: usize = 64;
/// 2^64 divided by the golden ratio: spreads ids that follow each other.
const SPREAD: u64 = 0x9E37_79B9_7F4A_7C15;

#[derive(Debug, Clone, Copy)]
struct Entry {
    id: u64,
    slot: u32,
}

/// Slots by id. At most half full, so that a look-up ends on the line where it begins.
#[derive(Debug)]
pub(crate) struct SlotTable {
    entries: Vec<Entry>,
    length: usize,
    shift: u32,
}

impl SlotTable {
    pub(crate) fn new() -> Self {
        Self::with_capacity(CAPACITY_MIN)
    }

    fn with_capacity(capacity: usize) -> Self {
        let vacant = Entry {
            id: 0,
            slot: NO_SLOT,
        };
        Self {
            entries: vec![vacant; capacity],
            length: 0,
            shift: 64 - capacity.trailing_zeros(),
        }
    }

    #[cfg(test)]
    const fn len(&self) -> usize {
        self.length
    }

    /// The slot of `id`, or [`NO_SLOT`].
    #[inline]
    pub(crate) fn get(&self, id: u64) -> u32 {
        let mut place = self.home(id);
        loop {
            let entry = self.entries[place];
            if entry.slot == NO_SLOT || entry.id == id {
                return entry.slot;
            }
            place = self.after(place);
        }
    }

    /// Enters an id that is not listed.
    #[inline]
    pub(crate) fn insert(&mut self, id: u64, slot: u32) {
        if self.length * 2 >= self.entries.len() {
            self.grow();
        }
        let mut place = self.home(id);
        while self.entries[place].slot != NO_SLOT {
            assert!(self.entries[place].id != id, "an id is listed once");
            place = self.after(place);
        }
        self.entries[place] = Entry { id, slot };
        self.length += 1;
    }

    /// Forgets an id that is listed, and closes the gap so that no look-up stops there early.
    #[inline]
    pub(crate) fn remove(&mut self, id: u64) {
        let mut gap = self.home(id);
        while self.entries[gap].id != id || self.entries[gap].slot == NO_SLOT {
            assert!(self.entries[gap].slot != NO_SLOT, "the id is listed");
            gap = self.after(gap);
        }
        let mut place = self.after(gap);
        while self.entries[place].slot != NO_SLOT {
            let home = self.home(self.entries[place].id);
            if self.distance(home, place) >= self.distance(gap, place) {
                self.entries[gap] = self.entries[place];
                gap = place;
            }
            place = self.after(place);
        }
        self.entries[gap].slot = NO_SLOT;
        self.length -= 1;
    }

    #[inline]
    fn home(&self, id: u64) -> usize {
        usize::try_from(id.wrapping_mul(SPREAD) >> self.shift).expect("a table fits in memory")
    }

    #[inline]
    fn after(&self, place: usize) -> usize {
        (place + 1) & (self.entries.len() - 1)
    }

    #[inline]
    fn distance(&self, from: usize, to: usize) -> usize {
        to.wrapping_sub(from) & (self.entries.len() - 1)
    }

    #[cold]
    fn grow(&mut self) {
        let mut larger = Self::with_capacity(self.entries.len() * 2);
        for entry in &self.entries {
            if entry.slot != NO_SLOT {
                larger.insert(entry.id, entry.slot);
            }
        }
        *self = larger;
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::SlotTable;
    use crate::book::price_level::NO_SLOT;

    #[test]
    fn the_table_says_what_a_tree_says() {
        let mut table = SlotTable::new();
        let mut tree = BTreeMap::new();
        let mut state = 7_u64;

        for step in 0..200_000_u32 {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            let id = (state >> 33) % 3_000;
            if tree.remove(&id).is_some() {
                table.remove(id);
            } else {
                tree.insert(id, step);
                table.insert(id, step);
            }
            let probe = (state >> 20) % 3_000;
            assert_eq!(
                table.get(probe),
                tree.get(&probe).copied().unwrap_or(NO_SLOT)
            );
        }

        assert_eq!(table.len(), tree.len());
    }
}
