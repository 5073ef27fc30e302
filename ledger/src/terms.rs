//! What trading an instrument costs, and in which assets it is paid.

use engine::InstrumentId;

use crate::asset::AssetId;

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
    /// The maker's fee in millionths of what it is taken from; negative is a rebate out of the taker's fee.
    pub maker_fee_ppm: i32,
    /// The taker's fee in millionths of what it is taken from.
    pub taker_fee_ppm: u32,
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

/// Why terms cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TermsError {
    /// One price unit x one quantity unit is not a whole number of the quote asset's smallest unit.
    FractionalUnit,
    /// A rebate needs fees in quote and must not exceed the taker's fee.
    BadRebate,
    /// A fee is above the whole amount.
    BadFee,
    /// An asset is unknown, or base and quote are the same.
    BadAsset,
}

impl std::fmt::Display for TermsError {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(match self {
            Self::FractionalUnit => {
                "price unit x quantity unit must be a whole number of the quote asset's smallest unit"
            }
            Self::BadRebate => "a maker rebate needs fee_asset = \"quote\" and at most the taker's fee",
            Self::BadFee => "a fee is at most 1,000,000 ppm",
            Self::BadAsset => "base and quote must be two known assets",
        })
    }
}

impl std::error::Error for TermsError {}
