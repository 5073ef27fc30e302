//! Trades in answers.

use engine::Side;
use history::PublicTrade;
use serde::Serialize;

use crate::binance::amount::Amount;
use crate::binance::wire::Writing;
use crate::native::translate::at_us;

/// A trade that everyone may see.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TradeListed {
    id: u64,
    price: Amount,
    qty: Amount,
    quote_qty: Amount,
    time: u64,
    is_buyer_maker: bool,
    is_best_match: bool,
}

impl TradeListed {
    /// A trade.
    pub fn of(writing: Writing<'_>, trade: &PublicTrade) -> Self {
        Self {
            id: trade.trade_id.0,
            price: writing.price(trade.price),
            qty: writing.quantity(trade.quantity),
            quote_qty: writing.notional(engine::Notional::of(trade.price, trade.quantity)),
            time: writing.time(at_us(trade.at)),
            is_buyer_maker: trade.aggressor_side == Side::Sell,
            is_best_match: true,
        }
    }
}
