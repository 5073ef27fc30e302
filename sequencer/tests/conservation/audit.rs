//! Reads all books at a checkpoint and says what is wrong with them.

use engine::{AccountId, InstrumentId};
use ledger::{AssetId, Balance, ConservationLine, Money, Position};

use crate::venue::{ACCOUNTS, ASSETS, FUNDS, INSTRUMENTS, Venue};

/// When books are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    /// Orders are open.
    Trading,
    /// All of them were canceled.
    NothingOpen,
}

/// All books at one checkpoint.
#[derive(Debug, Clone)]
pub struct Audit {
    lines: Vec<ConservationLine>,
    /// By account from the fee account on, by asset.
    balances: Vec<Vec<Balance>>,
    /// By account from the fee account on: what its trades and fees changed, by asset.
    traded: Vec<Vec<i128>>,
    /// By instrument: all positions together.
    positions: Vec<i128>,
}

impl Audit {
    pub fn of(venue: &Venue) -> Self {
        let accounts = || (0..=ACCOUNTS).map(AccountId);
        let ledger = &venue.ledger;
        let positions = (1..=INSTRUMENTS).map(InstrumentId).map(|instrument| {
            let bases = accounts().map(|account| ledger.position(account, instrument).base);
            bases.sum()
        });
        let traded = accounts().map(|account| {
            let mut by_asset = vec![0; usize::from(ASSETS)];
            for position in ledger.positions(account) {
                add(&mut by_asset, venue, &position);
            }
            by_asset
        });
        Self {
            lines: ledger
                .conservation()
                .expect("nobody trades at a checkpoint"),
            balances: accounts().map(|account| ledger.balances(account)).collect(),
            traded: traded.collect(),
            positions: positions.collect(),
        }
    }

    /// # Panics
    /// Something is wrong, and what.
    pub fn assert_sound(&self, moment: Moment, seed: u64) {
        let wrong = self.wrong(moment);
        assert!(wrong.is_empty(), "RIALTO_SEED={seed}: {wrong:#?}");
    }

    /// How many of three falsified books are found out.
    pub fn try_controls(&self) -> usize {
        let one = Money::from_units(1);
        let mut one_too_many = self.clone();
        let found = one_too_many.balances[3][1].total.checked_add(one).unwrap();
        one_too_many.balances[3][1].total = found;
        let mut negative = self.clone();
        negative.balances[5][2].available = Money::from_units(-1);
        let mut held = self.clone();
        held.balances[7][0].hold = one;
        [one_too_many, negative, held]
            .iter()
            .filter(|audit| !audit.wrong(Moment::NothingOpen).is_empty())
            .count()
    }

    fn wrong(&self, moment: Moment) -> Vec<String> {
        let mut wrong = Vec::new();
        for line in &self.lines {
            let place = usize::from(line.asset.0);
            let totals = self
                .balances
                .iter()
                .map(|assets| assets[place].total.units());
            let books = line.deposited.units() - line.withdrawn.units();
            if !line.is_conserved() || totals.sum::<i128>() != books {
                wrong.push(format!("not conserved: {line:?}"));
            }
        }
        for (account, assets) in self.balances.iter().enumerate() {
            for balance in assets {
                self.check_balance(account, balance, moment, &mut wrong);
            }
        }
        if self.positions.iter().any(|position| *position != 0) {
            wrong.push(format!("bought is not sold: {:?}", self.positions));
        }
        wrong
    }

    fn check_balance(
        &self,
        account: usize,
        balance: &Balance,
        moment: Moment,
        wrong: &mut Vec<String>,
    ) {
        let [total, available, pending, hold] = [
            balance.total,
            balance.available,
            balance.pending,
            balance.hold,
        ]
        .map(Money::units);
        if available < 0 || hold < 0 || total != available + pending + hold {
            wrong.push(format!("account {account}: {balance:?}"));
        }
        if moment == Moment::NothingOpen && hold != 0 {
            wrong.push(format!("account {account} still holds: {balance:?}"));
        }
        // What operators pay in and out changes the books of all accounts together, and is counted there.
        let place = usize::from(balance.asset.0);
        let begun_with = if account == 0 { 0 } else { FUNDS };
        let paid = total - begun_with - self.traded[account][place];
        let paid_by_all: i128 = self.lines[place].deposited.units()
            - self.lines[place].withdrawn.units()
            - FUNDS * i128::from(ACCOUNTS);
        if account != 0 && !(0..=paid_by_all.max(0)).contains(&paid) {
            wrong.push(format!(
                "account {account}: {paid} of asset {place} come from nowhere"
            ));
        }
    }
}

/// What a position's trades and fees changed of each asset.
fn add(by_asset: &mut [i128], venue: &Venue, position: &Position) {
    let terms = venue.ledger.terms(position.instrument).unwrap();
    let place = |asset: AssetId| usize::from(asset.0);
    by_asset[place(terms.base)] +=
        position.base * terms.base_units_per_quantity_unit - position.fees_base.units();
    let received = position.realized.units() - position.cost.units();
    by_asset[place(terms.quote)] +=
        received * terms.quote_units_per_notional_unit - position.fees_quote.units();
}
