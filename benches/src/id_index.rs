//! Outside ids to slots by one probe.

/// Open addressing over 8-byte entries at a load of at most one quarter.
///
/// An entry is 32 bits of hash and the slot; the id itself stands in the order, whose cache line is
/// needed anyway. The load is low because a collision costs a mispredicted branch: on W1 a load of up
/// to one half is 12 % slower than one quarter, and three quarters are 45 % slower.
#[derive(Debug, Clone)]
pub struct IdIndex {
    entries: Vec<Entry>,
    shift: u32,
    mask: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Entry {
    hash: u32,
    slot: u32,
}

const EMPTY: Entry = Entry {
    hash: 0,
    slot: u32::MAX,
};

impl IdIndex {
    /// An index for at most `ids` ids at once.
    pub fn for_ids(ids: usize) -> Self {
        let capacity = (ids.max(8) * 4).next_power_of_two();
        let entries = vec![EMPTY; capacity];
        Self {
            entries,
            shift: 32 - capacity.trailing_zeros(),
            mask: capacity - 1,
        }
    }

    #[inline]
    fn hash(id: u64) -> u32 {
        (id.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 32) as u32
    }

    #[inline]
    fn home(&self, hash: u32) -> usize {
        (hash >> self.shift) as usize
    }

    #[inline]
    fn entry(&mut self, place: usize) -> &mut Entry {
        &mut self.entries[place]
    }

    /// The slot where `id` is most likely to be; loads its cache line.
    #[inline]
    pub fn glance(&self, id: u64) -> u32 {
        let place = self.home(Self::hash(id));
        self.entries[place].slot
    }

    /// Lists `id`, which is not listed.
    #[inline]
    pub fn insert(&mut self, id: u64, slot: u32) {
        let hash = Self::hash(id);
        let mut place = self.home(hash);
        while *self.entry(place) != EMPTY {
            place = (place + 1) & self.mask;
        }
        *self.entry(place) = Entry { hash, slot };
    }

    /// Takes `id` out of the list and returns its slot; `is_id` looks into the slot where the hashes are
    /// the same.
    #[inline]
    pub fn remove(&mut self, id: u64, is_id: impl Fn(u32) -> bool) -> Option<u32> {
        let hash = Self::hash(id);
        let mut hole = self.home(hash);
        let slot = loop {
            let entry = *self.entry(hole);
            if entry == EMPTY {
                return None;
            }
            if entry.hash == hash && is_id(entry.slot) {
                break entry.slot;
            }
            hole = (hole + 1) & self.mask;
        };
        // Entries behind the hole move up, so that no tombstone is ever left.
        let mut place = (hole + 1) & self.mask;
        loop {
            let entry = *self.entry(place);
            if entry == EMPTY {
                break;
            }
            let origin = self.home(entry.hash);
            if place.wrapping_sub(origin) & self.mask >= place.wrapping_sub(hole) & self.mask {
                *self.entry(hole) = entry;
                hole = place;
            }
            place = (place + 1) & self.mask;
        }
        *self.entry(hole) = EMPTY;
        Some(slot)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::IdIndex;
    use crate::random::Random;

    #[test]
    fn it_finds_what_a_hash_map_finds() {
        let seed = 7;
        let mut random = Random::new(seed);
        let mut index = IdIndex::for_ids(64);
        let mut map = HashMap::new();
        let mut ids = [0; 64];

        for step in 1..20_000_u64 {
            let slot = random.index(ids.len());
            let number = u32::try_from(slot).unwrap();
            if map.remove(&ids[slot]).is_some() {
                let found = index.remove(ids[slot], |other| ids[other as usize] == ids[slot]);
                assert_eq!(found, Some(number), "seed {seed}, step {step}");
                assert_eq!(index.remove(ids[slot], |other| other == number), None);
            } else {
                ids[slot] = step;
                map.insert(step, number);
                index.insert(step, number);
            }
        }
    }
}
