//! Velocity logic: a price that moves too far too fast reserves the market before it prints. CME.

use std::collections::VecDeque;

use super::call_end::CallEnd;
use crate::price::Price;
use crate::sequence::Timestamp;

/// How far the price may move within how much time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Velocity {
    /// A move of this many ticks or more reserves the market; from 1 to [`Self::TICKS_MAX`].
    pub ticks: u32,
    /// It looks at prints that are at most this old, in units of engine time.
    pub window: u64,
    /// What ends the reserved state.
    pub reserved: CallEnd,
}

impl Velocity {
    /// Most ticks of a move: no more prints than this are remembered.
    pub const TICKS_MAX: u32 = 100_000;

    pub(crate) const fn is_sound(&self) -> bool {
        self.ticks > 0 && self.ticks <= Self::TICKS_MAX && self.reserved.is_sound()
    }
}

/// One print.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Print {
    pub(crate) at: Timestamp,
    pub(crate) price: Price,
}

/// The prints that are the highest or the lowest from their time on.
///
/// Prices in each list differ, and a print that would be too far from another one never comes to be: so
/// neither list is longer than the move is ticks wide.
#[derive(Debug, Default)]
pub(crate) struct RecentPrints {
    /// Oldest first, each lower than the one before it.
    highs: VecDeque<Print>,
    /// Oldest first, each higher than the one before it.
    lows: VecDeque<Print>,
}

impl RecentPrints {
    /// Notes a print, and forgets those that are older than `window`.
    pub(crate) fn note(&mut self, print: Print, window: u64) {
        for prints in [&mut self.highs, &mut self.lows] {
            while prints
                .front()
                .is_some_and(|old| print.at.0 - old.at.0 > window)
            {
                prints.pop_front();
            }
        }
        while self
            .highs
            .back()
            .is_some_and(|last| last.price <= print.price)
        {
            self.highs.pop_back();
        }
        while self
            .lows
            .back()
            .is_some_and(|last| last.price >= print.price)
        {
            self.lows.pop_back();
        }
        self.highs.push_back(print);
        self.lows.push_back(print);
    }

    /// The lowest and the highest print that is at most `window` old.
    pub(crate) fn extremes(&self, now: Timestamp, window: u64) -> Option<(Price, Price)> {
        let first = |prints: &VecDeque<Print>| {
            let mut young = prints.iter().filter(|print| now.0 - print.at.0 <= window);
            young.next().map(|print| print.price)
        };
        Some((first(&self.lows)?, first(&self.highs)?))
    }

    /// Highs, then lows, each oldest first.
    pub(crate) fn lists(&self) -> [Vec<Print>; 2] {
        [&self.highs, &self.lows].map(|prints| prints.iter().copied().collect())
    }

    /// What [`Self::lists`] said.
    pub(crate) fn restore(highs: Vec<Print>, lows: Vec<Print>) -> Self {
        Self {
            highs: highs.into(),
            lows: lows.into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Price, Print, RecentPrints, Timestamp};

    fn after(prints: &[(u64, i64)], now: u64, window: u64) -> Option<(i64, i64)> {
        let mut recent = RecentPrints::default();
        for &(at, price) in prints {
            let print = Print {
                at: Timestamp(at),
                price: Price::from_units(price),
            };
            recent.note(print, window);
        }
        let (low, high) = recent.extremes(Timestamp(now), window)?;
        Some((low.units(), high.units()))
    }

    #[test]
    fn a_print_counts_until_it_is_older_than_the_window() {
        assert_eq!(after(&[(0, 1_000)], 1_000, 1_000), Some((1_000, 1_000)));
        assert_eq!(after(&[(0, 1_000)], 1_001, 1_000), None);
    }

    #[test]
    fn the_extremes_are_those_of_the_window_and_not_those_before_it() {
        let prints = [(0, 90), (5, 120), (10, 100), (12, 105)];

        assert_eq!(after(&prints, 12, 20), Some((90, 120)));
        assert_eq!(after(&prints, 21, 20), Some((100, 120)));
        assert_eq!(after(&prints, 26, 20), Some((100, 105)));
        assert_eq!(after(&prints, 32, 20), Some((105, 105)));
    }
}
