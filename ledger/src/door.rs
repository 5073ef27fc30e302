//! The side of an account that only sessions take: what they reserved.

use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use engine::AccountId;

use crate::asset::AssetId;
use crate::cells::{CHUNK_ACCOUNTS, chunk_place};
use crate::money::Money;

/// All accounts' doors.
#[derive(Debug)]
pub(crate) struct Doors {
    /// Chunks come to be when their first account is opened.
    chunks: Box<[OnceLock<Chunk>]>,
    accounts_max: u32,
    asset_count: usize,
}

type Chunk = Box<[OnceLock<Mutex<Door>>]>;

/// What sessions reserved for one account, per asset, as a sum over its life.
///
/// Its lock is taken by sessions only, never by a matcher.
#[derive(Debug)]
pub(crate) struct Door {
    reserved: Box<[Money]>,
}

/// Why an account cannot be opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NotOpened {
    OpenAlready,
    TooMany,
}

impl Doors {
    pub(crate) fn new(accounts_max: u32, asset_count: usize) -> Self {
        let (last, _) = chunk_place(AccountId(accounts_max.saturating_sub(1)));
        Self {
            chunks: (0..=last).map(|_| OnceLock::new()).collect(),
            accounts_max,
            asset_count,
        }
    }

    pub(crate) fn open(&self, account: AccountId) -> Result<(), NotOpened> {
        if account.0 >= self.accounts_max {
            return Err(NotOpened::TooMany);
        }
        let (chunk, offset) = chunk_place(account);
        let doors = self.chunks[chunk]
            .get_or_init(|| (0..CHUNK_ACCOUNTS).map(|_| OnceLock::new()).collect());
        let door = Door {
            reserved: vec![Money::ZERO; self.asset_count].into(),
        };
        doors[offset]
            .set(Mutex::new(door))
            .map_err(|_| NotOpened::OpenAlready)
    }

    /// The account's door, locked; `None` where there is no such account.
    pub(crate) fn lock(&self, account: AccountId) -> Option<MutexGuard<'_, Door>> {
        let door = self.find(account)?;
        // A session that panicked left whole numbers: each change is one assignment.
        Some(door.lock().unwrap_or_else(PoisonError::into_inner))
    }

    pub(crate) fn is_open(&self, account: AccountId) -> bool {
        self.find(account).is_some()
    }

    /// Every account that is open, in the order of their ids.
    pub(crate) fn accounts(&self) -> impl Iterator<Item = AccountId> {
        (0..self.accounts_max)
            .map(AccountId)
            .filter(|account| self.is_open(*account))
    }

    fn find(&self, account: AccountId) -> Option<&Mutex<Door>> {
        let (chunk, offset) = chunk_place(account);
        self.chunks.get(chunk)?.get()?[offset].get()
    }
}

impl Door {
    pub(crate) fn reserved(&self, asset: AssetId) -> Money {
        self.reserved[usize::from(asset.0)]
    }

    pub(crate) fn reserve(&mut self, asset: AssetId, amount: Money) {
        let reserved = &mut self.reserved[usize::from(asset.0)];
        *reserved = reserved.plus(amount);
    }

    pub(crate) fn give_back(&mut self, asset: AssetId, amount: Money) {
        let reserved = &mut self.reserved[usize::from(asset.0)];
        let left = reserved.minus(amount);
        assert!(
            !left.is_negative(),
            "a session gives back at most what it reserved"
        );
        *reserved = left;
    }
}
