//! What trading an instrument costs, and in which assets it is paid.

use engine::{FeeSchedule, InstrumentId, Notional, Quantity, Side};

use crate::asset::{Asset, AssetId};
use crate::money::Money;

/// Millionths in a whole.
pub(crate) const PPM: i128 = 1_000_000;

/// How an instrument's integers scale to its assets, and its fees.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InstrumentTerms {
    /// Which instrument.
    pub instrument: InstrumentId,
    /// What is bought and sold.
    pub base: AssetId,
    /// What it is paid with.
    pub quote: AssetId,
    /// Smallest base units per quantity unit; at least 1.
    pub base_units_per_quantity_unit: i128,
    /// Smallest quote units per price unit x quantity unit; at least 1.
    pub quote_units_per_notional_unit: i128,
    /// What makers and takers pay, by account tier.
    pub fees: FeeSchedule,
    /// What fees are taken from.
    pub fee_asset: FeeAsset,
}

/// What fees are taken from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FeeAsset {
    /// From what each party receives; nothing extra is held.
    Received,
    /// From the quote asset on both sides; a buy holds the fee bound on top of its cost.
    Quote,
}

impl InstrumentTerms {
    /// Checks these terms against the assets that there are.
    ///
    /// # Errors
    /// The first rule that they break.
    pub fn validate(&self, assets: &[Asset]) -> Result<(), TermsError> {
        let known = |id: AssetId| assets.iter().any(|asset| asset.id == id);
        if self.base == self.quote || !known(self.base) || !known(self.quote) {
            return Err(TermsError::BadAsset);
        }
        for scale in [
            self.base_units_per_quantity_unit,
            self.quote_units_per_notional_unit,
        ] {
            if scale < 1 {
                return Err(TermsError::FractionalUnit);
            }
            if scale > Money::MAX.units() {
                return Err(TermsError::BadScale);
            }
        }
        if i128::from(self.fees.highest_ppm()) > PPM {
            return Err(TermsError::BadFee);
        }
        let rebate = self.fees.highest_rebate_ppm();
        let is_covered =
            self.fee_asset == FeeAsset::Quote && rebate <= self.fees.lowest_taker_ppm();
        if rebate > 0 && !is_covered {
            return Err(TermsError::BadRebate);
        }
        Ok(())
    }

    /// What a buy holds on top of its cost, in millionths: the bound, over all tiers, of a fee that is taken
    /// in quote.
    pub fn hold_surcharge_ppm(&self) -> u32 {
        match self.fee_asset {
            FeeAsset::Received => 0,
            FeeAsset::Quote => self.fees.highest_ppm(),
        }
    }

    /// The asset in which an order on `side` pays, and is held.
    pub const fn paid_asset(&self, side: Side) -> AssetId {
        match side {
            Side::Buy => self.quote,
            Side::Sell => self.base,
        }
    }

    /// A quantity as money of the base asset, or `None` where it would not fit.
    pub fn base_amount(&self, quantity: Quantity) -> Option<Money> {
        i128::from(quantity.units())
            .checked_mul(self.base_units_per_quantity_unit)
            .map(Money::from_units)
    }

    /// A notional as money of the quote asset, or `None` where it would not fit.
    pub fn quote_amount(&self, notional: Notional) -> Option<Money> {
        notional
            .units()
            .checked_mul(self.quote_units_per_notional_unit)
            .map(Money::from_units)
    }

    /// A hold as money of the asset in which `side` pays, or `None` where it would not fit.
    pub fn hold_amount(&self, side: Side, hold: Notional) -> Option<Money> {
        hold.units()
            .checked_mul(self.units_per_hold_unit(side))
            .map(Money::from_units)
    }

    /// Smallest units of the paid asset in one unit of a hold.
    pub(crate) const fn units_per_hold_unit(&self, side: Side) -> i128 {
        match side {
            Side::Buy => self.quote_units_per_notional_unit,
            Side::Sell => self.base_units_per_quantity_unit,
        }
    }
}

/// Why terms cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TermsError {
    /// One price unit x one quantity unit is not a whole number of the quote asset's smallest unit.
    FractionalUnit,
    /// One unit is more than all the money that an asset can have.
    BadScale,
    /// A rebate needs fees in quote and must not exceed the lowest taker's fee of any tier.
    BadRebate,
    /// A fee is above the whole amount.
    BadFee,
    /// An asset is unknown, or base and quote are the same.
    BadAsset,
    /// The instrument is 0, or has terms already.
    BadInstrument,
    /// Asset ids are not dense from 0.
    SparseAssets,
}

impl std::fmt::Display for TermsError {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(match self {
            Self::FractionalUnit => {
                "price unit x quantity unit must be a whole number of the quote asset's smallest unit"
            }
            Self::BadScale => "one unit is worth more than an asset can have in all",
            Self::BadRebate => "a maker rebate needs fee_asset = \"quote\" and at most the lowest taker's fee of any tier",
            Self::BadFee => "a fee is at most 1,000,000 ppm",
            Self::BadAsset => "base and quote must be two known assets",
            Self::BadInstrument => "an instrument has terms once, and 0 is no instrument",
            Self::SparseAssets => "asset ids count from 0 without a gap",
        })
    }
}

impl std::error::Error for TermsError {}
