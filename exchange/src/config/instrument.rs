//! One row of `[[instrument]]` in the units of the engine and the ledger, and the checks of it.

use std::collections::BTreeMap;
use std::str::FromStr;

use engine::{FundsCheck, Instrument, InstrumentId, Price, Quantity, Rules};
use gateway::{ListedInstrument, RuleSet};
use ledger::{FEE_TIERS_MAX, FeeRates, FeeSchedule, InstrumentTerms};
use protocol::{InlineTextError, Scale};

use crate::config::error::ConfigError;
use crate::config::file;
use crate::config::reader::nearest;
use crate::config::value::Amount;

/// A row of `[[instrument]]` on its way to a [`ListedInstrument`].
pub struct Row<'a> {
    /// As written.
    pub written: &'a file::Instrument,
    /// Assets that it can refer to.
    pub assets: &'a [ledger::Asset],
    /// Rule sets that it can refer to.
    pub rule_sets: &'a BTreeMap<String, RuleSet>,
}

impl Row<'_> {
    /// Derives and checks.
    ///
    /// # Errors
    /// A unit does not fit, a bound is off its grid, an asset is unknown.
    pub fn derive(&self, id: InstrumentId) -> Result<ListedInstrument, ConfigError> {
        let row = self.written;
        let scale = self.scale()?;
        let terms = self.terms(id, scale)?;
        let instrument = Instrument {
            id,
            tick_size: self.price("tick_size", row.tick_size)?,
            lot_size: self.quantity("lot_size", row.lot_size)?,
            price_min: Price::from_units(self.price("price_min", row.price_min)?),
            price_max: Price::from_units(self.price("price_max", row.price_max)?),
            quantity_min: Quantity::from_units(self.quantity("quantity_min", row.quantity_min)?),
            quantity_max: Quantity::from_units(self.quantity("quantity_max", row.quantity_max)?),
            open_orders_max: row.open_orders_max,
            idempotency_orders_max: row.idempotency_orders_max,
            idempotency_sequences_max: row.idempotency_sequences_max,
            market_budget: match row.market_budget {
                file::MarketBudget::Reject => engine::MarketBudget::Reject,
                file::MarketBudget::Partial => engine::MarketBudget::Partial,
            },
            market_protection_bips: self.market_protection_bips()?,
            hold_surcharge_ppm: terms.hold_surcharge_ppm(),
            funds_check: FundsCheck::Enforced,
            rules: self.rules(scale)?,
        };
        self.check_grid(&instrument)?;
        Ok(ListedInstrument {
            symbol: self.name("symbol", &row.symbol)?,
            instrument,
            scale,
            terms,
            base: self.name("base", &row.base)?,
            quote: self.name("quote", &row.quote)?,
        })
    }

    /// A name as it fits the wire.
    fn name<T: FromStr<Err = InlineTextError>>(
        &self,
        key: &str,
        text: &str,
    ) -> Result<T, ConfigError> {
        text.parse().map_err(|error: InlineTextError| {
            self.error(
                key,
                error.to_string(),
                "write a short name such as \"BTCUSDT\"",
            )
        })
    }

    pub(super) fn error(
        &self,
        key: &str,
        reason: impl Into<String>,
        remedy: impl Into<String>,
    ) -> ConfigError {
        ConfigError::new(
            format!("instrument.{}.{key}", self.written.symbol),
            reason,
            remedy,
        )
    }

    fn scale(&self) -> Result<Scale, ConfigError> {
        let scale = Scale {
            price_decimals: self.written.price_decimals,
            quantity_decimals: self.written.quantity_decimals,
        };
        for (key, decimals) in [
            ("price_decimals", scale.price_decimals),
            ("quantity_decimals", scale.quantity_decimals),
        ] {
            if decimals > Scale::DECIMALS_MAX {
                return Err(self.error(
                    key,
                    "a unit has at most 18 decimals",
                    "write a number from 0 to 18",
                ));
            }
        }
        Ok(scale)
    }

    fn asset(&self, key: &str, name: &str) -> Result<&ledger::Asset, ConfigError> {
        self.assets
            .iter()
            .find(|asset| asset.name == name)
            .ok_or_else(|| {
                let known = self
                    .assets
                    .iter()
                    .map(|asset| asset.name.as_str())
                    .collect::<Vec<_>>()
                    .join(", ");
                self.error(
                    key,
                    "there is no such asset",
                    format!("list it as [[asset]] or write one of {known}"),
                )
            })
    }

    /// The rules of the set that it names, in its own units.
    fn rules(&self, scale: Scale) -> Result<Rules, ConfigError> {
        let name = &self.written.rules;
        let Some(set) = self.rule_sets.get(name) else {
            let known = self.rule_sets.keys().map(String::as_str);
            let remedy = match nearest(name, known.clone()) {
                Some(near) => format!("did you mean \"{near}\"?"),
                None => format!("write one of {}", known.collect::<Vec<_>>().join(", ")),
            };
            return Err(self.error("rules", "there is no such rule set", remedy));
        };
        set.to_rules(scale).map_err(|bad| {
            let reason = format!("{} (for {})", bad.reason, self.written.symbol);
            ConfigError::new(format!("rules.{name}.{}", bad.key), reason, bad.remedy)
        })
    }

    fn terms(&self, id: InstrumentId, scale: Scale) -> Result<InstrumentTerms, ConfigError> {
        let row = self.written;
        let base = self.asset("base", &row.base)?;
        let quote = self.asset("quote", &row.quote)?;
        if base.id == quote.id {
            return Err(self.error(
                "quote",
                "it is the base asset too",
                "write the asset it is paid with",
            ));
        }
        let fees = self.fees()?;
        let base_units = units_per(base.decimals, scale.quantity_decimals).ok_or_else(|| {
            self.error(
                "quantity_decimals",
                format!("{} has only {} decimals", base.name, base.decimals),
                "write fewer, or give the asset more",
            )
        })?;
        let notional_decimals = scale.price_decimals.saturating_add(scale.quantity_decimals);
        let quote_units = units_per(quote.decimals, notional_decimals).ok_or_else(|| {
            self.error(
                "quantity_decimals",
                format!(
                    "price unit x quantity unit has {notional_decimals} decimals, {} only {}: it would be a fraction of its smallest unit",
                    quote.name, quote.decimals
                ),
                "write fewer, or give the quote asset more",
            )
        })?;
        Ok(InstrumentTerms {
            instrument: id,
            base: base.id,
            quote: quote.id,
            base_units_per_quantity_unit: base_units,
            quote_units_per_notional_unit: quote_units,
            fees,
            fee_asset: match row.fee_asset {
                file::FeeAsset::Received => ledger::FeeAsset::Received,
                file::FeeAsset::Quote => ledger::FeeAsset::Quote,
            },
        })
    }

    /// The fees of every tier.
    fn fees(&self) -> Result<FeeSchedule, ConfigError> {
        let row = self.written;
        let first = FeeRates {
            maker_ppm: row.maker_fee_ppm,
            taker_ppm: row.taker_fee_ppm,
        };
        self.check_rates("maker_fee_ppm", "taker_fee_ppm", first)?;
        let mut tiers = vec![first];
        for tier in &row.fee_tiers {
            let rates = FeeRates {
                maker_ppm: tier.maker_fee_ppm,
                taker_ppm: tier.taker_fee_ppm,
            };
            self.check_rates("fee_tiers", "fee_tiers", rates)?;
            tiers.push(rates);
        }
        let fees = FeeSchedule::by_tier(&tiers).ok_or_else(|| {
            self.error(
                "fee_tiers",
                format!("there are at most {FEE_TIERS_MAX} tiers, the first one included"),
                "list fewer",
            )
        })?;
        self.check_rebate(&fees)?;
        Ok(fees)
    }

    fn check_rates(
        &self,
        maker_key: &str,
        taker_key: &str,
        rates: FeeRates,
    ) -> Result<(), ConfigError> {
        const WHOLE_PPM: u32 = 1_000_000;
        let too_much = |key: &str| {
            let remedy = "write at most 1000000, which is the whole amount";
            self.error(key, "the fee is more than the amount", remedy)
        };
        if rates.taker_ppm > WHOLE_PPM {
            return Err(too_much(taker_key));
        }
        if u32::try_from(rates.maker_ppm).is_ok_and(|maker_ppm| maker_ppm > WHOLE_PPM) {
            return Err(too_much(maker_key));
        }
        Ok(())
    }

    /// A rebate is paid out of the taker's fee of the same trade, whatever the tiers of the two are.
    fn check_rebate(&self, fees: &FeeSchedule) -> Result<(), ConfigError> {
        let row = self.written;
        if fees.highest_rebate_ppm() == 0 {
            return Ok(());
        }
        if row.fee_asset == file::FeeAsset::Received {
            return Err(self.error(
                "maker_fee_ppm",
                "a rebate is paid out of the taker's fee in the same asset",
                "write fee_asset = \"quote\", or no rebate",
            ));
        }
        if fees.highest_rebate_ppm() <= fees.lowest_taker_ppm() {
            return Ok(());
        }
        let (key, fee) = if row.fee_tiers.is_empty() {
            ("maker_fee_ppm", "the taker's fee")
        } else {
            ("fee_tiers", "the lowest taker's fee of any tier,")
        };
        Err(self.error(
            key,
            format!(
                "the rebate is more than {fee} of {}",
                fees.lowest_taker_ppm()
            ),
            "write a rebate of at most the taker's fee",
        ))
    }

    fn price(&self, key: &str, amount: Amount) -> Result<i64, ConfigError> {
        let scale = Scale {
            price_decimals: self.written.price_decimals,
            quantity_decimals: self.written.quantity_decimals,
        };
        let units = scale.price_units(amount.0).map_err(|error| {
            self.error(
                key,
                error.to_string(),
                format!(
                    "write a price with at most {} decimals",
                    scale.price_decimals
                ),
            )
        })?;
        if units == 0 {
            return Err(self.error(key, "zero is no price here", "write a positive price"));
        }
        Ok(units)
    }

    fn quantity(&self, key: &str, amount: Amount) -> Result<u64, ConfigError> {
        let scale = Scale {
            price_decimals: self.written.price_decimals,
            quantity_decimals: self.written.quantity_decimals,
        };
        let units = scale.quantity_units(amount.0).map_err(|error| {
            self.error(
                key,
                error.to_string(),
                format!(
                    "write a quantity with at most {} decimals",
                    scale.quantity_decimals
                ),
            )
        })?;
        if units == 0 {
            return Err(self.error(key, "zero is no quantity here", "write a positive quantity"));
        }
        Ok(units)
    }

    fn market_protection_bips(&self) -> Result<u32, ConfigError> {
        // A percent with two decimals is a number of hundredths of a percent.
        let refusal = |reason: String| {
            self.error(
                "market_protection_percent",
                reason,
                "write a percentage with at most two decimals, such as \"5\"",
            )
        };
        let bips = self
            .written
            .market_protection_percent
            .0
            .units_of(2)
            .map_err(|error| refusal(error.to_string()))?;
        u32::try_from(bips).map_err(|_| refusal("it is negative or too large".to_owned()))
    }

    fn check_grid(&self, instrument: &Instrument) -> Result<(), ConfigError> {
        for (key, price) in [
            ("price_min", instrument.price_min),
            ("price_max", instrument.price_max),
        ] {
            if price.units().checked_rem(instrument.tick_size) != Some(0) {
                return Err(self.error(
                    key,
                    "it is no multiple of tick_size",
                    "write one, or another tick_size",
                ));
            }
        }
        for (key, quantity) in [
            ("quantity_min", instrument.quantity_min),
            ("quantity_max", instrument.quantity_max),
        ] {
            if quantity.units().checked_rem(instrument.lot_size) != Some(0) {
                return Err(self.error(
                    key,
                    "it is no multiple of lot_size",
                    "write one, or another lot_size",
                ));
            }
        }
        if instrument.price_min > instrument.price_max {
            return Err(self.error(
                "price_min",
                "it is above price_max",
                "write the lower one here",
            ));
        }
        if instrument.quantity_min > instrument.quantity_max {
            return Err(self.error(
                "quantity_min",
                "it is above quantity_max",
                "write the smaller one here",
            ));
        }
        if instrument.open_orders_max == 0 {
            return Err(self.error("open_orders_max", "no order could rest", "write at least 1"));
        }
        // What is left is the product of the bounds, which only the engine knows how to hold.
        instrument.check().map_err(|error| {
            let remedy = "lower price_max, quantity_max or open_orders_max";
            self.error("price_max", error.to_string(), remedy)
        })
    }
}

/// 10^(decimals - unit decimals), where that is a whole number.
fn units_per(decimals: u8, unit_decimals: u8) -> Option<i128> {
    10_i128.checked_pow(u32::from(decimals.checked_sub(unit_decimals)?))
}
