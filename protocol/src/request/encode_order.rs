//! Writes what a new order asks for; what is at its default is left out.

use crate::json_writer::JsonWriter;
use crate::request::encode::write_order_ref;
use crate::request::field::Field;
use crate::request::{
    Conditions, Display, NewOrder, OrderKind, OrderSize, TimeInForce, TrailingDistance, Trigger,
    TriggerKind,
};
use crate::words::{
    ChildStart, OcoMode, OnDisconnect, OrderType, PostOnly, SelfTradePrevention, TriggerSource,
};

pub(super) fn write_new_order(json: &mut JsonWriter<'_>, order: &NewOrder) {
    json.maybe_name(Field::ClientOrderId.name(), order.client_order_id.as_ref());
    json.word(Field::Side.name(), order.side.word());
    write_kind(json, order.kind);
    match order.size {
        OrderSize::Quantity(quantity) => json.decimal(Field::Quantity.name(), quantity),
        OrderSize::QuoteAmount(amount) => json.decimal(Field::QuoteAmount.name(), amount),
    }
    if order.time_in_force != order.kind.default_time_in_force() {
        json.word(Field::TimeInForce.name(), order.time_in_force.word());
    }
    if let TimeInForce::GoodTillDate { expire_at_us } = order.time_in_force {
        json.number(Field::ExpireAtUs.name(), expire_at_us);
    }
    if order.post_only != PostOnly::No {
        json.word(Field::PostOnly.name(), order.post_only.word());
    }
    write_display(json, order.display);
    json.maybe_decimal(Field::MinimumQuantity.name(), order.minimum_quantity);
    if order.self_trade_prevention != SelfTradePrevention::Newest {
        json.word(
            Field::SelfTradePrevention.name(),
            order.self_trade_prevention.word(),
        );
    }
    json.maybe_number(Field::StpGroup.name(), order.stp_group.map(u64::from));
    write_conditions(json, &order.conditions);
    if order.is_traced {
        json.boolean(Field::Trace.name(), true);
    }
}

fn write_kind(json: &mut JsonWriter<'_>, kind: OrderKind) {
    let word = match kind {
        OrderKind::Limit { .. } => OrderType::Limit,
        OrderKind::Market | OrderKind::MarketWithProtection { .. } => OrderType::Market,
        OrderKind::MarketToLimit => OrderType::MarketToLimit,
        OrderKind::Pegged(_) => OrderType::Pegged,
    };
    json.word(Field::Type.name(), word.word());
    match kind {
        OrderKind::Limit { price } => json.decimal(Field::Price.name(), price),
        OrderKind::MarketWithProtection { protection } => {
            json.decimal(Field::Protection.name(), protection);
        }
        OrderKind::Pegged(peg) => {
            json.word(Field::Peg.name(), peg.reference.word());
            json.maybe_decimal(Field::PegOffset.name(), peg.offset);
            json.maybe_decimal(Field::Price.name(), peg.cap);
        }
        OrderKind::Market | OrderKind::MarketToLimit => {}
    }
}

fn write_display(json: &mut JsonWriter<'_>, display: Display) {
    match display {
        Display::Full => {}
        Display::Hidden => json.boolean(Field::Hidden.name(), true),
        Display::Iceberg { display_quantity } => {
            json.decimal(Field::DisplayQuantity.name(), display_quantity);
        }
    }
}

fn write_conditions(json: &mut JsonWriter<'_>, conditions: &Conditions) {
    if let Some(trigger) = conditions.trigger {
        write_trigger(json, trigger);
    }
    if let Some(oco) = conditions.oco {
        write_order_ref(
            json,
            &oco.partner,
            Field::OcoOrderId,
            Field::OcoClientOrderId,
        );
        if oco.mode != OcoMode::Cancel {
            json.word(Field::OcoMode.name(), oco.mode.word());
        }
    }
    if let Some(parent) = conditions.parent {
        write_order_ref(
            json,
            &parent.order,
            Field::ParentOrderId,
            Field::ParentClientOrderId,
        );
        if parent.start != ChildStart::FullFill {
            json.word(Field::ChildStart.name(), parent.start.word());
        }
    }
    json.maybe_number(Field::MmpGroup.name(), conditions.mmp_group.map(u64::from));
    if conditions.on_disconnect != OnDisconnect::Keep {
        json.word(Field::OnDisconnect.name(), conditions.on_disconnect.word());
    }
}

fn write_trigger(json: &mut JsonWriter<'_>, trigger: Trigger) {
    match trigger.kind {
        TriggerKind::Stop { price } => json.decimal(Field::StopPrice.name(), price),
        TriggerKind::TakeProfit { price } => json.decimal(Field::TakePrice.name(), price),
        TriggerKind::Trailing(trailing) => {
            match trailing.distance {
                TrailingDistance::Price(by) => json.decimal(Field::Trail.name(), by),
                TrailingDistance::Bips(by) => json.number(Field::TrailBips.name(), by),
            }
            json.maybe_decimal(Field::TrailStep.name(), trailing.step);
            json.maybe_decimal(Field::ActivationPrice.name(), trailing.activation);
        }
    }
    if trigger.source != TriggerSource::Last {
        json.word(Field::TriggerSource.name(), trigger.source.word());
    }
}
