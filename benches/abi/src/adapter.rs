//! From messages of the ABI to commands of the engine, and from its events to reports.

#![expect(
    clippy::inline_always,
    reason = "measured: an event is taken apart where it is made, and never written to memory"
)]

use engine::{
    AccountId, Cancel, EngineLimits, Event, EventSink, ExternalId, Foreseen, FundsCheck, Heard,
    Instrument, InstrumentId, LimitOrder, MarketBudget, MatchingEngine, OrderKind, OrderRef,
    OrderSize, Price, Quantity, Remainder, Rules, SequenceNumber, Sequenced, Side, Timestamp,
};

use crate::layout::{CancelMessage, ModifyMessage, NewOrderMessage, Report, ReportType};
use crate::outlet::Outlet;

const INSTRUMENT: InstrumentId = InstrumentId(1);
const ACCOUNT: AccountId = AccountId(1);
/// Most orders that may rest at once.
const OPEN_ORDERS_MAX: u32 = 1 << 30;

/// The exchange's engine with one instrument that admits any price and any quantity but zero.
#[derive(Debug)]
pub struct Adapter {
    engine: MatchingEngine,
    sequence: u64,
    outlet: Outlet,
}

/// An instrument without bounds, where nobody keeps money.
fn unbounded_instrument() -> Instrument {
    Instrument {
        id: INSTRUMENT,
        tick_size: 1,
        lot_size: 1,
        price_min: Price::MIN,
        price_max: Price::MAX,
        quantity_min: Quantity::from_units(1),
        quantity_max: Quantity::from_units(u64::from(u32::MAX)),
        open_orders_max: OPEN_ORDERS_MAX,
        idempotency_orders_max: 0,
        idempotency_sequences_max: 0,
        market_budget: MarketBudget::Partial,
        market_protection_bips: 0,
        hold_surcharge_ppm: 0,
        funds_check: FundsCheck::Off,
        rules: Rules::PLAIN,
    }
}

impl Adapter {
    /// An empty book that reports to `outlet`.
    pub fn new(outlet: Outlet) -> Self {
        let mut engine =
            MatchingEngine::new(EngineLimits { instruments_max: 1 }).with_external_ids();
        engine
            .list(unbounded_instrument())
            .expect("the instrument is sound");
        Self {
            engine,
            sequence: 0,
            outlet,
        }
    }

    /// Enters an order: an acknowledgment, its trades, and the end of what an immediate one leaves. What the
    /// engine refuses (nothing of it, or an id that rests) is not acknowledged; the ABI has no word for it.
    #[inline]
    pub fn new_order(&mut self, message: &NewOrderMessage) {
        let order = LimitOrder {
            account: ACCOUNT,
            external_id: Some(ExternalId(message.order_id)),
            side: side_of(message.side),
            price: Price::from_units(message.price_ticks),
            quantity: Quantity::from_units(u64::from(message.quantity)),
            remainder: if message.ioc == 0 {
                Remainder::Rests
            } else {
                Remainder::IsCanceled
            },
        };
        let order = next(&mut self.sequence, order);
        let mut sink = Entered {
            outlet: self.outlet,
            sequence_number: message.sequence_number,
        };
        self.engine.submit_limit(&order, &mut sink);
    }

    /// Cancels an order, or says that it does not rest.
    #[inline]
    pub fn cancel(&mut self, message: &CancelMessage) {
        let mut sink = CanceledAsAsked {
            outlet: self.outlet,
            message: *message,
        };
        let cancel = next(&mut self.sequence, cancel(message.order_id));
        self.engine.cancel(&cancel, &mut sink);
    }

    /// Takes an order out and enters it again at the tail of its new price, where it may trade. One that is for
    /// nothing any more stays out.
    #[inline]
    pub fn modify(&mut self, message: &ModifyMessage) {
        let sequence_number = message.sequence_number;
        let mut gone = IsCanceled(false);
        let cancel = next(&mut self.sequence, cancel(message.order_id));
        self.engine.cancel(&cancel, &mut gone);
        if !gone.0 {
            return self.outlet.push(&Report {
                kind: ReportType::ModifyReject as u8,
                sequence_number,
                order_id: message.order_id,
                ..Report::default()
            });
        }
        let order = LimitOrder {
            account: ACCOUNT,
            external_id: Some(ExternalId(message.order_id)),
            side: side_of(message.side),
            price: Price::from_units(message.new_price_ticks),
            quantity: Quantity::from_units(u64::from(message.new_quantity)),
            remainder: Remainder::Rests,
        };
        let order = next(&mut self.sequence, order);
        let mut sink = EnteredAgain {
            outlet: self.outlet,
            sequence_number,
        };
        self.engine.submit_limit(&order, &mut sink);
        self.outlet.push(&Report {
            kind: ReportType::ModifyAck as u8,
            side: u8::from(message.side != 0),
            sequence_number,
            order_id: message.order_id,
            price_ticks: message.new_price_ticks,
            quantity: message.new_quantity,
            ..Report::default()
        });
    }

    /// Touches what messages are going to need of a large book, so that their cache misses overlap. Does and
    /// decides nothing.
    #[inline]
    pub fn warm(&self, foreseen: impl Iterator<Item = Foreseen>) {
        self.engine
            .warm_foreseen(foreseen.map(|foreseen| (INSTRUMENT, foreseen)));
    }

    /// The best bid, or `i64::MIN`.
    pub fn best_bid(&self) -> i64 {
        self.best(Side::Buy).map_or(i64::MIN, Price::units)
    }

    /// The best ask, or `i64::MAX`.
    pub fn best_ask(&self) -> i64 {
        self.best(Side::Sell).map_or(i64::MAX, Price::units)
    }

    fn best(&self, side: Side) -> Option<Price> {
        self.engine.book(INSTRUMENT)?.best_price(side)
    }

    /// What rests at a price of a side; 0 buys.
    pub fn depth_at(&self, price_ticks: i64, side: u8) -> u64 {
        let price = Price::from_units(price_ticks);
        self.engine
            .book(INSTRUMENT)
            .map_or(Quantity::ZERO, |book| {
                book.displayed_at(side_of(side), price)
            })
            .units()
    }
}

fn side_of(side: u8) -> Side {
    if side == 0 { Side::Buy } else { Side::Sell }
}

#[inline]
fn next<C>(sequence: &mut u64, command: C) -> Sequenced<C> {
    *sequence += 1;
    Sequenced {
        instrument: INSTRUMENT,
        sequence: SequenceNumber(*sequence),
        at: Timestamp(*sequence),
        command,
    }
}

#[inline]
fn cancel(order_id: u64) -> Cancel {
    Cancel {
        account: ACCOUNT,
        order: OrderRef::External(ExternalId(order_id)),
    }
}

/// What a new order is going to need.
pub(crate) fn entering(message: &NewOrderMessage) -> Foreseen {
    Foreseen::Entering {
        external_id: Some(ExternalId(message.order_id)),
        side: side_of(message.side),
        price: Price::from_units(message.price_ticks),
    }
}

/// What a cancel is going to need.
pub(crate) fn named(message: &CancelMessage) -> Foreseen {
    Foreseen::Named(OrderRef::External(ExternalId(message.order_id)))
}

/// What a modify is going to need.
pub(crate) fn moving(message: &ModifyMessage) -> Foreseen {
    Foreseen::Moving {
        order: OrderRef::External(ExternalId(message.order_id)),
        side: side_of(message.side),
        price: Price::from_units(message.new_price_ticks),
    }
}

/// Reports what becomes of a new order.
struct Entered {
    outlet: Outlet,
    sequence_number: u64,
}

impl EventSink for Entered {
    #[inline]
    fn hears(&self) -> Heard {
        Heard::Events
    }

    #[inline(always)]
    fn event(&mut self, event: Event) {
        let sequence_number = self.sequence_number;
        if let Event::Accepted(accepted) = event {
            let (OrderKind::Limit { price }, OrderSize::Quantity(quantity)) =
                (accepted.kind, accepted.size)
            else {
                return;
            };
            self.outlet.push(&Report {
                kind: ReportType::OrderAck as u8,
                side: accepted.side as u8,
                sequence_number,
                order_id: id_of(accepted.external_id),
                price_ticks: price.units(),
                quantity: lots(quantity),
                ..Report::default()
            });
        } else if let Event::Trade(trade) = event {
            report_trade(&self.outlet, sequence_number, &trade);
        } else if let Event::Canceled(canceled) = event {
            report_canceled(&self.outlet, sequence_number, &canceled);
        }
    }
}

/// Reports what a modified order trades.
struct EnteredAgain {
    outlet: Outlet,
    sequence_number: u64,
}

impl EventSink for EnteredAgain {
    #[inline]
    fn hears(&self) -> Heard {
        Heard::Events
    }

    #[inline(always)]
    fn event(&mut self, event: Event) {
        if let Event::Trade(trade) = event {
            report_trade(&self.outlet, self.sequence_number, &trade);
        }
    }
}

/// Reports a cancel that was asked for.
struct CanceledAsAsked {
    outlet: Outlet,
    message: CancelMessage,
}

impl EventSink for CanceledAsAsked {
    #[inline]
    fn hears(&self) -> Heard {
        Heard::Events
    }

    #[inline(always)]
    fn event(&mut self, event: Event) {
        if let Event::Canceled(canceled) = event {
            report_canceled(&self.outlet, self.message.sequence_number, &canceled);
        } else if let Event::Rejected(_) = event {
            self.outlet.push(&Report {
                kind: ReportType::CancelReject as u8,
                sequence_number: self.message.sequence_number,
                order_id: self.message.order_id,
                ..Report::default()
            });
        }
    }
}

/// Notes whether an order was taken out.
struct IsCanceled(bool);

impl EventSink for IsCanceled {
    #[inline]
    fn hears(&self) -> Heard {
        Heard::Events
    }

    #[inline(always)]
    fn event(&mut self, event: Event) {
        self.0 |= matches!(event, Event::Canceled(_));
    }
}

#[inline]
fn report_trade(outlet: &Outlet, sequence_number: u64, trade: &engine::Trade) {
    outlet.push(&Report {
        kind: ReportType::Trade as u8,
        side: trade.aggressor_side as u8,
        sequence_number,
        price_ticks: trade.price.units(),
        quantity: lots(trade.quantity),
        maker_order_id: id_of(trade.maker.external_id),
        taker_order_id: id_of(trade.taker.external_id),
        ..Report::default()
    });
}

#[inline]
fn report_canceled(outlet: &Outlet, sequence_number: u64, canceled: &engine::Canceled) {
    outlet.push(&Report {
        kind: ReportType::CancelAck as u8,
        side: canceled.side as u8,
        sequence_number,
        order_id: id_of(canceled.external_id),
        price_ticks: canceled.price.map_or(0, Price::units),
        quantity: lots(canceled.canceled_quantity),
        ..Report::default()
    });
}

#[inline]
fn id_of(id: Option<ExternalId>) -> u64 {
    id.map_or(0, |id| id.0)
}

/// A quantity of this ABI's orders: none is for more than 32 bits say.
#[inline]
fn lots(quantity: Quantity) -> u32 {
    u32::try_from(quantity.units()).expect("the instrument admits 32 bits")
}
