//! Self-trade prevention, maker by maker.

use scenario::{CancelWord, MarketLine, SelfTradeWord};

use super::NaiveMarket;
use super::order::Id;
use super::sweep::Step;

impl NaiveMarket {
    /// Whether the taker may not trade with this maker.
    pub(super) fn is_prevented(&self, taker: Id, maker: Id) -> bool {
        let taker = self.order(taker);
        taker.mode != SelfTradeWord::None && taker.is_own(self.order(maker))
    }

    /// The two met; the taker's mode decides.
    pub(super) fn prevent(&mut self, taker: Id, maker: Id, price: i64) -> Step {
        let mode = self.order(taker).mode;
        let ends_count = mode != SelfTradeWord::Oldest;
        if self.is_rehearsal && ends_count {
            return Step::OwnOrderEndsCount;
        }
        let quantity = self.wanted_at(taker, price).min(self.order(maker).open);
        let (taker_name, maker_name) = (self.order(taker).name, self.order(maker).name);
        let meeting = self.meeting(taker_name, maker_name, quantity, price);
        self.say(MarketLine::Prevent(meeting));
        match mode {
            SelfTradeWord::None => unreachable!("own orders trade with each other"),
            SelfTradeWord::Newest => self.cancel(taker, CancelWord::SelfTrade),
            SelfTradeWord::Oldest => self.cancel(maker, CancelWord::SelfTrade),
            SelfTradeWord::Both => {
                self.cancel(maker, CancelWord::SelfTrade);
                self.cancel(taker, CancelWord::SelfTrade);
            }
            SelfTradeWord::Decrement => {
                self.decrement([maker, taker], quantity, price);
            }
        }
        if self.find(taker).is_some() {
            Step::Goes
        } else {
            Step::TakerEnded
        }
    }

    /// Prevented quantity is neither traded nor canceled; of an iceberg the hidden part goes first.
    fn decrement(&mut self, parties: [Id; 2], quantity: u64, price: i64) {
        let mut gone = Vec::new();
        for id in parties {
            self.order_mut(id).lose(quantity, price);
            if self.order(id).is_over() {
                gone.extend(self.take_out(id));
            }
        }
        for order in &gone {
            self.end_what_hangs_on(order);
        }
    }
}
