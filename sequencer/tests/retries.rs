//! Goal: a retry never makes a second order and never loses the first, whenever the process was killed. (ID-2)
//! Method: storms of submits on real files, each id several times; the files are taken from under the running
//! shard, as a kill leaves them, and everything is sent again to a shard that goes on from them. Each id is
//! accepted once in the life of both, everything else repeats that answer, and no answer that had left is gone.
//!
//! `RIALTO_RETRY_STORMS` says how many storms (60), `RIALTO_SEED` from which seed.
#![expect(clippy::unwrap_used, reason = "a test ends where something is missing")]

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::path::Path;
use std::sync::Arc;

use engine::{
    AccountId, ClientIdPolicy, ClientOrderId, Command, Display, Event, FundsCheck, Instrument,
    InstrumentId, MarketBudget, NewOrder, Notional, OrderKind, OrderSize, OriginalOutcome,
    PostOnly, Price, Quantity, RejectReason, Rules, SelfTradePrevention, Side, TimeInForce,
};
use ledger::{Ledger, LedgerConfig};
use sequencer::{
    ClockSource, Durability, EventBatch, FileLogOptions, FileLogs, InboundCommand, Origin, Running,
    SequencerConfig, Stamps, Threads, start,
};

const IDS: u64 = 12;
const INSTRUMENTS: u32 = 2;
const OPTIONS: FileLogOptions = FileLogOptions {
    durability: Durability::None,
    segment_bytes: 64 << 10,
    reserve_bytes: 0,
};

/// What was decided under an id: the order's id, or that it was refused.
type Decided = Option<u64>;
/// By instrument and client order id.
type Answers = BTreeMap<(u32, String), Decided>;

struct Exchange {
    running: Running,
    batches: Vec<EventBatch>,
}

impl Exchange {
    fn open(folder: &Path) -> Self {
        let config = SequencerConfig {
            threads: Threads::Count(NonZeroUsize::new(2).unwrap()),
            ..SequencerConfig::for_cores(NonZeroUsize::new(2).unwrap())
        };
        let accounts = LedgerConfig { accounts_max: 10 };
        // Nobody keeps money here: ids do not look at it.
        let ledger = Arc::new(Ledger::new(accounts, Vec::new(), Vec::new()).unwrap());
        let logs = FileLogs::open(folder, OPTIONS).unwrap();
        let listed: Vec<_> = (1..=INSTRUMENTS).map(instrument).collect();
        let running = start(config, &listed, ledger, logs, ClockSource::Realtime).unwrap();
        let mut exchange = Self {
            running,
            batches: Vec::new(),
        };
        while !exchange.running.ports.recovery().is_over() {
            assert!(!exchange.running.ports.is_halted());
            exchange.take_events();
        }
        exchange
    }

    fn take_events(&mut self) {
        for events in &self.running.events {
            self.batches.extend(events.try_iter());
        }
    }

    fn submit(&self, instrument: u32, order: NewOrder) {
        let command = InboundCommand {
            instrument: InstrumentId(instrument),
            origin: Origin::default(),
            at: None,
            stamps: Stamps::default(),
            command: Command::Submit(order),
        };
        self.running.ports.try_submit(command).unwrap();
    }

    /// Waits until so many outcomes have left.
    fn wait_for(&mut self, outcomes: u64) {
        let outcomes = usize::try_from(outcomes).unwrap();
        while self
            .batches
            .iter()
            .map(|batch| batch.outcomes.len())
            .sum::<usize>()
            < outcomes
        {
            assert!(!self.running.ports.is_halted());
            self.take_events();
            std::thread::yield_now();
        }
    }

    /// Everything that left, to the end.
    fn stop(mut self) -> Vec<EventBatch> {
        let events = self.running.events.clone();
        let stop = self.running.stop;
        let waiting = std::thread::spawn(move || stop.stop_and_drain());
        for receiver in &events {
            self.batches.extend(receiver.iter());
        }
        waiting.join().unwrap();
        self.batches
    }
}

/// What was decided first under each id. Everything later must say the same.
fn answers(batches: &[EventBatch]) -> Answers {
    let mut answers = Answers::new();
    for batch in batches {
        for outcome in &batch.outcomes {
            let Command::Submit(order) = &outcome.command else {
                continue;
            };
            let id = order.client_order_id.unwrap().as_str().to_owned();
            let key = (outcome.instrument.0, id);
            for event in batch.events_of(outcome) {
                if let Event::Accepted(accepted) = event {
                    let before = answers.insert(key.clone(), Some(accepted.order_id.0));
                    assert_eq!(before, None, "{key:?} is accepted twice");
                }
                if let Event::Rejected(rejected) = event
                    && rejected.reason != RejectReason::DuplicateClientOrderId
                {
                    let before = answers.insert(key.clone(), None);
                    assert_eq!(before, None, "{key:?} is decided twice");
                }
                if let Event::Repeated(repeated) = event {
                    let original = match repeated.original {
                        OriginalOutcome::Accepted(id) => Some(id.0),
                        OriginalOutcome::Rejected(_) => None,
                    };
                    assert_eq!(
                        answers.get(&key),
                        Some(&original),
                        "{key:?} is told otherwise"
                    );
                }
            }
        }
    }
    answers
}

/// Draws from 0 up to and without `end`.
fn draw(state: &mut u64, end: u64) -> u64 {
    *state = state
        .wrapping_mul(6_364_136_223_846_793_005)
        .wrapping_add(1_442_695_040_888_963_407);
    (*state >> 33) % end
}

/// The order of an id: always the same. Some trade, one is refused.
fn order(id: u64) -> NewOrder {
    let side = if id.is_multiple_of(2) {
        Side::Buy
    } else {
        Side::Sell
    };
    NewOrder {
        account: AccountId(1 + u32::try_from(id % 3).unwrap()),
        client_order_id: Some(ClientOrderId::new(&format!("s-{id}")).unwrap()),
        client_id_policy: ClientIdPolicy::Idempotent,
        external_id: None,
        side,
        kind: OrderKind::Limit {
            price: Price::from_units(if id == 5 { 1_001 } else { 100 }),
        },
        size: OrderSize::Quantity(Quantity::from_units(1 + id)),
        time_in_force: TimeInForce::GoodTillCanceled,
        post_only: PostOnly::No,
        display: Display::Full,
        minimum_quantity: Quantity::ZERO,
        self_trade_prevention: SelfTradePrevention::CancelNewest,
        stp_group: None,
        conditions: None,
        extra: Notional::ZERO,
    }
}

fn instrument(id: u32) -> Instrument {
    Instrument {
        id: InstrumentId(id),
        tick_size: 1,
        lot_size: 1,
        price_min: Price::from_units(1),
        price_max: Price::from_units(1_000),
        quantity_min: Quantity::from_units(1),
        quantity_max: Quantity::from_units(1_000),
        open_orders_max: 1_000,
        idempotency_orders_max: 1_000,
        idempotency_sequences_max: 10_000,
        market_budget: MarketBudget::Partial,
        market_protection_bips: 0,
        hold_surcharge_ppm: 0,
        funds_check: FundsCheck::Off,
        rules: Rules::PLAIN,
    }
}

/// Sends ids at random, so many of them.
fn storm(exchange: &mut Exchange, chance: &mut u64, count: u64) {
    for _ in 0..count {
        let instrument = 1 + u32::try_from(draw(chance, INSTRUMENTS.into())).unwrap();
        let id = draw(chance, IDS);
        exchange.submit(instrument, order(id));
        if draw(chance, 4) == 0 {
            exchange.take_events();
        }
    }
}

fn copy(from: &Path, to: &Path) {
    for entry in std::fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|end| end == "seg") {
            std::fs::copy(&path, to.join(path.file_name().unwrap())).unwrap();
        }
    }
}

#[test]
fn id_2_a_retry_after_a_kill_gets_the_first_answer_and_enters_nothing() {
    let number = |name: &str, default: u64| {
        std::env::var(name).map_or(default, |text| text.parse().expect("a whole number"))
    };
    let storms = number("RIALTO_RETRY_STORMS", 60);
    let seed = number("RIALTO_SEED", 8);
    println!("RIALTO_SEED={seed}");
    let (mut had_left, mut retried) = (0, 0);
    for storm_number in 0..storms {
        let mut chance = seed ^ (storm_number << 20);
        let (folder, killed) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let mut first = Exchange::open(folder.path());
        let sent = draw(&mut chance, 60);
        storm(&mut first, &mut chance, sent);
        first.wait_for(draw(&mut chance, sent + 1));
        let left = answers(&first.batches);
        // Taken from under it, perhaps in the middle of a write.
        copy(folder.path(), killed.path());
        first.stop();

        let mut second = Exchange::open(killed.path());
        storm(&mut second, &mut chance, 60);
        for instrument in 1..=INSTRUMENTS {
            for id in 0..IDS {
                second.submit(instrument, order(id));
            }
        }
        let other = NewOrder {
            size: OrderSize::Quantity(Quantity::from_units(999)),
            ..order(0)
        };
        second.submit(1, other);
        let batches = second.stop();

        let decided = answers(&batches);
        assert_eq!(decided.len(), usize::try_from(IDS).unwrap() * 2);
        for (key, answer) in &left {
            assert_eq!(decided.get(key), Some(answer), "{key:?} had another answer");
        }
        let last = batches
            .iter()
            .flat_map(|batch| &batch.events)
            .filter(|event| {
                matches!(event, Event::Rejected(rejected)
                if rejected.reason == RejectReason::DuplicateClientOrderId)
            });
        assert_eq!(last.count(), 1, "another order under a used id is refused");
        had_left += left.len();
        retried += decided.len();
    }
    assert!(
        had_left > usize::try_from(storms).unwrap(),
        "few answers left before a kill"
    );
    println!(
        "GOAL S8 storms={storms} answers_before_kill={had_left} ids={retried} lost=0 doubled=0"
    );
}
