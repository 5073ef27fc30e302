//! An order while it takes: not in the book, or just taken out of it.

use crate::book::price_level::NO_SLOT;
use crate::conditions::MmpGroup;
use crate::holds::HoldTerms;
use crate::id::{AccountId, ExternalId, OrderId, StpGroup};
use crate::order::{NewOrder, OrderKind, OrderSize, SelfTradePrevention, TimeInForce};
use crate::price::Price;
use crate::quantity::{Notional, Quantity};
use crate::side::Side;

/// Up to which price a taker trades.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PriceLimit {
    /// At this price or better.
    AtOrBetter(Price),
    /// At any price: a market order.
    Any,
}

/// How much must be tradable at once, else nothing trades.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum AtOnce {
    Nothing,
    AtLeast(u64),
    Whole,
}

/// What becomes of what did not trade.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Remainder {
    Rests,
    /// It was immediate-or-cancel or fill-or-kill.
    Dies,
    /// It was a market order.
    Unserved,
    /// It was a market order with protection, and is canceled there.
    Protected,
}

/// Money that bounds a taker: what it is for, or what is reserved for it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct MoneyBound {
    /// What it may still spend or receive.
    pub(crate) left: Notional,
    /// By how much its reserve falls short of what it is for; orders by quote amount only.
    pub(crate) short: Notional,
}

/// Whom a taker's trades concern.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Concerns {
    /// Its makers and itself.
    TheTwo,
    /// Orders that it is tied to, too.
    Others,
}

/// What a taker may trade when it enters.
#[derive(Debug, Clone, Copy)]
pub(crate) struct FillCap {
    /// No more than this.
    pub(crate) units: u64,
    /// What is open of it and may not trade now, beside its `leaves_units`.
    pub(crate) held_back_units: u64,
}

/// An order while it takes.
#[derive(Debug, Clone)]
pub(crate) struct Taker {
    pub(crate) order_id: OrderId,
    pub(crate) external_id: Option<ExternalId>,
    pub(crate) account: AccountId,
    pub(crate) stp_group: Option<StpGroup>,
    pub(crate) stp: SelfTradePrevention,
    pub(crate) side: Side,
    pub(crate) limit: PriceLimit,
    pub(crate) at_once: AtOnce,
    pub(crate) remainder: Remainder,
    pub(crate) leaves_units: u64,
    pub(crate) filled_units: u64,
    pub(crate) money: Option<MoneyBound>,
    pub(crate) is_by_quote: bool,
    /// It came without a limit of its own.
    pub(crate) is_market: bool,
    /// What it does not trade at once is not to stay.
    pub(crate) is_immediate: bool,
    /// What is reserved for it.
    pub(crate) hold: Notional,
    /// What a market buy has spent.
    pub(crate) spent: Notional,
    /// Its slot, where it has one and others are tied to it.
    pub(crate) slot: u32,
    pub(crate) mmp_group: Option<MmpGroup>,
    pub(crate) concerns: Concerns,
    /// What it holds for beyond what is open of it.
    pub(crate) pending_units: u64,
    pub(crate) fill_cap: FillCap,
}

impl Taker {
    /// A new order as a taker, without money bound and hold.
    #[inline]
    pub(crate) fn entering(order: &NewOrder, order_id: OrderId, limit: PriceLimit) -> Self {
        let (leaves_units, is_by_quote) = match order.size {
            OrderSize::Quantity(quantity) => (quantity.units(), false),
            OrderSize::QuoteAmount(_) => (u64::MAX, true),
        };
        let at_once = match order.time_in_force {
            TimeInForce::FillOrKill => AtOnce::Whole,
            TimeInForce::GoodTillCanceled
            | TimeInForce::ImmediateOrCancel
            | TimeInForce::GoodTillDate(_)
            | TimeInForce::Day
            | TimeInForce::AtOpen
            | TimeInForce::AtClose
            | TimeInForce::GoodForAuction
            | TimeInForce::GoodForContinuous => {
                if order.minimum_quantity.is_zero() {
                    AtOnce::Nothing
                } else {
                    AtOnce::AtLeast(order.minimum_quantity.units())
                }
            }
        };
        Self {
            order_id,
            external_id: order.external_id,
            account: order.account,
            stp_group: order.stp_group,
            stp: order.self_trade_prevention,
            side: order.side,
            limit,
            at_once,
            remainder: Remainder::of(order, limit),
            leaves_units,
            filled_units: 0,
            money: None,
            is_by_quote,
            is_market: !matches!(
                order.kind,
                OrderKind::Limit { .. } | OrderKind::Pegged { .. }
            ),
            is_immediate: order.time_in_force.is_immediate(),
            hold: Notional::ZERO,
            spent: Notional::ZERO,
            slot: NO_SLOT,
            mmp_group: order
                .conditions
                .as_deref()
                .and_then(|conditions| conditions.mmp_group),
            concerns: if order.conditions.is_some() {
                Concerns::Others
            } else {
                Concerns::TheTwo
            },
            pending_units: 0,
            fill_cap: FillCap::of(order, at_once),
        }
    }

    /// How much it wants at a price.
    #[inline]
    pub(crate) fn wanted_units(&self, price: Price, lot_size: u64) -> u64 {
        match &self.money {
            None => self.leaves_units,
            Some(money) => affordable_units(money.left, price, lot_size).min(self.leaves_units),
        }
    }

    /// What is open of it, as its reports say.
    #[inline]
    pub(crate) const fn leaves_quantity(&self) -> Quantity {
        if self.is_by_quote {
            Quantity::ZERO
        } else {
            Quantity::from_units(self.leaves_units + self.fill_cap.held_back_units)
        }
    }

    /// Whether it is for an amount of money and nothing of that is left.
    #[inline]
    pub(crate) fn has_spent_its_amount(&self) -> bool {
        self.is_by_quote
            && self
                .money
                .is_some_and(|money| (money.left + money.short).is_zero())
    }

    /// Whether nothing is left of it.
    pub(crate) const fn is_over(&self) -> bool {
        self.leaves_units == 0
    }

    /// Its limit price, if it has one.
    #[inline]
    pub(crate) const fn limit_price(&self) -> Option<Price> {
        match self.limit {
            PriceLimit::AtOrBetter(price) => Some(price),
            PriceLimit::Any => None,
        }
    }

    /// Counts a fill, and takes its cost out of the hold. Returns what it used up of the hold.
    #[inline]
    pub(crate) fn fill(&mut self, price: Price, units: u64, terms: HoldTerms) -> Notional {
        let before = self.leaves_units;
        self.leaves_units -= units;
        self.filled_units += units;
        self.spend(price, units);
        if !terms.are_enforced() {
            return Notional::ZERO;
        }
        let used = self.hold_of(price, units, before, terms);
        self.hold = self.hold - used;
        assert!(
            self.hold >= Notional::ZERO,
            "a hold covers every fill of its order"
        );
        used
    }

    /// Takes a prevented quantity out of what is open. Returns what is no longer reserved.
    pub(crate) fn decrement(&mut self, price: Price, units: u64, terms: HoldTerms) -> Notional {
        let before = self.leaves_units;
        self.leaves_units -= units;
        self.spend(price, units);
        let freed = match (self.side, self.limit) {
            (Side::Buy, PriceLimit::Any) => Notional::ZERO, // given back when it ends
            (_, PriceLimit::AtOrBetter(limit)) => {
                let pending = self.pending_units;
                terms.freed(
                    self.side,
                    limit,
                    before + pending,
                    self.leaves_units + pending,
                )
            }
            (Side::Sell, PriceLimit::Any) => {
                terms.freed(self.side, price, before, self.leaves_units)
            }
        };
        self.hold = self.hold - freed;
        freed
    }

    #[inline]
    fn spend(&mut self, price: Price, units: u64) {
        if let Some(money) = &mut self.money {
            money.left = money.left - Notional::of(price, Quantity::from_units(units));
        }
    }

    fn hold_of(&mut self, price: Price, units: u64, before: u64, terms: HoldTerms) -> Notional {
        match (self.side, self.limit) {
            (Side::Sell, _) => Notional::from_units(i128::from(units)),
            (Side::Buy, PriceLimit::AtOrBetter(limit)) => {
                let pending = self.pending_units;
                terms.freed(
                    self.side,
                    limit,
                    before + pending,
                    self.leaves_units + pending,
                )
            }
            (Side::Buy, PriceLimit::Any) => {
                let spent_before = terms.with_surcharge(self.spent);
                self.spent = self.spent + Notional::of(price, Quantity::from_units(units));
                terms.with_surcharge(self.spent) - spent_before
            }
        }
    }
}

impl FillCap {
    /// It may trade all of it.
    pub(crate) const NONE: Self = Self {
        units: u64::MAX,
        held_back_units: 0,
    };

    /// What must trade at once, or is measured in money, is not bound.
    #[inline]
    fn of(order: &NewOrder, at_once: AtOnce) -> Self {
        let Some(conditions) = order.conditions.as_deref() else {
            return Self::NONE;
        };
        match (order.size, at_once, conditions.fill_cap) {
            (OrderSize::Quantity(_), AtOnce::Nothing, Some(cap)) => Self {
                units: cap.units(),
                held_back_units: 0,
            },
            (OrderSize::Quantity(_) | OrderSize::QuoteAmount(_), _, _) => Self::NONE,
        }
    }
}

impl Remainder {
    #[inline]
    fn of(order: &NewOrder, limit: PriceLimit) -> Self {
        if limit == PriceLimit::Any {
            Self::Unserved
        } else if order.time_in_force.is_immediate() {
            Self::Dies
        } else {
            Self::Rests
        }
    }
}

/// Whole lots that `money` buys at `price`, in quantity units.
pub(crate) fn affordable_units(money: Notional, price: Price, lot_size: u64) -> u64 {
    if price.units() <= 0 {
        return u64::MAX; // what costs nothing is affordable without end
    }
    let units = match (u64::try_from(money.units()), u64::try_from(price.units())) {
        (Ok(money), Ok(price)) => money / price,
        _ => u64::try_from(money.units() / i128::from(price.units())).unwrap_or(u64::MAX),
    };
    units - units % lot_size
}
