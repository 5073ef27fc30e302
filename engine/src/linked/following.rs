//! What an event means for orders that are tied to others: noted while it happens, followed when the book is
//! whole again.

use crate::book::order_slot::OrderSlot;
use crate::book::price_level::NO_SLOT;
use crate::cancel_reason::CancelReason;
use crate::event_sink::EventSink;
use crate::id::OrderId;
use crate::linked::oco::LegFill;
use crate::listing::Listing;
use crate::matching::match_order::Stop;
use crate::matching::taker::Taker;
use crate::outcome::{end_taker, release_part};
use crate::quantity::Notional;

/// What is to happen to orders because of what happened to others, the next one last.
#[derive(Debug, Default)]
pub(crate) struct Following {
    noted: Vec<Noted>,
}

/// What is to happen to an order.
#[derive(Debug, Clone, Copy)]
enum Noted {
    /// It goes.
    End(OrderId, CancelReason),
    /// It gives back so much of what is reserved for it, as it stood then: it may be gone by now.
    Release(OrderSlot, Notional),
}

impl Following {
    #[inline]
    pub(crate) fn is_empty(&self) -> bool {
        self.noted.is_empty()
    }

    /// Notes an order that is to go, before those that were noted earlier.
    pub(crate) fn push(&mut self, order: OrderId, reason: CancelReason) {
        self.noted.push(Noted::End(order, reason));
    }

    pub(super) fn push_release(&mut self, order: OrderSlot, released: Notional) {
        self.noted.push(Noted::Release(order, released));
    }
}

impl Listing {
    /// A tied order trades while `taker` sweeps: notes what follows from it. The maker has what it has left,
    /// and is still there.
    ///
    /// What is noted last is followed first: one leg for the other, the maker's before the taker's, then
    /// protection.
    #[cold]
    #[inline(never)]
    pub(crate) fn note_tied_fill<S: EventSink>(
        &mut self,
        taker: &mut Taker,
        (maker, maker_filled): (u32, u64),
        units: u64,
        sink: &mut S,
    ) {
        let order = *self.book.pool.get(maker);
        let maker_left = self.book.pool.open_units(maker, &order);
        if maker_left > 0 && taker.is_by_quote {
            let price = self.book.price_of(&order);
            if !self.could_go_on(taker, price) {
                taker.leaves_units = 0; // its rest buys less than one lot: nothing that follows meets it
            }
        }
        let as_taker = (taker.account, taker.mmp_group, taker.side, taker.order_id);
        self.note_mmp_fills(as_taker, maker, units);
        self.note_fill_of_parent(maker, maker_filled, maker_left);
        let fill_of_maker = LegFill {
            units,
            left: maker_left,
            counterparty: (taker.order_id, taker.leaves_units),
        };
        let of_maker = self.other_leg_to_go(maker, fill_of_maker, sink);
        if taker.slot != NO_SLOT {
            self.note_fill_of_parent(taker.slot, taker.filled_units, taker.leaves_units);
            let fill_of_taker = LegFill {
                units,
                left: taker.leaves_units,
                counterparty: (order.id(), maker_left),
            };
            let of_taker = self.other_leg_to_go(taker.slot, fill_of_taker, sink);
            self.note_leg_to_go(of_taker);
        }
        self.note_leg_to_go(of_maker);
    }

    /// Two orders of a call are about to trade `units`: notes what follows from it.
    #[cold]
    #[inline(never)]
    pub(crate) fn note_tied_pair<S: EventSink>(
        &mut self,
        (buyer, seller): (u32, u32),
        units: u64,
        sink: &mut S,
    ) {
        let order = *self.book.pool.get(buyer);
        let group = self.book.pool.ties(buyer).and_then(|ties| ties.mmp_group);
        let as_taker = (order.account, group, order.side(), order.id());
        self.note_mmp_fills(as_taker, seller, units);
        let left = |slot| {
            let pool = &self.book.pool;
            pool.open_units(slot, pool.get(slot)) - units
        };
        let (buyer_left, seller_left) = (left(buyer), left(seller));
        for (slot, left) in [(seller, seller_left), (buyer, buyer_left)] {
            let filled = self.book.pool.detail(slot).filled_units + units;
            self.note_fill_of_parent(slot, filled, left);
        }
        let id = |slot| self.book.pool.get(slot).id();
        let fill_of_seller = LegFill {
            units,
            left: seller_left,
            counterparty: (id(buyer), buyer_left),
        };
        let fill_of_buyer = LegFill {
            units,
            left: buyer_left,
            counterparty: (id(seller), seller_left),
        };
        let of_seller = self.other_leg_to_go(seller, fill_of_seller, sink);
        let of_buyer = self.other_leg_to_go(buyer, fill_of_buyer, sink);
        self.note_leg_to_go(of_buyer);
        self.note_leg_to_go(of_seller);
    }

    /// Follows what was noted while `taker` sweeps `level`, which the sweep closes itself. A reason to stop
    /// ends the taker.
    #[cold]
    #[inline(never)]
    pub(crate) fn follow_in_sweep<S: EventSink>(
        &mut self,
        taker: &mut Taker,
        level: u32,
        sink: &mut S,
    ) -> Option<Stop> {
        let mut stop = None;
        while let Some(noted) = self.following.noted.pop() {
            let (id, reason) = match noted {
                Noted::End(id, reason) => (id, reason),
                Noted::Release(order, released) => {
                    self.release_noted(&order, released, sink);
                    continue;
                }
            };
            if id == taker.order_id {
                if stop.is_none() && !taker.is_over() {
                    if taker.slot != NO_SLOT {
                        taker.hold = taker.hold - self.book.pool.owed(taker.slot);
                    }
                    end_taker(taker, reason, sink);
                    self.untie(taker.slot);
                    stop = Some(Stop::Ended);
                }
            } else if let Some(slot) = self.book.ids.get(id, &self.book.pool) {
                let order = *self.book.pool.get(slot);
                if order.level == NO_SLOT || order.side() == taker.side || order.level != level {
                    self.end_alone(slot, reason, sink);
                } else {
                    self.end_order(slot, &order, reason, sink);
                }
            }
        }
        stop
    }

    /// Follows what was noted outside a sweep.
    #[inline]
    pub(crate) fn follow<S: EventSink>(&mut self, sink: &mut S) {
        if !self.following.is_empty() {
            self.follow_all(sink);
        }
    }

    #[cold]
    #[inline(never)]
    fn follow_all<S: EventSink>(&mut self, sink: &mut S) {
        while let Some(noted) = self.following.noted.pop() {
            match noted {
                Noted::End(id, reason) => {
                    if let Some(slot) = self.book.ids.get(id, &self.book.pool) {
                        self.end_alone(slot, reason, sink);
                    }
                }
                Noted::Release(order, released) => self.release_noted(&order, released, sink),
            }
        }
    }

    fn release_noted<S: EventSink>(&self, order: &OrderSlot, released: Notional, sink: &mut S) {
        let slot = self.book.ids.get(order.id(), &self.book.pool);
        let hold = slot.map_or(Notional::ZERO, |slot| self.hold_of(slot));
        release_part(order, released, hold, sink);
    }

    /// A tied order ends: notes who goes with it, and forgets its ties.
    #[cold]
    pub(crate) fn untie(&mut self, slot: u32) {
        if slot == NO_SLOT {
            return;
        }
        let Some(ties) = self.book.pool.take_ties(slot) else {
            return;
        };
        let order = *self.book.pool.get(slot);
        if let Some(group) = ties.mmp_group {
            self.mmp.leave(order.account, group, order.id());
            self.quotes.forget(order.account, group, order.id());
        }
        if let Some(parent) = ties.parent {
            self.children.remove(parent.order, order.id());
        }
        if ties.has_children {
            self.note_end_of_parent(order.id());
        }
        if let Some(partner) = ties.partner {
            self.untie_partner(partner);
            self.following.push(partner.order, CancelReason::OcoPartner);
        }
    }
}
