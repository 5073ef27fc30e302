//! What a taker would make of tied orders: who is gone, or smaller, by the time it comes to them.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;

use crate::conditions::OcoMode;
use crate::id::OrderId;
use crate::listing::Listing;
use crate::market_maker_protection::{CountedFill, LimitCheck, MmpCounters};
use crate::matching::taker::Taker;

/// What trades that are only counted would have done to tied orders.
#[derive(Debug, Default)]
pub(crate) struct Rehearsal {
    gone: BTreeSet<OrderId>,
    /// What is left of legs that shrank.
    left: BTreeMap<OrderId, u64>,
    /// Makers that traded: their children for each fill outlive them.
    traded: BTreeSet<OrderId>,
    counters: Option<MmpCounters>,
}

impl Rehearsal {
    /// A maker would have traded and have so much open.
    pub(crate) fn note_left(&mut self, order: OrderId, open_units: u64) {
        self.left.insert(order, open_units);
        self.traded.insert(order);
    }

    /// How much of an order with so much open would still be there.
    pub(crate) fn left_of(&self, order: OrderId, open_units: u64) -> u64 {
        if self.gone.contains(&order) {
            return 0;
        }
        self.left.get(&order).copied().unwrap_or(open_units)
    }
}

impl Listing {
    /// An order would be canceled: its partner goes with it, the children that it never started, and so on.
    pub(crate) fn rehearse_end(&self, rehearsal: &mut Rehearsal, slot: u32) {
        self.rehearse_fall(rehearsal, self.book.pool.get(slot).id(), None);
    }

    /// An order would be canceled, and with it all that fall with one another; `survivor` is the leg that traded.
    fn rehearse_fall(&self, rehearsal: &mut Rehearsal, order: OrderId, survivor: Option<OrderId>) {
        let mut falling = vec![order];
        while let Some(order) = falling.pop() {
            if survivor == Some(order) || !rehearsal.gone.insert(order) {
                continue;
            }
            let slot = self.book.ids.get(order, &self.book.pool);
            let Some(ties) = slot.and_then(|slot| self.book.pool.ties(slot)) else {
                continue;
            };
            falling.extend(ties.partner.map(|partner| partner.order));
            if ties.has_children {
                let has_traded = rehearsal.traded.contains(&order);
                falling.extend(self.children_that_die(order, has_traded));
            }
        }
    }

    /// A maker would trade `units` with a taker and have `left`. Breaks where protection would end the taker.
    pub(crate) fn rehearse_fill(
        &self,
        rehearsal: &mut Rehearsal,
        taker: &Taker,
        (maker, left): (u32, u64),
        units: u64,
    ) -> ControlFlow<()> {
        self.rehearse_leg(rehearsal, taker.order_id, (maker, left), units);
        if let Some(slot) = self.book.ids.get(taker.order_id, &self.book.pool) {
            let maker = self.book.pool.get(maker).id();
            self.rehearse_leg(rehearsal, maker, (slot, u64::MAX), units);
        }
        if rehearsal.gone.contains(&taker.order_id) {
            return ControlFlow::Break(()); // it traded with its own other leg
        }
        self.rehearse_protection(rehearsal, taker, maker, units)
    }

    fn rehearse_leg(
        &self,
        rehearsal: &mut Rehearsal,
        counterparty: OrderId,
        (slot, left): (u32, u64),
        units: u64,
    ) {
        let Some(partner) = self.book.pool.ties(slot).and_then(|ties| ties.partner) else {
            return;
        };
        let Some(other) = self.book.ids.get(partner.order, &self.book.pool) else {
            return;
        };
        let open = self.book.pool.open_units(other, self.book.pool.get(other));
        let open = rehearsal.left_of(partner.order, open);
        match partner.mode {
            OcoMode::Reduce if left > 0 && open > units && partner.order != counterparty => {
                rehearsal.left.insert(partner.order, open - units);
            }
            OcoMode::Reduce | OcoMode::Cancel => {
                let leg = self.book.pool.get(slot).id();
                self.rehearse_fall(rehearsal, partner.order, Some(leg));
            }
        }
    }

    fn rehearse_protection(
        &self,
        rehearsal: &mut Rehearsal,
        taker: &Taker,
        maker: u32,
        units: u64,
    ) -> ControlFlow<()> {
        let order = self.book.pool.get(maker);
        let group = self.book.pool.ties(maker).and_then(|ties| ties.mmp_group);
        let parties = [
            (order.account, group, order.side()),
            (taker.account, taker.mmp_group, taker.side),
        ];
        let mut flow = ControlFlow::Continue(());
        for (account, group, side) in parties {
            let protected =
                group.and_then(|group| self.instrument.rules.protected_groups.get(group));
            let Some(protected) = protected else { continue };
            let at = self.at;
            let fill = CountedFill { side, units, at };
            let counters = rehearsal
                .counters
                .get_or_insert_with(|| self.mmp.counters.clone());
            if counters.count(account, protected, fill) == LimitCheck::Reached {
                for member in self.mmp.members(account, protected.group) {
                    self.rehearse_fall(rehearsal, member, None);
                }
                if (account, Some(protected.group)) == (taker.account, taker.mmp_group) {
                    flow = ControlFlow::Break(());
                }
            }
        }
        flow
    }
}
