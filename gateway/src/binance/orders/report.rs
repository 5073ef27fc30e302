//! What is told of one order at one moment.

use engine::{
    AccountId, ClientOrderId, OrderId, Price, Quantity, RejectReason, SelfTradePrevention, TradeId,
};
use protocol::AssetName;

use crate::binance::amount::Amount;
use crate::binance::orders::order::VenueOrder;
use crate::binance::words::ExecutionType;

/// One step in an order's life.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// The order after it.
    pub order: VenueOrder,
    /// What happened.
    pub execution: ExecutionType,
    /// Number of the step, increasing within the instrument.
    pub execution_id: u64,
    /// When.
    pub at_us: u64,
    /// What traded.
    pub fill: Option<Fill>,
    /// What did not trade.
    pub prevented: Option<PreventedMatch>,
    /// The id that the request for it has, where that is not the order's: of a cancel.
    pub request_id: Option<ClientOrderId>,
    /// The order's id before an amendment.
    pub former_id: Option<ClientOrderId>,
    /// Why it was refused.
    pub refusal: Option<RejectReason>,
}

/// One order's part in a trade.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fill {
    /// The trade.
    pub trade_id: TradeId,
    /// At which price.
    pub price: Price,
    /// How much.
    pub quantity: Quantity,
    /// What it cost.
    pub commission: Amount,
    /// In which asset.
    pub commission_asset: AssetName,
    /// Whether the order rested.
    pub is_maker: bool,
}

/// A trade as one of its accounts remembers it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AccountTrade {
    /// Of which order.
    pub order_id: OrderId,
    /// The list of that order.
    pub list_id: Option<u64>,
    /// What was traded.
    pub fill: Fill,
    /// Whether the account bought.
    pub is_buyer: bool,
    /// When.
    pub at_us: u64,
}

/// Two orders of one account that met and did not trade.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PreventedMatch {
    /// Its number within the instrument.
    pub id: u64,
    /// The order that came.
    pub taker: OrderId,
    /// Who owns it.
    pub taker_account: AccountId,
    /// The order that rested.
    pub maker: OrderId,
    /// The maker's price.
    pub price: Price,
    /// What the taker lost by it.
    pub taker_prevented: Option<Quantity>,
    /// What the maker lost by it.
    pub maker_prevented: Option<Quantity>,
    /// The taker's mode.
    pub mode: SelfTradePrevention,
    /// When.
    pub at_us: u64,
}

/// An order's quantity was lowered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Amendment {
    /// Of which order.
    pub order_id: OrderId,
    /// Number of the step.
    pub execution_id: u64,
    /// The order's id before.
    pub former_id: ClientOrderId,
    /// The order's id since.
    pub new_id: ClientOrderId,
    /// Its quantity before.
    pub former_quantity: Quantity,
    /// Its quantity since.
    pub new_quantity: Quantity,
    /// When.
    pub at_us: u64,
}
