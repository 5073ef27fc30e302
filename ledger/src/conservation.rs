//! The proof that no money was made or lost.

use engine::AccountId;

use crate::asset::AssetId;
use crate::cells::Cells;
use crate::ledger::{Ledger, balance};
use crate::money::Money;
use crate::settlement::FEE_ACCOUNT;

/// How often a reader of all books looks again where an event was settled meanwhile.
const STEADY_ATTEMPTS: u32 = 10_000;

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

impl Ledger {
    /// Every asset's books; each line is conserved, or money was made or lost.
    ///
    /// # Errors
    /// Matchers settled without a pause; ask again.
    pub fn conservation(&self) -> Result<Vec<ConservationLine>, StillSettling> {
        self.steadily(|| self.lines())
    }

    /// What `read` reads while nothing is settled.
    pub(crate) fn steadily<R>(&self, read: impl Fn() -> R) -> Result<R, StillSettling> {
        for _ in 0..STEADY_ATTEMPTS {
            if let Some(result) = steady_under(&mut self.writers(), &read) {
                return Ok(result);
            }
            std::thread::yield_now();
        }
        Err(StillSettling)
    }

    fn lines(&self) -> Vec<ConservationLine> {
        let accounts: Vec<AccountId> = self.doors().accounts().collect();
        self.assets()
            .iter()
            .map(|asset| {
                let [deposited, withdrawn] = self.deposited(asset.id).read().map(Money::from_units);
                let mut line = ConservationLine {
                    asset: asset.id,
                    deposited,
                    withdrawn,
                    balances: Money::ZERO,
                    fees: self.contributed(FEE_ACCOUNT, asset.id).traded,
                    holds: Money::ZERO,
                };
                for account in &accounts {
                    let Some(door) = self.doors().lock(*account) else {
                        continue;
                    };
                    let all = self.contributed(*account, asset.id);
                    let balance = balance(asset.id, all, door.reserved(asset.id));
                    line.holds = line.holds.plus(balance.hold);
                    if *account != FEE_ACCOUNT {
                        line.balances = line.balances.plus(balance.total);
                    }
                }
                line
            })
            .collect()
    }
}

/// What `read` reads, or `None` where one of `writers` settled anything meanwhile.
fn steady_under<R>(writers: &mut dyn Iterator<Item = &Cells>, read: &dyn Fn() -> R) -> Option<R> {
    match writers.next() {
        Some(cells) => cells.steady(|| steady_under(writers, read))?,
        None => Some(read()),
    }
}
