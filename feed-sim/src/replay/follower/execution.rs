//! Rows that tell of an execution: a taker of ours stands for whoever took.

use crate::replay::follower::{Follower, Judgement, RowOrder, RowRequest, RowUnits, Stay, resize};

impl Follower {
    /// Says what the current row asks next, when what it asked before is answered.
    pub fn next(&mut self) -> RowRequest {
        if self.refused.is_some() {
            return RowRequest::Nothing;
        }
        if let Some(request) = self.then.take() {
            return request;
        }
        let Some((order, Judgement::Executed { volume, .. })) = self.current else {
            return RowRequest::Nothing;
        };
        let Some(ours) = self.orders.get(&order) else {
            return RowRequest::Nothing;
        };
        if self.leaves_after_taker.is_some() {
            return RowRequest::Nothing;
        }
        self.leaves_after_taker = Some(ours.leaves);
        // The taker met others: ours is made as small as the recorded one, so that the books stay in line.
        let target = ours.target(volume);
        if ours.leaves <= target {
            RowRequest::Nothing
        } else {
            resize(ours, target)
        }
    }

    /// Somebody whom the recording does not show took from a resting order: a taker of ours stands for it.
    pub(super) fn executed(&mut self, row: &RowUnits) -> (RowRequest, Judgement) {
        let leaves_before = match self.known_order(row.order) {
            Ok(ours) => ours.leaves,
            Err(verdict) => return (RowRequest::Nothing, Judgement::Known(verdict)),
        };
        self.take(row, leaves_before)
    }

    /// The same where the resting order was hidden: it comes just before, and what is left of it goes.
    pub(super) fn executed_hidden(&mut self, row: &RowUnits) -> (RowRequest, Judgement) {
        let entered = self.enter(row, row.order, row.traded, Stay::RestsHidden);
        let (taker, judgement) = self.take(row, row.traded);
        self.then = Some(taker);
        (entered, judgement)
    }

    fn take(&mut self, row: &RowUnits, leaves_before: u64) -> (RowRequest, Judgement) {
        let taker = self.own_number();
        let request = RowRequest::Submit(RowOrder {
            order: taker,
            side: row.side.opposite(),
            price: row.price,
            quantity: row.traded,
            stay: Stay::Goes,
        });
        let judgement = Judgement::Executed {
            taker,
            traded: row.traded,
            volume: row.volume,
            leaves_before,
        };
        (request, judgement)
    }
}
