//! From the engine's rules to a rule set as people read it. What is off is not named.

use engine::{CallEnd, MatchingAlgorithm, Quantity, Rules, SessionState};
use protocol::Scale;

use crate::rule_set::RuleSet;
use crate::rule_set::mechanism::{
    AuctionSelfTrade, BeyondBand, Call, Corridors, DayWindow, ExecutionRange, GrowingChild,
    IndicativePrice, LimitUpLimitDown, MarketResidual, Matching, MeanReference, PriceBand, ProRata,
    Refill, Schedule, ScheduleState, ScheduleStep, StopLogic, StopOnEntry, TopOrder, Velocity,
};
use crate::rule_set::protection::written;
use crate::rule_set::value::{Amount, Percent, Span, TimeOfDay};

impl RuleSet {
    /// The engine's rules of an instrument of this scale, as they would be written.
    pub fn of(rules: &Rules, scale: Scale) -> Self {
        let price = |price: engine::Price| Amount(scale.price(price.units()));
        Self {
            matching: Some(match rules.matching {
                MatchingAlgorithm::PriceTime => Matching::PriceTime,
                MatchingAlgorithm::ProRata(_) => Matching::ProRata,
            }),
            pro_rata: match &rules.matching {
                MatchingAlgorithm::PriceTime => None,
                MatchingAlgorithm::ProRata(terms) => Some(pro_rata(terms, scale)),
            },
            market_residual: Some(match rules.market_residual {
                engine::MarketResidual::Rest => MarketResidual::Rest,
                engine::MarketResidual::Cancel => MarketResidual::Cancel,
            }),
            growing_child: Some(match rules.growing_child {
                engine::GrowingChild::Lose => GrowingChild::Lose,
                engine::GrowingChild::Keep => GrowingChild::Keep,
            }),
            stop_on_entry: Some(match rules.stop_on_entry {
                engine::StopOnEntry::Reject => StopOnEntry::Reject,
                engine::StopOnEntry::Trigger => StopOnEntry::Trigger,
            }),
            refill: match rules.refill {
                engine::Refill::Fixed => None,
                engine::Refill::Random {
                    low_percent,
                    high_percent,
                } => Some(Refill {
                    low_percent,
                    high_percent,
                }),
            },
            entry_band: rules.entry_band.map(|band| PriceBand {
                low: price(band.low),
                high: price(band.high),
            }),
            execution_range: rules.execution_range.map(|range| ExecutionRange {
                low_percent: Percent(range.low_bips),
                high_percent: Percent(range.high_bips),
            }),
            corridors: corridors(&rules.corridors),
            luld: rules
                .luld
                .as_ref()
                .map(|rule| luld(rule, rules.doubled_bands)),
            velocity: rules.velocity.map(|velocity| Velocity {
                ticks: velocity.ticks,
                window: Span::of_ns(velocity.window),
                reserved: call(velocity.reserved),
            }),
            stop_logic: rules.stop_logic.map(|logic| StopLogic {
                distance: Amount(scale.price(i64::try_from(logic.distance).unwrap_or(i64::MAX))),
                reserved: call(logic.reserved),
            }),
            auction_self_trade: Some(match rules.auction_self_trade {
                engine::AuctionSelfTrade::Allowed => AuctionSelfTrade::Allowed,
                engine::AuctionSelfTrade::CancelNewest => AuctionSelfTrade::CancelNewest,
            }),
            indicative: Some(match rules.indicative {
                engine::IndicativePrice::Off => IndicativePrice::Off,
                engine::IndicativePrice::EachChange => IndicativePrice::EachChange,
            }),
            protected_groups: written(rules, scale),
            schedule: rules.schedule.as_ref().map(schedule),
            reference: rules.reference.map(price),
            random_seed: Some(rules.random_seed),
            batch_instructions_max: Some(rules.batch_instructions_max),
        }
    }
}

fn pro_rata(terms: &engine::ProRata, scale: Scale) -> ProRata {
    let quantity = |quantity: Quantity| Amount(scale.quantity(quantity.units()));
    ProRata {
        minimum_allocation: Some(quantity(terms.minimum_allocation)),
        top_order: match terms.top_order {
            engine::TopOrder::Off => None,
            engine::TopOrder::On {
                quantity_min,
                quantity_max,
            } => Some(TopOrder {
                quantity_min: Some(quantity(quantity_min)),
                quantity_max: (quantity_max.units() != u64::MAX).then(|| quantity(quantity_max)),
            }),
        },
        first_in_first_out_percent: Some(Percent(terms.first_in_first_out_bips)),
    }
}

fn corridors(corridors: &engine::Corridors) -> Option<Corridors> {
    (*corridors != engine::Corridors::OFF).then(|| Corridors {
        dynamic_percent: corridors.dynamic_bips.map(Percent),
        static_percent: corridors.static_bips.map(Percent),
        call: call(corridors.call),
    })
}

fn luld(
    luld: &engine::LimitUpLimitDown,
    doubled: Option<engine::DoubledBands>,
) -> LimitUpLimitDown {
    let windows = doubled.into_iter().flat_map(|doubled| doubled.windows);
    let written = |window: engine::BandWindow| DayWindow {
        from: TimeOfDay::of_ns(window.from),
        until: TimeOfDay::of_ns(window.until),
    };
    LimitUpLimitDown {
        percent: Percent(luld.bips),
        beyond_band: Some(match luld.beyond_band {
            engine::BeyondBand::Reprice => BeyondBand::Reprice,
            engine::BeyondBand::Reject => BeyondBand::Reject,
        }),
        limit_state: luld.limit_state.map(Span::of_ns),
        pause: luld.pause.map(Span::of_ns),
        mean: luld.mean.map(|mean| MeanReference {
            window: Span::of_ns(mean.window),
            every: Span::of_ns(mean.every),
        }),
        reopening: call(luld.reopening),
        doubled: windows.flatten().map(written).collect(),
    }
}

fn schedule(schedule: &engine::Schedule) -> Schedule {
    let steps = schedule.steps.iter().flatten();
    let written = |step: &engine::ScheduleStep| {
        Some(ScheduleStep {
            at: TimeOfDay::of_ns(step.at),
            random_max: (step.random_max > 0).then(|| Span::of_ns(step.random_max)),
            state: schedule_state(step.state)?,
        })
    };
    Schedule {
        day: Some(Span::of_ns(schedule.day)),
        steps: steps.filter_map(written).collect(),
    }
}

/// `None` for a state that no schedule can begin.
const fn schedule_state(state: SessionState) -> Option<ScheduleState> {
    match state {
        SessionState::Continuous => Some(ScheduleState::Continuous),
        SessionState::PreOpen => Some(ScheduleState::PreOpen),
        SessionState::OpeningAuction => Some(ScheduleState::OpeningAuction),
        SessionState::Auction => Some(ScheduleState::Auction),
        SessionState::ClosingAuction => Some(ScheduleState::ClosingAuction),
        SessionState::Halted => Some(ScheduleState::Halted),
        SessionState::Closed => Some(ScheduleState::Closed),
        SessionState::VolatilityAuction
        | SessionState::Reserved
        | SessionState::Paused
        | SessionState::LimitUp
        | SessionState::LimitDown => None,
    }
}

fn call(end: CallEnd) -> Option<Call> {
    match end {
        CallEnd::Operator => None,
        CallEnd::After(call) => Some(Call {
            length: Span::of_ns(call.length),
            random_max: (call.random_max > 0).then(|| Span::of_ns(call.random_max)),
            extension: Some(Span::of_ns(call.extension)),
        }),
    }
}
