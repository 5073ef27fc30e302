//! What can be traded, and within which bounds.

use crate::id::InstrumentId;
use crate::price::Price;
use crate::quantity::Quantity;
use crate::rules::Rules;

/// A thing that is traded. FIX Instrument. Its units are fixed for its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Instrument {
    /// Which one.
    pub id: InstrumentId,
    /// Prices are multiples of this many price units.
    pub tick_size: i64,
    /// Quantities are multiples of this many quantity units.
    pub lot_size: u64,
    /// Lowest limit price.
    pub price_min: Price,
    /// Highest limit price.
    pub price_max: Price,
    /// Smallest order quantity.
    pub quantity_min: Quantity,
    /// Largest order quantity.
    pub quantity_max: Quantity,
    /// Most orders that may rest at once.
    pub open_orders_max: u32,
    /// Most client order ids that idempotence remembers.
    pub idempotency_orders_max: u32,
    /// For how many sequence numbers idempotence remembers a client order id.
    pub idempotency_sequences_max: u64,
    /// What a market buy does whose reserve does not cover the book.
    pub market_budget: MarketBudget,
    /// A market buy's worst case is the reference price plus this many hundredths of a percent.
    pub market_protection_bips: u32,
    /// A buy holds this many millionths of its cost on top, rounded up: the bound of fees paid in quote.
    pub hold_surcharge_ppm: u32,
    /// Whether orders must be covered.
    pub funds_check: FundsCheck,
    /// Which of the rule book's mechanisms it has.
    pub rules: Rules,
}

/// What a market buy does whose reserve does not cover what the book asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MarketBudget {
    /// The whole order is refused before it trades. Binance.
    Reject,
    /// It trades until the reserve is spent; the remainder is canceled.
    Partial,
}

/// Whether orders must be covered by what the door reserved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FundsCheck {
    /// They must; holds are kept and released.
    Enforced,
    /// Nobody keeps money here: holds are all zero, no [`crate::HoldReleased`] is written.
    Off,
}

impl Instrument {
    /// Checks that the terms make sense and that no product of them can overflow.
    ///
    /// # Errors
    /// Tick or lot size is not positive, a bound is off its grid, or the bounds contradict each other.
    pub fn check(&self) -> Result<(), InstrumentError> {
        if self.id == InstrumentId::CONTROL {
            return Err(InstrumentError::BadId);
        }
        if self.tick_size <= 0 || self.lot_size == 0 {
            return Err(InstrumentError::BadGrid);
        }
        let prices_fit = self.price_min <= self.price_max;
        let quantities_fit = self.quantity_min <= self.quantity_max;
        let has_room = self.open_orders_max > 0 && self.open_orders_max < u32::MAX;
        if !prices_fit || !quantities_fit || !has_room || self.quantity_max.is_zero() {
            return Err(InstrumentError::BadBounds);
        }
        if !self.rules.are_sound() {
            return Err(InstrumentError::BadRules);
        }
        let is_enforced = matches!(self.funds_check, FundsCheck::Enforced);
        if is_enforced && !(self.holds_fit() && self.levels_fit()) {
            return Err(InstrumentError::BadBounds);
        }
        Ok(())
    }

    /// Whether one price level can hold all orders that may be open at once.
    fn levels_fit(&self) -> bool {
        let all = self
            .quantity_max
            .units()
            .checked_mul(u64::from(self.open_orders_max));
        all.is_some()
    }

    /// Whether the holds of all orders that may be open at once fit in a [`crate::Notional`], in millionths.
    fn holds_fit(&self) -> bool {
        if self.price_min.units() < 0 {
            return false;
        }
        let per_million = 1_000_000 + i128::from(self.hold_surcharge_ppm);
        let protected = 10_000 + i128::from(self.market_protection_bips);
        i128::from(self.price_max.units())
            .checked_mul(i128::from(self.quantity_max.units()))
            .and_then(|cost| cost.checked_mul(per_million))
            .and_then(|hold| hold.checked_mul(protected))
            .is_some_and(|hold| hold <= i128::MAX / i128::from(self.open_orders_max))
    }
}

/// Why an instrument cannot be listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InstrumentError {
    /// The id is 0 or listed already.
    BadId,
    /// Tick or lot size is not positive, or a bound is off its grid.
    BadGrid,
    /// Bounds are the wrong way round, or highest price x largest quantity x open orders, or the last two,
    /// do not fit.
    BadBounds,
    /// A mechanism's parameters contradict each other.
    BadRules,
}

impl std::fmt::Display for InstrumentError {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(match self {
            Self::BadId => "the instrument id is 0 or listed already",
            Self::BadGrid => "tick and lot size must be positive and the bounds on their grid",
            Self::BadBounds => "bounds must be in order and their product must fit",
            Self::BadRules => "a mechanism's parameters contradict each other",
        })
    }
}

impl std::error::Error for InstrumentError {}
