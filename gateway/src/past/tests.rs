//! Goal: the history loses nothing, and nobody who trades or asks waits for its disk. Method: storages that are slow or
//! broken, on purpose, below a `Past` that nobody else uses.

use std::io;
use std::sync::mpsc;

use super::*;
use engine::{Command, Event, Party, Price, Quantity, Side, TradeId, TradePhase};
use history::{Interval, Page, Storage, Syncing};
use ledger::{AssetId, FeeRates, FeeSchedule};
use sequencer::{CommandOutcome, EventRange, LogPosition, Origin, Stamps};

const INSTRUMENT: InstrumentId = InstrumentId(1);

/// Keeps bytes in memory, and does with a sync, or with an append, what a test wants.
#[derive(Debug)]
struct Odd {
    memory: MemoryStorage,
    is_broken: bool,
    gate: Option<Gate>,
}

/// A sync says that it has begun, and then waits for leave to end.
#[derive(Debug, Clone)]
struct Gate {
    begun: mpsc::Sender<()>,
    leave: Arc<Mutex<mpsc::Receiver<()>>>,
}

impl Storage for Odd {
    fn start(&self) -> u64 {
        self.memory.start()
    }
    fn end(&self) -> u64 {
        self.memory.end()
    }
    fn read_at(&self, bytes: &mut [u8], offset: u64) -> io::Result<()> {
        self.memory.read_at(bytes, offset)
    }
    fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        if self.is_broken {
            return Err(io::Error::other("the disk is gone"));
        }
        self.memory.append(bytes)
    }
    fn syncing(&mut self) -> Syncing {
        let gate = self.gate.clone();
        Box::new(move || {
            if let Some(gate) = gate {
                gate.begun.send(()).expect("the test listens");
                lock(&gate.leave).recv().expect("the test lets it end");
            }
            Ok(())
        })
    }
    fn cut(&mut self, end: u64) -> io::Result<()> {
        self.memory.cut(end)
    }
}

fn odd() -> Odd {
    Odd {
        memory: MemoryStorage::default(),
        is_broken: false,
        gate: None,
    }
}

fn past_over(records: Odd) -> Arc<Past> {
    let storages = Storages {
        records: Box::new(records),
        seconds: Box::new(odd()),
    };
    let (history, _) = History::open(storages, IndexLimits::default()).unwrap();
    Past::with_terms(history, vec![terms()], Keeps::Everything)
}

fn terms() -> InstrumentTerms {
    InstrumentTerms {
        instrument: INSTRUMENT,
        base: AssetId(1),
        quote: AssetId(2),
        base_units_per_quantity_unit: 1,
        quote_units_per_notional_unit: 1,
        fees: FeeSchedule::flat(FeeRates {
            maker_ppm: 0,
            taker_ppm: 0,
        }),
        fee_asset: ledger::FeeAsset::Received,
    }
}

fn party(account: u32) -> Party {
    Party {
        order_id: engine::OrderId(u64::from(account)),
        external_id: None,
        account: engine::AccountId(account),
        fee: engine::FeeBasis::default(),
        leaves_quantity: Quantity::ZERO,
        filled_quantity: Quantity::from_units(1),
        hold_used: engine::Notional::ZERO,
        hold: engine::Notional::ZERO,
    }
}

/// A batch of one command that traded once.
fn batch(sequence: u64) -> Arc<EventBatch> {
    let trade = Event::Trade(Trade {
        phase: TradePhase::Continuous,
        trade_id: TradeId(sequence),
        price: Price::from_units(100),
        quantity: Quantity::from_units(1),
        aggressor_side: Side::Buy,
        taker: party(1),
        maker: party(2),
    });
    let outcome = CommandOutcome {
        instrument: INSTRUMENT,
        sequence: SequenceNumber(sequence),
        at: engine::Timestamp(sequence),
        origin: Origin::default(),
        stamps: Stamps::default(),
        command: Command::Tick,
        events: EventRange { start: 0, end: 1 },
        level_changes: EventRange::default(),
        order_changes: EventRange::default(),
    };
    Arc::new(EventBatch {
        position: LogPosition(sequence),
        outcomes: vec![outcome],
        events: vec![trade],
        ..EventBatch::default()
    })
}

fn trades(history: &History) -> usize {
    history.trades(INSTRUMENT, &Page::oldest(usize::MAX)).len()
}

#[tokio::test]
async fn whoever_asks_while_a_snapshot_waits_for_the_disk_is_answered() {
    let ((begun, has_begun), (may_end, leave)) = (mpsc::channel(), mpsc::channel());
    let leave = Arc::new(Mutex::new(leave));
    let past = past_over(Odd {
        gate: Some(Gate { begun, leave }),
        ..odd()
    });
    past.put(batch(1));
    let snapshot = std::thread::spawn({
        let past = Arc::clone(&past);
        move || past.sync_through(&[(INSTRUMENT, SequenceNumber(1))])
    });
    has_begun.recv().unwrap();

    past.put(batch(2));
    assert_eq!(past.ask(trades).await, 2);

    may_end.send(()).unwrap();
    assert_eq!(snapshot.join().unwrap(), Ok(()));
}

#[tokio::test]
async fn a_full_history_makes_egress_wait_and_loses_nothing() {
    let past = past_over(odd());
    let count = u64::try_from(QUEUE_BATCHES_MAX).unwrap();
    for sequence in 1..count {
        past.put(batch(sequence));
    }
    past.room().await;
    assert_eq!(past.readings().egress_waits, 0);

    past.put(batch(count));
    let egress = tokio::spawn({
        let past = Arc::clone(&past);
        async move { past.room().await }
    });
    while past.readings().egress_waits == 0 {
        tokio::task::yield_now().await;
    }
    assert!(!egress.is_finished());
    assert_eq!(past.readings().batches_waiting, QUEUE_BATCHES_MAX);

    assert_eq!(past.ask(trades).await, QUEUE_BATCHES_MAX);
    egress.await.unwrap();
    assert_eq!(past.readings().batches_waiting, 0);
}

#[test]
fn no_snapshot_hides_what_a_broken_disk_did_not_take() {
    let past = past_over(Odd {
        is_broken: true,
        ..odd()
    });
    past.put(batch(1));

    let synced = past.sync_through(&[(INSTRUMENT, SequenceNumber(1))]);

    assert_eq!(
        synced,
        Err("the history cannot be written: the disk is gone".to_owned())
    );
}

#[tokio::test]
async fn the_thread_writes_everything_before_it_ends() {
    let past = past_over(odd());
    let thread = past.spawn();
    for sequence in 1..=100 {
        past.put(batch(sequence));
    }
    drop(thread);

    let history = lock(&past.history);
    assert_eq!(history.kept(INSTRUMENT), SequenceNumber(100));
    assert_eq!(trades(&history), 100);
    let range = history::CandleRange::Newest {
        until: engine::Timestamp(100),
        count: 1,
    };
    let day = history.candles(INSTRUMENT, Interval::named("1d").unwrap(), range);
    assert_eq!(day[0].trades, 100);
}
