//! From a price to its level, and from a level to the next one behind it.
//!
//! Pages of 64 consecutive ranks carry a bitmap each. Pages near the touch hang in a dense window
//! under two summary bitmaps, so that finding a level is two loads and the next one a few bit scans;
//! pages beyond it are in a tree. A rank is a price turned so that smaller is nearer the touch: one
//! index serves both sides.

use std::collections::BTreeMap;

use crate::book::price_level::NO_SLOT;

const PAGE_RANKS: usize = 64;
const WINDOW_PAGES: usize = 4_096;
const WINDOW_WORDS: usize = WINDOW_PAGES / 64;
/// Pages that a new window leaves free in front of its first level: prices improve, too.
const PAGES_AHEAD: i64 = 1_024;

#[derive(Debug)]
struct Page {
    occupied: u64,
    levels: [u32; PAGE_RANKS],
}

/// The levels of one side, by rank.
#[derive(Debug)]
pub(crate) struct PriceIndex {
    /// Number of the page that the window starts with. Nothing is in front of the window.
    window_start: i64,
    /// Pages in the window with a level, one bit each, under `summary` with one bit per word.
    occupied: [u64; WINDOW_WORDS],
    summary: u64,
    /// Slot of each page in the window; an emptied page keeps its slot until the window moves.
    window: Vec<u32>,
    /// Pages behind the window, by number; none of them is empty.
    beyond: BTreeMap<i64, u32>,
    pages: Vec<Page>,
    free_pages: Vec<u32>,
}

impl PriceIndex {
    pub(crate) fn new() -> Self {
        Self {
            window_start: 0,
            occupied: [0; WINDOW_WORDS],
            summary: 0,
            window: vec![NO_SLOT; WINDOW_PAGES],
            beyond: BTreeMap::new(),
            pages: Vec::new(),
            free_pages: Vec::new(),
        }
    }

    /// The level at `rank`, or [`NO_SLOT`].
    #[inline]
    pub(crate) fn get(&self, rank: i64) -> u32 {
        match self.page_of(rank) {
            NO_SLOT => NO_SLOT,
            page => self.pages[page as usize].levels[offset_of(rank)],
        }
    }

    /// Enters a level at a rank that has none.
    #[inline]
    pub(crate) fn insert(&mut self, rank: i64, level: u32) {
        let page = self.page_for_insert(rank);
        let offset = offset_of(rank);
        let page = &mut self.pages[page as usize];
        assert!(
            page.occupied & bit(offset) == 0,
            "a price has one level only"
        );
        page.occupied |= bit(offset);
        page.levels[offset] = level;
    }

    /// Forgets the level at `rank`.
    #[inline]
    pub(crate) fn remove(&mut self, rank: i64) {
        let slot = self.page_of(rank);
        assert!(slot != NO_SLOT, "the index lists every level");
        let offset = offset_of(rank);
        let page = &mut self.pages[slot as usize];
        page.occupied &= !bit(offset);
        page.levels[offset] = NO_SLOT;
        if page.occupied == 0 {
            self.page_emptied(rank, slot);
        }
    }

    /// The level nearest the touch, or [`NO_SLOT`].
    #[inline]
    pub(crate) fn first(&self) -> u32 {
        if self.summary == 0 {
            return NO_SLOT; // nothing is beyond an empty window
        }
        let word = self.summary.trailing_zeros() as usize;
        self.first_of_window_page(word * 64 + self.occupied[word].trailing_zeros() as usize)
    }

    /// The next level behind `rank`, or [`NO_SLOT`].
    #[inline]
    pub(crate) fn next_behind(&self, rank: i64) -> u32 {
        let slot = self.page_of(rank);
        if slot != NO_SLOT {
            let page = &self.pages[slot as usize];
            let behind = page.occupied & bits_above(offset_of(rank));
            if behind != 0 {
                return page.levels[behind.trailing_zeros() as usize];
            }
        }
        self.next_page_behind(rank >> 6)
    }

    fn next_page_behind(&self, number: i64) -> u32 {
        if let Some(place) = self.place_in_window(number) {
            let (word, within) = (place / 64, place % 64);
            let here = self.occupied[word] & bits_above(within);
            if here != 0 {
                return self.first_of_window_page(word * 64 + here.trailing_zeros() as usize);
            }
            let words = self.summary & bits_above(word);
            if words != 0 {
                let word = words.trailing_zeros() as usize;
                let place = word * 64 + self.occupied[word].trailing_zeros() as usize;
                return self.first_of_window_page(place);
            }
        }
        let Some(after) = number.checked_add(1) else {
            return NO_SLOT;
        };
        match self.beyond.range(after..).next() {
            Some((_, slot)) => self.first_of_page(*slot),
            None => NO_SLOT,
        }
    }

    #[inline]
    fn first_of_window_page(&self, place: usize) -> u32 {
        self.first_of_page(self.window[place])
    }

    #[inline]
    fn first_of_page(&self, slot: u32) -> u32 {
        let page = &self.pages[slot as usize];
        page.levels[page.occupied.trailing_zeros() as usize & 63]
    }

    #[inline]
    fn place_in_window(&self, number: i64) -> Option<usize> {
        let place = number.wrapping_sub(self.window_start).cast_unsigned();
        usize::try_from(place)
            .ok()
            .filter(|place| *place < WINDOW_PAGES)
    }

    #[inline]
    fn page_of(&self, rank: i64) -> u32 {
        let number = rank >> 6;
        match self.place_in_window(number) {
            Some(place) => self.window[place],
            None => self.beyond.get(&number).copied().unwrap_or(NO_SLOT),
        }
    }

    #[inline]
    fn page_for_insert(&mut self, rank: i64) -> u32 {
        let number = rank >> 6;
        if let Some(place) = self.place_in_window(number) {
            return self.occupy(place);
        }
        self.page_outside(number)
    }

    #[inline]
    fn occupy(&mut self, place: usize) -> u32 {
        self.occupied[place / 64] |= bit(place % 64);
        self.summary |= bit(place / 64);
        if self.window[place] == NO_SLOT {
            self.window[place] = self.open_page();
        }
        self.window[place]
    }

    #[cold]
    fn page_outside(&mut self, number: i64) -> u32 {
        if self.summary == 0 || number < self.window_start {
            self.move_window(number);
            let place = self
                .place_in_window(number)
                .expect("the window was moved here");
            return self.occupy(place);
        }
        if let Some(slot) = self.beyond.get(&number) {
            return *slot;
        }
        let slot = self.open_page();
        self.beyond.insert(number, slot);
        slot
    }

    fn open_page(&mut self) -> u32 {
        if let Some(slot) = self.free_pages.pop() {
            return slot;
        }
        self.pages.push(Page {
            occupied: 0,
            levels: [NO_SLOT; PAGE_RANKS],
        });
        u32::try_from(self.pages.len() - 1).expect("pages are fewer than levels and windows")
    }

    #[inline]
    fn page_emptied(&mut self, rank: i64, slot: u32) {
        let number = rank >> 6;
        let Some(place) = self.place_in_window(number) else {
            self.beyond.remove(&number);
            self.free_pages.push(slot);
            return;
        };
        self.occupied[place / 64] &= !bit(place % 64);
        if self.occupied[place / 64] == 0 {
            self.summary &= !bit(place / 64);
            if self.summary == 0
                && let Some((nearest, _)) = self.beyond.first_key_value()
            {
                self.move_window(*nearest);
            }
        }
    }

    /// Puts the window around page `number`, which is to hold the best level.
    #[cold]
    fn move_window(&mut self, number: i64) {
        let old_start = self.window_start;
        for place in 0..WINDOW_PAGES {
            let slot = std::mem::replace(&mut self.window[place], NO_SLOT);
            if slot == NO_SLOT {
                continue;
            }
            if self.pages[slot as usize].occupied == 0 {
                self.free_pages.push(slot);
            } else {
                let place = i64::try_from(place).expect("a window is small");
                self.beyond.insert(old_start + place, slot);
            }
        }
        self.occupied = [0; WINDOW_WORDS];
        self.summary = 0;
        self.window_start = number.saturating_sub(PAGES_AHEAD);
        let mut behind = match self.window_end() {
            Some(end) => self.beyond.split_off(&end),
            None => BTreeMap::new(),
        };
        std::mem::swap(&mut self.beyond, &mut behind);
        for (number, slot) in behind {
            let place = self
                .place_in_window(number)
                .expect("nothing is in front of the best level");
            self.window[place] = slot;
            self.occupy(place);
        }
    }

    fn window_end(&self) -> Option<i64> {
        let length = i64::try_from(WINDOW_PAGES).expect("a window is small");
        self.window_start.checked_add(length)
    }
}

#[inline]
const fn offset_of(rank: i64) -> usize {
    (rank.cast_unsigned() & 63) as usize
}

#[inline]
const fn bit(position: usize) -> u64 {
    1 << position
}

/// All bits above `position`, which is below 64.
#[inline]
const fn bits_above(position: usize) -> u64 {
    (!1) << position
}
