//! Limit up, limit down: the bands outside of which nothing trades, and what their reference is.
//!
//! The reference is the arithmetic mean of the trades of a window, looked at at regular times, and
//! changes only when the mean has moved by one percent. Trades are summed by the largest span of time that
//! divides both the window and the interval, so that the memory it takes is bounded and the mean is exact.

use std::collections::VecDeque;

use super::call_end::CallEnd;
use super::price_range::Range;
use crate::price::Price;
use crate::sequence::Timestamp;

/// Bands around a reference outside of which no order trades. Market-rules 12.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LimitUpLimitDown {
    /// Half the width of the bands, in hundredths of a percent of the reference.
    pub bips: u32,
    /// What becomes of an order whose limit is beyond the band.
    pub beyond_band: BeyondBand,
    /// How long a limit state lasts before trading is paused, in units of engine time; `None` never pauses.
    pub limit_state: Option<u64>,
    /// How long a pause lasts before the reopening call, in units of engine time; `None` until the operator.
    pub pause: Option<u64>,
    /// How the reference follows the trades; `None` leaves it where it started.
    pub mean: Option<MeanReference>,
    /// What ends the reopening call.
    pub reopening: CallEnd,
}

/// What becomes of an order whose limit is beyond the band that bounds its side.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BeyondBand {
    /// It enters at the band.
    Reprice,
    /// It is refused.
    Reject,
}

/// A reference that is the mean of the latest trades.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MeanReference {
    /// Trades of this span count, in units of engine time; at most [`Self::SPANS_MAX`] of the largest spans that
    /// divide it and `every`.
    pub window: u64,
    /// The mean is looked at whenever engine time is a multiple of this; above zero.
    pub every: u64,
}

impl MeanReference {
    /// Most sums of trades that are remembered.
    pub const SPANS_MAX: u64 = 1_000;

    const fn is_sound(self) -> bool {
        self.every > 0 && self.window > 0 && self.window / self.span() <= Self::SPANS_MAX
    }

    /// The largest span that divides the window and the interval.
    const fn span(self) -> u64 {
        let (mut larger, mut smaller) = (self.window, self.every);
        while smaller > 0 {
            (larger, smaller) = (smaller, larger % smaller);
        }
        larger
    }
}

impl LimitUpLimitDown {
    /// Whether its parameters make sense.
    pub fn is_sound(&self) -> bool {
        self.bips > 0 && self.mean.is_none_or(MeanReference::is_sound) && self.reopening.is_sound()
    }
}

/// The trades of one span of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct SpanSum {
    /// Which span, counted from time 0.
    pub(crate) span: u64,
    /// Sum of the prices, in price units.
    pub(crate) price_sum: i128,
    pub(crate) trade_count: u64,
}

/// The reference price of the bands, and the trades that may move it.
#[derive(Debug, Default)]
pub(crate) struct BandReference {
    pub(crate) price: Option<Price>,
    /// Oldest first.
    pub(crate) spans: VecDeque<SpanSum>,
    /// How many intervals were looked at, counted from time 0.
    pub(crate) intervals_seen: u64,
}

impl BandReference {
    /// The bands of half this width, on the tick grid; nothing bounds where there is no reference.
    pub(crate) fn bands(&self, bips: u32, tick_size: i64) -> Range {
        match self.price {
            Some(reference) => Range::around(reference, bips).on_grid(tick_size),
            None => Range::ALL,
        }
    }

    /// Counts a trade.
    pub(crate) fn note(&mut self, at: Timestamp, price: Price, mean: MeanReference) {
        // Had the mean moved before, it would have been looked at.
        self.intervals_seen = self.intervals_seen.max(at.0 / mean.every);
        let span = at.0.div_ceil(mean.span());
        if self.spans.back().is_none_or(|last| last.span != span) {
            self.spans.push_back(SpanSum {
                span,
                price_sum: 0,
                trade_count: 0,
            });
        }
        let last = self.spans.back_mut().expect("it was just put there");
        last.price_sum += i128::from(price.units());
        last.trade_count += 1;
    }

    /// Looks at the mean as it was when the last interval was over, unless that was done.
    pub(crate) fn catch_up(&mut self, now: Timestamp, mean: MeanReference) {
        let interval = now.0 / mean.every;
        if interval <= self.intervals_seen {
            return;
        }
        self.intervals_seen = interval;
        let oldest = oldest_span(interval, mean);
        while self.spans.front().is_some_and(|first| first.span < oldest) {
            self.spans.pop_front();
        }
        if let Some(moved) = moved(self.price, self.spans.iter()) {
            self.price = Some(moved);
        }
    }

    /// When the reference moves next, were nothing else to trade. Ends because trades leave the window.
    pub(crate) fn moves_at(&self, mean: MeanReference) -> Option<Timestamp> {
        let mut interval = self.intervals_seen;
        loop {
            interval += 1;
            let oldest = oldest_span(interval, mean);
            let mut left = self
                .spans
                .iter()
                .filter(|sum| sum.span >= oldest)
                .peekable();
            left.peek()?;
            if moved(self.price, left).is_some() {
                return Some(Timestamp(interval.saturating_mul(mean.every)));
            }
        }
    }
}

/// The oldest span that is in the window when an interval is over: a trade as old as the window is not.
fn oldest_span(interval: u64, mean: MeanReference) -> u64 {
    let over_at = interval.saturating_mul(mean.every);
    match over_at.checked_sub(mean.window) {
        Some(left_behind) => left_behind / mean.span() + 1,
        None => 0,
    }
}

/// The mean of the trades, rounded down, if it is at least one percent away from the reference.
fn moved<'a>(reference: Option<Price>, spans: impl Iterator<Item = &'a SpanSum>) -> Option<Price> {
    let reference = i128::from(reference?.units());
    let (mut sum, mut count) = (0, 0);
    for span in spans {
        sum += span.price_sum;
        count += i128::from(span.trade_count);
    }
    if count == 0 {
        return None;
    }
    let mean = sum.div_euclid(count);
    let has_moved = mean != reference && (mean - reference).abs() * 100 >= reference.abs();
    has_moved.then(|| Price::from_units(i64::try_from(mean).expect("a mean of prices is a price")))
}

#[cfg(test)]
mod tests {
    use super::{BandReference, MeanReference, Price, Timestamp};

    const MEAN: MeanReference = MeanReference {
        window: 300,
        every: 30,
    };

    fn reference_at(start: i64, trades: &[(u64, i64)], now: u64) -> i64 {
        let mut reference = BandReference {
            price: Some(Price::from_units(start)),
            ..BandReference::default()
        };
        for &(at, price) in trades {
            reference.catch_up(Timestamp(at), MEAN);
            reference.note(Timestamp(at), Price::from_units(price), MEAN);
        }
        reference.catch_up(Timestamp(now), MEAN);
        reference.price.expect("it started with one").units()
    }

    #[test]
    fn lu_3_the_reference_moves_with_a_mean_that_is_one_percent_away_and_not_before() {
        assert_eq!(reference_at(10_000, &[(0, 10_099)], 30), 10_000);
        assert_eq!(reference_at(10_000, &[(0, 10_100)], 30), 10_100);
        assert_eq!(reference_at(10_000, &[(0, 9_900)], 30), 9_900);
    }

    #[test]
    fn it_is_looked_at_only_when_an_interval_is_over() {
        assert_eq!(reference_at(10_000, &[(0, 10_500)], 29), 10_000);
        assert_eq!(reference_at(10_000, &[(30, 10_500)], 59), 10_000);
        assert_eq!(reference_at(10_000, &[(30, 10_500)], 60), 10_500);
    }

    #[test]
    fn every_trade_of_the_window_counts_the_same_and_one_that_is_older_not_at_all() {
        let trades = [(0, 10_000), (10, 10_300)];

        assert_eq!(reference_at(10_000, &trades, 30), 10_150);
        // At 300 a trade of time 0 is as old as the window, one of time 1 is not.
        assert_eq!(
            reference_at(10_000, &[(1, 10_000), (299, 10_100)], 300),
            10_000
        );
        assert_eq!(
            reference_at(10_000, &[(0, 10_000), (299, 10_100)], 300),
            10_100
        );
    }

    #[test]
    fn it_says_beforehand_when_it_moves() {
        let mut reference = BandReference {
            price: Some(Price::from_units(10_000)),
            ..BandReference::default()
        };
        for (at, price) in [(1, 9_990), (299, 10_110)] {
            reference.catch_up(Timestamp(at), MEAN);
            reference.note(Timestamp(at), Price::from_units(price), MEAN);
        }

        assert_eq!(reference.moves_at(MEAN), Some(Timestamp(330)));
        reference.catch_up(Timestamp(330), MEAN);
        assert_eq!(reference.price, Some(Price::from_units(10_110)));
        assert_eq!(reference.moves_at(MEAN), None);
    }
}
