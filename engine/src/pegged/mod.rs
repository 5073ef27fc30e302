//! Pegged orders: limit orders whose price follows the book.
//!
//! They move once after each command, in entry order, never while a taker executes. What they follow leaves
//! all pegged orders out, so that none follows itself or its like, and leaves hidden orders out, so that
//! nobody sees them. A peg that would cross stays one tick passive.
//!
//! A command that leaves both touches as they were costs one comparison. Any other costs one look at each
//! open peg, so it is bounded by the instrument's open orders; finding what they follow steps over the
//! levels at the touch that hold nothing but pegs and hidden orders.

mod price;

use std::collections::{BTreeMap, BTreeSet};

use crate::book::order_slot::OrderSlot;
use crate::book::price_level::NO_SLOT;
use crate::conditions::Conditions;
use crate::event::{Event, Pegged};
use crate::event_sink::{EventSink, OrderChangeKind};
use crate::id::OrderId;
use crate::listing::Listing;
use crate::order::{ClientIdPolicy, Display, NewOrder, OrderKind, OrderSize, PegReference};
use crate::outcome::report_order;
use crate::price::Price;
use crate::quantity::{Notional, Quantity};
use crate::reject::RejectReason;
use crate::session::price_range::Range;
use crate::side::Side;
use crate::waiting::{Waiting, WaitsFor};

/// What a pegged order's price follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Peg {
    pub(crate) reference: PegReference,
    /// Price units added to it.
    pub(crate) offset: i64,
    /// The worst price that it goes to: its cap, else as far as its budget goes.
    pub(crate) cap: Option<Price>,
    /// It has reserved what an order limited to this price needs.
    pub(crate) hold_price: Price,
}

/// The open pegged orders of an instrument.
#[derive(Debug, Default)]
pub(crate) struct Pegs {
    /// All of them, parked ones too, by age.
    open: BTreeSet<OrderId>,
    /// How many of them show something at each price, of bids and of asks: nobody follows those.
    shown: [BTreeMap<Price, u32>; 2],
    /// The book at the end of a pass that moved none of them: while it looks the same, none would move. A
    /// cache that decides nothing.
    settled: Option<PegView>,
}

/// What pegs look at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct PegView {
    /// Best bid and ask that they follow.
    references: [Option<Price>; 2],
    /// Best bid and ask, pegs and hidden orders included, which they must not cross.
    touches: [Option<Price>; 2],
    /// What bounds them with everyone.
    bands: Range,
}

/// Whether a pass moved a pegged order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Moved {
    No,
    Yes,
}

impl Pegs {
    #[inline]
    pub(crate) fn is_empty(&self) -> bool {
        self.open.is_empty()
    }

    fn open(&mut self, order: OrderId) {
        self.open.insert(order);
        self.settled = None;
    }

    /// A peg that shows something came to a price.
    fn join(&mut self, side: Side, price: Price) {
        *self.shown[side as usize].entry(price).or_default() += 1;
    }

    /// A peg that showed something left a price.
    fn leave(&mut self, side: Side, price: Price) {
        let counts = &mut self.shown[side as usize];
        let count = counts.get_mut(&price).expect("it was counted when it came");
        *count -= 1;
        if *count == 0 {
            counts.remove(&price);
        }
    }

    fn shown_at(&self, side: Side, price: Price) -> u32 {
        self.shown[side as usize].get(&price).copied().unwrap_or(0)
    }
}

impl Listing {
    /// # Errors
    /// The cap is no price, or the offset is off the tick grid.
    pub(crate) fn check_peg_prices(&self, order: &NewOrder) -> Result<(), RejectReason> {
        let conditions = order.conditions.as_deref();
        if let Some(cap) = conditions.and_then(|conditions| conditions.cap) {
            self.check_price(cap)?;
        }
        match order.kind {
            OrderKind::Pegged { offset, .. } if offset % self.instrument.tick_size != 0 => {
                Err(RejectReason::InvalidPrice)
            }
            OrderKind::Pegged { .. }
            | OrderKind::Limit { .. }
            | OrderKind::Market
            | OrderKind::MarketWithProtection { .. }
            | OrderKind::MarketToLimit => Ok(()),
        }
    }

    /// By which price a pegged order is reserved for: a buy's cap, else what protection allows beyond the best
    /// opposite price.
    pub(crate) fn hold_price_of_peg(&self, order: &NewOrder) -> Result<Price, RejectReason> {
        let cap = order
            .conditions
            .as_deref()
            .and_then(|conditions| conditions.cap);
        match cap {
            Some(cap) => Ok(cap),
            None if self.book.holds.are_enforced() && order.side == Side::Buy => {
                Ok(self.protected(self.reference(order.side)?, order.side))
            }
            None => Ok(Price::default()),
        }
    }

    /// A pegged order comes, which waits for its price: it gets it, or is parked.
    #[cold]
    pub(crate) fn place_new_peg<S: EventSink>(&mut self, slot: u32, sink: &mut S) {
        let waiting = self.book.waiting_record(slot);
        let OrderKind::Pegged { reference, offset } = waiting.order.kind else {
            unreachable!("only pegged orders wait for their price");
        };
        let cap = waiting
            .order
            .conditions
            .as_ref()
            .and_then(|conditions| conditions.cap);
        let is_bounded = self.book.holds.are_enforced() && waiting.order.side == Side::Buy;
        let peg = Peg {
            reference,
            offset,
            cap: cap.or(is_bounded.then_some(waiting.hold_price)),
            hold_price: waiting.hold_price,
        };
        self.note_peg(slot, peg);
        match self.peg_price_now(slot, self.references()) {
            Some(price) => self.unpark(slot, price, sink),
            None => self.report_pegged(slot, None, sink),
        }
    }

    /// An order is a pegged one from now on.
    pub(crate) fn note_peg(&mut self, slot: u32, peg: Peg) {
        let order = *self.book.pool.get(slot);
        self.book.pool.special_mut(slot).peg = Some(peg);
        self.pegs.open(order.id());
        if order.level != NO_SLOT && !order.is_hidden() {
            self.pegs.join(order.side(), self.book.price_of(&order));
        }
    }

    /// A pegged order ends.
    pub(crate) fn forget_peg(&mut self, slot: u32, order: &OrderSlot) {
        if self.book.pool.peg(slot).is_none() {
            return;
        }
        self.pegs.open.remove(&order.id());
        if order.level != NO_SLOT && !order.is_hidden() {
            self.pegs.leave(order.side(), self.book.price_of(order));
        }
    }

    /// After each command: every peg looks once, in entry order.
    #[cold]
    #[inline(never)]
    pub(crate) fn reprice_pegs<S: EventSink>(&mut self, sink: &mut S) {
        if self.pegs.is_empty() || !self.is_matching() {
            return;
        }
        let view = self.peg_view();
        if self.pegs.settled == Some(view) {
            return;
        }
        let orders: Vec<OrderId> = self.pegs.open.iter().copied().collect();
        let mut moved = Moved::No;
        for order in orders {
            let slot = self.book.ids.get(order, &self.book.pool);
            let slot = slot.expect("every peg that is listed is open");
            if self.reprice(slot, view.references, sink) == Moved::Yes {
                moved = Moved::Yes;
            }
        }
        self.pegs.settled = (moved == Moved::No).then_some(view);
    }

    /// Trading is not continuous any more: every peg leaves the book, in entry order.
    pub(crate) fn park_pegs<S: EventSink>(&mut self, sink: &mut S) {
        let orders: Vec<OrderId> = self.pegs.open.iter().copied().collect();
        for order in orders {
            let slot = self.book.ids.get(order, &self.book.pool);
            let slot = slot.expect("every peg that is listed is open");
            if self.book.pool.get(slot).level != NO_SLOT {
                self.park(slot, sink);
            }
        }
        self.pegs.settled = None;
    }

    fn reprice<S: EventSink>(
        &mut self,
        slot: u32,
        references: [Option<Price>; 2],
        sink: &mut S,
    ) -> Moved {
        let order = *self.book.pool.get(slot);
        let stands_at = (order.level != NO_SLOT).then(|| self.book.price_of(&order));
        let price = self.peg_price_now(slot, references);
        if price == stands_at {
            return Moved::No;
        }
        match (price, stands_at) {
            (Some(price), Some(_)) => self.move_peg(slot, price, sink),
            (Some(price), None) => self.unpark(slot, price, sink),
            (None, _) => self.park(slot, sink),
        }
        Moved::Yes
    }

    /// A peg goes to the tail of another level; an iceberg shows a fresh slice there.
    fn move_peg<S: EventSink>(&mut self, slot: u32, price: Price, sink: &mut S) {
        let open_units = self.take_off_level(slot, sink);
        self.show_slice(slot, open_units);
        self.rest_peg(slot, price, sink);
    }

    /// A parked peg gets its price.
    fn unpark<S: EventSink>(&mut self, slot: u32, price: Price, sink: &mut S) {
        let waiting = self.stop_waiting(slot);
        self.note_iceberg(slot, waiting.order.display);
        self.rest_peg(slot, price, sink);
    }

    fn rest_peg<S: EventSink>(&mut self, slot: u32, price: Price, sink: &mut S) {
        let order = self.rest(slot, price, sink);
        if !order.is_hidden() {
            self.pegs.join(order.side(), price);
        }
        self.report_pegged(slot, Some(price), sink);
    }

    /// A peg loses its price and waits outside the book.
    fn park<S: EventSink>(&mut self, slot: u32, sink: &mut S) {
        let waiting = Waiting {
            order: self.peg_as_entered(slot),
            waits_for: WaitsFor::Price,
            hold_price: self.book.pool.peg(slot).expect("it is pegged").hold_price,
        };
        let open_units = self.take_off_level(slot, sink);
        self.book.pool.special_mut(slot).iceberg = None;
        self.book.pool.get_mut(slot).leaves_units = open_units;
        self.book.pool.get_mut(slot).level = NO_SLOT;
        self.wait(slot, waiting);
        self.report_pegged(slot, None, sink);
    }

    /// Takes a resting peg out of its queue. Returns what it has open.
    fn take_off_level<S: EventSink>(&mut self, slot: u32, sink: &mut S) -> u64 {
        let order = *self.book.pool.get(slot);
        let price = self.book.price_of(&order);
        let open_units = self.book.pool.open_units(slot, &order);
        report_order(&order, price, OrderChangeKind::Removed, sink);
        self.book.unlink(slot, &order);
        if !order.is_hidden() {
            self.pegs.leave(order.side(), price);
        }
        self.settle_level(&order, sink);
        self.forget_top_order(order.side(), order.id());
        open_units
    }

    /// The order that a resting peg came as, with what it has open.
    fn peg_as_entered(&self, slot: u32) -> NewOrder {
        let order = self.book.pool.get(slot);
        let peg = self.book.pool.peg(slot).expect("it is pegged");
        let display = match self.book.pool.iceberg(slot) {
            Some(iceberg) => Display::Iceberg {
                peak: Quantity::from_units(iceberg.peak_units),
            },
            None if order.is_hidden() => Display::Hidden,
            None => Display::Full,
        };
        NewOrder {
            account: order.account,
            client_order_id: self.book.pool.client_order_id(slot),
            client_id_policy: ClientIdPolicy::OpenUnique,
            external_id: order.external_id(),
            side: order.side(),
            kind: OrderKind::Pegged {
                reference: peg.reference,
                offset: peg.offset,
            },
            size: OrderSize::Quantity(Quantity::from_units(order.leaves_units)),
            time_in_force: self.book.pool.time_in_force(slot),
            post_only: order.traits().post_only(),
            display,
            minimum_quantity: Quantity::ZERO,
            self_trade_prevention: order.traits().stp(),
            stp_group: self.book.pool.detail(slot).stp_group,
            conditions: peg.cap.map(|cap| {
                Box::new(Conditions {
                    cap: Some(cap),
                    ..Conditions::NONE
                })
            }),
            extra: Notional::ZERO,
        }
    }

    fn report_pegged<S: EventSink>(&self, slot: u32, price: Option<Price>, sink: &mut S) {
        let order = self.book.pool.get(slot);
        sink.event(Event::Pegged(Pegged {
            order_id: order.id(),
            handle: order.handle(slot),
            account: order.account,
            side: order.side(),
            price,
            leaves_quantity: Quantity::from_units(self.book.pool.open_units(slot, order)),
            hold: self.hold_of(slot),
        }));
    }
}
