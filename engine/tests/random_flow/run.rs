//! Plays steps on engine and naive book and compares them event by event.

use std::any::Any;
use std::collections::BTreeMap;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};

use engine::{
    Command, Event, FundsCheck, Instrument, InstrumentId, MarketBudget, OrderBook, OrderHandle,
    OrderId, OrderRef, Price, Quantity, RestingOrder, SequenceNumber, Sequenced, Side,
};

use super::entered::Entered;
use super::feed_fold::FeedFold;
use super::hold_fold::{HoldFold, without_holds};
use super::step::{LOT, Step, TICK};
use super::subject::Subject;
use crate::naive::NaiveBook;

/// How much is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RunKind {
    /// Events after each command, books and feeds and invariants every so often.
    Long,
    /// Everything after each command.
    Thorough,
    /// Everything after each command, with money: what is reserved is followed to the last unit.
    Funded,
}

/// Where the two part.
#[derive(Debug, Clone)]
pub struct Difference {
    /// Place in the steps that were played.
    pub place: usize,
    /// What differs.
    pub what: String,
}

impl fmt::Display for Difference {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "at step {}: {}", self.place, self.what)
    }
}

/// The market of the random runs: coarse grids, so that off-grid orders happen, and a market
/// protection that is wider than the prices, so that budgets never end an order.
pub fn instrument(kind: RunKind) -> Instrument {
    Instrument {
        id: InstrumentId(1),
        tick_size: TICK,
        lot_size: LOT,
        price_min: Price::from_units(100),
        price_max: Price::from_units(1_000_000),
        quantity_min: Quantity::from_units(LOT),
        quantity_max: Quantity::from_units(1_000_000),
        open_orders_max: 10_000,
        idempotency_orders_max: 1_000_000,
        idempotency_sequences_max: 1_000_000_000,
        market_budget: MarketBudget::Partial,
        market_protection_bips: 10_000,
        hold_surcharge_ppm: 0,
        funds_check: match kind {
            RunKind::Long | RunKind::Thorough => FundsCheck::Off,
            RunKind::Funded => FundsCheck::Enforced,
        },
        rules: engine::Rules::PLAIN,
    }
}

/// Plays the steps; `Ok` carries the state hash at the end.
pub fn play<S: Subject>(steps: &[Step], kind: RunKind) -> Result<u64, Difference> {
    let mut run = Run::<S>::new(kind);
    for (place, step) in steps.iter().enumerate() {
        let played = catch_unwind(AssertUnwindSafe(|| run.play(step)));
        let played = played.unwrap_or_else(|panic| Err(panic_message(&*panic)));
        played.map_err(|what| Difference { place, what })?;
    }
    let place = steps.len();
    run.compare_books()
        .map_err(|what| Difference { place, what })?;
    Ok(run.subject.engine().state_hash())
}

/// What the naive book says to the steps.
pub fn naive_events(steps: &[Step]) -> Vec<Event> {
    let mut naive = NaiveBook::new(&instrument(RunKind::Long));
    let mut entered = Entered::default();
    let mut all = Vec::new();
    for (step, sequence) in steps.iter().zip(1..) {
        let command = Sequenced {
            instrument: InstrumentId(1),
            sequence: SequenceNumber(sequence),
            at: step.at,
            command: entered.command_without_handle(step),
        };
        let mut events = Vec::new();
        naive.apply(&command, &mut events);
        entered.remember(step, &events);
        all.append(&mut events);
    }
    all
}

struct Run<S> {
    kind: RunKind,
    subject: S,
    naive: NaiveBook,
    feeds: FeedFold,
    holds: HoldFold,
    naive_events: Vec<Event>,
    sequence: u64,
    entered: Entered,
}

/// An order as both books show it.
type Shown = (OrderId, Price, Quantity, Quantity);

impl<S: Subject> Run<S> {
    fn new(kind: RunKind) -> Self {
        Self {
            kind,
            subject: S::new(&instrument(kind)),
            naive: NaiveBook::new(&instrument(kind)),
            feeds: FeedFold::default(),
            holds: HoldFold::default(),
            naive_events: Vec::new(),
            sequence: 0,
            entered: Entered::default(),
        }
    }

    fn play(&mut self, step: &Step) -> Result<(), String> {
        self.sequence += 1;
        let sequenced = |command| Sequenced {
            instrument: InstrumentId(1),
            sequence: SequenceNumber(self.sequence),
            at: step.at,
            command,
        };
        let mut asked = sequenced(self.entered.command(step));
        let naive_asked = sequenced(self.entered.command_without_handle(step));
        if self.kind == RunKind::Funded {
            self.holds.reserve(&mut asked.command);
        }
        self.feeds.events.clear();
        self.naive_events.clear();
        self.subject.apply(&asked, &mut self.feeds);
        self.naive.apply(&naive_asked, &mut self.naive_events);
        self.entered.remember(step, &self.feeds.events);
        self.compare_events(&asked.command)?;
        match self.kind {
            RunKind::Thorough => self.compare_books(),
            RunKind::Funded => self.compare_books().and_then(|()| self.compare_holds()),
            RunKind::Long if self.sequence.is_multiple_of(32) => self.compare_books(),
            RunKind::Long => Ok(()),
        }
    }

    fn compare_events(&mut self, asked: &Command) -> Result<(), String> {
        let by_handle = is_by_handle(asked);
        let known = |event: Event| {
            if by_handle {
                without_order(event)
            } else {
                event
            }
        };
        let expected = self.naive_events.iter().map(|event| known(*event));
        let said = self
            .feeds
            .events
            .iter()
            .copied()
            .map(without_place)
            .map(known);
        let said = said.filter_map(without_holds);
        if said.clone().eq(expected.clone()) {
            return Ok(());
        }
        let expected: Vec<String> = expected.map(|event| format!("    {event:?}")).collect();
        let said: Vec<String> = said.map(|event| format!("    {event:?}")).collect();
        let (expected, said) = (expected.join("\n"), said.join("\n"));
        Err(format!(
            "\n  naive book says\n{expected}\n  engine says\n{said}"
        ))
    }

    fn compare_holds(&mut self) -> Result<(), String> {
        for event in &self.feeds.events {
            self.holds.hear(event);
        }
        self.holds.check(self.book())
    }

    fn compare_books(&self) -> Result<(), String> {
        self.subject.engine().assert_invariants();
        for side in [Side::Buy, Side::Sell] {
            let engine: Vec<Shown> = self
                .book()
                .orders(side)
                .map(|order| shown(&order))
                .collect();
            let naive: Vec<Shown> = self.naive.side(side).iter().map(naive_shown).collect();
            if engine != naive {
                return Err(format!(
                    "{side:?}: naive book has {naive:?}\nengine has {engine:?}"
                ));
            }
            self.compare_feeds(side, &naive)?;
        }
        Ok(())
    }

    fn book(&self) -> &OrderBook {
        self.subject
            .engine()
            .book(InstrumentId(1))
            .expect("it was listed")
    }

    fn compare_feeds(&self, side: Side, naive: &[Shown]) -> Result<(), String> {
        let mut orders: BTreeMap<Price, Vec<(OrderId, Quantity)>> = BTreeMap::new();
        for (id, price, displayed, _) in naive {
            if !displayed.is_zero() {
                orders.entry(*price).or_default().push((*id, *displayed));
            }
        }
        if orders != *self.feeds.orders(side) {
            let fed = self.feeds.orders(side);
            return Err(format!(
                "{side:?}: L3 feed gives {fed:?}\nthe book is {orders:?}"
            ));
        }
        let total = |queue: &[(OrderId, Quantity)]| {
            let units = queue.iter().map(|(_, quantity)| quantity.units()).sum();
            let count = u32::try_from(queue.len()).expect("few orders");
            (Quantity::from_units(units), count)
        };
        let levels: BTreeMap<Price, (Quantity, u32)> = orders
            .iter()
            .map(|(price, queue)| (*price, total(queue)))
            .collect();
        if levels != *self.feeds.levels(side) {
            let fed = self.feeds.levels(side);
            return Err(format!(
                "{side:?}: L2 feed gives {fed:?}\nthe book is {levels:?}"
            ));
        }
        Ok(())
    }
}

fn shown(order: &RestingOrder) -> Shown {
    (
        order.order_id,
        order.price,
        order.displayed_quantity,
        order.hidden_quantity,
    )
}

fn naive_shown(order: &crate::naive::Order) -> Shown {
    let open = Quantity::from_units(order.open);
    let (displayed, hidden) = if order.hidden {
        (Quantity::ZERO, open)
    } else {
        (open, Quantity::ZERO)
    };
    (order.id, order.price, displayed, hidden)
}

fn is_by_handle(command: &Command) -> bool {
    let order = match command {
        Command::Cancel(cancel) => cancel.order,
        Command::Replace(replace) => replace.order,
        Command::CancelReplace(both) => both.cancel,
        Command::Submit(_)
        | Command::MassCancel(_)
        | Command::Tick
        | Command::SetState(_)
        | Command::Uncross(_)
        | Command::SetLastPrice(_)
        | Command::Admit(_)
        | Command::SetLimits(_)
        | Command::SetFeeTier(_)
        | Command::FanOut(_)
        | Command::Quote(_)
        | Command::MmpReset(_)
        | Command::Disconnect(_)
        | Command::CancelAfter(_)
        | Command::Operate(_)
        | Command::Batch(_)
        | Command::Bust(_) => return false,
    };
    matches!(order, OrderRef::Handle(_))
}

/// A refusal without the order: who names it by its place is told which it was while it rests only.
fn without_order(event: Event) -> Event {
    match event {
        Event::Rejected(rejected) => Event::Rejected(engine::Rejected {
            order_id: None,
            ..rejected
        }),
        Event::Accepted(_)
        | Event::Rested(_)
        | Event::Repeated(_)
        | Event::Trade(_)
        | Event::Prevented(_)
        | Event::Replaced(_)
        | Event::Canceled(_)
        | Event::HoldReleased(_)
        | Event::StatusChanged(_)
        | Event::Conditioned(_)
        | Event::Queued(_)
        | Event::Triggered(_)
        | Event::Refilled(_)
        | Event::Pegged(_)
        | Event::Indicative(_)
        | Event::TermsChanged(_)
        | Event::Step(_)
        | Event::TradeBusted(_)
        | Event::BustRefused(_) => event,
    }
}

/// The naive book has no places in memory.
fn without_place(event: Event) -> Event {
    let handle = OrderHandle {
        slot: 0,
        generation: 0,
    };
    match event {
        Event::Accepted(accepted) => Event::Accepted(engine::Accepted { handle, ..accepted }),
        Event::Rested(rested) => Event::Rested(engine::Rested { handle, ..rested }),
        Event::Pegged(pegged) => Event::Pegged(engine::Pegged { handle, ..pegged }),
        Event::Rejected(_)
        | Event::Repeated(_)
        | Event::Trade(_)
        | Event::Prevented(_)
        | Event::Replaced(_)
        | Event::Canceled(_)
        | Event::HoldReleased(_)
        | Event::StatusChanged(_)
        | Event::Conditioned(_)
        | Event::Queued(_)
        | Event::Triggered(_)
        | Event::Refilled(_)
        | Event::Indicative(_)
        | Event::TermsChanged(_)
        | Event::Step(_)
        | Event::TradeBusted(_)
        | Event::BustRefused(_) => event,
    }
}

fn panic_message(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    let text = text.or_else(|| panic.downcast_ref::<&str>().copied());
    format!("panic: {}", text.unwrap_or("without a word"))
}
