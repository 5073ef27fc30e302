//! Follows the open orders of one instrument, and writes a record where something is over.

mod changes;

use std::collections::BTreeSet;

use engine::{
    AccountId, CancelReason, Canonical, ClientOrderId, Event, Notional, OrderId, OrderSize,
    SequenceNumber, StateError, StateReader, Timestamp, Trade,
};

use crate::bust::BustRecord;
use crate::execution::Fees;
use crate::hashing::HashMap;
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
            Event::TradeBusted(busted) => {
                let trade = &busted.trade;
                records.push(Record::Bust(Box::new(BustRecord {
                    event: place,
                    trade_id: trade.trade_id,
                    traded_at: trade.at,
                    price: trade.price,
                    quantity: trade.quantity,
                    taker_account: trade.taker.account,
                    maker_account: trade.maker.account,
                })));
            }
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
            | Event::Indicative(_)
            | Event::TermsChanged(_)
            | Event::Step(_)
            | Event::BustRefused(_) => {}
        }
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
