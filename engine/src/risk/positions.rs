//! What accounts bought less what they sold: trades count, deposits do not.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use crate::canonical::{Canonical, StateError, StateReader, StateSink};
use crate::id::AccountId;

/// Positions of one instrument, in quantity units.
#[derive(Debug)]
pub(crate) struct Positions {
    /// Looked up, never walked but to be sorted: the order of a hash map decides nothing.
    by_account: HashMap<AccountId, i128, BuildHasherDefault<AccountHasher>>,
    are_counted: bool,
}

impl Positions {
    /// Positions are counted where money is kept; without money they are nobody's.
    pub(crate) fn new(are_counted: bool) -> Self {
        Self {
            by_account: HashMap::default(),
            are_counted,
        }
    }

    #[inline]
    pub(crate) const fn are_counted(&self) -> bool {
        self.are_counted
    }

    /// Bought less sold.
    pub(crate) fn of(&self, account: AccountId) -> i128 {
        self.by_account.get(&account).copied().unwrap_or(0)
    }

    pub(crate) fn trade(&mut self, buyer: AccountId, seller: AccountId, units: u64) {
        *self.by_account.entry(buyer).or_default() += i128::from(units);
        *self.by_account.entry(seller).or_default() -= i128::from(units);
    }
}

/// Those that are not flat, by account.
impl Canonical for Positions {
    fn write<S: StateSink>(&self, out: &mut S) {
        let mut open: Vec<(AccountId, i128)> = self
            .by_account
            .iter()
            .map(|(account, units)| (*account, *units))
            .filter(|(_, units)| *units != 0)
            .collect();
        open.sort_unstable();
        self.are_counted.write(out);
        open.write(out);
    }

    fn read(from: &mut StateReader<'_>) -> Result<Self, StateError> {
        let are_counted = from.value()?;
        let open: Vec<(AccountId, i128)> = from.value()?;
        let is_in_order = open.is_sorted_by(|(before, _), (after, _)| before < after);
        if !is_in_order || open.iter().any(|(_, units)| *units == 0) {
            return Err(StateError::Impossible("positions are not in order"));
        }
        // Far from the ends of their type, so that no life of an exchange adds up to one.
        if open
            .iter()
            .any(|(_, units)| units.unsigned_abs() > 1 << 120)
        {
            return Err(StateError::Impossible("a position is out of bounds"));
        }
        Ok(Self {
            by_account: open.into_iter().collect(),
            are_counted,
        })
    }
}

/// Spreads account ids, which are dense, the same in every process.
#[derive(Debug, Default)]
struct AccountHasher(u64);

impl Hasher for AccountHasher {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.write_u64(u64::from(*byte));
        }
    }

    fn write_u32(&mut self, number: u32) {
        self.write_u64(u64::from(number));
    }

    fn write_u64(&mut self, number: u64) {
        // Fibonacci hashing: the table takes its place from low bits and its tag from high ones.
        let spread = (self.0 ^ number).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        self.0 = spread ^ (spread >> 32);
    }
}
