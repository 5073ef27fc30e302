//! What assets and instruments mean in the engine's and the ledger's units, and the checks of it.

use std::collections::BTreeMap;

use engine::{InstrumentId, RiskLimits};
use gateway::{ListedInstrument, RuleSet};
use ledger::{AssetId, Money};
use protocol::{AssetName, DecimalError, ExactDecimal, Scale};

use crate::config::error::ConfigError;
use crate::config::file;
use crate::config::instrument::Row;
use crate::config::process::JournalPlace;

/// Everything that can be held and traded.
#[derive(Debug, Clone)]
pub struct Listing {
    /// Assets, dense from 0 in the order of the file.
    pub assets: Vec<ledger::Asset>,
    /// Instruments, dense from 1 in the order of the file.
    pub instruments: Vec<ListedInstrument>,
    /// What accounts are limited to from their opening on, of the instruments that limit them.
    pub account_limits: Vec<(InstrumentId, RiskLimits)>,
    /// How all of it is written.
    pub written: String,
}

impl Listing {
    /// Derives and checks.
    ///
    /// # Errors
    /// Too many are listed, a name is listed twice or unknown, a unit does not fit, a bound is off its grid, rules contradict each
    /// other.
    pub fn derive(
        assets: &[file::Asset],
        rule_sets: &BTreeMap<String, RuleSet>,
        instruments: &[file::Instrument],
    ) -> Result<Self, ConfigError> {
        let assets = assets
            .iter()
            .enumerate()
            .map(derive_asset)
            .collect::<Result<Vec<_>, _>>()?;
        if instruments.is_empty() {
            return Err(ConfigError::new(
                "instrument",
                "nothing is listed",
                "list at least one [[instrument]]",
            ));
        }
        if instruments.len() > usize::from(u16::MAX) {
            return Err(ConfigError::new(
                "instrument",
                "binary frames name 65535 instruments at most",
                "list fewer",
            ));
        }
        let mut listed = Vec::new();
        let mut account_limits = Vec::new();
        for (written, id) in instruments.iter().zip(1..) {
            let row = Row {
                written,
                assets: &assets,
                rule_sets,
            };
            let instrument = row.derive(InstrumentId(id))?;
            let limits = row.account_limits(&instrument)?;
            if limits != RiskLimits::NONE {
                account_limits.push((instrument.instrument.id, limits));
            }
            listed.push(instrument);
        }
        Ok(Self {
            assets,
            instruments: listed,
            account_limits,
            written: String::new(),
        })
    }

    /// Remembers no more client order ids of any instrument than this.
    ///
    /// # Errors
    /// An instrument has more, and a journal is kept: what it was made with decides what it says.
    pub fn cap_remembered_ids(
        &mut self,
        orders_max: u32,
        place: JournalPlace,
    ) -> Result<(), ConfigError> {
        for listed in &mut self.instruments {
            let own = listed.instrument.idempotency_orders_max;
            if own <= orders_max {
                continue;
            }
            if place == JournalPlace::Files {
                return Err(ConfigError::new(
                    "sequencer.idempotency_orders_max",
                    format!(
                        "{} remembers {own} client order ids, and a journal that is kept says so",
                        listed.symbol
                    ),
                    "write the figure in [[instrument]], or log.journal = \"memory\"",
                ));
            }
            listed.instrument.idempotency_orders_max = orders_max;
        }
        Ok(())
    }

    /// The instrument with this symbol.
    pub fn listed(&self, symbol: &str) -> Option<&ListedInstrument> {
        let mut listed = self.instruments.iter();
        listed.find(|listed| listed.symbol.as_str() == symbol)
    }

    /// What accounts are limited to on an instrument from their opening on.
    pub fn limits_on(&self, instrument: InstrumentId) -> RiskLimits {
        let mut limits = self.account_limits.iter();
        let limits = limits.find(|(limited, _)| *limited == instrument);
        limits.map_or(RiskLimits::NONE, |(_, limits)| *limits)
    }

    /// The asset of that name.
    pub fn asset(&self, name: &str) -> Option<&ledger::Asset> {
        self.assets.iter().find(|asset| asset.name == name)
    }

    /// An amount of an asset in its smallest units.
    ///
    /// # Errors
    /// It is negative or has more decimals than the asset.
    pub fn money(asset: &ledger::Asset, amount: ExactDecimal) -> Result<Money, DecimalError> {
        if amount.is_negative() {
            return Err(DecimalError::Negative);
        }
        amount.units_of(asset.decimals).map(Money::from_units)
    }
}

fn derive_asset((index, row): (usize, &file::Asset)) -> Result<ledger::Asset, ConfigError> {
    let key = format!("asset.{}", row.name);
    if row.decimals > Scale::DECIMALS_MAX {
        return Err(ConfigError::new(
            format!("{key}.decimals"),
            "an asset has at most 18 decimals",
            "write a number from 0 to 18",
        ));
    }
    if let Err(error) = row.name.parse::<AssetName>() {
        return Err(ConfigError::new(
            key,
            error.to_string(),
            "write a short name such as \"USDT\"",
        ));
    }
    let id = u16::try_from(index)
        .map_err(|_| ConfigError::new(key, "there are more than 65536 assets", "list fewer"))?;
    Ok(ledger::Asset {
        id: AssetId(id),
        name: row.name.clone(),
        decimals: row.decimals,
    })
}
