//! Changes of open orders, and matches that self-trade prevention stopped.

use engine::{
    AccountId, ClientOrderId, OrderId, Price, Priority, Quantity, SelfTradePrevention, Side,
};

use crate::place::EventPlace;
use crate::spelled::spelled_struct;

/// An open order was changed and kept its id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Amendment {
    /// Where and when; its sequence number names the amendment. The changes of one batch share it.
    pub event: EventPlace,
    /// Which order.
    pub order_id: OrderId,
    /// Who owns it.
    pub account: AccountId,
    /// The participant's id.
    pub client_order_id: Option<ClientOrderId>,
    /// Buy or sell.
    pub side: Side,
    /// Its limit price before; `None` where it had none.
    pub price_before: Option<Price>,
    /// Its limit price after; of a waiting order without one, its stop price.
    pub price: Price,
    /// Its total quantity before, what was filled included.
    pub quantity_before: Quantity,
    /// Its total quantity after, what was filled included.
    pub quantity: Quantity,
    /// Whether it kept its place in the queue.
    pub priority: Priority,
    /// How often it was changed so far, this change included.
    pub replace_count: u32,
}

spelled_struct!(Amendment {
    event,
    order_id,
    account,
    client_order_id,
    side,
    price_before,
    price,
    quantity_before,
    quantity,
    priority,
    replace_count,
});

/// Two orders of one self-trade scope met and did not trade.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PreventedMatch {
    /// Where and when.
    pub event: EventPlace,
    /// Counted per instrument from 1.
    pub prevented_id: u64,
    /// The arriving order.
    pub taker: OrderId,
    /// Owner of the arriving order.
    pub taker_account: AccountId,
    /// The resting order.
    pub maker: OrderId,
    /// Owner of the resting order.
    pub maker_account: AccountId,
    /// The arriving order's side.
    pub taker_side: Side,
    /// The maker's price.
    pub price: Price,
    /// The smaller of the two open quantities.
    pub quantity: Quantity,
    /// How much of the arriving order ended by it.
    pub taker_prevented_quantity: Quantity,
    /// How much of the resting order ended by it.
    pub maker_prevented_quantity: Quantity,
    /// The taker's mode, which decided.
    pub mode: SelfTradePrevention,
}

spelled_struct!(PreventedMatch {
    event,
    prevented_id,
    taker,
    taker_account,
    maker,
    maker_account,
    taker_side,
    price,
    quantity,
    taker_prevented_quantity,
    maker_prevented_quantity,
    mode,
});
