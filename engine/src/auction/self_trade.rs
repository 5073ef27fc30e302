//! Self-trade prevention in an uncross, where an instrument asks for it.

use super::equilibrium::Equilibrium;
use crate::cancel_reason::CancelReason;
use crate::event::{Event, Prevented};
use crate::event_sink::EventSink;
use crate::listing::Listing;
use crate::order::SelfTradePrevention;
use crate::price::Price;
use crate::quantity::Quantity;
use crate::side::Side;

/// Whether self-trade prevention applies to uncrosses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AuctionSelfTrade {
    /// It does not: own orders trade with each other. CME before the open, Vega.
    Allowed,
    /// The newer order of an own pair is canceled before anything trades.
    CancelNewest,
}

impl Listing {
    /// Finds price and pairs and cancels the newer order of the first own pair, until there is none.
    ///
    /// Ends because each round takes an order away.
    pub(super) fn cancel_own_pairs<S: EventSink>(
        &mut self,
        reference: Option<Price>,
        sink: &mut S,
    ) -> Option<Equilibrium> {
        loop {
            let found = self.equilibrium(reference)?;
            let Some((buyer, seller)) = self.first_own_pair(found.price) else {
                return Some(found);
            };
            let id = |slot| self.book.pool.get(slot).id();
            let newer = id(buyer).max(id(seller));
            sink.event(Event::Prevented(self.prevented(buyer, seller, found.price)));
            self.end_by_id(newer, CancelReason::SelfTradePrevention, sink);
        }
    }

    /// Walks both sides as the uncross would.
    fn first_own_pair(&self, price: Price) -> Option<(u32, u32)> {
        let mut buyers = self.within(Side::Buy, price);
        let mut sellers = self.within(Side::Sell, price);
        let (mut buyer, mut seller) = (buyers.next()?, sellers.next()?);
        loop {
            if self.are_own(buyer.0, seller.0) {
                return Some((buyer.0, seller.0));
            }
            let units = buyer.1.min(seller.1);
            (buyer.1, seller.1) = (buyer.1 - units, seller.1 - units);
            if buyer.1 == 0 {
                buyer = buyers.next()?;
            }
            if seller.1 == 0 {
                seller = sellers.next()?;
            }
        }
    }

    fn are_own(&self, buyer: u32, seller: u32) -> bool {
        let account = |slot| self.book.pool.get(slot).account;
        let group = |slot| self.book.pool.detail(slot).stp_group;
        account(buyer) == account(seller)
            || (group(buyer).is_some() && group(buyer) == group(seller))
    }

    /// Orders of a side that trade at a price, in their priority, with what is open of them.
    fn within(&self, side: Side, price: Price) -> impl Iterator<Item = (u32, u64)> + '_ {
        let (levels, pool) = (self.book.side(side), &self.book.pool);
        let in_book = levels
            .levels()
            .take_while(move |level| !price.is_better_than(side, levels.price(*level)))
            .flat_map(move |level| levels.queue(level, pool));
        self.queued(side)
            .map(|(order_id, _)| self.slot_of_queued(order_id))
            .filter(move |slot| self.reaches(*slot, price))
            .chain(in_book)
            .map(|slot| (slot, pool.open_units(slot, pool.get(slot))))
    }
}

impl Listing {
    /// What is told of an own pair: as in a trade of an auction the buyer stands as taker.
    fn prevented(&self, buyer: u32, seller: u32, price: Price) -> Prevented {
        let pool = &self.book.pool;
        let open = |slot| pool.open_units(slot, pool.get(slot));
        Prevented {
            taker: pool.get(buyer).id(),
            taker_account: pool.get(buyer).account,
            maker: pool.get(seller).id(),
            maker_account: pool.get(seller).account,
            price,
            quantity: Quantity::from_units(open(buyer).min(open(seller))),
            mode: SelfTradePrevention::CancelNewest,
            taker_leaves_quantity: Quantity::from_units(open(buyer)),
            maker_leaves_quantity: Quantity::from_units(open(seller)),
        }
    }
}
