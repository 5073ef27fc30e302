//! The exchange's own engine as a contestant: external ids indexed, no funds check, a sink for trades.

use engine::{
    AccountId, Cancel, EngineLimits, Event, EventSink, ExternalId, Foreseen, FundsCheck, Heard,
    Instrument, InstrumentId, LimitOrder, MarketBudget, MatchingEngine, Notional, OrderHandle,
    OrderRef, Price, Quantity, Remainder, Replace, Rules, SequenceNumber, Sequenced, Timestamp,
};

mod by_command;

pub use by_command::{EngineByCommand, command_by_id};

use crate::book::Book;
use crate::operation::{Operation, OperationKind};
use crate::trade_fold::TradeFold;
use crate::workload::Workload;

const INSTRUMENT: InstrumentId = InstrumentId(1);
const ACCOUNT: AccountId = AccountId(1);

/// An instrument without bounds that matter, where nobody keeps money.
pub fn unbounded_instrument(workload: &Workload) -> Instrument {
    Instrument {
        id: INSTRUMENT,
        tick_size: 1,
        lot_size: 1,
        price_min: Price::MIN,
        price_max: Price::MAX,
        quantity_min: Quantity::from_units(1),
        quantity_max: Quantity::MAX,
        open_orders_max: u32::try_from(workload.orders_max + 2).expect("workloads are of millions"),
        idempotency_orders_max: 0,
        idempotency_sequences_max: 0,
        market_budget: MarketBudget::Partial,
        market_protection_bips: 500,
        hold_surcharge_ppm: 0,
        funds_check: FundsCheck::Off,
        rules: Rules::PLAIN,
    }
}

/// Folds trades by external ids.
#[derive(Debug)]
struct ByExternalId<'a>(&'a mut TradeFold);

impl EventSink for ByExternalId<'_> {
    #[inline]
    fn hears(&self) -> Heard {
        Heard::Trades
    }

    #[expect(
        clippy::inline_always,
        reason = "measured: an event that nobody reads is not even made"
    )]
    #[inline(always)]
    fn event(&mut self, event: Event) {
        if let Event::Trade(trade) = event {
            let id = |id: Option<ExternalId>| id.map_or(0, |id| id.0);
            self.0.trade(
                id(trade.taker.external_id),
                id(trade.maker.external_id),
                trade.price.units(),
                trade.quantity.units(),
            );
        }
    }
}

/// The engine, its orders named by the outside world.
#[derive(Debug)]
pub struct EngineBook {
    engine: MatchingEngine,
    sequence: u64,
}

impl Book for EngineBook {
    fn for_workload(workload: &Workload) -> Self {
        let mut engine =
            MatchingEngine::new(EngineLimits { instruments_max: 1 }).with_external_ids();
        engine
            .list(unbounded_instrument(workload))
            .expect("the instrument is sound");
        Self {
            engine,
            sequence: 0,
        }
    }

    #[expect(
        clippy::inline_always,
        reason = "measured: a command is used where it is built, not copied there"
    )]
    #[inline(always)]
    fn apply(&mut self, operation: &Operation, fold: &mut TradeFold) {
        let id = ExternalId(operation.id);
        let named = OrderRef::External(id);
        self.sequence += 1;
        let sink = &mut ByExternalId(fold);
        ask(
            &mut self.engine,
            self.sequence,
            operation,
            Some(id),
            named,
            sink,
        );
    }

    #[inline]
    fn warm(&self, batch: &[Operation]) {
        self.engine.warm_foreseen(batch.iter().map(|operation| {
            let id = ExternalId(operation.id);
            let foreseen = foresee(operation, Some(id), OrderRef::External(id));
            (INSTRUMENT, foreseen)
        }));
    }
}

/// Notes the handle of each accepted order, by its id.
#[derive(Debug, Default)]
struct HandleRecorder(Vec<OrderHandle>);

impl EventSink for HandleRecorder {
    fn event(&mut self, event: Event) {
        if let Event::Accepted(accepted) = event {
            assert_eq!(
                accepted.order_id.0,
                self.0.len() as u64 + 1,
                "ids count up from 1"
            );
            self.0.push(accepted.handle);
        }
    }
}

/// Folds trades by the engine's own ids.
#[derive(Debug)]
struct ByOrderId<'a>(&'a mut TradeFold);

impl EventSink for ByOrderId<'_> {
    #[inline]
    fn hears(&self) -> Heard {
        Heard::Trades
    }

    #[expect(
        clippy::inline_always,
        reason = "measured: an event that nobody reads is not even made"
    )]
    #[inline(always)]
    fn event(&mut self, event: Event) {
        if let Event::Trade(trade) = event {
            self.0.trade(
                trade.taker.order_id.0,
                trade.maker.order_id.0,
                trade.price.units(),
                trade.quantity.units(),
            );
        }
    }
}

/// The engine, its orders named by their handles, as an in-process caller does.
///
/// The handles were noted in a run before: the engine gives the same ones again. Only for workloads
/// whose ids count up from 1, so that they are the engine's own.
#[derive(Debug)]
pub struct EngineByHandle {
    engine: MatchingEngine,
    sequence: u64,
    /// By the number of the operation: what a cancel or replace names.
    handles: Vec<OrderHandle>,
}

impl Book for EngineByHandle {
    fn for_workload(workload: &Workload) -> Self {
        let mut engine = MatchingEngine::new(EngineLimits { instruments_max: 1 });
        engine
            .list(unbounded_instrument(workload))
            .expect("the instrument is sound");
        let mut rehearsal = Self {
            engine,
            sequence: 0,
            handles: Vec::new(),
        };
        let mut recorder = HandleRecorder::default();
        let mut handles = Vec::new();
        for operation in workload.resting.iter().chain(&workload.operations) {
            let submitted = OrderHandle {
                slot: u32::MAX,
                generation: 0,
            };
            let number = usize::try_from(operation.id - 1).expect("ids are few");
            let handle = recorder.0.get(number).copied().unwrap_or(submitted);
            rehearsal.sequence += 1;
            let named = OrderRef::Handle(handle);
            let sequence = rehearsal.sequence;
            ask(
                &mut rehearsal.engine,
                sequence,
                operation,
                None,
                named,
                &mut recorder,
            );
            handles.push(handle);
        }
        let mut engine = MatchingEngine::new(EngineLimits { instruments_max: 1 });
        engine
            .list(unbounded_instrument(workload))
            .expect("the instrument is sound");
        Self {
            engine,
            sequence: 0,
            handles,
        }
    }

    #[expect(
        clippy::inline_always,
        reason = "measured: a command is used where it is built, not copied there"
    )]
    #[inline(always)]
    fn apply(&mut self, operation: &Operation, fold: &mut TradeFold) {
        let number = usize::try_from(self.sequence).expect("workloads are of millions");
        let named = OrderRef::Handle(self.handles[number]);
        self.sequence += 1;
        let sink = &mut ByOrderId(fold);
        ask(
            &mut self.engine,
            self.sequence,
            operation,
            None,
            named,
            sink,
        );
    }

    #[inline]
    fn warm(&self, batch: &[Operation]) {
        let number = usize::try_from(self.sequence).expect("workloads are of millions");
        let named = batch.iter().zip(&self.handles[number..]);
        self.engine.warm_foreseen(named.map(|(operation, handle)| {
            let foreseen = foresee(operation, None, OrderRef::Handle(*handle));
            (INSTRUMENT, foreseen)
        }));
    }
}

/// Asks the engine for what an operation says, by one of its three verbs.
#[expect(
    clippy::inline_always,
    reason = "measured: a command is used where it is built, not copied there"
)]
#[inline(always)]
fn ask<S: EventSink>(
    engine: &mut MatchingEngine,
    sequence: u64,
    operation: &Operation,
    external_id: Option<ExternalId>,
    named: OrderRef,
    sink: &mut S,
) {
    match operation.kind {
        OperationKind::Submit | OperationKind::SubmitImmediate => {
            let order = LimitOrder {
                account: ACCOUNT,
                external_id,
                side: operation.side,
                price: Price::from_units(operation.price),
                quantity: Quantity::from_units(u64::from(operation.quantity)),
                remainder: if operation.kind == OperationKind::Submit {
                    Remainder::Rests
                } else {
                    Remainder::IsCanceled
                },
            };
            engine.submit_limit(&placed(sequence, order), sink);
        }
        OperationKind::Cancel => engine.cancel(&placed(sequence, cancel(named)), sink),
        OperationKind::Replace => {
            engine.replace(&placed(sequence, replace(operation, named)), sink);
        }
    }
}

#[inline]
fn placed<C>(sequence: u64, command: C) -> Sequenced<C> {
    Sequenced {
        instrument: INSTRUMENT,
        sequence: SequenceNumber(sequence),
        at: Timestamp(sequence),
        command,
    }
}

#[inline]
fn cancel(order: OrderRef) -> Cancel {
    Cancel {
        account: ACCOUNT,
        order,
    }
}

#[inline]
fn replace(operation: &Operation, order: OrderRef) -> Replace {
    Replace {
        account: ACCOUNT,
        order,
        side: operation.side,
        quantity: Some(Quantity::from_units(u64::from(
            operation.quantity + operation.filled,
        ))),
        price: Some(Price::from_units(operation.price)),
        peak: None,
        stop: None,
        expiry: None,
        extra: Notional::ZERO,
    }
}

/// What an operation is going to ask of the book.
#[inline]
fn foresee(operation: &Operation, external_id: Option<ExternalId>, named: OrderRef) -> Foreseen {
    let (side, price) = (operation.side, Price::from_units(operation.price));
    match operation.kind {
        OperationKind::Submit | OperationKind::SubmitImmediate => Foreseen::Entering {
            external_id,
            side,
            price,
        },
        OperationKind::Cancel => Foreseen::Named(named),
        OperationKind::Replace => Foreseen::Moving {
            order: named,
            side,
            price,
        },
    }
}
