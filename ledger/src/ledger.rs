//! All accounts' money: a sum of contributions.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use engine::{AccountId, InstrumentId, Notional, Side};

use crate::asset::{Asset, AssetId};
use crate::balance::{Balance, Insufficient};
use crate::cells::{Cells, Contribution};
use crate::door::{Door, Doors};
use crate::gives::{Contributor, Gives};
use crate::keys::KeyTable;
use crate::money::Money;
use crate::position_cells::PositionCells;
use crate::settlement::FEE_ACCOUNT;
use crate::terms::{InstrumentTerms, TermsError};
use crate::versioned::Versioned;

/// How large a ledger may grow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LedgerConfig {
    /// Account ids are below this; the fee account is among them.
    pub accounts_max: u32,
}

/// The most matchers that can contribute; they are counted from 0 without a gap.
pub const MATCHERS_MAX: usize = 256;

/// All accounts' money.
///
/// Sessions reserve under an account's own lock; each matcher adds to cells of its own; a balance is
/// what both add up to.
#[derive(Debug)]
pub struct Ledger {
    assets: Box<[Asset]>,
    terms: Arc<[Option<InstrumentTerms>]>,
    accounts_max: u32,
    doors: Doors,
    control: Cells,
    is_control_claimed: AtomicBool,
    /// Deposits and withdrawals in all, per asset.
    deposited: Box<[Versioned<2>]>,
    /// Filled from the first matcher on, as matchers are started.
    matchers: Box<[OnceLock<MatcherCells>]>,
    keys: KeyTable,
}

/// What one matcher writes.
#[derive(Debug, Clone)]
pub(crate) struct MatcherCells {
    pub money: Arc<Cells>,
    pub positions: Arc<PositionCells>,
}

impl Ledger {
    /// A ledger without accounts, but for the fee account.
    ///
    /// # Errors
    /// Assets are not dense from 0, or an instrument's terms break a rule.
    pub fn new(
        config: LedgerConfig,
        assets: Vec<Asset>,
        terms: Vec<InstrumentTerms>,
    ) -> Result<Self, TermsError> {
        let are_dense = assets
            .iter()
            .enumerate()
            .all(|(place, asset)| usize::from(asset.id.0) == place);
        if !are_dense {
            return Err(TermsError::SparseAssets);
        }
        let terms = by_instrument(terms, &assets)?;
        let accounts_max = config.accounts_max.max(1);
        let doors = Doors::new(accounts_max, assets.len());
        doors
            .open(FEE_ACCOUNT)
            .expect("a ledger has room for the fee account");
        Ok(Self {
            control: Cells::new(
                assets.iter().map(|asset| asset.id),
                assets.len(),
                accounts_max,
            ),
            is_control_claimed: AtomicBool::new(false),
            deposited: assets.iter().map(|_| Versioned::new()).collect(),
            matchers: (0..MATCHERS_MAX).map(|_| OnceLock::new()).collect(),
            assets: assets.into(),
            terms,
            accounts_max,
            doors,
            keys: KeyTable::new(),
        })
    }

    /// Account ids are below this.
    pub const fn accounts_max(&self) -> u32 {
        self.accounts_max
    }

    /// The assets, by id.
    pub fn assets(&self) -> &[Asset] {
        &self.assets
    }

    /// An instrument's terms; `None` where it keeps no money.
    pub fn terms(&self, instrument: InstrumentId) -> Option<&InstrumentTerms> {
        terms_of(&self.terms, instrument)
    }

    /// Whether there is such an account.
    pub fn has_account(&self, account: AccountId) -> bool {
        self.doors.is_open(account)
    }

    /// Takes a hold for an order on `side` of `instrument`, in the order's hold units.
    ///
    /// # Errors
    /// Less is available, or there is no such account: nothing is reserved.
    pub fn reserve(
        &self,
        account: AccountId,
        instrument: InstrumentId,
        side: Side,
        hold: Notional,
    ) -> Result<(), Insufficient> {
        let Some(terms) = self.terms(instrument) else {
            return Ok(());
        };
        let asset = terms.paid_asset(side);
        let amount = terms
            .hold_amount(side, hold)
            .unwrap_or(Money::from_units(i128::MAX));
        self.reserve_money(account, asset, amount)
    }

    /// Takes a hold that a logged command had taken, when its log is read again.
    ///
    /// It is not asked for whether it is available: it was, when the command was logged.
    pub fn reserve_again(
        &self,
        account: AccountId,
        instrument: InstrumentId,
        side: Side,
        hold: Notional,
    ) {
        self.change_hold(account, instrument, side, hold, Door::reserve);
    }

    /// Takes as much of a hold as is available, and says how much that is.
    pub fn reserve_up_to(
        &self,
        account: AccountId,
        instrument: InstrumentId,
        side: Side,
        hold: Notional,
    ) -> Notional {
        let Some(terms) = self.terms(instrument) else {
            return hold;
        };
        let Some(mut door) = self.doors.lock(account) else {
            return Notional::ZERO;
        };
        let asset = terms.paid_asset(side);
        let available = self
            .given_durable(account, asset)
            .minus(door.reserved(asset));
        let covered = available
            .units()
            .checked_div(terms.units_per_hold_unit(side))
            .expect("scales are at least 1");
        let taken = Notional::from_units(hold.units().min(covered).max(0));
        let amount = terms
            .hold_amount(side, taken)
            .expect("it is at most what is available");
        door.reserve(asset, amount);
        taken
    }

    /// Gives back at the door what was reserved and not sequenced; it is spendable at once.
    pub fn give_back(
        &self,
        account: AccountId,
        instrument: InstrumentId,
        side: Side,
        hold: Notional,
    ) {
        self.change_hold(account, instrument, side, hold, Door::give_back);
    }

    /// Changes at the door a hold that was available when it was first taken.
    fn change_hold(
        &self,
        account: AccountId,
        instrument: InstrumentId,
        side: Side,
        hold: Notional,
        change: impl FnOnce(&mut Door, AssetId, Money),
    ) {
        let Some(terms) = self.terms(instrument) else {
            return;
        };
        let amount = terms
            .hold_amount(side, hold)
            .expect("what was reserved was available");
        if let Some(mut door) = self.doors.lock(account) {
            change(&mut door, terms.paid_asset(side), amount);
        }
    }

    /// What `account` can spend of `asset` now.
    pub fn available(&self, account: AccountId, asset: AssetId) -> Money {
        let Some(door) = self.doors.lock(account) else {
            return Money::ZERO;
        };
        self.given_durable(account, asset)
            .minus(door.reserved(asset))
    }

    /// What an account has, by asset; empty where there is no such account.
    pub fn balances(&self, account: AccountId) -> Vec<Balance> {
        let Some(door) = self.doors.lock(account) else {
            return Vec::new();
        };
        self.assets
            .iter()
            .map(|asset| {
                let all = self.contributed(account, asset.id);
                balance(asset.id, all, door.reserved(asset.id))
            })
            .collect()
    }

    /// Makes what a durable batch gave spendable. The gate calls it before it sends the batch's events.
    pub fn publish(&self, gives: &Gives) {
        match gives.contributor {
            Contributor::Control => self.control.publish(gives),
            Contributor::Matcher(matcher) => self.matchers[matcher]
                .get()
                .expect("gives come from a matcher that was started")
                .money
                .publish(gives),
        }
    }

    pub(crate) fn reserve_money(
        &self,
        account: AccountId,
        asset: AssetId,
        needed: Money,
    ) -> Result<(), Insufficient> {
        let refused = |available| Insufficient {
            asset,
            needed,
            available,
        };
        let Some(mut door) = self.doors.lock(account) else {
            return Err(refused(Money::ZERO));
        };
        if needed <= Money::ZERO {
            return Ok(());
        }
        let available = self
            .given_durable(account, asset)
            .minus(door.reserved(asset));
        if needed > available {
            return Err(refused(available));
        }
        door.reserve(asset, needed);
        Ok(())
    }

    pub(crate) const fn doors(&self) -> &Doors {
        &self.doors
    }

    pub(crate) const fn keys(&self) -> &KeyTable {
        &self.keys
    }

    pub(crate) const fn control_cells(&self) -> &Cells {
        &self.control
    }

    pub(crate) fn deposited(&self, asset: AssetId) -> &Versioned<2> {
        &self.deposited[usize::from(asset.0)]
    }

    pub(crate) fn all_terms(&self) -> Arc<[Option<InstrumentTerms>]> {
        Arc::clone(&self.terms)
    }

    pub(crate) fn claim_control(&self) {
        let was_claimed = self.is_control_claimed.swap(true, Ordering::Relaxed);
        assert!(!was_claimed, "the control sequence has one owner");
    }

    /// Makes the cells of a matcher that owns `instruments`.
    pub(crate) fn register(&self, matcher: usize, instruments: &[InstrumentId]) -> MatcherCells {
        let has_predecessor = matcher
            .checked_sub(1)
            .is_none_or(|before| self.matchers[before].get().is_some());
        assert!(
            has_predecessor,
            "matchers are started from the first one on"
        );
        let assets = instruments
            .iter()
            .filter_map(|instrument| self.terms(*instrument))
            .flat_map(|terms| [terms.base, terms.quote]);
        let cells = MatcherCells {
            money: Arc::new(Cells::new(assets, self.assets.len(), self.accounts_max)),
            positions: Arc::new(PositionCells::new(instruments, self.accounts_max)),
        };
        self.matchers[matcher]
            .set(cells.clone())
            .expect("a matcher's cells have one writer");
        cells
    }

    pub(crate) fn writers(&self) -> impl Iterator<Item = &Cells> {
        let matchers = self.matcher_cells().map(|matcher| matcher.money.as_ref());
        std::iter::once(&self.control).chain(matchers)
    }

    /// What the matchers write that were started.
    pub(crate) fn matcher_cells(&self) -> impl Iterator<Item = &MatcherCells> {
        self.matchers.iter().map_while(OnceLock::get)
    }

    fn given_durable(&self, account: AccountId, asset: AssetId) -> Money {
        self.writers().fold(Money::ZERO, |sum, cells| {
            sum.plus(cells.given_durable(account, asset))
        })
    }

    pub(crate) fn contributed(&self, account: AccountId, asset: AssetId) -> Contribution {
        self.writers().fold(Contribution::default(), |sum, cells| {
            let one = cells.read(account, asset);
            Contribution {
                given: sum.given.plus(one.given),
                given_durable: sum.given_durable.plus(one.given_durable),
                traded: sum.traded.plus(one.traded),
            }
        })
    }
}

/// A balance, from what was contributed and what the door reserved.
pub(crate) fn balance(asset: AssetId, all: Contribution, reserved: Money) -> Balance {
    Balance {
        asset,
        total: all.traded,
        available: all.given_durable.minus(reserved),
        pending: all.given.minus(all.given_durable),
        // What was reserved, less what fills paid and gave back of it.
        hold: reserved.minus(all.given.minus(all.traded)),
    }
}

pub(crate) fn terms_of(
    terms: &[Option<InstrumentTerms>],
    instrument: InstrumentId,
) -> Option<&InstrumentTerms> {
    let place = usize::try_from(instrument.0).ok()?;
    terms.get(place)?.as_ref()
}

fn by_instrument(
    all: Vec<InstrumentTerms>,
    assets: &[Asset],
) -> Result<Arc<[Option<InstrumentTerms>]>, TermsError> {
    let mut places: Vec<Option<InstrumentTerms>> = Vec::new();
    for terms in all {
        terms.validate(assets)?;
        let place = usize::try_from(terms.instrument.0).map_err(|_| TermsError::BadInstrument)?;
        if places.len() <= place {
            places.resize(place.saturating_add(1), None);
        }
        if terms.instrument == InstrumentId::CONTROL || places[place].is_some() {
            return Err(TermsError::BadInstrument);
        }
        places[place] = Some(terms);
    }
    Ok(places.into())
}
