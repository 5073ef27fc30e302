//! An exchange that keeps nothing, on the thread that runs it: what `profile = "bare"` is on one core.

use std::error::Error;
use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::sync::Arc;

use engine::{
    AccountId, FundsCheck, Instrument, InstrumentId, MarketBudget, Price, Quantity, Rules,
};
use gateway::{
    AdminKey, AllowedHosts, DemoApiKeys, DemoKeys, Gateway, GatewayParts, Limits, ListedAsset,
    ListedInstrument, Listing, LogFilter, OpeningLimits, Operations, Pacing, PageKey, Past,
    Serving, StopCause, VenueConfig,
};
use ledger::{
    Asset, AssetId, FeeAsset, FeeRates, FeeSchedule, InstrumentTerms, Ledger, LedgerConfig, Money,
};
use protocol::{ClockMode, Scale};
use sequencer::{
    ClockSource, ControlCommand, Epoch, MemLogs, Ports, Retention, Running, SequencerConfig,
    Stamping, Threads,
};
use tokio::net::TcpListener;

/// Accounts `sim-01`, `sim-02`, ..., each with a key like its name.
pub const ACCOUNTS: u32 = 64;
/// What is listed, each against USDT.
pub const SYMBOLS: [&str; 4] = ["BTCUSDT", "ETHUSDT", "SOLUSDT", "BNBUSDT"];
/// Prices have two decimals, quantities six, all assets eight.
const QUANTITY_DECIMALS: u8 = 6;
/// Of each asset, in its smallest unit: enough for any load.
const DEPOSIT: i128 = 1_000_000_000_000_000_000;
const USDT: AssetId = AssetId(0);

/// An exchange that is funded and listens, until it is dropped with its runtime.
#[derive(Debug)]
pub struct Venue {
    /// Where its sockets are.
    pub address: SocketAddr,
}

impl Venue {
    /// Starts it on the calling runtime, on this port of the loopback or on any free one (0).
    ///
    /// # Errors
    /// It does not start, or the port is taken.
    pub async fn open(port: u16) -> Result<Self, Box<dyn Error>> {
        let listed: Vec<_> = (1..).zip(SYMBOLS).map(listed).collect();
        let terms = listed.iter().map(|listed| listed.terms).collect();
        let books: Vec<_> = listed.iter().map(|listed| listed.instrument).collect();
        let ledger = LedgerConfig {
            accounts_max: ACCOUNTS + 1,
        };
        let ledger = Arc::new(Ledger::new(ledger, assets(), terms)?);
        let listing = Listing::new(listed, listed_assets())?;
        let running = sequencer::start(
            sequencer_config(),
            &books,
            Arc::clone(&ledger),
            MemLogs::new(Retention::Nothing),
            ClockSource::Realtime,
        )?;
        let ports = Arc::clone(&running.ports);
        let gateway = Gateway::new(parts(running, ledger, listing), limits())?;
        let listener = TcpListener::bind(("127.0.0.1", port)).await?;
        let admin_listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        tokio::spawn(gateway.run(
            listener,
            admin_listener,
            std::future::pending::<StopCause>(),
        ));
        fund(&ports).await?;
        Ok(Self { address })
    }
}

fn parts(running: Running, ledger: Arc<Ledger>, listing: Listing) -> GatewayParts {
    let keys = (1..=ACCOUNTS).map(|number| (format!("sim-{number:02}"), AccountId(number)));
    GatewayParts {
        past: Past::keeping_nothing(&listing),
        ports: running.ports,
        events: running.events,
        pool: running.pool,
        inline: running.inline,
        ledger,
        listing,
        keys: DemoKeys::new(keys),
        allowed: AllowedHosts::default(),
        epoch: Epoch(1),
        clock: ClockMode::Realtime,
        time: running.clock,
        pacing: Pacing::Free,
        operations: Operations {
            account_limits: OpeningLimits::default(),
            key: AdminKey::new("nobody-operates-this").expect("it is long enough"),
            viewer_key: AdminKey::new("nobody-looks-at-this").expect("it is long enough"),
            page_key: PageKey::Asked,
            log_filter: LogFilter::new(|_| Ok(())),
            account_names: Vec::new(),
            resets: flume::bounded(1).0,
            reloads: flume::bounded(1).0,
            flow: None,
        },
        demo_api_keys: DemoApiKeys::new(Vec::new()),
        venue: VenueConfig {
            serving: Serving::Off,
            ..VenueConfig::live()
        },
    }
}

/// As the profile says.
const fn limits() -> Limits {
    Limits {
        connections_max: 20_000,
        connections_per_address_max: 20_000,
        executions_kept_max: 0,
        trades_kept_max: 1,
        resume_messages_max: 1,
        subscriptions_per_session_max: 0,
        ..Limits::laptop()
    }
}

fn sequencer_config() -> SequencerConfig {
    SequencerConfig {
        threads: Threads::Inline,
        stamping: Stamping::Off,
        ..SequencerConfig::for_cores(NonZeroUsize::MIN)
    }
}

async fn fund(ports: &Ports) -> Result<(), Box<dyn Error>> {
    for account in (1..=ACCOUNTS).map(AccountId) {
        let deposits = assets()
            .iter()
            .map(|asset| (asset.id, Money::from_units(DEPOSIT)))
            .collect();
        let receipt = ports.control(ControlCommand::CreateAccount { account, deposits })?;
        receipt.outcome().await?;
    }
    Ok(())
}

/// The quote, and the base of each instrument.
fn names() -> impl Iterator<Item = (AssetId, &'static str)> {
    let bases = SYMBOLS.map(|symbol| symbol.trim_end_matches("USDT"));
    (0..).map(AssetId).zip(["USDT"].into_iter().chain(bases))
}

fn assets() -> Vec<Asset> {
    names()
        .map(|(id, name)| Asset {
            id,
            name: name.to_owned(),
            decimals: 8,
        })
        .collect()
}

fn listed_assets() -> Vec<ListedAsset> {
    names()
        .map(|(id, name)| ListedAsset {
            id,
            name: name.parse().expect("names are short"),
            decimals: 8,
        })
        .collect()
}

fn listed((number, symbol): (u16, &str)) -> ListedInstrument {
    let id = InstrumentId(number.into());
    ListedInstrument {
        symbol: symbol.parse().expect("symbols are short"),
        instrument: instrument(id),
        scale: Scale {
            price_decimals: 2,
            quantity_decimals: QUANTITY_DECIMALS,
        },
        terms: InstrumentTerms {
            instrument: id,
            base: AssetId(number),
            quote: USDT,
            base_units_per_quantity_unit: 100,
            quote_units_per_notional_unit: 1,
            fees: FeeSchedule::flat(FeeRates {
                maker_ppm: 100,
                taker_ppm: 200,
            }),
            fee_asset: FeeAsset::Received,
        },
        base: symbol.trim_end_matches("USDT").parse().expect("short"),
        quote: "USDT".parse().expect("short"),
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
        quantity_max: Quantity::from_units(9_000_000_000),
        open_orders_max: 200_000,
        idempotency_orders_max: 0,
        idempotency_sequences_max: 0,
        market_budget: MarketBudget::Reject,
        market_protection_bips: 500,
        hold_surcharge_ppm: 0,
        funds_check: FundsCheck::Enforced,
        rules: Rules::PLAIN,
    }
}
