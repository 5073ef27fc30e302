//! What a model makes of it that its orders are gone and nobody tells which way.

use crate::flow::live_model::{LiveModel, Opening};
use crate::flow::market::MarketFact;

impl LiveModel {
    /// All own orders are over.
    pub fn orders_lost(&mut self, flow_ns: u64) {
        // Those of the opening that have not left are not known any more either.
        if let Opening::UnderWay { .. } = self.opening {
            self.opening = Opening::Over;
        }
        for number in self.model.open_numbers() {
            self.learn(flow_ns, MarketFact::Over(number));
        }
    }
}
