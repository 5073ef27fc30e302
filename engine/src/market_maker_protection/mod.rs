//! Market-maker protection: a group of an account's orders that traded too much is pulled and frozen.
//!
//! Fills of a group are counted within a window, as maker and as taker. The fill that reaches a limit
//! stands; everything of the group that is left goes before anything else happens, and the group takes no
//! new orders until it is reset or its freeze is over.

mod counters;

use std::collections::BTreeSet;

pub(crate) use counters::{CountedFill, Frozen, GroupCounter, LimitCheck, MmpCounters, Totals};

use crate::cancel_reason::CancelReason;
use crate::conditions::MmpGroup;
use crate::id::{AccountId, OrderId};
use crate::listing::Listing;
use crate::quantity::Quantity;
use crate::reject::RejectReason;
use crate::side::Side;

/// How many groups one instrument protects at most.
pub const PROTECTED_GROUPS_MAX: usize = 8;

/// The groups that an instrument protects, and how.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ProtectedGroups([Option<ProtectedGroup>; PROTECTED_GROUPS_MAX]);

/// How one group is protected, for each account by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ProtectedGroup {
    /// Which group.
    pub group: MmpGroup,
    /// What may be traded within the window.
    pub limits: ProtectionLimits,
    /// How fills are counted together.
    pub window: ProtectionWindow,
    /// For how long a group that reached a limit takes no orders.
    pub freeze: Freeze,
}

/// What a group may trade within its window; the first limit that is reached pulls it. All above zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ProtectionLimits {
    /// Traded quantity; `None` for any.
    pub quantity: Option<Quantity>,
    /// Number of trades; `None` for any.
    pub trades: Option<u64>,
    /// What was bought less what was sold, or the other way round; `None` for any.
    pub delta: Option<Quantity>,
}

/// How fills are counted together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProtectionWindow {
    /// Starts at a fill and lasts for so many time units; a fill at its very end starts the next. CME.
    Tumbling(u64),
    /// The last so many time units before each fill, that fill included. Deribit.
    Sliding(u64),
}

/// For how long a group that reached a limit takes no orders.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Freeze {
    /// Until it is reset.
    UntilReset,
    /// So many time units, above zero; a reset ends it earlier.
    For(u64),
}

impl ProtectedGroups {
    /// No group is protected.
    pub const NONE: Self = Self([None; PROTECTED_GROUPS_MAX]);

    /// The groups of a list; `None` where there are too many.
    pub fn new(groups: &[ProtectedGroup]) -> Option<Self> {
        let mut all = Self::NONE;
        if groups.len() > PROTECTED_GROUPS_MAX {
            return None;
        }
        for (place, group) in all.0.iter_mut().zip(groups) {
            *place = Some(*group);
        }
        Some(all)
    }

    /// How a group is protected, if it is.
    pub fn get(&self, group: MmpGroup) -> Option<&ProtectedGroup> {
        self.iter().find(|protected| protected.group == group)
    }

    /// All groups.
    pub fn iter(&self) -> impl Iterator<Item = &ProtectedGroup> {
        self.0.iter().flatten()
    }

    /// Whether each group is listed once, and each has a window and limits that can be reached.
    pub fn are_sound(&self) -> bool {
        let is_once = |group| self.iter().filter(|other| other.group == group).count() == 1;
        self.iter().all(|protected| {
            let limits = &protected.limits;
            let reachable = limits.quantity.is_none_or(|limit| !limit.is_zero())
                && limits.trades.is_none_or(|limit| limit > 0)
                && limits.delta.is_none_or(|limit| !limit.is_zero());
            let (ProtectionWindow::Tumbling(length) | ProtectionWindow::Sliding(length)) =
                protected.window;
            is_once(protected.group)
                && reachable
                && length > 0
                && protected.freeze != Freeze::For(0)
        })
    }
}

/// Lets a frozen group quote again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MmpReset {
    /// Whose group.
    pub account: AccountId,
    /// Which group.
    pub group: MmpGroup,
}

/// A taker as protection sees it: whose, of which group, on which side, which order.
pub(crate) type MmpTaker = (AccountId, Option<MmpGroup>, Side, OrderId);

/// Market-maker protection of one instrument: counters, and who is in which group.
#[derive(Debug, Default)]
pub(crate) struct MmpState {
    pub(crate) counters: MmpCounters,
    /// Open orders of each group, by age. The orders say it too: a look-up, not state of its own.
    members: BTreeSet<(AccountId, MmpGroup, OrderId)>,
}

impl MmpState {
    pub(crate) fn join(&mut self, account: AccountId, group: MmpGroup, order: OrderId) {
        self.members.insert((account, group, order));
    }

    pub(crate) fn leave(&mut self, account: AccountId, group: MmpGroup, order: OrderId) {
        self.members.remove(&(account, group, order));
    }

    /// Open orders of a group, by age.
    pub(crate) fn members(&self, account: AccountId, group: MmpGroup) -> Vec<OrderId> {
        let all = (account, group, OrderId(0))..=(account, group, OrderId(u64::MAX));
        self.members
            .range(all)
            .map(|(_, _, order)| *order)
            .collect()
    }
}

impl Listing {
    /// Counts a fill of maker and taker in their groups, the maker's first, and notes what is pulled.
    pub(crate) fn note_mmp_fills(&mut self, taker: MmpTaker, maker: u32, units: u64) {
        let order = *self.book.pool.get(maker);
        let group = self.book.pool.ties(maker).and_then(|ties| ties.mmp_group);
        let (account, taker_group, side, _) = taker;
        let maker_check = self.count_mmp_fill(order.account, group, order.side(), units);
        let taker_check = self.count_mmp_fill(account, taker_group, side, units);
        // What is noted last goes first.
        self.note_pull(taker_check, taker);
        self.note_pull(maker_check, taker);
    }

    fn count_mmp_fill(
        &mut self,
        account: AccountId,
        group: Option<MmpGroup>,
        side: Side,
        units: u64,
    ) -> Option<(AccountId, MmpGroup)> {
        let protected = self.instrument.rules.protected_groups.get(group?)?;
        let at = self.at;
        let fill = CountedFill { side, units, at };
        match self.mmp.counters.count(account, protected, fill) {
            LimitCheck::Within => None,
            LimitCheck::Reached => Some((account, protected.group)),
        }
    }

    /// Notes that a group goes, by age; a taker of the group that has no place in the book goes too.
    fn note_pull(&mut self, reached: Option<(AccountId, MmpGroup)>, taker: MmpTaker) {
        let Some((account, group)) = reached else {
            return;
        };
        let mut members = self.mmp.members(account, group);
        let (taker_account, taker_group, _, taker_id) = taker;
        let is_member = taker_account == account && taker_group == Some(group);
        if is_member && let Err(place) = members.binary_search(&taker_id) {
            members.insert(place, taker_id);
        }
        for order in members.into_iter().rev() {
            self.following
                .push(order, CancelReason::MarketMakerProtection);
        }
    }

    /// # Errors
    /// The group of an order or quote is frozen.
    pub(crate) fn check_mmp(
        &self,
        account: AccountId,
        group: Option<MmpGroup>,
    ) -> Result<(), RejectReason> {
        match group {
            Some(group) if self.mmp.counters.is_frozen(account, group, self.at) => {
                Err(RejectReason::MmpFrozen)
            }
            Some(_) | None => Ok(()),
        }
    }
}
