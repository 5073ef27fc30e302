//! What an order waits for and whom it is tied to, as bytes.

use engine::{
    ChildStart, Conditions, MmpGroup, Oco, OcoMode, OnDisconnect, Parent, Price, Quantity,
    TrailingDistance, Trigger, TriggerKind, TriggerSource,
};

use super::command::{order_ref, put_order_ref};
use super::{DecodeError, Reader, put_i64, put_option, put_u8, put_u32, put_u64};

pub(super) fn put_conditions(bytes: &mut Vec<u8>, conditions: &Conditions) {
    put_option(bytes, conditions.trigger, put_trigger);
    put_option(bytes, conditions.oco, |bytes, oco| {
        put_order_ref(bytes, oco.partner);
        put_u8(
            bytes,
            match oco.mode {
                OcoMode::Cancel => 1,
                OcoMode::Reduce => 2,
            },
        );
    });
    put_option(bytes, conditions.parent, |bytes, parent| {
        put_order_ref(bytes, parent.order);
        put_u8(
            bytes,
            match parent.start {
                ChildStart::OnFullFill => 1,
                ChildStart::OnEachFill => 2,
            },
        );
    });
    put_option(bytes, conditions.cap.map(Price::units), put_i64);
    put_option(bytes, conditions.mmp_group, |bytes, group| {
        put_u32(bytes, group.0);
    });
    put_u8(
        bytes,
        match (conditions.on_disconnect, conditions.fill_cap) {
            (OnDisconnect::Keep, None) => 1,
            (OnDisconnect::Cancel, None) => 2,
            (OnDisconnect::Keep, Some(_)) => 3,
            (OnDisconnect::Cancel, Some(_)) => 4,
        },
    );
    if let Some(cap) = conditions.fill_cap {
        put_u64(bytes, cap.units());
    }
}

pub(super) fn conditions(reader: &mut Reader<'_>) -> Result<Conditions, DecodeError> {
    let conditions = Conditions {
        trigger: reader.option(trigger)?,
        oco: reader.option(oco)?,
        parent: reader.option(parent)?,
        cap: reader.option(|reader| reader.i64().map(Price::from_units))?,
        mmp_group: reader.option(|reader| reader.u32().map(MmpGroup))?,
        ..Conditions::NONE
    };
    let (on_disconnect, is_capped) = match reader.u8()? {
        1 => (OnDisconnect::Keep, false),
        2 => (OnDisconnect::Cancel, false),
        3 => (OnDisconnect::Keep, true),
        4 => (OnDisconnect::Cancel, true),
        _ => return Err(DecodeError::Unknown("what a lost connection means")),
    };
    let fill_cap = if is_capped {
        Some(Quantity::from_units(reader.u64()?))
    } else {
        None
    };
    Ok(Conditions {
        on_disconnect,
        fill_cap,
        ..conditions
    })
}

fn put_trigger(bytes: &mut Vec<u8>, trigger: Trigger) {
    put_u8(
        bytes,
        match trigger.source {
            TriggerSource::Last => 1,
            TriggerSource::BidAsk => 2,
            TriggerSource::Mid => 3,
        },
    );
    match trigger.kind {
        TriggerKind::Stop { price } => {
            put_u8(bytes, 1);
            put_i64(bytes, price.units());
        }
        TriggerKind::TakeProfit { price } => {
            put_u8(bytes, 2);
            put_i64(bytes, price.units());
        }
        TriggerKind::Trailing {
            distance,
            step,
            activation,
        } => {
            put_u8(bytes, 3);
            match distance {
                TrailingDistance::Price(units) => {
                    put_u8(bytes, 1);
                    put_u64(bytes, units);
                }
                TrailingDistance::Bips(bips) => {
                    put_u8(bytes, 2);
                    put_u32(bytes, bips);
                }
            }
            put_option(bytes, step, put_i64);
            put_option(bytes, activation.map(Price::units), put_i64);
        }
    }
}

fn trigger(reader: &mut Reader<'_>) -> Result<Trigger, DecodeError> {
    let source = match reader.u8()? {
        1 => TriggerSource::Last,
        2 => TriggerSource::BidAsk,
        3 => TriggerSource::Mid,
        _ => return Err(DecodeError::Unknown("what a trigger looks at")),
    };
    let kind = match reader.u8()? {
        1 => TriggerKind::Stop {
            price: Price::from_units(reader.i64()?),
        },
        2 => TriggerKind::TakeProfit {
            price: Price::from_units(reader.i64()?),
        },
        3 => TriggerKind::Trailing {
            distance: match reader.u8()? {
                1 => TrailingDistance::Price(reader.u64()?),
                2 => TrailingDistance::Bips(reader.u32()?),
                _ => return Err(DecodeError::Unknown("a trailing distance")),
            },
            step: reader.option(Reader::i64)?,
            activation: reader.option(|reader| reader.i64().map(Price::from_units))?,
        },
        _ => return Err(DecodeError::Unknown("a trigger")),
    };
    Ok(Trigger { kind, source })
}

fn oco(reader: &mut Reader<'_>) -> Result<Oco, DecodeError> {
    Ok(Oco {
        partner: order_ref(reader)?,
        mode: match reader.u8()? {
            1 => OcoMode::Cancel,
            2 => OcoMode::Reduce,
            _ => return Err(DecodeError::Unknown("what an executed leg does")),
        },
    })
}

fn parent(reader: &mut Reader<'_>) -> Result<Parent, DecodeError> {
    Ok(Parent {
        order: order_ref(reader)?,
        start: match reader.u8()? {
            1 => ChildStart::OnFullFill,
            2 => ChildStart::OnEachFill,
            _ => return Err(DecodeError::Unknown("what starts a child")),
        },
    })
}
