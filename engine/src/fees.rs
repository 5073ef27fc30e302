//! What the parties of a trade pay: rates by account tier, which an operator may change while an instrument trades.
//!
//! They decide nothing here. The engine carries into each trade what its parties pay, so that a trade costs what was
//! asked when it was made, whenever it is settled, told or taken back.

use crate::canonical::{Canonical, StateError, StateReader, StateSink, canonical_struct};
use crate::id::{AccountId, FeeTier};
use crate::listing::Listing;
use crate::reject::RejectReason;

/// Tiers that a schedule has; their numbers are below this.
pub const FEE_TIERS_MAX: usize = 8;
/// The whole amount, in millionths.
const WHOLE_PPM: u32 = 1_000_000;
/// In a spelling, where a tier's number would be: a rate follows.
const RATE_FOLLOWS: u8 = u8::MAX;

/// One tier's fees on one instrument, in millionths of what they are taken from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FeeRates {
    /// The maker's fee; negative is a rebate out of the taker's fee.
    pub maker_ppm: i32,
    /// The taker's fee.
    pub taker_ppm: u32,
}

canonical_struct!(FeeRates {
    maker_ppm,
    taker_ppm
});

/// An instrument's fees by account tier. Every tier has rates: those beyond the last one named have its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FeeSchedule {
    tiers: [FeeRates; FEE_TIERS_MAX],
    named: usize,
}

/// What a party of a trade pays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FeeBasis {
    /// What its tier pays by the terms that the instrument was listed with.
    Listed(FeeTier),
    /// So many millionths, by a schedule that an operator set; negative is a rebate.
    Rate(i32),
}

/// On which side of a trade a party is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Paying {
    AsTaker,
    AsMaker,
}

impl Default for FeeBasis {
    /// What everybody pays who has no tier of its own.
    fn default() -> Self {
        Self::Listed(FeeTier(0))
    }
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

    /// What a party of a tier pays.
    fn basis(&self, tier: FeeTier, paying: Paying) -> FeeBasis {
        let rates = self.of(tier);
        FeeBasis::Rate(match paying {
            Paying::AsTaker => i32::try_from(rates.taker_ppm).unwrap_or(i32::MAX),
            Paying::AsMaker => rates.maker_ppm,
        })
    }
}

impl Listing {
    /// What an account pays for its part in a trade.
    #[inline]
    pub(crate) fn fee_of(&self, account: AccountId, paying: Paying) -> FeeBasis {
        let tier = self.risk.fee_tier_of(account);
        match &self.fees {
            None => FeeBasis::Listed(tier),
            Some(fees) => fees.basis(tier, paying),
        }
    }

    /// Has trades from the next one on cost their parties other rates. Where orders hold a bound of the fee on top of
    /// their cost, no rate may be above that bound: what is open holds no more.
    pub(crate) fn set_fees(&mut self, fees: &FeeSchedule) -> Result<(), RejectReason> {
        let bound_ppm = match self.instrument.hold_surcharge_ppm {
            // Fees are taken from what is received, or there are none that anybody holds.
            0 => WHOLE_PPM,
            surcharge_ppm => surcharge_ppm,
        };
        let rebate_ppm = fees.highest_rebate_ppm();
        let is_sound = fees.highest_ppm() <= bound_ppm
            && rebate_ppm <= fees.lowest_taker_ppm()
            && (rebate_ppm == 0 || self.instrument.hold_surcharge_ppm > 0);
        if !is_sound {
            return Err(RejectReason::InvalidTerms);
        }
        self.fees = Some(Box::new(*fees));
        Ok(())
    }
}

impl Canonical for FeeSchedule {
    fn write<S: StateSink>(&self, out: &mut S) {
        self.tiers().to_vec().write(out);
    }

    fn read(from: &mut StateReader<'_>) -> Result<Self, StateError> {
        let tiers: Vec<FeeRates> = from.value()?;
        Self::by_tier(&tiers).ok_or(StateError::Impossible("fees have no tier, or too many"))
    }
}

/// A tier is its number, as it was when trades carried nothing else.
impl Canonical for FeeBasis {
    fn write<S: StateSink>(&self, out: &mut S) {
        match self {
            Self::Listed(tier) => tier.write(out),
            Self::Rate(ppm) => {
                RATE_FOLLOWS.write(out);
                ppm.write(out);
            }
        }
    }

    fn read(from: &mut StateReader<'_>) -> Result<Self, StateError> {
        match from.value()? {
            FeeTier(RATE_FOLLOWS) => from.value().map(Self::Rate),
            tier => Ok(Self::Listed(tier)),
        }
    }
}
