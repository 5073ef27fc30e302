//! Post-only: refuse, or slide behind the best opposite price.

use scenario::PostOnlyWord;

use super::order::Order;
use super::{NaiveMarket, opposite, worse_by};

impl NaiveMarket {
    /// Where a new post-only order may rest; `None` where it is refused.
    pub(super) fn post_only_price(&self, order: &Order) -> Option<i64> {
        let asked = order.limit?;
        if !self.would_take(order) {
            return Some(asked);
        }
        let best = self.best(opposite(order.side))?;
        let behind = worse_by(order.side, best, self.tick());
        let slides = order.post_only == Some(PostOnlyWord::Slide);
        (slides && behind > 0).then_some(behind)
    }
}
