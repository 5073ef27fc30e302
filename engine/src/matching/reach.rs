//! What a taker could trade now, without trading: fill-or-kill, minimum quantity, budgets.

use std::ops::ControlFlow;

use crate::book::price_level::NO_SLOT;
use crate::linked::Rehearsal;
use crate::listing::Listing;
use crate::matching::taker::{AtOnce, Concerns, Taker, affordable_units};
use crate::order::SelfTradePrevention;
use crate::price::Price;
use crate::quantity::{Notional, Quantity};
use crate::rules::MatchingAlgorithm;
use crate::session::guard::GuardedWalk;

/// What a taker could trade now.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Reach {
    pub(crate) units: u64,
    pub(crate) cost: Notional,
    /// Whether the taker would be done, not merely out of makers.
    pub(crate) is_done: bool,
}

/// What a walk does where the taker's mode would decrement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum AtDecrement {
    /// It ends: what lies behind is out of reach of a must-fill.
    End,
    /// It goes on with less, as matching will.
    GoOn,
}

impl Listing {
    /// Whether a fill-or-kill or a minimum quantity can be met.
    #[cold]
    pub(crate) fn can_trade_at_once(&self, taker: &Taker) -> bool {
        let reach = self.reach(taker, AtDecrement::End);
        match taker.at_once {
            AtOnce::Nothing => true,
            AtOnce::AtLeast(units) => reach.units >= units,
            AtOnce::Whole => match &taker.money {
                Some(money) if taker.is_by_quote => reach.is_done && money.short.is_zero(),
                _ => reach.units == taker.leaves_units,
            },
        }
    }

    /// Walks the other side as matching would.
    pub(crate) fn reach(&self, taker: &Taker, at_decrement: AtDecrement) -> Reach {
        let makers = self.book.side(taker.side.opposite());
        let rank_limit = self.price_bound(taker).rank;
        let mut walk = Walk::new(taker, self.instrument.lot_size, at_decrement);
        let mut guard = self.is_guarded().then(|| GuardedWalk::new(self));
        let mut level = makers.best();
        while level != NO_SLOT && makers.level(level).rank <= rank_limit {
            let price = makers.price(level);
            if guard
                .as_ref()
                .is_some_and(|guard| !guard.lets_trade(self, price))
            {
                break;
            }
            let units_before = walk.reach.units;
            if self.walk_level(&mut walk, taker, level).is_break() {
                break;
            }
            if let Some(guard) = &mut guard
                && walk.reach.units > units_before
            {
                guard.note(self, price);
            }
            level = makers.behind(level);
        }
        walk.reach
    }

    /// Meets the makers of one level. Where a level is shared out by size, all of it lies behind an own order at
    /// which the taker ends.
    fn walk_level(&self, walk: &mut Walk, taker: &Taker, level: u32) -> ControlFlow<()> {
        let makers = self.book.side(taker.side.opposite());
        let price = makers.price(level);
        let queue = || makers.queue(level, &self.book.pool);
        let ends_at_own = walk.ends_at_own_order()
            && (taker.stp != SelfTradePrevention::None)
            && queue().any(|maker| {
                let order_id = self.book.pool.get(maker).id();
                self.is_own_order(taker, maker) && walk.rehearsal.left_of(order_id, 1) > 0
            });
        let by_size = self.instrument.rules.matching != MatchingAlgorithm::PriceTime;
        if ends_at_own && by_size {
            walk.reach.is_done |= walk.wanted(price) == 0;
            return ControlFlow::Break(());
        }
        let is_plain = |maker| !self.book.pool.get(maker).traits().is_special();
        if taker.concerns == Concerns::Others || !queue().all(is_plain) {
            return self.rehearse_level(walk, taker, level);
        }
        for maker in queue() {
            let units = self.book.pool.get(maker).leaves_units;
            walk.meet(price, units, self.is_own_order(taker, maker))?;
        }
        ControlFlow::Continue(())
    }

    /// Whether an order by quote amount, were it not for its reserve, could trade one more lot at `price`.
    pub(crate) fn could_go_on(&self, taker: &Taker, price: Price) -> bool {
        taker.money.as_ref().is_some_and(|money| {
            affordable_units(money.left + money.short, price, self.instrument.lot_size) > 0
        })
    }
}

pub(super) struct Walk {
    pub(super) reach: Reach,
    leaves_units: u64,
    money_left: Option<Notional>,
    lot_size: u64,
    stp: SelfTradePrevention,
    at_decrement: AtDecrement,
    pub(super) rehearsal: Rehearsal,
}

impl Walk {
    fn new(taker: &Taker, lot_size: u64, at_decrement: AtDecrement) -> Self {
        Self {
            reach: Reach {
                units: 0,
                cost: Notional::ZERO,
                is_done: taker.leaves_units == 0,
            },
            leaves_units: taker.leaves_units,
            money_left: taker.money.as_ref().map(|money| money.left),
            lot_size,
            stp: taker.stp,
            at_decrement,
            rehearsal: Rehearsal::default(),
        }
    }

    /// Whether it goes no further where it meets an own order.
    fn ends_at_own_order(&self) -> bool {
        match (self.stp, self.at_decrement) {
            (SelfTradePrevention::CancelOldest, _)
            | (SelfTradePrevention::Decrement, AtDecrement::GoOn) => false,
            (
                SelfTradePrevention::None
                | SelfTradePrevention::CancelNewest
                | SelfTradePrevention::CancelBoth
                | SelfTradePrevention::Decrement,
                _,
            ) => true,
        }
    }

    /// How much the taker wants at a price.
    pub(super) fn wanted(&self, price: Price) -> u64 {
        match self.money_left {
            None => self.leaves_units,
            Some(money) => affordable_units(money, price, self.lot_size).min(self.leaves_units),
        }
    }

    /// Meets one maker. Breaks where the taker would stop.
    pub(super) fn meet(&mut self, price: Price, maker_units: u64, is_own: bool) -> ControlFlow<()> {
        use ControlFlow::{Break, Continue};
        let wanted = self.wanted(price);
        if wanted == 0 {
            self.reach.is_done = true;
            return Break(());
        }
        let units = wanted.min(maker_units);
        if is_own {
            match (self.stp, self.at_decrement) {
                (SelfTradePrevention::CancelOldest, _) => return Continue(()),
                (SelfTradePrevention::Decrement, AtDecrement::GoOn) => {}
                (
                    SelfTradePrevention::None
                    | SelfTradePrevention::CancelNewest
                    | SelfTradePrevention::CancelBoth
                    | SelfTradePrevention::Decrement,
                    _,
                ) => return Break(()),
            }
        } else {
            self.reach.units += units;
            self.reach.cost = self.reach.cost + Notional::of(price, Quantity::from_units(units));
        }
        self.leaves_units -= units;
        if let Some(money) = &mut self.money_left {
            *money = *money - Notional::of(price, Quantity::from_units(units));
        }
        // A maker with something left: what the taker wanted at this price, it has.
        let has_all = self.leaves_units == 0 || self.money_left.is_some_and(Notional::is_zero);
        if has_all || units < maker_units {
            self.reach.is_done = true;
            return Break(());
        }
        Continue(())
    }
}
