//! The private read model of one instrument: its open orders, as their last reports left them.

use std::sync::Arc;

use engine::{
    Accepted, AccountId, Canceled, Canonical, ClientOrderId, Conditioned, Event, HoldReleased,
    Notional, OrderId, OrderKind, OrderRef, OrderSize, Party, Pegged, Prevented, Quantity, Queued,
    Replaced, Rested, StateError, StateReader, TimeInForce, Timestamp, Triggered,
};

use crate::egress::account_loads::{AccountLoads, Load};
use crate::egress::entering::{Entering, EnteringOrders};
use crate::egress::open_order::{OpenOrder, Stage};
use crate::hashing::{HashMap, HashSet};

/// The open orders of one instrument.
#[derive(Debug)]
pub struct OpenOrders {
    loads: Arc<AccountLoads>,
    orders: HashMap<OrderId, OpenOrder>,
    by_account: HashMap<AccountId, OfAccount>,
    // What sessions have sent and no report has told of yet, by the only name it has.
    entering: EnteringOrders,
    // Orders of the current block that may have ended: their reports still need them.
    touched: Vec<OrderId>,
}

/// The open orders of one account. It stays when the last order ends: accounts are few and come back.
#[derive(Debug)]
struct OfAccount {
    load: Arc<Load>,
    // Sorted when somebody asks: ids follow the order of entry.
    ids: HashSet<OrderId>,
    by_client_order_id: HashMap<ClientOrderId, OrderId>,
}

impl OfAccount {
    fn new(load: Arc<Load>) -> Self {
        Self {
            load,
            ids: HashSet::default(),
            by_client_order_id: HashMap::default(),
        }
    }
}

impl OpenOrders {
    /// No orders; `loads` counts those that come, together with other instruments'.
    pub fn new(loads: Arc<AccountLoads>) -> Self {
        Self {
            loads,
            orders: HashMap::default(),
            by_account: HashMap::default(),
            entering: EnteringOrders::default(),
            touched: Vec::new(),
        }
    }

    /// Takes note of an event. An order that ends stays known until [`Self::end_block`].
    pub fn apply(&mut self, event: &Event, at: Timestamp) {
        match event {
            Event::Accepted(accepted) => self.accepted(accepted, at),
            Event::Trade(trade) => {
                self.traded(&trade.taker);
                self.traded(&trade.maker);
            }
            Event::Prevented(prevented) => self.prevented(prevented),
            Event::Rested(rested) => self.rested(rested),
            Event::Replaced(replaced) => self.replaced(replaced),
            Event::Canceled(canceled) => self.canceled(canceled),
            Event::HoldReleased(released) => self.hold_released(released),
            Event::Conditioned(conditioned) => self.conditioned(conditioned),
            Event::Queued(queued) => self.queued(queued),
            Event::Triggered(triggered) => self.triggered(triggered),
            Event::Pegged(pegged) => self.pegged(pegged),
            Event::Rejected(_)
            | Event::Repeated(_)
            | Event::Refilled(_)
            | Event::StatusChanged(_)
            | Event::Indicative(_)
            | Event::TermsChanged(_)
            | Event::Step(_)
            | Event::TradeBusted(_)
            | Event::BustRefused(_) => {}
        }
    }

    /// A session has sent an order that can be named before its acceptance is reported.
    pub fn note_entering(&mut self, account: AccountId, id: ClientOrderId, entering: Entering) {
        self.entering.push(account, id, entering);
    }

    /// The outcome of its command is here.
    pub fn forget_entering(&mut self, account: AccountId, id: ClientOrderId) {
        self.entering.decided(account, id);
    }

    /// The order was not taken.
    pub fn take_back_entering(&mut self, account: AccountId, id: ClientOrderId) {
        self.entering.not_taken(account, id);
    }

    /// The account's order that is on its way under this client id.
    pub fn entering(&self, account: AccountId, order: OrderRef) -> Option<Entering> {
        match order {
            OrderRef::Client(id) => self.entering.find(account, id),
            OrderRef::Id(_) | OrderRef::Handle(_) | OrderRef::External(_) => None,
        }
    }

    /// A change that leaves the order with `need` reserved is on its way.
    pub fn note_change(&mut self, order_id: OrderId, need: Notional) {
        if let Some(order) = self.orders.get_mut(&order_id) {
            order.least_hold = order.counted_hold().min(need);
            order.changes_under_way = order.changes_under_way.saturating_add(1);
        }
    }

    /// The change was not taken, or its outcome is here.
    pub fn forget_change(&mut self, account: AccountId, order: OrderRef) {
        let order_id = self.find(account, order).map(|order| order.order_id);
        if let Some(order) = order_id.and_then(|id| self.orders.get_mut(&id)) {
            order.changes_under_way = order.changes_under_way.saturating_sub(1);
        }
    }

    /// Forgets the orders that ended in the block, and those that never came to rest.
    pub fn end_block(&mut self) {
        let mut touched = std::mem::take(&mut self.touched);
        for order_id in touched.drain(..) {
            let is_over = self
                .orders
                .get(&order_id)
                .is_some_and(|order| match order.stage {
                    Stage::Entering | Stage::Gone => true,
                    Stage::Waiting | Stage::Resting => order.leaves_quantity.is_zero(),
                });
            if is_over {
                self.forget(order_id);
            }
        }
        self.touched = touched;
    }

    /// An open order, or one that ended in the current block.
    pub fn get(&self, order_id: OrderId) -> Option<&OpenOrder> {
        self.orders.get(&order_id)
    }

    /// The account's open order that is meant; another account's order is unknown.
    pub fn find(&self, account: AccountId, order: OrderRef) -> Option<&OpenOrder> {
        let order_id = match order {
            OrderRef::Id(order_id) => order_id,
            OrderRef::Client(client_order_id) => *self
                .by_account
                .get(&account)?
                .by_client_order_id
                .get(&client_order_id)?,
            OrderRef::Handle(_) | OrderRef::External(_) => return None,
        };
        self.get(order_id).filter(|order| order.account == account)
    }

    /// The account's open orders in the order of their entry.
    pub fn of_account(&self, account: AccountId) -> impl Iterator<Item = &OpenOrder> {
        let of_account = self.by_account.get(&account);
        let mut ids: Vec<OrderId> =
            of_account.map_or_else(Vec::new, |orders| orders.ids.iter().copied().collect());
        ids.sort_unstable();
        ids.into_iter()
            .filter_map(|order_id| self.orders.get(&order_id))
    }

    /// All open orders, in no order.
    pub fn all(&self) -> impl Iterator<Item = &OpenOrder> {
        self.orders.values()
    }

    /// How many open orders there are.
    pub fn count(&self) -> usize {
        self.orders.len()
    }

    fn accepted(&mut self, accepted: &Accepted, at: Timestamp) {
        let (price, leaves_quantity) = match (accepted.kind, accepted.size) {
            (OrderKind::Limit { price }, OrderSize::Quantity(quantity)) => (Some(price), quantity),
            (OrderKind::Limit { price }, OrderSize::QuoteAmount(_)) => {
                (Some(price), Quantity::ZERO)
            }
            (
                OrderKind::Market
                | OrderKind::MarketWithProtection { .. }
                | OrderKind::MarketToLimit
                | OrderKind::Pegged { .. },
                size,
            ) => match size {
                OrderSize::Quantity(quantity) => (None, quantity),
                OrderSize::QuoteAmount(_) => (None, Quantity::ZERO),
            },
        };
        let stage = match accepted.time_in_force {
            // Outside its call it waits, and no event says so.
            TimeInForce::AtOpen | TimeInForce::AtClose => Stage::Waiting,
            TimeInForce::GoodTillCanceled
            | TimeInForce::ImmediateOrCancel
            | TimeInForce::FillOrKill
            | TimeInForce::GoodTillDate(_)
            | TimeInForce::Day
            | TimeInForce::GoodForAuction
            | TimeInForce::GoodForContinuous => Stage::Entering,
        };
        let order = OpenOrder {
            order_id: accepted.order_id,
            account: accepted.account,
            client_order_id: accepted.client_order_id,
            side: accepted.side,
            price,
            size: accepted.size,
            filled_quantity: Quantity::ZERO,
            leaves_quantity,
            time_in_force: accepted.time_in_force,
            post_only: accepted.post_only,
            display: accepted.display,
            hold: accepted.hold,
            entered_at: at,
            replace_count: 0,
            stage,
            changes_under_way: 0,
            least_hold: accepted.hold,
        };
        self.list(order);
        self.touched.push(accepted.order_id);
    }

    fn list(&mut self, order: OpenOrder) {
        let of_account = self
            .by_account
            .entry(order.account)
            .or_insert_with(|| OfAccount::new(self.loads.of(order.account)));
        of_account.load.add();
        of_account.ids.insert(order.order_id);
        if let Some(client_order_id) = order.client_order_id {
            of_account
                .by_client_order_id
                .insert(client_order_id, order.order_id);
        }
        self.orders.insert(order.order_id, order);
    }

    /// Spells out every open order, in the order of their ids. What is on its way is not.
    pub fn spell(&self, out: &mut Vec<u8>) {
        let mut ids: Vec<OrderId> = self.orders.keys().copied().collect();
        ids.sort_unstable();
        (ids.len() as u64).write(out);
        for id in ids {
            self.orders[&id].write(out);
        }
    }

    /// Lists orders that were spelled out.
    /// # Errors
    /// The bytes spell no orders.
    pub fn restore(&mut self, from: &mut StateReader<'_>) -> Result<(), StateError> {
        let orders: Vec<OpenOrder> = from.value()?;
        for order in orders {
            self.list(order);
        }
        Ok(())
    }

    fn traded(&mut self, party: &Party) {
        let Some(order) = self.orders.get_mut(&party.order_id) else {
            return;
        };
        order.filled_quantity = party.filled_quantity;
        order.leaves_quantity = party.leaves_quantity;
        order.hold = party.hold;
        if party.leaves_quantity.is_zero() && order.is_by_quantity() {
            order.stage = Stage::Gone;
            self.touched.push(party.order_id);
        }
    }

    fn prevented(&mut self, prevented: &Prevented) {
        let parties = [
            (prevented.taker, prevented.taker_leaves_quantity),
            (prevented.maker, prevented.maker_leaves_quantity),
        ];
        for (order_id, leaves_quantity) in parties {
            if let Some(order) = self.orders.get_mut(&order_id) {
                order.leaves_quantity = leaves_quantity;
                self.touched.push(order_id);
            }
        }
    }

    fn rested(&mut self, rested: &Rested) {
        let Some(order) = self.orders.get_mut(&rested.order_id) else {
            return;
        };
        order.stage = Stage::Resting;
        // A post-only order may have slid to another price than it was entered at.
        order.price = Some(rested.price);
        order.hold = rested.hold;
        order.leaves_quantity = rested
            .displayed_quantity
            .checked_add(rested.hidden_quantity)
            .expect("the parts of an order are no larger than the order");
    }

    fn conditioned(&mut self, conditioned: &Conditioned) {
        if let Some(order) = self.orders.get_mut(&conditioned.order_id)
            && conditioned.conditions.make_it_wait()
        {
            order.stage = Stage::Waiting;
        }
    }

    fn queued(&mut self, queued: &Queued) {
        if let Some(order) = self.orders.get_mut(&queued.order_id) {
            order.stage = Stage::Waiting;
            order.hold = queued.hold;
            order.leaves_quantity = queued.leaves_quantity;
            self.touched.push(queued.order_id);
        }
    }

    fn triggered(&mut self, triggered: &Triggered) {
        if let Some(order) = self.orders.get_mut(&triggered.order_id) {
            order.stage = Stage::Entering;
            self.touched.push(triggered.order_id);
        }
    }

    fn pegged(&mut self, pegged: &Pegged) {
        let Some(order) = self.orders.get_mut(&pegged.order_id) else {
            return;
        };
        order.stage = match pegged.price {
            Some(_) => Stage::Resting,
            None => Stage::Waiting,
        };
        order.price = pegged.price;
        order.leaves_quantity = pegged.leaves_quantity;
        order.hold = pegged.hold;
    }

    fn replaced(&mut self, replaced: &Replaced) {
        let Some(order) = self.orders.get_mut(&replaced.order_id) else {
            return;
        };
        // A market order that waits has none.
        if order.price.is_some() {
            order.price = Some(replaced.price);
        }
        order.size = OrderSize::Quantity(replaced.quantity);
        order.filled_quantity = replaced.filled_quantity;
        order.leaves_quantity = replaced.leaves_quantity;
        order.time_in_force = replaced.time_in_force;
        order.replace_count = replaced.replace_count;
        order.hold = replaced.hold;
    }

    fn canceled(&mut self, canceled: &Canceled) {
        let Some(order) = self.orders.get_mut(&canceled.order_id) else {
            return;
        };
        order.filled_quantity = canceled.filled_quantity;
        order.leaves_quantity = Quantity::ZERO;
        order.stage = Stage::Gone;
        self.touched.push(canceled.order_id);
    }

    fn hold_released(&mut self, released: &HoldReleased) {
        if let Some(order) = released.order_id.and_then(|id| self.orders.get_mut(&id)) {
            order.hold = released.hold;
        }
    }

    fn forget(&mut self, order_id: OrderId) {
        let Some(order) = self.orders.remove(&order_id) else {
            return;
        };
        let Some(of_account) = self.by_account.get_mut(&order.account) else {
            return;
        };
        of_account.ids.remove(&order_id);
        of_account.load.remove();
        if let Some(client_order_id) = order.client_order_id
            // The id may be free again and name a younger order.
            && of_account.by_client_order_id.get(&client_order_id) == Some(&order_id)
        {
            of_account.by_client_order_id.remove(&client_order_id);
        }
    }
}
