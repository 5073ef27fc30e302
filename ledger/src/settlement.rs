//! A matcher's side of the ledger: what its events take and give.

use std::collections::BTreeMap;
use std::sync::Arc;

use engine::{
    AccountId, Event, HoldReleased, InstrumentId, Notional, Party, PastTrade, Side, Trade,
};

use crate::asset::AssetId;
use crate::cells::Cells;
use crate::closings::{ClosedBy, Closings};
use crate::gives::{Contributor, Gives};
use crate::ledger::{Ledger, MatcherCells};
use crate::money::Money;
use crate::position_cells::PositionCells;
use crate::terms::{FeeAsset, InstrumentTerms};

/// Where fees go.
pub const FEE_ACCOUNT: AccountId = AccountId(0);

/// The only writer of one matcher's contribution cells.
///
/// It never waits: it takes no lock that a session can hold.
#[derive(Debug)]
pub struct Settlement {
    terms: Arc<[Option<InstrumentTerms>]>,
    cells: Arc<Cells>,
    positions: Arc<PositionCells>,
    contributor: Contributor,
    gives: Gives,
    /// What fills took beyond their share of a hold, to be kept from the next give of the same cell.
    ///
    /// A hold is kept in whole notional units, a fee in the quote asset's smallest units. Where those
    /// differ, a fill's share of its order's hold can be short of cost and fee by less than one
    /// notional unit. The order's hold as a whole is never short, so its later gives repay it: those of the
    /// same instrument, so that no layout of matchers makes a difference.
    advances: BTreeMap<(InstrumentId, AccountId, AssetId), Money>,
    /// What trades closed that may be taken back.
    closings: Closings,
}

/// One party's share of a trade, in money.
struct Leg {
    account: AccountId,
    asset: AssetId,
    held: Money,
    paid: Money,
}

impl Settlement {
    pub(crate) fn new(
        matcher: usize,
        terms: Arc<[Option<InstrumentTerms>]>,
        cells: MatcherCells,
    ) -> Self {
        let contributor = Contributor::Matcher(matcher);
        Self {
            terms,
            cells: cells.money,
            positions: cells.positions,
            contributor,
            gives: Gives::new(contributor),
            advances: BTreeMap::new(),
            closings: Closings::default(),
        }
    }

    /// Adds what `event` takes and gives. An instrument without terms keeps no money.
    ///
    /// # Panics
    /// The event trades or gives back more than was held: the engine broke its promise.
    pub fn settle(&mut self, instrument: InstrumentId, event: &Event) {
        let Some(terms) = crate::ledger::terms_of(&self.terms, instrument).copied() else {
            return;
        };
        match event {
            Event::Trade(trade) => {
                let cells = Arc::clone(&self.cells);
                cells.settling(|| self.trade(&terms, trade));
                self.note_positions(&terms, trade);
            }
            Event::HoldReleased(released) => {
                let cells = Arc::clone(&self.cells);
                cells.settling(|| self.release(&terms, released));
            }
            Event::TradeBusted(busted) => {
                let cells = Arc::clone(&self.cells);
                cells.settling(|| self.bust(&terms, &busted.trade));
                self.take_back_positions(&terms, &busted.trade);
            }
            Event::BustRefused(refused) => {
                let cells = Arc::clone(&self.cells);
                cells.settling(|| self.refuse_bust(&terms, &refused.trade));
            }
            Event::Accepted(_)
            | Event::Rejected(_)
            | Event::Repeated(_)
            | Event::Prevented(_)
            | Event::Rested(_)
            | Event::Replaced(_)
            | Event::Canceled(_)
            | Event::StatusChanged(_)
            | Event::Conditioned(_)
            | Event::Queued(_)
            | Event::Triggered(_)
            | Event::Refilled(_)
            | Event::Pegged(_)
            | Event::Indicative(_)
            | Event::TermsChanged(_)
            | Event::Step(_) => {}
        }
    }

    /// What was given since this was asked last; it is spendable once it is published.
    pub fn take_gives(&mut self) -> Gives {
        std::mem::replace(&mut self.gives, Gives::new(self.contributor))
    }

    /// What fills took in advance, in the order of instrument, account and asset.
    pub(crate) fn advances(
        &self,
    ) -> impl Iterator<Item = ((InstrumentId, AccountId, AssetId), Money)> {
        self.advances
            .iter()
            .map(|(place, amount)| (*place, *amount))
    }

    pub(crate) fn restore_advance(
        &mut self,
        place: (InstrumentId, AccountId, AssetId),
        amount: Money,
    ) {
        let (instrument, _, _) = place;
        if self.positions.has(instrument) {
            self.advances.insert(place, amount);
        }
    }

    pub(crate) const fn closings(&self) -> &Closings {
        &self.closings
    }

    pub(crate) fn restore_closing(&mut self, closed: ClosedBy) {
        if self.positions.has(closed.instrument) {
            self.closings.note(closed);
        }
    }

    pub(crate) const fn positions(&self) -> &Arc<PositionCells> {
        &self.positions
    }

    /// As [`Settlement::take_gives`]; goes on in the room of `spare`, whose lines are forgotten.
    pub fn take_gives_into(&mut self, mut spare: Gives) -> Gives {
        assert_eq!(
            spare.contributor, self.contributor,
            "gives go back to the matcher they came from"
        );
        spare.clear();
        std::mem::replace(&mut self.gives, spare)
    }

    fn trade(&mut self, terms: &InstrumentTerms, trade: &Trade) {
        let fees = terms.fees(trade);
        let ((buyer, buyer_fee), (seller, seller_fee)) = match trade.aggressor_side {
            Side::Buy => (
                (trade.taker, fees.taker.amount),
                (trade.maker, fees.maker.amount),
            ),
            Side::Sell => (
                (trade.maker, fees.maker.amount),
                (trade.taker, fees.taker.amount),
            ),
        };
        let base = terms.base_amount(trade.quantity).expect(BOUNDED);
        let quote = terms
            .quote_amount(Notional::of(trade.price, trade.quantity))
            .expect(BOUNDED);
        let (buyer_pays, buyer_gets) = match terms.fee_asset {
            FeeAsset::Received => (quote, base.minus(buyer_fee)),
            FeeAsset::Quote => (quote.plus(buyer_fee), base),
        };

        self.pay(terms, &leg(terms, Side::Buy, &buyer, buyer_pays));
        self.pay(terms, &leg(terms, Side::Sell, &seller, base));
        self.receive(terms, buyer.account, terms.base, buyer_gets);
        self.receive(terms, seller.account, terms.quote, quote.minus(seller_fee));
        match terms.fee_asset {
            FeeAsset::Received => {
                self.receive(terms, FEE_ACCOUNT, terms.base, buyer_fee);
                self.receive(terms, FEE_ACCOUNT, terms.quote, seller_fee);
            }
            FeeAsset::Quote => {
                self.receive(terms, FEE_ACCOUNT, terms.quote, buyer_fee.plus(seller_fee));
            }
        }
    }

    /// Takes what the door reserved, and gives each party what it had given.
    fn bust(&mut self, terms: &InstrumentTerms, trade: &PastTrade) {
        for line in terms.reversal(trade) {
            let given = line.amount.max(Money::ZERO);
            self.give(terms, line.account, line.asset, given, line.amount);
        }
    }

    /// The trade stands: what the door reserved is given back.
    fn refuse_bust(&mut self, terms: &InstrumentTerms, trade: &PastTrade) {
        for line in terms.reversal(trade) {
            let reserved = Money::ZERO.minus(line.amount).max(Money::ZERO);
            self.give(terms, line.account, line.asset, reserved, Money::ZERO);
        }
    }

    /// Takes a busted trade out of both parties' positions.
    fn take_back_positions(&mut self, terms: &InstrumentTerms, trade: &PastTrade) {
        let fees = terms.fees_of_past(trade);
        let closed_by = self.closings.take(terms.instrument, trade.trade_id);
        let taker_side = trade.aggressor_side;
        // In the opposite order of what they did, for a trade of an account with itself.
        let legs = [
            (
                trade.maker.account,
                taker_side.opposite(),
                fees.maker,
                closed_by.maker,
            ),
            (trade.taker.account, taker_side, fees.taker, closed_by.taker),
        ];
        for (account, side, fee, closed) in legs {
            let mut position = self.positions.read(account, terms.instrument);
            position.take_back(side, trade.price, trade.quantity, closed);
            if fee.asset == terms.base {
                position.fees_base = position.fees_base.minus(fee.amount);
            } else {
                position.fees_quote = position.fees_quote.minus(fee.amount);
            }
            self.positions.write(account, &position);
        }
    }

    /// Takes a trade into both parties' positions.
    fn note_positions(&mut self, terms: &InstrumentTerms, trade: &Trade) {
        let fees = terms.fees(trade);
        let taker_side = trade.aggressor_side;
        let legs = [
            (trade.taker.account, taker_side, fees.taker),
            (trade.maker.account, taker_side.opposite(), fees.maker),
        ];
        let closed = legs.map(|(account, side, fee)| {
            let mut position = self.positions.read(account, terms.instrument);
            let closed = position.trade(side, trade.price, trade.quantity);
            if fee.asset == terms.base {
                position.fees_base = position.fees_base.plus(fee.amount);
            } else {
                position.fees_quote = position.fees_quote.plus(fee.amount);
            }
            self.positions.write(account, &position);
            closed
        });
        self.closings.note(ClosedBy {
            instrument: terms.instrument,
            trade_id: trade.trade_id,
            taker: closed[0],
            maker: closed[1],
        });
    }

    fn release(&mut self, terms: &InstrumentTerms, released: &HoldReleased) {
        let amount = terms
            .hold_amount(released.side, released.released)
            .expect(BOUNDED);
        assert!(
            !amount.is_negative(),
            "a hold gives back nothing or something"
        );
        let asset = terms.paid_asset(released.side);
        self.give(terms, released.account, asset, amount, Money::ZERO);
    }

    /// Takes `leg.paid` out of `leg.held`, and gives back what is left of it.
    fn pay(&mut self, terms: &InstrumentTerms, leg: &Leg) {
        let surplus = leg.held.minus(leg.paid);
        let traded = Money::ZERO.minus(leg.paid);
        if !surplus.is_negative() {
            self.give(terms, leg.account, leg.asset, surplus, traded);
            return;
        }
        let short = Money::ZERO.minus(surplus);
        assert!(
            short.units() < terms.quote_units_per_notional_unit && leg.asset == terms.quote,
            "what a fill used of its hold covers cost and fee, but for a rounded fee: {short:?} short"
        );
        let place = (terms.instrument, leg.account, leg.asset);
        let advance = self.advances.entry(place).or_default();
        *advance = advance.plus(short);
        self.give(terms, leg.account, leg.asset, Money::ZERO, traded);
    }

    fn receive(
        &mut self,
        terms: &InstrumentTerms,
        account: AccountId,
        asset: AssetId,
        amount: Money,
    ) {
        assert!(
            !amount.is_negative(),
            "a fee is at most what it is taken from"
        );
        self.give(terms, account, asset, amount, amount);
    }

    /// Adds to the cell what is given, less what an earlier fill took in advance.
    fn give(
        &mut self,
        terms: &InstrumentTerms,
        account: AccountId,
        asset: AssetId,
        given: Money,
        traded: Money,
    ) {
        let given = self.repay((terms.instrument, account, asset), given);
        if given.is_zero() && traded.is_zero() {
            return;
        }
        self.cells.add(account, asset, given, traded);
        if !given.is_zero() {
            self.gives.push(account, asset, given);
        }
    }

    fn repay(&mut self, place: (InstrumentId, AccountId, AssetId), given: Money) -> Money {
        if self.advances.is_empty() || given.is_zero() {
            return given;
        }
        let Some(advance) = self.advances.get_mut(&place) else {
            return given;
        };
        let repaid = given.min(*advance);
        *advance = advance.minus(repaid);
        if advance.is_zero() {
            self.advances.remove(&place);
        }
        given.minus(repaid)
    }
}

const BOUNDED: &str = "what trades was held, and what was held was deposited";

fn leg(terms: &InstrumentTerms, side: Side, party: &Party, paid: Money) -> Leg {
    Leg {
        account: party.account,
        asset: terms.paid_asset(side),
        held: terms.hold_amount(side, party.hold_used).expect(BOUNDED),
        paid,
    }
}

impl Ledger {
    /// The one writer of the cells of `matcher`, which owns `instruments`.
    ///
    /// # Panics
    /// The matcher has its settlement already: cells have one writer.
    pub fn settlement(&self, matcher: usize, instruments: &[InstrumentId]) -> Settlement {
        let cells = self.register(matcher, instruments);
        Settlement::new(matcher, self.all_terms(), cells)
    }
}
