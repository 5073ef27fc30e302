//! What an order must fit before the engine sees it, checked in the order in which the venue documents it.

use engine::SelfTradePrevention;
use protocol::ExactDecimal;
use serde::Serialize;

use crate::binance::amount::{Amount, DECIMALS};
use crate::binance::order_request::OrderRequest;
use crate::binance::refusal::Refusal;
use crate::listing::ListedInstrument;

/// Bounds of this persona that no instrument has of its own, given by config.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SymbolBounds {
    /// Least price times quantity, in the quote asset.
    pub notional_min: ExactDecimal,
    /// Most price times quantity of an order with a price, in the quote asset.
    pub notional_max: ExactDecimal,
    /// Open orders of an account in a symbol.
    pub open_orders_max: usize,
    /// Those among them that wait for a price.
    pub algo_orders_max: usize,
    /// Order lists of an account in a symbol.
    pub order_lists_max: usize,
    /// Amendments of an order.
    pub amendments_max: u32,
    /// Slices of an iceberg.
    pub iceberg_parts_max: u32,
    /// A limit price is at most so many times the average price.
    pub price_multiplier_up: ExactDecimal,
    /// A limit price is at least so many times the average price.
    pub price_multiplier_down: ExactDecimal,
    /// What happens where an account meets itself and its order does not say.
    pub self_trade_prevention: SelfTradePrevention,
    /// The same, of symbols that differ.
    pub self_trade_prevention_of: Vec<(String, SelfTradePrevention)>,
}

/// Minutes whose trades the average price is of.
pub const AVERAGE_MINUTES: u64 = 5;
const TRAILING_MIN_BIPS: u32 = 10;
const TRAILING_MAX_BIPS: u32 = 2_000;
/// 1 with the places of this wire.
const ONE: i128 = 100_000_000;

/// The filters of one symbol, in units of the eighth place.
#[derive(Debug, Clone)]
pub struct SymbolFilters {
    price_min: i128,
    price_max: i128,
    tick: i128,
    quantity_min: i128,
    quantity_max: i128,
    step: i128,
    bounds: SymbolBounds,
    /// What happens where an account meets itself and its order does not say.
    pub self_trade_prevention: SelfTradePrevention,
}

/// What filters look at beside the order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FilterContext {
    /// The average price, or else the last one, in units of the eighth place.
    pub average_price: Option<i128>,
    /// The account's open orders in the symbol.
    pub open_orders: usize,
    /// Those that wait for a price.
    pub algo_orders: usize,
}

/// A filter as exchangeInfo lists it.
#[derive(Debug, Serialize)]
#[serde(tag = "filterType", rename_all_fields = "camelCase")]
pub enum WireFilter {
    /// Bounds and grid of prices.
    #[serde(rename = "PRICE_FILTER")]
    Price {
        /// Lowest.
        min_price: Amount,
        /// Highest.
        max_price: Amount,
        /// Grid.
        tick_size: Amount,
    },
    /// Bounds around the average price.
    #[serde(rename = "PERCENT_PRICE_BY_SIDE")]
    PercentPriceBySide {
        /// Of a buy.
        bid_multiplier_up: String,
        /// Of a buy.
        bid_multiplier_down: String,
        /// Of a sell.
        ask_multiplier_up: String,
        /// Of a sell.
        ask_multiplier_down: String,
        /// Of the average.
        avg_price_mins: u64,
    },
    /// Bounds and grid of quantities.
    #[serde(rename = "LOT_SIZE")]
    LotSize {
        /// Least.
        min_qty: Amount,
        /// Most.
        max_qty: Amount,
        /// Grid.
        step_size: Amount,
    },
    /// Bounds of price times quantity.
    #[serde(rename = "NOTIONAL")]
    Notional {
        /// Least.
        min_notional: Amount,
        /// Whether of market orders too.
        apply_min_to_market: bool,
        /// Most.
        max_notional: Amount,
        /// Whether of market orders too.
        apply_max_to_market: bool,
        /// Of the average, for market orders.
        avg_price_mins: u64,
    },
    /// Slices of an iceberg.
    #[serde(rename = "ICEBERG_PARTS")]
    IcebergParts {
        /// Most.
        limit: u32,
    },
    /// Bounds and grid of market orders' quantities.
    #[serde(rename = "MARKET_LOT_SIZE")]
    MarketLotSize {
        /// Least.
        min_qty: Amount,
        /// Most.
        max_qty: Amount,
        /// Grid.
        step_size: Amount,
    },
    /// Open orders.
    #[serde(rename = "MAX_NUM_ORDERS")]
    MaxNumOrders {
        /// Most.
        max_num_orders: usize,
    },
    /// Open orders that wait for a price.
    #[serde(rename = "MAX_NUM_ALGO_ORDERS")]
    MaxNumAlgoOrders {
        /// Most.
        max_num_algo_orders: usize,
    },
    /// How far a trailing order may trail.
    #[serde(rename = "TRAILING_DELTA")]
    TrailingDelta {
        /// Least, above the market.
        min_trailing_above_delta: u32,
        /// Most, above the market.
        max_trailing_above_delta: u32,
        /// Least, below the market.
        min_trailing_below_delta: u32,
        /// Most, below the market.
        max_trailing_below_delta: u32,
    },
    /// Amendments of an order.
    #[serde(rename = "MAX_NUM_ORDER_AMENDS")]
    MaxNumOrderAmends {
        /// Most.
        max_num_order_amends: u32,
    },
    /// Order lists.
    #[serde(rename = "MAX_NUM_ORDER_LISTS")]
    MaxNumOrderLists {
        /// Most.
        max_num_order_lists: usize,
    },
}

impl SymbolFilters {
    /// The filters of an instrument.
    pub fn new(listed: &ListedInstrument, bounds: &SymbolBounds) -> Self {
        let price = |units: i64| read(listed.scale.price(units));
        let quantity = |units: u64| read(listed.scale.quantity(units));
        let instrument = &listed.instrument;
        let own = bounds
            .self_trade_prevention_of
            .iter()
            .find(|(symbol, _)| symbol == listed.symbol.as_str());
        Self {
            price_min: price(instrument.price_min.units()),
            price_max: price(instrument.price_max.units()),
            tick: price(instrument.tick_size).max(1),
            quantity_min: quantity(instrument.quantity_min.units()),
            quantity_max: quantity(instrument.quantity_max.units()),
            step: quantity(instrument.lot_size).max(1),
            self_trade_prevention: own.map_or(bounds.self_trade_prevention, |(_, mode)| *mode),
            bounds: bounds.clone(),
        }
    }

    /// Most amendments of an order.
    pub const fn amendments_max(&self) -> u32 {
        self.bounds.amendments_max
    }

    /// Most open lists of an account.
    pub const fn order_lists_max(&self) -> usize {
        self.bounds.order_lists_max
    }

    /// As exchangeInfo lists them.
    pub fn listed(&self) -> Vec<WireFilter> {
        let amount = Amount::of_units;
        let bounds = &self.bounds;
        vec![
            WireFilter::Price {
                min_price: amount(self.price_min),
                max_price: amount(self.price_max),
                tick_size: amount(self.tick),
            },
            WireFilter::PercentPriceBySide {
                bid_multiplier_up: Amount::of_decimal(bounds.price_multiplier_up).short(),
                bid_multiplier_down: Amount::of_decimal(bounds.price_multiplier_down).short(),
                ask_multiplier_up: Amount::of_decimal(bounds.price_multiplier_up).short(),
                ask_multiplier_down: Amount::of_decimal(bounds.price_multiplier_down).short(),
                avg_price_mins: AVERAGE_MINUTES,
            },
            WireFilter::LotSize {
                min_qty: amount(self.quantity_min),
                max_qty: amount(self.quantity_max),
                step_size: amount(self.step),
            },
            WireFilter::Notional {
                min_notional: Amount::of_decimal(bounds.notional_min),
                apply_min_to_market: true,
                max_notional: Amount::of_decimal(bounds.notional_max),
                apply_max_to_market: false,
                avg_price_mins: AVERAGE_MINUTES,
            },
            WireFilter::IcebergParts {
                limit: bounds.iceberg_parts_max,
            },
            WireFilter::MarketLotSize {
                min_qty: Amount::ZERO,
                max_qty: amount(self.quantity_max),
                step_size: Amount::ZERO,
            },
            WireFilter::MaxNumOrders {
                max_num_orders: bounds.open_orders_max,
            },
            WireFilter::MaxNumAlgoOrders {
                max_num_algo_orders: bounds.algo_orders_max,
            },
            WireFilter::TrailingDelta {
                min_trailing_above_delta: TRAILING_MIN_BIPS,
                max_trailing_above_delta: TRAILING_MAX_BIPS,
                min_trailing_below_delta: TRAILING_MIN_BIPS,
                max_trailing_below_delta: TRAILING_MAX_BIPS,
            },
            WireFilter::MaxNumOrderAmends {
                max_num_order_amends: bounds.amendments_max,
            },
            WireFilter::MaxNumOrderLists {
                max_num_order_lists: bounds.order_lists_max,
            },
        ]
    }

    /// Checks an order.
    ///
    /// # Errors
    /// The first filter that it does not fit.
    pub fn check(&self, order: &OrderRequest, context: FilterContext) -> Result<(), Refusal> {
        for price in [order.price, order.stop_price].into_iter().flatten() {
            self.check_price(price.units())?;
        }
        if let Some(price) = order.price {
            self.check_percent(price.units(), context)?;
        }
        if let Some(quantity) = order.quantity {
            self.check_lot(quantity.units())?;
        }
        if let Some(shown) = order.iceberg {
            self.check_lot(shown.units())?;
        }
        self.check_notional(order, context)?;
        self.check_iceberg(order)?;
        if context.open_orders >= self.bounds.open_orders_max {
            return Err(Refusal::filter("MAX_NUM_ORDERS"));
        }
        if order.order_type.waits() && context.algo_orders >= self.bounds.algo_orders_max {
            return Err(Refusal::filter("MAX_NUM_ALGO_ORDERS"));
        }
        match order.trailing_delta {
            Some(bips) if !(TRAILING_MIN_BIPS..=TRAILING_MAX_BIPS).contains(&bips) => {
                Err(Refusal::filter("TRAILING_DELTA"))
            }
            Some(_) | None => Ok(()),
        }
    }

    /// Checks a price, and a stop price.
    fn check_price(&self, price: i128) -> Result<(), Refusal> {
        let fits = (self.price_min..=self.price_max).contains(&price) && price % self.tick == 0;
        fits.then_some(())
            .ok_or_else(|| Refusal::filter("PRICE_FILTER"))
    }

    fn check_percent(&self, price: i128, context: FilterContext) -> Result<(), Refusal> {
        let Some(average) = context.average_price else {
            return Ok(());
        };
        let scaled = price.saturating_mul(ONE);
        let highest = average.saturating_mul(read(self.bounds.price_multiplier_up));
        let lowest = average.saturating_mul(read(self.bounds.price_multiplier_down));
        (lowest..=highest)
            .contains(&scaled)
            .then_some(())
            .ok_or_else(|| Refusal::filter("PERCENT_PRICE_BY_SIDE"))
    }

    /// Checks a quantity; a lower one of an amendment too.
    ///
    /// # Errors
    /// It is out of bounds or off its grid.
    pub fn check_lot(&self, quantity: i128) -> Result<(), Refusal> {
        let fits = (self.quantity_min..=self.quantity_max).contains(&quantity)
            && quantity % self.step == 0;
        fits.then_some(())
            .ok_or_else(|| Refusal::filter("LOT_SIZE"))
    }

    fn check_notional(&self, order: &OrderRequest, context: FilterContext) -> Result<(), Refusal> {
        let refusal = || Refusal::filter("NOTIONAL");
        let least = self.least_notional();
        let most = read(self.bounds.notional_max).saturating_mul(ONE);
        if let Some(amount) = order.quote_amount {
            let is_enough = amount.units().saturating_mul(ONE) >= least;
            return is_enough.then_some(()).ok_or_else(refusal);
        }
        let Some(quantity) = order.quantity else {
            return Ok(());
        };
        let limit = order.price.or(order.stop_price).map(Amount::units);
        let Some(price) = limit.or(context.average_price) else {
            return Ok(());
        };
        let notional = price.saturating_mul(quantity.units());
        let is_too_much = order.order_type.has_price() && notional > most;
        (notional >= least && !is_too_much)
            .then_some(())
            .ok_or_else(refusal)
    }

    /// Checks what a lowered order is worth at its limit.
    ///
    /// # Errors
    /// It is too little.
    pub fn check_lowered(&self, price: i128, quantity: i128) -> Result<(), Refusal> {
        (price.saturating_mul(quantity) >= self.least_notional())
            .then_some(())
            .ok_or_else(|| Refusal::filter("NOTIONAL"))
    }

    fn least_notional(&self) -> i128 {
        read(self.bounds.notional_min).saturating_mul(ONE)
    }

    fn check_iceberg(&self, order: &OrderRequest) -> Result<(), Refusal> {
        let (Some(shown), Some(quantity)) = (order.iceberg, order.quantity) else {
            return Ok(());
        };
        let parts = quantity
            .units()
            .checked_add(shown.units().saturating_sub(1))
            .and_then(|sum| sum.checked_div(shown.units()))
            .unwrap_or(i128::MAX);
        (parts <= i128::from(self.bounds.iceberg_parts_max))
            .then_some(())
            .ok_or_else(|| Refusal::filter("ICEBERG_PARTS"))
    }
}

/// In units of the eighth place, rounded down: a grid beyond it cannot be written on this wire.
fn read(decimal: ExactDecimal) -> i128 {
    let excess = decimal.decimals().saturating_sub(DECIMALS);
    match decimal.units_of(DECIMALS) {
        Ok(units) => units,
        Err(_) => decimal
            .units()
            .checked_div(10_i128.pow(u32::from(excess)))
            .unwrap_or(0),
    }
}
