//! What a trade costs its two parties: rates by account tier, and the fees that they make.

use engine::{FeeTier, Notional, PastTrade, Price, Quantity, Side, Trade};

use crate::asset::AssetId;
use crate::money::Money;
use crate::terms::{FeeAsset, InstrumentTerms, PPM};

/// Tiers that a schedule has; their numbers are below this.
pub const FEE_TIERS_MAX: usize = 8;

/// One tier's fees on one instrument, in millionths of what they are taken from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FeeRates {
    /// The maker's fee; negative is a rebate out of the taker's fee.
    pub maker_ppm: i32,
    /// The taker's fee.
    pub taker_ppm: u32,
}

/// An instrument's fees by account tier. Every tier has rates: those beyond the last one named have its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FeeSchedule {
    tiers: [FeeRates; FEE_TIERS_MAX],
    named: usize,
}

impl FeeSchedule {
    /// The same rates for everybody.
    pub const fn flat(rates: FeeRates) -> Self {
        Self {
            tiers: [rates; FEE_TIERS_MAX],
            named: 1,
        }
    }

    /// Rates by tier, the first ones for tier 0; `None` for no tier or more than [`FEE_TIERS_MAX`].
    pub fn by_tier(rates: &[FeeRates]) -> Option<Self> {
        let last = *rates.last()?;
        if rates.len() > FEE_TIERS_MAX {
            return None;
        }
        let mut tiers = [last; FEE_TIERS_MAX];
        for (tier, rates) in tiers.iter_mut().zip(rates) {
            *tier = *rates;
        }
        Some(Self {
            tiers,
            named: rates.len(),
        })
    }

    /// The rates of one tier.
    pub fn of(&self, tier: FeeTier) -> FeeRates {
        let last = self.tiers[FEE_TIERS_MAX - 1];
        self.tiers.get(usize::from(tier.0)).copied().unwrap_or(last)
    }

    /// The tiers that were named, from tier 0 on.
    pub fn tiers(&self) -> &[FeeRates] {
        &self.tiers[..self.named]
    }

    /// The highest rate that anybody pays, in millionths.
    pub fn highest_ppm(&self) -> u32 {
        let highest = |rates: &FeeRates| {
            rates
                .taker_ppm
                .max(u32::try_from(rates.maker_ppm).unwrap_or(0))
        };
        self.tiers.iter().map(highest).max().unwrap_or(0)
    }

    /// The lowest fee that any taker pays, in millionths: what every rebate has to fit in.
    pub fn lowest_taker_ppm(&self) -> u32 {
        self.tiers
            .iter()
            .map(|rates| rates.taker_ppm)
            .min()
            .unwrap_or(0)
    }

    /// The highest rebate that any maker gets, in millionths.
    pub fn highest_rebate_ppm(&self) -> u32 {
        let rebate = |rates: &FeeRates| rates.maker_ppm.min(0).unsigned_abs();
        self.tiers.iter().map(rebate).max().unwrap_or(0)
    }
}

/// What both parties of a trade pay.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TradeFees {
    /// The arriving order's fee.
    pub taker: Fee,
    /// The resting order's fee.
    pub maker: Fee,
}

/// A fee and what it is taken in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fee {
    /// In which asset.
    pub asset: AssetId,
    /// How much; negative is a rebate.
    pub amount: Money,
}

impl InstrumentTerms {
    /// What `trade` costs its parties: amount x rate of the party's tier, truncated, in the fee asset. (MON-2)
    ///
    /// # Panics
    /// The trade is larger than all the money that there can be.
    pub fn fees(&self, trade: &Trade) -> TradeFees {
        let tiers = (trade.taker.fee_tier, trade.maker.fee_tier);
        self.fees_at(trade.price, trade.quantity, trade.aggressor_side, tiers)
    }

    /// What a trade that was made has cost its parties.
    ///
    /// # Panics
    /// As of [`InstrumentTerms::fees`].
    pub fn fees_of_past(&self, trade: &PastTrade) -> TradeFees {
        let tiers = (trade.taker.fee_tier, trade.maker.fee_tier);
        self.fees_at(trade.price, trade.quantity, trade.aggressor_side, tiers)
    }

    fn fees_at(
        &self,
        price: Price,
        quantity: Quantity,
        aggressor_side: Side,
        (taker_tier, maker_tier): (FeeTier, FeeTier),
    ) -> TradeFees {
        let fee = |side: Side, rate_ppm: i128| {
            let (asset, amount) = match (self.fee_asset, side) {
                (FeeAsset::Received, Side::Buy) => (self.base, self.base_amount(quantity)),
                (FeeAsset::Received, Side::Sell) | (FeeAsset::Quote, Side::Buy | Side::Sell) => {
                    (self.quote, self.quote_amount(Notional::of(price, quantity)))
                }
            };
            let amount = amount.expect("a trade is never larger than the holds that cover it");
            Fee {
                asset,
                amount: share(amount, rate_ppm),
            }
        };
        let taker_ppm = self.fees.of(taker_tier).taker_ppm;
        let maker_ppm = self.fees.of(maker_tier).maker_ppm;
        TradeFees {
            taker: fee(aggressor_side, i128::from(taker_ppm)),
            maker: fee(aggressor_side.opposite(), i128::from(maker_ppm)),
        }
    }
}

/// `rate_ppm` millionths of `amount`, truncated toward zero.
fn share(amount: Money, rate_ppm: i128) -> Money {
    let product = amount
        .units()
        .checked_mul(rate_ppm)
        .expect("money is bounded, so that a fee's product fits");
    Money::from_units(product / PPM)
}
