//! Writes what a new order asks for.

use zerocopy::IntoBytes;
use zerocopy::little_endian::{U16, U32, U64};

use crate::binary::instruments::BinaryInstrument;
use crate::binary::layout::Header;
use crate::binary::message_layout::AtLayout;
use crate::binary::nothing::{self, NO_NUMBER};
use crate::binary::numbers::{self, Numbered};
use crate::binary::request_layout::{EndedLayout, LinksLayout, SubmitLayout, TermsLayout, flags};
use crate::request::{
    Conditions, Display, NewOrder, OrderKind, OrderRef, OrderSize, TimeInForce, TrailingDistance,
    Trigger, TriggerKind,
};
use crate::words::{OnCancelFailure, OrderType};

/// Where an order stands: in which instrument, in which request, and when.
#[derive(Debug, Clone, Copy)]
pub(super) struct Entered<'a> {
    pub(super) id: Option<u64>,
    pub(super) instrument: &'a BinaryInstrument,
    pub(super) order: &'a NewOrder,
    pub(super) at_us: Option<u64>,
}

/// Writes an order; `ended` is the one whose place it takes.
pub(super) fn write_order(
    buffer: &mut Vec<u8>,
    template: u16,
    entered: Entered<'_>,
    ended: Option<(OrderRef, OnCancelFailure)>,
) -> Option<()> {
    let (root, terms, links) = layouts(template, entered)?;
    buffer.extend_from_slice(root.as_bytes());
    if let Some((order, on_cancel_failure)) = ended {
        let (order_by, order) = order_ref(Some(order));
        let ended = EndedLayout {
            order_by,
            on_cancel_failure: on_cancel_failure.number(),
            reserved: U16::ZERO,
            order,
        };
        buffer.extend_from_slice(ended.as_bytes());
    }
    if let Some(terms) = terms {
        buffer.extend_from_slice(terms.as_bytes());
    }
    if let Some(links) = links {
        buffer.extend_from_slice(links.as_bytes());
    }
    write_at(buffer, entered.at_us);
    Some(())
}

/// Writes the block `at`, if there is a time.
pub(super) fn write_at(buffer: &mut Vec<u8>, at_us: Option<u64>) {
    if let Some(at_us) = at_us {
        let at = AtLayout {
            at_us: U64::new(at_us),
        };
        buffer.extend_from_slice(at.as_bytes());
    }
}

/// How an order is named: by which id, and the id.
pub(super) fn order_ref(order: Option<OrderRef>) -> (u8, [u8; 36]) {
    let mut bytes = [0; 36];
    let by = match order {
        None => 0,
        Some(OrderRef::Order(id)) => {
            bytes[..8].copy_from_slice(&id.to_le_bytes());
            1
        }
        Some(OrderRef::Client(id)) => {
            bytes = id.padded();
            2
        }
    };
    (by, bytes)
}

fn layouts(
    template: u16,
    Entered {
        id,
        instrument,
        order,
        at_us,
    }: Entered<'_>,
) -> Option<(SubmitLayout, Option<TermsLayout>, Option<LinksLayout>)> {
    let scale = instrument.scale;
    let terms = if has_terms(order) {
        Some(terms(order, instrument)?)
    } else {
        None
    };
    let links = links(&order.conditions);
    let (order_type, price) = match order.kind {
        OrderKind::Limit { price } => (OrderType::Limit, Some(price)),
        OrderKind::Market => (OrderType::Market, None),
        OrderKind::MarketWithProtection { protection } => (OrderType::Market, Some(protection)),
        OrderKind::MarketToLimit => (OrderType::MarketToLimit, None),
        OrderKind::Pegged(peg) => (OrderType::Pegged, peg.cap),
    };
    let quantity = match order.size {
        OrderSize::Quantity(quantity) => Some(quantity),
        OrderSize::QuoteAmount(_) => None,
    };
    let (hidden, displayed) = match order.display {
        Display::Full => (0, None),
        Display::Hidden => (flags::HIDDEN, None),
        Display::Iceberg { display_quantity } => (0, Some(display_quantity)),
    };
    let flag = |is_set: bool, bit: u32| if is_set { bit } else { 0 };
    let set = hidden
        | flag(order.stp_group.is_some(), flags::STP_GROUP)
        | flag(order.conditions.mmp_group.is_some(), flags::MMP_GROUP)
        | flag(terms.is_some(), flags::TERMS)
        | flag(links.is_some(), flags::LINKS)
        | flag(at_us.is_some(), flags::AT)
        | flag(order.is_traced, flags::TRACE);
    let root = SubmitLayout {
        header: Header::of::<SubmitLayout>(template),
        id: nothing::number(id)?,
        instrument: U16::new(instrument.number),
        side: order.side.number(),
        order_type: order_type.number(),
        client_order_id: nothing::name(order.client_order_id.as_ref()),
        price: nothing::price(price, scale)?,
        quantity: nothing::quantity(quantity, scale)?,
        expire_at_us: expiry(order.time_in_force)?,
        display_quantity: nothing::quantity(displayed, scale)?,
        time_in_force: time_in_force(order.time_in_force),
        post_only: order.post_only.number(),
        self_trade_prevention: order.self_trade_prevention.number(),
        on_disconnect: order.conditions.on_disconnect.number(),
        flags: U32::new(set),
        stp_group: U32::new(order.stp_group.unwrap_or_default()),
        mmp_group: U32::new(order.conditions.mmp_group.unwrap_or_default()),
    };
    Some((root, terms, links))
}

fn expiry(time_in_force: TimeInForce) -> Option<U64> {
    match time_in_force {
        TimeInForce::GoodTillDate { expire_at_us } => nothing::number(Some(expire_at_us)),
        TimeInForce::GoodTillCanceled
        | TimeInForce::ImmediateOrCancel
        | TimeInForce::FillOrKill
        | TimeInForce::Day
        | TimeInForce::AtOpen
        | TimeInForce::AtClose
        | TimeInForce::GoodForAuction
        | TimeInForce::GoodForContinuous => Some(U64::new(NO_NUMBER)),
    }
}

const fn time_in_force(time_in_force: TimeInForce) -> u8 {
    match time_in_force {
        TimeInForce::GoodTillCanceled => 1,
        TimeInForce::ImmediateOrCancel => 2,
        TimeInForce::FillOrKill => 3,
        TimeInForce::GoodTillDate { .. } => 4,
        TimeInForce::Day => 5,
        TimeInForce::AtOpen => 6,
        TimeInForce::AtClose => 7,
        TimeInForce::GoodForAuction => 8,
        TimeInForce::GoodForContinuous => 9,
    }
}

/// Whether an order asks for anything that is in the block `terms`.
const fn has_terms(order: &NewOrder) -> bool {
    matches!(order.size, OrderSize::QuoteAmount(_))
        || matches!(order.kind, OrderKind::Pegged(_))
        || order.minimum_quantity.is_some()
        || order.conditions.trigger.is_some()
}

fn terms(order: &NewOrder, instrument: &BinaryInstrument) -> Option<TermsLayout> {
    let amount = match order.size {
        OrderSize::Quantity(_) => None,
        OrderSize::QuoteAmount(amount) => Some(amount),
    };
    let peg = match order.kind {
        OrderKind::Pegged(peg) => Some(peg),
        OrderKind::Limit { .. }
        | OrderKind::Market
        | OrderKind::MarketWithProtection { .. }
        | OrderKind::MarketToLimit => None,
    };
    let trigger = order.conditions.trigger;
    let scale = instrument.scale;
    let fires = Fires::of(trigger);
    Some(TermsLayout {
        quote_amount: nothing::amount(amount, scale)?,
        minimum_quantity: nothing::quantity(order.minimum_quantity, scale)?,
        trigger_price: nothing::price(fires.price, scale)?,
        trail_step: nothing::price(fires.step, scale)?,
        activation_price: nothing::price(fires.activation, scale)?,
        peg_offset: nothing::price(peg.and_then(|peg| peg.offset), scale)?,
        trail_bips: U32::new(fires.bips),
        trigger: fires.kind,
        trigger_source: numbers::maybe(trigger.map(|trigger| trigger.source)),
        peg: numbers::maybe(peg.map(|peg| peg.reference)),
        reserved: 0,
    })
}

/// Where a waiting order fires, field by field.
#[derive(Debug, Default)]
struct Fires {
    kind: u8,
    price: Option<crate::ExactDecimal>,
    step: Option<crate::ExactDecimal>,
    activation: Option<crate::ExactDecimal>,
    bips: u32,
}

impl Fires {
    fn of(trigger: Option<Trigger>) -> Self {
        let mut fires = Self::default();
        match trigger.map(|trigger| trigger.kind) {
            None => {}
            Some(TriggerKind::Stop { price }) => (fires.kind, fires.price) = (1, Some(price)),
            Some(TriggerKind::TakeProfit { price }) => (fires.kind, fires.price) = (2, Some(price)),
            Some(TriggerKind::Trailing(trailing)) => {
                match trailing.distance {
                    TrailingDistance::Price(by) => (fires.kind, fires.price) = (3, Some(by)),
                    TrailingDistance::Bips(by) => (fires.kind, fires.bips) = (4, by),
                }
                fires.step = trailing.step;
                fires.activation = trailing.activation;
            }
        }
        fires
    }
}

/// The block `links`, where the order has a partner or a parent.
fn links(conditions: &Conditions) -> Option<LinksLayout> {
    if conditions.oco.is_none() && conditions.parent.is_none() {
        return None;
    }
    let (oco_by, oco) = order_ref(conditions.oco.map(|oco| oco.partner));
    let (parent_by, parent) = order_ref(conditions.parent.map(|parent| parent.order));
    Some(LinksLayout {
        oco_by,
        oco_mode: numbers::maybe(conditions.oco.map(|oco| oco.mode)),
        parent_by,
        child_start: numbers::maybe(conditions.parent.map(|parent| parent.start)),
        oco,
        parent,
        reserved: U32::ZERO,
    })
}
