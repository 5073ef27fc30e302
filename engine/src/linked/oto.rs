//! One triggers the other: a child starts, and grows, with what its parent trades.

use std::collections::BTreeSet;

use crate::book::price_level::NO_SLOT;
use crate::cancel_reason::CancelReason;
use crate::conditions::{ChildStart, Parent};
use crate::id::OrderId;
use crate::linked::Parentage;
use crate::listing::Listing;
use crate::quantity::Notional;

/// An order has at most this many children at once; a further one is refused. Each of its trades looks at all.
pub(super) const CHILDREN_MAX: usize = 64;

/// Children of open parents. The children say it too: a look-up, not state of its own.
#[derive(Debug, Default)]
pub(crate) struct Children {
    /// Parent, then child: the children of one parent lie together, by age.
    pairs: BTreeSet<(OrderId, OrderId)>,
}

impl Children {
    pub(crate) fn add(&mut self, parent: OrderId, child: OrderId) {
        self.pairs.insert((parent, child));
    }

    pub(crate) fn remove(&mut self, parent: OrderId, child: OrderId) {
        self.pairs.remove(&(parent, child));
    }

    /// How many children a parent has.
    pub(crate) fn count(&self, parent: OrderId) -> usize {
        let all = (parent, OrderId(0))..=(parent, OrderId(u64::MAX));
        self.pairs.range(all).count()
    }

    /// Children of one parent, by age.
    fn of(&self, parent: OrderId) -> Vec<OrderId> {
        let all = (parent, OrderId(0))..=(parent, OrderId(u64::MAX));
        self.pairs.range(all).map(|(_, child)| *child).collect()
    }
}

impl Listing {
    /// Ties a new child, which has its slot, to its parent. One that is for each fill may be for some already.
    pub(super) fn tie_parent(&mut self, slot: u32, parent: &Parent) {
        let order = *self.book.pool.get(slot);
        let parent_slot = self
            .resolve(order.account, parent.order)
            .expect("admission looked for it");
        let parent_id = self.book.pool.get(parent_slot).id();
        let allowed_units = match parent.start {
            ChildStart::OnFullFill => 0,
            ChildStart::OnEachFill => self.book.pool.detail(parent_slot).filled_units,
        };
        self.book.pool.ties_mut(parent_slot).has_children = true;
        self.book.pool.ties_mut(slot).parent = Some(Parentage {
            order: parent_id,
            start: parent.start,
            parent_is_open: true,
            has_turn: false,
            wanted_units: order.leaves_units,
            allowed_units,
            granted_units: 0,
        });
        self.children.add(parent_id, order.id());
        if allowed_units > 0 {
            self.give_turn_to_child(order.id(), slot);
        }
    }

    /// A parent has traded `filled_units` in all and has `left`: its children are allowed more.
    pub(super) fn note_fill_of_parent(&mut self, slot: u32, filled_units: u64, left: u64) {
        if !self
            .book
            .pool
            .ties(slot)
            .is_some_and(|ties| ties.has_children)
        {
            return;
        }
        let parent = self.book.pool.get(slot).id();
        for child in self.children.of(parent) {
            let (child_slot, mut parentage) = self.child(child);
            let is_full = left == 0;
            let starts = is_full || parentage.start == ChildStart::OnEachFill;
            if starts {
                parentage.allowed_units = match parentage.start {
                    ChildStart::OnFullFill => parentage.wanted_units,
                    ChildStart::OnEachFill => filled_units,
                };
            }
            parentage.parent_is_open = !is_full;
            if is_full && parentage.granted_units > 0 {
                self.cut_child(child_slot, parentage); // it may be for more than its parent was
            } else {
                self.book.pool.ties_mut(child_slot).parent = Some(parentage);
            }
            if starts {
                self.give_turn_to_child(child, child_slot);
            }
            if is_full {
                self.children.remove(parent, child);
            }
        }
    }

    /// A parent ended unfilled: what it never started dies, what it started stays at what it has traded.
    pub(super) fn note_end_of_parent(&mut self, parent: OrderId) {
        for child in self.children.of(parent).into_iter().rev() {
            self.children.remove(parent, child);
            let (slot, mut parentage) = self.child(child);
            parentage.parent_is_open = false;
            if parentage.allowed_units == 0 {
                self.book.pool.ties_mut(slot).parent = None;
                self.following.push(child, CancelReason::ParentEnded);
            } else {
                self.cut_child(slot, parentage);
            }
        }
    }

    /// Children of a parent that would go with it if it ended now; `has_traded` where a rehearsal says so.
    pub(super) fn children_that_die(&self, parent: OrderId, has_traded: bool) -> Vec<OrderId> {
        let mut children = self.children.of(parent);
        children.retain(|child| {
            let (_, parentage) = self.child(*child);
            let is_allowed_by_rehearsal = has_traded && parentage.start == ChildStart::OnEachFill;
            parentage.allowed_units == 0 && !is_allowed_by_rehearsal
        });
        children
    }

    /// A child stays at what its parent has traded: it gives back what it is not going to need. One that is
    /// taking at this moment does so when it rests.
    fn cut_child(&mut self, slot: u32, parentage: Parentage) {
        let is_taking = self.is_on_its_way(slot);
        let before = if is_taking {
            Notional::ZERO
        } else {
            self.hold_of(slot)
        };
        self.book.pool.ties_mut(slot).parent = Some(parentage);
        if !is_taking {
            let hold = self.hold_of(slot);
            let freed = before - hold;
            let released = freed - self.kept_for_partner(slot, hold, freed);
            let child = *self.book.pool.get(slot);
            self.following.push_release(child, released);
        }
    }

    /// Whether an open order is neither in the book nor waits: it takes.
    fn is_on_its_way(&self, slot: u32) -> bool {
        let special = self.book.pool.special(slot);
        self.book.pool.get(slot).level == NO_SLOT
            && special.is_none_or(|special| special.waiting.is_none())
    }

    fn give_turn_to_child(&mut self, child: OrderId, slot: u32) {
        let is_hit = self.has_turn(child);
        let ties = self.book.pool.ties_mut(slot);
        let parentage = ties.parent.as_mut().expect("a child has a parent");
        if parentage.has_turn {
            return;
        }
        parentage.has_turn = true;
        // One that was hit has its place in the queue already: it grows there, then fires.
        if !is_hit {
            self.cascade.push(child);
        }
    }

    fn child(&self, child: OrderId) -> (u32, Parentage) {
        let slot = self.book.ids.get(child, &self.book.pool);
        let slot = slot.expect("a child that is listed is open");
        let ties = self.book.pool.ties(slot);
        let parentage = ties.and_then(|ties| ties.parent);
        (
            slot,
            parentage.expect("a child that is listed has a parent"),
        )
    }
}
