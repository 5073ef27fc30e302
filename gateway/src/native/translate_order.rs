//! A new order of the native protocol in the engine's form: dull and total.

use engine::{
    AccountId, ClientIdPolicy, Conditions, Display, NewOrder, Notional, OrderKind, OrderSize,
    Price, Quantity, TimeInForce,
};
use protocol::{DecimalError, ExactDecimal, Reason, Scale};

use crate::native::translate::{
    Untranslatable, client_order_id, engine_side, order_ref, price, quantity, quantity_or_zero,
    timestamp, untranslatable, zero,
};

/// An order as entered, for `account`; nothing is reserved for it yet.
///
/// # Errors
/// A decimal is negative, zero, off the instrument's unit grid or too large.
pub fn new_order(
    order: &protocol::NewOrder,
    account: AccountId,
    scale: Scale,
) -> Result<NewOrder, Untranslatable> {
    let conditions = conditions(order, scale)?;
    Ok(NewOrder {
        account,
        client_order_id: order.client_order_id.map(client_order_id),
        client_id_policy: ClientIdPolicy::Idempotent,
        external_id: None,
        side: engine_side(order.side),
        kind: kind(order.kind, scale)?,
        size: size(order.size, scale)?,
        time_in_force: time_in_force(order.time_in_force),
        post_only: post_only(order.post_only),
        display: display(order.display, scale)?,
        minimum_quantity: match order.minimum_quantity {
            Some(minimum) => quantity_or_zero("minimum_quantity", minimum, scale)?,
            None => Quantity::ZERO,
        },
        self_trade_prevention: self_trade_prevention(order.self_trade_prevention),
        stp_group: order.stp_group.map(engine::StpGroup),
        conditions: (!conditions.are_none()).then(|| Box::new(conditions)),
        extra: Notional::ZERO,
    })
}

fn kind(kind: protocol::OrderKind, scale: Scale) -> Result<OrderKind, Untranslatable> {
    Ok(match kind {
        protocol::OrderKind::Limit { price: limit } => OrderKind::Limit {
            price: price("price", limit, scale)?,
        },
        protocol::OrderKind::Market => OrderKind::Market,
        protocol::OrderKind::MarketWithProtection { protection } => {
            OrderKind::MarketWithProtection {
                points: distance("protection", protection, scale)?.unsigned_abs(),
            }
        }
        protocol::OrderKind::MarketToLimit => OrderKind::MarketToLimit,
        protocol::OrderKind::Pegged(peg) => OrderKind::Pegged {
            reference: peg_reference(peg.reference),
            offset: match peg.offset {
                Some(offset) => signed_distance("peg_offset", offset, scale)?,
                None => 0,
            },
        },
    })
}

fn size(size: protocol::OrderSize, scale: Scale) -> Result<OrderSize, Untranslatable> {
    Ok(match size {
        protocol::OrderSize::Quantity(asked) => {
            OrderSize::Quantity(quantity("quantity", asked, scale)?)
        }
        protocol::OrderSize::QuoteAmount(amount) => {
            OrderSize::QuoteAmount(quote_amount(amount, scale)?)
        }
    })
}

fn display(display: protocol::Display, scale: Scale) -> Result<Display, Untranslatable> {
    Ok(match display {
        protocol::Display::Full => Display::Full,
        protocol::Display::Hidden => Display::Hidden,
        protocol::Display::Iceberg { display_quantity } => Display::Iceberg {
            peak: quantity("display_quantity", display_quantity, scale)?,
        },
    })
}

fn conditions(order: &protocol::NewOrder, scale: Scale) -> Result<Conditions, Untranslatable> {
    let asked = &order.conditions;
    let trigger = asked.trigger.map(|trigger| self::trigger(trigger, scale));
    let cap = match order.kind {
        protocol::OrderKind::Pegged(peg) => peg.cap,
        protocol::OrderKind::Limit { .. }
        | protocol::OrderKind::Market
        | protocol::OrderKind::MarketWithProtection { .. }
        | protocol::OrderKind::MarketToLimit => None,
    };
    Ok(Conditions {
        trigger: trigger.transpose()?,
        oco: asked.oco.map(|oco| engine::Oco {
            partner: order_ref(oco.partner),
            mode: match oco.mode {
                protocol::OcoMode::Cancel => engine::OcoMode::Cancel,
                protocol::OcoMode::Reduce => engine::OcoMode::Reduce,
            },
        }),
        parent: asked.parent.map(|parent| engine::Parent {
            order: order_ref(parent.order),
            start: match parent.start {
                protocol::ChildStart::FullFill => engine::ChildStart::OnFullFill,
                protocol::ChildStart::EachFill => engine::ChildStart::OnEachFill,
            },
        }),
        cap: cap.map(|cap| price("price", cap, scale)).transpose()?,
        mmp_group: asked.mmp_group.map(engine::MmpGroup),
        on_disconnect: match asked.on_disconnect {
            protocol::OnDisconnect::Keep => engine::OnDisconnect::Keep,
            protocol::OnDisconnect::Cancel => engine::OnDisconnect::Cancel,
        },
        // Nobody asks for that.
        fill_cap: None,
    })
}

fn trigger(trigger: protocol::Trigger, scale: Scale) -> Result<engine::Trigger, Untranslatable> {
    Ok(engine::Trigger {
        kind: match trigger.kind {
            protocol::TriggerKind::Stop { price: stop } => engine::TriggerKind::Stop {
                price: price("stop_price", stop, scale)?,
            },
            protocol::TriggerKind::TakeProfit { price: take } => engine::TriggerKind::TakeProfit {
                price: price("take_price", take, scale)?,
            },
            protocol::TriggerKind::Trailing(trailing) => self::trailing(trailing, scale)?,
        },
        source: match trigger.source {
            protocol::TriggerSource::Last => engine::TriggerSource::Last,
            protocol::TriggerSource::BidAsk => engine::TriggerSource::BidAsk,
            protocol::TriggerSource::Mid => engine::TriggerSource::Mid,
        },
    })
}

fn trailing(
    trailing: protocol::Trailing,
    scale: Scale,
) -> Result<engine::TriggerKind, Untranslatable> {
    let step = trailing
        .step
        .map(|step| distance("trail_step", step, scale));
    let activation = trailing.activation;
    let activation = activation.map(|reached| price("activation_price", reached, scale));
    Ok(engine::TriggerKind::Trailing {
        distance: match trailing.distance {
            protocol::TrailingDistance::Price(behind) => {
                let behind = distance("trail", behind, scale)?;
                engine::TrailingDistance::Price(behind.unsigned_abs())
            }
            protocol::TrailingDistance::Bips(bips) => engine::TrailingDistance::Bips(bips),
        },
        step: step.transpose()?,
        activation: activation.transpose()?,
    })
}

/// A distance between prices, in price units above zero.
fn distance(field: &str, distance: ExactDecimal, scale: Scale) -> Result<i64, Untranslatable> {
    price(field, distance, scale).map(Price::units)
}

fn signed_distance(
    field: &str,
    distance: ExactDecimal,
    scale: Scale,
) -> Result<i64, Untranslatable> {
    scale
        .price_difference(distance)
        .map_err(|error| untranslatable(Reason::InvalidPrice, field, error))
}

fn quote_amount(amount: ExactDecimal, scale: Scale) -> Result<Notional, Untranslatable> {
    // Twice the largest amount there can be must not overflow where holds are added up.
    const AMOUNT_MAX: i128 = i128::MAX >> 24;
    let field = "quote_amount";
    let units = scale
        .notional_units(amount)
        .map_err(|error| untranslatable(Reason::InvalidQuantity, field, error))?;
    if units == 0 {
        return Err(zero(Reason::InvalidQuantity, field));
    }
    if units > AMOUNT_MAX {
        return Err(untranslatable(
            Reason::InvalidQuantity,
            field,
            DecimalError::Overflow,
        ));
    }
    Ok(Notional::from_units(units))
}

const fn time_in_force(time_in_force: protocol::TimeInForce) -> TimeInForce {
    match time_in_force {
        protocol::TimeInForce::GoodTillCanceled => TimeInForce::GoodTillCanceled,
        protocol::TimeInForce::ImmediateOrCancel => TimeInForce::ImmediateOrCancel,
        protocol::TimeInForce::FillOrKill => TimeInForce::FillOrKill,
        protocol::TimeInForce::GoodTillDate { expire_at_us } => {
            TimeInForce::GoodTillDate(timestamp(expire_at_us))
        }
        protocol::TimeInForce::Day => TimeInForce::Day,
        protocol::TimeInForce::AtOpen => TimeInForce::AtOpen,
        protocol::TimeInForce::AtClose => TimeInForce::AtClose,
        protocol::TimeInForce::GoodForAuction => TimeInForce::GoodForAuction,
        protocol::TimeInForce::GoodForContinuous => TimeInForce::GoodForContinuous,
    }
}

const fn peg_reference(reference: protocol::PegReference) -> engine::PegReference {
    match reference {
        protocol::PegReference::Primary => engine::PegReference::Primary,
        protocol::PegReference::Market => engine::PegReference::Market,
        protocol::PegReference::Mid => engine::PegReference::Mid,
    }
}

const fn post_only(post_only: protocol::PostOnly) -> engine::PostOnly {
    match post_only {
        protocol::PostOnly::No => engine::PostOnly::No,
        protocol::PostOnly::Reject => engine::PostOnly::Reject,
        protocol::PostOnly::Slide => engine::PostOnly::Slide,
    }
}

const fn self_trade_prevention(mode: protocol::SelfTradePrevention) -> engine::SelfTradePrevention {
    match mode {
        protocol::SelfTradePrevention::None => engine::SelfTradePrevention::None,
        protocol::SelfTradePrevention::Newest => engine::SelfTradePrevention::CancelNewest,
        protocol::SelfTradePrevention::Oldest => engine::SelfTradePrevention::CancelOldest,
        protocol::SelfTradePrevention::Both => engine::SelfTradePrevention::CancelBoth,
        protocol::SelfTradePrevention::Decrement => engine::SelfTradePrevention::Decrement,
    }
}
