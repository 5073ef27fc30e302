//! Levels in a `BTreeMap` by price, the best one remembered.

use std::collections::BTreeMap;

use engine::Side;

use crate::candidate::{Level, LevelSlab, Levels};
use crate::workload::Workload;

/// A tree of level numbers. Keys are prices, negated on the bid side: the best is always first.
#[derive(Debug)]
pub struct TreeLevels {
    slab: LevelSlab,
    numbers: BTreeMap<i64, u32>,
    best: Option<(i64, u32)>,
    sign: i64,
}

impl Levels for TreeLevels {
    fn for_side(side: Side, _workload: &Workload) -> Self {
        let sign = match side {
            Side::Buy => -1,
            Side::Sell => 1,
        };
        Self {
            slab: LevelSlab::default(),
            numbers: BTreeMap::new(),
            best: None,
            sign,
        }
    }

    #[inline]
    fn find_or_make(&mut self, price: i64) -> u32 {
        let key = price * self.sign;
        let number = *self.numbers.entry(key).or_insert_with(|| self.slab.make());
        if self.best.is_none_or(|(best, _)| key < best) {
            self.best = Some((key, number));
        }
        number
    }

    #[inline]
    fn level(&mut self, number: u32) -> &mut Level {
        &mut self.slab.levels[number as usize]
    }

    #[inline]
    fn unmake(&mut self, price: i64, number: u32) {
        let key = price * self.sign;
        self.numbers.remove(&key);
        self.slab.free.push(number);
        if self.best.is_some_and(|(best, _)| best == key) {
            self.best = self
                .numbers
                .first_key_value()
                .map(|(key, number)| (*key, *number));
        }
    }

    #[inline]
    fn best(&self) -> Option<(i64, u32)> {
        self.best.map(|(key, number)| (key * self.sign, number))
    }
}
