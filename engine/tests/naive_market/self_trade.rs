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
                self.decrement(maker, quantity, price);
                self.decrement(taker, quantity, price);
            }
        }
        if self.find(taker).is_some() {
            Step::Goes
        } else {
            Step::TakerEnded
        }
    }

    /// Prevented quantity is neither traded nor canceled; of an iceberg the hidden part goes first.
    fn decrement(&mut self, id: Id, quantity: u64, price: i64) {
        if self.find(id).is_none() {
            return;
        }
        let order = self.order_mut(id);
        order.lose(quantity, price);
        if order.is_over() {
            let order = self.take_out(id).expect("it is live");
            self.end_what_hangs_on(&order);
        }
    }
}
