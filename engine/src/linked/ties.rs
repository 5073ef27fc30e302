//! Whom an order is tied to: a partner, a parent, children, a group.

use crate::conditions::{ChildStart, MmpGroup, OcoMode, OnDisconnect};
use crate::id::OrderId;
use crate::quantity::Notional;

/// Whom an order is tied to. Few orders have such; a parent has it from its first child on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Ties {
    /// The other leg of one-cancels-the-other, which names this one in turn.
    pub(crate) partner: Option<Partner>,
    /// The parent, until it has nothing more to give.
    pub(crate) parent: Option<Parentage>,
    /// Others wait for what it trades.
    pub(crate) has_children: bool,
    pub(crate) mmp_group: Option<MmpGroup>,
    pub(crate) on_disconnect: OnDisconnect,
    /// So much of its hold went with its partner: it gives that much less back when it follows. Nothing but for
    /// the moment between the two.
    pub(crate) owed: Notional,
}

/// The other leg.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Partner {
    pub(crate) order: OrderId,
    pub(crate) mode: OcoMode,
    /// What both count in their holds and one of them has; both say the same.
    pub(crate) shared: Notional,
}

/// What a child has of its parent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Parentage {
    pub(crate) order: OrderId,
    pub(crate) start: ChildStart,
    /// Whether the parent may still trade more.
    pub(crate) parent_is_open: bool,
    /// Whether the child is in the cascade, to start or to grow.
    pub(crate) has_turn: bool,
    /// What the child is for at most, in quantity units.
    pub(crate) wanted_units: u64,
    /// How much of it the parent's trades allow so far.
    pub(crate) allowed_units: u64,
    /// How much of that it has been given; zero until it starts.
    pub(crate) granted_units: u64,
}

impl Ties {
    /// An order that is tied to nobody.
    pub(crate) const NONE: Self = Self {
        partner: None,
        parent: None,
        has_children: false,
        mmp_group: None,
        on_disconnect: OnDisconnect::Keep,
        owed: Notional::ZERO,
    };
}

impl Parentage {
    /// What a child that has started may still be given: it is reserved for, and not open yet.
    pub(crate) fn pending_units(&self) -> u64 {
        if self.granted_units == 0 {
            return 0;
        }
        let most = if self.parent_is_open {
            self.wanted_units
        } else {
            self.allowed_units.min(self.wanted_units)
        };
        most.saturating_sub(self.granted_units)
    }

    /// What it is to be given now.
    pub(crate) fn due_units(&self) -> u64 {
        let allowed = self.allowed_units.min(self.wanted_units);
        allowed.saturating_sub(self.granted_units)
    }
}
