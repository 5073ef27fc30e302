//! Taking a trade back: each party gives what it got and gets what it gave, fees and rebates included.
//!
//! What is taken is reserved at the door before the bust is sequenced, so that nobody's money falls below zero:
//! where a party has spent what it got, the bust is refused there.

use engine::{AccountId, InstrumentId, Notional, PastTrade};

use crate::asset::AssetId;
use crate::ledger::Ledger;
use crate::money::Money;
use crate::settlement::FEE_ACCOUNT;
use crate::terms::{FeeAsset, InstrumentTerms};

/// A party of a trade has too little to give back what it got.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CannotGiveBack {
    /// Whose money is missing; the fee account's, where fees were withdrawn.
    pub account: AccountId,
    /// Of which asset.
    pub asset: AssetId,
    /// What it would give back.
    pub needed: Money,
    /// What it can spend.
    pub available: Money,
}

impl std::fmt::Display for CannotGiveBack {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            formatter,
            "account {} cannot give back what it got: {} of asset {} are needed and {} available",
            self.account.0,
            self.needed.units(),
            self.asset.0,
            self.available.units()
        )
    }
}

impl std::error::Error for CannotGiveBack {}

/// What one place gives (below zero) or gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Change {
    pub account: AccountId,
    pub asset: AssetId,
    pub amount: Money,
}

impl InstrumentTerms {
    /// What taking `trade` back changes, one line for each account and asset: together zero per asset.
    pub(crate) fn reversal(&self, trade: &PastTrade) -> Vec<Change> {
        let (buyer, seller) = (trade.buyer().account, trade.seller().account);
        let fees = self.fees_of_past(trade);
        let (buyer_fee, seller_fee) = match trade.aggressor_side {
            engine::Side::Buy => (fees.taker.amount, fees.maker.amount),
            engine::Side::Sell => (fees.maker.amount, fees.taker.amount),
        };
        let base = self.base_amount(trade.quantity).expect(BOUNDED);
        let quote = self
            .quote_amount(Notional::of(trade.price, trade.quantity))
            .expect(BOUNDED);
        let minus = |amount: Money| Money::ZERO.minus(amount);
        let mut changes = Vec::new();
        let mut change = |account, asset, amount: Money| {
            let mut same = changes
                .iter_mut()
                .filter(|line: &&mut Change| line.account == account && line.asset == asset);
            match same.next() {
                Some(line) => line.amount = line.amount.plus(amount),
                None => changes.push(Change {
                    account,
                    asset,
                    amount,
                }),
            }
        };
        change(buyer, self.base, minus(base));
        change(seller, self.base, base);
        change(buyer, self.quote, quote);
        change(seller, self.quote, minus(quote));
        let buyers_fee_asset = match self.fee_asset {
            FeeAsset::Received => self.base,
            FeeAsset::Quote => self.quote,
        };
        change(buyer, buyers_fee_asset, buyer_fee);
        change(FEE_ACCOUNT, buyers_fee_asset, minus(buyer_fee));
        change(seller, self.quote, seller_fee);
        change(FEE_ACCOUNT, self.quote, minus(seller_fee));
        changes.retain(|line| !line.amount.is_zero());
        changes
    }

    /// What places give when `trade` is taken back, each amount above zero.
    fn taken_by_reversal(&self, trade: &PastTrade) -> impl Iterator<Item = Change> {
        let changes = self.reversal(trade).into_iter();
        changes
            .filter(|line| line.amount.is_negative())
            .map(|line| Change {
                amount: Money::ZERO.minus(line.amount),
                ..line
            })
    }
}

impl Ledger {
    /// Reserves what taking `trade` back takes: all of it, or nothing. An instrument without terms keeps no money.
    ///
    /// # Errors
    /// Somebody has spent what it got.
    pub fn reserve_bust(
        &self,
        instrument: InstrumentId,
        trade: &PastTrade,
    ) -> Result<(), CannotGiveBack> {
        let Some(terms) = self.terms(instrument) else {
            return Ok(());
        };
        let mut taken: Vec<Change> = Vec::new();
        for line in terms.taken_by_reversal(trade) {
            let Err(refused) = self.reserve_money(line.account, line.asset, line.amount) else {
                taken.push(line);
                continue;
            };
            for line in taken {
                self.give_back_money(line);
            }
            return Err(CannotGiveBack {
                account: line.account,
                asset: line.asset,
                needed: line.amount,
                available: refused.available,
            });
        }
        Ok(())
    }

    /// Reserves what a logged bust had reserved, when its log is read again.
    pub fn reserve_bust_again(&self, instrument: InstrumentId, trade: &PastTrade) {
        let Some(terms) = self.terms(instrument) else {
            return;
        };
        for line in terms.taken_by_reversal(trade) {
            if let Some(mut door) = self.doors().lock(line.account) {
                door.reserve(line.asset, line.amount);
            }
        }
    }

    /// Gives back what [`Ledger::reserve_bust`] reserved, where the bust was not sequenced.
    pub fn give_back_bust(&self, instrument: InstrumentId, trade: &PastTrade) {
        let Some(terms) = self.terms(instrument) else {
            return;
        };
        for line in terms.taken_by_reversal(trade) {
            self.give_back_money(line);
        }
    }

    fn give_back_money(&self, line: Change) {
        if let Some(mut door) = self.doors().lock(line.account) {
            door.give_back(line.asset, line.amount);
        }
    }
}

const BOUNDED: &str = "what traded was held, and what was held was deposited";
