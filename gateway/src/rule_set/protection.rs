//! Market-maker protection of an instrument's groups, as people write it, to the engine's and back.

use engine::{Freeze, MmpGroup, ProtectedGroup, ProtectedGroups, ProtectionLimits, Rules};
use engine::{PROTECTED_GROUPS_MAX, ProtectionWindow, Quantity};
use protocol::Scale;
use serde::{Deserialize, Serialize};

use crate::rule_set::to_engine::{Units, bad, ns};
use crate::rule_set::value::{Amount, Span};
use crate::rule_set::{BadRule, RuleSet};

/// What a group of a maker's orders and quotes may trade within a window before it is pulled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Protection {
    /// Number of the group, for each account by itself.
    pub group: u32,
    /// Traded quantity; any where it is not named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quantity: Option<Amount>,
    /// Number of trades; any where it is not named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trades: Option<u64>,
    /// What was bought less what was sold, or the other way round; any where it is not named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delta: Option<Amount>,
    /// Fills of this span count together.
    pub window: Span,
    /// Where the span begins.
    pub kind: WindowKind,
    /// For how long a pulled group takes no orders; until it is reset where it is not named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub freeze: Option<Span>,
}

/// Where the window of fills that count together begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WindowKind {
    /// At a fill; the first one at its end or later begins the next.
    Tumbling,
    /// So long before each fill.
    Sliding,
}

const KEY: &str = "protected_groups";

impl RuleSet {
    pub(super) fn groups(&self, units: Units) -> Result<ProtectedGroups, BadRule> {
        let groups: Result<Vec<_>, _> = self
            .protected_groups
            .iter()
            .map(|group| group.to_engine(units))
            .collect();
        let groups = ProtectedGroups::new(&groups?).ok_or_else(|| {
            let reason = format!("an instrument protects at most {PROTECTED_GROUPS_MAX} of them");
            bad(KEY, reason, "list fewer")
        })?;
        if groups.are_sound() {
            return Ok(groups);
        }
        Err(bad(
            KEY,
            "a group is listed twice, or a limit, a window or a freeze is zero",
            "list each group once, with values above zero",
        ))
    }
}

impl Protection {
    fn to_engine(self, units: Units) -> Result<ProtectedGroup, BadRule> {
        let quantity = |key: &str, amount: Option<Amount>| {
            let amount = amount.map(|amount| units.quantity(&format!("{KEY}.{key}"), amount));
            amount.transpose()
        };
        let window = ns("protected_groups.window", self.window)?;
        Ok(ProtectedGroup {
            group: MmpGroup(self.group),
            limits: ProtectionLimits {
                quantity: quantity("quantity", self.quantity)?,
                trades: self.trades,
                delta: quantity("delta", self.delta)?,
            },
            window: match self.kind {
                WindowKind::Tumbling => ProtectionWindow::Tumbling(window),
                WindowKind::Sliding => ProtectionWindow::Sliding(window),
            },
            freeze: match self.freeze {
                Some(freeze) => Freeze::For(ns("protected_groups.freeze", freeze)?),
                None => Freeze::UntilReset,
            },
        })
    }
}

/// The groups that rules protect, as they would be written.
pub(super) fn written(rules: &Rules, scale: Scale) -> Vec<Protection> {
    let amount = |quantity: Quantity| Amount(scale.quantity(quantity.units()));
    let groups = rules.protected_groups.iter();
    let protection = |group: &ProtectedGroup| {
        let (window, kind) = match group.window {
            ProtectionWindow::Tumbling(window) => (window, WindowKind::Tumbling),
            ProtectionWindow::Sliding(window) => (window, WindowKind::Sliding),
        };
        Protection {
            group: group.group.0,
            quantity: group.limits.quantity.map(amount),
            trades: group.limits.trades,
            delta: group.limits.delta.map(amount),
            window: Span::of_ns(window),
            kind,
            freeze: match group.freeze {
                Freeze::UntilReset => None,
                Freeze::For(span) => Some(Span::of_ns(span)),
            },
        }
    };
    groups.map(protection).collect()
}
