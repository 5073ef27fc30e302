//! What a batch gives to accounts, kept until it is durable.

use engine::AccountId;

use crate::asset::AssetId;
use crate::money::Money;

/// Who contributes to balances.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Contributor {
    /// The settlement of this matcher.
    Matcher(usize),
    /// The control sequence: deposits and withdrawals.
    Control,
}

/// What one contributor's batch gave: proceeds, deposits and holds given back.
///
/// It counts in totals already; [`crate::Ledger::publish`] makes it spendable, when the batch is durable.
#[derive(Debug)]
#[must_use = "gives that are not published are never spendable"]
pub struct Gives {
    pub(crate) contributor: Contributor,
    lines: Vec<Give>,
}

/// One amount given to one account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Give {
    pub account: AccountId,
    pub asset: AssetId,
    pub amount: Money,
}

impl Gives {
    pub(crate) const fn new(contributor: Contributor) -> Self {
        Self {
            contributor,
            lines: Vec::new(),
        }
    }

    pub(crate) fn push(&mut self, account: AccountId, asset: AssetId, amount: Money) {
        let give = Give {
            account,
            asset,
            amount,
        };
        // A sweep gives to the same few cells again and again.
        if let Some(last) = self.lines.last_mut()
            && last.account == account
            && last.asset == asset
        {
            last.amount = last.amount.plus(amount);
        } else {
            self.lines.push(give);
        }
    }

    pub(crate) fn lines(&self) -> &[Give] {
        &self.lines
    }

    /// Whether nothing was given.
    pub const fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// Forgets what was given and keeps the room, for another batch of the same contributor.
    pub fn clear(&mut self) {
        self.lines.clear();
    }
}
