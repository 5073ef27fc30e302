//! Levels in a sorted `Vec`, the best at the end.

use engine::Side;

use crate::candidate::{Level, LevelSlab, Levels};
use crate::workload::Workload;

/// Keys and level numbers, worst first. Keys are prices, negated on the ask side.
#[derive(Debug)]
pub struct SortedLevels {
    slab: LevelSlab,
    numbers: Vec<(i64, u32)>,
    sign: i64,
}

impl Levels for SortedLevels {
    fn for_side(side: Side, _workload: &Workload) -> Self {
        let sign = match side {
            Side::Buy => 1,
            Side::Sell => -1,
        };
        Self {
            slab: LevelSlab::default(),
            numbers: Vec::new(),
            sign,
        }
    }

    #[inline]
    fn find_or_make(&mut self, price: i64) -> u32 {
        let key = price * self.sign;
        let place = self.numbers.partition_point(|(other, _)| *other < key);
        if let Some((other, number)) = self.numbers.get(place)
            && *other == key
        {
            return *number;
        }
        let number = self.slab.make();
        self.numbers.insert(place, (key, number));
        number
    }

    #[inline]
    fn level(&mut self, number: u32) -> &mut Level {
        &mut self.slab.levels[number as usize]
    }

    #[inline]
    fn unmake(&mut self, price: i64, number: u32) {
        let key = price * self.sign;
        let place = self.numbers.partition_point(|(other, _)| *other < key);
        self.numbers.remove(place);
        self.slab.free.push(number);
    }

    #[inline]
    fn best(&self) -> Option<(i64, u32)> {
        self.numbers
            .last()
            .map(|(key, number)| (key * self.sign, *number))
    }
}
