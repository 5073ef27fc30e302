//! Open orders by account, for the accounts that somebody watches.
//!
//! An account is watched while a limit looks at its open orders. All others cost nothing but the question
//! whether anybody is watched: who wants to know theirs walks the pool.

use std::collections::BTreeMap;

use crate::book::order_book::OrderBook;
use crate::id::{AccountId, OrderId};
use crate::side::Side;

/// Slots of open orders of watched accounts, in entry order.
#[derive(Debug, Default)]
pub(crate) struct OwnerIndex {
    accounts: BTreeMap<AccountId, BTreeMap<OrderId, u32>>,
}

impl OwnerIndex {
    #[inline]
    pub(crate) fn is_on(&self) -> bool {
        !self.accounts.is_empty()
    }

    #[cold]
    pub(crate) fn add(&mut self, account: AccountId, id: OrderId, slot: u32) {
        if let Some(orders) = self.accounts.get_mut(&account) {
            orders.insert(id, slot);
        }
    }

    #[cold]
    pub(crate) fn remove(&mut self, account: AccountId, id: OrderId) {
        if let Some(orders) = self.accounts.get_mut(&account) {
            let before = orders.remove(&id);
            assert!(
                before.is_some(),
                "every open order of a watched account is listed"
            );
        }
    }
}

impl OrderBook {
    /// Lists an account's open orders from now on. Walks the pool once.
    pub(crate) fn watch(&mut self, account: AccountId) {
        if !self.owners.accounts.contains_key(&account) {
            let open = self.walk(account).collect();
            self.owners.accounts.insert(account, open);
        }
    }

    /// Nobody asks for the account's orders any more.
    pub(crate) fn unwatch(&mut self, account: AccountId) {
        self.owners.accounts.remove(&account);
    }

    /// An account's open orders, in no order. Walks the pool where the account is not watched: 32 bytes a slot,
    /// about half a millisecond for 200,000 of them.
    pub(crate) fn open_of(&self, account: AccountId) -> Vec<(OrderId, u32)> {
        match self.owners.accounts.get(&account) {
            Some(orders) => orders.iter().map(|(id, slot)| (*id, *slot)).collect(),
            None => self.walk(account).collect(),
        }
    }

    /// Everybody's open orders, in no order.
    pub(crate) fn all_open(&self) -> Vec<(OrderId, u32)> {
        self.pool
            .open_slots()
            .map(|slot| (self.pool.get(slot).id(), slot))
            .collect()
    }

    /// How many orders of a watched account are open.
    pub(crate) fn open_count_of(&self, account: AccountId) -> u32 {
        let count = match self.owners.accounts.get(&account) {
            Some(orders) => orders.len(),
            None => self.walk(account).count(),
        };
        u32::try_from(count).expect("open orders are bounded")
    }

    /// Quantity units that an account has open on a side.
    pub(crate) fn open_units_of(&self, account: AccountId, side: Side) -> i128 {
        self.open_of(account)
            .into_iter()
            .map(|(_, slot)| (slot, self.pool.get(slot)))
            .filter(|(_, order)| order.side() == side)
            .map(|(slot, order)| i128::from(self.pool.open_units(slot, order)))
            .sum()
    }

    fn walk(&self, account: AccountId) -> impl Iterator<Item = (OrderId, u32)> {
        self.pool
            .slots_of(account)
            .map(|slot| (self.pool.get(slot).id(), slot))
    }
}
