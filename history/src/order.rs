//! An order's whole life in one record.

use engine::{
    AccountId, CancelReason, ClientOrderId, Conditions, Display, Notional, OrderId, OrderKind,
    OrderSize, PostOnly, Price, Quantity, SelfTradePrevention, Side, TimeInForce, Timestamp,
};

use crate::place::EventPlace;
use crate::spelled::{spelled_enum, spelled_struct};

/// An order as its last event left it. Closed orders stay as they ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderRecord {
    /// The exchange's id.
    pub order_id: OrderId,
    /// Who owns it.
    pub account: AccountId,
    /// The participant's id.
    pub client_order_id: Option<ClientOrderId>,
    /// Buy or sell.
    pub side: Side,
    /// As entered; a replaced limit order has its price now in `price`.
    pub kind: OrderKind,
    /// What it is for now: a replace changes it.
    pub size: OrderSize,
    /// Its limit price now; `None` for a market order, and for a pegged one outside the book.
    pub price: Option<Price>,
    /// How long it lives.
    pub time_in_force: TimeInForce,
    /// Whether it may take liquidity.
    pub post_only: PostOnly,
    /// How much of it the market sees.
    pub display: Display,
    /// What happens where it would trade with its own account or group.
    pub self_trade_prevention: SelfTradePrevention,
    /// What it waited for and whom it is tied to; `None` for a plain order.
    pub conditions: Option<Box<Conditions>>,
    /// Still open; zero when it has ended.
    pub leaves_quantity: Quantity,
    /// Traded so far. FIX CumQty(14).
    pub filled_quantity: Quantity,
    /// What was traded so far, in price units x quantity units.
    pub filled_notional: Notional,
    /// What met its own account or group and did not trade, in quantity units.
    pub prevented_quantity: Quantity,
    /// Where it is in its life.
    pub status: OrderStatus,
    /// How often it was changed.
    pub replace_count: u32,
    /// Engine time of its entry.
    pub entered_at: Timestamp,
    /// Engine time from which on it could trade: its entry, or the firing of its trigger.
    pub working_since: Option<Timestamp>,
    /// Its last event.
    pub last_event: EventPlace,
}

/// Where an order is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OrderStatus {
    /// Accepted by the command that is being applied.
    Entering,
    /// Outside the book: it waits for what makes it enter.
    Waiting,
    /// In the book.
    Resting,
    /// Ended: everything traded.
    Filled,
    /// Ended with something unfilled.
    Canceled {
        /// Why.
        reason: CancelReason,
        /// Ended unfilled. Zero for an order by quote amount: see `unspent`.
        quantity: Quantity,
        /// Money that an order by quote amount did not spend or receive; else zero.
        unspent: Notional,
    },
}

impl OrderStatus {
    /// Whether nothing more happens to the order.
    pub const fn has_ended(self) -> bool {
        matches!(self, Self::Filled | Self::Canceled { .. })
    }
}

spelled_enum!(OrderStatus {
    1 => Entering,
    2 => Waiting,
    3 => Resting,
    4 => Filled,
    5 => Canceled { reason, quantity, unspent },
});

spelled_struct!(OrderRecord {
    order_id,
    account,
    client_order_id,
    side,
    kind,
    size,
    price,
    time_in_force,
    post_only,
    display,
    self_trade_prevention,
    conditions,
    leaves_quantity,
    filled_quantity,
    filled_notional,
    prevented_quantity,
    status,
    replace_count,
    entered_at,
    working_since,
    last_event,
});

impl OrderRecord {
    /// The price at which its trigger was to fire, as entered; `None` where none says one.
    pub fn stop_price(&self) -> Option<Price> {
        use engine::TriggerKind::{Stop, TakeProfit, Trailing};
        match self.conditions.as_ref()?.trigger?.kind {
            Stop { price } | TakeProfit { price } => Some(price),
            Trailing { activation, .. } => activation,
        }
    }
}
