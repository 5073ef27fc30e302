//! Whether an order may be tied to those it names, and how it is.

use crate::admission::may_rest;
use crate::conditions::Conditions;
use crate::linked::Ties;
use crate::linked::oto::CHILDREN_MAX;
use crate::listing::Listing;
use crate::order::{NewOrder, OrderKind};
use crate::pegged::Peg;
use crate::quantity::Notional;
use crate::reject::RejectReason;

impl Listing {
    /// # Errors
    /// An order that it is to be tied to is not open, or is another account's.
    pub(crate) fn check_ties(&self, order: &NewOrder) -> Result<(), RejectReason> {
        let Some(conditions) = &order.conditions else {
            return Ok(());
        };
        let partner = conditions.oco.map(|oco| oco.partner);
        let parent = conditions.parent.map(|parent| parent.order);
        for named in [partner, parent].into_iter().flatten() {
            if self.resolve(order.account, named).is_err() {
                return Err(RejectReason::UnknownOrder);
            }
        }
        Ok(())
    }

    /// # Errors
    /// The order that is to be its partner has one or is its parent, or it could not be open beside it; or its
    /// parent has as many children as it may.
    pub(crate) fn check_pair(&self, order: &NewOrder) -> Result<(), RejectReason> {
        let Some(conditions) = order.conditions.as_deref() else {
            return Ok(());
        };
        if let Some(parent) = &conditions.parent
            && let Ok(slot) = self.resolve(order.account, parent.order)
            && self.children.count(self.book.pool.get(slot).id()) >= CHILDREN_MAX
        {
            return Err(RejectReason::InvalidCombination);
        }
        let Some(oco) = &conditions.oco else {
            return Ok(());
        };
        let partner = self.resolve(order.account, oco.partner);
        let parent = conditions
            .parent
            .map(|parent| self.resolve(order.account, parent.order));
        let is_free = partner.is_ok_and(|slot| {
            let ties = self.book.pool.ties(slot);
            ties.is_none_or(|ties| ties.partner.is_none())
        });
        let has_price = matches!(
            order.kind,
            OrderKind::Limit { .. } | OrderKind::Pegged { .. }
        );
        let can_be_open = has_price && may_rest(order) || conditions.make_it_wait();
        if is_free && can_be_open && parent != Some(partner) {
            Ok(())
        } else {
            Err(RejectReason::InvalidCombination)
        }
    }

    /// # Errors
    /// Its group is frozen.
    pub(crate) fn check_group(&self, order: &NewOrder) -> Result<(), RejectReason> {
        match &order.conditions {
            Some(conditions) => self.check_mmp(order.account, conditions.mmp_group),
            None => Ok(()),
        }
    }

    /// Ties an order that has its slot and is found by its ids. It has so much of its hold in common with a
    /// partner.
    #[cold]
    #[inline(never)]
    pub(crate) fn tie(&mut self, slot: u32, conditions: &Conditions, shared: Notional) {
        if !conditions.tie_it() {
            return;
        }
        let order = *self.book.pool.get(slot);
        let ties = self.book.pool.ties_mut(slot);
        ties.mmp_group = conditions.mmp_group;
        ties.on_disconnect = conditions.on_disconnect;
        if let Some(group) = conditions.mmp_group {
            self.mmp.join(order.account, group, order.id());
        }
        if let Some(oco) = &conditions.oco {
            self.tie_partner(slot, order.id(), oco, shared);
        }
        if let Some(parent) = &conditions.parent {
            self.tie_parent(slot, parent);
        }
    }

    /// Ties an order again that was spelled out and read back. Its partner and parent may come after it.
    pub(crate) fn tie_again(&mut self, slot: u32, ties: Option<Ties>, peg: Option<Peg>) {
        let order = *self.book.pool.get(slot);
        if let Some(ties) = ties {
            *self.book.pool.ties_mut(slot) = ties;
            if let Some(group) = ties.mmp_group {
                self.mmp.join(order.account, group, order.id());
            }
            if let Some(parent) = ties.parent
                && parent.parent_is_open
            {
                self.children.add(parent.order, order.id());
            }
        }
        if let Some(peg) = peg {
            self.note_peg(slot, peg);
        }
    }
}
