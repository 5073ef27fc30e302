//! The exchange's own engine as a contestant: external ids indexed, no funds check, a sink for trades.

use engine::{
    AccountId, Cancel, ClientIdPolicy, Command, Display, EngineLimits, Event, EventSink,
    ExternalId, FundsCheck, Heard, Instrument, InstrumentId, MarketBudget, MatchingEngine,
    NewOrder, Notional, OrderHandle, OrderId, OrderKind, OrderRef, OrderSize, PostOnly, Price,
    Quantity, Replace, Rules, SelfTradePrevention, SequenceNumber, Sequenced, TimeInForce,
    Timestamp,
};

use crate::book::{BATCH_OPERATIONS, Book};
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

    #[inline]
    fn apply(&mut self, operation: &Operation, fold: &mut TradeFold) {
        let id = ExternalId(operation.id);
        let command = next_command(
            &mut self.sequence,
            operation,
            Some(id),
            OrderRef::External(id),
        );
        self.engine.apply(&command, &mut ByExternalId(fold));
    }

    fn run_batches(&mut self, workload: &Workload) -> TradeFold {
        let mut fold = TradeFold::default();
        let mut commands = Vec::with_capacity(BATCH_OPERATIONS);
        for batch in workload.operations.chunks(BATCH_OPERATIONS) {
            commands.clear();
            for operation in batch {
                let id = ExternalId(operation.id);
                let command = next_command(
                    &mut self.sequence,
                    operation,
                    Some(id),
                    OrderRef::External(id),
                );
                commands.push(command);
            }
            self.engine
                .warm(commands.iter().map(|next| (next.instrument, &next.command)));
            for command in &commands {
                self.engine.apply(command, &mut ByExternalId(&mut fold));
            }
        }
        fold
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
            let command = next_command(
                &mut rehearsal.sequence,
                operation,
                None,
                OrderRef::Handle(handle),
            );
            rehearsal.engine.apply(&command, &mut recorder);
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

    #[inline]
    fn apply(&mut self, operation: &Operation, fold: &mut TradeFold) {
        let number = usize::try_from(self.sequence).expect("workloads are of millions");
        let command = next_command(
            &mut self.sequence,
            operation,
            None,
            OrderRef::Handle(self.handles[number]),
        );
        self.engine.apply(&command, &mut ByOrderId(fold));
    }

    fn run_batches(&mut self, workload: &Workload) -> TradeFold {
        let mut fold = TradeFold::default();
        let mut commands = Vec::with_capacity(BATCH_OPERATIONS);
        for batch in workload.operations.chunks(BATCH_OPERATIONS) {
            commands.clear();
            for operation in batch {
                let number = usize::try_from(self.sequence).expect("workloads are of millions");
                let order = OrderRef::Handle(self.handles[number]);
                let command = next_command(&mut self.sequence, operation, None, order);
                commands.push(command);
            }
            self.engine
                .warm(commands.iter().map(|next| (next.instrument, &next.command)));
            for command in &commands {
                self.engine.apply(command, &mut ByOrderId(&mut fold));
            }
        }
        fold
    }
}

/// A command that names orders by the engine's own ids: for workloads whose ids count up from 1.
pub fn command_by_id(operation: &Operation) -> Command {
    let order = OrderRef::Id(OrderId(operation.id));
    next_command(&mut 0, operation, None, order).command
}

#[expect(
    clippy::inline_always,
    reason = "measured: a command is built where it is used, not copied there"
)]
#[inline(always)]
fn next_command(
    sequence: &mut u64,
    operation: &Operation,
    id: Option<ExternalId>,
    order: OrderRef,
) -> Sequenced<Command> {
    *sequence += 1;
    let sequence = *sequence;
    // Around each command and not around the match: a match that is moved as a whole is copied.
    let next = |command| Sequenced {
        instrument: INSTRUMENT,
        sequence: SequenceNumber(sequence),
        at: Timestamp(sequence),
        command,
    };
    match operation.kind {
        OperationKind::Submit => next(Command::Submit(new_order(
            operation,
            id,
            TimeInForce::GoodTillCanceled,
        ))),
        OperationKind::SubmitImmediate => next(Command::Submit(new_order(
            operation,
            id,
            TimeInForce::ImmediateOrCancel,
        ))),
        OperationKind::Cancel => next(Command::Cancel(Cancel {
            account: ACCOUNT,
            order,
        })),
        OperationKind::Replace => next(Command::Replace(Replace {
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
        })),
    }
}

#[expect(
    clippy::inline_always,
    reason = "measured: a command is built where it is used, not copied there"
)]
#[inline(always)]
fn new_order(
    operation: &Operation,
    external_id: Option<ExternalId>,
    time_in_force: TimeInForce,
) -> NewOrder {
    NewOrder {
        account: ACCOUNT,
        client_order_id: None,
        client_id_policy: ClientIdPolicy::OpenUnique,
        external_id,
        side: operation.side,
        kind: OrderKind::Limit {
            price: Price::from_units(operation.price),
        },
        size: OrderSize::Quantity(Quantity::from_units(u64::from(operation.quantity))),
        time_in_force,
        post_only: PostOnly::No,
        display: Display::Full,
        minimum_quantity: Quantity::ZERO,
        self_trade_prevention: SelfTradePrevention::None,
        stp_group: None,
        conditions: None,
        extra: Notional::ZERO,
    }
}
