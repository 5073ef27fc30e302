//! What accounts have beside money: positions, keys, and that they are there; and which lack money.

use engine::{AccountId, InstrumentId};

use crate::asset::AssetId;
use crate::keys::{ApiKey, KeyId, KeyState};
use crate::ledger::Ledger;
use crate::money::Money;
use crate::position::Position;

/// What an account has of an asset is less than nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Overdrawn {
    /// Whose.
    pub account: AccountId,
    /// Of which asset.
    pub asset: AssetId,
    /// What it has, below zero.
    pub available: Money,
}

impl Ledger {
    /// What an account bought and sold, by instrument; flat ones among them.
    pub fn positions(&self, account: AccountId) -> Vec<Position> {
        let mut positions: Vec<Position> = self
            .matcher_cells()
            .flat_map(|matcher| {
                let cells = &matcher.positions;
                let own = cells.instruments().iter();
                own.map(|instrument| cells.read(account, *instrument))
            })
            .collect();
        positions.sort_by_key(|position| position.instrument);
        positions
    }

    /// What an account bought and sold of one instrument.
    pub fn position(&self, account: AccountId, instrument: InstrumentId) -> Position {
        self.matcher_cells()
            .find(|matcher| matcher.positions.instruments().contains(&instrument))
            .map_or(Position::flat(instrument), |matcher| {
                matcher.positions.read(account, instrument)
            })
    }

    /// A key, and whether it still opens anything.
    pub fn key(&self, id: &KeyId) -> Option<(&ApiKey, KeyState)> {
        self.keys().get(id)
    }

    /// Every key that was ever entered, in the order of their ids.
    pub fn all_keys(&self) -> Vec<(&ApiKey, KeyState)> {
        self.keys().all()
    }

    /// Accounts that have spent what they never had, with what they lack, in the order of their ids: money that
    /// they rested on is gone, such as a deposit that was taken out of the log. Nobody may settle meanwhile.
    pub fn overdrawn(&self) -> Vec<Overdrawn> {
        let accounts = self.doors().accounts();
        let balances = accounts.flat_map(|account| {
            let balances = self.balances(account).into_iter();
            balances.map(move |balance| (account, balance))
        });
        balances
            .filter(|(_, balance)| balance.available.plus(balance.pending).is_negative())
            .map(|(account, balance)| Overdrawn {
                account,
                asset: balance.asset,
                available: balance.available,
            })
            .collect()
    }

    /// Every account that is open, the fee account among them, in the order of their ids.
    pub fn accounts(&self) -> Vec<AccountId> {
        self.doors().accounts().collect()
    }
}
