//! What accounts may do on one instrument: switches, limits, and what the limits count.
//!
//! Nothing here costs a plain order more than one branch: accounts without a rule of their own are not
//! listed, and where nobody is listed and the market is open nothing is looked up.

mod check;
mod counts;
mod limits;
mod positions;
mod switch;

use std::collections::BTreeMap;

use crate::canonical::{Canonical, StateError, StateReader, StateSink, canonical_struct};
use crate::fan_out::FanOutId;
use crate::id::{AccountId, FeeTier};
use crate::reject::RejectReason;

pub(crate) use check::Asked;
pub use limits::{OrderRate, OrderToTrade, RiskLimits, SetFeeTier, SetLimits};
pub use switch::{Admission, Admit, Scope};

use counts::WindowCount;
use positions::Positions;

/// What decides, beside its orders, what accounts may do on an instrument.
#[derive(Debug)]
pub(crate) struct Risk {
    /// For all instruments.
    exchange: Admission,
    /// For everybody on this one.
    instrument: Admission,
    /// Accounts that have a rule of their own.
    accounts: BTreeMap<AccountId, AccountRisk>,
    pub(crate) positions: Positions,
    /// The last fanned out command that was applied here.
    pub(crate) fan_out_seen: FanOutId,
    /// Everybody may do everything, and pays the first tier's fees.
    is_idle: bool,
}

/// The rules of one account, and what they count.
#[derive(Debug, Clone, Copy)]
pub(crate) struct AccountRisk {
    pub(crate) admission: Admission,
    pub(crate) fee_tier: FeeTier,
    pub(crate) limits: RiskLimits,
    rate: WindowCount,
    ratio: WindowCount,
}

canonical_struct!(AccountRisk {
    admission,
    fee_tier,
    limits,
    rate,
    ratio,
});

impl AccountRisk {
    const NONE: Self = Self {
        admission: Admission::Open,
        fee_tier: FeeTier(0),
        limits: RiskLimits::NONE,
        rate: WindowCount::EMPTY,
        ratio: WindowCount::EMPTY,
    };

    fn is_none(&self) -> bool {
        self.admission == Admission::Open
            && self.fee_tier == FeeTier(0)
            && self.limits == RiskLimits::NONE
    }
}

impl Risk {
    pub(crate) fn new(counts_positions: bool) -> Self {
        Self {
            exchange: Admission::Open,
            instrument: Admission::Open,
            accounts: BTreeMap::new(),
            positions: Positions::new(counts_positions),
            fan_out_seen: FanOutId::NONE,
            is_idle: true,
        }
    }

    /// Whether everybody may do everything, and nothing is counted for anybody.
    #[inline]
    pub(crate) fn is_idle(&self) -> bool {
        self.is_idle && !self.positions.are_counted()
    }

    /// Whether an account has no rule to look at.
    #[inline]
    pub(crate) fn is_free(&self, account: AccountId) -> bool {
        self.is_idle || self.is_open_market() && !self.accounts.contains_key(&account)
    }

    /// Which fees an account pays.
    #[inline]
    pub(crate) fn fee_tier_of(&self, account: AccountId) -> FeeTier {
        if self.is_idle {
            return FeeTier(0);
        }
        self.accounts
            .get(&account)
            .map_or(FeeTier(0), |risk| risk.fee_tier)
    }

    /// Counts what two accounts traded.
    #[inline]
    pub(crate) fn note_trade(&mut self, buyer: AccountId, seller: AccountId, units: u64, at: u64) {
        if self.positions.are_counted() {
            self.positions.trade(buyer, seller, units);
        }
        if !self.is_idle {
            self.count_trade([buyer, seller], at);
        }
    }

    /// Two accounts' trade does not count any more for their positions; what a limit over time counted stays.
    pub(crate) fn take_back_trade(&mut self, buyer: AccountId, seller: AccountId, units: u64) {
        if self.positions.are_counted() {
            self.positions.trade(seller, buyer, units);
        }
    }

    /// Counts an order, or a change of one, that was admitted.
    #[inline]
    pub(crate) fn note_order(&mut self, account: AccountId, at: u64) {
        if !self.is_idle {
            self.count_order(account, at);
        }
    }

    #[cold]
    fn count_trade(&mut self, accounts: [AccountId; 2], at: u64) {
        for account in accounts {
            if let Some(risk) = self.accounts.get_mut(&account)
                && let Some(ratio) = risk.limits.order_to_trade
            {
                risk.ratio.note_trade(at, ratio.window);
            }
        }
    }

    #[cold]
    fn count_order(&mut self, account: AccountId, at: u64) {
        let Some(risk) = self.accounts.get_mut(&account) else {
            return;
        };
        if let Some(rate) = risk.limits.order_rate {
            risk.rate.note_order(at, rate.window);
        }
        if let Some(ratio) = risk.limits.order_to_trade {
            risk.ratio.note_order(at, ratio.window);
        }
    }

    /// Whether an account may enter and change orders.
    ///
    /// # Errors
    /// A switch is on: the account's own one, or one that is everybody's.
    #[inline]
    pub(crate) fn check_admission(&self, account: AccountId) -> Result<(), RejectReason> {
        if self.is_idle {
            return Ok(());
        }
        self.check_switches(account)
    }

    #[cold]
    fn check_switches(&self, account: AccountId) -> Result<(), RejectReason> {
        let own = self.of(account).admission;
        let everybodys = self.exchange.max(self.instrument);
        match (own, everybodys) {
            (Admission::Killed, _) => Err(RejectReason::AccountKilled),
            (Admission::Open | Admission::CancelOnly, Admission::Killed) => {
                Err(RejectReason::MarketKilled)
            }
            (Admission::CancelOnly, Admission::Open | Admission::CancelOnly)
            | (Admission::Open, Admission::CancelOnly) => Err(RejectReason::CancelOnly),
            (Admission::Open, Admission::Open) => Ok(()),
        }
    }

    /// An account's rules; none where it has none of its own.
    pub(crate) fn of(&self, account: AccountId) -> AccountRisk {
        self.accounts
            .get(&account)
            .copied()
            .unwrap_or(AccountRisk::NONE)
    }

    /// Changes an account's rules.
    pub(crate) fn change(&mut self, account: AccountId, change: impl FnOnce(&mut AccountRisk)) {
        let mut risk = self.of(account);
        change(&mut risk);
        if risk.is_none() {
            self.accounts.remove(&account);
        } else {
            self.accounts.insert(account, risk);
        }
        self.look_again();
    }

    /// Turns a switch.
    pub(crate) fn admit(&mut self, admit: Admit) {
        match admit.scope {
            Scope::Exchange => self.exchange = admit.admission,
            Scope::Instrument => self.instrument = admit.admission,
            Scope::Account(account) => {
                self.change(account, |risk| risk.admission = admit.admission);
            }
        }
        self.look_again();
    }

    /// The switch of one scope.
    pub(crate) fn admission(&self, scope: Scope) -> Admission {
        match scope {
            Scope::Exchange => self.exchange,
            Scope::Instrument => self.instrument,
            Scope::Account(account) => self.of(account).admission,
        }
    }

    /// Accounts whose open orders a limit adds up or counts.
    pub(crate) fn accounts_watched(&self) -> impl Iterator<Item = AccountId> {
        let watched = self
            .accounts
            .iter()
            .filter(|(_, risk)| risk.limits.look_at_open_orders());
        watched.map(|(account, _)| *account)
    }

    fn is_open_market(&self) -> bool {
        self.exchange == Admission::Open && self.instrument == Admission::Open
    }

    fn look_again(&mut self) {
        self.is_idle = self.is_open_market() && self.accounts.is_empty();
    }
}

impl Canonical for Risk {
    fn write<S: StateSink>(&self, out: &mut S) {
        let Self {
            exchange,
            instrument,
            accounts,
            positions,
            fan_out_seen,
            is_idle: _, // the others say it
        } = self;
        exchange.write(out);
        instrument.write(out);
        let accounts: Vec<(AccountId, AccountRisk)> =
            accounts.iter().map(|(id, risk)| (*id, *risk)).collect();
        accounts.write(out);
        positions.write(out);
        fan_out_seen.write(out);
    }

    fn read(from: &mut StateReader<'_>) -> Result<Self, StateError> {
        let (exchange, instrument) = (from.value()?, from.value()?);
        let listed: Vec<(AccountId, AccountRisk)> = from.value()?;
        if !listed.is_sorted_by(|(before, _), (after, _)| before < after) {
            return Err(StateError::Impossible(
                "accounts with limits are not in order",
            ));
        }
        if listed
            .iter()
            .any(|(_, risk)| risk.is_none() || !risk.limits.are_sound())
        {
            return Err(StateError::Impossible("an account's limits are none"));
        }
        let mut risk = Self {
            exchange,
            instrument,
            accounts: listed.into_iter().collect(),
            positions: from.value()?,
            fan_out_seen: from.value()?,
            is_idle: true,
        };
        risk.look_again();
        Ok(risk)
    }
}
