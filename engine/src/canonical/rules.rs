//! How an instrument's mechanisms are spelled.

use super::{canonical_enum, canonical_struct};
use crate::auction::{AuctionSelfTrade, IndicativePrice};
use crate::rules::{
    ExecutionRange, GrowingChild, MarketResidual, MatchingAlgorithm, PriceBand, ProRata, Refill,
    Rules, StopOnEntry, TopOrder,
};
use crate::session::{
    BandWindow, BeyondBand, CallEnd, CallLength, Corridors, DoubledBands, LimitUpLimitDown,
    MeanReference, Schedule, ScheduleStep, StopLogic, Velocity,
};

canonical_struct!(Rules {
    matching,
    market_residual,
    stop_on_entry,
    refill,
    entry_band,
    execution_range,
    corridors,
    luld,
    velocity,
    stop_logic,
    auction_self_trade,
    indicative,
    schedule,
    reference,
    protected_groups,
    growing_child,
    random_seed,
    batch_instructions_max,
    doubled_bands,
});

canonical_enum!(MatchingAlgorithm { 1 => PriceTime, 2 => ProRata(terms) });

canonical_struct!(ProRata {
    minimum_allocation,
    top_order,
    first_in_first_out_bips,
});

canonical_enum!(TopOrder { 0 => Off, 1 => On { quantity_min, quantity_max } });

canonical_enum!(MarketResidual { 1 => Rest, 2 => Cancel });

canonical_enum!(StopOnEntry { 1 => Reject, 2 => Trigger });

canonical_enum!(Refill { 1 => Fixed, 2 => Random { low_percent, high_percent } });

canonical_enum!(GrowingChild { 1 => Lose, 2 => Keep });

canonical_struct!(PriceBand { low, high });

canonical_struct!(ExecutionRange {
    low_bips,
    high_bips
});

canonical_struct!(CallLength {
    length,
    random_max,
    extension
});

canonical_enum!(CallEnd { 0 => Operator, 1 => After(length) });

canonical_struct!(Corridors {
    dynamic_bips,
    static_bips,
    call
});

canonical_enum!(BeyondBand { 0 => Reprice, 1 => Reject });

canonical_struct!(MeanReference { window, every });

canonical_struct!(LimitUpLimitDown {
    bips,
    beyond_band,
    limit_state,
    pause,
    mean,
    reopening
});

canonical_struct!(BandWindow { from, until });

canonical_struct!(DoubledBands { day, windows });

canonical_struct!(Velocity {
    ticks,
    window,
    reserved
});

canonical_struct!(StopLogic { distance, reserved });

canonical_enum!(AuctionSelfTrade { 0 => Allowed, 1 => CancelNewest });

canonical_enum!(IndicativePrice { 0 => Off, 1 => EachChange });

canonical_struct!(ScheduleStep {
    at,
    random_max,
    state
});

canonical_struct!(Schedule { day, steps });
