//! Claims about prices: how far they went, how far they came back, how wide the book was.

use std::time::Duration;

use crate::play::claim::{Bounds, Window};
use crate::play::file::{DirectionWord, SideWord};
use crate::play::judge::{Measured, Seen};
use crate::play::record::Touch;

impl Seen<'_> {
    pub(super) fn prices(&self, window: Window) -> Vec<f64> {
        let trades = self.tape.trades.iter();
        trades
            .filter(|trade| self.has(window, trade.at_us))
            .map(|trade| trade.price)
            .collect()
    }

    /// The last price before an instant, or the first one after it.
    fn price_at(&self, instant: Duration) -> Option<f64> {
        let mut before = self.tape.trades.iter().rev();
        let before = before.find(|trade| self.at(trade.at_us) < instant);
        before.or(self.tape.trades.first()).map(|trade| trade.price)
    }

    /// Where the price was, and the furthest that it came to.
    fn way(&self, window: Window, direction: DirectionWord) -> Option<(f64, f64)> {
        let base = self.price_at(window.from)?;
        let prices = self.prices(window);
        let lowest = prices.iter().copied().fold(base, f64::min);
        let highest = prices.iter().copied().fold(base, f64::max);
        let furthest = match direction {
            DirectionWord::Any if highest - base > base - lowest => highest,
            DirectionWord::Up => highest,
            DirectionWord::Down | DirectionWord::Any => lowest,
        };
        Some((base, furthest))
    }

    pub(super) fn price_moved(
        &self,
        window: Window,
        direction: DirectionWord,
        bounds: Bounds,
    ) -> Measured {
        let Some((base, furthest)) = self.way(window, direction) else {
            return (false, "nothing traded".to_owned());
        };
        let percent = (furthest - base).abs() / base * 100.0;
        let measured = format!("{percent:.3} % from {base} to {furthest}, {bounds}");
        (bounds.hold(percent), measured)
    }

    pub(super) fn price_recovered(
        &self,
        window: Window,
        direction: DirectionWord,
        bounds: Bounds,
    ) -> Measured {
        let way = self.way(window, direction);
        let (Some((base, furthest)), Some(last)) = (way, self.price_at(window.to)) else {
            return (false, "nothing traded".to_owned());
        };
        let way = (base - furthest).abs();
        let back = if way > 0.0 {
            (last - furthest).abs() / way * 100.0
        } else {
            0.0
        };
        let measured = format!("{back:.1} % of the way back at {last}, {bounds}");
        (bounds.hold(back), measured)
    }

    /// The usual spread before an instant: the middle one of all that were told.
    fn usual_spread(&self, before: Duration) -> Option<f64> {
        let tops = self.tape.tops.iter();
        let mut spreads: Vec<f64> = tops
            .filter(|top| self.at(top.at_us) < before)
            .filter_map(spread)
            .collect();
        spreads.sort_by(f64::total_cmp);
        spreads.get(spreads.len() / 2).copied()
    }

    pub(super) fn spread_times(&self, window: Window, bounds: Bounds) -> Measured {
        let tops = self.tape.tops.iter();
        let within: Vec<&Touch> = tops.filter(|top| self.has(window, top.at_us)).collect();
        let widest = within
            .iter()
            .filter_map(|top| spread(top))
            .fold(0.0, f64::max);
        let Some(usual) = self.usual_spread(window.from) else {
            return (false, "there was no spread before".to_owned());
        };
        let times = widest / usual;
        let measured = format!("{times:.1} times the usual {usual}, {bounds}");
        (bounds.hold(times), measured)
    }

    pub(super) fn spread_recovers(
        &self,
        after: Duration,
        within: Duration,
        times: f64,
    ) -> Measured {
        let Some(usual) = self.usual_spread(after) else {
            return (false, "there was no spread before".to_owned());
        };
        let deadline = after + within;
        let is_narrow = |top: &Touch| spread(top).is_some_and(|it| it <= usual * times);
        let mut until = self
            .tape
            .tops
            .iter()
            .filter(|top| self.at(top.at_us) <= deadline);
        let by_then = until.next_back().is_some_and(is_narrow);
        let later = self
            .tape
            .tops
            .iter()
            .find(|top| self.at(top.at_us) > after && is_narrow(top));
        let first = later.map_or_else(
            || "never".to_owned(),
            |top| {
                format!(
                    "after {} ms",
                    self.at(top.at_us).saturating_sub(after).as_millis()
                )
            },
        );
        let measured = format!(
            "narrow again {first}; wanted at most {times} times {usual} by {} ms",
            within.as_millis()
        );
        (
            by_then || later.is_some_and(|top| self.at(top.at_us) <= deadline),
            measured,
        )
    }

    pub(super) fn one_sided(&self, window: Window, side: SideWord) -> Measured {
        let is_dry = |top: &&Touch| match side {
            SideWord::Buy => top.bid.is_none(),
            SideWord::Sell => top.ask.is_none(),
            SideWord::Both => top.bid.is_none() && top.ask.is_none(),
        };
        let mut within = self
            .tape
            .tops
            .iter()
            .filter(|top| self.has(window, top.at_us));
        match within.find(is_dry) {
            Some(top) => (
                true,
                format!("dry at {} ms", self.at(top.at_us).as_millis()),
            ),
            None => (false, "somebody stood there all the time".to_owned()),
        }
    }
}

fn spread(top: &Touch) -> Option<f64> {
    Some(top.ask? - top.bid?)
}
