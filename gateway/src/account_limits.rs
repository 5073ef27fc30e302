//! An account's limits on an instrument as people write them: in the body of an admin request, and as the default of an
//! instrument in the configuration.

use engine::{Notional, OrderRate, OrderToTrade, Quantity, RiskLimits};
use protocol::{DecimalError, ExactDecimal, Scale};
use serde::{Deserialize, Serialize};

const NS_PER_MS: u64 = 1_000_000;
/// A hundredth of a percent is its second decimal.
const PERCENT_DECIMALS: u8 = 2;

/// Limits in the words and decimals of people. What is not named is not limited.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[serde(default)]
pub struct AccountLimits {
    /// Largest quantity of an order, in the base asset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quantity_max: Option<String>,
    /// Largest price x quantity of an order, in the quote asset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub notional_max: Option<String>,
    /// How far through the last price a limit price may go; at most two decimals.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub price_band_percent: Option<String>,
    /// Most orders that may be open.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub open_orders_max: Option<u32>,
    /// Largest position that its trades and its open orders of a side could come to, in the base asset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub position_max: Option<String>,
    /// Most orders in a time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub order_rate: Option<RateLimit>,
    /// Most orders for what they trade.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub order_to_trade: Option<RatioLimit>,
}

/// Most orders in a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RateLimit {
    /// So many in each window.
    pub orders_max: u32,
    /// Length of the windows in engine time, above zero.
    pub window_ms: u64,
}

/// Most orders for what they trade: `orders_free + orders_per_trade x trades` in each window.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RatioLimit {
    /// Orders that need no trade.
    pub orders_free: u32,
    /// Orders that each trade is good for.
    pub orders_per_trade: u32,
    /// Length of the windows in engine time, above zero.
    pub window_ms: u64,
}

/// What is wrong with a limit.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("field `{key}`: {reason}; {remedy}")]
pub struct BadAccountLimit {
    /// Which one.
    pub key: &'static str,
    /// What is wrong with it.
    pub reason: String,
    /// What to write instead.
    pub remedy: &'static str,
}

impl AccountLimits {
    /// The same in the units of an instrument.
    ///
    /// # Errors
    /// An amount is no decimal, negative, finer than the instrument's units or too large; a window has no length.
    pub fn to_engine(&self, scale: Scale) -> Result<RiskLimits, BadAccountLimit> {
        let quantity = |key, text: &Option<String>| {
            let units = read(key, text.as_deref(), |amount| scale.quantity_units(amount))?;
            Ok(units.map(Quantity::from_units))
        };
        let notional = read("notional_max", self.notional_max.as_deref(), |amount| {
            scale.notional_units(amount)
        })?;
        let band = self.price_band_percent.as_deref();
        Ok(RiskLimits {
            quantity_max: quantity("quantity_max", &self.quantity_max)?,
            notional_max: notional.map(Notional::from_units),
            price_band_bips: read("price_band_percent", band, bips)?,
            open_orders_max: self.open_orders_max,
            position_max: quantity("position_max", &self.position_max)?,
            order_rate: self.order_rate.map(RateLimit::to_engine).transpose()?,
            order_to_trade: self.order_to_trade.map(RatioLimit::to_engine).transpose()?,
        })
    }
}

impl AccountLimits {
    /// The engine's limits in the words and decimals of people; a window is told in whole milliseconds, rounded up.
    pub fn of(limits: &RiskLimits, scale: Scale) -> Self {
        let quantity =
            |most: Option<Quantity>| most.map(|most| scale.quantity(most.units()).to_string());
        let notional = limits
            .notional_max
            .map(|most| scale.notional(most.units()).to_string());
        let band = limits
            .price_band_bips
            .map(|bips| ExactDecimal::new(i128::from(bips), PERCENT_DECIMALS).to_string());
        Self {
            quantity_max: quantity(limits.quantity_max),
            notional_max: notional,
            price_band_percent: band,
            open_orders_max: limits.open_orders_max,
            position_max: quantity(limits.position_max),
            order_rate: limits.order_rate.map(|rate| RateLimit {
                orders_max: rate.orders_max,
                window_ms: rate.window.div_ceil(NS_PER_MS),
            }),
            order_to_trade: limits.order_to_trade.map(|ratio| RatioLimit {
                orders_free: ratio.orders_free,
                orders_per_trade: ratio.orders_per_trade,
                window_ms: ratio.window.div_ceil(NS_PER_MS),
            }),
        }
    }
}

impl RateLimit {
    fn to_engine(self) -> Result<OrderRate, BadAccountLimit> {
        Ok(OrderRate {
            orders_max: self.orders_max,
            window: window("order_rate", self.window_ms)?,
        })
    }
}

impl RatioLimit {
    fn to_engine(self) -> Result<OrderToTrade, BadAccountLimit> {
        Ok(OrderToTrade {
            orders_free: self.orders_free,
            orders_per_trade: self.orders_per_trade,
            window: window("order_to_trade", self.window_ms)?,
        })
    }
}

fn window(key: &'static str, window_ms: u64) -> Result<u64, BadAccountLimit> {
    let window = window_ms.checked_mul(NS_PER_MS);
    window
        .filter(|window| *window > 0)
        .ok_or_else(|| BadAccountLimit {
            key,
            reason: format!("a window of {window_ms} ms counts nothing"),
            remedy: "write `window_ms` above zero, such as 1000",
        })
}

/// A percentage with at most two decimals is a number of hundredths of a percent.
fn bips(percent: ExactDecimal) -> Result<u32, DecimalError> {
    if percent.is_negative() {
        return Err(DecimalError::Negative);
    }
    u32::try_from(percent.units_of(PERCENT_DECIMALS)?).map_err(|_| DecimalError::Overflow)
}

fn read<T>(
    key: &'static str,
    text: Option<&str>,
    units: impl FnOnce(ExactDecimal) -> Result<T, DecimalError>,
) -> Result<Option<T>, BadAccountLimit> {
    let Some(text) = text else {
        return Ok(None);
    };
    let amount = ExactDecimal::parse(text).and_then(units).map(Some);
    amount.map_err(|error| BadAccountLimit {
        key,
        reason: error.to_string(),
        remedy: "write such as \"12.5\"",
    })
}

#[cfg(test)]
mod tests {
    //! Goal: what is written is what the engine limits by, and what means nothing is refused by key.
    //! Method: literal limits.

    use super::*;

    const CENTS: Scale = Scale {
        price_decimals: 2,
        quantity_decimals: 3,
    };

    #[test]
    fn every_limit_is_read_in_the_instruments_units() {
        let written = AccountLimits {
            quantity_max: Some("1.5".to_owned()),
            notional_max: Some("100".to_owned()),
            price_band_percent: Some("2.25".to_owned()),
            open_orders_max: Some(3),
            position_max: Some("0.001".to_owned()),
            order_rate: Some(RateLimit {
                orders_max: 4,
                window_ms: 1,
            }),
            order_to_trade: Some(RatioLimit {
                orders_free: 5,
                orders_per_trade: 6,
                window_ms: 2,
            }),
        };

        assert_eq!(
            written.to_engine(CENTS),
            Ok(RiskLimits {
                quantity_max: Some(Quantity::from_units(1_500)),
                notional_max: Some(Notional::from_units(10_000_000)),
                price_band_bips: Some(225),
                open_orders_max: Some(3),
                position_max: Some(Quantity::from_units(1)),
                order_rate: Some(OrderRate {
                    orders_max: 4,
                    window: 1_000_000,
                }),
                order_to_trade: Some(OrderToTrade {
                    orders_free: 5,
                    orders_per_trade: 6,
                    window: 2_000_000,
                }),
            })
        );
        assert_eq!(
            AccountLimits::default().to_engine(CENTS),
            Ok(RiskLimits::NONE)
        );
    }

    #[test]
    fn what_means_nothing_is_refused_by_key() {
        let none = AccountLimits::default();
        let text = |text: &str| Some(text.to_owned());
        let no_window = RateLimit {
            orders_max: 1,
            window_ms: 0,
        };
        for (written, key) in [
            (
                AccountLimits {
                    quantity_max: text("0.0001"),
                    ..none.clone()
                },
                "quantity_max",
            ),
            (
                AccountLimits {
                    notional_max: text("-1"),
                    ..none.clone()
                },
                "notional_max",
            ),
            (
                AccountLimits {
                    price_band_percent: text("1e3"),
                    ..none.clone()
                },
                "price_band_percent",
            ),
            (
                AccountLimits {
                    position_max: text("many"),
                    ..none.clone()
                },
                "position_max",
            ),
            (
                AccountLimits {
                    order_rate: Some(no_window),
                    ..none.clone()
                },
                "order_rate",
            ),
        ] {
            assert_eq!(written.to_engine(CENTS).map_err(|bad| bad.key), Err(key));
        }
    }
}
