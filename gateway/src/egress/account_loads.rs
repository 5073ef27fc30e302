//! How many open orders each account has, over all instruments.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, RwLock};

use engine::AccountId;

use crate::hashing::HashMap;
use crate::lock::{read, write};

/// Counts open orders per account. Written by publishers, read at the door.
#[derive(Debug, Default)]
pub struct AccountLoads {
    by_account: RwLock<HashMap<AccountId, Arc<Load>>>,
}

/// One account's count.
#[derive(Debug, Default)]
pub struct Load(AtomicUsize);

impl Load {
    /// One order more.
    pub fn add(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    /// One order less.
    pub fn remove(&self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl AccountLoads {
    /// How many open orders the account has, as far as they are reported.
    pub fn open_orders(&self, account: AccountId) -> usize {
        let loads = read(&self.by_account);
        loads
            .get(&account)
            .map_or(0, |load| load.0.load(Ordering::Relaxed))
    }

    /// Accounts that have, or had, open orders.
    pub fn accounts(&self) -> Vec<AccountId> {
        let mut accounts: Vec<_> = read(&self.by_account).keys().copied().collect();
        accounts.sort_unstable();
        accounts
    }

    /// The account's count.
    pub fn of(&self, account: AccountId) -> Arc<Load> {
        Arc::clone(write(&self.by_account).entry(account).or_default())
    }
}
