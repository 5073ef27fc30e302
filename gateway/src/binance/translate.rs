//! Between the venue's requests and the engine's orders: dull and total.

use engine::{
    AccountId, ClientIdPolicy, Conditions, Display, NewOrder, Notional, OrderKind, OrderSize,
    PostOnly, Price, Quantity, Side, TrailingDistance, Trigger, TriggerKind, TriggerSource,
};
use protocol::{ExactDecimal, Scale};

use crate::binance::amount::Amount;
use crate::binance::filters::SymbolFilters;
use crate::binance::order_request::OrderRequest;
use crate::binance::orders::{Attributes, Peg};
use crate::binance::peg_request::PegRequest;
use crate::binance::refusal::Refusal;
use crate::binance::words::{OrderType, PegPriceType, TimeInForce};
use crate::edge::InstrumentState;
use crate::lock::lock;

/// An order in the engine's form; nothing is reserved for it yet.
///
/// # Errors
/// A number is off the instrument's grid, or there is no price for a peg.
pub fn new_order(
    order: &OrderRequest,
    account: AccountId,
    state: &InstrumentState,
    filters: &SymbolFilters,
) -> Result<NewOrder, Refusal> {
    let scale = state.listed.scale;
    let conditions = conditions(order, scale)?;
    Ok(NewOrder {
        account,
        client_order_id: Some(order.client_order_id),
        client_id_policy: ClientIdPolicy::OpenUnique,
        external_id: None,
        side: order.side,
        kind: match order.price {
            Some(limit) => OrderKind::Limit {
                price: price(limit, scale)?,
            },
            None => OrderKind::Market,
        },
        size: size(order, scale)?,
        time_in_force: match order.time_in_force {
            TimeInForce::Gtc => engine::TimeInForce::GoodTillCanceled,
            TimeInForce::Ioc => engine::TimeInForce::ImmediateOrCancel,
            TimeInForce::Fok => engine::TimeInForce::FillOrKill,
        },
        post_only: if order.order_type == OrderType::LimitMaker {
            PostOnly::Reject
        } else {
            PostOnly::No
        },
        display: match order.iceberg {
            Some(shown) => Display::Iceberg {
                peak: quantity(shown, scale)?,
            },
            None => Display::Full,
        },
        minimum_quantity: Quantity::ZERO,
        self_trade_prevention: order
            .self_trade_prevention
            .unwrap_or(filters.self_trade_prevention),
        stp_group: None,
        conditions: (!conditions.are_none()).then(|| Box::new(conditions)),
        extra: Notional::ZERO,
    })
}

/// What only this persona keeps of an order.
pub fn attributes(order: &OrderRequest) -> Attributes {
    Attributes {
        strategy_id: order.strategy_id,
        strategy_type: order.strategy_type,
        peg: order.peg.map(|peg| Peg {
            price_type: peg.price_type,
            offset_levels: peg.offset_levels,
        }),
        list_id: None,
        order_type: order.trailing_delta.map(|_| order.order_type),
    }
}

/// Takes the price of a pegged order from the book as it stands.
///
/// # Errors
/// The book is not so deep, or the peg does not go with the order.
pub fn take_pegged_price(order: &mut OrderRequest, state: &InstrumentState) -> Result<(), Refusal> {
    let Some(peg) = order.peg else { return Ok(()) };
    let is_fit = match (order.order_type, peg.price_type) {
        (OrderType::Limit, PegPriceType::Primary) => order.time_in_force == TimeInForce::Gtc,
        (OrderType::Limit, PegPriceType::Market)
        | (OrderType::LimitMaker, PegPriceType::Primary) => true,
        (OrderType::LimitMaker, PegPriceType::Market) => false,
        (
            OrderType::Market
            | OrderType::StopLoss
            | OrderType::StopLossLimit
            | OrderType::TakeProfit
            | OrderType::TakeProfitLimit,
            _,
        ) => {
            return Err(Refusal::order("This order type may not use pegged price."));
        }
    };
    if !is_fit {
        return Err(Refusal::order(
            "This price peg cannot be used with this order type.",
        ));
    }
    order.price = Some(price_of_peg(order.side, peg, state)?);
    Ok(())
}

fn price_of_peg(side: Side, peg: PegRequest, state: &InstrumentState) -> Result<Amount, Refusal> {
    let behind = usize::try_from(peg.offset_levels.unwrap_or(0)).unwrap_or(usize::MAX);
    let market = lock(&state.market);
    let book = market.depth_view(behind.saturating_add(1)).book;
    let level = match (side, peg.price_type) {
        (Side::Buy, PegPriceType::Primary) | (Side::Sell, PegPriceType::Market) => {
            book.bids().nth(behind)
        }
        (Side::Sell, PegPriceType::Primary) | (Side::Buy, PegPriceType::Market) => {
            book.asks().nth(behind)
        }
    };
    level
        .map(|level| Amount::of_price(level.price, state.listed.scale))
        .ok_or_else(|| Refusal::order("Order book liquidity is too low for this pegged order."))
}

fn size(order: &OrderRequest, scale: Scale) -> Result<OrderSize, Refusal> {
    match (order.quantity, order.quote_amount) {
        (Some(asked), _) => Ok(OrderSize::Quantity(quantity(asked, scale)?)),
        (None, Some(amount)) => Ok(OrderSize::QuoteAmount(notional(amount, scale))),
        (None, None) => Err(Refusal::mandatory("quantity")),
    }
}

fn conditions(order: &OrderRequest, scale: Scale) -> Result<Conditions, Refusal> {
    if !order.order_type.waits() {
        return Ok(Conditions::NONE);
    }
    let stop = order
        .stop_price
        .map(|stop| price(stop, scale))
        .transpose()?;
    let is_take_profit = matches!(
        order.order_type,
        OrderType::TakeProfit | OrderType::TakeProfitLimit
    );
    let kind = match (order.trailing_delta, stop) {
        (Some(bips), activation) => TriggerKind::Trailing {
            distance: TrailingDistance::Bips(bips),
            step: None,
            activation,
        },
        (None, Some(price)) if is_take_profit => TriggerKind::TakeProfit { price },
        (None, Some(price)) => TriggerKind::Stop { price },
        (None, None) => return Err(Refusal::either("stopPrice", "trailingDelta")),
    };
    Ok(Conditions {
        trigger: Some(Trigger {
            kind,
            source: TriggerSource::Last,
        }),
        ..Conditions::NONE
    })
}

/// A price in the instrument's units.
///
/// # Errors
/// It is off the unit grid, or does not fit.
pub fn price(amount: Amount, scale: Scale) -> Result<Price, Refusal> {
    scale
        .price_units(amount.decimal())
        .map(Price::from_units)
        .map_err(|_| Refusal::filter("PRICE_FILTER"))
}

/// A quantity in the instrument's units.
///
/// # Errors
/// It is off the unit grid, or does not fit.
pub fn quantity(amount: Amount, scale: Scale) -> Result<Quantity, Refusal> {
    scale
        .quantity_units(amount.decimal())
        .map(Quantity::from_units)
        .map_err(|_| Refusal::filter("LOT_SIZE"))
}

/// An amount of the quote asset, rounded down to the grid: an order by money never exceeds it.
fn notional(amount: Amount, scale: Scale) -> Notional {
    let places = scale.price_decimals.saturating_add(scale.quantity_decimals);
    let units = amount.units();
    let excess = crate::binance::amount::DECIMALS.saturating_sub(places);
    let kept = units
        .checked_div(10_i128.pow(u32::from(excess)))
        .expect("a power of ten is not zero");
    let decimals = crate::binance::amount::DECIMALS.saturating_sub(excess);
    let on_grid = ExactDecimal::new(kept, decimals);
    scale
        .notional_units(on_grid)
        .map_or(Notional::ZERO, Notional::from_units)
}
