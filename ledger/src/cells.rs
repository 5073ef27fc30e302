//! What one writer contributed to every account's money.

use std::sync::atomic::{AtomicU64, Ordering, fence};
use std::sync::{Mutex, OnceLock, PoisonError};

use engine::AccountId;

use crate::asset::AssetId;
use crate::gives::Gives;
use crate::money::Money;
use crate::versioned::Versioned;

/// Accounts of one allocation: a chunk comes to be when its first account is touched.
pub(crate) const CHUNK_ACCOUNTS: usize = 64;

/// One writer's contribution to one asset of one account, as sums over the writer's life.
#[derive(Debug)]
struct Cell {
    /// Given back or given as proceeds; and the net change of the total. Written by the settlement.
    applied: Versioned<2>,
    /// The part of what was given that is durable. Written by the gate.
    durable: Versioned<1>,
}

/// One writer's contribution to one asset of one account, as read at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Contribution {
    /// Proceeds, deposits and holds given back.
    pub given: Money,
    /// The part of it that may be spent.
    pub given_durable: Money,
    /// Net change of the total.
    pub traded: Money,
}

/// The cells of one writer: a matcher, or the control sequence.
#[derive(Debug)]
pub(crate) struct Cells {
    /// Where an asset's cell is among those of an account; a matcher has those of its instruments only.
    places: Box<[Option<usize>]>,
    account_width: usize,
    chunks: Box<[OnceLock<Box<[Cell]>>]>,
    /// Odd while an event's effects are being written.
    settling: AtomicU64,
    publishing: Mutex<()>,
}

impl Cells {
    /// Cells for `assets`, of `asset_count` that there are, for up to `accounts_max` accounts.
    pub(crate) fn new(
        assets: impl IntoIterator<Item = AssetId>,
        asset_count: usize,
        accounts_max: u32,
    ) -> Self {
        let mut places = vec![None; asset_count];
        let mut account_width: usize = 0;
        for asset in assets {
            let place = &mut places[usize::from(asset.0)];
            if place.is_none() {
                *place = Some(account_width);
                account_width = account_width
                    .checked_add(1)
                    .expect("there are at most 65,536 assets");
            }
        }
        let (chunk_count, _) = chunk_place(AccountId(accounts_max.saturating_sub(1)));
        Self {
            places: places.into(),
            account_width,
            chunks: (0..=chunk_count).map(|_| OnceLock::new()).collect(),
            settling: AtomicU64::new(0),
            publishing: Mutex::new(()),
        }
    }

    /// What this writer contributed; all zero where it never did.
    pub(crate) fn read(&self, account: AccountId, asset: AssetId) -> Contribution {
        let Some(cell) = self.find(account, asset) else {
            return Contribution::default();
        };
        // Durable first: what is given only grows, so that `given` never looks smaller than it.
        let [durable] = cell.durable.read();
        let [given, traded] = cell.applied.read();
        Contribution {
            given: Money::from_units(given),
            given_durable: Money::from_units(durable),
            traded: Money::from_units(traded),
        }
    }

    /// The part of what was given that may be spent.
    pub(crate) fn given_durable(&self, account: AccountId, asset: AssetId) -> Money {
        let [durable] = self
            .find(account, asset)
            .map_or([0], |cell| cell.durable.read());
        Money::from_units(durable)
    }

    /// Adds to what was given and to the total. Only the one settlement of these cells calls it.
    pub(crate) fn add(&self, account: AccountId, asset: AssetId, given: Money, traded: Money) {
        let cell = self.touch(account, asset);
        let [given_before, traded_before] = cell.applied.read().map(Money::from_units);
        cell.applied.write([
            given_before.plus(given).units(),
            traded_before.plus(traded).units(),
        ]);
    }

    /// Makes `gives` spendable.
    pub(crate) fn publish(&self, gives: &Gives) {
        // Uncontended: only a gate publishes, a batch at a time. It is what makes one writer sure.
        let _one_writer = self
            .publishing
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        for give in gives.lines() {
            let cell = self.touch(give.account, give.asset);
            let [before] = cell.durable.read().map(Money::from_units);
            cell.durable.write([before.plus(give.amount).units()]);
        }
    }

    /// Runs `settle`, which changes several cells, so that [`Cells::steady`] can tell.
    pub(crate) fn settling<R>(&self, settle: impl FnOnce() -> R) -> R {
        let before = self.settling.load(Ordering::Relaxed);
        self.settling
            .store(before.wrapping_add(1), Ordering::Relaxed);
        fence(Ordering::Release);
        let result = settle();
        self.settling
            .store(before.wrapping_add(2), Ordering::Release);
        result
    }

    /// What `read` reads, or `None` where an event was settled meanwhile.
    pub(crate) fn steady<R>(&self, read: impl FnOnce() -> R) -> Option<R> {
        let before = self.settling.load(Ordering::Acquire);
        if before & 1 == 1 {
            return None;
        }
        let result = read();
        fence(Ordering::Acquire);
        (self.settling.load(Ordering::Relaxed) == before).then_some(result)
    }

    fn find(&self, account: AccountId, asset: AssetId) -> Option<&Cell> {
        let place = self.places[usize::from(asset.0)]?;
        let (chunk, offset) = chunk_place(account);
        self.chunks[chunk].get().map(|cells| {
            let first = offset
                .checked_mul(self.account_width)
                .expect("a chunk is small");
            &cells[first..][place]
        })
    }

    fn touch(&self, account: AccountId, asset: AssetId) -> &Cell {
        let (chunk, _) = chunk_place(account);
        self.chunks[chunk].get_or_init(|| {
            let cells = CHUNK_ACCOUNTS
                .checked_mul(self.account_width)
                .expect("a chunk is small");
            (0..cells).map(|_| Cell::new()).collect()
        });
        self.find(account, asset)
            .expect("a matcher settles assets of its own instruments only")
    }
}

impl Cell {
    const fn new() -> Self {
        Self {
            applied: Versioned::new(),
            durable: Versioned::new(),
        }
    }
}

/// In which chunk an account is, and where in it.
pub(crate) fn chunk_place(account: AccountId) -> (usize, usize) {
    let index = usize::try_from(account.0).expect("a machine has at least 32 bits");
    (index / CHUNK_ACCOUNTS, index % CHUNK_ACCOUNTS)
}

/// The accounts whose place is in a chunk.
pub(crate) fn accounts_of_chunk(chunk: u32) -> impl Iterator<Item = AccountId> {
    let size = u32::try_from(CHUNK_ACCOUNTS).expect("a chunk is small");
    let first = chunk.saturating_mul(size);
    (first..first.saturating_add(size)).map(AccountId)
}
