//! Icebergs: the next slice.

use scenario::MarketLine;

use super::NaiveMarket;
use super::order::Id;

/// Where the next slice of an iceberg stands.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum NextSlice {
    /// At the tail of its level.
    AtTail,
    /// Where the last one stood: after an uncross.
    InPlace,
}

impl NaiveMarket {
    /// An iceberg whose slice is used up shows the next one.
    pub(super) fn refill(&mut self, id: Id, next: NextSlice) {
        let order = *self.order(id);
        let Some(peak) = order.peak else { return };
        if order.slice > 0 || order.open == 0 {
            return;
        }
        let turn = match next {
            NextSlice::AtTail => self.new_turn(),
            NextSlice::InPlace => order.turn,
        };
        let order = self.order_mut(id);
        order.slice = peak.min(order.open);
        order.turn = turn;
        let order = *order;
        self.say(MarketLine::Refill {
            name: self.names.name(order.name).clone(),
            shown: order.shown(),
        });
    }
}
