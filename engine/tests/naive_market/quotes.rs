//! Two-sided quotes: the old sides that change go before the new ones come.

use std::rc::Rc;

use scenario::{CancelWord, Name, Quote, QuoteSide, RejectWord, SelfTradeWord, SideWord};

use super::NaiveMarket;
use super::names::Word;
use super::order::{Account, Id, Life, Order, Place};

impl NaiveMarket {
    pub(super) fn quote(&mut self, quote: &Quote) {
        let account = Account::Named(self.word(&quote.account));
        let group = self.word(&quote.group);
        if let Some(reason) = self.reason_against_quote(quote, account, group) {
            self.say_reject(&quote.group, reason);
            return;
        }
        let sides = [(SideWord::Buy, quote.bid), (SideWord::Sell, quote.ask)];
        let mut gone = Vec::new();
        let mut coming = Vec::new();
        for (side, asked) in sides {
            let old = self.quote_of(account, group, side);
            match asked.filter(|asked| asked.quantity > 0) {
                None => gone.extend(old.map(|order| order.id)),
                Some(asked) if old.is_some_and(|old| self.keeps(&old, asked)) => {}
                Some(asked) => {
                    if let Some(old) = old {
                        self.take_out(old.id);
                    }
                    coming.push((side, asked));
                }
            }
        }
        for id in gone {
            self.cancel(id, CancelWord::Requested);
        }
        let mut ids = Vec::new();
        for (side, asked) in coming {
            ids.push(self.new_quote_side(quote, account, group, side, asked));
        }
        for id in ids {
            // The protection can have taken it while its other side traded.
            if self.find(id).is_some() {
                self.enter(id);
            }
        }
    }

    /// The same price and no more than is open: the old side stays where it is.
    fn keeps(&mut self, old: &Order, asked: QuoteSide) -> bool {
        let keeps = old.asked == Some(asked.price) && asked.quantity <= old.open;
        if keeps {
            self.order_mut(old.id).open = asked.quantity;
        }
        keeps
    }

    fn quote_of(&self, account: Account, group: Word, side: SideWord) -> Option<Order> {
        let mut orders = self.orders.iter();
        orders
            .find(|order| {
                order.is_quote
                    && order.account == account
                    && order.maker_group == Some(group)
                    && order.side == side
            })
            .copied()
    }

    fn new_quote_side(
        &mut self,
        quote: &Quote,
        account: Account,
        group: Word,
        side: SideWord,
        asked: QuoteSide,
    ) -> Id {
        let suffix = match side {
            SideWord::Buy => "bid",
            SideWord::Sell => "ask",
        };
        let name = Name::new(&format!("{}.{suffix}", quote.group)).expect("a name and its side");
        let name = self.word(&name);
        Rc::make_mut(&mut self.names).accept(name);
        let id = self.new_id();
        self.orders.push(Order {
            id,
            name,
            account,
            stp_group: None,
            side,
            limit: Some(asked.price),
            asked: Some(asked.price),
            open: asked.quantity,
            filled: 0,
            money: None,
            peak: None,
            slice: 0,
            is_hidden: false,
            life: Life::Forever,
            post_only: None,
            minimum: 0,
            mode: SelfTradeWord::Newest,
            points: None,
            trigger: None,
            fired_at: None,
            peg: None,
            partner: None,
            parent: None,
            maker_group: Some(group),
            goes_on_disconnect: true,
            is_quote: true,
            place: Place::Entering,
            turn: 0,
            is_late: false,
            has_taken: false,
        });
        id
    }

    fn reason_against_quote(
        &self,
        quote: &Quote,
        account: Account,
        group: Word,
    ) -> Option<RejectWord> {
        if self.killed.contains(&account) {
            return Some(RejectWord::Killed);
        }
        if let Some(reason) = self.state.refuses_orders() {
            return Some(reason);
        }
        if self.state == super::sessions::State::Reserved {
            return Some(RejectWord::Halted);
        }
        let sides: Vec<QuoteSide> = [quote.bid, quote.ask].into_iter().flatten().collect();
        if sides.iter().any(|side| side.quantity % self.lot() != 0) {
            return Some(RejectWord::InvalidQuantity);
        }
        let is_crossed = match (quote.bid, quote.ask) {
            (Some(bid), Some(ask)) => bid.price >= ask.price,
            (Some(_) | None, Some(_) | None) => false,
        };
        if is_crossed || sides.iter().any(|side| !self.is_on_grid(side.price)) {
            return Some(RejectWord::InvalidPrice);
        }
        if sides.iter().any(|side| !self.is_in_band(side.price)) {
            return Some(RejectWord::PriceBand);
        }
        let is_frozen = self.is_frozen(account, group);
        is_frozen.then_some(RejectWord::ProtectionFrozen)
    }
}
