//! The levels of one side: from a price to its level, and from a level to the next one behind it.
//!
//! Levels lie in pages of 64 consecutive ranks, each with a bitmap. Pages near the touch hang in a dense
//! window under two summary bitmaps, so that finding a level is two loads and the next one a few bit
//! scans; pages beyond it are in a tree. A rank is a price turned so that smaller is nearer the touch:
//! one index serves both sides.

#![expect(
    clippy::inline_always,
    reason = "measured: the hot path is one function"
)]

use std::collections::BTreeMap;

use crate::book::price_level::{NO_SLOT, PriceLevel};

const PAGE_RANKS: usize = 64;
const WINDOW_PAGES: usize = 4_096;
const WINDOW_WORDS: usize = WINDOW_PAGES / 64;
/// Pages that a new window leaves free in front of its first level: prices improve, too.
const PAGES_AHEAD: i64 = 1_024;

/// The levels of one side. A level's number is its page's slot times 64 plus its place in the page.
#[derive(Debug)]
pub(crate) struct PriceIndex {
    /// By level number.
    levels: Vec<PriceLevel>,
    /// By page slot: which of its levels have orders, one bit each.
    occupied: Vec<u64>,
    free_pages: Vec<u32>,
    /// Slot of each page in the window; an emptied page keeps its slot until the window moves.
    window: Box<[u32; WINDOW_PAGES]>,
    /// Number of the page that the window starts with. Nothing is in front of the window.
    window_start: i64,
    /// Pages in the window with orders, one bit each, under `summary` with one bit per word.
    window_words: Box<[u64; WINDOW_WORDS]>,
    summary: u64,
    /// Pages behind the window, by number; none of them is empty.
    beyond: BTreeMap<i64, u32>,
}

impl PriceIndex {
    pub(crate) fn new() -> Self {
        Self {
            levels: Vec::new(),
            occupied: Vec::new(),
            free_pages: Vec::new(),
            window: Box::new([NO_SLOT; WINDOW_PAGES]),
            window_start: 0,
            window_words: Box::new([0; WINDOW_WORDS]),
            summary: 0,
            beyond: BTreeMap::new(),
        }
    }

    #[inline(always)]
    pub(crate) fn level(&self, level: u32) -> &PriceLevel {
        &self.levels[level as usize]
    }

    #[inline(always)]
    pub(crate) fn level_mut(&mut self, level: u32) -> &mut PriceLevel {
        &mut self.levels[level as usize]
    }

    /// Loads the cache line of a level, if there is such a one. What is returned means nothing.
    #[inline]
    pub(crate) fn touch(&self, level: u32) -> u32 {
        self.levels
            .get(level as usize)
            .map_or(0, |level| level.order_count)
    }

    /// The level at `rank`, or [`NO_SLOT`] where no orders are.
    #[inline]
    pub(crate) fn find(&self, rank: i64) -> u32 {
        let page = match self.place_in_window(rank >> 6) {
            Some(place) => self.window[place],
            None => self.beyond.get(&(rank >> 6)).copied().unwrap_or(NO_SLOT),
        };
        if page != NO_SLOT && self.occupied[page as usize] >> offset_of(rank) & 1 != 0 {
            number_of(page, rank)
        } else {
            NO_SLOT
        }
    }

    /// The level at `rank`, if it is near the touch and has orders: what most orders join.
    #[inline(always)]
    pub(crate) fn with_orders(&mut self, rank: i64) -> Option<(u32, &mut PriceLevel)> {
        let place = self.place_in_window(rank >> 6)?;
        // A page without a slot has numbers that no level has.
        let level = number_of(self.window[place], rank);
        let found = self.levels.get_mut(level as usize)?;
        (found.order_count != 0).then_some((level, found))
    }

    /// The level at `rank`, which is about to have an order.
    #[inline(always)]
    pub(crate) fn find_or_open(&mut self, rank: i64) -> u32 {
        if let Some(place) = self.place_in_window(rank >> 6) {
            let page = self.window[place];
            if page != NO_SLOT {
                let level = number_of(page, rank);
                if self.level(level).order_count == 0 {
                    self.open(place, page, rank);
                }
                return level;
            }
        }
        self.open_far(rank)
    }

    /// A level lost its last order.
    #[inline]
    pub(crate) fn close(&mut self, level: u32) {
        let place = &self.levels[level as usize];
        assert!(place.order_count == 0, "a level with orders stays");
        let rank = place.rank;
        let page = level >> 6;
        let occupied = &mut self.occupied[page as usize];
        *occupied &= !(1 << (level & 63));
        if *occupied == 0 {
            self.page_emptied(rank >> 6, page);
        }
    }

    /// The level nearest the touch, or [`NO_SLOT`]. The side caches it.
    #[cfg(test)]
    fn first(&self) -> u32 {
        if self.summary == 0 {
            return NO_SLOT; // nothing is beyond an empty window
        }
        let word = self.summary.trailing_zeros() as usize & (WINDOW_WORDS - 1);
        self.first_in_word(word, self.window_words[word])
    }

    /// The next level behind one that may have lost its last order, or [`NO_SLOT`].
    #[inline]
    pub(crate) fn next_behind(&self, level: u32) -> u32 {
        let behind = self.occupied[(level >> 6) as usize] & bits_above(level & 63);
        if behind != 0 {
            return level & !63 | behind.trailing_zeros();
        }
        self.next_page_behind(self.level(level).rank >> 6)
    }

    fn next_page_behind(&self, number: i64) -> u32 {
        if let Some(place) = self.place_in_window(number) {
            let word = place / 64;
            let here = self.window_words[word] & bits_above(low_six_bits(place));
            if here != 0 {
                return self.first_in_word(word, here);
            }
            let words = self.summary & bits_above(low_six_bits(word));
            if words != 0 {
                let word = words.trailing_zeros() as usize;
                return self.first_in_word(word, self.window_words[word]);
            }
        }
        let Some(after) = number.checked_add(1) else {
            return NO_SLOT;
        };
        match self.beyond.range(after..).next() {
            Some((_, page)) => self.first_in_page(*page),
            None => NO_SLOT,
        }
    }

    /// The first level of the first page that `pages`, some bits of a window word, has.
    #[inline]
    fn first_in_word(&self, word: usize, pages: u64) -> u32 {
        let place = word * 64 + (pages.trailing_zeros() as usize & 63);
        self.first_in_page(self.window[place])
    }

    #[inline]
    fn first_in_page(&self, page: u32) -> u32 {
        page << 6 | self.occupied[page as usize].trailing_zeros() & 63
    }

    #[inline(always)]
    fn place_in_window(&self, number: i64) -> Option<usize> {
        let place = number.wrapping_sub(self.window_start).cast_unsigned();
        usize::try_from(place)
            .ok()
            .filter(|place| *place < WINDOW_PAGES)
    }

    /// The first order comes to a level of a page in the window.
    #[inline(always)]
    fn open(&mut self, place: usize, page: u32, rank: i64) {
        self.level_mut(number_of(page, rank)).rank = rank;
        let occupied = &mut self.occupied[page as usize];
        if *occupied == 0 {
            self.window_words[place / 64] |= 1 << (place % 64);
            self.summary |= 1 << (place / 64);
        }
        *occupied |= 1 << offset_of(rank);
    }

    /// The page has no slot yet, or is not in the window.
    #[cold]
    fn open_far(&mut self, rank: i64) -> u32 {
        let number = rank >> 6;
        let is_in_front = number < self.window_start;
        if self.place_in_window(number).is_none() && (self.summary == 0 || is_in_front) {
            self.move_window(number);
        }
        if let Some(place) = self.place_in_window(number) {
            if self.window[place] == NO_SLOT {
                self.window[place] = self.take_page();
            }
            let page = self.window[place];
            self.open(place, page, rank);
            return number_of(page, rank);
        }
        let page = match self.beyond.get(&number) {
            Some(page) => *page,
            None => self.take_page(),
        };
        self.beyond.insert(number, page);
        self.occupied[page as usize] |= 1 << offset_of(rank);
        let level = number_of(page, rank);
        self.level_mut(level).rank = rank;
        level
    }

    /// Takes a page that has no orders.
    fn take_page(&mut self) -> u32 {
        if let Some(page) = self.free_pages.pop() {
            return page;
        }
        let page = u32::try_from(self.occupied.len()).expect("pages are fewer than orders");
        assert!(page < NO_SLOT >> 6, "pages are fewer than orders");
        self.occupied.push(0);
        self.levels
            .resize(self.levels.len() + PAGE_RANKS, PriceLevel::VACANT);
        page
    }

    #[inline]
    fn page_emptied(&mut self, number: i64, page: u32) {
        let Some(place) = self.place_in_window(number) else {
            self.beyond.remove(&number);
            self.free_pages.push(page);
            return;
        };
        let word = &mut self.window_words[place / 64];
        *word &= !(1 << (place % 64));
        if *word == 0 {
            self.summary &= !(1 << (place / 64));
            if self.summary == 0 {
                self.window_emptied();
            }
        }
    }

    /// Nothing is left in the window: it moves to what is beyond it, if anything is.
    #[cold]
    fn window_emptied(&mut self) {
        if let Some((nearest, _)) = self.beyond.first_key_value() {
            self.move_window(*nearest);
        }
    }

    /// Puts the window around page `number`, which is to hold the best level.
    #[cold]
    fn move_window(&mut self, number: i64) {
        let old_start = self.window_start;
        for (number, slot) in (old_start..).zip(self.window.iter_mut()) {
            let page = std::mem::replace(slot, NO_SLOT);
            if page == NO_SLOT {
                continue;
            }
            if self.occupied[page as usize] == 0 {
                self.free_pages.push(page);
            } else {
                self.beyond.insert(number, page);
            }
        }
        self.window_words.fill(0);
        self.summary = 0;
        self.window_start = number.saturating_sub(PAGES_AHEAD);
        let length = i64::try_from(WINDOW_PAGES).expect("a window is small");
        let behind = match self.window_start.checked_add(length) {
            Some(end) => self.beyond.split_off(&end),
            None => BTreeMap::new(),
        };
        for (number, page) in std::mem::replace(&mut self.beyond, behind) {
            let place = self
                .place_in_window(number)
                .expect("nothing is in front of the best level");
            self.window[place] = page;
            self.window_words[place / 64] |= 1 << (place % 64);
            self.summary |= 1 << (place / 64);
        }
    }
}

#[inline]
const fn offset_of(rank: i64) -> u32 {
    (rank.cast_unsigned() & 63) as u32
}

#[inline]
const fn number_of(page: u32, rank: i64) -> u32 {
    page << 6 | offset_of(rank)
}

#[inline]
const fn low_six_bits(place: usize) -> u32 {
    (place as u64 & 63) as u32
}

/// All bits above `position`, which is below 64.
#[inline]
const fn bits_above(position: u32) -> u64 {
    (!1) << position
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::PriceIndex;
    use crate::book::price_level::NO_SLOT;

    const SEED: u64 = 11;

    fn open(index: &mut PriceIndex, rank: i64) {
        let level = index.find_or_open(rank);
        assert_eq!(index.level(level).rank, rank, "seed {SEED}");
        index.level_mut(level).order_count = 1;
    }

    fn close(index: &mut PriceIndex, rank: i64) {
        let level = index.find(rank);
        index.level_mut(level).order_count = 0;
        index.close(level);
    }

    fn ranks(index: &PriceIndex) -> Vec<i64> {
        let mut ranks = Vec::new();
        let mut level = index.first();
        while level != NO_SLOT {
            ranks.push(index.level(level).rank);
            level = index.next_behind(level);
        }
        ranks
    }

    /// Ranks near each other, far from each other, and at the ends of the world.
    fn draw(state: &mut u64) -> i64 {
        *state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        let number = (*state >> 33).cast_signed();
        match number % 5 {
            0 => number / 5 % 300,
            1 => 100_000 + number / 5 % 100,
            2 => number / 5 % 5_000_000 - 2_500_000,
            3 => i64::MIN + number / 5 % 200,
            _ => i64::MAX - number / 5 % 200,
        }
    }

    #[test]
    fn the_index_lists_what_a_tree_lists() {
        let mut index = PriceIndex::new();
        let mut tree = BTreeSet::new();
        let mut state = SEED;

        for step in 0..60_000 {
            let rank = draw(&mut state);
            if tree.remove(&rank) {
                close(&mut index, rank);
            } else if tree.len() < 400 || step % 2 == 0 {
                tree.insert(rank);
                open(&mut index, rank);
            }
            // Now and then the book runs nearly empty from the touch, so that the window moves.
            if step % 4_000 == 0 {
                for rank in tree.iter().copied().take(380).collect::<Vec<_>>() {
                    tree.remove(&rank);
                    close(&mut index, rank);
                }
            }
            if step % 50 == 0 {
                let listed: Vec<i64> = tree.iter().copied().collect();
                assert_eq!(ranks(&index), listed, "seed {SEED}, step {step}");
            }
        }
    }
}
