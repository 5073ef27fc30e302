//! What can be traded, as exchangeInfo says it.

use serde::Serialize;

use crate::binance::filters::{SymbolFilters, WireFilter};
use crate::binance::limits::WireLimit;
use crate::binance::words::{SELF_TRADE_WORDS, self_trade_word};
use crate::listing::ListedInstrument;

const ORDER_TYPES: [&str; 7] = [
    "LIMIT",
    "LIMIT_MAKER",
    "MARKET",
    "STOP_LOSS",
    "STOP_LOSS_LIMIT",
    "TAKE_PROFIT",
    "TAKE_PROFIT_LIMIT",
];

/// The answer to `exchangeInfo`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SymbolTerms {
    timezone: &'static str,
    server_time: u64,
    rate_limits: Vec<WireLimit>,
    exchange_filters: [(); 0],
    symbols: Vec<ListedSymbol>,
}

impl SymbolTerms {
    /// What is listed at a time in the client's unit.
    pub const fn new(
        server_time: u64,
        rate_limits: Vec<WireLimit>,
        symbols: Vec<ListedSymbol>,
    ) -> Self {
        Self {
            timezone: "UTC",
            server_time,
            rate_limits,
            exchange_filters: [],
            symbols,
        }
    }
}

/// A symbol that can be traded.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(
    clippy::struct_excessive_bools,
    reason = "the venue's message has them"
)]
pub struct ListedSymbol {
    symbol: String,
    status: &'static str,
    base_asset: String,
    base_asset_precision: u8,
    quote_asset: String,
    quote_precision: u8,
    quote_asset_precision: u8,
    base_commission_precision: u8,
    quote_commission_precision: u8,
    order_types: [&'static str; 7],
    iceberg_allowed: bool,
    oco_allowed: bool,
    oto_allowed: bool,
    opo_allowed: bool,
    quote_order_qty_market_allowed: bool,
    allow_trailing_stop: bool,
    cancel_replace_allowed: bool,
    amend_allowed: bool,
    peg_instructions_allowed: bool,
    is_spot_trading_allowed: bool,
    is_margin_trading_allowed: bool,
    filters: Vec<WireFilter>,
    permissions: [(); 0],
    permission_sets: Vec<[&'static str; 1]>,
    default_self_trade_prevention_mode: &'static str,
    allowed_self_trade_prevention_modes: [&'static str; 5],
}

impl ListedSymbol {
    /// The terms of an instrument.
    pub fn new(listed: &ListedInstrument, filters: &SymbolFilters, status: &'static str) -> Self {
        Self {
            symbol: listed.symbol.to_string(),
            status,
            base_asset: listed.base.to_string(),
            base_asset_precision: 8,
            quote_asset: listed.quote.to_string(),
            quote_precision: 8,
            quote_asset_precision: 8,
            base_commission_precision: 8,
            quote_commission_precision: 8,
            order_types: ORDER_TYPES,
            iceberg_allowed: true,
            oco_allowed: true,
            oto_allowed: true,
            opo_allowed: true,
            quote_order_qty_market_allowed: true,
            allow_trailing_stop: true,
            cancel_replace_allowed: true,
            amend_allowed: true,
            peg_instructions_allowed: true,
            is_spot_trading_allowed: true,
            is_margin_trading_allowed: false,
            filters: filters.listed(),
            permissions: [],
            permission_sets: vec![["SPOT"]],
            default_self_trade_prevention_mode: self_trade_word(filters.self_trade_prevention),
            allowed_self_trade_prevention_modes: SELF_TRADE_WORDS,
        }
    }

    /// The same terms without what it takes to be allowed to trade it.
    #[must_use]
    pub fn without_permission_sets(mut self) -> Self {
        self.permission_sets.clear();
        self
    }
}
