//! A whole exchange behind a gateway on port 0.

use std::future::Future;
use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::Duration;

use engine::{
    AccountId, Command, FundsCheck, Instrument, InstrumentId, MarketBudget, Price, Quantity, Rules,
};
use gateway::{
    AdminKey, AllowedHosts, DemoApiKeys, DemoKeys, Gateway, GatewayParts, GatewayView, Limits,
    ListedAsset, ListedInstrument, Listing, LogFilter, OpeningLimits, Operations, Pacing, PageKey,
    Past, ResetRequest, StopCause, Stopped, VenueConfig, read_public_key,
};
use ledger::{
    ApiKey, Asset, AssetId, FeeAsset, FeeRates, FeeSchedule, InstrumentTerms, KeyId, KeyMaterial,
    Ledger, LedgerConfig, Money, Permissions,
};
use protocol::{ClockMode, Scale};
use sequencer::{
    ClockSource, ControlCommand, Epoch, InboundCommand, MemLogControl, MemLogs, Origin, Ports,
    Retention, SequencerConfig, SessionId, Stamping, Stamps, StopHandle, Threads,
};
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

/// What the operators of a venue show.
pub const ADMIN_KEY: &str = "canary-0123456789abcdef";
/// The key of those who look.
pub const VIEWER_KEY: &str = "canary-fedcba9876543210";
/// How long a test waits for what must come.
pub const PATIENCE: Duration = Duration::from_secs(10);

/// An exchange with BTCUSDT (no fees) and ETHUSDT (taker 0.1 % of what is received).
///
/// Accounts 1 (key `alice`), 2 (`bob`) and 3 (`carol`) have 100,000 USDT, 10 BTC and 100 ETH each.
pub struct Venue {
    pub address: SocketAddr,
    pub admin_address: SocketAddr,
    pub view: GatewayView,
    pub ledger: Arc<Ledger>,
    pub log: MemLogControl,
    pub reset_requests: flume::Receiver<ResetRequest>,
    ports: Arc<Ports>,
    stop_gateway: oneshot::Sender<StopCause>,
    gateway: JoinHandle<Stopped>,
    stop_sequencer: StopHandle,
}

/// What a test wants otherwise than usual.
#[derive(Debug, Clone)]
pub struct Setup {
    pub limits: Limits,
    pub threads: Threads,
    pub clock: ClockMode,
    pub ring_capacity: usize,
    pub allowed: AllowedHosts,
    pub venue: VenueConfig,
    pub page_key: PageKey,
    pub pacing: Pacing,
}

impl Default for Setup {
    fn default() -> Self {
        Self {
            limits: limits(),
            threads: Threads::Count(NonZeroUsize::MIN),
            clock: ClockMode::Realtime,
            ring_capacity: 4_096,
            allowed: AllowedHosts::default(),
            venue: VenueConfig::live(),
            page_key: PageKey::Asked,
            pacing: Pacing::Free,
        }
    }
}

/// Public half of the first test key of RFC 8032, section 7.1.
const ED25519_PUBLIC: &str = "-----BEGIN PUBLIC KEY-----
MCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=
-----END PUBLIC KEY-----";

/// API keys of accounts 1 (`api-alice` with the secret `secret-of-alice`, `api-alice-ed`), 2 (`api-bob`) and,
/// for reading only, 3 (`api-carol`).
fn demo_api_keys() -> DemoApiKeys {
    let secret = |text: &str| KeyMaterial::HmacSecret(text.as_bytes().into());
    let trade = Permissions::READ.and(Permissions::TRADE);
    let keys = [
        ("api-alice", 1, secret("secret-of-alice"), trade),
        (
            "api-alice-ed",
            1,
            read_public_key(ED25519_PUBLIC).unwrap(),
            trade,
        ),
        ("api-bob", 2, secret("secret-of-bob"), trade),
        ("api-carol", 3, secret("secret-of-carol"), Permissions::READ),
    ];
    let key = |(id, account, material, permissions)| ApiKey {
        id: KeyId::new(id).unwrap(),
        account: AccountId(account),
        material,
        permissions,
    };
    DemoApiKeys::new(keys.map(key).into())
}

impl Venue {
    /// An exchange as most tests want it.
    pub async fn open() -> Self {
        Self::open_with(Setup::default()).await
    }

    /// An exchange with other limits.
    pub async fn open_with_limits(limits: Limits) -> Self {
        Self::open_with(Setup {
            limits,
            ..Setup::default()
        })
        .await
    }

    pub async fn open_with(setup: Setup) -> Self {
        let listed = instruments();
        let terms = listed.iter().map(|listed| listed.terms).collect();
        let config = LedgerConfig { accounts_max: 16 };
        let ledger = Arc::new(Ledger::new(config, assets(), terms).unwrap());
        let logs = MemLogs::new(Retention::Everything);
        let (resets, reset_requests) = flume::bounded(1);
        let log = logs.control();
        let books: Vec<_> = listed.iter().map(|listed| listed.instrument).collect();
        let running = sequencer::start(
            sequencer_config(&setup),
            &books,
            Arc::clone(&ledger),
            logs,
            clock(&setup),
        )
        .unwrap();
        let listing = Listing::new(listed, listed_assets()).unwrap();
        let parts = GatewayParts {
            past: Past::in_memory(&listing),
            ports: Arc::clone(&running.ports),
            events: running.events,
            pool: running.pool,
            inline: running.inline,
            ledger: Arc::clone(&ledger),
            listing,
            keys: DemoKeys::new(KEYS.map(|(key, account)| (key.to_owned(), AccountId(account)))),
            allowed: setup.allowed,
            epoch: Epoch(7),
            clock: setup.clock,
            time: running.clock,
            pacing: setup.pacing,
            operations: Operations {
                account_limits: OpeningLimits::default(),
                reloads: flume::bounded(1).0,
                key: AdminKey::new(ADMIN_KEY).unwrap(),
                viewer_key: AdminKey::new(VIEWER_KEY).unwrap(),
                page_key: setup.page_key,
                log_filter: LogFilter::new(known_level),
                flow: None,
                account_names: vec![(AccountId(1), "alice".to_owned())],
                resets,
            },
            demo_api_keys: demo_api_keys(),
            venue: setup.venue,
        };
        let gateway = Gateway::new(parts, setup.limits).unwrap();
        let view = gateway.view();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let admin_listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let admin_address = admin_listener.local_addr().unwrap();
        let (stop_gateway, stopping) = oneshot::channel();
        let shutdown = async move {
            let Ok(cause) = stopping.await else {
                return StopCause::Asked;
            };
            cause
        };
        let gateway = tokio::spawn(async move {
            gateway
                .run(listener, admin_listener, shutdown)
                .await
                .unwrap()
        });
        fund(&running.ports).await;
        Self {
            address,
            admin_address,
            view,
            ledger,
            log,
            reset_requests,
            ports: running.ports,
            stop_gateway,
            gateway,
            stop_sequencer: running.stop,
        }
    }

    /// Does what no participant may ask for, and waits until it is told.
    pub async fn command(&self, command: Command) {
        let told = self.view.counters().batches;
        let inbound = InboundCommand {
            instrument: InstrumentId(1),
            origin: Origin {
                session: SessionId(0),
                request: 0,
                ..Origin::default()
            },
            at: None,
            stamps: Stamps::default(),
            command,
        };
        self.ports.try_submit(inbound).unwrap();
        until("the command is told", || {
            self.view.counters().batches > told
        })
        .await;
    }

    /// Stops the gateway alone, in order.
    pub async fn stop_gateway(self) -> (Stopped, StopHandle) {
        self.stop_gateway_for(StopCause::Asked).await
    }

    /// Stops the gateway alone, in order.
    pub async fn stop_gateway_for(self, cause: StopCause) -> (Stopped, StopHandle) {
        let _ = self.stop_gateway.send(cause);
        (within(self.gateway).await.unwrap(), self.stop_sequencer)
    }

    /// Stops everything in order; no money was made or lost.
    pub async fn close(self) {
        let ledger = Arc::clone(&self.ledger);
        let (stopped, stop_sequencer) = self.stop_gateway().await;
        assert_eq!(stopped.unanswered, 0);
        stop_sequencer.close();
        within(stopped.drained()).await;
        tokio::task::spawn_blocking(|| stop_sequencer.stop_and_drain())
            .await
            .unwrap();
        for line in ledger.conservation().unwrap() {
            assert!(line.is_conserved(), "{line:?}");
        }
    }
}

/// A laptop's limits, but for clients that do not read their goodbye.
pub const fn limits() -> Limits {
    Limits {
        close_timeout: Duration::from_millis(50),
        ..Limits::laptop()
    }
}

/// Waits for what must come.
pub async fn within<F: Future>(future: F) -> F::Output {
    tokio::time::timeout(PATIENCE, future)
        .await
        .expect("it comes in time")
}

/// Waits until something is so that nobody announces.
pub async fn until(what: &str, is_so: impl Fn() -> bool) {
    let polled = async {
        while !is_so() {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    };
    assert!(
        tokio::time::timeout(PATIENCE, polled).await.is_ok(),
        "waited in vain: {what}"
    );
}

const KEYS: [(&str, u32); 3] = [("alice", 1), ("bob", 2), ("carol", 3)];
const USDT: AssetId = AssetId(0);
const BTC: AssetId = AssetId(1);
const ETH: AssetId = AssetId(2);

async fn fund(ports: &Ports) {
    for (_, account) in KEYS {
        let account = AccountId(account);
        let deposits = [(USDT, 100_000), (BTC, 10), (ETH, 100)]
            .map(|(asset, units)| (asset, Money::from_units(units * 100_000_000)));
        let opening = ControlCommand::CreateAccount {
            account,
            deposits: Box::new(deposits),
        };
        control(ports, opening).await;
    }
}

async fn control(ports: &Ports, command: ControlCommand) {
    let receipt = ports.control(command).unwrap();
    within(receipt.outcome()).await.unwrap();
}

/// A filter that knows one word.
fn known_level(filter: &str) -> Result<(), String> {
    match filter {
        "debug" => Ok(()),
        other => Err(format!("no level is called {other}")),
    }
}

fn sequencer_config(setup: &Setup) -> SequencerConfig {
    SequencerConfig {
        threads: setup.threads,
        inbound_capacity_commands: NonZeroUsize::new(setup.ring_capacity).unwrap(),
        cancel_reserve_commands: setup.ring_capacity / 4,
        stamping: Stamping::On,
        ..SequencerConfig::for_cores(NonZeroUsize::new(2).unwrap())
    }
}

fn clock(setup: &Setup) -> ClockSource {
    match (&setup.pacing, setup.clock) {
        (Pacing::Lockstep(lockstep), _) => ClockSource::Manual(lockstep.clock.clone()),
        (Pacing::Free, ClockMode::Replay) => ClockSource::Replay,
        (Pacing::Free, _) => ClockSource::Realtime,
    }
}

fn assets() -> Vec<Asset> {
    [("USDT", USDT), ("BTC", BTC), ("ETH", ETH)]
        .map(|(name, id)| Asset {
            id,
            name: name.to_owned(),
            decimals: 8,
        })
        .into()
}

fn listed_assets() -> Vec<ListedAsset> {
    [("USDT", USDT), ("BTC", BTC), ("ETH", ETH)]
        .map(|(name, id)| ListedAsset {
            id,
            name: name.parse().unwrap(),
            decimals: 8,
        })
        .into()
}

/// What it lists.
pub fn instruments() -> Vec<ListedInstrument> {
    vec![
        listed("BTCUSDT", ("BTC", BTC), InstrumentId(1), 5, 0),
        listed("ETHUSDT", ("ETH", ETH), InstrumentId(2), 4, 1_000),
    ]
}

/// Prices have two decimals; everything is counted in 10^-8 of an asset.
fn listed(
    symbol: &str,
    (base, base_id): (&str, AssetId),
    id: InstrumentId,
    quantity_decimals: u8,
    taker_fee_ppm: u32,
) -> ListedInstrument {
    ListedInstrument {
        symbol: symbol.parse().unwrap(),
        instrument: instrument(id),
        scale: Scale {
            price_decimals: 2,
            quantity_decimals,
        },
        terms: InstrumentTerms {
            instrument: id,
            base: base_id,
            quote: USDT,
            base_units_per_quantity_unit: 10_i128.pow(8 - u32::from(quantity_decimals)),
            quote_units_per_notional_unit: 10_i128.pow(6 - u32::from(quantity_decimals)),
            fees: FeeSchedule::flat(FeeRates {
                maker_ppm: 0,
                taker_ppm: taker_fee_ppm,
            }),
            fee_asset: FeeAsset::Received,
        },
        base: base.parse().unwrap(),
        quote: "USDT".parse().unwrap(),
    }
}

fn instrument(id: InstrumentId) -> Instrument {
    Instrument {
        id,
        tick_size: 1,
        lot_size: 1,
        price_min: Price::from_units(1),
        price_max: Price::from_units(100_000_000),
        quantity_min: Quantity::from_units(1),
        quantity_max: Quantity::from_units(900_000_000),
        open_orders_max: 100_000,
        idempotency_orders_max: 100_000,
        idempotency_sequences_max: 1_000_000,
        market_budget: MarketBudget::Reject,
        market_protection_bips: 500,
        hold_surcharge_ppm: 0,
        funds_check: FundsCheck::Enforced,
        rules: Rules::PLAIN,
    }
}
