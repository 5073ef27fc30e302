//! Levels in pages of 64 ticks: a window of pages around the touch with a bitmap, a tree beyond.
//!
//! Pages are made when a price in them is first used and given back when their last level ends, so
//! memory follows the prices in use and not their range. The window is laid around the first price of
//! an empty side; the engine's own moves with the touch.

use std::collections::BTreeMap;

use engine::Side;

use crate::candidate::{EMPTY, Level, Levels, NONE};
use crate::workload::Workload;

const WINDOW_PAGES: usize = 4_096;
const WINDOW_WORDS: usize = WINDOW_PAGES / 64;

/// The levels of 64 neighboring prices.
#[derive(Debug)]
struct Page {
    occupied: u64,
    levels: [Level; 64],
}

/// Levels by key: the price on the ask side, its complement on the bid side, so that the best is always
/// the lowest bit and any `i64` is a price.
#[derive(Debug)]
pub struct PagedLevels {
    pages: Vec<Page>,
    free_pages: Vec<u32>,
    /// Page slots by page number, from `window_start` on.
    window: Box<[u32; WINDOW_PAGES]>,
    window_words: Box<[u64; WINDOW_WORDS]>,
    window_summary: u64,
    window_start: i64,
    /// Page slots of the pages outside of the window, by page number.
    beyond: BTreeMap<i64, u32>,
    best: Option<(i64, u32)>,
    flip: i64,
}

impl Levels for PagedLevels {
    fn for_side(side: Side, _workload: &Workload) -> Self {
        let flip = match side {
            Side::Buy => -1,
            Side::Sell => 0,
        };
        Self {
            pages: Vec::new(),
            free_pages: Vec::new(),
            window: Box::new([NONE; WINDOW_PAGES]),
            window_words: Box::new([0; WINDOW_WORDS]),
            window_summary: 0,
            window_start: i64::MIN >> 6,
            beyond: BTreeMap::new(),
            best: None,
            flip,
        }
    }

    #[inline]
    fn find_or_make(&mut self, price: i64) -> u32 {
        let key = price ^ self.flip;
        let slot = self.page_or_make(key >> 6);
        let within = u32::try_from(key & 63).expect("six bits");
        let number = slot << 6 | within;
        self.pages[slot as usize].occupied |= 1 << within;
        if self.best.is_none_or(|(best, _)| key < best) {
            self.best = Some((key, number));
        }
        number
    }

    #[inline]
    fn level(&mut self, number: u32) -> &mut Level {
        &mut self.pages[(number >> 6) as usize].levels[(number & 63) as usize]
    }

    #[inline]
    fn unmake(&mut self, price: i64, number: u32) {
        let key = price ^ self.flip;
        let page = &mut self.pages[(number >> 6) as usize];
        page.occupied &= !(1 << (number & 63));
        if page.occupied == 0 {
            self.unmake_page(key >> 6, number >> 6);
        }
        if self.best.is_some_and(|(best, _)| best == key) {
            self.best = self.first();
        }
    }

    #[inline]
    fn best(&self) -> Option<(i64, u32)> {
        self.best.map(|(key, number)| (key ^ self.flip, number))
    }
}

impl PagedLevels {
    #[inline]
    fn window_place(&self, page: i64) -> Option<usize> {
        let place = usize::try_from(page.wrapping_sub(self.window_start)).ok()?;
        (place < WINDOW_PAGES).then_some(place)
    }

    #[inline]
    fn page_or_make(&mut self, page: i64) -> u32 {
        let Some(place) = self.window_place(page) else {
            return self.page_outside(page);
        };
        if self.window[place] == NONE {
            let slot = self.make_page();
            self.window[place] = slot;
            self.window_words[place / 64] |= 1 << (place % 64);
            self.window_summary |= 1 << (place / 64);
        }
        self.window[place]
    }

    /// Outside of the window: the window moves there if it is empty, else the tree takes the page.
    #[cold]
    fn page_outside(&mut self, page: i64) -> u32 {
        if self.window_summary == 0 && self.beyond.is_empty() {
            let half = i64::try_from(WINDOW_PAGES / 2).expect("a small number");
            self.window_start = page.saturating_sub(half);
            return self.page_or_make(page);
        }
        if let Some(slot) = self.beyond.get(&page) {
            return *slot;
        }
        let slot = self.make_page();
        self.beyond.insert(page, slot);
        slot
    }

    fn make_page(&mut self) -> u32 {
        self.free_pages.pop().unwrap_or_else(|| {
            self.pages.push(Page {
                occupied: 0,
                levels: [EMPTY; 64],
            });
            u32::try_from(self.pages.len() - 1).expect("pages are few")
        })
    }

    fn unmake_page(&mut self, page: i64, slot: u32) {
        self.free_pages.push(slot);
        if let Some(place) = self.window_place(page) {
            self.window[place] = NONE;
            let word = &mut self.window_words[place / 64];
            *word &= !(1 << (place % 64));
            if *word == 0 {
                self.window_summary &= !(1 << (place / 64));
            }
        } else {
            self.beyond.remove(&page);
        }
    }

    fn first(&self) -> Option<(i64, u32)> {
        let near = (self.window_summary != 0).then(|| {
            let word = self.window_summary.trailing_zeros() as usize;
            let place = word * 64 + self.window_words[word].trailing_zeros() as usize;
            (
                self.window_start + i64::try_from(place).expect("a small number"),
                self.window[place],
            )
        });
        let far = self
            .beyond
            .first_key_value()
            .map(|(page, slot)| (*page, *slot));
        let first = match (near, far) {
            (Some(near), Some(far)) => Some(near.min(far)),
            (near, far) => near.or(far),
        };
        first.map(|(page, slot)| {
            let within = self.pages[slot as usize].occupied.trailing_zeros();
            (page << 6 | i64::from(within), slot << 6 | within)
        })
    }
}

#[cfg(test)]
mod tests {
    use engine::Side;

    use super::PagedLevels;
    use crate::candidate::Levels;
    use crate::workload::{OperationCount, sweeps};

    #[test]
    fn the_best_level_is_found_in_the_window_and_beyond() {
        let workload = sweeps(1, OperationCount(1));
        let mut asks = PagedLevels::for_side(Side::Sell, &workload);

        let numbers = [5_i64, 3_000_000, i64::MIN, i64::MAX].map(|price| asks.find_or_make(price));

        assert_eq!(asks.best(), Some((i64::MIN, numbers[2])));
        asks.unmake(i64::MIN, numbers[2]);
        assert_eq!(asks.best(), Some((5, numbers[0])));
        asks.unmake(5, numbers[0]);
        assert_eq!(asks.best(), Some((3_000_000, numbers[1])));
        asks.unmake(3_000_000, numbers[1]);
        assert_eq!(asks.best(), Some((i64::MAX, numbers[3])));
    }

    #[test]
    fn the_best_bid_is_the_highest_price() {
        let workload = sweeps(1, OperationCount(1));
        let mut bids = PagedLevels::for_side(Side::Buy, &workload);

        let low = bids.find_or_make(100);
        let high = bids.find_or_make(101);

        assert_eq!(bids.best(), Some((101, high)));
        bids.unmake(101, high);
        assert_eq!(bids.best(), Some((100, low)));
    }
}
