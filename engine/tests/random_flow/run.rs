//! Plays steps on engine and naive book and compares them event by event.

use std::any::Any;
use std::collections::BTreeMap;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};

use engine::{
    ClientOrderId, Command, Event, FundsCheck, Instrument, InstrumentId, MarketBudget, OrderHandle,
    OrderId, OrderRef, Price, Quantity, SequenceNumber, Sequenced, Side,
};

use super::feed_fold::FeedFold;
use super::step::{LOT, Step, TICK, Target, UNISSUED};
use super::subject::Subject;
use crate::naive::NaiveBook;

/// How much is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RunKind {
    /// Events after each command, books and feeds and invariants every so often.
    Long,
    /// Everything after each command.
    Thorough,
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

/// The market of the random runs: coarse grids, so that off-grid orders happen.
pub fn instrument() -> Instrument {
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
        market_protection_bips: 500,
        hold_surcharge_ppm: 0,
        funds_check: FundsCheck::Off,
    }
}

/// Plays the steps; `Ok` carries the state hash at the end.
pub fn play<S: Subject>(steps: &[Step], kind: RunKind) -> Result<u64, Difference> {
    let mut run = Run::<S>::new();
    for (place, step) in steps.iter().enumerate() {
        let played = catch_unwind(AssertUnwindSafe(|| run.play(step, kind)));
        let played = played.unwrap_or_else(|panic| Err(panic_message(&*panic)));
        played.map_err(|what| Difference { place, what })?;
    }
    run.compare_books().map_err(|what| Difference {
        place: steps.len(),
        what,
    })?;
    Ok(run.subject.engine().state_hash())
}

struct Run<S> {
    subject: S,
    naive: NaiveBook,
    feeds: FeedFold,
    naive_events: Vec<Event>,
    sequence: u64,
    entered: BTreeMap<usize, (Option<OrderId>, Option<ClientOrderId>)>,
}

impl<S: Subject> Run<S> {
    fn new() -> Self {
        Self {
            subject: S::new(instrument()),
            naive: NaiveBook::new(instrument()),
            feeds: FeedFold::default(),
            naive_events: Vec::new(),
            sequence: 0,
            entered: BTreeMap::new(),
        }
    }

    fn play(&mut self, step: &Step, kind: RunKind) -> Result<(), String> {
        self.sequence += 1;
        let command = Sequenced {
            instrument: InstrumentId(1),
            sequence: SequenceNumber(self.sequence),
            at: step.at,
            command: resolve(step, &self.entered),
        };
        self.feeds.events.clear();
        self.naive_events.clear();
        self.subject.apply(&command, &mut self.feeds);
        self.naive.apply(&command, &mut self.naive_events);
        self.compare_events()?;
        remember(step, &self.naive_events, &mut self.entered);
        match kind {
            RunKind::Thorough => self.compare_books(),
            RunKind::Long if self.sequence.is_multiple_of(32) => self.compare_books(),
            RunKind::Long => Ok(()),
        }
    }

    fn compare_events(&mut self) -> Result<(), String> {
        let same = self.feeds.events.len() == self.naive_events.len()
            && self
                .feeds
                .events
                .iter()
                .zip(&self.naive_events)
                .all(|(actual, expected)| without_handle(*actual) == *expected);
        if same {
            return Ok(());
        }
        let lines = |events: &[Event]| {
            let lines = events
                .iter()
                .map(|event| format!("\n    {:?}", without_handle(*event)));
            lines.collect::<String>()
        };
        let (naive, engine) = (lines(&self.naive_events), lines(&self.feeds.events));
        Err(format!("\n  naive book says{naive}\n  engine says{engine}"))
    }

    fn compare_books(&self) -> Result<(), String> {
        self.subject.engine().assert_invariants();
        for side in [Side::Buy, Side::Sell] {
            let engine = self.engine_side(side);
            let naive = naive_side(&self.naive, side);
            if engine != naive {
                return Err(format!(
                    "{side:?}: naive book has {naive:?}\nengine has {engine:?}"
                ));
            }
            self.compare_feeds(side, &naive)?;
        }
        Ok(())
    }

    fn engine_side(&self, side: Side) -> Vec<(OrderId, Price, Quantity, Quantity)> {
        let book = self
            .subject
            .engine()
            .book(InstrumentId(1))
            .expect("it was listed");
        let fields = |order: engine::RestingOrder| {
            (
                order.order_id,
                order.price,
                order.displayed_quantity,
                order.hidden_quantity,
            )
        };
        book.orders(side).map(fields).collect()
    }

    fn compare_feeds(
        &self,
        side: Side,
        naive: &[(OrderId, Price, Quantity, Quantity)],
    ) -> Result<(), String> {
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

fn naive_side(naive: &NaiveBook, side: Side) -> Vec<(OrderId, Price, Quantity, Quantity)> {
    let fields = |order: &crate::naive::Order| {
        let (displayed, hidden) = if order.hidden {
            (0, order.open)
        } else {
            (order.open, 0)
        };
        let (displayed, hidden) = (
            Quantity::from_units(displayed),
            Quantity::from_units(hidden),
        );
        (order.id, order.price, displayed, hidden)
    };
    naive.side(side).iter().map(fields).collect()
}

/// The step's command with the order that it is about.
pub(super) fn resolve(
    step: &Step,
    entered: &BTreeMap<usize, (Option<OrderId>, Option<ClientOrderId>)>,
) -> Command {
    let by_id = |number| {
        let id = entered
            .get(number)
            .and_then(|(id, _)| *id)
            .unwrap_or(UNISSUED);
        OrderRef::Id(id)
    };
    let reference = match &step.target {
        None | Some(Target::Nobody) => OrderRef::Id(UNISSUED),
        Some(Target::EnteredBy(number)) => by_id(number),
        Some(Target::ClientIdOf(number)) => {
            let client = entered.get(number).and_then(|(_, client)| *client);
            client.map_or_else(|| by_id(number), OrderRef::Client)
        }
    };
    let mut command = step.command;
    match &mut command {
        Command::Cancel(cancel) => cancel.order = reference,
        Command::Replace(replace) => replace.order = reference,
        Command::CancelReplace(both) => both.cancel = reference,
        Command::Submit(_) | Command::MassCancel(_) | Command::Tick => {}
    }
    command
}

/// Notes which order the step entered.
pub(super) fn remember(
    step: &Step,
    events: &[Event],
    entered: &mut BTreeMap<usize, (Option<OrderId>, Option<ClientOrderId>)>,
) {
    let client = match &step.command {
        Command::Submit(order) => order.client_order_id,
        Command::CancelReplace(both) => both.new_order.client_order_id,
        Command::Cancel(_) | Command::Replace(_) | Command::MassCancel(_) | Command::Tick => return,
    };
    let accepted = events.iter().find_map(|event| match event {
        Event::Accepted(accepted) => Some(accepted.order_id),
        Event::Rejected(_)
        | Event::Repeated(_)
        | Event::Trade(_)
        | Event::Prevented(_)
        | Event::Rested(_)
        | Event::Replaced(_)
        | Event::Canceled(_)
        | Event::HoldReleased(_) => None,
    });
    entered.insert(step.number, (accepted, client));
    // References look back at most thirty entries; older ones need not be kept.
    while entered.len() > 200 {
        entered.pop_first();
    }
}

/// The naive book has no places in memory.
fn without_handle(event: Event) -> Event {
    let nowhere = OrderHandle {
        slot: 0,
        generation: 0,
    };
    match event {
        Event::Accepted(accepted) => Event::Accepted(engine::Accepted {
            handle: nowhere,
            ..accepted
        }),
        Event::Rested(rested) => Event::Rested(engine::Rested {
            handle: nowhere,
            ..rested
        }),
        Event::Rejected(_)
        | Event::Repeated(_)
        | Event::Trade(_)
        | Event::Prevented(_)
        | Event::Replaced(_)
        | Event::Canceled(_)
        | Event::HoldReleased(_) => event,
    }
}

fn panic_message(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    let text = text.or_else(|| panic.downcast_ref::<&str>().copied());
    format!("panic: {}", text.unwrap_or("without a word"))
}
