//! Reads what a new order asks for.

use crate::binary::cursor::{Cursor, maybe_word, must_be_zero, name, word};
use crate::binary::instruments::BinaryInstrument;
use crate::binary::message_layout::AtLayout;
use crate::binary::nothing;
use crate::binary::request_layout::{LinksLayout, SubmitLayout, TermsLayout, flags};
use crate::error::CodecError;
use crate::exact_decimal::ExactDecimal;
use crate::request::{
    Conditions, Display, NewOrder, Oco, OrderKind, OrderRef, OrderSize, Parent, Peg, TimeInForce,
    Trailing, TrailingDistance, Trigger, TriggerKind,
};
use crate::scale::Scale;
use crate::words::{
    ChildStart, OcoMode, OnDisconnect, OrderType, PostOnly, SelfTradePrevention, TriggerSource,
};

/// The order of `root`, with the blocks that follow it, and its time.
#[inline]
pub(super) fn read_order(
    root: &SubmitLayout,
    instrument: &BinaryInstrument,
    cursor: &mut Cursor<'_>,
) -> Result<(NewOrder, Option<u64>), CodecError> {
    let set = root.flags.get();
    must_be_zero(set & !flags::ORDER == 0, "flags")?;
    let terms: Option<&TermsLayout> = following(set, flags::TERMS, cursor, "terms")?;
    let links: Option<&LinksLayout> = following(set, flags::LINKS, cursor, "links")?;
    let at: Option<&AtLayout> = following(set, flags::AT, cursor, "at")?;
    let scale = instrument.scale;
    let order = NewOrder {
        client_order_id: match root.client_order_id[0] {
            0 => no_name(&root.client_order_id, "client_order_id")?,
            _ => Some(name(&root.client_order_id, "client_order_id")?),
        },
        side: word(root.side, "side")?,
        kind: kind(root, terms, scale)?,
        size: size(root, terms, scale)?,
        time_in_force: time_in_force(root)?,
        post_only: maybe_word(root.post_only, "post_only")?.unwrap_or(PostOnly::No),
        display: display(root, scale)?,
        minimum_quantity: terms
            .and_then(|terms| nothing::read_quantity(terms.minimum_quantity, scale)),
        self_trade_prevention: maybe_word(root.self_trade_prevention, "self_trade_prevention")?
            .unwrap_or(SelfTradePrevention::Newest),
        stp_group: (set & flags::STP_GROUP != 0).then(|| root.stp_group.get()),
        conditions: Conditions {
            trigger: match terms {
                Some(terms) => trigger(terms, scale)?,
                None => None,
            },
            oco: match links {
                Some(links) => oco(links)?,
                None => None,
            },
            parent: match links {
                Some(links) => parent(links)?,
                None => None,
            },
            mmp_group: (set & flags::MMP_GROUP != 0).then(|| root.mmp_group.get()),
            on_disconnect: maybe_word(root.on_disconnect, "on_disconnect")?
                .unwrap_or(OnDisconnect::Keep),
        },
        is_traced: set & flags::TRACE != 0,
    };
    Ok((order, at.map(|at| at.at_us.get())))
}

#[inline]
fn following<'a, T: crate::binary::layout::Bytes>(
    set: u32,
    bit: u32,
    cursor: &mut Cursor<'a>,
    block: &str,
) -> Result<Option<&'a T>, CodecError> {
    if set & bit == 0 {
        return Ok(None);
    }
    cursor.block(block).map(Some)
}

/// Which order is meant, if any.
pub(super) fn order_ref(
    by: u8,
    bytes: &[u8; 36],
    field: &str,
) -> Result<Option<OrderRef>, CodecError> {
    match by {
        0 => {
            must_be_zero(bytes.iter().all(|byte| *byte == 0), field)?;
            Ok(None)
        }
        1 => {
            let (id, rest) = bytes.split_first_chunk().expect("36 bytes begin with 8");
            must_be_zero(rest.iter().all(|byte| *byte == 0), field)?;
            Ok(Some(OrderRef::Order(u64::from_le_bytes(*id))))
        }
        2 => name(bytes, field).map(|id| Some(OrderRef::Client(id))),
        other => Err(CodecError::bad(
            field,
            format_args!("{other} is no way to name an order"),
        )),
    }
}

/// A field that names nothing must be zero to its end.
fn no_name<T>(bytes: &[u8; 36], field: &str) -> Result<Option<T>, CodecError> {
    must_be_zero(bytes.iter().all(|byte| *byte == 0), field)?;
    Ok(None)
}

#[inline]
fn kind(
    root: &SubmitLayout,
    terms: Option<&TermsLayout>,
    scale: Scale,
) -> Result<OrderKind, CodecError> {
    let price = nothing::read_price(root.price, scale);
    let pegged = terms.and_then(|terms| (terms.peg != 0).then_some(terms));
    let order_type = word(root.order_type, "order_type")?;
    if order_type != OrderType::Pegged
        && let Some(terms) = terms
    {
        let has_peg = terms.peg != 0 || nothing::read_price(terms.peg_offset, scale).is_some();
        must_be_zero(!has_peg, "peg")?;
    }
    match order_type {
        OrderType::Limit => Ok(OrderKind::Limit {
            price: price.ok_or_else(|| CodecError::missing("price"))?,
        }),
        OrderType::Market => Ok(match price {
            Some(protection) => OrderKind::MarketWithProtection { protection },
            None => OrderKind::Market,
        }),
        OrderType::MarketToLimit => match price {
            Some(_) => Err(CodecError::bad(
                "price",
                "a market-to-limit order takes its price from the book",
            )),
            None => Ok(OrderKind::MarketToLimit),
        },
        OrderType::Pegged => {
            let terms = pegged.ok_or_else(|| CodecError::missing("peg"))?;
            Ok(OrderKind::Pegged(Peg {
                reference: word(terms.peg, "peg")?,
                offset: nothing::read_price(terms.peg_offset, scale),
                cap: price,
            }))
        }
    }
}

#[inline]
fn size(
    root: &SubmitLayout,
    terms: Option<&TermsLayout>,
    scale: Scale,
) -> Result<OrderSize, CodecError> {
    let quantity = nothing::read_quantity(root.quantity, scale);
    let amount = terms.and_then(|terms| nothing::read_amount(terms.quote_amount, scale));
    match (quantity, amount) {
        (Some(quantity), None) => Ok(OrderSize::Quantity(quantity)),
        (None, Some(amount)) => Ok(OrderSize::QuoteAmount(amount)),
        (None, None) => Err(CodecError::missing("quantity")),
        (Some(_), Some(_)) => Err(CodecError::bad(
            "quote_amount",
            "an order has either a quantity or a quote amount",
        )),
    }
}

#[inline]
fn time_in_force(root: &SubmitLayout) -> Result<TimeInForce, CodecError> {
    let expire_at_us = nothing::read_number(root.expire_at_us);
    let time_in_force = match root.time_in_force {
        0 | 1 => TimeInForce::GoodTillCanceled,
        2 => TimeInForce::ImmediateOrCancel,
        3 => TimeInForce::FillOrKill,
        4 => {
            return Ok(TimeInForce::GoodTillDate {
                expire_at_us: expire_at_us.ok_or_else(|| CodecError::missing("expire_at_us"))?,
            });
        }
        5 => TimeInForce::Day,
        6 => TimeInForce::AtOpen,
        7 => TimeInForce::AtClose,
        8 => TimeInForce::GoodForAuction,
        9 => TimeInForce::GoodForContinuous,
        other => {
            return Err(CodecError::bad(
                "time_in_force",
                format_args!("{other} is none of the numbers it can be"),
            ));
        }
    };
    if expire_at_us.is_some() {
        return Err(CodecError::bad(
            "expire_at_us",
            "only a GTD order has an expiry",
        ));
    }
    Ok(time_in_force)
}

#[inline]
fn display(root: &SubmitLayout, scale: Scale) -> Result<Display, CodecError> {
    let is_hidden = root.flags.get() & flags::HIDDEN != 0;
    match (
        is_hidden,
        nothing::read_quantity(root.display_quantity, scale),
    ) {
        (false, None) => Ok(Display::Full),
        (true, None) => Ok(Display::Hidden),
        (false, Some(display_quantity)) => Ok(Display::Iceberg { display_quantity }),
        (true, Some(_)) => Err(CodecError::bad(
            "display_quantity",
            "a hidden order displays nothing",
        )),
    }
}

fn trigger(terms: &TermsLayout, scale: Scale) -> Result<Option<Trigger>, CodecError> {
    must_be_zero(terms.reserved == 0, "reserved")?;
    let price = nothing::read_price(terms.trigger_price, scale);
    let needed =
        |price: Option<ExactDecimal>| price.ok_or_else(|| CodecError::missing("trigger_price"));
    let trailing = |distance| {
        TriggerKind::Trailing(Trailing {
            distance,
            step: nothing::read_price(terms.trail_step, scale),
            activation: nothing::read_price(terms.activation_price, scale),
        })
    };
    let kind = match terms.trigger {
        0 => return Ok(None),
        1 => TriggerKind::Stop {
            price: needed(price)?,
        },
        2 => TriggerKind::TakeProfit {
            price: needed(price)?,
        },
        3 => trailing(TrailingDistance::Price(needed(price)?)),
        4 => trailing(TrailingDistance::Bips(terms.trail_bips.get())),
        other => {
            return Err(CodecError::bad(
                "trigger",
                format_args!("{other} is none of the numbers it can be"),
            ));
        }
    };
    let source = maybe_word(terms.trigger_source, "trigger_source")?;
    Ok(Some(Trigger {
        kind,
        source: source.unwrap_or(TriggerSource::Last),
    }))
}

fn oco(links: &LinksLayout) -> Result<Option<Oco>, CodecError> {
    must_be_zero(links.reserved.get() == 0, "reserved")?;
    let Some(partner) = order_ref(links.oco_by, &links.oco, "oco")? else {
        return Ok(None);
    };
    let mode = maybe_word(links.oco_mode, "oco_mode")?.unwrap_or(OcoMode::Cancel);
    Ok(Some(Oco { partner, mode }))
}

fn parent(links: &LinksLayout) -> Result<Option<Parent>, CodecError> {
    let Some(order) = order_ref(links.parent_by, &links.parent, "parent")? else {
        return Ok(None);
    };
    let start = maybe_word(links.child_start, "child_start")?.unwrap_or(ChildStart::FullFill);
    Ok(Some(Parent { order, start }))
}
