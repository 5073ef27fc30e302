//! Replace: an open order changes and keeps its id. Priority by market-rules section 9.

use crate::book::order_slot::OrderSlot;
use crate::book::price_level::NO_SLOT;
use crate::cancel_reason::CancelReason;
use crate::command::Replace;
use crate::event::{Event, Priority, Replaced};
use crate::event_sink::{EventSink, OrderChangeKind};
use crate::linked::PairFunds;
use crate::listing::Listing;
use crate::matching::match_order::Residual;
use crate::matching::taker::{AtOnce, Concerns, FillCap, PriceLimit, Remainder, Taker};
use crate::order::{PostOnly, TimeInForce};
use crate::outcome::{release_all, report_order, report_rested};
use crate::price::Price;
use crate::quantity::{Notional, Quantity};
use crate::reject::RejectReason;
use crate::risk::Asked;

/// What a replace makes of an order, once it is admitted.
#[derive(Debug, Clone, Copy)]
struct Change {
    price: Price,
    /// What it asked for; a band may have re-priced it.
    asked_price: Price,
    /// New open quantity; zero ends the order.
    leaves_units: u64,
    /// How much a slice shows from now on; of icebergs only.
    peak_units: Option<u64>,
    priority: Priority,
    /// What is reserved for the order, the door's part included.
    have: Notional,
    /// What it needs from now on.
    need: Notional,
    /// What of that its partner counts too.
    shared: Notional,
}

impl Listing {
    /// Changes an open order, or leaves it exactly as it was.
    #[inline]
    pub(crate) fn replace<S: EventSink>(&mut self, replace: &Replace, sink: &mut S) {
        let resolved = self.resolve(replace.account, replace.order);
        if let Ok(slot) = resolved
            && self.book.pool.get(slot).level == NO_SLOT
        {
            return self.replace_waiting(replace, slot, sink);
        }
        let admitted = resolved.and_then(|slot| Ok((slot, self.admit_replace(replace, slot)?)));
        match admitted {
            Err(reason) => self.refuse_replace(replace, reason, sink),
            Ok((slot, change)) if change.leaves_units == 0 => {
                self.end_replaced(slot, &change, sink);
            }
            Ok((slot, change)) => {
                if let Some(expiry) = replace.expiry {
                    self.change_lifetime(slot, TimeInForce::GoodTillDate(expiry));
                }
                match change.priority {
                    Priority::Kept => self.change_in_place(slot, &change, sink),
                    Priority::Lost => self.enter_again(slot, &change, sink),
                }
            }
        }
    }

    /// The order stays exactly as it was.
    pub(crate) fn refuse_replace<S: EventSink>(
        &self,
        replace: &Replace,
        reason: RejectReason,
        sink: &mut S,
    ) {
        self.report_ref_refused(replace.account, replace.order, reason, sink);
        self.release_door_reserve(replace.account, replace.side, replace.extra, sink);
    }

    /// Checks a replace, in the order of [`RejectReason`].
    #[inline]
    fn admit_replace(&self, replace: &Replace, slot: u32) -> Result<Change, RejectReason> {
        self.risk.check_admission(replace.account)?;
        self.check_state()?;
        let order = self.book.pool.get(slot);
        let old_price = self.book.price_of(order);
        let filled = self.book.pool.detail(slot).filled_units;
        let old_total = self.book.pool.open_units(slot, order) + filled;
        let total = replace.quantity.map_or(old_total, Quantity::units);
        if let Some(quantity) = replace.quantity
            && !self.is_valid_total(quantity, filled)
        {
            return Err(RejectReason::InvalidQuantity);
        }
        if replace.peak.is_some_and(|peak| !self.is_valid_peak(peak)) {
            return Err(RejectReason::InvalidQuantity);
        }
        let price = replace.price.unwrap_or(old_price);
        for price in [replace.price, replace.stop].into_iter().flatten() {
            self.check_price(price)?;
        }
        let old_peak = self
            .book
            .pool
            .iceberg(slot)
            .map(|iceberg| iceberg.peak_units);
        let has_what_changes =
            replace.stop.is_none() && (replace.peak.is_none() || old_peak.is_some());
        let takes_expiry = self.book.pool.time_in_force(slot).takes_expiry();
        let has_what_changes = has_what_changes && (takes_expiry || replace.expiry.is_none());
        let is_pegged = self.book.pool.peg(slot).is_some();
        if replace.side != order.side() || !has_what_changes || is_pegged && replace.price.is_some()
        {
            return Err(RejectReason::InvalidCombination);
        }
        if let Some(expiry) = replace.expiry {
            self.check_expiry(TimeInForce::GoodTillDate(expiry))?;
        }
        let asked_price = price;
        let is_open = total > filled;
        if let Some(price) = replace.price {
            self.check_band(price)?;
        }
        let post_only = order.traits().post_only() != PostOnly::No;
        if is_open && post_only && price != old_price && self.would_take(replace.side, price) {
            return Err(RejectReason::PostOnlyWouldCross);
        }
        // More that nobody sees keeps its place; more that is displayed goes to the tail.
        let shows_all = !order.is_hidden() && old_peak.is_none();
        let peak_units = replace.peak.map(Quantity::units).or(old_peak);
        let grows = total > old_total && shows_all || peak_units > old_peak;
        let (priority, price) = if price == old_price && !grows {
            (Priority::Kept, price)
        } else if self.is_guarded() && self.book.pool.peg(slot).is_none() {
            (Priority::Lost, self.price_within_band(replace.side, price)?)
        } else {
            (Priority::Lost, price)
        };
        let leaves_units = total.saturating_sub(filled);
        let (have, need) = self.funds_of_replace(replace, slot, price, leaves_units);
        let pair = if order.traits().is_special() {
            self.funds_of_pair(slot, need, leaves_units)?
        } else {
            PairFunds::ALONE
        };
        if have < need + pair.for_partner {
            return Err(RejectReason::InsufficientFunds);
        }
        if is_open {
            self.check_limits(&Asked {
                account: order.account,
                side: order.side(),
                price: Some(price),
                quantity: Some(Quantity::from_units(total)),
                amount: None,
                added_units: total.saturating_sub(old_total),
                added_orders: 0,
            })?;
        }
        Ok(Change {
            price,
            asked_price,
            leaves_units,
            peak_units,
            priority,
            have: have - pair.for_partner,
            need,
            shared: pair.shared,
        })
    }

    /// Which price a replace of an order in the book brings, and how much quantity it adds.
    ///
    /// # Errors
    /// It would be refused.
    pub(crate) fn look_at_change(
        &self,
        replace: &Replace,
        slot: u32,
    ) -> Result<(Price, u64), RejectReason> {
        let change = self.admit_replace(replace, slot)?;
        let open_before = self.book.pool.open_units(slot, self.book.pool.get(slot));
        Ok((
            change.price,
            change.leaves_units.saturating_sub(open_before),
        ))
    }

    /// A new total is on the grid and within bounds, unless it says that enough is filled.
    #[inline]
    pub(crate) fn is_valid_total(&self, total: Quantity, filled_units: u64) -> bool {
        if total.units() <= filled_units {
            self.is_on_lot_grid(total)
        } else {
            self.is_valid_quantity(total)
        }
    }

    #[inline]
    fn funds_of_replace(
        &self,
        replace: &Replace,
        slot: u32,
        price: Price,
        leaves_units: u64,
    ) -> (Notional, Notional) {
        let terms = self.book.holds;
        if !terms.are_enforced() {
            return (Notional::ZERO, Notional::ZERO);
        }
        let order = self.book.pool.get(slot);
        let side = order.side();
        let old = self.hold_of(slot);
        let (hold_price, beside) = self.book.pool.hold_basis(slot, order, price);
        let quantity = Quantity::from_units(leaves_units + beside);
        (old + replace.extra, terms.need(side, hold_price, quantity))
    }

    /// The new total is filled already: the rest is canceled.
    fn end_replaced<S: EventSink>(&mut self, slot: u32, change: &Change, sink: &mut S) {
        let order = *self.book.pool.get(slot);
        self.take_out(slot, &order, CancelReason::Requested, sink);
        release_all(&order, change.have, sink);
        self.settle_level(&order, sink);
        self.follow(sink);
    }

    /// The order keeps its place; a hidden one may grow there.
    fn change_in_place<S: EventSink>(&mut self, slot: u32, change: &Change, sink: &mut S) {
        let before = self.book.pool.get(slot).leaves_units;
        let open_before = before + self.book.pool.reserve_units(slot, self.book.pool.get(slot));
        let shown = match change.peak_units {
            None => change.leaves_units,
            Some(peak_units) => {
                let shown = before.min(peak_units).min(change.leaves_units);
                self.set_iceberg(slot, peak_units, change.leaves_units - shown);
                shown
            }
        };
        let shrinks = shown < before;
        self.session.has_replaced |= shown != before || change.leaves_units != open_before;
        if shrinks {
            self.reduce_leaves(slot, shown);
        } else {
            self.book.pool.get_mut(slot).leaves_units = shown;
        }
        let order = *self.book.pool.get(slot);
        self.report_replaced(slot, &order, change, sink);
        self.release_surplus(&order, change.have, change.need, sink);
        if order.traits().is_special() {
            self.change_partner(slot, change, open_before, sink);
        }
        if shrinks && !order.is_hidden() {
            let left = Quantity::from_units(shown);
            report_order(&order, change.price, OrderChangeKind::Reduced(left), sink);
            sink.level_changed(self.book.side(order.side()).displayed(order.level));
        }
    }

    /// The other leg has the same quantity, and the pair shares what it shares now.
    #[cold]
    fn change_partner<S: EventSink>(
        &mut self,
        slot: u32,
        change: &Change,
        open_before: u64,
        sink: &mut S,
    ) {
        if change.leaves_units != open_before {
            self.set_partner_quantity(slot, change.leaves_units, sink);
        }
        self.set_shared(slot, change.shared);
    }

    /// The order leaves its place and enters again: it may trade at once, at makers' prices.
    #[inline]
    fn enter_again<S: EventSink>(&mut self, slot: u32, change: &Change, sink: &mut S) {
        let order = *self.book.pool.get(slot);
        let old_price = self.book.price_of(&order);
        let level = self.book.side(order.side()).level(order.level);
        let open_before = self.book.pool.open_units(slot, &order);
        self.session.has_replaced |= change.price != old_price
            || change.leaves_units != open_before
            || change
                .peak_units
                .is_some_and(|peak| peak.min(open_before) != order.leaves_units)
            || level.tail != slot;
        report_order(&order, old_price, OrderChangeKind::Removed, sink);
        self.book.unlink(slot, &order);
        self.settle_level(&order, sink);
        self.forget_top_order(order.side(), order.id());
        if let Some(peak_units) = change.peak_units {
            self.set_iceberg(slot, peak_units, 0);
        }
        self.show_slice(slot, change.leaves_units);
        self.report_replaced(slot, &order, change, sink);
        self.release_surplus(&order, change.have, change.need, sink);
        let is_special = order.traits().is_special();
        if is_special {
            self.book.pool.get_mut(slot).level = NO_SLOT; // it is on its way
            self.change_partner(slot, change, open_before, sink);
        }
        let (mut has_traded, mut hold) = (false, change.need);
        if self.would_take(order.side(), change.price) {
            let limit = PriceLimit::AtOrBetter(change.price);
            let mut taker = self.taker_again(slot, &order, limit, change.leaves_units, change.need);
            let filled_before = taker.filled_units;
            if self.match_order(&mut taker, sink) == Residual::Ended {
                let order = *self.book.pool.get(slot);
                self.forget(slot, &order);
                return self.follow(sink);
            }
            has_traded = taker.filled_units != filled_before;
            self.note_fills(slot, &taker);
            hold = taker.hold;
        }
        let resting = self.rest(slot, change.price, sink);
        if has_traded || change.price != change.asked_price {
            let shown = self.book.pool.shown_and_hidden(slot, &resting);
            report_rested(
                &resting,
                resting.handle(slot),
                change.price,
                shown,
                hold,
                sink,
            );
        }
        if is_special {
            self.release_of_rested(slot, hold, sink);
        }
        self.settle_interruption(sink);
    }

    /// An order that was in the book as a taker.
    pub(crate) fn taker_again(
        &self,
        slot: u32,
        order: &OrderSlot,
        limit: PriceLimit,
        leaves_units: u64,
        hold: Notional,
    ) -> Taker {
        let detail = self.book.pool.detail(slot);
        let mut taker = Taker {
            order_id: order.id(),
            external_id: order.external_id(),
            account: order.account,
            stp_group: detail.stp_group,
            stp: order.traits().stp(),
            side: order.side(),
            limit,
            at_once: AtOnce::Nothing,
            remainder: Remainder::Rests,
            leaves_units,
            filled_units: detail.filled_units,
            money: None,
            is_by_quote: false,
            is_market: false,
            is_immediate: false,
            hold,
            spent: Notional::ZERO,
            slot: NO_SLOT,
            mmp_group: None,
            concerns: Concerns::TheTwo,
            pending_units: 0,
            fill_cap: FillCap::NONE,
        };
        if order.traits().is_special() {
            self.tie_taker(&mut taker, slot);
        }
        taker
    }

    /// Counts the change and tells it.
    #[inline]
    fn report_replaced<S: EventSink>(
        &mut self,
        slot: u32,
        order: &OrderSlot,
        change: &Change,
        sink: &mut S,
    ) {
        let mut detail = self.book.pool.detail(slot);
        detail.replace_count += 1;
        self.book.pool.set_detail(slot, detail);
        self.risk.note_order(order.account, self.at.0);
        sink.event(Event::Replaced(Replaced {
            order_id: order.id(),
            account: order.account,
            side: order.side(),
            price: change.asked_price,
            quantity: Quantity::from_units(detail.filled_units + change.leaves_units),
            filled_quantity: Quantity::from_units(detail.filled_units),
            leaves_quantity: Quantity::from_units(change.leaves_units),
            time_in_force: self.book.pool.time_in_force(slot),
            priority: change.priority,
            replace_count: detail.replace_count,
            hold: change.have,
        }));
    }
}
