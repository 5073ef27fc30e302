//! All orders that are kept of one instrument, by account.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use engine::{AccountId, ClientOrderId, OrderId, SessionState, TradeId};

use crate::binance::orders::list::{ListProgress, OrderList};
use crate::binance::orders::order::VenueOrder;
use crate::binance::orders::report::{AccountTrade, Amendment, PreventedMatch};
use crate::hashing::HashMap;

/// Orders that have ended and are kept, of one account in one instrument; the oldest make room.
pub const CLOSED_KEPT_MAX: usize = 10_000;
/// Trades that are kept, of one account in one instrument; the oldest make room.
pub const TRADES_KEPT_MAX: usize = 20_000;
/// Prevented matches and amendments that are kept, likewise.
pub const RARE_KEPT_MAX: usize = 1_000;

/// One instrument's orders of the accounts that use this persona.
#[derive(Debug, Default)]
pub struct VenueOrders {
    accounts: HashMap<AccountId, AccountOrders>,
    /// What the instrument does with orders now.
    pub state: SessionState,
    last_execution: u64,
    last_prevented: u64,
}

/// One account's orders in one instrument.
#[derive(Debug, Default)]
pub struct AccountOrders {
    // Ordered by id, which is the order of entry.
    orders: BTreeMap<OrderId, VenueOrder>,
    by_client_id: HashMap<ClientOrderId, OrderId>,
    closed: VecDeque<OrderId>,
    open: BTreeSet<OrderId>,
    trades: VecDeque<AccountTrade>,
    prevented: VecDeque<PreventedMatch>,
    amendments: VecDeque<Amendment>,
    lists: VecDeque<OrderList>,
}

impl VenueOrders {
    /// The account's orders.
    pub fn of(&self, account: AccountId) -> Option<&AccountOrders> {
        self.accounts.get(&account)
    }

    /// The account's orders, to change them.
    pub(super) fn of_mut(&mut self, account: AccountId) -> &mut AccountOrders {
        self.accounts.entry(account).or_default()
    }

    /// An order of the account that is kept.
    pub(super) fn order_mut(
        &mut self,
        account: AccountId,
        order_id: OrderId,
    ) -> Option<&mut VenueOrder> {
        self.accounts.get_mut(&account)?.orders.get_mut(&order_id)
    }

    /// Lists an open order that was there before the account was followed.
    pub fn take_in(&mut self, order: VenueOrder) {
        self.of_mut(order.account).list(order);
    }

    /// What is known of the account is this.
    pub fn recall(&mut self, account: AccountId, orders: AccountOrders) {
        self.accounts.insert(account, orders);
    }

    /// The number of the next step: it grows with the instrument's sequence, over restarts too.
    pub(super) fn next_execution(&mut self, sequence: u64) -> u64 {
        let least = execution_of(sequence);
        self.last_execution = least.max(self.last_execution.saturating_add(1));
        self.last_execution
    }

    /// The number of the next prevented match, which grows likewise.
    pub(super) fn next_prevented(&mut self, sequence: u64) -> u64 {
        let least = prevented_of(sequence);
        self.last_prevented = least.max(self.last_prevented.saturating_add(1));
        self.last_prevented
    }
}

impl AccountOrders {
    /// The order with this id.
    pub fn get(&self, order_id: OrderId) -> Option<&VenueOrder> {
        self.orders.get(&order_id)
    }

    /// The last order with this client id.
    pub fn named(&self, id: ClientOrderId) -> Option<&VenueOrder> {
        self.get(*self.by_client_id.get(&id)?)
    }

    /// All that are kept, oldest first.
    pub fn all(&self) -> impl DoubleEndedIterator<Item = &VenueOrder> {
        self.orders.values()
    }

    /// Those that are open, oldest first.
    pub fn open(&self) -> impl Iterator<Item = &VenueOrder> {
        self.open.iter().filter_map(|id| self.orders.get(id))
    }

    /// How many are open.
    pub fn open_count(&self) -> usize {
        self.open.len()
    }

    /// Those from an id on, oldest first.
    pub fn since(&self, order_id: OrderId) -> impl Iterator<Item = &VenueOrder> {
        self.orders.range(order_id..).map(|(_, order)| order)
    }

    /// Trades that are kept, oldest first.
    pub const fn trades(&self) -> &VecDeque<AccountTrade> {
        &self.trades
    }

    /// Prevented matches that are kept, oldest first.
    pub const fn prevented(&self) -> &VecDeque<PreventedMatch> {
        &self.prevented
    }

    /// Amendments that are kept, oldest first.
    pub const fn amendments(&self) -> &VecDeque<Amendment> {
        &self.amendments
    }

    /// Lists that are kept, oldest first.
    pub fn lists(&self) -> impl Iterator<Item = &OrderList> {
        self.lists.iter()
    }

    /// The list with this number.
    pub fn list_with(&self, id: u64) -> Option<&OrderList> {
        self.lists.iter().rev().find(|list| list.id == id)
    }

    pub(super) fn keep_list(&mut self, list: OrderList) {
        keep(&mut self.lists, list, RARE_KEPT_MAX);
    }

    /// The list has ended from now on.
    pub(super) fn end_list(&mut self, id: u64) -> Option<OrderList> {
        let list = self.lists.iter_mut().rev().find(|list| list.id == id)?;
        list.progress = ListProgress::Done;
        Some(list.clone())
    }

    /// Whether an order of the list is open.
    pub fn is_open(&self, list: &OrderList) -> bool {
        list.orders.iter().any(|(id, _)| self.open.contains(id))
    }

    pub(super) fn list(&mut self, order: VenueOrder) {
        self.by_client_id
            .insert(order.client_order_id, order.order_id);
        self.open.insert(order.order_id);
        self.orders.insert(order.order_id, order);
    }

    /// An order has another client id from now on, in its list too.
    pub(super) fn rename(&mut self, order: &VenueOrder, former: ClientOrderId) {
        let (order_id, new) = (order.order_id, order.client_order_id);
        if self.by_client_id.get(&former) == Some(&order_id) {
            self.by_client_id.remove(&former);
        }
        self.by_client_id.insert(new, order_id);
        let Some(list_id) = order.attributes.list_id else {
            return;
        };
        let list = self.lists.iter_mut().rev().find(|list| list.id == list_id);
        let listed = list.into_iter().flat_map(|list| &mut list.orders);
        for (_, client_id) in listed.filter(|(id, _)| *id == order_id) {
            *client_id = new;
        }
    }

    /// An order has ended; the oldest ended one makes room.
    pub(super) fn close(&mut self, order_id: OrderId) {
        self.open.remove(&order_id);
        self.closed.push_back(order_id);
        if self.closed.len() <= CLOSED_KEPT_MAX {
            return;
        }
        let oldest = self.closed.pop_front();
        if let Some(order) = oldest.and_then(|id| self.orders.remove(&id))
            && self.by_client_id.get(&order.client_order_id) == Some(&order.order_id)
        {
            self.by_client_id.remove(&order.client_order_id);
        }
    }

    pub(super) fn traded(&mut self, trade: AccountTrade) {
        keep(&mut self.trades, trade, TRADES_KEPT_MAX);
    }

    pub(super) fn was_prevented(&mut self, prevented: PreventedMatch) {
        keep(&mut self.prevented, prevented, RARE_KEPT_MAX);
    }

    pub(super) fn amended(&mut self, amendment: Amendment) {
        keep(&mut self.amendments, amendment, RARE_KEPT_MAX);
    }

    /// Trades from an id on, oldest first.
    pub fn trades_from(&self, trade_id: TradeId) -> impl Iterator<Item = &AccountTrade> {
        let first = self
            .trades
            .partition_point(|trade| trade.fill.trade_id < trade_id);
        self.trades.range(first..)
    }
}

/// The number of a command's first step. There is room for 256 of them; a longer block borrows from those that follow.
pub(super) const fn execution_of(sequence: u64) -> u64 {
    sequence.saturating_mul(256)
}

/// The number of a command's first prevented match; there is room for 16.
pub(super) const fn prevented_of(sequence: u64) -> u64 {
    sequence.saturating_mul(16)
}

fn keep<T>(kept: &mut VecDeque<T>, one: T, most: usize) {
    if kept.len() >= most {
        kept.pop_front();
    }
    kept.push_back(one);
}
