//! Bids and asks of one instrument, and every way to find an order in them.

#![expect(
    clippy::inline_always,
    reason = "measured: the hot path is one function"
)]

use std::collections::BTreeMap;

use crate::book::book_side::BookSide;
use crate::book::depth::{Depth, DepthLevel, LevelCount, TopOfBook};
use crate::book::order_index::OrderIndex;
use crate::book::order_pool::OrderPool;
use crate::book::order_slot::OrderSlot;
use crate::book::owner_index::OwnerIndex;
use crate::book::price_level::NO_SLOT;
use crate::book::slot_table::SlotTable;
use crate::holds::HoldTerms;
use crate::id::{ExternalId, OrderHandle, OrderId};
use crate::instrument::Instrument;
use crate::order::{Display, RestingOrder, WaitingOrder};
use crate::price::Price;
use crate::quantity::{Notional, Quantity};
use crate::side::Side;
use crate::waiting::Waiting;

/// The open orders of one instrument, in price-time priority.
#[derive(Debug)]
pub struct OrderBook {
    pub(crate) pool: OrderPool,
    /// Bids, then asks.
    pub(super) sides: [BookSide; 2],
    pub(crate) holds: HoldTerms,
    pub(crate) ids: OrderIndex,
    /// Slots by external id, where the engine indexes them.
    pub(crate) externals: Option<SlotTable>,
    /// Open orders of accounts that are watched.
    pub(crate) owners: OwnerIndex,
    /// Open orders that are not in a queue, in the order in which they were accepted.
    pub(crate) waiting: BTreeMap<OrderId, u32>,
}

impl OrderBook {
    pub(crate) fn new(instrument: &Instrument, indexes_external_ids: bool) -> Self {
        Self {
            pool: OrderPool::new(instrument.open_orders_max),
            sides: [BookSide::new(Side::Buy), BookSide::new(Side::Sell)],
            holds: HoldTerms::of(instrument),
            ids: OrderIndex::new(),
            externals: indexes_external_ids.then(SlotTable::new),
            owners: OwnerIndex::default(),
            waiting: BTreeMap::new(),
        }
    }

    /// Best displayed bid and ask.
    pub fn top_of_book(&self) -> TopOfBook {
        TopOfBook {
            bid: self.displayed_levels(Side::Buy).next(),
            ask: self.displayed_levels(Side::Sell).next(),
        }
    }

    /// Displayed levels of both sides, best first.
    pub fn depth(&self, count: LevelCount) -> Depth {
        Depth {
            bids: self.displayed_levels(Side::Buy).take(count.0).collect(),
            asks: self.displayed_levels(Side::Sell).take(count.0).collect(),
        }
    }

    /// Displayed quantity at a price; zero where nothing is shown.
    pub fn displayed_at(&self, side: Side, price: Price) -> Quantity {
        let level = self.side(side).level_at(price);
        if level == NO_SLOT {
            return Quantity::ZERO;
        }
        self.side(side).displayed(level).displayed_quantity
    }

    /// Best price that a side shows.
    pub(crate) fn best_shown(&self, side: Side) -> Option<Price> {
        self.displayed_levels(side).next().map(|level| level.price)
    }

    /// Best price of a side, hidden orders included: where a taker would trade first.
    pub fn best_price(&self, side: Side) -> Option<Price> {
        self.side(side).best_price()
    }

    /// Best price of a side at which something is displayed.
    pub(crate) fn best_displayed_price(&self, side: Side) -> Option<Price> {
        self.displayed_levels(side).next().map(|level| level.price)
    }

    /// Open orders of a side, best price first, oldest first within a price.
    pub fn orders(&self, side: Side) -> impl Iterator<Item = RestingOrder> + '_ {
        let levels = self.side(side);
        levels
            .levels()
            .flat_map(move |level| levels.queue(level, &self.pool))
            .map(|slot| self.resting_order(slot))
    }

    /// How many orders a side has.
    pub(crate) fn order_count(&self, side: Side) -> u32 {
        let levels = self.side(side);
        levels
            .levels()
            .map(|level| levels.level(level).order_count)
            .sum()
    }

    /// One open order.
    pub fn order(&self, order_id: OrderId) -> Option<RestingOrder> {
        let slot = self.ids.get(order_id, &self.pool)?;
        self.is_in_queue(slot).then(|| self.resting_order(slot))
    }

    /// One open order, by its place in memory.
    pub fn order_by_handle(&self, handle: OrderHandle) -> Option<RestingOrder> {
        let slot = self.pool.resolve(handle)?;
        self.is_in_queue(slot).then(|| self.resting_order(slot))
    }

    /// Open orders outside the book, in the order in which they were accepted: stops that wait, and others.
    pub fn waiting_orders(&self) -> impl Iterator<Item = WaitingOrder> + '_ {
        self.waiting.values().map(|slot| self.waiting_order(*slot))
    }

    fn is_in_queue(&self, slot: u32) -> bool {
        self.pool.get(slot).level != NO_SLOT
    }

    fn waiting_order(&self, slot: u32) -> WaitingOrder {
        let order = self.pool.get(slot);
        let waiting = self.waiting_record(slot);
        let leaves_quantity = Quantity::from_units(order.leaves_units);
        WaitingOrder {
            order_id: order.id(),
            account: order.account,
            side: order.side(),
            kind: waiting.order.kind,
            stop_price: waiting.stop_price(),
            leaves_quantity,
            hold: self.hold_told(slot),
        }
    }

    /// Why an order that is in no queue waits.
    pub(crate) fn waiting_record(&self, slot: u32) -> &Waiting {
        self.pool
            .special(slot)
            .and_then(|special| special.waiting.as_ref())
            .expect("an open order in no queue says why it waits")
    }

    /// How many orders are open.
    pub fn open_order_count(&self) -> u32 {
        self.pool.open_count()
    }

    fn displayed_levels(&self, side: Side) -> impl Iterator<Item = DepthLevel> + '_ {
        let levels = self.side(side);
        levels.levels().filter_map(|level| {
            let shown = levels.displayed(level);
            (shown.order_count != 0).then_some(DepthLevel {
                price: shown.price,
                displayed_quantity: shown.displayed_quantity,
                order_count: shown.order_count,
            })
        })
    }

    #[inline]
    pub(crate) const fn side(&self, side: Side) -> &BookSide {
        &self.sides[side as usize]
    }

    #[inline]
    pub(crate) const fn side_mut(&mut self, side: Side) -> &mut BookSide {
        &mut self.sides[side as usize]
    }

    #[inline]
    pub(crate) fn price_of(&self, order: &OrderSlot) -> Price {
        self.side(order.side()).price(order.level)
    }

    /// The slot of an order with this external id as a rule; else any number.
    #[inline]
    pub(crate) fn likely_slot_by_external_id(&self, id: ExternalId) -> u32 {
        self.externals
            .as_ref()
            .map_or(NO_SLOT, |externals| externals.likely(id.0))
    }

    /// Slot of an open order by external id.
    #[inline]
    pub(crate) fn slot_by_external_id(&self, id: ExternalId) -> Option<u32> {
        let slot = self
            .externals
            .as_ref()?
            .get(id.0, |slot| self.pool.is_external(slot, id.0));
        (slot != NO_SLOT).then_some(slot)
    }

    /// Takes an order out of its queue; see [`BookSide::unlink`].
    #[inline]
    pub(crate) fn unlink(&mut self, slot: u32, order: &OrderSlot) {
        let (levels, pool) = self.side_and_pool(order.side());
        levels.unlink(pool, slot, order);
    }

    #[inline]
    pub(crate) const fn side_and_pool(&mut self, side: Side) -> (&mut BookSide, &mut OrderPool) {
        (&mut self.sides[side as usize], &mut self.pool)
    }

    /// From now on orders can be found by the exchange's id without a walk.
    #[inline]
    pub(crate) fn keep_ids(&mut self) {
        if !self.ids.is_kept() {
            self.ids.keep(&mut self.pool);
        }
    }

    /// Lists an order that came to rest, so that it can be found.
    #[inline(always)]
    pub(crate) fn list(&mut self, slot: u32, order_id: OrderId, external_id: Option<ExternalId>) {
        self.ids.insert(order_id, slot, &mut self.pool);
        if self.owners.is_on() {
            let account = self.pool.get(slot).account;
            self.owners.add(account, order_id, slot);
        }
        if let (Some(id), Some(externals)) = (external_id, &mut self.externals) {
            self.pool.set_external_id(slot, id);
            externals.insert(id.0, slot);
        }
    }

    /// Forgets an order that is no elder by all its ids. Its slot is the caller's to free.
    #[inline(always)]
    pub(crate) fn unlist_plain(&mut self, slot: u32, order: &OrderSlot) {
        self.ids.remove_young(order.id());
        if self.owners.is_on() {
            self.owners.remove(order.account, order.id());
        }
        if let (Some(id), Some(externals)) = (order.external_id(), &mut self.externals) {
            externals.remove(id.0, slot);
        }
    }

    /// Forgets an order by all its ids. Its slot is the caller's to free.
    #[inline]
    pub(crate) fn unlist(&mut self, slot: u32, order: &OrderSlot) {
        if order.traits().is_elder() {
            self.ids.remove_elder(order.id(), slot);
        } else {
            self.ids.remove_young(order.id());
        }
        if self.owners.is_on() {
            self.owners.remove(order.account, order.id());
        }
        if let (Some(id), Some(externals)) = (order.external_id(), &mut self.externals) {
            externals.remove(id.0, slot);
        }
    }

    pub(crate) fn resting_order(&self, slot: u32) -> RestingOrder {
        let order = self.pool.get(slot);
        let traits = order.traits();
        let detail = self.pool.detail(slot);
        let (side, price) = (order.side(), self.price_of(order));
        let iceberg = self.pool.iceberg(slot);
        let leaves_quantity = Quantity::from_units(self.pool.open_units(slot, order));
        let (displayed_quantity, hidden_quantity) = self.pool.shown_and_hidden(slot, order);
        RestingOrder {
            order_id: order.id(),
            handle: self.pool.handle(slot),
            external_id: order.external_id(),
            client_order_id: self.pool.client_order_id(slot),
            account: order.account,
            side,
            price,
            leaves_quantity,
            displayed_quantity,
            hidden_quantity,
            filled_quantity: Quantity::from_units(detail.filled_units),
            time_in_force: self.pool.time_in_force(slot),
            post_only: traits.post_only(),
            display: match iceberg {
                Some(iceberg) => Display::Iceberg {
                    peak: Quantity::from_units(iceberg.peak_units),
                },
                None if traits.is_hidden() => Display::Hidden,
                None => Display::Full,
            },
            self_trade_prevention: traits.stp(),
            stp_group: detail.stp_group,
            replace_count: detail.replace_count,
            hold: self.hold_told(slot),
        }
    }

    /// By which price an open order is reserved for, and for how much more than it has open.
    pub(crate) fn hold_basis(&self, slot: u32) -> (Price, u64) {
        let order = self.pool.get(slot);
        let price = if order.level == NO_SLOT {
            self.waiting_record(slot).hold_price
        } else {
            self.price_of(order)
        };
        self.pool.hold_basis(slot, order, price)
    }

    /// What is reserved for an open order, where each is counted once: of two legs the older one has what both need.
    fn hold_told(&self, slot: u32) -> Notional {
        self.hold_of(slot) - self.pool.shared_with_older(slot)
    }

    /// What is reserved for an open order, as if it were alone.
    pub(crate) fn hold_of(&self, slot: u32) -> Notional {
        let order = self.pool.get(slot);
        let (price, beside) = self.hold_basis(slot);
        let units = self.pool.open_units(slot, order) + beside;
        self.holds
            .need(order.side(), price, Quantity::from_units(units))
    }
}
