//! Pro-rata: how a level is shared out.

use scenario::{SideWord, TopOrder};

use super::order::{Id, Order};
use super::sweep::Step;
use super::{NaiveMarket, is_better, opposite};

/// A maker of the level and what it is given.
struct Share {
    maker: Id,
    offered: u64,
    given: u64,
}

impl Share {
    fn left(&self) -> u64 {
        self.offered - self.given
    }
}

impl NaiveMarket {
    /// The taker meets all orders of the best level.
    pub(super) fn meet_level(&mut self, taker: Id, price: i64) -> Step {
        if let Some(own) = self.first_own_of_level(taker, price) {
            return self.prevent(taker, own, price);
        }
        let level = self.level(taker, price);
        let wanted = self.wanted_at(taker, price);
        let all: u64 = level.iter().map(|order| order.open).sum();
        if wanted >= all {
            return self.meet_first(taker, price);
        }
        for share in self.shares(&level, wanted) {
            let Some(maker) = self.find(share.maker) else {
                continue;
            };
            let wanted = self.wanted_at(taker, price);
            let quantity = share.given.min(maker.on_offer()).min(wanted);
            if quantity == 0 {
                continue;
            }
            let step = self.trade(taker, share.maker, quantity, price);
            if step != Step::Goes {
                return step;
            }
        }
        Step::Goes
    }

    fn level(&self, taker: Id, price: i64) -> Vec<Order> {
        let side = opposite(self.order(taker).side);
        let mut queue = self.queue_of(side);
        queue.retain(|order| order.limit == Some(price));
        queue
    }

    fn first_own_of_level(&self, taker: Id, price: i64) -> Option<Id> {
        let level = self.level(taker, price);
        let mut own = level
            .iter()
            .filter(|maker| self.is_prevented(taker, maker.id));
        own.next().map(|order| order.id)
    }

    /// The steps of the rule: top order, FIFO part, shares, residual. All over what is offered now.
    fn shares(&self, level: &[Order], wanted: u64) -> Vec<Share> {
        let share = |order: &Order| Share {
            maker: order.id,
            offered: order.on_offer(),
            given: 0,
        };
        let mut shares: Vec<Share> = level.iter().map(share).collect();
        let mut left = wanted;
        let top = self.top_of(level);
        for share in shares.iter_mut().filter(|share| Some(share.maker) == top) {
            give(share, u64::MAX, &mut left);
        }
        if let Some(split) = self.terms.split {
            let mut first = self.in_lots(left * split.bips / 10_000);
            left -= first;
            for share in &mut shares {
                give(share, u64::MAX, &mut first);
            }
            left += first;
        }
        let total: u64 = shares.iter().map(Share::left).sum();
        let to_share = left.min(total);
        for share in &mut shares {
            let part = self.in_lots(to_share * share.left() / total.max(1));
            if part >= self.terms.minimum_allocation.unwrap_or(1) {
                give(share, part, &mut left);
            }
        }
        for share in &mut shares {
            give(share, u64::MAX, &mut left);
        }
        shares
    }

    fn in_lots(&self, quantity: u64) -> u64 {
        quantity - quantity % self.lot()
    }

    fn top_of(&self, level: &[Order]) -> Option<Id> {
        let side = level.first()?.side;
        let is_on = self.terms.top == Some(TopOrder::On);
        is_on.then(|| self.tops.get(side.word()).copied())?
    }

    /// An order joins the book: it may better the market.
    pub(super) fn note_top(&mut self, id: Id) {
        let order = *self.order(id);
        let Some(price) = order.limit else { return };
        if order.displayed() == 0 {
            return;
        }
        let best = self.best_of(order.side, |other| other.id != id && other.displayed() > 0);
        if best.is_some_and(|best| !is_better(order.side, price, best)) {
            return;
        }
        if self.state.is_trading() {
            self.tops.insert(order.side.word(), id);
        } else {
            self.tops.remove(order.side.word());
        }
    }

    /// An order that loses its place is no longer the top order.
    pub(super) fn forget_top(&mut self, id: Id, side: SideWord) {
        if self.tops.get(side.word()) == Some(&id) {
            self.tops.remove(side.word());
        }
    }
}

/// Gives a maker so much more, as far as both have it.
fn give(share: &mut Share, at_most: u64, left: &mut u64) {
    let quantity = at_most.min(share.left()).min(*left);
    share.given += quantity;
    *left -= quantity;
}
