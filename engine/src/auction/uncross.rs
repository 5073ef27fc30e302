//! The uncross: every trade at one price, buyers and sellers in priority order.
//!
//! Self-trade prevention does not apply (CME does not apply it before the open; Vega allows self-trades
//! to uncross).

use super::equilibrium::{Interest, equilibrium};
use crate::book::price_level::NO_SLOT;
use crate::event::{Event, Party, Trade, TradePhase};
use crate::event_sink::EventSink;
use crate::listing::Listing;
use crate::price::Price;
use crate::quantity::Quantity;
use crate::session::SessionState;
use crate::side::Side;

/// What decides between prices that are equally good.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AuctionReference {
    /// The last price, if anything has traded.
    LastPrice,
    /// This price.
    Given(Price),
}

impl Listing {
    /// Ends a call: trades what crosses at one price, then matching is continuous.
    pub(crate) fn uncross<S: EventSink>(&mut self, reference: AuctionReference, sink: &mut S) {
        let reference = match reference {
            AuctionReference::LastPrice => self.last_price,
            AuctionReference::Given(price) => Some(price),
        };
        let (bids, asks) = (self.interest(Side::Buy), self.interest(Side::Sell));
        let tick_size = self.instrument.tick_size;
        if let Some((price, volume)) = equilibrium(&bids, &asks, reference, tick_size) {
            self.trade_volume(price, volume, sink);
            self.last_price = Some(price);
            if self.triggers.may_fire_at(price.units()) {
                self.examine_print(price);
            }
        }
        self.may_be_crossed = false;
        self.enter_state(SessionState::Continuous, sink);
    }

    /// Open quantity of a side by price, best first, hidden orders included.
    fn interest(&self, side: Side) -> Vec<Interest> {
        let levels = self.book.side(side);
        let units_at = |level| -> u128 {
            let queue = levels.queue(level, &self.book.pool);
            queue
                .map(|slot| u128::from(self.book.pool.open_units(slot, self.book.pool.get(slot))))
                .sum()
        };
        levels
            .levels()
            .map(|level| Interest {
                price: levels.price(level),
                units: units_at(level),
            })
            .collect()
    }

    /// Trades the oldest order of the best bid with the oldest of the best ask until `volume` has traded.
    fn trade_volume<S: EventSink>(&mut self, price: Price, volume: u128, sink: &mut S) {
        let mut left = volume;
        while left > 0 {
            let buyer = self.first(Side::Buy);
            let seller = self.first(Side::Sell);
            let pool = &self.book.pool;
            let open = |slot| u128::from(pool.open_units(slot, pool.get(slot)));
            let units = open(buyer).min(open(seller)).min(left);
            left -= units;
            let units = u64::try_from(units).expect("it is at most one order's quantity");
            let taker = self.party(buyer, units);
            let maker = self.party(seller, units);
            self.risk
                .note_trade(taker.account, maker.account, units, self.at.0);
            sink.event(Event::Trade(Trade {
                trade_id: self.next_trade_id(),
                price,
                quantity: Quantity::from_units(units),
                phase: TradePhase::Auction,
                aggressor_side: Side::Buy,
                taker,
                maker,
            }));
            self.execute(buyer, units, sink);
            self.execute(seller, units, sink);
        }
    }

    /// The first order of a side, by price and time.
    fn first(&self, side: Side) -> u32 {
        let levels = self.book.side(side);
        let best = levels.best();
        assert!(best != NO_SLOT, "what crosses is on both sides");
        levels.level(best).head
    }

    /// An order's part in a trade of `units`, as it stands after it.
    fn party(&self, slot: u32, units: u64) -> Party {
        let order = *self.book.pool.get(slot);
        let detail = self.book.pool.detail(slot);
        let (terms, limit) = (self.book.holds, self.book.price_of(&order));
        let before = self.book.pool.open_units(slot, &order);
        let left = before - units;
        Party {
            order_id: order.id(),
            external_id: self.book.pool.external_id(slot, &order),
            account: order.account,
            fee_tier: self.risk.fee_tier_of(order.account),
            leaves_quantity: Quantity::from_units(left),
            filled_quantity: Quantity::from_units(detail.filled_units + units),
            // At its own limit: what it paid less than that is given back with the trade.
            hold_used: terms.freed(order.side(), limit, before, left),
            hold: terms.need(order.side(), limit, Quantity::from_units(left)),
        }
    }

    /// Takes what traded off a resting order, and the order off the book when it is filled.
    fn execute<S: EventSink>(&mut self, slot: u32, units: u64, sink: &mut S) {
        let mut detail = self.book.pool.detail(slot);
        detail.filled_units += units;
        self.book.pool.set_detail(slot, detail);
        let limit = self.book.price_of(self.book.pool.get(slot));
        self.take_traded(slot, units, limit, sink);
    }
}
