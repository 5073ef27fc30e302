//! Six instruments over four assets on four matcher threads, and twenty accounts with money.

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread::JoinHandle;

use engine::{
    AccountId, Admission, Admit, Bust, Command, Event, FanOutAction, FanOutId, FeeTier, FundsCheck,
    Instrument, InstrumentId, MarketBudget, MassCancel, Notional, Price, Quantity, Rules, Scope,
    SetFeeTier, Side, SideFilter, TradeId,
};
use ledger::{
    Asset, AssetId, FeeAsset, FeeRates, FeeSchedule, InstrumentTerms, Ledger, LedgerConfig, Money,
};
use sequencer::{
    ClockSource, ControlCommand, EventBatch, InboundCommand, MemLogs, Origin, Ports, Refused,
    Retention, SequencerConfig, Stamps, StopHandle, Targets, Threads, start,
};

use crate::chance::Chance;

pub const ACCOUNTS: u32 = 20;
pub const SESSIONS: u64 = 4;
pub const INSTRUMENTS: u32 = 6;
pub const ASSETS: u16 = 4;
pub const QUANTITY_MAX: u64 = 1_000;
/// Prices that orders are entered at.
pub const PRICES: (i64, i64) = (95, 105);
/// Of each asset, to each account: soon some have too little of one.
pub const FUNDS: i128 = 40_000_000;
const MARKET_PROTECTION_BIPS: u32 = 500;

/// What happened, for the books of the test.
#[derive(Debug, Default)]
struct Counts {
    handed_in: AtomicU64,
    all_in: AtomicU64,
    amends: AtomicU64,
    batches: AtomicU64,
    busts: AtomicU64,
    /// Busts that the door refused: a party had spent what it got.
    busts_too_poor: AtomicU64,
}

/// What a run came to.
#[derive(Debug)]
pub struct Figures {
    pub commands: u64,
    pub trades: u64,
    pub all_in: u64,
    pub amends: u64,
    pub batches: u64,
    pub busts: u64,
    pub busts_too_poor: u64,
}

impl Figures {
    /// Whether enough happened for the run to mean something.
    pub fn is_lively(&self) -> bool {
        self.trades > self.commands / 20
            && self.all_in > self.commands / 200
            && self.amends > self.commands / 50
            && self.batches > self.commands / 50
            && self.busts > self.commands / 400
            && self.busts_too_poor > 0
    }
}

pub struct Venue {
    pub ledger: Arc<Ledger>,
    ports: Arc<Ports>,
    stop: StopHandle,
    /// Reads what leaves, so that nothing waits; counts trades.
    readers: Vec<JoinHandle<u64>>,
    counts: Counts,
    /// Parts of commands to several instruments.
    parts: u64,
    /// The newest trade of each instrument, as its readers saw it.
    newest: Arc<[AtomicU64]>,
}

fn terms(id: u32) -> InstrumentTerms {
    let (base, quote) = [(1, 0), (2, 0), (3, 0), (1, 2), (2, 3), (3, 1)][place(id)];
    let rates = |maker_ppm, taker_ppm| FeeRates {
        maker_ppm,
        taker_ppm,
    };
    // Odd instruments take fees from what is received, even ones in quote, with rebates.
    let (fee_asset, tiers) = if id % 2 == 1 {
        (
            FeeAsset::Received,
            vec![rates(1_000, 2_500), rates(0, 1_999)],
        )
    } else {
        (
            FeeAsset::Quote,
            vec![
                rates(-700, 3_000),
                rates(1_500, 1_501),
                rates(-1_501, 9_999),
            ],
        )
    };
    InstrumentTerms {
        instrument: InstrumentId(id),
        base: AssetId(base),
        quote: AssetId(quote),
        base_units_per_quantity_unit: [1, 10, 3, 7, 1, 100][place(id)],
        quote_units_per_notional_unit: [1, 1, 13, 1, 3, 2][place(id)],
        fees: FeeSchedule::by_tier(&tiers).unwrap(),
        fee_asset,
    }
}

pub fn instrument(id: u32) -> Instrument {
    Instrument {
        id: InstrumentId(id),
        tick_size: 1,
        lot_size: 1,
        price_min: Price::from_units(1),
        price_max: Price::from_units(1_000),
        quantity_min: Quantity::from_units(1),
        quantity_max: Quantity::from_units(1_000_000_000),
        open_orders_max: 20_000,
        idempotency_orders_max: 1_000,
        idempotency_sequences_max: 10_000,
        market_budget: if id.is_multiple_of(3) {
            MarketBudget::Reject
        } else {
            MarketBudget::Partial
        },
        market_protection_bips: MARKET_PROTECTION_BIPS,
        hold_surcharge_ppm: terms(id).hold_surcharge_ppm(),
        funds_check: FundsCheck::Enforced,
        rules: Rules::PLAIN,
    }
}

/// What an order of this size must have reserved at this price.
pub fn need(instrument: u32, side: Side, price: i64, quantity: u64) -> Notional {
    match side {
        Side::Sell => Notional::from_units(i128::from(quantity)),
        Side::Buy => {
            let cost = i128::from(price) * i128::from(quantity);
            let ppm = i128::from(terms(instrument).hold_surcharge_ppm());
            Notional::from_units(cost + (cost * ppm + 999_999) / 1_000_000)
        }
    }
}

fn place(id: u32) -> usize {
    usize::try_from(id - 1).unwrap()
}

/// Counts a batch's trades, and notes the newest of each instrument.
fn note_trades(batch: &EventBatch, newest: &[AtomicU64]) -> usize {
    let mut count = 0;
    for outcome in &batch.outcomes {
        for event in batch.events_of(outcome) {
            if let Event::Trade(trade) = event {
                newest[place(outcome.instrument.0)].store(trade.trade_id.0, Ordering::Relaxed);
                count += 1;
            }
        }
    }
    count
}

impl Venue {
    pub fn open() -> Self {
        let assets = (0..ASSETS).map(|id| Asset {
            id: AssetId(id),
            name: format!("ASSET{id}"),
            decimals: 8,
        });
        let config = LedgerConfig {
            accounts_max: ACCOUNTS + 1,
        };
        let all_terms = (1..=INSTRUMENTS).map(terms).collect();
        let ledger = Arc::new(Ledger::new(config, assets.collect(), all_terms).unwrap());
        let config = SequencerConfig {
            threads: Threads::Count(NonZeroUsize::new(4).unwrap()),
            ..SequencerConfig::for_cores(NonZeroUsize::new(2).unwrap())
        };
        let listed: Vec<_> = (1..=INSTRUMENTS).map(instrument).collect();
        let logs = MemLogs::new(Retention::Nothing);
        let clock = ClockSource::Realtime;
        let running = start(config, &listed, Arc::clone(&ledger), logs, clock).unwrap();
        let newest: Arc<[AtomicU64]> = (0..INSTRUMENTS).map(|_| AtomicU64::new(0)).collect();
        let readers = running.events.into_iter().map(|events| {
            let newest = Arc::clone(&newest);
            std::thread::spawn(move || {
                let batches = events.iter();
                let trades = batches.map(|batch| note_trades(&batch, &newest));
                trades.map(|count| u64::try_from(count).unwrap()).sum()
            })
        });
        let readers = readers.collect();
        let venue = Self {
            ledger,
            ports: running.ports,
            stop: running.stop,
            readers,
            counts: Counts::default(),
            parts: 0,
            newest,
        };
        for account in 1..=ACCOUNTS {
            let deposits = (0..ASSETS).map(|asset| (AssetId(asset), Money::from_units(FUNDS)));
            venue.control(ControlCommand::CreateAccount {
                account: AccountId(account),
                deposits: deposits.collect(),
            });
        }
        venue
    }

    /// Hands in, and waits for a place where there is none.
    pub fn hand_in(&self, instrument: u32, command: Command) {
        let mut inbound = InboundCommand {
            instrument: InstrumentId(instrument),
            origin: Origin::default(),
            at: None,
            stamps: Stamps::default(),
            command,
        };
        loop {
            match self.ports.try_submit(inbound.clone()) {
                Ok(()) => break,
                Err(Refused::Full) => std::thread::yield_now(),
                Err(refused) => panic!("{refused}"),
            }
            inbound.stamps = Stamps::default();
        }
        self.counts.handed_in.fetch_add(1, Ordering::Relaxed);
    }

    /// The newest trade of an instrument that a reader has seen; 0 before the first.
    pub fn trades_of(&self, instrument: u32) -> u64 {
        self.newest[place(instrument)].load(Ordering::Relaxed)
    }

    /// Takes a trade back as the admin port does: asks what it was, reserves, hands in. Nobody else may have done so
    /// before; two who ask at once both reserve, and one is refused in its place.
    pub fn bust(&self, instrument: u32, trade_id: TradeId) {
        let id = InstrumentId(instrument);
        let answer = self
            .ports
            .past_trade(id, trade_id)
            .map(|asked| asked.recv());
        let Ok(Ok(Ok(trade))) = answer else {
            return;
        };
        if self.ledger.reserve_bust(id, &trade).is_err() {
            self.counts.busts_too_poor.fetch_add(1, Ordering::Relaxed);
            return;
        }
        self.counts.busts.fetch_add(1, Ordering::Relaxed);
        let operator = "desk".into();
        self.hand_in(
            instrument,
            Command::Bust(Box::new(Bust { trade, operator })),
        );
    }

    pub fn note_all_in(&self) {
        self.counts.all_in.fetch_add(1, Ordering::Relaxed);
    }

    pub fn note_amend(&self) {
        self.counts.amends.fetch_add(1, Ordering::Relaxed);
    }

    pub fn note_batch(&self) {
        self.counts.batches.fetch_add(1, Ordering::Relaxed);
    }

    pub fn handed_in(&self) -> u64 {
        self.counts.handed_in.load(Ordering::Relaxed)
    }

    /// Reads books while everybody trades: nothing that can be spent is ever below zero.
    pub fn look_around(&self) {
        for _ in 0..20 {
            for account in 0..=ACCOUNTS {
                for balance in self.ledger.balances(AccountId(account)) {
                    assert!(!balance.available.is_negative(), "{account}: {balance:?}");
                }
            }
            std::thread::yield_now();
        }
    }

    /// Waits until all that was handed in has been applied, and what it gave can be spent.
    pub fn settle_down(&self) {
        loop {
            let counters = self.ports.counters();
            let applied = counters.commands - counters.ticks;
            let is_pending = (0..=ACCOUNTS)
                .flat_map(|account| self.ledger.balances(AccountId(account)))
                .any(|balance| !balance.pending.is_zero());
            if applied == self.handed_in() + self.parts && !is_pending {
                return;
            }
            assert!(!self.ports.is_halted(), "the shard halted");
            std::thread::yield_now();
        }
    }

    /// What operators do between checkpoints: pay in and out, change tiers, kill and let in again.
    pub fn operate(&mut self, chance: &mut Chance) {
        let account = AccountId(1 + u32::try_from(chance.below(ACCOUNTS.into())).unwrap());
        let asset = AssetId(u16::try_from(chance.below(ASSETS.into())).unwrap());
        let amount = Money::from_units(1 + i128::from(chance.below(1_000_000)));
        self.control(ControlCommand::Deposit {
            account,
            asset,
            amount,
        });
        let withdrawal = ControlCommand::Withdraw {
            account,
            asset,
            amount,
        };
        // Refused where orders hold it.
        if let Ok(receipt) = self.ports.control(withdrawal) {
            receipt.wait().unwrap();
        }
        let fee_tier = FeeTier(u8::try_from(chance.below(3)).unwrap());
        self.fan_out(FanOutAction::SetFeeTier(SetFeeTier { account, fee_tier }));
        if chance.one_in(4) {
            for admission in [Admission::Killed, Admission::Open] {
                let scope = Scope::Account(account);
                self.fan_out(FanOutAction::Admit(Admit { scope, admission }));
            }
        }
    }

    /// Ends every open order, and waits until nothing is left.
    pub fn cancel_all(&mut self) {
        for account in (1..=ACCOUNTS).map(AccountId) {
            self.fan_out(FanOutAction::MassCancel(MassCancel {
                account,
                side: SideFilter::Both,
                price_from: Price::MIN,
                price_to: Price::MAX,
                session: engine::SessionFilter::Any,
            }));
        }
        self.settle_down();
    }

    fn fan_out(&mut self, action: FanOutAction) {
        let id = self.control(ControlCommand::FanOut {
            targets: Targets::All,
            action: Box::new(action),
        });
        self.parts += u64::from(INSTRUMENTS);
        while !self.ports.have_seen(Targets::All, FanOutId(id)) {
            std::thread::yield_now();
        }
    }

    fn control(&self, command: ControlCommand) -> u64 {
        let receipt = self.ports.control(command).unwrap();
        receipt.wait().unwrap().sequence.0
    }

    pub fn close(self) -> Figures {
        self.stop.stop_and_drain();
        let trades = self
            .readers
            .into_iter()
            .map(|reader| reader.join().unwrap());
        Figures {
            commands: self.counts.handed_in.into_inner(),
            trades: trades.sum(),
            all_in: self.counts.all_in.into_inner(),
            amends: self.counts.amends.into_inner(),
            batches: self.counts.batches.into_inner(),
            busts: self.counts.busts.into_inner(),
            busts_too_poor: self.counts.busts_too_poor.into_inner(),
        }
    }
}
