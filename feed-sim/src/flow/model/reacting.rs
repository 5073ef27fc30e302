//! The market maker's face: after a trade it looks, pulls what has become wrong, and quotes anew.

use protocol::Side;

use crate::flow::arithmetic::{count, exponential, real_signed};
use crate::flow::market::Market;
use crate::flow::model::Model;
use crate::flow::model::agenda::Plan;
use crate::flow::model::quoting::Aim;

impl Model {
    /// Plans the looks that follow a trade.
    pub(super) fn plan_looks(&mut self, at_ns: u64) {
        let terms = self.terms.reactions;
        for _ in 0..terms.looks {
            let spread = exponential(terms.latency_deviation * self.chance.looks.normal());
            let after_ns = count(terms.latency_s * spread * 1e9).max(1);
            self.agenda.add(at_ns + after_ns, Plan::Look);
        }
    }

    /// Pulls a quote on the wrong side of the value, and quotes where the spread is too wide.
    pub(super) fn look(&mut self, at_ns: u64, market: &mut dyn Market) {
        let value = self.value.at(at_ns);
        for side in [Side::Buy, Side::Sell] {
            let Some(best) = market.level(side, 0) else {
                continue;
            };
            let is_stale = match side {
                Side::Buy => real_signed(best.ticks) > value,
                Side::Sell => real_signed(best.ticks) < value,
            };
            if is_stale
                && let Some(own) = self.orders.best(side).copied()
                && own.ticks == best.ticks
            {
                self.end(at_ns, own.number, market);
            }
        }
        let Some((bid, ask)) = Self::best_ticks(market) else {
            return;
        };
        let limit = self.terms.reactions.requote_spreads * self.spread_ticks(at_ns);
        if real_signed(ask - bid) > limit {
            let side = if real_signed(ask) - value > value - real_signed(bid) {
                Side::Sell
            } else {
                Side::Buy
            };
            self.quote_at(at_ns, side, Aim::Value, market);
        }
    }
}
