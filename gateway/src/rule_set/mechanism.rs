//! The mechanisms that have parameters of their own, as people write them.

use serde::{Deserialize, Serialize};

use crate::rule_set::value::{Amount, Percent, Span, TimeOfDay};

/// How a taker is shared out among the makers of one level.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Matching {
    /// Oldest first.
    PriceTime,
    /// By size.
    ProRata,
}

/// How pro-rata shares are made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ProRata {
    /// Shares below this are none; one quantity unit where it is not named.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub minimum_allocation: Option<Amount>,
    /// The order that bettered the market is filled first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub top_order: Option<TopOrder>,
    /// So much of the taker is shared out oldest first, before the rest goes by size; at most 100.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_in_first_out_percent: Option<Percent>,
}

/// Bounds of the order that bettered the market.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TopOrder {
    /// Smaller orders do not become the top order.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quantity_min: Option<Amount>,
    /// It is filled first for at most this much.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quantity_max: Option<Amount>,
}

/// What becomes of the rest of a market order with protection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MarketResidual {
    /// It rests at the protection price.
    Rest,
    /// It is canceled.
    Cancel,
}

/// Where a resting child stands when its parent's next fill lets it grow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GrowingChild {
    /// At the tail of its level.
    Lose,
    /// Where it stood.
    Keep,
}

/// What becomes of a stop that is true when it comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StopOnEntry {
    /// It is refused.
    Reject,
    /// It fires at once.
    Trigger,
}

/// So many percent of an iceberg's peak are shown next, both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Refill {
    /// Least; above zero.
    pub low_percent: u32,
    /// Most.
    pub high_percent: u32,
}

/// Prices from one to another, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PriceBand {
    /// Lowest price.
    pub low: Amount,
    /// Highest price.
    pub high: Amount,
}

/// How far from the reference, which is frozen when the taker begins, it may trade.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExecutionRange {
    /// Lowest price, in percent of the reference.
    pub low_percent: Percent,
    /// Highest price, in percent of the reference.
    pub high_percent: Percent,
}

/// What ends a call: time. Without one, the operator or the schedule does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Call {
    /// It lasts at least this long.
    pub length: Span,
    /// It ends up to this much later.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub random_max: Option<Span>,
    /// It is extended once by this much where its price is outside the static corridor; by its length where it
    /// is not named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub extension: Option<Span>,
}

/// How far a taker may carry the price before a volatility auction begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Corridors {
    /// Half the width around the last price as the taker begins.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dynamic_percent: Option<Percent>,
    /// Half the width around the last auction price.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub static_percent: Option<Percent>,
    /// What ends the volatility auction.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub call: Option<Call>,
}

/// Bands around a reference outside of which no order trades.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LimitUpLimitDown {
    /// Half the width of the bands.
    pub percent: Percent,
    /// What becomes of an order whose limit is beyond the band; it enters at the band where it is not named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub beyond_band: Option<BeyondBand>,
    /// How long a limit state lasts before trading is paused; never where it is not named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit_state: Option<Span>,
    /// How long a pause lasts before the reopening call; until the operator where it is not named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pause: Option<Span>,
    /// How the reference follows the trades; it stays where it started where it is not named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mean: Option<MeanReference>,
    /// What ends the reopening call.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reopening: Option<Call>,
    /// When the bands are twice as wide, earliest first; never where it is not named.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub doubled: Vec<DayWindow>,
}

/// A span of the day, UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DayWindow {
    /// Its first moment.
    pub from: TimeOfDay,
    /// The first moment behind it.
    pub until: TimeOfDay,
}

/// What becomes of an order whose limit is beyond the band that bounds its side.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BeyondBand {
    /// It enters at the band.
    Reprice,
    /// It is refused.
    Reject,
}

/// A reference that is the mean of the latest trades.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MeanReference {
    /// Trades of this span count.
    pub window: Span,
    /// The mean is looked at whenever engine time is a multiple of this.
    pub every: Span,
}

/// How far the price may move within how much time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Velocity {
    /// A move of this many ticks or more reserves the market.
    pub ticks: u32,
    /// It looks at prints that are at most this old.
    pub window: Span,
    /// What ends the reserved state.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reserved: Option<Call>,
}

/// How far triggered orders may carry the price.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StopLogic {
    /// A triggered order trades at most this far away from where its cascade began.
    pub distance: Amount,
    /// What ends the reserved state.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reserved: Option<Call>,
}

/// Whether self-trade prevention applies to uncrosses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AuctionSelfTrade {
    /// Own orders trade with each other.
    Allowed,
    /// The newer order of each own pair is canceled before anything trades.
    CancelNewest,
}

/// Whether the market is told in a call what an uncross would do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IndicativePrice {
    /// It is not.
    Off,
    /// After each command that changes orders.
    EachChange,
}

/// The states of a day; it repeats every day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Schedule {
    /// Length of a day; 24 hours where it is not named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub day: Option<Span>,
    /// What begins when, earliest first.
    pub steps: Vec<ScheduleStep>,
}

/// One state of the day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScheduleStep {
    /// When it begins, UTC.
    pub at: TimeOfDay,
    /// It begins up to this much later.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub random_max: Option<Span>,
    /// What begins.
    pub state: ScheduleState,
}

/// A state that a schedule, or an operator, can begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ScheduleState {
    /// Orders match as they come.
    Continuous,
    /// Orders are collected before the opening call.
    PreOpen,
    /// The opening call.
    OpeningAuction,
    /// A call within the day.
    Auction,
    /// The closing call.
    ClosingAuction,
    /// Nothing but cancels.
    Halted,
    /// Nothing but cancels, until the next day.
    Closed,
}
