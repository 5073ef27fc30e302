//! What an order waits for, and whom it is tied to: what few orders have.

use crate::command::OrderRef;
use crate::price::Price;
use crate::quantity::Quantity;

/// What an order waits for, and whom it is tied to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Conditions {
    /// It waits outside the book until this fires.
    pub trigger: Option<Trigger>,
    /// It is one of two legs: when one trades or ends, the other one goes or shrinks.
    pub oco: Option<Oco>,
    /// It is created now and starts when its parent is filled.
    pub parent: Option<Parent>,
    /// The worst price that a pegged order goes to.
    pub cap: Option<Price>,
    /// Market-maker protection counts its fills in this group, and pulls it with the group.
    pub mmp_group: Option<MmpGroup>,
    /// What happens to it when its account's connection is lost.
    pub on_disconnect: OnDisconnect,
    /// It trades no more than this when it enters, and what is left then is canceled. Nobody can ask for it: it is how a bot's
    /// order is made to fill in part. An order by amount, or one that must fill whole, is not bound by it.
    pub fill_cap: Option<Quantity>,
}

impl Conditions {
    /// What a plain order has.
    pub const NONE: Self = Self {
        trigger: None,
        oco: None,
        parent: None,
        cap: None,
        mmp_group: None,
        on_disconnect: OnDisconnect::Keep,
        fill_cap: None,
    };

    /// Whether an order with these has none at all.
    pub const fn are_none(&self) -> bool {
        self.trigger.is_none()
            && self.oco.is_none()
            && self.parent.is_none()
            && self.cap.is_none()
            && self.mmp_group.is_none()
            && matches!(self.on_disconnect, OnDisconnect::Keep)
            && self.fill_cap.is_none()
    }

    /// The stop price that it waits for, as entered.
    pub(crate) fn stop_price(&self) -> Option<Price> {
        match self.trigger?.kind {
            TriggerKind::Stop { price } | TriggerKind::TakeProfit { price } => Some(price),
            TriggerKind::Trailing { .. } => None,
        }
    }

    /// Whether an order with these is tied to others: what happens to one concerns the other.
    pub(crate) const fn tie_it(&self) -> bool {
        self.oco.is_some()
            || self.parent.is_some()
            || self.mmp_group.is_some()
            || matches!(self.on_disconnect, OnDisconnect::Cancel)
    }

    /// Whether an order with these waits outside the book after it is accepted.
    pub const fn make_it_wait(&self) -> bool {
        self.trigger.is_some() || self.parent.is_some()
    }
}

/// What makes a waiting order enter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Trigger {
    /// When it fires.
    pub kind: TriggerKind,
    /// What it looks at.
    pub source: TriggerSource,
}

/// When a trigger fires.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TriggerKind {
    /// A buy at this price or above it, a sell at it or below it. FIX StopPx(99).
    Stop {
        /// The stop price.
        price: Price,
    },
    /// A buy at this price or below it, a sell at it or above it.
    TakeProfit {
        /// The price at which the profit is taken.
        price: Price,
    },
    /// A stop whose price follows the market in the order's favor and never goes back.
    Trailing {
        /// How far behind the market it stays.
        distance: TrailingDistance,
        /// It moves in whole steps of this many price units, above zero; `None` moves it by any amount.
        step: Option<i64>,
        /// It follows from the first price on that reaches this one; `None` from the start.
        activation: Option<Price>,
    },
}

/// How far behind the market a trailing stop stays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TrailingDistance {
    /// So many price units.
    Price(u64),
    /// So many hundredths of a percent of the best price since it follows.
    Bips(u32),
}

/// What a trigger looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TriggerSource {
    /// Every print.
    Last,
    /// After each command the best displayed ask for a buy, the best displayed bid for a sell.
    BidAsk,
    /// After each command the middle of both.
    Mid,
}

/// One of two legs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Oco {
    /// The other leg, which is open.
    pub partner: OrderRef,
    /// What an execution of one leg does to the other.
    pub mode: OcoMode,
}

/// What an execution of one leg does to the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum OcoMode {
    /// Any execution cancels it.
    Cancel,
    /// It shrinks by what was executed.
    Reduce,
}

/// An order that starts when another one is filled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Parent {
    /// The parent, which is open.
    pub order: OrderRef,
    /// Which fills start it.
    pub start: ChildStart,
}

/// Which fills of its parent start a child.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ChildStart {
    /// The last one: the child starts with its own quantity.
    OnFullFill,
    /// Each one: the child is for what the parent has traded so far.
    OnEachFill,
}

/// A group of an account's orders and quotes that market-maker protection counts together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MmpGroup(pub u32);

/// What happens to an order when its account's connection is lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum OnDisconnect {
    /// It stays.
    Keep,
    /// It is canceled.
    Cancel,
}
