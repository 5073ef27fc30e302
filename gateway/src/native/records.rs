//! What the history keeps, in the words of the native protocol.

use engine::{OrderSize, Quantity, Timestamp};
use history::{Amendment, Execution, FeeAsset, Interval, OrderStatus, PreventedMatch, Role};
use protocol::{
    AmendmentRecord, Candle, CandleInterval, ExactDecimal, ExecutionRecord, OrderRecord,
    PreventedRecord, Scale, Statistics,
};

use crate::edge::Edge;
use crate::listing::ListedInstrument;
use crate::native::translate::{
    at_us, cancel_reason, wire_client_order_id, wire_priority, wire_side,
};

/// An order as its last event left it.
pub fn order_record(listed: &ListedInstrument, order: &history::OrderRecord) -> OrderRecord {
    let scale = listed.scale;
    let quantity = |quantity: Quantity| scale.quantity(quantity.units());
    let (of_quantity, quote_amount) = match order.size {
        OrderSize::Quantity(units) => (Some(quantity(units)), None),
        OrderSize::QuoteAmount(amount) => (None, Some(scale.notional(amount.units()))),
    };
    let (status, reason, canceled) = match order.status {
        OrderStatus::Entering | OrderStatus::Waiting | OrderStatus::Resting => {
            let status = if order.filled_quantity.is_zero() {
                protocol::OrderStatus::New
            } else {
                protocol::OrderStatus::PartiallyFilled
            };
            (status, None, Quantity::ZERO)
        }
        OrderStatus::Filled => (protocol::OrderStatus::Filled, None, Quantity::ZERO),
        OrderStatus::Canceled {
            reason, quantity, ..
        } => {
            let reason = cancel_reason(reason);
            (protocol::OrderStatus::Canceled, Some(reason), quantity)
        }
    };
    OrderRecord {
        order_id: order.order_id.0,
        client_order_id: order.client_order_id.map(wire_client_order_id),
        side: wire_side(order.side),
        price: order.price.map(|price| scale.price(price.units())),
        quantity: of_quantity,
        quote_amount,
        filled_quantity: quantity(order.filled_quantity),
        filled_quote: scale.notional(order.filled_notional.units()),
        status,
        reason,
        canceled_quantity: quantity(canceled),
        prevented_quantity: quantity(order.prevented_quantity),
        replace_count: order.replace_count,
        entered_at_us: at_us(order.entered_at),
        updated_at_us: at_us(order.last_event.at),
    }
}

/// The account's side of a trade.
pub fn execution_record(
    edge: &Edge,
    listed: &ListedInstrument,
    execution: &Execution,
) -> ExecutionRecord {
    let (scale, trade, leg) = (listed.scale, &execution.trade, execution.leg());
    let (asset, name) = match leg.fee.asset {
        FeeAsset::Base => (listed.terms.base, listed.base),
        FeeAsset::Quote => (listed.terms.quote, listed.quote),
    };
    let decimals = edge.listing.asset(asset).map_or(0, |asset| asset.decimals);
    ExecutionRecord {
        trade_id: trade.trade_id.0,
        order_id: leg.order_id.0,
        client_order_id: leg.client_order_id.map(wire_client_order_id),
        side: wire_side(execution.side()),
        price: scale.price(trade.price.units()),
        quantity: scale.quantity(trade.quantity.units()),
        liquidity: match execution.role {
            Role::Maker => protocol::Liquidity::Maker,
            Role::Taker => protocol::Liquidity::Taker,
        },
        leaves_quantity: scale.quantity(leg.leaves_quantity.units()),
        fee: ExactDecimal::new(leg.fee.amount, decimals),
        fee_units: leg.fee.amount.to_string(),
        fee_asset: name,
        seq: trade.event.sequence.0,
        k: trade.event.k,
        at_us: at_us(trade.event.at),
        busted_at_us: execution.busted_at.map(at_us),
    }
}

/// A change of an order.
pub fn amendment_record(listed: &ListedInstrument, amendment: &Amendment) -> AmendmentRecord {
    let scale = listed.scale;
    AmendmentRecord {
        order_id: amendment.order_id.0,
        price_before: amendment
            .price_before
            .map(|price| scale.price(price.units())),
        price: scale.price(amendment.price.units()),
        quantity_before: scale.quantity(amendment.quantity_before.units()),
        quantity: scale.quantity(amendment.quantity.units()),
        priority: wire_priority(amendment.priority),
        replace_count: amendment.replace_count,
        seq: amendment.event.sequence.0,
        k: amendment.event.k,
        at_us: at_us(amendment.event.at),
    }
}

/// Two orders met and did not trade.
pub fn prevented_record(listed: &ListedInstrument, prevented: &PreventedMatch) -> PreventedRecord {
    let scale = listed.scale;
    let quantity = |quantity: Quantity| scale.quantity(quantity.units());
    PreventedRecord {
        prevented_id: prevented.prevented_id,
        taker_order_id: prevented.taker.0,
        maker_order_id: prevented.maker.0,
        taker_side: wire_side(prevented.taker_side),
        price: scale.price(prevented.price.units()),
        quantity: quantity(prevented.quantity),
        taker_prevented_quantity: quantity(prevented.taker_prevented_quantity),
        maker_prevented_quantity: quantity(prevented.maker_prevented_quantity),
        seq: prevented.event.sequence.0,
        k: prevented.event.k,
        at_us: at_us(prevented.event.at),
    }
}

/// What traded in a span, as it is known at `now`.
pub fn candle(
    scale: Scale,
    interval: Interval,
    candle: &history::Candle,
    now: Timestamp,
) -> Candle {
    let end = interval.next_after(candle.start);
    let price = |price: engine::Price| scale.price(price.units());
    Candle {
        start_us: at_us(candle.start),
        end_us: at_us(end),
        open: price(candle.open),
        high: price(candle.high),
        low: price(candle.low),
        close: price(candle.close),
        volume: volume(scale, candle.volume),
        quote_volume: scale.notional(candle.notional.units()),
        taker_buy_volume: volume(scale, candle.taker_buy_volume),
        taker_buy_quote_volume: scale.notional(candle.taker_buy_notional.units()),
        trades: candle.trades,
        auction_trades: candle.auction_trades,
        auction_volume: volume(scale, candle.auction_volume),
        is_closed: end <= now,
    }
}

/// What traded in a window.
pub fn statistics(scale: Scale, statistics: &history::Statistics) -> Statistics {
    let price = |price: engine::Price| scale.price(price.units());
    let volume_units = i128::try_from(statistics.volume).unwrap_or(i128::MAX);
    let average = statistics.notional.units().checked_div(volume_units);
    let average = average.and_then(|units| i64::try_from(units).ok());
    Statistics {
        from_us: at_us(statistics.from),
        to_us: at_us(statistics.until),
        open: price(statistics.open),
        high: price(statistics.high),
        low: price(statistics.low),
        last: price(statistics.last),
        last_quantity: scale.quantity(statistics.last_quantity.units()),
        previous_close: statistics.close_before.map(price),
        volume: volume(scale, statistics.volume),
        quote_volume: scale.notional(statistics.notional.units()),
        average_price: average.map(|units| scale.price(units)),
        trades: statistics.trades,
        first_trade_id: statistics.first_trade.0,
        last_trade_id: statistics.last_trade.0,
    }
}

/// An interval in the wire's words.
pub const fn wire_interval(interval: Interval) -> CandleInterval {
    match interval {
        Interval::Second1 => CandleInterval::Second1,
        Interval::Minute1 => CandleInterval::Minute1,
        Interval::Minute3 => CandleInterval::Minute3,
        Interval::Minute5 => CandleInterval::Minute5,
        Interval::Minute15 => CandleInterval::Minute15,
        Interval::Minute30 => CandleInterval::Minute30,
        Interval::Hour1 => CandleInterval::Hour1,
        Interval::Hour2 => CandleInterval::Hour2,
        Interval::Hour4 => CandleInterval::Hour4,
        Interval::Hour6 => CandleInterval::Hour6,
        Interval::Hour8 => CandleInterval::Hour8,
        Interval::Hour12 => CandleInterval::Hour12,
        Interval::Day1 => CandleInterval::Day1,
        Interval::Day3 => CandleInterval::Day3,
        Interval::Week1 => CandleInterval::Week1,
        Interval::Month1 => CandleInterval::Month1,
    }
}

/// An interval of the wire.
pub const fn interval_of(interval: CandleInterval) -> Interval {
    match interval {
        CandleInterval::Second1 => Interval::Second1,
        CandleInterval::Minute1 => Interval::Minute1,
        CandleInterval::Minute3 => Interval::Minute3,
        CandleInterval::Minute5 => Interval::Minute5,
        CandleInterval::Minute15 => Interval::Minute15,
        CandleInterval::Minute30 => Interval::Minute30,
        CandleInterval::Hour1 => Interval::Hour1,
        CandleInterval::Hour2 => Interval::Hour2,
        CandleInterval::Hour4 => Interval::Hour4,
        CandleInterval::Hour6 => Interval::Hour6,
        CandleInterval::Hour8 => Interval::Hour8,
        CandleInterval::Hour12 => Interval::Hour12,
        CandleInterval::Day1 => Interval::Day1,
        CandleInterval::Day3 => Interval::Day3,
        CandleInterval::Week1 => Interval::Week1,
        CandleInterval::Month1 => Interval::Month1,
    }
}

/// A sum of quantities may be larger than one quantity can be.
fn volume(scale: Scale, units: u128) -> ExactDecimal {
    let decimals = scale.quantity(0).decimals();
    ExactDecimal::new(i128::try_from(units).unwrap_or(i128::MAX), decimals)
}
