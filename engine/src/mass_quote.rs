//! Mass quotes: a market maker's two-sided quotes, replaced whole, one instrument at a time.
//!
//! Old sides that change are gone before a new side enters, so a maker never meets its own stale quote.
//! A side that stays as it is, or gets less at the same price, keeps its place.

use std::collections::BTreeMap;

use crate::cancel_reason::CancelReason;
use crate::client_ids::ClientIdClaim;
use crate::conditions::{Conditions, MmpGroup, OnDisconnect};
use crate::event::{Event, Rejected};
use crate::event_sink::EventSink;
use crate::id::{AccountId, OrderId};
use crate::listing::Listing;
use crate::order::{
    ClientIdPolicy, Display, NewOrder, OrderKind, OrderSize, PostOnly, SelfTradePrevention,
    TimeInForce,
};
use crate::outcome::report_rested;
use crate::price::Price;
use crate::quantity::{Notional, Quantity};
use crate::reject::RejectReason;
use crate::session::SessionState;
use crate::side::Side;
use crate::waiting::{Waiting, WaitsFor};

/// A two-sided quote of one group of an account: takes the place of the group's previous one.
///
/// Its sides are orders: they can be canceled like others, market-maker protection counts them in the
/// group, and they go when their account's connection is lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quote {
    /// Whose quote.
    pub account: AccountId,
    /// Which group.
    pub group: MmpGroup,
    /// What it buys; `None` ends the side.
    pub bid: Option<QuoteSide>,
    /// What it sells, at a higher price; `None` ends the side.
    pub ask: Option<QuoteSide>,
}

/// One side of a quote.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QuoteSide {
    /// Its limit price.
    pub price: Price,
    /// How much is to be open; zero ends the side.
    pub quantity: Quantity,
    /// What the door reserved for it beyond the hold of the side that is open; units as in [`NewOrder::extra`].
    pub extra: Notional,
}

impl Quote {
    /// One of its sides.
    pub const fn side(&self, side: Side) -> Option<&QuoteSide> {
        match side {
            Side::Buy => self.bid.as_ref(),
            Side::Sell => self.ask.as_ref(),
        }
    }
}

/// Which open orders are sides of quotes.
#[derive(Debug, Default)]
pub(crate) struct Quotes {
    /// Bid and ask of each group that quotes.
    open: BTreeMap<(AccountId, MmpGroup), [Option<OrderId>; 2]>,
}

impl Quotes {
    pub(crate) fn get(&self, account: AccountId, group: MmpGroup, side: Side) -> Option<OrderId> {
        self.open.get(&(account, group))?[side as usize]
    }

    pub(crate) fn set(&mut self, account: AccountId, group: MmpGroup, side: Side, order: OrderId) {
        self.open.entry((account, group)).or_default()[side as usize] = Some(order);
    }

    /// An order of a group ended; it may have been a side of its quote.
    pub(crate) fn forget(&mut self, account: AccountId, group: MmpGroup, order: OrderId) {
        let Some(sides) = self.open.get_mut(&(account, group)) else {
            return;
        };
        for side in sides.iter_mut() {
            if *side == Some(order) {
                *side = None;
            }
        }
        if *sides == [None; 2] {
            self.open.remove(&(account, group));
        }
    }

    /// Every open side, by account and group.
    pub(crate) fn iter(
        &self,
    ) -> impl Iterator<Item = (&(AccountId, MmpGroup), &[Option<OrderId>; 2])> {
        self.open.iter()
    }
}

/// What becomes of one side of a quote.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum SideChange {
    /// There was none and there is none, or nothing changes.
    Nothing,
    /// It shrinks in its place.
    Shrinks(u32),
    /// It ends.
    Ends(u32),
    /// A new order takes its place, where there was one.
    Enters(Option<u32>),
}

impl Listing {
    /// Takes a quote in place of the group's previous one, or leaves that as it is.
    pub(crate) fn quote<S: EventSink>(&mut self, quote: &Quote, sink: &mut S) {
        if let Err(reason) = self.admit_quote(quote) {
            return self.refuse_quote(quote, reason, sink);
        }
        let sides = [Side::Buy, Side::Sell];
        let changes = sides.map(|side| (side, self.change_of(quote, side)));
        let mut carried = [Notional::ZERO; 2];
        for (side, change) in changes {
            if let SideChange::Enters(Some(slot)) = change {
                carried[side as usize] = self.take_out_quoted(slot, sink);
            }
        }
        for (side, change) in changes {
            let extra = quote.side(side).map_or(Notional::ZERO, |asked| asked.extra);
            match change {
                SideChange::Enters(_) => {}
                SideChange::Nothing => self.release_door_reserve(quote.account, side, extra, sink),
                SideChange::Shrinks(slot) => {
                    let asked = quote.side(side).expect("what shrinks is asked for");
                    self.shrink_tied(slot, asked.quantity.units(), sink);
                    self.release_door_reserve(quote.account, side, extra, sink);
                }
                SideChange::Ends(slot) => {
                    self.cancel_resting(slot, CancelReason::Requested, sink);
                    self.release_door_reserve(quote.account, side, extra, sink);
                }
            }
        }
        let mut entering = Vec::with_capacity(2);
        for (side, change) in changes {
            if let (SideChange::Enters(_), Some(asked)) = (change, quote.side(side)) {
                let order = quote.order(side, asked);
                let have = carried[side as usize] + asked.extra;
                entering.push((self.accept_side(quote, &order, asked, have, sink), order));
            }
        }
        for (order_id, order) in entering {
            self.enter_side(order_id, &order, sink);
        }
    }

    /// Checks a quote, in the order of [`RejectReason`].
    fn admit_quote(&self, quote: &Quote) -> Result<(), RejectReason> {
        self.risk.check_admission(quote.account)?;
        self.check_state()?;
        if self.state == SessionState::Reserved {
            return Err(RejectReason::Halted);
        }
        let asked = || [&quote.bid, &quote.ask].into_iter().flatten();
        let is_quantity =
            |side: &QuoteSide| side.quantity.is_zero() || self.is_valid_quantity(side.quantity);
        if !asked().all(is_quantity) {
            return Err(RejectReason::InvalidQuantity);
        }
        for side in asked() {
            self.check_price(side.price)?;
        }
        if let (Some(bid), Some(ask)) = (&quote.bid, &quote.ask)
            && bid.price >= ask.price
        {
            return Err(RejectReason::InvalidPrice);
        }
        for side in asked() {
            self.check_band(side.price)?;
        }
        self.check_mmp(quote.account, Some(quote.group))?;
        self.check_quote_funds(quote)
    }

    /// Each side that enters is covered by what the old one holds and the door added, and there is room.
    fn check_quote_funds(&self, quote: &Quote) -> Result<(), RejectReason> {
        let mut entering = 0;
        for side in [Side::Buy, Side::Sell] {
            let (SideChange::Enters(old), Some(asked)) =
                (self.change_of(quote, side), quote.side(side))
            else {
                continue;
            };
            entering += u32::from(old.is_none());
            let held = old.map_or(Notional::ZERO, |slot| self.hold_of(slot));
            if held + asked.extra < self.book.holds.need(side, asked.price, asked.quantity) {
                return Err(RejectReason::InsufficientFunds);
            }
        }
        if self.book.pool.open_count() + entering > self.instrument.open_orders_max {
            return Err(RejectReason::TooManyOpenOrders);
        }
        Ok(())
    }

    fn change_of(&self, quote: &Quote, side: Side) -> SideChange {
        let old = self
            .quotes
            .get(quote.account, quote.group, side)
            .and_then(|order| self.book.ids.get(order, &self.book.pool));
        let asked = quote.side(side).filter(|asked| !asked.quantity.is_zero());
        match (old, asked) {
            (None, None) => SideChange::Nothing,
            (Some(slot), None) => SideChange::Ends(slot),
            (None, Some(_)) => SideChange::Enters(None),
            (Some(slot), Some(asked)) => {
                let order = self.book.pool.get(slot);
                let (open, units) = (order.leaves_units, asked.quantity.units());
                if self.book.price_of(order) != asked.price || units > open {
                    SideChange::Enters(Some(slot))
                } else if units < open {
                    SideChange::Shrinks(slot)
                } else {
                    SideChange::Nothing
                }
            }
        }
    }

    /// A side goes for the new one, which may use its hold.
    fn take_out_quoted<S: EventSink>(&mut self, slot: u32, sink: &mut S) -> Notional {
        let order = *self.book.pool.get(slot);
        let hold = self.take_out(slot, &order, CancelReason::QuoteReplaced, sink);
        self.settle_level(&order, sink);
        self.follow(sink);
        hold
    }

    /// A new side is accepted. It is open from now on, and enters when both sides are.
    fn accept_side<S: EventSink>(
        &mut self,
        quote: &Quote,
        order: &NewOrder,
        asked: &QuoteSide,
        have: Notional,
        sink: &mut S,
    ) -> OrderId {
        let order_id = OrderId(self.next_order_id);
        let waiting = Waiting {
            order: NewOrder {
                extra: Notional::ZERO,
                ..order.clone()
            },
            waits_for: WaitsFor::OtherSide,
            hold_price: asked.price,
        };
        self.enter_waiting(order, waiting, ClientIdClaim::Free, have, sink);
        self.quotes
            .set(quote.account, quote.group, order.side, order_id);
        order_id
    }

    /// A new side enters, and may trade: what the other side did may have ended it, or begun a call.
    fn enter_side<S: EventSink>(&mut self, order_id: OrderId, order: &NewOrder, sink: &mut S) {
        let Some(slot) = self.book.ids.get(order_id, &self.book.pool) else {
            return;
        };
        let hold = self.hold_of(slot);
        let Waiting { hold_price, .. } = self.stop_waiting(slot);
        if self.is_matching() {
            return self.enter_late(slot, order, hold, None, sink);
        }
        let price = self.within_band(order.side, hold_price);
        let resting = self.rest(slot, price, sink);
        let shown = self.book.pool.shown_and_hidden(slot, &resting);
        let handle = resting.handle(slot);
        report_rested(&resting, handle, price, shown, hold, sink);
    }

    fn refuse_quote<S: EventSink>(&mut self, quote: &Quote, reason: RejectReason, sink: &mut S) {
        sink.event(Event::Rejected(Rejected {
            account: quote.account,
            order_id: None,
            client_order_id: None,
            external_id: None,
            reason,
        }));
        for side in [Side::Buy, Side::Sell] {
            if let Some(asked) = quote.side(side) {
                self.release_door_reserve(quote.account, side, asked.extra, sink);
            }
        }
    }
}

impl Quote {
    fn order(&self, side: Side, asked: &QuoteSide) -> NewOrder {
        NewOrder {
            account: self.account,
            client_order_id: None,
            client_id_policy: ClientIdPolicy::OpenUnique,
            external_id: None,
            side,
            kind: OrderKind::Limit { price: asked.price },
            size: OrderSize::Quantity(asked.quantity),
            time_in_force: TimeInForce::GoodTillCanceled,
            post_only: PostOnly::No,
            display: Display::Full,
            minimum_quantity: Quantity::ZERO,
            self_trade_prevention: SelfTradePrevention::CancelNewest,
            stp_group: None,
            conditions: Some(Box::new(Conditions {
                mmp_group: Some(self.group),
                on_disconnect: OnDisconnect::Cancel,
                ..Conditions::NONE
            })),
            extra: asked.extra,
        }
    }
}
