//! What a ledger has, as a value: for snapshots, and for another ledger to start from.
//!
//! An image says what accounts have, not who contributed it: a ledger with any layout of matchers can start
//! from it.

use engine::{AccountId, InstrumentId};

use crate::asset::AssetId;
use crate::closings::ClosedBy;
use crate::conservation::StillSettling;
use crate::control::{ControlDesk, ControlRefusal};
use crate::gives::Gives;
use crate::keys::{ApiKey, KeyState};
use crate::ledger::{Ledger, LedgerConfig, balance};
use crate::money::Money;
use crate::position::Position;
use crate::settlement::Settlement;

/// All accounts, their money and keys.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LedgerImage {
    /// Every account, the fee account among them, in the order of their ids.
    pub accounts: Vec<AccountImage>,
    /// Deposits and withdrawals in all, by asset.
    pub transfers: Vec<(Money, Money)>,
    /// Every key that was ever entered, in the order of their ids.
    pub keys: Vec<(ApiKey, KeyState)>,
}

/// One account's money.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountImage {
    /// Which account.
    pub account: AccountId,
    /// By asset: all of it, and the part that is held.
    pub assets: Vec<(Money, Money)>,
}

/// What a settlement keeps beside money.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SettlementImage {
    /// What fills took in advance, in the order of instrument, account and asset.
    pub advances: Vec<Advance>,
    /// Positions that are not as if nothing had been traded, by account, then instrument.
    pub positions: Vec<(AccountId, Position)>,
    /// What trades closed that may be taken back, by instrument, then trade.
    pub closings: Vec<ClosedBy>,
}

/// What fills took beyond their share of a hold; the next gives of the same place repay it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Advance {
    /// On which instrument.
    pub instrument: InstrumentId,
    /// From which account.
    pub account: AccountId,
    /// Of which asset.
    pub asset: AssetId,
    /// How much: less than one notional unit's worth per open order.
    pub amount: Money,
}

impl Ledger {
    /// A ledger of the same assets, terms and limits that has nothing yet: to be filled from an image.
    #[must_use]
    pub fn blank_twin(&self) -> Self {
        let config = LedgerConfig {
            accounts_max: self.accounts_max(),
        };
        let terms = self.all_terms().iter().flatten().copied().collect();
        Self::new(config, self.assets().to_vec(), terms)
            .expect("its terms were validated when it was made")
    }

    /// What all accounts have. What is given counts, whether it is durable or not: whoever asks sees to that.
    ///
    /// # Errors
    /// Matchers settled without a pause; ask again.
    pub fn image(&self) -> Result<LedgerImage, StillSettling> {
        self.steadily(|| LedgerImage {
            accounts: self
                .doors()
                .accounts()
                .map(|account| self.account_image(account))
                .collect(),
            transfers: self
                .assets()
                .iter()
                .map(|asset| {
                    let [deposited, withdrawn] = self.deposited(asset.id).read();
                    (Money::from_units(deposited), Money::from_units(withdrawn))
                })
                .collect(),
            keys: self
                .all_keys()
                .into_iter()
                .map(|(key, state)| (key.clone(), state))
                .collect(),
        })
    }

    fn account_image(&self, account: AccountId) -> AccountImage {
        let door = self.doors().lock(account);
        let assets = self.assets().iter().map(|asset| {
            let reserved = door
                .as_ref()
                .map_or(Money::ZERO, |door| door.reserved(asset.id));
            let balance = balance(asset.id, self.contributed(account, asset.id), reserved);
            (balance.total, balance.hold)
        });
        AccountImage {
            account,
            assets: assets.collect(),
        }
    }
}

impl ControlDesk {
    /// Fills a ledger that has nothing yet with what an image says. All of it is spendable but what is held.
    ///
    /// # Errors
    /// An account is beyond those that there may be, there are fewer assets, or a key cannot be entered.
    ///
    /// # Panics
    /// An account has something already.
    pub fn restore(&mut self, image: &LedgerImage) -> Result<(), ControlRefusal> {
        let asset_count = self.ledger().assets().len();
        if image.transfers.len() > asset_count {
            return Err(ControlRefusal::UnknownAsset);
        }
        for (asset, (deposited, withdrawn)) in (0..).map(AssetId).zip(&image.transfers) {
            let transfers = [deposited.units(), withdrawn.units()];
            self.ledger().deposited(asset).write(transfers);
        }
        let mut gives = self.take_gives();
        for account in &image.accounts {
            if !self.ledger().has_account(account.account) {
                self.create_account(account.account, &[])?;
            }
            self.restore_account(account, &mut gives)?;
        }
        self.ledger().publish(&gives);
        for (key, state) in &image.keys {
            self.add_key(key)?;
            match state {
                KeyState::Enabled => {}
                KeyState::Revoked => self.revoke_key(&key.id)?,
            }
        }
        Ok(())
    }

    fn restore_account(
        &self,
        image: &AccountImage,
        gives: &mut Gives,
    ) -> Result<(), ControlRefusal> {
        let ledger = self.ledger();
        if image.assets.len() > ledger.assets().len() {
            return Err(ControlRefusal::UnknownAsset);
        }
        let account = image.account;
        let mut door = ledger
            .doors()
            .lock(account)
            .ok_or(ControlRefusal::UnknownAccount)?;
        for (asset, (total, hold)) in (0..).map(AssetId).zip(&image.assets) {
            let before = ledger.contributed(account, asset);
            assert!(
                before.traded.is_zero() && door.reserved(asset).is_zero(),
                "an image fills a ledger that has nothing yet"
            );
            let cells = ledger.control_cells();
            cells.settling(|| cells.add(account, asset, *total, *total));
            if !total.is_zero() {
                gives.push(account, asset, *total);
            }
            door.reserve(asset, *hold);
        }
        Ok(())
    }
}

impl Settlement {
    /// What this settlement keeps beside money.
    pub fn image(&self) -> SettlementImage {
        SettlementImage {
            advances: self
                .advances()
                .map(|((instrument, account, asset), amount)| Advance {
                    instrument,
                    account,
                    asset,
                    amount,
                })
                .collect(),
            positions: self.positions().all().collect(),
            closings: self.closings().all().copied().collect(),
        }
    }

    /// Takes from an image what is about this settlement's own instruments.
    pub fn restore(&mut self, image: &SettlementImage) {
        for advance in &image.advances {
            let place = (advance.instrument, advance.account, advance.asset);
            self.restore_advance(place, advance.amount);
        }
        for closed in &image.closings {
            self.restore_closing(*closed);
        }
        for (account, position) in &image.positions {
            if self.positions().has(position.instrument) {
                self.positions().write(*account, position);
            }
        }
    }
}
