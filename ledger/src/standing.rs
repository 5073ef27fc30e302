//! What accounts have beside money: positions, keys, and that they are there.

use engine::{AccountId, InstrumentId};

use crate::keys::{ApiKey, KeyId, KeyState};
use crate::ledger::Ledger;
use crate::position::Position;

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

    /// Every account that is open, the fee account among them, in the order of their ids.
    pub fn accounts(&self) -> Vec<AccountId> {
        self.doors().accounts().collect()
    }
}
