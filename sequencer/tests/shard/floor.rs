//! A shard that runs, with money in it.

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::Duration;

use engine::{
    AccountId, Cancel, ClientIdPolicy, Command, Display, Event, FundsCheck, Instrument,
    InstrumentId, MarketBudget, NewOrder, Notional, OrderId, OrderKind, OrderRef, OrderSize,
    PostOnly, Price, Quantity, Rules, SelfTradePrevention, Side, TimeInForce,
};
use ledger::{
    Asset, AssetId, FeeAsset, FeeRates, FeeSchedule, InstrumentTerms, Ledger, LedgerConfig, Money,
};
use sequencer::{
    ClockSource, ControlCommand, EventBatch, InboundCommand, LogFactory, MatcherState,
    MemLogControl, MemLogs, Origin, Ports, Refused, Retention, Running, SequencerConfig, SessionId,
    Stamps, start,
};

pub const COIN: AssetId = AssetId(0);
pub const CASH: AssetId = AssetId(1);
pub const FIRST: InstrumentId = InstrumentId(1);
/// What comes, comes within this; else it was lost.
pub const PATIENCE: Duration = Duration::from_secs(20);
pub const FUNDS: i128 = 1_000_000_000_000;

/// A shard with accounts 1 to 4, each with [`FUNDS`] of both assets.
pub struct Floor {
    pub running: Running,
    pub ledger: Arc<Ledger>,
    pub log: MemLogControl,
}

pub fn config() -> SequencerConfig {
    SequencerConfig::for_cores(count(2))
}

pub fn count(count: usize) -> NonZeroUsize {
    NonZeroUsize::new(count).unwrap()
}

impl Floor {
    /// Starts and funds a shard whose own threads drive it.
    pub fn open(config: SequencerConfig, instruments: u32) -> Self {
        let floor = Self::closed(config, instruments, ClockSource::Realtime);
        floor.fund();
        floor
    }

    /// Starts a shard without accounts.
    pub fn closed(config: SequencerConfig, instruments: u32, clock: ClockSource) -> Self {
        let logs = MemLogs::new(Retention::Everything);
        let log = logs.control();
        let ledger = ledger(instruments);
        let listed: Vec<Instrument> = (1..=instruments).map(instrument).collect();
        let running = start(config, &listed, Arc::clone(&ledger), logs, clock).unwrap();
        Self {
            running,
            ledger,
            log,
        }
    }

    /// Starts a shard with one instrument on `logs`, and waits until what they have is applied. Its batches
    /// are left to be read.
    pub fn on(logs: impl LogFactory) -> Self {
        let ledger = ledger(1);
        let clock = ClockSource::Realtime;
        let running = start(config(), &[instrument(1)], Arc::clone(&ledger), logs, clock).unwrap();
        while !running.ports.recovery().is_over() {
            assert!(!running.ports.is_halted());
            std::thread::yield_now();
        }
        Self {
            running,
            ledger,
            log: MemLogs::new(Retention::Nothing).control(),
        }
    }

    /// Opens accounts and deposits. Their batches are read, so that tests start at their own.
    pub fn fund(&self) {
        for command in funding() {
            let receipt = self.ports().control(command).unwrap();
            let batch = self.running.events[0].recv_timeout(PATIENCE).unwrap();
            assert_eq!(batch.controls, [receipt.wait().unwrap()]);
        }
    }

    pub fn ports(&self) -> &Ports {
        &self.running.ports
    }

    /// Reserves at the door and hands in, as a session does.
    pub fn submit(&self, request: u64, mut order: NewOrder) -> Result<(), Refused> {
        order.extra = need(&order);
        let (account, side, extra) = (order.account, order.side, order.extra);
        self.ledger.reserve(account, FIRST, side, extra).unwrap();
        let taken = self
            .ports()
            .try_submit(inbound(request, Command::Submit(order)));
        if taken.is_err() {
            self.ledger.give_back(account, FIRST, side, extra);
        }
        taken
    }

    /// The next batch with commands of the first matcher.
    pub fn next_batch(&self) -> EventBatch {
        next_batch(&self.running.events[0])
    }

    /// Where the books stand, after whatever was handed in before has been applied.
    pub fn state(&self) -> MatcherState {
        let answers = self.ports().inspect().unwrap();
        answers.recv_timeout(PATIENCE).unwrap()
    }

    /// Waits until the first book has applied this many commands, without reading what leaves.
    pub fn wait_until_applied(&self, commands: u64) {
        while self.state().books[0].sequence.0 < commands {
            std::thread::yield_now();
        }
    }

    /// Total, available, pending and hold.
    pub fn balance(&self, account: u32, asset: AssetId) -> [i128; 4] {
        let balance = self.ledger.balances(AccountId(account))[usize::from(asset.0)];
        [
            balance.total,
            balance.available,
            balance.pending,
            balance.hold,
        ]
        .map(Money::units)
    }
}

pub fn next_batch(events: &flume::Receiver<EventBatch>) -> EventBatch {
    loop {
        let batch = events.recv_timeout(PATIENCE).unwrap();
        if !batch.outcomes.is_empty() {
            return batch;
        }
    }
}

/// Account openings and deposits.
pub fn funding() -> Vec<ControlCommand> {
    let mut commands = Vec::new();
    for account in (1..=4).map(AccountId) {
        let deposits = Box::default();
        commands.push(ControlCommand::CreateAccount { account, deposits });
        for asset in [COIN, CASH] {
            let amount = Money::from_units(FUNDS);
            commands.push(ControlCommand::Deposit {
                account,
                asset,
                amount,
            });
        }
    }
    commands
}

pub fn ledger(instruments: u32) -> Arc<Ledger> {
    let assets = ["COIN", "CASH"]
        .into_iter()
        .zip(0..)
        .map(|(name, id)| Asset {
            id: AssetId(id),
            name: name.to_owned(),
            decimals: 8,
        });
    let terms = (1..=instruments).map(|id| InstrumentTerms {
        instrument: InstrumentId(id),
        base: COIN,
        quote: CASH,
        base_units_per_quantity_unit: 1,
        quote_units_per_notional_unit: 1,
        fees: FeeSchedule::flat(FeeRates {
            maker_ppm: 0,
            taker_ppm: 0,
        }),
        fee_asset: FeeAsset::Received,
    });
    let config = LedgerConfig { accounts_max: 100 };
    Arc::new(Ledger::new(config, assets.collect(), terms.collect()).unwrap())
}

pub fn instrument(id: u32) -> Instrument {
    Instrument {
        id: InstrumentId(id),
        tick_size: 1,
        lot_size: 1,
        price_min: Price::from_units(1),
        price_max: Price::from_units(1_000_000),
        quantity_min: Quantity::from_units(1),
        quantity_max: Quantity::from_units(1_000_000),
        open_orders_max: 100_000,
        idempotency_orders_max: 1_000,
        idempotency_sequences_max: 1_000,
        market_budget: MarketBudget::Partial,
        market_protection_bips: 500,
        hold_surcharge_ppm: 0,
        funds_check: FundsCheck::Enforced,
        rules: Rules::PLAIN,
    }
}

pub fn limit(account: u32, side: Side, quantity: u64, price: i64) -> NewOrder {
    NewOrder {
        account: AccountId(account),
        client_order_id: None,
        client_id_policy: ClientIdPolicy::OpenUnique,
        external_id: None,
        side,
        kind: OrderKind::Limit {
            price: Price::from_units(price),
        },
        size: OrderSize::Quantity(Quantity::from_units(quantity)),
        time_in_force: TimeInForce::GoodTillCanceled,
        post_only: PostOnly::No,
        display: Display::Full,
        minimum_quantity: Quantity::ZERO,
        self_trade_prevention: SelfTradePrevention::None,
        stp_group: None,
        conditions: None,
        extra: Notional::ZERO,
    }
}

pub fn cancel(account: u32, order: u64) -> Command {
    Command::Cancel(Cancel {
        account: AccountId(account),
        order: OrderRef::Id(OrderId(order)),
    })
}

pub fn inbound(request: u64, command: Command) -> InboundCommand {
    InboundCommand {
        instrument: FIRST,
        origin: Origin {
            session: SessionId(1),
            request,
            ..Origin::default()
        },
        at: None,
        stamps: Stamps::default(),
        command,
    }
}

/// A market maker's way to ask without money: an order that is refused, as nothing is reserved.
pub fn uncovered(request: u64) -> InboundCommand {
    inbound(request, Command::Submit(limit(1, Side::Buy, 1, 100)))
}

pub fn trades(batch: &EventBatch) -> usize {
    batch
        .events
        .iter()
        .filter(|event| matches!(event, Event::Trade(_)))
        .count()
}

/// The requests that a batch answers.
pub fn requests(batch: &EventBatch) -> Vec<u64> {
    batch
        .outcomes
        .iter()
        .map(|outcome| outcome.origin.request)
        .collect()
}

fn need(order: &NewOrder) -> Notional {
    let (OrderKind::Limit { price }, OrderSize::Quantity(quantity)) = (order.kind, order.size)
    else {
        panic!("these tests enter limit orders by quantity");
    };
    match order.side {
        Side::Buy => Notional::of(price, quantity),
        Side::Sell => Notional::from_units(quantity.units().into()),
    }
}
