//! An instrument's whole state: spelled out for the state hash and the snapshot, and read back.
//!
//! Everything that decides what the instrument will say next is here, and nothing else: no handle, no slot,
//! no cache. What follows from something else is not spelled but made again: open client ids and deadlines
//! from the orders, totals of levels from their queues.

mod sessions;
mod soundness;

use crate::book::order_book::OrderBook;
use crate::canonical::{Canonical, StateError, StateReader, StateSink, canonical_struct};
use crate::fees::FeeSchedule;
use crate::id::{AccountId, ClientOrderId, ExternalId, OrderId, SessionNumber, StpGroup};
use crate::instrument::Instrument;
use crate::linked::Ties;
use crate::listing::Listing;
use crate::order::{
    ClientIdPolicy, Display, NewOrder, OrderKind, OrderSize, PostOnly, RestingOrder,
    SelfTradePrevention, TimeInForce,
};
use crate::pegged::Peg;
use crate::price::Price;
use crate::quantity::{Notional, Quantity};
use crate::sequence::{SequenceNumber, Timestamp};
use crate::session::SessionState;
use crate::session::clock::SessionMemory;
use crate::side::Side;
use crate::submit::{has_more, slot_of};

/// Version of the spelling; bytes of another version are refused.
pub const STATE_VERSION: u32 = 7;
/// Ids are below this.
const ID_LIMIT: u64 = 1 << 52;

/// What an instrument counts and remembers beside its orders.
struct Counted {
    instrument: Instrument,
    indexes_external_ids: bool,
    sequence: SequenceNumber,
    at: Timestamp,
    next_order_id: u64,
    next_trade_id: u64,
    state: SessionState,
    may_be_crossed: bool,
    last_price: Option<Price>,
}

canonical_struct!(Counted {
    instrument,
    indexes_external_ids,
    sequence,
    at,
    next_order_id,
    next_trade_id,
    state,
    may_be_crossed,
    last_price,
});

/// Everything of an open order that decides. Its side, and its place among its elders, is said by where it
/// is listed.
struct OpenOrder {
    order_id: OrderId,
    account: AccountId,
    price: Price,
    leaves_quantity: Quantity,
    displayed_quantity: Quantity,
    filled_quantity: Quantity,
    time_in_force: TimeInForce,
    post_only: PostOnly,
    display: Display,
    self_trade_prevention: SelfTradePrevention,
    stp_group: Option<StpGroup>,
    external_id: Option<ExternalId>,
    client_order_id: Option<ClientOrderId>,
    replace_count: u32,
    ties: Option<Ties>,
    peg: Option<Peg>,
}

canonical_struct!(OpenOrder {
    order_id,
    account,
    price,
    leaves_quantity,
    displayed_quantity,
    filled_quantity,
    time_in_force,
    post_only,
    display,
    self_trade_prevention,
    stp_group,
    external_id,
    client_order_id,
    replace_count,
    ties,
    peg,
});

impl Listing {
    /// Spells out everything that decides what this instrument will say next.
    pub(crate) fn write_state<S: StateSink>(&self, out: &mut S) {
        let Self {
            instrument,
            book,
            client_ids,
            expiries: _, // the orders say them
            last_price,
            state,
            may_be_crossed,
            sequence,
            at,
            next_order_id,
            next_trade_id,
            risk,
            session,
            triggers: _, // the waiting orders say them
            cascade,
            top_orders: [top_bid, top_ask],
            chance,
            following,
            children: _,    // the children say them
            pegs: _,        // the orders say them
            plain_until: _, // follows from the rest
            of_session: _,  // none between commands
            highest_session,
            mmp,
            quotes,
            dead_men,
            past_trades,
            fees,
        } = self;
        STATE_VERSION.write(out);
        let counted = Counted {
            instrument: *instrument,
            indexes_external_ids: book.externals.is_some(),
            sequence: *sequence,
            at: *at,
            next_order_id: *next_order_id,
            next_trade_id: *next_trade_id,
            state: *state,
            may_be_crossed: *may_be_crossed,
            last_price: *last_price,
        };
        counted.write(out);
        session.memory().write(out);
        for side in [Side::Buy, Side::Sell] {
            write_queue(book, side, out);
        }
        client_ids.write_window(out);
        risk.write(out);
        self.write_waiting(out);
        let turns = cascade.turns();
        let turns = turns.filter(|order_id| self.is_to_enter(*order_id));
        turns.collect::<Vec<_>>().write(out);
        (*top_bid, *top_ask).write(out);
        chance.state.write(out);
        assert!(following.is_empty(), "a command is followed to its end");
        mmp.counters.write(out);
        quotes.write(out);
        dead_men.iter().collect::<Vec<_>>().write(out);
        past_trades.write(out);
        highest_session.write(out);
        sessions::of_orders(book).write(out);
        fees.as_deref().copied().write(out);
    }

    /// An instrument as it was spelled out.
    pub(crate) fn read_state(bytes: &[u8], indexes_external_ids: bool) -> Result<Self, StateError> {
        let from = &mut StateReader::new(bytes);
        let version: u32 = from.value()?;
        if version != STATE_VERSION {
            return Err(StateError::BadVersion(version));
        }
        let counted: Counted = from.value()?;
        let mut listing = Self::counted(&counted, indexes_external_ids)?;
        listing.book.keep_ids();
        let memory: SessionMemory = from.value()?;
        let (rules, at) = (&listing.instrument.rules, listing.at);
        listing.session.remember(memory, rules, at);
        for side in [Side::Buy, Side::Sell] {
            listing.read_queue(side, from)?;
        }
        if !listing.may_be_crossed && listing.book.is_crossed() {
            return Err(StateError::Impossible("the book is crossed or locked"));
        }
        listing.client_ids.read_window(listing.sequence, from)?;
        listing.risk = from.value()?;
        for account in listing.risk.accounts_watched() {
            listing.book.watch(account);
        }
        listing.read_waiting(from)?;
        listing.read_turns(from)?;
        let (top_bid, top_ask): (Option<OrderId>, Option<OrderId>) = from.value()?;
        listing.top_orders = [top_bid, top_ask];
        listing.chance.state = from.value()?;
        listing.mmp.counters = from.value()?;
        listing.quotes = from.value()?;
        for (deadline, account) in from.value::<Vec<_>>()? {
            listing.dead_men.arm(account, deadline);
        }
        listing.past_trades = from.value()?;
        listing.check_past_trades()?;
        listing.highest_session = from.value()?;
        listing.read_sessions(from)?;
        listing.fees = from.value::<Option<FeeSchedule>>()?.map(Box::new);
        listing.check_tied()?;
        from.end()?;
        Ok(listing)
    }

    /// The instrument without its orders.
    fn counted(counted: &Counted, indexes_external_ids: bool) -> Result<Self, StateError> {
        counted.instrument.check().map_err(StateError::Instrument)?;
        if counted.indexes_external_ids != indexes_external_ids {
            return Err(StateError::Impossible(
                "the state was spelled by an engine that treats external ids otherwise",
            ));
        }
        let ids = [counted.next_order_id, counted.next_trade_id];
        if ids.iter().any(|id| *id == 0 || *id > ID_LIMIT) {
            return Err(StateError::Impossible("a counter of ids is out of bounds"));
        }
        let mut listing = Self::new(&counted.instrument, indexes_external_ids);
        listing.sequence = counted.sequence;
        listing.at = counted.at;
        listing.next_order_id = counted.next_order_id;
        listing.next_trade_id = counted.next_trade_id;
        listing.state = counted.state;
        listing.may_be_crossed = counted.may_be_crossed;
        listing.last_price = counted.last_price;
        Ok(listing)
    }

    /// Reads the orders of a side, from the touch outwards and oldest first.
    fn read_queue(&mut self, side: Side, from: &mut StateReader<'_>) -> Result<(), StateError> {
        let count: u32 = from.value()?;
        let mut before: Option<Price> = None;
        let mut level_units: u64 = 0;
        for _ in 0..count {
            let order: OpenOrder = from.value()?;
            if before.is_some_and(|before| order.price.is_better_than(side, before)) {
                return Err(StateError::Impossible("orders are not in price order"));
            }
            let at_level = if before == Some(order.price) {
                level_units
            } else {
                0
            };
            level_units = at_level
                .checked_add(order.leaves_quantity.units())
                .ok_or(StateError::Impossible("a level holds too much"))?;
            before = Some(order.price);
            self.rest_again(side, &order)?;
        }
        Ok(())
    }

    /// Puts an order back at the tail of its level.
    fn rest_again(&mut self, side: Side, order: &OpenOrder) -> Result<(), StateError> {
        self.check_open(side, order)?;
        let entered = order.as_entered(side);
        let mut resting = slot_of(&entered, order.order_id, SessionNumber::NONE);
        let hidden_units = order.hidden_units(resting.leaves_units)?;
        resting.leaves_units -= hidden_units;
        let (levels, pool) = self.book.side_and_pool(side);
        let slot = pool.next_slot();
        levels.link(pool, slot, &mut resting, order.price);
        pool.take(resting);
        if has_more(&entered) {
            self.note_more(slot, &entered);
        }
        if let Display::Iceberg { peak } = order.display {
            self.set_iceberg(slot, peak.units(), hidden_units);
        }
        if !order.filled_quantity.is_zero() || order.replace_count != 0 {
            let mut detail = self.book.pool.detail(slot);
            detail.filled_units = order.filled_quantity.units();
            detail.replace_count = order.replace_count;
            self.book.pool.set_detail(slot, detail);
        }
        self.book.list(slot, order.order_id, order.external_id);
        self.tie_again(slot, order.ties, order.peg);
        Ok(())
    }
}

/// Spells out the orders of a side, from the touch outwards and oldest first.
fn write_queue<S: StateSink>(book: &OrderBook, side: Side, out: &mut S) {
    book.order_count(side).write(out);
    for order in book.orders(side) {
        let slot = order.handle.slot;
        let (ties, peg) = (book.pool.ties(slot).copied(), book.pool.peg(slot).copied());
        OpenOrder::of(&order, ties, peg).write(out);
    }
}

impl OpenOrder {
    fn of(resting: &RestingOrder, ties: Option<Ties>, peg: Option<Peg>) -> Self {
        let RestingOrder {
            order_id,
            handle: _,
            external_id,
            client_order_id,
            account,
            side: _,
            price,
            leaves_quantity,
            displayed_quantity,
            hidden_quantity: _, // the rest
            filled_quantity,
            time_in_force,
            post_only,
            display,
            self_trade_prevention,
            stp_group,
            replace_count,
            hold: _, // a function of what is open
        } = *resting;
        Self {
            order_id,
            account,
            price,
            leaves_quantity,
            displayed_quantity,
            filled_quantity,
            time_in_force,
            post_only,
            display,
            self_trade_prevention,
            stp_group,
            external_id,
            client_order_id,
            replace_count,
            ties,
            peg,
        }
    }

    /// What an iceberg has below the water of this much open.
    fn hidden_units(&self, open_units: u64) -> Result<u64, StateError> {
        let shown = self.displayed_quantity.units();
        let (is_sound, hidden_units) = match self.display {
            Display::Full => (shown == open_units, 0),
            Display::Hidden => (shown == 0, 0),
            Display::Iceberg { peak } => (
                shown > 0 && shown <= open_units && !peak.is_zero(),
                open_units.saturating_sub(shown),
            ),
        };
        if is_sound {
            Ok(hidden_units)
        } else {
            Err(StateError::Impossible(
                "an order shows what its display does not say",
            ))
        }
    }

    /// The order that would have come to rest like this.
    fn as_entered(&self, side: Side) -> NewOrder {
        NewOrder {
            account: self.account,
            client_order_id: self.client_order_id,
            client_id_policy: ClientIdPolicy::OpenUnique,
            external_id: self.external_id,
            side,
            kind: OrderKind::Limit { price: self.price },
            size: OrderSize::Quantity(self.leaves_quantity),
            time_in_force: self.time_in_force,
            post_only: self.post_only,
            display: self.display,
            minimum_quantity: Quantity::ZERO,
            self_trade_prevention: self.self_trade_prevention,
            stp_group: self.stp_group,
            conditions: None,
            extra: Notional::ZERO,
        }
    }
}
