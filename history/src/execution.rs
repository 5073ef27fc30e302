//! Trades as both parties and the public saw them.

use engine::{
    AccountId, ClientOrderId, OrderId, Price, Quantity, Side, Timestamp, TradeId, TradePhase,
};

use crate::place::EventPlace;
use crate::spelled::{spelled_enum, spelled_struct};

/// Two orders traded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TradeRecord {
    /// Where and when.
    pub event: EventPlace,
    /// Id of the execution.
    pub trade_id: TradeId,
    /// The price both got.
    pub price: Price,
    /// How much changed hands.
    pub quantity: Quantity,
    /// Matched as it came, or in an uncross.
    pub phase: TradePhase,
    /// The taker's side. In an auction the buyer stands as taker.
    pub aggressor_side: Side,
    /// The arriving order's part.
    pub taker: Leg,
    /// The resting order's part.
    pub maker: Leg,
}

/// One order's part in a trade.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Leg {
    /// Who owns the order.
    pub account: AccountId,
    /// Which order.
    pub order_id: OrderId,
    /// The participant's id.
    pub client_order_id: Option<ClientOrderId>,
    /// What it paid.
    pub fee: Fee,
    /// Open after it.
    pub leaves_quantity: Quantity,
}

/// A fee and what it is taken in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fee {
    /// Of which of the instrument's two assets.
    pub asset: FeeAsset,
    /// The asset's smallest units; negative is a rebate.
    pub amount: i128,
}

/// Which of an instrument's two assets a fee is taken in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FeeAsset {
    /// What is bought and sold.
    Base,
    /// What it is paid with.
    Quote,
}

/// What both parties of a trade paid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fees {
    /// The arriving order's fee.
    pub taker: Fee,
    /// The resting order's fee.
    pub maker: Fee,
}

spelled_enum!(FeeAsset { 0 => Base, 1 => Quote });
spelled_struct!(Fee { asset, amount });
spelled_struct!(Leg {
    account,
    order_id,
    client_order_id,
    fee,
    leaves_quantity
});
spelled_struct!(TradeRecord {
    event,
    trade_id,
    price,
    quantity,
    phase,
    aggressor_side,
    taker,
    maker,
});

/// Which part an order had in a trade.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// It arrived, or bought in an auction.
    Taker,
    /// It rested.
    Maker,
}

/// One account's side of a trade.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Execution {
    /// The trade.
    pub trade: TradeRecord,
    /// Which part the order had.
    pub role: Role,
    /// When it was taken back, if it was.
    pub busted_at: Option<Timestamp>,
}

impl Execution {
    /// The order's part.
    pub const fn leg(&self) -> &Leg {
        match self.role {
            Role::Taker => &self.trade.taker,
            Role::Maker => &self.trade.maker,
        }
    }

    /// The order's side.
    pub const fn side(&self) -> Side {
        match self.role {
            Role::Taker => self.trade.aggressor_side,
            Role::Maker => self.trade.aggressor_side.opposite(),
        }
    }
}
