//! Levels in one flat array by price, with a bitmap of three levels over it.

use engine::Side;

use crate::candidate::{EMPTY, Level, Levels};
use crate::workload::Workload;

/// An array over the whole range of prices, which must be known and narrow. Places count away from the
/// touch on both sides, so that the best is always the lowest bit.
#[derive(Debug)]
pub struct FlatLevels {
    levels: Vec<Level>,
    words: [Vec<u64>; 3],
    best: Option<u32>,
    origin: i64,
    sign: i64,
}

impl Levels for FlatLevels {
    fn for_side(side: Side, workload: &Workload) -> Self {
        let width = usize::try_from(workload.price_max - workload.price_min)
            .expect("the highest price is not below the lowest")
            + 1;
        let (origin, sign) = match side {
            Side::Buy => (workload.price_max, -1),
            Side::Sell => (workload.price_min, 1),
        };
        let words = [64, 64 * 64, 64 * 64 * 64].map(|span| vec![0; width.div_ceil(span)]);
        Self {
            levels: vec![EMPTY; width],
            words,
            best: None,
            origin,
            sign,
        }
    }

    #[inline]
    fn find_or_make(&mut self, price: i64) -> u32 {
        let number = u32::try_from((price - self.origin) * self.sign).expect("prices are in range");
        if self.levels[number as usize].orders == 0 {
            for (depth, words) in self.words.iter_mut().enumerate() {
                let bit = number >> (6 * depth);
                words[(bit >> 6) as usize] |= 1 << (bit & 63);
            }
            if self.best.is_none_or(|best| number < best) {
                self.best = Some(number);
            }
        }
        number
    }

    #[inline]
    fn level(&mut self, number: u32) -> &mut Level {
        &mut self.levels[number as usize]
    }

    #[inline]
    fn unmake(&mut self, _price: i64, number: u32) {
        for (depth, words) in self.words.iter_mut().enumerate() {
            let bit = number >> (6 * depth);
            let word = &mut words[(bit >> 6) as usize];
            *word &= !(1 << (bit & 63));
            if *word != 0 {
                break;
            }
        }
        if self.best == Some(number) {
            self.best = self.first();
        }
    }

    #[inline]
    fn best(&self) -> Option<(i64, u32)> {
        self.best
            .map(|number| (self.origin + i64::from(number) * self.sign, number))
    }
}

impl FlatLevels {
    fn first(&self) -> Option<u32> {
        let [bottom, middle, top] = &self.words;
        let index = top.iter().position(|word| *word != 0)?;
        let index = index * 64 + top[index].trailing_zeros() as usize;
        let index = index * 64 + middle[index].trailing_zeros() as usize;
        let word = u32::try_from(index).expect("levels are few");
        Some(word * 64 + bottom[index].trailing_zeros())
    }
}
