//! New orders as bytes.

use engine::{
    AccountId, ClientIdPolicy, Display, ExternalId, NewOrder, Notional, OrderKind, OrderSize,
    PegReference, PostOnly, Price, Quantity, SelfTradePrevention, StpGroup, TimeInForce, Timestamp,
};

use super::command::{client_order_id, put_client_order_id, put_side, side};
use super::conditions::{conditions, put_conditions};
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
    put_display(bytes, order.display);
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
    put_option(bytes, order.conditions.as_deref(), put_conditions);
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
        display: display(reader)?,
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
        conditions: reader.option(conditions)?.map(Box::new),
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
        OrderKind::MarketWithProtection { points } => {
            put_u8(bytes, 3);
            put_u64(bytes, points);
        }
        OrderKind::MarketToLimit => put_u8(bytes, 4),
        OrderKind::Pegged { reference, offset } => {
            put_u8(bytes, 5);
            put_u8(
                bytes,
                match reference {
                    PegReference::Primary => 1,
                    PegReference::Market => 2,
                    PegReference::Mid => 3,
                },
            );
            put_i64(bytes, offset);
        }
    }
}

fn kind(reader: &mut Reader<'_>) -> Result<OrderKind, DecodeError> {
    Ok(match reader.u8()? {
        1 => OrderKind::Limit {
            price: Price::from_units(reader.i64()?),
        },
        2 => OrderKind::Market,
        3 => OrderKind::MarketWithProtection {
            points: reader.u64()?,
        },
        4 => OrderKind::MarketToLimit,
        5 => OrderKind::Pegged {
            reference: match reader.u8()? {
                1 => PegReference::Primary,
                2 => PegReference::Market,
                3 => PegReference::Mid,
                _ => return Err(DecodeError::Unknown("what a peg follows")),
            },
            offset: reader.i64()?,
        },
        _ => return Err(DecodeError::Unknown("an order kind")),
    })
}

fn put_display(bytes: &mut Vec<u8>, display: Display) {
    match display {
        Display::Full => put_u8(bytes, 1),
        Display::Hidden => put_u8(bytes, 2),
        Display::Iceberg { peak } => {
            put_u8(bytes, 3);
            put_u64(bytes, peak.units());
        }
    }
}

fn display(reader: &mut Reader<'_>) -> Result<Display, DecodeError> {
    Ok(match reader.u8()? {
        1 => Display::Full,
        2 => Display::Hidden,
        3 => Display::Iceberg {
            peak: Quantity::from_units(reader.u64()?),
        },
        _ => return Err(DecodeError::Unknown("a display mode")),
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
        TimeInForce::Day => put_u8(bytes, 5),
        TimeInForce::AtOpen => put_u8(bytes, 6),
        TimeInForce::AtClose => put_u8(bytes, 7),
        TimeInForce::GoodForAuction => put_u8(bytes, 8),
        TimeInForce::GoodForContinuous => put_u8(bytes, 9),
    }
}

fn time_in_force(reader: &mut Reader<'_>) -> Result<TimeInForce, DecodeError> {
    Ok(match reader.u8()? {
        1 => TimeInForce::GoodTillCanceled,
        2 => TimeInForce::ImmediateOrCancel,
        3 => TimeInForce::FillOrKill,
        4 => TimeInForce::GoodTillDate(Timestamp(reader.u64()?)),
        5 => TimeInForce::Day,
        6 => TimeInForce::AtOpen,
        7 => TimeInForce::AtClose,
        8 => TimeInForce::GoodForAuction,
        9 => TimeInForce::GoodForContinuous,
        _ => return Err(DecodeError::Unknown("a time in force")),
    })
}
