//! The proof that no money was made or lost.

use crate::asset::AssetId;
use crate::money::Money;

/// One asset's books: what came in, what went out, what there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ConservationLine {
    /// Which asset.
    pub asset: AssetId,
    /// All deposits.
    pub deposited: Money,
    /// All withdrawals.
    pub withdrawn: Money,
    /// All accounts' totals, without the fee account.
    pub balances: Money,
    /// The fee account's total.
    pub fees: Money,
    /// The part of the balances that is held.
    pub holds: Money,
}

impl ConservationLine {
    /// Whether balances + fee account = deposits - withdrawals, to the last unit.
    pub fn is_conserved(&self) -> bool {
        self.balances.plus(self.fees) == self.deposited.minus(self.withdrawn)
    }
}

/// The books were being written faster than they could be read; ask again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StillSettling;

impl std::fmt::Display for StillSettling {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("the books were being written faster than they could be read")
    }
}

impl std::error::Error for StillSettling {}
