//! What is sent: the flags and the configuration as a plan of load.

use std::time::Duration;

use engine::Instrument;
use feed_sim::load::{Dialect, LoadInstrument, LoadPlan, SignedLogon};
use protocol::ExactDecimal;

use crate::bench::server::Server;
use crate::bench::target::Wire;
use crate::cli::BenchArgs;
use crate::config::Config;

/// The key and secret of `own_exchange.toml`.
const BENCH_KEY: &str = "bench";
/// Every order is for so many lots: small beside what participants have.
const LOTS: u64 = 100;
/// A sweep goes on to the next rate when an order has waited for so many times the p99 that is demanded.
const SWEEP_PATIENCE: u32 = 50;
/// What a sweep demands of p99 where nothing is said.
pub const SWEEP_P99_MAX: Duration = Duration::from_millis(10);

/// What every run of a bench has in common.
#[derive(Debug, Clone)]
pub struct Plans {
    dialect: Dialect,
    keys: Vec<String>,
    instruments: Vec<LoadInstrument>,
    patience: Duration,
}

/// Why there is no plan.
#[derive(Debug, thiserror::Error)]
pub enum PlanError {
    /// Fewer instruments have a reference price.
    #[error("--instruments {wanted}: only {there} have a reference price in config/feed-sim.toml")]
    Instruments {
        /// So many were asked for.
        wanted: u32,
        /// So many there are.
        there: usize,
    },
}

impl Plans {
    /// From flags and configuration.
    ///
    /// # Errors
    /// There are fewer instruments than asked for.
    pub fn new(arguments: &BenchArgs, config: &Config) -> Result<Self, PlanError> {
        let wanted = arguments.instruments;
        let instruments: Vec<LoadInstrument> = config
            .feed
            .instruments
            .iter()
            .filter_map(|row| {
                let mut listed = config.listing.instruments.iter();
                let listed = listed.find(|listed| listed.symbol == row.symbol)?;
                let terms = listed.instrument;
                let decimals = (listed.scale.price_decimals, listed.scale.quantity_decimals);
                load_instrument(row.symbol, row.reference_price, decimals, &terms)
            })
            .take(usize::try_from(wanted).unwrap_or(usize::MAX))
            .collect();
        if instruments.len() < usize::try_from(wanted).unwrap_or(usize::MAX) {
            return Err(PlanError::Instruments {
                wanted,
                there: instruments.len(),
            });
        }
        let participants = config.demo.participants.iter();
        let keys = match &arguments.key {
            Some(key) => vec![key.clone()],
            None => participants.map(|account| account.key.clone()).collect(),
        };
        let dialect = match arguments.protocol {
            Wire::Json => Dialect::NativeJson,
            Wire::Binance => Dialect::Binance(SignedLogon {
                api_key: BENCH_KEY.to_owned(),
                secret: BENCH_KEY.to_owned(),
            }),
        };
        Ok(Self {
            dialect,
            keys,
            instruments,
            patience: patience(arguments),
        })
    }

    /// A run at `rate` on an exchange.
    pub fn at_rate(&self, rate: u64, arguments: &BenchArgs, server: &Server) -> LoadPlan {
        LoadPlan {
            address: server.address.clone(),
            path: self.dialect.path().to_owned(),
            dialect: self.dialect.clone(),
            keys: self.keys.clone(),
            instruments: self.instruments.clone(),
            connections: usize::try_from(arguments.connections).unwrap_or(usize::MAX),
            rate,
            arrivals: arguments.arrivals,
            warm_up: arguments.warm_up,
            run_for: arguments.run_for,
            patience: self.patience,
            seed: arguments.seed,
        }
    }
}

fn patience(arguments: &BenchArgs) -> Duration {
    if arguments.sweep {
        let p99_max = arguments.p99_max.unwrap_or(SWEEP_P99_MAX);
        p99_max.saturating_mul(SWEEP_PATIENCE)
    } else {
        Duration::MAX
    }
}

fn load_instrument(
    symbol: protocol::Symbol,
    reference: ExactDecimal,
    (price_decimals, quantity_decimals): (u8, u8),
    terms: &Instrument,
) -> Option<LoadInstrument> {
    let tick_units = u64::try_from(terms.tick_size).ok()?;
    let reference_units = u64::try_from(reference.units_of(price_decimals).ok()?).ok()?;
    Some(LoadInstrument {
        symbol,
        price_decimals,
        quantity_decimals,
        tick_units,
        reference_units: reference_units - reference_units % tick_units,
        quantity_units: terms.lot_size.checked_mul(LOTS)?,
    })
}
