//! Goal: a durable answer costs little more than the disk's own sync, and durability little throughput.
//! Method: eight busy instruments on a log in files, `none` and `sync` in turn in one run, each round with orders at
//! random times (latency from the intended time) and with as many as are taken (throughput); between them the disk's
//! own fdatasync is measured on a file of its own. Throughput is that of a shard that is under way: the memory of what
//! is in flight is touched before it is timed, and there are so many orders that the last sync, which has nothing
//! behind it to overlap with, hardly counts. `RIALTO_ACK_ROUNDS` says how many rounds; the bars fail only with
//! `RIALTO_TIME_BARS`, because a busy machine misses them. Run in release.
#![expect(clippy::unwrap_used, reason = "a test ends where something is missing")]

use std::io::Write;
use std::num::NonZeroUsize;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use engine::{
    AccountId, ClientIdPolicy, Command, Display, FundsCheck, Instrument, InstrumentId,
    MarketBudget, NewOrder, Notional, OrderKind, OrderSize, PostOnly, Price, Quantity, Rules,
    SelfTradePrevention, Side, TimeInForce,
};
use ledger::{Ledger, LedgerConfig};
use sequencer::{
    ClockSource, Durability, FileLogOptions, FileLogs, InboundCommand, Origin, Running,
    SequencerConfig, SessionId, Stamps, start,
};

const INSTRUMENTS: u32 = 8;
/// Orders at random times in a round, and the mean time between two.
const PACED_ORDERS: usize = 2_000;
const MEAN_GAP_NS: u64 = 400_000;
/// Orders in a round that come as fast as they are taken: a quarter of a second of them.
const FAST_ORDERS: usize = 1_000_000;
/// As many before them that are not timed.
const WARM_UP_ORDERS: usize = 200_000;
const SYNCS: usize = 100;
const PATIENCE: Duration = Duration::from_secs(60);

#[expect(clippy::disallowed_methods, reason = "this test measures times")]
fn now() -> Instant {
    Instant::now()
}

fn instruments() -> Vec<Instrument> {
    (1..=INSTRUMENTS)
        .map(|id| Instrument {
            id: InstrumentId(id),
            tick_size: 1,
            lot_size: 1,
            price_min: Price::from_units(1),
            price_max: Price::from_units(1_000),
            quantity_min: Quantity::from_units(1),
            quantity_max: Quantity::from_units(1_000),
            open_orders_max: 1_000,
            idempotency_orders_max: 100,
            idempotency_sequences_max: 1_000,
            market_budget: MarketBudget::Partial,
            market_protection_bips: 500,
            hold_surcharge_ppm: 0,
            funds_check: FundsCheck::Enforced,
            rules: Rules::PLAIN,
        })
        .collect()
}

/// An instrument's orders buy and sell in turn at one price, so that every second one trades.
fn order(number: usize, instrument: u32) -> InboundCommand {
    let side = if (number / INSTRUMENTS as usize).is_multiple_of(2) {
        Side::Buy
    } else {
        Side::Sell
    };
    let (price, quantity) = (Price::from_units(100), Quantity::from_units(1));
    let order = NewOrder {
        account: AccountId(1),
        client_order_id: None,
        client_id_policy: ClientIdPolicy::OpenUnique,
        external_id: None,
        side,
        kind: OrderKind::Limit { price },
        size: OrderSize::Quantity(quantity),
        time_in_force: TimeInForce::GoodTillCanceled,
        post_only: PostOnly::No,
        display: Display::Full,
        minimum_quantity: Quantity::ZERO,
        self_trade_prevention: SelfTradePrevention::None,
        stp_group: None,
        conditions: None,
        extra: Notional::of(price, quantity),
    };
    InboundCommand {
        instrument: InstrumentId(instrument),
        origin: Origin {
            session: SessionId(1),
            request: number as u64,
            ..Origin::default()
        },
        at: None,
        stamps: Stamps::default(),
        command: Command::Submit(order),
    }
}

/// A shard on files of its own, and how many of its answers have come.
struct Shard {
    running: Running,
    answered: usize,
}

impl Shard {
    fn open(folder: &Path, durability: Durability) -> Self {
        let options = FileLogOptions {
            durability,
            segment_bytes: 64 << 20,
            reserve_bytes: 0,
        };
        let logs = FileLogs::open(folder, options).unwrap();
        let ledger = Ledger::new(LedgerConfig { accounts_max: 2 }, Vec::new(), Vec::new());
        let running = start(
            SequencerConfig::for_cores(NonZeroUsize::new(2).unwrap()),
            &instruments(),
            Arc::new(ledger.unwrap()),
            logs,
            ClockSource::Realtime,
        );
        Self {
            running: running.unwrap(),
            answered: 0,
        }
    }

    /// Takes what has left the shard.
    fn take_answers(&mut self, mut note: impl FnMut(usize)) {
        for events in &self.running.events {
            while let Ok(batch) = events.try_recv() {
                for outcome in &batch.outcomes {
                    self.answered += 1;
                    note(usize::try_from(outcome.origin.request).unwrap());
                }
                self.running.pool.give_back(batch);
            }
        }
        assert!(!self.running.ports.is_halted(), "the shard halted");
    }

    /// Orders at these times; latencies from them.
    fn paced(&mut self, due: &[Duration]) -> Vec<Duration> {
        let mut latencies = Vec::with_capacity(due.len());
        let (started, mut sent) = (now(), 0);
        while latencies.len() < due.len() {
            let at = started.elapsed();
            assert!(at < PATIENCE, "answers are missing");
            if due.get(sent).is_some_and(|due| *due <= at) {
                let instrument = 1 + u32::try_from(sent).unwrap() % INSTRUMENTS;
                self.running
                    .ports
                    .try_submit(order(sent, instrument))
                    .unwrap();
                sent += 1;
            }
            self.take_answers(|number| {
                latencies.push(started.elapsed().saturating_sub(due[number]));
            });
            std::thread::yield_now();
        }
        latencies
    }

    /// Orders per second, as many as are taken.
    fn fast(&mut self, orders: usize) -> f64 {
        let (started, mut sent) = (now(), 0);
        self.answered = 0;
        while self.answered < orders {
            assert!(started.elapsed() < PATIENCE, "answers are missing");
            while sent < orders {
                let instrument = 1 + u32::try_from(sent).unwrap() % INSTRUMENTS;
                if self
                    .running
                    .ports
                    .try_submit(order(sent, instrument))
                    .is_err()
                {
                    break;
                }
                sent += 1;
            }
            self.take_answers(|_| {});
            std::thread::yield_now();
        }
        let orders = u32::try_from(orders).unwrap();
        f64::from(orders) / started.elapsed().as_secs_f64()
    }
}

/// What the disk's own fdatasync of a written block takes.
fn disk_syncs(folder: &Path) -> Vec<Duration> {
    let mut file = std::fs::File::create(folder.join("sync")).unwrap();
    file.write_all(&vec![1; SYNCS * 4_096]).unwrap();
    file.sync_all().unwrap();
    (0..SYNCS)
        .map(|k| {
            let offset = (k * 4_096) as u64;
            std::os::unix::fs::FileExt::write_all_at(&file, &[2; 4_096], offset).unwrap();
            let started = now();
            file.sync_data().unwrap();
            started.elapsed()
        })
        .collect()
}

fn median<T: PartialOrd + Copy>(mut values: Vec<T>) -> T {
    values.sort_by(|one, other| one.partial_cmp(other).unwrap());
    values[values.len() / 2]
}

/// When orders come: gaps of a fixed seed, between nothing and twice the mean.
fn times() -> Vec<Duration> {
    let mut state: u64 = 9;
    let mut at = 0;
    let next = (0..PACED_ORDERS).map(|_| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        at += (state >> 33) % (2 * MEAN_GAP_NS);
        Duration::from_nanos(at)
    });
    next.collect()
}

#[test]
fn a_durable_answer_costs_little_more_than_a_sync() {
    let rounds = std::env::var("RIALTO_ACK_ROUNDS");
    let rounds = rounds.map_or(1, |text| text.parse().expect("a count"));
    let folder = tempfile::tempdir().unwrap();
    let due = times();
    let (mut volatile, mut durable, mut syncs) = (Vec::new(), Vec::new(), Vec::new());
    let (mut fast_volatile, mut fast_durable) = (Vec::new(), Vec::new());
    for round in 0..rounds {
        for (durability, latencies, rates) in [
            (Durability::None, &mut volatile, &mut fast_volatile),
            (Durability::Sync, &mut durable, &mut fast_durable),
        ] {
            let own = folder.path().join(format!("{round}-{durability:?}"));
            let mut shard = Shard::open(&own, durability);
            latencies.extend(shard.paced(&due));
            shard.fast(WARM_UP_ORDERS);
            rates.push(shard.fast(FAST_ORDERS));
            shard.running.stop.stop_and_drain();
            std::fs::remove_dir_all(&own).unwrap();
        }
        syncs.extend(disk_syncs(folder.path()));
    }

    let us = |duration: Duration| duration.as_secs_f64() * 1e6;
    let fastest_sync = us(*syncs.iter().min().expect("a disk was synced"));
    let (volatile, durable, sync) = (us(median(volatile)), us(median(durable)), us(median(syncs)));
    let bound = volatile + 1.5 * sync;
    let (fast_volatile, fast_durable) = (median(fast_volatile), median(fast_durable));
    let ratio = fast_durable / fast_volatile;
    println!(
        "GOAL durable_ack rounds={rounds} volatile_p50_us={volatile:.0} durable_p50_us={durable:.0} \
         fdatasync_p50_us={sync:.0} bound_us={bound:.0} volatile_per_s={fast_volatile:.0} \
         durable_per_s={fast_durable:.0} throughput_ratio={ratio:.2}"
    );
    assert!(
        durable > fastest_sync * 0.5,
        "an answer that does not wait for its sync is not durable"
    );
    if std::env::var_os("RIALTO_TIME_BARS").is_some() {
        assert!(durable <= bound, "a durable answer");
        assert!(ratio >= 0.8, "throughput under sync");
    }
}
