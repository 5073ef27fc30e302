//! A small shard on a simulated disk: two instruments on two matchers, and accounts with little money, so
//! that what one trade gives is soon what another order takes.

use std::num::NonZeroUsize;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use engine::{
    AccountId, Command, Instrument, InstrumentId, NewOrder, Notional, Price, Quantity,
    SelfTradePrevention, Side,
};
use ledger::{Ledger, Money};
use sequencer::{
    AppendRefused, Batch, ClockSource, CommandLog, ControlCommand, Durability, EventBatch,
    FileLogOptions, FileLogs, InboundCommand, LogContext, LogEntry, LogError, LogFactory, LogPlace,
    LogPosition, LogReader, LogState, OpenError, RecordedCall, Refused, Running, SequencerConfig,
    SimulatedDisk, Storage, Threads, start,
};

use crate::chance::Chance;
use crate::floor::{self, CASH, COIN};

pub const INSTRUMENTS: u32 = 2;
pub const ACCOUNTS: u32 = 4;
pub const OPTIONS: FileLogOptions = FileLogOptions {
    durability: Durability::Sync,
    segment_bytes: 64 << 10,
    reserve_bytes: 0,
};
/// What comes, comes within this; else it was lost.
const PATIENCE: Duration = Duration::from_secs(20);

pub fn folder() -> &'static Path {
    Path::new("/log")
}

/// The log on `disk`, with the fault points that `faults` names.
pub fn open(disk: &SimulatedDisk, faults: &str) -> Result<FileLogs, OpenError> {
    let storage = Storage::with_faults(Arc::new(disk.clone()), faults.parse().unwrap());
    FileLogs::open_on(storage, folder(), OPTIONS, LogPosition(0))
}

/// A shard that runs.
pub struct Market {
    running: Running,
    pub ledger: Arc<Ledger>,
    seen: Arc<Seen>,
}

/// What has left the shard, and what has been taken.
#[derive(Default)]
pub struct Seen {
    /// Highest position of a batch that left.
    acknowledged: AtomicU64,
    /// Highest position that was given out.
    appended: AtomicU64,
    receivers: Mutex<Vec<flume::Receiver<EventBatch>>>,
}

/// Why trading came to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// Everything was submitted and answered.
    WithItsOrders,
    /// The shard halted.
    Halted,
}

/// Whether an account's money covered an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Taken {
    Yes,
    No,
}

impl Seen {
    /// Reads what has left; the highest position that did.
    pub fn acknowledged(&self) -> u64 {
        for receiver in &*self.receivers.lock().unwrap() {
            for batch in receiver.try_iter() {
                self.acknowledged
                    .fetch_max(batch.position.0, Ordering::SeqCst);
            }
        }
        self.acknowledged.load(Ordering::SeqCst)
    }

    /// For [`SimulatedDisk::record`]: both highest positions in one number.
    fn note(&self) -> u64 {
        // In this order: what left had been appended.
        let acknowledged = self.acknowledged();
        acknowledged << 32 | self.appended.load(Ordering::SeqCst)
    }
}

/// The highest position that had left when a call was entered.
pub fn acknowledged(call: &RecordedCall) -> u64 {
    call.note >> 32
}

/// The highest position that had been given out when a call was entered.
pub fn appended(call: &RecordedCall) -> u64 {
    call.note & 0xffff_ffff
}

impl Market {
    /// Starts a shard on `disk` whose calls are recorded, and applies what the log has.
    pub fn start(disk: &SimulatedDisk, faults: &str) -> Result<Self, OpenError> {
        let seen = Arc::new(Seen::default());
        let noted = Arc::clone(&seen);
        disk.record(move || noted.note());
        let logs = Watched {
            logs: open(disk, faults)?,
            seen: Arc::clone(&seen),
        };
        Ok(Self::on(logs, seen))
    }

    /// Starts a shard on any log.
    pub fn on(logs: impl LogFactory, seen: Arc<Seen>) -> Self {
        let two = NonZeroUsize::new(2).unwrap();
        let config = SequencerConfig {
            threads: Threads::Count(two),
            batch_commands_max: two,
            ..SequencerConfig::for_cores(two)
        };
        let ledger = floor::ledger(INSTRUMENTS);
        let listed: Vec<Instrument> = (1..=INSTRUMENTS).map(floor::instrument).collect();
        let clock = ClockSource::Realtime;
        let running = start(config, &listed, Arc::clone(&ledger), logs, clock).unwrap();
        seen.receivers.lock().unwrap().clone_from(&running.events);
        let market = Self {
            running,
            ledger,
            seen,
        };
        while !market.running.ports.recovery().is_over() {
            market.seen.acknowledged();
            std::thread::yield_now();
        }
        market
    }

    pub fn is_halted(&self) -> bool {
        self.running.ports.is_halted()
    }

    /// Opens the accounts that are not there. Every other one begins with coins only, or with cash only.
    pub fn fund(&self) -> Ended {
        for account in (1..=ACCOUNTS).map(AccountId) {
            if self.ledger.has_account(account) {
                continue;
            }
            let asset = if account.0 % 2 == 0 { COIN } else { CASH };
            let amount = Money::from_units(2_000);
            let command = ControlCommand::CreateAccount {
                account,
                deposits: Box::new([(asset, amount)]),
            };
            let Ok(receipt) = self.running.ports.control(command) else {
                return Ended::Halted;
            };
            if receipt.wait().is_err() {
                return Ended::Halted;
            }
        }
        Ended::WithItsOrders
    }

    /// Submits `orders` random orders, as fast as money allows.
    pub fn trade(&self, orders: u64, chance: &mut Chance) -> Ended {
        for _ in 0..orders {
            let instrument = InstrumentId(1 + u32::try_from(chance.below(2)).unwrap());
            let account = AccountId(1 + u32::try_from(chance.below(u64::from(ACCOUNTS))).unwrap());
            let side = if chance.below(2) == 0 {
                Side::Buy
            } else {
                Side::Sell
            };
            let quantity = 1 + chance.below(100);
            let price = 9 + i64::try_from(chance.below(3)).unwrap();
            let order = order(account, side, quantity, price);
            if self.submit(instrument, order) == Err(Refused::Unavailable) {
                return Ended::Halted;
            }
            self.seen.acknowledged();
        }
        Ended::WithItsOrders
    }

    /// Submits one order after the other, each after the one before has left.
    pub fn trade_one_by_one(&self, orders: u64, chance: &mut Chance) -> Ended {
        for _ in 0..orders {
            let before = self.seen.acknowledged();
            if self.trade(1, chance) == Ended::Halted {
                return Ended::Halted;
            }
            let waiting = Duration::from_millis(5);
            let mut rounds = 0;
            // An order that no money covers is refused at the door, and nothing leaves.
            while self.seen.acknowledged() == before && rounds < 10 && !self.is_halted() {
                std::thread::park_timeout(waiting / 50);
                rounds += 1;
            }
        }
        Ended::WithItsOrders
    }

    /// Sells coins for the only cash that an account has, and spends it as soon as it can.
    pub fn spend_proceeds(&self) {
        let (rich, poor) = (AccountId(1), AccountId(2));
        for _ in 0..2 {
            let buy = order(rich, Side::Buy, 100, 10);
            let sell = order(poor, Side::Sell, 100, 10);
            self.submit(InstrumentId(1), buy).unwrap();
            self.submit(InstrumentId(1), sell).unwrap();
            let spend = order(poor, Side::Buy, 100, 10);
            while self.submit(InstrumentId(2), spend.clone()) == Ok(Taken::No) {
                self.seen.acknowledged();
                std::thread::yield_now();
            }
        }
    }

    fn submit(&self, instrument: InstrumentId, order: NewOrder) -> Result<Taken, Refused> {
        let (account, side, extra) = (order.account, order.side, order.extra);
        if self
            .ledger
            .reserve(account, instrument, side, extra)
            .is_err()
        {
            return Ok(Taken::No);
        }
        let inbound = InboundCommand {
            instrument,
            ..floor::inbound(0, Command::Submit(order))
        };
        let taken = self.running.ports.try_submit(inbound);
        if taken.is_err() {
            self.ledger.give_back(account, instrument, side, extra);
        }
        taken.map(|()| Taken::Yes)
    }

    /// Waits until the shard has halted, as it must.
    pub fn wait_until_halted(&self) {
        let mut waited = Duration::ZERO;
        let step = Duration::from_micros(200);
        while !self.is_halted() {
            assert!(waited < PATIENCE, "the shard did not halt");
            std::thread::park_timeout(step);
            waited += step;
        }
    }

    /// Stops in order, or after a halt.
    pub fn stop(self) -> Arc<Seen> {
        let stop = self.running.stop;
        let waiting = std::thread::spawn(move || stop.stop_and_drain());
        while !waiting.is_finished() {
            self.seen.acknowledged();
            std::thread::yield_now();
        }
        waiting.join().unwrap();
        self.seen.acknowledged();
        self.seen
    }
}

/// A log in files, with a note of every position that it gives out.
struct Watched {
    logs: FileLogs,
    seen: Arc<Seen>,
}

struct WatchedLog<L> {
    log: L,
    seen: Arc<Seen>,
}

impl LogFactory for Watched {
    type Log = WatchedLog<<FileLogs as LogFactory>::Log>;

    fn open(&mut self, context: LogContext) -> Result<Self::Log, LogError> {
        Ok(WatchedLog {
            log: LogFactory::open(&mut self.logs, context)?,
            seen: Arc::clone(&self.seen),
        })
    }

    fn recover(&self, base: LogPlace) -> Result<Option<LogReader>, LogError> {
        self.logs.recover(base)
    }
}

impl<L: CommandLog> CommandLog for WatchedLog<L> {
    fn append(&mut self, batch: &Batch) -> Result<(), AppendRefused> {
        self.log.append(batch)
    }

    fn poll(&mut self, entries: &mut Vec<LogEntry>) -> LogState {
        let state = self.log.poll(entries);
        let highest = entries.iter().map(|entry| entry.position.0).max();
        self.seen
            .appended
            .fetch_max(highest.unwrap_or(0), Ordering::SeqCst);
        state
    }

    fn durable(&self) -> LogPosition {
        self.log.durable()
    }

    fn read_from(&self, position: LogPosition) -> Result<LogReader, LogError> {
        self.log.read_from(position)
    }
}

fn order(account: AccountId, side: Side, quantity: u64, price: i64) -> NewOrder {
    let mut order = floor::limit(account.0, side, quantity, price);
    order.self_trade_prevention = SelfTradePrevention::CancelOldest;
    order.extra = match side {
        Side::Buy => Notional::of(Price::from_units(price), Quantity::from_units(quantity)),
        Side::Sell => Notional::from_units(quantity.into()),
    };
    order
}
