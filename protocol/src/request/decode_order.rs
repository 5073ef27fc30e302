//! Reads what a new order asks for.

use crate::error::CodecError;
use crate::request::decode::{maybe_order_ref, word};
use crate::request::field::{Field, Fields, boolean, decimal, number, parsed, short_number, text};
use crate::request::{
    Conditions, Display, NewOrder, Oco, OrderKind, OrderSize, Parent, Peg, TimeInForce, Trailing,
    TrailingDistance, Trigger, TriggerKind,
};
use crate::words::{
    ChildStart, OcoMode, OnDisconnect, OrderType, PegReference, PostOnly, SelfTradePrevention,
    Side, TriggerSource,
};

pub(super) fn new_order(fields: &mut Fields<'_>) -> Result<NewOrder, CodecError> {
    let client_order_id = fields.optional(Field::ClientOrderId, parsed)?;
    let side = fields.required(Field::Side, word(Side::from_word))?;
    let kind = order_kind(fields)?;
    Ok(NewOrder {
        client_order_id,
        side,
        kind,
        size: order_size(fields)?,
        time_in_force: time_in_force(fields, kind)?,
        post_only: fields
            .optional(Field::PostOnly, word(PostOnly::from_word))?
            .unwrap_or(PostOnly::No),
        display: display(fields)?,
        minimum_quantity: fields.optional(Field::MinimumQuantity, decimal)?,
        self_trade_prevention: fields
            .optional(
                Field::SelfTradePrevention,
                word(SelfTradePrevention::from_word),
            )?
            .unwrap_or(SelfTradePrevention::Newest),
        stp_group: fields.optional(Field::StpGroup, short_number)?,
        conditions: conditions(fields)?,
        is_traced: fields.optional(Field::Trace, boolean)?.unwrap_or(false),
    })
}

fn order_kind(fields: &mut Fields<'_>) -> Result<OrderKind, CodecError> {
    let order_type = fields.required(Field::Type, word(OrderType::from_word))?;
    match order_type {
        OrderType::Limit => Ok(OrderKind::Limit {
            price: fields.required(Field::Price, decimal)?,
        }),
        OrderType::Market => {
            no_price(fields, "a market order has no price")?;
            let protection = fields.optional(Field::Protection, decimal)?;
            Ok(protection.map_or(OrderKind::Market, |protection| {
                OrderKind::MarketWithProtection { protection }
            }))
        }
        OrderType::MarketToLimit => {
            no_price(
                fields,
                "a market-to-limit order takes its price from the book",
            )?;
            Ok(OrderKind::MarketToLimit)
        }
        OrderType::Pegged => Ok(OrderKind::Pegged(Peg {
            reference: fields.required(Field::Peg, word(PegReference::from_word))?,
            offset: fields.optional(Field::PegOffset, decimal)?,
            cap: fields.optional(Field::Price, decimal)?,
        })),
    }
}

fn no_price(fields: &mut Fields<'_>, why: &str) -> Result<(), CodecError> {
    match fields.optional(Field::Price, decimal)? {
        Some(_) => Err(CodecError::bad(Field::Price.name(), why)),
        None => Ok(()),
    }
}

fn order_size(fields: &mut Fields<'_>) -> Result<OrderSize, CodecError> {
    let quantity = fields.optional(Field::Quantity, decimal)?;
    let quote_amount = fields.optional(Field::QuoteAmount, decimal)?;
    match (quantity, quote_amount) {
        (Some(quantity), None) => Ok(OrderSize::Quantity(quantity)),
        (None, Some(quote_amount)) => Ok(OrderSize::QuoteAmount(quote_amount)),
        (None, None) => Err(CodecError::missing(Field::Quantity.name())),
        (Some(_), Some(_)) => Err(CodecError::bad(
            Field::QuoteAmount.name(),
            "an order has either a quantity or a quote amount",
        )),
    }
}

fn time_in_force(fields: &mut Fields<'_>, kind: OrderKind) -> Result<TimeInForce, CodecError> {
    let expire_at_us = fields.optional(Field::ExpireAtUs, number)?;
    let word = fields.optional(Field::TimeInForce, text)?;
    let time_in_force = match word.as_deref() {
        None => kind.default_time_in_force(),
        Some("GTC") => TimeInForce::GoodTillCanceled,
        Some("IOC") => TimeInForce::ImmediateOrCancel,
        Some("FOK") => TimeInForce::FillOrKill,
        Some("DAY") => TimeInForce::Day,
        Some("OPG") => TimeInForce::AtOpen,
        Some("ATC") => TimeInForce::AtClose,
        Some("GFA") => TimeInForce::GoodForAuction,
        Some("GFC") => TimeInForce::GoodForContinuous,
        Some("GTD") => {
            let missing = || CodecError::missing(Field::ExpireAtUs.name());
            return Ok(TimeInForce::GoodTillDate {
                expire_at_us: expire_at_us.ok_or_else(missing)?,
            });
        }
        Some(_) => {
            return Err(CodecError::bad(
                Field::TimeInForce.name(),
                "it must be GTC, IOC, FOK, GTD, DAY, OPG, ATC, GFA or GFC",
            ));
        }
    };
    if expire_at_us.is_some() {
        return Err(CodecError::bad(
            Field::ExpireAtUs.name(),
            "only a GTD order has an expiry",
        ));
    }
    Ok(time_in_force)
}

fn display(fields: &mut Fields<'_>) -> Result<Display, CodecError> {
    let is_hidden = fields.optional(Field::Hidden, boolean)?.unwrap_or(false);
    let shown = fields.optional(Field::DisplayQuantity, decimal)?;
    match (is_hidden, shown) {
        (false, None) => Ok(Display::Full),
        (true, None) => Ok(Display::Hidden),
        (false, Some(display_quantity)) => Ok(Display::Iceberg { display_quantity }),
        (true, Some(_)) => Err(CodecError::bad(
            Field::DisplayQuantity.name(),
            "a hidden order displays nothing",
        )),
    }
}

fn conditions(fields: &mut Fields<'_>) -> Result<Conditions, CodecError> {
    Ok(Conditions {
        trigger: trigger(fields)?,
        oco: oco(fields)?,
        parent: parent(fields)?,
        mmp_group: fields.optional(Field::MmpGroup, short_number)?,
        on_disconnect: fields
            .optional(Field::OnDisconnect, word(OnDisconnect::from_word))?
            .unwrap_or_default(),
    })
}

/// A waiting order has one of four prices or distances to wait for.
fn trigger(fields: &mut Fields<'_>) -> Result<Option<Trigger>, CodecError> {
    let stop = fields.optional(Field::StopPrice, decimal)?;
    let take = fields.optional(Field::TakePrice, decimal)?;
    let trail = fields.optional(Field::Trail, decimal)?;
    let bips = fields.optional(Field::TrailBips, short_number)?;
    let kinds = [
        (
            Field::StopPrice,
            stop.map(|price| TriggerKind::Stop { price }),
        ),
        (
            Field::TakePrice,
            take.map(|price| TriggerKind::TakeProfit { price }),
        ),
        (
            Field::Trail,
            trail.map(|by| trailing(TrailingDistance::Price(by))),
        ),
        (
            Field::TrailBips,
            bips.map(|by| trailing(TrailingDistance::Bips(by))),
        ),
    ];
    let mut given = kinds
        .iter()
        .filter_map(|(field, kind)| Some((field, (*kind)?)));
    let Some((_, mut kind)) = given.next() else {
        return Ok(None); // fields that only a waiting order has are refused as unknown
    };
    if let Some((second, _)) = given.next() {
        return Err(CodecError::bad(
            second.name(),
            "an order waits for one thing: a stop, a take-profit or a trailing price",
        ));
    }
    if let TriggerKind::Trailing(trailing) = &mut kind {
        trailing.step = fields.optional(Field::TrailStep, decimal)?;
        trailing.activation = fields.optional(Field::ActivationPrice, decimal)?;
    }
    let source = fields
        .optional(Field::TriggerSource, word(TriggerSource::from_word))?
        .unwrap_or(TriggerSource::Last);
    Ok(Some(Trigger { kind, source }))
}

const fn trailing(distance: TrailingDistance) -> TriggerKind {
    TriggerKind::Trailing(Trailing {
        distance,
        step: None,
        activation: None,
    })
}

fn oco(fields: &mut Fields<'_>) -> Result<Option<Oco>, CodecError> {
    let Some(partner) = maybe_order_ref(fields, Field::OcoOrderId, Field::OcoClientOrderId)? else {
        return Ok(None);
    };
    let mode = fields
        .optional(Field::OcoMode, word(OcoMode::from_word))?
        .unwrap_or(OcoMode::Cancel);
    Ok(Some(Oco { partner, mode }))
}

fn parent(fields: &mut Fields<'_>) -> Result<Option<Parent>, CodecError> {
    let Some(order) = maybe_order_ref(fields, Field::ParentOrderId, Field::ParentClientOrderId)?
    else {
        return Ok(None);
    };
    let start = fields
        .optional(Field::ChildStart, word(ChildStart::from_word))?
        .unwrap_or(ChildStart::FullFill);
    Ok(Some(Parent { order, start }))
}
