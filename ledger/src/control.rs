//! Accounts, deposits, withdrawals and keys: entries of the control sequence, applied once.

use std::sync::Arc;

use engine::AccountId;

use crate::asset::AssetId;
use crate::balance::Insufficient;
use crate::door::NotOpened;
use crate::gives::{Contributor, Gives};
use crate::keys::{ApiKey, KeyId, NotAdded};
use crate::ledger::Ledger;
use crate::money::Money;

/// The only writer of accounts, deposits, withdrawals and keys.
///
/// Like a [`crate::Settlement`] it never waits for a lock that a session can hold: a withdrawal's
/// amount was reserved at the door.
#[derive(Debug)]
pub struct ControlDesk {
    ledger: Arc<Ledger>,
    gives: Gives,
}

/// Why a control entry changed nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ControlRefusal {
    /// There is no such account.
    UnknownAccount,
    /// There is such an account already.
    AccountExists,
    /// The id is beyond the accounts that there may be.
    TooManyAccounts,
    /// There is no such asset.
    UnknownAsset,
    /// An amount is above zero.
    AmountNotPositive,
    /// More would have been deposited than one asset can have.
    TooMuchMoney,
    /// What is available does not cover the withdrawal.
    Insufficient,
    /// There is such a key already, perhaps a revoked one.
    KeyExists,
    /// There is no such key.
    UnknownKey,
    /// There are as many keys as there may be.
    TooManyKeys,
    /// A secret or public key is too short or too long.
    BadKey,
    /// An operator has taken the entry out of the log.
    TakenOut,
}

impl std::fmt::Display for ControlRefusal {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(match self {
            Self::UnknownAccount => "no such account",
            Self::AccountExists => "the account exists already",
            Self::TooManyAccounts => "there are as many accounts as there may be",
            Self::UnknownAsset => "no such asset",
            Self::AmountNotPositive => "an amount is above zero",
            Self::TooMuchMoney => "more would have been deposited than one asset can have",
            Self::Insufficient => "available funds do not cover the withdrawal",
            Self::KeyExists => "a key has this id, or had it before it was revoked",
            Self::UnknownKey => "no such key",
            Self::TooManyKeys => "there are as many keys as there may be",
            Self::BadKey => "the secret or public key is too short or too long",
            Self::TakenOut => "an operator has taken it out of the log",
        })
    }
}

impl std::error::Error for ControlRefusal {}

impl ControlDesk {
    pub(crate) const fn new(ledger: Arc<Ledger>) -> Self {
        Self {
            ledger,
            gives: Gives::new(Contributor::Control),
        }
    }

    pub(crate) const fn ledger(&self) -> &Arc<Ledger> {
        &self.ledger
    }

    /// Opens an account and pays in what it begins with: all of it, or nothing where a part is refused.
    ///
    /// # Errors
    /// It exists, its id is beyond the accounts that there may be, or a deposit is refused.
    pub fn create_account(
        &mut self,
        account: AccountId,
        deposits: &[(AssetId, Money)],
    ) -> Result<(), ControlRefusal> {
        self.check_opening(deposits)?;
        self.ledger
            .doors()
            .open(account)
            .map_err(|refused| match refused {
                NotOpened::OpenAlready => ControlRefusal::AccountExists,
                NotOpened::TooMany => ControlRefusal::TooManyAccounts,
            })?;
        for (asset, amount) in deposits {
            self.deposit(account, *asset, *amount)
                .expect("every deposit was checked before the account was opened");
        }
        Ok(())
    }

    /// Whether these deposits, all together, can be paid in.
    fn check_opening(&self, deposits: &[(AssetId, Money)]) -> Result<(), ControlRefusal> {
        for (place, (asset, amount)) in deposits.iter().enumerate() {
            self.ledger.check_amount(*asset, *amount)?;
            let [deposited, _] = self.ledger.deposited(*asset).read();
            deposits[..=place]
                .iter()
                .filter(|(other, _)| other == asset)
                .try_fold(Money::from_units(deposited), |sum, (_, amount)| {
                    sum.checked_add(*amount).filter(|sum| *sum <= Money::MAX)
                })
                .ok_or(ControlRefusal::TooMuchMoney)?;
        }
        Ok(())
    }

    /// Whether there is such an account.
    ///
    /// # Errors
    /// There is none.
    pub fn check_account(&self, account: AccountId) -> Result<(), ControlRefusal> {
        if self.ledger.has_account(account) {
            Ok(())
        } else {
            Err(ControlRefusal::UnknownAccount)
        }
    }

    /// Enters a key.
    ///
    /// # Errors
    /// Its account is unknown, its id was used before, or it cannot be one.
    pub fn add_key(&mut self, key: &ApiKey) -> Result<(), ControlRefusal> {
        self.check_account(key.account)?;
        self.ledger
            .keys()
            .add(key)
            .map_err(|refused| match refused {
                NotAdded::Exists => ControlRefusal::KeyExists,
                NotAdded::TooMany => ControlRefusal::TooManyKeys,
                NotAdded::BadMaterial => ControlRefusal::BadKey,
            })
    }

    /// Ends a key for ever.
    ///
    /// # Errors
    /// There is none with this id.
    pub fn revoke_key(&mut self, id: &KeyId) -> Result<(), ControlRefusal> {
        if self.ledger.keys().revoke(id) {
            Ok(())
        } else {
            Err(ControlRefusal::UnknownKey)
        }
    }

    /// Adds to an account; it is spendable once it is published.
    ///
    /// # Errors
    /// The account or asset is unknown, or the amount is out of bounds.
    pub fn deposit(
        &mut self,
        account: AccountId,
        asset: AssetId,
        amount: Money,
    ) -> Result<(), ControlRefusal> {
        self.ledger.admit(account, asset, amount)?;
        let deposited = self.ledger.deposited(asset);
        let [all, withdrawn] = deposited.read().map(Money::from_units);
        let all = all
            .checked_add(amount)
            .filter(|all| *all <= Money::MAX)
            .ok_or(ControlRefusal::TooMuchMoney)?;
        let cells = self.ledger.control_cells();
        cells.settling(|| {
            deposited.write([all.units(), withdrawn.units()]);
            cells.add(account, asset, amount, amount);
        });
        self.gives.push(account, asset, amount);
        Ok(())
    }

    /// Takes from an account what [`Ledger::reserve_withdrawal`] reserved.
    ///
    /// # Errors
    /// The account or asset is unknown, or the amount is not above zero.
    pub fn withdraw(
        &mut self,
        account: AccountId,
        asset: AssetId,
        amount: Money,
    ) -> Result<(), ControlRefusal> {
        self.ledger.admit(account, asset, amount)?;
        let deposited = self.ledger.deposited(asset);
        let [all, withdrawn] = deposited.read().map(Money::from_units);
        let cells = self.ledger.control_cells();
        cells.settling(|| {
            deposited.write([all.units(), withdrawn.plus(amount).units()]);
            cells.add(account, asset, Money::ZERO, Money::ZERO.minus(amount));
        });
        Ok(())
    }

    /// What was deposited since this was asked last.
    pub fn take_gives(&mut self) -> Gives {
        std::mem::replace(&mut self.gives, Gives::new(Contributor::Control))
    }
}

impl Ledger {
    /// The one writer of accounts, deposits and withdrawals.
    ///
    /// # Panics
    /// It was handed out before.
    pub fn control_desk(self: &Arc<Self>) -> ControlDesk {
        self.claim_control();
        ControlDesk::new(Arc::clone(self))
    }

    /// Reserves what a withdrawal is to take, before its control entry is sequenced.
    ///
    /// # Errors
    /// The account or asset is unknown, the amount is not above zero, or too little is available.
    pub fn reserve_withdrawal(
        &self,
        account: AccountId,
        asset: AssetId,
        amount: Money,
    ) -> Result<(), ControlRefusal> {
        self.admit(account, asset, amount)?;
        self.reserve_money(account, asset, amount)
            .map_err(|Insufficient { .. }| ControlRefusal::Insufficient)
    }

    /// Reserves what a logged withdrawal had reserved, when its log is read again.
    pub fn reserve_withdrawal_again(&self, account: AccountId, asset: AssetId, amount: Money) {
        if let Some(mut door) = self.doors().lock(account) {
            door.reserve(asset, amount);
        }
    }

    /// Gives back what [`Ledger::reserve_withdrawal`] reserved, where its entry was not sequenced.
    pub fn give_back_withdrawal(&self, account: AccountId, asset: AssetId, amount: Money) {
        if let Some(mut door) = self.doors().lock(account) {
            door.give_back(asset, amount);
        }
    }

    fn admit(
        &self,
        account: AccountId,
        asset: AssetId,
        amount: Money,
    ) -> Result<(), ControlRefusal> {
        if !self.has_account(account) {
            return Err(ControlRefusal::UnknownAccount);
        }
        self.check_amount(asset, amount)
    }

    fn check_amount(&self, asset: AssetId, amount: Money) -> Result<(), ControlRefusal> {
        if self.assets().get(usize::from(asset.0)).is_none() {
            return Err(ControlRefusal::UnknownAsset);
        }
        if amount <= Money::ZERO {
            return Err(ControlRefusal::AmountNotPositive);
        }
        Ok(())
    }
}
