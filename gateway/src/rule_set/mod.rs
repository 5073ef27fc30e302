//! Rule sets as people write them: `[[rules]]` of a configuration file, the body of an admin request.
//!
//! Decimals of prices and quantities, percentages, lengths of time, words. What is not named is off. Here
//! they become the engine's [`engine::Rules`] and back; what the rules do is in `docs/market-rules.md`.

mod from_engine;
mod limit_up_limit_down;
mod mechanism;
mod protection;
mod to_engine;
mod value;

use serde::{Deserialize, Serialize};

pub use mechanism::ScheduleState;
pub use value::{Amount, Span};

use mechanism::{
    AuctionSelfTrade, Corridors, ExecutionRange, GrowingChild, IndicativePrice, LimitUpLimitDown,
    MarketResidual, Matching, PriceBand, ProRata, Refill, Schedule, StopLogic, StopOnEntry,
    Velocity,
};
use protection::Protection;

/// Which mechanisms of the rule book an instrument has, in the words and decimals of people.
///
/// One set can be that of several instruments: its prices and quantities are read by each one's units.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[serde(default)]
pub struct RuleSet {
    /// How a taker is shared out among the makers of one level; price-time where it is not named.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub matching: Option<Matching>,
    /// How pro-rata shares are made; only with `matching = "pro_rata"`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pro_rata: Option<ProRata>,
    /// What becomes of the rest of a market order with protection; it rests where it is not named.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub market_residual: Option<MarketResidual>,
    /// Where a child stands that grows with its parent's fills; at the tail where it is not named.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub growing_child: Option<GrowingChild>,
    /// What becomes of a stop that is true when it comes; it is refused where it is not named.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stop_on_entry: Option<StopOnEntry>,
    /// How much the next slices of icebergs show; their peak where it is not named.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refill: Option<Refill>,
    /// Limit prices outside are refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub entry_band: Option<PriceBand>,
    /// How far from the reference a taker may trade.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub execution_range: Option<ExecutionRange>,
    /// How far a taker may carry the price before a volatility auction begins.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub corridors: Option<Corridors>,
    /// Bands outside of which nothing trades.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub luld: Option<LimitUpLimitDown>,
    /// How fast the price may move.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub velocity: Option<Velocity>,
    /// How far a cascade of stops may carry the price.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stop_logic: Option<StopLogic>,
    /// Whether self-trade prevention applies to uncrosses; not where it is not named.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub auction_self_trade: Option<AuctionSelfTrade>,
    /// Whether the market is told in a call what an uncross would do; not where it is not named.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub indicative: Option<IndicativePrice>,
    /// Groups of makers' orders that are pulled when they traded too much; none where it is not named.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub protected_groups: Vec<Protection>,
    /// The states of the day; the operator's where it is not named.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub schedule: Option<Schedule>,
    /// Stands for the last price, the last auction price and the reference of the bands until there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reference: Option<Amount>,
    /// Start of the instrument's stream of chance; 0 where it is not named.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub random_seed: Option<u64>,
    /// A batch of more instructions is refused; 64 where it is not named.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub batch_instructions_max: Option<u32>,
}

/// What is wrong with a rule set.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{key}: {reason}; {remedy}")]
pub struct BadRule {
    /// Which key, with dots.
    pub key: String,
    /// What is wrong with it.
    pub reason: String,
    /// What to write instead.
    pub remedy: String,
}
