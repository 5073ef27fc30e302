//! What a group has traded within its window, and whether that is too much.

use std::collections::{BTreeMap, VecDeque};

use super::{Freeze, ProtectedGroup, ProtectionLimits, ProtectionWindow};
use crate::conditions::MmpGroup;
use crate::id::AccountId;
use crate::quantity::Quantity;
use crate::sequence::Timestamp;
use crate::side::Side;

/// A sliding window remembers at most this many fills; one that would hold more has reached its limit.
const WINDOW_FILLS_MAX: usize = 65_536;

/// What the groups of one instrument have traded, and which are frozen.
#[derive(Debug, Clone, Default)]
pub(crate) struct MmpCounters {
    groups: BTreeMap<(AccountId, MmpGroup), GroupCounter>,
}

/// What one group has traded in its window.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct GroupCounter {
    /// Start of a tumbling window.
    pub(crate) started: Timestamp,
    /// What was traded in the window.
    pub(crate) totals: Totals,
    /// Fills of a sliding window, oldest first; those of one moment are one.
    pub(crate) fills: VecDeque<(Timestamp, Totals)>,
    pub(crate) frozen: Frozen,
}

/// What was traded.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Totals {
    pub(crate) units: u128,
    pub(crate) trades: u64,
    /// Bought less sold.
    pub(crate) net_units: i128,
}

/// Whether a group takes orders.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Frozen {
    #[default]
    No,
    Until(Timestamp),
    UntilReset,
}

/// Whether a group may go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LimitCheck {
    Within,
    Reached,
}

/// One fill of one order, as protection counts it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct CountedFill {
    pub(crate) side: Side,
    pub(crate) units: u64,
    pub(crate) at: Timestamp,
}

impl MmpCounters {
    /// Whether a group takes no orders now.
    pub(crate) fn is_frozen(&self, account: AccountId, group: MmpGroup, now: Timestamp) -> bool {
        self.groups
            .get(&(account, group))
            .is_some_and(|counter| match counter.frozen {
                Frozen::No => false,
                Frozen::Until(end) => now < end,
                Frozen::UntilReset => true,
            })
    }

    /// Counts one fill. A group that reaches a limit is frozen and its counters are at zero.
    pub(crate) fn count(
        &mut self,
        account: AccountId,
        protected: &ProtectedGroup,
        fill: CountedFill,
    ) -> LimitCheck {
        let counter = self.groups.entry((account, protected.group)).or_default();
        let has_reached = match protected.window {
            ProtectionWindow::Tumbling(length) => {
                protected.limits.are_reached(counter.tumble(length, fill))
            }
            ProtectionWindow::Sliding(length) => {
                protected.limits.are_reached(counter.slide(length, fill))
                    || counter.fills.len() >= WINDOW_FILLS_MAX
            }
        };
        if !has_reached {
            return LimitCheck::Within;
        }
        *counter = GroupCounter {
            frozen: match protected.freeze {
                Freeze::UntilReset => Frozen::UntilReset,
                Freeze::For(length) => Frozen::Until(Timestamp(fill.at.0.saturating_add(length))),
            },
            ..GroupCounter::default()
        };
        LimitCheck::Reached
    }

    /// A group may quote again, its counters at zero.
    pub(crate) fn reset(&mut self, account: AccountId, group: MmpGroup) {
        self.groups.remove(&(account, group));
    }

    /// Every group that has counted something or is frozen, by account and group.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&(AccountId, MmpGroup), &GroupCounter)> {
        self.groups.iter()
    }

    /// Puts back a group as [`Self::iter`] gave it.
    pub(crate) fn restore(&mut self, key: (AccountId, MmpGroup), counter: GroupCounter) {
        self.groups.insert(key, counter);
    }
}

impl GroupCounter {
    fn tumble(&mut self, length: u64, fill: CountedFill) -> Totals {
        let is_over = fill.at.0 - self.started.0 >= length;
        if self.totals.trades == 0 || is_over {
            self.started = fill.at;
            self.totals = Totals::default();
        }
        self.totals.add(fill);
        self.totals
    }

    fn slide(&mut self, length: u64, fill: CountedFill) -> Totals {
        while let Some((at, totals)) = self.fills.front().copied()
            && fill.at.0 - at.0 >= length
        {
            self.totals.subtract(totals);
            self.fills.pop_front();
        }
        self.totals.add(fill);
        match self.fills.back_mut() {
            Some((at, totals)) if *at == fill.at => totals.add(fill),
            Some(_) | None => {
                let mut totals = Totals::default();
                totals.add(fill);
                self.fills.push_back((fill.at, totals));
            }
        }
        self.totals
    }
}

impl Totals {
    fn add(&mut self, fill: CountedFill) {
        self.units += u128::from(fill.units);
        self.trades += 1;
        self.net_units += match fill.side {
            Side::Buy => i128::from(fill.units),
            Side::Sell => -i128::from(fill.units),
        };
    }

    fn subtract(&mut self, other: Self) {
        self.units -= other.units;
        self.trades -= other.trades;
        self.net_units -= other.net_units;
    }
}

impl ProtectionLimits {
    fn are_reached(&self, totals: Totals) -> bool {
        let reaches = |limit: Option<Quantity>, units: u128| {
            limit.is_some_and(|limit| units >= u128::from(limit.units()))
        };
        reaches(self.quantity, totals.units)
            || self.trades.is_some_and(|limit| totals.trades >= limit)
            || reaches(self.delta, totals.net_units.unsigned_abs())
    }
}

#[cfg(test)]
mod tests {
    use super::{
        AccountId, CountedFill, Freeze, LimitCheck, MmpCounters, MmpGroup, ProtectedGroup,
        ProtectionLimits, ProtectionWindow, Quantity, Side, Timestamp,
    };

    const MAKER: AccountId = AccountId(7);
    const GROUP: MmpGroup = MmpGroup(1);
    const NO_LIMIT: ProtectionLimits = ProtectionLimits {
        quantity: None,
        trades: None,
        delta: None,
    };

    fn protected(limits: ProtectionLimits, window: ProtectionWindow) -> ProtectedGroup {
        ProtectedGroup {
            group: GROUP,
            limits,
            window,
            freeze: Freeze::For(100),
        }
    }

    fn quantity(limit: u64, window: ProtectionWindow) -> ProtectedGroup {
        let quantity = Some(Quantity::from_units(limit));
        protected(
            ProtectionLimits {
                quantity,
                ..NO_LIMIT
            },
            window,
        )
    }

    /// After which of the fills, counted from one, the group has reached a limit.
    fn reached_at(group: &ProtectedGroup, fills: &[(Side, u64, u64)]) -> Option<usize> {
        let mut counters = MmpCounters::default();
        fills
            .iter()
            .enumerate()
            .find_map(|(k, &(side, units, at))| {
                let at = Timestamp(at);
                let fill = CountedFill { side, units, at };
                (counters.count(MAKER, group, fill) == LimitCheck::Reached).then_some(k + 1)
            })
    }

    #[test]
    fn a_tumbling_window_starts_at_a_fill_and_a_fill_at_its_end_starts_the_next() {
        let group = quantity(1_000, ProtectionWindow::Tumbling(1_000));
        let sell = |units, at| (Side::Sell, units, at);

        assert_eq!(
            reached_at(&group, &[sell(500, 50), sell(499, 1_049), sell(1, 1_049)]),
            Some(3)
        );
        assert_eq!(reached_at(&group, &[sell(500, 50), sell(999, 1_050)]), None);
        assert_eq!(
            reached_at(&group, &[sell(500, 50), sell(999, 1_050), sell(1, 2_049)]),
            Some(3)
        );
    }

    #[test]
    fn a_sliding_window_looks_back_from_each_fill_and_leaves_out_its_far_end() {
        let group = quantity(1_000, ProtectionWindow::Sliding(1_000));
        let sell = |units, at| (Side::Sell, units, at);

        assert_eq!(
            reached_at(&group, &[sell(500, 0), sell(300, 900), sell(400, 1_000)]),
            None
        );
        assert_eq!(
            reached_at(&group, &[sell(500, 0), sell(300, 900), sell(400, 999)]),
            Some(3)
        );
    }

    #[test]
    fn net_delta_counts_what_was_bought_against_what_was_sold() {
        let limits = ProtectionLimits {
            delta: Some(Quantity::from_units(6)),
            ..NO_LIMIT
        };
        let group = protected(limits, ProtectionWindow::Sliding(1_000));
        let fills = [
            (Side::Sell, 5, 0),
            (Side::Buy, 5, 1),
            (Side::Sell, 5, 2),
            (Side::Sell, 1, 3),
        ];

        assert_eq!(reached_at(&group, &fills), Some(4));
    }

    #[test]
    fn a_group_is_frozen_until_its_freeze_is_over_and_starts_from_zero() {
        let group = quantity(10, ProtectionWindow::Sliding(1_000));
        let mut counters = MmpCounters::default();
        let fill = |units, at| CountedFill {
            side: Side::Buy,
            units,
            at: Timestamp(at),
        };

        assert_eq!(
            counters.count(MAKER, &group, fill(10, 50)),
            LimitCheck::Reached
        );
        assert!(counters.is_frozen(MAKER, GROUP, Timestamp(149)));
        assert!(!counters.is_frozen(MAKER, GROUP, Timestamp(150)));
        assert!(
            !counters.is_frozen(AccountId(8), GROUP, Timestamp(60)),
            "another account's"
        );
        assert_eq!(
            counters.count(MAKER, &group, fill(9, 160)),
            LimitCheck::Within
        );
    }
}
