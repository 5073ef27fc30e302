//! Limit up, limit down as people write it, to the engine's.

use crate::rule_set::mechanism::{BeyondBand, LimitUpLimitDown};
use crate::rule_set::to_engine::{NS_PER_DAY, bad, call, ns};
use crate::rule_set::value::Span;
use crate::rule_set::{BadRule, RuleSet};

impl RuleSet {
    /// When the bands are twice as wide, in days of the schedule.
    pub(super) fn doubled_bands(&self) -> Result<Option<engine::DoubledBands>, BadRule> {
        let windows = self.luld.as_ref().map_or(&[][..], |luld| &luld.doubled);
        if windows.is_empty() {
            return Ok(None);
        }
        let mistake = |reason: &str| {
            bad(
                "luld.doubled",
                reason.to_owned(),
                "list at most 4 spans of the day, earliest first, each ending after it begins",
            )
        };
        if windows.len() > engine::DoubledBands::WINDOWS_MAX {
            return Err(mistake("a day has fewer of them"));
        }
        let day = match self.schedule.as_ref().and_then(|schedule| schedule.day) {
            Some(day) => ns("schedule.day", day)?,
            None => NS_PER_DAY,
        };
        let windows: Vec<engine::BandWindow> = windows
            .iter()
            .map(|window| engine::BandWindow {
                from: window.from.ns(),
                until: window.until.ns(),
            })
            .collect();
        let doubled = engine::DoubledBands::of_day(day, &windows);
        if doubled.is_sound() {
            return Ok(Some(doubled));
        }
        Err(mistake(
            "two overlap, or one is empty or passes the end of the day",
        ))
    }
}

/// The bands and what becomes of a market that stands at one.
pub(super) fn bands(luld: &LimitUpLimitDown) -> Result<engine::LimitUpLimitDown, BadRule> {
    if luld.percent.0 == 0 {
        return Err(bad(
            "luld.percent",
            "bands of no width let nothing trade",
            "write a percentage above zero",
        ));
    }
    let span = |key: &str, span: Option<Span>| span.map(|span| ns(key, span)).transpose();
    let rule = engine::LimitUpLimitDown {
        bips: luld.percent.0,
        beyond_band: match luld.beyond_band {
            None | Some(BeyondBand::Reprice) => engine::BeyondBand::Reprice,
            Some(BeyondBand::Reject) => engine::BeyondBand::Reject,
        },
        limit_state: span("luld.limit_state", luld.limit_state)?,
        pause: span("luld.pause", luld.pause)?,
        mean: match luld.mean {
            None => None,
            Some(mean) => Some(engine::MeanReference {
                window: ns("luld.mean.window", mean.window)?,
                every: ns("luld.mean.every", mean.every)?,
            }),
        },
        reopening: call("luld.reopening", luld.reopening)?,
    };
    if rule.is_sound() {
        return Ok(rule);
    }
    Err(bad(
        "luld.mean",
        "a span is zero, or the window is too many of the spans that divide both",
        format!(
            "write a window of at most {} times `every`",
            engine::MeanReference::SPANS_MAX
        ),
    ))
}
