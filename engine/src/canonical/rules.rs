//! How an instrument's mechanisms are spelled.

use super::{canonical_enum, canonical_struct};
use crate::rules::{
    ExecutionRange, MarketResidual, MatchingAlgorithm, PriceBand, ProRata, Refill, Rules,
    StopOnEntry, TopOrder,
};

canonical_struct!(Rules {
    matching,
    market_residual,
    stop_on_entry,
    refill,
    entry_band,
    execution_range,
    random_seed,
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

canonical_struct!(PriceBand { low, high });

canonical_struct!(ExecutionRange {
    low_bips,
    high_bips
});
