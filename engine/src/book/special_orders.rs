//! What the rule book's mechanisms add to orders of the pool: few orders have it.

use crate::book::order_extras::{Iceberg, Special};
use crate::book::order_pool::OrderPool;
use crate::book::order_slot::OrderSlot;
use crate::book::order_traits::Traits;
use crate::linked::Ties;
use crate::pegged::Peg;
use crate::price::Price;
use crate::quantity::Notional;

impl OrderPool {
    /// What the rule book's mechanisms added to an order, if they did.
    pub(crate) fn special(&self, slot: u32) -> Option<&Special> {
        if self.get(slot).traits().is_special() {
            self.extras(slot).special.as_deref()
        } else {
            None
        }
    }

    /// An order ends: what the mechanisms added to it goes with it.
    pub(crate) fn forget_special(&mut self, slot: u32) {
        if self.get(slot).traits().is_special() {
            self.extras_mut(slot).special = None;
        }
    }

    /// Room for what a mechanism adds to an order.
    pub(crate) fn special_mut(&mut self, slot: u32) -> &mut Special {
        self.extras_mut(slot);
        self.get_mut(slot).tagged_id |= Traits::SPECIAL;
        self.extras_mut(slot).special.get_or_insert_default()
    }

    /// Whom an order is tied to, if it is.
    pub(crate) fn ties(&self, slot: u32) -> Option<&Ties> {
        self.special(slot)?.ties.as_ref()
    }

    /// Whom an order is tied to; makes room for it.
    pub(crate) fn ties_mut(&mut self, slot: u32) -> &mut Ties {
        self.special_mut(slot).ties.get_or_insert(Ties::NONE)
    }

    /// How much of an order's hold went with its partner.
    #[cold]
    pub(crate) fn owed(&self, slot: u32) -> Notional {
        self.ties(slot).map_or(Notional::ZERO, |ties| ties.owed)
    }

    /// How much of an order's hold its partner counts too, and is older.
    pub(crate) fn shared_with_older(&self, slot: u32) -> Notional {
        let partner = self.ties(slot).and_then(|ties| ties.partner);
        partner
            .filter(|partner| partner.order < self.get(slot).id())
            .map_or(Notional::ZERO, |partner| partner.shared)
    }

    /// Unties an order.
    pub(crate) fn take_ties(&mut self, slot: u32) -> Option<Ties> {
        self.special(slot)?.ties?;
        self.special_mut(slot).ties.take()
    }

    /// What an order's price follows, if it does.
    pub(crate) fn peg(&self, slot: u32) -> Option<&Peg> {
        self.special(slot)?.peg.as_ref()
    }

    /// By which price an order at `price` is reserved for, and for how much more than it has open.
    #[inline]
    pub(crate) fn hold_basis(&self, slot: u32, order: &OrderSlot, price: Price) -> (Price, u64) {
        if order.traits().is_special() {
            self.hold_basis_of_special(slot, price)
        } else {
            (price, 0)
        }
    }

    #[cold]
    fn hold_basis_of_special(&self, slot: u32, price: Price) -> (Price, u64) {
        let price = self.peg(slot).map_or(price, |peg| peg.hold_price);
        let parentage = self.ties(slot).and_then(|ties| ties.parent);
        (
            price,
            parentage.map_or(0, |parentage| parentage.pending_units()),
        )
    }

    pub(crate) fn iceberg(&self, slot: u32) -> Option<Iceberg> {
        self.special(slot)?.iceberg
    }
}
