//! From a rule set as written to the engine's rules, in an instrument's units.

use engine::{CallEnd, CallLength, MatchingAlgorithm, Price, Quantity, Rules, SessionState};
use protocol::{DecimalError, Scale};

use crate::rule_set::limit_up_limit_down::bands;
use crate::rule_set::mechanism::{
    AuctionSelfTrade, Call, GrowingChild, IndicativePrice, MarketResidual, Matching, ProRata,
    Schedule, ScheduleState, StopOnEntry,
};
use crate::rule_set::value::{Amount, Span};
use crate::rule_set::{BadRule, RuleSet};

pub(super) const NS_PER_DAY: u64 = 24 * 60 * 60 * 1_000_000_000;
const WHOLE_BIPS: u32 = 10_000;

impl RuleSet {
    /// The engine's rules, for an instrument of this scale.
    ///
    /// # Errors
    /// A value does not fit the instrument's units, or parameters contradict each other.
    pub fn to_rules(&self, scale: Scale) -> Result<Rules, BadRule> {
        let units = Units { scale };
        Ok(Rules {
            matching: self.matching(units)?,
            market_residual: match self.market_residual {
                None | Some(MarketResidual::Rest) => engine::MarketResidual::Rest,
                Some(MarketResidual::Cancel) => engine::MarketResidual::Cancel,
            },
            growing_child: match self.growing_child {
                None | Some(GrowingChild::Lose) => engine::GrowingChild::Lose,
                Some(GrowingChild::Keep) => engine::GrowingChild::Keep,
            },
            stop_on_entry: match self.stop_on_entry {
                None | Some(StopOnEntry::Reject) => engine::StopOnEntry::Reject,
                Some(StopOnEntry::Trigger) => engine::StopOnEntry::Trigger,
            },
            refill: self.refill()?,
            entry_band: self.entry_band(units)?,
            execution_range: self.execution_range()?,
            corridors: self.corridors()?,
            luld: self.luld.as_ref().map(bands).transpose()?,
            velocity: self.velocity()?,
            stop_logic: self.stop_logic(units)?,
            auction_self_trade: match self.auction_self_trade {
                None | Some(AuctionSelfTrade::Allowed) => engine::AuctionSelfTrade::Allowed,
                Some(AuctionSelfTrade::CancelNewest) => engine::AuctionSelfTrade::CancelNewest,
            },
            indicative: match self.indicative {
                None | Some(IndicativePrice::Off) => engine::IndicativePrice::Off,
                Some(IndicativePrice::EachChange) => engine::IndicativePrice::EachChange,
            },
            protected_groups: self.groups(units)?,
            schedule: self.schedule.as_ref().map(schedule).transpose()?,
            reference: self
                .reference
                .map(|reference| units.price("reference", reference))
                .transpose()?,
            random_seed: self.random_seed.unwrap_or(0),
            batch_instructions_max: self.batch_instructions_max()?,
            doubled_bands: self.doubled_bands()?,
        })
    }

    fn matching(&self, units: Units) -> Result<MatchingAlgorithm, BadRule> {
        match (self.matching, &self.pro_rata) {
            (None | Some(Matching::PriceTime), None) => Ok(MatchingAlgorithm::PriceTime),
            (Some(Matching::ProRata), terms) => {
                pro_rata(&terms.unwrap_or_default(), units).map(MatchingAlgorithm::ProRata)
            }
            (None | Some(Matching::PriceTime), Some(_)) => Err(bad(
                "pro_rata",
                "levels are not shared out by size",
                "write matching = \"pro_rata\", or take this away",
            )),
        }
    }

    fn refill(&self) -> Result<engine::Refill, BadRule> {
        let Some(refill) = self.refill else {
            return Ok(engine::Refill::Fixed);
        };
        if refill.low_percent == 0 || refill.low_percent > refill.high_percent {
            return Err(bad(
                "refill.low_percent",
                "it is zero or above high_percent",
                "write at least 1 and at most high_percent",
            ));
        }
        Ok(engine::Refill::Random {
            low_percent: refill.low_percent,
            high_percent: refill.high_percent,
        })
    }

    fn entry_band(&self, units: Units) -> Result<Option<engine::PriceBand>, BadRule> {
        let Some(band) = self.entry_band else {
            return Ok(None);
        };
        let low = units.price("entry_band.low", band.low)?;
        let high = units.price("entry_band.high", band.high)?;
        if low > high {
            return Err(bad(
                "entry_band.low",
                "it is above the high price",
                "write the lower one here",
            ));
        }
        Ok(Some(engine::PriceBand { low, high }))
    }

    fn execution_range(&self) -> Result<Option<engine::ExecutionRange>, BadRule> {
        let Some(range) = self.execution_range else {
            return Ok(None);
        };
        if range.low_percent.0 > range.high_percent.0 {
            return Err(bad(
                "execution_range.low_percent",
                "it is above high_percent",
                "write the lower one here",
            ));
        }
        Ok(Some(engine::ExecutionRange {
            low_bips: range.low_percent.0,
            high_bips: range.high_percent.0,
        }))
    }

    fn corridors(&self) -> Result<engine::Corridors, BadRule> {
        let Some(corridors) = &self.corridors else {
            return Ok(engine::Corridors::OFF);
        };
        Ok(engine::Corridors {
            dynamic_bips: corridors.dynamic_percent.map(|percent| percent.0),
            static_bips: corridors.static_percent.map(|percent| percent.0),
            call: call("corridors.call", corridors.call)?,
        })
    }

    fn velocity(&self) -> Result<Option<engine::Velocity>, BadRule> {
        let Some(velocity) = &self.velocity else {
            return Ok(None);
        };
        if velocity.ticks == 0 || velocity.ticks > engine::Velocity::TICKS_MAX {
            return Err(bad(
                "velocity.ticks",
                "no price moves so little, or it is too much to be remembered",
                format!("write a number from 1 to {}", engine::Velocity::TICKS_MAX),
            ));
        }
        Ok(Some(engine::Velocity {
            ticks: velocity.ticks,
            window: ns("velocity.window", velocity.window)?,
            reserved: call("velocity.reserved", velocity.reserved)?,
        }))
    }

    fn batch_instructions_max(&self) -> Result<u32, BadRule> {
        let Some(most) = self.batch_instructions_max else {
            return Ok(Rules::PLAIN.batch_instructions_max);
        };
        if most == 0 || most > Rules::PLAIN.batch_instructions_max {
            return Err(bad(
                "batch_instructions_max",
                "no batch has none, or so many",
                "write a number from 1 to 64",
            ));
        }
        Ok(most)
    }

    fn stop_logic(&self, units: Units) -> Result<Option<engine::StopLogic>, BadRule> {
        let Some(logic) = &self.stop_logic else {
            return Ok(None);
        };
        let distance = units.price("stop_logic.distance", logic.distance)?;
        Ok(Some(engine::StopLogic {
            distance: distance.units().unsigned_abs(),
            reserved: call("stop_logic.reserved", logic.reserved)?,
        }))
    }
}

impl From<ScheduleState> for SessionState {
    fn from(state: ScheduleState) -> Self {
        match state {
            ScheduleState::Continuous => Self::Continuous,
            ScheduleState::PreOpen => Self::PreOpen,
            ScheduleState::OpeningAuction => Self::OpeningAuction,
            ScheduleState::Auction => Self::Auction,
            ScheduleState::ClosingAuction => Self::ClosingAuction,
            ScheduleState::Halted => Self::Halted,
            ScheduleState::Closed => Self::Closed,
        }
    }
}

/// Reads decimals by an instrument's units.
#[derive(Debug, Clone, Copy)]
pub(super) struct Units {
    scale: Scale,
}

impl Units {
    fn price(self, key: &str, amount: Amount) -> Result<Price, BadRule> {
        let units = self.scale.price_units(amount.0).map_err(|error| {
            let decimals = self.scale.price_decimals;
            off_grid(
                key,
                error,
                &format!("a price with at most {decimals} decimals"),
            )
        })?;
        Ok(Price::from_units(units))
    }

    pub(super) fn quantity(self, key: &str, amount: Amount) -> Result<Quantity, BadRule> {
        let units = self.scale.quantity_units(amount.0).map_err(|error| {
            let decimals = self.scale.quantity_decimals;
            off_grid(
                key,
                error,
                &format!("a quantity with at most {decimals} decimals"),
            )
        })?;
        Ok(Quantity::from_units(units))
    }
}

fn pro_rata(terms: &ProRata, units: Units) -> Result<engine::ProRata, BadRule> {
    let share = terms
        .first_in_first_out_percent
        .map_or(0, |percent| percent.0);
    if share > WHOLE_BIPS {
        return Err(bad(
            "pro_rata.first_in_first_out_percent",
            "it is more than the whole taker",
            "write at most \"100\"",
        ));
    }
    let minimum = match terms.minimum_allocation {
        Some(minimum) => units.quantity("pro_rata.minimum_allocation", minimum)?,
        None => Quantity::from_units(1),
    };
    let top_order = match terms.top_order {
        None => engine::TopOrder::Off,
        Some(bounds) => engine::TopOrder::On {
            quantity_min: match bounds.quantity_min {
                Some(least) => units.quantity("pro_rata.top_order.quantity_min", least)?,
                None => Quantity::ZERO,
            },
            quantity_max: match bounds.quantity_max {
                Some(most) => units.quantity("pro_rata.top_order.quantity_max", most)?,
                None => Quantity::from_units(u64::MAX),
            },
        },
    };
    Ok(engine::ProRata {
        minimum_allocation: minimum,
        top_order,
        first_in_first_out_bips: share,
    })
}

fn schedule(schedule: &Schedule) -> Result<engine::Schedule, BadRule> {
    let day = match schedule.day {
        Some(day) => ns("schedule.day", day)?,
        None => NS_PER_DAY,
    };
    let mut steps = Vec::with_capacity(schedule.steps.len());
    for step in &schedule.steps {
        let random_max = step.random_max.map(|span| ns("schedule.steps", span));
        steps.push(engine::ScheduleStep {
            at: step.at.ns(),
            random_max: random_max.transpose()?.unwrap_or(0),
            state: step.state.into(),
        });
    }
    if steps.len() > engine::Schedule::STEPS_MAX {
        return Err(bad(
            "schedule.steps",
            format!("a day has at most {} of them", engine::Schedule::STEPS_MAX),
            "list fewer",
        ));
    }
    let schedule = engine::Schedule::of_day(day, &steps);
    if schedule.is_sound() {
        return Ok(schedule);
    }
    Err(bad(
        "schedule.steps",
        "there is none, or two could overtake each other, or one is not over when the day is",
        "list them earliest first, each later than the one before and its random_max",
    ))
}

pub(super) fn call(key: &str, call: Option<Call>) -> Result<CallEnd, BadRule> {
    let Some(call) = call else {
        return Ok(CallEnd::Operator);
    };
    let length = ns(&format!("{key}.length"), call.length)?;
    let random_max = match call.random_max {
        Some(span) => ns(&format!("{key}.random_max"), span)?,
        None => 0,
    };
    let extension = match call.extension {
        Some(span) => ns(&format!("{key}.extension"), span)?,
        None => length,
    };
    if length == 0 || extension == 0 {
        return Err(bad(
            format!("{key}.length"),
            "a call and its extension take time",
            "write a length above zero, such as \"2m\"",
        ));
    }
    Ok(CallEnd::After(CallLength {
        length,
        random_max,
        extension,
    }))
}

pub(super) fn ns(key: &str, span: Span) -> Result<u64, BadRule> {
    span.ns()
        .ok_or_else(|| bad(key, "engine time does not reach so far", "write less"))
}

fn off_grid(key: &str, error: DecimalError, wanted: &str) -> BadRule {
    bad(key, error.to_string(), format!("write {wanted}"))
}

pub(super) fn bad(
    key: impl Into<String>,
    reason: impl Into<String>,
    remedy: impl Into<String>,
) -> BadRule {
    BadRule {
        key: key.into(),
        reason: reason.into(),
        remedy: remedy.into(),
    }
}

#[cfg(test)]
mod tests;
