//! Follows the open orders of one instrument, and writes a record where something is over.

use std::collections::{BTreeSet, HashMap};

use engine::{
    Accepted, AccountId, CancelReason, Canceled, Canonical, ClientOrderId, Conditioned, Event,
    Notional, OrderId, OrderKind, OrderSize, Party, Pegged, Prevented, Quantity, Replaced, Rested,
    SequenceNumber, Side, StateError, StateReader, Timestamp, Trade,
};

use crate::amendment::{Amendment, PreventedMatch};
use crate::execution::{Fee, Fees, Leg, TradeRecord};
use crate::order::{OrderRecord, OrderStatus};
use crate::place::EventPlace;
use crate::record::Record;

/// The open orders of one instrument, as far as a command has brought them.
#[derive(Debug, Default)]
pub struct OrderTracker {
    orders: HashMap<OrderId, OrderRecord>,
    by_account: HashMap<AccountId, OfAccount>,
    /// Orders that the current block may have ended.
    touched: Vec<OrderId>,
    /// How many matches were prevented so far: the last one's id.
    prevented_matches: u64,
    /// The last command that was applied.
    sequence: SequenceNumber,
}

/// The open orders of one account. It stays when the last order ends: accounts are few and come back.
#[derive(Debug, Default)]
struct OfAccount {
    // Ordered by id, which is the order of entry.
    ids: BTreeSet<OrderId>,
    by_client_order_id: HashMap<ClientOrderId, OrderId>,
}

impl OrderTracker {
    /// The last command that was applied; 0 before the first.
    pub const fn sequence(&self) -> SequenceNumber {
        self.sequence
    }

    /// Applies one command's block of events, and adds to `records` what it makes of them.
    ///
    /// # Panics
    /// The command is not the next one or a later one.
    pub fn apply(
        &mut self,
        sequence: SequenceNumber,
        at: Timestamp,
        events: &[Event],
        fees: impl Fn(&Trade) -> Fees,
        records: &mut Vec<Record>,
    ) {
        assert!(
            self.sequence < sequence,
            "a command is applied once, in its order"
        );
        self.sequence = sequence;
        let mut place = EventPlace { sequence, k: 0, at };
        for event in events {
            self.apply_event(place, event, &fees, records);
            place.k = place.k.saturating_add(1);
        }
        self.end_block(records);
    }

    /// An open order.
    pub fn get(&self, order_id: OrderId) -> Option<&OrderRecord> {
        self.orders.get(&order_id)
    }

    /// The account's open order with this client id.
    pub fn by_client_order_id(
        &self,
        account: AccountId,
        id: ClientOrderId,
    ) -> Option<&OrderRecord> {
        let order_id = self.by_account.get(&account)?.by_client_order_id.get(&id)?;
        self.orders.get(order_id)
    }

    /// The account's open orders from `first` on, in the order of their ids.
    pub fn of_account(
        &self,
        account: AccountId,
        first: OrderId,
    ) -> impl DoubleEndedIterator<Item = &OrderRecord> {
        let ids = self.by_account.get(&account).into_iter();
        ids.flat_map(move |orders| orders.ids.range(first..))
            .filter_map(|order_id| self.orders.get(order_id))
    }

    /// How many orders are open.
    pub fn count(&self) -> usize {
        self.orders.len()
    }

    /// Spells out where it stands, between two commands.
    pub fn spell(&self, out: &mut Vec<u8>) {
        self.sequence.write(out);
        self.prevented_matches.write(out);
        let mut ids: Vec<OrderId> = self.orders.keys().copied().collect();
        ids.sort_unstable();
        (ids.len() as u64).write(out);
        for id in ids {
            self.orders[&id].write(out);
        }
    }

    /// Goes on from what was spelled out.
    ///
    /// # Errors
    /// The bytes spell no open orders.
    pub fn restore(&mut self, from: &mut StateReader<'_>) -> Result<(), StateError> {
        self.sequence = from.value()?;
        self.prevented_matches = from.value()?;
        let orders: Vec<OrderRecord> = from.value()?;
        for order in orders {
            self.list(order);
        }
        Ok(())
    }

    fn apply_event(
        &mut self,
        place: EventPlace,
        event: &Event,
        fees: &impl Fn(&Trade) -> Fees,
        records: &mut Vec<Record>,
    ) {
        match event {
            Event::Accepted(accepted) => self.accepted(place, accepted),
            Event::Conditioned(conditioned) => self.conditioned(place, conditioned),
            Event::Trade(trade) => {
                let record = self.traded(place, trade, fees(trade));
                records.push(Record::Trade(Box::new(record)));
            }
            Event::Prevented(prevented) => {
                let record = self.prevented(place, prevented);
                records.push(Record::Prevented(Box::new(record)));
            }
            Event::Rested(rested) => self.rested(place, rested),
            Event::Replaced(replaced) => {
                let amendment = self.replaced(place, replaced);
                records.extend(amendment.map(|it| Record::Amendment(Box::new(it))));
            }
            Event::Canceled(canceled) => self.canceled(place, canceled),
            Event::Pegged(pegged) => self.pegged(place, pegged),
            Event::Queued(queued) => {
                if let Some(order) = self.changed(place, queued.order_id) {
                    order.status = OrderStatus::Waiting;
                    order.leaves_quantity = queued.leaves_quantity;
                }
            }
            Event::Triggered(triggered) => {
                if let Some(order) = self.changed(place, triggered.order_id) {
                    order.status = OrderStatus::Entering;
                    order.working_since = Some(place.at);
                }
            }
            Event::Rejected(_)
            | Event::Repeated(_)
            | Event::Refilled(_)
            | Event::HoldReleased(_)
            | Event::StatusChanged(_)
            | Event::Indicative(_) => {}
        }
    }

    /// The order, which has this event as its last one. Unknown ones were entered before history began.
    fn changed(&mut self, place: EventPlace, order_id: OrderId) -> Option<&mut OrderRecord> {
        let order = self.orders.get_mut(&order_id)?;
        order.last_event = place;
        self.touched.push(order_id);
        Some(order)
    }

    fn accepted(&mut self, place: EventPlace, accepted: &Accepted) {
        let leaves_quantity = match accepted.size {
            OrderSize::Quantity(quantity) => quantity,
            OrderSize::QuoteAmount(_) => Quantity::ZERO,
        };
        let price = match accepted.kind {
            OrderKind::Limit { price } => Some(price),
            OrderKind::Market
            | OrderKind::MarketWithProtection { .. }
            | OrderKind::MarketToLimit
            | OrderKind::Pegged { .. } => None,
        };
        self.list(OrderRecord {
            order_id: accepted.order_id,
            account: accepted.account,
            client_order_id: accepted.client_order_id,
            side: accepted.side,
            kind: accepted.kind,
            size: accepted.size,
            price,
            time_in_force: accepted.time_in_force,
            post_only: accepted.post_only,
            display: accepted.display,
            self_trade_prevention: accepted.self_trade_prevention,
            conditions: None,
            leaves_quantity,
            filled_quantity: Quantity::ZERO,
            filled_notional: Notional::ZERO,
            prevented_quantity: Quantity::ZERO,
            status: OrderStatus::Entering,
            replace_count: 0,
            entered_at: place.at,
            working_since: Some(place.at),
            last_event: place,
        });
        self.touched.push(accepted.order_id);
    }

    fn conditioned(&mut self, place: EventPlace, conditioned: &Conditioned) {
        let Some(order) = self.changed(place, conditioned.order_id) else {
            return;
        };
        order.conditions = Some(Box::new(conditioned.conditions));
        if conditioned.conditions.make_it_wait() {
            order.status = OrderStatus::Waiting;
            order.working_since = None;
        }
    }

    fn traded(&mut self, place: EventPlace, trade: &Trade, fees: Fees) -> TradeRecord {
        let notional = Notional::of(trade.price, trade.quantity);
        TradeRecord {
            event: place,
            trade_id: trade.trade_id,
            price: trade.price,
            quantity: trade.quantity,
            phase: trade.phase,
            aggressor_side: trade.aggressor_side,
            taker: self.party(place, &trade.taker, notional, fees.taker),
            maker: self.party(place, &trade.maker, notional, fees.maker),
        }
    }

    fn party(&mut self, place: EventPlace, party: &Party, notional: Notional, fee: Fee) -> Leg {
        let mut leg = Leg {
            account: party.account,
            order_id: party.order_id,
            client_order_id: None,
            fee,
            leaves_quantity: party.leaves_quantity,
        };
        if let Some(order) = self.changed(place, party.order_id) {
            order.filled_quantity = party.filled_quantity;
            order.filled_notional = order.filled_notional + notional;
            order.leaves_quantity = party.leaves_quantity;
            leg.client_order_id = order.client_order_id;
        }
        leg
    }

    fn prevented(&mut self, place: EventPlace, prevented: &Prevented) -> PreventedMatch {
        self.prevented_matches = self.prevented_matches.saturating_add(1);
        let prevented_id = self.prevented_matches;
        let (taker_prevented_quantity, taker_side) =
            self.prevented_party(place, prevented.taker, prevented.taker_leaves_quantity);
        let (maker_prevented_quantity, maker_side) =
            self.prevented_party(place, prevented.maker, prevented.maker_leaves_quantity);
        PreventedMatch {
            event: place,
            prevented_id,
            taker: prevented.taker,
            taker_account: prevented.taker_account,
            maker: prevented.maker,
            maker_account: prevented.maker_account,
            taker_side: taker_side
                .or(maker_side.map(Side::opposite))
                .unwrap_or(Side::Buy),
            price: prevented.price,
            quantity: prevented.quantity,
            taker_prevented_quantity,
            maker_prevented_quantity,
            mode: prevented.mode,
        }
    }

    /// How much of the order ended by the match that was prevented, and on which side it is.
    fn prevented_party(
        &mut self,
        place: EventPlace,
        order_id: OrderId,
        leaves_quantity: Quantity,
    ) -> (Quantity, Option<Side>) {
        let Some(order) = self.changed(place, order_id) else {
            return (Quantity::ZERO, None);
        };
        let ended = order.leaves_quantity.checked_sub(leaves_quantity);
        let ended = ended.unwrap_or(Quantity::ZERO);
        order.leaves_quantity = leaves_quantity;
        order.prevented_quantity = order
            .prevented_quantity
            .checked_add(ended)
            .expect("what is prevented of an order is no more than the order");
        (ended, Some(order.side))
    }

    fn rested(&mut self, place: EventPlace, rested: &Rested) {
        let Some(order) = self.changed(place, rested.order_id) else {
            return;
        };
        order.status = OrderStatus::Resting;
        // A post-only order may have slid to another price than it was entered at.
        order.price = Some(rested.price);
        order.leaves_quantity = rested
            .displayed_quantity
            .checked_add(rested.hidden_quantity)
            .expect("the parts of an order are no larger than the order");
    }

    fn replaced(&mut self, place: EventPlace, replaced: &Replaced) -> Option<Amendment> {
        let order = self.changed(place, replaced.order_id)?;
        let quantity_before = match order.size {
            OrderSize::Quantity(quantity) => quantity,
            OrderSize::QuoteAmount(_) => Quantity::ZERO,
        };
        let amendment = Amendment {
            event: place,
            order_id: order.order_id,
            account: order.account,
            client_order_id: order.client_order_id,
            side: order.side,
            price_before: order.price,
            price: replaced.price,
            quantity_before,
            quantity: replaced.quantity,
            priority: replaced.priority,
            replace_count: replaced.replace_count,
        };
        order.size = OrderSize::Quantity(replaced.quantity);
        order.leaves_quantity = replaced.leaves_quantity;
        order.time_in_force = replaced.time_in_force;
        order.replace_count = replaced.replace_count;
        // A waiting market order has a stop price to change, and no limit.
        if order.price.is_some() {
            order.price = Some(replaced.price);
        }
        Some(amendment)
    }

    fn canceled(&mut self, place: EventPlace, canceled: &Canceled) {
        if let Some(order) = self.changed(place, canceled.order_id) {
            order.leaves_quantity = Quantity::ZERO;
            order.status = OrderStatus::Canceled {
                reason: canceled.reason,
                quantity: canceled.canceled_quantity,
                unspent: canceled.unspent,
            };
        }
    }

    fn pegged(&mut self, place: EventPlace, pegged: &Pegged) {
        let Some(order) = self.changed(place, pegged.order_id) else {
            return;
        };
        order.status = match pegged.price {
            Some(_) => OrderStatus::Resting,
            None => OrderStatus::Waiting,
        };
        order.price = pegged.price;
        order.leaves_quantity = pegged.leaves_quantity;
    }

    /// Files the orders that ended in the block, in the order in which they were touched.
    fn end_block(&mut self, records: &mut Vec<Record>) {
        let mut touched = std::mem::take(&mut self.touched);
        for order_id in touched.drain(..) {
            let ending = self.orders.get(&order_id).and_then(ending_of);
            let Some(status) = ending else { continue };
            let mut order = self.unlist(order_id);
            order.status = status;
            records.push(Record::Order(Box::new(order)));
        }
        self.touched = touched;
    }

    fn list(&mut self, order: OrderRecord) {
        let of_account = self.by_account.entry(order.account).or_default();
        of_account.ids.insert(order.order_id);
        if let Some(id) = order.client_order_id {
            of_account.by_client_order_id.insert(id, order.order_id);
        }
        self.orders.insert(order.order_id, order);
    }

    fn unlist(&mut self, order_id: OrderId) -> OrderRecord {
        let order = self
            .orders
            .remove(&order_id)
            .expect("it was looked at just now");
        if let Some(of_account) = self.by_account.get_mut(&order.account) {
            of_account.ids.remove(&order_id);
            let id = order.client_order_id;
            // The id may have been given to a newer order since.
            if let Some(id) = id
                && of_account.by_client_order_id.get(&id) == Some(&order_id)
            {
                of_account.by_client_order_id.remove(&id);
            }
        }
        order
    }
}

/// How the order has ended when its block is over; `None` where it is open.
fn ending_of(order: &OrderRecord) -> Option<OrderStatus> {
    let has_leaves = match order.size {
        OrderSize::Quantity(_) => !order.leaves_quantity.is_zero(),
        // It has none: what waits goes on, what entered and said no more has spent what it was for.
        OrderSize::QuoteAmount(_) => true,
    };
    match order.status {
        OrderStatus::Filled | OrderStatus::Canceled { .. } => Some(order.status),
        OrderStatus::Waiting | OrderStatus::Resting if has_leaves => None,
        OrderStatus::Entering | OrderStatus::Waiting | OrderStatus::Resting => {
            Some(filled_or_prevented(order))
        }
    }
}

/// An order that ended without a word of cancellation traded wholly, or lost the rest to self-trade prevention.
const fn filled_or_prevented(order: &OrderRecord) -> OrderStatus {
    if order.prevented_quantity.is_zero() {
        return OrderStatus::Filled;
    }
    OrderStatus::Canceled {
        reason: CancelReason::SelfTradePrevention,
        quantity: order.prevented_quantity,
        unspent: Notional::ZERO,
    }
}
