//! New orders as bytes.

use engine::{
    AccountId, ClientIdPolicy, Display, ExternalId, NewOrder, Notional, OrderKind, OrderSize,
    PostOnly, Price, Quantity, SelfTradePrevention, StpGroup, TimeInForce, Timestamp,
};

use super::command::{client_order_id, put_client_order_id, put_side, side};
use super::{DecodeError, Reader, put_i64, put_i128, put_option, put_u8, put_u32, put_u64};

pub(super) fn put_order(bytes: &mut Vec<u8>, order: &NewOrder) {
    put_u32(bytes, order.account.0);
    put_option(bytes, order.client_order_id, put_client_order_id);
    put_u8(
        bytes,
        match order.client_id_policy {
            ClientIdPolicy::Idempotent => 1,
            ClientIdPolicy::OpenUnique => 2,
        },
    );
    put_option(bytes, order.external_id, |bytes, id| put_u64(bytes, id.0));
    put_side(bytes, order.side);
    put_kind(bytes, order.kind);
    put_size(bytes, order.size);
    put_time_in_force(bytes, order.time_in_force);
    put_u8(
        bytes,
        match order.post_only {
            PostOnly::No => 1,
            PostOnly::Reject => 2,
            PostOnly::Slide => 3,
        },
    );
    put_u8(
        bytes,
        match order.display {
            Display::Full => 1,
            Display::Hidden => 2,
        },
    );
    put_u64(bytes, order.minimum_quantity.units());
    put_u8(
        bytes,
        match order.self_trade_prevention {
            SelfTradePrevention::None => 1,
            SelfTradePrevention::CancelNewest => 2,
            SelfTradePrevention::CancelOldest => 3,
            SelfTradePrevention::CancelBoth => 4,
            SelfTradePrevention::Decrement => 5,
        },
    );
    put_option(bytes, order.stp_group, |bytes, group| {
        put_u32(bytes, group.0);
    });
    put_i128(bytes, order.extra.units());
}

pub(super) fn order(reader: &mut Reader<'_>) -> Result<NewOrder, DecodeError> {
    Ok(NewOrder {
        account: AccountId(reader.u32()?),
        client_order_id: reader.option(client_order_id)?,
        client_id_policy: match reader.u8()? {
            1 => ClientIdPolicy::Idempotent,
            2 => ClientIdPolicy::OpenUnique,
            _ => return Err(DecodeError::Unknown("a client id policy")),
        },
        external_id: reader.option(|reader| reader.u64().map(ExternalId))?,
        side: side(reader)?,
        kind: kind(reader)?,
        size: size(reader)?,
        time_in_force: time_in_force(reader)?,
        post_only: match reader.u8()? {
            1 => PostOnly::No,
            2 => PostOnly::Reject,
            3 => PostOnly::Slide,
            _ => return Err(DecodeError::Unknown("a post-only mode")),
        },
        display: match reader.u8()? {
            1 => Display::Full,
            2 => Display::Hidden,
            _ => return Err(DecodeError::Unknown("a display mode")),
        },
        minimum_quantity: Quantity::from_units(reader.u64()?),
        self_trade_prevention: match reader.u8()? {
            1 => SelfTradePrevention::None,
            2 => SelfTradePrevention::CancelNewest,
            3 => SelfTradePrevention::CancelOldest,
            4 => SelfTradePrevention::CancelBoth,
            5 => SelfTradePrevention::Decrement,
            _ => return Err(DecodeError::Unknown("a self-trade prevention mode")),
        },
        stp_group: reader.option(|reader| reader.u32().map(StpGroup))?,
        extra: Notional::from_units(reader.i128()?),
    })
}

fn put_kind(bytes: &mut Vec<u8>, kind: OrderKind) {
    match kind {
        OrderKind::Limit { price } => {
            put_u8(bytes, 1);
            put_i64(bytes, price.units());
        }
        OrderKind::Market => put_u8(bytes, 2),
    }
}

fn kind(reader: &mut Reader<'_>) -> Result<OrderKind, DecodeError> {
    Ok(match reader.u8()? {
        1 => OrderKind::Limit {
            price: Price::from_units(reader.i64()?),
        },
        2 => OrderKind::Market,
        _ => return Err(DecodeError::Unknown("an order kind")),
    })
}

fn put_size(bytes: &mut Vec<u8>, size: OrderSize) {
    match size {
        OrderSize::Quantity(quantity) => {
            put_u8(bytes, 1);
            put_u64(bytes, quantity.units());
        }
        OrderSize::QuoteAmount(amount) => {
            put_u8(bytes, 2);
            put_i128(bytes, amount.units());
        }
    }
}

fn size(reader: &mut Reader<'_>) -> Result<OrderSize, DecodeError> {
    Ok(match reader.u8()? {
        1 => OrderSize::Quantity(Quantity::from_units(reader.u64()?)),
        2 => OrderSize::QuoteAmount(Notional::from_units(reader.i128()?)),
        _ => return Err(DecodeError::Unknown("an order size")),
    })
}

fn put_time_in_force(bytes: &mut Vec<u8>, time_in_force: TimeInForce) {
    match time_in_force {
        TimeInForce::GoodTillCanceled => put_u8(bytes, 1),
        TimeInForce::ImmediateOrCancel => put_u8(bytes, 2),
        TimeInForce::FillOrKill => put_u8(bytes, 3),
        TimeInForce::GoodTillDate(expiry) => {
            put_u8(bytes, 4);
            put_u64(bytes, expiry.0);
        }
    }
}

fn time_in_force(reader: &mut Reader<'_>) -> Result<TimeInForce, DecodeError> {
    Ok(match reader.u8()? {
        1 => TimeInForce::GoodTillCanceled,
        2 => TimeInForce::ImmediateOrCancel,
        3 => TimeInForce::FillOrKill,
        4 => TimeInForce::GoodTillDate(Timestamp(reader.u64()?)),
        _ => return Err(DecodeError::Unknown("a time in force")),
    })
}
