//! Which of the rule book's mechanisms an instrument has, and their parameters.

use crate::auction::{AuctionSelfTrade, IndicativePrice};
use crate::batch::BATCH_INSTRUCTIONS_MAX;
use crate::market_maker_protection::ProtectedGroups;
use crate::price::Price;
use crate::quantity::Quantity;
use crate::session::{Corridors, DoubledBands, LimitUpLimitDown, Schedule, StopLogic, Velocity};

/// Which of the rule book's mechanisms an instrument has. What is not named in [`Rules::PLAIN`] is off.
///
/// Each mechanism has its own type, in its own file where it needs more than a line here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rules {
    /// How a taker is shared out among the makers of one level.
    pub matching: MatchingAlgorithm,
    /// What becomes of the rest of a market order with protection.
    pub market_residual: MarketResidual,
    /// What becomes of a stop that is true when it comes.
    pub stop_on_entry: StopOnEntry,
    /// How much the next slices of icebergs show.
    pub refill: Refill,
    /// Limit prices outside are refused; `None` refuses none.
    pub entry_band: Option<PriceBand>,
    /// How far from the reference a taker may trade; `None` anywhere.
    pub execution_range: Option<ExecutionRange>,
    /// How far a taker may carry the price before a volatility auction begins.
    pub corridors: Corridors,
    /// Bands outside of which nothing trades; `None` has none.
    pub luld: Option<LimitUpLimitDown>,
    /// How fast the price may move; `None` as fast as it likes.
    pub velocity: Option<Velocity>,
    /// How far a cascade of stops may carry the price; `None` as far as it likes.
    pub stop_logic: Option<StopLogic>,
    /// Whether self-trade prevention applies to uncrosses.
    pub auction_self_trade: AuctionSelfTrade,
    /// Whether the market is told in a call what an uncross would do.
    pub indicative: IndicativePrice,
    /// The states of the day; `None` leaves them to the operator.
    pub schedule: Option<Schedule>,
    /// Stands for the last price, the last auction price and the reference of the bands until there is one.
    pub reference: Option<Price>,
    /// Groups of accounts' orders that trade only so much within a time.
    pub protected_groups: ProtectedGroups,
    /// Where a child goes that grows with its parent's trades.
    pub growing_child: GrowingChild,
    /// Start of the instrument's stream of chance: icebergs' random slices, random ends of calls.
    pub random_seed: u64,
    /// A batch of more instructions is refused; at least 1, at most [`BATCH_INSTRUCTIONS_MAX`].
    pub batch_instructions_max: u32,
    /// When the bands of limit up, limit down are twice as wide; `None` never.
    pub doubled_bands: Option<DoubledBands>,
}

impl Rules {
    /// Price-time priority and nothing else.
    pub const PLAIN: Self = Self {
        matching: MatchingAlgorithm::PriceTime,
        market_residual: MarketResidual::Rest,
        stop_on_entry: StopOnEntry::Reject,
        refill: Refill::Fixed,
        entry_band: None,
        execution_range: None,
        corridors: Corridors::OFF,
        luld: None,
        velocity: None,
        stop_logic: None,
        auction_self_trade: AuctionSelfTrade::Allowed,
        indicative: IndicativePrice::Off,
        schedule: None,
        reference: None,
        protected_groups: ProtectedGroups::NONE,
        growing_child: GrowingChild::Lose,
        random_seed: 0,
        batch_instructions_max: 64,
        doubled_bands: None,
    };

    /// Whether the parameters make sense, whatever the instrument.
    pub(crate) fn are_sound(&self) -> bool {
        let shares = match self.matching {
            MatchingAlgorithm::PriceTime => true,
            MatchingAlgorithm::ProRata(terms) => terms.first_in_first_out_bips <= 10_000,
        };
        let band = self.entry_band.is_none_or(|band| band.low <= band.high);
        let refill = match self.refill {
            Refill::Fixed => true,
            Refill::Random {
                low_percent,
                high_percent,
            } => low_percent > 0 && low_percent <= high_percent,
        };
        let range = self
            .execution_range
            .is_none_or(|range| range.low_bips <= range.high_bips);
        let sessions = self.corridors.is_sound()
            && self.luld.is_none_or(|luld| luld.is_sound())
            && self.velocity.is_none_or(|velocity| velocity.is_sound())
            && self.stop_logic.is_none_or(|logic| logic.is_sound())
            && self.schedule.is_none_or(|schedule| schedule.is_sound())
            && self.doubled_bands.is_none_or(|bands| bands.is_sound());
        let batches = usize::try_from(self.batch_instructions_max)
            .is_ok_and(|count| (1..=BATCH_INSTRUCTIONS_MAX).contains(&count));
        batches
            && shares
            && band
            && range
            && refill
            && sessions
            && self.protected_groups.are_sound()
    }
}

/// How a taker is shared out among the makers of one level.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MatchingAlgorithm {
    /// Oldest first. CME F.
    PriceTime,
    /// By size. CME A, C and K.
    ProRata(ProRata),
}

/// How pro-rata shares are made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ProRata {
    /// Shares below this are none.
    pub minimum_allocation: Quantity,
    /// Whether the order that bettered the market is filled first.
    pub top_order: TopOrder,
    /// So many hundredths of a percent of the taker are shared out oldest first, before the rest goes by
    /// size; at most 10,000.
    pub first_in_first_out_bips: u32,
}

/// Whether the order that bettered the market is filled before all others of its level.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TopOrder {
    /// It is one of many.
    Off,
    /// It is filled first.
    On {
        /// Smaller orders do not become the top order.
        quantity_min: Quantity,
        /// It is filled first for at most this much.
        quantity_max: Quantity,
    },
}

/// What becomes of the rest of a market order with protection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MarketResidual {
    /// It rests at the protection price.
    Rest,
    /// It is canceled.
    Cancel,
}

/// What becomes of a stop that is true when it comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StopOnEntry {
    /// It is refused.
    Reject,
    /// It fires at once.
    Trigger,
}

/// How much the next slice of an iceberg shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refill {
    /// As much as its peak.
    Fixed,
    /// So many percent of its peak, both ends included, in whole lots, from the instrument's stream of chance.
    Random {
        /// Least; above zero.
        low_percent: u32,
        /// Most.
        high_percent: u32,
    },
}

/// Where a child goes that grows with its parent's trades.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GrowingChild {
    /// To the tail of its level.
    Lose,
    /// It keeps its place.
    Keep,
}

/// Prices from one to another, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PriceBand {
    /// Lowest price.
    pub low: Price,
    /// Highest price.
    pub high: Price,
}

/// How far from the reference, which is frozen when the taker begins, it may trade. Binance `PRICE_RANGE`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ExecutionRange {
    /// Lowest price, in hundredths of a percent of the reference.
    pub low_bips: u32,
    /// Highest price, in hundredths of a percent of the reference.
    pub high_bips: u32,
}
